/* Recorders: what an engine writes down while it runs. */
#ifndef TUFT_CORE_RECORDER_H
#define TUFT_CORE_RECORDER_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* Spikes of a population in order of time, ascending by cell within a tick. */
typedef struct {
    size_t count, tick_capacity, cell_capacity;
    int64_t *tick;
    uint32_t *cell;
} tuft_spike_record;

/* Spike counts in consecutive windows: window w covers ticks edge[w] <= t < edge[w+1]. */
typedef struct {
    uint32_t windows, cells, current;
    int64_t *edge;   /* [windows + 1], ascending */
    uint32_t *count; /* [windows][cells] */
} tuft_count_record;

/* One state variable of some cells, sampled at ticks 0, every, 2 every, ... */
typedef struct tuft_trace_record {
    struct tuft_trace_record *other; /* another variable of the population, or NULL */
    int variable;
    int64_t every, next;
    uint32_t cells;
    uint32_t *cell; /* [cells] */
    size_t samples, capacity;
    float *value; /* [samples][cells] */
} tuft_trace_record;

void tuft_spike_record_free(tuft_spike_record *record);
tuft_status tuft_spike_record_push(tuft_spike_record *record, int64_t tick, const uint32_t *cell,
                                   size_t n, tuft_error *err);

tuft_status tuft_count_record_new(tuft_count_record *record, uint32_t cells, const int64_t *edge,
                                  uint32_t windows, tuft_error *err);
void tuft_count_record_free(tuft_count_record *record);
/* Zeroes the counts; the windows may move (same number) when edge is not NULL. */
tuft_status tuft_count_record_reset(tuft_count_record *record, const int64_t *edge,
                                    tuft_error *err);
void tuft_count_record_push(tuft_count_record *record, int64_t tick, const uint32_t *cell,
                            size_t n);

void tuft_trace_record_free(tuft_trace_record *record);

#endif
