/* What the suites of the reservoir share: a projection's synapses spelt out, masks as the header
 * names their streams, recordings of noise. */
#ifndef TUFT_TESTS_LSM_LIQUIDS_H
#define TUFT_TESTS_LSM_LIQUIDS_H

#include "core/events.h"
#include "lsm/reservoir.h"

/* All synapses of a projection, to be freed. */
tuft_synapse *synapses_of(const tuft_connections *connections, size_t *count);

/* The projection called name; NULL without. */
const tuft_projection *projection_called(const tuft_reservoir *reservoir, const char *name);

/* weight[rows][columns] of a crossbar (zero where its mask leaves out), to be freed. */
float *masked_weights(const tuft_conductance *model, uint32_t rows, uint32_t columns, double sd,
                      double density, uint64_t seed, uint32_t array);

/* n recordings of up to `events` events each in random channels (busier ones than others) within
 * 300 ms, labels i % 10. */
void make_recordings(tuft_recordings *out, tuft_geometry geometry, size_t n, size_t events,
                     uint64_t seed);

#endif
