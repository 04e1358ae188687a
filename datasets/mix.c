#include "datasets/mix.h"

#include "core/csv_field.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/philox.h"
#include "datasets/speech_level.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 16, SECONDS_LIMIT = 600 };
#define LARGEST_PEAK 0.99
#define SILENCE      1e-12 /* mean square */

void tuft_mixture_free(tuft_mixture *mixture)
{
    free(mixture->speech);
    free(mixture->noise);
    free(mixture->mixture);
    *mixture = (tuft_mixture){0};
}

static double mean_square(const float *sample, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)sample[i] * sample[i];
    return sum / (double)n;
}

/* Uniform in [0, bound). */
static uint64_t below(tuft_random *random, uint64_t bound)
{
    uint64_t drawn = (uint64_t)(tuft_random_uniform(random) * (double)bound);
    return drawn < bound ? drawn : bound - 1;
}

static tuft_status draw_noise(const tuft_noise_library *library, uint64_t seed, uint64_t index,
                              tuft_mixture *m, double *power, tuft_error *err)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_NOISE, index);
    for (int draw = 0; draw < DRAWS; draw++) {
        m->which = below(&random, library->count);
        const tuft_noise_sound *noise = &library->noise[m->which];
        m->offset = below(&random, tuft_noise_offsets(noise, m->n));
        tuft_status status = tuft_noise_excerpt(noise, m->offset, m->n, m->noise, err);
        if (status)
            return status;
        *power = mean_square(m->noise, m->n);
        if (!isfinite(*power))
            return tuft_fail(err, TUFT_NUMERIC, "%s: NaN or infinity from %.3f s on", noise->name,
                             (double)m->offset / TUFT_NOISE_RATE_HZ);
        if (*power >= SILENCE)
            return TUFT_OK;
    }
    return tuft_fail(
        err, TUFT_NUMERIC, "%s: silent from %.3f s on, as %d excerpts before it: no SNR can be set",
        library->noise[m->which].name, (double)m->offset / TUFT_NOISE_RATE_HZ, DRAWS - 1);
}

static void add_up(const float *speech, tuft_mixture *m)
{
    double peak = 0.0;
    for (size_t i = 0; i < m->n; i++) {
        m->noise[i] *= (float)m->gain;
        m->mixture[i] = speech[i] + m->noise[i];
        peak = fmax(peak, fabs((double)speech[i]));
        peak = fmax(peak, fabs((double)m->noise[i]));
        peak = fmax(peak, fabs((double)m->mixture[i]));
    }
    m->scale = peak > LARGEST_PEAK ? LARGEST_PEAK / peak : 1.0;
    for (size_t i = 0; i < m->n; i++) {
        m->speech[i] = speech[i] * (float)m->scale;
        m->noise[i] *= (float)m->scale;
        m->mixture[i] = m->speech[i] + m->noise[i];
    }
}

static tuft_status mix(const float *speech, const tuft_noise_library *library, uint64_t seed,
                       uint64_t index, tuft_mixture *m, tuft_error *err)
{
    tuft_speech_level level;
    double power = 0.0;
    tuft_status status = tuft_speech_level_measure(speech, m->n, TUFT_NOISE_RATE_HZ, &level, err);
    if (!status)
        status = TUFT_NEW(&m->speech, m->n, "speech", err);
    if (!status)
        status = TUFT_NEW(&m->noise, m->n, "noise", err);
    if (!status)
        status = TUFT_NEW(&m->mixture, m->n, "mixture", err);
    if (!status)
        status = draw_noise(library, seed, index, m, &power, err);
    if (status)
        return status;
    m->activity = level.activity;
    m->gain = sqrt(level.active / (power * pow(10.0, m->snr_db / 10.0)));
    add_up(speech, m);
    return TUFT_OK;
}

tuft_status tuft_mix(const float *speech, size_t n, const tuft_noise_library *library,
                     double snr_db, uint64_t seed, uint64_t index, tuft_mixture *out,
                     tuft_error *err)
{
    *out = (tuft_mixture){0};
    if (n == 0 || n > (size_t)SECONDS_LIMIT * TUFT_NOISE_RATE_HZ || library->count == 0 ||
        !(snr_db >= -100.0 && snr_db <= 100.0))
        return tuft_fail(err, TUFT_INVALID,
                         "mix: %zu samples, %zu noises, %g dB, expected some, at most %d s, and "
                         "-100 to 100 dB",
                         n, library->count, snr_db, SECONDS_LIMIT);
    out->n = n;
    out->snr_db = snr_db;
    tuft_status status = mix(speech, library, seed, index, out, err);
    if (status)
        tuft_mixture_free(out);
    return status;
}

tuft_status tuft_mix_list_write(const char *path, const char *const *clip,
                                const tuft_mixture *mixture, size_t count,
                                const tuft_noise_library *library, tuft_error *err)
{
    tuft_output output;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    fputs("clip,noise,offset_s,snr_db,gain,scale,activity\n", output.stream);
    for (size_t i = 0; i < count; i++) {
        const tuft_mixture *m = &mixture[i];
        tuft_csv_field(output.stream, clip[i]);
        fputc(',', output.stream);
        tuft_csv_field(output.stream, library->noise[m->which].name);
        fprintf(output.stream, ",%.6f,%.9g,%.9g,%.9g,%.9g\n",
                (double)m->offset / TUFT_NOISE_RATE_HZ, m->snr_db, m->gain, m->scale, m->activity);
    }
    return tuft_output_commit(&output, err);
}
