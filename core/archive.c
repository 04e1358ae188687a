#include "core/archive.h"

#include "core/memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const char magic[8] = "TUFTARC1";
enum { HEAD = 16, CRC = 4 };
#define END_TAG TUFT_TAG('E', 'N', 'D', ' ')

static uint32_t crc_of(const unsigned char *data, size_t size)
{
    return (uint32_t)crc32_z(0, data, size);
}

/* ---- writing --------------------------------------------------------------------------------- */

static tuft_status put_out(tuft_archive_writer *writer, const void *data, size_t size,
                           tuft_error *err)
{
    if (fwrite(data, 1, size, writer->output.stream) == size)
        return TUFT_OK;
    return tuft_fail(err, TUFT_IO, "%s: cannot write", writer->output.path);
}

tuft_status tuft_archive_create(tuft_archive_writer *writer, const char *path, tuft_error *err)
{
    *writer = (tuft_archive_writer){0};
    tuft_status status = tuft_output_open(&writer->output, path, err);
    if (status)
        return status;
    status = put_out(writer, magic, sizeof magic, err);
    if (status)
        tuft_archive_abandon(writer);
    return status;
}

tuft_status tuft_archive_begin(tuft_archive_writer *writer, uint32_t tag, uint32_t index,
                               tuft_error *err)
{
    uint64_t length = 0; /* known at the end */
    writer->size = 0;
    tuft_status status = tuft_archive_put(writer, &tag, sizeof tag, err);
    if (!status)
        status = tuft_archive_put(writer, &index, sizeof index, err);
    return status ? status : tuft_archive_put(writer, &length, sizeof length, err);
}

tuft_status tuft_archive_put(tuft_archive_writer *writer, const void *data, size_t size,
                             tuft_error *err)
{
    tuft_status status =
        TUFT_GROW(&writer->section, &writer->capacity, writer->size + size, "archive", err);
    if (status)
        return status;
    if (size)
        memcpy(writer->section + writer->size, data, size);
    writer->size += size;
    return TUFT_OK;
}

tuft_status tuft_archive_end(tuft_archive_writer *writer, tuft_error *err)
{
    uint64_t length = writer->size - HEAD;
    memcpy(writer->section + 8, &length, sizeof length);
    uint32_t crc = crc_of(writer->section, writer->size);
    tuft_status status = put_out(writer, writer->section, writer->size, err);
    return status ? status : put_out(writer, &crc, sizeof crc, err);
}

tuft_status tuft_archive_commit(tuft_archive_writer *writer, tuft_error *err)
{
    tuft_status status = tuft_archive_begin(writer, END_TAG, 0, err);
    if (!status)
        status = tuft_archive_end(writer, err);
    if (status) {
        tuft_archive_abandon(writer);
        return status;
    }
    status = tuft_output_commit(&writer->output, err);
    free(writer->section);
    *writer = (tuft_archive_writer){0};
    return status;
}

void tuft_archive_abandon(tuft_archive_writer *writer)
{
    tuft_output_abandon(&writer->output);
    free(writer->section);
    *writer = (tuft_archive_writer){0};
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct {
    uint32_t tag, index;
    uint64_t length;
} section_head;

static section_head head_at(const tuft_archive_reader *reader, size_t at)
{
    section_head head;
    memcpy(&head.tag, reader->content + at, sizeof head.tag);
    memcpy(&head.index, reader->content + at + 4, sizeof head.index);
    memcpy(&head.length, reader->content + at + 8, sizeof head.length);
    return head;
}

/* Every section whole, its sum right, the last one the end. */
static tuft_status check(const tuft_archive_reader *reader, tuft_error *err)
{
    size_t at = sizeof magic;
    for (;;) {
        size_t left = reader->size - at;
        if (left < HEAD + CRC)
            return tuft_fail(err, TUFT_FORMAT, "%s: cut off at byte %zu, inside of a section",
                             reader->path, reader->size);
        section_head head = head_at(reader, at);
        if (head.length > left - HEAD - CRC)
            return tuft_fail(err, TUFT_FORMAT,
                             "%s: section at byte %zu has %llu bytes, there are %zu", reader->path,
                             at, (unsigned long long)head.length, left - HEAD - CRC);
        size_t size = HEAD + (size_t)head.length;
        uint32_t crc;
        memcpy(&crc, reader->content + at + size, sizeof crc);
        if (crc != crc_of(reader->content + at, size))
            return tuft_fail(err, TUFT_FORMAT, "%s: section at byte %zu is damaged (CRC-32)",
                             reader->path, at);
        at += size + CRC;
        if (head.tag == END_TAG)
            break;
    }
    if (at != reader->size)
        return tuft_fail(err, TUFT_FORMAT, "%s: %zu bytes after the end", reader->path,
                         reader->size - at);
    return TUFT_OK;
}

tuft_status tuft_archive_open(tuft_archive_reader *reader, const char *path, tuft_error *err)
{
    *reader = (tuft_archive_reader){.path = strdup(path)};
    if (!reader->path)
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for the name", path);
    tuft_status status =
        tuft_file_read(path, TUFT_MEMORY_LIMIT, &reader->content, &reader->size, err);
    if (!status &&
        (reader->size < sizeof magic || memcmp(reader->content, magic, sizeof magic) != 0))
        status = tuft_fail(err, TUFT_FORMAT, "%s: not a Tuft archive (expected \"%.8s\" at byte 0)",
                           path, magic);
    if (!status)
        status = check(reader, err);
    if (status)
        tuft_archive_close(reader);
    return status;
}

void tuft_archive_close(tuft_archive_reader *reader)
{
    free(reader->path);
    free(reader->content);
    *reader = (tuft_archive_reader){0};
}

tuft_status tuft_archive_find(tuft_archive_reader *reader, uint32_t tag, uint32_t index,
                              tuft_error *err)
{
    section_head head;
    for (size_t at = sizeof magic; at < reader->size; at += HEAD + (size_t)head.length + CRC) {
        head = head_at(reader, at);
        if (head.tag == tag && head.index == index) {
            reader->tag = tag;
            reader->index = index;
            reader->at = at + HEAD;
            reader->end = reader->at + (size_t)head.length;
            return TUFT_OK;
        }
    }
    return tuft_fail(err, TUFT_FORMAT, "%s: has no section %.4s %u", reader->path,
                     (const char *)&tag, index);
}

tuft_status tuft_archive_view(tuft_archive_reader *reader, size_t size, const unsigned char **data,
                              tuft_error *err)
{
    if (size > reader->end - reader->at)
        return tuft_archive_fail(reader, err, "%zu bytes are left, expected %zu",
                                 reader->end - reader->at, size);
    *data = reader->content + reader->at;
    reader->at += size;
    return TUFT_OK;
}

tuft_status tuft_archive_get(tuft_archive_reader *reader, void *data, size_t size, tuft_error *err)
{
    const unsigned char *from = NULL;
    tuft_status status = tuft_archive_view(reader, size, &from, err);
    if (!status && size) /* NOLINTNEXTLINE: the analyzer does not know that tuft_fail fails */
        memcpy(data, from, size);
    return status;
}

tuft_status tuft_archive_done(const tuft_archive_reader *reader, tuft_error *err)
{
    if (reader->at == reader->end)
        return TUFT_OK;
    return tuft_archive_fail(reader, err, "%zu bytes more than expected", reader->end - reader->at);
}

tuft_status tuft_archive_fail(const tuft_archive_reader *reader, tuft_error *err,
                              const char *format, ...)
{
    char text[TUFT_MESSAGE_SIZE];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return tuft_fail(err, TUFT_FORMAT, "%s: section %.4s %u: %s", reader->path,
                     (const char *)&reader->tag, reader->index, text);
}
