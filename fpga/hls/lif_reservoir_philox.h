/* Kernel (a) without a weight memory: the rows of a random reservoir are drawn when they are
 * needed, the same each time, by Philox 4x32-10 (Salmon et al., SC'11; core/philox.h).
 *
 * Weight (array, row, column) is made of word `column` of the stream (seed, GENERATED_WEIGHT, array
 * << 32 | row): the sum of its four bytes less 510 is near to normal (Irwin-Hall of 4, standard
 * deviation 147.8), halved 10 - bits times with halves up, and clipped to the weights' range: w =
 * clip((b0 + b1 + b2 + b3 - 510 + 2^(9-bits)) >> (10 - bits)),   2 <= bits <= 8. Array 0 has the
 * input weights, array 1 the recurrent ones. */
#ifndef TUFT_FPGA_LIF_RESERVOIR_PHILOX_H
#define TUFT_FPGA_LIF_RESERVOIR_PHILOX_H

#include "lif_reservoir.h"

#if LIF_WEIGHT_BITS > 8 || LIF_LANES % 4 != 0
#error "generated weights: expected at most 8 bits, and lanes by fours (a block is four words)"
#endif

/* As lif_reservoir(), with a key in place of the weights. */
void lif_reservoir_philox(const uint16_t event[LIF_EVENTS], const uint16_t events[LIF_STEPS],
                          uint32_t steps, uint32_t seed_low, uint32_t seed_high,
                          uint8_t input_shift, uint8_t recurrent_shift,
                          const int32_t threshold[LIF_ROW], int32_t decay, uint16_t count[LIF_ROW]);

#endif
