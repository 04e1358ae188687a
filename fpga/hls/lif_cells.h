/* What kernels of LIF cells share: how a word of cells takes a step. Sizes as in lif_reservoir.h.
 */
#ifndef TUFT_FPGA_LIF_CELLS_H
#define TUFT_FPGA_LIF_CELLS_H

#include "hls.h"
#include "lif_reservoir.h"

/* v times decay, to the nearest, halves up. */
static int32_t lif_leak(int32_t v, int32_t decay)
{
    return (int32_t)(((int64_t)v * decay + (1 << 14)) >> 15);
}

static int32_t lif_clamp(int32_t x)
{
    const int32_t most = (1 << (LIF_STATE_BITS - 1)) - 1;
    return x > most ? most : x < -most - 1 ? -most - 1 : x;
}

static void lif_rest(int32_t v[LIF_ROW], int32_t acc[LIF_ROW], uint8_t fired[LIF_ROW],
                     uint16_t count[LIF_ROW])
{
    for (int w = 0; w < LIF_WORDS; w++) {
        HLS_(PIPELINE II = 1)
        for (int lane = 0; lane < LIF_LANES; lane++) {
            HLS_(UNROLL)
            int j = w * LIF_LANES + lane;
            v[j] = 0;
            acc[j] = 0;
            fired[j] = 0;
            count[j] = 0;
        }
    }
}

/* All cells, a word a cycle: leak or reset, input, test. */
static void lif_step(int32_t v[LIF_ROW], int32_t acc[LIF_ROW], uint8_t fired[LIF_ROW],
                     uint16_t count[LIF_ROW], const int32_t threshold[LIF_ROW], int32_t decay)
{
    for (int w = 0; w < LIF_WORDS; w++) {
        HLS_(PIPELINE II = 1)
        for (int lane = 0; lane < LIF_LANES; lane++) {
            HLS_(UNROLL)
            int j = w * LIF_LANES + lane;
            int32_t to = lif_clamp((fired[j] ? 0 : lif_leak(v[j], decay)) + acc[j]);
            uint8_t fires = j < LIF_CELLS && to > threshold[j];
            v[j] = to;
            acc[j] = 0;
            fired[j] = fires;
            count[j] = (uint16_t)(count[j] + (fires && count[j] < UINT16_MAX));
        }
    }
}

#endif
