/* The frequency groups of PESQ's ear: P.862, 10.2.3, its modified Bark scale and hearing threshold.
 */
#ifndef TUFT_DATASETS_PESQ_BANDS_H
#define TUFT_DATASETS_PESQ_BANDS_H

#include <stdint.h>

enum { TUFT_PESQ_BANDS = 49 };

typedef struct {
    uint32_t first, count; /* bins of 31.25 Hz */
    double width_bark;
    double gain;      /* of the summed bins: what makes the power a density on the Bark scale */
    double threshold; /* power that is just heard */
    double exponent;  /* Zwicker's, raised below 4 Bark */
} tuft_pesq_band;

/* Of a frame of 32 ms; returns how many bands there are: 42 at 8 kHz, 49 at 16 kHz. */
uint32_t tuft_pesq_bands(uint32_t rate_hz, tuft_pesq_band band[TUFT_PESQ_BANDS]);

#endif
