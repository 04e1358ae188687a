#include "apps/commands.h"
#include "apps/device.h"
#include "apps/macro_values.h"
#include "apps/report.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 60, POINTS = 300, TEXT = 160, SPECTRUM_POINTS = 128 };

static void cards(app_report *report, const device_run *run)
{
    char value[TEXT], note[TEXT];
    int normal = run->normal.distance <= run->lognormal.distance;
    const tuft_fit *best = normal ? &run->normal : &run->lognormal;
    snprintf(value, sizeof value, "%.3g \u00b1 %.2g \u00b5S", 1e6 * best->mean, 1e6 * best->sd);
    snprintf(note, sizeof note, "%s fits better", normal ? "normal" : "lognormal");
    report_card(report, "Conductance", value, note);
    snprintf(value, sizeof value, "\u00b1 %.3g \u00b5S", 1e6 * run->difference.sd);
    report_card(report, "Pair difference", value, "sd of the fitted normal");
    if (run->frequencies) {
        snprintf(value, sizeof value, "%.4f", run->noise_ratio);
        report_card(report, "Read noise", value, "sd over closed form");
    }
    snprintf(value, sizeof value, "%.2f %%",
             100 * run->effect[run->effects - 1].error[run->sizes - 1]);
    snprintf(note, sizeof note, "all effects, %u \u00d7 %u cells", run->size[run->sizes - 1],
             run->size[run->sizes - 1]);
    report_card(report, "Error of a product", value, note);
}

/* Densities in microsiemens: the histogram as steps, and fits. */
typedef struct {
    double x[2 * BINS + 2], y[2 * BINS + 2]; /* outline of the histogram */
    double at[POINTS], normal[POINTS], lognormal[POINTS];
} densities;

static void outline(densities *d, const double *value, size_t count, double low, double high)
{
    double width = (high - low) / BINS, share[BINS] = {0};
    for (size_t i = 0; i < count; i++) {
        double bin = floor((1e6 * value[i] - low) / width);
        if (bin >= 0 && bin < BINS)
            share[(int)bin] += 1 / ((double)count * width);
    }
    d->x[0] = low;
    d->y[0] = 0;
    for (int b = 0; b < BINS; b++) {
        d->x[2 * b + 1] = low + b * width;
        d->x[2 * b + 2] = low + (b + 1) * width;
        d->y[2 * b + 1] = d->y[2 * b + 2] = share[b];
    }
    d->x[2 * BINS + 1] = high;
    d->y[2 * BINS + 1] = 0;
    for (int k = 0; k < POINTS; k++)
        d->at[k] = low + (high - low) * (k + 0.5) / POINTS;
}

static tuft_status view_distributions(app_report *report, const device_run *run, tuft_error *err)
{
    densities *d;
    tuft_status status = TUFT_NEW(&d, 1, "figures", err);
    if (status)
        return status;
    double reach = 5e6 * run->normal.sd;
    outline(d, run->cell, run->cells, fmax(0, 1e6 * run->normal.mean - reach),
            1e6 * run->normal.mean + reach);
    for (int k = 0; k < POINTS; k++) {
        d->normal[k] = 1e-6 * tuft_fit_density(&run->normal, 1e-6 * d->at[k]);
        d->lognormal[k] = 1e-6 * tuft_fit_density(&run->lognormal, 1e-6 * d->at[k]);
    }
    char note[TEXT];
    snprintf(note, sizeof note,
             "Normal: distance %.4f, chi2 %.2f a degree of freedom; lognormal: %.4f, %.2f.",
             run->normal.distance, run->normal.chi2, run->lognormal.distance, run->lognormal.chi2);
    const plot_axes cells = {.title = "Conductances of all cells, with both fits.",
                             .note = note,
                             .x_label = "conductance (\u00b5S)",
                             .y_label = "density (1/\u00b5S)",
                             .width = PLOT_WIDE};
    const plot_series of_cells[] = {
        {.name = "cells", .x = d->x, .y = d->y, .count = 2 * BINS + 2},
        {.name = "normal", .x = d->at, .y = d->normal, .count = POINTS},
        {.name = "lognormal", .x = d->at, .y = d->lognormal, .count = POINTS}};
    report_lines(report, &cells, of_cells, 3);

    reach = 5e6 * run->difference.sd;
    outline(d, run->pair, run->pairs, -reach, reach);
    for (int k = 0; k < POINTS; k++)
        d->normal[k] = 1e-6 * tuft_fit_density(&run->difference, 1e-6 * d->at[k]);
    const plot_axes pairs = {.title = "Differences of pairs: what a weight is made of.",
                             .x_label = "G+ \u2212 G\u2212 (\u00b5S)",
                             .y_label = "density (1/\u00b5S)",
                             .width = PLOT_WIDE};
    const plot_series of_pairs[] = {
        {.name = "pairs", .x = d->x, .y = d->y, .count = 2 * BINS + 2},
        {.name = "normal", .x = d->at, .y = d->normal, .count = POINTS}};
    report_lines(report, &pairs, of_pairs, 2);
    free(d);
    return TUFT_OK;
}

static void fit_row(const char *name, const tuft_fit *fit, double scale, char text[7][32],
                    const char **cell)
{
    snprintf(text[0], sizeof text[0], "%zu", fit->count);
    snprintf(text[1], sizeof text[1], "%.5g", scale * fit->centre);
    snprintf(text[2], sizeof text[2], "%.2g", scale * fit->centre_se);
    snprintf(text[3], sizeof text[3], "%.5g", scale * fit->spread);
    snprintf(text[4], sizeof text[4], "%.2g", scale * fit->spread_se);
    snprintf(text[5], sizeof text[5], "%.2f", fit->chi2);
    snprintf(text[6], sizeof text[6], "%.4f", fit->distance);
    cell[0] = name;
    for (int k = 0; k < 7; k++)
        cell[k + 1] = text[k];
}

static void view_fits(app_report *report, const device_run *run)
{
    static const char *const heading[] = {"fit",    "values",         "centre", "standard error",
                                          "spread", "standard error", "chi2",   "distance"};
    char text[3][7][32];
    const char *cell[3 * 8];
    fit_row("cells, normal (\u00b5S)", &run->normal, 1e6, text[0], cell);
    fit_row("cells, lognormal (ln S)", &run->lognormal, 1, text[1], cell + 8);
    fit_row("pairs, normal (\u00b5S)", &run->difference, 1e6, text[2], cell + 16);
    report_table(report, "Least squares on the histogram; chi2 a degree of freedom.", heading, 8,
                 cell, 3);
}

static void view_retention(app_report *report, const device_run *run)
{
    double x[DEVICE_AGES], mean[DEVICE_AGES], low[DEVICE_AGES], high[DEVICE_AGES];
    double expected[DEVICE_AGES];
    for (int k = 0; k < DEVICE_AGES; k++) {
        const device_age *a = &run->age[k];
        x[k] = a->seconds;
        mean[k] = 1e6 * a->mean;
        low[k] = 1e6 * (a->mean - a->sd);
        high[k] = 1e6 * (a->mean + a->sd);
        expected[k] = 1e6 * a->expected;
    }
    const plot_axes axes = {.title = "Retention: conductances after writing, drift alone.",
                            .note = "Shaded: one standard deviation of the cells.",
                            .x_label = "time (s)",
                            .y_label = "conductance (\u00b5S)",
                            .x_scale = AXIS_LOG,
                            .width = PLOT_HALF};
    const plot_series series[] = {
        {.name = "cells", .x = x, .y = mean, .low = low, .high = high, .count = DEVICE_AGES},
        {.name = "mean, closed form", .x = x, .y = expected, .count = DEVICE_AGES}};
    report_lines(report, &axes, series, 2);
}

/* Neighbouring frequencies in groups: the periodogram of white noise is scattered. */
static void view_spectrum(app_report *report, const device_run *run)
{
    double x[SPECTRUM_POINTS], y[SPECTRUM_POINTS];
    size_t group = (run->frequencies + SPECTRUM_POINTS - 1) / SPECTRUM_POINTS, points = 0;
    if (!run->frequencies)
        return;
    for (size_t f = 0; f + group <= run->frequencies; f += group, points++) {
        x[points] = y[points] = 0;
        for (size_t k = f; k < f + group; k++) {
            x[points] += run->frequency[k] / (double)group;
            y[points] += run->power[k] / (double)group;
        }
    }
    const plot_mark mark = {1, "closed form"};
    const plot_axes axes = {.title = "Read noise over repeated reads of one input.",
                            .note = "Mean of all columns; 1 is white noise of the variance "
                                    "\u03a3 V\u00b2 s\u00b2.",
                            .x_label = "frequency (cycles a read)",
                            .y_label = "power / variance",
                            .y_low = 0,
                            .y_high = 2,
                            .width = PLOT_HALF,
                            .marks = &mark,
                            .mark_count = 1};
    const plot_series series = {.x = x, .y = y, .count = points};
    report_lines(report, &axes, &series, 1);
}

static void view_products(app_report *report, const device_run *run)
{
    double x[DEVICE_SIZES], y[DEVICE_EFFECTS][DEVICE_SIZES];
    plot_series series[DEVICE_EFFECTS];
    char text[DEVICE_EFFECTS][DEVICE_SIZES + 1][24], heads[DEVICE_SIZES][24];
    const char *heading[DEVICE_SIZES + 2] = {"effect"};
    const char *cell[DEVICE_EFFECTS * (DEVICE_SIZES + 2)];
    for (size_t s = 0; s < run->sizes; s++) {
        x[s] = run->size[s];
        snprintf(heads[s], sizeof heads[s], "%u \u00d7 %u", run->size[s], run->size[s]);
        heading[s + 1] = heads[s];
    }
    size_t columns = run->sizes + 2, last = run->sizes - 1;
    heading[columns - 1] = "last, after one gain";
    for (size_t e = 0; e < run->effects; e++) {
        snprintf(text[e][DEVICE_SIZES], sizeof text[e][DEVICE_SIZES], "%.3f",
                 100 * run->effect[e].scaled[last]);
        cell[e * columns + columns - 1] = text[e][DEVICE_SIZES];
        cell[e * columns] = run->effect[e].name;
        for (size_t s = 0; s < run->sizes; s++) {
            y[e][s] = 100 * run->effect[e].error[s];
            snprintf(text[e][s], sizeof text[e][s], "%.3f", y[e][s]);
            cell[e * columns + s + 1] = text[e][s];
        }
        series[e] =
            (plot_series){.name = run->effect[e].name, .x = x, .y = y[e], .count = run->sizes};
    }
    const plot_axes axes = {.title = "Error of a matrix-vector product, each effect by itself.",
                            .note = "rms of I \u2212 I ideal over rms of I ideal; inputs spread "
                                    "evenly over the full range, of both signs.",
                            .x_label = "cells a side",
                            .y_label = "error (%)",
                            .x_scale = AXIS_LOG,
                            .y_scale = AXIS_LOG,
                            .width = PLOT_WIDE};
    report_section(report, "Matrix-vector products");
    report_text(report, "Wires are solved for exactly at every read. Drift counts as an error in "
                        "full, its common part too; one gain for all columns would take that out.");
    report_lines(report, &axes, series, run->effects);
    report_table(report, "Errors in per cent.", heading, columns, cell, run->effects);
}

static void view_macro(app_report *report, const device_run *run)
{
    enum { MOST = 40 };
    char text[MOST][48];
    report_pair pair[MOST];
    size_t count = 0;
    json_t *all = macro_values_json(&run->macro), *value;
    const char *name;
    json_object_foreach(all, name, value) if (count < MOST)
    {
        pair[count] = (report_pair){name, result_text(value, text[count], sizeof text[count])};
        count++;
    }
    report_pairs(report, "Effects.", pair, count);
    json_decref(all);
}

tuft_status device_report(const device_run *run, const app_result *result, tuft_error *err)
{
    app_report *report;
    char subtitle[TEXT];
    (void)result;
    snprintf(subtitle, sizeof subtitle,
             "tuft device, %u word lines, %u differential pairs, seed %llu", run->target.rows,
             run->target.columns, (unsigned long long)run->config->common.seed);
    tuft_status status = report_new(&report, "Resistive-memory array", subtitle, err);
    if (status)
        return status;
    cards(report, run);
    report_section(report, "Conductances");
    report_text(report, "Cells as they are %.6g s after writing, before read noise.",
                run->macro.seconds);
    status = view_distributions(report, run, err);
    view_fits(report, run);
    report_section(report, "Retention and read noise");
    view_retention(report, run);
    view_spectrum(report, run);
    view_products(report, run);
    report_section(report, "Settings");
    view_macro(report, run);
    report_settings(report, &device_command, run->config);
    if (!status)
        status = report_write(report, run->config->common.report, err);
    report_free(report);
    return status;
}
