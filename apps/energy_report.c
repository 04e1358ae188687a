#include "apps/energy.h"

#include "apps/commands.h"
#include "core/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 320, DIGITS = 4, POINTS = 61, BLOCKS = 40, TOP = 20, SERIES = PLOT_COLOURS };

/* A table that grows cell by cell. */
typedef struct {
    char (*cell)[CELL];
    size_t cells, capacity;
} text_table;

static void put(text_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(text_table *table, const char *format, ...)
{
    va_list arguments;
    if (TUFT_GROW(&table->cell, &table->capacity, table->cells + 1, "cells", NULL))
        return;
    va_start(arguments, format);
    vsnprintf(table->cell[table->cells++], CELL, format, arguments);
    va_end(arguments);
}

static void put_energy(text_table *table, double joules)
{
    char text[64];
    put(table, "%s", tuft_energy_text((tuft_energy){joules}, DIGITS, text, sizeof text));
}

static void show(app_report *report, text_table *table, const char *caption,
                 const char *const *heading, size_t columns)
{
    const char **cell;
    if (!TUFT_NEW(&cell, table->cells, "cells", NULL)) {
        for (size_t k = 0; k < table->cells; k++)
            cell[k] = table->cell[k];
        report_table(report, caption, heading, columns, cell, table->cells / columns);
        free(cell);
    }
    free(table->cell);
    *table = (text_table){0};
}

/* ---- tables of a bill ------------------------------------------------------------------------ */

static void row(text_table *table, const char *name, tuft_energy_range range, double whole)
{
    static const int order[] = {TUFT_ENERGY_NOMINAL, TUFT_ENERGY_LOW, TUFT_ENERGY_HIGH};
    if (!(range.at[TUFT_ENERGY_HIGH].joules > 0))
        return;
    put(table, "%s", name);
    for (int l = 0; l < TUFT_ENERGY_LEVELS; l++)
        put_energy(table, range.at[order[l]].joules);
    put(table, "%.2f %%", 100 * range.at[TUFT_ENERGY_NOMINAL].joules / whole);
}

static void component_table(app_report *report, const tuft_energy_bill *bill, const char *caption)
{
    static const char *const heading[] = {"component", "nominal", "low", "high", "share"};
    text_table table = {0};
    tuft_energy_range total = tuft_energy_total(bill, TUFT_ENERGY_RUN);
    double whole = total.at[TUFT_ENERGY_NOMINAL].joules;
    for (int c = 0; c < TUFT_COMPONENT_TRAINING; c++)
        row(&table, tuft_component_name((tuft_component)c),
            tuft_energy_by_component(bill, (tuft_component)c), whole);
    row(&table, "total", total, whole);
    show(report, &table, caption, heading, 5);
}

static void projection_table(app_report *report, const tuft_energy_bill *bill)
{
    static const char *const heading[] = {"projection", "kind", "synapses", "events",
                                          "nominal",    "low",  "high",     "a synapse"};
    text_table table = {0};
    for (uint32_t p = 0; p < bill->activity->projections; p++) {
        const tuft_energy_projection *of = &bill->activity->projection[p];
        tuft_energy_range range = tuft_energy_by_projection(bill, p);
        put(&table, "%s", of->name);
        put(&table, "%s", of->kind);
        put(&table, "%llu", (unsigned long long)of->synapses);
        put(&table, "%llu", (unsigned long long)of->synaptic_events);
        put_energy(&table, range.at[TUFT_ENERGY_NOMINAL].joules);
        put_energy(&table, range.at[TUFT_ENERGY_LOW].joules);
        put_energy(&table, range.at[TUFT_ENERGY_HIGH].joules);
        put_energy(&table,
                   of->synapses ? range.at[TUFT_ENERGY_NOMINAL].joules / (double)of->synapses : 0);
    }
    if (table.cells)
        show(report, &table, "By projection: what happens at its synapses.", heading, 8);
}

static void gap_table(app_report *report, const tuft_energy_bill *bill)
{
    static const char *const heading[] = {"left out", "count", "what is missing"};
    text_table table = {0};
    for (size_t g = 0; g < bill->gaps; g++) {
        put(&table, "%s", bill->gap[g].what);
        put(&table, "%.10g", bill->gap[g].count);
        put(&table, "%s", bill->gap[g].missing);
    }
    if (table.cells)
        show(report, &table, "Counted, but without a published constant: not in the sums.", heading,
             3);
}

static void constant_table(app_report *report, const tuft_energy_profile *profile)
{
    static const char *const heading[] = {"constant", "value", "evidence", "year", "source"};
    text_table table = {0};
    char text[128];
    for (int c = 0; c < TUFT_COSTS; c++) {
        const tuft_energy_constant *of = &profile->constant[c];
        if (!of->given)
            continue;
        put(&table, "%s", tuft_cost_name((tuft_cost)c));
        put(&table, "%s", energy_constant_text(of, text, sizeof text));
        put(&table, "%s", of->evidence == TUFT_MEASURED ? "measured" : "estimated");
        put(&table, "%d", of->year);
        put(&table, "%s%s%s", of->source, of->note ? " — " : "", of->note ? of->note : "");
    }
    show(report, &table,
         "Constants, their interval where the source has one, and who published them.", heading, 5);
    if (profile->left_out)
        report_text(report, "Without constants: %s.", profile->left_out);
}

static void show_bill(app_report *report, const energy_run *run, size_t b)
{
    const tuft_energy_bill *bill = &run->bill[b];
    char text[160], caption[240];
    double training = tuft_energy_total(bill, TUFT_ENERGY_TRAINING).at[TUFT_ENERGY_NOMINAL].joules;
    report_section(report, energy_bill_name(run, b, text, sizeof text));
    snprintf(caption, sizeof caption, "By component, on %.150s.", bill->profile->title);
    component_table(report, bill, caption);
    projection_table(report, bill);
    if (training > 0)
        report_text(
            report, "Training, apart from the total: %s.",
            energy_range_text(tuft_energy_total(bill, TUFT_ENERGY_TRAINING), text, sizeof text));
    gap_table(report, bill);
}

/* ---- comparisons ----------------------------------------------------------------------------- */

static void compare(app_report *report, const energy_run *run)
{
    static const char *const heading[] = {"run and profile",     "total",   "ratio", "interval",
                                          "equal at activity x", "training"};
    size_t bills = run->inputs * run->profiles;
    text_table table = {0};
    char text[128], caption[240];
    int each = 0, whole;
    if (bills < 2)
        return;
    for (size_t b = 0; b < bills; b++) {
        tuft_energy_ratio r = energy_ratio(run, b, TUFT_ENERGY_RUN, &each);
        tuft_energy_ratio training = energy_ratio(run, b, TUFT_ENERGY_TRAINING, &whole);
        double even = energy_even(run, b);
        put(&table, "%s", energy_bill_name(run, b, text, sizeof text));
        put_energy(
            &table,
            tuft_energy_total(&run->bill[b], TUFT_ENERGY_RUN).at[TUFT_ENERGY_NOMINAL].joules);
        put(&table, "%.4g", r.at[TUFT_ENERGY_NOMINAL]);
        put(&table, "%.4g to %.4g", r.at[TUFT_ENERGY_LOW], r.at[TUFT_ENERGY_HIGH]);
        if (b && !isnan(even))
            put(&table, "%.4g", even);
        else
            put(&table, "–");
        if (training.at[TUFT_ENERGY_NOMINAL] > 0)
            put(&table, "%.4g", training.at[TUFT_ENERGY_NOMINAL]);
        else
            put(&table, "–");
    }
    report_section(report, "Compared");
    snprintf(caption, sizeof caption,
             "Ratios to %.60s, %s. Interval: constants at their ends, the same ones together.",
             energy_bill_name(run, 0, text, sizeof text), each ? "of a recording" : "of the total");
    show(report, &table, caption, heading, 6);
}

/* Totals as bars, on a logarithmic axis. */
static void total_bars(app_report *report, const energy_run *run)
{
    size_t bills = run->inputs * run->profiles;
    double *value;
    char(*name)[128];
    const char **category = NULL;
    if (TUFT_NEW(&value, 3 * bills, "totals", NULL))
        return;
    if (TUFT_NEW(&name, bills, "names", NULL)) {
        free(value);
        return;
    }
    if (!TUFT_NEW(&category, bills, "names", NULL)) {
        for (size_t b = 0; b < bills; b++) {
            tuft_energy_range total = tuft_energy_total(&run->bill[b], TUFT_ENERGY_RUN);
            value[b] = total.at[TUFT_ENERGY_NOMINAL].joules;
            value[bills + b] = total.at[TUFT_ENERGY_LOW].joules;
            value[2 * bills + b] = total.at[TUFT_ENERGY_HIGH].joules;
            if (run->inputs > 1)
                energy_bill_name(run, b, name[b], sizeof name[b]);
            else
                snprintf(name[b], sizeof name[b], "%s", run->bill[b].profile->name);
            category[b] = name[b];
        }
        const plot_axes axes = {.title = "Totals.",
                                .note = "Bars from the low to the high ends of all constants.",
                                .y_label = "energy (J)",
                                .y_scale = AXIS_LOG,
                                .width = PLOT_WIDE};
        const plot_bar_series series = {
            .value = value, .low = value + bills, .high = value + 2 * bills};
        report_bars(report, &axes, category, bills, &series, 1);
    }
    free(category);
    free(name);
    free(value);
}

/* Energy of the bills over an axis, log-spaced (bits: linear). */
static void curve(app_report *report, const energy_run *run, energy_axis axis,
                  const plot_axes *axes, double low, double high)
{
    size_t bills = run->inputs * run->profiles, shown = 0;
    double x[POINTS], y[SERIES][POINTS];
    char name[SERIES][128];
    plot_series series[SERIES];
    for (int i = 0; i < POINTS; i++) {
        double t = (double)i / (POINTS - 1);
        x[i] = axis == ENERGY_OVER_BITS ? low + (high - low) * t : low * pow(high / low, t);
    }
    for (size_t b = 0; b < bills && shown < SERIES; b++) {
        for (int i = 0; i < POINTS; i++)
            y[shown][i] = energy_at(&run->bill[b], axis, x[i]);
        if (isnan(y[shown][0]))
            continue;
        if (run->inputs > 1)
            energy_bill_name(run, b, name[shown], sizeof name[shown]);
        else
            snprintf(name[shown], sizeof name[shown], "%s", run->bill[b].profile->name);
        series[shown] = (plot_series){name[shown], x, y[shown], NULL, NULL, POINTS};
        shown++;
    }
    if (shown)
        report_lines(report, axes, series, shown);
}

static void curves(app_report *report, const energy_run *run)
{
    const plot_axes activity = {
        .title = "Energy over activity.",
        .note = "1 is what was counted; every source as many times as active. Where curves cross, "
                "the two are even.",
        .x_label = "activity (times the run's)",
        .y_label = "energy (J)",
        .x_scale = AXIS_LOG,
        .y_scale = AXIS_LOG,
        .width = PLOT_WIDE};
    const plot_axes cells = {
        .title = "Energy over the number of cells.",
        .note = "Each cell as active as before and the density of synapses kept: recurrent "
                "projections grow with the square.",
        .x_label = "cells (times the run's)",
        .y_label = "energy (J)",
        .x_scale = AXIS_LOG,
        .y_scale = AXIS_LOG,
        .width = PLOT_WIDE};
    const plot_axes bits = {.title = "Energy over the bits of the ADC.",
                            .note = "A conversion's energy doubles with each bit (Walden 1999).",
                            .x_label = "ADC bits",
                            .y_label = "energy (J)",
                            .y_scale = AXIS_LOG,
                            .width = PLOT_WIDE};
    report_section(report, "Where it pays");
    curve(report, run, ENERGY_OVER_ACTIVITY, &activity, 0.01, 100);
    curve(report, run, ENERGY_OVER_CELLS, &cells, 0.1, 10);
    curve(report, run, ENERGY_OVER_BITS, &bits, 4, 12);
}

/* ---- NeuroBench ------------------------------------------------------------------------------ */

static void put_or_dash(text_table *table, double value, const char *format)
{
    char text[48];
    snprintf(text, sizeof text, *format == '4' ? "%.4f" : "%.10g", value);
    put(table, "%s", isnan(value) ? "–" : text);
}

static void neurobench(app_report *report, const energy_run *run)
{
    static const char *const heading[] = {
        "run",   "footprint (B)",  "connection sparsity", "activation sparsity",
        "dense", "effective MACs", "effective ACs"};
    text_table table = {0};
    for (size_t i = 0; i < run->inputs; i++) {
        tuft_neurobench n = tuft_neurobench_of(energy_bill(run, i, 0));
        put(&table, "%s", run->input[i].label);
        put_or_dash(&table, n.footprint_bytes, "g");
        put_or_dash(&table, n.connection_sparsity, "4");
        put_or_dash(&table, n.activation_sparsity, "4");
        put_or_dash(&table, n.dense_operations, "g");
        put_or_dash(&table, n.effective_macs, "g");
        put_or_dash(&table, n.effective_acs, "g");
    }
    report_section(report, "NeuroBench metrics");
    show(report, &table,
         "Synaptic operations: dense counts every possible synapse at each update of its target; "
         "effective ones those that happened. Sizes of weights and states as the first profile "
         "has them, else 4 bytes.",
         heading, 7);
}

/* ---- synapses -------------------------------------------------------------------------------- */

/* The unit that leaves the largest of n values 1 to 999, and the values in it. */
static const char *in_unit(double *value, size_t n)
{
    static const char *const unit[] = {"J", "mJ", "uJ", "nJ", "pJ", "fJ"};
    double largest = 0, scale = 1;
    int at = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, value[i]);
    while (at < 5 && largest * scale < 1) {
        scale *= 1000;
        at++;
    }
    for (size_t i = 0; i < n; i++)
        value[i] *= scale;
    return unit[at];
}

static void heat_map(app_report *report, const tuft_energy_projection *of,
                     const energy_matrix *matrix)
{
    size_t rows = matrix->edges->sources < BLOCKS ? matrix->edges->sources : BLOCKS;
    size_t columns = matrix->edges->targets < BLOCKS ? matrix->edges->targets : BLOCKS;
    double *sum;
    char title[120], note[160];
    if (!rows || !columns || TUFT_NEW(&sum, rows * columns, "blocks", NULL))
        return;
    energy_matrix_blocks(matrix, rows, columns, sum);
    const char *unit = in_unit(sum, rows * columns);
    snprintf(title, sizeof title, "Energy of \"%.40s\" by source and target.", of->name);
    snprintf(note, sizeof note, "%zu x %zu blocks of %u sources and %u targets, sums.", rows,
             columns, matrix->edges->sources, matrix->edges->targets);
    const plot_axes axes = {
        .title = title, .note = note, .x_label = "target", .y_label = "source", .width = PLOT_HALF};
    const plot_matrix plot = {
        .value = sum, .rows = rows, .columns = columns, .map = COLOUR_SEQUENTIAL, .unit = unit};
    report_heatmap(report, &axes, &plot);
    free(sum);
}

static void synapse_histogram(app_report *report, const tuft_energy_projection *of,
                              const energy_matrix *matrix)
{
    enum { BINS = 40 };
    char title[120], label[40];
    double *value;
    size_t n = matrix->edges->synapses;
    if (TUFT_NEW(&value, n, "joules", NULL))
        return;
    memcpy(value, matrix->joules, n * sizeof *value);
    snprintf(label, sizeof label, "energy (%s)", in_unit(value, n));
    snprintf(title, sizeof title, "Energy of a synapse of \"%.40s\".", of->name);
    const plot_axes axes = {
        .title = title, .x_label = label, .y_label = "synapses", .width = PLOT_HALF};
    report_histogram(report, &axes, value, n, BINS);
    free(value);
}

static void synapses(app_report *report, const energy_run *run, const energy_matrix *matrix,
                     size_t count)
{
    static const char *const heading[] = {"projection", "source", "target", "energy"};
    energy_top top[TOP];
    text_table table = {0};
    char text[160];
    const tuft_energy_activity *a = &run->input[0].activity;
    if (!count)
        return;
    snprintf(text, sizeof text, "Synapses of %.100s",
             energy_bill_name(run, 0, (char[128]){0}, 128));
    report_section(report, text);
    for (size_t m = 0; m < count; m++) {
        report_text(report, "%s: %zu synapses add up to %s.",
                    a->projection[matrix[m].projection].name, matrix[m].edges->synapses,
                    tuft_energy_text((tuft_energy){matrix[m].sum}, 6, text, sizeof text));
        heat_map(report, &a->projection[matrix[m].projection], &matrix[m]);
        synapse_histogram(report, &a->projection[matrix[m].projection], &matrix[m]);
    }
    size_t held = energy_matrices_top(matrix, count, top, TOP);
    for (size_t k = 0; k < held; k++) {
        put(&table, "%s", a->projection[top[k].projection].name);
        put(&table, "%u", top[k].source);
        put(&table, "%u", top[k].target);
        put_energy(&table, top[k].joules);
    }
    show(report, &table, "The dearest synapses.", heading, 4);
}

/* ---- the page -------------------------------------------------------------------------------- */

static void cards(app_report *report, const energy_run *run)
{
    const tuft_energy_bill *bill = &run->bill[0];
    tuft_energy_range total = tuft_energy_total(bill, TUFT_ENERGY_RUN);
    double nominal = total.at[TUFT_ENERGY_NOMINAL].joules, events = 0;
    char value[64], note[200], low[64], high[64];
    for (uint32_t p = 0; p < bill->activity->projections; p++)
        events += (double)bill->activity->projection[p].synaptic_events;
    tuft_energy_text(total.at[TUFT_ENERGY_LOW], 3, low, sizeof low);
    tuft_energy_text(total.at[TUFT_ENERGY_HIGH], 3, high, sizeof high);
    snprintf(note, sizeof note, "%s to %s, on %.40s", low, high, bill->profile->name);
    report_card(report, "Total",
                tuft_energy_text(total.at[TUFT_ENERGY_NOMINAL], 3, value, sizeof value), note);
    if (bill->activity->recordings > 0) {
        snprintf(note, sizeof note, "%.10g recordings", bill->activity->recordings);
        report_card(report, "A recording",
                    tuft_energy_text((tuft_energy){nominal / bill->activity->recordings}, 3, value,
                                     sizeof value),
                    note);
    }
    if (events > 0) {
        double dynamic =
            tuft_energy_total(bill, TUFT_ENERGY_DYNAMIC).at[TUFT_ENERGY_NOMINAL].joules;
        snprintf(note, sizeof note, "of %.10g, static power aside", events);
        report_card(report, "A synaptic event",
                    tuft_energy_text((tuft_energy){dynamic / events}, 3, value, sizeof value),
                    note);
    }
}

tuft_status energy_report(const energy_run *run, const energy_matrix *matrix, size_t matrices,
                          tuft_error *err)
{
    app_report *report;
    char subtitle[200] = "";
    size_t bills = run->inputs * run->profiles;
    snprintf(subtitle, sizeof subtitle, "%.100s", run->input[0].path);
    if (run->inputs > 1)
        snprintf(subtitle + strlen(subtitle), 60, " and %zu more", run->inputs - 1);
    tuft_status status = report_new(&report, "What it costs", subtitle, err);
    if (status)
        return status;
    cards(report, run);
    report_text(report,
                "Each figure is a count of the run times published constants; its interval is that "
                "of the sources, all constants at their low or high ends together. What was "
                "counted and has no published constant is listed, not guessed.");
    if (bills > 1)
        total_bars(report, run);
    compare(report, run);
    for (size_t b = 0; b < bills; b++)
        show_bill(report, run, b);
    curves(report, run);
    neurobench(report, run);
    synapses(report, run, matrix, matrices);
    for (size_t p = 0; p < run->profiles; p++) {
        char heading[120];
        snprintf(heading, sizeof heading, "Constants of %.60s", run->profile[p].name);
        report_section(report, heading);
        constant_table(report, &run->adapted[p]);
    }
    report_section(report, "Settings");
    report_settings(report, &energy_command, run->config);
    status = report_write(report, run->config->common.report, err);
    report_free(report);
    return status;
}
