/* tuft cell pair: a somatic and an apical event at a lag, and the bursts that coincidence makes. */
#include "apps/cell_subject.h"
#include "apps/cell_table.h"
#include "apps/commands.h"
#include "apps/result.h"
#include "cells/lag_study.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 96 };

typedef struct {
    common_options common;
    const char *model, *set, *csv;
    double soma, apical, lag, lag_step, noise, apical_noise, noise_tau, step, burst_interval;
    int64_t cells;
} pair_config;

static const pair_config defaults = {.common = COMMON_DEFAULTS,
                                     .soma = NAN,
                                     .apical = NAN,
                                     .lag = 40,
                                     .lag_step = 1,
                                     .noise_tau = 2,
                                     .step = 0.1,
                                     .burst_interval = 16,
                                     .cells = 1};

static const app_option operands[] = {
    {.metavar = "MODEL",
     .help = "two-point-lif, naud-sprekeler or context",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(pair_config, model, const char *),
     .need = OPTION_REQUIRED},
};

static const app_option options[] = {
    OPTION_SECTION("Events"),
    OPTION_REAL(pair_config, soma, "soma", "W", 0, 0,
                "weight of the somatic event (one that makes the cell fire once)"),
    OPTION_REAL(pair_config, apical, "apical", "W", 0, 0,
                "weight of the apical event (one that does nothing alone)"),
    OPTION_REAL(pair_config, lag, "lag", "MS", 0.1, 1000, "lags from minus this to this"),
    OPTION_REAL(pair_config, lag_step, "lag-step", "MS", 0.01, 100, "between lags"),
    OPTION_REAL(pair_config, noise, "noise", "SD", 0, 1e9, "fluctuation of the somatic input"),
    OPTION_REAL(pair_config, apical_noise, "apical-noise", "SD", 0, 1e9,
                "fluctuation of the apical input"),
    OPTION_REAL(pair_config, noise_tau, "noise-tau", "MS", 0.01, 1000,
                "correlation time of the fluctuations"),
    OPTION_INTEGER(pair_config, cells, "cells", "N", 1, 100000, "cells at each lag"),
    OPTION_SECTION("Protocol, cell and table"),
    OPTION_REAL(pair_config, step, "step", "MS", 0.001, 10, "step of the simulation"),
    OPTION_REAL(pair_config, burst_interval, "burst-interval", "MS", 1, 1000,
                "spikes closer than this are one burst"),
    OPTION_TEXT(pair_config, set, "set", "NAME=VALUE,...", "change parameters of the cell"),
    OPTION_TEXT(pair_config, csv, "csv", "FILE", "write the table"),
};

static const command_example examples[] = {
    {"tuft cell pair two-point-lif --report pair.html", "which lags make a burst"},
    {"tuft cell pair naud-sprekeler --noise 100 --apical-noise 100 --cells 50",
     "how often, with fluctuations"},
};

/* Events that alone make one spike, and none. */
static const struct {
    const char *model, *apical_port;
    double soma, apical;
} presets[] = {{"two-point-lif", NULL, 25, 18},
               {"naud-sprekeler", NULL, 3000, 1000},
               {"context", "feedback", 200, 30}};
enum { PRESETS = sizeof presets / sizeof *presets };

typedef struct {
    const pair_config *config;
    cell_subject subject;
    double soma, apical, *lag;
    const char *apical_port;
    uint32_t lags;
    tuft_lag_study found;
    cell_table table;
} pair_study;

static tuft_status prepare(pair_study *study, tuft_error *err)
{
    const pair_config *c = study->config;
    tuft_status status = cell_subject_new(&study->subject, c->model, c->set, err);
    if (status)
        return status;
    study->soma = c->soma;
    study->apical = c->apical;
    for (int k = 0; k < PRESETS; k++)
        if (strcmp(presets[k].model, study->subject.model->name) == 0) {
            study->soma = isnan(c->soma) ? presets[k].soma : c->soma;
            study->apical = isnan(c->apical) ? presets[k].apical : c->apical;
            study->apical_port = presets[k].apical_port;
        }
    if (!tuft_rig_input_of(study->subject.model, TUFT_RIG_APICAL).port)
        return tuft_fail(err, TUFT_INVALID, "%s has no apical input", study->subject.model->name);
    if (isnan(study->soma) || isnan(study->apical))
        return tuft_fail(err, TUFT_INVALID, "--soma and --apical are needed for %s",
                         study->subject.model->name);
    double half = floor(c->lag / c->lag_step + 1e-9);
    if (half > 100000)
        return tuft_fail(err, TUFT_INVALID, "%g lags, expected 100000 at most", 2 * half + 1);
    study->lags = 2 * (uint32_t)half + 1;
    status = TUFT_NEW(&study->lag, study->lags, "lags", err);
    for (uint32_t i = 0; !status && i < study->lags; i++)
        study->lag[i] = ((double)i - half) * c->lag_step;
    return status;
}

static void study_free(pair_study *study)
{
    cell_subject_free(&study->subject);
    tuft_lag_study_free(&study->found);
    cell_table_free(&study->table);
    free(study->lag);
}

static tuft_status check(const void *config, tuft_error *err)
{
    pair_study study = {.config = config};
    tuft_status status = prepare(&study, err);
    study_free(&study);
    return status;
}

/* The first and the last lag at which at least half of the cells burst: the window. */
static int window(const pair_study *study, double *from, double *to)
{
    int any = 0;
    for (uint32_t i = 0; i < study->lags; i++)
        if (study->found.paired[i].burst >= 0.5) {
            *from = any ? *from : study->lag[i];
            *to = study->lag[i];
            any = 1;
        }
    return any;
}

static tuft_status work_out(pair_study *study, tuft_error *err)
{
    static const char *const column[] = {"lag_ms", "spikes", "burst"};
    const pair_config *c = study->config;
    tuft_lag_settings settings = {.rig = {.model = study->subject.model,
                                          .parameters = study->subject.parameters,
                                          .step_ms = c->step,
                                          .seed = c->common.seed,
                                          .threads = (int)c->common.threads,
                                          .apical_port = study->apical_port,
                                          .noise = {c->noise, c->apical_noise},
                                          .noise_tau_ms = c->noise_tau,
                                          .weight = {study->soma, study->apical}},
                                  .lag_ms = study->lag,
                                  .lags = study->lags,
                                  .repeats = (uint32_t)c->cells,
                                  .before_ms = c->lag + c->step,
                                  .after_ms = 150,
                                  .burst_interval_ms = c->burst_interval};
    tuft_status status = tuft_lag_study_run(&study->found, &settings, err);
    study->table = (cell_table){.column = column, .columns = 3};
    for (uint32_t i = 0; !status && i < study->lags; i++)
        status = cell_table_add(
            &study->table,
            (double[]){study->lag[i], study->found.paired[i].spikes, study->found.paired[i].burst},
            err);
    return status;
}

static void print(const pair_study *study)
{
    const tuft_lag_study *p = &study->found;
    double from, to;
    printf("%s: somatic event of %g, apical event of %g after it by the lag\n",
           study->subject.model->name, study->soma, study->apical);
    printf("alone: %g spikes from the soma, %g from the apical end\n", p->soma_alone.spikes,
           p->apical_alone.spikes);
    printf("%10s%10s%10s\n", "lag (ms)", "spikes", "burst");
    for (uint32_t i = 0; i < study->lags; i++)
        printf("%10g%10g%10g\n", study->lag[i], p->paired[i].spikes, p->paired[i].burst);
    if (window(study, &from, &to))
        printf("bursts at lags from %g to %g ms\n", from, to);
    else
        printf("no lag makes a burst\n");
}

static tuft_status curve(app_report *report, const pair_study *study, tuft_error *err)
{
    double *y;
    tuft_status status = TUFT_NEW(&y, 2 * (size_t)study->lags, "curve", err);
    if (status)
        return status;
    for (uint32_t i = 0; i < study->lags; i++) {
        y[i] = study->found.paired[i].spikes;
        y[study->lags + i] = study->found.paired[i].burst;
    }
    const plot_mark mark = {study->found.soma_alone.spikes, "soma alone"};
    const plot_series spikes = {NULL, study->lag, y, NULL, NULL, study->lags},
                      bursts = {NULL, study->lag, y + study->lags, NULL, NULL, study->lags};
    const plot_axes of_spikes = {.title = "Spikes against lag",
                                 .x_label = "apical event after the somatic one by (ms)",
                                 .y_label = "spikes",
                                 .width = PLOT_WIDE,
                                 .marks = &mark,
                                 .mark_count = 1},
                    of_bursts = {.title = "Share of cells that burst",
                                 .x_label = "apical event after the somatic one by (ms)",
                                 .y_label = "share",
                                 .width = PLOT_WIDE,
                                 .y_low = 0,
                                 .y_high = 1};
    report_lines(report, &of_spikes, &spikes, 1);
    if (study->config->cells > 1)
        report_lines(report, &of_bursts, &bursts, 1);
    free(y);
    return TUFT_OK;
}

static tuft_status write_report(const pair_study *study, tuft_error *err)
{
    char title[TEXT], value[TEXT];
    double from, to;
    app_report *report;
    snprintf(title, TEXT, "Coincidence in %s", study->subject.model->name);
    tuft_status status =
        report_new(&report, title, "tuft cell pair: a somatic and an apical event at a lag", err);
    if (status)
        return status;
    if (window(study, &from, &to)) {
        snprintf(value, TEXT, "%g to %g ms", from, to);
        report_card(report, "Window of bursts", value, "apical after somatic event");
    } else {
        report_card(report, "Window of bursts", "none", "at these events");
    }
    snprintf(value, TEXT, "%g", study->found.soma_alone.spikes);
    report_card(report, "Soma alone", value, "spikes");
    snprintf(value, TEXT, "%g", study->found.apical_alone.spikes);
    report_card(report, "Apical alone", value, "spikes");
    report_section(report, "What was done");
    report_text(
        report,
        "Each cell at rest got one event at the soma (weight %g) and one at the apical end "
        "(weight %g), the apical one later by the lag, or earlier where that is negative. "
        "%lld cells at each of %u lags, and as many with either event alone. A burst is two "
        "spikes or more, each less than %g ms after the one before. After the experiment of "
        "Larkum, Zhu & Sakmann 1999 (Nature 398:338).",
        study->soma, study->apical, (long long)study->config->cells, study->lags,
        study->config->burst_interval);
    status = curve(report, study, err);
    report_section(report, "Settings");
    cell_subject_view(report, &study->subject);
    report_settings(report, &cell_pair_command, study->config);
    if (!status)
        status = report_write(report, study->config->common.report, err);
    report_free(report);
    return status;
}

static json_t *outcome_json(const tuft_lag_outcome *outcome)
{
    json_t *one = json_object();
    json_object_set_new(one, "spikes", result_real(outcome->spikes));
    json_object_set_new(one, "burst", result_real(outcome->burst));
    return one;
}

static tuft_status work(pair_study *study, app_result *result, tuft_error *err)
{
    double from = NAN, to = NAN;
    tuft_status status = prepare(study, err);
    result_stage(result, "run");
    if (!status)
        status = work_out(study, err);
    result_stage(result, NULL);
    if (status)
        return status;
    window(study, &from, &to);
    json_t *results = result_results(result);
    json_object_set_new(results, "points", cell_table_json(&study->table));
    json_object_set_new(results, "soma_alone", outcome_json(&study->found.soma_alone));
    json_object_set_new(results, "apical_alone", outcome_json(&study->found.apical_alone));
    json_object_set_new(results, "window_ms", result_vector((double[]){from, to}, 2));
    result_config_set(result, "cell", cell_subject_json(&study->subject));
    status = cell_table_csv(&study->table, study->config->csv, err);
    if (!status)
        status = result_write(result, study->config->common.json, err);
    if (!status && study->config->common.report)
        status = write_report(study, err);
    if (!status)
        print(study);
    return status;
}

static tuft_status run(const void *settings, tuft_error *err)
{
    pair_study study = {.config = settings};
    app_result *result;
    tuft_status status = result_new(&result, &cell_pair_command, settings, err);
    if (!status)
        status = work(&study, result, err);
    study_free(&study);
    result_free(result);
    return status;
}

const app_command cell_pair_command = {
    .name = "cell pair",
    .summary = "a somatic and an apical event at a lag: which lags make a burst",
    .description =
        "Gives each cell one event at the soma, which makes it fire, and one at the apical end, at "
        "lags around it; counts spikes, and those of either event alone. Weights are those of the "
        "model's ports: mV, or pA of exponential current. For context the apical event goes to "
        "\"feedback\", which makes its bursts.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(pair_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
