#include "lsm/analog_lif.h"

#include "core/engine.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES = 20, CELLS = 600, STEPS = 60 };

static tuft_analog_lif_parameters plain(void)
{
    tuft_analog_lif_parameters p = {.lif = tuft_lif_defaults, .seed = 3};
    p.lif.tau_m_ms = 10;
    p.lif.threshold = 1.5;
    p.lif.refractory_ms = 0;
    for (int a = 0; a < TUFT_ANALOG_ARRAYS; a++)
        p.adc[a] =
            (tuft_converter){.bits = TUFT_CONVERTER_IDEAL, .signs = TUFT_SIGNS_BOTH, .full = 1};
    return p;
}

/* Sources and recurrent connections to a population, variances as well where there are some. */
static tuft_network *network_of(const tuft_cell_model *model, const void *parameters,
                                double variance)
{
    static float weight[CELLS * CELLS];
    const int analog = model == &tuft_analog_lif;
    tuft_network *network;
    tuft_connections c;
    uint32_t source, cells;
    tuft_error err;
    cr_assert_eq(tuft_network_new(&network, 1000, &err), TUFT_OK);
    tuft_network_add_source(network, "in", SOURCES, &source, &err);
    cr_assert_eq(
        tuft_network_add_cells(network, "cells", model, parameters, CELLS, 1, &cells, &err),
        TUFT_OK, "%s", err.message);
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 0);
    for (int k = 0; k < CELLS * CELLS; k++)
        weight[k] = (float)(0.3 * tuft_random_normal(&random));
    tuft_connections_dense(&c, SOURCES, CELLS, weight, 1, &err);
    cr_assert_eq(tuft_network_connect(network, "input", source, cells, "input", &c, NULL, &err),
                 TUFT_OK);
    tuft_connections_dense(&c, CELLS, CELLS, weight, 1, &err);
    cr_assert_eq(tuft_network_connect(network, "recurrent", cells, cells,
                                      analog ? "recurrent" : "input", &c, NULL, &err),
                 TUFT_OK);
    for (int k = 0; k < SOURCES * CELLS; k++)
        weight[k] = (float)variance;
    if (variance > 0) {
        tuft_connections_dense(&c, SOURCES, CELLS, weight, 1, &err);
        cr_assert_eq(
            tuft_network_connect(network, "noise", source, cells, "input noise", &c, NULL, &err),
            TUFT_OK);
    }
    return network;
}

static tuft_engine *started(const tuft_network *network, double episode, int threads)
{
    static int64_t tick[STEPS * SOURCES];
    static uint32_t cell[STEPS * SOURCES];
    const uint32_t first = 0;
    size_t n = 0;
    tuft_engine *engine;
    tuft_error err;
    tuft_random random = tuft_random_stream(2, TUFT_RANDOM_TEST, 0);
    for (int t = 0; t < STEPS; t++)
        for (uint32_t i = 0; i < SOURCES; i++)
            if (tuft_random_uniform(&random) < 0.2) {
                tick[n] = t;
                cell[n++] = i;
            }
    cr_assert_eq(tuft_engine_new(&engine, network, 1, threads, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(tuft_engine_input(engine, 0, tick, cell, n, &err), TUFT_OK);
    cr_assert_eq(tuft_engine_record_spikes(engine, 1, &err), TUFT_OK);
    if (network->population[1].model == &tuft_analog_lif)
        cr_assert_eq(tuft_engine_write(engine, 1, "episode", &first, &episode, 1, &err), TUFT_OK,
                     "%s", err.message);
    return engine;
}

static size_t run(tuft_engine *engine, uint32_t **spiking)
{
    cr_assert_eq(tuft_engine_run(engine, STEPS, NULL), TUFT_OK);
    const tuft_spike_record *spikes = tuft_engine_spikes(engine, 1);
    *spiking = malloc(spikes->count * sizeof **spiking + 1);
    memcpy(*spiking, spikes->cell, spikes->count * sizeof **spiking);
    return spikes->count;
}

/* With an ideal converter and no noise the sums of both arrays are what one sum is, to the last
 * digits of float32 at least: the same cells spike. */
Test(analog_lif, without_effects_is_the_lif)
{
    tuft_analog_lif_parameters p = plain();
    tuft_network *one = network_of(&tuft_analog_lif, &p, 0);
    tuft_network *other = network_of(&tuft_lif_delta, &p.lif, 0);
    tuft_engine *a = started(one, 0, 1), *b = started(other, 0, 1);
    uint32_t *first, *second;
    size_t n = run(a, &first);
    double same = (double)run(b, &second);
    cr_assert_gt(n, 1000);
    cr_assert_float_eq((double)n, same, 0.01 * (double)n);
    cr_assert_arr_eq(first, second, 500 * sizeof *first);
    free(first);
    free(second);
    tuft_engine_free(a);
    tuft_engine_free(b);
    tuft_network_free(one);
    tuft_network_free(other);
}

/* One spike of source 0: v = adc(w + sqrt(var) z). */
static void membranes(const tuft_analog_lif_parameters *p, double variance, double episode,
                      int threads, float *v, const float **weight)
{
    static tuft_network *network;
    static uint32_t every[CELLS];
    const int64_t tick = 0;
    const uint32_t source = 0;
    tuft_network_free(network);
    network = network_of(&tuft_analog_lif, p, variance);
    tuft_engine *engine = started(network, episode, threads);
    for (uint32_t i = 0; i < CELLS; i++)
        every[i] = i;
    cr_assert_eq(tuft_engine_input(engine, 0, &tick, &source, 1, NULL), TUFT_OK);
    cr_assert_eq(tuft_engine_record_trace(engine, 1, "membrane", every, CELLS, 1, NULL), TUFT_OK);
    cr_assert_eq(tuft_engine_run(engine, 2, NULL), TUFT_OK);
    const tuft_trace_record *trace = tuft_engine_trace(engine, 1);
    for (int i = 0; i < CELLS; i++)
        v[i] = (float)trace->value[CELLS + i];
    *weight = network->projection[0].connections.weight;
    tuft_engine_free(engine);
}

Test(analog_lif, noise_is_that_of_the_variances)
{
    float v[CELLS], again[CELLS], other[CELLS], split[CELLS];
    const float *weight;
    double mean = 0, squares = 0;
    tuft_analog_lif_parameters p = plain();
    p.lif.threshold = 1e6;
    membranes(&p, 0.04, 7, 1, v, &weight);
    for (int i = 0; i < CELLS; i++) {
        double z = (v[i] - weight[i]) / 0.2;
        mean += z / CELLS;
        squares += z * z / CELLS;
    }
    cr_assert_float_eq(mean, 0, 4.5 / sqrt(CELLS));
    cr_assert_float_eq(squares, 1, 4.5 * sqrt(2.0 / CELLS));
    membranes(&p, 0.04, 7, 1, again, &weight);
    membranes(&p, 0.04, 7, 2, split, &weight);
    membranes(&p, 0.04, 8, 1, other, &weight);
    cr_assert_arr_eq(v, again, sizeof v);
    cr_assert_arr_eq(v, split, sizeof v);
    cr_assert_neq(memcmp(v, other, sizeof v), 0);
}

Test(analog_lif, the_converter_rounds_and_clips)
{
    float v[CELLS];
    const float *weight;
    tuft_analog_lif_parameters p = plain();
    p.lif.threshold = 1e6;
    p.adc[0].bits = 4;
    p.adc[0].full = 0.7; /* steps of 0.1 */
    membranes(&p, 0, 0, 1, v, &weight);
    for (int i = 0; i < CELLS; i++)
        cr_assert_float_eq(v[i], 0.1 * fmax(-7, fmin(7, rint((double)weight[i] / 0.1))), 1e-6);
}

Test(analog_lif, what_makes_no_sense)
{
    tuft_analog_lif_parameters p = plain();
    tuft_engine *engine;
    tuft_error err;
    p.adc[1].ranging = TUFT_RANGE_AUTO;
    tuft_network *network = network_of(&tuft_analog_lif, &p, 0);
    cr_assert_eq(tuft_engine_new(&engine, network, 1, 1, &err), TUFT_INVALID);
    p = plain();
    p.adc[0].bits = 0;
    cr_assert_eq(tuft_engine_new(&engine, network, 1, 1, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "converter of 0 bits"), "%s", err.message);
    p = plain();
    engine = started(network, 0, 1);
    const double wrong = -1;
    const uint32_t cell = 0;
    cr_assert_eq(tuft_engine_write(engine, 1, "episode", &cell, &wrong, 1, &err), TUFT_INVALID);
    tuft_engine_free(engine);
    tuft_network_free(network);
}
