#include "lsm/converter.h"

#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static double convert(tuft_converter converter, double value)
{
    tuft_converter_apply(&converter, &value, 1);
    return value;
}

Test(converter, levels_by_hand)
{
    tuft_converter two = {.bits = 2, .signs = TUFT_SIGNS_ONE, .full = 3};
    cr_assert_eq(convert(two, -1), 0);
    cr_assert_eq(convert(two, 0.49), 0);
    cr_assert_eq(convert(two, 0.51), 1);
    cr_assert_eq(convert(two, 2.2), 2);
    cr_assert_eq(convert(two, 99), 3);
    tuft_converter three = {.bits = 3, .signs = TUFT_SIGNS_BOTH, .full = 6};
    cr_assert_eq(convert(three, -7), -6);
    cr_assert_eq(convert(three, -3.1), -4);
    cr_assert_eq(convert(three, 0.9), 0);
    cr_assert_eq(convert(three, 5.1), 6);
    tuft_converter one = {.bits = 1, .signs = TUFT_SIGNS_ONE, .full = 0.2};
    cr_assert_eq(convert(one, 0.09), 0);
    cr_assert_eq(convert(one, 0.11), 0.2);
    tuft_converter ideal = {.bits = TUFT_CONVERTER_IDEAL};
    cr_assert_eq(convert(ideal, 0.123456789), 0.123456789);
}

Test(converter, error_is_that_of_uniform_quantisation)
{
    enum { N = 200000 };
    static double value[N], before[N];
    for (uint32_t bits = 3; bits <= 12; bits += 3) {
        tuft_converter converter = {.bits = bits, .signs = TUFT_SIGNS_BOTH, .full = 2.5};
        tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, bits);
        double lsb = tuft_converter_lsb(&converter, 2.5), squares = 0, worst = 0;
        for (int i = 0; i < N; i++)
            before[i] = value[i] = 2.5 * (2 * tuft_random_uniform(&random) - 1);
        cr_assert_eq(tuft_converter_apply(&converter, value, N), 0);
        for (int i = 0; i < N; i++) {
            double e = value[i] - before[i];
            squares += e * e / N;
            worst = fmax(worst, fabs(e));
        }
        cr_assert_leq(worst, lsb / 2 * (1 + 1e-9));
        /* The square of a uniform error has standard deviation lsb^2 / sqrt(180). */
        cr_assert_float_eq(squares, lsb * lsb / 12, 5 * lsb * lsb / sqrt(180.0 * N));
    }
}

Test(converter, clipping_is_counted)
{
    tuft_converter converter = {.bits = 8, .signs = TUFT_SIGNS_BOTH, .full = 1};
    double value[] = {-3, -1, 0.5, 1, 1.001, 1.1, 7};
    cr_assert_eq(tuft_converter_apply(&converter, value, 7), 3);
    cr_assert_eq(value[0], -1);
    cr_assert_float_eq(value[5], 1, 1e-15);
}

Test(converter, auto_ranging_takes_the_smallest_range_that_holds_all)
{
    tuft_converter converter = {
        .bits = 6, .signs = TUFT_SIGNS_BOTH, .ranging = TUFT_RANGE_AUTO, .full = 8};
    double a[] = {0.1, -3.9, 2}, b[] = {4.1}, c[] = {100}, zero[] = {0, 0};
    cr_assert_eq(tuft_converter_range(&converter, a, 3), 4);
    cr_assert_eq(tuft_converter_range(&converter, b, 1), 8);
    cr_assert_eq(tuft_converter_range(&converter, c, 1), 8);
    cr_assert_eq(tuft_converter_range(&converter, zero, 2), 8 * pow(0.5, 15));
    /* A sixteenth of the range keeps its six bits. */
    tuft_converter fixed = converter;
    fixed.ranging = TUFT_RANGE_FIXED;
    double worst[2] = {0};
    for (int i = 1; i < 500; i++) {
        double x = 0.0009 * i + 0.05;
        worst[0] = fmax(worst[0], fabs(convert(converter, x) - x) / x);
        worst[1] = fmax(worst[1], fabs(convert(fixed, x) - x) / x);
    }
    cr_assert_lt(worst[0], 1.0 / 31);
    cr_assert_gt(worst[1], 0.5);
}

Test(converter, what_makes_no_sense)
{
    tuft_error err;
    tuft_converter converter = {.bits = 0, .full = 1};
    cr_assert_eq(tuft_converter_check(&converter, "adc", &err), TUFT_INVALID);
    cr_assert_str_eq(err.message,
                     "adc: converter of 0 bits, expected 1 to 24, or 32 for an ideal one");
    converter.bits = 25;
    cr_assert_eq(tuft_converter_check(&converter, "adc", &err), TUFT_INVALID);
    converter = (tuft_converter){.bits = 1, .signs = TUFT_SIGNS_BOTH, .full = 1};
    cr_assert_eq(tuft_converter_check(&converter, "adc", &err), TUFT_INVALID);
    converter = (tuft_converter){.bits = 4, .full = 0};
    cr_assert_eq(tuft_converter_check(&converter, "dac", &err), TUFT_INVALID);
    converter.full = NAN;
    cr_assert_eq(tuft_converter_check(&converter, "dac", &err), TUFT_INVALID);
}
