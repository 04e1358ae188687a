/* Biases of a matrix [rows][columns]: one a column. */
#ifndef TUFT_CELLS_BIAS_H
#define TUFT_CELLS_BIAS_H

#include <stddef.h>

void tuft_bias_add(float *matrix, size_t rows, size_t columns, const float *bias);
/* Adds the sum of each column of slopes to slope_bias. */
void tuft_bias_gradient(const float *slope, size_t rows, size_t columns, float *slope_bias);

#endif
