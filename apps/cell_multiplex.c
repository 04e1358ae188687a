/* tuft cell multiplex: two inputs through one ensemble, over seeds and settings. */
#include "apps/cell_multiplex.h"

#include "apps/commands.h"
#include "apps/progress.h"
#include "apps/result.h"
#include "core/memory.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { VALUES = CORRELATIONS + 2, LISTS = 5, SETTINGS = 512 };

static const multiplex_config defaults = {.common = COMMON_DEFAULTS,
                                          .period = "1400,700,350",
                                          .soma_mean = "300,500",
                                          .soma_swing = "200",
                                          .apical_mean = "-270,-50",
                                          .apical_swing = "200",
                                          .cells = 4000,
                                          .seeds = 3,
                                          .noise = 450,
                                          .apical_noise = 450,
                                          .noise_tau = 2,
                                          .duration = 6000,
                                          .warm_up = 500,
                                          .window = 50,
                                          .step = 0.1,
                                          .burst_interval = 16};

static const app_option options[] = {
    OPTION_SECTION("Inputs: a setting for each combination of the lists"),
    OPTION_TEXT(multiplex_config, period, "period", "MS,...",
                "periods of the somatic input; the apical one's is 5/7 of it"),
    OPTION_TEXT(multiplex_config, soma_mean, "soma-mean", "PA,...", "means of the somatic input"),
    OPTION_TEXT(multiplex_config, soma_swing, "soma-swing", "PA,...", "its amplitudes"),
    OPTION_TEXT(multiplex_config, apical_mean, "apical-mean", "PA,...",
                "means of the apical input"),
    OPTION_TEXT(multiplex_config, apical_swing, "apical-swing", "PA,...", "its amplitudes"),
    OPTION_REAL(multiplex_config, noise, "noise", "PA", 0, 1e6,
                "background noise of each soma, standard deviation"),
    OPTION_REAL(multiplex_config, apical_noise, "apical-noise", "PA", 0, 1e6,
                "of each apical dendrite"),
    OPTION_REAL(multiplex_config, noise_tau, "noise-tau", "MS", 0.01, 1000,
                "correlation time of the noise"),
    OPTION_SECTION("Ensemble and protocol"),
    OPTION_INTEGER(multiplex_config, cells, "cells", "N", 1, 1000000, "cells of the ensemble"),
    OPTION_INTEGER(multiplex_config, seeds, "seeds", "N", 1, 1000,
                   "repeats of each setting, with other noise and other phases"),
    OPTION_REAL(multiplex_config, duration, "duration", "MS", 100, 1e6,
                "at least; rounded up to five periods or a multiple"),
    OPTION_REAL(multiplex_config, warm_up, "warm-up", "MS", 0, 1e6, "time before it"),
    OPTION_REAL(multiplex_config, window, "window", "MS", 1, 1e5,
                "events and bursts are counted in windows"),
    OPTION_REAL(multiplex_config, step, "step", "MS", 0.001, 1, "step of the simulation"),
    OPTION_REAL(multiplex_config, burst_interval, "burst-interval", "MS", 1, 1000,
                "spikes closer than this are one burst"),
    OPTION_TEXT(multiplex_config, set, "set", "NAME=VALUE,...", "change parameters of the cell"),
    OPTION_TEXT(multiplex_config, csv, "csv", "FILE", "write the table"),
};

static const command_example examples[] = {
    {"tuft cell multiplex --report multiplex.html", "twelve settings, three seeds"},
    {"tuft cell multiplex --period 1000 --soma-mean 400 --apical-mean -100 --seeds 10",
     "one setting"},
};

/* ---- settings -------------------------------------------------------------------------------- */

static tuft_status lists(const multiplex_config *c, double value[LISTS][MULTIPLEX_LIST],
                         size_t *count, tuft_error *err)
{
    const struct {
        const char *option, *text;
    } list[LISTS] = {{"--period", c->period},
                     {"--soma-mean", c->soma_mean},
                     {"--soma-swing", c->soma_swing},
                     {"--apical-mean", c->apical_mean},
                     {"--apical-swing", c->apical_swing}};
    size_t settings = 1;
    tuft_status status = TUFT_OK;
    for (int k = 0; !status && k < LISTS; k++) {
        status =
            cell_numbers(list[k].option, list[k].text, value[k], MULTIPLEX_LIST, &count[k], err);
        settings *= count[k];
    }
    for (size_t i = 0; !status && i < count[0]; i++)
        if (!(value[0][i] >= 2 * c->window && value[0][i] <= 1e5))
            return tuft_fail(err, TUFT_INVALID,
                             "--period %g, expected two windows (%g) to 100000 ms", value[0][i],
                             2 * c->window);
    if (!status && settings > SETTINGS)
        return tuft_fail(err, TUFT_INVALID, "%zu settings, expected %d at most", settings,
                         (int)SETTINGS);
    return status;
}

static tuft_status check(const void *config, tuft_error *err)
{
    const multiplex_config *c = config;
    double value[LISTS][MULTIPLEX_LIST];
    size_t count[LISTS];
    tuft_status status = lists(c, value, count, err);
    return status ? status : cell_subject_check("naud-sprekeler", c->set, err);
}

static tuft_status make_settings(multiplex_study *study, tuft_error *err)
{
    const multiplex_config *c = study->config;
    double value[LISTS][MULTIPLEX_LIST];
    size_t count[LISTS], n = 1;
    tuft_status status = lists(c, value, count, err);
    for (int k = 0; !status && k < LISTS; k++)
        n *= count[k];
    if (!status)
        status = TUFT_NEW(&study->setting, n, "settings", err);
    if (!status)
        status = TUFT_NEW(&study->r, n * (size_t)c->seeds * VALUES, "results", err);
    if (status)
        return status;
    study->settings = n;
    for (size_t i = 0; i < n; i++) {
        double at[LISTS];
        size_t rest = i;
        for (int k = LISTS; k-- > 0; rest /= count[k])
            at[k] = value[k][rest % count[k]];
        /* Over five periods of one and seven of the other the inputs are uncorrelated, whatever
         * their phases. */
        study->setting[i] = (multiplex_setting){
            .input = {{at[1], at[2], at[0], 0}, {at[3], at[4], at[0] * 5 / 7, 0}},
            .duration_ms = ceil(c->duration / (5 * at[0]) - 1e-9) * 5 * at[0]};
    }
    return TUFT_OK;
}

/* ---- running --------------------------------------------------------------------------------- */

static tuft_status run_one(multiplex_study *study, size_t setting, size_t repeat, tuft_error *err)
{
    const multiplex_config *c = study->config;
    const multiplex_setting *s = &study->setting[setting];
    uint64_t seed = c->common.seed + repeat;
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_GENERATOR, 0);
    tuft_multiplex_settings of = {.rig = {.model = study->subject.model,
                                          .parameters = study->subject.parameters,
                                          .cells = (uint32_t)c->cells,
                                          .step_ms = c->step,
                                          .seed = seed,
                                          .threads = 1,
                                          .noise = {c->noise, c->apical_noise},
                                          .noise_tau_ms = c->noise_tau},
                                  .input = {s->input[0], s->input[1]},
                                  .update_ms = fmax(1, c->step),
                                  .warm_up_ms = c->warm_up,
                                  .duration_ms = s->duration_ms,
                                  .window_ms = c->window,
                                  .burst_interval_ms = c->burst_interval};
    tuft_multiplex found;
    of.input[TUFT_RIG_SOMA].phase = tuft_random_uniform(&random);
    of.input[TUFT_RIG_APICAL].phase = tuft_random_uniform(&random);
    tuft_status status = tuft_multiplex_run(&found, &of, err);
    if (status)
        return status;
    const double value[VALUES] = {
        found.event_soma, found.burst_apical,       found.event_apical,          found.burst_soma,
        found.inputs,     found.mean_event_rate_hz, found.mean_burst_probability};
    for (size_t k = 0; k < VALUES; k++)
        study->r[(setting * (size_t)c->seeds + repeat) * VALUES + k] = value[k];
    if (setting == 0 && repeat == 0)
        study->example = found;
    else
        tuft_multiplex_free(&found);
    return TUFT_OK;
}

static tuft_status run_all(multiplex_study *study, tuft_error *err)
{
    const multiplex_config *c = study->config;
    size_t seeds = (size_t)c->seeds, runs = study->settings * seeds;
    tuft_status status = TUFT_OK;
    app_progress progress;
    progress_begin(&progress, &c->common, "ensembles", runs);
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)c->common.threads)
    for (size_t i = 0; i < runs; i++) {
        tuft_error own;
        tuft_status done, before;
#pragma omp atomic read
        before = status;
        if (before)
            continue;
        done = run_one(study, i / seeds, i % seeds, &own);
        if (done) {
#pragma omp critical
            {
                status = done;
                if (err)
                    *err = own;
            }
        }
        progress_advance(&progress, 1);
    }
    progress_end(&progress);
    return status;
}

/* Over the seeds that have a value; NaN where none has (no bursts, no correlation of them). */
static multiplex_range range_of(const multiplex_study *study, size_t setting, size_t value)
{
    size_t seeds = (size_t)study->config->seeds, n = 0;
    multiplex_range range = {0, NAN, NAN};
    for (size_t r = 0; r < seeds; r++) {
        double x = study->r[(setting * seeds + r) * VALUES + value];
        if (!isfinite(x))
            continue;
        n++;
        range.mean += x;
        range.low = fmin(range.low, x);
        range.high = fmax(range.high, x);
    }
    range.mean = n ? range.mean / (double)n : NAN;
    return range;
}

multiplex_summary cell_multiplex_summary(const multiplex_study *study, size_t correlation)
{
    multiplex_summary summary = {0, NAN, 0};
    for (size_t i = 0; i < study->settings; i++) {
        const multiplex_range *r = &study->setting[i].r[correlation];
        if (!isfinite(r->mean))
            continue;
        double far = fabs(r->low) > fabs(r->high) ? r->low : r->high;
        if (correlation < EVENT_APICAL)
            summary.worst = fmin(summary.worst, r->low);
        else if (isnan(summary.worst) || fabs(far) > fabs(summary.worst))
            summary.worst = far;
        summary.mean += r->mean;
        summary.settings++;
    }
    summary.mean = summary.settings ? summary.mean / (double)summary.settings : NAN;
    return summary;
}

static tuft_status tabulate(multiplex_study *study, tuft_error *err)
{
    static const char *const column[] = {
        "period_ms",        "soma_mean_pa",     "soma_swing_pa",
        "apical_period_ms", "apical_mean_pa",   "apical_swing_pa",
        "event_soma",       "event_soma_low",   "event_soma_high",
        "burst_apical",     "burst_apical_low", "burst_apical_high",
        "event_apical",     "event_apical_low", "event_apical_high",
        "burst_soma",       "burst_soma_low",   "burst_soma_high",
        "inputs",           "event_rate_hz",    "burst_probability"};
    enum { COLUMNS = sizeof column / sizeof *column };
    study->table = (cell_table){.column = column, .columns = COLUMNS};
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < study->settings; i++) {
        multiplex_setting *s = &study->setting[i];
        double row[COLUMNS];
        size_t n = 0;
        for (int e = 0; e < TUFT_RIG_ENDS; e++) {
            row[n++] = s->input[e].period_ms;
            row[n++] = s->input[e].mean;
            row[n++] = s->input[e].swing;
        }
        for (size_t k = 0; k < CORRELATIONS; k++)
            s->r[k] = range_of(study, i, k);
        for (size_t k = 0; k < INPUTS; k++) {
            row[n++] = s->r[k].mean;
            row[n++] = s->r[k].low;
            row[n++] = s->r[k].high;
        }
        s->event_rate_hz = range_of(study, i, CORRELATIONS);
        s->burst_probability = range_of(study, i, CORRELATIONS + 1);
        row[n++] = s->r[INPUTS].mean;
        row[n++] = s->event_rate_hz.mean;
        row[n] = s->burst_probability.mean;
        status = cell_table_add(&study->table, row, err);
    }
    return status;
}

static void print(const multiplex_study *study)
{
    static const char *const name[] = {"events~soma", "bursts~apical", "events~apical",
                                       "bursts~soma"};
    printf("%lld cells, %lld seeds a setting: mean correlation (least to greatest)\n",
           (long long)study->config->cells, (long long)study->config->seeds);
    printf("period  soma        apical     ");
    for (int k = 0; k < INPUTS; k++)
        printf("  %-22s", name[k]);
    printf("  Hz   P(burst)\n");
    for (size_t i = 0; i < study->settings; i++) {
        const multiplex_setting *s = &study->setting[i];
        char soma[32], apical[32];
        snprintf(soma, sizeof soma, "%g+-%g", s->input[0].mean, s->input[0].swing);
        snprintf(apical, sizeof apical, "%g+-%g", s->input[1].mean, s->input[1].swing);
        printf("%6g  %-10s  %-10s ", s->input[0].period_ms, soma, apical);
        for (int k = 0; k < INPUTS; k++)
            if (isfinite(s->r[k].mean))
                printf("  %6.3f (%6.3f %6.3f)", s->r[k].mean, s->r[k].low, s->r[k].high);
            else
                printf("  %-22s", "     - (too few bursts)");
        printf("  %4.1f  %.3f\n", s->event_rate_hz.mean, s->burst_probability.mean);
    }
    for (size_t k = 0; k < INPUTS; k++) {
        multiplex_summary summary = cell_multiplex_summary(study, k);
        printf("%s %.3f on average of %zu settings, %s %.3f\n", name[k], summary.mean,
               summary.settings, k < EVENT_APICAL ? "least" : "farthest from 0", summary.worst);
    }
}

static tuft_status work(multiplex_study *study, app_result *result, tuft_error *err)
{
    const multiplex_config *c = study->config;
    tuft_status status = cell_subject_new(&study->subject, "naud-sprekeler", c->set, err);
    if (!status)
        status = make_settings(study, err);
    result_stage(result, "run");
    if (!status)
        status = run_all(study, err);
    result_stage(result, NULL);
    if (!status)
        status = tabulate(study, err);
    if (status)
        return status;
    json_object_set_new(result_results(result), "settings", cell_table_json(&study->table));
    result_config_set(result, "cell", cell_subject_json(&study->subject));
    status = cell_table_csv(&study->table, c->csv, err);
    if (!status)
        status = result_write(result, c->common.json, err);
    if (!status && c->common.report)
        status = cell_multiplex_report(study, err);
    if (!status)
        print(study);
    return status;
}

static tuft_status run(const void *settings, tuft_error *err)
{
    multiplex_study study = {.config = settings};
    app_result *result;
    tuft_status status = result_new(&result, &cell_multiplex_command, settings, err);
    if (!status)
        status = work(&study, result, err);
    cell_subject_free(&study.subject);
    free(study.setting);
    free(study.r);
    tuft_multiplex_free(&study.example);
    cell_table_free(&study.table);
    result_free(result);
    return status;
}

const app_command cell_multiplex_command = {
    .name = "cell multiplex",
    .summary = "two inputs through one ensemble, over seeds and settings",
    .description =
        "Drives an ensemble of naud-sprekeler cells by two slow sinusoids, one at all somata, one "
        "at all apical dendrites, over background noise of each cell's own, and correlates event "
        "rate and burst probability in windows with both inputs. The event rate should follow the "
        "somatic input (own correlation near 1) and not the apical one (cross correlation near "
        "0), burst probability the other way round.\n\n"
        "The noise is the background of Naud & Sprekeler 2018 as replications have it (sd 450 pA, "
        "2 ms). Nothing is "
        "fitted, shifted in time or left out: correlations are those of the windows as they are. "
        "Both inputs go through whole periods, so that they are uncorrelated with each other.",
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(multiplex_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
