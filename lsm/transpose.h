/* out[j][i] = in[i][j] for rows x columns of in; rows of the two `stride` floats apart (below 0:
 * the rows before). */
#ifndef TUFT_LSM_TRANSPOSE_H
#define TUFT_LSM_TRANSPOSE_H

#include <stddef.h>
#include <stdint.h>

void tuft_transpose(float *restrict out, ptrdiff_t out_stride, const float *restrict in,
                    ptrdiff_t in_stride, uint32_t rows, uint32_t columns);

#endif
