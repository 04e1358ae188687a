#include "datasets/bs1.h"

#include "core/file.h"

#include <stdlib.h>

enum { EVENT_BYTES = 5, FILE_LIMIT = 1 << 28 };

static tuft_status parse(const char *path, const unsigned char *content, size_t size,
                         tuft_events *events, uint32_t *channels, tuft_error *err)
{
    if (size == 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: empty, expected 5-byte events", path);
    if (size % EVENT_BYTES)
        return tuft_fail(err, TUFT_FORMAT, "%s: %zu bytes, expected a multiple of 5", path, size);
    int64_t last = 0;
    for (size_t offset = 0; offset < size; offset += EVENT_BYTES) {
        const unsigned char *byte = content + offset;
        uint32_t channel = (uint32_t)byte[0] << 8 | byte[1];
        int64_t tick = (int64_t)(byte[2] & 0x7f) << 16 | (int64_t)byte[3] << 8 | byte[4];
        if (!(byte[2] & 0x80))
            return tuft_fail(err, TUFT_FORMAT, "%s: offset %zu: sign is OFF, expected ON", path,
                             offset + 2);
        if (tick < last)
            return tuft_fail(err, TUFT_FORMAT,
                             "%s: offset %zu: time goes back to %lld us, expected at least %lld",
                             path, offset + 2, (long long)tick, (long long)last);
        last = tick;
        if (channel >= *channels)
            *channels = channel + 1;
        tuft_status status = tuft_events_push(events, tick, channel, err);
        if (status)
            return status;
    }
    return TUFT_OK;
}

tuft_status tuft_bs1_read(const char *path, tuft_events *events, tuft_geometry *geometry,
                          tuft_error *err)
{
    *events = (tuft_events){0};
    *geometry = (tuft_geometry){TUFT_BS1_LEAST_CHANNELS, 1, 1};
    unsigned char *content;
    size_t size;
    tuft_status status = tuft_file_read(path, FILE_LIMIT, &content, &size, err);
    if (status)
        return status;
    status = parse(path, content, size, events, &geometry->width, err);
    free(content);
    if (status)
        tuft_events_free(events);
    return status;
}
