/* GRID word times: text lines of `start end word` in 1/25000 s. */
#ifndef TUFT_DATASETS_ALIGN_H
#define TUFT_DATASETS_ALIGN_H

#include "core/status.h"

#include <stddef.h>

enum { TUFT_ALIGN_TICKS = 25000, TUFT_ALIGN_WORD_SIZE = 16 };

typedef struct {
    double start_s, end_s;
    char word[TUFT_ALIGN_WORD_SIZE]; /* `sil`, `sp`: silence */
} tuft_aligned_word;

typedef struct {
    tuft_aligned_word *word;
    size_t count;
} tuft_align;

/* TUFT_FORMAT: no lines, a line without the three fields, times that go back, overlap or are past
 * an hour, a word of 16 bytes or more; the message names the line. On failure *out is zeroed. */
tuft_status tuft_align_read(const char *path, tuft_align *out, tuft_error *err);
tuft_status tuft_align_write(const char *path, const tuft_align *align, tuft_error *err);
void tuft_align_free(tuft_align *align);

#endif
