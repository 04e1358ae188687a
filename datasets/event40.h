/* Events of 40 bits, as N-MNIST's .bin and N-TIDIGITS' .bs1 have them: two bytes of address, then a
 * bit (polarity or sign) and 23 bits of time in us, big-endian. What both readers check. */
#ifndef TUFT_DATASETS_EVENT40_H
#define TUFT_DATASETS_EVENT40_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

enum { TUFT_EVENT40_BYTES = 5 };

/* TUFT_FORMAT: a file of no events, or of a part of one. */
tuft_status tuft_event40_size(const char *path, size_t size, tuft_error *err);

/* The time of the event at content + offset into *tick, which holds that of the one before it (0 at
 * first). TUFT_FORMAT: time goes back. */
tuft_status tuft_event40_time(const char *path, const unsigned char *content, size_t offset,
                              int64_t *tick, tuft_error *err);

#endif
