/* A table of features: one row a recording, one column a feature, a label and a group a row. And
 * its standardisation, fitted on training rows and applied to any.
 */
#ifndef TUFT_LSM_FEATURES_H
#define TUFT_LSM_FEATURES_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* Larger tables are refused with TUFT_MEMORY: they are mistakes of the input. */
#define TUFT_FEATURES_ROW_LIMIT    ((size_t)1 << 28)
#define TUFT_FEATURES_COLUMN_LIMIT ((size_t)1 << 20)
#define TUFT_CLASS_LIMIT           65536

/* Owns its arrays. */
typedef struct {
    size_t rows, columns;
    float *value;    /* [rows][columns] */
    int *label;      /* [rows], 0 .. classes-1 */
    uint32_t *group; /* [rows]: rows of one group are never split between folds */
} tuft_features;

/* rows x columns (columns at least 1) of zeros with label 0, each row a group of its own (group =
 * row). On failure *out is zeroed. */
tuft_status tuft_features_new(tuft_features *out, size_t rows, size_t columns, tuft_error *err);
void tuft_features_free(tuft_features *features);

/* The rows index[0..n) as a table of their own (deep copy; a row may be named twice). *out must not
 * be features itself. Error: TUFT_INVALID, an index past the rows. */
tuft_status tuft_features_select(tuft_features *out, const tuft_features *features,
                                 const uint32_t *index, size_t n, tuft_error *err);

/* What every learner asks first: sizes in their limits, values finite, labels in [0, classes).
 * Errors: TUFT_NUMERIC with the row and column of the first value that is not finite; TUFT_INVALID
 * for labels, classes outside 1 .. TUFT_CLASS_LIMIT and empty tables. */
tuft_status tuft_features_check(const tuft_features *features, int classes, tuft_error *err);

/* z = (x - mean) / max(sd, floor), sd over the rows with divisor rows; the floor is
 * TUFT_SCALER_FLOOR times the mean of sd over the columns, so that columns (nearly) constant in
 * training do not explode elsewhere. If all columns are constant, z = x - mean. */
#define TUFT_SCALER_FLOOR 0.01

typedef struct {
    size_t columns;
    double *mean;    /* [columns] */
    double *inverse; /* [columns] 1 / max(sd, floor) */
} tuft_scaler;

/* Errors: TUFT_INVALID, no rows; TUFT_NUMERIC, NaN or infinity (row and column named). On failure
 * *out is zeroed. */
tuft_status tuft_scaler_fit(tuft_scaler *out, const tuft_features *features, tuft_error *err);
/* In place. Errors: TUFT_INVALID, other number of columns; TUFT_NUMERIC as above, then nothing has
 * been changed. */
tuft_status tuft_scaler_apply(const tuft_scaler *scaler, tuft_features *features, tuft_error *err);
void tuft_scaler_free(tuft_scaler *scaler);
/* The rule by itself: inverse[j] = 1 / max(sd[j], floor). The arrays may be the same. */
void tuft_scaler_inverse(const double *sd, size_t columns, double *inverse);

#endif
