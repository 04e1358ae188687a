/* Many standard normals at once, in float32, for noise that every access needs anew.
 *
 * Numbers first .. first + n - 1 of stream (seed, purpose, index): number p of the stream is always
 * the same, whatever first and n are. Box & Muller 1958 on pairs of Philox words, with logarithm
 * and sine by series (error below 1e-6), so that a vector unit can do it; |z| < 6.7. The same bits
 * on every machine. Sixteen blocks make 64 numbers: number 64 B + 16 k + l is the k-th of block
 * 16 B + l. Not the numbers of tuft_random_normal().
 */
#ifndef TUFT_CORE_NORMALS_H
#define TUFT_CORE_NORMALS_H

#include "core/philox.h"

#include <stddef.h>

void tuft_normals(float *z, size_t n, uint64_t seed, tuft_random_purpose purpose, uint64_t index,
                  uint64_t first);

#endif
