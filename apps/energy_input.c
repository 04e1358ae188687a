#include "apps/energy_input.h"

#include "apps/counts_file.h"
#include "apps/json_at.h"
#include "core/memory.h"
#include "core/version.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t COUNT_LIMIT = (int64_t)1 << 53;

/* "runs/n-mnist.json" -> "n-mnist" */
static void label_of(const char *path, char *label, size_t size)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    snprintf(label, size, "%.*s", dot && dot > name ? (int)(dot - name) : 60, name);
}

static void start(energy_input *out, const char *path)
{
    *out = (energy_input){.path = path, .volt = NAN, .siemens = NAN};
    out->activity.seconds = out->activity.duration = NAN;
    label_of(path, out->label, sizeof out->label);
    snprintf(out->activity.name, sizeof out->activity.name, "%s", out->label);
}

void energy_input_free(energy_input *input)
{
    for (uint32_t p = 0; input->edges && p < input->activity.projections; p++)
        tuft_energy_edges_free(&input->edges[p]);
    free(input->edges);
    tuft_energy_activity_free(&input->activity);
    *input = (energy_input){0};
}

/* ---- a result -------------------------------------------------------------------------------- */

static tuft_status check_version(const json_at *top, tuft_error *err)
{
    unsigned theirs[3] = {0}, ours[3] = {0};
    const char *text;
    json_at tuft = json_at_member(top, "tuft"), at = json_at_member(&tuft, "version");
    tuft_status status = json_at_text(&at, &text, err);
    if (status)
        return status;
    if (sscanf(text, "%u.%u.%u", &theirs[0], &theirs[1], &theirs[2]) != 3)
        return json_at_fail(&at, err, "\"%.20s\", expected a version like %s", text, TUFT_VERSION);
    sscanf(TUFT_VERSION, "%u.%u.%u", &ours[0], &ours[1], &ours[2]);
    for (int i = 0; i < 3; i++)
        if (theirs[i] != ours[i])
            return theirs[i] < ours[i]
                       ? TUFT_OK
                       : json_at_fail(&at, err, "made by tuft %.20s, newer than this %s", text,
                                      TUFT_VERSION);
    return TUFT_OK;
}

static tuft_status read_count(const json_at *in, const char *key, uint64_t *out, tuft_error *err)
{
    int64_t value;
    json_at at = json_at_member(in, key);
    tuft_status status = json_at_whole(&at, 0, COUNT_LIMIT, &value, err);
    if (!status)
        *out = (uint64_t)value;
    return status;
}

/* The same where it may be absent: *out is left alone then. */
static tuft_status read_optional(const json_at *in, const char *key, uint64_t *out, tuft_error *err)
{
    return json_object_get(in->value, key) ? read_count(in, key, out, err) : TUFT_OK;
}

static tuft_status read_projection(const json_at *at, tuft_energy_projection *out, tuft_error *err)
{
    const char *name, *kind;
    json_at of_name = json_at_member(at, "name"), of_kind = json_at_member(at, "kind");
    *out = (tuft_energy_projection){.source_spikes = TUFT_UNKNOWN, .target_updates = TUFT_UNKNOWN};
    tuft_status status = json_at_text(&of_name, &name, err);
    if (!status)
        status = json_at_text(&of_kind, &kind, err);
    if (status)
        return status;
    snprintf(out->name, sizeof out->name, "%s", name);
    snprintf(out->kind, sizeof out->kind, "%s", kind);
    status = read_count(at, "sources", &out->sources, err);
    if (!status)
        status = read_count(at, "targets", &out->targets, err);
    if (!status)
        status = read_count(at, "synapses", &out->synapses, err);
    if (!status)
        status = read_count(at, "synaptic_events", &out->synaptic_events, err);
    if (!status)
        status = read_optional(at, "weight_updates", &out->weight_updates, err);
    if (!status)
        status = read_optional(at, "source_spikes", &out->source_spikes, err);
    if (!status)
        status = read_optional(at, "target_updates", &out->target_updates, err);
    return status;
}

/* Cells of populations that are no sources; where there is no list, the largest target of each
 * projection stands for one. */
static tuft_status read_cells(const json_at *ledger, tuft_energy_activity *a, tuft_error *err)
{
    json_at all = json_at_member(ledger, "populations");
    size_t count = json_array_size(all.value);
    tuft_status status = TUFT_OK;
    for (size_t q = 0; !status && q < count; q++) {
        json_at one = json_at_item(&all, q);
        uint64_t cells = 0;
        if (json_is_true(json_object_get(one.value, "source")))
            continue;
        status = read_count(&one, "cells", &cells, err);
        a->cells += cells;
    }
    for (uint32_t p = 0; !count && p < a->projections; p++)
        if (a->projection[p].targets > a->cells)
            a->cells = a->projection[p].targets;
    return status;
}

static tuft_status read_ledger(const json_at *top, tuft_energy_activity *a, tuft_error *err)
{
    uint64_t total = 0, sum = 0;
    size_t count = 0;
    json_at ledger = json_at_member(top, "ledger");
    if (!ledger.value)
        return json_at_fail(&ledger, err,
                            "missing, expected a result that --json of classify, zero-shot, "
                            "simulate or enhance wrote");
    json_at list = json_at_member(&ledger, "projections");
    tuft_status status = read_count(&ledger, "synaptic_events", &total, err);
    if (!status)
        status = read_count(&ledger, "neuron_updates", &a->neuron_updates, err);
    if (!status)
        status = read_count(&ledger, "spikes", &a->spikes, err);
    if (!status)
        status = json_at_array(&list, 0, &count, err);
    if (!status)
        status = TUFT_NEW(&a->projection, count, "projections", err);
    for (size_t p = 0; !status && p < count; p++) {
        json_at at = json_at_item(&list, p);
        status = read_projection(&at, &a->projection[p], err);
        a->projections = (uint32_t)p + 1;
        sum += a->projection[p].synaptic_events;
    }
    if (status)
        return status;
    if (sum != total) {
        json_at at = json_at_member(&ledger, "synaptic_events");
        return json_at_fail(&at, err, "%llu, the projections have %llu", (unsigned long long)total,
                            (unsigned long long)sum);
    }
    return read_cells(&ledger, a, err);
}

/* ---- trained layers -------------------------------------------------------------------------- */

static double number_at(const json_t *in, const char *key)
{
    const json_t *value = json_object_get(in, key);
    return json_is_number(value) && json_number_value(value) > 0 ? json_number_value(value) : 0;
}

static tuft_energy_work work_at(const json_t *operations, const char *key)
{
    const json_t *work = json_object_get(operations, key);
    return (tuft_energy_work){number_at(work, "mac"), number_at(work, "ac")};
}

/* Recordings that ran through a liquid; of two modalities, pairs. */
static double recordings_of(const json_t *results)
{
    const json_t *operations = json_object_get(results, "operations");
    double liquid = number_at(json_object_get(operations, "liquid"), "recordings");
    double vision = number_at(json_object_get(operations, "vision"), "recordings");
    double audio = number_at(json_object_get(operations, "audio"), "recordings");
    if (liquid > 0)
        return liquid;
    if (vision + audio > 0)
        return (vision + audio) / 2;
    double encoded = number_at(results, "encoded");
    return encoded > 0 ? encoded : number_at(results, "samples");
}

/* Each recording goes once through what was trained: forward operations a recording that training
 * counted, or (closed-form readouts, which count none) features x classes. */
static void read_trained(const json_t *results, tuft_energy_activity *a)
{
    const json_t *operations = json_object_get(results, "operations");
    double shown = number_at(operations, "shown");
    a->recordings = recordings_of(results);
    if (shown > 0) {
        if (!(a->recordings > 0)) /* a result that says how it trained, not what it ran: of one */
            a->recordings = 1;
        a->forward = work_at(operations, "forward");
        a->backward = work_at(operations, "backward");
        a->parameter_updates = number_at(operations, "update");
        a->readout.mac = a->forward.mac / shown * a->recordings;
        a->readout.ac = a->forward.ac / shown * a->recordings;
        return;
    }
    double classes = (double)json_array_size(json_object_get(results, "per_class"));
    a->readout.mac = number_at(results, "features") * classes * a->recordings;
}

tuft_status energy_input_read(energy_input *out, const char *path, tuft_error *err)
{
    json_t *document;
    const char *command = "";
    start(out, path);
    tuft_status status = json_at_load(path, &document, err);
    if (status)
        return status;
    json_at top = json_at_top(path, document);
    json_at at = json_at_member(&top, "command");
    status = check_version(&top, err);
    if (!status)
        status = json_at_text(&at, &command, err);
    snprintf(out->command, sizeof out->command, "%s", command);
    if (!status)
        status = read_ledger(&top, &out->activity, err);
    if (!status) {
        const json_t *results = json_object_get(document, "results");
        const json_t *model = json_object_get(json_object_get(document, "config"), "model");
        const json_t *seed = json_object_get(document, "seed");
        double volt = number_at(model, "dac.volt");
        double siemens = number_at(model, "conductance.mean_siemens");
        read_trained(results, &out->activity);
        if (number_at(results, "duration_ms") > 0)
            out->activity.duration = number_at(results, "duration_ms") / 1000;
        out->volt = volt > 0 ? volt : (double)NAN;
        out->siemens = siemens > 0 ? siemens : (double)NAN;
        if (json_is_integer(seed))
            snprintf(out->seed, sizeof out->seed, "%lld", (long long)json_integer_value(seed));
        status = tuft_energy_activity_check(&out->activity, err);
        if (status)
            tuft_fail_prefix(err, status, path);
    }
    json_decref(document);
    if (status)
        energy_input_free(out);
    return status;
}

/* ---- edges ----------------------------------------------------------------------------------- */

tuft_status energy_input_counts(energy_input *input, const char *path, tuft_error *err)
{
    tuft_energy_activity *a = &input->activity;
    tuft_status status = TUFT_NEW(&input->edges, a->projections, "counts of projections", err);
    for (uint32_t p = 0; !status && p < a->projections; p++) {
        tuft_energy_projection *of = &a->projection[p];
        if (!of->synapses)
            continue;
        status = counts_file_read(path, of->name, &input->edges[p], err);
        if (status)
            return status;
        uint64_t events = tuft_energy_edges_events(&input->edges[p]);
        if (events != of->synaptic_events || input->edges[p].synapses != of->synapses)
            return tuft_fail(err, TUFT_FORMAT,
                             "%s: %s: spikes x fan-out give %llu synaptic events on %zu synapses, "
                             "%s has %llu on %llu",
                             path, of->name, (unsigned long long)events, input->edges[p].synapses,
                             input->path, (unsigned long long)of->synaptic_events,
                             (unsigned long long)of->synapses);
        of->siemens = tuft_energy_edges_siemens(&input->edges[p]);
        if (of->source_spikes == TUFT_UNKNOWN) {
            of->source_spikes = 0;
            for (uint32_t i = 0; i < input->edges[p].sources; i++)
                of->source_spikes += input->edges[p].spikes[i];
        }
    }
    return status;
}
