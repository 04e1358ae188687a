/* Files, whole or not at all. */
#ifndef TUFT_CORE_FILE_H
#define TUFT_CORE_FILE_H

#include "core/status.h"

#include <stddef.h>
#include <stdio.h>

/* The whole content of a file (at most limit bytes, which the error names), in an array owned by
 * the caller. */
tuft_status tuft_file_read(const char *path, size_t limit, unsigned char **content, size_t *size,
                           tuft_error *err);

/* The same as a string, the caller's. Also TUFT_FORMAT where there is a zero byte in it, with its
 * offset. On failure *text is NULL. */
tuft_status tuft_file_text(const char *path, size_t limit, char **text, tuft_error *err);

/* An output that appears under its name only when it is complete: written to path.tmp-<pid>, then
 * renamed. Exactly one of commit and abandon must follow open. */
typedef struct {
    FILE *stream;
    char *path, *temporary;
} tuft_output;

tuft_status tuft_output_open(tuft_output *output, const char *path, tuft_error *err);
tuft_status tuft_output_commit(tuft_output *output, tuft_error *err);
void tuft_output_abandon(tuft_output *output);

#endif
