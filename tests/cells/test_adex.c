#include "cells/adex.h"

#include "cells/lif.h"
#include "cells/probe.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

typedef tuft_adex_parameters parameters;
static const double TICK_MS = 0.1;

/* Naud, Marcille, Clopath & Gerstner 2008, Biol. Cybern. 99:335, table 1. */
static parameters pattern(double c, double g, double e_l, double a, double tau_w, double b,
                          double v_reset, double current)
{
    parameters p = tuft_adex_defaults;
    p.c_pf = c;
    p.g_l_ns = g;
    p.e_l_mv = e_l;
    p.v_t_mv = -50;
    p.delta_t_mv = 2;
    p.a_ns = a;
    p.tau_w_ms = tau_w;
    p.b_pa = b;
    p.v_reset_mv = v_reset;
    p.v_cut_mv = 0;
    p.bias_pa = current;
    return p;
}

enum { LIMIT = 256 };

/* Intervals (ms) of a second under constant current, by steps of 0.01 ms; the first entry is the
 * latency. */
static size_t intervals(const parameters *p, double *interval)
{
    int64_t tick[LIMIT];
    probe q = probe_new(&tuft_adex, p, 1, 1, 0.01, NULL);
    probe_run(&q, 100000);
    size_t n = probe_spikes(&q, 0, tick, LIMIT);
    probe_free(&q);
    cr_assert_leq(n, LIMIT);
    for (size_t s = 0; s < n; s++)
        interval[s] = (double)(tick[s] - (s ? tick[s - 1] : 0)) * 0.01;
    return n;
}

Test(adex, tonic_spiking_is_regular)
{
    double interval[LIMIT];
    parameters p = pattern(200, 10, -70, 2, 30, 0, -58, 500);
    size_t n = intervals(&p, interval);
    cr_assert_gt(n, 20);
    for (size_t s = 16; s < n; s++) /* five tau_w are over */
        cr_assert_float_eq(interval[s], interval[15], 0.03);
    cr_assert_float_eq(interval[1], interval[15], 0.1 * interval[15]);
}

Test(adex, adaptation_lengthens_the_intervals)
{
    double interval[LIMIT];
    parameters p = pattern(200, 12, -70, 2, 300, 60, -58, 500);
    size_t n = intervals(&p, interval);
    cr_assert_gt(n, 6);
    for (size_t s = 2; s < n; s++)
        cr_assert_gt(interval[s], interval[s - 1] - 0.03);
    cr_assert_gt(interval[n - 1], 2 * interval[1]);
}

Test(adex, initial_burst_then_regular)
{
    double interval[LIMIT];
    parameters p = pattern(130, 18, -58, 4, 150, 120, -50, 400);
    size_t n = intervals(&p, interval);
    cr_assert_gt(n, 5);
    cr_assert_gt(interval[n - 1], 4 * interval[1]);
    cr_assert_float_eq(interval[n - 1], interval[n - 2], 0.5);
}

/* Short intervals and long ones, over and over. */
Test(adex, regular_bursting)
{
    double interval[LIMIT], shortest = INFINITY, longest = 0;
    parameters p = pattern(200, 10, -58, 2, 120, 100, -46, 210);
    size_t n = intervals(&p, interval), longs = 0;
    for (size_t s = 1; s < n; s++) {
        shortest = fmin(shortest, interval[s]);
        longest = fmax(longest, interval[s]);
    }
    cr_assert_gt(longest, 4 * shortest);
    for (size_t s = 1; s < n; s++) {
        int long_one = interval[s] > 0.5 * longest;
        longs += (size_t)long_one;
        cr_assert(long_one || interval[s] < 0.4 * longest, "neither: %g ms", interval[s]);
    }
    cr_assert_gt(longs, 3);
    cr_assert_gt(n, 2 * longs);
}

Test(adex, delayed_accelerating)
{
    double interval[LIMIT];
    parameters p = pattern(200, 12, -70, -10, 300, 0, -58, 300);
    size_t n = intervals(&p, interval);
    cr_assert_gt(n, 5);
    cr_assert_gt(interval[0], interval[1]);
    for (size_t s = 2; s < n; s++)
        cr_assert_lt(interval[s], interval[s - 1] + 0.03);
    cr_assert_lt(interval[n - 1], 0.8 * interval[1]);
}

Test(adex, transient_spiking_falls_silent)
{
    double interval[LIMIT], last = 0;
    parameters p = pattern(100, 10, -65, 10, 90, 100, -47, 180);
    size_t n = intervals(&p, interval);
    cr_assert_geq(n, 1);
    for (size_t s = 0; s < n; s++)
        last += interval[s];
    cr_assert_lt(last, 200);
}

/* A current that rises slowly fires first at the bifurcation (Naud et al. 2008, eqs. 5-6): a saddle
 * and a node meet when a/g_L < tau_m/tau_w, else the rest loses its stability (Hopf). */
Test(adex, rheobase_follows_the_closed_form)
{
    const double a[] = {0, 1, -3, 4, 10};
    for (int k = 0; k < 5; k++) {
        enum { RISES = 1200, EVERY = 250 };
        static int64_t tick[RISES];
        static uint32_t cell[RISES];
        parameters p = tuft_adex_defaults;
        p.a_ns = a[k];
        p.b_pa = 0;
        double tau_m = p.c_pf / p.g_l_ns, ratio = tau_m / p.tau_w_ms, own = a[k] / p.g_l_ns;
        double span = p.v_t_mv - p.e_l_mv - p.delta_t_mv;
        double expected = own < ratio ? (p.g_l_ns + a[k]) * (span + p.delta_t_mv * log1p(own))
                                      : (p.g_l_ns + a[k]) * (span + p.delta_t_mv * log1p(ratio)) +
                                            p.delta_t_mv * p.g_l_ns * (own - ratio);
        p.bias_pa = 0.6 * expected;
        p.tau_excitatory_ms = 1e9; /* what arrives stays */
        const float weight[] = {(float)(0.6 * expected / RISES), 0};
        for (int r = 0; r < RISES; r++)
            tick[r] = 2000 + r * EVERY;
        probe q = probe_new(&tuft_adex, &p, 1, 1, TICK_MS, weight);
        OK(tuft_engine_input(q.engine, 1, tick, cell, RISES, NULL));
        probe_run(&q, 2000 + RISES * EVERY);
        int64_t first = 0;
        cr_assert_gt(probe_spikes(&q, 0, &first, 1), 0);
        double at = 0.6 * expected * (1 + (double)(first - 2000) / EVERY / RISES);
        cr_assert(at > 0.999 * expected && at < 1.02 * expected, "a %g: %g pA, expected %g", a[k],
                  at, expected);
        probe_free(&q);
    }
}

/* D_T = 0, a = b = 0: the leaky integrate-and-fire cell, spike for spike; and a small D_T is near.
 */
Test(adex, sharp_threshold_is_lif)
{
    enum { CELLS = 200, END = 10000 };
    static int64_t tick[CELLS * END / 20];
    static uint32_t cell[CELLS * END / 20];
    size_t n = 0, differ = 0, total = 0, near[3] = {0};
    tuft_random random = tuft_random_stream(23, TUFT_RANDOM_TEST, 1);
    for (int64_t t = 0; t < END; t++)
        for (uint32_t i = 0; i < CELLS; i++)
            if (tuft_random_below(&random, 40) == 0 && n < CELLS * END / 20) {
                tick[n] = t;
                cell[n++] = i;
            }
    parameters p = tuft_adex_defaults;
    p.a_ns = p.b_pa = p.delta_t_mv = 0;
    p.refractory_ms = 2;
    p.bias_pa = 300;
    tuft_lif_parameters q = tuft_lif_defaults;
    q.tau_m_ms = 281.0 / 30;
    q.threshold = 20.2;
    q.bias = 10;
    const float weight[] = {300, 0}, weight_mv[] = {10, 0};
    probe one = probe_new(&tuft_adex, &p, CELLS, 1, TICK_MS, weight);
    probe two = probe_new(&tuft_lif_exponential, &q, CELLS, 1, TICK_MS, weight_mv);
    OK(tuft_engine_input(one.engine, 1, tick, cell, n, NULL));
    OK(tuft_engine_input(two.engine, 1, tick, cell, n, NULL));
    probe_run(&one, END);
    probe_run(&two, END);
    for (uint32_t i = 0; i < CELLS; i++) {
        int64_t a[LIMIT], b[LIMIT];
        size_t m = probe_spikes(&one, i, a, LIMIT);
        int same = m == probe_spikes(&two, i, b, LIMIT);
        for (size_t s = 0; same && s < m && s < LIMIT; s++)
            same = a[s] == b[s];
        total += m;
        differ += (size_t)!same;
    }
    cr_assert_gt(total, 10 * CELLS);
    cr_assert_leq(differ, 2, "%zu cells differ, %zu spikes", differ, total); /* ties */
    /* the effective threshold lies some D_T over V_T */
    const double delta_t[] = {0.2, 0.05, 0.0125};
    for (int k = 0; k < 3; k++) {
        p.delta_t_mv = delta_t[k];
        probe three = probe_new(&tuft_adex, &p, CELLS, 1, TICK_MS, weight);
        OK(tuft_engine_input(three.engine, 1, tick, cell, n, NULL));
        probe_run(&three, END);
        near[k] = tuft_engine_spikes(three.engine, 0)->count;
        cr_assert(near[k] < total && (!k || near[k] > near[k - 1]), "%zu of %zu", near[k], total);
        probe_free(&three);
    }
    cr_assert_float_eq((double)near[2] / (double)total, 1, 0.02, "%zu of %zu", near[2], total);
    probe_free(&one);
    probe_free(&two);
}

/* First order: the time of the fifth spike comes to that of the finest step. */
Test(adex, smaller_steps_converge)
{
    enum { STEPS = 5, BIASES = 40 };
    const int64_t step[STEPS] = {1, 4, 16, 64, 256};
    static int64_t fifth[STEPS][BIASES];
    double error[STEPS] = {0};
    float bias[BIASES];
    parameters p = tuft_adex_defaults;
    for (int i = 0; i < BIASES; i++)
        bias[i] = (float)(800 + 20 * i);
    p.cell_bias_pa = bias;
    for (int k = 0; k < STEPS; k++) {
        probe q = probe_new(&tuft_adex, &p, BIASES, step[k], 0.001, NULL);
        probe_run(&q, 400000);
        for (uint32_t i = 0; i < BIASES; i++) {
            int64_t tick[5];
            cr_assert_geq(probe_spikes(&q, i, tick, 5), 5);
            fifth[k][i] = tick[4];
        }
        probe_free(&q);
        for (int i = 0; i < BIASES; i++)
            error[k] += fabs((double)(fifth[k][i] - fifth[0][i]));
    }
    for (int k = 2; k < STEPS; k++) {
        double ratio = error[k] / error[k - 1];
        cr_assert(ratio > 2.5 && ratio < 6.5, "step %d: ratio %g", (int)step[k], ratio);
    }
}

Test(adex, bad_parameters_are_refused)
{
    static const float bias[] = {0, NAN};
    struct {
        parameters p;
        const char *says;
    } bad[8];
    for (int k = 0; k < 8; k++)
        bad[k].p = tuft_adex_defaults;
    bad[0].p.c_pf = 0, bad[0].says = "c_pf 0";
    bad[1].p.tau_w_ms = -1, bad[1].says = "tau_w_ms -1";
    bad[2].p.delta_t_mv = -2, bad[2].says = "delta_t_mv -2";
    bad[3].p.v_reset_mv = 20, bad[3].says = "v_reset_mv 20";
    bad[4].p.v_cut_mv = -60, bad[4].says = "v_cut_mv -60";
    bad[5].p.refractory_ms = NAN, bad[5].says = "refractory_ms";
    bad[6].p.bias_pa = INFINITY, bad[6].says = "bias_pa inf";
    bad[7].p.cell_bias_pa = bias, bad[7].says = "bias of cell 1";
    for (int k = 0; k < 8; k++)
        probe_refuses(&tuft_adex, &bad[k].p, 1, bad[k].says);
}
