#include "apps/commands.h"
#include "apps/learned.h"
#include "apps/network_run.h"
#include "apps/report.h"
#include "apps/simulate.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More cells, spikes and curves than these would blur: so many are shown. */
enum { SHOWN_CELLS = 400, SHOWN_RASTERS = 8, SHOWN_CURVES = 6, RATE_WINDOWS = 200, CARDS = 4 };
enum { TEXT = 160 };

static double time_ms(const network_file *file, int64_t ticks)
{
    return (double)ticks * network_tick_ms(file);
}

/* ---- cards ----------------------------------------------------------------------------------- */

static void cards(app_report *report, const simulate_run *run, const app_result *result)
{
    const network_file *file = &run->file;
    char value[TEXT], note[TEXT], label[TEXT];
    uint64_t cells = 0, synapses = 0;
    double seconds = result_stage_seconds(result, "simulate");
    int shown = 0;
    for (size_t q = 0; q < file->populations && shown < CARDS; q++) {
        const tuft_spike_statistics *s = &run->spikes[q];
        if (!file->records_spikes[q])
            continue;
        snprintf(label, sizeof label, "Rate of %s", file->population[q].name);
        snprintf(value, sizeof value, "%.2f Hz", s->rate_hz);
        if (isnan(s->interval_cv))
            snprintf(note, sizeof note, "%llu spikes", (unsigned long long)s->spikes);
        else
            snprintf(note, sizeof note, "%llu spikes; interval CV %.2f",
                     (unsigned long long)s->spikes, s->interval_cv);
        report_card(report, label, value, note);
        shown++;
    }
    for (size_t b = 0; b < file->bursts_count && b < CARDS; b++) {
        snprintf(label, sizeof label, "Burst probability of %s",
                 file->population[file->bursts[b].population].name);
        snprintf(value, sizeof value, "%.3f", run->bursts[b].burst_probability);
        snprintf(note, sizeof note, "event rate %.2f Hz", run->bursts[b].event_rate_hz);
        report_card(report, label, value, note);
    }
    for (size_t q = 0; q < file->populations; q++)
        if (file->population[q].model && file->population[q].model->port[0])
            cells += file->population[q].count;
    for (uint32_t p = 0; p < run->ledger.projections; p++)
        synapses += run->ledger.projection[p].synapses;
    snprintf(value, sizeof value, "%llu", (unsigned long long)cells);
    snprintf(note, sizeof note, "%llu synapses", (unsigned long long)synapses);
    report_card(report, "Cells", value, note);
    if (run->ledger.synaptic_events < 1000000)
        snprintf(value, sizeof value, "%llu", (unsigned long long)run->ledger.synaptic_events);
    else
        snprintf(value, sizeof value, "%.3g M", (double)run->ledger.synaptic_events / 1e6);
    report_card(report, "Synaptic events", value, "counted, one a spike and synapse");
    if (seconds > 0) {
        snprintf(value, sizeof value, seconds < 0.1 ? "%.2g s" : "%.2f s", seconds);
        snprintf(note, sizeof note, "for %.6g s of the network",
                 time_ms(file, file->duration) / 1000);
        report_card(report, "Run time", value, note);
    }
}

/* ---- activity -------------------------------------------------------------------------------- */

/* Every stride-th cell, at an odd distance: not always the same place of a grid. */
static uint32_t stride_for(uint32_t cells)
{
    uint32_t stride = (cells + SHOWN_CELLS - 1) / SHOWN_CELLS;
    return stride > 1 ? stride | 1 : 1;
}

static tuft_status view_raster(app_report *report, const simulate_run *run, uint32_t q,
                               tuft_error *err)
{
    const network_file *file = &run->file;
    const tuft_spike_record *spikes = tuft_engine_spikes(run->built.engine, q);
    const network_population *p = &file->population[q];
    uint32_t stride = stride_for(p->count), *cell = NULL;
    char title[TEXT], note[TEXT];
    double *time_us;
    size_t count = 0;
    tuft_status status = TUFT_NEW(&time_us, spikes->count, "spikes to draw", err);
    if (!status)
        status = TUFT_NEW(&cell, spikes->count, "spikes to draw", err);
    for (size_t s = 0; !status && s < spikes->count; s++)
        if (spikes->cell[s] % stride == 0) {
            time_us[count] = (double)spikes->tick[s] * file->tick_us;
            cell[count++] = spikes->cell[s] / stride;
        }
    if (!status) {
        snprintf(title, sizeof title, "Spikes of %s.", p->name);
        snprintf(note, sizeof note, "One cell in %u of %u cells (%s) is shown.", stride, p->count,
                 p->model ? p->model->name : "source");
        const plot_axes axes = {.title = title,
                                .note = stride > 1 ? note : NULL,
                                .y_label = stride > 1 ? "cell shown" : "cell",
                                .width = PLOT_WIDE};
        report_spikes(report, &axes, time_us, cell, count, (p->count + stride - 1) / stride,
                      (double)file->duration * file->tick_us);
    }
    free(time_us);
    free(cell);
    return status;
}

/* Windows of equal length over the run; the last may be cut. */
static tuft_status rate_windows(const network_file *file, int64_t **edge, double **middle_ms,
                                uint32_t *windows, tuft_error *err)
{
    int64_t window = (file->duration + RATE_WINDOWS - 1) / RATE_WINDOWS;
    *windows = (uint32_t)((file->duration + window - 1) / window);
    *middle_ms = NULL;
    tuft_status status = TUFT_NEW(edge, (size_t)*windows + 1, "windows", err);
    if (!status)
        status = TUFT_NEW(middle_ms, *windows, "windows", err);
    for (uint32_t w = 0; !status && w <= *windows; w++) {
        int64_t at = w * window;
        (*edge)[w] = at < file->duration ? at : file->duration;
        if (w)
            (*middle_ms)[w - 1] = 0.5 * time_ms(file, (*edge)[w - 1] + (*edge)[w]);
    }
    return status;
}

static tuft_status view_rates(app_report *report, const simulate_run *run, tuft_error *err)
{
    const network_file *file = &run->file;
    plot_series series[SHOWN_CURVES] = {{0}};
    double *rate[SHOWN_CURVES] = {NULL}, *middle = NULL;
    int64_t *edge = NULL;
    uint32_t windows;
    size_t count = 0;
    char note[TEXT];
    tuft_status status = rate_windows(file, &edge, &middle, &windows, err);
    for (uint32_t q = 0; !status && q < file->populations && count < SHOWN_CURVES; q++) {
        const tuft_spike_record *spikes = tuft_engine_spikes(run->built.engine, q);
        if (!spikes)
            continue;
        status = TUFT_NEW(&rate[count], windows, "rates", err);
        if (!status)
            status = tuft_spike_rates(spikes, file->population[q].count, edge, windows,
                                      network_tick_ms(file), rate[count], err);
        series[count] = (plot_series){
            .name = file->population[q].name, .x = middle, .y = rate[count], .count = windows};
        count++;
    }
    if (!status && count) {
        snprintf(note, sizeof note, "Mean of a cell in windows of %.6g ms.",
                 time_ms(file, edge[1]));
        const plot_axes axes = {.title = "Population rates over time.",
                                .note = note,
                                .x_label = "time (ms)",
                                .y_label = "rate (Hz)",
                                .width = PLOT_WIDE};
        report_lines(report, &axes, series, count);
    }
    for (size_t i = 0; i < SHOWN_CURVES; i++)
        free(rate[i]);
    free(edge);
    free(middle);
    return status;
}

static tuft_status view_intervals(app_report *report, const simulate_run *run, uint32_t q,
                                  tuft_error *err)
{
    const network_population *p = &run->file.population[q];
    char title[TEXT], note[TEXT];
    double *interval;
    size_t count;
    tuft_status status = tuft_spike_intervals(tuft_engine_spikes(run->built.engine, q), p->count,
                                              network_tick_ms(&run->file), &interval, &count, err);
    if (!status && count > 1) {
        const tuft_spike_statistics *s = &run->spikes[q];
        snprintf(title, sizeof title, "Intervals between spikes, %s.", p->name);
        snprintf(note, sizeof note,
                 "Mean %.3g ms; CV %.2f, mean over cells of 3 spikes or more (%u "
                 "of them).",
                 s->interval_mean_ms, s->interval_cv, s->interval_cells);
        const plot_axes axes = {.title = title,
                                .note = s->interval_cells ? note : NULL,
                                .x_label = "interval (ms)",
                                .y_label = "intervals",
                                .x_scale = AXIS_LOG,
                                .width = PLOT_HALF};
        report_histogram(report, &axes, interval, count, 40);
    }
    free(interval);
    return status;
}

static tuft_status view_activity(app_report *report, const simulate_run *run, tuft_error *err)
{
    const network_file *file = &run->file;
    tuft_status status = TUFT_OK;
    int shown = 0;
    report_section(report, "Activity");
    for (uint32_t q = 0; !status && q < file->populations && shown < SHOWN_RASTERS; q++)
        if (file->records_spikes[q]) {
            status = view_raster(report, run, q, err);
            shown++;
        }
    if (!shown)
        report_text(report, "The file records no spikes.");
    if (!status)
        status = view_rates(report, run, err);
    for (uint32_t q = 0; !status && q < file->populations && shown; q++)
        if (file->records_spikes[q]) {
            status = view_intervals(report, run, q, err);
            shown--;
        }
    return status;
}

/* ---- bursts ---------------------------------------------------------------------------------- */

static void line_figure(app_report *report, const char *title, const char *y_label, const double *x,
                        const double *y, size_t count, plot_width width)
{
    const plot_axes axes = {
        .title = title, .x_label = "time (ms)", .y_label = y_label, .width = width};
    const plot_series series = {.x = x, .y = y, .count = count};
    report_lines(report, &axes, &series, 1);
}

static void view_correlations(app_report *report, const network_file *file,
                              const simulate_bursts *bursts)
{
    static const char *const heading[] = {"input", "variable", "event rate", "burst probability"};
    enum { COLUMNS = 4, ROWS = 16 };
    char text[ROWS][2][32];
    const char *cell[ROWS * COLUMNS];
    size_t rows = bursts->correlations < ROWS ? bursts->correlations : ROWS;
    for (size_t i = 0; i < rows; i++) {
        const simulate_correlation *c = &bursts->correlation[i];
        const network_input *input = &file->input[c->input];
        const network_population *p = &file->population[input->population];
        snprintf(text[i][0], sizeof text[i][0], "%.3f", c->event_rate);
        snprintf(text[i][1], sizeof text[i][1], "%.3f", c->burst_probability);
        cell[i * COLUMNS] = p->name;
        cell[i * COLUMNS + 1] = p->model->variable[input->variable];
        cell[i * COLUMNS + 2] = text[i][0];
        cell[i * COLUMNS + 3] = text[i][1];
    }
    if (rows)
        report_table(report, "Correlation over the windows with what was put in (Pearson).",
                     heading, COLUMNS, cell, rows);
}

/* The course of each input, in the same windows. */
static void view_inputs(app_report *report, const network_file *file, const simulate_bursts *bursts,
                        const double *middle, double *value)
{
    const tuft_burst_windows *w = &bursts->windows;
    char title[TEXT];
    for (size_t i = 0; i < bursts->correlations && i < SHOWN_CURVES; i++) {
        size_t which = bursts->correlation[i].input;
        const network_input *input = &file->input[which];
        const network_population *p = &file->population[input->population];
        for (uint32_t k = 0; k < w->windows; k++)
            value[k] = simulate_input_mean(file, which, w->edge[k], w->edge[k + 1]);
        snprintf(title, sizeof title, "Input: %s of %s.", p->model->variable[input->variable],
                 p->name);
        line_figure(report, title, p->model->variable[input->variable], middle, value, w->windows,
                    PLOT_HALF);
    }
}

static tuft_status view_bursts(app_report *report, const simulate_run *run, size_t b,
                               tuft_error *err)
{
    const network_file *file = &run->file;
    const simulate_bursts *bursts = &run->bursts[b];
    const tuft_burst_windows *w = &bursts->windows;
    const char *name = file->population[file->bursts[b].population].name;
    double *middle, *value = NULL;
    tuft_status status = TUFT_NEW(&middle, w->windows, "windows", err);
    if (!status)
        status = TUFT_NEW(&value, w->windows, "windows", err);
    for (uint32_t k = 0; !status && k < w->windows; k++)
        middle[k] = 0.5 * time_ms(file, w->edge[k] + w->edge[k + 1]);
    report_text(
        report,
        "A burst is a run of spikes of one cell with intervals under %.6g ms; an event is a "
        "burst or a single spike. %s: %llu events, %llu of them bursts; event rate %.2f Hz, "
        "burst probability %.3f, from %.6g ms on.",
        time_ms(file, file->bursts[b].interval), name, (unsigned long long)bursts->events,
        (unsigned long long)bursts->bursts, bursts->event_rate_hz, bursts->burst_probability,
        time_ms(file, file->bursts[b].from));
    if (!status && w->windows > 1) {
        line_figure(report, "Event rate.", "events (Hz)", middle, w->event_rate_hz, w->windows,
                    PLOT_HALF);
        line_figure(report, "Burst probability.", "bursts / events", middle, w->burst_probability,
                    w->windows, PLOT_HALF);
        view_inputs(report, file, bursts, middle, value);
        view_correlations(report, file, bursts);
    }
    free(middle);
    free(value);
    return status;
}

/* ---- traces ---------------------------------------------------------------------------------- */

static tuft_status view_trace(app_report *report, const simulate_run *run,
                              const network_trace *asked, tuft_error *err)
{
    const network_file *file = &run->file;
    const network_population *p = &file->population[asked->population];
    const tuft_trace_record *trace = tuft_engine_trace_of(run->built.engine, asked->population,
                                                          p->model->variable[asked->variable]);
    size_t curves = trace->cells < SHOWN_CURVES ? trace->cells : SHOWN_CURVES;
    plot_series series[SHOWN_CURVES];
    char title[TEXT], name[SHOWN_CURVES][24];
    double *x, *y = NULL;
    tuft_status status = TUFT_NEW(&x, trace->samples, "trace to draw", err);
    if (!status)
        status = TUFT_NEW(&y, trace->samples * curves, "trace to draw", err);
    for (size_t c = 0; !status && c < curves; c++) {
        for (size_t s = 0; s < trace->samples; s++) {
            x[s] = time_ms(file, (int64_t)s * trace->every);
            y[c * trace->samples + s] = (double)trace->value[s * trace->cells + c];
        }
        snprintf(name[c], sizeof name[c], "cell %u", trace->cell[c]);
        series[c] = (plot_series){
            .name = name[c], .x = x, .y = y + c * trace->samples, .count = trace->samples};
    }
    if (!status && curves && trace->samples) {
        snprintf(title, sizeof title, "%s of %s.", p->model->variable[trace->variable], p->name);
        const plot_axes axes = {.title = title,
                                .x_label = "time (ms)",
                                .y_label = p->model->variable[trace->variable],
                                .width = PLOT_WIDE};
        report_lines(report, &axes, series, curves);
    }
    free(x);
    free(y);
    return status;
}

/* ---- the network ----------------------------------------------------------------------------- */

typedef char table_cell[48];

static tuft_status view_populations(app_report *report, const simulate_run *run, tuft_error *err)
{
    static const char *const heading[] = {"population", "model",     "mode",       "cells",
                                          "spikes",     "rate (Hz)", "interval CV"};
    enum { COLUMNS = 7 };
    const network_file *file = &run->file;
    table_cell *text;
    const char **cell = NULL;
    tuft_status status = TUFT_NEW(&text, file->populations * COLUMNS, "table", err);
    if (!status)
        status = TUFT_NEW(&cell, file->populations * COLUMNS, "table", err);
    for (size_t q = 0; !status && q < file->populations; q++) {
        const network_population *p = &file->population[q];
        const tuft_spike_statistics *s = &run->spikes[q];
        table_cell *row = text + q * COLUMNS;
        snprintf(row[0], sizeof *row, "%s", p->name);
        snprintf(row[1], sizeof *row, "%s", p->model ? p->model->name : "source");
        simulate_mode(file, q, row[2], sizeof *row);
        snprintf(row[3], sizeof *row, "%u", p->count);
        snprintf(row[4], sizeof *row, "%llu", (unsigned long long)s->spikes);
        snprintf(row[5], sizeof *row, "%.3f", s->rate_hz);
        if (isnan(s->interval_cv))
            snprintf(row[6], sizeof *row, "-");
        else
            snprintf(row[6], sizeof *row, "%.3f", s->interval_cv);
        for (size_t c = 0; c < COLUMNS; c++)
            cell[q * COLUMNS + c] = row[c];
    }
    if (!status)
        report_table(report, "Populations.", heading, COLUMNS, cell, file->populations);
    free(text);
    free(cell);
    return status;
}

static tuft_status view_projections(app_report *report, const tuft_ledger *ledger, tuft_error *err)
{
    static const char *const heading[] = {"projection", "kind", "synapses", "synaptic events"};
    enum { COLUMNS = 4 };
    table_cell *text;
    const char **cell = NULL;
    if (!ledger->projections)
        return TUFT_OK;
    tuft_status status = TUFT_NEW(&text, (size_t)ledger->projections * COLUMNS, "table", err);
    if (!status)
        status = TUFT_NEW(&cell, (size_t)ledger->projections * COLUMNS, "table", err);
    for (size_t p = 0; !status && p < ledger->projections; p++) {
        const tuft_ledger_projection *one = &ledger->projection[p];
        table_cell *row = text + p * COLUMNS;
        snprintf(row[0], sizeof *row, "%s", one->name);
        snprintf(row[1], sizeof *row, "%s", tuft_projection_kind_name(one->kind));
        snprintf(row[2], sizeof *row, "%llu", (unsigned long long)one->synapses);
        snprintf(row[3], sizeof *row, "%llu", (unsigned long long)one->synaptic_events);
        for (size_t c = 0; c < COLUMNS; c++)
            cell[p * COLUMNS + c] = row[c];
    }
    if (!status)
        report_table(report,
                     "Projections. One synaptic event is one spike that passes one synapse.",
                     heading, COLUMNS, cell, ledger->projections);
    free(text);
    free(cell);
    return status;
}

static void view_times(app_report *report, const app_result *result)
{
    static const char *const stage[][2] = {
        {"build", "build the network"}, {"simulate", "run it"}, {"write", "measure and write"}};
    enum { STAGES = sizeof stage / sizeof *stage };
    char text[STAGES][32];
    report_pair pair[STAGES];
    for (size_t i = 0; i < STAGES; i++) {
        snprintf(text[i], sizeof text[i], "%.3f s", result_stage_seconds(result, stage[i][0]));
        pair[i] = (report_pair){stage[i][1], text[i]};
    }
    report_pairs(report, "Time that the stages took.", pair, STAGES);
}

/* The description, as it was run. */
static void view_document(app_report *report, const network_file *file)
{
    char *text = json_dumps(file->document, JSON_COMPACT);
    enum { LONGEST = 6000 };
    if (text && strlen(text) <= LONGEST)
        report_text(report, "The network, as it was run: %s", text);
    free(text);
}

tuft_status simulate_report(const simulate_run *run, const app_result *result, tuft_error *err)
{
    const network_file *file = &run->file;
    const char *title = json_string_value(json_object_get(file->document, "title"));
    char subtitle[TEXT];
    app_report *report;
    snprintf(subtitle, sizeof subtitle, "tuft simulate, %.6g ms in ticks of %.6g us, seed %llu",
             time_ms(file, file->duration), file->tick_us, (unsigned long long)file->seed);
    tuft_status status = report_new(&report, title ? title : file->path, subtitle, err);
    if (status)
        return status;
    cards(report, run, result);
    status = view_activity(report, run, err);
    if (file->bursts_count)
        report_section(report, "Bursts");
    for (size_t b = 0; !status && b < file->bursts_count; b++)
        status = view_bursts(report, run, b, err);
    if (file->traces)
        report_section(report, "Traces");
    for (size_t t = 0; !status && t < file->traces; t++)
        status = view_trace(report, run, &file->trace[t], err);
    if (learned_any(run->built.network))
        report_section(report, "Learning");
    if (!status)
        status = learned_view(report, run->built.network, run->built.engine, err);
    report_section(report, "Network and work");
    if (!status)
        status = view_populations(report, run, err);
    if (!status)
        status = view_projections(report, &run->ledger, err);
    view_times(report, result);
    report_section(report, "Settings");
    report_settings(report, &simulate_command, run->config);
    view_document(report, file);
    if (!status)
        status = report_write(report, run->config->common.report, err);
    report_free(report);
    return status;
}
