#include "core/normals.h"

#include "core/simd.h"

#include <math.h>
#include <string.h>

enum { LANES = 16, WORDS = 4, BATCH = LANES * WORDS, ROUNDS = 10 };

/* Four words, each in 64 bits so that a product with it is one multiplication, as wide as AVX2's
 * registers; four of them are the sixteen lanes. */
enum { QUAD = 4, QUADS = LANES / QUAD };
typedef uint64_t quad __attribute__((vector_size(8 * QUAD)));
typedef uint32_t words __attribute__((vector_size(4 * QUAD), aligned(4), may_alias));

/* Salmon et al. 2011, table 2, as in core/philox.c, sixteen blocks side by side: word[k][l] is word
 * k of the block whose counter is l more than `counter` (of which the lowest word has no carry). */
static inline __attribute__((always_inline)) void
sixteen(uint32_t word[WORDS][LANES], const uint32_t counter[WORDS], const uint32_t key[2])
{
    const quad low = (quad){0} + 0xFFFFFFFFu;
    quad c[WORDS][QUADS];
    uint32_t k0 = key[0], k1 = key[1];
#pragma GCC unroll 4
    for (int q = 0; q < QUADS; q++) {
        c[0][q] = ((quad){0, 1, 2, 3} + (uint64_t)(QUAD * q) + counter[0]) & low;
        for (int k = 1; k < WORDS; k++)
            c[k][q] = (quad){0} + counter[k];
    }
#pragma GCC unroll 10
    for (int round = 0; round < ROUNDS; round++) {
#pragma GCC unroll 4
        for (int q = 0; q < QUADS; q++) {
            quad first = c[0][q] * 0xD2511F53u, second = c[2][q] * 0xCD9E8D57u;
            c[0][q] = (second >> 32) ^ c[1][q] ^ k0;
            c[2][q] = (first >> 32) ^ c[3][q] ^ k1;
            c[1][q] = second & low;
            c[3][q] = first & low;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
#pragma GCC unroll 4
    for (int k = 0; k < WORDS; k++)
#pragma GCC unroll 4
        for (int q = 0; q < QUADS; q++)
            *(words *)(word[k] + QUAD * q) = __builtin_convertvector(c[k][q], words);
}

/* sqrt(-2 ln u) for u = (w / 2 + 1/2) / 2^31. The mantissa m lies in [sqrt(1/2), sqrt(2)):
 * ln m = 2 (s + s^3 / 3 + s^5 / 5 + ...) with s = (m - 1) / (m + 1). */
static inline __attribute__((always_inline)) float radius(uint32_t w)
{
    float u = ((float)(int32_t)(w >> 1) + 0.5f) * 0x1p-31f;
    int32_t bits, exponent;
    memcpy(&bits, &u, sizeof bits);
    exponent = (bits - 0x3F3504F3) >> 23;
    bits -= exponent * (1 << 23);
    float m;
    memcpy(&m, &bits, sizeof m);
    float s = (m - 1) / (m + 1), s2 = s * s;
    float series =
        2 * s * (1 + s2 * (1 / 3.0f + s2 * (1 / 5.0f + s2 * (1 / 7.0f + s2 * (1 / 9.0f)))));
    float ln = (float)exponent * 0.69314718f + series;
    return ln < 0 ? sqrtf(-2 * ln) : 0;
}

/* Angle 2 pi w / 2^32 = quarter pi / 2 + y, |y| <= pi / 4. */
static inline __attribute__((always_inline)) void turn(uint32_t w, float *cosine, float *sine)
{
    uint32_t quarter = (w + 0x20000000u) >> 30;
    float y = (float)(int32_t)(w - (quarter << 30)) * (float)(2 * M_PI * 0x1p-32), y2 = y * y;
    float s =
        y * (1 + y2 * (-1 / 6.0f + y2 * (1 / 120.0f + y2 * (-1 / 5040.0f + y2 * (1 / 362880.0f)))));
    float c = 1 + y2 * (-1 / 2.0f + y2 * (1 / 24.0f + y2 * (-1 / 720.0f + y2 * (1 / 40320.0f))));
    float first = quarter & 1 ? s : c, second = quarter & 1 ? c : s;
    *cosine = (quarter + 1) & 2 ? -first : first;
    *sine = quarter & 2 ? -second : second;
}

TUFT_CLONES static void batch(float z[BATCH], const uint32_t counter[WORDS], const uint32_t key[2])
{
    uint32_t word[WORDS][LANES];
    sixteen(word, counter, key);
    for (int l = 0; l < LANES; l++) {
        float r = radius(word[0][l]), cosine, sine;
        turn(word[1][l], &cosine, &sine);
        z[l] = r * cosine;
        z[LANES + l] = r * sine;
    }
    for (int l = 0; l < LANES; l++) {
        float r = radius(word[2][l]), cosine, sine;
        turn(word[3][l], &cosine, &sine);
        z[2 * LANES + l] = r * cosine;
        z[3 * LANES + l] = r * sine;
    }
}

void tuft_normals(float *z, size_t n, uint64_t seed, tuft_random_purpose purpose, uint64_t index,
                  uint64_t first)
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    for (uint64_t at = first / BATCH; n; at++) {
        size_t skip = first > at * BATCH ? (size_t)(first - at * BATCH) : 0;
        size_t take = BATCH - skip < n ? BATCH - skip : n;
        uint64_t block = at * LANES;
        const uint32_t counter[WORDS] = {(uint32_t)block,
                                         (uint32_t)purpose << 16 | (uint32_t)(block >> 32),
                                         (uint32_t)index, (uint32_t)(index >> 32)};
        if (take == BATCH) {
            batch(z, counter, key);
        } else {
            float all[BATCH];
            batch(all, counter, key);
            memcpy(z, all + skip, take * sizeof *z);
        }
        z += take;
        n -= take;
    }
}
