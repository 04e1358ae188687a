/* Sound to another sample rate: band-limited interpolation by libswresample. */
#ifndef TUFT_DATASETS_RESAMPLE_H
#define TUFT_DATASETS_RESAMPLE_H

#include "core/status.h"

#include <stddef.h>

/* sample[n] at from_hz as *out, an array of the caller's, of ceil(n x to_hz / from_hz) samples at
 * to_hz; sample 0 stays at time 0. Equal rates copy. TUFT_INVALID: no samples, or a rate outside
 * 1000 to 768000. On failure *out is NULL. */
tuft_status tuft_resample(const float *sample, size_t n, int from_hz, int to_hz, float **out,
                          size_t *out_n, tuft_error *err);

#endif
