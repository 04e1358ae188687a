#include "datasets/bs1.h"

#include "core/file.h"
#include "datasets/event40.h"

#include <stdlib.h>

enum { FILE_LIMIT = 1 << 28 };

static tuft_status parse(const char *path, const unsigned char *content, size_t size,
                         tuft_events *events, uint32_t *channels, tuft_error *err)
{
    tuft_status status = tuft_event40_size(path, size, err);
    int64_t tick = 0;
    for (size_t offset = 0; !status && offset < size; offset += TUFT_EVENT40_BYTES) {
        const unsigned char *byte = content + offset;
        uint32_t channel = (uint32_t)byte[0] << 8 | byte[1];
        if (!(byte[2] & 0x80))
            return tuft_fail(err, TUFT_FORMAT, "%s: offset %zu: sign is OFF, expected ON", path,
                             offset + 2);
        status = tuft_event40_time(path, content, offset, &tick, err);
        if (!status && channel >= *channels)
            *channels = channel + 1;
        if (!status)
            status = tuft_events_push(events, tick, channel, err);
    }
    return status;
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
