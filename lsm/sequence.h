/* Recordings as tables of steps: what networks that are trained through time are shown. The cut is
 * the liquid's own (lsm/frontend.h), so that both see the same spikes.
 */
#ifndef TUFT_LSM_SEQUENCE_H
#define TUFT_LSM_SEQUENCE_H

#include "lsm/features.h"
#include "lsm/frontend.h"

/* A row is value[steps][channels]. */
typedef struct {
    size_t steps, channels;
} tuft_sequence_shape;

/* One row a recording, steps x channels columns: how many events of the channel the step holds.
 * Rows are as long as the longest recording, shorter ones end in silence. label is the recording's,
 * group its place in the set. Errors: those of tuft_frontend_cut; TUFT_INVALID, no recordings;
 * TUFT_MEMORY, longer rows than a table may have. On failure *out is zeroed. */
tuft_status tuft_sequences(const tuft_frontend *frontend, const tuft_recordings *set,
                           tuft_features *out, tuft_sequence_shape *shape, tuft_error *err);

#endif
