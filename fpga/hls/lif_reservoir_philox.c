#include "lif_reservoir_philox.h"

#include "lif_cells.h"

enum { ROUNDS = 10, BLOCK = 4, PURPOSE = 19 /* TUFT_RANDOM_GENERATED_WEIGHT of core/philox.h */ };
enum { INPUT, RECURRENT };

/* Block b of the row's stream. */
static void philox(uint32_t b, uint32_t row, uint32_t array, uint32_t seed_low, uint32_t seed_high,
                   uint32_t word[BLOCK])
{
    uint32_t c0 = b, c1 = (uint32_t)PURPOSE << 16, c2 = row, c3 = array;
    for (int round = 0; round < ROUNDS; round++) {
        HLS_(UNROLL)
        uint64_t p = (uint64_t)0xD2511F53u * c0, q = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(q >> 32) ^ c1 ^ seed_low;
        c2 = (uint32_t)(p >> 32) ^ c3 ^ seed_high;
        c1 = (uint32_t)q;
        c3 = (uint32_t)p;
        seed_low += 0x9E3779B9u;
        seed_high += 0xBB67AE85u;
    }
    word[0] = c0;
    word[1] = c1;
    word[2] = c2;
    word[3] = c3;
}

static int32_t weight_of(uint32_t word)
{
    const int32_t most = (1 << (LIF_WEIGHT_BITS - 1)) - 1;
    int32_t sum = (int32_t)((word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24));
    int32_t w = (sum - 510 + (1 << (9 - LIF_WEIGHT_BITS))) >> (10 - LIF_WEIGHT_BITS);
    return w > most ? most : w < -most ? -most : w;
}

static void add_row(int32_t acc[LIF_ROW], uint32_t row, uint32_t array, uint32_t seed_low,
                    uint32_t seed_high, uint8_t shift)
{
    for (uint32_t w = 0; w < LIF_WORDS; w++) {
        HLS_(PIPELINE II = 1)
        for (uint32_t b = 0; b < LIF_LANES / BLOCK; b++) {
            HLS_(UNROLL)
            uint32_t word[BLOCK];
            philox(w * (LIF_LANES / BLOCK) + b, row, array, seed_low, seed_high, word);
            for (uint32_t n = 0; n < BLOCK; n++) {
                HLS_(UNROLL)
                acc[w * LIF_LANES + b * BLOCK + n] += weight_of(word[n]) * (1 << shift);
            }
        }
    }
}

void lif_reservoir_philox(const uint16_t event[LIF_EVENTS], const uint16_t events[LIF_STEPS],
                          uint32_t steps, uint32_t seed_low, uint32_t seed_high,
                          uint8_t input_shift, uint8_t recurrent_shift,
                          const int32_t threshold[LIF_ROW], int32_t decay, uint16_t count[LIF_ROW])
{
    int32_t v[LIF_ROW], acc[LIF_ROW];
    uint8_t fired[LIF_ROW];
    HLS_(ARRAY_PARTITION variable = v type = cyclic factor = LIF_LANES)
    HLS_(ARRAY_PARTITION variable = acc type = cyclic factor = LIF_LANES)
    HLS_(ARRAY_PARTITION variable = fired type = cyclic factor = LIF_LANES)
    HLS_(ARRAY_RESHAPE variable = threshold type = cyclic factor = LIF_LANES)
    HLS_(ARRAY_RESHAPE variable = count type = cyclic factor = LIF_LANES)
    uint32_t from = 0;

    lif_rest(v, acc, fired, count);
    for (uint32_t k = 0; k < LIF_STEPS && k < steps; k++) {
        for (uint32_t e = 0; e < LIF_STEP_EVENTS && e < events[k]; e++)
            if (from + e < LIF_EVENTS && event[from + e] < LIF_INPUTS)
                add_row(acc, event[from + e], INPUT, seed_low, seed_high, input_shift);
        from += events[k];
        for (uint32_t i = 0; i < LIF_CELLS; i++)
            if (fired[i])
                add_row(acc, i, RECURRENT, seed_low, seed_high, recurrent_shift);
        lif_step(v, acc, fired, count, threshold, decay);
    }
}
