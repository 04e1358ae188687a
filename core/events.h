/* Events: what every sensor, file and generator gives, and every network takes.
 *
 * An event is (tick, channel). Ticks are microseconds, as in DVS files. A stream is sorted by tick;
 * events of one tick keep their order.
 */
#ifndef TUFT_CORE_EVENTS_H
#define TUFT_CORE_EVENTS_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* How channels are laid out: channel = (polarity * height + y) * width + x.
 * A DVS of 34 x 34 has width 34, height 34, polarities 2; a cochlea width = channels, 1, 1. */
typedef struct {
    uint32_t width, height, polarities;
} tuft_geometry;

uint32_t tuft_geometry_channels(tuft_geometry geometry);

typedef struct {
    size_t count, capacity;
    int64_t *tick_us;  /* non-decreasing, >= 0 */
    uint32_t *channel; /* below tuft_geometry_channels() */
} tuft_events;

void tuft_events_free(tuft_events *events);
tuft_status tuft_events_push(tuft_events *events, int64_t tick_us, uint32_t channel,
                             tuft_error *err);
tuft_status tuft_events_copy(tuft_events *out, const tuft_events *events, tuft_error *err);
/* Stable sort by tick: for generators that make one channel after the other. */
tuft_status tuft_events_sort(tuft_events *events, tuft_error *err);
/* The last tick plus one, 0 without events. */
int64_t tuft_events_end_us(const tuft_events *events);

/* A recording: its events, how long it lasts, what it is and who made it. */
typedef struct {
    tuft_events events;
    int64_t duration_us; /* at least tuft_events_end_us() */
    int label;           /* 0 .. classes-1 */
    char source[32];     /* talker or writer, "" where unknown */
    char name[64];       /* file or key, for messages and tables */
} tuft_recording;

/* A labelled set of recordings with one geometry. Owns them. */
typedef struct {
    tuft_geometry geometry;
    int classes;
    size_t count, capacity;
    tuft_recording *recording;
} tuft_recordings;

void tuft_recordings_free(tuft_recordings *set);
/* Appends; on success the set owns the recording's events and *recording is zeroed. */
tuft_status tuft_recordings_push(tuft_recordings *set, tuft_recording *recording, tuft_error *err);
/* The recordings named by index[0..n) as a set of its own: deep copy, so that either may go first.
 */
tuft_status tuft_recordings_select(tuft_recordings *out, const tuft_recordings *set,
                                   const uint32_t *index, size_t n, tuft_error *err);

#endif
