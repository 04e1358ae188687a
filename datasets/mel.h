/* Mel filter banks: triangles over the bins of a spectrum, and back from bands to bins.
 *
 * Triangles stand on bands + 2 frequencies evenly spaced on a mel scale; each rises from its left
 * neighbour's centre to 1 at its own and falls to its right neighbour's, linearly in Hz.
 *   HTK:    2595 log10(1 + f / 700)   (O'Shaughnessy 1987; Young et al., The HTK Book)
 *   Slaney: linear to 1 kHz (3 f / 200), then 15 + 27 ln(f / 1 kHz) / ln 6.4
 *           (Slaney, Auditory Toolbox, Interval TR 1998-010)
 * A band too narrow to hold a bin reads the line between the two bins around its centre.
 */
#ifndef TUFT_DATASETS_MEL_H
#define TUFT_DATASETS_MEL_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum { TUFT_MEL_HTK, TUFT_MEL_SLANEY } tuft_mel_scale;

double tuft_mel_of_hz(tuft_mel_scale scale, double hz);
double tuft_hz_of_mel(tuft_mel_scale scale, double mel);

typedef struct {
    uint32_t bands; /* 1 .. 1024 */
    double rate_hz;
    uint32_t bins;          /* from 0 Hz to rate / 2 inclusive: window / 2 + 1 */
    double low_hz, high_hz; /* outer feet of the first and last triangle; high 0: rate / 2 */
    tuft_mel_scale scale;
} tuft_mel_config;

typedef struct tuft_mel tuft_mel;

/* Constant once made. TUFT_INVALID: 0 <= low < high <= rate / 2 does not hold, or sizes. */
tuft_status tuft_mel_new(tuft_mel **out, const tuft_mel_config *config, tuft_error *err);
void tuft_mel_free(tuft_mel *mel);
const tuft_mel_config *tuft_mel_configuration(const tuft_mel *mel);
double tuft_mel_centre_hz(const tuft_mel *mel, uint32_t band);
/* Weight of a bin in a band, 0 to 1. */
double tuft_mel_weight(const tuft_mel *mel, uint32_t band, uint32_t bin);

/* band[frames][bands] = weights x power[frames][bins] */
void tuft_mel_apply(const tuft_mel *mel, const float *power, size_t frames, float *band);

/* value = ln(max(value, floor)), in place; floor > 0. */
void tuft_mel_log(float *value, size_t count, float floor);

/* gain[frames][bins] of mask[frames][bands], the transpose of the bank with each bin's weights
 * made to sum to 1: a mean of the bands that hold the bin, hence between the least and the greatest
 * of them. Bins outside every band take the nearest band's. */
void tuft_mask_to_bins(const tuft_mel *mel, const float *mask, size_t frames, float *gain);

#endif
