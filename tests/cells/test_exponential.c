#include "cells/exponential.h"

#include <criterion/criterion.h>
#include <math.h>

Test(exponential, agrees_with_the_library)
{
    for (int k = -870000; k <= 880000; k++) {
        float x = (float)k * 1e-4f;
        double expected = exp((double)x);
        cr_assert_lt(fabs((double)tuft_expf(x) - expected), 2e-7 * expected, "exp(%g)", (double)x);
    }
    cr_assert_eq(tuft_expf(0), 1);
}

Test(exponential, ends_are_finite)
{
    cr_assert_eq(tuft_expf(1e30f), tuft_expf(88));
    cr_assert_eq(tuft_expf(INFINITY), tuft_expf(88));
    cr_assert_eq(tuft_expf(-INFINITY), tuft_expf(-87));
    cr_assert_eq(tuft_expf(NAN), tuft_expf(-87));
}
