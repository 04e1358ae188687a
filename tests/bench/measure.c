#include "bench/measure.h"

#include "core/simd.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return first < second ? -1 : first > second;
}

double median(double *value, int n)
{
    qsort(value, (size_t)n, sizeof *value, ascending);
    return value[n / 2];
}

void must(tuft_status status, const tuft_error *err)
{
    if (status) {
        fprintf(stderr, "benchmark: %s\n", err->message);
        exit(1);
    }
}

/* ---- bare loops ------------------------------------------------------------------------------ */

typedef float vector __attribute__((vector_size(64), aligned(4), may_alias));

/* Rows added sixteen at a time, whole vectors, running sums in a register. */
TUFT_CLONES void bare_rows(float *sum, const float *weight, size_t n, const uint32_t *row,
                           size_t rows)
{
    size_t r = 0;
    for (; r + 16 <= rows; r += 16) {
        const float *w[16];
        for (int k = 0; k < 16; k++)
            w[k] = weight + row[r + (size_t)k] * n;
        for (size_t j = 0; j + 16 <= n; j += 16) {
            vector s = *(const vector *)(sum + j);
            for (int k = 0; k < 16; k++)
                s += *(const vector *)(w[k] + j);
            *(vector *)(sum + j) = s;
        }
    }
    for (; r < rows; r++)
        for (size_t j = 0; j + 16 <= n; j += 16)
            *(vector *)(sum + j) += *(const vector *)(weight + row[r] * n + j);
}

void bare_sparse(float *restrict sum, const float *restrict weight, const int32_t *restrict target,
                 const size_t *begin, const uint32_t *row, size_t rows)
{
    enum { AHEAD = 2 };
    for (size_t r = 0; r < rows; r++) {
        if (r + AHEAD < rows)
            for (size_t k = begin[row[r + AHEAD]]; k < begin[row[r + AHEAD] + 1]; k += 16) {
                __builtin_prefetch(weight + k);
                __builtin_prefetch(target + k);
            }
        for (size_t k = begin[row[r]]; k < begin[row[r] + 1]; k++)
            sum[target[k]] += weight[k];
    }
}

TUFT_CLONES uint32_t bare_lif(float *restrict v, float *restrict input, uint32_t n, float decay,
                              float drive, float threshold)
{
    uint32_t fired = 0;
    for (uint32_t i = 0; i < n; i++) {
        float x = decay * v[i] + drive + input[i];
        input[i] = 0;
        fired += x > threshold;
        v[i] = x > threshold ? 0 : x;
    }
    return fired;
}

TUFT_CLONES uint32_t bare_lif_exponential(float *restrict v, float *restrict e, float *restrict i,
                                          float *restrict input_e, float *restrict input_i,
                                          uint32_t n, float threshold)
{
    uint32_t fired = 0;
    for (uint32_t k = 0; k < n; k++) {
        float x = 0.995f * v[k] + 0.0049f * e[k] + 0.0049f * i[k] + 0.05f;
        e[k] = 0.98f * e[k] + input_e[k];
        i[k] = 0.99f * i[k] + input_i[k];
        input_e[k] = input_i[k] = 0;
        fired += x > threshold;
        v[k] = x > threshold ? 0 : x;
    }
    return fired;
}

/* The law of cells/lif_conductance.h. */
TUFT_CLONES uint32_t bare_lif_conductance(float *restrict v, float *restrict e, float *restrict i,
                                          float *restrict input_e, float *restrict input_i,
                                          uint32_t n, float threshold)
{
    uint32_t fired = 0;
    for (uint32_t k = 0; k < n; k++) {
        float g_e = 5e-4f * e[k], g_i = 5e-4f * i[k], x = 0.005f + g_e + g_i;
        float p = 1 + x * (0.5f + x * (1 / 6.0f));
        float to = v[k] + (g_e * 60 + g_i * -20 - x * v[k]) * p / (1 + x * p);
        e[k] = 0.98f * e[k] + input_e[k];
        i[k] = 0.99f * i[k] + input_i[k];
        input_e[k] = input_i[k] = 0;
        fired += to > threshold;
        v[k] = to > threshold ? 0 : to;
    }
    return fired;
}
