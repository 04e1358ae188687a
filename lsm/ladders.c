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

TUFT_CLONES void tuft_ladders_factor_share(tuft_ladder line, const float *siemens, const float *x,
                                           const float *end, float *factor, float *seen,
                                           float *share, float *terminal)
{
    lanes y[VECTORS] = {{0}}, j[VECTORS] = {{0}}, d[VECTORS] = {{0}};
    for (uint32_t k = line.nodes; k-- > 0;) {
        const lanes *g = at(siemens, k, line.step), *across = at(x, k, line.step);
        lanes *f = place(factor, k, TUFT_LADDERS), *h = place(share, k, TUFT_LADDERS);
        float ohm = k ? line.wire_ohm : line.end_ohm;
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            y[u] = g[u] + y[u] * d[u];
            j[u] = g[u] * across[u] + j[u] * d[u];
            d[u] = 1 / (1 + ohm * y[u]);
            f[u] = d[u];
            h[u] = ohm * j[u] * d[u];
        }
    }
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++) {
        ((lanes *)seen)[u] = y[u];
        ((lanes *)terminal)[u] = (j[u] - y[u] * ((const lanes *)end)[u]) * d[u];
    }
}

TUFT_CLONES void tuft_ladders_share(tuft_ladder line, const float *siemens, const float *x,
                                    const float *factor, const float *seen, const float *end,
                                    float *share, float *terminal)
{
    lanes j[VECTORS] = {{0}}, d[VECTORS] = {{0}};
    for (uint32_t k = line.nodes; k-- > 0;) {
        const lanes *g = at(siemens, k, line.step), *across = at(x, k, line.step);
        const lanes *f = at(factor, k, TUFT_LADDERS);
        lanes *h = place(share, k, TUFT_LADDERS);
        float ohm = k ? line.wire_ohm : line.end_ohm;
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            j[u] = g[u] * across[u] + j[u] * d[u];
            d[u] = f[u];
            h[u] = ohm * j[u] * d[u];
        }
    }
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++)
        ((lanes *)terminal)[u] = (j[u] - ((const lanes *)seen)[u] * ((const lanes *)end)[u]) * d[u];
}

TUFT_CLONES void tuft_ladders_voltage(tuft_ladder line, const float *factor, const float *share,
                                      const float *end, float *v)
{
    lanes before[VECTORS];
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++)
        before[u] = ((const lanes *)end)[u];
    for (uint32_t k = 0; k < line.nodes; k++) {
        const lanes *f = at(factor, k, TUFT_LADDERS), *h = at(share, k, TUFT_LADDERS);
        lanes *out = place(v, k, line.step);
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            before[u] = before[u] * f[u] + h[u];
            out[u] = before[u];
        }
    }
}
