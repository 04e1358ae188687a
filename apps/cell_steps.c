/* tuft cell steps: a step at the soma, at the apical end and at both: voltages and spikes. */
#include "apps/cell_subject.h"
#include "apps/cell_table.h"
#include "apps/commands.h"
#include "apps/result.h"
#include "cells/rig.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 96, ARMS = 3, TRACES = 2 };
static const char *const arms[ARMS] = {"soma", "apical", "both"};

typedef struct {
    common_options common;
    const char *model, *set, *csv;
    double soma, apical, soma_at, soma_for, apical_at, apical_for, duration;
    double noise, apical_noise, noise_tau, weight, step;
} steps_config;

static const steps_config defaults = {.common = COMMON_DEFAULTS,
                                      .soma = NAN,
                                      .apical = NAN,
                                      .soma_at = 100,
                                      .soma_for = 300,
                                      .apical_at = 200,
                                      .apical_for = 100,
                                      .duration = 500,
                                      .noise_tau = 2,
                                      .weight = 3,
                                      .step = 0.1};

static const app_option operands[] = {
    {.metavar = "MODEL",
     .help = "naud-sprekeler, two-point-lif, context, adex or a lif-... model",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(steps_config, model, const char *),
     .need = OPTION_REQUIRED},
};

static const app_option options[] = {
    OPTION_SECTION("Steps"),
    OPTION_REAL(steps_config, soma, "soma", "X", 0, 0, "somatic step (the model's own)"),
    OPTION_REAL(steps_config, soma_at, "soma-at", "MS", 0, 1e6, "when it begins"),
    OPTION_REAL(steps_config, soma_for, "soma-for", "MS", 0, 1e6, "how long it lasts"),
    OPTION_REAL(steps_config, apical, "apical", "X", 0, 0, "apical step (the model's own)"),
    OPTION_REAL(steps_config, apical_at, "apical-at", "MS", 0, 1e6, "when it begins"),
    OPTION_REAL(steps_config, apical_for, "apical-for", "MS", 0, 1e6, "how long it lasts"),
    OPTION_REAL(steps_config, duration, "duration", "MS", 1, 1e5, "of the run"),
    OPTION_REAL(steps_config, noise, "noise", "SD", 0, 1e9, "fluctuation of the somatic input"),
    OPTION_REAL(steps_config, apical_noise, "apical-noise", "SD", 0, 1e9,
                "fluctuation of the apical input"),
    OPTION_REAL(steps_config, noise_tau, "noise-tau", "MS", 0.01, 1000,
                "correlation time of the fluctuations"),
    OPTION_REAL(steps_config, weight, "apical-weight", "MV", 1e-6, 1e6,
                "two-point-lif: what an apical event adds"),
    OPTION_SECTION("Protocol, cell and table"),
    OPTION_REAL(steps_config, step, "step", "MS", 0.001, 10, "step of the simulation"),
    OPTION_TEXT(steps_config, set, "set", "NAME=VALUE,...", "change parameters of the cell"),
    OPTION_TEXT(steps_config, csv, "csv", "FILE", "write the voltages"),
};

static const command_example examples[] = {
    {"tuft cell steps naud-sprekeler --report steps.html", "bursts where both steps meet"},
    {"tuft cell steps adex --soma 1000 --csv adex.csv", "one compartment, as a table"},
};

static const struct {
    const char *model;
    double soma, apical;
} presets[] = {{"naud-sprekeler", 600, 400}, {"two-point-lif", 22, 14},
               {"context", 24, 15},          {"adex", 900, 0},
               {"lif-delta", 25, 0},         {"lif-exponential", 25, 0},
               {"lif-conductance", 150, 0}};
enum { PRESETS = sizeof presets / sizeof *presets };

typedef struct {
    const steps_config *config;
    cell_subject subject;
    double soma, apical;
    int arms;                     /* 1 where there is no apical end */
    const char *variable[TRACES]; /* soma and dendrite; NULL: none */
    size_t samples;
    double *value[TRACES];          /* [arms][samples] */
    double *time_ms;                /* [samples] */
    size_t spikes, spikes_capacity; /* of all arms */
    double *spike_ms;
    size_t arm_capacity;
    uint32_t *arm;
    cell_table table;
} steps_study;

static const char *first_variable(const cell_subject *subject, const char *a, const char *b)
{
    return !cell_subject_variable(subject, a, NULL)   ? a
           : !cell_subject_variable(subject, b, NULL) ? b
                                                      : NULL;
}

static tuft_status prepare(steps_study *study, tuft_error *err)
{
    const steps_config *c = study->config;
    tuft_status status = cell_subject_new(&study->subject, c->model, c->set, err);
    if (status)
        return status;
    const tuft_cell_model *model = study->subject.model;
    tuft_rig_input apical = tuft_rig_input_of(model, TUFT_RIG_APICAL);
    study->soma = c->soma;
    study->apical = c->apical;
    for (int k = 0; k < PRESETS; k++)
        if (strcmp(presets[k].model, model->name) == 0) {
            study->soma = isnan(c->soma) ? presets[k].soma : c->soma;
            study->apical = isnan(c->apical) ? presets[k].apical : c->apical;
        }
    if (!tuft_rig_input_of(model, TUFT_RIG_SOMA).variable)
        return tuft_fail(err, TUFT_INVALID, "%s has no input that could be set", model->name);
    study->arms = apical.variable || apical.port ? ARMS : 1;
    if (study->arms == 1 && !isnan(c->apical))
        return tuft_fail(err, TUFT_INVALID, "%s has no apical input", model->name);
    if (isnan(study->soma) || isnan(study->apical))
        return tuft_fail(err, TUFT_INVALID, "--soma and --apical are needed for %s", model->name);
    if (!(c->duration / c->step <= 1e6))
        return tuft_fail(err, TUFT_INVALID, "%g ms in steps of %g ms, expected 1e6 steps at most",
                         c->duration, c->step);
    study->variable[0] = first_variable(&study->subject, "soma", "membrane");
    study->variable[1] =
        study->arms > 1 ? first_variable(&study->subject, "dendrite", "apical") : NULL;
    return TUFT_OK;
}

static void study_free(steps_study *study)
{
    cell_subject_free(&study->subject);
    cell_table_free(&study->table);
    for (int k = 0; k < TRACES; k++)
        free(study->value[k]);
    free(study->time_ms);
    free(study->spike_ms);
    free(study->arm);
}

static tuft_status check(const void *config, tuft_error *err)
{
    steps_study study = {.config = config};
    tuft_status status = prepare(&study, err);
    study_free(&study);
    return status;
}

/* ---- running --------------------------------------------------------------------------------- */

static int is_on(double t, double at, double length)
{
    return t >= at - 1e-9 && t < at + length - 1e-9;
}

/* What is held from t on, in each arm. */
static tuft_status hold(tuft_rig *rig, const steps_study *study, double t, tuft_error *err)
{
    const steps_config *c = study->config;
    double soma = is_on(t, c->soma_at, c->soma_for) ? study->soma : 0,
           apical = is_on(t, c->apical_at, c->apical_for) ? study->apical : 0;
    tuft_status status = tuft_rig_hold(rig, TUFT_RIG_SOMA, (double[ARMS]){soma, 0, soma}, err);
    if (!status && study->arms > 1)
        status = tuft_rig_hold(rig, TUFT_RIG_APICAL, (double[ARMS]){0, apical, apical}, err);
    return status;
}

/* To the end, through every time at which something changes. */
static tuft_status through(tuft_rig *rig, const steps_study *study, tuft_error *err)
{
    const steps_config *c = study->config;
    const double change[] = {c->soma_at, c->soma_at + c->soma_for, c->apical_at,
                             c->apical_at + c->apical_for};
    tuft_status status = TUFT_OK;
    for (double t = 0; !status && t < c->duration;) {
        double next = c->duration;
        for (size_t k = 0; k < sizeof change / sizeof *change; k++)
            if (change[k] > t + 1e-9)
                next = fmin(next, change[k]);
        status = hold(rig, study, t, err);
        if (!status)
            status = tuft_rig_run(rig, next, err);
        t = next;
    }
    return status;
}

static tuft_status keep_spikes(steps_study *study, const tuft_spike_record *spikes, tuft_error *err)
{
    tuft_status status =
        TUFT_GROW(&study->spike_ms, &study->spikes_capacity, spikes->count + 1, "spikes", err);
    if (!status)
        status = TUFT_GROW(&study->arm, &study->arm_capacity, spikes->count + 1, "spikes", err);
    for (size_t k = 0; !status && k < spikes->count; k++) {
        study->spike_ms[k] = (double)spikes->tick[k] * study->config->step;
        study->arm[k] = spikes->cell[k];
    }
    study->spikes = status ? 0 : spikes->count;
    return status;
}

static tuft_status keep_trace(steps_study *study, int which, const tuft_trace_record *trace,
                              tuft_error *err)
{
    size_t n = trace->samples, cells = (size_t)study->arms;
    tuft_status status = TUFT_NEW(&study->value[which], n * cells, "traces", err);
    if (!status && !study->time_ms)
        status = TUFT_NEW(&study->time_ms, n, "traces", err);
    study->samples = status ? 0 : n;
    for (size_t i = 0; !status && i < n; i++) {
        study->time_ms[i] = (double)i * study->config->step;
        for (size_t a = 0; a < cells; a++)
            study->value[which][a * n + i] = (double)trace->value[i * cells + a];
    }
    return status;
}

/* One run for each compartment, as a rig traces one variable; the runs are the same. */
static tuft_status run_traced(steps_study *study, int which, tuft_error *err)
{
    const steps_config *c = study->config;
    const tuft_rig_settings settings = {.model = study->subject.model,
                                        .parameters = study->subject.parameters,
                                        .cells = (uint32_t)study->arms,
                                        .step_ms = c->step,
                                        .seed = c->common.seed,
                                        .threads = 1,
                                        .noise = {c->noise, c->apical_noise},
                                        .noise_tau_ms = c->noise_tau,
                                        .weight = {0, c->weight}};
    tuft_rig *rig;
    tuft_status status = tuft_rig_new(&rig, &settings, err);
    if (!status && study->variable[which])
        status = tuft_rig_trace(rig, study->variable[which], err);
    if (!status)
        status = through(rig, study, err);
    if (!status && which == 0)
        status = keep_spikes(study, tuft_rig_spikes(rig), err);
    if (!status && study->variable[which])
        status = keep_trace(study, which, tuft_rig_traced(rig), err);
    tuft_rig_free(rig);
    return status;
}

static tuft_status tabulate(steps_study *study, tuft_error *err)
{
    static const char *const columns[] = {"time_ms",      "soma",     "soma_apical",
                                          "soma_both",    "dendrite", "dendrite_apical",
                                          "dendrite_both"};
    size_t arm_count = (size_t)study->arms;
    study->table =
        (cell_table){.column = columns, .columns = 1 + arm_count * (study->variable[1] ? 2 : 1)};
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < study->samples; i++) {
        double row[1 + TRACES * ARMS];
        size_t n = 0;
        row[n++] = study->time_ms[i];
        for (int k = 0; k < TRACES && study->value[k]; k++)
            for (size_t a = 0; a < arm_count; a++)
                row[n++] = study->value[k][a * study->samples + i];
        status = cell_table_add(&study->table, row, err);
    }
    return status;
}

/* ---- telling --------------------------------------------------------------------------------- */

static size_t spikes_of(const steps_study *study, uint32_t arm)
{
    size_t n = 0;
    for (size_t k = 0; k < study->spikes; k++)
        n += study->arm[k] == arm;
    return n;
}

static void print(const steps_study *study)
{
    const steps_config *c = study->config;
    printf("%s: somatic step of %g (%g to %g ms)", study->subject.model->name, study->soma,
           c->soma_at, c->soma_at + c->soma_for);
    if (study->arms > 1)
        printf(", apical step of %g (%g to %g ms)", study->apical, c->apical_at,
               c->apical_at + c->apical_for);
    printf("\n");
    for (uint32_t a = 0; a < ARMS && a < (uint32_t)study->arms; a++) {
        printf("%-7s %zu spikes:", arms[a], spikes_of(study, a));
        size_t shown = 0;
        for (size_t k = 0; k < study->spikes && shown <= 12; k++)
            if (study->arm[k] == a)
                printf(shown++ < 12 ? " %.1f" : " ...", study->spike_ms[k]);
        printf("\n");
    }
}

static void traces(app_report *report, const steps_study *study, int which, const char *title)
{
    char label[TEXT];
    plot_series series[ARMS];
    for (size_t a = 0; a < (size_t)study->arms; a++)
        series[a] = (plot_series){study->arms > 1 ? arms[a] : NULL,
                                  study->time_ms,
                                  study->value[which] + a * study->samples,
                                  NULL,
                                  NULL,
                                  study->samples};
    snprintf(label, TEXT, "%s (mV)", study->variable[which]);
    const plot_axes axes = {
        .title = title, .x_label = "time (ms)", .y_label = label, .width = PLOT_WIDE};
    report_lines(report, &axes, series, (size_t)study->arms);
}

static tuft_status raster(app_report *report, const steps_study *study, tuft_error *err)
{
    double *us;
    tuft_status status = TUFT_NEW(&us, study->spikes + 1, "spikes", err);
    if (status)
        return status;
    for (size_t k = 0; k < study->spikes; k++)
        us[k] = 1000 * study->spike_ms[k];
    const plot_axes axes = {.title = "Spikes",
                            .note = study->arms > 1 ? "0: somatic step, 1: apical step, 2: both."
                                                    : NULL,
                            .x_label = "time (ms)",
                            .y_label = "cell",
                            .width = PLOT_WIDE};
    report_spikes(report, &axes, us, study->arm, study->spikes, (uint32_t)study->arms,
                  1000 * study->config->duration);
    free(us);
    return TUFT_OK;
}

static tuft_status write_report(const steps_study *study, tuft_error *err)
{
    const steps_config *c = study->config;
    char title[TEXT], value[TEXT];
    app_report *report;
    snprintf(title, TEXT, "Steps into %s", study->subject.model->name);
    tuft_status status = report_new(&report, title, "tuft cell steps: voltages and spikes", err);
    if (status)
        return status;
    for (uint32_t a = 0; a < ARMS && a < (uint32_t)study->arms; a++) {
        snprintf(value, TEXT, "%zu", spikes_of(study, a));
        report_card(report,
                    a == 0   ? "Somatic step"
                    : a == 1 ? "Apical step"
                             : "Both",
                    value, "spikes");
    }
    report_section(report, "What was done");
    report_text(report, "A step of %g into the soma from %g to %g ms.", study->soma, c->soma_at,
                c->soma_at + c->soma_for);
    if (study->arms > 1)
        report_text(report,
                    "A step of %g into the apical end from %g to %g ms. Three cells: one with "
                    "either step, one with both.",
                    study->apical, c->apical_at, c->apical_at + c->apical_for);
    if (c->noise > 0 || c->apical_noise > 0)
        report_text(report,
                    "Fluctuations: standard deviation %g at the soma, %g at the apical end.",
                    c->noise, c->apical_noise);
    report_section(report, "Voltages");
    report_text(report, "The potential is reset at a spike, which itself is not drawn.");
    if (study->value[0])
        traces(report, study, 0, "Soma");
    if (study->value[1])
        traces(report, study, 1, "Apical dendrite");
    status = raster(report, study, err);
    report_section(report, "Settings");
    cell_subject_view(report, &study->subject);
    report_settings(report, &cell_steps_command, c);
    if (!status)
        status = report_write(report, c->common.report, err);
    report_free(report);
    return status;
}

static tuft_status work(steps_study *study, app_result *result, tuft_error *err)
{
    tuft_status status = prepare(study, err);
    result_stage(result, "run");
    for (int k = 0; !status && k < TRACES; k++)
        if (k == 0 || study->variable[k])
            status = run_traced(study, k, err);
    result_stage(result, NULL);
    if (!status)
        status = tabulate(study, err);
    if (status)
        return status;
    json_t *all = json_object();
    for (uint32_t a = 0; a < ARMS && a < (uint32_t)study->arms; a++) {
        json_t *times = json_array();
        for (size_t k = 0; k < study->spikes; k++)
            if (study->arm[k] == a)
                json_array_append_new(times, result_real(study->spike_ms[k]));
        json_object_set_new(all, arms[a], times);
    }
    json_object_set_new(result_results(result), "spikes_ms", all);
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
    steps_study study = {.config = settings};
    app_result *result;
    tuft_status status = result_new(&result, &cell_steps_command, settings, err);
    if (!status)
        status = work(&study, result, err);
    study_free(&study);
    result_free(result);
    return status;
}

const app_command cell_steps_command = {
    .name = "cell steps",
    .summary = "a step into the soma, the apical end and both: voltages and spikes",
    .description =
        "Steps the input of a cell at rest: at the soma in one cell, at the apical end in a "
        "second, "
        "at both in a third. The table has the voltages of both compartments at every step, the "
        "JSON the spike times.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(steps_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
