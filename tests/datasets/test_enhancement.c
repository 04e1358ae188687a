/* What a network that cleans speech hears and answers. */
#include "datasets/enhancement.h"

#include "core/philox.h"
#include "datasets/si_sdr.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 16000 };

static tuft_enhancement *made(const tuft_enhancement_config *config)
{
    tuft_enhancement *e;
    tuft_error err;
    cr_assert_eq(tuft_enhancement_new(&e, config, &err), TUFT_OK, "%s", err.message);
    return e;
}

/* Two tones that come and go, and white noise. */
static void signals(float *speech, float *noise)
{
    tuft_random random = tuft_random_stream(3, TUFT_RANDOM_TEST, 0);
    for (int i = 0; i < N; i++) {
        double t = i / 16000.0;
        speech[i] = (float)(0.3 * sin(2 * M_PI * 400 * t) * (0.5 + 0.5 * sin(2 * M_PI * 3 * t)) +
                            0.2 * sin(2 * M_PI * 1500 * t) * (0.5 + 0.5 * cos(2 * M_PI * 2 * t)));
        noise[i] = (float)(0.2 * tuft_random_normal(&random));
    }
}

static float *floats(size_t n)
{
    float *x = calloc(n, sizeof *x);
    cr_assert_not_null(x);
    return x;
}

Test(enhancement, frames_are_stacked_and_ends_repeated)
{
    static float speech[N], noise[N];
    tuft_enhancement_config config = tuft_enhancement_defaults, alone = config;
    alone.past = alone.ahead = 0;
    tuft_enhancement *e = made(&config), *single = made(&alone);
    signals(speech, noise);
    size_t frames = tuft_enhancement_frames(e, N);
    uint32_t columns = tuft_enhancement_audio_columns(e), bands = config.bands;
    cr_assert_eq(columns, 6 * 64);
    cr_assert_eq(tuft_enhancement_vision_columns(e), 150);
    float *stacked = floats(frames * columns), *one = floats(frames * bands);
    cr_assert_eq(tuft_enhancement_audio(e, speech, N, stacked, NULL), TUFT_OK);
    cr_assert_eq(tuft_enhancement_audio(single, speech, N, one, NULL), TUFT_OK);
    for (size_t f = 0; f < frames; f++)
        for (uint32_t k = 0; k < 6; k++) {
            long from = (long)f + (long)k - 4;
            from = from < 0 ? 0 : from >= (long)frames ? (long)frames - 1 : from;
            cr_assert_eq(memcmp(stacked + f * columns + k * bands, one + (size_t)from * bands,
                                bands * sizeof *one),
                         0, "frame %zu, place %u", f, k);
        }
    free(stacked);
    free(one);
    tuft_enhancement_free(e);
    tuft_enhancement_free(single);
}

Test(enhancement, targets_are_shares_of_the_power)
{
    static float speech[N], noise[N], nothing[N];
    tuft_enhancement *e = made(&tuft_enhancement_defaults);
    signals(speech, noise);
    size_t count = tuft_enhancement_frames(e, N) * 64;
    float *mask = floats(count);
    cr_assert_eq(tuft_enhancement_target(e, speech, nothing, N, mask, NULL), TUFT_OK);
    for (size_t k = 64; k < count - 64; k++)
        cr_assert_float_eq(mask[k], 1, 1e-6);
    cr_assert_eq(tuft_enhancement_target(e, nothing, noise, N, mask, NULL), TUFT_OK);
    for (size_t k = 0; k < count; k++)
        cr_assert_eq(mask[k], 0);
    cr_assert_eq(tuft_enhancement_target(e, noise, noise, N, mask, NULL), TUFT_OK);
    for (size_t k = 0; k < count; k++)
        cr_assert_float_eq(mask[k], M_SQRT1_2, 1e-6);
    free(mask);
    tuft_enhancement_free(e);
}

Test(enhancement, answers_are_applied)
{
    static float speech[N], noise[N], noisy[N], out[N];
    tuft_enhancement_config config = tuft_enhancement_defaults;
    const tuft_enhancement_config *both[] = {&config, &tuft_enhancement_adeel2023};
    signals(speech, noise);
    for (int i = 0; i < N; i++)
        noisy[i] = speech[i] + noise[i];
    for (int c = 0; c < 2; c++) {
        tuft_enhancement *e = made(both[c]);
        size_t count = tuft_enhancement_frames(e, N) * both[c]->bands;
        float *mask = floats(count);
        /* Nothing is let through but the least gain. */
        cr_assert_eq(tuft_enhancement_apply(e, noisy, N, mask, out, NULL), TUFT_OK);
        for (int i = 0; i < N; i++)
            cr_assert_float_eq(out[i], both[c]->least_gain * noisy[i], 1e-5);
        /* All is, and more than all is not. */
        for (size_t k = 0; k < count; k++)
            mask[k] = k % 2 ? 1 : 7;
        cr_assert_eq(tuft_enhancement_apply(e, noisy, N, mask, out, NULL), TUFT_OK);
        for (int i = 0; i < N; i++)
            cr_assert_float_eq(out[i], noisy[i], 1e-5);
        /* The best answer cleans. */
        double before, after;
        cr_assert_eq(tuft_enhancement_target(e, speech, noise, N, mask, NULL), TUFT_OK);
        cr_assert_eq(tuft_enhancement_apply(e, noisy, N, mask, out, NULL), TUFT_OK);
        cr_assert_eq(tuft_si_sdr(speech, noisy, N, &before, NULL), TUFT_OK);
        cr_assert_eq(tuft_si_sdr(speech, out, N, &after, NULL), TUFT_OK);
        cr_assert_gt(after, before + 6, "%g dB from %g", after, before);
        free(mask);
        tuft_enhancement_free(e);
    }
}

Test(enhancement, latency_and_times)
{
    tuft_enhancement *e = made(&tuft_enhancement_defaults);
    cr_assert_eq(tuft_enhancement_latency(e), 512 + 256);
    /* The first frame is the one that ends with the first hop of samples. */
    cr_assert_float_eq(tuft_enhancement_time(e, 0), 0, 1e-12);
    cr_assert_float_eq(tuft_enhancement_time(e, 10), 10 * 0.016, 1e-12);
    tuft_enhancement_free(e);
}

Test(enhancement, nonsense_is_refused)
{
    static const struct {
        size_t offset;
        double value;
        const char *name;
    } wrong[] = {{offsetof(tuft_enhancement_config, rate_hz), 10, "rate_hz"},
                 {offsetof(tuft_enhancement_config, rate_hz), NAN, "rate_hz"},
                 {offsetof(tuft_enhancement_config, window_ms), 0, "window_ms"},
                 {offsetof(tuft_enhancement_config, overlap), 1, "overlap"},
                 {offsetof(tuft_enhancement_config, floor), 0, "floor"},
                 {offsetof(tuft_enhancement_config, least_gain), -1, "least_gain"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tuft_enhancement_config config = tuft_enhancement_defaults;
        tuft_enhancement *e;
        tuft_error err;
        memcpy((char *)&config + wrong[i].offset, &wrong[i].value, sizeof(double));
        cr_assert_eq(tuft_enhancement_new(&e, &config, &err), TUFT_INVALID, "%s", wrong[i].name);
        cr_assert(strstr(err.message, wrong[i].name), "%s", err.message);
        cr_assert_null(e);
    }
}
