#include "datasets/mask.h"
#include "datasets/mel.h"

#include "core/philox.h"

#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static tuft_mel *made(tuft_mel_config config)
{
    tuft_mel *mel;
    tuft_error err = {0};
    cr_assert_eq(tuft_mel_new(&mel, &config, &err), TUFT_OK, "%s", err.message);
    return mel;
}

Test(mel, scales)
{
    cr_assert_float_eq(tuft_mel_of_hz(TUFT_MEL_HTK, 1000), 999.9855, 1e-3);
    cr_assert_float_eq(tuft_mel_of_hz(TUFT_MEL_SLANEY, 1000), 15, 1e-12);
    cr_assert_float_eq(tuft_mel_of_hz(TUFT_MEL_SLANEY, 6400), 42, 1e-9);
    for (int scale = 0; scale < 2; scale++)
        for (double hz = 0; hz < 9000; hz += 77)
            cr_assert_float_eq(
                tuft_hz_of_mel((tuft_mel_scale)scale, tuft_mel_of_hz((tuft_mel_scale)scale, hz)),
                hz, 1e-8);
}

/* Between the first and the last centre two triangles share each frequency: weights sum to 1. */
Test(mel, triangles_sum_to_one)
{
    for (int scale = 0; scale < 2; scale++) {
        tuft_mel *mel = made((tuft_mel_config){.bands = 23,
                                               .rate_hz = 16000,
                                               .bins = 2049,
                                               .low_hz = 50,
                                               .scale = (tuft_mel_scale)scale});
        double width = 8000.0 / 2048, last = 0;
        for (uint32_t b = 0; b < 23; b++) {
            cr_assert_gt(tuft_mel_centre_hz(mel, b), last);
            last = tuft_mel_centre_hz(mel, b);
            uint32_t peak = (uint32_t)lround(last / width);
            cr_assert_gt(tuft_mel_weight(mel, b, peak), 0.9);
        }
        for (uint32_t k = 0; k < 2049; k++) {
            double sum = 0;
            for (uint32_t b = 0; b < 23; b++)
                sum += tuft_mel_weight(mel, b, k);
            if (k * width >= tuft_mel_centre_hz(mel, 0) && k * width <= last)
                cr_assert_float_eq(sum, 1, 1e-5);
            else
                cr_assert_lt(sum, 1);
        }
        cr_assert_float_eq(tuft_mel_weight(mel, 0, (uint32_t)(50 / width)), 0, 1e-12);
        tuft_mel_free(mel);
    }
}

Test(mel, applied_is_the_weighted_sum)
{
    tuft_mel *mel = made((tuft_mel_config){.bands = 40, .rate_hz = 8000, .bins = 129});
    float power[2 * 129], band[2 * 40];
    for (int i = 0; i < 2 * 129; i++)
        power[i] = (float)(i % 13);
    tuft_mel_apply(mel, power, 2, band);
    for (uint32_t f = 0; f < 2; f++)
        for (uint32_t b = 0; b < 40; b++) {
            double sum = 0, weights = 0;
            for (uint32_t k = 0; k < 129; k++) {
                sum += tuft_mel_weight(mel, b, k) * power[f * 129 + k];
                weights += tuft_mel_weight(mel, b, k);
            }
            cr_assert_float_eq(band[f * 40 + b], sum, 1e-4);
            cr_assert_gt(weights, 0); /* narrow bands read something too */
        }
    float value[] = {0, 1e-6f, 1, 20};
    tuft_mel_log(value, 4, 1e-4f);
    cr_assert_float_eq(value[0], log(1e-4), 1e-5);
    cr_assert_float_eq(value[1], log(1e-4), 1e-5);
    cr_assert_float_eq(value[2], 0, 1e-7);
    cr_assert_float_eq(value[3], log(20), 1e-5);
    tuft_mel_free(mel);
}

Test(mel, masks_to_bins)
{
    static const uint32_t bands[] = {1, 8, 23, 64, 200};
    for (size_t i = 0; i < 5; i++) {
        uint32_t n = bands[i];
        tuft_mel *mel = made((tuft_mel_config){
            .bands = n, .rate_hz = 16000, .bins = 129, .low_hz = 100, .high_hz = 7000});
        float mask[2 * 200], gain[2 * 129];
        for (uint32_t b = 0; b < n; b++) {
            mask[b] = 1;
            mask[n + b] = (float)b / (float)n;
        }
        tuft_mask_to_bins(mel, mask, 2, gain);
        for (int k = 0; k < 129; k++) {
            cr_assert_float_eq(gain[k], 1, 1e-6); /* all let through: nothing changes */
            cr_assert(gain[129 + k] >= 0 && gain[129 + k] < 1);
            if (k) /* rising bands, rising bins */
                cr_assert(gain[129 + k] >= gain[128 + k] - 1e-6);
        }
        cr_assert_float_eq(gain[129], mask[n], 1e-6); /* outside: the nearest band's */
        cr_assert_float_eq(gain[2 * 129 - 1], mask[2 * n - 1], 1e-6);
        tuft_mel_free(mel);
    }
}

Test(mel, what_cannot_be_is_refused)
{
    static const tuft_mel_config bad[] = {
        {.bands = 0, .rate_hz = 16000, .bins = 129},
        {.bands = 2000, .rate_hz = 16000, .bins = 129},
        {.bands = 20, .rate_hz = 16000, .bins = 1},
        {.bands = 20, .rate_hz = 16000, .bins = 129, .high_hz = 8001},
        {.bands = 20, .rate_hz = 16000, .bins = 129, .low_hz = -1},
        {.bands = 20, .rate_hz = 16000, .bins = 129, .low_hz = 500, .high_hz = 500},
        {.bands = 20, .rate_hz = NAN, .bins = 129},
        {.bands = 20, .rate_hz = INFINITY, .bins = 129}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tuft_mel *mel = (tuft_mel *)1;
        tuft_error err = {0};
        cr_assert_eq(tuft_mel_new(&mel, &bad[i], &err), TUFT_INVALID, "%zu", i);
        cr_assert_null(mel);
        cr_assert(err.message[0]);
    }
}

Test(mask, closed_forms)
{
    float clean[] = {9, 0, 1, 0}, noise[] = {7, 1, 0, 0}, mask[4];
    tuft_mask_ideal_ratio(clean, noise, 4, mask);
    cr_assert_float_eq(mask[0], 0.75, 1e-7);
    cr_assert_eq(mask[1], 0);
    cr_assert_eq(mask[2], 1);
    cr_assert_eq(mask[3], 0);
    float from[] = {0, -100, 3, 2}, to[] = {2, 0, 1, 2};
    tuft_mask_from_log(from, to, 4, 0.01f, 2, mask);
    cr_assert_float_eq(mask[0], exp(-1), 1e-6);
    cr_assert_float_eq(mask[1], 0.01, 1e-7);
    cr_assert_eq(mask[2], 2); /* e^1, limited */
    cr_assert_eq(mask[3], 1);
}

/* Two tones, one masked away: what is left is the other. */
Test(mask, a_masked_band_is_gone)
{
    enum { N = 16000, RATE = 16000 };
    tuft_stft_config config = tuft_stft_config_ms(RATE, 32, 0.5, TUFT_WINDOW_SQRT_HANN);
    tuft_stft *stft;
    cr_assert_eq(tuft_stft_new(&stft, &config, NULL), TUFT_OK);
    tuft_mel *mel =
        made((tuft_mel_config){.bands = 30, .rate_hz = RATE, .bins = tuft_stft_bins(stft)});
    size_t frames = tuft_stft_frames(stft, N);
    static float in[N], out[N];
    float *mask = malloc(frames * 30 * sizeof *mask);
    for (int i = 0; i < N; i++)
        in[i] =
            (float)(0.3 * sin(2 * M_PI * 500 * i / RATE) + 0.3 * sin(2 * M_PI * 3000 * i / RATE));
    for (size_t f = 0; f < frames; f++)
        for (uint32_t b = 0; b < 30; b++)
            mask[f * 30 + b] = tuft_mel_centre_hz(mel, b) < 1500 ? 1 : 0;
    cr_assert_eq(tuft_mask_enhance(stft, mel, in, N, mask, out, NULL), TUFT_OK);
    for (int i = 1000; i < N - 1000; i++)
        cr_assert_float_eq(out[i], 0.3 * sin(2 * M_PI * 500 * i / RATE), 1e-3);
    tuft_mel *other = made((tuft_mel_config){.bands = 30, .rate_hz = RATE, .bins = 100});
    cr_assert_eq(tuft_mask_enhance(stft, other, in, N, mask, out, NULL), TUFT_INVALID);
    tuft_mel_free(other);
    tuft_mel_free(mel);
    tuft_stft_free(stft);
    free(mask);
}
