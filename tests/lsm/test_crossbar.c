#include "lsm/crossbar.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 320 };

static tuft_crossbar sample(const tuft_conductance *model, uint32_t rows, uint32_t columns,
                            uint64_t seed, uint32_t array)
{
    tuft_crossbar crossbar;
    tuft_error err;
    cr_assert_eq(tuft_crossbar_sample(&crossbar, model, rows, columns, seed, array, &err), TUFT_OK,
                 "%s", err.message);
    return crossbar;
}

typedef struct {
    double mean, sd, kurtosis;
} shape;

static shape weights_of(const tuft_conductance *model, double sd)
{
    static float weight[SIDE * SIDE];
    const double n = SIDE * SIDE;
    tuft_crossbar crossbar = sample(model, SIDE, SIDE, 3, 0);
    tuft_crossbar_weights(&crossbar, sd, weight);
    shape s = {0};
    double second = 0, fourth = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        s.mean += weight[i] / n;
    for (int i = 0; i < SIDE * SIDE; i++) {
        double d2 = pow(weight[i] - s.mean, 2);
        second += d2 / n;
        fourth += d2 * d2 / n;
    }
    s.sd = sqrt(second);
    s.kurtosis = fourth / (second * second);
    tuft_crossbar_free(&crossbar);
    cr_assert_null(crossbar.plus);
    return s;
}

Test(crossbar, normal_conductances_give_normal_weights)
{
    const double n = SIDE * SIDE;
    shape s = weights_of(&tuft_conductance_defaults, 0.07);
    cr_assert_float_eq(s.mean, 0, 5 * 0.07 / sqrt(n));
    cr_assert_float_eq(s.sd, 0.07, 5 * 0.07 / sqrt(2 * n));
    cr_assert_float_eq(s.kurtosis, 3, 5 * sqrt(24 / n));
}

Test(crossbar, other_conductances_give_weights_of_the_same_spread)
{
    static const double value[] = {2e-6, 30e-6};
    tuft_conductance lognormal = tuft_conductance_defaults;
    lognormal.kind = TUFT_CONDUCTANCE_LOGNORMAL;
    shape s = weights_of(&lognormal, 1);
    cr_assert_float_eq(s.mean, 0, 0.02);
    cr_assert_float_eq(s.sd, 1, 0.02);
    cr_assert_gt(s.kurtosis, 3.1); /* lognormal tails */
    tuft_conductance two = {TUFT_CONDUCTANCE_TABLE, 16e-6, 14e-6, value, 2};
    s = weights_of(&two, 1);
    cr_assert_float_eq(s.sd, 1, 0.02);
    cr_assert_float_eq(s.kurtosis, 2, 0.05); /* -1, 0, 0, 1 times sqrt 2 */
}

Test(crossbar, a_row_does_not_depend_on_the_others)
{
    tuft_crossbar few = sample(&tuft_conductance_defaults, 3, 11, 5, 2);
    tuft_crossbar many = sample(&tuft_conductance_defaults, 40, 11, 5, 2);
    cr_assert_arr_eq(few.plus, many.plus, 33 * sizeof(float));
    cr_assert_arr_eq(few.minus, many.minus, 33 * sizeof(float));
    tuft_crossbar other = sample(&tuft_conductance_defaults, 3, 11, 5, 3);
    tuft_crossbar seed = sample(&tuft_conductance_defaults, 3, 11, 6, 2);
    for (int i = 0; i < 33; i++) {
        cr_assert_neq(few.plus[i], few.minus[i]);
        cr_assert_neq(few.plus[i], other.plus[i]);
        cr_assert_neq(few.plus[i], seed.plus[i]);
    }
    cr_assert_neq(few.plus[0], few.plus[11]);
    tuft_crossbar_free(&few);
    tuft_crossbar_free(&many);
    tuft_crossbar_free(&other);
    tuft_crossbar_free(&seed);
}

Test(crossbar, a_read_is_the_product_with_the_weights)
{
    enum { ROWS = 37, COLUMNS = 23 };
    float voltage[ROWS], weight[ROWS * COLUMNS];
    double current[COLUMNS];
    tuft_crossbar crossbar = sample(&tuft_conductance_defaults, ROWS, COLUMNS, 7, 0);
    tuft_random random = tuft_random_stream(7, TUFT_RANDOM_TEST, 0);
    for (int i = 0; i < ROWS; i++)
        voltage[i] = (float)(0.2 * tuft_random_normal(&random));
    tuft_crossbar_weights(&crossbar, 1, weight);
    tuft_crossbar_read(&crossbar, voltage, current);
    for (int j = 0; j < COLUMNS; j++) {
        double pairs = 0, weights = 0;
        for (int i = 0; i < ROWS; i++) {
            double g = (double)crossbar.plus[i * COLUMNS + j] - crossbar.minus[i * COLUMNS + j];
            pairs += voltage[i] * g;
            weights += voltage[i] * (double)weight[i * COLUMNS + j];
        }
        cr_assert_float_eq(current[j], pairs, 1e-18);
        cr_assert_float_eq(current[j], weights * sqrt(2) * 6e-6, 1e-11);
    }
    tuft_crossbar_free(&crossbar);
}

Test(crossbar, what_cannot_be_made)
{
    tuft_crossbar crossbar;
    tuft_conductance model = tuft_conductance_defaults;
    model.sd_siemens = 0;
    cr_assert_eq(tuft_crossbar_sample(&crossbar, &model, 2, 2, 1, 0, NULL), TUFT_INVALID);
    cr_assert_null(crossbar.plus);
    model.sd_siemens = 1e-14; /* lost in float32 */
    cr_assert_eq(tuft_crossbar_sample(&crossbar, &model, 2, 2, 1, 0, NULL), TUFT_INVALID);
    model.mean_siemens = NAN;
    cr_assert_eq(tuft_crossbar_sample(&crossbar, &model, 2, 2, 1, 0, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_crossbar_sample(&crossbar, &tuft_conductance_defaults, UINT32_MAX, UINT32_MAX,
                                      1, 0, NULL),
                 TUFT_MEMORY);
    cr_assert_null(crossbar.plus);
    cr_assert_null(crossbar.minus);
}
