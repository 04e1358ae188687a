/* Vision recordings without any file: drawn digits (strokes.h) and letters (letters.h)
 * before the emulated sensor (dvs.h).
 */
#ifndef TUFT_DATASETS_SYNTHETIC_VISION_H
#define TUFT_DATASETS_SYNTHETIC_VISION_H

#include "core/events.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

enum { TUFT_SYNTHETIC_WRITERS = 20, TUFT_SYNTHETIC_PER_CLASS_LIMIT = 100000 };

/* per_class recordings of each digit, 34 x 34 x 2, in the order of digit; the k-th of a digit is by
 * writer k mod 20. label is the digit, source "writer <n>", name "<digit>/<k>". One sensor and one
 * set of writers a seed. The same for any number of threads (0: as OpenMP decides). TUFT_INVALID
 * where per_class is 0 or above its limit. The caller owns *out, which is zeroed on failure. */
tuft_status tuft_synthetic_vision(size_t per_class, uint64_t seed, int threads,
                                  tuft_recordings *out, tuft_error *err);

/* The same of the 26 letters: label 0 is a, name "a/<k>". */
tuft_status tuft_synthetic_letters(size_t per_class, uint64_t seed, int threads,
                                   tuft_recordings *out, tuft_error *err);

#endif
