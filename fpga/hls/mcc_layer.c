#include "mcc_layer.h"

#include "hls.h"

static void add_row(mcc_sum acc[MCC_ROW], const mcc_weight *weight, uint32_t first, int16_t value)
{
    for (uint32_t w = 0; w < MCC_WORDS; w++) {
        HLS_(PIPELINE II = 1)
        for (uint32_t lane = 0; lane < MCC_LANES; lane++) {
            HLS_(UNROLL)
            uint32_t j = w * MCC_LANES + lane;
            acc[j] += (mcc_sum)value * weight[first + j];
        }
    }
}

/* A sum in units of 2^-12, clipped to 18 bits. */
static int32_t scaled(mcc_sum sum, uint16_t scale, uint8_t shift)
{
    const int64_t most = (1 << (MCC_BITS - 1)) - 1;
    int64_t x = ((int64_t)sum * scale + ((int64_t)1 << (shift - 1))) >> shift;
    return (int32_t)(x > most ? most : x < -most - 1 ? -most - 1 : x);
}

static int16_t cooperate(int32_t r, int32_t c)
{
    int64_t s = (int64_t)r * r + 2 * MCC_ONE * (int64_t)r;
    s += (int64_t)c * (MCC_ONE + (r < 0 ? -r : r));
    s = (s + MCC_ONE / 2) >> 12;
    return (int16_t)(s > MCC_SIX ? MCC_SIX : s < 0 ? 0 : s);
}

void mcc_layer(const uint16_t x_index[MCC_INPUTS], const int16_t x_value[MCC_INPUTS],
               uint16_t x_count, const uint16_t p_index[MCC_CONTEXTS],
               const int16_t p_value[MCC_CONTEXTS], uint16_t p_count,
               const mcc_weight r_weight[MCC_INPUTS * MCC_ROW],
               const mcc_weight c_weight[MCC_CONTEXTS * MCC_ROW], const int32_t r_bias[MCC_ROW],
               const int32_t c_bias[MCC_ROW], uint16_t r_scale, uint8_t r_shift, uint16_t c_scale,
               uint8_t c_shift, uint16_t y_index[MCC_CELLS], int16_t y_value[MCC_CELLS],
               uint16_t y_count[1])
{
    mcc_sum r[MCC_ROW], c[MCC_ROW];
    uint16_t sent = 0;
    HLS_(ARRAY_PARTITION variable = r type = cyclic factor = MCC_LANES)
    HLS_(ARRAY_PARTITION variable = c type = cyclic factor = MCC_LANES)
    HLS_(ARRAY_RESHAPE variable = r_weight type = cyclic factor = MCC_LANES)
    HLS_(ARRAY_RESHAPE variable = c_weight type = cyclic factor = MCC_LANES)

    for (uint32_t j = 0; j < MCC_ROW; j++) {
        HLS_(UNROLL factor = MCC_LANES)
        r[j] = r_bias[j];
        c[j] = c_bias[j];
    }
    for (uint32_t e = 0; e < MCC_INPUTS && e < x_count; e++)
        if (x_index[e] < MCC_INPUTS)
            add_row(r, r_weight, (uint32_t)x_index[e] * MCC_ROW, x_value[e]);
    for (uint32_t e = 0; e < MCC_CONTEXTS && e < p_count; e++)
        if (p_index[e] < MCC_CONTEXTS)
            add_row(c, c_weight, (uint32_t)p_index[e] * MCC_ROW, p_value[e]);
    for (uint32_t j = 0; j < MCC_CELLS; j++) {
        HLS_(PIPELINE II = 1)
        int16_t y = cooperate(scaled(r[j], r_scale, r_shift), scaled(c[j], c_scale, c_shift));
        if (y > 0) {
            y_index[sent] = (uint16_t)j;
            y_value[sent] = y;
            sent++;
        }
    }
    y_count[0] = sent;
}
