#include "core/events.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

uint32_t tuft_geometry_channels(tuft_geometry geometry)
{
    return geometry.width * geometry.height * geometry.polarities;
}

void tuft_events_free(tuft_events *events)
{
    free(events->tick_us);
    free(events->channel);
    *events = (tuft_events){0};
}

static tuft_status reserve(tuft_events *events, size_t needed, tuft_error *err)
{
    size_t tick_capacity = events->capacity, channel_capacity = events->capacity;
    tuft_status status = TUFT_GROW(&events->tick_us, &tick_capacity, needed, "event times", err);
    if (!status)
        status = TUFT_GROW(&events->channel, &channel_capacity, needed, "event channels", err);
    if (!status)
        events->capacity = channel_capacity;
    return status;
}

tuft_status tuft_events_push(tuft_events *events, int64_t tick_us, uint32_t channel,
                             tuft_error *err)
{
    if (events->count == events->capacity) {
        tuft_status status = reserve(events, events->count + 1, err);
        if (status)
            return status;
    }
    events->tick_us[events->count] = tick_us;
    events->channel[events->count++] = channel;
    return TUFT_OK;
}

tuft_status tuft_events_copy(tuft_events *out, const tuft_events *events, tuft_error *err)
{
    *out = (tuft_events){0};
    tuft_status status = reserve(out, events->count, err);
    if (status) {
        tuft_events_free(out);
        return status;
    }
    if (events->count) {
        memcpy(out->tick_us, events->tick_us, events->count * sizeof *out->tick_us);
        memcpy(out->channel, events->channel, events->count * sizeof *out->channel);
    }
    out->count = events->count;
    return TUFT_OK;
}

/* Least-significant-digit radix sort (Knuth, TAOCP 3, 5.2.5) on tick - lowest tick, whose width
 * says how many passes there are: recordings of a second need two. */
enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

typedef struct {
    int64_t *tick_us;
    uint32_t *channel;
} columns;

static void radix_pass(columns from, columns to, size_t count, int64_t lowest, int shift)
{
    size_t place[DIGITS] = {0};
    for (size_t i = 0; i < count; i++)
        place[((uint64_t)from.tick_us[i] - (uint64_t)lowest) >> shift & (DIGITS - 1)]++;
    for (size_t digit = 0, sum = 0; digit < DIGITS; digit++) {
        size_t here = place[digit];
        place[digit] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = place[((uint64_t)from.tick_us[i] - (uint64_t)lowest) >> shift & (DIGITS - 1)]++;
        to.tick_us[at] = from.tick_us[i];
        to.channel[at] = from.channel[i];
    }
}

static void insertion_sort(columns item, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const int64_t tick = item.tick_us[i];
        const uint32_t channel = item.channel[i];
        size_t at = i;
        for (; at > 0 && item.tick_us[at - 1] > tick; at--) {
            item.tick_us[at] = item.tick_us[at - 1];
            item.channel[at] = item.channel[at - 1];
        }
        item.tick_us[at] = tick;
        item.channel[at] = channel;
    }
}

tuft_status tuft_events_sort(tuft_events *events, tuft_error *err)
{
    enum { FEW = 64 };
    const size_t count = events->count;
    columns item = {events->tick_us, events->channel}, spare = {0};
    int64_t lowest = INT64_MAX, highest = INT64_MIN;
    int sorted = 1;
    for (size_t i = 0; i < count; i++) {
        const int64_t tick = item.tick_us[i];
        sorted &= highest <= tick;
        lowest = tick < lowest ? tick : lowest;
        highest = tick > highest ? tick : highest;
    }
    if (sorted)
        return TUFT_OK;
    if (count <= FEW) {
        insertion_sort(item, count);
        return TUFT_OK;
    }
    tuft_status status = TUFT_NEW(&spare.tick_us, count, "event times to sort", err);
    if (!status)
        status = TUFT_NEW(&spare.channel, count, "event channels to sort", err);
    const uint64_t span = (uint64_t)highest - (uint64_t)lowest;
    for (int shift = 0; !status && shift < 64 && span >> shift; shift += DIGIT_BITS) {
        radix_pass(item, spare, count, lowest, shift);
        const columns sent = item;
        item = spare;
        spare = sent;
    }
    if (item.tick_us != events->tick_us) { /* an odd number of passes */
        memcpy(events->tick_us, item.tick_us, count * sizeof *item.tick_us);
        memcpy(events->channel, item.channel, count * sizeof *item.channel);
        spare = item;
    }
    free(spare.tick_us);
    free(spare.channel);
    return status;
}

int64_t tuft_events_end_us(const tuft_events *events)
{
    return events->count ? events->tick_us[events->count - 1] + 1 : 0;
}

void tuft_recordings_free(tuft_recordings *set)
{
    for (size_t i = 0; i < set->count; i++)
        tuft_events_free(&set->recording[i].events);
    free(set->recording);
    *set = (tuft_recordings){0};
}

tuft_status tuft_recordings_push(tuft_recordings *set, tuft_recording *recording, tuft_error *err)
{
    tuft_status status =
        TUFT_GROW(&set->recording, &set->capacity, set->count + 1, "recordings", err);
    if (status)
        return status;
    set->recording[set->count++] = *recording;
    *recording = (tuft_recording){0};
    return TUFT_OK;
}

tuft_status tuft_recordings_select(tuft_recordings *out, const tuft_recordings *set,
                                   const uint32_t *index, size_t n, tuft_error *err)
{
    *out = (tuft_recordings){.geometry = set->geometry, .classes = set->classes};
    for (size_t i = 0; i < n; i++) {
        tuft_recording copy = set->recording[index[i]];
        tuft_status status = tuft_events_copy(&copy.events, &set->recording[index[i]].events, err);
        if (!status)
            status = tuft_recordings_push(out, &copy, err);
        if (status) {
            tuft_events_free(&copy.events);
            tuft_recordings_free(out);
            return status;
        }
    }
    return TUFT_OK;
}
