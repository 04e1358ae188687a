/* PESQ's perceptual model: P.862, 10.2; Beerends, Hekstra, Rix & Hollier, J. Audio Eng. Soc. 50:765
 * (2002). */
#ifndef TUFT_DATASETS_PESQ_MODEL_H
#define TUFT_DATASETS_PESQ_MODEL_H

#include "datasets/pesq_delay.h"

/* The raw score, 4.5 less what the disturbances cost, of clean[n] and degraded[n] at their level
 * and through the input filter; zeros stand after the shorter one. */
tuft_status tuft_pesq_model(const float *clean, const float *degraded, size_t n, size_t padding,
                            uint32_t rate_hz, const tuft_pesq_span *span, size_t spans, double *raw,
                            tuft_error *err);

#endif
