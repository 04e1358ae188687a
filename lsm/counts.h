/* The recording's own spike counts in windows, without a reservoir: what a reservoir has to beat.
 */
#ifndef TUFT_LSM_COUNTS_H
#define TUFT_LSM_COUNTS_H

#include "lsm/encode.h"

/* As tuft_encode, of the channels that the front end lets through: windows x channels columns,
 * windows as tuft_encoding_edges() has them. */
tuft_status tuft_channel_counts(const tuft_frontend *frontend, const tuft_encoding *encoding,
                                const tuft_recordings *set, tuft_features *out, tuft_error *err);

#endif
