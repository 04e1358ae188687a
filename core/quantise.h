/* A projection's float weights as integers of few bits with one unit for all of them:
 *     weight ~ integer x unit,   |integer| <= 2^(bits-1) - 1.
 *
 * The unit is the largest weight's (nothing is clipped), or the one with the least squared error at
 * the targets: sum over synapses of activity[source] (weight - integer x unit)^2, which is the
 * expected squared error of the summed input when sources fire independently, at random, activity
 * times a step. It clips what is rare and far out to keep what is common precise.
 */
#ifndef TUFT_CORE_QUANTISE_H
#define TUFT_CORE_QUANTISE_H

#include "core/projection.h"

typedef enum {
    TUFT_SCALE_LARGEST,    /* by the largest weight */
    TUFT_SCALE_LEAST_ERROR /* by the least error, of the first's unit times 1 down to 1/8 */
} tuft_scale_rule;

/* Owns its weights. */
typedef struct {
    uint32_t bits;
    double unit;
    double error; /* sqrt(squared error / the same sum of the weights' squares); 0 for none */
    size_t synapses, clipped; /* clipped: beyond the largest integer by more than half a unit */
    int16_t *weight;          /* [synapses], in the order of the connections */
} tuft_quantised;

/* activity[sources] may be NULL, or zero everywhere: all sources alike. Weights of zero alone have
 * unit 1. TUFT_INVALID: bits outside 2 to 16. */
tuft_status tuft_quantise(tuft_quantised *out, const tuft_connections *connections,
                          const double *activity, uint32_t bits, tuft_scale_rule rule,
                          tuft_error *err);
/* The same with unit base x 2^S, S from 0 to most_shift (at most 15): such projections are added up
 * after a shift by S. base > 0. */
tuft_status tuft_quantise_aligned(tuft_quantised *out, const tuft_connections *connections,
                                  const double *activity, uint32_t bits, tuft_scale_rule rule,
                                  double base, int most_shift, tuft_error *err);
void tuft_quantised_free(tuft_quantised *quantised);

#endif
