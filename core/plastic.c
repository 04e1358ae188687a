#include "core/plastic.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static tuft_status start(tuft_plastic *plastic, const tuft_projection *projection, double tick_ms,
                         int threads, tuft_error *err)
{
    plastic->target = projection->target;
    plastic->rule = projection->rule;
    plastic->initial = &projection->connections;
    plastic->connections = projection->connections;
    plastic->connections.weight = NULL;
    size_t synapses = tuft_connections_synapses(plastic->initial);
    tuft_status status = TUFT_NEW(&plastic->connections.weight, synapses, "plastic weights", err);
    if (!status)
        status = tuft_incoming_new(&plastic->incoming, plastic->initial, err);
    if (status)
        return status;
    memcpy(plastic->connections.weight, plastic->initial->weight, synapses * sizeof(float));
    tuft_plasticity_context context = {.connections = plastic->initial,
                                       .incoming = &plastic->incoming,
                                       .weight = plastic->connections.weight,
                                       .tick_ms = tick_ms,
                                       .threads = threads};
    status = plastic->rule->create(&plastic->state, projection->rule_parameters, &context, err);
    return status ? tuft_fail_prefix(err, status, projection->name) : TUFT_OK;
}

tuft_status tuft_plastics_new(tuft_plastics *plastics, const tuft_network *network, int threads,
                              tuft_error *err)
{
    *plastics = (tuft_plastics){0};
    uint32_t learning = 0;
    for (uint32_t p = 0; p < network->projections; p++)
        learning += network->projection[p].rule != NULL;
    if (!learning)
        return TUFT_OK;
    tuft_status status = TUFT_NEW(&plastics->item, learning, "plastic projections", err);
    if (!status)
        status = TUFT_NEW(&plastics->at, network->projections, "plastic projections", err);
    for (uint32_t p = 0; !status && p < network->projections; p++) {
        if (!network->projection[p].rule)
            continue;
        plastics->at[p] = &plastics->item[plastics->count++];
        status =
            start(plastics->at[p], &network->projection[p], network->tick_us / 1000, threads, err);
    }
    if (status)
        tuft_plastics_free(plastics);
    return status;
}

void tuft_plastics_free(tuft_plastics *plastics)
{
    for (uint32_t i = 0; i < plastics->count; i++) {
        tuft_plastic *plastic = &plastics->item[i];
        if (plastic->state)
            plastic->rule->destroy(plastic->state);
        tuft_incoming_free(&plastic->incoming);
        free(plastic->connections.weight);
    }
    free(plastics->item);
    free(plastics->at);
    *plastics = (tuft_plastics){0};
}

void tuft_plastics_reset(tuft_plastics *plastics)
{
    for (uint32_t i = 0; i < plastics->count; i++) {
        tuft_plastic *plastic = &plastics->item[i];
        memcpy(plastic->connections.weight, plastic->initial->weight,
               tuft_connections_synapses(plastic->initial) * sizeof(float));
        plastic->rule->reset(plastic->state);
    }
}

void tuft_plastic_arrive(tuft_plastic *plastic, int64_t tick, const uint32_t *segment, size_t n)
{
    plastic->updates += plastic->rule->arrive(plastic->state, tick, segment, n);
}

void tuft_plastics_fire(tuft_plastics *plastics, uint32_t population, int64_t tick,
                        const uint32_t *cell, size_t n)
{
    for (uint32_t i = 0; i < plastics->count; i++) {
        tuft_plastic *plastic = &plastics->item[i];
        if (plastic->target == population)
            plastic->updates += plastic->rule->fire(plastic->state, tick, cell, n);
    }
}

int tuft_plastic_parts(tuft_plastic *plastic, tuft_state_part *part)
{
    part[0] = (tuft_state_part){"weights", plastic->connections.weight,
                                tuft_connections_synapses(plastic->initial) * sizeof(float)};
    part[1] = (tuft_state_part){"updates", &plastic->updates, sizeof plastic->updates};
    return 2 + plastic->rule->parts(plastic->state, part + 2);
}
