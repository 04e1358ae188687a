#include "cells/bias.h"

#include "core/simd.h"

TUFT_CLONES void tuft_bias_add(float *restrict matrix, size_t rows, size_t columns,
                               const float *restrict bias)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            matrix[i * columns + j] += bias[j];
}

TUFT_CLONES void tuft_bias_gradient(const float *restrict slope, size_t rows, size_t columns,
                                    float *restrict slope_bias)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            slope_bias[j] += slope[i * columns + j];
}
