#include "core/bursts.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tuft_burst_events_free(tuft_burst_events *events)
{
    free(events->event);
    *events = (tuft_burst_events){0};
}

tuft_status tuft_burst_events_find(tuft_burst_events *out, const tuft_spike_record *spikes,
                                   uint32_t cells, int64_t interval_ticks, tuft_error *err)
{
    *out = (tuft_burst_events){0};
    if (interval_ticks < 1)
        return tuft_fail(err, TUFT_INVALID, "burst interval of %lld ticks, expected 1 or more",
                         (long long)interval_ticks);
    size_t *latest; /* of each cell: its last event, counted from 1; 0: none yet */
    tuft_status status = TUFT_NEW(&latest, cells, "cells", err);
    for (size_t s = 0; !status && s < spikes->count; s++) {
        int64_t tick = spikes->tick[s];
        uint32_t cell = spikes->cell[s];
        if (cell >= cells)
            status = tuft_fail(err, TUFT_INVALID, "spike %zu is of cell %u, expected under %u", s,
                               cell, cells);
        else if (s && tick < spikes->tick[s - 1])
            status = tuft_fail(err, TUFT_INVALID, "spike %zu at tick %lld follows one at tick %lld",
                               s, (long long)tick, (long long)spikes->tick[s - 1]);
        if (status)
            break;
        tuft_burst_event *open = latest[cell] ? &out->event[latest[cell] - 1] : NULL;
        if (open && tick - open->end < interval_ticks) {
            open->end = tick;
            open->spikes++;
            continue;
        }
        status = TUFT_GROW(&out->event, &out->capacity, out->count + 1, "burst events", err);
        if (status)
            break;
        out->event[out->count++] = (tuft_burst_event){cell, 1, tick, tick};
        latest[cell] = out->count;
    }
    free(latest);
    if (status)
        tuft_burst_events_free(out);
    return status;
}

void tuft_burst_windows_free(tuft_burst_windows *windows)
{
    free(windows->edge);
    free(windows->spikes);
    free(windows->events);
    free(windows->bursts);
    free(windows->event_rate_hz);
    free(windows->burst_rate_hz);
    free(windows->burst_probability);
    *windows = (tuft_burst_windows){0};
}

static tuft_status check_windows(uint32_t cells, const int64_t *edge, uint32_t windows,
                                 double tick_ms, tuft_error *err)
{
    if (!windows || !cells)
        return tuft_fail(err, TUFT_INVALID, "%u windows of %u cells, expected 1 or more", windows,
                         cells);
    if (!(tick_ms > 0) || !isfinite(tick_ms))
        return tuft_fail(err, TUFT_INVALID, "tick of %g ms, expected over 0", tick_ms);
    for (uint32_t w = 0; w < windows; w++)
        if (edge[w] >= edge[w + 1])
            return tuft_fail(err, TUFT_INVALID, "window %u runs from tick %lld to %lld", w,
                             (long long)edge[w], (long long)edge[w + 1]);
    return TUFT_OK;
}

static tuft_status allocate(tuft_burst_windows *out, uint32_t windows, tuft_error *err)
{
    uint64_t **const counts[] = {&out->spikes, &out->events, &out->bursts};
    double **const values[] = {&out->event_rate_hz, &out->burst_rate_hz, &out->burst_probability};
    tuft_status status = TUFT_NEW(&out->edge, (size_t)windows + 1, "window edges", err);
    for (int k = 0; !status && k < 3; k++) {
        status = TUFT_NEW(counts[k], windows, "burst counts", err);
        if (!status)
            status = TUFT_NEW(values[k], windows, "burst rates", err);
    }
    return status;
}

tuft_status tuft_burst_windows_new(tuft_burst_windows *out, const tuft_burst_events *events,
                                   uint32_t cells, const int64_t *edge, uint32_t windows,
                                   double tick_ms, tuft_error *err)
{
    *out = (tuft_burst_windows){.windows = windows};
    tuft_status status = check_windows(cells, edge, windows, tick_ms, err);
    if (!status)
        status = allocate(out, windows, err);
    if (status) {
        tuft_burst_windows_free(out);
        return status;
    }
    memcpy(out->edge, edge, ((size_t)windows + 1) * sizeof *edge);
    uint32_t w = 0; /* events come in order of their begin */
    for (size_t e = 0; e < events->count; e++) {
        const tuft_burst_event *event = &events->event[e];
        while (w < windows && event->begin >= edge[w + 1])
            w++;
        if (w == windows)
            break;
        if (event->begin < edge[w])
            continue;
        out->spikes[w] += event->spikes;
        out->events[w]++;
        out->bursts[w] += event->spikes > 1;
    }
    for (w = 0; w < windows; w++) {
        double cell_s = 1e-3 * tick_ms * (double)(edge[w + 1] - edge[w]) * (double)cells;
        out->event_rate_hz[w] = (double)out->events[w] / cell_s;
        out->burst_rate_hz[w] = (double)out->bursts[w] / cell_s;
        out->burst_probability[w] =
            out->events[w] ? (double)out->bursts[w] / (double)out->events[w] : (double)NAN;
    }
    return TUFT_OK;
}
