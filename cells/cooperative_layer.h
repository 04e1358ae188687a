/* A layer of two streams of two-point cells (Adeel et al. 2023). For stream s, other stream o,
 * frame t, x the layer below:
 *
 *     R = W_r x_s + b_r                                          cells/receptive_field.h
 *     C = W_p x_s(t-1) + W_d x_o(t) + W_u m(t-1) + b_c           cells/universal_memory.h
 *     y = f(R, C)
 *
 * f is one of cells/transfer.h, or ReLU6(R + C): a point cell that has the context as further
 * inputs, hence the same parameters. Point cells proper have no context, no weights for it and no
 * memory. Matrices have the padding of cells/rows.h; either stream may be absent.
 */
#ifndef TUFT_CELLS_COOPERATIVE_LAYER_H
#define TUFT_CELLS_COOPERATIVE_LAYER_H

#include "cells/receptive_field.h"
#include "cells/transfer.h"
#include "cells/universal_memory.h"

typedef enum {
    TUFT_MCC_POINT = TUFT_TRANSFER_POINT,
    TUFT_MCC_TM1 = TUFT_TRANSFER_TM1,
    TUFT_MCC_TM2 = TUFT_TRANSFER_TM2,
    TUFT_MCC_TM3 = TUFT_TRANSFER_TM3,
    TUFT_MCC_TM4 = TUFT_TRANSFER_TM4,
    TUFT_MCC_COOPERATION = TUFT_TRANSFER_COOPERATION,
    TUFT_MCC_CONCATENATED = TUFT_TRANSFERS, /* ReLU6(R + C) */
    TUFT_MCC_CELLS                          /* how many */
} tuft_mcc_cell;

/* "point", ..., "cooperation", "concatenated"; NULL for what is none. */
const char *tuft_mcc_cell_name(tuft_mcc_cell cell);

/* y[i] = f(r[i], c[i]); c is not read of point cells. y may be r or c. */
void tuft_mcc_cell_apply(tuft_mcc_cell cell, const float *r, const float *c, float *y, size_t n);

enum { TUFT_MCC_AUDIO, TUFT_MCC_VISION, TUFT_MCC_STREAMS };

/* Where a stream's weights lie among the parameters. */
typedef struct {
    size_t r, bias_r, p, d, u, bias_c;
} tuft_cooperative_place;

typedef struct {
    tuft_mcc_cell cell;
    uint32_t inputs[TUFT_MCC_STREAMS], cells[TUFT_MCC_STREAMS]; /* 0: the stream is absent */
    tuft_field field[TUFT_MCC_STREAMS];
    tuft_cooperative_place at[TUFT_MCC_STREAMS];
    tuft_memory memory;
} tuft_cooperative_layer;

/* The layer over inputs[s] columns of channels[s] channels; it takes its place from *parameters on,
 * which it moves. TUFT_INVALID: a field that makes no sense. */
tuft_status tuft_cooperative_plan(tuft_cooperative_layer *out, tuft_mcc_cell cell,
                                  const tuft_field_config *const field[TUFT_MCC_STREAMS],
                                  const uint32_t inputs[TUFT_MCC_STREAMS],
                                  const uint32_t channels[TUFT_MCC_STREAMS], uint32_t memory,
                                  double keep, size_t *parameters, tuft_error *err);
int tuft_cooperative_has_context(const tuft_cooperative_layer *layer);

/* What a pass leaves behind. Owns its arrays, [rows][cells] each (those of the memory too); of
 * cells that add R and C, c is r. */
typedef struct {
    float *r[TUFT_MCC_STREAMS], *c[TUFT_MCC_STREAMS], *y[TUFT_MCC_STREAMS],
        *slope_y[TUFT_MCC_STREAMS];
    float *drive, *m, *slope_m;
} tuft_cooperative_trace;

tuft_status tuft_cooperative_trace_new(tuft_cooperative_trace *out,
                                       const tuft_cooperative_layer *layer, size_t rows,
                                       tuft_error *err);
void tuft_cooperative_trace_free(tuft_cooperative_trace *trace);

/* From x to trace->m and trace->y. alive[s] [cells]: 1, or 0 for a cell that is silenced; NULL: all
 * live. scratch: the larger of the fields' needs. */
void tuft_cooperative_forward(const tuft_cooperative_layer *layer, const float *parameter,
                              const tuft_rows *rows, const float *const x[TUFT_MCC_STREAMS],
                              const float *const alive[TUFT_MCC_STREAMS],
                              tuft_cooperative_trace *trace, float *scratch);
/* From trace->slope_y; uses up r, c, drive, slope_m. Adds to gradient, and to slope_x[s] unless
 * NULL. The error grows by penalty times the sum of |y|, which is returned if penalty is not 0. */
double tuft_cooperative_backward(const tuft_cooperative_layer *layer, const float *parameter,
                                 const tuft_rows *rows, const float *const x[TUFT_MCC_STREAMS],
                                 double penalty, tuft_cooperative_trace *trace, float *gradient,
                                 float *const slope_x[TUFT_MCC_STREAMS], float *scratch);

#endif
