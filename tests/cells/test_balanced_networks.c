/* What the balanced networks are known to do. */
#include "cells/balanced.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define OK(call)                                                                                   \
    do {                                                                                           \
        tuft_error err;                                                                            \
        cr_assert_eq((call), TUFT_OK, "%s", err.message);                                          \
    } while (0)

/* Brette et al. 2007: activity that sustains itself, irregular. Auryn 0.8.3 fires 17 spikes a
 * second and cell on it (1.38 M in 20 s: docs/performance.md). More irregular than a Poisson
 * process, for it is bursty (Vogels & Abbott 2005). */
Test(balanced, coba_sustains_irregular_activity)
{
    balanced net;
    OK(balanced_coba(&net, 1, 1, &err));
    OK(balanced_record(&net, &err));
    OK(tuft_engine_run(net.engine, 15000, &err));
    double rate = balanced_rate(&net, 2000, 15000), cv = balanced_cv(&net, 2000);
    cr_assert(rate > 12 && rate < 28, "%g Hz", rate);
    cr_assert(cv > 0.9, "CV %g", cv);
    /* It goes on: no tenth of a second is silent or an avalanche. */
    for (int64_t t = 2000; t < 15000; t += 1000) {
        double part = balanced_rate(&net, t, t + 1000);
        cr_assert(part > 5 && part < 50, "%g Hz from tick %lld", part, (long long)t);
    }
    balanced_free(&net);
}

/* The same paper, benchmark 2: lower rates; Auryn: 6.3 a second (0.50 M in 20 s). */
Test(balanced, cuba_fires_irregularly)
{
    balanced net;
    OK(balanced_cuba(&net, 1, 1, &err));
    OK(balanced_record(&net, &err));
    OK(tuft_engine_run(net.engine, 20000, &err));
    double rate = balanced_rate(&net, 2000, 20000), cv = balanced_cv(&net, 2000);
    cr_assert(rate > 4 && rate < 9, "%g Hz", rate);
    cr_assert(cv > 0.5 && cv < 1.5, "CV %g", cv);
    balanced_free(&net);
}

/* Rate of a cell (1/s) under white noise of mean mu and deviation sigma: Brunel 2000, eq. 21 (the
 * mean first passage time), in the units of balanced_brunel(). */
static double passage_rate(double mu, double sigma)
{
    enum { STEPS = 20000 };
    double from = (10 - mu) / sigma, to = (20 - mu) / sigma, h = (to - from) / STEPS, sum = 0;
    for (int k = 0; k < STEPS; k++) {
        double u = from + (k + 0.5) * h;
        sum += exp(u * u) * erfc(-u) * h;
    }
    return 1 / (0.002 + 0.020 * sqrt(M_PI) * sum);
}

/* The rate that is its own cause: Brunel 2000, eqs. 4, 5 and 22. */
static double stationary_rate(double g, double eta)
{
    const double j = 0.1, c = 1000, tau = 0.020, gamma = 0.25, outside = eta * 20 / (j * c * tau);
    double low = 0, high = 500;
    for (int k = 0; k < 60; k++) {
        double rate = (low + high) / 2;
        double mu = c * j * tau * (outside + rate * (1 - g * gamma));
        double sigma = j * sqrt(c * tau * (outside + rate * (1 + g * g * gamma)));
        *(passage_rate(mu, sigma) > rate ? &low : &high) = rate;
    }
    return low;
}

/* Asynchronous irregular states, inhibition dominating: the mean-field rate, which at g = 5 and an
 * external rate twice that of threshold (Brunel 2000, fig. 8 C) is 38 Hz. */
Test(balanced, brunel_fires_at_the_rate_of_the_theory)
{
    cr_assert_float_eq(stationary_rate(5, 2), 38, 1.5);
    for (double g = 5; g <= 8; g += 3) {
        balanced net;
        int64_t end = g > 5 ? 2000 : 3000;
        OK(balanced_brunel(&net, g, 2, 1, 1, &err));
        OK(balanced_record(&net, &err));
        OK(tuft_engine_run(net.engine, end, &err));
        double rate = balanced_rate(&net, 1000, end), theory = stationary_rate(g, 2);
        cr_assert_float_eq(rate, theory, 0.06 * theory, "g %g: %g Hz, theory %g Hz", g, rate,
                           theory);
        cr_assert(balanced_cv(&net, 500) > 0.25);
        /* Asynchronous: the share of cells that fire in a millisecond varies little. */
        double mean = 0, square = 0, n = 0;
        for (int64_t t = 1000; t < end; t += 10, n++) {
            double part = balanced_rate(&net, t, t + 10);
            mean += part;
            square += part * part;
        }
        mean /= n;
        cr_assert_lt(sqrt(square / n - mean * mean) / mean, 0.6);
        balanced_free(&net);
    }
}

/* The same spikes from one thread and from three. */
Test(balanced, threads_do_not_change_a_spike)
{
    balanced net[2];
    for (int kind = 0; kind < 2; kind++) {
        for (int k = 0; k < 2; k++) {
            int threads = k ? 3 : 1;
            if (kind == 0)
                OK(balanced_coba(&net[k], 3, threads, &err));
            else
                OK(balanced_reservoir(&net[k], 0.2, 3, threads, &err));
            OK(balanced_record(&net[k], &err));
            OK(tuft_engine_run(net[k].engine, 2000, &err));
        }
        for (uint32_t q = 0; q < net[0].populations; q++) {
            const tuft_spike_record *a = tuft_engine_spikes(net[0].engine, q),
                                    *b = tuft_engine_spikes(net[1].engine, q);
            cr_assert_gt(a->count, 100);
            cr_assert_eq(a->count, b->count);
            cr_assert_eq(memcmp(a->tick, b->tick, a->count * sizeof *a->tick), 0);
            cr_assert_eq(memcmp(a->cell, b->cell, a->count * sizeof *a->cell), 0);
        }
        balanced_free(&net[0]);
        balanced_free(&net[1]);
    }
}
