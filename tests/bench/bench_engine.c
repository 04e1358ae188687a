/* Engine throughput beside the limit of the machine it runs on.
 *
 * Each line is one kind of work done twice in turns, a repetition of each, so that both see the
 * same machine: by the barest loop we can write (limit) and by a complete network run through
 * tuft_engine_run() (engine: wheel, delivery, cell updates, spike counts). Medians of the
 * repetitions. One thread. --smoke runs a few steps, to see that it works; --json FILE writes the
 * table.
 */
#include "bench/measure.h"
#include "cells/lif.h"
#include "core/engine.h"
#include "core/file.h"
#include "core/memory.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPETITIONS = 7, LINES = 8 };

typedef struct {
    const char *name, *unit;
    double limit, engine; /* units a second */
    double activity;      /* share of cells that fire in a step */
} line;

typedef struct {
    int smoke;
    tuft_error err;
} bench;

/* ---- networks -------------------------------------------------------------------------------- */

/* Spikes of the run so far, of all populations of cells. */
static uint64_t ledger_of(const tuft_engine *engine, tuft_ledger *ledger, bench *b)
{
    tuft_ledger_free(ledger);
    must(tuft_engine_ledger(engine, ledger, &b->err), &b->err);
    return ledger->spikes;
}

/* Strongly driven cells whose recurrent weights tear them out of step: a steady share of them
 * fires at each step. */
static tuft_lif_parameters driven(double threshold)
{
    tuft_lif_parameters p = tuft_lif_defaults;
    p.threshold = threshold;
    p.bias = 1000; /* 5 mV a step of 0.1 ms */
    p.refractory_ms = 0;
    return p;
}

static void weights(float *weight, size_t n, double sd)
{
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 0);
    for (size_t k = 0; k < n; k++)
        weight[k] = (float)(sd * tuft_random_normal(&random));
}

static line measure_delivery(bench *b, const char *name, tuft_connections *connections,
                             double threshold, int64_t steps)
{
    uint32_t cells = connections->sources, id;
    tuft_lif_parameters parameters = driven(threshold);
    tuft_network *network;
    tuft_engine *engine;
    must(tuft_network_new(&network, 100, &b->err), &b->err);
    must(tuft_network_add_cells(network, "cells", &tuft_lif_delta, &parameters, cells, 1, &id,
                                &b->err),
         &b->err);
    must(tuft_network_connect(network, "recurrent", id, id, "input", connections, NULL, &b->err),
         &b->err);
    const tuft_connections *c = &network->projection[0].connections;
    must(tuft_engine_new(&engine, network, 1, 1, &b->err), &b->err);
    must(tuft_engine_run(engine, 200, &b->err), &b->err);

    /* The bare loop adds as many rows a step, in the same ascending order. */
    tuft_ledger ledger = {0};
    uint64_t spikes = ledger_of(engine, &ledger, b);
    must(tuft_engine_run(engine, 400, &b->err), &b->err);
    size_t rows = (size_t)((ledger_of(engine, &ledger, b) - spikes) / 200);
    uint32_t *row;
    float *sum;
    must(TUFT_NEW(&row, cells, "rows", &b->err), &b->err);
    must(TUFT_NEW(&sum, cells, "sums", &b->err), &b->err);
    double limit[REPETITIONS], rate[REPETITIONS], active = 0;
    int repetitions = b->smoke ? 1 : REPETITIONS;
    tuft_random random = tuft_random_stream(2, TUFT_RANDOM_TEST, 0);
    for (int i = 0; i < repetitions; i++) {
        double elapsed = 0, events = 0;
        for (int64_t s = 0; s < steps; s++) {
            size_t chosen = 0;
            for (uint32_t r = 0; r < cells && chosen < rows; r++)
                if (tuft_random_below(&random, cells - r) < rows - chosen)
                    row[chosen++] = r;
            double start = now_s();
            if (c->kind == TUFT_DENSE)
                bare_rows(sum, c->weight, cells, row, rows);
            else
                bare_sparse(sum, c->weight, c->target, c->segment_begin, row, rows);
            elapsed += now_s() - start;
            for (size_t r = 0; r < rows; r++)
                events += (double)tuft_connections_fan_out(c, row[r]);
        }
        limit[i] = events / elapsed;
        ledger_of(engine, &ledger, b);
        uint64_t before = ledger.synaptic_events, spikes_before = ledger.spikes;
        double start = now_s();
        must(tuft_engine_run(engine, tuft_engine_now(engine) + steps, &b->err), &b->err);
        elapsed = now_s() - start;
        ledger_of(engine, &ledger, b);
        rate[i] = (double)(ledger.synaptic_events - before) / elapsed;
        active = (double)(ledger.spikes - spikes_before) / (double)steps / (double)cells;
    }
    line result = {name, "synaptic events", median(limit, repetitions), median(rate, repetitions),
                   active};
    tuft_ledger_free(&ledger);
    free(row);
    free(sum);
    tuft_engine_free(engine);
    tuft_network_free(network);
    return result;
}

static line measure_dense(bench *b)
{
    enum { CELLS = 1000 };
    float *weight;
    tuft_connections connections;
    must(TUFT_NEW(&weight, (size_t)CELLS * CELLS, "weights", &b->err), &b->err);
    weights(weight, (size_t)CELLS * CELLS, 0.3);
    must(tuft_connections_dense(&connections, CELLS, CELLS, weight, 1, &b->err), &b->err);
    free(weight);
    return measure_delivery(b, "dense 1000 x 1000", &connections, 25, b->smoke ? 20 : 20000);
}

static line measure_sparse(bench *b, const char *name, double threshold)
{
    enum { CELLS = 4000, FAN_OUT = 80 };
    tuft_connections connections;
    must(tuft_connections_random(&connections, CELLS, CELLS, (double)FAN_OUT / CELLS, 0, 15, 1, 1,
                                 1, &b->err),
         &b->err);
    weights(connections.weight, tuft_connections_synapses(&connections), 0.5);
    return measure_delivery(b, name, &connections, threshold, b->smoke ? 20 : 10000);
}

static line measure_updates(bench *b, const char *name, const tuft_cell_model *model)
{
    enum { CELLS = 4000 };
    int64_t steps = b->smoke ? 20 : 50000;
    uint32_t id;
    tuft_lif_parameters parameters = tuft_lif_defaults;
    parameters.bias = 15;
    tuft_network *network;
    tuft_engine *engine;
    must(tuft_network_new(&network, 100, &b->err), &b->err);
    must(tuft_network_add_cells(network, "cells", model, &parameters, CELLS, 1, &id, &b->err),
         &b->err);
    must(tuft_engine_new(&engine, network, 1, 1, &b->err), &b->err);
    float *v, *input;
    must(TUFT_NEW(&v, CELLS, "membranes", &b->err), &b->err);
    must(TUFT_NEW(&input, CELLS, "input", &b->err), &b->err);
    double limit[REPETITIONS], rate[REPETITIONS];
    int repetitions = b->smoke ? 1 : REPETITIONS;
    volatile uint32_t seen = 0;
    for (int i = 0; i < repetitions; i++) {
        double start = now_s();
        for (int64_t s = 0; s < steps; s++)
            seen = seen + bare_lif(v, input, CELLS, 0.995f, 0.075f, 20);
        limit[i] = (double)CELLS * (double)steps / (now_s() - start);
        start = now_s();
        must(tuft_engine_run(engine, tuft_engine_now(engine) + steps, &b->err), &b->err);
        rate[i] = (double)CELLS * (double)steps / (now_s() - start);
    }
    line result = {name, "cell updates", median(limit, repetitions), median(rate, repetitions), 0};
    free(v);
    free(input);
    tuft_engine_free(engine);
    tuft_network_free(network);
    return result;
}

/* What a tick costs that is neither delivery nor cells: a ring of many one-cell populations, each
 * with a projection to the next. The limit is an empty loop over as many function calls. */
static line measure_ticks(bench *b)
{
    enum { POPULATIONS = 100 };
    int64_t steps = b->smoke ? 20 : 20000;
    tuft_lif_parameters parameters = tuft_lif_defaults;
    float one = 1;
    tuft_network *network;
    tuft_engine *engine;
    must(tuft_network_new(&network, 100, &b->err), &b->err);
    for (uint32_t q = 0; q < POPULATIONS; q++)
        must(tuft_network_add_cells(network, "cell", &tuft_lif_delta, &parameters, 1, 1, NULL,
                                    &b->err),
             &b->err);
    for (uint32_t q = 0; q < POPULATIONS; q++) {
        tuft_connections connections;
        must(tuft_connections_one_to_one(&connections, 1, &one, 1, &b->err), &b->err);
        must(tuft_network_connect(network, "next", q, (q + 1) % POPULATIONS, "input", &connections,
                                  NULL, &b->err),
             &b->err);
    }
    must(tuft_engine_new(&engine, network, 1, 1, &b->err), &b->err);
    void *state;
    tuft_cell_context context = {.count = 1, .step_ticks = 1, .tick_ms = 0.1};
    must(tuft_lif_delta.create(&state, &parameters, &context, &b->err), &b->err);
    float input = 0, *port = &input;
    uint32_t spike;
    double limit[REPETITIONS], rate[REPETITIONS];
    int repetitions = b->smoke ? 1 : REPETITIONS;
    for (int i = 0; i < repetitions; i++) {
        double start = now_s();
        for (int64_t s = 0; s < steps * POPULATIONS; s++)
            tuft_lif_delta.step(state, 0, 1, &port, &spike);
        limit[i] = (double)POPULATIONS * (double)steps / (now_s() - start);
        start = now_s();
        must(tuft_engine_run(engine, tuft_engine_now(engine) + steps, &b->err), &b->err);
        rate[i] = (double)POPULATIONS * (double)steps / (now_s() - start);
    }
    line result = {"100 one-cell populations", "population steps", median(limit, repetitions),
                   median(rate, repetitions), 0};
    tuft_lif_delta.destroy(state);
    tuft_engine_free(engine);
    tuft_network_free(network);
    return result;
}

static void write_json(const char *path, const line *table, int lines, bench *b)
{
    json_t *rows = json_array();
    for (int i = 0; i < lines; i++)
        json_array_append_new(rows, json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "work",
                                              table[i].name, "unit", table[i].unit, "limit_per_s",
                                              table[i].limit, "engine_per_s", table[i].engine,
                                              "ratio", table[i].engine / table[i].limit, "activity",
                                              table[i].activity));
    json_t *root = json_pack("{s:s, s:o}", "command", "bench_engine", "results", rows);
    tuft_output output;
    must(tuft_output_open(&output, path, &b->err), &b->err);
    json_dumpf(root, output.stream, JSON_INDENT(2));
    fputc('\n', output.stream);
    must(tuft_output_commit(&output, &b->err), &b->err);
    json_decref(root);
}

int main(int argc, char **argv)
{
    bench b = {0};
    const char *json = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--smoke")) {
            b.smoke = 1;
        } else if (!strcmp(argv[i], "--json") && i + 1 < argc) {
            json = argv[++i];
        } else {
            fprintf(stderr, "usage: bench_engine [--smoke] [--json FILE]\n");
            return 2;
        }
    }
    line table[LINES];
    int lines = 0;
    table[lines++] = measure_dense(&b);
    table[lines++] = measure_sparse(&b, "sparse 4000 x 80, busy", 50);
    table[lines++] = measure_sparse(&b, "sparse 4000 x 80, quiet", 400);
    table[lines++] = measure_updates(&b, "LIF, delta synapses", &tuft_lif_delta);
    table[lines++] = measure_updates(&b, "LIF, exponential synapses", &tuft_lif_exponential);
    table[lines++] = measure_ticks(&b);
    printf("%-26s %-16s %9s %9s %6s %8s\n", "work", "unit", "limit G/s", "engine", "ratio",
           "activity");
    for (int i = 0; i < lines; i++)
        printf("%-26s %-16s %9.3f %9.3f %6.2f %7.1f%%\n", table[i].name, table[i].unit,
               1e-9 * table[i].limit, 1e-9 * table[i].engine, table[i].engine / table[i].limit,
               100 * table[i].activity);
    if (json)
        write_json(json, table, lines, &b);
    return 0;
}
