#include "cells/balanced.h"

#include "cells/lif.h"
#include "cells/lif_conductance.h"
#include "core/memory.h"
#include "core/wiring.h"

#include <math.h>
#include <stdlib.h>

enum { EXCITATORY, INHIBITORY, KINDS };
static const double TICK_MS = 0.1;

/* One kind of connection: from population to population. */
static tuft_status join(balanced *net, uint32_t from, uint32_t to, const char *port,
                        tuft_wiring wiring, tuft_error *err)
{
    const tuft_population *population = net->network->population;
    tuft_connections c;
    wiring.stream = net->network->projections;
    tuft_status status =
        tuft_connections_wire(&c, population[from].count, population[to].count, &wiring, err);
    if (!status)
        status = tuft_network_connect(net->network, "join", from, to, port, &c, NULL, err);
    return status;
}

static tuft_status add_cells(balanced *net, const tuft_cell_model *model, const void *parameters,
                             uint32_t excitatory, uint32_t inhibitory, tuft_error *err)
{
    *net = (balanced){0};
    tuft_status status = tuft_network_new(&net->network, 1000 * TICK_MS, err);
    if (!status)
        status = tuft_network_add_cells(net->network, "excitatory", model, parameters, excitatory,
                                        1, NULL, err);
    if (!status && inhibitory)
        status = tuft_network_add_cells(net->network, "inhibitory", model, parameters, inhibitory,
                                        1, NULL, err);
    net->populations = inhibitory ? 2 : 1;
    return status;
}

/* Random initial values of one variable. */
static tuft_status spread(balanced *net, const char *variable, tuft_distribution of, double least,
                          uint64_t seed, tuft_error *err)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_INITIAL, (uint64_t)variable[0]);
    tuft_status status = TUFT_OK;
    for (uint32_t q = 0; !status && q < net->populations; q++) {
        uint32_t n = net->network->population[q].count;
        double *value;
        status = TUFT_NEW(&value, n, "initial values", err);
        for (uint32_t i = 0; !status && i < n; i++)
            value[i] = fmax(least, tuft_distribution_draw(&of, &random));
        if (!status)
            status = tuft_engine_write(net->engine, q, variable, NULL, value, n, err);
        free(value);
    }
    return status;
}

static tuft_status finish(balanced *net, tuft_status status)
{
    if (status)
        balanced_free(net);
    return status;
}

/* 2 %, one weight a kind, delay of a step. */
static tuft_status vogels_abbott(balanced *net, const tuft_cell_model *model,
                                 const void *parameters, double excitatory, double inhibitory,
                                 uint64_t seed, int threads, tuft_error *err)
{
    tuft_status status = add_cells(net, model, parameters, 3200, 800, err);
    for (uint32_t from = 0; from < KINDS; from++)
        for (uint32_t to = 0; !status && to < KINDS; to++) {
            tuft_wiring w = {
                .rule = TUFT_WIRE_PROBABILITY,
                .probability = 0.02,
                .autapses = from == to ? TUFT_AUTAPSES_FORBIDDEN : TUFT_AUTAPSES_ALLOWED,
                .weight = {TUFT_FIXED, from == EXCITATORY ? excitatory : inhibitory, 0},
                .delay_ticks = {TUFT_FIXED, 1, 0},
                .seed = seed};
            status = join(net, from, to, from == EXCITATORY ? "excitatory" : "inhibitory", w, err);
        }
    return status ? status : tuft_engine_new(&net->engine, net->network, seed, threads, err);
}

tuft_status balanced_coba(balanced *net, uint64_t seed, int threads, tuft_error *err)
{
    const tuft_distribution v = {TUFT_NORMAL, -65, 5}, g_e = {TUFT_NORMAL, 40, 15},
                            g_i = {TUFT_NORMAL, 200, 120};
    tuft_status status = vogels_abbott(net, &tuft_lif_conductance, &tuft_lif_conductance_defaults,
                                       6, 67, seed, threads, err);
    if (!status)
        status = spread(net, "membrane", v, -1000, seed, err);
    if (!status)
        status = spread(net, "excitatory", g_e, 0, seed, err);
    if (!status)
        status = spread(net, "inhibitory", g_i, 0, seed, err);
    return finish(net, status);
}

/* V from -60 mV, where cells are reset; what pulls them to -49 mV is a bias. */
tuft_status balanced_cuba(balanced *net, uint64_t seed, int threads, tuft_error *err)
{
    static const tuft_lif_parameters cell = {.tau_m_ms = 20,
                                             .tau_excitatory_ms = 5,
                                             .tau_inhibitory_ms = 10,
                                             .threshold = 10,
                                             .bias = 11,
                                             .refractory_ms = 5};
    tuft_status status =
        vogels_abbott(net, &tuft_lif_exponential, &cell, 1.62, -9, seed, threads, err);
    if (!status)
        status = spread(net, "membrane", (tuft_distribution){TUFT_UNIFORM, 0, 10}, 0, seed, err);
    return finish(net, status);
}

tuft_status balanced_brunel(balanced *net, double g, double eta, uint64_t seed, int threads,
                            tuft_error *err)
{
    static const tuft_lif_parameters cell = {
        .tau_m_ms = 20, .threshold = 20, .v_reset = 10, .refractory_ms = 2};
    const double j = 0.1, threshold_hz = 1000 * cell.threshold / (j * cell.tau_m_ms);
    tuft_status status = add_cells(net, &tuft_lif_delta, &cell, 10000, 2500, err);
    for (uint32_t to = 0; !status && to < KINDS; to++)
        status = tuft_network_drive(net->network, to, "input", eta * threshold_hz, (float)j, err);
    for (uint32_t from = 0; from < KINDS; from++)
        for (uint32_t to = 0; !status && to < KINDS; to++) {
            tuft_wiring w = {.rule = TUFT_WIRE_IN_DEGREE,
                             .degree = from == EXCITATORY ? 1000 : 250,
                             .weight = {TUFT_FIXED, from == EXCITATORY ? j : -g * j, 0},
                             .delay_ticks = {TUFT_FIXED, 15, 0},
                             .seed = seed};
            status = join(net, from, to, "input", w, err);
        }
    if (!status)
        status = tuft_engine_new(&net->engine, net->network, seed, threads, err);
    if (!status)
        status = spread(net, "membrane", (tuft_distribution){TUFT_UNIFORM, 0, 20}, 0, seed, err);
    return finish(net, status);
}

tuft_status balanced_reservoir(balanced *net, double seconds, uint64_t seed, int threads,
                               tuft_error *err)
{
    enum { CHANNELS = 64 };
    static const tuft_lif_parameters cell = {.tau_m_ms = 20,
                                             .tau_excitatory_ms = 5,
                                             .tau_inhibitory_ms = 10,
                                             .threshold = 20,
                                             .refractory_ms = 2};
    uint32_t source;
    tuft_status status = add_cells(net, &tuft_lif_exponential, &cell, 1000, 0, err);
    if (!status)
        status = tuft_network_add_source(net->network, "events", CHANNELS, &source, err);
    tuft_wiring w = {.rule = TUFT_WIRE_IN_DEGREE,
                     .degree = 500,
                     .autapses = TUFT_AUTAPSES_FORBIDDEN,
                     .weight = {TUFT_NORMAL, 0, 1.5},
                     .delay_ticks = {TUFT_FIXED, 10, 0},
                     .seed = seed};
    if (!status)
        status = join(net, 0, 0, "excitatory", w, err);
    w.rule = TUFT_WIRE_PROBABILITY;
    w.probability = 0.5;
    w.autapses = TUFT_AUTAPSES_ALLOWED;
    w.weight = (tuft_distribution){TUFT_NORMAL, 3, 3};
    if (!status)
        status = join(net, source, 0, "excitatory", w, err);
    if (!status)
        status = tuft_engine_new(&net->engine, net->network, seed, threads, err);
    /* Each channel speaks at 50 Hz, at random. */
    size_t ticks = (size_t)(seconds * 1000 / TICK_MS), n = 0, room = ticks / 2 + 1000;
    if (!status)
        status = TUFT_NEW(&net->input_tick, room, "input", err);
    if (!status)
        status = TUFT_NEW(&net->input_cell, room, "input", err);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_INPUT, 1);
    double at = 0;
    while (!status && n < room) {
        at += tuft_random_exponential(&random) * 1000 / (CHANNELS * 50.0) / TICK_MS;
        if (at >= (double)ticks)
            break;
        net->input_tick[n] = (int64_t)at;
        net->input_cell[n++] = tuft_random_below(&random, CHANNELS);
    }
    if (!status)
        status = tuft_engine_input(net->engine, source, net->input_tick, net->input_cell, n, err);
    return finish(net, status);
}

void balanced_free(balanced *net)
{
    tuft_engine_free(net->engine);
    tuft_network_free(net->network);
    free(net->input_tick);
    free(net->input_cell);
    *net = (balanced){0};
}

tuft_status balanced_record(balanced *net, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (uint32_t q = 0; !status && q < net->populations; q++)
        status = tuft_engine_record_spikes(net->engine, q, err);
    return status;
}

double balanced_rate(const balanced *net, int64_t from, int64_t to)
{
    double spikes = 0, cells = 0;
    for (uint32_t q = 0; q < net->populations; q++) {
        const tuft_spike_record *record = tuft_engine_spikes(net->engine, q);
        for (size_t s = 0; s < record->count; s++)
            spikes += record->tick[s] >= from && record->tick[s] < to;
        cells += net->network->population[q].count;
    }
    return spikes / cells / ((double)(to - from) * TICK_MS / 1000);
}

/* Sums of one cell's intervals. */
typedef struct {
    int64_t last;
    double n, sum, square;
} intervals;

double balanced_cv(const balanced *net, int64_t from)
{
    double cells = 0, total = 0;
    for (uint32_t q = 0; q < net->populations; q++) {
        const tuft_spike_record *record = tuft_engine_spikes(net->engine, q);
        uint32_t count = net->network->population[q].count;
        intervals *of;
        if (TUFT_NEW(&of, count, "intervals", NULL))
            return NAN;
        for (size_t s = 0; s < record->count; s++) {
            if (record->tick[s] < from)
                continue;
            intervals *cell = &of[record->cell[s]];
            if (cell->last) {
                double interval = (double)(record->tick[s] - cell->last);
                cell->n++;
                cell->sum += interval;
                cell->square += interval * interval;
            }
            cell->last = record->tick[s];
        }
        for (uint32_t i = 0; i < count; i++)
            if (of[i].n >= 4) {
                double mean = of[i].sum / of[i].n;
                total += sqrt(fmax(0, of[i].square / of[i].n - mean * mean)) / mean;
                cells++;
            }
        free(of);
    }
    return total / cells;
}
