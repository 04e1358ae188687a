/* Random numbers of the benches: Philox 4x32-10, written apart from core/philox.c and the kernels,
 * so that a bench needs nothing but its kernel. */
#ifndef TUFT_FPGA_TB_DRAW_H
#define TUFT_FPGA_TB_DRAW_H

#include <stdint.h>

typedef struct {
    uint32_t stream, block, word[4];
    int left;
} tb_draw;

/* Block `counter` under a key, as the four words that come out. */
static inline void tb_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t x[4], k[2] = {key[0], key[1]};
    for (int i = 0; i < 4; i++)
        x[i] = counter[i];
    for (int round = 0; round < 10; round++) {
        uint64_t a = x[0] * UINT64_C(0xD2511F53), b = x[2] * UINT64_C(0xCD9E8D57);
        uint32_t y[4] = {(uint32_t)(b / 4294967296u) ^ x[1] ^ k[0], (uint32_t)b,
                         (uint32_t)(a / 4294967296u) ^ x[3] ^ k[1], (uint32_t)a};
        for (int i = 0; i < 4; i++)
            x[i] = y[i];
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
    for (int i = 0; i < 4; i++)
        out[i] = x[i];
}

static inline uint32_t tb_word(tb_draw *d)
{
    const uint32_t key[2] = {0x7475, 0x6674};
    if (!d->left) {
        const uint32_t counter[4] = {d->block++, d->stream, 0, 0};
        tb_philox(counter, key, d->word);
        d->left = 4;
    }
    return d->word[--d->left];
}

/* low .. high, both possible; the slight favour of small values does not matter here. */
static inline int32_t tb_between(tb_draw *d, int32_t low, int32_t high)
{
    return (int32_t)(low + (int64_t)(tb_word(d) % ((uint64_t)((int64_t)high - low) + 1)));
}

#endif
