/* Short-time objective intelligibility.
 *
 *   STOI   Taal, Hendriks, Heusdens & Jensen, IEEE TASLP 19:2125 (2011)
 *   ESTOI  Jensen & Taal, IEEE/ACM TASLP 24:2009 (2016)
 *
 * At 10 kHz: frames of 256 samples, half overlapping, Hann; frames whose clean energy is 40 dB or
 * more below the loudest are cut out of both signals; 512-point spectra in 15 third-octave bands
 * from 150 Hz; correlation over segments of 30 frames (384 ms). STOI brings the degraded band to
 * the clean one's energy and clips it at a signal-to-distortion ratio of -15 dB. Agrees with pystoi
 * 0.4 (the resampler of datasets/resample.h is the one it uses).
 */
#ifndef TUFT_DATASETS_STOI_H
#define TUFT_DATASETS_STOI_H

#include "core/status.h"

#include <stddef.h>

/* clean[n] and degraded[n] are in step; rate in whole Hz. Either score may be NULL. Scores rise
 * with intelligibility: 1 for a perfect copy, about 0 without relation.
 * TUFT_INVALID: a clean signal that is silent, or fewer than 31 frames (397 ms) of speech
 * are left. */
tuft_status tuft_stoi(const float *clean, const float *degraded, size_t n, double rate_hz,
                      double *stoi, double *estoi, tuft_error *err);

#endif
