/* Pieces of sound files of any length, any number of channels: WAV, FLAC, OGG by libsndfile. */
#ifndef TUFT_DATASETS_SOUND_FILE_H
#define TUFT_DATASETS_SOUND_FILE_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int rate_hz, channels;
    uint64_t frames; /* samples a channel */
} tuft_sound_info;

/* What the header says. TUFT_IO: cannot be opened; TUFT_FORMAT: not a sound file, nothing in it,
 * over 64 channels, a rate outside 1000 to 768000 Hz. On failure *info is zeroed. */
tuft_status tuft_sound_inspect(const char *path, tuft_sound_info *info, tuft_error *err);

/* out[n]: frames first .. first + n - 1, the mean of the channels, full scale 1. TUFT_FORMAT: the
 * file ends before; TUFT_NUMERIC: NaN or infinity; and the errors above. */
tuft_status tuft_sound_read(const char *path, uint64_t first, size_t n, float *out,
                            tuft_error *err);

#endif
