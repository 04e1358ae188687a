/* Recordings -> features: each recording runs through the reservoir from rest, the spikes of its
 * cells are counted in windows, and the counts of a pool are added up.
 */
#ifndef TUFT_LSM_ENCODE_H
#define TUFT_LSM_ENCODE_H

#include "core/ledger.h"
#include "core/recorder.h"
#include "lsm/features.h"
#include "lsm/frontend.h"
#include "lsm/reservoir.h"

typedef enum {
    TUFT_COUNT_LINEAR,     /* n / scale */
    TUFT_COUNT_SQUARE_ROOT /* sqrt(n / scale): its spread does not depend on n (Bartlett 1936) */
} tuft_count_transform;

typedef enum {
    TUFT_WINDOWS_OF_TIME,  /* of equal length */
    TUFT_WINDOWS_OF_EVENTS /* of equal numbers of input events: a pause takes up no window */
} tuft_window_rule;

typedef struct {
    uint32_t windows; /* 1: over the whole recording, as published */
    tuft_window_rule rule;
    tuft_count_transform transform;
    double scale; /* the published counter scale: 100 */
} tuft_encoding;

/* TUFT_INVALID: no windows or more than 4096, a scale that is not above 0. */
tuft_status tuft_encoding_check(const tuft_encoding *encoding, tuft_error *err);

/* Called after each recording, by any thread; may be NULL. */
typedef void tuft_encode_progress(void *user);

/* edge[windows + 1] in steps of the input: window w holds steps edge[w] <= s < edge[w + 1]. Of
 * time: edge[w] = floor(w steps / windows). Of events: the step of event floor(w count / windows).
 */
void tuft_encoding_edges(const tuft_encoding *encoding, const tuft_frontend_input *input,
                         int64_t *edge);

/* One row a recording, windows x tuft_reservoir_features() columns; column = ((window, group),
 * pool_y, pool_x, map), map running fastest. label is the recording's, group its place in the set.
 * Recordings are shared out over `threads`, each with an engine of its own: the same result for any
 * number (>= 1). What was counted is added to *ledger, which may be NULL, or zeroed for a first
 * call. */
tuft_status tuft_encode(const tuft_reservoir *reservoir, const tuft_frontend *frontend,
                        const tuft_encoding *encoding, const tuft_recordings *set, int threads,
                        tuft_features *out, tuft_ledger *ledger, tuft_encode_progress *progress,
                        void *user, tuft_error *err);

/* The spikes of one recording: tick (step + 1) and cell, cells of all groups numbered through. */
tuft_status tuft_encode_raster(const tuft_reservoir *reservoir, const tuft_frontend *frontend,
                               tuft_geometry geometry, const tuft_recording *recording,
                               tuft_spike_record *out, int64_t *steps, tuft_error *err);

#endif
