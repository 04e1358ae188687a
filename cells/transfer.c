#include "cells/transfer.h"

#include "cells/exponential.h"
#include "core/simd.h"

#include <stddef.h>

static inline float relu6(float x)
{
    return x > 0 ? (x < 6 ? x : 6) : 0;
}

static inline float clipped_exp(float x)
{
    x = x > -10 ? x : -10;
    return tuft_expf(x < 10 ? x : 10);
}

#define TRANSFER(name, value)                                                                      \
    TUFT_CLONES static void name(const float *r, const float *c, float *y, uint32_t n)             \
    {                                                                                              \
        for (uint32_t i = 0; i < n; i++) {                                                         \
            float R = r[i], C = c[i];                                                              \
            (void)C;                                                                               \
            y[i] = (value);                                                                        \
        }                                                                                          \
    }

TRANSFER(point, relu6(R))
TRANSFER(tm1, 0.5f * R * (1 + clipped_exp(R * C)))
TRANSFER(tm2, R + R * C)
TRANSFER(tm3, (2 - 2 / (1 + tuft_expf(2 * R * C))) * R) /* 1 + tanh(x) = 2 - 2/(1 + exp(2x)) */
TRANSFER(tm4, clipped_exp(0.69314718f * R * C) * R)
TRANSFER(cooperation, relu6((R + 2) * R + C * (1 + (R < 0 ? -R : R))))

/* Slopes: what y = f(R, C) gains with R and with C, each times the slope of what y goes into. A
 * clipped exponent has none. */
#define SLOPES(name, work, by_r, by_c)                                                             \
    TUFT_CLONES static void name(const float *r, const float *c, const float *slope_y,             \
                                 float *slope_r, float *slope_c, size_t n)                         \
    {                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            float R = r[i], C = c[i], y = slope_y[i];                                              \
            (void)C;                                                                               \
            work;                                                                                  \
            slope_r[i] = y * (by_r);                                                               \
            slope_c[i] = y * (by_c);                                                               \
        }                                                                                          \
    }

static inline float within(float x, float least, float most)
{
    return x > least && x < most ? 1.0f : 0.0f;
}

static inline float sign(float x)
{
    return (float)(x > 0) - (float)(x < 0);
}

static inline float magnitude(float x)
{
    return x < 0 ? -x : x;
}

#define LN2 0.69314718f
SLOPES(point_slopes, float open = within(R, 0, 6), open, 0)
SLOPES(tm1_slopes, float e = clipped_exp(R * C); float gain = within(R * C, -10, 10) * e,
                                                 0.5f * (1 + e) + 0.5f * R * C * gain,
                                                 0.5f * R * R * gain)
SLOPES(tm2_slopes, , 1 + C, R)
SLOPES(tm3_slopes, float more = 2 - 2 / (1 + tuft_expf(2 * R * C)); /* 1 + tanh(RC) */
       float gain = more * (2 - more), more + R * C * gain, R *R *gain)
SLOPES(tm4_slopes, float e = clipped_exp(LN2 * R * C);
       float gain = within(LN2 * R * C, -10, 10) * LN2 * e, e + R * C * gain, R *R *gain)
SLOPES(cooperation_slopes, float open = within((R + 2) * R + C * (1 + magnitude(R)), 0, 6),
       open *(2 * R + 2 + C * sign(R)), open *(1 + magnitude(R)))

const char *tuft_transfer_name(tuft_transfer transfer)
{
    static const char *const name[] = {"point", "tm1", "tm2", "tm3", "tm4", "cooperation"};
    return (unsigned)transfer < TUFT_TRANSFERS ? name[transfer] : NULL;
}

void tuft_transfer_apply(tuft_transfer transfer, const float *r, const float *c, float *y,
                         uint32_t n)
{
    static void (*const apply[])(const float *, const float *, float *,
                                 uint32_t) = {point, tm1, tm2, tm3, tm4, cooperation};
    apply[transfer](r, c, y, n);
}

void tuft_transfer_slopes(tuft_transfer transfer, const float *r, const float *c,
                          const float *slope_y, float *slope_r, float *slope_c, size_t n)
{
    static void (*const slopes[])(const float *, const float *, const float *, float *, float *,
                                  size_t) = {point_slopes, tm1_slopes, tm2_slopes,
                                             tm3_slopes,   tm4_slopes, cooperation_slopes};
    slopes[transfer](r, c, slope_y, slope_r, slope_c, n);
}
