/* When does a sum of decaying exponentials cross a threshold?
 *
 *     f(t) = offset + sum_i amplitude[i] exp(-t / tau[i])
 *
 * The membrane of every linear cell between two events has this form. Its critical points are
 * isolated by Rolle's theorem: multiplying a sum of n exponentials by one of their inverses and
 * differentiating leaves n-1, whose zeros separate those of the sum.
 */
#ifndef TUFT_CELLS_EXPONENTIAL_SUM_H
#define TUFT_CELLS_EXPONENTIAL_SUM_H

#include <stdint.h>

enum { TUFT_EXPONENTIAL_LIMIT = 4 };

typedef struct {
    int terms; /* at most TUFT_EXPONENTIAL_LIMIT, with different tau > 0 */
    double offset;
    double amplitude[TUFT_EXPONENTIAL_LIMIT], tau[TUFT_EXPONENTIAL_LIMIT];
} tuft_exponential_sum;

double tuft_exponential_sum_at(const tuft_exponential_sum *sum, double t);

/* The smallest whole k >= 1 with f(k * tick) > threshold, or INT64_MAX when there is none. */
int64_t tuft_exponential_sum_crossing(const tuft_exponential_sum *sum, double tick,
                                      double threshold);

#endif
