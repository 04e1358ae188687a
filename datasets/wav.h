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

#endif
