/* Site: one population while an engine runs it - state, input, what fires, what is recorded. */
#ifndef TUFT_CORE_SITE_H
#define TUFT_CORE_SITE_H

#include "core/network.h"
#include "core/recorder.h"
#include "core/wheel.h"

/* Cells below which a second thread costs more than it brings. */
enum { TUFT_PARALLEL_CELLS = 1 << 14 };

typedef struct {
    /* Looked at each tick, together in memory. */
    int64_t next_step; /* clocked: tick of the next step; TUFT_NEVER when not clocked */
    size_t outside_next, outside_count, reached_count, spikes;
    tuft_trace_record *trace_record;   /* the first; a list */
    const tuft_population *population; /* borrowed */
    void *state;
    float **input;   /* [ports][count]: what has arrived and not been taken */
    uint32_t *spike; /* [spikes] cells that fire at this tick, room for count */
    uint64_t updates;
    tuft_drive_table *drive; /* [drives of the population] */
    uint64_t driven;         /* events of the drives */
    uint32_t *chunk_spikes;  /* clocked, large, more than one thread: spikes of each chunk */

    uint64_t *spike_count; /* [count] since the engine was made */
    int uncounted;         /* tuft_engine_account(): spike_count stays as it is */
    uint32_t *pending;     /* spikes that are not yet in spike_count */
    size_t pending_count;
    tuft_spike_record *spike_record;
    tuft_count_record *count_record;
    int threads;

    /* Event-driven: cells reached at this tick; when each would act by itself, and the first
     * tick at which the wheel holds an item for it. */
    uint8_t *reached_mark;
    uint32_t *reached; /* [reached_count] */
    int64_t *wake, *on_wheel;
    tuft_wheel *wheel; /* borrowed */
    uint32_t owner;    /* of this site's items on the wheel */

    /* Sources: what is still to come from outside, borrowed: [outside_count], from outside_next. */
    const int64_t *outside_tick;
    const uint32_t *outside_cell;
} tuft_site;

tuft_status tuft_site_new(tuft_site *site, const tuft_population *population,
                          const tuft_cell_context *context, int threads, tuft_wheel *wheel,
                          uint32_t owner, tuft_error *err);
void tuft_site_free(tuft_site *site);

/* Back to tick 0; puts the first wakes on the wheel, which has been reset. */
tuft_status tuft_site_reset(tuft_site *site, tuft_error *err);

/* Event-driven: the cell takes part in this tick. */
static inline void tuft_site_reach(tuft_site *site, uint32_t cell)
{
    site->reached[site->reached_count] = cell;
    site->reached_count += !site->reached_mark[cell];
    site->reached_mark[cell] = 1;
}

/* Event-driven: the wheel's item for a cell is due. */
tuft_status tuft_site_woken(tuft_site *site, uint32_t cell, int64_t tick, tuft_error *err);

/* The reached cells take their input (event-driven); all cells advance by a step (clocked). */
tuft_status tuft_site_receive(tuft_site *site, int64_t tick, tuft_error *err);
void tuft_site_step(tuft_site *site);

/* Sets variable `which` of a cell as at the end of tick. */
tuft_status tuft_site_write(tuft_site *site, uint32_t cell, int which, double value, int64_t tick,
                            tuft_error *err);

/* Brings spike_count up to date: at the end of each stretch that is run. */
void tuft_site_settle(tuft_site *site);

/* Counts and records the spikes of this tick; samples the traces that are due. */
tuft_status tuft_site_record(tuft_site *site, int64_t tick, tuft_error *err);
tuft_status tuft_site_sample(tuft_site *site, int64_t tick, tuft_error *err);

/* The first tick at which the site has something to do by its own clock. */
static inline int64_t tuft_site_due(const tuft_site *site)
{
    int64_t due = site->next_step;
    if (site->outside_next < site->outside_count && site->outside_tick[site->outside_next] < due)
        due = site->outside_tick[site->outside_next];
    for (const tuft_trace_record *trace = site->trace_record; trace; trace = trace->other)
        if (trace->next < due)
            due = trace->next;
    return due;
}

#endif
