#include "core/ledger.h"

#include "core/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

tuft_status tuft_ledger_new(tuft_ledger *ledger, const tuft_network *network, tuft_error *err)
{
    *ledger =
        (tuft_ledger){.populations = network->populations, .projections = network->projections};
    tuft_status status =
        TUFT_NEW(&ledger->population, network->populations, "ledger populations", err);
    if (!status)
        status = TUFT_NEW(&ledger->projection, network->projections, "ledger projections", err);
    for (uint32_t q = 0; !status && q < network->populations; q++) {
        tuft_ledger_population *entry = &ledger->population[q];
        memcpy(entry->name, network->population[q].name, sizeof entry->name);
        entry->cells = network->population[q].count;
        entry->is_source = !network->population[q].model;
        status = TUFT_NEW(&entry->source_spikes, entry->cells, "ledger spike counts", err);
    }
    if (status) {
        tuft_ledger_free(ledger);
        return status;
    }
    for (uint32_t p = 0; p < network->projections; p++) {
        const tuft_projection *projection = &network->projection[p];
        tuft_ledger_projection *entry = &ledger->projection[p];
        memcpy(entry->name, projection->name, sizeof entry->name);
        entry->kind = projection->connections.kind;
        entry->source_population = projection->source;
        entry->target_population = projection->target;
        entry->sources = projection->connections.sources;
        entry->targets = projection->connections.targets;
        entry->synapses = tuft_connections_synapses(&projection->connections);
    }
    return TUFT_OK;
}

void tuft_ledger_free(tuft_ledger *ledger)
{
    for (uint32_t q = 0; ledger->population && q < ledger->populations; q++)
        free(ledger->population[q].source_spikes);
    free(ledger->population);
    free(ledger->projection);
    *ledger = (tuft_ledger){0};
}

static void total(tuft_ledger *ledger)
{
    ledger->spikes = ledger->neuron_updates = 0;
    ledger->synaptic_events = ledger->weight_updates = 0;
    for (uint32_t q = 0; q < ledger->populations; q++) {
        ledger->neuron_updates += ledger->population[q].updates;
        if (!ledger->population[q].is_source)
            ledger->spikes += ledger->population[q].spikes;
    }
    for (uint32_t p = 0; p < ledger->projections; p++) {
        ledger->synaptic_events += ledger->projection[p].synaptic_events;
        ledger->weight_updates += ledger->projection[p].weight_updates;
    }
}

void tuft_ledger_settle(tuft_ledger *ledger, const tuft_network *network)
{
    for (uint32_t q = 0; q < ledger->populations; q++) {
        tuft_ledger_population *entry = &ledger->population[q];
        entry->spikes = 0;
        for (uint32_t i = 0; i < entry->cells; i++)
            entry->spikes += entry->source_spikes[i];
    }
    for (uint32_t p = 0; p < ledger->projections; p++) {
        tuft_ledger_projection *entry = &ledger->projection[p];
        const uint64_t *spikes = ledger->population[entry->source_population].source_spikes;
        entry->synaptic_events = 0;
        for (uint32_t i = 0; i < entry->sources; i++)
            entry->synaptic_events +=
                spikes[i] * tuft_connections_fan_out(&network->projection[p].connections, i);
    }
    total(ledger);
}

tuft_status tuft_ledger_add(tuft_ledger *ledger, const tuft_ledger *other, tuft_error *err)
{
    int same =
        ledger->populations == other->populations && ledger->projections == other->projections;
    for (uint32_t q = 0; same && q < ledger->populations; q++)
        same = ledger->population[q].cells == other->population[q].cells;
    for (uint32_t p = 0; same && p < ledger->projections; p++)
        same = ledger->projection[p].synapses == other->projection[p].synapses &&
               ledger->projection[p].source_population == other->projection[p].source_population;
    if (!same)
        return tuft_fail(err, TUFT_INVALID, "ledgers of two different networks cannot be added");
    for (uint32_t q = 0; q < ledger->populations; q++) {
        tuft_ledger_population *into = &ledger->population[q];
        into->spikes += other->population[q].spikes;
        into->updates += other->population[q].updates;
        into->driven += other->population[q].driven;
        for (uint32_t i = 0; i < into->cells; i++)
            into->source_spikes[i] += other->population[q].source_spikes[i];
    }
    for (uint32_t p = 0; p < ledger->projections; p++) {
        ledger->projection[p].synaptic_events += other->projection[p].synaptic_events;
        ledger->projection[p].weight_updates += other->projection[p].weight_updates;
    }
    total(ledger);
    return TUFT_OK;
}

/* Copies the entries of one ledger behind those that are already in out. */
static tuft_status append(tuft_ledger *out, const char *name, const tuft_ledger *from,
                          tuft_error *err)
{
    uint32_t first = out->populations;
    for (uint32_t q = 0; q < from->populations; q++) {
        const tuft_ledger_population *entry = &from->population[q];
        tuft_ledger_population *made = &out->population[out->populations];
        *made = *entry;
        snprintf(made->name, sizeof made->name, "%.12s %.34s", name, entry->name);
        tuft_status status =
            TUFT_NEW(&made->source_spikes, entry->cells, "ledger spike counts", err);
        out->populations++;
        if (status)
            return status;
        memcpy(made->source_spikes, entry->source_spikes, entry->cells * sizeof(uint64_t));
    }
    for (uint32_t p = 0; p < from->projections; p++) {
        tuft_ledger_projection *made = &out->projection[out->projections++];
        *made = from->projection[p];
        made->source_population += first;
        made->target_population += first;
        snprintf(made->name, sizeof made->name, "%.12s %.34s", name, from->projection[p].name);
    }
    return TUFT_OK;
}

tuft_status tuft_ledger_join(tuft_ledger *out, const char *name_a, const tuft_ledger *a,
                             const char *name_b, const tuft_ledger *b, tuft_error *err)
{
    *out = (tuft_ledger){0};
    tuft_status status = TUFT_NEW(&out->population, (size_t)a->populations + b->populations,
                                  "ledger populations", err);
    if (!status)
        status = TUFT_NEW(&out->projection, (size_t)a->projections + b->projections,
                          "ledger projections", err);
    if (!status)
        status = append(out, name_a, a, err);
    if (!status)
        status = append(out, name_b, b, err);
    if (status)
        tuft_ledger_free(out);
    else
        total(out);
    return status;
}
