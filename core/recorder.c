#include "core/recorder.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

void tuft_spike_record_free(tuft_spike_record *record)
{
    free(record->tick);
    free(record->cell);
    *record = (tuft_spike_record){0};
}

tuft_status tuft_spike_record_push(tuft_spike_record *record, int64_t tick, const uint32_t *cell,
                                   size_t n, tuft_error *err)
{
    tuft_status status =
        TUFT_GROW(&record->tick, &record->tick_capacity, record->count + n, "spike times", err);
    if (!status)
        status = TUFT_GROW(&record->cell, &record->cell_capacity, record->count + n, "spikes", err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        record->tick[record->count] = tick;
        record->cell[record->count++] = cell[i];
    }
    return TUFT_OK;
}

static tuft_status check_edges(const int64_t *edge, uint32_t windows, tuft_error *err)
{
    for (uint32_t w = 0; w < windows; w++)
        if (edge[w] > edge[w + 1])
            return tuft_fail(err, TUFT_INVALID, "window %u runs from tick %lld to %lld", w,
                             (long long)edge[w], (long long)edge[w + 1]);
    return TUFT_OK;
}

tuft_status tuft_count_record_new(tuft_count_record *record, uint32_t cells, const int64_t *edge,
                                  uint32_t windows, tuft_error *err)
{
    *record = (tuft_count_record){.windows = windows, .cells = cells};
    size_t size;
    if (!windows || !edge || __builtin_mul_overflow((size_t)windows, (size_t)cells, &size))
        return tuft_fail(err, TUFT_INVALID, "%u windows of %u cells", windows, cells);
    tuft_status status = TUFT_NEW(&record->edge, (size_t)windows + 1, "window edges", err);
    if (!status)
        status = TUFT_NEW(&record->count, size, "spike counts", err);
    if (!status)
        status = tuft_count_record_reset(record, edge, err);
    if (status)
        tuft_count_record_free(record);
    return status;
}

void tuft_count_record_free(tuft_count_record *record)
{
    free(record->edge);
    free(record->count);
    *record = (tuft_count_record){0};
}

tuft_status tuft_count_record_reset(tuft_count_record *record, const int64_t *edge, tuft_error *err)
{
    if (edge) {
        tuft_status status = check_edges(edge, record->windows, err);
        if (status)
            return status;
        memcpy(record->edge, edge, ((size_t)record->windows + 1) * sizeof *edge);
    }
    record->current = 0;
    memset(record->count, 0, (size_t)record->windows * record->cells * sizeof *record->count);
    return TUFT_OK;
}

void tuft_count_record_push(tuft_count_record *record, int64_t tick, const uint32_t *cell, size_t n)
{
    while (record->current < record->windows && tick >= record->edge[record->current + 1])
        record->current++;
    if (record->current == record->windows || tick < record->edge[record->current])
        return;
    uint32_t *count = record->count + (size_t)record->current * record->cells;
    for (size_t i = 0; i < n; i++)
        count[cell[i]]++;
}

void tuft_trace_record_free(tuft_trace_record *record)
{
    free(record->cell);
    free(record->value);
    *record = (tuft_trace_record){0};
}
