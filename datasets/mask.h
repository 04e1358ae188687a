/* Masks: what a network learns to predict, and what is done with its answer. */
#ifndef TUFT_DATASETS_MASK_H
#define TUFT_DATASETS_MASK_H

#include "datasets/mel.h"
#include "datasets/stft.h"

/* The ideal ratio mask (S^2 / (S^2 + N^2))^0.5 of clean and noise powers (Wang, Narayanan & Wang,
 * IEEE/ACM TASLP 22:1849 (2014), eq. 3 with beta 0.5); 0 where both are 0. */
void tuft_mask_ideal_ratio(const float *clean_power, const float *noise_power, size_t count,
                           float *mask);

/* Amplitude gain exp((clean - noisy) / 2) of two natural-log power features, kept in
 * [least, most]. */
void tuft_mask_from_log(const float *clean_log, const float *noisy_log, size_t count, float least,
                        float most, float *mask);

/* spectrum[frames][bins] times mask[frames][bands] carried to bins; phases stay. */
tuft_status tuft_mask_apply(const tuft_mel *mel, const float *mask, size_t frames,
                            float _Complex *spectrum, tuft_error *err);

/* The noisy sample[n] through the mask: analysis, gain, synthesis with the noisy phase. The bank's
 * bins are the transform's, and mask[frames][bands] has the frames of n samples. in == out is
 * allowed. */
tuft_status tuft_mask_enhance(const tuft_stft *stft, const tuft_mel *mel, const float *in, size_t n,
                              const float *mask, float *out, tuft_error *err);

#endif
