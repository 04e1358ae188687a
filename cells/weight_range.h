/* The range that a rule keeps weights in: each change is cut off at its ends. */
#ifndef TUFT_CELLS_WEIGHT_RANGE_H
#define TUFT_CELLS_WEIGHT_RANGE_H

#include "core/status.h"

#include <stddef.h>

typedef struct {
    double min, max; /* both float32 numbers */
} tuft_weight_range;

/* TUFT_INVALID unless w_min < w_max, both finite as float32, and all n weights lie in the range. */
tuft_status tuft_weight_range_new(tuft_weight_range *range, double w_min, double w_max,
                                  const float *weight, size_t n, tuft_error *err);

static inline float tuft_weight_range_add(const tuft_weight_range *range, float weight,
                                          double change)
{
    double w = (double)weight + change;
    w = w > range->min ? w : range->min;
    return (float)(w < range->max ? w : range->max);
}

#endif
