#include "apps/cell_sweep.h"

#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 64 };

static const char *axis_label(const cell_sweep *run, char *text, size_t size)
{
    if (run->axis == CELL_SWEEP_SOMA)
        snprintf(text, size, "somatic input (%s)", run->soma_unit);
    else
        snprintf(text, size, "apical input (%s)", run->apical_unit);
    return text;
}

static tuft_sweep_value measured(const cell_sweep *run, cell_sweep_measure measure, size_t level,
                                 size_t point)
{
    tuft_sweep_point p = cell_sweep_point(run, level, point);
    switch (measure) {
    case CELL_SWEEP_RATE:
        return p.rate_hz;
    case CELL_SWEEP_EVENTS:
        return p.event_rate_hz;
    case CELL_SWEEP_BURSTS:
        return p.burst_probability;
    case CELL_SWEEP_CV:
        break;
    }
    return (tuft_sweep_value){p.cv, p.cv, p.cv};
}

tuft_status cell_sweep_curves(app_report *report, const cell_sweep *run, cell_sweep_measure measure,
                              plot_width width, tuft_error *err)
{
    static const struct {
        const char *title, *label, *note;
    } of[] = {
        [CELL_SWEEP_RATE] = {"Firing rate", "spikes (Hz)",
                             "Mean over cells; shaded: 95 % interval of the mean."},
        [CELL_SWEEP_EVENTS] = {"Event rate", "events (Hz)",
                               "Events are bursts and single spikes; shaded: 95 % interval."},
        [CELL_SWEEP_BURSTS] = {"Burst probability", "bursts / events",
                               "The share of events that are bursts; shaded: 95 % interval."},
        [CELL_SWEEP_CV] = {"Irregularity", "CV of intervals",
                           "Coefficient of variation of the intervals between spikes."},
    };
    const char *other = run->axis == CELL_SWEEP_SOMA ? run->apical_unit : run->soma_unit;
    size_t points = (size_t)run->config->points, curves = run->levels ? run->levels : 1;
    double *value;
    char name[CELL_LEVELS][TEXT], label[TEXT], note[3 * TEXT];
    plot_series series[CELL_LEVELS];
    tuft_status status = TUFT_NEW(&value, 3 * points * curves, "curves", err);
    if (status)
        return status;
    for (size_t l = 0; l < curves; l++) {
        double *y = value + 3 * points * l, *low = y + points, *high = low + points;
        for (size_t i = 0; i < points; i++) {
            tuft_sweep_value v = measured(run, measure, l, i);
            y[i] = v.mean;
            low[i] = v.low;
            high[i] = v.high;
        }
        if (run->levels)
            snprintf(name[l], TEXT, "%g %s", run->level[l], other);
        int shaded = measure != CELL_SWEEP_CV && run->config->cells > 1;
        series[l] = (plot_series){run->levels ? name[l] : NULL, run->x, y, shaded ? low : NULL,
                                  shaded ? high : NULL,         points};
    }
    snprintf(note, sizeof note, "%s%s", of[measure].note,
             !run->levels                   ? ""
             : run->axis == CELL_SWEEP_SOMA ? " Curves: apical input."
                                            : " Curves: somatic input.");
    const plot_axes axes = {.title = of[measure].title,
                            .note = note,
                            .x_label = axis_label(run, label, TEXT),
                            .y_label = of[measure].label,
                            .width = width};
    report_lines(report, &axes, series, curves);
    free(value);
    return TUFT_OK;
}

void cell_sweep_tell(app_report *report, const cell_sweep *run)
{
    const cell_sweep_config *c = run->config;
    report_section(report, "What was done");
    report_text(report,
                "%s: %lld values of the %s input, %lld cells at each that differ by their noise "
                "alone, all in one run of %g ms after %g ms of warm-up, in steps of %g ms.",
                run->subject.model->name, (long long)c->points,
                run->axis == CELL_SWEEP_SOMA ? "somatic" : "apical", (long long)c->cells,
                c->duration, c->warm_up, c->step);
    if (run->noise > 0 || run->apical_noise > 0)
        report_text(
            report,
            "The inputs fluctuate about these means, each cell's by itself: "
            "Ornstein-Uhlenbeck processes of standard deviation %g %s at the soma and %g %s "
            "at the apical end, correlation time %g ms.",
            run->noise, run->soma_unit, run->apical_noise, run->apical_unit ? run->apical_unit : "",
            run->noise_tau);
    report_text(
        report,
        "Spikes of a cell that are less than %g ms apart belong to one burst; a burst or a "
        "single spike is an event. At high rates every spike is within that interval of the "
        "one before, and burst probability goes to 1 for that reason alone.",
        c->burst_interval);
}

/* One variable of the cells, in one series for each. */
static tuft_status trace(app_report *report, const cell_sweep *run, const char *variable,
                         const char *title, double soma, const double *apical, size_t apicals,
                         double from_ms, double to_ms, tuft_error *err)
{
    tuft_rig_settings settings = cell_sweep_rig(run, (uint32_t)apicals);
    tuft_rig *rig;
    double held[CELL_LEVELS], *value = NULL;
    char name[CELL_LEVELS][TEXT], label[TEXT];
    plot_series series[CELL_LEVELS];
    settings.threads = 1;
    tuft_status status = tuft_rig_new(&rig, &settings, err);
    for (size_t a = 0; a < apicals; a++)
        held[a] = soma;
    if (!status)
        status = tuft_rig_hold(rig, TUFT_RIG_SOMA, held, err);
    if (!status && run->apical_unit)
        status = tuft_rig_hold(rig, TUFT_RIG_APICAL, apical, err);
    if (!status)
        status = tuft_rig_trace(rig, variable, err);
    if (!status)
        status = tuft_rig_run(rig, to_ms, err);
    const tuft_trace_record *record = rig ? tuft_rig_traced(rig) : NULL;
    size_t first = (size_t)(from_ms / run->config->step);
    size_t n = record && record->samples > first ? record->samples - first : 0;
    if (!status)
        status = TUFT_NEW(&value, n * (apicals + 1), "traces", err);
    for (size_t i = 0; !status && i < n; i++) {
        value[i] = (double)(first + i) * run->config->step - from_ms;
        for (size_t a = 0; a < apicals; a++)
            value[(a + 1) * n + i] = (double)record->value[(first + i) * apicals + a];
    }
    for (size_t a = 0; !status && a < apicals; a++) {
        if (run->apical_unit)
            snprintf(name[a], TEXT, "apical %g %s", apical[a], run->apical_unit);
        series[a] = (plot_series){
            run->apical_unit ? name[a] : NULL, value, value + (a + 1) * n, NULL, NULL, n};
    }
    snprintf(label, TEXT, "%s (mV)", variable);
    const plot_axes axes = {
        .title = title, .x_label = "time (ms)", .y_label = label, .width = PLOT_WIDE};
    if (!status)
        report_lines(report, &axes, series, apicals);
    free(value);
    tuft_rig_free(rig);
    return status;
}

tuft_status cell_sweep_traces(app_report *report, const cell_sweep *run, double soma,
                              const double *apical, size_t apicals, tuft_error *err)
{
    static const char *const somata[] = {"soma", "membrane"}, *const dendrites[] = {"dendrite",
                                                                                    "apical"};
    double from = run->config->warm_up, to = from + fmin(run->config->duration, 500);
    tuft_status status = TUFT_OK;
    report_section(report, "Example cells");
    report_text(
        report,
        "Cells at a somatic input of %g %s; the potential is reset at a spike, which itself "
        "is not drawn.",
        soma, run->soma_unit);
    for (int k = 0; !status && k < 2; k++)
        if (!cell_subject_variable(&run->subject, somata[k], NULL))
            status = trace(report, run, somata[k], "Soma", soma, apical, apicals, from, to, err);
    for (int k = 0; !status && k < 2; k++)
        if (!cell_subject_variable(&run->subject, dendrites[k], NULL))
            status = trace(report, run, dendrites[k], "Apical dendrite", soma, apical, apicals,
                           from, to, err);
    return status;
}
