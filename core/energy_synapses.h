/* Joules of each synapse of a projection: an array that adds up to what the bill says of the whole.
 *
 * A source's spike activates each of its synapses once, so that counts per source and fan-outs are
 * all it takes. What belongs to no single synapse is shared out:
 *     synapses, weights   spikes of the source
 *     cells               spikes of the source x conductance of the pair
 *     drivers             of a line: evenly over the synapses of that source
 *     converters          evenly over targets, then over the synapses of each
 *     learning            evenly over all (weight updates are counted a projection)
 * Lines and columns without synapses are shared out evenly over all.
 */
#ifndef TUFT_CORE_ENERGY_SYNAPSES_H
#define TUFT_CORE_ENERGY_SYNAPSES_H

#include "core/energy.h"
#include "core/projection.h"

/* A projection's synapses, row by row (source by source), and what its sources did. */
typedef struct {
    uint32_t sources, targets;
    size_t synapses;
    size_t *row_begin; /* [sources + 1] */
    uint32_t *target;  /* [synapses] */
    uint64_t *spikes;  /* [sources] */
    float *siemens;    /* [synapses], G+ + G- of a pair; NULL: no crossbar */
} tuft_energy_edges;

/* Of any kind of connections; spikes[sources] and siemens (in the order of the weights, or NULL)
 * are copied. */
tuft_status tuft_energy_edges_of(tuft_energy_edges *out, const tuft_connections *connections,
                                 const uint64_t *spikes, const float *siemens, tuft_error *err);
void tuft_energy_edges_free(tuft_energy_edges *edges);

/* sum of spikes x fan-out, and of spikes x conductance (0 without). */
uint64_t tuft_energy_edges_events(const tuft_energy_edges *edges);
double tuft_energy_edges_siemens(const tuft_energy_edges *edges);

/* joules[synapses] at a level (TUFT_ENERGY_NOMINAL ...). TUFT_INVALID: edges that are not those of
 * the projection: other sizes, or other synaptic events than it counted. */
tuft_status tuft_energy_synapses(const tuft_energy_bill *bill, uint32_t projection,
                                 const tuft_energy_edges *edges, int level, double *joules,
                                 tuft_error *err);

#endif
