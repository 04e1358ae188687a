/* The memory that both streams of a layer write and read, one frame later, as universal context
 * (Adeel et al. 2023):
 *
 *     a(t) = ReLU6(W_0 x_0(t) + W_1 x_1(t) + b)        m(t) = keep m(t - 1) + (1 - keep) a(t)
 *
 * m is 0 before a sequence begins, and again when it has fallen below 2^-40: a memory that nothing
 * feeds is silent in the end. Matrices have the padding of cells/rows.h.
 */
#ifndef TUFT_CELLS_UNIVERSAL_MEMORY_H
#define TUFT_CELLS_UNIVERSAL_MEMORY_H

#include "cells/rows.h"

#define TUFT_MEMORY_LEAST 0x1p-40f

typedef struct {
    uint32_t cells;         /* 0: there is none */
    uint32_t inputs[2];     /* columns of x_0, x_1; 0: absent */
    double keep;            /* in [0, 1) */
    size_t weight[2], bias; /* where W_0, W_1 [cells][inputs] and b lie among the parameters */
} tuft_memory;

/* Takes its place among the parameters from *parameters on, which it moves. */
void tuft_memory_plan(tuft_memory *out, uint32_t cells, const uint32_t inputs[2], double keep,
                      size_t *parameters);

/* a and m [rows][cells] from x. */
void tuft_memory_forward(const tuft_memory *memory, const float *parameter, const tuft_rows *rows,
                         const float *const x[2], float *a, float *m);
/* From slope_m, which is used up, as is a: adds to gradient, and to slope_x[s] unless NULL. */
void tuft_memory_backward(const tuft_memory *memory, const float *parameter, const tuft_rows *rows,
                          const float *const x[2], float *a, float *slope_m, float *gradient,
                          float *const slope_x[2]);

#endif
