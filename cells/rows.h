/* Several sequences one below the other in one matrix, so that a product takes all frames at once.
 *
 * Each sequence has `pad` rows of zeros before its first frame: what a cell is told of earlier
 * frames is then the same matrix, a row or more further up, and no sequence sees the one before it.
 */
#ifndef TUFT_CELLS_ROWS_H
#define TUFT_CELLS_ROWS_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* More rows than this in one matrix are a mistake (12 hours of 6 ms frames). */
enum { TUFT_ROW_LIMIT = 8 << 20 };

/* Owns its arrays. */
typedef struct {
    uint32_t pad;  /* at least 1 */
    size_t rows;   /* all of them */
    size_t frames; /* those that are not padding */
    size_t sequences, capacity;
    size_t *first;  /* [sequences] the row of a sequence's first frame */
    size_t *length; /* [sequences] its frames */
} tuft_rows;

void tuft_rows_free(tuft_rows *rows);
/* No sequences; the room stays. */
void tuft_rows_clear(tuft_rows *rows, uint32_t pad);
/* Adds a sequence at the end. TUFT_INVALID: no frames, or more rows than TUFT_ROW_LIMIT. */
tuft_status tuft_rows_add(tuft_rows *rows, size_t frames, tuft_error *err);
/* Zeros in the padding of a matrix [rows][columns]. */
void tuft_rows_clear_padding(const tuft_rows *rows, float *matrix, size_t columns);

#endif
