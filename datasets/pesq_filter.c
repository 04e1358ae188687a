#include "datasets/pesq_filter.h"

#include "core/memory.h"
#include "datasets/fft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double hz, db;
} point;

/* Straight lines in dB over Hz between points; the ends go on level. */
static const point speech_band[] = {{300, -500}, {350, 0}, {3250, 0}, {3500, -500}};
static const point handset[] = {{0, -200}, {50, -40}, {100, -20}, {125, -12}, {160, -6},
                                {200, 0},  {250, 4},  {300, 6},   {350, 8},   {400, 10},
                                {500, 11}, {600, 12}, {3250, 12}, {3500, 4},  {4000, -200}};

static double response_db(const point *curve, size_t count, double hz)
{
    if (hz <= curve[0].hz)
        return curve[0].db;
    for (size_t i = 1; i < count; i++)
        if (hz <= curve[i].hz)
            return curve[i - 1].db + (curve[i].db - curve[i - 1].db) * (hz - curve[i - 1].hz) /
                                         (curve[i].hz - curve[i - 1].hz);
    return curve[count - 1].db;
}

tuft_status tuft_pesq_filter(tuft_pesq_response response, uint32_t rate_hz, float *sample, size_t n,
                             tuft_error *err)
{
    const point *curve = response == TUFT_PESQ_HANDSET ? handset : speech_band;
    size_t count = response == TUFT_PESQ_HANDSET ? sizeof handset / sizeof *handset
                                                 : sizeof speech_band / sizeof *speech_band;
    double at_1k = response_db(curve, count, 1000.0);
    size_t size = 2;
    float *time = NULL;
    float _Complex *spectrum = NULL;
    tuft_fft *fft;
    while (size < n)
        size *= 2;
    if (size > TUFT_FFT_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "%zu samples are too many to filter", n);
    tuft_status status = tuft_fft_new(&fft, (uint32_t)size, err);
    if (!status)
        status = TUFT_NEW(&time, size, "sound", err);
    if (!status)
        status = TUFT_NEW(&spectrum, size / 2 + 1, "spectrum", err);
    if (!status) {
        memcpy(time, sample, n * sizeof *time);
        tuft_fft_forward(fft, time, spectrum);
        for (size_t k = 0; k <= size / 2; k++) {
            double db = response_db(curve, count, (double)k * rate_hz / (double)size) - at_1k;
            spectrum[k] *= (float)(pow(10.0, db / 20.0) / (double)size);
        }
        tuft_fft_inverse(fft, spectrum, time);
        memcpy(sample, time, n * sizeof *time);
    }
    tuft_fft_free(fft);
    free(time);
    free(spectrum);
    return status;
}

void tuft_pesq_headphone(float *sample, size_t n)
{
    enum { FADE = 15 };
    const double gain = 2.740826, a1 = -1.9444777, a2 = 0.94597794;
    double before[2] = {0.0, 0.0};
    for (size_t i = 0; i < FADE && i < n; i++) {
        sample[i] *= (float)(i + 1) / (FADE + 1);
        sample[n - 1 - i] *= (float)(i + 1) / (FADE + 1);
    }
    for (size_t i = 0; i < n; i++) {
        double state = sample[i] - a1 * before[0] - a2 * before[1];
        sample[i] = (float)(gain * (state - 2.0 * before[0] + before[1]));
        before[1] = before[0];
        before[0] = state;
    }
}
