#include "cells/context.h"

#include "cells/probe.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

typedef tuft_context_parameters parameters;
enum { SOMA, PROXIMAL, DISTAL, UNIVERSAL, FEEDBACK, PORTS };
static const double TICK_MS = 0.1;

static double relu6(double x)
{
    return fmin(fmax(x, 0), 6);
}

static double clip(double x)
{
    return fmin(fmax(x, -10), 10);
}

static double expected_transfer(tuft_transfer transfer, double r, double c)
{
    switch (transfer) {
    case TUFT_TRANSFER_POINT:
        return relu6(r);
    case TUFT_TRANSFER_TM1:
        return r / 2 * (1 + exp(clip(r * c)));
    case TUFT_TRANSFER_TM2:
        return r + r * c;
    case TUFT_TRANSFER_TM3:
        return r * (1 + tanh(r * c));
    case TUFT_TRANSFER_TM4:
        return r * pow(2, clip(r * c * log(2)) / log(2));
    default:
        return relu6(r * r + 2 * r + c * (1 + fabs(r)));
    }
}

Test(transfer, functions_follow_their_formulas)
{
    for (int k = 0; k < TUFT_TRANSFERS; k++)
        for (int a = -50; a <= 50; a++)
            for (int b = -50; b <= 50; b++) {
                float r = (float)a * 0.1f, c = (float)b * 0.1f, y;
                tuft_transfer_apply((tuft_transfer)k, &r, &c, &y, 1);
                double expected = expected_transfer((tuft_transfer)k, (double)r, (double)c);
                cr_assert_lt(fabs((double)y - expected), 1e-4 + 2e-6 * fabs(expected),
                             "%s(%g, %g): %g, expected %g", tuft_transfer_name((tuft_transfer)k),
                             (double)r, (double)c, (double)y, expected);
            }
    cr_assert_str_eq(tuft_transfer_name(TUFT_TRANSFER_COOPERATION), "cooperation");
    cr_assert_null(tuft_transfer_name(TUFT_TRANSFERS));
}

/* Constant R and C give the interval of the LIF cell driven by f(R, C). */
Test(context, intervals_follow_the_transfer_function)
{
    enum { CELLS = 7 };
    const float context[CELLS] = {-30, -10, -3, 0, 3, 10, 30};
    for (int k = 0; k < TUFT_TRANSFERS; k++) {
        parameters p = tuft_context_defaults;
        size_t previous = 0;
        p.transfer = (tuft_transfer)k;
        p.bias_soma = 26;
        p.cell_bias_context = context;
        probe q = probe_new(&tuft_context, &p, CELLS, 1, TICK_MS, NULL);
        probe_run(&q, 10000);
        for (uint32_t i = 0; i < CELLS; i++) {
            int64_t spike[3];
            size_t n = probe_spikes(&q, i, spike, 3);
            double drive = 20 * expected_transfer(p.transfer, 1.3, (double)context[i] / 20);
            double interval = (2 + 20 * log(drive / (drive - 20))) / TICK_MS;
            if (drive <= 20) {
                cr_assert_eq(n, 0);
            } else {
                cr_assert_geq(n, 3);
                double found = (double)(spike[2] - spike[1]);
                cr_assert(found > interval - 0.05 && found < interval + 1.05, "%s cell %u: %g, %g",
                          tuft_transfer_name(p.transfer), i, found, interval);
            }
            cr_assert_geq(n, previous); /* agreement amplifies */
            cr_assert(k != TUFT_TRANSFER_POINT || !i || n == previous);
            previous = n;
        }
        probe_free(&q);
    }
}

/* Each port ends where it should: soma in R, three in C, feedback apart. */
Test(context, ports_have_their_places)
{
    const char *const variable[] = {"receptive", "context", "feedback"};
    const double tau[] = {5, 20, 20}, scale[] = {20, 20, 1};
    const int place[PORTS] = {0, 1, 1, 1, 2};
    const int64_t tick = 9;
    const uint32_t cell = 0;
    for (int port = 0; port < PORTS; port++)
        for (int k = 0; k < 3; k++) {
            float weight[PORTS] = {0};
            weight[port] = 4;
            probe q = probe_new(&tuft_context, &tuft_context_defaults, 1, 1, TICK_MS, weight);
            probe_trace(&q, variable[k], 1, 1);
            OK(tuft_engine_input(q.engine, 1 + (uint32_t)port, &tick, &cell, 1, NULL));
            probe_run(&q, 300);
            const float *value = tuft_engine_trace(q.engine, 0)->value;
            for (int t = 0; t < 300; t++) {
                double expected = place[port] == k && t >= 10
                                      ? 4 / scale[k] * exp(-(t - 10) * TICK_MS / tau[k])
                                      : 0;
                cr_assert_float_eq((double)value[t], expected, 1e-5, "port %d in %s", port,
                                   variable[k]);
            }
            probe_free(&q);
        }
}

/* The same spike is a single without feedback and the first of a burst with it. */
Test(context, feedback_makes_a_burst)
{
    const int64_t soma = 99, feedback = 60;
    const uint32_t cell = 0;
    for (int k = 0; k < 3; k++) {
        const float weight[PORTS] = {150, 0, 0, 0, k == 0 ? 0 : k == 1 ? 10 : 20};
        parameters p = tuft_context_defaults;
        int64_t spike[8];
        probe q = probe_new(&tuft_context, &p, 1, 1, TICK_MS, weight);
        OK(tuft_engine_input(q.engine, 1 + SOMA, &soma, &cell, 1, NULL));
        OK(tuft_engine_input(q.engine, 1 + FEEDBACK, &feedback, &cell, 1, NULL));
        probe_run(&q, 3000);
        size_t n = probe_spikes(&q, 0, spike, 8);
        cr_assert_eq(n, k == 2 ? 3 : 1, "%zu spikes", n);
        for (size_t s = 1; s < n; s++)
            cr_assert_eq(spike[s] - spike[s - 1], 80);
        probe_free(&q);
    }
}

Test(context, bad_parameters_are_refused)
{
    static const float bias[] = {0, NAN};
    struct {
        parameters p;
        const char *says;
    } bad[8];
    for (int k = 0; k < 8; k++)
        bad[k].p = tuft_context_defaults;
    bad[0].p.tau_m_ms = 0, bad[0].says = "tau_m_ms 0";
    bad[1].p.scale_context = -1, bad[1].says = "scale_context -1";
    bad[2].p.transfer = TUFT_TRANSFERS, bad[2].says = "transfer 6";
    bad[3].p.v_reset = 20, bad[3].says = "v_reset 20";
    bad[4].p.burst_spikes = 0, bad[4].says = "burst_spikes 0";
    bad[5].p.refractory_ms = -1, bad[5].says = "refractory_ms -1";
    bad[6].p.feedback_threshold = NAN, bad[6].says = "feedback_threshold";
    bad[7].p.cell_bias_context = bias, bad[7].says = "bias of cell 1";
    for (int k = 0; k < 8; k++)
        probe_refuses(&tuft_context, &bad[k].p, 1, bad[k].says);
}
