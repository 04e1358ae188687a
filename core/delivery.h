/* Delivery kernels: what spikes add to their targets. Framework-free, one loop each.
 *
 * Each target receives its addends in the order of the list, whatever the vector width, the range
 * or the thread, so that sums are equal to the bit.
 */
#ifndef TUFT_CORE_DELIVERY_H
#define TUFT_CORE_DELIVERY_H

#include "core/compact.h"

#include <stddef.h>
#include <stdint.h>

/* sum[j] += weight[row[r] * stride + j] for j in [begin, end), r = 0 .. rows-1 in order. */
void tuft_deliver_dense(float *restrict sum, const float *restrict weight, size_t stride,
                        size_t begin, size_t end, const uint32_t *restrict row, size_t rows);

/* sum[target[k]] += weight[k] for k in each range [begin[s], begin[s+1]), s = segment[0 .. n). */
void tuft_deliver_sparse(float *restrict sum, const float *restrict weight,
                         const int32_t *restrict target, const size_t *restrict begin,
                         const uint32_t *restrict segment, size_t n);

/* The same from compact rows: the range of row r is [bound[r * stride], bound[r * stride + 1]). */
void tuft_deliver_compact(float *restrict sum, const tuft_compact *rows,
                          const size_t *restrict bound, size_t stride, const uint32_t *restrict row,
                          size_t n);

#endif
