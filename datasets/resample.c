#include "datasets/resample.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_LIMIT = 768000, RATIO_LIMIT = 48000 };

/* Modified Bessel function of the first kind, order 0: its series. */
static double bessel_i0(double x)
{
    double term = 1.0, sum = 1.0;
    for (int k = 1; term > 1e-17 * sum; k++) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

static double sinc(double x)
{
    return x == 0.0 ? 1.0 : sin(M_PI * x) / (M_PI * x);
}

/* filter[2 half + 1] at the common rate of `up` times the input's; its values sum to `up`. */
static tuft_status low_pass(uint32_t up, uint32_t down, double **filter, size_t *half,
                            tuft_error *err)
{
    const double rejection_db = 60.0, cutoff = 1.0 / (2.0 * (up > down ? up : down));
    const double transition = cutoff / 10.0, beta = 0.1102 * (rejection_db - 8.7);
    double sum = 0.0;
    *half = (size_t)ceil((rejection_db - 8.0) / (28.714 * transition));
    tuft_status status = TUFT_NEW(filter, 2 * *half + 1, "resampling filter", err);
    if (status)
        return status;
    for (size_t i = 0; i <= 2 * *half; i++) {
        double t = (double)i - (double)*half, part = t / (double)*half;
        (*filter)[i] =
            sinc(2.0 * cutoff * t) * bessel_i0(beta * sqrt(fmax(0.0, 1.0 - part * part)));
        sum += (*filter)[i];
    }
    for (size_t i = 0; i <= 2 * *half; i++)
        (*filter)[i] *= up / sum;
    return TUFT_OK;
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

tuft_status tuft_resample(const float *sample, size_t n, uint32_t from_hz, uint32_t to_hz,
                          float **out, size_t *out_n, tuft_error *err)
{
    double *filter;
    size_t half;
    *out = NULL;
    *out_n = 0;
    if (from_hz < 1 || to_hz < 1 || from_hz > RATE_LIMIT || to_hz > RATE_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "resampling from %u to %u Hz, expected 1 to %d",
                         from_hz, to_hz, RATE_LIMIT);
    uint32_t divisor = common_divisor(from_hz, to_hz);
    size_t up = to_hz / divisor, down = from_hz / divisor;
    if (up > RATIO_LIMIT || down > RATIO_LIMIT)
        return tuft_fail(
            err, TUFT_INVALID,
            "resampling from %u to %u Hz is a ratio of %zu to %zu, expected at most %d", from_hz,
            to_hz, up, down, RATIO_LIMIT);
    if (n > SIZE_MAX / 4 / RATIO_LIMIT)
        return tuft_fail(err, TUFT_MEMORY, "%zu samples are too many to resample", n);
    *out_n = (n * up + down - 1) / down;
    tuft_status status = TUFT_NEW(out, *out_n, "resampled sound", err);
    if (status)
        return status;
    if (up == down) {
        if (n)
            memcpy(*out, sample, n * sizeof *sample);
        return TUFT_OK;
    }
    status = low_pass((uint32_t)up, (uint32_t)down, &filter, &half, err);
    if (status) {
        free(*out);
        *out = NULL;
        return status;
    }
    /* Input sample j stands at j up, output i at i down, of the common rate. */
    for (size_t i = 0; i < *out_n; i++) {
        size_t at = i * down, from = at > half ? (at - half + up - 1) / up : 0;
        double sum = 0.0;
        for (size_t j = from; j < n && j * up <= at + half; j++)
            sum += filter[at + half - j * up] * sample[j];
        (*out)[i] = (float)sum;
    }
    free(filter);
    return TUFT_OK;
}
