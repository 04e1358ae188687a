#include "datasets/recordings_pipe.h"

#include "core/memory.h"

#include <string.h>

static int send(const void *value, size_t size, size_t count, FILE *out)
{
    return fwrite(value, size, count, out) == count;
}

tuft_status tuft_recordings_send(const tuft_recordings *set, FILE *out, tuft_error *err)
{
    int sent = send(set, sizeof *set, 1, out);
    for (size_t i = 0; sent && i < set->count; i++) {
        const tuft_recording *recording = &set->recording[i];
        const tuft_events *events = &recording->events;
        sent = send(recording, sizeof *recording, 1, out) &&
               send(events->tick_us, sizeof *events->tick_us, events->count, out) &&
               send(events->channel, sizeof *events->channel, events->count, out);
    }
    return sent ? TUFT_OK : tuft_fail(err, TUFT_IO, "recordings cannot be written to a pipe");
}

static tuft_status cut_short(tuft_error *err)
{
    return tuft_fail(err, TUFT_FORMAT, "recordings from a pipe end early");
}

/* The arrays of a recording whose head has come. */
static tuft_status receive_events(tuft_recording *recording, size_t count, uint32_t channels,
                                  FILE *in, tuft_error *err)
{
    tuft_events *events = &recording->events;
    *events = (tuft_events){0};
    tuft_status status = TUFT_NEW(&events->tick_us, count, "event times", err);
    if (!status)
        status = TUFT_NEW(&events->channel, count, "event channels", err);
    if (status)
        return status;
    events->count = events->capacity = count;
    if (fread(events->tick_us, sizeof *events->tick_us, count, in) != count ||
        fread(events->channel, sizeof *events->channel, count, in) != count)
        return cut_short(err);
    for (size_t i = 0; i < count; i++)
        if (events->channel[i] >= channels || events->tick_us[i] < 0 ||
            (i && events->tick_us[i] < events->tick_us[i - 1]))
            return tuft_fail(err, TUFT_FORMAT, "recordings from a pipe: event %zu is none", i);
    return TUFT_OK;
}

static tuft_status receive_one(tuft_recordings *set, FILE *in, tuft_error *err)
{
    tuft_recording recording;
    if (fread(&recording, sizeof recording, 1, in) != 1)
        return cut_short(err);
    size_t count = recording.events.count;
    recording.events = (tuft_events){0};
    if (recording.label < 0 || recording.label >= set->classes ||
        !memchr(recording.source, 0, sizeof recording.source) ||
        !memchr(recording.name, 0, sizeof recording.name))
        return tuft_fail(err, TUFT_FORMAT, "recordings from a pipe: label %d of %d classes",
                         recording.label, set->classes);
    tuft_status status =
        receive_events(&recording, count, tuft_geometry_channels(set->geometry), in, err);
    if (!status)
        status = tuft_recordings_push(set, &recording, err);
    if (status)
        tuft_events_free(&recording.events);
    return status;
}

tuft_status tuft_recordings_receive(tuft_recordings *set, FILE *in, tuft_error *err)
{
    tuft_recordings head;
    *set = (tuft_recordings){0};
    if (fread(&head, sizeof head, 1, in) != 1)
        return cut_short(err);
    set->geometry = head.geometry;
    set->classes = head.classes;
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < head.count; i++)
        status = receive_one(set, in, err);
    if (status)
        tuft_recordings_free(set);
    return status;
}
