/* Speech in noise at a given signal-to-noise ratio. */
#ifndef TUFT_DATASETS_MIX_H
#define TUFT_DATASETS_MIX_H

#include "datasets/noise.h"

/* mixture = speech + noise, sample by sample; all three have been multiplied by scale, so that none
 * leaves -1 .. 1. */
typedef struct {
    float *speech, *noise, *mixture; /* [n] */
    size_t n;
    size_t which;    /* noise in the library */
    uint64_t offset; /* of the excerpt, samples at TUFT_NOISE_RATE_HZ */
    double snr_db;   /* 10 log10(active level of the speech / mean square of the noise) */
    double gain;     /* the excerpt was multiplied by gain x scale */
    double scale;    /* 1 where nothing would clip */
    double activity; /* share of the time in which somebody speaks */
} tuft_mixture;

/* Mixes speech[n] (at TUFT_NOISE_RATE_HZ) with an excerpt of a noise: which and where from is drawn
 * from stream (seed, NOISE, index); again, up to 16 times, where the excerpt is silent. The level
 * of speech is that of ITU-T P.56 (datasets/speech_level.h), the noise's its RMS over the n
 * samples. TUFT_INVALID: no samples, over ten minutes, an SNR outside -100 to 100 dB, an empty
 * library; TUFT_NUMERIC: silent speech or noise (the SNR is undefined), NaN. On failure *out is
 * zeroed. */
tuft_status tuft_mix(const float *speech, size_t n, const tuft_noise_library *library,
                     double snr_db, uint64_t seed, uint64_t index, tuft_mixture *out,
                     tuft_error *err);

void tuft_mixture_free(tuft_mixture *mixture);

/* What was mixed, a line each: clip,noise,offset_s,snr_db,gain,scale,activity. clip[count] names
 * the speech. */
tuft_status tuft_mix_list_write(const char *path, const char *const *clip,
                                const tuft_mixture *mixture, size_t count,
                                const tuft_noise_library *library, tuft_error *err);

#endif
