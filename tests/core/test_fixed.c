/* Fixed-point numbers against the same in int64 and double. */
#include "core/fixed.h"

#include "core/generated_weights.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>

static int64_t floored(int64_t x, int64_t by)
{
    return x >= 0 ? x / by : -((by - 1 - x) / by);
}

Test(fixed, product_rounds_to_the_nearest_halves_up)
{
    cr_assert_eq(tuft_fixed_product(1, 1 << 14), 1); /* 0.5 */
    cr_assert_eq(tuft_fixed_product(-1, 1 << 14), 0);
    cr_assert_eq(tuft_fixed_product(3, 1 << 14), 2);
    cr_assert_eq(tuft_fixed_product(-3, 1 << 14), -1);
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 0);
    for (int i = 0; i < 100000; i++) {
        int32_t x = (int32_t)tuft_random_below(&random, 1 << 24) - (1 << 23);
        int32_t factor = (int32_t)tuft_random_below(&random, TUFT_FIXED_ONE + 1);
        int64_t expected = floored((int64_t)x * factor * 2 + TUFT_FIXED_ONE, 2 * TUFT_FIXED_ONE);
        cr_assert_eq(tuft_fixed_product(x, factor), expected, "%d x %d", x, factor);
    }
    cr_assert_eq(tuft_fixed_product(-(1 << 23), TUFT_FIXED_ONE), -(1 << 23));
    cr_assert_eq(tuft_fixed_product((1 << 23) - 1, 0), 0);
}

Test(fixed, clamps_at_both_ends)
{
    for (uint32_t bits = 2; bits <= 31; bits++) {
        int32_t most = (int32_t)((INT64_C(1) << (bits - 1)) - 1);
        cr_assert_eq(tuft_fixed_most(bits), most);
        cr_assert_eq(tuft_fixed_clamp(most, bits), most);
        cr_assert_eq(tuft_fixed_clamp(-most - 1, bits), -most - 1);
        cr_assert_eq(tuft_fixed_clamp(INT32_MAX, bits), most);
        cr_assert_eq(tuft_fixed_clamp(INT32_MIN, bits), -most - 1);
    }
    cr_assert_eq(tuft_fixed_count(UINT16_MAX - 1), UINT16_MAX);
    cr_assert_eq(tuft_fixed_count(UINT16_MAX), UINT16_MAX);
}

Test(fixed, thresholds_test_the_same_as_floats)
{
    tuft_random random = tuft_random_stream(2, TUFT_RANDOM_TEST, 0);
    for (int i = 0; i < 20000; i++) {
        double unit =
            ldexp(1 + tuft_random_uniform(&random), (int)tuft_random_below(&random, 9) - 9);
        double threshold = 20 * tuft_random_uniform(&random) - 10;
        int32_t whole = tuft_fixed_threshold(threshold, unit, 24);
        for (int32_t v = whole - 2; v <= whole + 2; v++)
            cr_assert_eq(v > whole, v > threshold / unit, "%d x %g > %g", v, unit, threshold);
    }
    cr_assert_eq(tuft_fixed_threshold(3, 1, 24), 3);
    cr_assert_eq(tuft_fixed_threshold(-0.5, 1, 24), -1);
    cr_assert_eq(tuft_fixed_threshold(1e30, 1, 16), 32767);
    cr_assert_eq(tuft_fixed_threshold(-1e30, 1, 16), -32768);
}

Test(fixed, factors)
{
    cr_assert_eq(tuft_fixed_factor(1), 32768);
    cr_assert_eq(tuft_fixed_factor(0.9), 29491);
    cr_assert_eq(tuft_fixed_factor(0), 0);
    cr_assert_eq(tuft_fixed_factor(-0.1), 0);
    cr_assert_eq(tuft_fixed_factor(7), 32768);
    cr_assert_eq(tuft_fixed_factor(0.99999), 32768);
}

/* Mean 0, and the variance of four bytes, 4 (256^2 - 1) / 12, over that of the halvings. */
Test(fixed, generated_weights_are_near_to_normal)
{
    enum { ROWS = 200, COLUMNS = 200 };
    for (uint32_t bits = 4; bits <= 8; bits++) {
        double sum = 0, squares = 0;
        int within = 0, most = tuft_fixed_most(bits);
        for (uint32_t i = 0; i < ROWS; i++) {
            int16_t weight[COLUMNS];
            tuft_generated_row(9, 1, i, bits, weight, COLUMNS);
            for (int j = 0; j < COLUMNS; j++) {
                cr_assert(weight[j] <= most && weight[j] >= -most);
                sum += weight[j];
                squares += weight[j] * weight[j];
                within += abs(weight[j]) <= 147.8 / (1 << (10 - bits));
            }
        }
        const double n = ROWS * COLUMNS, sd = 147.8 / (1 << (10 - bits));
        cr_assert_lt(fabs(sum / n), 4 * sd / sqrt(n) + 0.01);
        /* rounding to whole numbers adds 1/12 */
        cr_assert_lt(fabs(squares / n - (sd * sd + 1 / 12.0)), 0.05 * sd * sd);
        cr_assert(within > 0.55 * n && within < 0.75 * n);
    }
}

Test(fixed, generated_rows_are_streams_of_their_own)
{
    int16_t a[64], b[64], part[16];
    tuft_generated_row(9, 0, 3, 8, a, 64);
    tuft_generated_row(9, 0, 3, 8, part, 16);
    cr_assert_arr_eq(a, part, sizeof part);
    const uint32_t other[][2] = {{0, 4}, {1, 3}};
    for (int o = 0; o < 2; o++) {
        int same = 0;
        tuft_generated_row(9, other[o][0], other[o][1], 8, b, 64);
        for (int j = 0; j < 64; j++)
            same += a[j] == b[j];
        cr_assert_lt(same, 10);
    }
}
