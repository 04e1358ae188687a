/* tuft cell bursts: what bursts and events say of the two inputs. */
#include "apps/cell_sweep.h"
#include "apps/commands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 96 };

static const cell_sweep_config defaults = {CELL_SWEEP_DEFAULTS, .slope_from = 0, .slope_to = 1};

static const app_option operands[] = {
    {.metavar = "MODEL",
     .help = "naud-sprekeler, two-point-lif or context",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(cell_sweep_config, model, const char *),
     .need = OPTION_REQUIRED},
};

static const app_option options[] = {
    OPTION_SECTION("Inputs"),
    OPTION_REAL(cell_sweep_config, from, "from", "X", 0, 0, "least apical input (the model's own)"),
    OPTION_REAL(cell_sweep_config, to, "to", "X", 0, 0, "greatest apical input"),
    OPTION_TEXT(cell_sweep_config, levels, "soma", "A,B,...",
                "somatic inputs, one curve each, at most 8 (the model's own)"),
    CELL_SWEEP_OPTIONS,
    OPTION_SECTION("Protocol"),
    CELL_SWEEP_PROTOCOL,
    OPTION_SECTION("Cell and table"),
    CELL_SWEEP_OUTPUT,
};

static const command_example examples[] = {
    {"tuft cell bursts naud-sprekeler --report bursts.html", "bursts follow the apical input"},
    {"tuft cell bursts two-point-lif --soma 20 --to 20 --csv bursts.csv", "as a table"},
};

static tuft_status check(const void *config, tuft_error *err)
{
    return cell_sweep_check(config, CELL_SWEEP_APICAL, err);
}

/* The least and the greatest value of a measure along a curve. */
static void range(const cell_sweep *run, size_t level, cell_sweep_measure measure, double *low,
                  double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < (size_t)run->config->points; i++) {
        tuft_sweep_point p = cell_sweep_point(run, level, i);
        double value =
            measure == CELL_SWEEP_EVENTS ? p.event_rate_hz.mean : p.burst_probability.mean;
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
}

static void print(const cell_sweep *run)
{
    char text[TEXT];
    printf("%s: burst probability and events (Hz) against apical input (%s)\n",
           run->subject.model->name, run->apical_unit);
    printf("%12s", "input");
    for (size_t l = 0; l < run->levels; l++)
        printf("  %16s", cell_sweep_name(run, l, text, TEXT));
    printf("\n");
    for (size_t i = 0; i < (size_t)run->config->points; i++) {
        printf("%12g", run->x[i]);
        for (size_t l = 0; l < run->levels; l++) {
            tuft_sweep_point p = cell_sweep_point(run, l, i);
            if (isnan(p.burst_probability.mean))
                printf("  %7s %8.2f", "-", p.event_rate_hz.mean);
            else
                printf("  %7.3f %8.2f", p.burst_probability.mean, p.event_rate_hz.mean);
        }
        printf("\n");
    }
}

static void cards(app_report *report, const cell_sweep *run)
{
    char value[TEXT], note[TEXT];
    for (size_t l = 0; l < run->levels; l++) {
        double low, high;
        cell_sweep_name(run, l, note, TEXT);
        range(run, l, CELL_SWEEP_BURSTS, &low, &high);
        if (!isfinite(low))
            continue;
        snprintf(value, TEXT, "%.2f to %.2f", low, high);
        report_card(report, "Burst probability", value, note);
    }
}

static tuft_status write_report(const cell_sweep *run, tuft_error *err)
{
    char title[TEXT];
    app_report *report;
    snprintf(title, TEXT, "Bursts of %s", run->subject.model->name);
    tuft_status status =
        report_new(&report, title, "tuft cell bursts: bursts and events against apical input", err);
    if (status)
        return status;
    cards(report, run);
    cell_sweep_tell(report, run);
    report_section(report, "Curves");
    status = cell_sweep_curves(report, run, CELL_SWEEP_BURSTS, PLOT_WIDE, err);
    if (!status)
        status = cell_sweep_curves(report, run, CELL_SWEEP_EVENTS, PLOT_HALF, err);
    if (!status)
        status = cell_sweep_curves(report, run, CELL_SWEEP_RATE, PLOT_HALF, err);
    const double pair[] = {run->x[0], run->x[run->config->points - 1]};
    if (!status)
        status = cell_sweep_traces(report, run, run->level[run->levels / 2], pair, 2, err);
    report_section(report, "Settings");
    cell_subject_view(report, &run->subject);
    report_settings(report, &cell_bursts_command, run->config);
    if (!status)
        status = report_write(report, run->config->common.report, err);
    report_free(report);
    return status;
}

static tuft_status work(const cell_sweep_config *config, cell_sweep *run, app_result *result,
                        tuft_error *err)
{
    result_stage(result, "run");
    tuft_status status = cell_sweep_run(run, config, CELL_SWEEP_APICAL, err);
    result_stage(result, NULL);
    if (status)
        return status;
    json_object_set_new(result_results(result), "points", cell_table_json(&run->table));
    json_object_set_new(result_results(result), "soma_unit", json_string(run->soma_unit));
    json_object_set_new(result_results(result), "apical_unit", json_string(run->apical_unit));
    result_config_set(result, "cell", cell_subject_json(&run->subject));
    status = cell_table_csv(&run->table, config->csv, err);
    if (!status)
        status = result_write(result, config->common.json, err);
    if (!status && config->common.report)
        status = write_report(run, err);
    if (!status)
        print(run);
    return status;
}

static tuft_status run(const void *settings, tuft_error *err)
{
    cell_sweep sweep = {0};
    app_result *result;
    tuft_status status = result_new(&result, &cell_bursts_command, settings, err);
    if (!status)
        status = work(settings, &sweep, result, err);
    cell_sweep_free(&sweep);
    result_free(result);
    return status;
}

const app_command cell_bursts_command = {
    .name = "cell bursts",
    .summary = "burst probability and event rate against apical input",
    .description =
        "Holds cells at steady inputs and sorts their spikes into events: single spikes, and "
        "bursts of spikes that follow each other closely. Burst probability is the share of "
        "bursts among events.\n\n"
        "For two-point-lif the apical input is the mean potential that random events make, for "
        "context it is bias_feedback, which makes its bursts.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(cell_sweep_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
