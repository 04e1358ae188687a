#include "datasets/idx.h"

#include "core/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { IMAGES_MAGIC = 0x803, LABELS_MAGIC = 0x801, PIECE = 1 << 20 };

/* A file being read: where we are, for messages. */
typedef struct {
    gzFile stream;
    const char *path;
    size_t offset;
} source;

static tuft_status source_open(source *from, const char *path, tuft_error *err)
{
    *from = (source){.path = path, .stream = gzopen(path, "rb")};
    if (!from->stream)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    return TUFT_OK;
}

/* Up to size bytes (at most PIECE); *got is smaller only at the end of the file. */
static tuft_status source_some(source *from, void *bytes, size_t size, size_t *got, tuft_error *err)
{
    *got = 0;
    int read = gzread(from->stream, bytes, (unsigned)size);
    int code;
    const char *message = gzerror(from->stream, &code);
    if (read < 0 || code < 0) {
        if (code == Z_ERRNO)
            return tuft_fail(err, TUFT_IO, "%s: %s", from->path, strerror(errno));
        return tuft_fail(err, TUFT_FORMAT, "%s: offset %zu (unpacked): broken gzip data: %s",
                         from->path, from->offset, message);
    }
    *got = (size_t)read;
    from->offset += *got;
    return TUFT_OK;
}

/* Exactly size bytes onto the end of a growing array. */
static tuft_status source_array(source *from, uint8_t **bytes, size_t size, const char *what,
                                tuft_error *err)
{
    size_t capacity = 0;
    for (size_t have = 0; have < size;) {
        size_t piece = size - have < PIECE ? size - have : PIECE, got;
        tuft_status status = TUFT_GROW(bytes, &capacity, have + piece, what, err);
        if (!status)
            status = source_some(from, *bytes + have, piece, &got, err);
        if (!status && got < piece)
            status = tuft_fail(err, TUFT_FORMAT,
                               "%s: ends at offset %zu (unpacked), expected %zu more bytes of %s",
                               from->path, from->offset, size - have - got, what);
        if (status)
            return status;
        have += piece;
    }
    return TUFT_OK;
}

static tuft_status source_u32(source *from, const char *what, uint32_t *value, tuft_error *err)
{
    unsigned char byte[4];
    size_t got;
    tuft_status status = source_some(from, byte, sizeof byte, &got, err);
    if (status)
        return status;
    if (got < sizeof byte)
        return tuft_fail(err, TUFT_FORMAT, "%s: ends at offset %zu, expected 4 bytes of %s",
                         from->path, from->offset, what);
    *value = (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
    return TUFT_OK;
}

/* A header number that must lie in [low, high]. */
static tuft_status source_number(source *from, const char *what, uint32_t low, uint32_t high,
                                 uint32_t *value, tuft_error *err)
{
    tuft_status status = source_u32(from, what, value, err);
    if (!status && (*value < low || *value > high))
        status = tuft_fail(err, TUFT_FORMAT, "%s: offset %zu: %s is %u, expected %u to %u",
                           from->path, from->offset - 4, what, *value, low, high);
    return status;
}

static tuft_status source_magic(source *from, uint32_t magic, tuft_error *err)
{
    uint32_t value = 0;
    tuft_status status = source_u32(from, "magic", &value, err);
    if (!status && value != magic)
        status = tuft_fail(err, TUFT_FORMAT, "%s: offset 0: magic is 0x%08x, expected 0x%08x",
                           from->path, value, magic);
    return status;
}

static tuft_status source_end(source *from, tuft_error *err)
{
    unsigned char byte;
    size_t got;
    tuft_status status = source_some(from, &byte, 1, &got, err);
    if (!status && got)
        status = tuft_fail(err, TUFT_FORMAT, "%s: data goes on after offset %zu, expected the end",
                           from->path, from->offset - 1);
    return status;
}

void tuft_images_free(tuft_images *images)
{
    free(images->pixel);
    free(images->label);
    *images = (tuft_images){0};
}

/* count is what the header says, out->count what was kept. */
static tuft_status load_images(const char *path, size_t limit, tuft_images *out, uint32_t *count,
                               tuft_error *err)
{
    source from;
    tuft_status status = source_open(&from, path, err);
    if (status)
        return status;
    status = source_magic(&from, IMAGES_MAGIC, err);
    if (!status)
        status = source_number(&from, "number of images", 0, TUFT_IDX_COUNT_LIMIT, count, err);
    if (!status)
        status = source_number(&from, "number of rows", 1, TUFT_IDX_SIDE_LIMIT, &out->height, err);
    if (!status)
        status =
            source_number(&from, "number of columns", 1, TUFT_IDX_SIDE_LIMIT, &out->width, err);
    if (!status) {
        out->count = limit && limit < *count ? limit : *count;
        status =
            source_array(&from, &out->pixel, out->count * out->width * out->height, "images", err);
    }
    if (!status && out->count == *count)
        status = source_end(&from, err);
    gzclose(from.stream);
    return status;
}

static tuft_status load_labels(const char *path, uint32_t count, int first, tuft_images *out,
                               tuft_error *err)
{
    source from;
    uint32_t labels = 0;
    tuft_status status = source_open(&from, path, err);
    if (status)
        return status;
    status = source_magic(&from, LABELS_MAGIC, err);
    if (!status)
        status = source_u32(&from, "number of labels", &labels, err);
    if (!status && labels != count)
        status =
            tuft_fail(err, TUFT_FORMAT, "%s: offset 4: %u labels, expected %u as there are images",
                      path, labels, count);
    if (!status)
        status = source_array(&from, &out->label, out->count, "labels", err);
    if (!status && out->count == count)
        status = source_end(&from, err);
    for (size_t i = 0; !status && i < out->count; i++) {
        const int label = out->label[i] - first;
        if (label < 0 || label >= out->classes)
            status = tuft_fail(err, TUFT_FORMAT, "%s: offset %zu: label %d, expected %d to %d",
                               path, i + 8, label + first, first, first + out->classes - 1);
        out->label[i] = (uint8_t)label;
    }
    gzclose(from.stream);
    return status;
}

tuft_status tuft_idx_load_classes(const char *images_path, const char *labels_path, size_t limit,
                                  int first, int classes, tuft_images *out, tuft_error *err)
{
    *out = (tuft_images){.classes = classes};
    if (first < 0 || classes < 1 || classes > UINT8_MAX + 1 - first) {
        *out = (tuft_images){0};
        return tuft_fail(err, TUFT_INVALID, "IDX: %d classes from label %d, expected labels 0..255",
                         classes, first);
    }
    uint32_t count = 0;
    tuft_status status = load_images(images_path, limit, out, &count, err);
    if (!status && labels_path)
        status = load_labels(labels_path, count, first, out, err);
    if (status)
        tuft_images_free(out);
    return status;
}

tuft_status tuft_idx_load(const char *images_path, const char *labels_path, size_t limit,
                          tuft_images *out, tuft_error *err)
{
    return tuft_idx_load_classes(images_path, labels_path, limit, 0, TUFT_IDX_CLASSES, out, err);
}
