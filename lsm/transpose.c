#include "lsm/transpose.h"

#include "core/simd.h"

/* Eight rows of eight floats, and their transpose by three rounds of exchanges. */
enum { SQUARE = 8 };
typedef float eight __attribute__((vector_size(4 * SQUARE), aligned(4), may_alias));

static inline __attribute__((always_inline)) void turn_square(float *restrict out,
                                                              ptrdiff_t out_stride,
                                                              const float *restrict in,
                                                              ptrdiff_t in_stride)
{
    eight r[SQUARE], t[SQUARE];
    for (int k = 0; k < SQUARE; k++)
        r[k] = *(const eight *)(in + (ptrdiff_t)k * in_stride);
    for (int k = 0; k < SQUARE; k += 2) { /* pairs of rows: words beside each other */
        t[k] = __builtin_shufflevector(r[k], r[k + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        t[k + 1] = __builtin_shufflevector(r[k], r[k + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int k = 0; k < SQUARE; k += 4) { /* fours */
        r[k] = __builtin_shufflevector(t[k], t[k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        r[k + 1] = __builtin_shufflevector(t[k], t[k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        r[k + 2] = __builtin_shufflevector(t[k + 1], t[k + 3], 0, 1, 8, 9, 4, 5, 12, 13);
        r[k + 3] = __builtin_shufflevector(t[k + 1], t[k + 3], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int k = 0; k < SQUARE / 2; k++) { /* halves */
        *(eight *)(out + (ptrdiff_t)k * out_stride) =
            __builtin_shufflevector(r[k], r[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        *(eight *)(out + (ptrdiff_t)(k + 4) * out_stride) =
            __builtin_shufflevector(r[k], r[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

static inline __attribute__((always_inline)) void
turn_words(float *restrict out, ptrdiff_t out_stride, const float *restrict in, ptrdiff_t in_stride,
           ptrdiff_t row, ptrdiff_t rows, ptrdiff_t column, ptrdiff_t columns)
{
    for (ptrdiff_t i = row; i < rows; i++)
        for (ptrdiff_t j = column; j < columns; j++)
            out[j * out_stride + i] = in[i * in_stride + j];
}

/* In squares, along the longer side, so that lines of the cache are whole before they are left;
 * what is left over at the edges word by word. */
TUFT_CLONES void tuft_transpose(float *restrict out, ptrdiff_t out_stride, const float *restrict in,
                                ptrdiff_t in_stride, uint32_t rows, uint32_t columns)
{
    ptrdiff_t whole_rows = rows / SQUARE * SQUARE, whole_columns = columns / SQUARE * SQUARE;
    if (rows > columns)
        for (ptrdiff_t i = 0; i < whole_rows; i += SQUARE)
            for (ptrdiff_t j = 0; j < whole_columns; j += SQUARE)
                turn_square(out + j * out_stride + i, out_stride, in + i * in_stride + j,
                            in_stride);
    else
        for (ptrdiff_t j = 0; j < whole_columns; j += SQUARE)
            for (ptrdiff_t i = 0; i < whole_rows; i += SQUARE)
                turn_square(out + j * out_stride + i, out_stride, in + i * in_stride + j,
                            in_stride);
    turn_words(out, out_stride, in, in_stride, 0, whole_rows, whole_columns, columns);
    turn_words(out, out_stride, in, in_stride, whole_rows, rows, 0, columns);
}
