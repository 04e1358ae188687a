#include "cells/lif.h"
#include "core/engine.h"
#include "core/memory.h"
#include "core/plastic.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

/* ---- a rule that keeps a diary --------------------------------------------------------------- */

/* Each arrival adds 1 to the weights of its segment, each spike doubles those of its cell: the
 * order of the two can be told from the weight. */
enum { PAGES = 64 };

typedef struct {
    char what; /* arrival or spike */
    int64_t tick;
    uint32_t who;
} page;

typedef struct {
    tuft_plasticity_context context;
    page page[PAGES];
    int pages;
} diary;

static tuft_status diary_create(void **state, const void *parameters,
                                const tuft_plasticity_context *context, tuft_error *err)
{
    diary *d;
    if (*(const int *)parameters)
        return tuft_fail(err, TUFT_INVALID, "no diary today");
    tuft_status status = TUFT_NEW(&d, 1, "diary", err);
    if (!status)
        d->context = *context;
    *state = d;
    return status;
}

static void diary_reset(void *state)
{
    ((diary *)state)->pages = 0;
}

static uint64_t diary_arrive(void *state, int64_t tick, const uint32_t *segment, size_t n)
{
    diary *d = state;
    uint64_t updates = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t *begin = &d->context.connections->segment_begin[segment[i]];
        for (size_t k = begin[0]; k < begin[1]; k++, updates++)
            d->context.weight[k] += 1;
        if (d->pages < PAGES)
            d->page[d->pages++] = (page){'a', tick, segment[i]};
    }
    return updates;
}

static uint64_t diary_fire(void *state, int64_t tick, const uint32_t *cell, size_t n)
{
    diary *d = state;
    uint64_t updates = 0;
    for (size_t i = 0; i < n; i++) {
        const tuft_incoming *in = d->context.incoming;
        for (size_t k = in->begin[cell[i]]; k < in->begin[cell[i] + 1]; k++, updates++)
            d->context.weight[in->synapse[k].synapse] *= 2;
        if (d->pages < PAGES)
            d->page[d->pages++] = (page){'f', tick, cell[i]};
    }
    return updates;
}

static int diary_parts(void *state, tuft_state_part *part)
{
    diary *d = state;
    part[0] = (tuft_state_part){"pages", d->page, sizeof d->page};
    return 1;
}

static const int willing = 0, unwilling = 1;
static const tuft_parameter_entry no_parameters[] = {{0}};
static const tuft_plasticity_rule diary_rule = {.name = "diary",
                                                .create = diary_create,
                                                .destroy = free,
                                                .reset = diary_reset,
                                                .arrive = diary_arrive,
                                                .fire = diary_fire,
                                                .parts = diary_parts,
                                                .parameter = no_parameters,
                                                .parameters_size = sizeof(int),
                                                .defaults = &willing};

/* Two sources; source 0 reaches both cells, with another synapse on cell 1 later, source 1 cell 1.
 * The cells add up what they get and fire past 100. Segments: 0: 0 -> 0, 1 after 5 ticks; 1: 0 -> 1
 * after 9; 2: 1 -> 1 after 5. */
static const tuft_synapse synapses[] = {{0, 0, 1, 5}, {0, 1, 2, 5}, {0, 1, 4, 9}, {1, 1, 60, 5}};
enum { SYNAPSES = sizeof synapses / sizeof *synapses };

static tuft_network *diary_network(const tuft_lif_parameters *lif, int64_t step)
{
    tuft_network *network;
    tuft_connections c;
    OK(tuft_network_new(&network, 1, NULL));
    OK(tuft_network_add_source(network, "in", 2, NULL, NULL));
    OK(tuft_network_add_cells(network, "cells", &tuft_lif_delta, lif, 2, step, NULL, NULL));
    OK(tuft_connections_sparse(&c, 2, 2, synapses, SYNAPSES, NULL));
    OK(tuft_network_connect(network, "learns", 0, 1, "input", &c, NULL, NULL));
    return network;
}

static tuft_lif_parameters adder(void)
{
    tuft_lif_parameters lif = tuft_lif_defaults;
    lif.tau_m_ms = INFINITY;
    lif.threshold = 100;
    lif.refractory_ms = 0;
    return lif;
}

static void membranes(tuft_engine *engine, double first, double second)
{
    const tuft_trace_record *trace = tuft_engine_trace(engine, 1);
    const float *last = trace->value + (trace->samples - 1) * 2;
    cr_assert_eq((double)last[0], first, "cell 0: %g, expected %g", (double)last[0], first);
    cr_assert_eq((double)last[1], second, "cell 1: %g, expected %g", (double)last[1], second);
}

static void weights(const tuft_engine *engine, const float expected[SYNAPSES])
{
    size_t n;
    const float *w = tuft_engine_weights(engine, 0, &n);
    cr_assert_eq(n, SYNAPSES);
    for (int k = 0; k < SYNAPSES; k++)
        cr_assert_eq(w[k], expected[k], "synapse %d: %g, expected %g", k, (double)w[k],
                     (double)expected[k]);
}

/* A spike carries the weight from before its own tick; arrivals of a tick are seen before spikes.
 */
Test(plasticity, a_rule_sees_arrivals_and_spikes_in_order)
{
    const int64_t tick[] = {10, 20, 30};
    const uint32_t cell[] = {0, 0, 1}, all[] = {0, 1};
    const page expected[] = {{'a', 15, 0}, {'a', 19, 1}, {'a', 25, 0},
                             {'a', 29, 1}, {'a', 35, 2}, {'f', 35, 1}};
    enum { EXPECTED = sizeof expected / sizeof *expected };
    tuft_lif_parameters lif = adder();
    lif.threshold = 60;
    for (int64_t step = 0; step < 2; step++) {
        tuft_network *network = diary_network(&lif, step);
        tuft_engine *engine;
        OK(tuft_network_make_plastic(network, 0, &diary_rule, NULL, NULL));
        OK(tuft_engine_new(&engine, network, 1, 1, NULL));
        OK(tuft_engine_record_trace(engine, 1, "membrane", all, 2, 1, NULL));
        for (int again = 0; again < 2; again++) {
            OK(tuft_engine_input(engine, 0, tick, cell, 3, NULL));
            weights(engine, (const float[]){1, 2, 4, 60});
            OK(tuft_engine_run(engine, 16, NULL));
            membranes(engine, 1, 2);
            weights(engine, (const float[]){2, 3, 4, 60});
            OK(tuft_engine_run(engine, 30, NULL));
            membranes(engine, 1 + 2, 2 + 4 + 3 + 5);
            weights(engine, (const float[]){3, 4, 6, 60});
            OK(tuft_engine_run(engine, 40, NULL)); /* 14 + 60: cell 1 fires */
            membranes(engine, 3, 0);
            weights(engine, (const float[]){3, 8, 12, 122});
            tuft_ledger ledger;
            OK(tuft_engine_ledger(engine, &ledger, NULL));
            cr_assert_eq(ledger.projection[0].weight_updates,
                         (again + 1) * (2 + 1 + 2 + 1 + 1 + 3));
            cr_assert_eq(ledger.weight_updates, ledger.projection[0].weight_updates);
            tuft_ledger_free(&ledger);
            OK(tuft_engine_reset(engine, NULL));
        }
        cr_assert_eq(network->projection[0].connections.weight[0], 1); /* read-only */
        tuft_engine_free(engine);

        tuft_plastics alone; /* the same from the list of calls */
        OK(tuft_plastics_new(&alone, network, 1, NULL));
        for (int e = 0; e < EXPECTED; e++)
            if (expected[e].what == 'a')
                tuft_plastic_arrive(alone.at[0], expected[e].tick, &expected[e].who, 1);
            else
                tuft_plastics_fire(&alone, 1, expected[e].tick, &expected[e].who, 1);
        tuft_plastics_fire(&alone, 0, 50, &expected[0].who, 1); /* not its targets */
        const diary *kept = alone.at[0]->state;
        cr_assert_eq(kept->pages, EXPECTED);
        const float after[] = {3, 8, 12, 122};
        cr_assert_arr_eq(alone.at[0]->connections.weight, after, sizeof after);
        tuft_plastics_free(&alone);
        tuft_network_free(network);
    }
}

Test(plasticity, engines_of_one_network_learn_for_themselves)
{
    const int64_t tick[] = {10};
    const uint32_t cell[] = {0};
    tuft_lif_parameters lif = adder();
    tuft_network *network = diary_network(&lif, 0);
    tuft_engine *engine[2];
    OK(tuft_network_make_plastic(network, 0, &diary_rule, &willing, NULL));
    for (int e = 0; e < 2; e++)
        OK(tuft_engine_new(&engine[e], network, 1, 1, NULL));
    OK(tuft_engine_input(engine[0], 0, tick, cell, 1, NULL));
    for (int e = 0; e < 2; e++)
        OK(tuft_engine_run(engine[e], 100, NULL));
    weights(engine[0], (const float[]){2, 3, 5, 60});
    weights(engine[1], (const float[]){1, 2, 4, 60});
    for (int e = 0; e < 2; e++)
        tuft_engine_free(engine[e]);
    tuft_network_free(network);
}

Test(plasticity, fixed_weights_can_be_read_too)
{
    tuft_lif_parameters lif = adder();
    tuft_network *network = diary_network(&lif, 0);
    tuft_engine *engine;
    OK(tuft_engine_new(&engine, network, 1, 1, NULL));
    cr_assert_eq(tuft_engine_weights(engine, 0, NULL), network->projection[0].connections.weight);
    weights(engine, (const float[]){1, 2, 4, 60});
    cr_assert_null(tuft_engine_weights(engine, 1, NULL));
    tuft_engine_free(engine);
    tuft_network_free(network);
}

Test(plasticity, what_cannot_learn_is_refused)
{
    tuft_lif_parameters lif = adder();
    tuft_network *network = diary_network(&lif, 0);
    tuft_engine *engine;
    tuft_connections c;
    tuft_error err;
    const float dense[4] = {0}, wire[2] = {0};
    OK(tuft_connections_dense(&c, 2, 2, dense, 1, NULL));
    OK(tuft_network_connect(network, "all", 0, 1, "input", &c, NULL, NULL));
    OK(tuft_connections_one_to_one(&c, 2, wire, 1, NULL));
    OK(tuft_network_connect(network, "wires", 0, 1, "input", &c, NULL, NULL));
    cr_assert_eq(tuft_network_make_plastic(network, 1, &diary_rule, NULL, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message, "projection all is dense, rule diary learns on sparse ones");
    cr_assert_eq(tuft_network_make_plastic(network, 2, &diary_rule, NULL, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "wires is one-to-one"));
    cr_assert_eq(tuft_network_make_plastic(network, 3, &diary_rule, NULL, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "projection 3, there are 3"));
    OK(tuft_network_make_plastic(network, 0, &diary_rule, &unwilling, NULL));
    cr_assert_eq(tuft_network_make_plastic(network, 0, &diary_rule, NULL, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "learns by diary already"));
    cr_assert_eq(tuft_engine_new(&engine, network, 1, 1, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message, "learns: no diary today");
    cr_assert_null(engine);
    tuft_network_free(network);
}

/* Every synapse stands once, with its own segment, under its own target. */
Test(plasticity, incoming_synapses_are_the_connections_turned_round)
{
    enum { SOURCES = 30, TARGETS = 41, MANY = 700 };
    static tuft_synapse list[MANY];
    tuft_random random = tuft_random_stream(4, TUFT_RANDOM_TEST, 0);
    tuft_connections c;
    tuft_incoming in;
    tuft_error err;
    for (int k = 0; k < MANY; k++)
        list[k] = (tuft_synapse){tuft_random_below(&random, SOURCES),
                                 tuft_random_below(&random, TARGETS - 1), /* the last has none */
                                 1, 1 + tuft_random_below(&random, 5)};
    for (int n = MANY; n >= 0; n -= MANY) {
        OK(tuft_connections_sparse(&c, SOURCES, TARGETS, list, (size_t)n, NULL));
        OK(tuft_incoming_new(&in, &c, NULL));
        cr_assert_eq(in.begin[0], 0);
        cr_assert_eq(in.begin[TARGETS], n);
        cr_assert_eq(in.begin[TARGETS - 1], n);
        for (uint32_t j = 0; j < TARGETS; j++)
            for (size_t k = in.begin[j]; k < in.begin[j + 1]; k++) {
                uint32_t synapse = in.synapse[k].synapse, segment = in.synapse[k].segment;
                cr_assert_eq(c.target[synapse], j);
                cr_assert(synapse >= c.segment_begin[segment] &&
                          synapse < c.segment_begin[segment + 1]);
                cr_assert(k == in.begin[j] || in.synapse[k - 1].synapse < synapse);
            }
        tuft_incoming_free(&in);
        tuft_connections_free(&c);
    }
    const float wire[2] = {0};
    OK(tuft_connections_one_to_one(&c, 2, wire, 1, NULL));
    cr_assert_eq(tuft_incoming_new(&in, &c, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "one-to-one connections, expected sparse"));
    tuft_connections_free(&c);
}
