#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Known answers of the authors' Random123 distribution (kat_vectors, philox4x32 10 rounds). */
Test(philox, known_answers)
{
    const struct {
        uint32_t counter[4], key[2], expected[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t out[4];
        tuft_philox4x32(cases[i].counter, cases[i].key, out);
        cr_assert_arr_eq(out, cases[i].expected, sizeof out);
    }
}

Test(philox, streams_differ_and_repeat)
{
    tuft_random a = tuft_random_stream(7, TUFT_RANDOM_TEST, 1);
    tuft_random b = tuft_random_stream(7, TUFT_RANDOM_TEST, 1);
    tuft_random c = tuft_random_stream(7, TUFT_RANDOM_TEST, 2);
    tuft_random d = tuft_random_stream(7, TUFT_RANDOM_INPUT, 1);
    int same_c = 0, same_d = 0;
    for (int i = 0; i < 1000; i++) {
        uint32_t value = tuft_random_u32(&a);
        cr_assert_eq(value, tuft_random_u32(&b));
        same_c += value == tuft_random_u32(&c);
        same_d += value == tuft_random_u32(&d);
    }
    cr_assert_leq(same_c + same_d, 1);
}

Test(philox, moments_of_the_distributions)
{
    tuft_random random = tuft_random_stream(11, TUFT_RANDOM_TEST, 0);
    const int n = 200000;
    double sum = 0, square = 0, uniform = 0, exponential = 0;
    int below[5] = {0};
    for (int i = 0; i < n; i++) {
        double x = tuft_random_normal(&random);
        sum += x;
        square += x * x;
        double u = tuft_random_uniform(&random);
        cr_assert(u > 0 && u < 1);
        uniform += u;
        exponential += tuft_random_exponential(&random);
        below[tuft_random_below(&random, 5)]++;
    }
    double five_sigma = 5 / sqrt(n);
    cr_assert_float_eq(sum / n, 0, five_sigma);
    cr_assert_float_eq(square / n, 1, five_sigma * sqrt(2));
    cr_assert_float_eq(uniform / n, 0.5, five_sigma * sqrt(1.0 / 12));
    cr_assert_float_eq(exponential / n, 1, five_sigma);
    for (int k = 0; k < 5; k++)
        cr_assert_float_eq(below[k] / (double)n, 0.2, five_sigma * 0.4);
}

Test(philox, shuffle_is_a_permutation)
{
    uint32_t index[100];
    char seen[100] = {0};
    for (uint32_t i = 0; i < 100; i++)
        index[i] = i;
    tuft_random random = tuft_random_stream(3, TUFT_RANDOM_TEST, 0);
    tuft_random_shuffle(&random, index, 100);
    int moved = 0;
    for (uint32_t i = 0; i < 100; i++) {
        cr_assert_lt(index[i], 100u);
        cr_assert_not(seen[index[i]]);
        seen[index[i]] = 1;
        moved += index[i] != i;
    }
    cr_assert_gt(moved, 80);
}
