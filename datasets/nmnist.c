#include "datasets/nmnist.h"

#include "core/file.h"
#include "datasets/digit_folders.h"
#include "datasets/event40.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 28 };

static tuft_status parse(const char *path, const unsigned char *content, size_t size,
                         tuft_events *events, tuft_error *err)
{
    tuft_status status = tuft_event40_size(path, size, err);
    int64_t tick = 0;
    for (size_t offset = 0; !status && offset < size; offset += TUFT_EVENT40_BYTES) {
        const unsigned char *byte = content + offset;
        uint32_t x = byte[0], y = byte[1], polarity = byte[2] >> 7;
        if (x >= TUFT_NMNIST_SIDE || y >= TUFT_NMNIST_SIDE)
            return tuft_fail(err, TUFT_FORMAT, "%s: offset %zu: %c is %u, expected below %d", path,
                             x >= TUFT_NMNIST_SIDE ? offset : offset + 1,
                             x >= TUFT_NMNIST_SIDE ? 'x' : 'y', x >= TUFT_NMNIST_SIDE ? x : y,
                             TUFT_NMNIST_SIDE);
        status = tuft_event40_time(path, content, offset, &tick, err);
        uint32_t channel = (polarity * TUFT_NMNIST_SIDE + y) * TUFT_NMNIST_SIDE + x;
        if (!status)
            status = tuft_events_push(events, tick, channel, err);
    }
    return status;
}

tuft_status tuft_nmnist_read(const char *path, tuft_events *events, tuft_error *err)
{
    *events = (tuft_events){0};
    unsigned char *content;
    size_t size;
    tuft_status status = tuft_file_read(path, FILE_LIMIT, &content, &size, err);
    if (status)
        return status;
    status = parse(path, content, size, events, err);
    free(content);
    if (status)
        tuft_events_free(events);
    return status;
}

static tuft_status check_events(const char *path, const tuft_events *events, tuft_error *err)
{
    if (events->count == 0)
        return tuft_fail(err, TUFT_INVALID, "%s: no events, an N-MNIST file has at least one",
                         path);
    const uint32_t channels = tuft_geometry_channels(TUFT_NMNIST_GEOMETRY);
    int64_t last = 0;
    for (size_t i = 0; i < events->count; i++) {
        int64_t tick = events->tick_us[i];
        if (tick < last || tick >= TUFT_NMNIST_TICKS)
            return tuft_fail(err, TUFT_INVALID,
                             "%s: event %zu at %lld us, expected between %lld and %d", path, i,
                             (long long)tick, (long long)last, TUFT_NMNIST_TICKS - 1);
        if (events->channel[i] >= channels)
            return tuft_fail(err, TUFT_INVALID, "%s: event %zu: channel %u, expected below %u",
                             path, i, events->channel[i], channels);
        last = tick;
    }
    return TUFT_OK;
}

tuft_status tuft_nmnist_put(FILE *stream, const char *path, const tuft_events *events,
                            tuft_error *err)
{
    tuft_status status = check_events(path, events, err);
    if (status)
        return status;
    const uint32_t plane = TUFT_NMNIST_SIDE * TUFT_NMNIST_SIDE;
    for (size_t i = 0; i < events->count; i++) {
        uint32_t channel = events->channel[i], place = channel % plane;
        uint32_t tick = (uint32_t)events->tick_us[i];
        const unsigned char byte[TUFT_EVENT40_BYTES] = {
            (unsigned char)(place % TUFT_NMNIST_SIDE), (unsigned char)(place / TUFT_NMNIST_SIDE),
            (unsigned char)(channel / plane << 7 | tick >> 16), (unsigned char)(tick >> 8),
            (unsigned char)tick};
        if (fwrite(byte, 1, sizeof byte, stream) != sizeof byte)
            return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    }
    return TUFT_OK;
}

tuft_status tuft_nmnist_write(const char *path, const tuft_events *events, tuft_error *err)
{
    tuft_output output;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    status = tuft_nmnist_put(output.stream, path, events, err);
    if (!status)
        return tuft_output_commit(&output, err);
    tuft_output_abandon(&output);
    return status;
}

tuft_status tuft_nmnist_load(const char *directory, tuft_recordings *out, tuft_error *err)
{
    tuft_status status = tuft_digit_folders_list(directory, ".bin", TUFT_NMNIST_CLASSES, out, err);
    for (size_t i = 0; !status && i < out->count; i++) {
        tuft_recording *recording = &out->recording[i];
        char path[PATH_MAX];
        if (snprintf(path, sizeof path, "%s/%s", directory, recording->name) >= (int)sizeof path)
            status = tuft_fail(err, TUFT_IO, "%s: path too long", directory);
        else
            status = tuft_nmnist_read(path, &recording->events, err);
        recording->duration_us = tuft_events_end_us(&recording->events);
    }
    if (status)
        tuft_recordings_free(out);
    else
        out->geometry = TUFT_NMNIST_GEOMETRY;
    return status;
}
