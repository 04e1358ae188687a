#include "datasets/mask.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

void tuft_mask_ideal_ratio(const float *clean_power, const float *noise_power, size_t count,
                           float *mask)
{
    for (size_t i = 0; i < count; i++) {
        double sum = (double)clean_power[i] + noise_power[i];
        mask[i] = sum > 0.0 ? (float)sqrt(clean_power[i] / sum) : 0.0f;
    }
}

void tuft_mask_from_log(const float *clean_log, const float *noisy_log, size_t count, float least,
                        float most, float *mask)
{
    for (size_t i = 0; i < count; i++)
        mask[i] = fminf(most, fmaxf(least, expf(0.5f * (clean_log[i] - noisy_log[i]))));
}

tuft_status tuft_mask_apply(const tuft_mel *mel, const float *mask, size_t frames,
                            float _Complex *spectrum, tuft_error *err)
{
    const tuft_mel_config *c = tuft_mel_configuration(mel);
    float *gain;
    tuft_status status = TUFT_NEW(&gain, c->bins, "gain", err);
    for (size_t f = 0; !status && f < frames; f++) {
        tuft_mask_to_bins(mel, mask + f * c->bands, 1, gain);
        for (uint32_t k = 0; k < c->bins; k++)
            spectrum[f * c->bins + k] *= gain[k];
    }
    free(gain);
    return status;
}

tuft_status tuft_mask_enhance(const tuft_stft *stft, const tuft_mel *mel, const float *in, size_t n,
                              const float *mask, float *out, tuft_error *err)
{
    size_t frames = tuft_stft_frames(stft, n), bins = tuft_stft_bins(stft);
    float _Complex *spectrum;
    if (tuft_mel_configuration(mel)->bins != bins)
        return tuft_fail(err, TUFT_INVALID, "a mel bank of %u bins for a transform of %zu",
                         tuft_mel_configuration(mel)->bins, bins);
    tuft_status status = TUFT_NEW(&spectrum, frames * bins, "spectrum", err);
    if (!status)
        status = tuft_stft_analyse(stft, in, n, spectrum, err);
    if (!status)
        status = tuft_mask_apply(mel, mask, frames, spectrum, err);
    if (!status)
        status = tuft_stft_synthesise(stft, spectrum, frames, out, n, err);
    free(spectrum);
    return status;
}
