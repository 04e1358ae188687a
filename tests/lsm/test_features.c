#include "core/philox.h"
#include "lsm/features.h"
#include "lsm/folds.h"
#include "lsm/linear.h"
#include "tables.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

Test(features, new_rows_are_groups_of_their_own)
{
    tuft_error err;
    tuft_features features;
    cr_assert_eq(tuft_features_new(&features, 5, 3, &err), TUFT_OK);
    for (uint32_t i = 0; i < 5; i++)
        cr_assert_eq(features.group[i], i);
    tuft_features_free(&features);
    cr_assert_null(features.value);
}

Test(features, absurd_sizes_are_refused)
{
    tuft_error err;
    tuft_features features;
    cr_assert_eq(tuft_features_new(&features, SIZE_MAX, 2, &err), TUFT_MEMORY);
    cr_assert_eq(tuft_features_new(&features, 2, SIZE_MAX, &err), TUFT_MEMORY);
    cr_assert_eq(
        tuft_features_new(&features, TUFT_FEATURES_ROW_LIMIT, TUFT_FEATURES_COLUMN_LIMIT, &err),
        TUFT_MEMORY);
    cr_assert_eq(tuft_features_new(&features, 2, 0, &err), TUFT_INVALID);
    cr_assert_null(features.value);
}

Test(features, select_copies_rows)
{
    tuft_error err;
    tuft_features features, part;
    make_table(&features, 6, 4, 3, 1, 1);
    features.group[4] = 77;
    const uint32_t index[] = {4, 0, 4};
    cr_assert_eq(tuft_features_select(&part, &features, index, 3, &err), TUFT_OK);
    cr_assert_eq(part.rows, 3);
    for (int i = 0; i < 3; i++) {
        cr_assert_arr_eq(part.value + i * 4, features.value + index[i] * 4, 4 * sizeof(float));
        cr_assert_eq(part.label[i], features.label[index[i]]);
        cr_assert_eq(part.group[i], features.group[index[i]]);
    }
    tuft_features_free(&part);
    const uint32_t past[] = {0, 6};
    cr_assert_eq(tuft_features_select(&part, &features, past, 2, &err), TUFT_INVALID);
    cr_assert_not_null(strstr(err.message, "index[1] is 6"));
    tuft_features_free(&features);
}

Test(features, check_names_row_and_column)
{
    tuft_error err;
    tuft_features features;
    make_table(&features, 6, 4, 3, 1, 1);
    cr_assert_eq(tuft_features_check(&features, 3, &err), TUFT_OK);
    cr_assert_eq(tuft_features_check(&features, 2, &err), TUFT_INVALID);
    cr_assert_not_null(strstr(err.message, "row 2: label 2"));
    cr_assert_eq(tuft_features_check(&features, 0, &err), TUFT_INVALID);
    cr_assert_eq(tuft_features_check(&features, 1 << 30, &err), TUFT_INVALID);
    features.value[3 * 4 + 2] = NAN;
    cr_assert_eq(tuft_features_check(&features, 3, &err), TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "row 3, column 2"));
    features.value[3 * 4 + 2] = -INFINITY;
    cr_assert_eq(tuft_features_check(&features, 3, &err), TUFT_NUMERIC);
    tuft_scaler scaler;
    cr_assert_eq(tuft_scaler_fit(&scaler, &features, &err), TUFT_NUMERIC);
    cr_assert_null(scaler.mean);
    tuft_features_free(&features);
}

Test(scaler, standardises_the_rows_it_was_fitted_on)
{
    tuft_error err;
    tuft_features features;
    make_table(&features, 200, 9, 3, 2, 5);
    tuft_scaler scaler;
    cr_assert_eq(tuft_scaler_fit(&scaler, &features, &err), TUFT_OK);
    cr_assert_eq(tuft_scaler_apply(&scaler, &features, &err), TUFT_OK);
    for (size_t j = 0; j < 9; j++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < 200; i++) {
            double z = features.value[i * 9 + j];
            sum += z;
            square += z * z;
        }
        cr_assert_float_eq(sum / 200, 0, 1e-5);
        cr_assert_float_eq(square / 200, 1, 1e-5);
    }
    tuft_features_free(&features);
    tuft_scaler_free(&scaler);
}

/* Deviations 3, 1, 0: mean 4/3, so the floor is 0.01 x 4/3. */
Test(scaler, constant_columns_stay_small)
{
    tuft_error err;
    tuft_features features;
    cr_assert_eq(tuft_features_new(&features, 2, 3, &err), TUFT_OK);
    const float value[] = {2, 0, 5, 8, 2, 5};
    memcpy(features.value, value, sizeof value);
    tuft_scaler scaler;
    cr_assert_eq(tuft_scaler_fit(&scaler, &features, &err), TUFT_OK);
    cr_assert_float_eq(scaler.inverse[0], 1.0 / 3, 1e-12);
    cr_assert_float_eq(scaler.inverse[1], 1, 1e-12);
    cr_assert_float_eq(scaler.inverse[2], 75, 1e-9);
    features.value[5] = 6;
    cr_assert_eq(tuft_scaler_apply(&scaler, &features, &err), TUFT_OK);
    cr_assert_float_eq(features.value[2], 0, 1e-6);
    cr_assert_float_eq(features.value[5], 75, 1e-4);
    tuft_features_free(&features);
    tuft_scaler_free(&scaler);
}

Test(scaler, all_constant_is_centred_only)
{
    tuft_error err;
    tuft_features features;
    cr_assert_eq(tuft_features_new(&features, 3, 2, &err), TUFT_OK);
    for (int k = 0; k < 6; k++)
        features.value[k] = 4;
    tuft_scaler scaler;
    cr_assert_eq(tuft_scaler_fit(&scaler, &features, &err), TUFT_OK);
    features.value[0] = 6;
    cr_assert_eq(tuft_scaler_apply(&scaler, &features, &err), TUFT_OK);
    cr_assert_float_eq(features.value[0], 2, 1e-6);
    features.columns = 1;
    cr_assert_eq(tuft_scaler_apply(&scaler, &features, &err), TUFT_INVALID);
    tuft_features_free(&features);
    tuft_scaler_free(&scaler);
}

Test(folds, groups_stay_whole_and_sizes_even)
{
    tuft_error err;
    tuft_features features;
    make_table(&features, 120, 2, 3, 1, 1);
    for (uint32_t i = 0; i < 120; i++)
        features.group[i] = 1000 - 7 * (i % 30);
    uint32_t fold[120], again[120], size[5] = {0}, moved = 0;
    cr_assert_eq(tuft_folds(&features, 5, 3, fold, &err), TUFT_OK);
    for (int i = 0; i < 120; i++) {
        cr_assert_lt(fold[i], 5u);
        cr_assert_eq(fold[i], fold[i % 30]);
        size[fold[i]]++;
    }
    for (int f = 0; f < 5; f++)
        cr_assert_eq(size[f], 24u);
    cr_assert_eq(tuft_folds(&features, 5, 3, again, &err), TUFT_OK);
    cr_assert_arr_eq(fold, again, sizeof fold);
    cr_assert_eq(tuft_folds(&features, 5, 4, again, &err), TUFT_OK);
    for (int i = 0; i < 120; i++)
        moved += fold[i] != again[i];
    cr_assert_gt(moved, 0u);
    cr_assert_eq(tuft_folds(&features, 31, 3, again, &err), TUFT_INVALID);
    cr_assert_eq(tuft_folds(&features, 1, 3, again, &err), TUFT_INVALID);
    tuft_features_free(&features);
}

Test(linear, scores_and_ties)
{
    tuft_error err;
    tuft_linear linear;
    cr_assert_eq(tuft_linear_new(&linear, 2, 3, &err), TUFT_OK);
    const float weight[] = {1, 0, 0, 1, 1, 0}, bias[] = {0, 0.5, 0};
    memcpy(linear.weight, weight, sizeof weight);
    memcpy(linear.bias, bias, sizeof bias);
    tuft_features features;
    cr_assert_eq(tuft_features_new(&features, 2, 2, &err), TUFT_OK);
    const float value[] = {3, 1, 1, 4};
    memcpy(features.value, value, sizeof value);
    float scores[6];
    const float expected[] = {3, 1.5, 3, 1, 4.5, 1};
    cr_assert_eq(tuft_linear_scores(&linear, &features, scores, &err), TUFT_OK);
    for (int k = 0; k < 6; k++)
        cr_assert_float_eq(scores[k], expected[k], 1e-6);
    int predicted[2];
    cr_assert_eq(tuft_linear_predict(&linear, &features, predicted, &err), TUFT_OK);
    cr_assert_eq(predicted[0], 0); /* tied with class 2 */
    cr_assert_eq(predicted[1], 1);
    double accuracy;
    features.label[1] = 2;
    cr_assert_eq(tuft_linear_accuracy(&linear, &features, &accuracy, &err), TUFT_OK);
    cr_assert_float_eq(accuracy, 0.5, 1e-12);
    features.value[3] = NAN;
    cr_assert_eq(tuft_linear_predict(&linear, &features, predicted, &err), TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "row 1"));
    tuft_features_free(&features);
    tuft_linear_free(&linear);
}

Test(linear, unscale_gives_the_scores_of_scaled_features)
{
    one_blas_thread();
    tuft_error err;
    tuft_features raw, scaled;
    make_table(&raw, 20, 6, 3, 1, 8);
    make_table(&scaled, 20, 6, 3, 1, 8);
    tuft_scaler scaler;
    cr_assert_eq(tuft_scaler_fit(&scaler, &raw, &err), TUFT_OK);
    cr_assert_eq(tuft_scaler_apply(&scaler, &scaled, &err), TUFT_OK);
    tuft_linear linear;
    cr_assert_eq(tuft_linear_new(&linear, 6, 3, &err), TUFT_OK);
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 0);
    for (int k = 0; k < 18; k++)
        linear.weight[k] = (float)tuft_random_normal(&random);
    float before[60], after[60];
    cr_assert_eq(tuft_linear_scores(&linear, &scaled, before, &err), TUFT_OK);
    cr_assert_eq(tuft_linear_unscale(&linear, &scaler, &err), TUFT_OK);
    cr_assert_eq(tuft_linear_scores(&linear, &raw, after, &err), TUFT_OK);
    for (int k = 0; k < 60; k++)
        cr_assert_float_eq(before[k], after[k], 1e-3);
    tuft_features_free(&raw);
    tuft_features_free(&scaled);
    tuft_scaler_free(&scaler);
    tuft_linear_free(&linear);
}
