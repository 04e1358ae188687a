#include "datasets/metrics.h"
#include "datasets/pesq.h"
#include "datasets/pesq_bands.h"
#include "datasets/pesq_delay.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 16000, N = 4 * RATE };

static double score(tuft_pesq_mode mode, const float *a, size_t n, const float *b, size_t m)
{
    double value = NAN;
    tuft_error err = {0};
    cr_assert_eq(tuft_pesq(mode, a, n, b, m, RATE, &value, &err), TUFT_OK, "%s", err.message);
    return value;
}

/* a later by `delay` samples, in n + delay samples. */
static float *later(const float *a, size_t n, size_t delay)
{
    float *b = calloc(n + delay, sizeof *b);
    memcpy(b + delay, a, n * sizeof *b);
    return b;
}

Test(pesq, as_the_reference_software_gives_them)
{
    static const char *const file = "speech_bab_0dB.wav";
    size_t n, m;
    double rate, value;
    float *clean = metrics_read("speech.wav", &n, &rate), *noisy = metrics_read(file, &m, &rate);
    cr_assert_eq(tuft_pesq(TUFT_PESQ_NARROW, clean, n, noisy, m, rate, &value, NULL), TUFT_OK);
    cr_assert_float_eq(value, metrics_expected(file, "pesq_nb"), 1e-3, "%.6g", value);
    cr_assert_eq(tuft_pesq(TUFT_PESQ_WIDE, clean, n, noisy, m, rate, &value, NULL), TUFT_OK);
    cr_assert_float_eq(value, metrics_expected(file, "pesq_wb"), 1e-3, "%.6g", value);
    free(clean);
    free(noisy);
}

/* Babble 15 dB above the speech to 12 below it: alignment must not lose itself. */
Test(pesq, rises_with_the_ratio_of_real_speech_and_noise)
{
    size_t n, m;
    double rate;
    float *clean = metrics_read("speech.wav", &n, &rate);
    float *noisy = metrics_read("speech_bab_0dB.wav", &m, &rate),
          *mixed = malloc(n * sizeof *mixed);
    for (int mode = 0; mode < 2; mode++) {
        double last = 1;
        for (int db = -15; db <= 12; db += 3) {
            for (size_t i = 0; i < n; i++)
                mixed[i] = (float)(clean[i] + pow(10, -db / 20.0) * (noisy[i] - clean[i]));
            double here = score((tuft_pesq_mode)mode, clean, n, mixed, n);
            cr_assert_gt(here, last, "%d dB: %g after %g", db, here, last);
            last = here;
        }
    }
    free(clean);
    free(noisy);
    free(mixed);
}

Test(pesq, mappings)
{
    /* P.862.1, table: raw 1 is 1.13..., 4.5 is 4.55; P.862.2 likewise. */
    cr_assert_float_eq(tuft_pesq_mos(TUFT_PESQ_NARROW, 4.5), 4.549, 5e-4);
    cr_assert_float_eq(tuft_pesq_mos(TUFT_PESQ_WIDE, 4.5), 4.644, 5e-4);
    cr_assert_float_eq(tuft_pesq_mos(TUFT_PESQ_NARROW, -0.5), 1.017, 5e-4);
    cr_assert_float_eq(tuft_pesq_mos(TUFT_PESQ_WIDE, -0.5), 1.0427, 5e-4);
}

/* 42 bands and 128 bins at 8 kHz, 49 and 256 at 16; the bands are the same. */
Test(pesq, bands)
{
    tuft_pesq_band low[TUFT_PESQ_BANDS], high[TUFT_PESQ_BANDS];
    uint32_t lows = tuft_pesq_bands(8000, low), highs = tuft_pesq_bands(16000, high);
    cr_assert_eq(lows, 42);
    cr_assert_eq(highs, 49);
    cr_assert_eq(low[41].first + low[41].count, 128);
    cr_assert_eq(high[48].first + high[48].count, 256);
    for (uint32_t b = 0; b < highs; b++) {
        cr_assert_gt(high[b].count, 0);
        if (b)
            cr_assert_eq(high[b].first, high[b - 1].first + high[b - 1].count);
        if (b < 41)
            cr_assert_float_eq(low[b].gain, 4 * high[b].gain, 1e-12);
    }
    cr_assert_float_eq(high[0].gain / 6.910853e-6, 100, 1e-2); /* a Bark is 100 Hz there */
}

Test(pesq, a_copy_is_perfect_at_any_gain)
{
    float *voice = metrics_voice(N, RATE, 1), *scaled = malloc(N * sizeof *scaled);
    static const double gains[] = {1, 0.01, 30, 1e-6};
    for (int g = 0; g < 4; g++) {
        for (int i = 0; i < N; i++)
            scaled[i] = (float)(gains[g] * voice[i]);
        cr_assert_float_eq(score(TUFT_PESQ_NARROW, voice, N, scaled, N), 4.549, 1e-3);
        cr_assert_float_eq(score(TUFT_PESQ_WIDE, voice, N, scaled, N), 4.644, 1e-3);
        cr_assert_float_eq(score(TUFT_PESQ_WIDE, scaled, N, voice, N), 4.644, 1e-3);
    }
    free(voice);
    free(scaled);
}

Test(pesq, falls_with_noise_and_ignores_gain)
{
    float *voice = metrics_voice(N, RATE, 2), *scaled = malloc(N * sizeof *scaled);
    for (int mode = 0; mode < 2; mode++) {
        double last = 5;
        for (double gain = 1e-4; gain < 0.2; gain *= 3) {
            float *noisy = metrics_noisy(voice, N, gain, 3);
            double here = score((tuft_pesq_mode)mode, voice, N, noisy, N);
            cr_assert(here < last && here > 1, "noise %g: %g after %g", gain, here, last);
            last = here;
            for (int i = 0; i < N; i++)
                scaled[i] = 0.1f * noisy[i];
            cr_assert_float_eq(score((tuft_pesq_mode)mode, voice, N, scaled, N), here, 1e-3);
            free(noisy);
        }
        cr_assert_lt(last, 1.5);
    }
    free(voice);
    free(scaled);
}

/* A delay of the whole, up to hundreds of ms, either way, costs nothing against the same pair with
 * both delayed (which moves the grid of frames, and with it the score a little). */
Test(pesq, delays_of_the_whole)
{
    static const double seconds[] = {0.0001, 0.003, 0.0371, 0.12, 0.3, 0.6};
    float *voice = metrics_voice(N, RATE, 3), *noisy = metrics_noisy(voice, N, 0.005, 4);
    double plain = score(TUFT_PESQ_NARROW, voice, N, noisy, N);
    for (int k = 0; k < 6; k++) {
        size_t delay = (size_t)(seconds[k] * RATE);
        float *b = later(noisy, N, delay), *a = later(voice, N, delay);
        double after = score(TUFT_PESQ_NARROW, voice, N, b, N + delay);
        cr_assert_float_eq(after, plain, 0.04, "%g s late: %g, %g", seconds[k], after, plain);
        double both = score(TUFT_PESQ_NARROW, a, N + delay, b, N + delay);
        double before = score(TUFT_PESQ_NARROW, a, N + delay, noisy, N);
        cr_assert_float_eq(before, both, 1e-3, "%g s early: %g, %g", seconds[k], before, both);
        free(a);
        free(b);
    }
    free(voice);
    free(noisy);
}

/* Two stretches of speech; in the pause between them the delay changes. */
Test(pesq, delays_that_change_in_a_pause)
{
    enum { PAUSE = RATE / 2, ALL = 2 * N + PAUSE };
    float *first = metrics_voice(N, RATE, 5), *second = metrics_voice(N, RATE, 6);
    float *a = calloc(ALL, sizeof *a), *b = calloc(ALL + N, sizeof *b);
    static const int shifts[] = {-1600, -160, 16, 480, 2400};
    memset(first + N - 2000, 0, 2000 * sizeof *first);
    memset(second, 0, 2000 * sizeof *second);
    memcpy(a, first, N * sizeof *a);
    memcpy(a + N + PAUSE, second, N * sizeof *a);
    for (int k = 0; k < 5; k++) {
        memset(b, 0, (ALL + N) * sizeof *b);
        memcpy(b, first, N * sizeof *b);
        memcpy(b + N + PAUSE + shifts[k], second, N * sizeof *b);
        double value = score(TUFT_PESQ_WIDE, a, ALL, b, ALL + (size_t)abs(shifts[k]));
        cr_assert_gt(value, 4.6, "shifted by %d: %g", shifts[k], value);
    }
    free(first);
    free(second);
    free(a);
    free(b);
}

Test(pesq, spans_of_delay)
{
    enum { CUT = N / 2, MORE = 300 };
    float *voice = metrics_voice(N, RATE, 7), *b = calloc(N + MORE, sizeof *b);
    tuft_pesq_span span[TUFT_PESQ_SPANS];
    size_t count;
    memcpy(b, voice, CUT * sizeof *b);
    memcpy(b + CUT + MORE, voice + CUT, (N - CUT) * sizeof *b);
    cr_assert_eq(tuft_pesq_delays(voice, N, voice, N, RATE, span, &count, NULL), TUFT_OK);
    cr_assert(count == 1 && span[0].start == 0 && span[0].delay == 0);
    cr_assert_eq(tuft_pesq_delays(voice, N, b, N + MORE, RATE, span, &count, NULL), TUFT_OK);
    cr_assert(count >= 2 && span[0].delay == 0, "%zu spans", count);
    cr_assert_eq(span[count - 1].delay, MORE);
    for (size_t i = 1; i < count; i++)
        cr_assert_gt(span[i].start, span[i - 1].start);
    free(voice);
    free(b);
}

Test(pesq, at_8_khz)
{
    enum { LOW = 8000, LENGTH = 3 * LOW };
    float *voice = metrics_voice(LENGTH, LOW, 8);
    double value, last = 5;
    cr_assert_eq(tuft_pesq(TUFT_PESQ_NARROW, voice, LENGTH, voice, LENGTH, LOW, &value, NULL),
                 TUFT_OK);
    cr_assert_float_eq(value, 4.549, 1e-3);
    for (double gain = 1e-3; gain < 0.2; gain *= 5) {
        float *noisy = metrics_noisy(voice, LENGTH, gain, 9);
        cr_assert_eq(tuft_pesq(TUFT_PESQ_NARROW, voice, LENGTH, noisy, LENGTH, LOW, &value, NULL),
                     TUFT_OK);
        cr_assert_lt(value, last);
        last = value;
        free(noisy);
    }
    free(voice);
}

Test(pesq, what_cannot_be_scored)
{
    float *voice = metrics_voice(N, RATE, 1), *silence = calloc(N, sizeof *silence);
    double v;
    tuft_error err = {0};
    cr_assert_eq(tuft_pesq(TUFT_PESQ_WIDE, voice, N, voice, N, 8000, &v, &err), TUFT_INVALID);
    cr_assert_eq(tuft_pesq(TUFT_PESQ_NARROW, voice, N, voice, N, 44100, &v, &err), TUFT_INVALID);
    cr_assert_eq(tuft_pesq(TUFT_PESQ_NARROW, voice, N, voice, N, NAN, &v, &err), TUFT_INVALID);
    cr_assert_eq(tuft_pesq(TUFT_PESQ_NARROW, voice, 3999, voice, N, RATE, &v, &err), TUFT_INVALID);
    cr_assert_eq(tuft_pesq(TUFT_PESQ_NARROW, silence, N, voice, N, RATE, &v, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "clean"));
    cr_assert_eq(tuft_pesq(TUFT_PESQ_NARROW, voice, N, silence, N, RATE, &v, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "degraded"));
    silence[77] = NAN;
    cr_assert_eq(tuft_pesq(TUFT_PESQ_NARROW, voice, N, silence, N, RATE, &v, &err), TUFT_NUMERIC);
    cr_assert(strstr(err.message, "77"));
    free(voice);
    free(silence);
}

/* Nothing but noise, a click, a constant: a score or a refusal, never a crash. */
Test(pesq, odd_signals)
{
    float *voice = metrics_voice(N, RATE, 1), *odd = calloc(N, sizeof *odd);
    double value;
    for (int kind = 0; kind < 4; kind++) {
        for (int i = 0; i < N; i++)
            odd[i] = kind == 0   ? (i == 20000)
                     : kind == 1 ? 0.5f
                     : kind == 2 ? (float)((i * 7919) % 101) - 50
                                 : 1e30f * voice[i];
        for (int swap = 0; swap < 2; swap++) {
            tuft_status status = tuft_pesq(TUFT_PESQ_WIDE, swap ? odd : voice, N,
                                           swap ? voice : odd, N, RATE, &value, NULL);
            cr_assert(status == TUFT_INVALID || (status == TUFT_OK && value >= 1 && value <= 4.7));
        }
    }
    free(voice);
    free(odd);
}
