/* PESQ's input filters and its level: P.862, 10.1.1 and 10.1.2; P.862.2, 6. */
#ifndef TUFT_DATASETS_PESQ_FILTER_H
#define TUFT_DATASETS_PESQ_FILTER_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum {
    TUFT_PESQ_SPEECH_BAND, /* 350 to 3250 Hz: what level and delay are measured in */
    TUFT_PESQ_HANDSET      /* the receiving side of an IRS handset, 0 dB at 1 kHz */
} tuft_pesq_response;

/* sample[n] by a response given in dB over frequency, without delay (one transform of it all). */
tuft_status tuft_pesq_filter(tuft_pesq_response response, uint32_t rate_hz, float *sample, size_t n,
                             tuft_error *err);

/* sample[n] by the headphone filter of P.862.2 at 16 kHz: a high-pass of second order from 100 Hz,
 * the ends faded over 15 samples before. */
void tuft_pesq_headphone(float *sample, size_t n);

#endif
