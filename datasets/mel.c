#include "datasets/mel.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

enum { BANDS_LIMIT = 1024, BINS_LIMIT = (1 << 19) + 1 };

typedef struct {
    uint32_t first, count;
    size_t at; /* of the first weight */
} band_span;

struct tuft_mel {
    tuft_mel_config config;
    double *edge;    /* [bands + 2], Hz */
    band_span *span; /* [bands] */
    float *weight;
    size_t weights, capacity;
    float *share;      /* as weight: over the bin's sum */
    uint32_t *nearest; /* [bins]: band of a bin that no band holds, or bands */
};

double tuft_mel_of_hz(tuft_mel_scale scale, double hz)
{
    if (scale == TUFT_MEL_HTK)
        return 2595.0 * log10(1.0 + hz / 700.0);
    return hz < 1000.0 ? 3.0 * hz / 200.0 : 15.0 + 27.0 * log(hz / 1000.0) / log(6.4);
}

double tuft_hz_of_mel(tuft_mel_scale scale, double mel)
{
    if (scale == TUFT_MEL_HTK)
        return 700.0 * (pow(10.0, mel / 2595.0) - 1.0);
    return mel < 15.0 ? 200.0 * mel / 3.0 : 1000.0 * exp((mel - 15.0) * log(6.4) / 27.0);
}

static double bin_hz(const tuft_mel_config *c)
{
    return c->rate_hz / (2.0 * (c->bins - 1));
}

static tuft_status add_weight(tuft_mel *mel, double weight, tuft_error *err)
{
    tuft_status status = TUFT_GROW(&mel->weight, &mel->capacity, mel->weights + 1, "bank", err);
    if (!status)
        mel->weight[mel->weights++] = (float)weight;
    return status;
}

static tuft_status triangle(tuft_mel *mel, uint32_t band, tuft_error *err)
{
    double width = bin_hz(&mel->config);
    double left = mel->edge[band], centre = mel->edge[band + 1], right = mel->edge[band + 2];
    band_span *span = &mel->span[band];
    span->at = mel->weights;
    for (uint32_t bin = (uint32_t)(left / width); bin < mel->config.bins; bin++) {
        double hz = bin * width;
        double weight = fmin((hz - left) / (centre - left), (right - hz) / (right - centre));
        if (hz >= right)
            break;
        if (weight <= 0.0)
            continue;
        if (!span->count++)
            span->first = bin;
        tuft_status status = add_weight(mel, weight, err);
        if (status)
            return status;
    }
    if (span->count)
        return TUFT_OK;
    span->first = (uint32_t)(centre / width);
    if (span->first > mel->config.bins - 2)
        span->first = mel->config.bins - 2;
    span->count = 2;
    double part = centre / width - span->first;
    tuft_status status = add_weight(mel, 1.0 - part, err);
    return status ? status : add_weight(mel, part, err);
}

/* The transpose with columns that sum to 1. */
static tuft_status shares(tuft_mel *mel, tuft_error *err)
{
    const tuft_mel_config *c = &mel->config;
    double *sum, width = bin_hz(c);
    tuft_status status = TUFT_NEW(&sum, c->bins, "bank", err);
    if (status)
        return status;
    for (uint32_t b = 0; b < c->bands; b++)
        for (uint32_t k = 0; k < mel->span[b].count; k++)
            sum[mel->span[b].first + k] += mel->weight[mel->span[b].at + k];
    for (uint32_t b = 0; b < c->bands; b++)
        for (uint32_t k = 0; k < mel->span[b].count; k++) {
            double total = sum[mel->span[b].first + k];
            mel->share[mel->span[b].at + k] =
                total > 0.0 ? (float)(mel->weight[mel->span[b].at + k] / total) : 0.0f;
        }
    for (uint32_t bin = 0; bin < c->bins; bin++) {
        mel->nearest[bin] = c->bands;
        for (uint32_t b = 0; !(sum[bin] > 0.0) && b < c->bands; b++)
            if (mel->nearest[bin] == c->bands ||
                fabs(mel->edge[b + 1] - bin * width) <
                    fabs(mel->edge[mel->nearest[bin] + 1] - bin * width))
                mel->nearest[bin] = b;
    }
    free(sum);
    return TUFT_OK;
}

static tuft_status build(tuft_mel *mel, tuft_error *err)
{
    const tuft_mel_config *c = &mel->config;
    double low = tuft_mel_of_hz(c->scale, c->low_hz), high = tuft_mel_of_hz(c->scale, c->high_hz);
    tuft_status status = TUFT_NEW(&mel->edge, c->bands + 2, "bank", err);
    if (!status)
        status = TUFT_NEW(&mel->span, c->bands, "bank", err);
    if (!status)
        status = TUFT_NEW(&mel->nearest, c->bins, "bank", err);
    for (uint32_t i = 0; !status && i < c->bands + 2; i++)
        mel->edge[i] = tuft_hz_of_mel(c->scale, low + (high - low) * i / (c->bands + 1));
    for (uint32_t b = 0; !status && b < c->bands; b++)
        status = triangle(mel, b, err);
    if (!status)
        status = TUFT_NEW(&mel->share, mel->weights, "bank", err);
    return status ? status : shares(mel, err);
}

tuft_status tuft_mel_new(tuft_mel **out, const tuft_mel_config *config, tuft_error *err)
{
    tuft_mel_config c = *config;
    *out = NULL;
    if (c.high_hz == 0.0)
        c.high_hz = c.rate_hz / 2.0;
    if (c.bands < 1 || c.bands > BANDS_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "%u mel bands, expected 1 to %d", c.bands, BANDS_LIMIT);
    if (c.bins < 2 || c.bins > BINS_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "%u bins, expected 2 to %d", c.bins, BINS_LIMIT);
    if (!(c.low_hz >= 0.0 && c.low_hz < c.high_hz && c.high_hz <= c.rate_hz / 2.0) ||
        !isfinite(c.rate_hz))
        return tuft_fail(err, TUFT_INVALID,
                         "mel bands from %g to %g Hz at a rate of %g Hz, expected rising "
                         "frequencies up to half the rate",
                         c.low_hz, c.high_hz, c.rate_hz);
    tuft_mel *mel;
    tuft_status status = TUFT_NEW(&mel, 1, "mel bank", err);
    if (status)
        return status;
    mel->config = c;
    status = build(mel, err);
    if (status) {
        tuft_mel_free(mel);
        return status;
    }
    *out = mel;
    return TUFT_OK;
}

void tuft_mel_free(tuft_mel *mel)
{
    if (!mel)
        return;
    free(mel->edge);
    free(mel->span);
    free(mel->weight);
    free(mel->share);
    free(mel->nearest);
    free(mel);
}

const tuft_mel_config *tuft_mel_configuration(const tuft_mel *mel)
{
    return &mel->config;
}

double tuft_mel_centre_hz(const tuft_mel *mel, uint32_t band)
{
    return mel->edge[band + 1];
}

double tuft_mel_weight(const tuft_mel *mel, uint32_t band, uint32_t bin)
{
    const band_span *span = &mel->span[band];
    return bin >= span->first && bin - span->first < span->count
               ? mel->weight[span->at + bin - span->first]
               : 0.0;
}

void tuft_mel_apply(const tuft_mel *mel, const float *power, size_t frames, float *band)
{
    uint32_t bands = mel->config.bands, bins = mel->config.bins;
    for (size_t f = 0; f < frames; f++)
        for (uint32_t b = 0; b < bands; b++) {
            const band_span *span = &mel->span[b];
            const float *in = power + f * bins + span->first, *weight = mel->weight + span->at;
            double sum = 0.0;
            for (uint32_t k = 0; k < span->count; k++)
                sum += (double)weight[k] * in[k];
            band[f * bands + b] = (float)sum;
        }
}

void tuft_mel_log(float *value, size_t count, float floor)
{
    for (size_t i = 0; i < count; i++)
        value[i] = logf(fmaxf(value[i], floor));
}

void tuft_mask_to_bins(const tuft_mel *mel, const float *mask, size_t frames, float *gain)
{
    uint32_t bands = mel->config.bands, bins = mel->config.bins;
    for (size_t f = 0; f < frames; f++) {
        const float *in = mask + f * bands;
        float *out = gain + f * bins;
        for (uint32_t bin = 0; bin < bins; bin++)
            out[bin] = mel->nearest[bin] < bands ? in[mel->nearest[bin]] : 0.0f;
        for (uint32_t b = 0; b < bands; b++) {
            const band_span *span = &mel->span[b];
            for (uint32_t k = 0; k < span->count; k++)
                out[span->first + k] += mel->share[span->at + k] * in[b];
        }
    }
}
