/* exp(x) in float32 that loops over cells can be made vectors of, with the same bits whatever the
 * width of the vectors: the C library's has no such form.
 *
 * exp(x) = 2^n exp(r) with n = round(x / ln 2) and |r| <= ln 2 / 2, ln 2 taken in two parts (Cody &
 * Waite 1980); exp(r) by its Taylor series to r^7. Relative error under 2e-7 for -87 <= x <= 88;
 * outside, x is taken as the nearer end (no infinity, no denormals; NaN counts as -87).
 */
#ifndef TUFT_CELLS_EXPONENTIAL_H
#define TUFT_CELLS_EXPONENTIAL_H

#include <stdint.h>
#include <string.h>

static inline float tuft_expf(float x)
{
    x = x > -87.0f ? x : -87.0f;
    x = x < 88.0f ? x : 88.0f;
    float n = (x * 1.44269504f + 12582912.0f) - 12582912.0f; /* 1.5 x 2^23: rounds to a whole */
    float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    float p = 1 / 5040.0f;
    p = p * r + 1 / 720.0f;
    p = p * r + 1 / 120.0f;
    p = p * r + 1 / 24.0f;
    p = p * r + 1 / 6.0f;
    p = p * r + 0.5f;
    p = p * r * r + r + 1;
    int32_t bits = ((int32_t)n + 127) * (1 << 23);
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return p * scale;
}

#endif
