#include "datasets/fft.h"
#include "datasets/stft.h"

#include "core/memory.h"
#include "core/philox.h"

#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static float *white(size_t n, unsigned seed)
{
    float *sample = malloc((n + 1) * sizeof *sample);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 3);
    for (size_t i = 0; i < n; i++)
        sample[i] = (float)(2 * tuft_random_uniform(&random) - 1);
    return sample;
}

static tuft_stft *made(tuft_stft_config config)
{
    tuft_stft *stft;
    tuft_error err = {0};
    cr_assert_eq(tuft_stft_new(&stft, &config, &err), TUFT_OK, "%s", err.message);
    return stft;
}

Test(stft, ms_to_samples)
{
    tuft_stft_config paper = tuft_stft_config_ms(16000, 16, 0.625, TUFT_WINDOW_HANN);
    cr_assert(paper.window == 256 && paper.hop == 96 && paper.kind == TUFT_WINDOW_HANN);
    tuft_stft_config ours = tuft_stft_config_ms(16000, 32, 0.5, TUFT_WINDOW_SQRT_HANN);
    cr_assert(ours.window == 512 && ours.hop == 256);
    cr_assert_eq(tuft_stft_config_ms(44100, 16, 0.5, TUFT_WINDOW_HANN).window % 2, 0);
}

/* Every sample comes back, the first and the last too, whatever the length. */
Test(stft, unchanged_spectra_give_the_signal)
{
    static const tuft_stft_config configs[] = {
        {256, 96, TUFT_WINDOW_SQRT_HANN},  {256, 96, TUFT_WINDOW_HANN},
        {512, 256, TUFT_WINDOW_SQRT_HANN}, {512, 256, TUFT_WINDOW_HANN},
        {512, 128, TUFT_WINDOW_HANN},      {512, 200, TUFT_WINDOW_SQRT_HANN},
        {706, 265, TUFT_WINDOW_HANN},      {2, 1, TUFT_WINDOW_SQRT_HANN},
        {64, 1, TUFT_WINDOW_HANN},         {480, 300, TUFT_WINDOW_SQRT_HANN}};
    static const size_t lengths[] = {1, 95, 96, 97, 255, 256, 512, 513, 1000, 4801};
    for (size_t c = 0; c < sizeof configs / sizeof *configs; c++) {
        tuft_stft *stft = made(configs[c]);
        size_t bins = tuft_stft_bins(stft);
        cr_assert_eq(bins, configs[c].window / 2 + 1);
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
            size_t n = lengths[l], frames = tuft_stft_frames(stft, n);
            float *in = white(n, 1), *out = white(n, 2);
            float complex *spectrum = malloc(frames * bins * sizeof *spectrum);
            cr_assert_eq(tuft_stft_analyse(stft, in, n, spectrum, NULL), TUFT_OK);
            cr_assert_eq(tuft_stft_synthesise(stft, spectrum, frames, out, n, NULL), TUFT_OK);
            for (size_t i = 0; i < n; i++)
                cr_assert_float_eq(in[i], out[i], 1e-6, "window %u hop %u: %zu of %zu: %g, %g",
                                   configs[c].window, configs[c].hop, i, n, in[i], out[i]);
            cr_assert_eq(tuft_stft_synthesise(stft, spectrum, frames + 1, out, n, NULL),
                         TUFT_INVALID);
            free(in);
            free(out);
            free(spectrum);
        }
        cr_assert_eq(tuft_stft_frames(stft, 0), 0);
        tuft_stft_free(stft);
    }
}

/* A cosine at a bin's frequency: amplitude x sum of the window / 2 there, nothing far away. */
Test(stft, a_tone_lies_in_its_bin)
{
    enum { WINDOW = 256, HOP = 96, N = 4000, BIN = 20 };
    tuft_stft *stft = made((tuft_stft_config){WINDOW, HOP, TUFT_WINDOW_HANN});
    size_t frames = tuft_stft_frames(stft, N), bins = tuft_stft_bins(stft);
    float sample[N], *power = malloc(frames * bins * sizeof *power);
    float complex *spectrum = malloc(frames * bins * sizeof *spectrum);
    for (int i = 0; i < N; i++)
        sample[i] = (float)cos(2 * M_PI * BIN * i / WINDOW);
    cr_assert_eq(tuft_stft_analyse(stft, sample, N, spectrum, NULL), TUFT_OK);
    tuft_stft_power(spectrum, frames * bins, power);
    for (size_t f = 3; f < 30; f++) {
        cr_assert_float_eq(power[f * bins + BIN], 64.0 * 64.0, 0.01);
        cr_assert_float_eq(power[f * bins + BIN + 1], 32.0 * 32.0, 0.01);
        cr_assert_lt(power[f * bins + BIN + 5], 1e-6);
    }
    free(power);
    free(spectrum);
    tuft_stft_free(stft);
}

Test(stft, a_stream_is_the_batch_a_window_later)
{
    static const tuft_stft_config configs[] = {{256, 96, TUFT_WINDOW_SQRT_HANN},
                                               {512, 256, TUFT_WINDOW_HANN},
                                               {64, 64 - 1 - 20, TUFT_WINDOW_SQRT_HANN}};
    for (size_t c = 0; c < 3; c++) {
        tuft_stft *stft = made(configs[c]);
        enum { N = 3000 };
        size_t hop = configs[c].hop, bins = tuft_stft_bins(stft),
               frames = tuft_stft_frames(stft, N);
        size_t before = configs[c].window - hop;
        float *in = calloc(frames * hop + N, sizeof *in), *noise = white(N, 5), batch[N];
        float *streamed = calloc(frames * hop, sizeof *streamed);
        float complex *spectrum = malloc(frames * bins * sizeof *spectrum), frame[512];
        memcpy(in, noise, N * sizeof *in);
        cr_assert_eq(tuft_stft_analyse(stft, in, N, spectrum, NULL), TUFT_OK);
        for (size_t i = 0; i < frames * bins; i++)
            spectrum[i] *= 1.0f + 0.5f * (float)((i * 7) % 5); /* a change, so that phases matter */
        cr_assert_eq(tuft_stft_synthesise(stft, spectrum, frames, batch, N, NULL), TUFT_OK);
        tuft_stft_stream *stream;
        cr_assert_eq(tuft_stft_stream_new(&stream, stft, NULL), TUFT_OK);
        for (size_t f = 0; f < frames; f++) {
            tuft_stft_stream_push(stream, in + f * hop, frame);
            for (size_t k = 0; k < bins; k++)
                frame[k] *= 1.0f + 0.5f * (float)(((f * bins + k) * 7) % 5);
            tuft_stft_stream_pull(stream, frame, streamed + f * hop);
        }
        for (size_t i = 0; i < N && i + before < frames * hop; i++)
            cr_assert_eq(streamed[i + before], batch[i]);
        /* The last sample of a block waits window - hop samples for its turn, the first a block
         * more than that. */
        cr_assert_eq(tuft_stft_latency(stft), before + hop);
        tuft_stft_stream_free(stream);
        tuft_stft_free(stft);
        free(in);
        free(noise);
        free(streamed);
        free(spectrum);
    }
}

/* A change after a sample's window has passed cannot reach it; one within it does. */
Test(stft, latency_is_a_window)
{
    enum { WINDOW = 256, HOP = 64, BLOCKS = 20, AT = 10 };
    tuft_stft *stft = made((tuft_stft_config){WINDOW, HOP, TUFT_WINDOW_HANN});
    float out[2][BLOCKS * HOP], in[BLOCKS * HOP];
    float complex frame[WINDOW / 2 + 1];
    for (int run = 0; run < 2; run++) {
        tuft_stft_stream *stream;
        cr_assert_eq(tuft_stft_stream_new(&stream, stft, NULL), TUFT_OK);
        for (int i = 0; i < BLOCKS * HOP; i++)
            in[i] = (float)sin(0.1 * i) + (run && i / HOP >= AT ? 1.0f : 0.0f);
        for (int b = 0; b < BLOCKS; b++) {
            tuft_stft_stream_push(stream, in + b * HOP, frame);
            frame[5] = 0;
            tuft_stft_stream_pull(stream, frame, out[run] + b * HOP);
        }
        tuft_stft_stream_free(stream);
    }
    int first = 0;
    while (out[0][first] == out[1][first])
        first++;
    cr_assert_eq(first / HOP, AT);
    tuft_stft_free(stft);
}

Test(stft, what_cannot_be_is_refused)
{
    static const tuft_stft_config bad[] = {
        {0, 1, TUFT_WINDOW_HANN},        {255, 96, TUFT_WINDOW_HANN},
        {256, 0, TUFT_WINDOW_HANN},      {256, 257, TUFT_WINDOW_HANN},
        {256, 256, TUFT_WINDOW_HANN},    {256, 254, TUFT_WINDOW_SQRT_HANN},
        {1 << 21, 96, TUFT_WINDOW_HANN}, {256, 96, (tuft_window_kind)9}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tuft_stft *stft = (tuft_stft *)1;
        tuft_error err = {0};
        cr_assert_eq(tuft_stft_new(&stft, &bad[i], &err), TUFT_INVALID);
        cr_assert_null(stft);
        cr_assert(err.message[0]);
    }
    tuft_fft *fft;
    cr_assert_eq(tuft_fft_new(&fft, 1, NULL), TUFT_INVALID);
    cr_assert_null(fft);
}

Test(stft, a_transform_and_its_inverse)
{
    enum { SIZE = 30 };
    tuft_fft *fft;
    float *sample, *back;
    float complex *spectrum;
    cr_assert_eq(tuft_fft_new(&fft, SIZE, NULL), TUFT_OK);
    cr_assert_eq(TUFT_NEW(&sample, SIZE, "test", NULL), TUFT_OK);
    cr_assert_eq(TUFT_NEW(&back, SIZE, "test", NULL), TUFT_OK);
    cr_assert_eq(TUFT_NEW(&spectrum, tuft_fft_bins(fft), "test", NULL), TUFT_OK);
    for (int i = 0; i < SIZE; i++)
        sample[i] = (float)(i * i % 11);
    tuft_fft_forward(fft, sample, spectrum);
    for (uint32_t k = 0; k < tuft_fft_bins(fft); k++) {
        double complex sum = 0;
        for (int i = 0; i < SIZE; i++)
            sum += sample[i] * cexp(-2 * M_PI * I * (double)k * i / SIZE);
        cr_assert_lt(cabs(sum - spectrum[k]), 1e-4);
    }
    tuft_fft_inverse(fft, spectrum, back);
    for (int i = 0; i < SIZE; i++)
        cr_assert_float_eq(back[i], SIZE * sample[i], 1e-3);
    free(sample);
    free(back);
    free(spectrum);
    tuft_fft_free(fft);
}
