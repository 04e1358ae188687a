#include "datasets/segmental_snr.h"

#include <float.h>
#include <math.h>

static const double frame_s = 0.03, least_db = -10.0, most_db = 35.0;

static double frame_db(const float *clean, const float *degraded, size_t frame)
{
    double signal = 0.0, noise = 0.0;
    for (size_t i = 0; i < frame; i++) {
        double window = 0.5 - 0.5 * cos(2.0 * M_PI * (double)(i + 1) / (double)(frame + 1));
        double s = window * clean[i], e = window * ((double)clean[i] - degraded[i]);
        signal += s * s;
        noise += e * e;
    }
    double db = 10.0 * log10(signal / (noise + DBL_EPSILON) + DBL_EPSILON);
    return fmin(most_db, fmax(least_db, db));
}

tuft_status tuft_segmental_snr(const float *clean, const float *degraded, size_t n, double rate_hz,
                               double *db, tuft_error *err)
{
    size_t frame = rate_hz >= 100.0 && rate_hz < 1e7 ? (size_t)lround(frame_s * rate_hz) : 0;
    size_t hop = frame / 4, count = 0, loud = 0;
    double sum = 0.0;
    if (hop < 1)
        return tuft_fail(err, TUFT_INVALID, "segmental SNR at %g Hz, expected 134 Hz to 10 MHz",
                         rate_hz);
    if (n < frame)
        return tuft_fail(err, TUFT_INVALID, "%zu samples (%.1f ms), segmental SNR needs %.0f ms", n,
                         1e3 * (double)n / rate_hz, 1e3 * frame_s);
    for (size_t i = 0; i < n; i++)
        loud += clean[i] != 0.0f;
    if (!loud)
        return tuft_fail(err, TUFT_INVALID, "the clean signal is silent (%zu samples)", n);
    for (size_t at = 0; at + frame <= n; at += hop, count++)
        sum += frame_db(clean + at, degraded + at, frame);
    *db = sum / (double)count;
    return TUFT_OK;
}
