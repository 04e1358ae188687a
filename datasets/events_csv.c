#include "datasets/events_csv.h"

#include "core/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const size_t FILE_LIMIT = (size_t)1 << 31;
static const char ROW_HEADER[] = "tick_us,channel", PICTURE_HEADER[] = "t_us,x,y,polarity";
#define TICK_LIMIT ((int64_t)1 << 53)

enum { FIELDS_MOST = 4 };

/* One field: its name and the largest value it may have. */
typedef struct {
    const char *name;
    int64_t largest;
} field;

static const field row_field[] = {{"tick_us", TICK_LIMIT}, {"channel", TUFT_CSV_CHANNEL_LIMIT - 1}};
static const field picture_field[] = {{"t_us", TICK_LIMIT},
                                      {"x", TUFT_CSV_SIDE_LIMIT - 1},
                                      {"y", TUFT_CSV_SIDE_LIMIT - 1},
                                      {"polarity", 1}};

typedef struct {
    const char *path, *at, *end;
    size_t line;
} reader;

/* The length of the line at hand, without its end. */
static tuft_status line_length(const reader *from, size_t *length, tuft_error *err)
{
    const char *stop = memchr(from->at, '\n', (size_t)(from->end - from->at));
    if (!stop)
        return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: no end of line, the file was cut short",
                         from->path, from->line);
    *length = (size_t)(stop - from->at);
    if (*length && stop[-1] == '\r')
        --*length;
    return TUFT_OK;
}

static void next_line(reader *from)
{
    from->at = (const char *)memchr(from->at, '\n', (size_t)(from->end - from->at)) + 1;
    from->line++;
}

static tuft_status parse_line(const reader *from, const field *fields, int count, int64_t *value,
                              tuft_error *err)
{
    size_t length = 0;
    tuft_status status = line_length(from, &length, err);
    if (status)
        return status;
    const char *at = from->at, *end = from->at + length;
    for (int i = 0; i < count; i++) {
        const char *begin = at;
        value[i] = 0;
        while (at < end && *at >= '0' && *at <= '9' && value[i] <= fields[i].largest)
            value[i] = 10 * value[i] + (*at++ - '0');
        if (at == begin || value[i] > fields[i].largest ||
            (i + 1 < count ? at == end || *at != ',' : at != end))
            return tuft_fail(err, TUFT_FORMAT,
                             "%s: line %zu: \"%.*s\", expected %d numbers of which %s is 0 to %lld",
                             from->path, from->line, length > 80 ? 80 : (int)length, from->at,
                             count, fields[i].name, (long long)fields[i].largest);
        at++;
    }
    return TUFT_OK;
}

/* y and polarity lie above x in a channel of the widest picture until the sides are known. */
static const tuft_geometry widest = {TUFT_CSV_SIDE_LIMIT, TUFT_CSV_SIDE_LIMIT, 2};

static uint32_t channel_at(tuft_geometry geometry, uint32_t x, uint32_t y, uint32_t polarity)
{
    return (polarity * geometry.height + y) * geometry.width + x;
}

static tuft_status parse_events(reader *from, const field *fields, int count, tuft_events *events,
                                tuft_error *err)
{
    int64_t last = 0;
    while (from->at < from->end) {
        int64_t value[FIELDS_MOST] = {0};
        tuft_status status = parse_line(from, fields, count, value, err);
        if (!status && value[0] < last)
            status = tuft_fail(err, TUFT_FORMAT,
                               "%s: line %zu: time goes back to %lld us, expected at least %lld",
                               from->path, from->line, (long long)value[0], (long long)last);
        uint32_t channel = count == 2 ? (uint32_t)value[1]
                                      : channel_at(widest, (uint32_t)value[1], (uint32_t)value[2],
                                                   (uint32_t)value[3]);
        if (!status)
            status = tuft_events_push(events, value[0], channel, err);
        if (status)
            return status;
        last = value[0];
        next_line(from);
    }
    return TUFT_OK;
}

static tuft_geometry fit_row(const tuft_events *events)
{
    uint32_t channels = TUFT_CSV_LEAST_CHANNELS;
    for (size_t i = 0; i < events->count; i++)
        if (events->channel[i] >= channels)
            channels = events->channel[i] + 1;
    return (tuft_geometry){channels, 1, 1};
}

/* Finds the sides and numbers the channels by them. */
static tuft_geometry fit_picture(tuft_events *events)
{
    const uint32_t side = TUFT_CSV_SIDE_LIMIT;
    uint32_t width = 1, height = 1;
    for (size_t i = 0; i < events->count; i++) {
        uint32_t x = events->channel[i] % side, y = events->channel[i] / side % side;
        width = x >= width ? x + 1 : width;
        height = y >= height ? y + 1 : height;
    }
    if (width <= TUFT_CSV_LEAST_SIDE && height <= TUFT_CSV_LEAST_SIDE)
        width = height = TUFT_CSV_LEAST_SIDE;
    const tuft_geometry found = {width, height, 2};
    for (size_t i = 0; i < events->count; i++) {
        uint32_t channel = events->channel[i];
        events->channel[i] =
            channel_at(found, channel % side, channel / side % side, channel / side / side);
    }
    return found;
}

static int header_is(const reader *from, size_t length, const char *header)
{
    return length == strlen(header) && memcmp(from->at, header, length) == 0;
}

static tuft_status parse(reader *from, tuft_events *events, tuft_geometry *geometry,
                         tuft_error *err)
{
    if (from->at == from->end)
        return tuft_fail(err, TUFT_FORMAT, "%s: empty, expected a line %s or %s", from->path,
                         ROW_HEADER, PICTURE_HEADER);
    size_t length = 0;
    tuft_status status = line_length(from, &length, err);
    if (status)
        return status;
    const int row = header_is(from, length, ROW_HEADER);
    if (!row && !header_is(from, length, PICTURE_HEADER))
        return tuft_fail(err, TUFT_FORMAT, "%s: line 1: \"%.*s\", expected %s or %s", from->path,
                         length > 80 ? 80 : (int)length, from->at, ROW_HEADER, PICTURE_HEADER);
    next_line(from);
    status = row ? parse_events(from, row_field, 2, events, err)
                 : parse_events(from, picture_field, 4, events, err);
    if (!status)
        *geometry = row ? fit_row(events) : fit_picture(events);
    return status;
}

tuft_status tuft_events_csv_read(const char *path, tuft_events *events, tuft_geometry *geometry,
                                 tuft_error *err)
{
    *events = (tuft_events){0};
    *geometry = (tuft_geometry){0};
    unsigned char *content;
    size_t size;
    tuft_status status = tuft_file_read(path, FILE_LIMIT, &content, &size, err);
    if (status)
        return status;
    const char *text = (const char *)content;
    reader from = {.path = path, .at = text, .end = text + size, .line = 1};
    status = parse(&from, events, geometry, err);
    free(content);
    if (status)
        tuft_events_free(events);
    return status;
}

/* Writes the decimal digits of value and a separator; returns what comes after. */
static char *put_number(char *at, uint64_t value, char separator)
{
    char digit[20];
    int count = 0;
    do
        digit[count++] = (char)('0' + value % 10);
    while (value /= 10);
    while (count)
        *at++ = digit[--count];
    *at++ = separator;
    return at;
}

static tuft_status check_events(const char *path, const tuft_events *events, tuft_geometry geometry,
                                tuft_error *err)
{
    const uint32_t channels = tuft_geometry_channels(geometry);
    int64_t last = 0;
    for (size_t i = 0; i < events->count; i++) {
        if (events->tick_us[i] < last || events->tick_us[i] > TICK_LIMIT)
            return tuft_fail(err, TUFT_INVALID,
                             "%s: event %zu at %lld us, expected between %lld and %lld", path, i,
                             (long long)events->tick_us[i], (long long)last, (long long)TICK_LIMIT);
        if (events->channel[i] >= channels)
            return tuft_fail(err, TUFT_INVALID, "%s: event %zu: channel %u, expected below %u",
                             path, i, events->channel[i], channels);
        last = events->tick_us[i];
    }
    return TUFT_OK;
}

tuft_status tuft_events_csv_put(FILE *stream, const char *path, const tuft_events *events,
                                tuft_geometry geometry, tuft_error *err)
{
    tuft_status status = check_events(path, events, geometry, err);
    if (status)
        return status;
    const int row = geometry.height == 1 && geometry.polarities == 1;
    fprintf(stream, "%s\n", row ? ROW_HEADER : PICTURE_HEADER);
    for (size_t i = 0; i < events->count; i++) {
        char line[FIELDS_MOST * 21];
        const uint32_t channel = events->channel[i], place = channel / geometry.width;
        char *at = put_number(line, (uint64_t)events->tick_us[i], ',');
        if (row) {
            at = put_number(at, channel, '\n');
        } else {
            at = put_number(at, channel % geometry.width, ',');
            at = put_number(at, place % geometry.height, ',');
            at = put_number(at, place / geometry.height, '\n');
        }
        fwrite(line, 1, (size_t)(at - line), stream);
    }
    return ferror(stream) ? tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno))
                          : TUFT_OK;
}

tuft_status tuft_events_csv_write(const char *path, const tuft_events *events,
                                  tuft_geometry geometry, tuft_error *err)
{
    tuft_output output;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    status = tuft_events_csv_put(output.stream, path, events, geometry, err);
    if (!status)
        return tuft_output_commit(&output, err);
    tuft_output_abandon(&output);
    return status;
}
