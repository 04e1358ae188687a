/* out[j][i] = in[i][j] for rows x columns of in; rows of the two `stride` floats apart. */
#ifndef TUFT_LSM_TRANSPOSE_H
#define TUFT_LSM_TRANSPOSE_H

#include <stddef.h>
#include <stdint.h>

void tuft_transpose(float *restrict out, size_t out_stride, const float *restrict in,
                    size_t in_stride, uint32_t rows, uint32_t columns);

#endif
