#include "apps/network_read.h"
#include "cells/poisson.h"
#include "core/drive.h"
#include "core/memory.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"poisson", "steps", "sine", "events", "spikes", "drive", NULL};
enum { POISSON, STEPS, SINE, EVENTS, SPIKES, DRIVE };

/* ---- Poisson --------------------------------------------------------------------------------- */

/* source: the population that was made for it. */
static tuft_status read_poisson_projection(network_file *file, const json_at *at, uint32_t source,
                                           uint32_t index, tuft_error *err)
{
    json_at port = json_at_member(at, "port"), to = json_at_member(at, "target"),
            weight = json_at_member(at, "weight");
    network_projection *p;
    tuft_status status = network_add_projection(file, at->path, &p, err);
    if (status)
        return status;
    p->connect = NETWORK_CONNECT_ONE_TO_ONE;
    p->wiring.stream = NETWORK_INPUT_STREAM | index;
    p->source = source;
    status = network_read_population(file, &to, &p->target, err);
    if (!status)
        status = network_read_port(file, &port, &to, p->target, &p->port, err);
    if (!status)
        snprintf(p->name, sizeof p->name, "%.20s to %.20s", file->population[source].name,
                 file->population[p->target].name);
    return status ? status : network_read_distribution(&weight, &p->wiring.weight, err);
}

static tuft_status read_poisson_population(network_file *file, const json_at *at, size_t index,
                                           tuft_error *err)
{
    static const char *const parameters[] = {"rate_hz", "start_ms", "stop_ms"};
    enum { PARAMETERS = sizeof parameters / sizeof *parameters };
    json_at name = json_at_member(at, "name"), to = json_at_member(at, "target"),
            rate = json_at_member(at, "rate_hz");
    char text[NETWORK_NAME_SIZE];
    network_population *made;
    uint32_t target;
    snprintf(text, sizeof text, "inputs[%zu]", index);
    tuft_status status = network_read_population(file, &to, &target, err);
    if (!status && name.value)
        status = network_read_name(file, &name, text, err);
    if (!status && !rate.value)
        status = json_at_fail(&rate, err, "missing, expected a number");
    if (!status)
        status = network_add_population(file, at->path, &tuft_poisson, &made, err);
    if (status)
        return status;
    memcpy(made->name, text, sizeof text);
    made->count = file->population[target].count;
    for (int i = 0; !status && i < PARAMETERS; i++) {
        json_at value = json_at_member(at, parameters[i]);
        if (value.value)
            status = network_read_parameter(made, parameters[i], &value, err);
    }
    return status ? status : network_try_cell(file, made, at, err);
}

tuft_status network_read_poisson(network_file *file, tuft_error *err)
{
    static const char *const keys[] = {"name",   "target",   "port",    "rate_hz",
                                       "weight", "start_ms", "stop_ms", NULL};
    json_at top = network_at(file, ""), all = json_at_member(&top, "inputs");
    size_t count = 0;
    tuft_status status = all.value ? json_at_array(&all, 0, &count, err) : TUFT_OK;
    for (size_t i = 0; !status && i < count; i++) {
        json_at one = json_at_item(&all, i), inside;
        int kind;
        status = json_at_only(&one, "input", kinds, &kind, &inside, err);
        if (status || kind != POISSON)
            continue;
        status = json_at_keys(&inside, keys, err);
        if (!status)
            status = read_poisson_population(file, &inside, i, err);
    }
    return status;
}

/* ---- what steps ------------------------------------------------------------------------------ */

/* The target, its variable and the cells. */
static tuft_status read_written(const network_file *file, const json_at *at, network_input *input,
                                tuft_error *err)
{
    json_at target = json_at_member(at, "target"), variable = json_at_member(at, "variable"),
            cells = json_at_member(at, "cells");
    tuft_status status = network_read_population(file, &target, &input->population, err);
    if (!status)
        status = network_read_variable(file, &variable, input->population, &input->variable, err);
    if (status)
        return status;
    const network_population *of = &file->population[input->population];
    if (!of->model->write)
        return json_at_fail(&variable, err, "the state of %s cannot be set", of->model->name);
    return network_read_cells(&cells, of->count, &input->cells, err);
}

/* Times that do not descend (strictly: ascend). */
static tuft_status read_times(const network_file *file, const json_at *at, int strictly,
                              network_input *input, tuft_error *err)
{
    tuft_status status = json_at_array(at, 1, &input->count, err);
    if (!status)
        status = TUFT_NEW(&input->tick, input->count, "times", err);
    for (size_t i = 0; !status && i < input->count; i++) {
        json_at item = json_at_item(at, i);
        status = network_read_ticks(file, &item, 0, &input->tick[i], err);
        if (!status && i && input->tick[i] < input->tick[i - 1] + strictly)
            status = json_at_fail(&item, err, "%.15g ms, expected times that ascend",
                                  json_number_value(item.value));
    }
    return status;
}

static tuft_status read_steps(const network_file *file, const json_at *at, network_input *input,
                              tuft_error *err)
{
    static const char *const keys[] = {"target", "variable", "cells", "time_ms", "value", NULL};
    json_at time = json_at_member(at, "time_ms"), value = json_at_member(at, "value");
    tuft_status status = json_at_keys(at, keys, err);
    if (!status)
        status = read_written(file, at, input, err);
    if (!status)
        status = read_times(file, &time, 1, input, err);
    if (!status)
        status = TUFT_NEW(&input->value, input->count, "values", err);
    return status ? status
                  : json_at_reals(&value, input->count, -INFINITY, INFINITY, input->value, err);
}

static tuft_status read_sine(const network_file *file, const json_at *at, network_input *input,
                             tuft_error *err)
{
    static const char *const keys[] = {"target", "variable", "cells",     "mean", "amplitude",
                                       "phase",  "every_ms", "period_ms", NULL};
    json_at mean = json_at_member(at, "mean"), amplitude = json_at_member(at, "amplitude"),
            period = json_at_member(at, "period_ms"), phase = json_at_member(at, "phase"),
            every = json_at_member(at, "every_ms");
    tuft_status status = json_at_keys(at, keys, err);
    if (!status)
        status = read_written(file, at, input, err);
    if (!status)
        status = json_at_real(&mean, -INFINITY, INFINITY, &input->mean, err);
    if (!status)
        status = json_at_real(&amplitude, -INFINITY, INFINITY, &input->amplitude, err);
    if (!status)
        status = json_at_real(&period, JSON_OVER_0, INFINITY, &input->period_ms, err);
    if (!status && phase.value)
        status = json_at_real(&phase, -INFINITY, INFINITY, &input->phase, err);
    if (!status)
        status = network_read_ticks(file, &every, 1, &input->every, err);
    if (!status && file->population[input->population].model == &tuft_poisson &&
        input->mean < fabs(input->amplitude))
        status = json_at_fail(&amplitude, err, "%.15g, so that the rate would fall below 0",
                              input->amplitude);
    return status;
}

/* ---- what comes from outside ----------------------------------------------------------------- */

static tuft_status read_source(const network_file *file, const json_at *at, network_input *input,
                               tuft_error *err)
{
    json_at source = json_at_member(at, "source");
    tuft_status status = network_read_population(file, &source, &input->population, err);
    if (status)
        return status;
    const network_population *of = &file->population[input->population];
    if (of->model)
        return json_at_fail(&source, err, "\"%s\" is a %s population, not a source", of->name,
                            of->model->name);
    for (size_t i = 0; i + 1 < file->inputs; i++)
        if (file->input[i].kind >= NETWORK_INPUT_EVENTS &&
            file->input[i].population == input->population)
            return json_at_fail(&source, err, "\"%s\" has its spikes from %s already", of->name,
                                file->input[i].spot);
    return TUFT_OK;
}

static tuft_status read_events(const network_file *file, const json_at *at, network_input *input,
                               tuft_error *err)
{
    static const char *const keys[] = {"source", "file", "recording", NULL};
    json_at name = json_at_member(at, "file"), recording = json_at_member(at, "recording");
    const char *text;
    int64_t which = 0;
    tuft_status status = json_at_keys(at, keys, err);
    if (!status)
        status = read_source(file, at, input, err);
    if (!status)
        status = json_at_text(&name, &text, err);
    if (!status && recording.value)
        status = json_at_whole(&recording, 0, INT32_MAX, &which, err);
    input->recording = (size_t)which;
    return status ? status : network_path(file, text, &input->events, err);
}

static tuft_status read_spikes(const network_file *file, const json_at *at, network_input *input,
                               tuft_error *err)
{
    static const char *const keys[] = {"source", "time_ms", "cell", NULL};
    json_at time = json_at_member(at, "time_ms"), cell = json_at_member(at, "cell");
    size_t cells = 0;
    tuft_status status = json_at_keys(at, keys, err);
    if (!status)
        status = read_source(file, at, input, err);
    if (!status)
        status = read_times(file, &time, 0, input, err);
    if (!status)
        status = TUFT_NEW(&input->spike_cell, input->count, "cells", err);
    if (!status && cell.value && !json_is_number(cell.value))
        status = json_at_array(&cell, 0, &cells, err);
    if (!status && json_is_array(cell.value) && cells != input->count)
        status = json_at_fail(&cell, err, "%zu elements, expected %zu", cells, input->count);
    if (status)
        return status;
    const uint32_t below = file->population[input->population].count;
    if (!cell.value && below > 1)
        return json_at_fail(&cell, err, "missing, expected an array of cells below %u", below);
    for (size_t i = 0; !status && cell.value && i < input->count; i++) {
        json_at item = cells ? json_at_item(&cell, i) : cell;
        int64_t which;
        status = json_at_whole(&item, 0, (int64_t)below - 1, &which, err);
        if (!status)
            input->spike_cell[i] = (uint32_t)which;
    }
    return status;
}

/* ---- drives ---------------------------------------------------------------------------------- */

static tuft_status read_drive(const network_file *file, const json_at *at, network_input *input,
                              tuft_error *err)
{
    static const char *const keys[] = {"target", "port", "rate_hz", "weight", NULL};
    json_at target = json_at_member(at, "target"), port = json_at_member(at, "port"),
            rate = json_at_member(at, "rate_hz"), weight = json_at_member(at, "weight");
    tuft_status status = json_at_keys(at, keys, err);
    if (!status)
        status = network_read_population(file, &target, &input->population, err);
    if (!status)
        status = network_read_port(file, &port, &target, input->population, &input->port, err);
    if (status)
        return status;
    const network_population *of = &file->population[input->population];
    if (!of->step_ticks)
        return json_at_fail(&target, err, "\"%s\" is event-driven: give it a poisson input",
                            of->name);
    double most = TUFT_DRIVE_LIMIT * 1000 / ((double)of->step_ticks * network_tick_ms(file));
    status = json_at_real(&rate, 0, most, &input->rate_hz, err);
    return status ? status
                  : json_at_real(&weight, -(double)FLT_MAX, (double)FLT_MAX, &input->weight, err);
}

static tuft_status add_input(network_file *file, network_input_kind kind, const char *spot,
                             network_input **out, tuft_error *err)
{
    tuft_status status =
        TUFT_GROW(&file->input, &file->input_capacity, file->inputs + 1, "inputs", err);
    if (status)
        return status;
    *out = &file->input[file->inputs++];
    **out = (network_input){.kind = kind};
    snprintf((*out)->spot, sizeof(*out)->spot, "%.39s", spot);
    return TUFT_OK;
}

tuft_status network_read_inputs(network_file *file, tuft_error *err)
{
    typedef tuft_status read_input(const network_file *, const json_at *, network_input *,
                                   tuft_error *);
    static read_input *const read[] = {[STEPS] = read_steps,
                                       [SINE] = read_sine,
                                       [EVENTS] = read_events,
                                       [SPIKES] = read_spikes,
                                       [DRIVE] = read_drive};
    static const network_input_kind of[] = {[STEPS] = NETWORK_INPUT_STEPS,
                                            [SINE] = NETWORK_INPUT_SINE,
                                            [EVENTS] = NETWORK_INPUT_EVENTS,
                                            [SPIKES] = NETWORK_INPUT_SPIKES,
                                            [DRIVE] = NETWORK_INPUT_DRIVE};
    json_at top = network_at(file, ""), all = json_at_member(&top, "inputs");
    uint32_t poisson = (uint32_t)file->named_populations;
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < json_array_size(all.value); i++) {
        json_at one = json_at_item(&all, i), inside;
        network_input *input;
        int kind;
        status = json_at_only(&one, "input", kinds, &kind, &inside, err);
        if (!status && kind == POISSON)
            status = read_poisson_projection(file, &inside, poisson++, (uint32_t)i, err);
        if (status || kind == POISSON)
            continue;
        status = add_input(file, of[kind], inside.path, &input, err);
        if (!status)
            status = read[kind](file, &inside, input, err);
    }
    return status;
}

/* ---- --input --------------------------------------------------------------------------------- */

/* The source that "NAME=FILE" or "FILE" means; *path is moved past the name. */
static tuft_status source_meant(const network_file *file, const char **path, uint32_t *out,
                                tuft_error *err)
{
    const char *equals = strchr(*path, '=');
    size_t sources = 0;
    for (uint32_t q = 0; q < file->populations; q++) {
        const network_population *p = &file->population[q];
        if (p->model)
            continue;
        if (equals && strlen(p->name) == (size_t)(equals - *path) &&
            strncmp(p->name, *path, strlen(p->name)) == 0) {
            *out = q;
            *path = equals + 1;
            return TUFT_OK;
        }
        *out = q;
        sources++;
    }
    if (sources == 1)
        return TUFT_OK;
    if (!sources)
        return tuft_fail(err, TUFT_INVALID, "--input: %s has no source population", file->path);
    return tuft_fail(
        err, TUFT_INVALID,
        "--input %.60s: %s has %zu sources, expected NAME=FILE with one of their names", *path,
        file->path, sources);
}

tuft_status network_override_input(network_file *file, const char *given, tuft_error *err)
{
    const char *path = given;
    uint32_t population = 0;
    network_input *input = NULL;
    tuft_status status = source_meant(file, &path, &population, err);
    for (size_t i = 0; !status && i < file->inputs; i++)
        if (file->input[i].kind >= NETWORK_INPUT_EVENTS && file->input[i].population == population)
            input = &file->input[i];
    if (!status && !input)
        status = add_input(file, NETWORK_INPUT_EVENTS, "", &input, err);
    if (status)
        return status;
    free(input->events);
    input->kind = NETWORK_INPUT_EVENTS;
    input->population = population;
    input->recording = 0;
    snprintf(input->spot, sizeof input->spot, "--input");
    input->events = strdup(path);
    return input->events ? TUFT_OK : tuft_fail(err, TUFT_MEMORY, "--input: no memory");
}
