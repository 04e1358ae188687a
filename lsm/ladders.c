#include "lsm/ladders.h"

#include "core/simd.h"

/* A part of a node's ladders. */
enum { VECTORS = 4 };
typedef float lanes __attribute__((vector_size(4 * TUFT_LADDERS / VECTORS), aligned(4), may_alias));

static inline const lanes *at(const float *field, uint32_t node, ptrdiff_t step)
{
    return (const lanes *)(field + (ptrdiff_t)node * step);
}

static inline lanes *place(float *field, uint32_t node, ptrdiff_t step)
{
    return (lanes *)(field + (ptrdiff_t)node * step);
}

TUFT_CLONES void tuft_ladders_eliminate(tuft_ladder line, const float *siemens, ptrdiff_t step,
                                        const float *x, ptrdiff_t x_step, float *factor,
                                        float *share, float *current)
{
    lanes y[VECTORS] = {{0}}, j[VECTORS] = {{0}}, d[VECTORS] = {{0}};
    for (uint32_t k = line.nodes; k-- > 0;) {
        const lanes *g = at(siemens, k, step), *other = at(x, k, x_step);
        lanes *f = place(factor, k, TUFT_LADDERS), *h = place(share, k, TUFT_LADDERS);
        float ohm = k ? line.wire_ohm : line.end_ohm;
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            y[u] = g[u] + y[u] * d[u];
            j[u] = g[u] * other[u] + j[u] * d[u];
            d[u] = 1 / (1 + ohm * y[u]);
            f[u] = d[u];
            h[u] = ohm * j[u] * d[u];
        }
    }
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++)
        place(current, 0, 0)[u] = j[u] * d[u];
}

TUFT_CLONES void tuft_ladders_voltage(tuft_ladder line, const float *factor, const float *share,
                                      const float *end, float *v, ptrdiff_t step)
{
    lanes before[VECTORS];
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++)
        before[u] = at(end, 0, 0)[u];
    for (uint32_t k = 0; k < line.nodes; k++) {
        const lanes *f = at(factor, k, TUFT_LADDERS), *h = at(share, k, TUFT_LADDERS);
        lanes *out = place(v, k, step);
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            before[u] = before[u] * f[u] + h[u];
            out[u] = before[u];
        }
    }
}

TUFT_CLONES void tuft_ladders_voltage_weight(tuft_ladder line, const float *factor,
                                             const float *share, const float *siemens, float *v,
                                             float *weight, ptrdiff_t step)
{
    lanes before[VECTORS], passed[VECTORS];
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++) {
        before[u] = (lanes){0};
        passed[u] = (lanes){0} + 1;
    }
    for (uint32_t k = 0; k < line.nodes; k++) {
        const lanes *f = at(factor, k, TUFT_LADDERS), *h = at(share, k, TUFT_LADDERS);
        const lanes *g = at(siemens, k, step);
        lanes *out = place(v, k, step), *w = place(weight, k, step);
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            before[u] = before[u] * f[u] + h[u];
            passed[u] = passed[u] * f[u];
            out[u] = before[u];
            w[u] = g[u] * passed[u];
        }
    }
}
