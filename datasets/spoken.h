/* A folder of spoken digits, `<digit>_<talker>_<take>.wav` (.flac, .ogg), as in the Free Spoken
 * Digit Dataset, through the cochlea. */
#ifndef TUFT_DATASETS_SPOKEN_H
#define TUFT_DATASETS_SPOKEN_H

#include "datasets/cochlea.h"

/* All matching files in order of name; others are passed over. label: the digit; source: the
 * talker; name: the file; duration_us: the sound's. classes 10, geometry {channels, 1, 1}. threads
 * >= 1 changes the time only. Errors: TUFT_IO, no such folder; TUFT_FORMAT, no such files in it, or
 * a file with another sample rate than the first; and those of tuft_wav_read and of
 * tuft_cochlea_encode, with the file. On failure *out is zeroed. */
tuft_status tuft_spoken_load(const char *directory, const tuft_cochlea_parameters *parameters,
                             int threads, tuft_recordings *out, tuft_error *err);

#endif
