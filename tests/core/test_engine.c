#include "cells/lif.h"
#include "cells/poisson.h"
#include "core/arrivals.h"
#include "core/engine.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

static void same_spikes(const tuft_engine *a, const tuft_engine *b, uint32_t populations)
{
    for (uint32_t q = 0; q < populations; q++) {
        const tuft_spike_record *x = tuft_engine_spikes(a, q), *y = tuft_engine_spikes(b, q);
        cr_assert_eq(x->count, y->count, "population %u: %zu and %zu spikes", q, x->count,
                     y->count);
        cr_assert(!x->count || !memcmp(x->tick, y->tick, x->count * sizeof *x->tick));
        cr_assert(!x->count || !memcmp(x->cell, y->cell, x->count * sizeof *x->cell));
    }
}

/* A source that fires one spike at each given tick, into one cell that fires on each arrival. */
static tuft_lif_parameters relay(void)
{
    tuft_lif_parameters p = tuft_lif_defaults;
    p.threshold = 0.5;
    p.refractory_ms = 0;
    return p;
}

static tuft_network *relay_network(const tuft_lif_parameters *p, int64_t step, uint32_t delay,
                                   float weight)
{
    tuft_network *network;
    tuft_connections c;
    OK(tuft_network_new(&network, 1, NULL));
    OK(tuft_network_add_source(network, "in", 1, NULL, NULL));
    OK(tuft_network_add_cells(network, "out", &tuft_lif_delta, p, 1, step, NULL, NULL));
    OK(tuft_connections_one_to_one(&c, 1, &weight, delay, NULL));
    OK(tuft_network_connect(network, "wire", 0, 1, "input", &c, NULL, NULL));
    return network;
}

Test(engine, spikes_arrive_after_their_delay)
{
    const int64_t tick[] = {0, 7, 8, 5000000};
    const uint32_t cell[4] = {0}, delay[] = {1, 2, 63, 64, 65, 4096, 2000000};
    tuft_lif_parameters p = relay();
    for (size_t d = 0; d < sizeof delay / sizeof *delay; d++) {
        tuft_network *network = relay_network(&p, 0, delay[d], 1);
        tuft_engine *engine;
        OK(tuft_engine_new(&engine, network, 1, 1, NULL));
        OK(tuft_engine_record_spikes(engine, 1, NULL));
        OK(tuft_engine_input(engine, 0, tick, cell, 4, NULL));
        OK(tuft_engine_run(engine, 8000000, NULL));
        const tuft_spike_record *out = tuft_engine_spikes(engine, 1);
        cr_assert_eq(out->count, 4);
        for (int k = 0; k < 4; k++)
            cr_assert_eq(out->tick[k], tick[k] + delay[d]);
        tuft_engine_free(engine);
        tuft_network_free(network);
    }
}

/* A clocked cell sees at step t what arrived in (t - step, t]. */
Test(engine, clocked_cells_see_the_ticks_since_their_last_step)
{
    const int64_t tick[] = {8, 9, 10, 30}, expected[] = {10, 20, 40};
    const uint32_t cell[4] = {0};
    tuft_lif_parameters p = relay();
    tuft_network *network = relay_network(&p, 10, 1, 1);
    tuft_engine *engine;
    OK(tuft_engine_new(&engine, network, 1, 1, NULL));
    OK(tuft_engine_record_spikes(engine, 1, NULL));
    OK(tuft_engine_input(engine, 0, tick, cell, 4, NULL));
    OK(tuft_engine_run(engine, 1000, NULL)); /* 9 and 10 arrive at the step; 11 and 31 after it */
    const tuft_spike_record *out = tuft_engine_spikes(engine, 1);
    cr_assert_eq(out->count, 3);
    for (int k = 0; k < 3; k++)
        cr_assert_eq(out->tick[k], expected[k]);
    tuft_ledger ledger;
    OK(tuft_engine_ledger(engine, &ledger, NULL));
    cr_assert_eq(ledger.neuron_updates, 99);
    tuft_ledger_free(&ledger);
    tuft_engine_free(engine);
    tuft_network_free(network);
}

/* Three spikes of a channel in one tick add up, more than there are cells in the population. */
Test(engine, a_channel_may_speak_often_in_one_tick)
{
    const int64_t tick[] = {4, 4, 4, 9, 9}, edge[] = {0, 5, 5, 100};
    const uint32_t cell[5] = {0};
    tuft_lif_parameters p = relay();
    for (int64_t step = 0; step < 2; step++) {
        tuft_network *network = relay_network(&p, step, 1, 0.2f);
        tuft_engine *engine;
        OK(tuft_engine_new(&engine, network, 1, 1, NULL));
        OK(tuft_engine_record_spikes(engine, 1, NULL));
        OK(tuft_engine_record_counts(engine, 0, edge, 3, NULL));
        OK(tuft_engine_input(engine, 0, tick, cell, 5, NULL));
        OK(tuft_engine_run(engine, 100, NULL));
        cr_assert_eq(tuft_engine_spikes(engine, 1)->count, 1);
        cr_assert_eq(tuft_engine_spikes(engine, 1)->tick[0], 5);
        const uint32_t counts[] = {3, 0, 2};
        cr_assert_arr_eq(tuft_engine_counts(engine, 0)->count, counts, sizeof counts);
        tuft_ledger ledger;
        OK(tuft_engine_ledger(engine, &ledger, NULL));
        cr_assert_eq(ledger.synaptic_events, 5);
        cr_assert_eq(ledger.spikes, 1);
        tuft_ledger_free(&ledger);
        tuft_engine_free(engine);
        tuft_network_free(network);
    }
}

/* ---- a mixed network against a naive simulation ---------------------------------------------- */

/* Without leak and with whole-numbered weights every sum is exact, in float as in double: a table
 * of what is still to arrive must give the very same spikes. */
enum { CHANNELS = 20, CELLS = 70, TICKS = 3000, DELAYS = 25, REFRACTORY = 3, SYNAPSES = 2500 };

typedef struct {
    uint32_t source, target; /* populations */
    tuft_synapse synapse;
} link;

typedef struct {
    link *list;
    size_t count;
    int64_t *tick;
    uint32_t *channel;
    size_t spikes;
    tuft_lif_parameters *parameters; /* borrowed by the network */
    tuft_network *network;
} mixed;

static float whole(tuft_random *random)
{
    return (float)tuft_random_below(random, 8) - 3;
}

static mixed mixed_network(int64_t step_a, int64_t step_b)
{
    static const uint32_t route[][2] = {{0, 1}, {0, 2}, {1, 2}, {2, 2}};
    static const uint32_t count[] = {CHANNELS, CELLS, CELLS};
    mixed m = {.list = calloc(4 * SYNAPSES + CELLS * CELLS + CELLS, sizeof(link)),
               .tick = calloc(TICKS, sizeof(int64_t)),
               .channel = calloc(TICKS, sizeof(uint32_t))};
    tuft_random random = tuft_random_stream(21, TUFT_RANDOM_TEST, 0);
    m.parameters = malloc(sizeof *m.parameters);
    *m.parameters = tuft_lif_defaults;
    m.parameters->tau_m_ms = INFINITY;
    m.parameters->threshold = 40.5;
    m.parameters->refractory_ms = REFRACTORY * 0.1;
    OK(tuft_network_new(&m.network, 100, NULL));
    OK(tuft_network_add_source(m.network, "in", CHANNELS, NULL, NULL));
    OK(tuft_network_add_cells(m.network, "a", &tuft_lif_delta, m.parameters, CELLS, step_a, NULL,
                              NULL));
    OK(tuft_network_add_cells(m.network, "b", &tuft_lif_delta, m.parameters, CELLS, step_b, NULL,
                              NULL));
    tuft_connections c;
    for (int r = 0; r < 4; r++) {
        tuft_synapse *list = calloc(SYNAPSES, sizeof *list);
        for (size_t k = 0; k < SYNAPSES; k++) {
            list[k] = (tuft_synapse){tuft_random_below(&random, count[route[r][0]]),
                                     tuft_random_below(&random, CELLS), whole(&random),
                                     1 + tuft_random_below(&random, r == 3 ? 1 : DELAYS)};
            m.list[m.count++] = (link){route[r][0], route[r][1], list[k]};
        }
        OK(tuft_connections_sparse(&c, count[route[r][0]], CELLS, list, SYNAPSES, NULL));
        OK(tuft_network_connect(m.network, "sparse", route[r][0], route[r][1], "input", &c, NULL,
                                NULL));
        free(list);
    }
    static float dense[CELLS][CELLS], wire[CELLS];
    for (uint32_t i = 0; i < CELLS; i++)
        for (uint32_t j = 0; j < CELLS; j++) {
            dense[i][j] = whole(&random);
            m.list[m.count++] = (link){2, 1, {i, j, dense[i][j], 4}};
        }
    OK(tuft_connections_dense(&c, CELLS, CELLS, &dense[0][0], 4, NULL));
    OK(tuft_network_connect(m.network, "dense", 2, 1, "input", &c, NULL, NULL));
    for (uint32_t i = 0; i < CELLS; i++) {
        wire[i] = whole(&random);
        m.list[m.count++] = (link){1, 1, {i, i, wire[i], 2}};
    }
    OK(tuft_connections_one_to_one(&c, CELLS, wire, 2, NULL));
    OK(tuft_network_connect(m.network, "wires", 1, 1, "input", &c, NULL, NULL));
    for (int64_t t = 0; t < TICKS; t++)
        if (tuft_random_below(&random, 3)) {
            m.tick[m.spikes] = t - (m.spikes % 5 == 4); /* now and then two in a tick */
            if (m.spikes && m.tick[m.spikes] < m.tick[m.spikes - 1])
                m.tick[m.spikes] = m.tick[m.spikes - 1];
            m.channel[m.spikes++] = tuft_random_below(&random, CHANNELS);
        }
    return m;
}

static void mixed_free(mixed *m)
{
    tuft_network_free(m->network);
    free(m->parameters);
    free(m->list);
    free(m->tick);
    free(m->channel);
}

static tuft_engine *mixed_engine(const mixed *m, int threads)
{
    tuft_engine *engine;
    OK(tuft_engine_new(&engine, m->network, 1, threads, NULL));
    for (uint32_t q = 0; q < 3; q++)
        OK(tuft_engine_record_spikes(engine, q, NULL));
    OK(tuft_engine_input(engine, 0, m->tick, m->channel, m->spikes, NULL));
    return engine;
}

Test(engine, mixed_network_equals_a_naive_simulation)
{
    static const int64_t form[][2] = {{0, 1}, {1, 0}, {0, 0}, {1, 1}};
    for (int f = 0; f < 4; f++) {
        mixed m = mixed_network(form[f][0], form[f][1]);
        tuft_engine *engine = mixed_engine(&m, 1);
        OK(tuft_engine_run(engine, TICKS, NULL));

        float(*future)[2][CELLS] = calloc(TICKS + DELAYS + 1, sizeof *future);
        float v[2][CELLS] = {0};
        int held[2][CELLS] = {0};
        size_t seen[3] = {0}, next = 0, events = 0;
        for (int64_t t = 0; t < TICKS; t++) {
            for (uint32_t q = 0; q < 3; q++)
                for (uint32_t i = 0; i < (q ? CELLS : CHANNELS); i++) {
                    int spikes = 0;
                    if (q) {
                        v[q - 1][i] += held[q - 1][i] ? 0 : future[t][q - 1][i];
                        spikes = !held[q - 1][i] && v[q - 1][i] > 40.5f;
                        held[q - 1][i] -= held[q - 1][i] > 0;
                        if (spikes)
                            v[q - 1][i] = 0, held[q - 1][i] = REFRACTORY;
                    } else {
                        for (size_t s = next; s < m.spikes && m.tick[s] == t; s++)
                            spikes += m.channel[s] == i;
                    }
                    for (; spikes; spikes--) {
                        const tuft_spike_record *record = tuft_engine_spikes(engine, q);
                        cr_assert_lt(seen[q], record->count);
                        cr_assert_eq(record->tick[seen[q]], t,
                                     "form %d, population %u, spike %zu: tick %lld cell %u, "
                                     "expected %lld cell %u",
                                     f, q, seen[q], (long long)record->tick[seen[q]],
                                     record->cell[seen[q]], (long long)t, i);
                        if (q)
                            cr_assert_eq(record->cell[seen[q]], i);
                        seen[q]++;
                        for (size_t k = 0; k < m.count; k++)
                            if (m.list[k].source == q && m.list[k].synapse.source == i) {
                                const tuft_synapse *s = &m.list[k].synapse;
                                future[t + s->delay][m.list[k].target - 1][s->target] += s->weight;
                                events++;
                            }
                    }
                }
            while (next < m.spikes && m.tick[next] == t)
                next++;
        }
        for (uint32_t q = 0; q < 3; q++)
            cr_assert_eq(seen[q], tuft_engine_spikes(engine, q)->count);
        cr_assert_gt(seen[1], 200);
        cr_assert_gt(seen[2], 200);

        tuft_ledger ledger, again = {0};
        OK(tuft_engine_ledger(engine, &ledger, NULL));
        cr_assert_eq(ledger.synaptic_events, events);
        cr_assert_eq(ledger.spikes, seen[1] + seen[2]);
        for (uint32_t q = 0; q < 3; q++) {
            const tuft_spike_record *record = tuft_engine_spikes(engine, q);
            uint64_t *per_source = calloc(CELLS, sizeof *per_source);
            for (size_t s = 0; s < record->count; s++)
                per_source[record->cell[s]]++;
            cr_assert_arr_eq(ledger.population[q].source_spikes, per_source,
                             ledger.population[q].cells * sizeof *per_source);
            cr_assert_eq(ledger.population[q].spikes, record->count);
            free(per_source);
        }
        OK(tuft_engine_ledger(engine, &again, NULL));
        OK(tuft_ledger_add(&again, &ledger, NULL));
        cr_assert_eq(again.synaptic_events, 2 * events);
        cr_assert_eq(again.spikes, 2 * ledger.spikes);
        cr_assert_eq(again.neuron_updates, 2 * ledger.neuron_updates);
        again.projections--;
        cr_assert_eq(tuft_ledger_add(&ledger, &again, NULL), TUFT_INVALID);
        again.projections++;
        tuft_ledger_free(&again);
        tuft_ledger_free(&ledger);
        free(future);
        tuft_engine_free(engine);
        mixed_free(&m);
    }
}

Test(engine, running_in_pieces_and_after_reset_gives_the_same)
{
    mixed m = mixed_network(0, 1);
    tuft_engine *whole_run = mixed_engine(&m, 1), *pieces = mixed_engine(&m, 2);
    OK(tuft_engine_run(whole_run, TICKS, NULL));
    for (int64_t t = 0; t < TICKS; t += 37)
        OK(tuft_engine_run(pieces, t, NULL));
    OK(tuft_engine_run(pieces, TICKS, NULL));
    same_spikes(whole_run, pieces, 3);
    OK(tuft_engine_reset(pieces, NULL));
    cr_assert_eq(tuft_engine_now(pieces), 0);
    cr_assert_eq(tuft_engine_spikes(pieces, 1)->count, 0);
    OK(tuft_engine_input(pieces, 0, m.tick, m.channel, m.spikes, NULL));
    OK(tuft_engine_run(pieces, TICKS / 2, NULL));
    OK(tuft_engine_reset(pieces, NULL)); /* spikes under way are forgotten */
    OK(tuft_engine_input(pieces, 0, m.tick, m.channel, m.spikes, NULL));
    OK(tuft_engine_run(pieces, TICKS, NULL));
    same_spikes(whole_run, pieces, 3);
    tuft_engine_free(whole_run);
    tuft_engine_free(pieces);
    mixed_free(&m);
}

/* ---- threads --------------------------------------------------------------------------------- */

Test(engine, threads_do_not_change_a_bit)
{
    enum { SOURCES = 1000, LARGE = 20000, DENSE = 1500, LAZY = 300, LIST = 150000, END = 60 };
    tuft_lif_parameters p = tuft_lif_defaults;
    p.bias = 15;
    tuft_network *network;
    tuft_connections c;
    OK(tuft_network_new(&network, 100, NULL));
    OK(tuft_network_add_source(network, "in", SOURCES, NULL, NULL));
    OK(tuft_network_add_cells(network, "large", &tuft_lif_exponential, &p, LARGE, 1, NULL, NULL));
    OK(tuft_network_add_cells(network, "dense", &tuft_lif_delta, &p, DENSE, 2, NULL, NULL));
    OK(tuft_network_add_cells(network, "lazy", &tuft_lif_exponential, &p, LAZY, 0, NULL, NULL));

    tuft_random random = tuft_random_stream(31, TUFT_RANDOM_TEST, 0);
    OK(tuft_connections_random(&c, SOURCES, LARGE, 0.05, 1, 2, 0, 1, 1, NULL));
    cr_assert_geq(tuft_connections_synapses(&c), TUFT_PARALLEL_SYNAPSES);
    for (size_t k = 0; k < tuft_connections_synapses(&c); k++)
        c.weight[k] = (float)(10 * tuft_random_normal(&random));
    OK(tuft_network_connect(network, "one delay", 0, 1, "excitatory", &c, NULL, NULL));
    tuft_synapse *list = calloc(LIST, sizeof *list);
    for (size_t k = 0; k < LIST; k++) /* few sources: rows long enough to be shared out */
        list[k] = (tuft_synapse){tuft_random_below(&random, 40), tuft_random_below(&random, LARGE),
                                 (float)(10 * tuft_random_normal(&random)),
                                 1 + tuft_random_below(&random, 3)};
    OK(tuft_connections_sparse(&c, LARGE, LARGE, list, LIST, NULL));
    OK(tuft_network_connect(network, "many delays", 1, 1, "inhibitory", &c, NULL, NULL));
    free(list);
    float *weight = calloc((size_t)SOURCES * DENSE, sizeof *weight);
    for (size_t k = 0; k < (size_t)SOURCES * DENSE; k++)
        weight[k] = (float)tuft_random_normal(&random);
    OK(tuft_connections_dense(&c, SOURCES, DENSE, weight, 1, NULL));
    OK(tuft_network_connect(network, "dense", 0, 2, "input", &c, NULL, NULL));
    free(weight);
    OK(tuft_connections_random(&c, LARGE, LAZY, 0.01, 3, 4, 0, 1, 2, NULL));
    OK(tuft_network_connect(network, "lazy", 1, 3, "excitatory", &c, NULL, NULL));

    cr_assert_geq(LARGE, TUFT_PARALLEL_CELLS);
    enum { BURST = 300 };
    static int64_t tick[END * BURST];
    static uint32_t cell[END * BURST], traced[] = {0, 777, 19999};
    for (int k = 0; k < END * BURST; k++) {
        tick[k] = k / BURST;
        cell[k] = tuft_random_below(&random, SOURCES);
    }
    cr_assert_geq(BURST * (LARGE / 20), TUFT_PARALLEL_SYNAPSES);
    tuft_engine *engine[3];
    for (int t = 0; t < 3; t++) {
        OK(tuft_engine_new(&engine[t], network, 5, t + 1, NULL));
        for (uint32_t q = 0; q < 4; q++)
            OK(tuft_engine_record_spikes(engine[t], q, NULL));
        OK(tuft_engine_record_trace(engine[t], 1, "membrane", traced, 3, 1, NULL));
        OK(tuft_engine_record_trace(engine[t], 2, "membrane", traced, 2, 1, NULL));
        OK(tuft_engine_input(engine[t], 0, tick, cell, END * BURST, NULL));
        OK(tuft_engine_run(engine[t], END, NULL));
    }
    cr_assert_gt(tuft_engine_spikes(engine[0], 1)->count, 10000);
    cr_assert_gt(tuft_engine_spikes(engine[0], 2)->count, 100);
    cr_assert_gt(tuft_engine_spikes(engine[0], 3)->count, 100);
    for (int t = 1; t < 3; t++) {
        same_spikes(engine[0], engine[t], 4);
        for (uint32_t q = 1; q < 3; q++) {
            const tuft_trace_record *a = tuft_engine_trace(engine[0], q),
                                    *b = tuft_engine_trace(engine[t], q);
            cr_assert_eq(a->samples, END);
            cr_assert_eq(b->samples, END);
            cr_assert_arr_eq(a->value, b->value, a->samples * a->cells * sizeof(float));
        }
    }
    for (int t = 0; t < 3; t++)
        tuft_engine_free(engine[t]);
    tuft_network_free(network);
}

/* ---- what is refused, what is recorded ------------------------------------------------------- */

Test(engine, bad_arguments_are_refused)
{
    tuft_lif_parameters p = relay();
    tuft_network *network = relay_network(&p, 0, 1, 1);
    tuft_engine *engine;
    tuft_error err;
    cr_assert_eq(tuft_engine_new(&engine, network, 1, 0, &err), TUFT_INVALID);
    cr_assert_null(engine);
    cr_assert_eq(tuft_engine_new(&engine, network, 1, 1 << 30, &err), TUFT_INVALID);
    OK(tuft_engine_new(&engine, network, 1, 1, NULL));
    const int64_t descending[] = {5, 4}, negative[] = {-1}, huge[] = {INT64_MAX}, fine[] = {1};
    const uint32_t zero[] = {0, 0}, one[] = {1};
    cr_assert_eq(tuft_engine_input(engine, 0, descending, zero, 2, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "input 1 at tick 4"));
    cr_assert_eq(tuft_engine_input(engine, 0, negative, zero, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_input(engine, 0, huge, zero, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_input(engine, 0, fine, one, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_input(engine, 1, fine, zero, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_input(engine, 7, fine, zero, 1, &err), TUFT_INVALID);
    OK(tuft_engine_run(engine, 10, NULL));
    cr_assert_eq(tuft_engine_run(engine, 9, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_run(engine, INT64_MAX, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_input(engine, 0, fine, zero, 1, &err), TUFT_INVALID); /* the past */
    cr_assert_eq(tuft_engine_record_spikes(engine, 2, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_record_counts(engine, 1, descending, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_record_counts(engine, 1, NULL, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_record_trace(engine, 1, "charm", zero, 1, 1, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "charm"));
    cr_assert_eq(tuft_engine_record_trace(engine, 0, "membrane", zero, 1, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_record_trace(engine, 1, "membrane", one, 1, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_engine_record_trace(engine, 1, "membrane", zero, 1, 0, &err), TUFT_INVALID);
    cr_assert_null(tuft_engine_spikes(engine, 1));
    cr_assert_null(tuft_engine_counts(engine, 99));
    cr_assert_null(tuft_engine_trace_of(engine, 1, "membrane"));
    OK(tuft_engine_record_trace(engine, 1, "membrane", zero, 1, 1, NULL));
    cr_assert_eq(tuft_engine_record_trace(engine, 1, "membrane", zero, 1, 2, &err), TUFT_INVALID);
    OK(tuft_engine_record_trace(engine, 1, "bias", zero, 1, 2, NULL));
    cr_assert_eq(tuft_engine_trace(engine, 1), tuft_engine_trace_of(engine, 1, "membrane"));
    cr_assert_eq(tuft_engine_trace_of(engine, 1, "bias")->every, 2);
    cr_assert_null(tuft_engine_trace_of(engine, 1, "charm"));
    cr_assert_null(tuft_engine_trace_of(engine, 99, "bias"));
    tuft_engine_free(engine);
    float weight = 1;
    tuft_connections c;
    OK(tuft_connections_one_to_one(&c, 1, &weight, 1, NULL));
    cr_assert_eq(tuft_network_connect(network, "x", 0, 1, "nose", &c, NULL, &err), TUFT_INVALID);
    cr_assert_eq(tuft_network_connect(network, "x", 0, 0, "input", &c, NULL, &err), TUFT_INVALID);
    cr_assert_eq(tuft_network_connect(network, "x", 0, 2, "input", &c, NULL, &err), TUFT_INVALID);
    cr_assert_eq(tuft_network_add_source(network, "none", 0, NULL, &err), TUFT_INVALID);
    cr_assert_eq(tuft_network_add_cells(network, "n", &tuft_poisson, &p, 1, 1, NULL, &err),
                 TUFT_INVALID);
    cr_assert(strstr(err.message, "clocked"));
    tuft_connections_free(&c);
    tuft_network_free(network);
    cr_assert_eq(tuft_network_new(&network, 0, &err), TUFT_INVALID);
    cr_assert_eq(tuft_network_new(&network, NAN, &err), TUFT_INVALID);
}

Test(engine, recorders_agree)
{
    mixed m = mixed_network(0, 1);
    tuft_engine *engine = mixed_engine(&m, 1);
    const int64_t edge[] = {100, 500, 501, 2000, 2900};
    const uint32_t cells[] = {3, 60};
    OK(tuft_engine_record_counts(engine, 1, edge, 4, NULL));
    OK(tuft_engine_record_trace(engine, 1, "membrane", cells, 2, 50, NULL));
    OK(tuft_engine_record_trace(engine, 2, "membrane", cells, 2, 7, NULL));
    OK(tuft_engine_run(engine, TICKS, NULL));
    const tuft_spike_record *spikes = tuft_engine_spikes(engine, 1);
    const tuft_count_record *counts = tuft_engine_counts(engine, 1);
    for (uint32_t w = 0; w < 4; w++)
        for (uint32_t i = 0; i < CELLS; i++) {
            uint32_t n = 0;
            for (size_t s = 0; s < spikes->count; s++)
                n += spikes->cell[s] == i && spikes->tick[s] >= edge[w] &&
                     spikes->tick[s] < edge[w + 1];
            cr_assert_eq(counts->count[w * CELLS + i], n);
        }
    cr_assert_eq(tuft_engine_trace(engine, 1)->samples, TICKS / 50);
    cr_assert_eq(tuft_engine_trace(engine, 2)->samples, (TICKS + 6) / 7);
    tuft_engine_free(engine);

    /* The lazy form read between its events is what the clocked form holds. */
    mixed other = mixed_network(1, 1);
    tuft_engine *lazy = mixed_engine(&m, 1), *clocked = mixed_engine(&other, 1);
    OK(tuft_engine_record_trace(lazy, 1, "membrane", cells, 2, 3, NULL));
    OK(tuft_engine_record_trace(clocked, 1, "membrane", cells, 2, 3, NULL));
    OK(tuft_engine_run(lazy, TICKS, NULL));
    OK(tuft_engine_run(clocked, TICKS, NULL));
    const tuft_trace_record *a = tuft_engine_trace(lazy, 1), *b = tuft_engine_trace(clocked, 1);
    cr_assert_eq(a->samples, b->samples);
    cr_assert_arr_eq(a->value, b->value, a->samples * a->cells * sizeof(float));
    tuft_engine_free(lazy);
    tuft_engine_free(clocked);
    mixed_free(&m);
    mixed_free(&other);
}

/* A cell that would fire by itself and is put off by each input is worked on when it is reached
 * and when it fires, not at the times it would have fired at. */
Test(engine, a_cell_put_off_costs_only_its_inputs_and_spikes)
{
    enum { INPUTS = 100 };
    int64_t tick[INPUTS];
    const uint32_t cell[INPUTS] = {0};
    for (int k = 0; k < INPUTS; k++)
        tick[k] = 200 * k;
    tuft_lif_parameters p = relay();
    p.threshold = 10;
    p.bias = 10.5; /* fires after 61 ms, at V = 10 */
    tuft_network *network = relay_network(&p, 0, 1, -0.5f);
    tuft_engine *engine;
    network->tick_us = 100;
    OK(tuft_engine_new(&engine, network, 1, 1, NULL));
    OK(tuft_engine_record_spikes(engine, 1, NULL));
    OK(tuft_engine_input(engine, 0, tick, cell, INPUTS, NULL));
    OK(tuft_engine_run(engine, 100000, NULL));
    tuft_ledger ledger;
    OK(tuft_engine_ledger(engine, &ledger, NULL));
    const tuft_spike_record *out = tuft_engine_spikes(engine, 1);
    cr_assert_gt(out->count, 50);
    size_t together = 0; /* an input at the very tick of a spike */
    for (size_t s = 0; s < out->count; s++)
        together += out->tick[s] % 200 == 1 && out->tick[s] < 200 * INPUTS;
    cr_assert_eq(ledger.neuron_updates, INPUTS + out->count - together);
    tuft_ledger_free(&ledger);
    tuft_engine_free(engine);
    tuft_network_free(network);
}
