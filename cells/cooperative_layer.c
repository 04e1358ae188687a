#include "cells/cooperative_layer.h"

#include "cells/bias.h"
#include "cells/product.h"
#include "cells/relu6.h"
#include "core/memory.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Values that are worked on at a time, while they are in the first-level cache. */
enum { CHUNK = 2048 };

const char *tuft_mcc_cell_name(tuft_mcc_cell cell)
{
    return cell == TUFT_MCC_CONCATENATED ? "concatenated" : tuft_transfer_name((tuft_transfer)cell);
}

/* Cells that have one sum, of the inputs and any context. */
static int adds(tuft_mcc_cell cell)
{
    return cell == TUFT_MCC_POINT || cell == TUFT_MCC_CONCATENATED;
}

int tuft_cooperative_has_context(const tuft_cooperative_layer *layer)
{
    return layer->cell != TUFT_MCC_POINT;
}

TUFT_CLONES static void relu6_of_sum(const float *r, const float *c, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float sum = r[i] + c[i];
        float low = sum > 0 ? sum : 0;
        y[i] = low < 6 ? low : 6;
    }
}

void tuft_mcc_cell_apply(tuft_mcc_cell cell, const float *r, const float *c, float *y, size_t n)
{
    if (cell == TUFT_MCC_POINT)
        tuft_relu6(r, y, n);
    else if (cell == TUFT_MCC_CONCATENATED)
        relu6_of_sum(r, c, y, n);
    else
        tuft_transfer_apply((tuft_transfer)cell, r, c, y, (uint32_t)n);
}

/* ---- the plan -------------------------------------------------------------------------------- */

static size_t take(size_t *parameters, size_t n)
{
    size_t at = *parameters;
    *parameters += n;
    return at;
}

tuft_status tuft_cooperative_plan(tuft_cooperative_layer *out, tuft_mcc_cell cell,
                                  const tuft_field_config *const field[TUFT_MCC_STREAMS],
                                  const uint32_t inputs[TUFT_MCC_STREAMS],
                                  const uint32_t channels[TUFT_MCC_STREAMS], uint32_t memory,
                                  double keep, size_t *parameters, tuft_error *err)
{
    *out = (tuft_cooperative_layer){.cell = cell};
    if (cell != TUFT_MCC_POINT && memory)
        tuft_memory_plan(&out->memory, memory, inputs, keep, parameters);
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        if (!inputs[s])
            continue;
        tuft_status status = tuft_field_plan(&out->field[s], field[s], inputs[s], channels[s], err);
        if (status)
            return status;
        tuft_cooperative_place *at = &out->at[s];
        size_t cells = out->field[s].cells;
        out->inputs[s] = inputs[s];
        out->cells[s] = out->field[s].cells;
        at->r = take(parameters, out->field[s].weights);
        at->bias_r = take(parameters, cells);
        if (cell == TUFT_MCC_POINT)
            continue;
        at->p = take(parameters, cells * inputs[s]);
        at->d = take(parameters, cells * inputs[!s]);
        at->u = take(parameters, cells * out->memory.cells);
        at->bias_c = take(parameters, cells);
    }
    return TUFT_OK;
}

/* ---- the trace ------------------------------------------------------------------------------- */

void tuft_cooperative_trace_free(tuft_cooperative_trace *trace)
{
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        if (trace->c[s] != trace->r[s])
            free(trace->c[s]);
        free(trace->r[s]);
        free(trace->y[s]);
        free(trace->slope_y[s]);
    }
    free(trace->drive);
    free(trace->m);
    free(trace->slope_m);
    *trace = (tuft_cooperative_trace){0};
}

tuft_status tuft_cooperative_trace_new(tuft_cooperative_trace *out,
                                       const tuft_cooperative_layer *layer, size_t rows,
                                       tuft_error *err)
{
    *out = (tuft_cooperative_trace){0};
    tuft_status status = TUFT_OK;
    for (int s = 0; !status && s < TUFT_MCC_STREAMS; s++) {
        size_t n = rows * layer->cells[s];
        status = TUFT_NEW(&out->r[s], n, "layer: receptive fields", err);
        if (!status && adds(layer->cell))
            out->c[s] = out->r[s];
        else if (!status)
            status = TUFT_NEW(&out->c[s], n, "layer: contexts", err);
        if (!status)
            status = TUFT_NEW(&out->y[s], n, "layer: outputs", err);
        if (!status)
            status = TUFT_NEW(&out->slope_y[s], n, "layer: slopes", err);
    }
    size_t n = rows * layer->memory.cells;
    if (!status)
        status = TUFT_NEW(&out->drive, n, "memory: drive", err);
    if (!status)
        status = TUFT_NEW(&out->m, n, "memory: state", err);
    if (!status)
        status = TUFT_NEW(&out->slope_m, n, "memory: slopes", err);
    if (status)
        tuft_cooperative_trace_free(out);
    return status;
}

/* ---- forward --------------------------------------------------------------------------------- */

TUFT_CLONES static void silence(float *restrict y, size_t rows, size_t cells,
                                const float *restrict alive)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cells; j++)
            y[i * cells + j] *= alive[j];
}

/* Rows of a chunk. */
static size_t chunk_rows(size_t cells)
{
    return cells < CHUNK ? CHUNK / cells : 1;
}

/* y from the sums in r and c, first row to be computed on. */
static void fire(const tuft_cooperative_layer *layer, const float *parameter, int s, size_t rows,
                 float *r, float *c, float *y, const float *alive)
{
    size_t cells = layer->cells[s], step = chunk_rows(cells);
    for (size_t first = 0; first < rows; first += step) {
        size_t n = rows - first < step ? rows - first : step, at = first * cells;
        tuft_bias_add(r + at, n, cells, parameter + layer->at[s].bias_r);
        if (tuft_cooperative_has_context(layer))
            tuft_bias_add(c + at, n, cells, parameter + layer->at[s].bias_c);
        if (adds(layer->cell))
            tuft_relu6(r + at, y + at, n * cells);
        else
            tuft_mcc_cell_apply(layer->cell, r + at, c + at, y + at, n * cells);
        if (alive)
            silence(y + at, n, cells, alive);
    }
}

void tuft_cooperative_forward(const tuft_cooperative_layer *layer, const float *parameter,
                              const tuft_rows *rows, const float *const x[TUFT_MCC_STREAMS],
                              const float *const alive[TUFT_MCC_STREAMS],
                              tuft_cooperative_trace *trace, float *scratch)
{
    size_t pad = rows->pad, n = rows->rows - pad, memory = layer->memory.cells;
    if (memory)
        tuft_memory_forward(&layer->memory, parameter, rows, x, trace->drive, trace->m);
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        size_t inputs = layer->inputs[s], others = layer->inputs[!s], cells = layer->cells[s];
        const tuft_cooperative_place *at = &layer->at[s];
        if (!cells)
            continue;
        float *r = trace->r[s] + pad * cells, *c = trace->c[s] + pad * cells;
        tuft_field_forward(&layer->field[s], parameter + at->r, n, x[s] + pad * inputs, r, scratch);
        if (tuft_cooperative_has_context(layer)) {
            tuft_product_forward(n, inputs, cells, x[s] + (pad - 1) * inputs, parameter + at->p,
                                 c == r ? 1 : 0, c);
            if (others)
                tuft_product_forward(n, others, cells, x[!s] + pad * others, parameter + at->d, 1,
                                     c);
            if (memory)
                tuft_product_forward(n, memory, cells, trace->m + (pad - 1) * memory,
                                     parameter + at->u, 1, c);
        }
        fire(layer, parameter, s, n, r, c, trace->y[s] + pad * cells, alive ? alive[s] : NULL);
        tuft_rows_clear_padding(rows, trace->y[s], cells);
    }
}

/* ---- back ------------------------------------------------------------------------------------ */

/* Adds penalty d|y|/dy to the slopes; returns the sum of |y|. */
TUFT_CLONES static double punish(const float *restrict y, float *restrict slope_y, size_t n,
                                 float penalty)
{
    enum { LANES = 32 };
    float lane[LANES] = {0};
    double sum = 0;
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < n; i++)
        slope_y[i] += y[i] > 0 ? penalty : y[i] < 0 ? -penalty : 0;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            lane[k] += fabsf(y[i + k]);
    for (size_t k = 0; k < LANES; k++)
        sum += (double)lane[k];
    for (size_t i = whole; i < n; i++)
        sum += (double)fabsf(y[i]);
    return sum;
}

/* r and c become their slopes. */
static double fire_back(const tuft_cooperative_layer *layer, int s, size_t rows, double penalty,
                        float *r, float *c, const float *y, float *slope_y, float *gradient)
{
    size_t cells = layer->cells[s], step = chunk_rows(cells);
    double sum = 0;
    for (size_t first = 0; first < rows; first += step) {
        size_t n = rows - first < step ? rows - first : step, at = first * cells;
        if (penalty != 0)
            sum += punish(y + at, slope_y + at, n * cells, (float)penalty);
        if (adds(layer->cell))
            tuft_relu6_slopes(r + at, slope_y + at, r + at, n * cells);
        else
            tuft_transfer_slopes((tuft_transfer)layer->cell, r + at, c + at, slope_y + at, r + at,
                                 c + at, n * cells);
        tuft_bias_gradient(r + at, n, cells, gradient + layer->at[s].bias_r);
        if (tuft_cooperative_has_context(layer))
            tuft_bias_gradient(c + at, n, cells, gradient + layer->at[s].bias_c);
    }
    return sum;
}

/* One kind of context: the gradient of its weights and what goes back to where it came from. */
static void context_back(size_t rows, size_t inputs, size_t cells, const float *x,
                         const float *slope_c, const float *weight, float *slope_weight,
                         float *slope_x)
{
    tuft_product_gradient(rows, inputs, cells, x, slope_c, slope_weight);
    if (slope_x)
        tuft_product_back(rows, inputs, cells, slope_c, weight, slope_x);
}

double tuft_cooperative_backward(const tuft_cooperative_layer *layer, const float *parameter,
                                 const tuft_rows *rows, const float *const x[TUFT_MCC_STREAMS],
                                 double penalty, tuft_cooperative_trace *trace, float *gradient,
                                 float *const slope_x[TUFT_MCC_STREAMS], float *scratch)
{
    size_t pad = rows->pad, n = rows->rows - pad, memory = layer->memory.cells;
    double sum = 0;
    memset(trace->slope_m, 0, rows->rows * memory * sizeof *trace->slope_m);
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        size_t inputs = layer->inputs[s], others = layer->inputs[!s], cells = layer->cells[s];
        const tuft_cooperative_place *at = &layer->at[s];
        if (!cells)
            continue;
        float *r = trace->r[s] + pad * cells, *c = trace->c[s] + pad * cells;
        float *slope_own = slope_x[s], *slope_other = slope_x[!s];
        tuft_rows_clear_padding(rows, trace->slope_y[s], cells);
        sum += fire_back(layer, s, n, penalty, r, c, trace->y[s] + pad * cells,
                         trace->slope_y[s] + pad * cells, gradient);
        tuft_field_backward(&layer->field[s], parameter + at->r, n, x[s] + pad * inputs, r,
                            gradient + at->r, slope_own ? slope_own + pad * inputs : NULL, scratch);
        if (!tuft_cooperative_has_context(layer))
            continue;
        context_back(n, inputs, cells, x[s] + (pad - 1) * inputs, c, parameter + at->p,
                     gradient + at->p, slope_own ? slope_own + (pad - 1) * inputs : NULL);
        if (others)
            context_back(n, others, cells, x[!s] + pad * others, c, parameter + at->d,
                         gradient + at->d, slope_other ? slope_other + pad * others : NULL);
        if (memory)
            context_back(n, memory, cells, trace->m + (pad - 1) * memory, c, parameter + at->u,
                         gradient + at->u, trace->slope_m + (pad - 1) * memory);
    }
    if (memory)
        tuft_memory_backward(&layer->memory, parameter, rows, x, trace->drive, trace->slope_m,
                             gradient, slope_x);
    return sum;
}
