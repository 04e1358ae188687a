/* Kernel (c): a layer of two-point LIF cells with a dendritic plateau, the clocked form of
 * cells/two_point_lif.h in fixed point. Soma and dendrite each take their own address events.
 *
 * All of V, A and the thresholds in one unit u (docs/fpga-numbers.md), leaks in Q0.15. In a step,
 * for each cell, with P = a plateau is on and H = fewer than `refractory` steps since the spike:
 *     x = clamp(V + product(bias + drive P - V, leak) + soma input)
 *     fires = not H and x > threshold - drop P
 *     V = v_reset after a spike, V while H, else x
 *     A = clamp(A - product(A, leak_a) + apical input)
 *     a plateau begins, of `plateau` steps, when none is on and
 *         (apical input > 0 or fires) and steps since the spike <= window and A > bac, or
 *         apical input > 0 and A > alone
 * product(a, b) = (a b + 2^14) >> 15; clamps to TWO_POINT_STATE_BITS; steps since a spike are
 * counted up to 65535, at which a cell starts.
 */
#ifndef TUFT_FPGA_TWO_POINT_LAYER_H
#define TUFT_FPGA_TWO_POINT_LAYER_H

#include <stdint.h>

#ifndef TWO_POINT_INPUTS
#define TWO_POINT_INPUTS 64 /* rows of somatic weights */
#endif
#ifndef TWO_POINT_CONTEXTS
#define TWO_POINT_CONTEXTS 64 /* rows of apical weights */
#endif
#ifndef TWO_POINT_CELLS
#define TWO_POINT_CELLS 32
#endif
#ifndef TWO_POINT_LANES
#define TWO_POINT_LANES 4
#endif
#ifndef TWO_POINT_STEPS
#define TWO_POINT_STEPS 1024
#endif
#ifndef TWO_POINT_EVENTS
#define TWO_POINT_EVENTS 16384 /* most of a sample, of each kind */
#endif
#ifndef TWO_POINT_STEP_EVENTS
#define TWO_POINT_STEP_EVENTS 256 /* most of a step, of each kind; more go by unheard */
#endif
#ifndef TWO_POINT_STATE_BITS
#define TWO_POINT_STATE_BITS 24
#endif

#define TWO_POINT_WORDS ((TWO_POINT_CELLS + TWO_POINT_LANES - 1) / TWO_POINT_LANES)
#define TWO_POINT_ROW   (TWO_POINT_WORDS * TWO_POINT_LANES)

/* Of all cells; states within TWO_POINT_STATE_BITS, leaks 0 to 32768, times in steps below 65535.
 * |bias + drive| below 2^(TWO_POINT_STATE_BITS-1). */
typedef struct {
    int32_t leak, leak_a, threshold, drop, v_reset, drive, bac, alone;
    uint16_t refractory, window, plateau;
} two_point_law;

/* One sample from rest; event lists as in lif_reservoir.h. Weights add weight x 2^shift: a step's
 * sums must stay below 2^31 - 2^TWO_POINT_STATE_BITS. spikes and plateaus: how many of each cell,
 * at most 65535; 0 past the last cell. */
void two_point_layer(const uint16_t soma[TWO_POINT_EVENTS], const uint16_t somas[TWO_POINT_STEPS],
                     const uint16_t apical[TWO_POINT_EVENTS],
                     const uint16_t apicals[TWO_POINT_STEPS], uint32_t steps,
                     const int8_t soma_weight[TWO_POINT_INPUTS * TWO_POINT_ROW],
                     const int8_t apical_weight[TWO_POINT_CONTEXTS * TWO_POINT_ROW],
                     uint8_t soma_shift, uint8_t apical_shift, two_point_law law,
                     const int32_t bias[TWO_POINT_ROW], uint16_t spikes[TWO_POINT_ROW],
                     uint16_t plateaus[TWO_POINT_ROW]);

#endif
