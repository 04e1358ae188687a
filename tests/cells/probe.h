/* Cells under test: a population alone, each cell fed one-to-one by a source per port. */
#ifndef TUFT_TESTS_CELLS_PROBE_H
#define TUFT_TESTS_CELLS_PROBE_H

#include "core/engine.h"

typedef struct {
    tuft_network *network;
    tuft_engine *engine; /* population 0: the cells; 1 + port: the source of that port */
} probe;

/* The network and an engine at tick 0 that records the spikes of all cells. weight[port] goes for
 * every synapse; delay one tick. tick_ms as given. Stops the test when anything fails. */
probe probe_new(const tuft_cell_model *model, const void *parameters, uint32_t cells, int64_t step,
                double tick_ms, const float *weight);
void probe_free(probe *p);

/* Traces one variable of cell 0 (or of all cells) at each multiple of every. */
void probe_trace(probe *p, const char *variable, uint32_t cells, int64_t every);
void probe_run(probe *p, int64_t end);

/* Spikes of one cell: ticks into out (room for limit); returns how many there are. */
size_t probe_spikes(const probe *p, uint32_t cell, int64_t *out, size_t limit);

/* Expects that the engine refuses these parameters, with the given words in the message. */
void probe_refuses(const tuft_cell_model *model, const void *parameters, int64_t step,
                   const char *says);

#endif
