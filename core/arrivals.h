/* Arrivals: the spikes that reach the targets of one projection at one tick, delivered together.
 *
 * Each target receives its addends in the order of the list, whatever the number of threads.
 */
#ifndef TUFT_CORE_ARRIVALS_H
#define TUFT_CORE_ARRIVALS_H

#include "core/compact.h"
#include "core/projection.h"
#include "core/site.h"

/* Synapses in one tick below which a second thread costs more than it brings. */
enum { TUFT_PARALLEL_SYNAPSES = 1 << 17 };

typedef struct {
    const uint32_t *list; /* [count]: rows (dense, one-to-one) or segments (sparse) */
    size_t count;
    uint32_t *own; /* holds the list when it comes from more than one delay */
    size_t own_capacity;
    tuft_compact compact; /* sparse, weights that do not change */
    size_t *split; /* sparse, threaded: [segments][threads + 1] synapse bounds by target range */
} tuft_arrivals;

/* For weights that do not change: fewer bytes to read. */
tuft_status tuft_arrivals_compact(tuft_arrivals *arrivals, const tuft_connections *connections,
                                  tuft_error *err);
/* For more than one thread: finds which synapses of each segment belong to which thread. */
tuft_status tuft_arrivals_split(tuft_arrivals *arrivals, const tuft_connections *connections,
                                int threads, tuft_error *err);
void tuft_arrivals_free(tuft_arrivals *arrivals);

/* Adds a batch, borrowed until the list is delivered. */
tuft_status tuft_arrivals_add(tuft_arrivals *arrivals, const uint32_t *batch, size_t n,
                              tuft_error *err);

/* Adds the weights to the port's sums and empties the list; an event-driven site is told which
 * cells were reached. */
void tuft_arrivals_deliver(tuft_arrivals *arrivals, const tuft_connections *connections,
                           tuft_site *target, int port, int threads);

#endif
