#include "cells/universal_memory.h"

#include "cells/bias.h"
#include "cells/product.h"
#include "cells/relu6.h"
#include "core/simd.h"

void tuft_memory_plan(tuft_memory *out, uint32_t cells, const uint32_t inputs[2], double keep,
                      size_t *parameters)
{
    *out = (tuft_memory){.cells = cells, .inputs = {inputs[0], inputs[1]}, .keep = keep};
    for (int s = 0; s < 2; s++) {
        out->weight[s] = *parameters;
        *parameters += (size_t)cells * inputs[s];
    }
    out->bias = *parameters;
    *parameters += cells;
}

/* m points at a sequence's first frame; the row before is padding. */
TUFT_CLONES static void scan(size_t frames, size_t cells, float keep, float rest, const float *a,
                             float *m)
{
    for (size_t t = 0; t < frames; t++, a += cells, m += cells)
        for (size_t j = 0; j < cells; j++) {
            float next = keep * m[(ptrdiff_t)j - (ptrdiff_t)cells] + rest * a[j];
            m[j] = next >= TUFT_MEMORY_LEAST ? next : 0;
        }
}

/* d error / d m(t), all told, is what comes at once and keep times that of the next frame. */
TUFT_CLONES static void scan_back(size_t frames, size_t cells, float keep, float rest, float *a,
                                  float *slope_m)
{
    for (size_t t = frames; t-- > 0;) {
        float *slope = slope_m + t * cells, *open = a + t * cells;
        if (t + 1 < frames)
            for (size_t j = 0; j < cells; j++)
                slope[j] += keep * slope[j + cells];
        for (size_t j = 0; j < cells; j++)
            open[j] = (open[j] > 0) & (open[j] < 6) ? rest * slope[j] : 0;
    }
}

void tuft_memory_forward(const tuft_memory *memory, const float *parameter, const tuft_rows *rows,
                         const float *const x[2], float *a, float *m)
{
    size_t cells = memory->cells, n = rows->rows - rows->pad;
    float keep = (float)memory->keep, rest = (float)(1 - memory->keep);
    float *drive = a + rows->pad * cells;
    int written = 0;
    for (int s = 0; s < 2; s++)
        if (memory->inputs[s])
            tuft_product_forward(n, memory->inputs[s], cells, x[s] + rows->pad * memory->inputs[s],
                                 parameter + memory->weight[s], written++ ? 1 : 0, drive);
    tuft_bias_add(drive, n, cells, parameter + memory->bias);
    tuft_relu6(drive, drive, n * cells);
    tuft_rows_clear_padding(rows, m, cells);
    for (size_t q = 0; q < rows->sequences; q++)
        scan(rows->length[q], cells, keep, rest, a + rows->first[q] * cells,
             m + rows->first[q] * cells);
}

void tuft_memory_backward(const tuft_memory *memory, const float *parameter, const tuft_rows *rows,
                          const float *const x[2], float *a, float *slope_m, float *gradient,
                          float *const slope_x[2])
{
    size_t cells = memory->cells, n = rows->rows - rows->pad;
    float keep = (float)memory->keep, rest = (float)(1 - memory->keep);
    float *slope = a + rows->pad * cells;
    for (size_t q = 0; q < rows->sequences; q++)
        scan_back(rows->length[q], cells, keep, rest, a + rows->first[q] * cells,
                  slope_m + rows->first[q] * cells);
    tuft_rows_clear_padding(rows, a, cells);
    tuft_bias_gradient(slope, n, cells, gradient + memory->bias);
    for (int s = 0; s < 2; s++) {
        size_t inputs = memory->inputs[s];
        if (!inputs)
            continue;
        tuft_product_gradient(n, inputs, cells, x[s] + rows->pad * inputs, slope,
                              gradient + memory->weight[s]);
        if (slope_x[s])
            tuft_product_back(n, inputs, cells, slope, parameter + memory->weight[s],
                              slope_x[s] + rows->pad * inputs);
    }
}
