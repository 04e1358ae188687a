#include "core/fixed.h"

#include <math.h>

int32_t tuft_fixed_factor(double x)
{
    double scaled = round(x * TUFT_FIXED_ONE);
    return scaled >= TUFT_FIXED_ONE ? TUFT_FIXED_ONE : scaled > 0 ? (int32_t)scaled : 0;
}

int32_t tuft_fixed_threshold(double threshold, double unit, uint32_t bits)
{
    double most = tuft_fixed_most(bits), whole = floor(threshold / unit);
    /* Past either end no state, or every state but the lowest, is above it. */
    return whole > most ? (int32_t)most : whole < -most - 1 ? (int32_t)(-most - 1) : (int32_t)whole;
}
