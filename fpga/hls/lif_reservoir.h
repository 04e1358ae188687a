/* Kernel (a): LIF reservoir, address events in, spike counts out (docs/fpga-numbers.md). Sizes are
 * macros, set when it is compiled (-DLIF_CELLS=200). */
#ifndef TUFT_FPGA_LIF_RESERVOIR_H
#define TUFT_FPGA_LIF_RESERVOIR_H

#include <stdint.h>

#ifndef LIF_INPUTS
#define LIF_INPUTS 256 /* rows of input weights */
#endif
#ifndef LIF_CELLS
#define LIF_CELLS 200
#endif
#ifndef LIF_LANES
#define LIF_LANES 8 /* weights a word, cells advanced at once */
#endif
#ifndef LIF_STEPS
#define LIF_STEPS 256 /* most steps of a sample */
#endif
#ifndef LIF_EVENTS
#define LIF_EVENTS 16384 /* most events of a sample */
#endif
#ifndef LIF_STEP_EVENTS
#define LIF_STEP_EVENTS 1024 /* most events of a step: what more there is goes by unheard */
#endif
#ifndef LIF_WEIGHT_BITS
#define LIF_WEIGHT_BITS 8 /* 2 to 16 */
#endif
#ifndef LIF_STATE_BITS
#define LIF_STATE_BITS 24 /* 16 to 24 */
#endif

/* A row, up to whole words; what stands past the last cell has no effect. */
#define LIF_WORDS ((LIF_CELLS + LIF_LANES - 1) / LIF_LANES)
#define LIF_ROW   (LIF_WORDS * LIF_LANES)

#if LIF_WEIGHT_BITS <= 8
typedef int8_t lif_weight;
#else
typedef int16_t lif_weight;
#endif

/* One sample from rest. event: the addresses of all steps, one step after the other, events[k] of
 * step k; addresses past the inputs add nothing. Shifts 0 to 15: an integer weight w adds w
 * 2^shift. decay: 0 to 32768 in Q0.15. count: spikes of each cell, at most 65535; 0 past the last
 * cell.
 *
 * No sum can leave int32 while
 *     LIF_STEP_EVENTS max|input_weight| 2^input_shift
 *         + LIF_CELLS max|recurrent_weight| 2^recurrent_shift < 2^31 - 2^(LIF_STATE_BITS-1). */
void lif_reservoir(const uint16_t event[LIF_EVENTS], const uint16_t events[LIF_STEPS],
                   uint32_t steps, const lif_weight input_weight[LIF_INPUTS * LIF_ROW],
                   const lif_weight recurrent_weight[LIF_CELLS * LIF_ROW], uint8_t input_shift,
                   uint8_t recurrent_shift, const int32_t threshold[LIF_ROW], int32_t decay,
                   uint16_t count[LIF_ROW]);

#endif
