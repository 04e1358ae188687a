#include "core/site.h"

#include "core/memory.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 2048 };              /* cells that one thread steps at a time */
enum { PENDING = 1024, BLOCK = 8 }; /* spikes counted at a time, and put aside at a time */

static tuft_status new_event_driven(tuft_site *site, size_t count, tuft_error *err)
{
    tuft_status status = TUFT_NEW(&site->reached_mark, count, "reached cells", err);
    if (!status) /* one more: tuft_site_reach() writes before it looks */
        status = TUFT_NEW(&site->reached, count + 1, "reached cells", err);
    if (!status)
        status = TUFT_NEW(&site->wake, count, "wake times", err);
    if (!status)
        status = TUFT_NEW(&site->on_wheel, count, "wake times", err);
    return status;
}

static tuft_status new_drives(tuft_site *site, const tuft_cell_context *context, tuft_error *err)
{
    const tuft_population *population = site->population;
    tuft_status status = TUFT_NEW(&site->drive, population->drives, "drives", err);
    for (uint32_t d = 0; !status && d < population->drives; d++)
        status = tuft_drive_table_new(&site->drive[d], &population->drive[d],
                                      (double)population->step_ticks * context->tick_ms,
                                      context->seed, err);
    return status;
}

tuft_status tuft_site_new(tuft_site *site, const tuft_population *population,
                          const tuft_cell_context *context, int threads, tuft_wheel *wheel,
                          uint32_t owner, tuft_error *err)
{
    *site =
        (tuft_site){.population = population, .threads = threads, .wheel = wheel, .owner = owner};
    size_t count = population->count;
    tuft_status status = TUFT_NEW(&site->spike, count + BLOCK, "spikes of a tick", err);
    if (!status)
        status = TUFT_NEW(&site->spike_count, count, "spike counts", err);
    if (!status)
        status = TUFT_NEW(&site->pending, PENDING + BLOCK, "spikes to count", err);
    if (!status && population->model) {
        status = TUFT_NEW(&site->input, (size_t)population->ports, "input ports", err);
        for (int port = 0; !status && port < population->ports; port++)
            status = TUFT_NEW(&site->input[port], count, "input", err);
        if (!status)
            status = new_drives(site, context, err);
        if (!status && population->step_ticks == 0)
            status = new_event_driven(site, count, err);
        else if (!status && threads > 1 && count >= TUFT_PARALLEL_CELLS)
            status =
                TUFT_NEW(&site->chunk_spikes, (count + CHUNK - 1) / CHUNK, "spikes of chunks", err);
        if (!status) {
            status = population->model->create(&site->state, population->parameters, context, err);
            if (status)
                tuft_fail_prefix(err, status, population->name);
        }
    }
    if (status)
        tuft_site_free(site);
    return status;
}

void tuft_site_free(tuft_site *site)
{
    if (site->state)
        site->population->model->destroy(site->state);
    for (int port = 0; site->input && port < site->population->ports; port++)
        free(site->input[port]);
    for (uint32_t d = 0; site->drive && d < site->population->drives; d++)
        tuft_drive_table_free(&site->drive[d]);
    free(site->drive);
    free(site->input);
    free(site->spike);
    free(site->spike_count);
    free(site->pending);
    free(site->chunk_spikes);
    free(site->reached_mark);
    free(site->reached);
    free(site->wake);
    free(site->on_wheel);
    if (site->spike_record)
        tuft_spike_record_free(site->spike_record);
    if (site->count_record)
        tuft_count_record_free(site->count_record);
    for (tuft_trace_record *trace = site->trace_record, *other; trace; trace = other) {
        other = trace->other;
        tuft_trace_record_free(trace);
        free(trace);
    }
    free(site->spike_record);
    free(site->count_record);
    *site = (tuft_site){0};
}

/* Sets when a cell acts next. The wheel keeps the item of an earlier time, which then puts the
 * cell on again: a time that moves away with each input does not fill the wheel. */
static tuft_status set_wake(tuft_site *site, uint32_t cell, int64_t tick, tuft_error *err)
{
    site->wake[cell] = tick;
    if (tick >= site->on_wheel[cell])
        return TUFT_OK;
    site->on_wheel[cell] = tick;
    return tuft_wheel_put(site->wheel, tick, (tuft_wheel_item){site->owner, cell}, err);
}

tuft_status tuft_site_woken(tuft_site *site, uint32_t cell, int64_t tick, tuft_error *err)
{
    if (site->on_wheel[cell] == tick)
        site->on_wheel[cell] = TUFT_NEVER;
    if (site->wake[cell] != tick)
        return set_wake(site, cell, site->wake[cell], err);
    tuft_site_reach(site, cell);
    return TUFT_OK;
}

tuft_status tuft_site_reset(tuft_site *site, tuft_error *err)
{
    const tuft_population *population = site->population;
    site->spikes = site->reached_count = 0;
    site->outside_count = site->outside_next = 0;
    if (site->spike_record)
        site->spike_record->count = 0;
    if (site->count_record)
        tuft_count_record_reset(site->count_record, NULL, NULL);
    for (tuft_trace_record *trace = site->trace_record; trace; trace = trace->other)
        trace->samples = 0, trace->next = 0;
    site->next_step =
        population->model && population->step_ticks ? population->step_ticks : TUFT_NEVER;
    if (!population->model)
        return TUFT_OK;
    population->model->reset(site->state);
    for (int port = 0; port < population->ports; port++)
        memset(site->input[port], 0, population->count * sizeof(float));
    if (population->step_ticks)
        return TUFT_OK;
    memset(site->reached_mark, 0, population->count);
    tuft_status status = TUFT_OK;
    for (uint32_t i = 0; !status && i < population->count; i++) {
        int64_t wake = population->model->first_wake ? population->model->first_wake(site->state, i)
                                                     : TUFT_NEVER;
        site->on_wheel[i] = TUFT_NEVER;
        status = set_wake(site, i, wake, err);
    }
    return status;
}

static int compare_cells(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return first < second ? -1 : first > second;
}

/* Reached cells ascending, so that spikes come out in the same order as from a clocked run. */
static void order_reached(tuft_site *site, uint32_t count)
{
    if (site->reached_count > count / 64) {
        size_t n = 0;
        for (uint32_t i = 0; i < count; i++)
            if (site->reached_mark[i])
                site->reached[n++] = i;
    } else if (site->reached_count > 1) {
        qsort(site->reached, site->reached_count, sizeof *site->reached, compare_cells);
    }
}

tuft_status tuft_site_receive(tuft_site *site, int64_t tick, tuft_error *err)
{
    const tuft_cell_model *model = site->population->model;
    int ports = site->population->ports;
    float input[TUFT_PORT_LIMIT];
    order_reached(site, site->population->count);
    for (size_t r = 0; r < site->reached_count; r++) {
        uint32_t cell = site->reached[r];
        site->reached_mark[cell] = 0;
        for (int port = 0; port < ports; port++) {
            input[port] = site->input[port][cell];
            site->input[port][cell] = 0;
        }
        int64_t wake = TUFT_NEVER;
        if (model->receive(site->state, cell, tick, input, &wake))
            site->spike[site->spikes++] = cell;
        tuft_status status = set_wake(site, cell, wake, err);
        if (status)
            return status;
    }
    site->updates += site->reached_count;
    site->reached_count = 0;
    return TUFT_OK;
}

/* One step of the cells begin .. end, which first get what the drives give them. */
static uint32_t step_range(tuft_site *site, uint32_t begin, uint32_t end, uint32_t *spike)
{
    const tuft_population *population = site->population;
    uint64_t driven = 0;
    for (uint32_t d = 0; d < population->drives; d++)
        driven += tuft_drive_add(&site->drive[d], site->next_step / population->step_ticks, begin,
                                 end, site->input[population->drive[d].port]);
    if (driven)
        __atomic_fetch_add(&site->driven, driven, __ATOMIC_RELAXED);
    return population->model->step(site->state, begin, end, site->input, spike);
}

/* Chunks of cells step in parallel, each into its own stretch of the spike list, which is then
 * closed up in order: the same list as from one thread. */
void tuft_site_step(tuft_site *site)
{
    uint32_t count = site->population->count;
    site->updates += count;
    site->next_step += site->population->step_ticks;
    if (!site->chunk_spikes || omp_in_parallel()) {
        site->spikes = step_range(site, 0, count, site->spike);
        return;
    }
    uint32_t chunks = (count + CHUNK - 1) / CHUNK;
#pragma omp parallel for num_threads(site->threads) schedule(static)
    for (uint32_t c = 0; c < chunks; c++) {
        uint32_t begin = c * CHUNK, end = begin + CHUNK < count ? begin + CHUNK : count;
        site->chunk_spikes[c] = step_range(site, begin, end, site->spike + begin);
    }
    for (uint32_t c = 0; c < chunks; c++) {
        memmove(site->spike + site->spikes, site->spike + (size_t)c * CHUNK,
                site->chunk_spikes[c] * sizeof *site->spike);
        site->spikes += site->chunk_spikes[c];
    }
}

tuft_status tuft_site_write(tuft_site *site, uint32_t cell, int which, double value, int64_t tick,
                            tuft_error *err)
{
    int64_t wake = TUFT_NEVER;
    tuft_status status =
        site->population->model->write(site->state, cell, which, value, tick, &wake, err);
    if (status || site->population->step_ticks)
        return status;
    return set_wake(site, cell, wake, err);
}

void tuft_site_settle(tuft_site *site)
{
    for (size_t i = 0; i < site->pending_count; i++)
        site->spike_count[site->pending[i]]++;
    site->pending_count = 0;
}

/* A tick has few spikes: a loop over them ends where no processor foresees it, which costs more
 * than the counting. They are put aside in whole blocks, whatever stands behind the last one, and
 * counted many at a time. */
static void count_spikes(tuft_site *site)
{
    if (site->uncounted)
        return;
    if (site->pending_count + site->spikes > PENDING)
        tuft_site_settle(site);
    if (site->spikes > PENDING) {
        for (size_t i = 0; i < site->spikes; i++)
            site->spike_count[site->spike[i]]++;
        return;
    }
    for (size_t i = 0; i < site->spikes; i += BLOCK)
        memcpy(site->pending + site->pending_count + i, site->spike + i,
               BLOCK * sizeof *site->pending);
    site->pending_count += site->spikes;
}

tuft_status tuft_site_record(tuft_site *site, int64_t tick, tuft_error *err)
{
    count_spikes(site);
    if (site->count_record)
        tuft_count_record_push(site->count_record, tick, site->spike, site->spikes);
    return site->spike_record
               ? tuft_spike_record_push(site->spike_record, tick, site->spike, site->spikes, err)
               : TUFT_OK;
}

static tuft_status sample(const tuft_site *site, tuft_trace_record *trace, int64_t tick,
                          tuft_error *err)
{
    tuft_status status = TUFT_GROW(&trace->value, &trace->capacity,
                                   (trace->samples + 1) * trace->cells, "trace", err);
    if (status)
        return status;
    for (uint32_t i = 0; i < trace->cells; i++)
        trace->value[trace->samples * trace->cells + i] = (float)site->population->model->read(
            site->state, trace->cell[i], trace->variable, tick);
    trace->samples++;
    trace->next += trace->every;
    return TUFT_OK;
}

tuft_status tuft_site_sample(tuft_site *site, int64_t tick, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (tuft_trace_record *trace = site->trace_record; !status && trace; trace = trace->other)
        if (trace->next == tick)
            status = sample(site, trace, tick, err);
    return status;
}
