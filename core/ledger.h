/* The energy ledger: how often everything that costs energy happened.
 *
 * The hot path counts spikes per source only. A source's spike activates each of its synapses
 * once, so per-synapse counts are exact afterwards: synapse (i, j) of a projection saw
 * source_spikes[i] events, the projection the sum over i of spikes x fan-out. Spikes are counted
 * when they are emitted.
 */
#ifndef TUFT_CORE_LEDGER_H
#define TUFT_CORE_LEDGER_H

#include "core/network.h"

typedef struct {
    char name[48];
    uint32_t cells;
    int is_source; /* spikes come from outside: no neuron updates */
    uint64_t spikes, updates;
    uint64_t driven; /* events that its drives sent it (core/drive.h): not synaptic events */
    uint64_t *source_spikes; /* [cells] */
} tuft_ledger_population;

typedef struct {
    char name[48];
    tuft_projection_kind kind;
    uint32_t source_population, target_population, sources, targets;
    uint64_t synapses, synaptic_events;
    uint64_t weight_updates; /* plastic: weights changed by the rule */
} tuft_ledger_projection;

typedef struct {
    uint64_t synaptic_events, neuron_updates, spikes; /* totals; spikes of cells, not of sources */
    uint64_t weight_updates;
    uint32_t populations, projections;
    tuft_ledger_population *population;
    tuft_ledger_projection *projection;
} tuft_ledger;

/* An empty ledger shaped like a network. */
tuft_status tuft_ledger_new(tuft_ledger *ledger, const tuft_network *network, tuft_error *err);
void tuft_ledger_free(tuft_ledger *ledger);

/* Works out projections and totals from the populations' source_spikes and updates. */
void tuft_ledger_settle(tuft_ledger *ledger, const tuft_network *network);

/* Two networks' ledgers in one: populations and projections of a, then of b, their names behind the
 * given ones ("vision input 0", cut to fit). *out is the caller's to free. */
tuft_status tuft_ledger_join(tuft_ledger *out, const char *name_a, const tuft_ledger *a,
                             const char *name_b, const tuft_ledger *b, tuft_error *err);

/* Adds another run of the same network (same shape). */
tuft_status tuft_ledger_add(tuft_ledger *ledger, const tuft_ledger *other, tuft_error *err);

#endif
