#include "datasets/metrics.h"
#include "datasets/segmental_snr.h"
#include "datasets/si_sdr.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

Test(si_sdr, as_expected)
{
    static const char *const degraded[] = {"speech_bab_0dB.wav", "speech_white_5dB.wav",
                                           "speech_white_m5dB.wav"};
    size_t n, m;
    double rate, db;
    float *clean = metrics_read("speech.wav", &n, &rate);
    for (int i = 0; i < 3; i++) {
        float *noisy = metrics_read(degraded[i], &m, &rate);
        cr_assert_eq(tuft_si_sdr(clean, noisy, n, &db, NULL), TUFT_OK);
        cr_assert_float_eq(db, metrics_expected(degraded[i], "si_sdr_db"), 1e-5);
        free(noisy);
    }
    free(clean);
}

/* Orthogonal parts of known power, any gain, any offset. */
Test(si_sdr, closed_form)
{
    enum { N = 4000 };
    float s[N], e[N];
    double db;
    for (double gain = 0.1; gain < 20; gain *= 3) {
        for (int i = 0; i < N; i++) {
            s[i] = (float)(0.5 * sin(2 * M_PI * i / 40));
            e[i] = (float)(gain * (s[i] + 0.05 * sin(2 * M_PI * i / 16)) + 0.01);
        }
        cr_assert_eq(tuft_si_sdr(s, e, N, &db, NULL), TUFT_OK);
        cr_assert_float_eq(db, 20, 1e-3);
    }
    cr_assert_eq(tuft_si_sdr(s, s, N, &db, NULL), TUFT_OK);
    cr_assert_eq(db, 100);
    memset(e, 0, sizeof e);
    cr_assert_eq(tuft_si_sdr(s, e, N, &db, NULL), TUFT_OK);
    cr_assert_eq(db, -100);
    cr_assert_eq(tuft_si_sdr(e, s, N, &db, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_si_sdr(s, s, 0, &db, NULL), TUFT_INVALID);
}

Test(segmental_snr, closed_form)
{
    enum { RATE = 16000, N = RATE };
    static float s[N], e[N];
    double db;
    for (int i = 0; i < N; i++) {
        s[i] = (float)(0.5 * sin(2 * M_PI * i / 40));
        e[i] = 0.9f * s[i]; /* a tenth of the amplitude is error: 20 dB in every frame */
    }
    cr_assert_eq(tuft_segmental_snr(s, e, N, RATE, &db, NULL), TUFT_OK);
    cr_assert_float_eq(db, 20, 1e-4);
    cr_assert_eq(tuft_segmental_snr(s, s, N, RATE, &db, NULL), TUFT_OK);
    cr_assert_eq(db, 35);
    for (int i = 0; i < N; i++)
        e[i] = -9 * s[i];
    cr_assert_eq(tuft_segmental_snr(s, e, N, RATE, &db, NULL), TUFT_OK);
    cr_assert_eq(db, -10);
    /* Half at 20 dB, half at the floor: about the mean of both. */
    for (int i = 0; i < N; i++)
        e[i] = i < N / 2 ? 0.9f * s[i] : -9 * s[i];
    cr_assert_eq(tuft_segmental_snr(s, e, N, RATE, &db, NULL), TUFT_OK);
    cr_assert_float_eq(db, 5, 0.5);
    cr_assert_eq(tuft_segmental_snr(s, e, 479, RATE, &db, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_segmental_snr(s, e, 480, RATE, &db, NULL), TUFT_OK);
    cr_assert_eq(tuft_segmental_snr(s, e, N, NAN, &db, NULL), TUFT_INVALID);
    memset(s, 0, sizeof s);
    cr_assert_eq(tuft_segmental_snr(s, e, N, RATE, &db, NULL), TUFT_INVALID);
}
