#include "apps/network_file.h"

#include "apps/json_set.h"
#include "apps/network_memory.h"
#include "apps/network_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };
#define TICK_US_DEFAULT 100.0
#define TICK_US_LEAST   1e-6
#define TICK_US_MOST    1e9

double network_tick_ms(const network_file *file)
{
    return file->tick_us / 1000;
}

json_at network_at(const network_file *file, const char *spot)
{
    json_at at = json_at_top(file->path, file->document);
    snprintf(at.path, sizeof at.path, "%s", spot);
    return at;
}

tuft_status network_path(const network_file *file, const char *name, char **path, tuft_error *err)
{
    int length =
        name[0] == '/' ? asprintf(path, "%s", name) : asprintf(path, "%s%s", file->folder, name);
    if (length >= 0)
        return TUFT_OK;
    *path = NULL;
    return tuft_fail(err, TUFT_MEMORY, "%s: no memory for a path", file->path);
}

void network_file_free(network_file *file)
{
    for (size_t q = 0; q < file->populations; q++) {
        free(file->population[q].parameters);
        free(file->population[q].setting);
    }
    for (size_t p = 0; p < file->projections; p++) {
        free(file->projection[p].edges);
        free(file->projection[p].rule_parameters);
    }
    for (size_t i = 0; i < file->inputs; i++) {
        free(file->input[i].cells.cell);
        free(file->input[i].tick);
        free(file->input[i].value);
        free(file->input[i].spike_cell);
        free(file->input[i].events);
    }
    for (size_t t = 0; t < file->traces; t++)
        free(file->trace[t].cells.cell);
    free(file->population);
    free(file->projection);
    free(file->input);
    free(file->records_spikes);
    free(file->trace);
    free(file->bursts);
    free(file->folder);
    json_decref(file->document);
    *file = (network_file){0};
}

static tuft_status read_duration(network_file *file, const json_at *top,
                                 const network_overrides *overrides, tuft_error *err)
{
    json_at duration = json_at_member(top, "duration_ms");
    if (overrides->duration_ms)
        json_object_set_new(file->document, "duration_ms", json_real(*overrides->duration_ms));
    else if (!duration.value)
        return json_at_fail(&duration, err, "missing, expected a number (or --duration MS)");
    duration = json_at_member(top, "duration_ms");
    tuft_status status = network_read_ticks(file, &duration, 1, &file->duration, err);
    if (status && overrides->duration_ms)
        return tuft_fail(err, TUFT_INVALID,
                         "--duration %.15g: expected ms that are whole ticks of "
                         "%.15g ms, 1 or more",
                         *overrides->duration_ms, network_tick_ms(file));
    return status;
}

static tuft_status read_run(network_file *file, const network_overrides *overrides, tuft_error *err)
{
    static const char *const keys[] = {"tuft_network", "title",       "tick_us",     "duration_ms",
                                       "seed",         "populations", "projections", "inputs",
                                       "records",      NULL};
    json_at top = network_at(file, ""), version = json_at_member(&top, "tuft_network"),
            title = json_at_member(&top, "title"), tick = json_at_member(&top, "tick_us"),
            seed = json_at_member(&top, "seed");
    const char *text;
    int64_t whole = 1;
    tuft_status status = TUFT_OK;
    if (!version.value) /* said first: it may be any other JSON file */
        return json_at_fail(&version, err, "missing: not a tuft network (expected %d)", VERSION);
    status = json_at_whole(&version, VERSION, VERSION, &whole, err);
    if (!status)
        status = json_at_keys(&top, keys, err);
    if (!status && title.value)
        status = json_at_text(&title, &text, err);
    file->tick_us = TICK_US_DEFAULT;
    if (!status && tick.value)
        status = json_at_real(&tick, TICK_US_LEAST, TICK_US_MOST, &file->tick_us, err);
    if (!status)
        status = read_duration(file, &top, overrides, err);
    if (!status && seed.value)
        status = json_at_whole(&seed, 0, (int64_t)1 << 53, &whole, err);
    file->seed = seed.value ? (uint64_t)whole : 1;
    if (overrides->seed)
        file->seed = *overrides->seed;
    return status;
}

/* A source that says nothing is a mistake. */
static tuft_status check_sources(const network_file *file, tuft_error *err)
{
    for (size_t q = 0; q < file->populations; q++) {
        int fed = file->population[q].model != NULL;
        for (size_t i = 0; i < file->inputs; i++)
            fed |= file->input[i].kind >= NETWORK_INPUT_EVENTS && file->input[i].population == q;
        if (fed)
            continue;
        json_at at = network_at(file, file->population[q].spot);
        return json_at_fail(&at, err,
                            "source \"%s\" has no spikes: give it {\"events\": ...}, {\"spikes\": "
                            "...} or --input FILE",
                            file->population[q].name);
    }
    return TUFT_OK;
}

static tuft_status open_file(network_file *file, const char *path, tuft_error *err)
{
    const char *slash = strrchr(path, '/');
    *file = (network_file){.path = path};
    tuft_status status = json_at_load(path, &file->document, err);
    if (status)
        return status;
    file->folder = strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
    return file->folder ? TUFT_OK : tuft_fail(err, TUFT_MEMORY, "%s: no memory", path);
}

tuft_status network_file_read(network_file *file, const char *path,
                              const network_overrides *overrides, tuft_error *err)
{
    tuft_status status = open_file(file, path, err);
    if (!status && overrides->set)
        status = json_set(file->document, overrides->set, err);
    if (!status)
        status = read_run(file, overrides, err);
    if (!status)
        status = network_read_populations(file, err);
    if (!status)
        status = network_read_poisson(file, err);
    if (!status)
        status = network_read_projections(file, err);
    if (!status)
        status = network_read_inputs(file, err);
    if (!status && overrides->input)
        status = network_override_input(file, overrides->input, err);
    if (!status)
        status = network_read_records(file, err);
    if (!status)
        status = check_sources(file, err);
    if (!status)
        status = network_memory_check(file, network_memory_there(), err);
    if (status)
        network_file_free(file);
    return status;
}
