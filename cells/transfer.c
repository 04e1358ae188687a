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
