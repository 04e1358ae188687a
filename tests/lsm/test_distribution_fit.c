#include "lsm/distribution_fit.h"

#include "lsm/conductance.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 40000 };
static double value[N];

static void draw(tuft_conductance_kind kind)
{
    tuft_conductance model = tuft_conductance_defaults;
    tuft_random random = tuft_random_stream(3, TUFT_RANDOM_TEST, kind);
    model.kind = kind;
    for (int i = 0; i < N; i++)
        value[i] = tuft_conductance_draw(&model, &random);
}

static tuft_fit fitted(tuft_fit_kind kind)
{
    tuft_fit fit;
    tuft_error err;
    cr_assert_eq(tuft_distribution_fit(&fit, kind, value, N, &err), TUFT_OK, "%s", err.message);
    return fit;
}

Test(distribution_fit, finds_a_normal)
{
    draw(TUFT_CONDUCTANCE_NORMAL);
    tuft_fit fit = fitted(TUFT_FIT_NORMAL);
    cr_assert_float_eq(fit.centre, 20e-6, 5 * fit.centre_se);
    cr_assert_float_eq(fit.spread, 6e-6, 5 * fit.spread_se);
    cr_assert_float_eq(fit.centre_se, 6e-6 / sqrt(N), 0.1 * 6e-6 / sqrt(N));
    cr_assert_float_eq(fit.spread_se, 6e-6 / sqrt(2.0 * N), 0.15 * 6e-6 / sqrt(2.0 * N));
    cr_assert_lt(fit.chi2, 2.5);
    cr_assert_lt(fit.distance, 2 / sqrt(N));
    cr_assert_gt(fitted(TUFT_FIT_LOGNORMAL).distance, 5 / sqrt(N));
    cr_assert_float_eq(tuft_fit_density(&fit, fit.centre), 1 / (fit.spread * sqrt(2 * M_PI)), 1);
}

Test(distribution_fit, finds_a_lognormal)
{
    draw(TUFT_CONDUCTANCE_LOGNORMAL);
    tuft_fit fit = fitted(TUFT_FIT_LOGNORMAL);
    cr_assert_float_eq(fit.mean, 20e-6, 0.01 * 20e-6);
    cr_assert_float_eq(fit.sd, 6e-6, 0.03 * 6e-6);
    cr_assert_float_eq(fit.spread, sqrt(log1p(0.09)), 5 * fit.spread_se);
    cr_assert_lt(fit.distance, 2 / sqrt(N));
    cr_assert_gt(fitted(TUFT_FIT_NORMAL).distance, 5 / sqrt(N));
    /* The density integrates to one. */
    double sum = 0;
    for (int k = 0; k < 10000; k++)
        sum += tuft_fit_density(&fit, (k + 0.5) * 1e-8) * 1e-8;
    cr_assert_float_eq(sum, 1, 1e-3);
}

Test(distribution_fit, what_cannot_be_fitted)
{
    tuft_fit fit;
    tuft_error err;
    draw(TUFT_CONDUCTANCE_NORMAL);
    cr_assert_eq(tuft_distribution_fit(&fit, TUFT_FIT_NORMAL, value, 49, &err), TUFT_INVALID);
    for (int i = 0; i < N; i++)
        value[i] = 2e-5;
    cr_assert_eq(tuft_distribution_fit(&fit, TUFT_FIT_NORMAL, value, N, &err), TUFT_INVALID);
    memset(value, 0, sizeof value);
    cr_assert_eq(tuft_distribution_fit(&fit, TUFT_FIT_LOGNORMAL, value, N, &err), TUFT_INVALID);
}
