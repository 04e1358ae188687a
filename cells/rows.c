#include "cells/rows.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

void tuft_rows_free(tuft_rows *rows)
{
    free(rows->first);
    free(rows->length);
    *rows = (tuft_rows){0};
}

void tuft_rows_clear(tuft_rows *rows, uint32_t pad)
{
    rows->pad = pad;
    rows->rows = rows->frames = rows->sequences = 0;
}

tuft_status tuft_rows_add(tuft_rows *rows, size_t frames, tuft_error *err)
{
    if (frames < 1 || frames > TUFT_ROW_LIMIT || rows->rows + rows->pad + frames > TUFT_ROW_LIMIT)
        return tuft_fail(err, TUFT_INVALID,
                         "rows: a sequence of %zu frames after %zu rows, expected 1 or more, and "
                         "at most %d rows together",
                         frames, rows->rows, TUFT_ROW_LIMIT);
    size_t capacity = rows->capacity;
    tuft_status status = TUFT_GROW(&rows->length, &capacity, rows->sequences + 1, "rows", err);
    if (!status)
        status = TUFT_GROW(&rows->first, &rows->capacity, rows->sequences + 1, "rows", err);
    if (status)
        return status;
    rows->first[rows->sequences] = rows->rows + rows->pad;
    rows->length[rows->sequences++] = frames;
    rows->rows += rows->pad + frames;
    rows->frames += frames;
    return TUFT_OK;
}

void tuft_rows_clear_padding(const tuft_rows *rows, float *matrix, size_t columns)
{
    for (size_t q = 0; q < rows->sequences; q++)
        memset(matrix + (rows->first[q] - rows->pad) * columns, 0,
               rows->pad * columns * sizeof *matrix);
}
