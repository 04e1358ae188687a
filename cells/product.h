/* The three products of a dense map y = W x and its training, on rows of a batch (OpenBLAS).
 *
 * W is [outputs][inputs]; x [rows][inputs], y and slopes of y [rows][outputs], no gaps.
 */
#ifndef TUFT_CELLS_PRODUCT_H
#define TUFT_CELLS_PRODUCT_H

#include <cblas.h>
#include <stddef.h>

/* y = keep y + x W': keep 0 sets, 1 adds. */
static inline void tuft_product_forward(size_t rows, size_t inputs, size_t outputs, const float *x,
                                        const float *weight, float keep, float *y)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)outputs, (int)inputs, 1, x,
                (int)inputs, weight, (int)inputs, keep, y, (int)outputs);
}

/* slope_x += slope_y W */
static inline void tuft_product_back(size_t rows, size_t inputs, size_t outputs,
                                     const float *slope_y, const float *weight, float *slope_x)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)inputs, (int)outputs, 1,
                slope_y, (int)outputs, weight, (int)inputs, 1, slope_x, (int)inputs);
}

/* slope_weight += slope_y' x */
static inline void tuft_product_gradient(size_t rows, size_t inputs, size_t outputs, const float *x,
                                         const float *slope_y, float *slope_weight)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)outputs, (int)inputs, (int)rows, 1,
                slope_y, (int)outputs, x, (int)inputs, 1, slope_weight, (int)inputs);
}

#endif
