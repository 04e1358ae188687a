/* Noises to mix with speech: a library of sound files, or of sounds made here. */
#ifndef TUFT_DATASETS_NOISE_H
#define TUFT_DATASETS_NOISE_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

enum { TUFT_NOISE_RATE_HZ = 16000 };

/* One noise: in a file, of which only the piece that is asked for is read, or in memory. */
typedef struct {
    char *name;      /* of the file, without its folder; or of the made sound */
    char *path;      /* NULL: in memory */
    float *sample;   /* in memory, at TUFT_NOISE_RATE_HZ */
    uint64_t frames; /* samples a channel, of the file or in memory */
    int rate_hz;     /* of the file */
} tuft_noise_sound;

typedef struct {
    tuft_noise_sound *noise; /* in order of name, where it was opened */
    size_t count, capacity;
} tuft_noise_library;

/* path: a folder (its .wav, .flac and .ogg files, not those of its subfolders), one sound file, or
 * a .txt file with a path a line, relative to that file's folder (`#`: a comment). Headers are read
 * here. TUFT_IO; TUFT_FORMAT where there is none, a name comes twice, or one is no sound file. On
 * failure *out is zeroed. */
tuft_status tuft_noise_library_open(const char *path, tuft_noise_library *out, tuft_error *err);
void tuft_noise_library_free(tuft_noise_library *library);

/* Puts a made noise into the library, which owns sample from then on (on failure it is freed).
 * TUFT_INVALID where n is 0. */
tuft_status tuft_noise_library_add(tuft_noise_library *library, const char *name, float *sample,
                                   size_t n, tuft_error *err);

/* Moves the noises to two sides by file, so that no test noise is heard in training; *library is
 * emptied. test_names: names separated by commas; NULL: of the noises in the order of their names'
 * 64-bit FNV-1a hashes, the last round(test_share x count), at least one, not all. Which side a
 * file is on depends on the names alone. TUFT_INVALID: a name that is none, an empty side, a share
 * outside 0 to 1. On failure *library stays as it is and both sides are zeroed. */
tuft_status tuft_noise_library_split(tuft_noise_library *library, const char *test_names,
                                     double test_share, tuft_noise_library *train,
                                     tuft_noise_library *test, tuft_error *err);

/* The number of different offsets from which n samples at TUFT_NOISE_RATE_HZ can start. */
uint64_t tuft_noise_offsets(const tuft_noise_sound *noise, size_t n);

/* out[n] at TUFT_NOISE_RATE_HZ from sample offset < tuft_noise_offsets() on. A noise shorter than n
 * goes round: its last 50 ms (or quarter) fade out while its first fade in, with equal power.
 * Errors: TUFT_INVALID, offset; those of reading. */
tuft_status tuft_noise_excerpt(const tuft_noise_sound *noise, uint64_t offset, size_t n, float *out,
                               tuft_error *err);

#endif
