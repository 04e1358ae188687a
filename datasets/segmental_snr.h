/* Segmental signal-to-noise ratio. */
#ifndef TUFT_DATASETS_SEGMENTAL_SNR_H
#define TUFT_DATASETS_SEGMENTAL_SNR_H

#include "core/status.h"

#include <stddef.h>

/* Mean over frames of 10 log10 (sum s^2 / sum (s - e)^2), each kept within -10 to 35 dB, of
 * degraded e[n] against clean s[n]; Hann frames of 30 ms every 7.5 ms (Hansen & Pellom, ICSLP 1998;
 * frames as in Hu & Loizou, IEEE TASLP 16:229 (2008)). All whole frames count, pauses too. It hears
 * gain: levels must agree. TUFT_INVALID: shorter than a frame, or a silent clean signal. */
tuft_status tuft_segmental_snr(const float *clean, const float *degraded, size_t n, double rate_hz,
                               double *db, tuft_error *err);

#endif
