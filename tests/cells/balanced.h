/* The networks that simulators are compared by, dt 0.1 ms: for the tests of what they do and for
 * the benchmark of how fast.
 *
 * COBA, CUBA: Brette et al. 2007, J. Comput. Neurosci. 23:349, appendix 2, benchmarks 1 and 2
 * (after Vogels & Abbott 2005): 3200 excitatory and 800 inhibitory cells, connected with
 * probability 2 %. Brunel: Brunel 2000, J. Comput. Neurosci. 8:183, model A: 10 000 and 2500 cells,
 * each with 1000 excitatory and 250 inhibitory inputs, J = 0.1 mV, delay 1.5 ms, and Poisson input
 * from outside. Reservoir: 1000 cells with 500 random inputs each, driven by 64 channels of events.
 */
#ifndef TUFT_TESTS_CELLS_BALANCED_H
#define TUFT_TESTS_CELLS_BALANCED_H

#include "core/engine.h"

typedef struct {
    tuft_network *network;
    tuft_engine *engine;
    uint32_t populations; /* of cells: 0 .. populations - 1, excitatory first */
    int64_t *input_tick;  /* reservoir: events of its channels, owned */
    uint32_t *input_cell;
} balanced;

tuft_status balanced_coba(balanced *net, uint64_t seed, int threads, tuft_error *err);
tuft_status balanced_cuba(balanced *net, uint64_t seed, int threads, tuft_error *err);
/* g: inhibition over excitation; eta: external rate over that which alone reaches threshold. */
tuft_status balanced_brunel(balanced *net, double g, double eta, uint64_t seed, int threads,
                            tuft_error *err);
/* seconds of input. */
tuft_status balanced_reservoir(balanced *net, double seconds, uint64_t seed, int threads,
                               tuft_error *err);
void balanced_free(balanced *net);

/* Mean over cells of the coefficient of variation of their intervals, from cells with at least five
 * spikes at tick `from` or later; all populations of cells must have been recorded. */
double balanced_cv(const balanced *net, int64_t from);
/* Mean rate (Hz) of the recorded spikes in from <= tick < to. */
double balanced_rate(const balanced *net, int64_t from, int64_t to);
tuft_status balanced_record(balanced *net, tuft_error *err);

#endif
