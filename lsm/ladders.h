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
 * only, so that float32 is enough for 1e-5. The current into a terminal at 0 V is
 *
 *     sum_k x_k W_k,  W_k = G_k d_k d_k-1 ... d_0
 *
 * Fields hold a node's ladders beside each other, TUFT_LADDERS floats a node, or where a step is
 * given that many, from node 0 on.
 */
#ifndef TUFT_LSM_LADDERS_H
#define TUFT_LSM_LADDERS_H

#include <stddef.h>
#include <stdint.h>

enum { TUFT_LADDERS = 64 };

typedef struct {
    uint32_t nodes;
    float wire_ohm, end_ohm;
} tuft_ladder;

/* factor: d; share: R j d, may be where x is if its step is TUFT_LADDERS; current[TUFT_LADDERS]:
 * what flows into terminals at 0 V. */
void tuft_ladders_eliminate(tuft_ladder line, const float *siemens, ptrdiff_t step, const float *x,
                            ptrdiff_t x_step, float *factor, float *share, float *current);

/* v, its terminals at `end`; may be where share is if the step is TUFT_LADDERS. */
void tuft_ladders_voltage(tuft_ladder line, const float *factor, const float *share,
                          const float *end, float *v, ptrdiff_t step);

/* v with terminals at 0 V, and W; all three with the same step. */
void tuft_ladders_voltage_weight(tuft_ladder line, const float *factor, const float *share,
                                 const float *siemens, float *v, float *weight, ptrdiff_t step);

#endif
