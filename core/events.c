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

typedef struct {
    int64_t tick_us;
    size_t order;
    uint32_t channel;
} sortable;

static int compare_sortable(const void *a, const void *b)
{
    const sortable *first = a, *second = b;
    if (first->tick_us != second->tick_us)
        return first->tick_us < second->tick_us ? -1 : 1;
    return first->order < second->order ? -1 : first->order > second->order;
}

tuft_status tuft_events_sort(tuft_events *events, tuft_error *err)
{
    sortable *item;
    tuft_status status = TUFT_NEW(&item, events->count, "events to sort", err);
    if (status)
        return status;
    for (size_t i = 0; i < events->count; i++)
        item[i] = (sortable){events->tick_us[i], i, events->channel[i]};
    qsort(item, events->count, sizeof *item, compare_sortable);
    for (size_t i = 0; i < events->count; i++) {
        events->tick_us[i] = item[i].tick_us;
        events->channel[i] = item[i].channel;
    }
    free(item);
    return TUFT_OK;
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
