#include "datasets/noise_synthetic.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME = 512, BINS = FRAME / 2 };

/* Mean power spectrum of Hann-windowed frames, by the plain transform. */
static void spectrum(const float *sample, size_t n, double power[BINS])
{
    static double c[FRAME], s[FRAME];
    for (int i = 0; i < FRAME; i++) {
        c[i] = cos(2 * M_PI * i / FRAME);
        s[i] = sin(2 * M_PI * i / FRAME);
    }
    memset(power, 0, BINS * sizeof *power);
    int frames = 0;
    for (size_t at = 0; at + FRAME < n; at += 16 * FRAME, frames++)
        for (int k = 1; k < BINS; k++) {
            double re = 0.0, im = 0.0;
            for (int i = 0; i < FRAME; i++) {
                double x = (double)sample[at + (size_t)i] * (0.5 - 0.5 * c[i]);
                re += x * c[i * k % FRAME];
                im += x * s[i * k % FRAME];
            }
            power[k] += re * re + im * im;
        }
    for (int k = 1; k < BINS; k++)
        power[k] /= frames;
}

/* dB an octave between 500 and 4000 Hz. */
static double slope(const tuft_noise_sound *noise)
{
    double power[BINS], low = 0.0, high = 0.0;
    spectrum(noise->sample, noise->frames, power);
    for (int k = 12; k < 20; k++)
        low += power[k] / 8;
    for (int k = 96; k < 160; k++)
        high += power[k] / 64;
    return 10 * log10(high / low) / 3;
}

static const tuft_noise_sound *named(const tuft_noise_library *library, const char *name)
{
    for (size_t i = 0; i < library->count; i++)
        if (strcmp(library->noise[i].name, name) == 0)
            return &library->noise[i];
    cr_assert_fail("%s", name);
    return NULL;
}

Test(noise_synthetic, spectra_are_as_named)
{
    tuft_noise_library train, test;
    tuft_error err;
    cr_assert_eq(tuft_noise_synthesise(TUFT_NOISES_FOR_TRAINING, 10, 1, &train, &err), TUFT_OK);
    cr_assert_eq(tuft_noise_synthesise(TUFT_NOISES_FOR_TESTING, 10, 1, &test, &err), TUFT_OK);
    cr_assert_float_eq(slope(named(&train, "white")), 0.0, 0.4);
    cr_assert_float_eq(slope(named(&train, "pink")), -3.0, 0.6);
    cr_assert_float_eq(slope(named(&test, "wind")), -6.0, 1.0);
    double speech = slope(named(&train, "speech-shaped"));
    cr_assert(speech < -4.0 && speech > -9.0, "%g", speech);
    tuft_noise_library *side[2] = {&train, &test};
    for (int s = 0; s < 2; s++) {
        cr_assert_eq(side[s]->count, 5);
        for (size_t i = 0; i < 5; i++) {
            const tuft_noise_sound *noise = &side[s]->noise[i];
            double power = 0.0, mean = 0.0;
            cr_assert_eq(noise->frames, 160000);
            for (size_t k = 0; k < noise->frames; k++) {
                cr_assert(isfinite(noise->sample[k]));
                mean += (double)noise->sample[k] / 160000;
                power += (double)noise->sample[k] * noise->sample[k] / 160000;
            }
            cr_assert_float_eq(sqrt(power), 0.1, 1e-3, "%s", noise->name);
            cr_assert_float_eq(mean, 0.0, 1e-4);
            if (i > 0)
                cr_assert_gt(strcmp(noise->name, side[s]->noise[i - 1].name), 0);
            for (size_t j = 0; j < 5; j++)
                cr_assert_str_neq(train.noise[i].name, test.noise[j].name);
        }
    }
    tuft_noise_library_free(&train);
    tuft_noise_library_free(&test);
}

Test(noise_synthetic, seeds_name_noises)
{
    tuft_noise_library a, b, c;
    tuft_error err;
    for (int side = 0; side < 2; side++) {
        cr_assert_eq(tuft_noise_synthesise((tuft_noise_side)side, 2, 1, &a, &err), TUFT_OK);
        cr_assert_eq(tuft_noise_synthesise((tuft_noise_side)side, 2, 1, &b, &err), TUFT_OK);
        cr_assert_eq(tuft_noise_synthesise((tuft_noise_side)side, 2, 2, &c, &err), TUFT_OK);
        for (size_t i = 0; i < 5; i++) {
            cr_assert_arr_eq(a.noise[i].sample, b.noise[i].sample, 32000 * sizeof(float));
            cr_assert_arr_neq(a.noise[i].sample, c.noise[i].sample, 32000 * sizeof(float));
        }
        tuft_noise_library_free(&a);
        tuft_noise_library_free(&b);
        tuft_noise_library_free(&c);
    }
    cr_assert_eq(tuft_noise_synthesise(TUFT_NOISES_FOR_TRAINING, 0.5, 1, &a, &err), TUFT_INVALID);
    cr_assert_eq(tuft_noise_synthesise(TUFT_NOISES_FOR_TRAINING, NAN, 1, &a, &err), TUFT_INVALID);
    cr_assert_null(a.noise);
}
