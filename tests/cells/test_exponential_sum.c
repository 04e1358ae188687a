#include "cells/exponential_sum.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>

/* Random sums, at every tick by brute force. Where the sum touches the threshold to within
 * rounding the two may differ, and only there. */
Test(exponential_sum, crossing_equals_dense_sampling)
{
    enum { SUMS = 3000, TICKS = 4000 };
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 0);
    int crossed = 0, late = 0, ties = 0;
    for (int s = 0; s < SUMS; s++) {
        tuft_exponential_sum sum = {.terms = (int)tuft_random_below(&random, 5)};
        sum.offset = tuft_random_normal(&random);
        for (int i = 0; i < sum.terms; i++) {
            sum.amplitude[i] = tuft_random_below(&random, 8) ? 3 * tuft_random_normal(&random) : 0;
            sum.tau[i] = exp(log(400) * tuft_random_uniform(&random)); /* 1 to 400 ticks */
        }
        double threshold = sum.offset + 0.5 * tuft_random_normal(&random) +
                           (s % 3 ? 0 : 1e-3 * tuft_random_uniform(&random));
        int64_t expected = INT64_MAX;
        for (int64_t k = 1; k <= TICKS && expected == INT64_MAX; k++)
            if (tuft_exponential_sum_at(&sum, (double)k * 0.1) > threshold)
                expected = k;
        int64_t found = tuft_exponential_sum_crossing(&sum, 0.1, threshold);
        if (expected == INT64_MAX && found != INT64_MAX) {
            cr_assert_gt(found, TICKS); /* it is later than was looked */
            cr_assert_gt(tuft_exponential_sum_at(&sum, (double)found * 0.1), threshold);
            cr_assert_leq(tuft_exponential_sum_at(&sum, (double)(found - 1) * 0.1), threshold);
        } else if (found != expected) {
            double at = tuft_exponential_sum_at(&sum, (double)expected * 0.1);
            cr_assert_lt(fabs(at - threshold), 1e-12, "sum %d: %lld, expected %lld", s,
                         (long long)found, (long long)expected);
            ties++;
        }
        crossed += expected != INT64_MAX;
        late += expected != INT64_MAX && expected > 1;
    }
    cr_assert_gt(crossed, SUMS / 4);
    cr_assert_gt(late, SUMS / 20);
    cr_assert_leq(ties, 1);
}

Test(exponential_sum, peaks_between_ticks_and_far_crossings)
{
    /* exp(-t) - exp(-2 t) peaks at ln 2 with 1/4. */
    tuft_exponential_sum bump = {2, 0, {1, -1}, {1, 0.5}};
    cr_assert_eq(tuft_exponential_sum_crossing(&bump, 0.01, 0.24999), 69);
    cr_assert_eq(tuft_exponential_sum_crossing(&bump, 0.01, 0.25), INT64_MAX);
    cr_assert_eq(tuft_exponential_sum_crossing(&bump, 1, 0.2), 1);
    cr_assert_eq(tuft_exponential_sum_crossing(&bump, 10, 0.2), INT64_MAX);
    /* 1 - exp(-t / tau) > 1/2 at tau ln 2, here after 7e9 ticks. */
    tuft_exponential_sum slow = {1, 1, {-1}, {1e7}};
    double expected = 1e10 * M_LN2;
    cr_assert_leq(fabs((double)tuft_exponential_sum_crossing(&slow, 0.001, 0.5) - expected), 2);
    cr_assert_eq(tuft_exponential_sum_crossing(&slow, 0.001, 1), INT64_MAX); /* never reached */
    tuft_exponential_sum constant = {0, 3, {0}, {0}};
    cr_assert_eq(tuft_exponential_sum_crossing(&constant, 1, 2), 1);
    cr_assert_eq(tuft_exponential_sum_crossing(&constant, 1, 3), INT64_MAX);
}
