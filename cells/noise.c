#include "cells/noise.h"

#include "core/philox.h"
#include "core/simd.h"

#include <math.h>

tuft_noise_law tuft_noise_law_of(double sd, double tau_ms, double step_ms)
{
    /* Eight bytes, each uniform over 0 .. 255. */
    const double variance = 8 * (256.0 * 256.0 - 1) / 12;
    return (tuft_noise_law){
        .decay = (float)exp(-step_ms / tau_ms),
        .scale = (float)(sd * sqrt(-expm1(-2 * step_ms / tau_ms) / variance)),
    };
}

/* The sum of the eight bytes of two words, less its mean. */
static inline float centred(uint32_t a, uint32_t b)
{
    uint32_t pairs =
        (a & 0x00ff00ffu) + (a >> 8 & 0x00ff00ffu) + (b & 0x00ff00ffu) + (b >> 8 & 0x00ff00ffu);
    return (float)(int32_t)((pairs & 0xffffu) + (pairs >> 16)) - 8 * 127.5f;
}

/* Philox4x32-10 (core/philox.h) over cells, so that the compiler makes vectors of it. */
enum { BLOCK = 512, ROUNDS = 10 };

TUFT_CLONES static void rounds(uint32_t *restrict c0, uint32_t *restrict c1, uint32_t *restrict c2,
                               uint32_t *restrict c3, uint32_t n, uint32_t k0, uint32_t k1)
{
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < n; i++) {
            uint64_t product0 = (uint64_t)0xD2511F53u * c0[i];
            uint64_t product1 = (uint64_t)0xCD9E8D57u * c2[i];
            c0[i] = (uint32_t)(product1 >> 32) ^ c1[i] ^ k0;
            c2[i] = (uint32_t)(product0 >> 32) ^ c3[i] ^ k1;
            c1[i] = (uint32_t)product1;
            c3[i] = (uint32_t)product0;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

TUFT_CLONES static void follow(float *restrict x, const uint32_t *restrict a,
                               const uint32_t *restrict b, uint32_t n, tuft_noise_law law)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] = law.decay * x[i] + law.scale * centred(a[i], b[i]);
}

void tuft_noise_step(const tuft_noise *noise, uint64_t step, uint32_t first, uint32_t n, float *x,
                     float *y)
{
    uint32_t word[4][BLOCK];
    for (uint32_t from = 0; from < n; from += BLOCK) {
        uint32_t m = n - from < BLOCK ? n - from : BLOCK;
        for (uint32_t i = 0; i < m; i++) {
            word[0][i] = (uint32_t)step;
            word[1][i] = ((uint32_t)TUFT_RANDOM_NOISE << 16) + (uint32_t)(step >> 32);
            word[2][i] = first + from + i;
            word[3][i] = noise->stream;
        }
        rounds(word[0], word[1], word[2], word[3], m, (uint32_t)noise->seed,
               (uint32_t)(noise->seed >> 32));
        follow(x + from, word[0], word[1], m, noise->law[0]);
        follow(y + from, word[2], word[3], m, noise->law[1]);
    }
}
