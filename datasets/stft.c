#include "datasets/stft.h"

#include "core/memory.h"
#include "datasets/fft.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW_LIMIT = 1 << 20 };

struct tuft_stft {
    tuft_stft_config config;
    tuft_fft *fft;
    float *analysis;  /* [window] */
    float *synthesis; /* [window]: the window over size x the sum of squares at its phase */
};

struct tuft_stft_stream {
    const tuft_stft *stft;
    float *history; /* [window], the newest sample last */
    float *sum;     /* [window], what overlaps so far */
    float *work;    /* [window] */
    float complex *spectrum;
};

tuft_stft_config tuft_stft_config_ms(double rate_hz, double window_ms, double overlap,
                                     tuft_window_kind kind)
{
    double window = 2.0 * round(rate_hz * window_ms / 2000.0);
    window = fmin(fmax(window, 0.0), UINT32_MAX - 1.0);
    double hop = round(window * (1.0 - overlap));
    return (tuft_stft_config){(uint32_t)window, (uint32_t)fmin(fmax(hop, 0.0), window), kind};
}

static double window_at(tuft_window_kind kind, uint32_t i, uint32_t window)
{
    double hann = 0.5 - 0.5 * cos(2.0 * M_PI * i / window);
    return kind == TUFT_WINDOW_HANN ? hann : sqrt(hann);
}

static tuft_status windows(tuft_stft *stft, tuft_error *err)
{
    const tuft_stft_config *c = &stft->config;
    double least = INFINITY, most = 0.0;
    for (uint32_t phase = 0; phase < c->hop; phase++) {
        double sum = 0.0;
        for (uint32_t i = phase; i < c->window; i += c->hop)
            sum += pow(window_at(c->kind, i, c->window), 2);
        for (uint32_t i = phase; i < c->window; i += c->hop) {
            double w = window_at(c->kind, i, c->window);
            stft->analysis[i] = (float)w;
            stft->synthesis[i] = (float)(w / (sum * c->window));
        }
        least = fmin(least, sum);
        most = fmax(most, sum);
    }
    if (!(least >= 1e-3 * most))
        return tuft_fail(err, TUFT_INVALID,
                         "a hop of %u samples leaves gaps between windows of %u: their squares sum "
                         "to %.3g in places, %.3g in others",
                         c->hop, c->window, least, most);
    return TUFT_OK;
}

tuft_status tuft_stft_new(tuft_stft **out, const tuft_stft_config *config, tuft_error *err)
{
    *out = NULL;
    if (config->window < 2 || config->window > WINDOW_LIMIT || config->window % 2)
        return tuft_fail(err, TUFT_INVALID,
                         "a window of %u samples, expected an even number from 2 to %d",
                         config->window, WINDOW_LIMIT);
    if (config->hop < 1 || config->hop > config->window)
        return tuft_fail(err, TUFT_INVALID, "a hop of %u samples, expected 1 to %u (the window)",
                         config->hop, config->window);
    if (config->kind != TUFT_WINDOW_HANN && config->kind != TUFT_WINDOW_SQRT_HANN)
        return tuft_fail(err, TUFT_INVALID, "unknown kind of window %d", (int)config->kind);
    tuft_stft *stft;
    tuft_status status = TUFT_NEW(&stft, 1, "STFT", err);
    if (status)
        return status;
    stft->config = *config;
    status = TUFT_NEW(&stft->analysis, config->window, "window", err);
    if (!status)
        status = TUFT_NEW(&stft->synthesis, config->window, "window", err);
    if (!status)
        status = windows(stft, err);
    if (!status)
        status = tuft_fft_new(&stft->fft, config->window, err);
    if (status) {
        tuft_stft_free(stft);
        return status;
    }
    *out = stft;
    return TUFT_OK;
}

void tuft_stft_free(tuft_stft *stft)
{
    if (!stft)
        return;
    tuft_fft_free(stft->fft);
    free(stft->analysis);
    free(stft->synthesis);
    free(stft);
}

const tuft_stft_config *tuft_stft_configuration(const tuft_stft *stft)
{
    return &stft->config;
}

uint32_t tuft_stft_bins(const tuft_stft *stft)
{
    return stft->config.window / 2 + 1;
}

uint32_t tuft_stft_latency(const tuft_stft *stft)
{
    return stft->config.window;
}

size_t tuft_stft_frames(const tuft_stft *stft, size_t n)
{
    const tuft_stft_config *c = &stft->config;
    return n ? (n - 1 + c->window - c->hop) / c->hop + 1 : 0;
}

tuft_status tuft_stft_stream_new(tuft_stft_stream **out, const tuft_stft *stft, tuft_error *err)
{
    uint32_t window = stft->config.window;
    tuft_stft_stream *stream;
    *out = NULL;
    tuft_status status = TUFT_NEW(&stream, 1, "stream", err);
    if (status)
        return status;
    stream->stft = stft;
    status = TUFT_NEW(&stream->history, window, "stream", err);
    if (!status)
        status = TUFT_NEW(&stream->sum, window, "stream", err);
    if (!status)
        status = TUFT_NEW(&stream->work, window, "stream", err);
    if (!status)
        status = TUFT_NEW(&stream->spectrum, window / 2 + 1, "stream", err);
    if (status) {
        tuft_stft_stream_free(stream);
        return status;
    }
    *out = stream;
    return TUFT_OK;
}

void tuft_stft_stream_free(tuft_stft_stream *stream)
{
    if (!stream)
        return;
    free(stream->history);
    free(stream->sum);
    free(stream->work);
    free(stream->spectrum);
    free(stream);
}

void tuft_stft_stream_push(tuft_stft_stream *stream, const float *sample, float _Complex *frame)
{
    const tuft_stft *stft = stream->stft;
    uint32_t window = stft->config.window, hop = stft->config.hop;
    memmove(stream->history, stream->history + hop, (window - hop) * sizeof(float));
    memcpy(stream->history + window - hop, sample, hop * sizeof(float));
    for (uint32_t i = 0; i < window; i++)
        stream->work[i] = stream->history[i] * stft->analysis[i];
    tuft_fft_forward(stft->fft, stream->work, stream->spectrum);
    memcpy(frame, stream->spectrum, (window / 2 + 1) * sizeof *frame);
}

void tuft_stft_stream_pull(tuft_stft_stream *stream, const float _Complex *frame, float *sample)
{
    const tuft_stft *stft = stream->stft;
    uint32_t window = stft->config.window, hop = stft->config.hop;
    memcpy(stream->spectrum, frame, (window / 2 + 1) * sizeof *frame);
    tuft_fft_inverse(stft->fft, stream->spectrum, stream->work);
    for (uint32_t i = 0; i < window; i++)
        stream->sum[i] += stream->work[i] * stft->synthesis[i];
    memcpy(sample, stream->sum, hop * sizeof(float));
    memmove(stream->sum, stream->sum + hop, (window - hop) * sizeof(float));
    memset(stream->sum + window - hop, 0, hop * sizeof(float));
}

tuft_status tuft_stft_analyse(const tuft_stft *stft, const float *sample, size_t n,
                              float _Complex *spectrum, tuft_error *err)
{
    size_t frames = tuft_stft_frames(stft, n), bins = tuft_stft_bins(stft), hop = stft->config.hop;
    tuft_stft_stream *stream;
    float *block;
    tuft_status status = TUFT_NEW(&block, hop, "block", err);
    if (status)
        return status;
    status = tuft_stft_stream_new(&stream, stft, err);
    for (size_t f = 0; !status && f < frames; f++) {
        size_t from = f * hop, count = from >= n ? 0 : n - from < hop ? n - from : hop;
        memset(block, 0, hop * sizeof *block);
        if (count)
            memcpy(block, sample + from, count * sizeof *block);
        tuft_stft_stream_push(stream, block, spectrum + f * bins);
    }
    tuft_stft_stream_free(stream);
    free(block);
    return status;
}

tuft_status tuft_stft_synthesise(const tuft_stft *stft, const float _Complex *spectrum,
                                 size_t frames, float *sample, size_t n, tuft_error *err)
{
    size_t bins = tuft_stft_bins(stft), hop = stft->config.hop;
    size_t before = stft->config.window - hop;
    tuft_stft_stream *stream;
    float *block;
    if (frames != tuft_stft_frames(stft, n))
        return tuft_fail(err, TUFT_INVALID, "%zu frames for %zu samples, expected %zu", frames, n,
                         tuft_stft_frames(stft, n));
    tuft_status status = TUFT_NEW(&block, hop, "block", err);
    if (status)
        return status;
    status = tuft_stft_stream_new(&stream, stft, err);
    for (size_t f = 0; !status && f < frames; f++) {
        tuft_stft_stream_pull(stream, spectrum + f * bins, block);
        for (size_t i = 0; i < hop; i++) {
            size_t at = f * hop + i; /* counted from `before` samples ahead of the signal */
            if (at >= before && at - before < n)
                sample[at - before] = block[i];
        }
    }
    tuft_stft_stream_free(stream);
    free(block);
    return status;
}

void tuft_stft_power(const float _Complex *spectrum, size_t count, float *power)
{
    for (size_t i = 0; i < count; i++) {
        float re = crealf(spectrum[i]), im = cimagf(spectrum[i]);
        power[i] = re * re + im * im;
    }
}
