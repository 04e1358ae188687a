#include "lsm/folds.h"
#include "lsm/ridge.h"
#include "tables.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Gauss-Jordan on [n][n + m], in place: the test's own solver. */
static void eliminate(double *a, size_t n, size_t m)
{
    size_t w = n + m;
    for (size_t p = 0; p < n; p++) {
        size_t pivot = p;
        for (size_t i = p + 1; i < n; i++)
            if (fabs(a[i * w + p]) > fabs(a[pivot * w + p]))
                pivot = i;
        for (size_t k = 0; k < w; k++) {
            double keep = a[p * w + k];
            a[p * w + k] = a[pivot * w + k];
            a[pivot * w + k] = keep;
        }
        for (size_t k = w; k-- > p;)
            a[p * w + k] /= a[p * w + p];
        for (size_t i = 0; i < n; i++)
            for (size_t k = w; i != p && k-- > p;)
                a[i * w + k] -= a[i * w + p] * a[p * w + k];
    }
}

/* The definition in the header, written out: scores of the rows of test. */
static void naive_scores(const tuft_features *train, const tuft_features *test, int classes,
                         double lambda, double *scores)
{
    size_t n = train->rows, p = train->columns, c = (size_t)classes, w = p + c;
    tuft_scaler scaler;
    tuft_scaler_fit(&scaler, train, NULL);
    double *z = calloc(n * p, sizeof *z), *a = calloc(p * w, sizeof *a), trace = 0;
    double *share = calloc(c, sizeof *share);
    for (size_t i = 0; i < n; i++) {
        share[train->label[i]] += 1.0 / (double)n;
        for (size_t j = 0; j < p; j++)
            z[i * p + j] = (train->value[i * p + j] - scaler.mean[j]) * scaler.inverse[j];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < p; j++) {
            trace += z[i * p + j] * z[i * p + j];
            for (size_t k = 0; k < p; k++)
                a[j * w + k] += z[i * p + j] * z[i * p + k];
            for (size_t k = 0; k < c; k++)
                a[j * w + p + k] += z[i * p + j] * ((train->label[i] == (int)k) - share[k]);
        }
    for (size_t j = 0; j < p; j++)
        a[j * w + j] += lambda * trace / (double)p;
    eliminate(a, p, c);
    for (size_t i = 0; i < test->rows; i++)
        for (size_t k = 0; k < c; k++) {
            scores[i * c + k] = share[k];
            for (size_t j = 0; j < p; j++)
                scores[i * c + k] += a[j * w + p + k] * (test->value[i * p + j] - scaler.mean[j]) *
                                     scaler.inverse[j];
        }
    free(z);
    free(a);
    free(share);
    tuft_scaler_free(&scaler);
}

static void compare_with_definition(size_t rows, size_t columns, double lambda)
{
    enum { CLASSES = 4, TEST_ROWS = 11 };
    tuft_error err;
    tuft_features train, test;
    make_table(&train, rows, columns, CLASSES, 0.7, 3);
    make_table(&test, TEST_ROWS, columns, CLASSES, 0.7, 4);
    double *expected = calloc(TEST_ROWS * CLASSES, sizeof *expected);
    float scores[TEST_ROWS * CLASSES];
    naive_scores(&train, &test, CLASSES, lambda, expected);
    tuft_linear linear;
    cr_assert_eq(tuft_ridge_fit(&train, CLASSES, lambda, &linear, &err), TUFT_OK, "%s",
                 err.message);
    cr_assert_eq(tuft_linear_scores(&linear, &test, scores, &err), TUFT_OK);
    for (int k = 0; k < TEST_ROWS * CLASSES; k++)
        cr_assert_float_eq(scores[k], expected[k], 2e-4, "%zu x %zu, score %d: %g, expected %g",
                           rows, columns, k, (double)scores[k], expected[k]);
    free(expected);
    tuft_linear_free(&linear);
    tuft_features_free(&train);
    tuft_features_free(&test);
}

Test(ridge, primal_is_the_definition, .init = one_blas_thread)
{
    compare_with_definition(300, 20, 0.01);
    compare_with_definition(20, 20, 1);
    compare_with_definition(129, 33, 100);
}

Test(ridge, dual_is_the_definition, .init = one_blas_thread)
{
    compare_with_definition(19, 20, 0.01);
    compare_with_definition(30, 80, 1);
}

/* One column, two classes, x = -1, +1: z = x, Z'Z = 2 = u, target +-1/2; w = 1/(2 + 2 lambda). */
Test(ridge, closed_form_of_two_rows, .init = one_blas_thread)
{
    tuft_error err;
    tuft_features features;
    cr_assert_eq(tuft_features_new(&features, 2, 1, &err), TUFT_OK);
    features.value[0] = -1;
    features.value[1] = 1;
    features.label[1] = 1;
    tuft_linear linear;
    cr_assert_eq(tuft_ridge_fit(&features, 2, 1, &linear, &err), TUFT_OK);
    cr_assert_float_eq(linear.weight[1], 0.25, 1e-6);
    cr_assert_float_eq(linear.weight[0], -0.25, 1e-6);
    cr_assert_float_eq(linear.bias[0], 0.5, 1e-6);
    tuft_linear_free(&linear);
    tuft_features_free(&features);
}

/* Scaling and shifting columns changes nothing: predictions do not feel units. */
Test(ridge, does_not_feel_units, .init = one_blas_thread)
{
    tuft_error err;
    tuft_features features, other;
    make_table(&features, 60, 10, 3, 0.5, 6);
    make_table(&other, 60, 10, 3, 0.5, 6);
    for (size_t i = 0; i < 60; i++)
        for (size_t j = 0; j < 10; j++)
            other.value[i * 10 + j] = 1024 * other.value[i * 10 + j] - 4096;
    tuft_linear a, b;
    float left[180], right[180];
    cr_assert_eq(tuft_ridge_fit(&features, 3, 0.1, &a, &err), TUFT_OK);
    cr_assert_eq(tuft_ridge_fit(&other, 3, 0.1, &b, &err), TUFT_OK);
    cr_assert_eq(tuft_linear_scores(&a, &features, left, &err), TUFT_OK);
    cr_assert_eq(tuft_linear_scores(&b, &other, right, &err), TUFT_OK);
    for (int k = 0; k < 180; k++)
        cr_assert_float_eq(left[k], right[k], 1e-3);
    tuft_linear_free(&a);
    tuft_linear_free(&b);
    tuft_features_free(&features);
    tuft_features_free(&other);
}

/* Cross-validation written out with tuft_ridge_fit. */
static void compare_with_loop(size_t rows, size_t columns)
{
    enum { CLASSES = 3, FOLDS = 4, LAMBDAS = 3 };
    const double lambda[LAMBDAS] = {0.001, 0.1, 10};
    tuft_error err;
    tuft_features features;
    make_table(&features, rows, columns, CLASSES, 1.5, 12);
    uint8_t *scored = calloc(rows, 1);
    uint32_t *fold = calloc(rows, sizeof *fold), *index = calloc(rows, sizeof *index);
    for (size_t i = 0; i < rows; i++) {
        features.group[i] = (uint32_t)(i / 2);
        scored[i] = i % 5 != 0;
    }
    cr_assert_eq(tuft_folds(&features, FOLDS, 9, fold, &err), TUFT_OK);
    double accuracy[LAMBDAS];
    size_t best, total = 0, right[LAMBDAS] = {0};
    cr_assert_eq(tuft_ridge_choose(&features, CLASSES, lambda, LAMBDAS, FOLDS, 9, 2, scored,
                                   accuracy, &best, &err),
                 TUFT_OK, "%s", err.message);
    for (uint32_t f = 0; f < FOLDS; f++) {
        tuft_features train, held;
        size_t n = 0;
        for (uint32_t i = 0; i < rows; i++)
            if (fold[i] != f)
                index[n++] = i;
        cr_assert_eq(tuft_features_select(&train, &features, index, n, &err), TUFT_OK);
        n = 0;
        for (uint32_t i = 0; i < rows; i++)
            if (fold[i] == f && scored[i])
                index[n++] = i;
        cr_assert_eq(tuft_features_select(&held, &features, index, n, &err), TUFT_OK);
        total += n;
        for (int k = 0; k < LAMBDAS; k++) {
            tuft_linear linear;
            double share;
            cr_assert_eq(tuft_ridge_fit(&train, CLASSES, lambda[k], &linear, &err), TUFT_OK);
            cr_assert_eq(tuft_linear_accuracy(&linear, &held, &share, &err), TUFT_OK);
            right[k] += (size_t)lround(share * (double)n);
            tuft_linear_free(&linear);
        }
        tuft_features_free(&train);
        tuft_features_free(&held);
    }
    for (int k = 0; k < LAMBDAS; k++) {
        cr_assert_float_eq(accuracy[k], (double)right[k] / (double)total, 1e-12, "lambda %g",
                           lambda[k]);
        cr_assert_leq(accuracy[k], accuracy[best]);
    }
    free(scored);
    free(fold);
    free(index);
    tuft_features_free(&features);
}

Test(ridge, choose_is_the_plain_loop, .init = one_blas_thread)
{
    compare_with_loop(240, 30);
    compare_with_loop(40, 60);
}

Test(ridge, choose_does_not_depend_on_threads, .init = one_blas_thread)
{
    const double lambda[] = {1e-4, 1e-2, 1, 100};
    tuft_error err;
    tuft_features features;
    make_table(&features, 150, 40, 3, 2, 12);
    double first[4], accuracy[4];
    size_t best_first, best;
    cr_assert_eq(
        tuft_ridge_choose(&features, 3, lambda, 4, 5, 1, 1, NULL, first, &best_first, &err),
        TUFT_OK);
    cr_assert_eq(tuft_ridge_choose(&features, 3, lambda, 4, 5, 1, 3, NULL, accuracy, &best, &err),
                 TUFT_OK);
    cr_assert_arr_eq(first, accuracy, sizeof first);
    cr_assert_eq(best, best_first);
    tuft_features_free(&features);
}

/* Rows that would be scored right are left out: only the mislabelled ones count. */
Test(ridge, unscored_rows_are_not_scored, .init = one_blas_thread)
{
    const double lambda[] = {0.1, 0.5};
    tuft_error err;
    tuft_features features;
    make_table(&features, 200, 6, 2, 0.05, 2);
    uint8_t scored[200] = {0};
    for (int i = 0; i < 10; i++) {
        features.label[i] = 1 - features.label[i];
        scored[i] = 1;
    }
    double accuracy[2];
    size_t best;
    cr_assert_eq(tuft_ridge_choose(&features, 2, lambda, 2, 5, 1, 1, scored, accuracy, &best, &err),
                 TUFT_OK);
    cr_assert_float_eq(accuracy[0], 0, 1e-12);
    cr_assert_eq(best, 1); /* equal: the larger lambda */
    cr_assert_eq(tuft_ridge_choose(&features, 2, lambda, 2, 5, 1, 1, NULL, accuracy, &best, &err),
                 TUFT_OK);
    cr_assert_float_eq(accuracy[0], 0.95, 1e-12);
    memset(scored, 0, sizeof scored);
    cr_assert_eq(tuft_ridge_choose(&features, 2, lambda, 2, 5, 1, 1, scored, accuracy, &best, &err),
                 TUFT_INVALID);
    tuft_features_free(&features);
}

Test(ridge, bad_input_is_refused, .init = one_blas_thread)
{
    tuft_error err;
    tuft_features features;
    make_table(&features, 20, 4, 2, 1, 2);
    tuft_linear linear;
    double accuracy[1], lambda[] = {NAN};
    size_t best;
    cr_assert_eq(tuft_ridge_fit(&features, 2, -1, &linear, &err), TUFT_INVALID);
    cr_assert_eq(tuft_ridge_fit(&features, 1, 1, &linear, &err), TUFT_INVALID);
    cr_assert_eq(tuft_ridge_choose(&features, 2, lambda, 1, 5, 1, 1, NULL, accuracy, &best, &err),
                 TUFT_INVALID);
    lambda[0] = 1;
    cr_assert_eq(tuft_ridge_choose(&features, 2, lambda, 0, 5, 1, 1, NULL, accuracy, &best, &err),
                 TUFT_INVALID);
    cr_assert_eq(tuft_ridge_choose(&features, 2, lambda, 1, 21, 1, 1, NULL, accuracy, &best, &err),
                 TUFT_INVALID);
    features.value[5] = NAN;
    cr_assert_eq(tuft_ridge_fit(&features, 2, 1, &linear, &err), TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "row 1, column 1"));
    cr_assert_null(linear.weight);
    cr_assert_eq(tuft_ridge_choose(&features, 2, lambda, 1, 5, 1, 1, NULL, accuracy, &best, &err),
                 TUFT_NUMERIC);
    tuft_features_free(&features);
}

/* Two equal columns without a penalty: no unique solution. */
Test(ridge, singular_system_is_told, .init = one_blas_thread)
{
    tuft_error err;
    tuft_features features;
    cr_assert_eq(tuft_features_new(&features, 8, 2, &err), TUFT_OK);
    for (int i = 0; i < 8; i++) {
        features.value[2 * i] = features.value[2 * i + 1] = i < 4 ? -1.0F : 1.0F;
        features.label[i] = i % 2;
    }
    tuft_linear linear;
    cr_assert_eq(tuft_ridge_fit(&features, 2, 0, &linear, &err), TUFT_NUMERIC);
    cr_assert_null(linear.weight);
    cr_assert_eq(tuft_ridge_fit(&features, 2, 1e-6, &linear, &err), TUFT_OK);
    tuft_linear_free(&linear);
    tuft_features_free(&features);
}

/* A silent reservoir: every score is the class's share, the commonest class wins. */
Test(ridge, features_that_say_nothing, .init = one_blas_thread)
{
    tuft_error err;
    for (size_t columns = 2; columns <= 20; columns += 18) {
        tuft_features features;
        cr_assert_eq(tuft_features_new(&features, 10, columns, &err), TUFT_OK);
        for (int i = 0; i < 10; i++)
            features.label[i] = i < 3 ? 0 : 1;
        tuft_linear linear;
        cr_assert_eq(tuft_ridge_fit(&features, 2, 0.1, &linear, &err), TUFT_OK, "%s", err.message);
        cr_assert_float_eq(linear.bias[0], 0.3, 1e-6);
        cr_assert_float_eq(linear.bias[1], 0.7, 1e-6);
        for (size_t k = 0; k < 2 * columns; k++)
            cr_assert_eq(linear.weight[k], 0);
        tuft_linear_free(&linear);
        tuft_features_free(&features);
    }
}
