#include "core/network.h"

#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

tuft_status tuft_network_new(tuft_network **network, double tick_us, tuft_error *err)
{
    *network = NULL;
    if (!(tick_us > 0) || !isfinite(tick_us))
        return tuft_fail(err, TUFT_INVALID, "tick of %g us, expected a positive time", tick_us);
    tuft_status status = TUFT_NEW(network, 1, "network", err);
    if (!status)
        (*network)->tick_us = tick_us;
    return status;
}

void tuft_network_free(tuft_network *network)
{
    if (!network)
        return;
    for (uint32_t p = 0; p < network->projections; p++)
        tuft_connections_free(&network->projection[p].connections);
    for (uint32_t q = 0; q < network->populations; q++)
        free(network->population[q].drive);
    free(network->projection);
    free(network->population);
    free(network);
}

static tuft_status add_population(tuft_network *network, tuft_population population,
                                  const char *name, uint32_t *id, tuft_error *err)
{
    if (population.count == 0 || population.count > INT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "population %s: %u cells, expected 1 to %d", name,
                         population.count, INT32_MAX);
    tuft_status status = TUFT_GROW(&network->population, &network->population_capacity,
                                   (size_t)network->populations + 1, "populations", err);
    if (status)
        return status;
    snprintf(population.name, sizeof population.name, "%s", name);
    if (id)
        *id = network->populations;
    network->population[network->populations++] = population;
    return TUFT_OK;
}

tuft_status tuft_network_add_source(tuft_network *network, const char *name, uint32_t count,
                                    uint32_t *id, tuft_error *err)
{
    return add_population(network, (tuft_population){.count = count}, name, id, err);
}

tuft_status tuft_network_add_cells(tuft_network *network, const char *name,
                                   const tuft_cell_model *model, const void *parameters,
                                   uint32_t count, int64_t step_ticks, uint32_t *id,
                                   tuft_error *err)
{
    if (step_ticks < 0 || step_ticks > INT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "population %s: step of %lld ticks, expected 0 to %d",
                         name, (long long)step_ticks, INT32_MAX);
    if (step_ticks ? !model->step : !model->receive)
        return tuft_fail(err, TUFT_INVALID, "population %s: cell %s has no %s form", name,
                         model->name, step_ticks ? "clocked" : "event-driven");
    tuft_population population = {
        .model = model, .parameters = parameters, .count = count, .step_ticks = step_ticks};
    while (model->port[population.ports])
        population.ports++;
    if (population.ports > TUFT_PORT_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "cell %s has %d ports, expected at most %d",
                         model->name, population.ports, TUFT_PORT_LIMIT);
    return add_population(network, population, name, id, err);
}

static int port_of(const tuft_population *population, const char *port)
{
    for (int at = 0; population->model && population->model->port[at]; at++)
        if (strcmp(population->model->port[at], port) == 0)
            return at;
    return -1;
}

tuft_status tuft_network_drive(tuft_network *network, uint32_t target, const char *port,
                               double rate_hz, float weight, tuft_error *err)
{
    if (target >= network->populations)
        return tuft_fail(err, TUFT_INVALID, "drive for population %u, there are %u", target,
                         network->populations);
    tuft_population *to = &network->population[target];
    if (!to->step_ticks)
        return tuft_fail(err, TUFT_INVALID,
                         "drive for %s, which is not clocked: use a Poisson population", to->name);
    int at = port_of(to, port);
    if (at < 0)
        return tuft_fail(err, TUFT_INVALID, "drive for %s: cell %s has no port \"%s\"", to->name,
                         to->model->name, port);
    uint32_t index = 0;
    for (uint32_t q = 0; q < network->populations; q++)
        index += network->population[q].drives;
    tuft_drive drive = {.port = at, .rate_hz = rate_hz, .weight = weight, .index = index};
    tuft_drive_table table; /* says whether rate and weight make sense */
    tuft_status status = tuft_drive_table_new(
        &table, &drive, (double)to->step_ticks * network->tick_us / 1000, 0, err);
    tuft_drive_table_free(&table);
    if (status)
        return tuft_fail_prefix(err, status, to->name);
    status = TUFT_GROW(&to->drive, &to->drive_capacity, (size_t)to->drives + 1, "drives", err);
    if (!status)
        to->drive[to->drives++] = drive;
    return status;
}

tuft_status tuft_network_connect(tuft_network *network, const char *name, uint32_t source,
                                 uint32_t target, const char *port, tuft_connections *connections,
                                 uint32_t *id, tuft_error *err)
{
    if (source >= network->populations || target >= network->populations)
        return tuft_fail(err, TUFT_INVALID, "projection %s: from population %u to %u, there are %u",
                         name, source, target, network->populations);
    const tuft_population *from = &network->population[source];
    const tuft_population *to = &network->population[target];
    if (!to->model)
        return tuft_fail(err, TUFT_INVALID, "projection %s: %s is a source and takes no input",
                         name, to->name);
    int at = port_of(to, port);
    if (at < 0)
        return tuft_fail(err, TUFT_INVALID, "projection %s: cell %s has no port \"%s\"", name,
                         to->model->name, port);
    if (connections->sources != from->count || connections->targets != to->count)
        return tuft_fail(err, TUFT_INVALID,
                         "projection %s: connects %u to %u cells, the populations have %u and %u",
                         name, connections->sources, connections->targets, from->count, to->count);
    tuft_status status = TUFT_GROW(&network->projection, &network->projection_capacity,
                                   (size_t)network->projections + 1, "projections", err);
    if (status)
        return status;
    tuft_projection *made = &network->projection[network->projections];
    *made = (tuft_projection){
        .source = source, .target = target, .port = at, .connections = *connections};
    snprintf(made->name, sizeof made->name, "%s", name);
    *connections = (tuft_connections){0};
    if (id)
        *id = network->projections;
    network->projections++;
    return TUFT_OK;
}

tuft_status tuft_network_make_plastic(tuft_network *network, uint32_t projection,
                                      const tuft_plasticity_rule *rule, const void *parameters,
                                      tuft_error *err)
{
    if (projection >= network->projections)
        return tuft_fail(err, TUFT_INVALID, "rule %s for projection %u, there are %u", rule->name,
                         projection, network->projections);
    tuft_projection *learns = &network->projection[projection];
    if (learns->rule)
        return tuft_fail(err, TUFT_INVALID, "projection %s: rule %s, it learns by %s already",
                         learns->name, rule->name, learns->rule->name);
    if (learns->connections.kind != TUFT_SPARSE)
        return tuft_fail(err, TUFT_INVALID, "projection %s is %s, rule %s learns on sparse ones",
                         learns->name, tuft_projection_kind_name(learns->connections.kind),
                         rule->name);
    learns->rule = rule;
    learns->rule_parameters = parameters ? parameters : rule->defaults;
    return TUFT_OK;
}
