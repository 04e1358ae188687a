/* Recordings from a reader in a process of its own (core/apart.h) to the process that wants them.
 * Not a file format: both ends are the same program. */
#ifndef TUFT_DATASETS_RECORDINGS_PIPE_H
#define TUFT_DATASETS_RECORDINGS_PIPE_H

#include "core/events.h"

#include <stdio.h>

/* TUFT_IO: not all could be written. */
tuft_status tuft_recordings_send(const tuft_recordings *set, FILE *out, tuft_error *err);
/* The caller owns *set. TUFT_FORMAT: the stream ends early, or what comes is no recording of the
 * set's geometry. On failure *set is zeroed. */
tuft_status tuft_recordings_receive(tuft_recordings *set, FILE *in, tuft_error *err);

#endif
