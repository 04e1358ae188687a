#include "cells/weight_range.h"

#include <math.h>

tuft_status tuft_weight_range_new(tuft_weight_range *range, double w_min, double w_max,
                                  const float *weight, size_t n, tuft_error *err)
{
    float low = (float)w_min, high = (float)w_max;
    if (!isfinite(low) || !isfinite(high) || !(low < high))
        return tuft_fail(err, TUFT_INVALID, "w_min %g, w_max %g, expected finite and w_min < w_max",
                         w_min, w_max);
    for (size_t k = 0; k < n; k++)
        if (!(weight[k] >= low && weight[k] <= high))
            return tuft_fail(err, TUFT_INVALID,
                             "weight of synapse %zu is %g, expected w_min %g to w_max %g", k,
                             (double)weight[k], (double)low, (double)high);
    *range = (tuft_weight_range){(double)low, (double)high};
    return TUFT_OK;
}
