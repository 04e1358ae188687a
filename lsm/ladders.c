#include "lsm/ladders.h"

#include "core/simd.h"

#include <math.h>
#include <string.h>

static const float LEAST_OHM = 1e-6F, MOST_LOSS = 1 / 64.0F;

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

/* Whether R y stays so small along these nodes that four terms of its series are enough: it is not
 * more than the sum of all R G. */
static inline __attribute__((always_inline)) int gentle(uint32_t nodes, float ohm,
                                                        const float *siemens, ptrdiff_t step,
                                                        const tuft_ladders_behind *behind)
{
    float sum[TUFT_LADDERS], most = 0;
    memcpy(sum, behind->siemens, sizeof sum);
    for (uint32_t k = 0; k < nodes; k++)
        for (int l = 0; l < TUFT_LADDERS; l++)
            sum[l] += fabsf(siemens[(ptrdiff_t)k * step + l]);
    for (int l = 0; l < TUFT_LADDERS; l++)
        most = sum[l] > most ? sum[l] : most;
    return ohm >= LEAST_OHM && ohm * most <= MOST_LOSS;
}

TUFT_CLONES void tuft_ladders_eliminate(uint32_t nodes, float ohm, float wire_ohm,
                                        const float *siemens, ptrdiff_t step, const float *x,
                                        float *factor, float *share, tuft_ladders_behind *behind)
{
    lanes y[VECTORS], j[VECTORS]; /* times d */
    uint32_t k = nodes;
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++) {
        y[u] = at(behind->siemens, 0, 0)[u];
        j[u] = at(behind->current, 0, 0)[u];
    }
    if (gentle(nodes, wire_ohm, siemens, step, behind)) {
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            y[u] *= wire_ohm;
            j[u] *= wire_ohm;
        }
        while (--k > 0) { /* with R in all: R y d = 1 - d = z - z^2 + z^3 - z^4, z = R y */
            const lanes *g = at(siemens, k, step), *other = at(x, k, TUFT_LADDERS);
            lanes *f = place(factor, k, TUFT_LADDERS), *h = place(share, k, TUFT_LADDERS);
#pragma GCC unroll 4
            for (int u = 0; u < VECTORS; u++) {
                lanes own = wire_ohm * g[u], z = own + y[u];
                y[u] = z * (1 - z * (1 - z * (1 - z)));
                f[u] = 1 - y[u];
                j[u] = (own * other[u] + j[u]) * f[u];
                h[u] = j[u];
            }
        }
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            y[u] /= wire_ohm;
            j[u] /= wire_ohm;
        }
        k = 1;
    }
    while (k-- > 0) {
        const lanes *g = at(siemens, k, step), *other = at(x, k, TUFT_LADDERS);
        lanes *f = place(factor, k, TUFT_LADDERS), *h = place(share, k, TUFT_LADDERS);
        float r = k ? wire_ohm : ohm;
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            lanes all = g[u] + y[u], flow = g[u] * other[u] + j[u], d = 1 / (1 + r * all);
            y[u] = all * d;
            j[u] = flow * d;
            f[u] = d;
            h[u] = r * j[u];
        }
    }
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++) {
        place(behind->siemens, 0, 0)[u] = y[u];
        place(behind->current, 0, 0)[u] = j[u];
    }
}

TUFT_CLONES void tuft_ladders_voltage(uint32_t nodes, const float *factor, const float *share,
                                      const float *end, float *v)
{
    lanes before[VECTORS];
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++)
        before[u] = at(end, 0, 0)[u];
    for (uint32_t k = 0; k < nodes; k++) {
        const lanes *f = at(factor, k, TUFT_LADDERS), *h = at(share, k, TUFT_LADDERS);
        lanes *out = place(v, k, TUFT_LADDERS);
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            before[u] = before[u] * f[u] + h[u];
            out[u] = before[u];
        }
    }
}

TUFT_CLONES void tuft_ladders_voltage_weight(uint32_t nodes, const float *factor,
                                             const float *share, const float *siemens,
                                             ptrdiff_t step, float *v, float *weight)
{
    lanes before[VECTORS], passed[VECTORS];
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++) {
        before[u] = (lanes){0};
        passed[u] = (lanes){0} + 1;
    }
    for (uint32_t k = 0; k < nodes; k++) {
        const lanes *f = at(factor, k, TUFT_LADDERS), *h = at(share, k, TUFT_LADDERS);
        const lanes *g = at(siemens, k, step);
        lanes *out = place(v, k, TUFT_LADDERS), *w = place(weight, k, TUFT_LADDERS);
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            before[u] = before[u] * f[u] + h[u];
            passed[u] = passed[u] * f[u];
            out[u] = before[u];
            w[u] = g[u] * passed[u];
        }
    }
}
