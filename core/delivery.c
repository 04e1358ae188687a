#include "core/delivery.h"

#include "core/simd.h"

/* Eight rows at a time: the running sums are loaded and stored once for eight row-adds. Blocks of
 * columns keep them in the first-level cache between groups of rows. */
enum { GROUP = 8, BLOCK = 2048 };

TUFT_CLONES static void add_eight(float *restrict sum, const float *restrict const w[GROUP],
                                  size_t n)
{
    const float *restrict a = w[0], *restrict b = w[1], *restrict c = w[2], *restrict d = w[3];
    const float *restrict e = w[4], *restrict f = w[5], *restrict g = w[6], *restrict h = w[7];
    for (size_t j = 0; j < n; j++)
        sum[j] = (((((((sum[j] + a[j]) + b[j]) + c[j]) + d[j]) + e[j]) + f[j]) + g[j]) + h[j];
}

TUFT_CLONES static void add_one(float *restrict sum, const float *restrict w, size_t n)
{
    for (size_t j = 0; j < n; j++)
        sum[j] += w[j];
}

void tuft_deliver_dense(float *restrict sum, const float *restrict weight, size_t stride,
                        size_t begin, size_t end, const uint32_t *restrict row, size_t rows)
{
    for (size_t from = begin; from < end; from += BLOCK) {
        size_t n = end - from < BLOCK ? end - from : BLOCK, r = 0;
        for (; r + GROUP <= rows; r += GROUP) {
            const float *restrict w[GROUP];
            for (int k = 0; k < GROUP; k++)
                w[k] = weight + row[r + (size_t)k] * stride + from;
            add_eight(sum + from, w, n);
        }
        for (; r < rows; r++)
            add_one(sum + from, weight + row[r] * stride + from, n);
    }
}

void tuft_deliver_sparse(float *restrict sum, const float *restrict weight,
                         const int32_t *restrict target, const size_t *restrict begin,
                         const uint32_t *restrict segment, size_t n)
{
    for (size_t s = 0; s < n; s++) {
        size_t k = begin[segment[s]], end = begin[segment[s] + 1];
        if (s + 1 < n) { /* the next row's head is on its way while this one is added */
            size_t next = begin[segment[s + 1]];
            __builtin_prefetch(weight + next);
            __builtin_prefetch(target + next);
            __builtin_prefetch(weight + next + 16);
            __builtin_prefetch(target + next + 16);
        }
        for (; k + 4 <= end; k += 4) {
            sum[target[k]] += weight[k];
            sum[target[k + 1]] += weight[k + 1];
            sum[target[k + 2]] += weight[k + 2];
            sum[target[k + 3]] += weight[k + 3];
        }
        for (; k < end; k++)
            sum[target[k]] += weight[k];
    }
}

/* Rows are random places in memory: those to come are on their way while one is added. */
enum { AHEAD = 4, LINES = 4, LINE = 64 };

static inline void prefetch(const void *from, const void *to)
{
    const char *line = from;
    for (int k = 0; k < LINES && line < (const char *)to; k++, line += LINE)
        __builtin_prefetch(line);
}

static void deliver_alike(float *restrict sum, float weight, const uint16_t *restrict target,
                          const size_t *restrict bound, size_t stride, const uint32_t *restrict row,
                          size_t n)
{
    for (size_t s = 0; s < n + AHEAD; s++) {
        if (s < n)
            prefetch(target + bound[row[s] * stride], target + bound[row[s] * stride + 1]);
        if (s < AHEAD)
            continue;
        const size_t *range = bound + row[s - AHEAD] * stride;
        size_t k = range[0], end = range[1];
        for (; k + 4 <= end; k += 4) {
            sum[target[k]] += weight;
            sum[target[k + 1]] += weight;
            sum[target[k + 2]] += weight;
            sum[target[k + 3]] += weight;
        }
        for (; k < end; k++)
            sum[target[k]] += weight;
    }
}

static void deliver_narrow(float *restrict sum, const float *restrict weight,
                           const uint16_t *restrict target, const size_t *restrict bound,
                           size_t stride, const uint32_t *restrict row, size_t n)
{
    for (size_t s = 0; s < n + AHEAD; s++) {
        if (s < n) {
            size_t begin = bound[row[s] * stride], end = bound[row[s] * stride + 1];
            prefetch(target + begin, target + end);
            prefetch(weight + begin, weight + end);
        }
        if (s < AHEAD)
            continue;
        const size_t *range = bound + row[s - AHEAD] * stride;
        size_t k = range[0], end = range[1];
        for (; k + 4 <= end; k += 4) {
            sum[target[k]] += weight[k];
            sum[target[k + 1]] += weight[k + 1];
            sum[target[k + 2]] += weight[k + 2];
            sum[target[k + 3]] += weight[k + 3];
        }
        for (; k < end; k++)
            sum[target[k]] += weight[k];
    }
}

void tuft_deliver_compact(float *restrict sum, const tuft_compact *rows,
                          const size_t *restrict bound, size_t stride, const uint32_t *restrict row,
                          size_t n)
{
    if (rows->weight)
        deliver_narrow(sum, rows->weight, rows->target, bound, stride, row, n);
    else
        deliver_alike(sum, rows->alike, rows->target, bound, stride, row, n);
}
