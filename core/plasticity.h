/* The interface between the engine and a learning rule. core knows no rule: cells/ fills this in.
 *
 * A rule changes the weights of one sparse projection from what it sees there: presynaptic spikes
 * as they arrive and spikes of the target cells as they are fired. The delay is axonal: a synapse
 * learns of its source's spike when that reaches the target, of the target's spike at once.
 *
 * At each tick, in this order:
 *   1. presynaptic spikes are delivered, with the weights that the synapses had before this tick;
 *   2. arrive(): the rule sees those spikes;
 *   3. the target cells take their input, and some fire;
 *   4. fire(): the rule sees those.
 * So a spike that a cell fires at the tick at which another arrives counts as coming after it
 * (pre before post, lag 0): the one may have caused the other.
 *
 * Weights are right at any time between two ticks: whoever reads them sees all that has happened.
 */
#ifndef TUFT_CORE_PLASTICITY_H
#define TUFT_CORE_PLASTICITY_H

#include "core/cell_model.h"
#include "core/incoming.h"
#include "core/projection.h"

/* What a rule is told about where it works; all borrowed for as long as its state lives. */
typedef struct {
    const tuft_connections *connections; /* sparse; their weights are those at tick 0 */
    const tuft_incoming *incoming;       /* the synapses of each target cell */
    float *weight;                       /* [synapses] the engine's own, for the rule to change */
    double tick_ms;                      /* length of a tick */
    int threads;                         /* that one call may use */
} tuft_plasticity_context;

/* Weights below which a second thread costs more than it brings. */
enum { TUFT_PARALLEL_UPDATES = 1 << 14 };

/* How many threads to change the weights of n cells with: each synapse belongs to one cell, so
 * cells may be shared out. 1 inside a parallel region. */
int tuft_plasticity_threads(const tuft_plasticity_context *context, size_t n);

typedef struct tuft_plasticity_rule {
    const char *name;

    /* State from the rule's own parameter struct (copied), nothing having happened yet. Parameters
     * and weights are checked here. */
    tuft_status (*create)(void **state, const void *parameters,
                          const tuft_plasticity_context *context, tuft_error *err);
    void (*destroy)(void *state);
    void (*reset)(void *state); /* back to what create gave; the engine puts the weights back */

    /* Spikes reach the synapses of n segments (core/projection.h) at tick; a source that speaks
     * twice in a tick has its segments in the list twice. Ticks ascend. Returns how many weights
     * were changed, for the ledger. */
    uint64_t (*arrive)(void *state, int64_t tick, const uint32_t *segment, size_t n);
    /* n target cells fire at tick, each once; after all arrivals of this tick. Returns as above. */
    uint64_t (*fire)(void *state, int64_t tick, const uint32_t *cell, size_t n);

    /* All that changes while the state runs but the weights, as tuft_cell_model's parts(): at most
     * TUFT_STATE_PARTS - 2. */
    int (*parts)(void *state, tuft_state_part *part);

    /* The rule's own parameter struct: its members (the last has no name), size and defaults. */
    const tuft_parameter_entry *parameter;
    size_t parameters_size;
    const void *defaults;
} tuft_plasticity_rule;

#endif
