/* Archives: one file of checked sections, written whole or not at all.
 *
 * All numbers little-endian, as this machine has them:
 *
 *     0   8  "TUFTARC1"
 *     8      sections, each
 *                4  tag, four letters
 *                4  index
 *                8  length of the content in bytes
 *                n  content
 *                4  CRC-32 (zlib's) of the 16 + n bytes before
 *            the last has the tag "END " and no content; nothing follows it
 *
 * What the sections hold is the affair of those who write them.
 */
#ifndef TUFT_CORE_ARCHIVE_H
#define TUFT_CORE_ARCHIVE_H

#include "core/file.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* Four letters as a number. */
#define TUFT_TAG(a, b, c, d)                                                                       \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

typedef struct {
    tuft_output output;
    unsigned char *section; /* the open one, from its tag on */
    size_t size, capacity;
} tuft_archive_writer;

tuft_status tuft_archive_create(tuft_archive_writer *writer, const char *path, tuft_error *err);
/* begin, put ..., end for each section. After a failure only abandon may follow. */
tuft_status tuft_archive_begin(tuft_archive_writer *writer, uint32_t tag, uint32_t index,
                               tuft_error *err);
tuft_status tuft_archive_put(tuft_archive_writer *writer, const void *data, size_t size,
                             tuft_error *err);
tuft_status tuft_archive_end(tuft_archive_writer *writer, tuft_error *err);
/* Writes the end and gives the file its name. */
tuft_status tuft_archive_commit(tuft_archive_writer *writer, tuft_error *err);
void tuft_archive_abandon(tuft_archive_writer *writer);

typedef struct {
    char *path;
    unsigned char *content;
    size_t size;
    uint32_t tag, index; /* of the section that is read */
    size_t at, end;      /* what is left of it */
} tuft_archive_reader;

/* Reads a file and checks every section, before anything is taken from it. */
tuft_status tuft_archive_open(tuft_archive_reader *reader, const char *path, tuft_error *err);
void tuft_archive_close(tuft_archive_reader *reader);

/* Goes to a section; TUFT_FORMAT if there is none. */
tuft_status tuft_archive_find(tuft_archive_reader *reader, uint32_t tag, uint32_t index,
                              tuft_error *err);
/* Copies the next bytes out. */
tuft_status tuft_archive_get(tuft_archive_reader *reader, void *data, size_t size, tuft_error *err);
/* The next bytes where they lie, valid until close; not aligned. */
tuft_status tuft_archive_view(tuft_archive_reader *reader, size_t size, const unsigned char **data,
                              tuft_error *err);
/* TUFT_FORMAT unless the section has been read to its end. */
tuft_status tuft_archive_done(const tuft_archive_reader *reader, tuft_error *err);
/* TUFT_FORMAT with a message that names file and section before what printf makes. */
tuft_status tuft_archive_fail(const tuft_archive_reader *reader, tuft_error *err,
                              const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
