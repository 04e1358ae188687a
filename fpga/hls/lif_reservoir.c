#include "lif_reservoir.h"

#include "lif_cells.h"

/* acc[j] += weight[first + j] 2^shift, a word a cycle. */
static void add_row(int32_t acc[LIF_ROW], const lif_weight *weight, uint32_t first, uint8_t shift)
{
    for (int w = 0; w < LIF_WORDS; w++) {
        HLS_(PIPELINE II = 1)
        for (int lane = 0; lane < LIF_LANES; lane++) {
            HLS_(UNROLL)
            uint32_t j = (uint32_t)(w * LIF_LANES + lane);
            acc[j] += weight[first + j] * (1 << shift);
        }
    }
}

void lif_reservoir(const uint16_t event[LIF_EVENTS], const uint16_t events[LIF_STEPS],
                   uint32_t steps, const lif_weight input_weight[LIF_INPUTS * LIF_ROW],
                   const lif_weight recurrent_weight[LIF_CELLS * LIF_ROW], uint8_t input_shift,
                   uint8_t recurrent_shift, const int32_t threshold[LIF_ROW], int32_t decay,
                   uint16_t count[LIF_ROW])
{
    int32_t v[LIF_ROW], acc[LIF_ROW];
    uint8_t fired[LIF_ROW];
    HLS_(ARRAY_PARTITION variable = v type = cyclic factor = LIF_LANES)
    HLS_(ARRAY_PARTITION variable = acc type = cyclic factor = LIF_LANES)
    HLS_(ARRAY_PARTITION variable = fired type = cyclic factor = LIF_LANES)
    HLS_(ARRAY_RESHAPE variable = input_weight type = cyclic factor = LIF_LANES)
    HLS_(ARRAY_RESHAPE variable = recurrent_weight type = cyclic factor = LIF_LANES)
    HLS_(ARRAY_RESHAPE variable = threshold type = cyclic factor = LIF_LANES)
    HLS_(ARRAY_RESHAPE variable = count type = cyclic factor = LIF_LANES)
    uint32_t from = 0;

    lif_rest(v, acc, fired, count);
    for (uint32_t k = 0; k < LIF_STEPS && k < steps; k++) {
        for (uint32_t e = 0; e < LIF_STEP_EVENTS && e < events[k]; e++)
            if (from + e < LIF_EVENTS && event[from + e] < LIF_INPUTS)
                add_row(acc, input_weight, (uint32_t)event[from + e] * LIF_ROW, input_shift);
        from += events[k];
        for (uint32_t i = 0; i < LIF_CELLS; i++)
            if (fired[i])
                add_row(acc, recurrent_weight, i * LIF_ROW, recurrent_shift);
        lif_step(v, acc, fired, count, threshold, decay);
    }
}
