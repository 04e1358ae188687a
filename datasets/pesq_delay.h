/* Where in the degraded signal each part of the clean one is.
 *
 * After Rix, Hollier, Hekstra & Beerends, J. Audio Eng. Soc. 50:755 (2002), simplified. The whole
 * is placed by correlating waveforms, or envelopes of 4 ms; frames of 64 ms are correlated sample
 * by sample and vote, each with its correlation to the power 1/8, in a histogram of delays that a
 * triangle of 1 ms smooths. An utterance has a delay of its own, and is cut in two where both parts
 * agree better with theirs, only if the votes are clear (0.3 of them): so loud noise, in which they
 * scatter, leaves the delay of the whole.
 */
#ifndef TUFT_DATASETS_PESQ_DELAY_H
#define TUFT_DATASETS_PESQ_DELAY_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* From sample start of the clean signal on (until the next span), clean[i] is degraded[i + delay].
 */
typedef struct {
    ptrdiff_t start, delay;
} tuft_pesq_span;

enum { TUFT_PESQ_SPANS = 512 };

/* span[*count], at least one, the first from 0; starts rise, and neighbours' delays differ. Of
 * signals within the speech band. */
tuft_status tuft_pesq_delays(const float *clean, size_t n, const float *degraded, size_t m,
                             uint32_t rate_hz, tuft_pesq_span span[TUFT_PESQ_SPANS], size_t *count,
                             tuft_error *err);

/* The best lag of b against a, both[n], in [-range, range], by the correlation of their absolute
 * values; lag 0 where it stays under `least` (of 1). */
tuft_status tuft_pesq_lag(const float *a, const float *b, size_t n, size_t range, double least,
                          ptrdiff_t *lag, tuft_error *err);

#endif
