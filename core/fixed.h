/* Fixed-point numbers as the chip has them: one place for their formats, rounding and saturation
 * (docs/fpga-numbers.md).
 *
 * A state is an integer times a unit, clamped to some bits (24 unless told otherwise). Factors such
 * as a cell's decay are Q0.15. Rounding of a product: to the nearest, halves up,
 *     (x f + 2^14) >> 15.
 */
#ifndef TUFT_CORE_FIXED_H
#define TUFT_CORE_FIXED_H

#include <stdint.h>

enum {
    TUFT_FIXED_STATE_BITS = 24,
    TUFT_FIXED_FACTOR_BITS = 15,
    TUFT_FIXED_ONE = 1 << TUFT_FIXED_FACTOR_BITS, /* 1 as a factor */
    TUFT_FIXED_WEIGHT_BITS_LEAST = 2,
    TUFT_FIXED_WEIGHT_BITS_MOST = 16,
    TUFT_FIXED_STATE_BITS_LEAST = 16,
    TUFT_FIXED_STATE_BITS_MOST = 24, /* a factor's and a state's product: one 27 x 18 multiplier */
    TUFT_FIXED_SHIFT_MOST = 15
};

/* Largest value of a signed number of so many bits, 2 to 31. */
static inline int32_t tuft_fixed_most(uint32_t bits)
{
    return (int32_t)((UINT32_C(1) << (bits - 1)) - 1);
}

/* x within -2^(bits-1) .. 2^(bits-1) - 1. */
static inline int32_t tuft_fixed_clamp(int32_t x, uint32_t bits)
{
    int32_t most = tuft_fixed_most(bits);
    return x > most ? most : x < -most - 1 ? -most - 1 : x;
}

/* x times a factor of 0 .. TUFT_FIXED_ONE. >> of a negative number is arithmetic, as in gcc, clang
 * and hardware. */
static inline int32_t tuft_fixed_product(int32_t x, int32_t factor)
{
    int64_t half = INT64_C(1) << (TUFT_FIXED_FACTOR_BITS - 1);
    return (int32_t)(((int64_t)x * factor + half) >> TUFT_FIXED_FACTOR_BITS);
}

/* One more, unless it is the largest already. */
static inline uint16_t tuft_fixed_count(uint16_t count)
{
    return count < UINT16_MAX ? (uint16_t)(count + 1) : count;
}

/* The nearest factor to x of 0 .. 1; what is outside becomes the nearer end. */
int32_t tuft_fixed_factor(double x);
/* The integer whose test v > n is v unit > threshold for every v of so many bits. */
int32_t tuft_fixed_threshold(double threshold, double unit, uint32_t bits);

#endif
