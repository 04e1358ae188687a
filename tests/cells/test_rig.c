/* Protocols on cells with known answers. */
#include "cells/rig.h"

#include "cells/adex.h"
#include "cells/gain.h"
#include "cells/lag_study.h"
#include "cells/lif.h"
#include "cells/multiplex.h"
#include "cells/naud_sprekeler.h"
#include "cells/poisson.h"
#include "cells/sweep.h"
#include "cells/two_point_lif.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

static tuft_rig_settings settings_of(const tuft_cell_model *model, const void *parameters,
                                     uint32_t cells)
{
    return (tuft_rig_settings){.model = model,
                               .parameters = parameters,
                               .cells = cells,
                               .step_ms = 0.1,
                               .seed = 1,
                               .threads = 1,
                               .noise_tau_ms = 2,
                               .weight = {25, 3}};
}

/* ---- sweep and gain -------------------------------------------------------------------------- */

/* A leaky integrate-and-fire cell at a steady input I fires each t_ref + tau ln(I / (I - theta)).
 */
Test(sweep, lif_fires_at_its_closed_form)
{
    enum { POINTS = 12 };
    const double step = 0.01;
    double soma[POINTS];
    tuft_sweep sweep;
    tuft_sweep_settings s = {.rig = settings_of(&tuft_lif_exponential, &tuft_lif_defaults, 0),
                             .soma = soma,
                             .somas = POINTS,
                             .apicals = 1,
                             .repeats = 2,
                             .warm_up_ms = 200,
                             .duration_ms = 2000,
                             .burst_interval_ms = 16};
    s.rig.step_ms = step;
    for (int i = 0; i < POINTS; i++)
        soma[i] = 18 + 3 * i;
    OK(tuft_sweep_run(&sweep, &s, NULL));
    for (uint32_t i = 0; i < POINTS; i++) {
        tuft_sweep_point p = tuft_sweep_at(&sweep, 0, i);
        if (soma[i] <= 20) {
            cr_assert_eq(p.rate_hz.mean, 0);
            cr_assert(isnan(p.burst_probability.mean) && isnan(p.cv));
            continue;
        }
        double period = 2 + 20 * log(soma[i] / (soma[i] - 20));
        const tuft_sweep_cell *cell = &sweep.cell[i * 2];
        cr_assert_float_eq(cell->interval_sum / (double)cell->intervals, period, step + 1e-9,
                           "at %g", soma[i]);
        cr_assert(fabs((double)cell->spikes - s.duration_ms / period) <= 1.01);
        cr_assert_lt(p.cv, 1e-3);
        /* Within the burst interval all spikes are one burst, past it none is. */
        if (period > 17)
            cr_assert_eq(p.burst_probability.mean, 0);
        cr_assert_eq(p.rate_hz.low, p.rate_hz.mean);
    }
    tuft_sweep_free(&sweep);
}

Test(sweep, refuses_what_makes_no_sense)
{
    const double soma[] = {1, 2};
    tuft_error err;
    tuft_sweep sweep;
    tuft_sweep_settings good = {.rig = settings_of(&tuft_adex, &tuft_adex_defaults, 0),
                                .soma = soma,
                                .somas = 2,
                                .apicals = 1,
                                .repeats = 1,
                                .duration_ms = 10,
                                .burst_interval_ms = 16},
                        s = good;
    OK(tuft_sweep_run(&sweep, &good, &err));
    tuft_sweep_free(&sweep);
    s.apical = soma;
    s.apicals = 2;
    cr_assert_eq(tuft_sweep_run(&sweep, &s, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "adex has no apical input"), "%s", err.message);
    cr_assert_null(sweep.cell);
    s = good;
    s.repeats = 0;
    cr_assert_eq(tuft_sweep_run(&sweep, &s, NULL), TUFT_INVALID);
    s = good;
    s.duration_ms = NAN;
    cr_assert_eq(tuft_sweep_run(&sweep, &s, NULL), TUFT_INVALID);
    s = good;
    s.rig.step_ms = 0;
    cr_assert_eq(tuft_sweep_run(&sweep, &s, NULL), TUFT_INVALID);
}

/* Two made curves, 2 and 3 Hz a unit, every cell alike: slopes, ratio and intervals are exact, and
 * points outside the range take no part. */
Test(gain, is_exact_on_lines)
{
    enum { POINTS = 10, CELLS = 4 };
    double soma[POINTS];
    tuft_sweep_cell cell[2 * POINTS * CELLS] = {0};
    tuft_sweep sweep = {POINTS, 2, CELLS, 1000, cell};
    tuft_gain gain[2];
    tuft_gain_settings s = {5, 21, 0, 200, 1};
    for (int i = 0; i < POINTS; i++) {
        soma[i] = i;
        for (int r = 0; r < CELLS; r++) {
            cell[i * CELLS + r].spikes = i < 3 ? 0 : (uint64_t)(2 * i);
            cell[(POINTS + i) * CELLS + r].spikes = (uint64_t)(3 * i);
        }
    }
    OK(tuft_gain_estimate(&sweep, soma, &s, gain, NULL));
    cr_assert_eq(gain[0].points, 7);
    cr_assert_eq(gain[0].from, 3);
    cr_assert_eq(gain[0].to, 9);
    cr_assert_eq(gain[1].points, 6);
    cr_assert_float_eq(gain[0].slope, 2, 1e-12);
    cr_assert_float_eq(gain[1].slope, 3, 1e-12);
    cr_assert_float_eq(gain[1].low, 3, 1e-12);
    cr_assert_float_eq(gain[1].ratio, 1.5, 1e-12);
    cr_assert_float_eq(gain[1].ratio_high, 1.5, 1e-12);
    /* Cells that differ: the interval is that of a bootstrap by hand, about 1.96 standard errors.
     */
    for (int i = 0; i < POINTS; i++)
        for (int r = 0; r < CELLS; r++)
            cell[(POINTS + i) * CELLS + r].spikes += (uint64_t)(r % 2 ? 2 : 0);
    s.resamples = 4000;
    OK(tuft_gain_estimate(&sweep, soma, &s, gain, NULL));
    /* A point's mean has standard error 1 / sqrt(4); the squares of x about its mean add up to 10.
     */
    cr_assert_eq(gain[1].points, 5);
    double half = 1.96 * 0.5 / sqrt(10);
    cr_assert_float_eq(gain[1].high - gain[1].low, 2 * half, 0.1 * half);
    s.rate_from_hz = 100;
    s.rate_to_hz = 200;
    OK(tuft_gain_estimate(&sweep, soma, &s, gain, NULL));
    cr_assert(gain[0].points == 0 && isnan(gain[0].slope) && isnan(gain[1].ratio));
    s.reference = 2;
    cr_assert_eq(tuft_gain_estimate(&sweep, soma, &s, gain, NULL), TUFT_INVALID);
    cr_assert(isnan(tuft_gain_slope(soma, soma, 1)));
}

/* ---- apical input by events ------------------------------------------------------------------ */

/* The mean of the apical potential is what was held, its variance that of shot noise. */
Test(rig, events_make_the_held_mean)
{
    enum { CELLS = 400, SAMPLES = 30 };
    tuft_two_point_lif_parameters p = tuft_two_point_lif_defaults;
    tuft_rig_settings s = settings_of(&tuft_two_point_lif, &p, CELLS);
    tuft_rig *rig;
    double held[CELLS], mean[2] = {0}, square = 0;
    s.weight[TUFT_RIG_APICAL] = 0.5;
    for (int i = 0; i < CELLS; i++)
        held[i] = i % 2 ? 4 : 8;
    OK(tuft_rig_new(&rig, &s, NULL));
    OK(tuft_rig_trace(rig, "apical", NULL));
    OK(tuft_rig_hold(rig, TUFT_RIG_APICAL, held, NULL));
    OK(tuft_rig_run(rig, 150 + 60 * SAMPLES, NULL));
    const tuft_trace_record *trace = tuft_rig_traced(rig);
    const double n = CELLS / 2.0 * SAMPLES;
    for (int k = 0; k < SAMPLES; k++)
        for (int i = 0; i < CELLS; i++) {
            double a = (double)trace->value[(size_t)(1500 + 600 * k) * CELLS + (size_t)i];
            mean[i % 2] += a / n;
            square += i % 2 ? 0 : a * a / n;
        }
    double variance = 8 * 0.5 / 2 * (1 - 8 * (1 - exp(-0.1 / 15)) / 0.5);
    cr_assert_float_eq(mean[1], 4, 0.06);
    cr_assert_float_eq(mean[0], 8, 0.08);
    cr_assert_float_eq(square - mean[0] * mean[0], variance, 0.1 * variance);
    for (int i = 0; i < CELLS; i++)
        held[i] = -1;
    cr_assert_eq(tuft_rig_hold(rig, TUFT_RIG_APICAL, held, NULL), TUFT_INVALID);
    for (int i = 0; i < CELLS; i++)
        held[i] = 1e6;
    cr_assert_eq(tuft_rig_hold(rig, TUFT_RIG_APICAL, held, NULL), TUFT_INVALID);
    tuft_rig_free(rig);
}

/* Noise that is written: a membrane without threshold passes OU noise of time constant s with
 * variance sd^2 s / (s + tau), in steps short beside both. */
Test(rig, written_noise_has_its_variance)
{
    enum { CELLS = 1000 };
    tuft_lif_parameters p = tuft_lif_defaults;
    p.threshold = 1e6;
    tuft_rig_settings s = settings_of(&tuft_lif_exponential, &p, CELLS);
    tuft_rig *rig;
    double square = 0;
    s.noise[TUFT_RIG_SOMA] = 6;
    s.noise_tau_ms = 5;
    OK(tuft_rig_new(&rig, &s, NULL));
    OK(tuft_rig_trace(rig, "membrane", NULL));
    OK(tuft_rig_run(rig, 150, NULL));
    const tuft_trace_record *trace = tuft_rig_traced(rig);
    for (size_t i = 0; i < CELLS; i++) {
        double v = (double)trace->value[(trace->samples - 1) * CELLS + i];
        square += v * v / CELLS;
    }
    double variance = 36 * 5.0 / 25;
    cr_assert_float_eq(square, variance, 4 * variance * sqrt(2.0 / CELLS) + 0.02 * variance);
    tuft_rig_free(rig);
}

Test(rig, refuses_cells_without_inputs)
{
    tuft_error err;
    tuft_rig *rig;
    tuft_poisson_parameters poisson = {0};
    tuft_rig_settings s = settings_of(&tuft_poisson, &poisson, 1);
    cr_assert_eq(tuft_rig_new(&rig, &s, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "poisson has no input"), "%s", err.message);
    s = settings_of(&tuft_two_point_lif, &tuft_two_point_lif_defaults, 1);
    s.noise[TUFT_RIG_APICAL] = 1;
    cr_assert_eq(tuft_rig_new(&rig, &s, &err), TUFT_INVALID);
    cr_assert_null(rig);
    s.noise[TUFT_RIG_APICAL] = 0;
    OK(tuft_rig_new(&rig, &s, NULL));
    cr_assert_eq(tuft_rig_event(rig, TUFT_RIG_SOMA, 1, 5, NULL), TUFT_INVALID);
    OK(tuft_rig_run(rig, 10, NULL));
    cr_assert_eq(tuft_rig_event(rig, TUFT_RIG_SOMA, 0, 5, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_rig_run(rig, NAN, NULL), TUFT_INVALID);
    tuft_rig_free(rig);
}

/* ---- noise of the Naud-Sprekeler cell -------------------------------------------------------- */

/* The same spikes on one thread and on two; other noise with another seed. */
Test(rig, noise_does_not_depend_on_threads)
{
    enum { CELLS = 5000 };
    static double held[CELLS];
    size_t count[3];
    uint64_t sum[3] = {0};
    for (int i = 0; i < CELLS; i++)
        held[i] = 400;
    for (int k = 0; k < 3; k++) {
        tuft_rig *rig;
        tuft_rig_settings s =
            settings_of(&tuft_naud_sprekeler, &tuft_naud_sprekeler_defaults, CELLS);
        s.noise[0] = s.noise[1] = 450;
        s.threads = k == 1 ? 2 : 1;
        s.seed = k == 2 ? 2 : 1;
        OK(tuft_rig_new(&rig, &s, NULL));
        OK(tuft_rig_hold(rig, TUFT_RIG_SOMA, held, NULL));
        OK(tuft_rig_run(rig, 100, NULL));
        const tuft_spike_record *spikes = tuft_rig_spikes(rig);
        count[k] = spikes->count;
        for (size_t i = 0; i < spikes->count; i++)
            sum[k] = 31 * sum[k] + (uint64_t)spikes->tick[i] * CELLS + spikes->cell[i];
        tuft_rig_free(rig);
    }
    cr_assert_gt(count[0], 1000);
    cr_assert(count[0] == count[1] && sum[0] == sum[1]);
    cr_assert_neq(sum[0], sum[2]);
}

/* A passive soma (no dendrite, no threshold in reach) against the closed form, in mV. */
Test(rig, noise_current_has_its_variance)
{
    enum { CELLS = 1000 };
    tuft_naud_sprekeler_parameters p = tuft_naud_sprekeler_defaults;
    p.g_soma_pa = p.g_dendrite_pa = 0;
    p.threshold_mv = 1e6;
    tuft_rig_settings s = settings_of(&tuft_naud_sprekeler, &p, CELLS);
    tuft_rig *rig;
    double square = 0;
    s.noise[TUFT_RIG_SOMA] = 450;
    OK(tuft_rig_new(&rig, &s, NULL));
    OK(tuft_rig_trace(rig, "soma", NULL));
    OK(tuft_rig_run(rig, 120, NULL));
    const tuft_trace_record *trace = tuft_rig_traced(rig);
    for (size_t i = 0; i < CELLS; i++) {
        double v = (double)trace->value[(trace->samples - 1) * CELLS + i] + 70;
        square += v * v / CELLS;
    }
    double sd = 450 * 16 / 370.0, variance = sd * sd * 2 / 18.0;
    cr_assert_float_eq(square, variance, 4 * variance * sqrt(2.0 / CELLS) + 0.05 * variance,
                       "%g, expected %g", square, variance);
    tuft_rig_free(rig);
}

/* ---- pairing --------------------------------------------------------------------------------- */

/* Bursts where the apical event of A0 leads by less than tau_a ln(A0 / bac) or follows by the
 * window at most, and nowhere else (cells/two_point_lif.h). */
Test(pairing, two_point_lif_bursts_inside_its_window)
{
    enum { LAGS = 81 };
    double lag[LAGS];
    tuft_lag_study found;
    tuft_lag_settings s = {.rig = settings_of(&tuft_two_point_lif, &tuft_two_point_lif_defaults, 0),
                           .lag_ms = lag,
                           .lags = LAGS,
                           .repeats = 1,
                           .before_ms = 50,
                           .after_ms = 100,
                           .burst_interval_ms = 16};
    s.rig.weight[TUFT_RIG_APICAL] = 18;
    for (int i = 0; i < LAGS; i++)
        lag[i] = i - 40;
    OK(tuft_lag_study_run(&found, &s, NULL));
    double lead = 15 * log(18 / 12.0);
    for (int i = 0; i < LAGS; i++) {
        int inside = lag[i] > -lead && lag[i] <= 5;
        cr_assert_eq(found.paired[i].burst, inside, "at %g ms", lag[i]);
        cr_assert(inside ? found.paired[i].spikes >= 2 : found.paired[i].spikes == 1);
    }
    cr_assert_eq(found.soma_alone.spikes, 1);
    cr_assert_eq(found.soma_alone.burst, 0);
    cr_assert_eq(found.apical_alone.spikes, 0);
    tuft_lag_study_free(&found);
    lag[0] = 51;
    cr_assert_eq(tuft_lag_study_run(&found, &s, NULL), TUFT_INVALID);
    cr_assert_null(found.paired);
}

/* ---- multiplexing ---------------------------------------------------------------------------- */

Test(multiplex, input_at_known_times)
{
    const tuft_slow_input input = {10, 4, 1000, 0.25};
    cr_assert_float_eq(tuft_slow_input_at(&input, 0), 14, 1e-9);
    cr_assert_float_eq(tuft_slow_input_at(&input, 500), 6, 1e-9);
}

/* Over the published background noise no operating point needs to be sought: means, periods and
 * seeds as they come. Inputs run through whole periods, hence are uncorrelated. */
Test(multiplex, holds_over_means_periods_and_seeds)
{
    static const struct {
        double soma, apical, period;
        uint64_t seed;
    } setting[] = {{300, -200, 700, 1}, {400, -50, 1400, 2}, {500, -270, 1400, 3}};
    for (size_t k = 0; k < sizeof setting / sizeof *setting; k++) {
        double period = setting[k].period;
        tuft_multiplex found;
        tuft_multiplex_settings s = {
            .rig = settings_of(&tuft_naud_sprekeler, &tuft_naud_sprekeler_defaults, 1000),
            .input = {{setting[k].soma, 200, period, 0.1 * (double)k},
                      {setting[k].apical, 200, period * 5 / 7, 0.37 * (double)k}},
            .update_ms = 1,
            .warm_up_ms = 500,
            .duration_ms = 5 * period,
            .window_ms = 50,
            .burst_interval_ms = 16};
        s.rig.seed = setting[k].seed;
        s.rig.noise[0] = s.rig.noise[1] = 450;
        OK(tuft_multiplex_run(&found, &s, NULL));
        cr_assert_float_eq(found.inputs, 0, 1e-6);
        cr_assert(found.event_soma > 0.8 && found.burst_apical > 0.8 &&
                      fabs(found.event_apical) < 0.3 && fabs(found.burst_soma) < 0.3,
                  "%zu: own %.3f %.3f cross %.3f %.3f", k, found.event_soma, found.burst_apical,
                  found.event_apical, found.burst_soma);
        tuft_multiplex_free(&found);
        s.window_ms = 0;
        cr_assert_eq(tuft_multiplex_run(&found, &s, NULL), TUFT_INVALID);
    }
}
