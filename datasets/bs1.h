/* Recordings of one row of channels in .bs1 files, as N-TIDIGITS is spread for SLAYER (Shrestha &
 * Orchard, NeurIPS 2018): 5-byte events without header, 16 bits of channel, then 24 bits of which
 * bit 23 is the sign (1 ON) and bits 22-0 the time in us; big-endian.
 */
#ifndef TUFT_DATASETS_BS1_H
#define TUFT_DATASETS_BS1_H

#include "core/events.h"

enum { TUFT_BS1_LEAST_CHANNELS = 64 };

/* The events of one file; the caller owns them. *geometry is {channels, 1, 1}: the largest channel
 * plus one, at least 64. TUFT_IO where it cannot be read; TUFT_FORMAT where it is empty, its length
 * is no multiple of 5, time goes back or a sign is OFF, which a cochlea has not. On failure *events
 * is zeroed. */
tuft_status tuft_bs1_read(const char *path, tuft_events *events, tuft_geometry *geometry,
                          tuft_error *err);

#endif
