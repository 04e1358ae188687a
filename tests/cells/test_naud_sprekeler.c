#include "cells/naud_sprekeler.h"
#include "cells/probe.h"
#include "core/bursts.h"

#include <criterion/criterion.h>
#include <math.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

typedef tuft_naud_sprekeler_parameters parameters;
enum { SOMA, APICAL };
static const double TICK_MS = 0.1;

/* No dendritic spike: everything is linear. */
static parameters passive(void)
{
    parameters p = tuft_naud_sprekeler_defaults;
    p.g_soma_pa = p.g_dendrite_pa = 0;
    return p;
}

/* Response of a membrane to a unit exponential current that starts at 0. */
static double two_exponentials(double t, double tau, double tau_s, double c)
{
    return t < 0 ? 0 : tau * tau_s / (tau_s - tau) / c * (exp(-t / tau_s) - exp(-t / tau));
}

Test(naud_sprekeler, somatic_input_follows_the_closed_form)
{
    parameters p = passive();
    const float weight[] = {300, 0};
    const int64_t tick = 9;
    const uint32_t cell = 0;
    for (int64_t step = 1; step <= 5;
         step += 4) { /* linear parts are exact: the step is no matter */
        probe q = probe_new(&tuft_naud_sprekeler, &p, 1, step, TICK_MS, weight);
        probe_trace(&q, "soma", 1, step);
        OK(tuft_engine_input(q.engine, 1 + SOMA, &tick, &cell, 1, NULL));
        probe_run(&q, 1000);
        const tuft_trace_record *v = tuft_engine_trace(q.engine, 0);
        for (size_t k = 0; k < v->samples; k++) {
            double t = ((double)k * (double)step - 10) * TICK_MS;
            cr_assert_float_eq((double)v->value[k], -70 + 300 * two_exponentials(t, 16, 5, 370),
                               2e-5);
        }
        probe_free(&q);
    }
}

/* Vd and w_d: two coupled variables with real eigenvalues (the dendrite's resonance is damped). */
Test(naud_sprekeler, dendrite_follows_the_closed_form)
{
    parameters p = passive();
    p.bias_apical_pa = 100;
    const char *const variable[] = {"dendrite", "w_dendrite"};
    const double a = -1.0 / 7, b = 1.0 / 170, c = -13.0 / 30, d = -1.0 / 30;
    const double trace = a + d, det = a * d - b * c, root = sqrt(trace * trace / 4 - det);
    const double rate[] = {trace / 2 + root, trace / 2 - root};
    /* steady: a y + b w + I/C = 0, c y + d w = 0; from there the deviation starts at -steady. */
    const double y = 100.0 / 170 / (-a + b * c / d), w = -c / d * y;
    for (int k = 0; k < 2; k++) {
        probe q = probe_new(&tuft_naud_sprekeler, &p, 1, 1, TICK_MS, NULL);
        probe_trace(&q, variable[k], 1, 1);
        probe_run(&q, 2000);
        const float *value = tuft_engine_trace(q.engine, 0)->value;
        for (int t = 0; t < 2000; t++) {
            double at[2];
            for (int e = 0; e < 2; e++) { /* share of eigenvector (b, rate - a) */
                double other = rate[!e];
                double share = ((other - a) * -y - b * -w) / (b * (other - rate[e]));
                at[e] = share * exp(rate[e] * t * TICK_MS);
            }
            double expected = k == 0 ? -70 + y + b * (at[0] + at[1])
                                     : w + (rate[0] - a) * at[0] + (rate[1] - a) * at[1];
            cr_assert_float_eq((double)value[t], expected, k ? 5e-4 : 5e-5, "%s at %d: %g, %g",
                               variable[k], t, (double)value[t], expected);
        }
        probe_free(&q);
    }
}

/* After a spike w_s and the threshold decay from their jumps; the soma restarts from EL. */
Test(naud_sprekeler, a_spike_leaves_its_traces)
{
    parameters p = passive();
    const char *const variable[] = {"w_soma", "threshold", "soma"};
    const float weight[] = {7000, 0};
    const int64_t tick = 9;
    const uint32_t cell = 0;
    p.tau_soma_syn_ms = 2;
    for (int k = 0; k < 3; k++) {
        probe q = probe_new(&tuft_naud_sprekeler, &p, 1, 1, TICK_MS, weight);
        probe_trace(&q, variable[k], 1, 1);
        OK(tuft_engine_input(q.engine, 1 + SOMA, &tick, &cell, 1, NULL));
        probe_run(&q, 1000);
        int64_t at;
        cr_assert_eq(probe_spikes(&q, 0, &at, 1), 1);
        /* the first tick at which the closed form passes 20 mV */
        int64_t expected = 10;
        while (7000 * two_exponentials((double)(expected - 10) * TICK_MS, 16, 2, 370) <= 20)
            expected++;
        cr_assert_eq(at, expected);
        const float *value = tuft_engine_trace(q.engine, 0)->value;
        double i_at = 7000 * exp(-(double)(at - 10) * TICK_MS / 2);
        for (int64_t t = at; t < 1000; t++) {
            double s = (double)(t - at) * TICK_MS;
            double now = k == 0   ? -200 * exp(-s / 100)
                         : k == 1 ? -50 + 2 * exp(-s / 27)
                                  : -70 + i_at * two_exponentials(s, 16, 2, 370) -
                                        200 * two_exponentials(s, 16, 100, 370);
            cr_assert_float_eq((double)value[t], now, k ? 2e-4 : 1e-2, "%s", variable[k]);
        }
        probe_free(&q);
    }
}

/* K: the dendrite is at rest until 0.5 ms after the spike, charged until 2.5 ms, then free; at any
 * step, also one that does not divide these times. */
Test(naud_sprekeler, back_propagation_is_a_box)
{
    parameters p = passive();
    p.a_ns = 0;
    p.refractory_ms = 100;
    const float weight[] = {40000, 0};
    const int64_t tick = 0;
    const uint32_t cell = 0;
    for (int64_t step = 1; step <= 8; step++) {
        probe q = probe_new(&tuft_naud_sprekeler, &p, 1, step, TICK_MS, weight);
        probe_trace(&q, "dendrite", 1, step);
        OK(tuft_engine_input(q.engine, 1 + SOMA, &tick, &cell, 1, NULL));
        probe_run(&q, 400);
        int64_t at;
        cr_assert_geq(probe_spikes(&q, 0, &at, 1), 1);
        const tuft_trace_record *v = tuft_engine_trace(q.engine, 0);
        double charge = 0, previous = 0; /* pA ms: C (dV + V dt / tau), by the trapezium */
        for (size_t k = 0; k < v->samples; k++) {
            double s = ((double)k * (double)step - (double)at) * TICK_MS;
            double y = (double)v->value[k] + 70, h = (double)step * TICK_MS;
            if (s <= 0.5)
                cr_assert_float_eq(y, 0, 1e-5);
            double full = 2600.0 / 170 * 7;
            double up = s > 0.5 ? full * -expm1(-(fmin(s, 2.5) - 0.5) / 7) : 0;
            double expected = s > 2.5 ? up * exp(-(s - 2.5) / 7) : up;
            int edge = step != 1 && step != 5; /* a box edge lies inside a step: spread over it */
            cr_assert_float_eq(y, expected, edge ? 3 * h : 1e-4, "step %d, %g ms: %g, %g",
                               (int)step, s, y, expected);
            charge += 170 * (y - previous + 0.5 * (y + previous) * h / 7);
            previous = y;
        }
        cr_assert_float_eq(charge, 2600 * 2, 15, "step %d: %g pA ms", (int)step, charge);
        probe_free(&q);
    }
}

/* Rate of n cells that differ in their somatic bias alone. */
enum { CURRENTS = 16 };

static void rates(double apical, size_t *count)
{
    parameters p = tuft_naud_sprekeler_defaults;
    float bias[CURRENTS];
    for (int i = 0; i < CURRENTS; i++)
        bias[i] = (float)(100 * i);
    p.cell_bias_soma_pa = bias;
    p.bias_apical_pa = apical;
    probe q = probe_new(&tuft_naud_sprekeler, &p, CURRENTS, 1, TICK_MS, NULL);
    probe_run(&q, 20000);
    for (uint32_t i = 0; i < CURRENTS; i++)
        count[i] = probe_spikes(&q, i, NULL, 0);
    probe_free(&q);
}

Test(naud_sprekeler, rate_rises_with_somatic_current)
{
    size_t alone[CURRENTS], with[CURRENTS];
    rates(0, alone);
    rates(300, with);
    /* 20 mV x 370 pF / 16 ms = 462.5 pA is the rheobase, less what the dendrite at rest lends. */
    double lent = 1300 / (1 + exp(32.0 / 6));
    for (int i = 0; i < CURRENTS; i++) {
        if (100 * i + lent * 1.2 < 462.5)
            cr_assert_eq(alone[i], 0);
        if (100 * i > 462.5)
            cr_assert_gt(alone[i], 0);
        if (i)
            cr_assert_geq(alone[i], alone[i - 1]);
        cr_assert_geq(with[i], alone[i]);
    }
    cr_assert_gt(with[9], alone[9] + 4);
}

/* Share of the events that are bursts, of cells under random somatic input. */
static double burst_share(double apical)
{
    enum { CELLS = 64, END = 20000 };
    static int64_t tick[CELLS * END];
    static uint32_t cell[CELLS * END];
    size_t n = 0;
    tuft_random random = tuft_random_stream(3, TUFT_RANDOM_TEST, 7);
    for (int64_t t = 0; t < END; t++)
        for (uint32_t i = 0; i < CELLS; i++)
            if (tuft_random_below(&random, 100) < 5) {
                tick[n] = t;
                cell[n++] = i;
            }
    parameters p = tuft_naud_sprekeler_defaults;
    const float weight[] = {180, 0}; /* 500 Hz x 5 ms x 180 pA = 450 pA */
    p.bias_apical_pa = apical;
    probe q = probe_new(&tuft_naud_sprekeler, &p, CELLS, 1, TICK_MS, weight);
    OK(tuft_engine_input(q.engine, 1 + SOMA, tick, cell, n, NULL));
    probe_run(&q, END);
    const int64_t edge[] = {0, END};
    tuft_burst_events events;
    tuft_burst_windows window;
    OK(tuft_burst_events_find(&events, tuft_engine_spikes(q.engine, 0), CELLS, 160, NULL));
    OK(tuft_burst_windows_new(&window, &events, CELLS, edge, 1, TICK_MS, NULL));
    double share = window.burst_probability[0];
    cr_assert_gt(window.events[0], 300);
    tuft_burst_windows_free(&window);
    tuft_burst_events_free(&events);
    probe_free(&q);
    return share;
}

Test(naud_sprekeler, apical_current_makes_bursts)
{
    double share[4];
    for (int k = 0; k < 4; k++)
        share[k] = burst_share(100 * k);
    for (int k = 1; k < 4; k++)
        cr_assert_gt(share[k], share[k - 1], "%g %g %g %g", share[0], share[1], share[2], share[3]);
    cr_assert_gt(share[3], 2 * share[0] + 0.1, "%g %g %g %g", share[0], share[1], share[2],
                 share[3]);
}

/* First order in the step: the error of both membranes under a strong apical current halves with
 * the step, and so does that of the first spike's time. */
Test(naud_sprekeler, smaller_steps_converge)
{
    enum { END = 4096 };
    const double tick_ms = 0.0125;
    const char *const variable[] = {"dendrite", "soma"};
    parameters p = tuft_naud_sprekeler_defaults;
    p.bias_apical_pa = 600;
    p.threshold_mv = 0;
    for (int k = 0; k < 2; k++) {
        double error[5] = {0};
        float fine[END / 32];
        for (int e = 0; e < 6; e++) {
            int64_t step = 1 << e;
            probe q = probe_new(&tuft_naud_sprekeler, &p, 1, step, tick_ms, NULL);
            probe_trace(&q, variable[k], 1, 32);
            probe_run(&q, END);
            const float *v = tuft_engine_trace(q.engine, 0)->value;
            for (int s = 0; s < END / 32; s++)
                if (e == 0)
                    fine[s] = v[s];
                else
                    error[e - 1] += fabs((double)v[s] - (double)fine[s]);
            probe_free(&q);
        }
        /* against step 1 the errors go as 1, 3, 7, 15, 31 */
        for (int e = 1; e < 5; e++) {
            double ratio = error[e] / error[e - 1];
            double first_order = (pow(2, e + 1) - 1) / (pow(2, e) - 1);
            cr_assert(ratio > 0.8 * first_order && ratio < 1.25 * first_order, "%s: ratio %g",
                      variable[k], ratio);
        }
    }
}

Test(naud_sprekeler, bad_parameters_are_refused)
{
    static const float bias[] = {0, NAN};
    struct {
        parameters p;
        const char *says;
    } bad[8];
    for (int k = 0; k < 8; k++)
        bad[k].p = tuft_naud_sprekeler_defaults;
    bad[0].p.tau_soma_ms = 0, bad[0].says = "tau_soma_ms 0";
    bad[1].p.c_dendrite_pf = -170, bad[1].says = "c_dendrite_pf -170";
    bad[2].p.tau_apical_syn_ms = INFINITY, bad[2].says = "tau_apical_syn_ms";
    bad[3].p.bap_delay_ms = -1, bad[3].says = "bap_delay_ms -1";
    bad[4].p.bap_length_ms = 1e12, bad[4].says = "bap_length_ms 1e+12";
    bad[5].p.threshold_mv = -70, bad[5].says = "over e_l_mv -70";
    bad[6].p.cell_bias_apical_pa = bias, bad[6].says = "bias of cell 1";
    bad[7].p.bias_soma_pa = NAN, bad[7].says = "bias_soma_pa";
    for (int k = 0; k < 8; k++)
        probe_refuses(&tuft_naud_sprekeler, &bad[k].p, 1, bad[k].says);
}
