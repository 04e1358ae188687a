#include "datasets/metrics.h"

#include "core/philox.h"
#include "datasets/wav.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *metrics_path(const char *name, char path[4096])
{
    const char *data = getenv("TUFT_DATA");
    snprintf(path, 4096, "%s/metrics/%s", data ? data : TUFT_SOURCE_DIR "/../shared/data", name);
    if (access(path, R_OK) != 0)
        cr_skip_test("%s is not there", path);
    return path;
}

float *metrics_read(const char *name, size_t *n, double *rate_hz)
{
    char path[4096];
    float *sample;
    tuft_error err = {0};
    cr_assert_eq(tuft_wav_read(metrics_path(name, path), &sample, n, rate_hz, &err), TUFT_OK, "%s",
                 err.message);
    return sample;
}

double metrics_expected(const char *degraded, const char *score)
{
    char path[4096];
    double value = NAN;
    size_t i;
    json_t *pair, *all = json_load_file(metrics_path("expected.json", path), 0, NULL);
    cr_assert(json_is_array(all));
    json_array_foreach(all, i, pair)
    {
        const char *file = json_string_value(json_object_get(pair, "degraded"));
        if (file && strcmp(file, degraded) == 0 && json_object_get(pair, score))
            value = json_number_value(json_object_get(pair, score));
    }
    json_decref(all);
    return value;
}

float *metrics_voice(size_t n, double rate_hz, unsigned seed)
{
    float *sample = calloc(n, sizeof *sample);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 7);
    size_t at = (size_t)(0.1 * rate_hz);
    while (at < n) {
        size_t length = (size_t)((0.1 + 0.25 * tuft_random_uniform(&random)) * rate_hz);
        double pitch = 90 + 130 * tuft_random_uniform(&random), phase = 0;
        double loud = 0.05 + 0.2 * tuft_random_uniform(&random);
        double formant = 400 + 2200 * tuft_random_uniform(&random);
        for (size_t i = 0; i < length && at + i < n; i++) {
            double part = (double)i / (double)length, sum = 0;
            phase += 2 * M_PI * pitch * (1 + 0.2 * part) / rate_hz;
            for (int h = 1; h * pitch * 1.2 < 0.45 * rate_hz && h < 40; h++)
                sum += sin(h * phase) * exp(-pow((h * pitch - formant) / 900, 2)) +
                       sin(h * phase) / h / h;
            sample[at + i] = (float)(loud * sin(M_PI * part) * sum / 3);
        }
        at += length + (size_t)((0.02 + 0.15 * tuft_random_uniform(&random)) * rate_hz);
        if (tuft_random_uniform(&random) < 0.15)
            at += (size_t)(0.4 * rate_hz);
    }
    return sample;
}

float *metrics_noisy(const float *a, size_t n, double gain, unsigned seed)
{
    float *sample = malloc(n * sizeof *sample);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 8);
    for (size_t i = 0; i < n; i++)
        sample[i] = (float)(a[i] + gain * tuft_random_normal(&random));
    return sample;
}
