#include "datasets/enhancement.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BAND_LIMIT = 512, STACK_LIMIT = 64 };

const tuft_enhancement_config tuft_enhancement_defaults = {
    .rate_hz = 16000,
    .window_ms = 32,
    .overlap = 0.5,
    .bands = 64,
    .past = 4,
    .ahead = 1,
    .floor = 1e-7,
    .least_gain = 0.03,
    .lips = {.width = 64, .height = 32, .coefficients = 50, .orders = 3},
};
const tuft_enhancement_config tuft_enhancement_adeel2023 = {
    .rate_hz = 16000,
    .window_ms = 16,
    .overlap = 0.625,
    .bands = 23,
    .past = 0,
    .ahead = 0,
    .floor = 1e-7,
    .least_gain = 0.03,
    .lips = {.width = 64, .height = 32, .coefficients = 50, .orders = 3},
};

struct tuft_enhancement {
    tuft_enhancement_config config;
    tuft_stft *stft;
    tuft_mel *mel;
};

static tuft_status check(const tuft_enhancement_config *c, tuft_error *err)
{
    const struct {
        const char *name;
        double value, low, high;
    } range[] = {
        {"rate_hz", c->rate_hz, 4000, 192000}, {"window_ms", c->window_ms, 1, 1000},
        {"overlap", c->overlap, 0.25, 0.95},   {"bands", c->bands, 4, BAND_LIMIT},
        {"past", c->past, 0, STACK_LIMIT},     {"ahead", c->ahead, 0, STACK_LIMIT},
        {"floor", c->floor, 1e-20, 1},         {"least_gain", c->least_gain, 0, 1},
        {"lips.orders", c->lips.orders, 1, 3}, {"lips.coefficients", c->lips.coefficients, 1, 4096},
    };
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (!(range[i].value >= range[i].low && range[i].value <= range[i].high))
            return tuft_fail(err, TUFT_INVALID, "enhancement: %s is %g, expected %g to %g",
                             range[i].name, range[i].value, range[i].low, range[i].high);
    return TUFT_OK;
}

tuft_status tuft_enhancement_new(tuft_enhancement **out, const tuft_enhancement_config *config,
                                 tuft_error *err)
{
    *out = NULL;
    tuft_status status = check(config, err);
    tuft_enhancement *made;
    if (!status)
        status = TUFT_NEW(&made, 1, "enhancement", err);
    if (status)
        return status;
    made->config = *config;
    tuft_stft_config frames = tuft_stft_config_ms(config->rate_hz, config->window_ms,
                                                  config->overlap, TUFT_WINDOW_SQRT_HANN);
    status = tuft_stft_new(&made->stft, &frames, err);
    if (!status) {
        tuft_mel_config bank = {.bands = config->bands,
                                .rate_hz = config->rate_hz,
                                .bins = tuft_stft_bins(made->stft),
                                .scale = TUFT_MEL_HTK};
        status = tuft_mel_new(&made->mel, &bank, err);
    }
    if (status)
        tuft_enhancement_free(made);
    else
        *out = made;
    return status;
}

void tuft_enhancement_free(tuft_enhancement *enhancement)
{
    if (!enhancement)
        return;
    tuft_mel_free(enhancement->mel);
    tuft_stft_free(enhancement->stft);
    free(enhancement);
}

const tuft_enhancement_config *tuft_enhancement_configuration(const tuft_enhancement *enhancement)
{
    return &enhancement->config;
}

const tuft_stft *tuft_enhancement_stft(const tuft_enhancement *enhancement)
{
    return enhancement->stft;
}

const tuft_mel *tuft_enhancement_mel(const tuft_enhancement *enhancement)
{
    return enhancement->mel;
}

uint32_t tuft_enhancement_audio_columns(const tuft_enhancement *enhancement)
{
    const tuft_enhancement_config *c = &enhancement->config;
    return c->bands * (c->past + 1 + c->ahead);
}

uint32_t tuft_enhancement_vision_columns(const tuft_enhancement *enhancement)
{
    return enhancement->config.lips.coefficients * enhancement->config.lips.orders;
}

size_t tuft_enhancement_frames(const tuft_enhancement *enhancement, size_t n)
{
    return tuft_stft_frames(enhancement->stft, n);
}

double tuft_enhancement_time(const tuft_enhancement *enhancement, size_t frame)
{
    const tuft_stft_config *s = tuft_stft_configuration(enhancement->stft);
    double first = (double)frame * s->hop - (double)(s->window - s->hop);
    return (first + s->window / 2.0) / enhancement->config.rate_hz;
}

uint32_t tuft_enhancement_latency(const tuft_enhancement *enhancement)
{
    return tuft_stft_latency(enhancement->stft) +
           enhancement->config.ahead * tuft_stft_configuration(enhancement->stft)->hop;
}

/* Power of the mel bands [frames][bands] of sample[n], the caller's. */
static tuft_status band_power(const tuft_enhancement *e, const float *sample, size_t n,
                              float **band, tuft_error *err)
{
    size_t frames = tuft_stft_frames(e->stft, n), bins = tuft_stft_bins(e->stft);
    float _Complex *spectrum = NULL;
    float *power = NULL;
    *band = NULL;
    tuft_status status = TUFT_NEW(&spectrum, frames * bins, "spectrum", err);
    if (!status)
        status = TUFT_NEW(&power, frames * bins, "power", err);
    if (!status)
        status = TUFT_NEW(band, frames * e->config.bands, "bands", err);
    if (!status)
        status = tuft_stft_analyse(e->stft, sample, n, spectrum, err);
    if (!status) {
        tuft_stft_power(spectrum, frames * bins, power);
        tuft_mel_apply(e->mel, power, frames, *band);
    }
    free(spectrum);
    free(power);
    if (status) {
        free(*band);
        *band = NULL;
    }
    return status;
}

static size_t clamped(size_t frame, uint32_t shift, uint32_t past, size_t frames)
{
    if (frame + shift < past)
        return 0;
    size_t at = frame + shift - past;
    return at < frames ? at : frames - 1;
}

tuft_status tuft_enhancement_audio(const tuft_enhancement *e, const float *sample, size_t n,
                                   float *audio, tuft_error *err)
{
    const uint32_t bands = e->config.bands, stack = e->config.past + 1 + e->config.ahead;
    const size_t frames = tuft_stft_frames(e->stft, n);
    float *band;
    tuft_status status = band_power(e, sample, n, &band, err);
    if (status)
        return status;
    tuft_mel_log(band, frames * bands, (float)e->config.floor);
    for (size_t f = 0; f < frames; f++)
        for (uint32_t k = 0; k < stack; k++)
            memcpy(audio + (f * stack + k) * bands,
                   band + clamped(f, k, e->config.past, frames) * bands, bands * sizeof *audio);
    free(band);
    return TUFT_OK;
}

void tuft_enhancement_bands(const tuft_enhancement *e, const float *power, float *bands)
{
    tuft_mel_apply(e->mel, power, 1, bands);
    tuft_mel_log(bands, e->config.bands, (float)e->config.floor);
}

tuft_status tuft_enhancement_vision(const tuft_enhancement *e, const tuft_av_clip *clip,
                                    const tuft_mouth_box *box, size_t frames, float *vision,
                                    tuft_error *err)
{
    double *time_s;
    tuft_status status = TUFT_NEW(&time_s, frames, "times of frames", err);
    if (status)
        return status;
    for (size_t f = 0; f < frames; f++)
        time_s[f] = tuft_enhancement_time(e, f);
    status = tuft_lips_features(clip, box, &e->config.lips, time_s, frames, vision, err);
    free(time_s);
    return status;
}

tuft_status tuft_enhancement_target(const tuft_enhancement *e, const float *speech,
                                    const float *noise, size_t n, float *mask, tuft_error *err)
{
    float *of_speech, *of_noise = NULL;
    tuft_status status = band_power(e, speech, n, &of_speech, err);
    if (!status)
        status = band_power(e, noise, n, &of_noise, err);
    if (!status)
        tuft_mask_ideal_ratio(of_speech, of_noise, tuft_stft_frames(e->stft, n) * e->config.bands,
                              mask);
    free(of_speech);
    free(of_noise);
    return status;
}

tuft_status tuft_enhancement_apply(const tuft_enhancement *e, const float *noisy, size_t n,
                                   const float *mask, float *out, tuft_error *err)
{
    const size_t count = tuft_stft_frames(e->stft, n) * e->config.bands;
    const float least = (float)e->config.least_gain;
    float *kept;
    tuft_status status = TUFT_NEW(&kept, count, "mask", err);
    if (status)
        return status;
    for (size_t k = 0; k < count; k++)
        kept[k] = fminf(fmaxf(mask[k], least), 1);
    status = tuft_mask_enhance(e->stft, e->mel, noisy, n, kept, out, err);
    free(kept);
    return status;
}
