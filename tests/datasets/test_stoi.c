#include "datasets/metrics.h"
#include "datasets/stoi.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

Test(stoi, as_pystoi_gives_them)
{
    static const char *const degraded[] = {"speech_bab_0dB.wav", "speech_white_5dB.wav",
                                           "speech_white_m5dB.wav"};
    size_t n, m;
    double rate;
    float *clean = metrics_read("speech.wav", &n, &rate);
    for (int i = 0; i < 3; i++) {
        double stoi, estoi;
        float *noisy = metrics_read(degraded[i], &m, &rate);
        cr_assert_eq(n, m);
        cr_assert_eq(tuft_stoi(clean, noisy, n, rate, &stoi, &estoi, NULL), TUFT_OK);
        cr_assert_float_eq(stoi, metrics_expected(degraded[i], "stoi"), 1e-5, "%s %.9g",
                           degraded[i], stoi);
        cr_assert_float_eq(estoi, metrics_expected(degraded[i], "estoi"), 1e-5, "%s %.9g",
                           degraded[i], estoi);
        free(noisy);
    }
    free(clean);
}

Test(stoi, falls_with_noise_and_ignores_gain)
{
    enum { RATE = 16000, N = 3 * RATE };
    float *voice = metrics_voice(N, RATE, 1), scaled[N];
    double stoi, estoi, last = 1, last_extended = 1;
    cr_assert_eq(tuft_stoi(voice, voice, N, RATE, &stoi, &estoi, NULL), TUFT_OK);
    cr_assert_float_eq(stoi, 1, 1e-9);
    cr_assert_float_eq(estoi, 1, 1e-9);
    for (double gain = 0.002; gain < 1; gain *= 3) {
        float *noisy = metrics_noisy(voice, N, gain, 2);
        cr_assert_eq(tuft_stoi(voice, noisy, N, RATE, &stoi, &estoi, NULL), TUFT_OK);
        cr_assert(stoi < last && estoi < last_extended, "gain %g: %g, %g", gain, stoi, estoi);
        last = stoi;
        last_extended = estoi;
        for (int i = 0; i < N; i++)
            scaled[i] = 8 * noisy[i];
        cr_assert_eq(tuft_stoi(voice, scaled, N, RATE, &stoi, &estoi, NULL), TUFT_OK);
        cr_assert_float_eq(stoi, last, 1e-6);
        cr_assert_float_eq(estoi, last_extended, 1e-6);
        free(noisy);
    }
    cr_assert_lt(last, 0.5);
    free(voice);
}

Test(stoi, pauses_do_not_count)
{
    enum { RATE = 10000, N = 2 * RATE, PAUSE = 12800 };
    float *voice = metrics_voice(N, RATE, 4), *noisy = metrics_noisy(voice, N, 0.03, 5);
    float *a = calloc(N + PAUSE, sizeof *a), *b = calloc(N + PAUSE, sizeof *b);
    double plain, paused;
    memcpy(a + PAUSE, voice, N * sizeof *a);
    memcpy(b + PAUSE, noisy, N * sizeof *b);
    for (int i = 0; i < PAUSE; i++)
        b[i] = 0.1f * (float)(i % 7);
    cr_assert_eq(tuft_stoi(voice, noisy, N, RATE, &plain, NULL, NULL), TUFT_OK);
    cr_assert_eq(tuft_stoi(a, b, N + PAUSE, RATE, &paused, NULL, NULL), TUFT_OK);
    cr_assert_float_eq(plain, paused, 0.01);
    free(voice);
    free(noisy);
    free(a);
    free(b);
}

Test(stoi, what_cannot_be_scored)
{
    enum { RATE = 16000, N = 2 * RATE };
    static float silence[N];
    float *voice = metrics_voice(N, RATE, 1);
    double stoi;
    tuft_error err = {0};
    cr_assert_eq(tuft_stoi(silence, voice, N, RATE, &stoi, NULL, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "speech"));
    cr_assert_eq(tuft_stoi(voice, voice, RATE / 4, RATE, &stoi, NULL, &err), TUFT_INVALID);
    cr_assert_eq(tuft_stoi(voice, voice, 0, RATE, &stoi, NULL, &err), TUFT_INVALID);
    cr_assert_eq(tuft_stoi(voice, voice, N, NAN, &stoi, NULL, &err), TUFT_INVALID);
    cr_assert_eq(tuft_stoi(voice, voice, N, 0, &stoi, NULL, &err), TUFT_INVALID);
    free(voice);
}
