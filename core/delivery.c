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
