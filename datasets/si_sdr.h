/* Scale-invariant signal-to-distortion ratio. */
#ifndef TUFT_DATASETS_SI_SDR_H
#define TUFT_DATASETS_SI_SDR_H

#include "core/status.h"

#include <stddef.h>

/* 10 log10 (|a s|^2 / |a s - e|^2), a = <e, s> / <s, s>, of degraded e[n] against clean s[n], their
 * means taken off first (Le Roux, Wisdom, Erdogan & Hershey, ICASSP 2019, eq. 3). In dB, kept
 * within +-100. TUFT_INVALID: no sample, or a clean signal that is silent or constant. */
tuft_status tuft_si_sdr(const float *clean, const float *degraded, size_t n, double *db,
                        tuft_error *err);

#endif
