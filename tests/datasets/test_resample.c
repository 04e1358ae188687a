#include "datasets/resample.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

/* A tone below both Nyquist frequencies keeps amplitude and phase; one above the new one is gone.
 */
Test(resample, tones)
{
    static const struct {
        uint32_t from, to;
        double hz, left;
    } all[] = {{16000, 10000, 1000, 1}, {16000, 10000, 4000, 1}, {16000, 10000, 6500, 0},
               {8000, 16000, 3000, 1},  {44100, 16000, 5000, 1}, {44100, 16000, 12000, 0},
               {48000, 8000, 700, 1},   {16000, 16000, 7000, 1}, {11025, 48000, 2000, 1}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        size_t n = all[k].from / 2, m;
        float *in = malloc(n * sizeof *in), *out;
        for (size_t i = 0; i < n; i++)
            in[i] = (float)sin(2 * M_PI * all[k].hz * (double)i / all[k].from);
        cr_assert_eq(tuft_resample(in, n, all[k].from, all[k].to, &out, &m, NULL), TUFT_OK);
        cr_assert_eq(m, (n * all[k].to + all[k].from - 1) / all[k].from);
        for (size_t i = m / 10; i < m - m / 10; i++)
            cr_assert_float_eq(
                out[i], all[k].left * sin(2 * M_PI * all[k].hz * (double)i / all[k].to), 3e-3,
                "%u to %u, %g Hz, at %zu: %g", all[k].from, all[k].to, all[k].hz, i, out[i]);
        free(in);
        free(out);
    }
}

Test(resample, bounds)
{
    float one = 1, *out;
    size_t m;
    cr_assert_eq(tuft_resample(&one, 0, 16000, 8000, &out, &m, NULL), TUFT_OK);
    cr_assert_eq(m, 0);
    free(out);
    const size_t minutes = 16000 * 60 * 5;
    float *long_one = calloc(minutes, sizeof *long_one);
    long_one[minutes / 2] = 1;
    cr_assert_eq(tuft_resample(long_one, minutes, 16000, 10000, &out, &m, NULL), TUFT_OK);
    cr_assert_eq(m, minutes * 5 / 8);
    cr_assert_float_eq(out[m / 2], 0.625, 0.01); /* a pulse through the low-pass */
    free(out);
    free(long_one);
    cr_assert_eq(tuft_resample(&one, 1, 0, 8000, &out, &m, NULL), TUFT_INVALID);
    cr_assert_null(out);
    cr_assert_eq(tuft_resample(&one, 1, 16000, 1000000, &out, &m, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_resample(&one, 1, 767999, 767997, &out, &m, NULL), TUFT_INVALID);
}
