/* Recordings to rows of features, in threads, whatever runs the reservoir: what tuft_encode() and
 * tuft_encode_fixed() share. */
#ifndef TUFT_LSM_ENCODE_ROWS_H
#define TUFT_LSM_ENCODE_ROWS_H

#include "lsm/encode.h"

/* One way to run a reservoir. A runner belongs to one thread. */
typedef struct {
    const tuft_reservoir *reservoir;
    const void *with; /* what begin() makes runners of */
    /* On failure *runner is left for end(), or NULL. */
    tuft_status (*begin)(const void *with, uint32_t windows, void **runner, tuft_error *err);
    /* A recording from rest, number `number` of the set, cut into input, its windows at
     * edge[windows + 1]: count[group] points at [windows][cells] afterwards, until the next run. */
    tuft_status (*run)(void *runner, const tuft_frontend_input *input, const int64_t *edge,
                       size_t number, const uint32_t **count, tuft_error *err);
    /* What the runner has counted since it began, the caller's to free. */
    tuft_status (*ledger)(const void *runner, tuft_ledger *out, tuft_error *err);
    void (*end)(void *runner); /* takes NULL */
} tuft_encode_way;

/* As tuft_encode(). */
tuft_status tuft_encode_rows(const tuft_encode_way *way, const tuft_frontend *frontend,
                             const tuft_encoding *encoding, const tuft_recordings *set, int threads,
                             tuft_features *out, tuft_ledger *ledger,
                             tuft_encode_progress *progress, void *user, tuft_error *err);

#endif
