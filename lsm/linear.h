/* A linear readout, whoever trained it: score[c] = bias[c] + sum over j of weight[c][j] x[j]. */
#ifndef TUFT_LSM_LINEAR_H
#define TUFT_LSM_LINEAR_H

#include "lsm/features.h"

/* Owns its arrays. */
typedef struct {
    size_t columns;
    int classes;
    float *weight; /* [classes][columns] */
    float *bias;   /* [classes] */
} tuft_linear;

/* All zero. On failure *out is zeroed. */
tuft_status tuft_linear_new(tuft_linear *out, size_t columns, int classes, tuft_error *err);
void tuft_linear_free(tuft_linear *linear);

/* scores [rows][classes] are the caller's. Errors: TUFT_INVALID, other number of columns;
 * TUFT_NUMERIC, a row whose score is not finite (NaN or infinity in the row, or overflow). */
tuft_status tuft_linear_scores(const tuft_linear *linear, const tuft_features *features,
                               float *scores, tuft_error *err);
/* The class with the highest score, the lowest of equals; predicted [rows] is the caller's. */
tuft_status tuft_linear_predict(const tuft_linear *linear, const tuft_features *features,
                                int *predicted, tuft_error *err);
/* The share of rows whose label is predicted. Also TUFT_INVALID, no rows. */
tuft_status tuft_linear_accuracy(const tuft_linear *linear, const tuft_features *features,
                                 double *accuracy, tuft_error *err);

/* A readout trained on scaled features becomes the same readout of raw features. */
tuft_status tuft_linear_unscale(tuft_linear *linear, const tuft_scaler *scaler, tuft_error *err);

#endif
