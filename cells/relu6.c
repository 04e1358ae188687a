#include "cells/relu6.h"

#include "core/simd.h"

TUFT_CLONES void tuft_relu6(const float *x, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float low = x[i] > 0 ? x[i] : 0;
        y[i] = low < 6 ? low : 6;
    }
}

TUFT_CLONES void tuft_relu6_slopes(const float *y, const float *slope_y, float *slope_x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float slope = slope_y[i];
        slope_x[i] = (y[i] > 0) & (y[i] < 6) ? slope : 0;
    }
}
