#include "lsm/linear.h"

#include "core/memory.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void tuft_linear_free(tuft_linear *linear)
{
    free(linear->weight);
    free(linear->bias);
    *linear = (tuft_linear){0};
}

tuft_status tuft_linear_new(tuft_linear *out, size_t columns, int classes, tuft_error *err)
{
    *out = (tuft_linear){0};
    if (classes < 1 || classes > TUFT_CLASS_LIMIT || columns < 1 ||
        columns > TUFT_FEATURES_COLUMN_LIMIT)
        return tuft_fail(err, TUFT_INVALID,
                         "linear readout: %zu columns and %d classes, expected 1 to %zu and 1 to "
                         "%d",
                         columns, classes, TUFT_FEATURES_COLUMN_LIMIT, TUFT_CLASS_LIMIT);
    tuft_status status = TUFT_NEW(&out->weight, columns * (size_t)classes, "weights", err);
    if (!status)
        status = TUFT_NEW(&out->bias, (size_t)classes, "biases", err);
    if (status) {
        tuft_linear_free(out);
        return status;
    }
    out->columns = columns;
    out->classes = classes;
    return TUFT_OK;
}

tuft_status tuft_linear_scores(const tuft_linear *linear, const tuft_features *features,
                               float *scores, tuft_error *err)
{
    if (features->columns != linear->columns)
        return tuft_fail(err, TUFT_INVALID,
                         "linear readout: features have %zu columns, expected %zu",
                         features->columns, linear->columns);
    size_t classes = (size_t)linear->classes;
    for (size_t i = 0; i < features->rows; i++)
        memcpy(scores + i * classes, linear->bias, classes * sizeof *scores);
    if (features->rows)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)features->rows, (int)classes,
                    (int)linear->columns, 1, features->value, (int)linear->columns, linear->weight,
                    (int)linear->columns, 1, scores, (int)classes);
    for (size_t i = 0; i < features->rows * classes; i++)
        if (!isfinite(scores[i]))
            return tuft_fail(err, TUFT_NUMERIC,
                             "linear readout: row %zu: the score of class %zu is %g, expected a "
                             "finite number",
                             i / classes, i % classes, (double)scores[i]);
    return TUFT_OK;
}

tuft_status tuft_linear_predict(const tuft_linear *linear, const tuft_features *features,
                                int *predicted, tuft_error *err)
{
    float *scores;
    size_t classes = (size_t)linear->classes;
    tuft_status status = TUFT_NEW(&scores, features->rows * classes, "scores", err);
    if (status)
        return status;
    status = tuft_linear_scores(linear, features, scores, err);
    for (size_t i = 0; !status && i < features->rows; i++) {
        const float *score = scores + i * classes;
        size_t best = 0;
        for (size_t c = 1; c < classes; c++)
            if (score[c] > score[best])
                best = c;
        predicted[i] = (int)best;
    }
    free(scores);
    return status;
}

tuft_status tuft_linear_accuracy(const tuft_linear *linear, const tuft_features *features,
                                 double *accuracy, tuft_error *err)
{
    if (features->rows == 0)
        return tuft_fail(err, TUFT_INVALID, "linear readout: no rows to score");
    int *predicted;
    tuft_status status = TUFT_NEW(&predicted, features->rows, "predictions", err);
    if (status)
        return status;
    status = tuft_linear_predict(linear, features, predicted, err);
    size_t right = 0;
    for (size_t i = 0; !status && i < features->rows; i++)
        right += predicted[i] == features->label[i];
    if (!status)
        *accuracy = (double)right / (double)features->rows;
    free(predicted);
    return status;
}

tuft_status tuft_linear_unscale(tuft_linear *linear, const tuft_scaler *scaler, tuft_error *err)
{
    if (scaler->columns != linear->columns)
        return tuft_fail(err, TUFT_INVALID,
                         "linear readout: the scaler has %zu columns, expected %zu",
                         scaler->columns, linear->columns);
    for (int c = 0; c < linear->classes; c++) {
        float *weight = linear->weight + (size_t)c * linear->columns;
        double bias = (double)linear->bias[c];
        for (size_t j = 0; j < linear->columns; j++) {
            double raw = (double)weight[j] * scaler->inverse[j];
            bias -= raw * scaler->mean[j];
            weight[j] = (float)raw;
        }
        linear->bias[c] = (float)bias;
    }
    return TUFT_OK;
}
