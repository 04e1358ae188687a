/* Sound files: WAV, FLAC, OGG by libsndfile. */
#ifndef TUFT_DATASETS_WAV_H
#define TUFT_DATASETS_WAV_H

#include "core/status.h"

#include <stddef.h>

/* The samples of a mono file, full scale 1, in an array of the caller's. TUFT_IO: cannot be opened;
 * TUFT_FORMAT: not a sound file, several channels, no samples, longer than ten minutes, cut short;
 * TUFT_NUMERIC: NaN or infinity. On failure *sample is NULL. */
tuft_status tuft_wav_read(const char *path, float **sample, size_t *n, double *rate_hz,
                          tuft_error *err);

/* Writes sample[n], full scale 1, as mono WAV of 16 bits; what lies beyond full scale is cut. Whole
 * or not at all. TUFT_INVALID: a rate that is no whole number of 1 to 768000 Hz, or more than 2^30
 * samples; TUFT_NUMERIC: NaN or infinity; TUFT_IO. */
tuft_status tuft_wav_write(const char *path, const float *sample, size_t n, double rate_hz,
                           tuft_error *err);

#endif
