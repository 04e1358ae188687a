/* Perceptual evaluation of speech quality: ITU-T Recommendations P.862 (02/2001), P.862.1 (11/2003)
 * and P.862.2 (11/2005); Rix, Beerends, Hollier & Hekstra, ICASSP 2001; J. Audio Eng. Soc. 50:755
 * (2002), parts I (time alignment) and II (perceptual model).
 *
 * Written anew from what these say, with the standard's constants. Level, input filters and the
 * perceptual model follow it step by step. Time alignment is simpler (datasets/pesq_delay.h): a
 * delay of the whole signal, one of each utterance, utterances split where the delay changes; the
 * realignment of bad intervals is there. So scores agree with the reference software where delays
 * are constant or change in pauses, and may differ a little where they wander within speech. What
 * has been checked against it: docs/scores.md.
 */
#ifndef TUFT_DATASETS_PESQ_H
#define TUFT_DATASETS_PESQ_H

#include "core/status.h"

#include <stddef.h>

typedef enum {
    TUFT_PESQ_NARROW, /* P.862 by telephone handset, mapped by P.862.1: 1 to 4.55 */
    TUFT_PESQ_WIDE    /* P.862.2 by headphones: 1 to 4.64 */
} tuft_pesq_mode;

/* MOS-LQO of degraded[m] against clean[n]. Gains and a constant delay do not matter. 8 or 16 kHz,
 * wide-band at 16 only. TUFT_INVALID: another rate, less than a quarter of a second, more than a
 * quarter of an hour, or a signal without sound between 300 and 3500 Hz; TUFT_NUMERIC: NaN or
 * infinity. */
tuft_status tuft_pesq(tuft_pesq_mode mode, const float *clean, size_t n, const float *degraded,
                      size_t m, double rate_hz, double *score, tuft_error *err);

/* The mappings from the raw score (4.5 for a perfect copy). */
double tuft_pesq_mos(tuft_pesq_mode mode, double raw);

#endif
