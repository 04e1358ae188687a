/* Projections: synapses from one population to a port of another.
 *
 * Dense: row-major weights, one row-add a spike. Sparse: compressed rows, a row cut into segments
 * of equal delay. One-to-one: cell i to cell i. Weights are float32, in the unit that the target
 * port takes (delta synapses: mV or the cell's own unit; exponential: pA ...). Delays are whole
 * ticks, at least one.
 */
#ifndef TUFT_CORE_PROJECTION_H
#define TUFT_CORE_PROJECTION_H

#include "core/philox.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum { TUFT_DENSE, TUFT_SPARSE, TUFT_ONE_TO_ONE } tuft_projection_kind;

const char *tuft_projection_kind_name(tuft_projection_kind kind);

typedef struct {
    tuft_projection_kind kind;
    uint32_t sources, targets;
    float *weight; /* dense: [sources][targets]; sparse: [synapses]; one-to-one: [sources] */

    /* Sparse only. Segment s holds synapses segment_begin[s] .. segment_begin[s+1], all of delay
     * segment_delay[s], targets ascending; row i holds segments row_segment[i] .. [i+1]. */
    int32_t *target;
    uint32_t segments;
    size_t *segment_begin;
    uint32_t *segment_delay;
    uint32_t *row_segment;

    uint32_t delay; /* ticks; dense and one-to-one */
} tuft_connections;

void tuft_connections_free(tuft_connections *connections);

/* Number of synapses, and of those that leave one source. */
size_t tuft_connections_synapses(const tuft_connections *connections);
size_t tuft_connections_fan_out(const tuft_connections *connections, uint32_t source);

/* Dense from weight[sources][targets] (copied). */
tuft_status tuft_connections_dense(tuft_connections *out, uint32_t sources, uint32_t targets,
                                   const float *weight, uint32_t delay, tuft_error *err);
/* One-to-one from weight[count] (copied). */
tuft_status tuft_connections_one_to_one(tuft_connections *out, uint32_t count, const float *weight,
                                        uint32_t delay, tuft_error *err);

/* One synapse of a list; lists may come in any order and hold several synapses between a pair. */
typedef struct {
    uint32_t source, target;
    float weight;
    uint32_t delay; /* ticks, >= 1 */
} tuft_synapse;

/* Sparse from a list of n synapses. */
tuft_status tuft_connections_sparse(tuft_connections *out, uint32_t sources, uint32_t targets,
                                    const tuft_synapse *synapse, size_t n, tuft_error *err);
/* Sparse, each pair connected with the given probability, one weight and one delay (core/wiring.h
 * has the other ways). Row i is drawn from stream (seed, CONNECTIVITY, stream << 32 | i): no
 * autapse when forbid_self is set. */
tuft_status tuft_connections_random(tuft_connections *out, uint32_t sources, uint32_t targets,
                                    double probability, float weight, uint32_t delay,
                                    int forbid_self, uint64_t seed, uint32_t stream,
                                    tuft_error *err);

#endif
