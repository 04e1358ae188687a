/* Adam: gradient descent with moment estimates.
 * Source: Kingma & Ba 2015, ICLR, algorithm 1; weight decay decoupled from the gradient: Loshchilov
 * & Hutter 2019, ICLR, algorithm 2.
 */
#ifndef TUFT_CORE_ADAM_H
#define TUFT_CORE_ADAM_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    double rate;         /* alpha, above 0 */
    double beta1, beta2; /* in [0, 1) */
    double epsilon;      /* above 0 */
    double decay;        /* a step also subtracts rate x decay x parameter; 0: none */
} tuft_adam_config;

/* 1e-3, 0.9, 0.999, 1e-8, no decay: the authors' values. */
extern const tuft_adam_config tuft_adam_defaults;

/* State of one array of parameters. Owns its moments. */
typedef struct {
    tuft_adam_config config;
    size_t n;
    uint64_t step;
    float *first, *second; /* [n] */
} tuft_adam;

/* Error: TUFT_INVALID, a configuration outside the ranges above. On failure *out is zeroed. */
tuft_status tuft_adam_new(tuft_adam *out, tuft_adam_config config, size_t n, tuft_error *err);
void tuft_adam_free(tuft_adam *adam);
/* One step of parameter [n] down gradient [n]. */
void tuft_adam_step(tuft_adam *adam, float *parameter, const float *gradient);

#endif
