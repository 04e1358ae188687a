#include "core/philox.h"
#include "lsm/softmax.h"
#include "tables.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(softmax, gradient_is_the_finite_difference, .init = one_blas_thread)
{
    enum { ROWS = 7, COLUMNS = 5, CLASSES = 4 };
    tuft_linear linear;
    cr_assert_eq(tuft_linear_new(&linear, COLUMNS, CLASSES, NULL), TUFT_OK);
    tuft_random random = tuft_random_stream(2, TUFT_RANDOM_TEST, 0);
    float x[ROWS * COLUMNS], score[ROWS * CLASSES], weight[CLASSES * COLUMNS], bias[CLASSES];
    float ignored_weight[CLASSES * COLUMNS], ignored_bias[CLASSES];
    int label[ROWS];
    for (int k = 0; k < ROWS * COLUMNS; k++)
        x[k] = (float)tuft_random_normal(&random);
    for (int i = 0; i < ROWS; i++)
        label[i] = i % CLASSES;
    for (int k = 0; k < CLASSES * COLUMNS; k++)
        linear.weight[k] = (float)tuft_random_normal(&random);
    tuft_softmax_gradient(&linear, x, label, ROWS, score, weight, bias);
    const float h = 1.0F / 128;
    for (int k = 0; k < CLASSES * (COLUMNS + 1); k++) {
        int of_bias = k >= CLASSES * COLUMNS;
        float *at = of_bias ? &linear.bias[k - CLASSES * COLUMNS] : &linear.weight[k], keep = *at;
        *at = keep + h;
        double up =
            tuft_softmax_gradient(&linear, x, label, ROWS, score, ignored_weight, ignored_bias);
        *at = keep - h;
        double down =
            tuft_softmax_gradient(&linear, x, label, ROWS, score, ignored_weight, ignored_bias);
        *at = keep;
        double gradient = of_bias ? bias[k - CLASSES * COLUMNS] : weight[k];
        cr_assert_float_eq(gradient, (up - down) / (2 * h), 2e-4, "parameter %d", k);
    }
    tuft_linear_free(&linear);
}

/* Equal scores: the loss is log(classes). Scores of +-1e4 overflow nothing. */
Test(softmax, loss_at_the_ends, .init = one_blas_thread)
{
    tuft_linear linear;
    cr_assert_eq(tuft_linear_new(&linear, 1, 3, NULL), TUFT_OK);
    const float x[] = {1};
    const int right[] = {0}, wrong[] = {1};
    float score[3], weight[3], bias[3];
    cr_assert_float_eq(tuft_softmax_gradient(&linear, x, right, 1, score, weight, bias), log(3),
                       1e-12);
    linear.weight[0] = 1e4F;
    cr_assert_float_eq(tuft_softmax_gradient(&linear, x, right, 1, score, weight, bias), 0, 1e-12);
    cr_assert_float_eq(tuft_softmax_gradient(&linear, x, wrong, 1, score, weight, bias), 1e4, 1e-6);
    cr_assert_float_eq(bias[0], 1, 1e-6);
    cr_assert_float_eq(bias[1], -1, 1e-6);
    tuft_linear_free(&linear);
}

static void keep_loss(int epoch, int epochs, double loss, void *user)
{
    double *losses = user;
    cr_assert_eq(epochs, 30);
    losses[epoch - 1] = loss;
}

Test(softmax, learns_and_repeats, .init = one_blas_thread)
{
    tuft_error err;
    tuft_features features;
    make_table(&features, 330, 12, 3, 0.3, 21);
    tuft_scaler scaler;
    cr_assert_eq(tuft_scaler_fit(&scaler, &features, &err), TUFT_OK);
    cr_assert_eq(tuft_scaler_apply(&scaler, &features, &err), TUFT_OK);
    double losses[30] = {0};
    tuft_softmax_config config = {.adam = tuft_adam_defaults,
                                  .batch = 32,
                                  .epochs = 30,
                                  .callback = keep_loss,
                                  .user = losses};
    config.adam.rate = 0.01;
    tuft_linear a, b, c;
    double accuracy;
    cr_assert_eq(tuft_softmax_fit(&features, 3, &config, 5, &a, &err), TUFT_OK, "%s", err.message);
    cr_assert_lt(losses[29], 0.1 * losses[0]);
    cr_assert_eq(tuft_linear_accuracy(&a, &features, &accuracy, &err), TUFT_OK);
    cr_assert_gt(accuracy, 0.99);
    cr_assert_eq(tuft_softmax_fit(&features, 3, &config, 5, &b, &err), TUFT_OK);
    cr_assert_arr_eq(a.weight, b.weight, 36 * sizeof(float));
    cr_assert_arr_eq(a.bias, b.bias, 3 * sizeof(float));
    cr_assert_eq(tuft_softmax_fit(&features, 3, &config, 6, &c, &err), TUFT_OK);
    cr_assert_arr_neq(a.weight, c.weight, 36 * sizeof(float));
    tuft_linear_free(&a);
    tuft_linear_free(&b);
    tuft_linear_free(&c);
    tuft_scaler_free(&scaler);
    tuft_features_free(&features);
}

Test(softmax, bad_input_is_refused, .init = one_blas_thread)
{
    tuft_error err;
    tuft_features features;
    make_table(&features, 20, 4, 2, 1, 2);
    tuft_linear linear;
    tuft_softmax_config config = tuft_softmax_defaults;
    config.batch = 0;
    cr_assert_eq(tuft_softmax_fit(&features, 2, &config, 1, &linear, &err), TUFT_INVALID);
    config = tuft_softmax_defaults;
    config.epochs = 0;
    cr_assert_eq(tuft_softmax_fit(&features, 2, &config, 1, &linear, &err), TUFT_INVALID);
    config = tuft_softmax_defaults;
    config.adam.rate = NAN;
    cr_assert_eq(tuft_softmax_fit(&features, 2, &config, 1, &linear, &err), TUFT_INVALID);
    config = tuft_softmax_defaults;
    features.value[0] = 3e38F;
    features.value[1] = 3e38F;
    config.adam.rate = 1e6;
    cr_assert_eq(tuft_softmax_fit(&features, 2, &config, 1, &linear, &err), TUFT_NUMERIC);
    features.value[7] = NAN;
    cr_assert_eq(tuft_softmax_fit(&features, 2, &config, 1, &linear, &err), TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "row 1, column 3"));
    cr_assert_null(linear.weight);
    tuft_features_free(&features);
}

/* One class: no gradient, so that decay is all that happens, and to weights alone. */
Test(softmax, decay_acts_on_weights_alone, .init = one_blas_thread)
{
    tuft_features features;
    make_table(&features, 10, 4, 1, 1, 2);
    tuft_softmax_config config = {.adam = tuft_adam_defaults, .batch = 10, .epochs = 1};
    config.adam.rate = 0.1;
    config.adam.decay = 5;
    tuft_linear one, two;
    cr_assert_eq(tuft_softmax_fit(&features, 1, &config, 1, &one, NULL), TUFT_OK);
    config.epochs = 2;
    cr_assert_eq(tuft_softmax_fit(&features, 1, &config, 1, &two, NULL), TUFT_OK);
    cr_assert_neq(one.bias[0], 0);
    cr_assert_eq(two.bias[0], one.bias[0]);
    for (int k = 0; k < 4; k++)
        cr_assert_float_eq(two.weight[k], one.weight[k] / 2, 1e-7);
    tuft_linear_free(&one);
    tuft_linear_free(&two);
    tuft_features_free(&features);
}

/* The published start: uniform in +-1/sqrt(columns), seen through a rate that moves nothing. */
Test(softmax, weights_start_uniform, .init = one_blas_thread)
{
    enum { COLUMNS = 2500, CLASSES = 4 };
    tuft_features features;
    make_table(&features, 4, COLUMNS, CLASSES, 1, 2);
    tuft_softmax_config config = {.adam = tuft_adam_defaults, .batch = 4, .epochs = 1};
    config.adam.rate = 1e-12;
    tuft_linear linear;
    cr_assert_eq(tuft_softmax_fit(&features, CLASSES, &config, 1, &linear, NULL), TUFT_OK);
    double sum = 0, square = 0, n = COLUMNS * CLASSES;
    for (int k = 0; k < COLUMNS * CLASSES; k++) {
        double w = 50 * (double)linear.weight[k];
        cr_assert(w >= -1 && w <= 1);
        sum += w;
        square += w * w;
    }
    cr_assert_float_eq(sum / n, 0, 5 * sqrt(1.0 / 3 / n));
    cr_assert_float_eq(square / n, 1.0 / 3, 5 * sqrt(4.0 / 45 / n));
    tuft_linear_free(&linear);
    tuft_features_free(&features);
}
