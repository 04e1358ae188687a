#include "core/generated_weights.h"

#include "core/fixed.h"
#include "core/philox.h"

enum { BYTES = 4, MIDDLE = 510, SUM_BITS = 10 };

void tuft_generated_row(uint64_t seed, uint32_t array, uint32_t row, uint32_t bits, int16_t *weight,
                        uint32_t columns)
{
    tuft_random random =
        tuft_random_stream(seed, TUFT_RANDOM_GENERATED_WEIGHT, (uint64_t)array << 32 | row);
    int32_t most = tuft_fixed_most(bits);
    for (uint32_t j = 0; j < columns; j++) {
        uint32_t word = tuft_random_u32(&random);
        int32_t sum = -MIDDLE;
        for (int b = 0; b < BYTES; b++)
            sum += (int32_t)(word >> (8 * b) & 255);
        int32_t w = (sum + (1 << (SUM_BITS - 1 - bits))) >> (SUM_BITS - bits);
        weight[j] = (int16_t)(w > most ? most : w < -most ? -most : w);
    }
}
