#include "cells/two_point_lif.h"

#include "cells/probe.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

typedef tuft_two_point_lif_parameters parameters;
enum { SOMA, APICAL };
enum { FORMS = 2 }; /* step 0: event-driven, 1: clocked by the tick */
static const double TICK_MS = 0.1;
static const float STRENGTH[] = {25, 18}; /* fires; over bac_threshold, under apical_threshold */

/* Spikes of one cell that gets one somatic input arriving at tick soma and one apical at tick
 * apical; 0: none. */
static size_t response(const parameters *p, int64_t step, const float *weight, int64_t soma,
                       int64_t apical, int64_t *spike, size_t limit)
{
    const uint32_t cell = 0;
    const int64_t tick[] = {soma - 1, apical - 1};
    probe q = probe_new(&tuft_two_point_lif, p, 1, step, TICK_MS, weight);
    for (uint32_t port = 0; port < 2; port++)
        if (tick[port] >= 0)
            OK(tuft_engine_input(q.engine, 1 + port, &tick[port], &cell, 1, NULL));
    probe_run(&q, 3000);
    size_t n = probe_spikes(&q, 0, spike, limit);
    probe_free(&q);
    return n;
}

Test(two_point_lif, coincidence_alone_bursts)
{
    const parameters *p = &tuft_two_point_lif_defaults;
    for (int64_t step = 0; step < FORMS; step++) {
        cr_assert_eq(response(p, step, STRENGTH, 1000, 0, NULL, 0), 1);
        cr_assert_eq(response(p, step, STRENGTH, 0, 1000, NULL, 0), 0);
        cr_assert_eq(response(p, step, STRENGTH, 1000, 2000, NULL, 0), 1);
        cr_assert_geq(response(p, step, STRENGTH, 1000, 1000, NULL, 0), 2);
        cr_assert_geq(response(p, step, STRENGTH, 1000, 1030, NULL, 0), 2);
        cr_assert_geq(response(p, step, STRENGTH, 1000, 970, NULL, 0), 2);
    }
}

/* The window has the edges that the header says. */
Test(two_point_lif, the_window_is_exact)
{
    const parameters *p = &tuft_two_point_lif_defaults;
    int64_t before = (int64_t)floor(15 * log(18.0 / 12) / TICK_MS), after = 50;
    for (int64_t step = 0; step < FORMS; step++)
        for (int64_t lag = -100; lag <= 100; lag++) {
            int bursts = response(p, step, STRENGTH, 1000, 1000 + lag, NULL, 0) > 1;
            cr_assert_eq(bursts, lag >= -before && lag <= after, "step %d lag %d", (int)step,
                         (int)lag);
        }
}

/* A spike at s begins a plateau to s + L: V is held for the refractory period, then rises to the
 * drive and passes the lowered threshold after tau log(drive / (drive - threshold)). */
Test(two_point_lif, burst_intervals_follow_the_closed_form)
{
    const parameters *p = &tuft_two_point_lif_defaults;
    int64_t interval = 20 + (int64_t)ceil(20 * log(20.0 / 12) / TICK_MS);
    for (int64_t step = 0; step < FORMS; step++) {
        int64_t spike[8];
        size_t n = response(p, step, STRENGTH, 1000, 995, spike, 8);
        cr_assert_eq(n, 1 + (size_t)(300 / interval));
        for (size_t s = 0; s < n; s++)
            cr_assert_eq(spike[s], 1000 + (int64_t)s * interval);
    }
}

/* Strong apical input begins a plateau without a spike, and the soma follows from rest. */
Test(two_point_lif, apical_calcium_spike_drives_the_soma)
{
    const float weight[] = {0, 26};
    for (int64_t step = 0; step < FORMS; step++) {
        int64_t spike[8];
        size_t n = response(&tuft_two_point_lif_defaults, step, weight, 0, 500, spike, 8);
        cr_assert_geq(n, 2);
        cr_assert_eq(spike[0], 500 + (int64_t)ceil(20 * log(20.0 / 12) / TICK_MS));
    }
}

/* Lowered, the threshold catches a soma that is already above it, one tick later. */
Test(two_point_lif, plateau_catches_a_depolarized_soma)
{
    const float weight[] = {15, 26};
    for (int64_t step = 0; step < FORMS; step++) {
        int64_t spike[8];
        response(&tuft_two_point_lif_defaults, step, weight, 499, 500, spike, 8);
        cr_assert_eq(spike[0], 501);
    }
}

/* No plateau: the LIF interval; both forms, cells of their own bias. */
Test(two_point_lif, bias_gives_the_closed_interval)
{
    const float bias[] = {20.5f, 25, 40, 200};
    parameters p = tuft_two_point_lif_defaults;
    p.cell_bias = bias;
    for (int64_t step = 0; step < FORMS; step++) {
        probe q = probe_new(&tuft_two_point_lif, &p, 4, step, TICK_MS, NULL);
        probe_run(&q, 20000);
        for (uint32_t i = 0; i < 4; i++) {
            int64_t spike[2];
            cr_assert_gt(probe_spikes(&q, i, spike, 2), 2);
            double b = (double)bias[i], expected = (2 + 20 * log(b / (b - 20))) / TICK_MS;
            double interval = (double)(spike[1] - spike[0]);
            cr_assert(interval > expected - 0.05 && interval < expected + 1.05);
        }
        probe_free(&q);
    }
}

/* ---- random trains --------------------------------------------------------------------------- */

enum { CELLS = 1000 };

typedef struct {
    size_t n[2];
    int64_t *tick[2];
    uint32_t *cell[2];
} trains;

/* Trains of both ports for all cells, end ticks of tick_ms. */
static trains random_trains(int64_t end, double tick_ms)
{
    trains t;
    for (int port = 0; port < 2; port++) {
        tuft_random random = tuft_random_stream(17, TUFT_RANDOM_TEST, (uint64_t)port);
        double per_tick = (port == SOMA ? 0.35 : 0.08) * tick_ms * CELLS; /* input of all cells */
        size_t capacity = (size_t)(2 * per_tick * (double)end) + 1000;
        t.tick[port] = calloc(capacity, sizeof(int64_t));
        t.cell[port] = calloc(capacity, sizeof(uint32_t));
        t.n[port] = 0;
        for (double at = 0; t.n[port] < capacity;) {
            at += tuft_random_exponential(&random) / per_tick;
            if (at >= (double)end - 1)
                break;
            t.tick[port][t.n[port]] = (int64_t)at;
            t.cell[port][t.n[port]++] = tuft_random_below(&random, CELLS);
        }
    }
    return t;
}

static void trains_free(trains *t)
{
    for (int port = 0; port < 2; port++) {
        free(t->tick[port]);
        free(t->cell[port]);
    }
}

static probe run_trains(const trains *t, const parameters *p, int64_t step, double tick_ms,
                        int64_t end)
{
    const float weight[] = {4.3f, 7.9f};
    probe q = probe_new(&tuft_two_point_lif, p, CELLS, step, tick_ms, weight);
    for (uint32_t port = 0; port < 2; port++)
        OK(tuft_engine_input(q.engine, 1 + port, t->tick[port], t->cell[port], t->n[port], NULL));
    probe_run(&q, end);
    return q;
}

/* 1000 trains at 0.01 ms: the same spikes, none missed and none at another tick. */
Test(two_point_lif, both_forms_fire_at_the_same_ticks)
{
    enum { END = 30000, LIMIT = 256 };
    parameters p = tuft_two_point_lif_defaults;
    p.bias = 2;
    trains t = random_trains(END, 0.01);
    probe event = run_trains(&t, &p, 0, 0.01, END), clocked = run_trains(&t, &p, 1, 0.01, END);
    size_t total = 0, bursts = 0, differ = 0;
    for (uint32_t i = 0; i < CELLS; i++) {
        int64_t a[LIMIT], b[LIMIT];
        size_t n = probe_spikes(&event, i, a, LIMIT), m = probe_spikes(&clocked, i, b, LIMIT);
        int same = n == m;
        for (size_t s = 0; s < n && s < LIMIT; s++) {
            same &= a[s] == b[s];
            bursts += s && a[s] - a[s - 1] < 1600;
        }
        total += n;
        differ += (size_t)!same;
    }
    cr_assert_gt(total, 2 * CELLS);
    cr_assert_gt(bursts, CELLS / 2);
    cr_assert_eq(differ, 0, "%zu of %d cells differ, %zu spikes", differ, CELLS, total);
    probe_free(&event);
    probe_free(&clocked);
    trains_free(&t);
}

/* The clocked form comes to the event-driven one as its step shrinks: first spikes, on average. */
Test(two_point_lif, smaller_steps_converge)
{
    enum { END = 8192, STEPS = 5 };
    const int64_t step[STEPS] = {0, 64, 16, 4, 1};
    parameters p = tuft_two_point_lif_defaults;
    static double first[STEPS][CELLS];
    double error[STEPS] = {0};
    int compared = 0;
    trains t = random_trains(END, 0.0125);
    p.bias = 10;
    for (int k = 0; k < STEPS; k++) {
        probe q = run_trains(&t, &p, step[k], 0.0125, END);
        for (uint32_t i = 0; i < CELLS; i++) {
            int64_t at;
            first[k][i] = probe_spikes(&q, i, &at, 1) ? (double)at : NAN;
        }
        probe_free(&q);
    }
    for (int i = 0; i < CELLS; i++) {
        int all = 1;
        for (int k = 0; k < STEPS; k++)
            all &= !isnan(first[k][i]);
        compared += all;
        for (int k = 1; all && k < STEPS; k++)
            error[k] += fabs(first[k][i] - first[0][i]);
    }
    cr_assert_gt(compared, CELLS / 2);
    for (int k = 2; k < STEPS; k++)
        cr_assert_lt(error[k], 0.5 * error[k - 1]);
    cr_assert_lt(error[STEPS - 1] / compared, 0.1);
    trains_free(&t);
}

/* What is read between events is what the clocked form holds. */
Test(two_point_lif, variables_agree_between_events)
{
    enum { END = 2000 };
    const char *const variable[] = {"soma", "apical", "threshold", "plateau"};
    trains t = random_trains(END, TICK_MS);
    for (int k = 0; k < 4; k++) {
        probe q[FORMS];
        const float weight[] = {4.3f, 7.9f};
        for (int64_t step = 0; step < FORMS; step++) {
            q[step] = probe_new(&tuft_two_point_lif, &tuft_two_point_lif_defaults, CELLS, step,
                                TICK_MS, weight);
            probe_trace(&q[step], variable[k], 20, 7);
            for (uint32_t port = 0; port < 2; port++)
                OK(tuft_engine_input(q[step].engine, 1 + port, t.tick[port], t.cell[port],
                                     t.n[port], NULL));
            probe_run(&q[step], END);
        }
        const tuft_trace_record *a = tuft_engine_trace(q[0].engine, 0),
                                *b = tuft_engine_trace(q[1].engine, 0);
        double largest = 0;
        cr_assert_eq(a->samples, b->samples);
        for (size_t s = 0; s < a->samples * 20; s++) {
            cr_assert_float_eq((double)a->value[s], (double)b->value[s], 1e-4, "%s", variable[k]);
            largest = fmax(largest, fabs((double)a->value[s]));
        }
        cr_assert_gt(largest, 0.5);
        for (int64_t step = 0; step < FORMS; step++)
            probe_free(&q[step]);
    }
    trains_free(&t);
}

Test(two_point_lif, bad_parameters_are_refused)
{
    static const float bias[] = {0, INFINITY};
    struct {
        parameters p;
        const char *says;
    } bad[8];
    for (int k = 0; k < 8; k++)
        bad[k].p = tuft_two_point_lif_defaults;
    bad[0].p.tau_m_ms = 0, bad[0].says = "tau_m_ms 0";
    bad[1].p.bac_threshold = -1, bad[1].says = "bac_threshold -1";
    bad[2].p.apical_threshold = 3, bad[2].says = "apical_threshold 3";
    bad[3].p.window_ms = -1, bad[3].says = "window_ms -1";
    bad[4].p.plateau_ms = INFINITY, bad[4].says = "plateau_ms inf";
    bad[5].p.v_reset = 9, bad[5].says = "v_reset 9";
    bad[6].p.threshold = NAN, bad[6].says = "threshold";
    bad[7].p.cell_bias = bias, bad[7].says = "bias of cell 1";
    for (int k = 0; k < 8; k++)
        for (int64_t step = 0; step < FORMS; step++)
            probe_refuses(&tuft_two_point_lif, &bad[k].p, step, bad[k].says);
}
