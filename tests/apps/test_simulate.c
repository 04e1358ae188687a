/* tuft simulate as its users meet it, and its networks against those of the C API. */
#include "apps/network_run.h"
#include "apps/shell.h"
#include "cells/lif.h"
#include "cells/poisson.h"

#include <criterion/criterion.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)
#define EXAMPLES TUFT_SOURCE_DIR "/docs/examples/"

TestSuite(simulate, .init = shell_enter, .fini = shell_leave);

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", shell_folder(), name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    shell_write(name, text, strlen(text));
}

static double number(const json_t *root, const char *kind, const char *population)
{
    const json_t *value =
        json_object_get(json_object_get(json_object_get(root, "results"), kind), population);
    cr_assert(json_is_number(value), "%s of %s", kind, population);
    return json_number_value(value);
}

/* All recorded spikes of a CSV that --spikes wrote: ticks and cells of one population. */
static size_t spikes_of(const char *name, const char *population, int64_t *tick, uint32_t *cell,
                        size_t room)
{
    char line[128], who[64];
    long long when;
    unsigned which;
    size_t count = 0;
    FILE *stream = fopen(in_folder(name), "r");
    cr_assert_not_null(stream);
    cr_assert(fgets(line, sizeof line, stream));
    cr_assert_str_eq(line, "tick,population,index\n");
    while (fgets(line, sizeof line, stream)) {
        cr_assert_eq(sscanf(line, "%lld,%63[^,],%u", &when, who, &which), 3, "%s", line);
        if (strcmp(who, population) != 0)
            continue;
        cr_assert(count < room);
        tick[count] = when;
        cell[count++] = which;
    }
    fclose(stream);
    return count;
}

static int same(const char *a, const char *b)
{
    return shell("cmp %s %s", a, b) == 0;
}

/* ---- the examples ---------------------------------------------------------------------------- */

/* Sustained, irregular activity with rates like those that other simulators give for benchmark 1 of
 * Brette et al. 2007 (17 Hz and more, by their initial values), excitatory and inhibitory cells
 * alike; intervals are more irregular than those of a Poisson process (Vogels & Abbott 2005). */
Test(simulate, example_balanced)
{
    json_t *root = shell_result("simulate", EXAMPLES "balanced.json --duration 3000");
    static const char *const population[] = {"excitatory", "inhibitory"};
    for (int k = 0; k < 2; k++) {
        double rate = number(root, "rate_hz", population[k]),
               cv = number(root, "isi_cv", population[k]);
        cr_assert(rate > 15 && rate < 25, "%g", rate);
        cr_assert(cv > 1.2 && cv < 2.2, "%g", cv);
    }
    json_t *ledger = json_object_get(root, "ledger");
    cr_assert_eq(json_array_size(json_object_get(ledger, "projections")), 4);
    cr_assert_eq(json_integer_value(json_object_get(ledger, "neuron_updates")),
                 4000LL * 30000 - 4000); /* the first step is at one step */
    json_decref(root);
}

/* Brunel 2000, fig. 8C: 37.7 Hz in the simulation, 38 Hz in theory, asynchronous and irregular. */
Test(simulate, example_brunel, .timeout = 120)
{
    json_t *root = shell_result("simulate", EXAMPLES "brunel.json --duration 300");
    static const char *const population[] = {"excitatory", "inhibitory"};
    for (int k = 0; k < 2; k++) {
        double rate = number(root, "rate_hz", population[k]);
        cr_assert(rate > 34 && rate < 42, "%g", rate);
        cr_assert_gt(number(root, "isi_cv", population[k]), 0.3);
    }
    json_decref(root);
}

/* Naud & Sprekeler 2018: event rate follows the somatic input, burst probability the apical. */
Test(simulate, example_multiplexing, .timeout = 120)
{
    json_t *root = shell_result("simulate", EXAMPLES "multiplexing.json");
    json_t *bursts = json_array_get(json_object_get(json_object_get(root, "results"), "bursts"), 0);
    json_t *all = json_object_get(bursts, "correlation");
    cr_assert_eq(json_array_size(all), 2);
    for (size_t k = 0; k < 2; k++) {
        json_t *one = json_array_get(all, k);
        const char *own = k ? "burst_probability" : "event_rate",
                   *cross = k ? "event_rate" : "burst_probability";
        cr_assert_str_eq(json_string_value(json_object_get(one, "target")),
                         k ? "dendritic" : "somatic");
        cr_assert(json_number_value(json_object_get(one, own)) > 0.9);
        cr_assert(fabs(json_number_value(json_object_get(one, cross))) < 0.3);
    }
    json_t *windows = json_object_get(bursts, "windows");
    cr_assert_eq(json_array_size(json_object_get(windows, "begin_ms")), 140);
    cr_assert_eq(json_array_size(json_object_get(windows, "burst_probability")), 140);
    json_decref(root);
}

/* Larkum, Zhu & Sakmann 1999: one spike, none, a burst of three. */
Test(simulate, example_coincidence)
{
    int64_t tick[16];
    uint32_t cell[16], spikes[3] = {0};
    json_t *root = shell_result("simulate", EXAMPLES "coincidence.json --spikes spikes.csv");
    size_t count = spikes_of("spikes.csv", "cells", tick, cell, 16);
    for (size_t i = 0; i < count; i++)
        spikes[cell[i]]++;
    cr_assert(spikes[0] == 1 && spikes[1] == 0 && spikes[2] == 3);
    cr_assert_eq(tick[0], 201); /* 20 ms and a tick of delay */
    json_t *bursts = json_array_get(json_object_get(json_object_get(root, "results"), "bursts"), 0);
    cr_assert_eq(json_integer_value(json_object_get(bursts, "events")), 2);
    cr_assert_eq(json_integer_value(json_object_get(bursts, "bursts")), 1);
    cr_assert_eq(number(root, "spikes", "soma-in"), 2);
    json_decref(root);
}

/* The file that docs/simulate.md shows. */
Test(simulate, example_of_the_documentation)
{
    cr_assert_eq(shell("awk '/^```json/ { on = 1; next } /^```/ { on = 0 } on' "
                       "%s/docs/simulate.md > net.json",
                       TUFT_SOURCE_DIR),
                 0);
    json_t *root = shell_result("simulate", "net.json");
    cr_assert(number(root, "rate_hz", "e") > 1 && number(root, "spikes", "i") > 10);
    json_decref(root);
}

/* ---- the same network by the C API ----------------------------------------------------------- */

static const char both[] =
    "{\"tuft_network\": 1, \"tick_us\": 100, \"duration_ms\": 400, \"seed\": 42,"
    " \"populations\": ["
    "  {\"name\": \"e\", \"cell\": \"lif-exponential\", \"count\": 80,"
    "   \"parameters\": {\"threshold\": {\"normal\": [15, 1]}, \"tau_m_ms\": 18},"
    "   \"initial\": {\"membrane\": {\"uniform\": [0, 10]}}},"
    "  {\"name\": \"i\", \"cell\": \"lif-exponential\", \"count\": 20, \"mode\": \"event-driven\"},"
    "  {\"name\": \"in\", \"cell\": \"source\", \"count\": 2}],"
    " \"projections\": ["
    "  {\"source\": \"e\", \"target\": \"i\", \"port\": \"excitatory\","
    "   \"connect\": {\"probability\": 0.3}, \"weight\": {\"normal\": [9, 0.5]},"
    "   \"delay_ms\": {\"uniform\": [0.5, 3]}},"
    "  {\"source\": \"i\", \"target\": \"e\", \"port\": \"inhibitory\","
    "   \"connect\": {\"in_degree\": 5}, \"weight\": -4, \"delay_ms\": 1},"
    "  {\"source\": \"in\", \"target\": \"e\", \"port\": \"excitatory\","
    "   \"connect\": \"all\", \"weight\": 20}],"
    " \"inputs\": ["
    "  {\"poisson\": {\"target\": \"e\", \"port\": \"excitatory\", \"rate_hz\": 800,"
    "                 \"weight\": 4}},"
    "  {\"spikes\": {\"source\": \"in\", \"time_ms\": [50, 60, 70], \"cell\": [0, 1, 0]}},"
    "  {\"steps\": {\"target\": \"i\", \"variable\": \"bias\", \"cells\": \"0-4\","
    "               \"time_ms\": [100, 200], \"value\": [25, 0]}}]}";

static tuft_network *by_hand(tuft_lif_parameters *e, tuft_lif_parameters *i,
                             tuft_poisson_parameters *noise, float *threshold)
{
    tuft_network *network;
    tuft_connections c;
    float weight[80];
    *e = *i = tuft_lif_defaults;
    e->tau_m_ms = 18;
    e->cell_threshold = threshold;
    *noise = (tuft_poisson_parameters){.rate_hz = 800};
    /* Parameter 10 of lif-exponential's table, of population 0. */
    const tuft_parameter_entry *entry = tuft_lif_exponential.parameter;
    while (strcmp(entry->name, "cell_threshold") != 0)
        entry++;
    tuft_random random = tuft_random_stream(42, TUFT_RANDOM_CELL,
                                            (uint64_t)(entry - tuft_lif_exponential.parameter));
    for (int k = 0; k < 80; k++)
        threshold[k] = (float)(15 + tuft_random_normal(&random));
    OK(tuft_network_new(&network, 100, NULL));
    OK(tuft_network_add_cells(network, "e", &tuft_lif_exponential, e, 80, 1, NULL, NULL));
    OK(tuft_network_add_cells(network, "i", &tuft_lif_exponential, i, 20, 0, NULL, NULL));
    OK(tuft_network_add_source(network, "in", 2, NULL, NULL));
    OK(tuft_network_add_cells(network, "noise", &tuft_poisson, noise, 80, 0, NULL, NULL));
    tuft_wiring wiring = {.rule = TUFT_WIRE_PROBABILITY,
                          .probability = 0.3,
                          .weight = {TUFT_NORMAL, 9, 0.5},
                          .delay_ticks = {TUFT_UNIFORM, 5, 30},
                          .seed = 42,
                          .stream = 0};
    OK(tuft_connections_wire(&c, 80, 20, &wiring, NULL));
    OK(tuft_network_connect(network, "e to i", 0, 1, "excitatory", &c, NULL, NULL));
    wiring = (tuft_wiring){.rule = TUFT_WIRE_IN_DEGREE,
                           .degree = 5,
                           .weight = {TUFT_FIXED, -4, 0},
                           .delay_ticks = {TUFT_FIXED, 10, 0},
                           .seed = 42,
                           .stream = 1};
    OK(tuft_connections_wire(&c, 20, 80, &wiring, NULL));
    OK(tuft_network_connect(network, "i to e", 1, 0, "inhibitory", &c, NULL, NULL));
    wiring = (tuft_wiring){.rule = TUFT_WIRE_ALL,
                           .weight = {TUFT_FIXED, 20, 0},
                           .delay_ticks = {TUFT_FIXED, 1, 0},
                           .seed = 42,
                           .stream = 2};
    OK(tuft_connections_wire(&c, 2, 80, &wiring, NULL));
    OK(tuft_network_connect(network, "in to e", 2, 0, "excitatory", &c, NULL, NULL));
    for (int k = 0; k < 80; k++)
        weight[k] = 4;
    OK(tuft_connections_one_to_one(&c, 80, weight, 1, NULL));
    OK(tuft_network_connect(network, "noise to e", 3, 0, "excitatory", &c, NULL, NULL));
    return network;
}

static void run_by_hand(tuft_engine *engine)
{
    static const int64_t tick[] = {500, 600, 700};
    static const uint32_t cell[] = {0, 1, 0};
    double membrane[80], bias[2][5] = {{25, 25, 25, 25, 25}, {0}};
    tuft_random random =
        tuft_random_stream(42, TUFT_RANDOM_INITIAL, 0); /* population 0, variable 0 */
    for (int k = 0; k < 80; k++)
        membrane[k] = 10 * tuft_random_uniform(&random);
    OK(tuft_engine_record_spikes(engine, 0, NULL));
    OK(tuft_engine_record_spikes(engine, 1, NULL));
    OK(tuft_engine_input(engine, 2, tick, cell, 3, NULL));
    OK(tuft_engine_write(engine, 0, "membrane", NULL, membrane, 80, NULL));
    OK(tuft_engine_run(engine, 1001, NULL));
    OK(tuft_engine_write(engine, 1, "bias", NULL, bias[0], 5, NULL));
    OK(tuft_engine_run(engine, 2001, NULL));
    OK(tuft_engine_write(engine, 1, "bias", NULL, bias[1], 5, NULL));
    OK(tuft_engine_run(engine, 4000, NULL));
}

Test(simulate, the_c_api_builds_the_same_network)
{
    enum { ROOM = 100000 };
    static int64_t tick[ROOM];
    static uint32_t cell[ROOM];
    static const char *const name[] = {"e", "i"};
    float threshold[80];
    tuft_lif_parameters e, i;
    tuft_poisson_parameters noise;
    tuft_engine *engine;
    write_file("net.json", both);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --spikes spikes.csv"), 0, "%s",
                 shell_said());
    tuft_network *network = by_hand(&e, &i, &noise, threshold);
    OK(tuft_engine_new(&engine, network, 42, 1, NULL));
    run_by_hand(engine);
    for (uint32_t q = 0; q < 2; q++) {
        const tuft_spike_record *spikes = tuft_engine_spikes(engine, q);
        size_t count = spikes_of("spikes.csv", name[q], tick, cell, ROOM);
        cr_assert(count > 40, "%zu", count);
        cr_assert_eq(count, spikes->count, "%s: %zu, not %zu", name[q], count, spikes->count);
        cr_assert_arr_eq(tick, spikes->tick, count * sizeof *tick);
        cr_assert_arr_eq(cell, spikes->cell, count * sizeof *cell);
    }
    tuft_engine_free(engine);
    tuft_network_free(network);
}

/* ---- what does not change a result, and what does -------------------------------------------- */

Test(simulate, threads_and_stretches_change_nothing_seeds_do)
{
    write_file("net.json", both);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --threads 1 --spikes one.csv"), 0);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --threads 2 --spikes two.csv"), 0);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --seed 43 --spikes other.csv"), 0);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --set seed=43 --spikes set.csv"), 0);
    cr_assert(same("one.csv", "two.csv") && !same("one.csv", "other.csv") &&
              same("other.csv", "set.csv"));
}

/* Enough cells for two threads to share. */
Test(simulate, threads_that_share_a_population_change_nothing)
{
    write_file("set", "populations[0].count=20000,populations[1].count=5000,"
                      "projections[0].connect={\"in_degree\":64},"
                      "projections[1].connect={\"in_degree\":64},"
                      "projections[2].connect={\"in_degree\":16},"
                      "projections[3].connect={\"in_degree\":16}");
    for (int threads = 1; threads <= 2; threads++)
        cr_assert_eq(shell("\"$TUFT\" simulate %sbalanced.json --quiet --threads %d --duration 50 "
                           "--set \"$(cat set)\" --spikes %d.csv",
                           EXAMPLES, threads, threads),
                     0, "%s", shell_said());
    cr_assert(same("1.csv", "2.csv"));
    cr_assert_eq(shell("test $(wc -l < 1.csv) -gt 5000"), 0);
}

/* A run that is interrupted anywhere goes on as one that is not. */
Test(simulate, where_a_run_is_cut_changes_nothing)
{
    static const int64_t every[] = {4000, 1, 997};
    static const network_overrides none = {0};
    uint64_t spikes[3], sum[3] = {0};
    write_file("net.json", both);
    for (int k = 0; k < 3; k++) {
        network_file file;
        network_built built;
        OK(network_file_read(&file, in_folder("net.json"), &none, NULL));
        OK(network_build(&file, 1, &built, NULL));
        for (int64_t end = k == 2 ? 1000 : 4000; end <= 4000; end += 1000)
            OK(network_run(&file, built.engine, end, every[k], NULL, NULL, NULL));
        const tuft_spike_record *record = tuft_engine_spikes(built.engine, 1);
        spikes[k] = record->count;
        for (size_t s = 0; s < record->count; s++)
            sum[k] = sum[k] * 31 + (uint64_t)record->tick[s] * 100 + record->cell[s];
        network_built_free(&built);
        network_file_free(&file);
    }
    cr_assert(spikes[0] && spikes[0] == spikes[1] && spikes[0] == spikes[2]);
    cr_assert(sum[0] == sum[1] && sum[0] == sum[2]);
}

Test(simulate, the_document_of_a_result_gives_the_same_run)
{
    write_file("net.json", both);
    json_t *root = shell_result("simulate", "net.json --seed 9 --duration 200 --spikes first.csv");
    json_t *document = json_object_get(json_object_get(root, "config"), "document");
    cr_assert_eq(json_dump_file(document, in_folder("again.json"), 0), 0);
    cr_assert_eq(json_integer_value(json_object_get(root, "seed")), 9);
    cr_assert_eq(shell("\"$TUFT\" simulate again.json --quiet --spikes second.csv"), 0);
    cr_assert(same("first.csv", "second.csv"));
    json_decref(root);
}

/* A chain of spikes from outside: both forms, tick for tick. */
Test(simulate, event_driven_and_clocked_cells_fire_alike)
{
    static const char text[] =
        "{\"tuft_network\": 1, \"duration_ms\": 300, \"populations\": ["
        " {\"name\": \"a\", \"cell\": \"lif-delta\", \"count\": 20},"
        " {\"name\": \"b\", \"cell\": \"lif-delta\", \"count\": 20}],"
        " \"projections\": [{\"source\": \"a\", \"target\": \"b\", \"connect\": {\"out_degree\": "
        "5},"
        "  \"weight\": {\"uniform\": [1, 9]}, \"delay_ms\": {\"uniform\": [1, 4]}}],"
        " \"inputs\": [{\"poisson\": {\"target\": \"a\", \"rate_hz\": 500, \"weight\": 6.3}}]}";
    write_file("net.json", text);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --spikes clocked.csv"), 0, "%s",
                 shell_said());
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --spikes event.csv --set "
                       "populations[0].mode=event-driven,populations[1].mode=event-driven"),
                 0);
    cr_assert(same("clocked.csv", "event.csv"));
    cr_assert_eq(shell("test $(grep -c ,b, event.csv) -gt 20"), 0);
}

/* ---- inputs ---------------------------------------------------------------------------------- */

/* V from rest toward 25 mV passes 20 mV after tau ln 5 = 32.19 ms: 322 ticks after the step. */
Test(simulate, a_step_acts_from_its_time_on)
{
    static const char *const mode[] = {"clocked", "event-driven"};
    int64_t tick[8];
    uint32_t cell[8];
    write_file("net.json",
               "{\"tuft_network\": 1, \"duration_ms\": 60, \"populations\": [{\"name\": \"a\","
               " \"cell\": \"lif-delta\", \"count\": 3}], \"inputs\": ["
               "{\"steps\": {\"target\": \"a\", \"variable\": \"bias\", \"cells\": \"1\","
               " \"time_ms\": [0], \"value\": [25]}},"
               "{\"steps\": {\"target\": \"a\", \"variable\": \"bias\", \"cells\": 2,"
               " \"time_ms\": [10, 50], \"value\": [25, 0]}}]}");
    for (int k = 0; k < 2; k++) {
        cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --spikes s.csv --set "
                           "populations[0].mode=%s",
                           mode[k]),
                     0, "%s", shell_said());
        cr_assert_eq(spikes_of("s.csv", "a", tick, cell, 8), 2);
        cr_assert(tick[0] == 322 && cell[0] == 1 && tick[1] == 422 && cell[1] == 2, "%lld %lld",
                  (long long)tick[0], (long long)tick[1]);
    }
}

Test(simulate, a_sine_moves_a_poisson_rate)
{
    enum { ROOM = 20000 };
    static int64_t tick[ROOM];
    static uint32_t cell[ROOM];
    size_t high = 0;
    write_file("net.json",
               "{\"tuft_network\": 1, \"duration_ms\": 1000, \"populations\": [{\"name\": \"p\","
               " \"cell\": \"poisson\", \"count\": 100, \"parameters\": {\"rate_hz\": 50}}],"
               " \"inputs\": [{\"sine\": {\"target\": \"p\", \"variable\": \"rate_hz\","
               " \"mean\": 50, \"amplitude\": 50, \"period_ms\": 1000, \"every_ms\": 1}}]}");
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --spikes s.csv"), 0, "%s",
                 shell_said());
    size_t count = spikes_of("s.csv", "p", tick, cell, ROOM);
    for (size_t i = 0; i < count; i++)
        high += tick[i] < 5000;
    /* 5000 expected, half of them times 1 + 2/pi in the first half; within 5 sd. */
    cr_assert_float_eq((double)count, 5000, 5 * sqrt(5000), "%zu", count);
    cr_assert_float_eq((double)high, 2500 * (1 + 2 / M_PI), 5 * sqrt(4092), "%zu", high);
}

static const char fed[] =
    "{\"tuft_network\": 1, \"tick_us\": 10, \"duration_ms\": 5, \"populations\": ["
    " {\"name\": \"in\", \"cell\": \"source\", \"count\": 2},"
    " {\"name\": \"a\", \"cell\": \"lif-delta\", \"count\": 2}],"
    " \"projections\": [{\"source\": \"in\", \"target\": \"a\", \"connect\": \"one-to-one\","
    "  \"weight\": 30, \"delay_ms\": 0.5}],"
    " \"inputs\": [{\"events\": {\"source\": \"in\", \"file\": \"events.csv\"}}],"
    " \"records\": [{\"spikes\": \"in\"}, {\"spikes\": \"a\"}]}";

Test(simulate, events_come_from_files)
{
    int64_t tick[8];
    uint32_t cell[8];
    write_file("net.json", fed);
    write_file("events.csv", "tick_us,channel\n1000,1\n1009,0\n9000,1\n");
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --spikes s.csv"), 0, "%s",
                 shell_said());
    cr_assert_eq(spikes_of("s.csv", "in", tick, cell, 8), 2); /* the third is after the end */
    cr_assert(tick[0] == 100 && cell[0] == 1 && tick[1] == 100 && cell[1] == 0);
    cr_assert_eq(spikes_of("s.csv", "a", tick, cell, 8), 2);
    cr_assert(tick[0] == 150 && cell[0] == 0 && tick[1] == 150 && cell[1] == 1);
    /* From another folder the file is still found; --input says another, here or there. */
    cr_assert_eq(shell("mkdir there && cd there && \"$TUFT\" simulate ../net.json --quiet "
                       "--spikes s.csv && cmp s.csv ../s.csv"),
                 0, "%s", shell_said());
    write_file("other.csv", "tick_us,channel\n20,1\n");
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --input other.csv --spikes t.csv"), 0,
                 "%s", shell_said());
    cr_assert_eq(spikes_of("t.csv", "in", tick, cell, 8), 1);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --input in=other.csv --spikes u.csv"),
                 0);
    cr_assert(same("t.csv", "u.csv"));
    write_file("events.csv", "tick_us,channel\n1000,2\n");
    shell_refused("simulate", 1,
                  "net.json: inputs[0].events: ./events.csv: event 0 on channel 2, but source "
                  "\"in\" has 2 cells",
                  "./net.json");
    shell_refused("simulate", 1,
                  "net.json: --input: nothing.csv: ", "net.json --input nothing.csv");
    write_file("events.csv", "tick_us,channel\n1000,1");
    shell_refused("simulate", 1, "events.csv: line 2", "net.json");
}

Test(simulate, synapses_come_from_files)
{
    enum { CASES = 9 };
    static const char *const bad[CASES][2] = {
        {"", "edges.csv: empty"},
        {"source,weight\n", "edges.csv: line 1: expected the header source,target[,weight]"},
        {"source,target\n0,0\n",
         "edges.csv: line 1: no column weight, and the projection has no \\\"weight\\\""},
        {"source,target,weight\n0,5,1\n", "edges.csv: line 2: target 5, expected below 2"},
        {"source,target,weight\n0.5,1,1\n", "edges.csv: line 2: source 0.5, expected below 2"},
        {"source,target,weight\n0,1\n", "edges.csv: line 2: expected 3 numbers"},
        {"source,target,weight\n0,1,nan\n", "edges.csv: line 2: expected 3 numbers"},
        {"source,target,weight\n\n", "edges.csv: line 2: expected 3 numbers"},
        {"delay_ms,source,target,weight\n0.001,0,0,1\n",
         "edges.csv: line 2: delay_ms 0.001 is under one tick of 0.01 ms"},
    };
    int64_t tick[8];
    uint32_t cell[8];
    write_file("net.json", fed);
    write_file("events.csv", "tick_us,channel\n1000,1\n2000,0\n");
    write_file("edges.csv", "target,source,delay_ms,weight\n0,1,1,30\n1,0,0.25,30\r\n1,1,1,5\n");
    write_file("set", "projections[0]={\"source\":\"in\",\"target\":\"a\",\"connect\":"
                      "{\"file\":\"edges.csv\"}}");
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --set \"$(cat set)\" --spikes s.csv"),
                 0, "%s", shell_said());
    cr_assert_eq(spikes_of("s.csv", "a", tick, cell, 8), 2);
    cr_assert(tick[0] == 200 && cell[0] == 0 && tick[1] == 225 && cell[1] == 1);
    for (int k = 0; k < CASES; k++) {
        write_file("edges.csv", bad[k][0]);
        cr_assert_eq(shell("\"$TUFT\" simulate net.json --set \"$(cat set)\""), 1);
        char expected[200];
        size_t n = 0;
        for (const char *c = bad[k][1]; *c; c++)
            if (*c != '\\')
                expected[n++] = *c;
        expected[n] = 0;
        cr_assert(strstr(shell_said(), expected), "%s: %s", expected, shell_said());
        cr_assert(strstr(shell_said(), "net.json: projections[0]: "), "%s", shell_said());
    }
}

/* ---- outputs --------------------------------------------------------------------------------- */

static size_t read_hdf5(const char *name, const char *data, hid_t type, void *out, size_t room)
{
    hid_t file = H5Fopen(in_folder(name), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, data, H5P_DEFAULT), space = H5Dget_space(dataset);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    cr_assert(count >= 0 && (size_t)count <= room);
    cr_assert(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
    return (size_t)count;
}

Test(simulate, spikes_as_hdf5_are_those_of_the_csv)
{
    enum { ROOM = 100000 };
    static int64_t tick[2][ROOM];
    static uint32_t cell[2][ROOM];
    write_file("net.json", both);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --spikes s.csv"), 0);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --spikes s.h5"), 0, "%s", shell_said());
    size_t count = spikes_of("s.csv", "e", tick[0], cell[0], ROOM);
    cr_assert_eq(read_hdf5("s.h5", "/e/tick", H5T_NATIVE_INT64, tick[1], ROOM), count);
    cr_assert_eq(read_hdf5("s.h5", "/e/index", H5T_NATIVE_UINT32, cell[1], ROOM), count);
    cr_assert_arr_eq(tick[0], tick[1], count * sizeof(int64_t));
    cr_assert_arr_eq(cell[0], cell[1], count * sizeof(uint32_t));
    cr_assert_eq(shell("ls | grep tmp"), 1); /* nothing is left half written */
}

/* Each variable on its own clock, and what the engine says of them. */
Test(simulate, several_variables_of_a_population_are_traced)
{
    write_file("net.json",
               "{\"tuft_network\": 1, \"duration_ms\": 2, \"populations\": [{\"name\": \"a\","
               " \"cell\": \"lif-delta\", \"count\": 2}], \"inputs\": [{\"steps\": {\"target\":"
               " \"a\", \"variable\": \"bias\", \"time_ms\": [0, 1], \"value\": [3, 5]}}],"
               " \"records\": ["
               "{\"trace\": {\"population\": \"a\", \"variable\": \"membrane\", \"cells\": 0,"
               " \"every_ms\": 1}},"
               "{\"trace\": {\"population\": \"a\", \"variable\": \"bias\", \"cells\": 1,"
               " \"every_ms\": 0.5}}]}");
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --traces t.csv --checkpoint c.tuft"), 0,
                 "%s", shell_said());
    cr_assert_eq(shell("grep bias t.csv | tr '\\n' ' ' > got; echo '0,a,bias,1,3 5,a,bias,1,3 "
                       "10,a,bias,1,3 15,a,bias,1,5 ' | tr -d '\\n' | cmp - got"),
                 0, "%s", shell_said());
    cr_assert_eq(shell("test $(grep -c membrane t.csv) = 2"), 0);
    /* A run of half the time, gone on with, has the same. */
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --duration 1 --checkpoint h.tuft && "
                       "\"$TUFT\" simulate net.json --quiet --resume h.tuft --traces u.csv && "
                       "cmp t.csv u.csv"),
                 0, "%s", shell_said());
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --resume h.tuft --set "
                       "'records=[{\"trace\":{\"population\":\"a\",\"variable\":\"membrane\","
                       "\"cells\":0,\"every_ms\":1}}]'"),
                 1);
}

/* A membrane left to itself decays with its constant. */
Test(simulate, traces_follow_the_closed_form)
{
    char line[128];
    int rows = 0;
    write_file(
        "net.json",
        "{\"tuft_network\": 1, \"duration_ms\": 10, \"populations\": [{\"name\": \"a\","
        " \"cell\": \"lif-delta\", \"count\": 5, \"initial\": {\"membrane\": [1, 2, 3, 4, 5]}}],"
        " \"records\": [{\"trace\": {\"population\": \"a\", \"variable\": \"membrane\","
        " \"cells\": \"1,3\", \"every_ms\": 2.5}}]}");
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --traces t.csv"), 0, "%s",
                 shell_said());
    FILE *stream = fopen(in_folder("t.csv"), "r");
    cr_assert(stream && fgets(line, sizeof line, stream));
    cr_assert_str_eq(line, "tick,population,variable,index,value\n");
    for (; fgets(line, sizeof line, stream); rows++) {
        double value;
        unsigned index;
        int tick;
        cr_assert_eq(sscanf(line, "%d,a,membrane,%u,%lf", &tick, &index, &value), 3, "%s", line);
        cr_assert(tick == rows / 2 * 25 && index == (rows % 2 ? 3 : 1), "%s", line);
        cr_assert_float_eq(value, (index + 1) * exp(-tick * 0.1 / 20), 1e-5, "%s", line);
    }
    fclose(stream);
    cr_assert_eq(rows, 8);
}

Test(simulate, report)
{
    write_file("net.json", both);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --report r.html"), 0, "%s",
                 shell_said());
    static const char *const parts[] = {"Rate of e",      "Spikes of i",     "Population rates",
                                        "Intervals betw", "noise|inputs.0.", "in to e"};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        cr_assert_eq(shell("grep -qE '%s' r.html", parts[k]), 0, "%s", parts[k]);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --report again.html && "
                       "grep -v ' s<' r.html > a; grep -v ' s<' again.html > b"),
                 0);
}

/* ---- refusals -------------------------------------------------------------------------------- */

Test(simulate, refusals)
{
    write_file("net.json", both);
    write_file("none.json", "{\"tuft_network\": 1, \"duration_ms\": 5, \"populations\": [{\"name\":"
                            " \"a\", \"cell\": \"adex\", \"count\": 1}], \"records\": []}");
    write_file("nan.json", "{\"tuft_network\": 1, \"duration_ms\": NaN}");
    shell_refused("simulate", 2, "NETWORK is missing", "");
    shell_refused("simulate", 2, "--duration", "net.json --duration x");
    shell_refused("simulate", 2, "--spikes and --traces name the same file",
                  "net.json --spikes a --traces a");
    shell_refused("simulate", 1, "there.json: No such file", "there.json");
    shell_refused("simulate", 1, "nan.json: line 1, column 38: invalid token near 'NaN'",
                  "nan.json");
    shell_refused("simulate", 1, "--spikes: none.json records no spikes",
                  "none.json --spikes s.csv");
    shell_refused("simulate", 1, "--traces: none.json records no traces",
                  "none.json --traces t.csv");
    shell_refused("simulate", 1, "nowhere/s.csv", "net.json --spikes nowhere/s.csv");
    shell_refused("simulate", 1, "--duration 0: expected ms that are whole ticks",
                  "net.json --duration 0");
    shell_refused("simulate", 1, "populations[0].count: a string, ",
                  "net.json --set projections=[],"
                  "populations[0].count=\\\"5\\\"");
    /* Values that only a cell can judge. */
    shell_refused("simulate", 1,
                  "net.json: projections[0]: ", "net.json --set projections[0].weight=1e39");
}
