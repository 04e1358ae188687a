/* Balanced networks beside the limits of the machine they run on.
 *
 * For each network, in turns within one run: the barest loops for what it consists of - updates of
 * its kind of cell, delivery over its own projections of as many spikes a step as it fires, draws
 * of its Poisson input - and the network through tuft_engine_run(). The limit is the time that the
 * counted updates, synaptic events and draws would take at the speed of those loops; medians of
 * the repetitions. Then idle cells: an event-driven network of which 100 cells are active, with
 * 100 000 cells and with 1 000 000. One thread, processor time. --smoke runs a few steps, to see
 * that it works; --json FILE writes the table.
 */
#include "bench/measure.h"
#include "cells/balanced.h"
#include "cells/lif.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/wiring.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPETITIONS = 5, LINES = 8, LISTS = 64 };

typedef struct {
    int smoke;
    tuft_error err;
} bench;

typedef uint32_t update(float *restrict v, float *restrict e, float *restrict i,
                        float *restrict input_e, float *restrict input_i, uint32_t n,
                        float threshold);

typedef struct {
    const char *name;
    double seconds; /* simulated in each repetition */
    update *cells;  /* bare loop */
    tuft_status (*make)(balanced *net, double seconds, tuft_error *err);
} benchmark;

typedef struct {
    const char *name;
    double seconds, limit_s, engine_s, spikes, rate_hz, cv;
    double updates_per_s, events_per_s, draws_per_s; /* of the bare loops */
    double updates, events, draws;                   /* of one repetition */
} line;

static uint32_t bare_delta(float *restrict v, float *restrict e, float *restrict i,
                           float *restrict input_e, float *restrict input_i, uint32_t n,
                           float threshold)
{
    (void)e, (void)i, (void)input_i;
    return bare_lif(v, input_e, n, 0.995f, 0.05f, threshold);
}

static tuft_status make_coba(balanced *net, double seconds, tuft_error *err)
{
    (void)seconds;
    return balanced_coba(net, 1, 1, err);
}

static tuft_status make_cuba(balanced *net, double seconds, tuft_error *err)
{
    (void)seconds;
    return balanced_cuba(net, 1, 1, err);
}

static tuft_status make_brunel(balanced *net, double seconds, tuft_error *err)
{
    (void)seconds;
    return balanced_brunel(net, 5, 2, 1, 1, err);
}

static tuft_status make_reservoir(balanced *net, double seconds, tuft_error *err)
{
    return balanced_reservoir(net, seconds, 1, 1, err);
}

/* ---- the bare loops of one network ----------------------------------------------------------- */

/* Rows of one projection that spike, ascending, in each of LISTS steps. */
typedef struct {
    const tuft_connections *connections;
    uint32_t *row[LISTS];
    size_t rows[LISTS];
    float *sum;
} bare_projection;

typedef struct {
    uint32_t populations, projections;
    uint32_t cells[4];
    float *array[4][5];
    bare_projection projection[8];
} bare;

static bare bare_new(const balanced *net, const double *rate, bench *b)
{
    const tuft_network *network = net->network;
    bare loops = {.populations = net->populations, .projections = network->projections};
    for (uint32_t q = 0; q < loops.populations; q++) {
        loops.cells[q] = network->population[q].count;
        for (int a = 0; a < 5; a++)
            must(TUFT_NEW(&loops.array[q][a], loops.cells[q], "cells", &b->err), &b->err);
    }
    tuft_random random = tuft_random_stream(4, TUFT_RANDOM_TEST, 0);
    for (uint32_t p = 0; p < loops.projections; p++) {
        bare_projection *to = &loops.projection[p];
        to->connections = &network->projection[p].connections;
        must(TUFT_NEW(&to->sum, to->connections->targets, "sums", &b->err), &b->err);
        for (int s = 0; s < LISTS; s++) {
            must(TUFT_NEW(&to->row[s], to->connections->sources, "rows", &b->err), &b->err);
            for (uint32_t i = 0; i < to->connections->sources; i++)
                if (tuft_random_uniform(&random) < rate[network->projection[p].source])
                    to->row[s][to->rows[s]++] = i;
        }
    }
    return loops;
}

static void bare_free(bare *loops)
{
    for (uint32_t q = 0; q < loops->populations; q++)
        for (int a = 0; a < 5; a++)
            free(loops->array[q][a]);
    for (uint32_t p = 0; p < loops->projections; p++) {
        free(loops->projection[p].sum);
        for (int s = 0; s < LISTS; s++)
            free(loops->projection[p].row[s]);
    }
}

/* Cell updates a second. */
static double measure_updates(bare *loops, update *cells, int64_t steps)
{
    volatile uint32_t seen = 0;
    double updates = 0, start = now_s();
    for (int64_t s = 0; s < steps; s++)
        for (uint32_t q = 0; q < loops->populations; q++) {
            float **a = loops->array[q];
            seen = seen + cells(a[0], a[1], a[2], a[3], a[4], loops->cells[q], 20);
            updates += loops->cells[q];
        }
    return updates / (now_s() - start);
}

/* Synaptic events a second. */
static double measure_events(bare *loops, int64_t steps)
{
    double events = 0;
    for (int64_t s = 0; s < steps; s++)
        for (uint32_t p = 0; p < loops->projections; p++) {
            const bare_projection *to = &loops->projection[p];
            for (size_t r = 0; r < to->rows[s % LISTS]; r++)
                events += (double)tuft_connections_fan_out(to->connections, to->row[s % LISTS][r]);
        }
    double start = now_s();
    for (int64_t s = 0; s < steps; s++)
        for (uint32_t p = 0; p < loops->projections; p++) {
            const bare_projection *to = &loops->projection[p];
            const tuft_connections *c = to->connections;
            bare_sparse(to->sum, c->weight, c->target, c->segment_begin, to->row[s % LISTS],
                        to->rows[s % LISTS]);
        }
    return events / (now_s() - start);
}

/* Draws of Poisson counts a second: the engine's own loop, there is no barer one. */
static double measure_draws(bare *loops, const balanced *net, int64_t steps, bench *b)
{
    double draws = 0, elapsed = 0;
    for (uint32_t q = 0; q < loops->populations; q++)
        for (uint32_t d = 0; d < net->network->population[q].drives; d++) {
            tuft_drive_table table;
            must(tuft_drive_table_new(&table, &net->network->population[q].drive[d], 0.1, 1,
                                      &b->err),
                 &b->err);
            double start = now_s();
            for (int64_t s = 0; s < steps; s++)
                tuft_drive_add(&table, s, 0, loops->cells[q], loops->array[q][3]);
            elapsed += now_s() - start;
            draws += (double)loops->cells[q] * (double)steps;
            tuft_drive_table_free(&table);
        }
    return draws > 0 ? draws / elapsed : 1;
}

/* ---- the networks ---------------------------------------------------------------------------- */

static tuft_ledger ledger_of(const balanced *net, bench *b)
{
    tuft_ledger ledger;
    must(tuft_engine_ledger(net->engine, &ledger, &b->err), &b->err);
    return ledger;
}

/* What is written of one repetition: from the ledgers before and after. */
static void count(line *l, const balanced *net, const tuft_ledger *before, const tuft_ledger *after)
{
    l->spikes = (double)(after->spikes - before->spikes);
    l->events = (double)(after->synaptic_events - before->synaptic_events);
    l->updates = (double)(after->neuron_updates - before->neuron_updates);
    double cells = 0;
    l->draws = 0;
    for (uint32_t q = 0; q < net->populations; q++) {
        double n = net->network->population[q].count;
        cells += n;
        l->draws += n * net->network->population[q].drives * l->seconds * 1e4;
    }
    l->rate_hz = l->spikes / cells / l->seconds;
}

static line measure(bench *b, const benchmark *of)
{
    enum { WARM = 2000 };
    line result = {.name = of->name, .seconds = b->smoke ? 0.01 : of->seconds};
    int repetitions = b->smoke ? 1 : REPETITIONS;
    int64_t ticks = llround(result.seconds * 1e4), bare_steps = b->smoke ? 10 : 4000;
    balanced net;
    must(of->make(&net, result.seconds * (repetitions + 1) + 1, &b->err), &b->err);
    must(tuft_engine_run(net.engine, WARM, &b->err), &b->err);
    tuft_ledger before = ledger_of(&net, b), after;
    must(tuft_engine_run(net.engine, 2 * WARM, &b->err), &b->err);
    after = ledger_of(&net, b);
    double rate[8];
    for (uint32_t q = 0; q < before.populations; q++)
        rate[q] = (double)(after.population[q].spikes - before.population[q].spikes) / WARM /
                  after.population[q].cells;
    bare loops = bare_new(&net, rate, b);
    double updates[REPETITIONS], events[REPETITIONS], draws[REPETITIONS], engine[REPETITIONS];
    for (int i = 0; i < repetitions; i++) {
        updates[i] = measure_updates(&loops, of->cells, bare_steps);
        events[i] = measure_events(&loops, bare_steps / 4);
        draws[i] = measure_draws(&loops, &net, bare_steps / 4, b);
        tuft_ledger_free(&before);
        before = ledger_of(&net, b);
        double start = now_s();
        must(tuft_engine_run(net.engine, tuft_engine_now(net.engine) + ticks, &b->err), &b->err);
        engine[i] = now_s() - start;
        tuft_ledger_free(&after);
        after = ledger_of(&net, b);
        count(&result, &net, &before, &after);
    }
    result.updates_per_s = median(updates, repetitions);
    result.events_per_s = median(events, repetitions);
    result.draws_per_s = median(draws, repetitions);
    result.engine_s = median(engine, repetitions);
    result.limit_s = result.updates / result.updates_per_s + result.events / result.events_per_s +
                     result.draws / result.draws_per_s;
    /* Irregularity, from a stretch that is not timed. */
    int64_t from = tuft_engine_now(net.engine);
    must(balanced_record(&net, &b->err), &b->err);
    must(tuft_engine_run(net.engine, from + (b->smoke ? 50 : 10000), &b->err), &b->err);
    result.cv = balanced_cv(&net, from);
    bare_free(&loops);
    tuft_ledger_free(&before);
    tuft_ledger_free(&after);
    balanced_free(&net);
    return result;
}

/* ---- idle cells ------------------------------------------------------------------------------ */

/* A network of which the first cells of every stretch are driven, and all are connected. */
typedef struct {
    tuft_network *network;
    tuft_engine *engine;
    int64_t *tick;
    uint32_t *cell;
} sleepers;

enum { ACTIVE = 100, EVERY = 10 };

static sleepers sleepers_new(uint32_t cells, int64_t ticks, bench *b)
{
    static tuft_lif_parameters parameters;
    parameters = tuft_lif_defaults;
    parameters.threshold = 8;
    sleepers s;
    uint32_t id, source;
    tuft_synapse synapse[ACTIVE];
    tuft_connections c;
    must(tuft_network_new(&s.network, 100, &b->err), &b->err);
    must(tuft_network_add_cells(s.network, "cells", &tuft_lif_delta, &parameters, cells, 0, &id,
                                &b->err),
         &b->err);
    must(tuft_network_add_source(s.network, "events", ACTIVE, &source, &b->err), &b->err);
    for (uint32_t i = 0; i < ACTIVE; i++)
        synapse[i] = (tuft_synapse){i, i * (cells / ACTIVE), 5, 1};
    must(tuft_connections_sparse(&c, ACTIVE, cells, synapse, ACTIVE, &b->err), &b->err);
    must(tuft_network_connect(s.network, "input", source, id, "input", &c, NULL, &b->err), &b->err);
    for (uint32_t i = 0; i < ACTIVE; i++) /* each active cell feeds the next */
        synapse[i] =
            (tuft_synapse){i * (cells / ACTIVE), (i + 1) % ACTIVE * (cells / ACTIVE), 1, 7};
    must(tuft_connections_sparse(&c, cells, cells, synapse, ACTIVE, &b->err), &b->err);
    must(tuft_network_connect(s.network, "ring", id, id, "input", &c, NULL, &b->err), &b->err);
    must(tuft_engine_new(&s.engine, s.network, 1, 1, &b->err), &b->err);
    size_t n = (size_t)(ticks / EVERY) * ACTIVE;
    must(TUFT_NEW(&s.tick, n, "input", &b->err), &b->err);
    must(TUFT_NEW(&s.cell, n, "input", &b->err), &b->err);
    for (size_t k = 0; k < n; k++) {
        s.tick[k] = (int64_t)(k / ACTIVE) * EVERY + (int64_t)(k % ACTIVE) * EVERY / ACTIVE;
        s.cell[k] = (uint32_t)(k % ACTIVE);
    }
    must(tuft_engine_input(s.engine, source, s.tick, s.cell, n, &b->err), &b->err);
    return s;
}

/* Time for a thousand ticks of a few cells among 10^5 and among 10^6. */
static void measure_idle(bench *b, double time[2])
{
    int repetitions = b->smoke ? 1 : REPETITIONS;
    int64_t each = b->smoke ? 100 : 50000;
    const uint32_t cells[2] = {b->smoke ? 1000 : 100000, b->smoke ? 2000 : 1000000};
    double taken[2][REPETITIONS];
    sleepers s[2];
    for (int k = 0; k < 2; k++) {
        s[k] = sleepers_new(cells[k], each * (repetitions + 1), b);
        must(tuft_engine_run(s[k].engine, each, &b->err), &b->err);
    }
    for (int i = 0; i < repetitions; i++)
        for (int k = 0; k < 2; k++) {
            double start = now_s();
            must(tuft_engine_run(s[k].engine, each * (i + 2), &b->err), &b->err);
            taken[k][i] = now_s() - start;
        }
    for (int k = 0; k < 2; k++) {
        time[k] = median(taken[k], repetitions);
        tuft_engine_free(s[k].engine);
        tuft_network_free(s[k].network);
        free(s[k].tick);
        free(s[k].cell);
    }
}

static void write_json(const char *path, const line *table, int lines, const double idle[2],
                       bench *b)
{
    json_t *rows = json_array();
    for (int i = 0; i < lines; i++) {
        const line *l = &table[i];
        json_array_append_new(
            rows, json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "network",
                            l->name, "simulated_s", l->seconds, "limit_s", l->limit_s, "engine_s",
                            l->engine_s, "ratio", l->limit_s / l->engine_s, "spikes", l->spikes,
                            "synaptic_events", l->events, "rate_hz", l->rate_hz, "isi_cv",
                            isfinite(l->cv) ? l->cv : 0, "bare_updates_per_s", l->updates_per_s,
                            "bare_events_per_s", l->events_per_s));
    }
    json_t *root = json_pack("{s:s, s:o, s:{s:f, s:f, s:f}}", "command", "bench_networks",
                             "results", rows, "idle_cells", "time_100k_s", idle[0], "time_1m_s",
                             idle[1], "ratio", idle[1] / idle[0]);
    tuft_output output;
    must(tuft_output_open(&output, path, &b->err), &b->err);
    json_dumpf(root, output.stream, JSON_INDENT(2));
    fputc('\n', output.stream);
    must(tuft_output_commit(&output, &b->err), &b->err);
    json_decref(root);
}

int main(int argc, char **argv)
{
    const benchmark all[] = {{"COBA", 20, bare_lif_conductance, make_coba},
                             {"CUBA", 20, bare_lif_exponential, make_cuba},
                             {"Brunel", 1, bare_delta, make_brunel},
                             {"reservoir", 20, bare_lif_exponential, make_reservoir}};
    bench b = {0};
    const char *json = NULL, *only = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--smoke")) {
            b.smoke = 1;
        } else if (!strcmp(argv[i], "--json") && i + 1 < argc) {
            json = argv[++i];
        } else if (!strcmp(argv[i], "--only") && i + 1 < argc) {
            only = argv[++i];
        } else {
            fprintf(stderr, "usage: bench_networks [--smoke] [--only NETWORK] [--json FILE]\n");
            return 2;
        }
    }
    line table[LINES];
    int lines = 0;
    printf("%-10s %9s %8s %9s %6s %9s %9s %7s %5s   %s\n", "network", "simulated", "limit s",
           "engine s", "ratio", "real time", "spikes", "rate", "CV", "bare updates, events, draws");
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        if (only && strcmp(only, all[k].name) != 0)
            continue;
        line l = table[lines++] = measure(&b, &all[k]);
        printf(
            "%-10s %7.2f s %8.3f %9.3f %6.2f %8.1fx %9.0f %4.1f Hz %5.2f   %.2f, %.2f, %.2f G/s\n",
            l.name, l.seconds, l.limit_s, l.engine_s, l.limit_s / l.engine_s,
            l.seconds / l.engine_s, l.spikes, l.rate_hz, l.cv, 1e-9 * l.updates_per_s,
            1e-9 * l.events_per_s, 1e-9 * l.draws_per_s);
        fflush(stdout);
    }
    double idle[2] = {1, 1};
    if (!only) {
        measure_idle(&b, idle);
        printf("100 active cells of 100 000: %.3f s, of 1 000 000: %.3f s, ratio %.2f\n", idle[0],
               idle[1], idle[1] / idle[0]);
    }
    if (json)
        write_json(json, table, lines, idle, &b);
    return 0;
}
