/* Poisson sources: each cell of the population fires at random times, independently, at its rate.
 *
 * Event-driven and without ports: intervals are exponential, drawn from the Philox stream
 * (seed, INPUT, population << 32 | cell); a time is rounded up to the tick it falls in (tick 1
 * at the earliest), and several spikes of one cell in one tick become one.
 */
#ifndef TUFT_CELLS_POISSON_H
#define TUFT_CELLS_POISSON_H

#include "core/cell_model.h"

typedef struct {
    double rate_hz;            /* of each cell; 0: silent */
    const float *cell_rate_hz; /* [cells] or NULL; overrides rate_hz */
    double start_ms, stop_ms;  /* fires from start to stop; stop 0: without end */
} tuft_poisson_parameters;

extern const tuft_cell_model tuft_poisson;

#endif
