/* Ornstein-Uhlenbeck noise against its closed forms. */
#include "cells/noise.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { CELLS = 1000, STEPS = 2000, WARM_UP = 400 };

static float x[CELLS], y[CELLS];

/* The first step is that of the Philox stream, word by word. */
Test(noise, takes_the_bytes_it_says)
{
    tuft_noise noise = {.seed = 0x123456789abcull,
                        .stream = 7,
                        .law = {tuft_noise_law_of(3, 2, 0.1), tuft_noise_law_of(5, 4, 0.1)}};
    memset(x, 0, sizeof x);
    memset(y, 0, sizeof y);
    tuft_noise_step(&noise, 0, 0, CELLS, x, y);
    for (uint32_t i = 0; i < CELLS; i += 333) {
        tuft_random random =
            tuft_random_stream(noise.seed, TUFT_RANDOM_NOISE, (uint64_t)noise.stream << 32 | i);
        double sum[2] = {-1020, -1020};
        for (int k = 0; k < 4; k++) {
            uint32_t word = tuft_random_u32(&random);
            for (int shift = 0; shift < 32; shift += 8)
                sum[k / 2] += word >> shift & 0xff;
        }
        const double unit = sqrt(8 * 65535 / 12.0);
        cr_assert_float_eq(x[i], 3 * sqrt(1 - exp(-0.1)) * sum[0] / unit, 1e-5);
        cr_assert_float_eq(y[i], 5 * sqrt(1 - exp(-0.05)) * sum[1] / unit, 1e-5);
    }
}

/* In pieces as in one, which is what threads make of it. */
Test(noise, does_not_depend_on_pieces)
{
    static float again[CELLS], other[CELLS];
    tuft_noise noise = {.seed = 1, .law = {tuft_noise_law_of(1, 2, 1), tuft_noise_law_of(1, 2, 1)}};
    for (uint64_t step = 0; step < 5; step++) {
        tuft_noise_step(&noise, step, 0, CELLS, x, y);
        for (uint32_t from = 0; from < CELLS; from += 300) {
            uint32_t n = CELLS - from < 300 ? CELLS - from : 300;
            tuft_noise_step(&noise, step, from, n, again + from, other + from);
        }
    }
    cr_assert_arr_eq(x, again, sizeof x);
    cr_assert_arr_eq(y, other, sizeof y);
}

/* Mean 0, the standard deviation, the correlation after 20 steps, none between the two. */
Test(noise, has_the_statistics_of_the_process)
{
    static float before[CELLS];
    const double sd = 450, tau = 2, step_ms = 0.1;
    tuft_noise noise = {
        .seed = 3,
        .law = {tuft_noise_law_of(sd, tau, step_ms), tuft_noise_law_of(2, 0.5, step_ms)}};
    double mean = 0, square = 0, fourth = 0, lagged = 0, cross = 0, other = 0, n = 0;
    for (int step = 0; step < STEPS; step++) {
        if (step % 20 == 0)
            memcpy(before, x, sizeof x);
        tuft_noise_step(&noise, (uint64_t)step, 0, CELLS, x, y);
        if (step < WARM_UP || step % 20 != 19)
            continue;
        for (int i = 0; i < CELLS; i++, n++) {
            double value = (double)x[i] / sd;
            mean += value;
            square += value * value;
            fourth += value * value * value * value;
            lagged += value * (double)before[i] / sd;
            cross += value * (double)y[i] / 2;
            other += (double)y[i] * (double)y[i] / 4;
        }
    }
    /* n = 80 000 values, correlated exp(-1) one to the next. */
    double error = 2.2 / sqrt(n);
    cr_assert_float_eq(mean / n, 0, 4 * error);
    cr_assert_float_eq(square / n, 1, 6 * error);
    cr_assert_float_eq(fourth / n, 3, 40 * error);
    cr_assert_float_eq(lagged / n, exp(-1), 6 * error);
    cr_assert_float_eq(other / n, 1, 6 * error);
    cr_assert_float_eq(cross / n, 0, 4 * error);
}
