/* Recordings -> features through a reservoir in fixed point: tuft_encode() as the chip does it. */
#ifndef TUFT_LSM_ENCODE_FIXED_H
#define TUFT_LSM_ENCODE_FIXED_H

#include "lsm/encode.h"
#include "lsm/reservoir_fixed.h"

/* As tuft_encode(). TUFT_NUMERIC also: a channel that spikes too often in a step. */
tuft_status tuft_encode_fixed(const tuft_reservoir_fixed *fixed, const tuft_frontend *frontend,
                              const tuft_encoding *encoding, const tuft_recordings *set,
                              int threads, tuft_features *out, tuft_ledger *ledger,
                              tuft_encode_progress *progress, void *user, tuft_error *err);

#endif
