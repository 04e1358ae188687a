#include "cells/rig.h"

#include "cells/catalogue.h"
#include "cells/noise.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1000, STREAM = 1 << 16 }; /* steps of events made at once; apart from populations */

typedef struct {
    tuft_rig_input input;
    uint32_t source;
    double *held; /* [cells] */
    float *noisy; /* [cells]; what is added to held, or NULL */
    /* Mean input by events, where the end has a port only. */
    double settle; /* 1 - exp(-h / tau) of the port */
    tuft_random *random;
    int64_t *next; /* [cells]; step of the next event */
    /* Events to come: scheduled, and those of the chunk in order of time. */
    size_t scheduled, scheduled_capacity, events, events_capacity;
    int64_t *scheduled_step, *step;
    uint32_t *scheduled_cell, *cell;
    size_t scheduled_cells_capacity, cells_capacity;
} end_state;

struct tuft_rig {
    tuft_rig_settings settings;
    void *parameters;
    tuft_network *network;
    tuft_engine *engine;
    tuft_noise noise;
    int noisy;
    double *written; /* [cells] */
    end_state end[TUFT_RIG_ENDS];
};

static const char *first_of(const char *const *names, const char *const *wanted)
{
    for (; *wanted; wanted++)
        for (size_t i = 0; names && names[i]; i++)
            if (strcmp(names[i], *wanted) == 0)
                return names[i];
    return NULL;
}

/* The unit of a variable is that of the parameter called like it, with or without the unit. */
static const char *unit_of(const tuft_cell_model *model, const char *variable)
{
    size_t length = strlen(variable);
    for (const tuft_parameter_entry *p = model->parameter; p && p->name; p++)
        if (strncmp(p->name, variable, length) == 0 &&
            (!p->name[length] || strcmp(p->name + length, "_pa") == 0 ||
             strcmp(p->name + length, "_mv") == 0))
            return p->unit;
    return "mV";
}

tuft_rig_input tuft_rig_input_of(const tuft_cell_model *model, tuft_rig_end end)
{
    static const char *const variables[][3] = {{"bias_soma", "bias", NULL},
                                               {"bias_apical", "bias_context", NULL}};
    static const char *const ports[][4] = {{"soma", "excitatory", "input", NULL},
                                           {"apical", "proximal", NULL, NULL}};
    tuft_rig_input input = {first_of(model->variable, variables[end]),
                            first_of(model->port, ports[end]), "mV"};
    if (input.variable)
        input.unit = unit_of(model, input.variable);
    return input;
}

/* ---- making one ------------------------------------------------------------------------------ */

static double parameter(const tuft_rig *rig, const char *name)
{
    const tuft_parameter_entry *entry = tuft_parameter_find(rig->settings.model, name);
    return entry ? tuft_parameter_get(rig->parameters, entry) : NAN;
}

static tuft_status check(const tuft_rig *rig, tuft_error *err)
{
    const tuft_rig_settings *s = &rig->settings;
    const char *name = s->model->name;
    if (!rig->end[TUFT_RIG_SOMA].input.variable)
        return tuft_fail(err, TUFT_INVALID, "%s has no input that could be set", name);
    if (!s->model->step || !s->model->write)
        return tuft_fail(err, TUFT_INVALID, "%s cannot be clocked and written to", name);
    if (!(s->step_ms > 0 && s->step_ms <= 1000))
        return tuft_fail(err, TUFT_INVALID, "step of %g ms, expected one over 0, up to 1000",
                         s->step_ms);
    if (s->cells == 0)
        return tuft_fail(err, TUFT_INVALID, "no cells");
    for (int e = 0; e < TUFT_RIG_ENDS; e++) {
        if (!(s->noise[e] >= 0 && s->noise[e] <= 1e30))
            return tuft_fail(err, TUFT_INVALID, "noise of %g, expected 0 or more", s->noise[e]);
        if (s->noise[e] > 0 && !(s->noise_tau_ms > 0 && isfinite(s->noise_tau_ms)))
            return tuft_fail(err, TUFT_INVALID,
                             "time constant of the noise %g ms, expected one "
                             "over 0",
                             s->noise_tau_ms);
        if (s->noise[e] > 0 && !rig->end[e].input.variable)
            return tuft_fail(err, TUFT_INVALID, "%s has no apical current that could be noisy",
                             name);
        if (!isfinite(s->weight[e]))
            return tuft_fail(err, TUFT_INVALID, "weight of %g, expected a finite value",
                             s->weight[e]);
    }
    return TUFT_OK;
}

/* Noise that the model makes itself; else *written is set. */
static tuft_status set_noise(tuft_rig *rig, tuft_error *err)
{
    static const char *const names[] = {"noise_soma_pa", "noise_apical_pa"};
    const tuft_rig_settings *s = &rig->settings;
    tuft_status status = TUFT_OK;
    for (int e = 0; !status && e < TUFT_RIG_ENDS; e++) {
        const tuft_parameter_entry *sd = tuft_parameter_find(s->model, names[e]),
                                   *tau = tuft_parameter_find(s->model, "tau_noise_ms");
        int own = sd && tau && !(e == TUFT_RIG_APICAL && s->apical_variable);
        if (s->noise[e] == 0)
            continue;
        if (!own) {
            rig->noisy = 1;
            rig->noise.law[e] = tuft_noise_law_of(s->noise[e], s->noise_tau_ms, s->step_ms);
            continue;
        }
        status = tuft_parameter_set(rig->parameters, sd, s->noise[e], err);
        if (!status)
            status = tuft_parameter_set(rig->parameters, tau, s->noise_tau_ms, err);
    }
    return status;
}

static tuft_status connect(tuft_rig *rig, int e, tuft_error *err)
{
    const tuft_rig_settings *s = &rig->settings;
    end_state *end = &rig->end[e];
    float *weight;
    tuft_connections connections;
    if (!end->input.port)
        return TUFT_OK;
    tuft_status status = TUFT_NEW(&weight, s->cells, "weights", err);
    for (uint32_t i = 0; !status && i < s->cells; i++)
        weight[i] = (float)s->weight[e];
    if (!status)
        status = tuft_network_add_source(rig->network, e ? "apical events" : "somatic events",
                                         s->cells, &end->source, err);
    if (!status)
        status = tuft_connections_one_to_one(&connections, s->cells, weight, 1, err);
    if (!status)
        status = tuft_network_connect(rig->network, e ? "apical" : "somatic", end->source, 0,
                                      end->input.port, &connections, NULL, err);
    free(weight);
    return status;
}

static tuft_status make(tuft_rig *rig, tuft_error *err)
{
    const tuft_rig_settings *s = &rig->settings;
    size_t size = s->model->parameters_size;
    tuft_status status = tuft_array_new(&rig->parameters, 1, size ? size : 1, "parameters", err);
    if (status)
        return status;
    memcpy(rig->parameters, s->parameters, size);
    rig->noise = (tuft_noise){.seed = s->seed, .stream = STREAM};
    for (int e = 0; e < TUFT_RIG_ENDS; e++)
        rig->end[e].input = tuft_rig_input_of(s->model, (tuft_rig_end)e);
    if (s->apical_variable) {
        rig->end[TUFT_RIG_APICAL].input.variable = s->apical_variable;
        rig->end[TUFT_RIG_APICAL].input.unit = unit_of(s->model, s->apical_variable);
    }
    if (s->apical_port)
        rig->end[TUFT_RIG_APICAL].input.port = s->apical_port;
    status = check(rig, err);
    if (!status)
        status = set_noise(rig, err);
    if (!status)
        status = tuft_network_new(&rig->network, 1000 * s->step_ms, err);
    if (!status)
        status = tuft_network_add_cells(rig->network, s->model->name, s->model, rig->parameters,
                                        s->cells, 1, NULL, err);
    for (int e = 0; !status && e < TUFT_RIG_ENDS; e++) {
        status = connect(rig, e, err);
        if (!status)
            status = TUFT_NEW(&rig->end[e].held, s->cells, "inputs", err);
        if (!status && rig->noisy)
            status = TUFT_NEW(&rig->end[e].noisy, s->cells, "noise", err);
    }
    if (!status)
        status = TUFT_NEW(&rig->written, s->cells, "inputs", err);
    if (!status)
        status = tuft_engine_new(&rig->engine, rig->network, s->seed, s->threads, err);
    return status ? status : tuft_engine_record_spikes(rig->engine, 0, err);
}

tuft_status tuft_rig_new(tuft_rig **out, const tuft_rig_settings *settings, tuft_error *err)
{
    *out = NULL;
    tuft_rig *rig;
    tuft_status status = TUFT_NEW(&rig, 1, "rig", err);
    if (status)
        return status;
    rig->settings = *settings;
    status = make(rig, err);
    if (status) {
        tuft_rig_free(rig);
        return status;
    }
    *out = rig;
    return TUFT_OK;
}

void tuft_rig_free(tuft_rig *rig)
{
    if (!rig)
        return;
    tuft_engine_free(rig->engine);
    tuft_network_free(rig->network);
    for (int e = 0; e < TUFT_RIG_ENDS; e++) {
        free(rig->end[e].held);
        free(rig->end[e].noisy);
        free(rig->end[e].random);
        free(rig->end[e].next);
        free(rig->end[e].scheduled_step);
        free(rig->end[e].scheduled_cell);
        free(rig->end[e].step);
        free(rig->end[e].cell);
    }
    free(rig->written);
    free(rig->parameters);
    free(rig);
}

/* ---- inputs ---------------------------------------------------------------------------------- */

/* Share of steps at which cell i gets an event. */
static double share(const tuft_rig *rig, tuft_rig_end e, uint32_t i)
{
    return rig->end[e].held[i] * rig->end[e].settle / rig->settings.weight[e];
}

/* Step of the next event, after `from`: intervals are geometric. */
static int64_t next_event(end_state *end, uint32_t i, double p, int64_t from)
{
    double gap = p > 0 ? ceil(log(tuft_random_uniform(&end->random[i])) / log1p(-p)) : INFINITY;
    return gap < 1e15 ? from + (gap > 1 ? (int64_t)gap : 1) : INT64_MAX;
}

static tuft_status hold_by_events(tuft_rig *rig, tuft_rig_end e, tuft_error *err)
{
    const tuft_rig_settings *s = &rig->settings;
    end_state *end = &rig->end[e];
    double tau = parameter(rig, "tau_a_ms");
    tuft_status status = TUFT_OK;
    if (!(tau > 0))
        return tuft_fail(err, TUFT_INVALID, "%s: apical input of unknown time constant",
                         s->model->name);
    end->settle = -expm1(-s->step_ms / tau);
    for (uint32_t i = 0; i < s->cells; i++)
        if (!(share(rig, e, i) >= 0 && share(rig, e, i) < 1))
            return tuft_fail(err, TUFT_INVALID,
                             "%s: mean apical input of %g %s, expected 0 to %g (an event of %g %s "
                             "each step)",
                             s->model->name, end->held[i], end->input.unit,
                             s->weight[e] / end->settle, s->weight[e], end->input.unit);
    if (!end->random) {
        status = TUFT_NEW(&end->random, s->cells, "random streams", err);
        if (!status)
            status = TUFT_NEW(&end->next, s->cells, "events", err);
        for (uint32_t i = 0; !status && i < s->cells; i++)
            end->random[i] =
                tuft_random_stream(s->seed, TUFT_RANDOM_INPUT, (uint64_t)STREAM << 32 | i);
    }
    int64_t now = tuft_engine_now(rig->engine);
    for (uint32_t i = 0; !status && i < s->cells; i++)
        end->next[i] = next_event(end, i, share(rig, e, i), now - 1);
    return status;
}

static tuft_status write_held(tuft_rig *rig, int e, tuft_error *err)
{
    const end_state *end = &rig->end[e];
    for (uint32_t i = 0; i < rig->settings.cells; i++)
        rig->written[i] = end->held[i] + (end->noisy ? (double)end->noisy[i] : 0);
    return tuft_engine_write(rig->engine, 0, end->input.variable, NULL, rig->written,
                             rig->settings.cells, err);
}

tuft_status tuft_rig_hold(tuft_rig *rig, tuft_rig_end e, const double *value, tuft_error *err)
{
    end_state *end = &rig->end[e];
    if (!end->input.variable && !end->input.port)
        return tuft_fail(err, TUFT_INVALID, "%s has no apical input", rig->settings.model->name);
    for (uint32_t i = 0; i < rig->settings.cells; i++)
        if (!isfinite(value[i]))
            return tuft_fail(err, TUFT_INVALID, "input of %g, expected a finite value", value[i]);
    memcpy(end->held, value, rig->settings.cells * sizeof *value);
    return end->input.variable ? write_held(rig, (int)e, err) : hold_by_events(rig, e, err);
}

tuft_status tuft_rig_event(tuft_rig *rig, tuft_rig_end e, uint32_t cell, double at_ms,
                           tuft_error *err)
{
    end_state *end = &rig->end[e];
    double step = round(at_ms / rig->settings.step_ms);
    if (!end->input.port)
        return tuft_fail(err, TUFT_INVALID, "%s has no apical input", rig->settings.model->name);
    if (cell >= rig->settings.cells)
        return tuft_fail(err, TUFT_INVALID, "event for cell %u, expected below %u", cell,
                         rig->settings.cells);
    if (!(step >= (double)tuft_engine_now(rig->engine) && step < 1e15))
        return tuft_fail(err, TUFT_INVALID, "event at %g ms, which is past", at_ms);
    tuft_status status = TUFT_GROW(&end->scheduled_step, &end->scheduled_capacity,
                                   end->scheduled + 1, "events", err);
    if (!status)
        status = TUFT_GROW(&end->scheduled_cell, &end->scheduled_cells_capacity, end->scheduled + 1,
                           "events", err);
    if (status)
        return status;
    end->scheduled_step[end->scheduled] = (int64_t)step;
    end->scheduled_cell[end->scheduled++] = cell;
    return TUFT_OK;
}

/* ---- running --------------------------------------------------------------------------------- */

/* Counts the events of steps from .. to - 1 in at[step - from] (place NULL), or places them from
 * there on, which leaves at[] one step ahead. */
static void visit(tuft_rig *rig, tuft_rig_end e, int64_t from, int64_t to, size_t *at,
                  uint32_t *place)
{
    end_state *end = &rig->end[e];
    for (uint32_t i = 0; end->next && i < rig->settings.cells; i++) {
        tuft_random kept = end->random[i];
        int64_t next = end->next[i];
        for (; next < to; next = next_event(end, i, share(rig, e, i), next)) {
            size_t *slot = &at[next - from];
            if (place)
                place[*slot] = i;
            ++*slot;
        }
        if (place)
            end->next[i] = next;
        else
            end->random[i] = kept; /* the same again when they are placed */
    }
    for (size_t k = 0; k < end->scheduled; k++)
        if (end->scheduled_step[k] >= from && end->scheduled_step[k] < to) {
            size_t *slot = &at[end->scheduled_step[k] - from];
            if (place)
                place[*slot] = end->scheduled_cell[k];
            ++*slot;
        }
}

/* Hands the engine the events of steps from .. to - 1, at most CHUNK of them. */
static tuft_status give_events(tuft_rig *rig, tuft_rig_end e, int64_t from, int64_t to,
                               tuft_error *err)
{
    end_state *end = &rig->end[e];
    size_t at[CHUNK] = {0}, total = 0;
    if (!end->next && !end->scheduled)
        return TUFT_OK;
    visit(rig, e, from, to, at, NULL);
    for (int64_t t = from; t < to; t++) {
        size_t here = at[t - from];
        at[t - from] = total;
        total += here;
    }
    tuft_status status =
        TUFT_GROW(&end->step, &end->events_capacity, total ? total : 1, "events", err);
    if (!status)
        status = TUFT_GROW(&end->cell, &end->cells_capacity, total ? total : 1, "events", err);
    if (status)
        return status;
    visit(rig, e, from, to, at, end->cell);
    size_t n = 0;
    for (int64_t t = from; t < to; t++)
        for (; n < at[t - from]; n++)
            end->step[n] = t;
    return tuft_engine_input(rig->engine, end->source, end->step, end->cell, total, err);
}

/* One step with noise that is written. */
static tuft_status run_noisy(tuft_rig *rig, tuft_error *err)
{
    int64_t now = tuft_engine_now(rig->engine);
    tuft_noise_step(&rig->noise, (uint64_t)now, 0, rig->settings.cells,
                    rig->end[TUFT_RIG_SOMA].noisy, rig->end[TUFT_RIG_APICAL].noisy);
    tuft_status status = TUFT_OK;
    for (int e = 0; !status && e < TUFT_RIG_ENDS; e++)
        if (rig->noise.law[e].scale > 0)
            status = write_held(rig, e, err);
    return status ? status : tuft_engine_run(rig->engine, now + 1, err);
}

tuft_status tuft_rig_run(tuft_rig *rig, double until_ms, tuft_error *err)
{
    double steps = round(until_ms / rig->settings.step_ms);
    if (!(steps >= 0 && steps < 1e12))
        return tuft_fail(err, TUFT_INVALID, "run to %g ms", until_ms);
    int64_t end = (int64_t)steps;
    tuft_status status = TUFT_OK;
    while (!status && tuft_engine_now(rig->engine) < end) {
        int64_t now = tuft_engine_now(rig->engine);
        int64_t to = end - now > CHUNK ? now + CHUNK : end;
        for (int e = 0; !status && e < TUFT_RIG_ENDS; e++)
            status = give_events(rig, (tuft_rig_end)e, now, to, err);
        if (!status && !rig->noisy)
            status = tuft_engine_run(rig->engine, to, err);
        while (!status && tuft_engine_now(rig->engine) < to)
            status = run_noisy(rig, err);
    }
    return status;
}

tuft_status tuft_rig_trace(tuft_rig *rig, const char *variable, tuft_error *err)
{
    uint32_t *cell;
    tuft_status status = TUFT_NEW(&cell, rig->settings.cells, "cells", err);
    for (uint32_t i = 0; !status && i < rig->settings.cells; i++)
        cell[i] = i;
    if (!status)
        status =
            tuft_engine_record_trace(rig->engine, 0, variable, cell, rig->settings.cells, 1, err);
    free(cell);
    return status;
}

const tuft_spike_record *tuft_rig_spikes(const tuft_rig *rig)
{
    return tuft_engine_spikes(rig->engine, 0);
}

const tuft_trace_record *tuft_rig_traced(const tuft_rig *rig)
{
    return tuft_engine_trace(rig->engine, 0);
}
