#include "datasets/neural.h"

#include "lsm/features.h"
#include "lsm/ridge.h"

#include <cblas.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

/* Nothing but a constant rate. */
static tuft_neural_parameters flat(void)
{
    tuft_neural_parameters p = tuft_neural_defaults();
    p.tuned = p.baseline_spread = p.gain_sd = p.shared_gain_sd = p.session_gain_sd = 0;
    p.electrodes = 50;
    p.baseline_hz = 40;
    return p;
}

/* Mean and variance of an electrode's count in a trial, over trials and electrodes. */
static void count(const tuft_neural_parameters *p, size_t trials, double *mean, double *variance)
{
    double sum = 0, squares = 0;
    const double n = (double)trials * p->electrodes;
    for (size_t k = 0; k < trials; k++) {
        tuft_events events;
        double *of = calloc(p->electrodes, sizeof *of);
        OK(tuft_neural_trial(p, 3, 0, 11, k, &events, NULL));
        for (size_t i = 0; i < events.count; i++)
            of[events.channel[i]]++;
        for (uint32_t u = 0; u < p->electrodes; u++) {
            sum += of[u];
            squares += of[u] * of[u];
        }
        free(of);
        tuft_events_free(&events);
    }
    *mean = sum / n;
    *variance = squares / n - *mean * *mean;
}

/* Poisson: mean and variance r T. */
Test(neural, flat_rates_are_poisson)
{
    tuft_neural_parameters p = flat();
    double mean, variance;
    p.dead_ms = 0;
    count(&p, 100, &mean, &variance);
    cr_assert_float_eq(mean, 60, 0.5); /* sd of the mean of 5000: 0.11 */
    cr_assert_float_eq(variance, 60, 6);
}

/* Dead time d: mean T r / (1 + r d), Fano factor about 1 / (1 + r d)^2 (Cox 1962). */
Test(neural, dead_time_thins_and_regulates)
{
    tuft_neural_parameters p = flat();
    double mean, variance;
    p.dead_ms = 10;
    count(&p, 100, &mean, &variance);
    cr_assert_float_eq(mean, 60 / 1.4, 0.5);
    cr_assert_float_eq(variance / mean, 1 / (1.4 * 1.4), 0.06);
}

/* Goris et al. 2014: var = mean + sd^2 mean^2, where the gain's variance is exp(s^2) - 1. */
Test(neural, gains_make_counts_vary)
{
    tuft_neural_parameters p = flat();
    double mean, variance;
    p.dead_ms = 0;
    p.gain_sd = 0.3;
    count(&p, 200, &mean, &variance);
    cr_assert_float_eq(mean, 60, 0.8);
    const double expected = 60 + (exp(0.09) - 1) * 3600;
    cr_assert_float_eq(variance, expected, 0.1 * expected);
}

/* Rates of the default recording lie where threshold crossings do, and vary more than Poisson's. */
Test(neural, defaults_are_like_threshold_crossings)
{
    const tuft_neural_parameters p = tuft_neural_defaults();
    tuft_recordings set;
    OK(tuft_synthetic_neural(&p, 2, 5, 2, &set, NULL));
    double events = 0;
    for (size_t i = 0; i < set.count; i++) {
        const tuft_events *e = &set.recording[i].events;
        events += (double)e->count;
        cr_assert_leq(tuft_events_end_us(e), set.recording[i].duration_us);
        for (size_t k = 1; k < e->count; k++)
            cr_assert_geq(e->tick_us[k], e->tick_us[k - 1]);
    }
    const double hz = events / (52 * 1.5 * p.electrodes);
    cr_assert(hz > 10 && hz < 30, "%g Hz", hz);
    tuft_recordings_free(&set);
}

/* The same bits for any number of threads and any number of trials. */
Test(neural, trials_have_streams_of_their_own)
{
    tuft_neural_parameters p = tuft_neural_defaults();
    tuft_recordings one, two;
    p.electrodes = 20;
    OK(tuft_synthetic_neural(&p, 9, 5, 1, &one, NULL));
    OK(tuft_synthetic_neural(&p, 10, 5, 2, &two, NULL));
    cr_assert(one.count == 26 * 9 && one.classes == 26 && one.geometry.width == 20);
    for (size_t i = 0; i < one.count; i++) {
        const tuft_recording *a = &one.recording[i], *b = &two.recording[i / 9 * 10 + i % 9];
        cr_assert_str_eq(a->name, b->name);
        cr_assert_str_eq(a->source, b->source);
        cr_assert_eq(a->events.count, b->events.count);
        cr_assert_eq(memcmp(a->events.tick_us, b->events.tick_us, a->events.count * 8), 0);
    }
    cr_assert_str_eq(one.recording[8].source, "session 0");
    cr_assert_str_eq(one.recording[9].name, "b/00000");
    tuft_recordings_free(&one);
    tuft_recordings_free(&two);
}

/* 27 trials of each letter in one session, counts in 0.1 s, ridge, nine folds: what gain, timing
 * and depth of tuning were set by. Published: 94.1 % [92.6, 95.8]. Trials in other order tell
 * nothing. */
Test(neural, letters_are_read_as_well_as_published)
{
    enum { TRIALS = 27, WINDOWS = 15, ROWS = 26 * TRIALS };
    const tuft_neural_parameters p = tuft_neural_defaults();
    const size_t columns = (size_t)WINDOWS * p.electrodes;
    const double lambda = 10;
    double accuracy;
    size_t best;
    tuft_features table;
    openblas_set_num_threads(1);
    OK(tuft_features_new(&table, ROWS, columns, NULL));
    for (int i = 0; i < ROWS; i++) {
        tuft_events events;
        OK(tuft_neural_trial(&p, i / TRIALS, 0, 1, (uint64_t)i, &events, NULL));
        float *row = table.value + (size_t)i * columns;
        for (size_t k = 0; k < events.count; k++)
            row[(size_t)(events.tick_us[k] / 100000) * p.electrodes + events.channel[k]]++;
        for (size_t c = 0; c < columns; c++)
            row[c] = sqrtf(row[c]);
        table.label[i] = i / TRIALS;
        tuft_events_free(&events);
    }
    OK(tuft_ridge_choose(&table, 26, &lambda, 1, 9, 1, 2, NULL, &accuracy, &best, NULL));
    cr_assert(accuracy > 0.91 && accuracy < 0.97, "%g", accuracy);
    tuft_features_free(&table);
}

Test(neural, parameters_that_make_no_sense)
{
    tuft_neural_parameters p = tuft_neural_defaults();
    tuft_recordings out;
    tuft_error err;
    p.electrodes = 0;
    cr_assert_eq(tuft_synthetic_neural(&p, 2, 1, 1, &out, &err), TUFT_INVALID);
    cr_assert_not_null(strstr(err.message, "electrodes is 0"));
    p = tuft_neural_defaults();
    p.baseline_hz = NAN;
    cr_assert_eq(tuft_synthetic_neural(&p, 2, 1, 1, &out, &err), TUFT_INVALID);
    p = tuft_neural_defaults();
    cr_assert_eq(tuft_synthetic_neural(&p, 0, 1, 1, &out, &err), TUFT_INVALID);
    cr_assert_not_null(strstr(err.message, "0 trials"));
    tuft_events events;
    cr_assert_eq(tuft_neural_trial(&p, 26, 0, 1, 0, &events, &err), TUFT_INVALID);
    cr_assert_null(events.tick_us);
}
