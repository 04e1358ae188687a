#include "cells/fired.h"

#include <string.h>

enum { GROUP = TUFT_FIRED_GROUP, WORDS = GROUP / 8 };

static uint64_t word_at(const uint8_t *flag)
{
    uint64_t word;
    memcpy(&word, flag, sizeof word);
    return word;
}

uint32_t tuft_fired_collect(uint8_t *fired, uint32_t begin, uint32_t n, uint32_t *spike)
{
    uint32_t spikes = 0;
    memset(fired + n, 0, GROUP);
    for (uint32_t i = 0; i < n; i += GROUP) {
        uint64_t any = 0;
        for (int k = 0; k < WORDS; k++)
            any |= word_at(fired + i + 8 * k);
        if (!any)
            continue;
        /* A bit a cell: eight flags of a byte each are multiplied into the top byte. */
        uint64_t cells = 0;
        for (int k = 0; k < WORDS; k++)
            cells |= (word_at(fired + i + 8 * k) * 0x0102040810204080u >> 56) << 8 * k;
        for (; cells; cells &= cells - 1)
            spike[spikes++] = begin + i + (uint32_t)__builtin_ctzll(cells);
    }
    return spikes;
}
