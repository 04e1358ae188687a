/* Distributions that synaptic weights, delays and parameters of cells are drawn from. */
#ifndef TUFT_CORE_DISTRIBUTION_H
#define TUFT_CORE_DISTRIBUTION_H

#include "core/philox.h"
#include "core/status.h"

typedef enum {
    TUFT_FIXED,    /* a */
    TUFT_UNIFORM,  /* between a and b */
    TUFT_NORMAL,   /* mean a, standard deviation b */
    TUFT_LOGNORMAL /* exp of a normal: of the logarithm mean a, standard deviation b */
} tuft_distribution_kind;

typedef struct {
    tuft_distribution_kind kind;
    double a, b;
} tuft_distribution;

/* TUFT_INVALID for parameters that are not finite, b < 0 (but for uniform) or (uniform) b < a. */
tuft_status tuft_distribution_check(const tuft_distribution *distribution, tuft_error *err);
double tuft_distribution_draw(const tuft_distribution *distribution, tuft_random *random);

#endif
