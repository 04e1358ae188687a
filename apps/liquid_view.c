#include "apps/liquid_view.h"

#include "apps/markup.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More cells than this would blur into grey: so many of them are shown. */
enum { SHOWN_CELLS = 1024 };

const char *liquid_view_seeds(uint64_t first, int64_t count, char *text, size_t size)
{
    if (count == 1)
        snprintf(text, size, "seed %llu", (unsigned long long)first);
    else
        snprintf(text, size, "seeds %llu to %llu", (unsigned long long)first,
                 (unsigned long long)first + (unsigned long long)count - 1);
    return text;
}

/* ---- a recording ----------------------------------------------------------------------------- */

/* The spikes of one recording on its own clock. */
typedef struct {
    tuft_spike_record record;
    tuft_frontend_clock clock;
    int64_t steps; /* to the last effect of the last event */
    double end_us;
} activity;

static tuft_status activity_of(const lsm_preset *preset, const tuft_reservoir *reservoir,
                               tuft_geometry geometry, const tuft_recording *recording,
                               activity *out, tuft_error *err)
{
    out->clock = tuft_frontend_clock_of(&preset->frontend, recording);
    tuft_status status = tuft_encode_raster(reservoir, &preset->frontend, geometry, recording,
                                            &out->record, &out->steps, err);
    if (status)
        return status;
    out->steps += reservoir->longest_delay - 1;
    out->end_us = fmax((double)recording->duration_us,
                       out->clock.start_us + (double)out->steps * out->clock.step_us);
    return TUFT_OK;
}

/* Tick t is step t - 1; a spike is shown in the middle of its step. */
static double time_of(const activity *a, int64_t tick)
{
    return a->clock.start_us + ((double)tick - 0.5) * a->clock.step_us;
}

/* Cells at an odd distance: not always the same map of the positions. */
static uint32_t stride_for(uint32_t cells)
{
    uint32_t stride = (cells + SHOWN_CELLS - 1) / SHOWN_CELLS;
    return stride > 1 ? stride | 1 : 1;
}

static tuft_status view_spikes(app_report *report, const char *what, const activity *a,
                               uint32_t cells, tuft_error *err)
{
    uint32_t stride = stride_for(cells), *cell = NULL;
    double *time_us;
    size_t shown = 0;
    tuft_status status = TUFT_NEW(&time_us, a->record.count, "spikes of a figure", err);
    if (!status)
        status = TUFT_NEW(&cell, a->record.count, "spikes of a figure", err);
    for (size_t i = 0; !status && i < a->record.count; i++)
        if (a->record.cell[i] % stride == 0) {
            time_us[shown] = time_of(a, a->record.tick[i]);
            cell[shown++] = a->record.cell[i] / stride;
        }
    if (!status) {
        char title[160], note[200];
        snprintf(title, sizeof title, "%s: spikes of the reservoir.", what);
        int used = snprintf(note, sizeof note, "%zu spikes of %u cells in %lld steps of %.3g ms",
                            a->record.count, cells, (long long)a->steps, a->clock.step_us / 1000);
        if (stride > 1)
            used += snprintf(note + used, sizeof note - (size_t)used, "; one cell in %u is shown",
                             stride);
        snprintf(note + used, sizeof note - (size_t)used, ".");
        plot_axes axes = {.title = title,
                          .note = note,
                          .y_label = stride > 1 ? "cell shown" : "cell",
                          .width = PLOT_WIDE};
        report_spikes(report, &axes, time_us, cell, shown, (cells + stride - 1) / stride,
                      a->end_us);
    }
    free(time_us);
    free(cell);
    return status;
}

static tuft_status view_rate(app_report *report, const char *what, const activity *a,
                             uint32_t cells, tuft_error *err)
{
    size_t steps = (size_t)a->steps;
    double *time_ms, *share = NULL;
    tuft_status status = TUFT_NEW(&time_ms, steps, "steps of a figure", err);
    if (!status)
        status = TUFT_NEW(&share, steps, "steps of a figure", err);
    for (size_t i = 0; !status && i < a->record.count; i++)
        if (a->record.tick[i] >= 1 && a->record.tick[i] <= a->steps)
            share[a->record.tick[i] - 1] += 100.0 / cells;
    if (!status) {
        char title[160];
        snprintf(title, sizeof title, "%s: activity of all %u cells.", what, cells);
        for (size_t s = 0; s < steps; s++)
            time_ms[s] = time_of(a, (int64_t)s + 1) / 1000;
        plot_axes axes = {.title = title,
                          .x_label = "time (ms)",
                          .y_label = "cells that spike in a step (%)",
                          .x_high = a->end_us / 1000,
                          .width = PLOT_WIDE};
        plot_series series = {.x = time_ms, .y = share, .count = steps};
        report_lines(report, &axes, &series, 1);
    }
    free(time_ms);
    free(share);
    return status;
}

tuft_status liquid_view_sample(app_report *report, const char *what, const lsm_preset *preset,
                               const tuft_reservoir *reservoir, tuft_geometry geometry,
                               const tuft_recording *recording, tuft_error *err)
{
    activity a = {0};
    tuft_status status = activity_of(preset, reservoir, geometry, recording, &a, err);
    if (status)
        return status;
    char title[160], note[160];
    snprintf(title, sizeof title, "%s: events of the sensor.", what);
    snprintf(note, sizeof note, "%s%s%zu events in %.0f ms.", recording->name,
             *recording->name ? ": " : "", recording->events.count,
             (double)recording->duration_us / 1000);
    plot_axes axes = {.title = title, .note = note, .width = PLOT_WIDE};
    report_events(report, &axes, &recording->events, geometry, a.end_us);
    status = view_spikes(report, what, &a, reservoir->cells, err);
    if (!status)
        status = view_rate(report, what, &a, reservoir->cells, err);
    tuft_spike_record_free(&a.record);
    return status;
}

/* ---- weights --------------------------------------------------------------------------------- */

/* Weights of the synapses whose target lies in [first, first + maps), and their number. */
static size_t weights_of(const tuft_connections *c, uint32_t first, uint32_t maps, double *out)
{
    size_t n = 0;
    if (c->kind == TUFT_DENSE) {
        for (uint32_t i = 0; i < c->sources; i++)
            for (uint32_t j = first; j < first + maps; j++)
                out[n++] = c->weight[(size_t)i * c->targets + j];
        return n;
    }
    size_t synapses = tuft_connections_synapses(c);
    for (size_t k = 0; k < synapses; k++) {
        uint32_t target = (uint32_t)c->target[k];
        if (target >= first && target < first + maps)
            out[n++] = c->weight[k];
    }
    return n;
}

tuft_status liquid_view_weights(app_report *report, const tuft_reservoir *reservoir,
                                tuft_error *err)
{
    const tuft_network *network = reservoir->network;
    tuft_status status = TUFT_OK;
    for (uint32_t p = 0; !status && p < network->projections; p++) {
        const tuft_projection *projection = &network->projection[p];
        const tuft_reservoir_place *place = NULL;
        for (uint32_t k = 0; k < reservoir->groups; k++)
            if (reservoir->place[k].population == projection->target)
                place = &reservoir->place[k];
        double *weight;
        if (!place || projection->connections.kind == TUFT_ONE_TO_ONE ||
            tuft_reservoir_is_noise(reservoir, p))
            continue;
        status = TUFT_NEW(&weight, tuft_connections_synapses(&projection->connections),
                          "weights of a figure", err);
        if (status)
            break;
        /* A position in the middle: its field lies inside the picture. */
        uint32_t middle = place->positions_y / 2 * place->positions_x + place->positions_x / 2;
        size_t n = weights_of(&projection->connections, middle * place->maps, place->maps, weight);
        char title[120], note[120];
        snprintf(title, sizeof title, "Weights of projection \"%s\".", projection->name);
        snprintf(note, sizeof note, "%zu synapses of the %u cells at one position.", n,
                 place->maps);
        plot_axes axes = {.title = title,
                          .note = note,
                          .x_label = "weight",
                          .y_label = "synapses",
                          .width = PLOT_HALF};
        report_histogram(report, &axes, weight, n, 0);
        free(weight);
    }
    return status;
}

/* ---- costs ----------------------------------------------------------------------------------- */

enum { COLUMNS = 5, NUMBER = 64 };

/* A table that grows by rows of text. */
typedef struct {
    char (*cell)[NUMBER];
    size_t rows, capacity;
} text_table;

static char (*add_row(text_table *table))[NUMBER]
{
    if (TUFT_GROW(&table->cell, &table->capacity, (table->rows + 1) * COLUMNS, "rows", NULL))
        return NULL;
    return table->cell + COLUMNS * table->rows++;
}

/* 1234567 as 1 234 567, with narrow no-break spaces. */
static void put_count(char *text, uint64_t count)
{
    char plain[24];
    int digits = snprintf(plain, sizeof plain, "%llu", (unsigned long long)count);
    size_t at = 0;
    for (int i = 0; i < digits; i++) {
        if (i && (digits - i) % 3 == 0)
            at += (size_t)snprintf(text + at, NUMBER - at, "\u202f");
        text[at++] = plain[i];
    }
    text[at] = 0;
}

static void put_share(char *text, uint64_t count, size_t recordings)
{
    if (recordings)
        put_count(text, (count + recordings / 2) / recordings);
    else
        snprintf(text, NUMBER, "–");
}

static void add_cost(text_table *table, const char *of, const char *name, const char *kind,
                     const uint64_t *synapses, uint64_t events, size_t recordings)
{
    char(*row)[NUMBER] = add_row(table);
    if (!row)
        return;
    snprintf(row[0], NUMBER, "%s%s%s", of ? of : "", of ? " " : "", name);
    snprintf(row[1], NUMBER, "%s", kind);
    snprintf(row[2], NUMBER, "–");
    if (synapses)
        put_count(row[2], *synapses);
    put_count(row[3], events);
    put_share(row[4], events, recordings);
}

void liquid_view_costs(app_report *report, const liquid_view_cost *cost, size_t count)
{
    static const char *const heading[COLUMNS] = {"", "kind", "synapses", "events",
                                                 "for each recording"};
    text_table table = {0};
    for (size_t k = 0; k < count; k++) {
        const tuft_ledger *ledger = cost[k].ledger;
        size_t recordings = cost[k].recordings;
        for (uint32_t p = 0; p < ledger->projections; p++) {
            const tuft_ledger_projection *one = &ledger->projection[p];
            add_cost(&table, cost[k].name, one->name, tuft_projection_kind_name(one->kind),
                     &one->synapses, one->synaptic_events, recordings);
        }
        add_cost(&table, cost[k].name, "all synaptic events", "", NULL, ledger->synaptic_events,
                 recordings);
        add_cost(&table, cost[k].name, "spikes of cells", "", NULL, ledger->spikes, recordings);
        add_cost(&table, cost[k].name, "updates of cells", "", NULL, ledger->neuron_updates,
                 recordings);
    }
    const char **cell = calloc(table.rows * COLUMNS + 1, sizeof *cell);
    for (size_t i = 0; cell && i < table.rows * COLUMNS; i++)
        cell[i] = table.cell[i];
    if (cell)
        report_table(report,
                     "What the recordings cost, counted: one synaptic event is one spike that "
                     "passes one synapse.",
                     heading, COLUMNS, cell, table.rows);
    free(cell);
    free(table.cell);
}

/* ---- model and times ------------------------------------------------------------------------- */

tuft_status liquid_view_model(app_report *report, const char *caption, const lsm_preset *preset,
                              tuft_error *err)
{
    json_t *values = preset_json(preset), *value;
    const char *name;
    size_t count = 0, capacity = json_object_size(values);
    report_pair *pair;
    char(*text)[NUMBER] = NULL;
    tuft_status status = TUFT_NEW(&pair, capacity, "values of the model", err);
    if (!status)
        status = TUFT_NEW(&text, capacity, "values of the model", err);
    if (!status) {
        json_object_foreach(values, name, value)
        {
            result_text(value, text[count], NUMBER);
            pair[count] = (report_pair){name, text[count]};
            count++;
        }
        report_pairs(report, caption, pair, count);
    }
    json_decref(values);
    free(pair);
    free(text);
    return status;
}

void liquid_view_times(app_report *report, const app_result *result)
{
    static const char *const stage[][2] = {{"load", "load and convert the recordings"},
                                           {"encode", "run the reservoir"},
                                           {"train", "train and test"},
                                           {"baseline", "baseline"}};
    enum { STAGES = sizeof stage / sizeof *stage };
    char text[STAGES][32];
    report_pair pair[STAGES];
    size_t count = 0;
    for (size_t i = 0; i < STAGES; i++) {
        double seconds = result_stage_seconds(result, stage[i][0]);
        if (seconds <= 0)
            continue;
        snprintf(text[count], sizeof text[count], "%.2f s", seconds);
        pair[count] = (report_pair){stage[i][1], text[count]};
        count++;
    }
    report_pairs(report, "Time that the stages took.", pair, count);
}
