/* Integer weights that need no memory: near to normal, made of a stream's words when they are asked
 * for, so that a chip with Philox in logic has a random reservoir without storing it
 * (fpga/hls/lif_reservoir_philox.h says the same).
 *
 * Weight (array, row, column) is word `column` of stream (seed, GENERATED_WEIGHT, array << 32 |
 * row): the sum of its four bytes less 510 (Irwin-Hall, standard deviation 147.8), halved 10 - bits
 * times with halves up, clipped to -(2^(bits-1) - 1) .. 2^(bits-1) - 1. */
#ifndef TUFT_CORE_GENERATED_WEIGHTS_H
#define TUFT_CORE_GENERATED_WEIGHTS_H

#include <stdint.h>

enum { TUFT_GENERATED_BITS_MOST = 8 };

/* weight[columns] of one row; bits from 2 to 8. */
void tuft_generated_row(uint64_t seed, uint32_t array, uint32_t row, uint32_t bits, int16_t *weight,
                        uint32_t columns);

#endif
