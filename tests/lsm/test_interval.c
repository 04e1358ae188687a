#include "lsm/interval.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Values -1, 1 (mean 0, sd sqrt 2, standard error 1): the half width is t itself. Tables of
 * Student's t: two-sided 95 % with 1 degree 12.706, 90 % 6.314, 99 % 63.657. */
Test(interval, tabled_t_of_one_degree)
{
    const double value[] = {-1, 1};
    const double level[] = {0.90, 0.95, 0.99}, t[] = {6.314, 12.706, 63.657};
    for (int k = 0; k < 3; k++) {
        tuft_interval interval;
        cr_assert_eq(tuft_interval_mean(value, 2, level[k], &interval, NULL), TUFT_OK);
        cr_assert_float_eq(interval.mean, 0, 1e-12);
        cr_assert_float_eq(interval.sd, sqrt(2), 1e-12);
        cr_assert_float_eq(interval.high, t[k], 1e-3);
        cr_assert_float_eq(interval.low, -t[k], 1e-3);
    }
}

/* 95 %: 9 degrees 2.262, 29 degrees 2.045. */
Test(interval, tabled_t_of_more_degrees)
{
    const size_t n[] = {10, 30};
    const double t[] = {2.262, 2.045};
    for (int k = 0; k < 2; k++) {
        double value[30];
        for (size_t i = 0; i < n[k]; i++)
            value[i] = 5 + (i % 2 ? 1 : -1);
        tuft_interval interval;
        cr_assert_eq(tuft_interval_mean(value, n[k], 0.95, &interval, NULL), TUFT_OK);
        double error = sqrt((double)n[k] / (double)(n[k] - 1)) / sqrt((double)n[k]);
        cr_assert_float_eq(interval.mean, 5, 1e-12);
        cr_assert_float_eq((interval.high - 5) / error, t[k], 1e-3);
        cr_assert_float_eq((5 - interval.low) / error, t[k], 1e-3);
    }
}

/* Newcombe 1998, Statistics in Medicine 17:857, table I, method 3. */
Test(interval, published_score_intervals)
{
    const struct {
        size_t right, n;
        double low, high;
    } cases[] = {{81, 263, 0.2553, 0.3662},
                 {15, 148, 0.0624, 0.1605},
                 {0, 20, 0, 0.1611},
                 {1, 29, 0.0061, 0.1718}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        tuft_interval interval, other;
        cr_assert_eq(tuft_interval_share(cases[k].right, cases[k].n, 0.95, &interval, NULL),
                     TUFT_OK);
        cr_assert_float_eq(interval.low, cases[k].low, 6e-5);
        cr_assert_float_eq(interval.high, cases[k].high, 6e-5);
        /* Wrong is the mirror of right. */
        cr_assert_eq(
            tuft_interval_share(cases[k].n - cases[k].right, cases[k].n, 0.95, &other, NULL),
            TUFT_OK);
        cr_assert_float_eq(other.low, 1 - interval.high, 1e-12);
        cr_assert_float_eq(other.high, 1 - interval.low, 1e-12);
    }
}

Test(interval, bad_input_is_refused)
{
    tuft_error err;
    tuft_interval interval;
    const double value[] = {1, NAN, 2};
    cr_assert_eq(tuft_interval_mean(value, 3, 0.95, &interval, &err), TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "value 1"));
    cr_assert_eq(tuft_interval_mean(value, 1, 0.95, &interval, &err), TUFT_INVALID);
    cr_assert_eq(tuft_interval_mean(value, 2, 1, &interval, &err), TUFT_INVALID);
    cr_assert_eq(tuft_interval_share(3, 2, 0.95, &interval, &err), TUFT_INVALID);
    cr_assert_eq(tuft_interval_share(0, 0, 0.95, &interval, &err), TUFT_INVALID);
    cr_assert_eq(tuft_interval_share(1, 2, NAN, &interval, &err), TUFT_INVALID);
}
