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
 *     j_0 d_0 = sum_k x_k W_k,  W_k = G_k d_k d_k-1 ... d_0
 *
 * Fields hold node after node from node 0 on, in each the ladders beside each other; siemens has
 * `step` floats from node to node (below 0: node 0 is the last), the others TUFT_LADDERS.
 */
#ifndef TUFT_LSM_LADDERS_H
#define TUFT_LSM_LADDERS_H

#include <stddef.h>
#include <stdint.h>

enum { TUFT_LADDERS = 64 };

/* What lies behind the nodes that are still to come. */
typedef struct {
    float siemens[TUFT_LADDERS], current[TUFT_LADDERS]; /* y d and j d */
} tuft_ladders_behind;

/* Nodes 0 .. n - 1 of `nodes`, those behind them in `behind` (zero: the end is open), which is
 * theirs afterwards. ohm: R of node 0, wire_ohm of the others. factor: d; share: R j d, may be
 * where x is. */
void tuft_ladders_eliminate(uint32_t nodes, float ohm, float wire_ohm, const float *siemens,
                            ptrdiff_t step, const float *x, float *factor, float *share,
                            tuft_ladders_behind *behind);

/* v of nodes before which it is `end`; may be where share is. */
void tuft_ladders_voltage(uint32_t nodes, const float *factor, const float *share, const float *end,
                          float *v);

/* v with terminals at 0 V, and W. */
void tuft_ladders_voltage_weight(uint32_t nodes, const float *factor, const float *share,
                                 const float *siemens, ptrdiff_t step, float *v, float *weight);

#endif
