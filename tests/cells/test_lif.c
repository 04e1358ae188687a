#include "cells/lif.h"
#include "core/engine.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

enum { FORMS = 2 }; /* step 0: event-driven, 1: clocked by the tick */
static const double TICK_MS = 0.1;

/* cells fed one-to-one by a source per port. */
static tuft_network *network_of(const tuft_cell_model *model, const tuft_lif_parameters *p,
                                uint32_t cells, int64_t step, const float *const *weight)
{
    tuft_network *network;
    OK(tuft_network_new(&network, 1000 * TICK_MS, NULL));
    uint32_t id, source;
    OK(tuft_network_add_cells(network, "cells", model, p, cells, step, &id, NULL));
    for (int port = 0; model->port[port]; port++) {
        tuft_connections c;
        OK(tuft_network_add_source(network, model->port[port], cells, &source, NULL));
        OK(tuft_connections_one_to_one(&c, cells, weight[port], 1, NULL));
        OK(tuft_network_connect(network, model->port[port], source, id, model->port[port], &c, NULL,
                                NULL));
    }
    return network;
}

/* One cell, one input of the given weight that arrives at tick 10, run to tick end; membrane
 * sampled at each tick. */
static tuft_engine *one_input(const tuft_cell_model *model, const tuft_lif_parameters *p,
                              int64_t step, float weight, int64_t end, tuft_network **network)
{
    static const int64_t tick = 9;
    static const uint32_t cell = 0;
    const float *const weights[] = {&weight, &weight};
    *network = network_of(model, p, 1, step, weights);
    tuft_engine *engine;
    OK(tuft_engine_new(&engine, *network, 1, 1, NULL));
    OK(tuft_engine_record_spikes(engine, 0, NULL));
    OK(tuft_engine_record_trace(engine, 0, "membrane", &cell, 1, 1, NULL));
    OK(tuft_engine_input(engine, 1, &tick, &cell, 1, NULL));
    OK(tuft_engine_run(engine, end, NULL));
    return engine;
}

static void done(tuft_engine *engine, tuft_network *network)
{
    tuft_engine_free(engine);
    tuft_network_free(network);
}

Test(lif, constant_bias_gives_the_closed_interval)
{
    const double bias[] = {20.5, 25, 40, 200}, refractory[] = {0, 2, 7.3};
    for (int64_t step = 0; step < FORMS; step++)
        for (int b = 0; b < 4; b++)
            for (int r = 0; r < 3; r++) {
                tuft_lif_parameters p = tuft_lif_defaults;
                p.bias = bias[b];
                p.refractory_ms = refractory[r];
                tuft_network *network;
                tuft_engine *engine = one_input(&tuft_lif_delta, &p, step, 0, 20000, &network);
                const tuft_spike_record *out = tuft_engine_spikes(engine, 0);
                double expected = (refractory[r] + 20 * log(bias[b] / (bias[b] - 20))) / TICK_MS;
                cr_assert_gt(out->count, 10);
                for (size_t s = 1; s < out->count; s++) {
                    double interval = (double)(out->tick[s] - out->tick[s - 1]);
                    cr_assert(interval > expected - 0.05 && interval < expected + 1.05,
                              "step %lld bias %g: %g ticks, expected %g", (long long)step, bias[b],
                              interval, expected);
                }
                done(engine, network);
            }
}

Test(lif, delta_input_decays_exponentially)
{
    for (int64_t step = 0; step < FORMS; step++) {
        tuft_lif_parameters p = tuft_lif_defaults;
        p.v_initial = -4;
        p.bias = 3;
        tuft_network *network;
        tuft_engine *engine = one_input(&tuft_lif_delta, &p, step, 10, 1000, &network);
        const float *v = tuft_engine_trace(engine, 0)->value;
        for (int t = 0; t < 1000; t++) {
            double expected = 3 - 7 * exp(-t * TICK_MS / 20);
            if (t >= 10)
                expected += 10 * exp(-(t - 10) * TICK_MS / 20);
            cr_assert_float_eq((double)v[t], expected, 2e-4);
        }
        done(engine, network);
    }
}

Test(lif, exponential_input_follows_the_closed_form)
{
    const double tau_s[] = {5, 1, 20, 20.00001, 60};
    for (int64_t step = 0; step < FORMS; step++)
        for (int k = 0; k < 5; k++) {
            tuft_lif_parameters p = tuft_lif_defaults;
            p.tau_excitatory_ms = tau_s[k];
            tuft_network *network;
            tuft_engine *engine = one_input(&tuft_lif_exponential, &p, step, 30, 2000, &network);
            cr_assert_eq(tuft_engine_spikes(engine, 0)->count, 0);
            const float *v = tuft_engine_trace(engine, 0)->value;
            for (int t = 0; t < 2000; t++) {
                double h = t > 10 ? (t - 10) * TICK_MS : 0, s = tau_s[k];
                double expected = fabs(s - 20) < 1e-3
                                      ? 30 * h / 20 * exp(-h / 20)
                                      : 30 * s / (s - 20) * (exp(-h / s) - exp(-h / 20));
                cr_assert_float_eq((double)v[t], expected, 5e-4, "tau %g at %d: %g, expected %g", s,
                                   t, (double)v[t], expected);
            }
            done(engine, network);
        }
}

Test(lif, threshold_is_strict_and_resets_are_what_they_say)
{
    for (int64_t step = 0; step < FORMS; step++) {
        tuft_lif_parameters p = tuft_lif_defaults;
        tuft_network *network;
        tuft_engine *engine = one_input(&tuft_lif_delta, &p, step, 20, 100, &network);
        cr_assert_eq(tuft_engine_spikes(engine, 0)->count, 0);
        done(engine, network);
        p.v_reset = -5;
        engine = one_input(&tuft_lif_delta, &p, step, nextafterf(20, 30), 100, &network);
        const tuft_spike_record *out = tuft_engine_spikes(engine, 0);
        const float *v = tuft_engine_trace(engine, 0)->value;
        cr_assert_eq(out->count, 1);
        cr_assert_eq(out->tick[0], 10);
        for (int t = 10; t <= 30; t++) /* held for 2 ms */
            cr_assert_eq(v[t], -5);
        cr_assert_float_eq((double)v[31], -5 * exp(-0.1 / 20), 1e-5);
        done(engine, network);
        /* 70 - 20 = 50, then 50 d - 20 and so on: three spikes in a row. */
        p.refractory_ms = 0;
        p.reset = TUFT_RESET_BY_SUBTRACTION;
        engine = one_input(&tuft_lif_delta, &p, step, 70, 100, &network);
        out = tuft_engine_spikes(engine, 0);
        cr_assert_eq(out->count, 3);
        for (int k = 0; k < 3; k++)
            cr_assert_eq(out->tick[k], 10 + k);
        double d = exp(-0.1 / 20);
        cr_assert_float_eq((double)tuft_engine_trace(engine, 0)->value[12], (50 * d - 20) * d - 20,
                           1e-4);
        done(engine, network);
    }
}

/* Delta input during the refractory period is lost; synaptic current goes on. */
Test(lif, refractory_cells_hold_and_currents_decay)
{
    const int64_t tick[] = {9, 19, 49};
    const uint32_t cell[] = {0, 0, 0};
    const float weight = 15;
    const float *const weights[] = {&weight, &weight};
    tuft_lif_parameters p = tuft_lif_defaults;
    p.v_initial = 10;
    p.tau_m_ms = INFINITY;
    for (int64_t step = 0; step < FORMS; step++) {
        tuft_network *network = network_of(&tuft_lif_delta, &p, 1, step, weights);
        tuft_engine *engine;
        OK(tuft_engine_new(&engine, network, 1, 1, NULL));
        OK(tuft_engine_record_spikes(engine, 0, NULL));
        OK(tuft_engine_record_trace(engine, 0, "membrane", cell, 1, 1, NULL));
        OK(tuft_engine_input(engine, 1, tick, cell, 3, NULL));
        OK(tuft_engine_run(engine, 100, NULL));
        const float *v = tuft_engine_trace(engine, 0)->value;
        cr_assert_eq(tuft_engine_spikes(engine, 0)->count, 1);
        cr_assert_eq(v[9], 10);
        cr_assert_eq(v[25], 0);
        cr_assert_eq(v[49], 0);
        cr_assert_eq(v[50], 15);
        done(engine, network);
    }
}

/* ---- both forms against a double-precision reference ----------------------------------------- */

enum { TRAINS = 320, TICKS = 2000 };

typedef struct {
    tuft_lif_parameters p;
    float tau[TRAINS], threshold[TRAINS], weight[2][TRAINS];
    size_t n[2];
    int64_t tick[2][TRAINS * TICKS];
    uint32_t cell[2][TRAINS * TICKS];
    uint8_t train[2][TICKS][TRAINS];
} trains;

static trains *random_trains(int exponential, tuft_reset reset, int each)
{
    trains *t = calloc(1, sizeof *t);
    tuft_random random = tuft_random_stream(41, TUFT_RANDOM_TEST,
                                            (uint64_t)(exponential * 4 + (int)reset * 2 + each));
    t->p = tuft_lif_defaults;
    t->p.reset = reset;
    t->p.v_reset = -3;
    t->p.bias = 8;
    for (int i = 0; i < TRAINS; i++) {
        t->tau[i] = (float)(5 + 30 * tuft_random_uniform(&random));
        t->threshold[i] = (float)(10 + 15 * tuft_random_uniform(&random));
        t->weight[0][i] = (float)((exponential ? 40 : 5) * (0.3 + tuft_random_uniform(&random)));
        t->weight[1][i] = (float)(-20 * tuft_random_uniform(&random));
        if (!exponential && i % 3 == 0)
            t->weight[0][i] *= -1;
    }
    for (int port = 0; port <= exponential; port++)
        for (int k = 0; k < TICKS - 1; k++)
            for (uint32_t i = 0; i < TRAINS; i++)
                if (tuft_random_below(&random, 8 + i) < 2) {
                    t->train[port][k + 1][i] = 1; /* arrives a tick later */
                    t->tick[port][t->n[port]] = k;
                    t->cell[port][t->n[port]++] = i;
                }
    if (each) {
        t->p.cell_tau_m_ms = t->tau;
        t->p.cell_threshold = t->threshold;
    }
    return t;
}

static tuft_engine *run_trains(const trains *t, const tuft_cell_model *model, int64_t step,
                               tuft_network **network)
{
    const float *const weights[] = {t->weight[0], t->weight[1]};
    tuft_engine *engine;
    *network = network_of(model, &t->p, TRAINS, step, weights);
    OK(tuft_engine_new(&engine, *network, 1, 1, NULL));
    OK(tuft_engine_record_spikes(engine, 0, NULL));
    for (uint32_t port = 0; model->port[port]; port++)
        OK(tuft_engine_input(engine, 1 + port, t->tick[port], t->cell[port], t->n[port], NULL));
    OK(tuft_engine_run(engine, TICKS, NULL));
    return engine;
}

static uint8_t *raster(const tuft_engine *engine)
{
    const tuft_spike_record *out = tuft_engine_spikes(engine, 0);
    uint8_t *fired = calloc((size_t)TRAINS * TICKS, 1);
    for (size_t s = 0; s < out->count; s++)
        fired[(size_t)out->cell[s] * TICKS + (size_t)out->tick[s]]++;
    return fired;
}

/* Steps a cell in double as both forms are defined; compares until a form departs from it, which
 * it may only where V is within 1e-4 of the threshold. Returns whether it departs. */
static int departs(const trains *t, int exponential, uint32_t i, const uint8_t *fired, int *spikes)
{
    double tau = t->p.cell_tau_m_ms ? (double)t->tau[i] : t->p.tau_m_ms;
    double threshold = t->p.cell_threshold ? (double)t->threshold[i] : t->p.threshold;
    double d = exp(-TICK_MS / tau), v = 0, current[2] = {0};
    const double tau_s[] = {t->p.tau_excitatory_ms, t->p.tau_inhibitory_ms};
    int held = 0;
    for (int k = 1; k < TICKS; k++) {
        double x = d * v + t->p.bias * (1 - d);
        for (int s = 0; exponential && s < 2; s++) {
            double e = exp(-TICK_MS / tau_s[s]);
            x += current[s] * tau_s[s] / (tau_s[s] - tau) * (e - d);
            current[s] = e * current[s] + t->train[s][k][i] * (double)t->weight[s][i];
        }
        if (!exponential)
            x += t->train[0][k][i] * (double)t->weight[0][i];
        x = held ? v : x;
        int fires = !held && x > threshold;
        if (fires != fired[k]) {
            cr_assert_lt(fabs(x - threshold), 1e-4, "cell %u tick %d: V %.9g threshold %.9g", i, k,
                         x, threshold);
            return 1;
        }
        v = !fires ? x : t->p.reset == TUFT_RESET_BY_SUBTRACTION ? x - threshold : t->p.v_reset;
        held = fires ? 20 : held - (held > 0);
        *spikes += fires;
    }
    return 0;
}

Test(lif, both_forms_fire_at_the_same_ticks)
{
    for (int kind = 0; kind < 8; kind++) {
        int exponential = kind / 4, each = kind % 2;
        trains *t = random_trains(exponential, (tuft_reset)(kind / 2 % 2), each);
        const tuft_cell_model *model = exponential ? &tuft_lif_exponential : &tuft_lif_delta;
        for (int64_t step = 0; step < FORMS; step++) {
            tuft_network *network;
            tuft_engine *engine = run_trains(t, model, step, &network);
            uint8_t *fired = raster(engine);
            int ties = 0, spikes = 0;
            for (uint32_t i = 0; i < TRAINS; i++)
                ties += departs(t, exponential, i, fired + (size_t)i * TICKS, &spikes);
            cr_assert_gt(spikes, TRAINS);
            /* float32 against double: a tie in a few hundred trains; double: none. */
            cr_assert_leq(ties, step ? 6 : 0, "kind %d: %d ties, %d spikes", kind, ties, spikes);
            free(fired);
            done(engine, network);
        }
        free(t);
    }
}

/* The clocked form comes to the event-driven one as its step shrinks: first spikes, on average. */
Test(lif, smaller_steps_converge)
{
    trains *t = random_trains(1, TUFT_RESET_TO_VALUE, 1);
    const int64_t step[] = {0, 64, 16, 4, 1};
    double first[5][TRAINS], error[5] = {0};
    int compared = 0;
    for (int k = 0; k < 5; k++) {
        tuft_network *network;
        tuft_engine *engine = run_trains(t, &tuft_lif_exponential, step[k], &network);
        uint8_t *fired = raster(engine);
        for (int i = 0; i < TRAINS; i++) {
            const uint8_t *found = memchr(fired + (size_t)i * TICKS, 1, TICKS);
            first[k][i] = found ? (double)(found - fired - (ptrdiff_t)i * TICKS) : NAN;
        }
        free(fired);
        done(engine, network);
    }
    for (int i = 0; i < TRAINS; i++) {
        int all = 1;
        for (int k = 0; k < 5; k++)
            all &= !isnan(first[k][i]);
        compared += all;
        for (int k = 1; all && k < 5; k++)
            error[k] += fabs(first[k][i] - first[0][i]);
    }
    cr_assert_gt(compared, TRAINS / 2);
    for (int k = 2; k < 5; k++)
        cr_assert_lt(error[k], 0.5 * error[k - 1]);
    cr_assert_leq(error[4] / compared, 0.1);
    free(t);
}

Test(lif, bad_parameters_are_refused)
{
    static const float tau[] = {5, -1}, still[] = {5, INFINITY}, threshold[] = {1, NAN};
    struct {
        tuft_lif_parameters p;
        const char *says;
    } bad[9];
    for (int k = 0; k < 9; k++)
        bad[k].p = tuft_lif_defaults;
    bad[0].p.tau_m_ms = 0, bad[0].says = "membrane time constant 0";
    bad[1].p.tau_m_ms = NAN, bad[1].says = "membrane time constant";
    bad[2].p.threshold = INFINITY, bad[2].says = "threshold";
    bad[3].p.refractory_ms = -1, bad[3].says = "refractory period -1";
    bad[4].p.bias = NAN, bad[4].says = "bias";
    bad[5].p.tau_inhibitory_ms = 0, bad[5].says = "synaptic time constant 0";
    bad[6].p.cell_tau_m_ms = tau, bad[6].says = "membrane time constant -1";
    bad[7].p.cell_threshold = threshold, bad[7].says = "threshold";
    bad[8].p.cell_tau_m_ms = still, bad[8].says = "finite membrane constant";
    for (int k = 0; k < 9; k++)
        for (int64_t step = 0; step < FORMS; step++) {
            tuft_network *network;
            tuft_engine *engine;
            tuft_error err;
            OK(tuft_network_new(&network, 100, NULL));
            OK(tuft_network_add_cells(network, "culprit", &tuft_lif_exponential, &bad[k].p, 2, step,
                                      NULL, NULL));
            cr_assert_eq(tuft_engine_new(&engine, network, 1, 1, &err), TUFT_INVALID);
            cr_assert_null(engine);
            cr_assert(strstr(err.message, "culprit: "), "%s", err.message);
            cr_assert(strstr(err.message, bad[k].says), "%s", err.message);
            tuft_network_free(network);
        }
}

/* ---- a recorded trace ------------------------------------------------------------------------ */

static FILE *nir_file(const char *name)
{
    const char *data = getenv("TUFT_DATA");
    char path[1024];
    snprintf(path, sizeof path, "%s/nir/%s", data ? data : TUFT_SOURCE_DIR "/../shared/data", name);
    return fopen(path, "r");
}

/* NIR's LIF: tau 2.5 ms, threshold 0.1, R = 1, dt 0.1 ms. A row holds the input during the step
 * (0 or 1), V at its end and the spike. A constant input of 1 for one step moves V by
 * 1 - exp(-dt/tau). The exact solution goes on from the crossing inside the step, so V is compared
 * up to the first spike, spike times throughout. */
Test(lif, fires_with_the_recorded_nir_trace)
{
    const char *const name[] = {"lif_exact.csv", "lif_norse.csv", "lif_snntorch.csv"};
    FILE *exact = nir_file(name[0]);
    if (!exact)
        cr_skip_test("no NIR traces");
    fclose(exact);
    for (int k = 0; k < 3; k++) {
        FILE *file = nir_file(name[k]);
        cr_assert_not_null(file);
        enum { ROWS = 1000 };
        int64_t tick[ROWS], expected[ROWS];
        uint32_t cell[ROWS] = {0};
        double v[ROWS];
        size_t inputs = 0, spikes = 0, rows = 0;
        for (double input, membrane, spike;
             rows < ROWS && fscanf(file, "%lf,%lf,%lf", &input, &membrane, &spike) == 3; rows++) {
            v[rows] = membrane;
            if (input > 0.5)
                tick[inputs++] = (int64_t)rows;
            if (spike > 0.5)
                expected[spikes++] = (int64_t)rows;
        }
        fclose(file);
        cr_assert_eq(rows, ROWS);
        cr_assert_geq(spikes, 1);
        tuft_lif_parameters p = tuft_lif_defaults;
        p.tau_m_ms = 2.5;
        p.threshold = 0.1;
        p.refractory_ms = 0;
        const float weight = (float)-expm1(-TICK_MS / 2.5);
        const float *const weights[] = {&weight};
        for (int64_t step = 0; step < FORMS; step++) {
            tuft_network *network = network_of(&tuft_lif_delta, &p, 1, step, weights);
            tuft_engine *engine;
            OK(tuft_engine_new(&engine, network, 1, 1, NULL));
            OK(tuft_engine_record_spikes(engine, 0, NULL));
            OK(tuft_engine_record_trace(engine, 0, "membrane", cell, 1, 1, NULL));
            OK(tuft_engine_input(engine, 1, tick, cell, inputs, NULL));
            OK(tuft_engine_run(engine, ROWS + 1, NULL));
            const tuft_spike_record *out = tuft_engine_spikes(engine, 0);
            cr_assert_eq(out->count, spikes);
            for (size_t s = 0; s < spikes; s++) /* the end of row r is tick r + 1 */
                cr_assert_eq(out->tick[s], expected[s] + 1);
            for (int64_t r = 0; k == 0 && r < expected[0]; r++)
                cr_assert_float_eq((double)tuft_engine_trace(engine, 0)->value[r + 1], v[r], 1e-6);
            done(engine, network);
        }
    }
}

/* docs/engine.md */
Test(lif, the_example_of_the_documentation)
{
    tuft_error err;
    tuft_network *network;
    tuft_engine *engine;
    uint32_t source, cells;
    tuft_connections connections;
    tuft_lif_parameters parameters = tuft_lif_defaults;
    const float weight[2] = {12.0f, 12.0f};
    const int64_t tick[] = {1000, 1500};
    const uint32_t cell[] = {0, 1};
    cr_assert_eq(tuft_network_new(&network, 1.0, &err), TUFT_OK);
    cr_assert_eq(tuft_network_add_source(network, "input", 2, &source, &err), TUFT_OK);
    cr_assert_eq(
        tuft_network_add_cells(network, "cells", &tuft_lif_delta, &parameters, 1, 0, &cells, &err),
        TUFT_OK);
    cr_assert_eq(tuft_connections_dense(&connections, 2, 1, weight, 100, &err), TUFT_OK);
    cr_assert_eq(
        tuft_network_connect(network, "in", source, cells, "input", &connections, NULL, &err),
        TUFT_OK);
    cr_assert_eq(tuft_engine_new(&engine, network, 1, 1, &err), TUFT_OK);
    cr_assert_eq(tuft_engine_record_spikes(engine, cells, &err), TUFT_OK);
    cr_assert_eq(tuft_engine_input(engine, source, tick, cell, 2, &err), TUFT_OK);
    cr_assert_eq(tuft_engine_run(engine, 10000, &err), TUFT_OK);
    cr_assert_eq(tuft_engine_spikes(engine, cells)->count, 1);
    cr_assert_eq(tuft_engine_spikes(engine, cells)->tick[0], 1600);
    tuft_engine_free(engine);
    tuft_network_free(network);
}
