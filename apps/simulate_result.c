#include "apps/learned.h"
#include "apps/network_run.h"
#include "apps/simulate.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Points of a window at which an input is looked at, and windows that a correlation needs. */
enum { POINTS = 16, LEAST_WINDOWS = 3 };

const char *simulate_mode(const network_file *file, size_t population, char *text, size_t size)
{
    const network_population *p = &file->population[population];
    if (!p->model)
        snprintf(text, size, "source");
    else if (!p->step_ticks)
        snprintf(text, size, "event-driven");
    else
        snprintf(text, size, "clocked %.6g ms", (double)p->step_ticks * network_tick_ms(file));
    return text;
}

double simulate_input_mean(const network_file *file, size_t input, int64_t begin, int64_t end)
{
    double sum = 0;
    for (int k = 0; k < POINTS; k++) {
        double at = (double)begin + (double)(end - begin) * (k + 0.5) / POINTS;
        sum += network_value_at(file, &file->input[input], (int64_t)at);
    }
    return sum / POINTS;
}

/* ---- bursts ---------------------------------------------------------------------------------- */

static tuft_status correlate(const network_file *file, simulate_bursts *out, tuft_error *err)
{
    const tuft_burst_windows *w = &out->windows;
    double *value;
    if (w->windows < LEAST_WINDOWS)
        return TUFT_OK;
    tuft_status status = TUFT_NEW(&out->correlation, file->inputs, "correlations", err);
    if (!status)
        status = TUFT_NEW(&value, w->windows, "inputs", err);
    if (status)
        return status;
    for (size_t i = 0; i < file->inputs; i++) {
        if (file->input[i].kind > NETWORK_INPUT_SINE)
            continue;
        for (uint32_t k = 0; k < w->windows; k++)
            value[k] = simulate_input_mean(file, i, w->edge[k], w->edge[k + 1]);
        out->correlation[out->correlations++] =
            (simulate_correlation){i, tuft_correlation(w->event_rate_hz, value, w->windows),
                                   tuft_correlation(w->burst_probability, value, w->windows)};
    }
    free(value);
    return TUFT_OK;
}

static void total(const network_file *file, uint32_t cells, simulate_bursts *out)
{
    const tuft_burst_windows *w = &out->windows;
    for (uint32_t k = 0; k < w->windows; k++) {
        out->events += w->events[k];
        out->bursts += w->bursts[k];
    }
    double cell_s =
        1e-3 * network_tick_ms(file) * (double)(w->edge[w->windows] - w->edge[0]) * cells;
    out->event_rate_hz = (double)out->events / cell_s;
    out->burst_rate_hz = (double)out->bursts / cell_s;
    out->burst_probability = out->events ? (double)out->bursts / (double)out->events : (double)NAN;
}

static tuft_status measure_bursts(const simulate_run *run, const network_bursts *asked,
                                  simulate_bursts *out, tuft_error *err)
{
    const network_file *file = &run->file;
    uint32_t cells = file->population[asked->population].count;
    uint32_t windows = (uint32_t)((file->duration - asked->from) / asked->window);
    tuft_burst_events events;
    int64_t *edge;
    tuft_status status = TUFT_NEW(&edge, (size_t)windows + 1, "window edges", err);
    if (status)
        return status;
    for (uint32_t w = 0; w <= windows; w++)
        edge[w] = asked->from + w * asked->window;
    status =
        tuft_burst_events_find(&events, tuft_engine_spikes(run->built.engine, asked->population),
                               cells, asked->interval, err);
    if (!status) {
        status = tuft_burst_windows_new(&out->windows, &events, cells, edge, windows,
                                        network_tick_ms(file), err);
        tuft_burst_events_free(&events);
    }
    free(edge);
    if (status)
        return status;
    total(file, cells, out);
    return correlate(file, out, err);
}

/* ---- all of it ------------------------------------------------------------------------------- */

tuft_status simulate_measure(simulate_run *run, tuft_error *err)
{
    const network_file *file = &run->file;
    const double tick_ms = network_tick_ms(file);
    tuft_status status = tuft_engine_ledger(run->built.engine, &run->ledger, err);
    if (!status)
        status = TUFT_NEW(&run->spikes, file->populations, "statistics", err);
    if (!status)
        status = TUFT_NEW(&run->bursts, file->bursts_count, "bursts", err);
    for (uint32_t q = 0; !status && q < file->populations; q++) {
        const tuft_spike_record *spikes = tuft_engine_spikes(run->built.engine, q);
        uint32_t cells = file->population[q].count;
        uint64_t counted = run->ledger.population[q].spikes;
        if (spikes)
            status = tuft_spike_statistics_of(&run->spikes[q], spikes, cells, 0, file->duration,
                                              tick_ms, err);
        else
            run->spikes[q] = (tuft_spike_statistics){
                .spikes = counted,
                .rate_hz = 1e3 * (double)counted / (cells * tick_ms * (double)file->duration),
                .interval_mean_ms = NAN,
                .interval_cv = NAN};
    }
    for (size_t b = 0; !status && b < file->bursts_count; b++)
        status = measure_bursts(run, &file->bursts[b], &run->bursts[b], err);
    return status;
}

void simulate_measured_free(simulate_run *run)
{
    for (size_t b = 0; run->bursts && b < run->file.bursts_count; b++) {
        tuft_burst_windows_free(&run->bursts[b].windows);
        free(run->bursts[b].correlation);
    }
    free(run->bursts);
    free(run->spikes);
    tuft_ledger_free(&run->ledger);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *correlations_json(const network_file *file, const simulate_bursts *bursts)
{
    json_t *all = json_array();
    for (size_t i = 0; i < bursts->correlations; i++) {
        const simulate_correlation *c = &bursts->correlation[i];
        const network_input *input = &file->input[c->input];
        const network_population *p = &file->population[input->population];
        json_array_append_new(all,
                              json_pack("{s:s, s:s, s:s, s:o, s:o}", "input", input->spot, "target",
                                        p->name, "variable", p->model->variable[input->variable],
                                        "event_rate", result_real(c->event_rate),
                                        "burst_probability", result_real(c->burst_probability)));
    }
    return all;
}

static json_t *bursts_json(const network_file *file, const network_bursts *asked,
                           const simulate_bursts *bursts)
{
    const double tick_ms = network_tick_ms(file);
    const tuft_burst_windows *w = &bursts->windows;
    json_t *begin = json_array();
    for (uint32_t k = 0; k < w->windows; k++)
        json_array_append_new(begin, result_real(tick_ms * (double)w->edge[k]));
    return json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:{s:o, s:o, s:o, s:o}, s:o}",
                     "population", file->population[asked->population].name, "interval_ms",
                     result_real(tick_ms * (double)asked->interval), "from_ms",
                     result_real(tick_ms * (double)asked->from), "window_ms",
                     result_real(tick_ms * (double)asked->window), "events",
                     (json_int_t)bursts->events, "bursts", (json_int_t)bursts->bursts,
                     "event_rate_hz", result_real(bursts->event_rate_hz), "burst_rate_hz",
                     result_real(bursts->burst_rate_hz), "burst_probability",
                     result_real(bursts->burst_probability), "windows", "begin_ms", begin,
                     "event_rate_hz", result_vector(w->event_rate_hz, w->windows), "burst_rate_hz",
                     result_vector(w->burst_rate_hz, w->windows), "burst_probability",
                     result_vector(w->burst_probability, w->windows), "correlation",
                     correlations_json(file, bursts));
}

void simulate_json(const simulate_run *run, app_result *result)
{
    const network_file *file = &run->file;
    enum { CELLS, MODE, SPIKES, RATE, CV, ACTIVE, KINDS };
    static const char *const name[KINDS] = {"cells",   "mode",   "spikes",
                                            "rate_hz", "isi_cv", "active_cells"};
    json_t *results = result_results(result), *by[KINDS], *bursts = json_array();
    char mode[64];
    json_object_set_new(results, "duration_ms",
                        result_real((double)file->duration * network_tick_ms(file)));
    json_object_set_new(results, "tick_us", result_real(file->tick_us));
    for (int k = 0; k < KINDS; k++) {
        by[k] = json_object();
        json_object_set_new(results, name[k], by[k]);
    }
    for (size_t q = 0; q < file->populations; q++) {
        const tuft_spike_statistics *s = &run->spikes[q];
        const char *of = file->population[q].name;
        json_object_set_new(by[CELLS], of, json_integer(file->population[q].count));
        json_object_set_new(by[MODE], of, json_string(simulate_mode(file, q, mode, sizeof mode)));
        json_object_set_new(by[SPIKES], of, json_integer((json_int_t)s->spikes));
        json_object_set_new(by[RATE], of, result_real(s->rate_hz));
        if (!file->records_spikes[q])
            continue;
        json_object_set_new(by[CV], of, result_real(s->interval_cv));
        json_object_set_new(by[ACTIVE], of, json_integer(s->active_cells));
    }
    if (learned_any(run->built.network))
        json_object_set_new(results, "learned",
                            learned_json(run->built.network, run->built.engine));
    if (!file->bursts_count) {
        json_decref(bursts);
        return;
    }
    for (size_t b = 0; b < file->bursts_count; b++)
        json_array_append_new(bursts, bursts_json(file, &file->bursts[b], &run->bursts[b]));
    json_object_set_new(results, "bursts", bursts);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_bursts(const simulate_run *run, size_t b)
{
    const network_file *file = &run->file;
    const simulate_bursts *bursts = &run->bursts[b];
    printf("bursts of %s: event rate %.2f Hz, burst probability %.3f (intervals under %.6g ms)\n",
           file->population[file->bursts[b].population].name, bursts->event_rate_hz,
           bursts->burst_probability, network_tick_ms(file) * (double)file->bursts[b].interval);
    for (size_t i = 0; i < bursts->correlations; i++) {
        const simulate_correlation *c = &bursts->correlation[i];
        const network_input *input = &file->input[c->input];
        const network_population *p = &file->population[input->population];
        printf("  over %u windows with %s of %s: event rate r = %.3f, burst probability r = %.3f\n",
               bursts->windows.windows, p->model->variable[input->variable], p->name, c->event_rate,
               c->burst_probability);
    }
}

void simulate_print(const simulate_run *run)
{
    const network_file *file = &run->file;
    char mode[64];
    printf("%s: %.6g ms in ticks of %.6g us, seed %llu\n", file->path,
           (double)file->duration * network_tick_ms(file), file->tick_us,
           (unsigned long long)file->seed);
    printf("%-20s %9s  %-17s %12s %10s %12s\n", "population", "cells", "mode", "spikes",
           "rate (Hz)", "interval CV");
    for (size_t q = 0; q < file->populations; q++) {
        const tuft_spike_statistics *s = &run->spikes[q];
        printf("%-20s %9u  %-17s %12llu %10.3f", file->population[q].name,
               file->population[q].count, simulate_mode(file, q, mode, sizeof mode),
               (unsigned long long)s->spikes, s->rate_hz);
        if (isnan(s->interval_cv))
            printf(" %12s\n", "-");
        else
            printf(" %12.3f\n", s->interval_cv);
    }
    if (run->ledger.projections)
        printf("%-42s %-10s %12s %14s\n", "projection", "kind", "synapses", "events");
    for (uint32_t p = 0; p < run->ledger.projections; p++) {
        const tuft_ledger_projection *one = &run->ledger.projection[p];
        printf("%-42s %-10s %12llu %14llu\n", one->name, tuft_projection_kind_name(one->kind),
               (unsigned long long)one->synapses, (unsigned long long)one->synaptic_events);
    }
    learned_print(run->built.network, run->built.engine);
    for (size_t b = 0; b < file->bursts_count; b++)
        print_bursts(run, b);
}
