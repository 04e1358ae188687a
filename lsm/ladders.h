/* Ladders of resistances, TUFT_LADDERS of them side by side: lines of wire with cells on them, one
 * end held at a voltage, the other open (lsm/ir_drop.h).
 *
 * Node 0 lies at the terminal, behind end_ohm; each further one behind wire_ohm. At node k a cell
 * of G_k siemens leads to a voltage x_k. From the open end on, what lies behind a node is a
 * conductance y and a current j that flows out of it at 0 V:
 *
 *     y_k = G_k + y_k+1 d_k+1,  j_k = G_k x_k + j_k+1 d_k+1,  d_k = 1 / (1 + R_k y_k)
 *
 * and then v_k = d_k (v_k-1 + R_k j_k), v_-1 the terminal's. These are sums of positive numbers
 * only, so that float32 is enough for 1e-5. d depends on the cells alone.
 *
 * Fields hold a node's ladders beside each other: those of the cells `step` floats from node to
 * node, given at node 0, factor and share TUFT_LADDERS floats.
 */
#ifndef TUFT_LSM_LADDERS_H
#define TUFT_LSM_LADDERS_H

#include <stddef.h>
#include <stdint.h>

enum { TUFT_LADDERS = 64 };

typedef struct {
    uint32_t nodes;
    ptrdiff_t step;
    float wire_ohm, end_ohm;
} tuft_ladder;

/* share: R j d (may be where x is, if step is TUFT_LADDERS); terminal: current out of the ladder
 * into its end, which is held at `end`. */
void tuft_ladders_share(tuft_ladder line, const float *siemens, const float *x, const float *factor,
                        const float *seen, const float *end, float *share, float *terminal);

/* The same before factor is known: d; and seen: y_0. */
void tuft_ladders_factor_share(tuft_ladder line, const float *siemens, const float *x,
                               const float *end, float *factor, float *seen, float *share,
                               float *terminal);

/* v (may be where share is, if step is TUFT_LADDERS). */
void tuft_ladders_voltage(tuft_ladder line, const float *factor, const float *share,
                          const float *end, float *v);

#endif
