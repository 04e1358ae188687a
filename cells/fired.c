#include "cells/fired.h"

#include <string.h>

enum { GROUP = TUFT_FIRED_GROUP };

uint32_t tuft_fired_collect(uint8_t *fired, uint32_t begin, uint32_t n, uint32_t *spike)
{
    uint32_t spikes = 0;
    memset(fired + n, 0, GROUP);
    for (uint32_t i = 0; i < n; i += GROUP) {
        uint64_t eight[GROUP / 8];
        memcpy(eight, fired + i, GROUP);
        if (!(eight[0] | eight[1] | eight[2] | eight[3]))
            continue;
        for (uint32_t k = 0; k < GROUP / 8; k++)
            for (; eight[k]; eight[k] &= eight[k] - 1)
                spike[spikes++] = begin + i + 8 * k + (uint32_t)__builtin_ctzll(eight[k]) / 8;
    }
    return spikes;
}
