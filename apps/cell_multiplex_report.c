#include "apps/cell_multiplex.h"

#include "apps/commands.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 64 };

/* In standard deviations from its mean. */
static void standardise(const double *x, double *z, size_t n)
{
    double mean = 0, square = 0, used = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(x[i])) {
            mean += x[i];
            square += x[i] * x[i];
            used++;
        }
    mean /= used;
    double sd = sqrt(fmax(square / used - mean * mean, 0));
    for (size_t i = 0; i < n; i++)
        z[i] = sd > 0 ? (x[i] - mean) / sd : x[i] - mean;
}

static tuft_status over_time(app_report *report, const tuft_multiplex *x, const double *response,
                             const char *name, tuft_rig_end own, double correlation,
                             tuft_error *err)
{
    double *z;
    size_t n = x->windows;
    char title[TEXT];
    tuft_status status = TUFT_NEW(&z, 3 * n, "curves", err);
    if (status)
        return status;
    standardise(response, z, n);
    standardise(x->input[own], z + n, n);
    standardise(x->input[!own], z + 2 * n, n);
    const plot_series series[] = {
        {name, x->time_ms, z, NULL, NULL, n},
        {own ? "apical input" : "somatic input", x->time_ms, z + n, NULL, NULL, n},
        {own ? "somatic input" : "apical input", x->time_ms, z + 2 * n, NULL, NULL, n}};
    snprintf(title, TEXT, "%s, correlation with its input %.3f", name, correlation);
    const plot_axes axes = {.title = title,
                            .note = "All in standard deviations from their means.",
                            .x_label = "time (ms)",
                            .y_label = "standard deviations",
                            .width = PLOT_WIDE};
    report_lines(report, &axes, series, 3);
    free(z);
    return TUFT_OK;
}

static const char *setting_name(const multiplex_setting *s, char *text)
{
    snprintf(text, TEXT, "%g ms, %g, %g", s->input[0].period_ms, s->input[0].mean,
             s->input[1].mean);
    return text;
}

static tuft_status map(app_report *report, const multiplex_study *study, tuft_error *err)
{
    static const char *const column[] = {"events ~ soma", "bursts ~ apical", "events ~ apical",
                                         "bursts ~ soma"};
    size_t n = study->settings;
    double *value;
    char(*text)[TEXT] = NULL;
    const char **row = NULL;
    tuft_status status = TUFT_NEW(&value, INPUTS * n, "map", err);
    if (!status)
        status = TUFT_NEW(&text, n, "map", err);
    if (!status)
        status = TUFT_NEW(&row, n, "map", err);
    for (size_t i = 0; !status && i < n; i++) {
        row[i] = setting_name(&study->setting[i], text[i]);
        for (size_t k = 0; k < INPUTS; k++)
            value[i * INPUTS + k] = study->setting[i].r[k].mean;
    }
    const plot_axes axes = {.title = "Correlations of every setting, mean over seeds",
                            .note = "The first two should be 1, the others 0. Settings: somatic "
                                    "period, somatic mean, apical mean (pA).",
                            .width = PLOT_WIDE};
    const plot_matrix matrix = {.value = value,
                                .rows = n,
                                .columns = INPUTS,
                                .row_name = row,
                                .column_name = column,
                                .map = COLOUR_DIVERGING,
                                .low = -1,
                                .high = 1,
                                .cells = PLOT_CELLS_WRITTEN,
                                .decimals = 2,
                                .unit = "r"};
    if (!status)
        report_heatmap(report, &axes, &matrix);
    free(value);
    free(text);
    free(row);
    return status;
}

static tuft_status table(app_report *report, const multiplex_study *study, tuft_error *err)
{
    static const char *const heading[] = {"period (ms)",   "soma (pA)",       "apical (pA)",
                                          "events ~ soma", "bursts ~ apical", "events ~ apical",
                                          "bursts ~ soma", "event rate (Hz)", "burst probability"};
    enum { COLUMNS = sizeof heading / sizeof *heading };
    char(*text)[COLUMNS][TEXT];
    const char **cell = NULL;
    tuft_status status = TUFT_NEW(&text, study->settings, "table", err);
    if (!status)
        status = TUFT_NEW(&cell, study->settings * COLUMNS, "table", err);
    for (size_t i = 0; !status && i < study->settings; i++) {
        const multiplex_setting *s = &study->setting[i];
        snprintf(text[i][0], TEXT, "%g, %.4g", s->input[0].period_ms, s->input[1].period_ms);
        for (int e = 0; e < 2; e++)
            snprintf(text[i][1 + e], TEXT, "%g ± %g", s->input[e].mean, s->input[e].swing);
        for (int k = 0; k < INPUTS; k++)
            snprintf(text[i][3 + k], TEXT, "%.3f (%.3f to %.3f)", s->r[k].mean, s->r[k].low,
                     s->r[k].high);
        snprintf(text[i][7], TEXT, "%.2f", s->event_rate_hz.mean);
        snprintf(text[i][8], TEXT, "%.3f", s->burst_probability.mean);
        for (int k = 0; k < COLUMNS; k++)
            cell[i * COLUMNS + (size_t)k] = text[i][k];
    }
    if (!status)
        report_table(report, "Mean over seeds, least to greatest in brackets.", heading, COLUMNS,
                     cell, study->settings);
    free(text);
    free(cell);
    return status;
}

static void cards(app_report *report, const multiplex_study *study)
{
    static const struct {
        const char *label, *note;
    } card[] = {{"Events with soma", "own; least"},
                {"Bursts with apical", "own; least"},
                {"Events with apical", "cross; farthest from 0"},
                {"Bursts with soma", "cross; farthest from 0"}};
    for (size_t k = 0; k < INPUTS; k++) {
        multiplex_summary summary = cell_multiplex_summary(study, k);
        char value[TEXT], note[TEXT];
        snprintf(value, TEXT, "%.3f", summary.mean);
        snprintf(note, TEXT, "%s: %.3f", card[k].note, summary.worst);
        report_card(report, card[k].label, value, note);
    }
}

tuft_status cell_multiplex_report(const multiplex_study *study, tuft_error *err)
{
    const multiplex_config *c = study->config;
    app_report *report;
    tuft_status status = report_new(&report, "Two inputs through one ensemble",
                                    "tuft cell multiplex: events follow the soma, bursts the "
                                    "apical dendrite",
                                    err);
    if (status)
        return status;
    cards(report, study);
    report_section(report, "What was done");
    report_text(report,
                "Ensembles of %lld naud-sprekeler cells got two slow sinusoids, one at all somata "
                "and one at all apical dendrites, over background noise of each cell's own: "
                "Ornstein-Uhlenbeck, standard deviation %g pA at the soma and %g pA at the "
                "dendrite, correlation time %g ms (the published background, as replications have "
                "it: 450, 450 and 2). Events and bursts "
                "were counted in windows of %g ms. %zu settings, %lld seeds each, which also draw "
                "the phases of the inputs. All settings and seeds are shown; correlations are "
                "those of the windows as they are, at no lag.",
                (long long)c->cells, c->noise, c->apical_noise, c->noise_tau, c->window,
                study->settings, (long long)c->seeds);
    report_section(report, "Correlations");
    status = map(report, study, err);
    if (!status)
        status = table(report, study, err);
    report_section(report, "The first setting");
    if (!status)
        status = over_time(report, &study->example, study->example.event_rate_hz, "event rate",
                           TUFT_RIG_SOMA, study->example.event_soma, err);
    if (!status)
        status = over_time(report, &study->example, study->example.burst_probability,
                           "burst probability", TUFT_RIG_APICAL, study->example.burst_apical, err);
    report_section(report, "Settings");
    cell_subject_view(report, &study->subject);
    report_settings(report, &cell_multiplex_command, c);
    if (!status)
        status = report_write(report, c->common.report, err);
    report_free(report);
    return status;
}
