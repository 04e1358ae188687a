#include "datasets/stoi.h"

#include "core/memory.h"
#include "datasets/fft.h"
#include "datasets/resample.h"
#include "datasets/stft.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 10000, FRAME = 256, HOP = 128, SIZE = 512, BINS = 257, BANDS = 15, SEGMENT = 30 };

static const double lowest_hz = 150.0, range_db = 40.0, clip_db = -15.0;

/* Hann without its two zero ends, as Matlab's hanning(). */
static void hann(float window[FRAME])
{
    for (int i = 0; i < FRAME; i++)
        window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * (i + 1) / (FRAME + 1)));
}

/* As in the authors' code, a frame that would end with the signal is left out. */
static size_t frames_of(size_t n)
{
    return n <= FRAME ? 0 : (n - FRAME - 1) / HOP + 1;
}

static double frame_energy(const float *sample, const float *window)
{
    double sum = 0.0;
    for (int i = 0; i < FRAME; i++)
        sum += (double)sample[i] * window[i] * sample[i] * window[i];
    return sum;
}

/* Overlap-adds the windowed frames where the clean one is loud enough, closing the gaps, in place
 * (what is written lies never ahead of what is read). *n becomes what is left. */
static tuft_status cut_silence(float *clean, float *degraded, size_t *n, tuft_error *err)
{
    float window[FRAME], *kept[2];
    size_t frames = frames_of(*n), count = 0;
    double *energy, loudest = 0.0;
    hann(window);
    tuft_status status = TUFT_NEW(&energy, frames, "energies", err);
    if (status)
        return status;
    for (size_t f = 0; f < frames; f++) {
        energy[f] = frame_energy(clean + f * HOP, window);
        loudest = fmax(loudest, energy[f]);
    }
    status = TUFT_NEW(&kept[0], 2 * (*n + 1), "speech", err);
    if (status) {
        free(energy);
        return status;
    }
    kept[1] = kept[0] + *n + 1;
    double least = sqrt(loudest) * pow(10.0, -range_db / 20.0);
    for (size_t f = 0; f < frames; f++) {
        if (!(sqrt(energy[f]) > least))
            continue;
        for (int i = 0; i < FRAME; i++) {
            kept[0][count * HOP + (size_t)i] += clean[f * HOP + (size_t)i] * window[i];
            kept[1][count * HOP + (size_t)i] += degraded[f * HOP + (size_t)i] * window[i];
        }
        count++;
    }
    if (count <= SEGMENT)
        status = tuft_fail(err, TUFT_INVALID,
                           "%zu frames (%.0f ms) of speech above silence, STOI needs %d (%d ms)",
                           count, (double)count * 1e3 * HOP / RATE, SEGMENT + 1,
                           (SEGMENT + 1) * HOP * 1000 / RATE);
    *n = count ? (count - 1) * HOP + FRAME : 0;
    memcpy(clean, kept[0], *n * sizeof *clean);
    memcpy(degraded, kept[1], *n * sizeof *degraded);
    free(kept[0]);
    free(energy);
    return status;
}

static void band_edges(size_t edge[BANDS][2])
{
    const double bin = (double)RATE / SIZE;
    for (int b = 0; b < BANDS; b++)
        for (int side = 0; side < 2; side++)
            edge[b][side] =
                (size_t)lround(lowest_hz * pow(2.0, (2.0 * b + 2.0 * side - 1.0) / 6.0) / bin);
}

/* band[frames][BANDS]: amplitudes in third octaves. */
static tuft_status third_octaves(const float *sample, size_t frames, float *band, tuft_error *err)
{
    size_t edge[BANDS][2];
    float window[FRAME], *frame = NULL, power[BINS];
    float _Complex *spectrum = NULL;
    tuft_fft *fft;
    hann(window);
    band_edges(edge);
    tuft_status status = tuft_fft_new(&fft, SIZE, err);
    if (!status)
        status = TUFT_NEW(&frame, SIZE, "frame", err);
    if (!status)
        status = TUFT_NEW(&spectrum, BINS, "spectrum", err);
    for (size_t f = 0; !status && f < frames; f++) {
        for (int i = 0; i < FRAME; i++)
            frame[i] = sample[f * HOP + (size_t)i] * window[i];
        tuft_fft_forward(fft, frame, spectrum);
        tuft_stft_power(spectrum, BINS, power);
        for (int b = 0; b < BANDS; b++) {
            double sum = 0.0;
            for (size_t k = edge[b][0]; k < edge[b][1]; k++)
                sum += power[k];
            band[f * BANDS + (size_t)b] = (float)sqrt(sum);
        }
    }
    tuft_fft_free(fft);
    free(frame);
    free(spectrum);
    return status;
}

/* Takes the mean off count values that are `stride` apart and brings them to length 1. */
static void normalise(double *value, int count, int stride)
{
    double mean = 0.0, square = 0.0;
    for (int i = 0; i < count; i++)
        mean += value[i * stride];
    mean /= count;
    for (int i = 0; i < count; i++) {
        value[i * stride] -= mean;
        square += value[i * stride] * value[i * stride];
    }
    double scale = 1.0 / (sqrt(square) + DBL_EPSILON);
    for (int i = 0; i < count; i++)
        value[i * stride] *= scale;
}

typedef double segment[SEGMENT * BANDS];

static double product(const double *a, const double *b)
{
    double sum = 0.0;
    for (int i = 0; i < SEGMENT * BANDS; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Mean over bands of the correlation in time, the degraded band clipped (2011, eq. 3 to 5). */
static double segment_stoi(const float *clean, const float *degraded)
{
    const double clip = 1.0 + pow(10.0, -clip_db / 20.0);
    segment x, y;
    for (int b = 0; b < BANDS; b++) {
        double of_x = 0.0, of_y = 0.0;
        for (int i = b; i < SEGMENT * BANDS; i += BANDS) {
            of_x += (double)clean[i] * clean[i];
            of_y += (double)degraded[i] * degraded[i];
        }
        double scale = sqrt(of_x) / (sqrt(of_y) + DBL_EPSILON);
        for (int i = b; i < SEGMENT * BANDS; i += BANDS) {
            x[i] = clean[i];
            y[i] = fmin(scale * degraded[i], clip * clean[i]);
        }
        normalise(x + b, SEGMENT, BANDS);
        normalise(y + b, SEGMENT, BANDS);
    }
    return product(x, y) / BANDS;
}

/* Mean over frames of the correlation across bands, bands normalised in time (2016, eq. 2 to 6). */
static double segment_estoi(const float *clean, const float *degraded)
{
    segment x, y;
    for (int i = 0; i < SEGMENT * BANDS; i++) {
        x[i] = clean[i];
        y[i] = degraded[i];
    }
    for (int b = 0; b < BANDS; b++) {
        normalise(x + b, SEGMENT, BANDS);
        normalise(y + b, SEGMENT, BANDS);
    }
    for (int i = 0; i < SEGMENT; i++) {
        normalise(x + i * BANDS, BANDS, 1);
        normalise(y + i * BANDS, BANDS, 1);
    }
    return product(x, y) / SEGMENT;
}

static tuft_status score(const float *clean, const float *degraded, size_t n, double *stoi,
                         double *estoi, tuft_error *err)
{
    size_t frames = frames_of(n), segments = frames - SEGMENT + 1;
    float *band[2];
    double sum = 0.0, extended = 0.0;
    tuft_status status = TUFT_NEW(&band[0], 2 * frames * BANDS, "bands", err);
    if (status)
        return status;
    band[1] = band[0] + frames * BANDS;
    status = third_octaves(clean, frames, band[0], err);
    if (!status)
        status = third_octaves(degraded, frames, band[1], err);
    for (size_t s = 0; !status && s < segments; s++) {
        if (stoi)
            sum += segment_stoi(band[0] + s * BANDS, band[1] + s * BANDS);
        if (estoi)
            extended += segment_estoi(band[0] + s * BANDS, band[1] + s * BANDS);
    }
    free(band[0]);
    if (!status && stoi)
        *stoi = sum / (double)segments;
    if (!status && estoi)
        *estoi = extended / (double)segments;
    return status;
}

tuft_status tuft_stoi(const float *clean, const float *degraded, size_t n, double rate_hz,
                      double *stoi, double *estoi, tuft_error *err)
{
    float *at_rate[2] = {0};
    size_t count = 0;
    if (!(rate_hz >= 1.0 && rate_hz <= UINT32_MAX) || rate_hz != floor(rate_hz))
        return tuft_fail(err, TUFT_INVALID, "a rate of %g Hz, expected whole Hz", rate_hz);
    tuft_status status = tuft_resample(clean, n, (uint32_t)rate_hz, RATE, &at_rate[0], &count, err);
    if (!status)
        status = tuft_resample(degraded, n, (uint32_t)rate_hz, RATE, &at_rate[1], &count, err);
    if (!status)
        status = cut_silence(at_rate[0], at_rate[1], &count, err);
    if (!status)
        status = score(at_rate[0], at_rate[1], count, stoi, estoi, err);
    free(at_rate[0]);
    free(at_rate[1]);
    return status;
}
