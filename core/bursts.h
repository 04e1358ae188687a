/* Bursts: events, singles and bursts in recorded spikes (Naud & Sprekeler 2018, PNAS 115:E6329).
 *
 * An event is a spike that follows no other of its cell within the burst interval, with all spikes
 * that follow it, each within the interval of the one before. An event of one spike is a single,
 * of more a burst. Over a population, event rate (singles and bursts) tells of the somatic input,
 * burst probability (bursts among events) of the apical.
 *
 * "Within" is strict: two spikes exactly one interval apart are two events. The first spike of a
 * record begins an event, and an event still open at the end of it counts as it stands.
 */
#ifndef TUFT_CORE_BURSTS_H
#define TUFT_CORE_BURSTS_H

#include "core/recorder.h"

/* The interval usual for layer-5 pyramidal cells. */
#define TUFT_BURST_INTERVAL_MS 16.0

typedef struct {
    uint32_t cell, spikes;
    int64_t begin, end; /* ticks of the first and the last spike */
} tuft_burst_event;

/* Events in order of their first spikes (by tick, then as recorded). */
typedef struct {
    size_t count, capacity;
    tuft_burst_event *event;
} tuft_burst_events;

/* Finds the events of a record of `cells` cells, ticks ascending. interval_ticks >= 1: 16 ms at
 * 0.1 ms a tick is 160. *out is the caller's to free; on failure (TUFT_INVALID: a cell past the
 * population, ticks that descend, interval 0) it is empty. */
tuft_status tuft_burst_events_find(tuft_burst_events *out, const tuft_spike_record *spikes,
                                   uint32_t cells, int64_t interval_ticks, tuft_error *err);
void tuft_burst_events_free(tuft_burst_events *events);

/* What a population did in consecutive windows: window w covers ticks edge[w] <= t < edge[w + 1].
 * An event belongs to the window of its first spike, with all its spikes. */
typedef struct {
    uint32_t windows;
    int64_t *edge;                         /* [windows + 1] */
    uint64_t *spikes, *events, *bursts;    /* [windows]; singles = events - bursts */
    double *event_rate_hz, *burst_rate_hz; /* [windows]; of a cell */
    double *burst_probability;             /* [windows]; bursts / events, NaN without events */
} tuft_burst_windows;

/* edge[windows + 1] ascends strictly (copied). cells: of the population, all of them. tick_ms:
 * length of a tick. *out is the caller's to free; on failure it is empty. */
tuft_status tuft_burst_windows_new(tuft_burst_windows *out, const tuft_burst_events *events,
                                   uint32_t cells, const int64_t *edge, uint32_t windows,
                                   double tick_ms, tuft_error *err);
void tuft_burst_windows_free(tuft_burst_windows *windows);

#endif
