/* tuft cell fi: f-I curves with and without apical input, and what that does to their gain. */
#include "apps/cell_sweep.h"
#include "apps/commands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 96, RESAMPLES = 1000 };

static const cell_sweep_config defaults = {CELL_SWEEP_DEFAULTS, .slope_from = 5, .slope_to = 30};

static const app_option operands[] = {
    {.metavar = "MODEL",
     .help = "naud-sprekeler, two-point-lif, context, adex or a lif-... model",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(cell_sweep_config, model, const char *),
     .need = OPTION_REQUIRED},
};

static const app_option options[] = {
    OPTION_SECTION("Inputs"),
    OPTION_REAL(cell_sweep_config, from, "from", "X", 0, 0,
                "least somatic input (the model's own)"),
    OPTION_REAL(cell_sweep_config, to, "to", "X", 0, 0, "greatest somatic input"),
    OPTION_TEXT(cell_sweep_config, levels, "apical", "A,B,...",
                "apical inputs, one curve each, at most 8 (the model's own)"),
    CELL_SWEEP_OPTIONS,
    OPTION_SECTION("Protocol"),
    CELL_SWEEP_PROTOCOL,
    OPTION_REAL(cell_sweep_config, slope_from, "slope-from", "HZ", 0, 1000,
                "the slope is taken over points of this rate"),
    OPTION_REAL(cell_sweep_config, slope_to, "slope-to", "HZ", 0, 1000, "to this rate"),
    OPTION_SECTION("Cell and table"),
    CELL_SWEEP_OUTPUT,
};

static const command_example examples[] = {
    {"tuft cell fi naud-sprekeler --report gain.html", "apical input raises the gain"},
    {"tuft cell fi adex --from 400 --to 1200 --set b_pa=0 --csv adex.csv", "one curve, as a table"},
};

static tuft_status check(const void *config, tuft_error *err)
{
    const cell_sweep_config *c = config;
    if (!(c->slope_from < c->slope_to))
        return tuft_fail(err, TUFT_INVALID, "--slope-from %g, expected less than --slope-to %g",
                         c->slope_from, c->slope_to);
    return cell_sweep_check(c, CELL_SWEEP_SOMA, err);
}

static size_t curves_of(const cell_sweep *run)
{
    return run->levels ? run->levels : 1;
}

static json_t *gains_json(const cell_sweep *run)
{
    json_t *all = json_array();
    for (size_t l = 0; l < curves_of(run); l++) {
        const tuft_gain *g = &run->gain[l];
        json_t *one = json_object();
        json_object_set_new(one, "apical", result_real(run->levels ? run->level[l] : NAN));
        json_object_set_new(one, "points", json_integer(g->points));
        json_object_set_new(one, "from", result_real(g->from));
        json_object_set_new(one, "to", result_real(g->to));
        json_object_set_new(one, "slope", result_real(g->slope));
        json_object_set_new(one, "slope_ci95", result_vector((double[]){g->low, g->high}, 2));
        json_object_set_new(one, "ratio", result_real(g->ratio));
        json_object_set_new(one, "ratio_ci95",
                            result_vector((double[]){g->ratio_low, g->ratio_high}, 2));
        json_array_append_new(all, one);
    }
    return all;
}

static void print(const cell_sweep *run)
{
    const cell_sweep_config *c = run->config;
    char text[TEXT];
    printf("%s: rate (Hz) against somatic input (%s)\n", run->subject.model->name, run->soma_unit);
    printf("%12s", "input");
    for (size_t l = 0; l < curves_of(run); l++)
        printf("  %18s", run->levels ? cell_sweep_name(run, l, text, TEXT) : "rate");
    printf("\n");
    for (size_t i = 0; i < (size_t)c->points; i++) {
        printf("%12g", run->x[i]);
        for (size_t l = 0; l < curves_of(run); l++)
            printf("  %18.2f", cell_sweep_point(run, l, i).rate_hz.mean);
        printf("\n");
    }
    printf("slope over the points from %g to %g Hz (95 %% interval by bootstrap over cells)\n",
           c->slope_from, c->slope_to);
    for (size_t l = 0; l < curves_of(run); l++) {
        const tuft_gain *g = &run->gain[l];
        printf("  %-18s ", cell_sweep_name(run, l, text, TEXT));
        if (g->points < 3)
            printf("%u points, too few\n", g->points);
        else
            printf("%.4g Hz/%s (%.4g to %.4g), ratio %.2f (%.2f to %.2f), %u points\n", g->slope,
                   run->soma_unit, g->low, g->high, g->ratio, g->ratio_low, g->ratio_high,
                   g->points);
    }
}

/* The level whose slope is steepest beside the reference's. */
static size_t steepest(const cell_sweep *run)
{
    size_t best = run->reference;
    for (size_t l = 0; l < run->levels; l++)
        if (run->gain[l].ratio > run->gain[best].ratio)
            best = l;
    return best;
}

static void cards(app_report *report, const cell_sweep *run)
{
    char value[TEXT], note[2 * TEXT], name[TEXT];
    for (size_t l = 0; l < curves_of(run); l++) {
        const tuft_gain *g = &run->gain[l];
        if (g->points < 3)
            continue;
        cell_sweep_name(run, l, name, TEXT);
        if (l == run->reference) {
            snprintf(value, TEXT, "%.3g Hz/%s", g->slope, run->soma_unit);
            snprintf(note, sizeof note, "%s; %.3g to %.3g (95 %%)", name, g->low, g->high);
            report_card(report, "Slope to compare with", value, note);
        } else if (isfinite(g->ratio)) {
            snprintf(value, TEXT, "%.2f", g->ratio);
            snprintf(note, sizeof note, "%s; %.2f to %.2f (95 %%)", name, g->ratio_low,
                     g->ratio_high);
            report_card(report, "Slope ratio", value, note);
        }
    }
}

static void gain_table(app_report *report, const cell_sweep *run)
{
    static const char *const heading[] = {"curve", "points",        "from",  "to",
                                          "slope", "95 % interval", "ratio", "95 % interval"};
    enum { COLUMNS = sizeof heading / sizeof *heading };
    char text[CELL_LEVELS][COLUMNS][TEXT];
    const char *cell[CELL_LEVELS][COLUMNS];
    size_t rows = curves_of(run);
    for (size_t l = 0; l < rows; l++) {
        const tuft_gain *g = &run->gain[l];
        cell_sweep_name(run, l, text[l][0], TEXT);
        snprintf(text[l][1], TEXT, "%u", g->points);
        snprintf(text[l][2], TEXT, "%g", g->from);
        snprintf(text[l][3], TEXT, "%g", g->to);
        snprintf(text[l][4], TEXT, "%.4g", g->slope);
        snprintf(text[l][5], TEXT, "%.4g to %.4g", g->low, g->high);
        snprintf(text[l][6], TEXT, "%.3f", g->ratio);
        snprintf(text[l][7], TEXT, "%.3f to %.3f", g->ratio_low, g->ratio_high);
        for (size_t k = 0; k < COLUMNS; k++)
            cell[l][k] = g->points < 3 && k > 1 ? "" : text[l][k];
    }
    char caption[2 * TEXT];
    snprintf(caption, sizeof caption,
             "Slopes in Hz/%s; from and to: the least and the greatest input among the points.",
             run->soma_unit);
    report_table(report, caption, heading, COLUMNS, &cell[0][0], rows);
}

/* The input at which the reference curve is nearest the middle of the range of rates. */
static double middle(const cell_sweep *run)
{
    double wanted = 0.5 * (run->config->slope_from + run->config->slope_to), best = INFINITY;
    double at = run->x[0];
    for (size_t i = 0; i < (size_t)run->config->points; i++) {
        double away = fabs(cell_sweep_point(run, run->reference, i).rate_hz.mean - wanted);
        if (away < best) {
            best = away;
            at = run->x[i];
        }
    }
    return at;
}

static tuft_status write_report(const cell_sweep *run, tuft_error *err)
{
    char title[TEXT];
    app_report *report;
    snprintf(title, TEXT, "f-I curves of %s", run->subject.model->name);
    tuft_status status = report_new(
        &report, title,
        run->levels > 1 ? "tuft cell fi: what apical input does to the gain" : "tuft cell fi", err);
    if (status)
        return status;
    cards(report, run);
    cell_sweep_tell(report, run);
    report_text(
        report,
        "The slope of a curve is that of the least-squares line through its points of %g to "
        "%g Hz, which need be no straight piece of the curve; its interval, and that of the "
        "ratio to the slope with the least apical input, by %d resamples of the cells of "
        "each point.",
        run->config->slope_from, run->config->slope_to, RESAMPLES);
    report_section(report, "Curves");
    status = cell_sweep_curves(report, run, CELL_SWEEP_RATE, PLOT_WIDE, err);
    gain_table(report, run);
    if (!status)
        status = cell_sweep_curves(report, run, CELL_SWEEP_EVENTS, PLOT_HALF, err);
    if (!status)
        status = cell_sweep_curves(report, run, CELL_SWEEP_BURSTS, PLOT_HALF, err);
    if (!status)
        status = cell_sweep_curves(report, run, CELL_SWEEP_CV, PLOT_HALF, err);
    const double pair[] = {run->level[run->reference], run->level[steepest(run)]};
    if (!status)
        status = cell_sweep_traces(report, run, middle(run), pair,
                                   run->levels && pair[0] != pair[1] ? 2 : 1, err);
    report_section(report, "Settings");
    cell_subject_view(report, &run->subject);
    report_settings(report, &cell_fi_command, run->config);
    if (!status)
        status = report_write(report, run->config->common.report, err);
    report_free(report);
    return status;
}

static tuft_status work(const cell_sweep_config *config, cell_sweep *run, app_result *result,
                        tuft_error *err)
{
    result_stage(result, "run");
    tuft_status status = cell_sweep_run(run, config, CELL_SWEEP_SOMA, err);
    const tuft_gain_settings gain = {config->slope_from, config->slope_to, (uint32_t)run->reference,
                                     RESAMPLES, config->common.seed};
    if (!status)
        status = tuft_gain_estimate(&run->sweep, run->x, &gain, run->gain, err);
    result_stage(result, NULL);
    if (status)
        return status;
    json_object_set_new(result_results(result), "points", cell_table_json(&run->table));
    json_object_set_new(result_results(result), "gain", gains_json(run));
    json_object_set_new(result_results(result), "soma_unit", json_string(run->soma_unit));
    json_object_set_new(result_results(result), "apical_unit",
                        run->apical_unit ? json_string(run->apical_unit) : json_null());
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
    tuft_status status = result_new(&result, &cell_fi_command, settings, err);
    if (!status)
        status = work(settings, &sweep, result, err);
    cell_sweep_free(&sweep);
    result_free(result);
    return status;
}

const app_command cell_fi_command = {
    .name = "cell fi",
    .summary = "f-I curves of a cell, with and without apical input",
    .description =
        "Holds cells at steady somatic inputs, with or without noise, and counts spikes: firing "
        "rate, its irregularity, event rate and burst probability for each apical input, and the "
        "slope of each curve beside that of the one with the least apical input.\n\n"
        "Inputs are in the model's own unit: pA, or mV of steady displacement. For two-point-lif "
        "the apical input is the mean potential that random events make, for context it is "
        "bias_context. Models with no apical end get one curve.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(cell_sweep_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
