#include "cells/lif_conductance.h"
#include "cells/probe.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

typedef tuft_lif_conductance_parameters parameters;

static double value(const probe *p, size_t sample)
{
    return (double)tuft_engine_trace(p->engine, 0)->value[sample];
}

Test(lif_conductance, leak_and_bias_follow_the_closed_form)
{
    parameters p = tuft_lif_conductance_defaults;
    p.v_initial_mv = -70;
    p.bias_pa = 80; /* towards -52 mV, below threshold */
    for (int64_t step = 1; step <= 10; step += 9) {
        probe q = probe_new(&tuft_lif_conductance, &p, 1, step, 0.1, NULL);
        probe_trace(&q, "membrane", 1, 10);
        probe_run(&q, 1001);
        for (size_t ms = 0; ms <= 100; ms++)
            cr_assert_float_eq(value(&q, ms), -52 - 18 * exp(-(double)ms / 20), 3e-4);
        probe_free(&q);
    }
}

/* The equation by the classical Runge-Kutta method with a step of 1 us. */
static double reference(const parameters *p, double g_e, double g_i, double ms)
{
    double v = p->v_initial_mv, h = 1e-3;
    for (long n = 0; n < lround(ms / h); n++) {
        double k[4], t[4] = {0, h / 2, h / 2, h};
        for (int s = 0; s < 4; s++) {
            double at = (double)n * h + t[s], x = s ? v + t[s] * k[s - 1] : v;
            k[s] = (p->g_l_ns * (p->e_l_mv - x) +
                    g_e * exp(-at / p->tau_excitatory_ms) * (p->e_excitatory_mv - x) +
                    g_i * exp(-at / p->tau_inhibitory_ms) * (p->e_inhibitory_mv - x) + p->bias_pa) /
                   p->c_pf;
        }
        v += h / 6 * (k[0] + 2 * k[1] + 2 * k[2] + k[3]);
    }
    return v;
}

/* One excitatory and one inhibitory spike at rest; V after 8 ms, by steps of the given ticks of
 * 0.05 ms. */
static double after_spikes(const parameters *p, int64_t step)
{
    const float weight[] = {30, 67};
    const double jump[] = {30, 67};
    probe q = probe_new(&tuft_lif_conductance, p, 1, step, 0.05, weight);
    OK(tuft_engine_write(q.engine, 0, "excitatory", NULL, &jump[0], 1, NULL));
    OK(tuft_engine_write(q.engine, 0, "inhibitory", NULL, &jump[1], 1, NULL));
    probe_trace(&q, "membrane", 1, 160);
    probe_run(&q, 161);
    double v = value(&q, 1);
    probe_free(&q);
    return v;
}

Test(lif_conductance, integrator_is_of_second_order)
{
    parameters p = tuft_lif_conductance_defaults;
    p.v_threshold_mv = 0;
    double exact = reference(&p, 30, 67, 8);
    double coarse = fabs(after_spikes(&p, 32) - exact), fine = fabs(after_spikes(&p, 16) - exact),
           finer = fabs(after_spikes(&p, 8) - exact);
    cr_assert_gt(coarse, 1e-2); /* the test sees the error, not rounding */
    cr_assert(coarse / fine > 3.4 && coarse / fine < 5.5, "%g / %g", coarse, fine);
    cr_assert(fine / finer > 3.4 && fine / finer < 5.5, "%g / %g", fine, finer);
    cr_assert_lt(fabs(after_spikes(&p, 2) - exact), 2e-3); /* 0.1 ms */
}

Test(lif_conductance, conductances_jump_and_decay)
{
    parameters p = tuft_lif_conductance_defaults;
    const float weight[] = {6, 67};
    const char *const name[] = {"excitatory", "inhibitory"};
    const double tau[] = {5, 10};
    const int64_t tick[] = {99};
    const uint32_t cell[] = {0};
    for (int port = 0; port < 2; port++) {
        probe q = probe_new(&tuft_lif_conductance, &p, 1, 1, 0.1, weight);
        probe_trace(&q, name[port], 1, 50);
        OK(tuft_engine_input(q.engine, 1 + (uint32_t)port, tick, cell, 1, NULL));
        probe_run(&q, 401);
        for (size_t s = 0; s <= 8; s++)
            cr_assert_float_eq(
                value(&q, s),
                s < 2 ? 0 : (double)weight[port] * exp(-5 * ((double)s - 2) / tau[port]), 1e-4);
        probe_free(&q);
    }
}

Test(lif_conductance, however_strong_the_input_v_stays_between_the_reversal_potentials)
{
    parameters p = tuft_lif_conductance_defaults;
    p.v_threshold_mv = 10;
    for (int64_t step = 1; step <= 100; step *= 10)
        for (int port = 0; port < 2; port++) {
            const double strong = 1e6;
            probe q = probe_new(&tuft_lif_conductance, &p, 1, step, 0.1, NULL);
            OK(tuft_engine_write(q.engine, 0, port ? "inhibitory" : "excitatory", NULL, &strong, 1,
                                 NULL));
            probe_trace(&q, "membrane", 1, step);
            probe_run(&q, 3 * step + 1);
            for (size_t s = 0; s <= 3; s++)
                cr_assert(value(&q, s) <= 1e-3 && value(&q, s) >= -80 - 1e-3);
            cr_assert_float_eq(value(&q, 1), port ? -80 : 0, 0.05);
            probe_free(&q);
        }
}

/* Constant drive: intervals are refractory period + tau ln((V_inf - reset)/(V_inf - threshold)). */
Test(lif_conductance, fires_as_the_closed_form_says_and_rests_in_between)
{
    parameters p = tuft_lif_conductance_defaults;
    p.bias_pa = 250; /* to -35 mV */
    int64_t tick[64];
    probe q = probe_new(&tuft_lif_conductance, &p, 1, 1, 0.01, NULL);
    probe_trace(&q, "membrane", 1, 1);
    probe_run(&q, 50000);
    size_t n = probe_spikes(&q, 0, tick, 64);
    double interval = 5 + 20 * log(25. / 15.);
    cr_assert_eq(n, (size_t)((500 - (interval - 5)) / interval) + 1);
    for (size_t s = 1; s < n; s++)
        cr_assert_float_eq((double)(tick[s] - tick[s - 1]) * 0.01, interval, 0.021);
    for (int64_t t = tick[0]; t <= tick[0] + 500; t++)
        cr_assert_eq(value(&q, (size_t)t), -60);
    cr_assert_gt(value(&q, (size_t)tick[0] + 501), -60);
    probe_free(&q);
}

Test(lif_conductance, cells_have_their_own_bias)
{
    static float bias[3000];
    for (int i = 0; i < 3000; i++)
        bias[i] = (float)(i % 5) * 20;
    parameters p = tuft_lif_conductance_defaults;
    p.cell_bias_pa = bias;
    probe q = probe_new(&tuft_lif_conductance, &p, 3000, 1, 0.1, NULL);
    const uint32_t cell = 7;
    const double changed = 10, wrong[] = {NAN, -1};
    OK(tuft_engine_write(q.engine, 0, "bias", &cell, &changed, 1, NULL));
    cr_assert_eq(tuft_engine_write(q.engine, 0, "bias", &cell, &wrong[0], 1, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_engine_write(q.engine, 0, "excitatory", &cell, &wrong[1], 1, NULL),
                 TUFT_INVALID);
    probe_trace(&q, "membrane", 3000, 4000);
    probe_run(&q, 4001);
    for (size_t i = 0; i < 3000; i++)
        cr_assert_float_eq(value(&q, 3000 + i), -60 + (i == 7 ? 1 : (double)bias[i] / 10), 1e-3);
    probe_free(&q);
}

Test(lif_conductance, parameters_that_make_no_sense_are_refused)
{
    const struct {
        size_t offset;
        double value;
        const char *says;
    } wrong[] = {{offsetof(parameters, c_pf), 0, "c_pf"},
                 {offsetof(parameters, g_l_ns), -1, "g_l_ns"},
                 {offsetof(parameters, tau_excitatory_ms), NAN, "tau_excitatory_ms"},
                 {offsetof(parameters, tau_inhibitory_ms), 0, "tau_inhibitory_ms"},
                 {offsetof(parameters, e_inhibitory_mv), INFINITY, "e_inhibitory_mv"},
                 {offsetof(parameters, v_initial_mv), NAN, "v_initial_mv"},
                 {offsetof(parameters, v_reset_mv), 0, "v_reset_mv"},
                 {offsetof(parameters, refractory_ms), -1, "refractory_ms"},
                 {offsetof(parameters, refractory_ms), 1e9, "refractory_ms"},
                 {offsetof(parameters, bias_pa), NAN, "bias_pa"}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        parameters p = tuft_lif_conductance_defaults;
        memcpy((char *)&p + wrong[k].offset, &wrong[k].value, sizeof(double));
        probe_refuses(&tuft_lif_conductance, &p, 1, wrong[k].says);
    }
}
