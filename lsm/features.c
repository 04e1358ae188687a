#include "lsm/features.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tuft_features_free(tuft_features *features)
{
    free(features->value);
    free(features->label);
    free(features->group);
    *features = (tuft_features){0};
}

static tuft_status check_size(size_t rows, size_t columns, tuft_error *err)
{
    if (columns == 0)
        return tuft_fail(err, TUFT_INVALID, "features: 0 columns, expected at least 1");
    if (rows > TUFT_FEATURES_ROW_LIMIT || columns > TUFT_FEATURES_COLUMN_LIMIT)
        return tuft_fail(err, TUFT_MEMORY, "features: %zu x %zu, expected at most %zu x %zu", rows,
                         columns, TUFT_FEATURES_ROW_LIMIT, TUFT_FEATURES_COLUMN_LIMIT);
    return TUFT_OK;
}

tuft_status tuft_features_new(tuft_features *out, size_t rows, size_t columns, tuft_error *err)
{
    *out = (tuft_features){0};
    tuft_status status = check_size(rows, columns, err);
    if (!status)
        status = TUFT_NEW(&out->value, rows * columns, "features", err);
    if (!status)
        status = TUFT_NEW(&out->label, rows, "labels", err);
    if (!status)
        status = TUFT_NEW(&out->group, rows, "groups", err);
    if (status) {
        tuft_features_free(out);
        return status;
    }
    out->rows = rows;
    out->columns = columns;
    for (size_t i = 0; i < rows; i++)
        out->group[i] = (uint32_t)i;
    return TUFT_OK;
}

tuft_status tuft_features_select(tuft_features *out, const tuft_features *features,
                                 const uint32_t *index, size_t n, tuft_error *err)
{
    *out = (tuft_features){0};
    for (size_t i = 0; i < n; i++)
        if (index[i] >= features->rows)
            return tuft_fail(err, TUFT_INVALID, "features: index[%zu] is %u, expected below %zu", i,
                             index[i], features->rows);
    tuft_status status = tuft_features_new(out, n, features->columns, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        memcpy(out->value + i * out->columns, features->value + index[i] * features->columns,
               out->columns * sizeof *out->value);
        out->label[i] = features->label[index[i]];
        out->group[i] = features->group[index[i]];
    }
    return TUFT_OK;
}

static tuft_status check_finite(const tuft_features *features, tuft_error *err)
{
    for (size_t i = 0; i < features->rows; i++) {
        const float *row = features->value + i * features->columns;
        for (size_t j = 0; j < features->columns; j++)
            if (!isfinite(row[j]))
                return tuft_fail(err, TUFT_NUMERIC,
                                 "features: row %zu, column %zu is %g, expected a finite number", i,
                                 j, (double)row[j]);
    }
    return TUFT_OK;
}

tuft_status tuft_features_check(const tuft_features *features, int classes, tuft_error *err)
{
    if (classes < 1 || classes > TUFT_CLASS_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "features: %d classes, expected 1 to %d", classes,
                         TUFT_CLASS_LIMIT);
    if (features->rows == 0)
        return tuft_fail(err, TUFT_INVALID, "features: no rows, expected at least 1");
    tuft_status status = check_size(features->rows, features->columns, err);
    if (status)
        return status;
    for (size_t i = 0; i < features->rows; i++)
        if (features->label[i] < 0 || features->label[i] >= classes)
            return tuft_fail(err, TUFT_INVALID, "features: row %zu: label %d, expected 0 to %d", i,
                             features->label[i], classes - 1);
    return check_finite(features, err);
}

void tuft_scaler_free(tuft_scaler *scaler)
{
    free(scaler->mean);
    free(scaler->inverse);
    *scaler = (tuft_scaler){0};
}

void tuft_scaler_inverse(const double *sd, size_t columns, double *inverse)
{
    double sum = 0;
    for (size_t j = 0; j < columns; j++)
        sum += sd[j];
    double floor_sd = TUFT_SCALER_FLOOR * sum / (double)columns;
    if (!(floor_sd > 0))
        floor_sd = 1;
    for (size_t j = 0; j < columns; j++)
        inverse[j] = 1 / fmax(sd[j], floor_sd);
}

tuft_status tuft_scaler_fit(tuft_scaler *out, const tuft_features *features, tuft_error *err)
{
    *out = (tuft_scaler){0};
    if (features->rows == 0 || features->columns == 0)
        return tuft_fail(err, TUFT_INVALID,
                         "scaler: %zu rows and %zu columns, expected at least 1 of each",
                         features->rows, features->columns);
    tuft_status status = check_finite(features, err);
    if (!status)
        status = TUFT_NEW(&out->mean, features->columns, "means", err);
    if (!status)
        status = TUFT_NEW(&out->inverse, features->columns, "deviations", err);
    if (status) {
        tuft_scaler_free(out);
        return status;
    }
    size_t columns = out->columns = features->columns;
    double n = (double)features->rows;
    for (size_t i = 0; i < features->rows; i++)
        for (size_t j = 0; j < columns; j++)
            out->mean[j] += (double)features->value[i * columns + j];
    for (size_t j = 0; j < columns; j++)
        out->mean[j] /= n;
    for (size_t i = 0; i < features->rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double from_mean = (double)features->value[i * columns + j] - out->mean[j];
            out->inverse[j] += from_mean * from_mean;
        }
    for (size_t j = 0; j < columns; j++)
        out->inverse[j] = sqrt(out->inverse[j] / n);
    tuft_scaler_inverse(out->inverse, columns, out->inverse);
    return TUFT_OK;
}

tuft_status tuft_scaler_apply(const tuft_scaler *scaler, tuft_features *features, tuft_error *err)
{
    if (scaler->columns != features->columns)
        return tuft_fail(err, TUFT_INVALID, "scaler: features have %zu columns, expected %zu",
                         features->columns, scaler->columns);
    tuft_status status = check_finite(features, err);
    if (status)
        return status;
    for (size_t i = 0; i < features->rows; i++) {
        float *row = features->value + i * features->columns;
        for (size_t j = 0; j < features->columns; j++)
            row[j] = (float)(((double)row[j] - scaler->mean[j]) * scaler->inverse[j]);
    }
    return TUFT_OK;
}
