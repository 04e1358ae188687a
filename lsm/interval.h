/* How sure a mean or a share is. */
#ifndef TUFT_LSM_INTERVAL_H
#define TUFT_LSM_INTERVAL_H

#include "core/status.h"

#include <stddef.h>

typedef struct {
    size_t n;
    double mean;      /* for a proportion: the share itself */
    double sd;        /* of one value, divisor n - 1; for a proportion sqrt(p (1 - p)) */
    double low, high; /* the interval */
} tuft_interval;

/* The interval of the mean of value [n] that holds at the given level (0.95, say) if the values are
 * normal: mean +- t sd / sqrt(n), t the quantile of Student's distribution with n - 1 degrees
 * (Student 1908, Biometrika 6:1). Errors: TUFT_INVALID, n below 2 or level outside (0, 1);
 * TUFT_NUMERIC, a value is not finite. On failure *out is zeroed. */
tuft_status tuft_interval_mean(const double *value, size_t n, double level, tuft_interval *out,
                               tuft_error *err);

/* The score interval of right out of n (Wilson 1927, JASA 22:209). It lies in [0, 1] and is sound
 * for shares near 0 and 1. Errors: TUFT_INVALID, n is 0, right > n or level outside (0, 1). */
tuft_status tuft_interval_share(size_t right, size_t n, double level, tuft_interval *out,
                                tuft_error *err);

#endif
