/* N-MNIST recordings: 34 x 34 DVS, one .bin file a recording (Orchard et al. 2015, Front. Neurosci.
 * 9:437).
 *
 * A file is a row of 5-byte events without header: byte 0 x, byte 1 y, then 24 bits big-endian of
 * which bit 23 is the polarity (1 ON, brighter) and bits 22-0 the time in us.
 */
#ifndef TUFT_DATASETS_NMNIST_H
#define TUFT_DATASETS_NMNIST_H

#include "core/events.h"
#include "core/status.h"

#include <stdio.h>

/* channel = (polarity * 34 + y) * 34 + x. */
#define TUFT_NMNIST_GEOMETRY ((tuft_geometry){.width = 34, .height = 34, .polarities = 2})

enum { TUFT_NMNIST_SIDE = 34, TUFT_NMNIST_CLASSES = 10, TUFT_NMNIST_TICKS = 1 << 23 };

/* The events of one file; the caller owns them. TUFT_IO where it cannot be read; TUFT_FORMAT where
 * it is empty, its length is no multiple of 5, x or y is 34 or more or time goes back. On failure
 * *events is zeroed. */
tuft_status tuft_nmnist_read(const char *path, tuft_events *events, tuft_error *err);

/* Writes events as such a file, whole or not at all. TUFT_INVALID without events, or where a time
 * is outside [0, 2^23) us or before its predecessor, or a channel is outside the geometry. */
tuft_status tuft_nmnist_write(const char *path, const tuft_events *events, tuft_error *err);
/* The same onto an open stream; path is for messages. */
tuft_status tuft_nmnist_put(FILE *stream, const char *path, const tuft_events *events,
                            tuft_error *err);

/* All recordings of a folder with subfolders 0 to 9 of .bin files, in the order of digit, then name
 * (by strcmp). label is the digit, name "<digit>/<file>", duration the last event plus one. Missing
 * digits are allowed, not all of them. TUFT_IO or TUFT_FORMAT name the file; on failure *out is
 * zeroed. */
tuft_status tuft_nmnist_load(const char *directory, tuft_recordings *out, tuft_error *err);

#endif
