#include "cells/propagator.h"

#include <criterion/criterion.h>
#include <math.h>

Test(propagator, two_exponentials_in_a_row)
{
    const double tau = 16, tau_s = 5, h[] = {0.001, 0.1, 3, 400};
    const double a[] = {-1 / tau, 1, -0.0, -1 / tau_s};
    for (int k = 0; k < 4; k++) {
        double p[4], e = exp(-h[k] / tau), s = exp(-h[k] / tau_s);
        tuft_propagator(2, a, h[k], p);
        cr_assert_float_eq(p[0], e, 1e-13);
        cr_assert_float_eq(p[1], tau * tau_s / (tau_s - tau) * (s - e), 1e-12);
        cr_assert_eq(p[2], 0);
        cr_assert_float_eq(p[3], s, 1e-13);
    }
}

/* A rotation, and a drive that is constant: x grows by it. */
Test(propagator, rotation_and_drive)
{
    const double a[] = {0, -2, 0, 2, 0, 0, 0, 0, 0}, drive[] = {0, 3, 0, 0};
    double p[9], q[4];
    tuft_propagator(3, a, 1.7, p);
    cr_assert_float_eq(p[0], cos(3.4), 1e-13);
    cr_assert_float_eq(p[1], -sin(3.4), 1e-13);
    cr_assert_float_eq(p[3], sin(3.4), 1e-13);
    cr_assert_float_eq(p[8], 1, 1e-13);
    tuft_propagator(2, drive, 1.7, q);
    cr_assert_float_eq(q[1], 5.1, 1e-13);
    cr_assert_eq(q[0], 1);
}
