#include "apps/network_read.h"
#include "core/bursts.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

static const char *const kinds[] = {"spikes", "trace", "bursts", NULL};
enum { SPIKES, TRACE, BURSTS };

static tuft_status read_spikes(network_file *file, const json_at *at, tuft_error *err)
{
    uint32_t population;
    tuft_status status = network_read_population(file, at, &population, err);
    if (!status)
        file->records_spikes[population] = 1;
    return status;
}

static tuft_status read_trace(network_file *file, const json_at *at, tuft_error *err)
{
    static const char *const keys[] = {"population", "variable", "cells", "every_ms", NULL};
    json_at population = json_at_member(at, "population"),
            variable = json_at_member(at, "variable"), cells = json_at_member(at, "cells"),
            every = json_at_member(at, "every_ms");
    network_trace made = {.every = 1};
    tuft_status status = json_at_keys(at, keys, err);
    if (!status)
        status = network_read_population(file, &population, &made.population, err);
    if (!status)
        status = network_read_variable(file, &variable, made.population, &made.variable, err);
    for (size_t i = 0; !status && i < file->traces; i++)
        if (file->trace[i].population == made.population &&
            file->trace[i].variable == made.variable)
            status = json_at_fail(&variable, err, "this variable of \"%s\" is traced already",
                                  file->population[made.population].name);
    if (!status && every.value)
        status = network_read_ticks(file, &every, 1, &made.every, err);
    if (!status)
        status = TUFT_GROW(&file->trace, &file->trace_capacity, file->traces + 1, "traces", err);
    if (!status)
        status =
            network_read_cells(&cells, file->population[made.population].count, &made.cells, err);
    if (!status)
        file->trace[file->traces++] = made;
    return status;
}

static tuft_status read_bursts(network_file *file, const json_at *at, tuft_error *err)
{
    static const char *const keys[] = {"population", "interval_ms", "window_ms", "from_ms", NULL};
    json_at population = json_at_member(at, "population"),
            interval = json_at_member(at, "interval_ms"), window = json_at_member(at, "window_ms"),
            from = json_at_member(at, "from_ms");
    network_bursts made = {
        .interval = (int64_t)fmax(1, round(TUFT_BURST_INTERVAL_MS / network_tick_ms(file)))};
    tuft_status status = json_at_keys(at, keys, err);
    if (!status)
        status = network_read_population(file, &population, &made.population, err);
    if (!status && interval.value)
        status = network_read_ticks(file, &interval, 1, &made.interval, err);
    if (!status && from.value)
        status = network_read_ticks(file, &from, 0, &made.from, err);
    if (!status && made.from >= file->duration)
        status = json_at_fail(&from, err, "%.15g ms, expected less than the duration",
                              json_number_value(from.value));
    made.window = file->duration - made.from;
    if (!status && window.value)
        status = network_read_ticks(file, &window, 1, &made.window, err);
    if (!status && made.window > file->duration - made.from)
        status = json_at_fail(&window, err, "%.15g ms do not fit into the duration",
                              json_number_value(window.value));
    if (!status && (file->duration - made.from) / made.window > INT32_MAX)
        status = json_at_fail(&window, err, "more than %d windows", INT32_MAX);
    if (!status)
        status =
            TUFT_GROW(&file->bursts, &file->bursts_capacity, file->bursts_count + 1, "bursts", err);
    if (!status) {
        file->records_spikes[made.population] = 1;
        file->bursts[file->bursts_count++] = made;
    }
    return status;
}

/* Without "records" the spikes of all cells that the file names. */
static void record_all(network_file *file)
{
    for (size_t q = 0; q < file->named_populations; q++)
        file->records_spikes[q] = file->population[q].model != NULL;
}

tuft_status network_read_records(network_file *file, tuft_error *err)
{
    json_at top = network_at(file, ""), all = json_at_member(&top, "records");
    size_t count = 0;
    tuft_status status =
        TUFT_NEW(&file->records_spikes, file->populations, "recorded populations", err);
    if (!status && !all.value)
        record_all(file);
    else if (!status)
        status = json_at_array(&all, 0, &count, err);
    for (size_t i = 0; !status && i < count; i++) {
        json_at one = json_at_item(&all, i), inside;
        int kind;
        status = json_at_only(&one, "record", kinds, &kind, &inside, err);
        if (status)
            break;
        status = kind == SPIKES  ? read_spikes(file, &inside, err)
                 : kind == TRACE ? read_trace(file, &inside, err)
                                 : read_bursts(file, &inside, err);
    }
    return status;
}
