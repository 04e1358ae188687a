/* A reservoir in fixed point: the integers that a chip holds in place of lsm/reservoir.h's floats
 * (docs/fpga-numbers.md).
 *
 * Each group has a unit u for its states and thresholds. Its input and its recurrent weights have
 * units of their own, each u times a power of two, 2^S: an integer weight adds weight x 2^S to the
 * sum that a cell takes in a step. Input weights choose their unit freely; u is that unit halved as
 * long as the largest threshold stays 64 times below the end of the states and weight x 2^S below
 * 2^20, so that leaks are rounded in units below a weight's; recurrent weights take what is
 * nearest.
 */
#ifndef TUFT_LSM_RESERVOIR_FIXED_H
#define TUFT_LSM_RESERVOIR_FIXED_H

#include "core/fixed.h"
#include "core/ledger.h"
#include "core/quantise.h"
#include "lsm/reservoir.h"

typedef struct {
    uint32_t bits;        /* of weights, 2 to 16 */
    uint32_t state_bits;  /* 16 to 24 */
    tuft_scale_rule rule; /* of the weights' units */
} tuft_fixed_config;

/* One way into a group's cells; weight NULL: there is none. */
typedef struct {
    const tuft_connections *connections; /* the reservoir's: who reaches whom, when */
    tuft_quantised weights;
    int32_t step;  /* 2^S: what an integer weight of 1 adds */
    int64_t reach; /* largest sum of |weight| 2^S into one cell */
} tuft_fixed_input;

typedef struct {
    uint32_t cells;
    double unit;        /* u, in the float weights' unit */
    int32_t decay;      /* Q0.15 */
    int32_t *threshold; /* [cells] */
    tuft_fixed_input input, recurrent;
} tuft_fixed_group;

/* Read-only once made: several runs may share it. */
typedef struct {
    const tuft_reservoir *reservoir; /* borrowed */
    tuft_fixed_config config;
    tuft_fixed_group group[TUFT_RESERVOIR_GROUPS];
} tuft_reservoir_fixed;

/* activity: spikes counted on some recordings (of the float reservoir), which weigh the sources
 * where the rule is by error; NULL: all alike. TUFT_INVALID: bits out of range, a reservoir with
 * read noise or an ADC, or of conductances; a ledger of another network. */
tuft_status tuft_reservoir_fixed_new(tuft_reservoir_fixed **out, const tuft_reservoir *reservoir,
                                     const tuft_fixed_config *config, const tuft_ledger *activity,
                                     tuft_error *err);
void tuft_reservoir_fixed_free(tuft_reservoir_fixed *fixed);

/* How often one channel may spike in a step before a sum could leave int32: at most this many times
 * nothing can overflow (docs/fpga-numbers.md, Bounds). */
uint32_t tuft_reservoir_fixed_repeats(const tuft_reservoir_fixed *fixed);

#endif
