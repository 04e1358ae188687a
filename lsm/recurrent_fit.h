/* A recurrent layer (lsm/recurrent.h) and a linear readout of it, trained together to tell classes
 * apart: cross-entropy, Adam, all weights. The baseline that a liquid with a trained readout is
 * compared with.
 */
#ifndef TUFT_LSM_RECURRENT_FIT_H
#define TUFT_LSM_RECURRENT_FIT_H

#include "lsm/recurrent.h"
#include "lsm/softmax.h"

typedef struct {
    tuft_recurrent_config layer;
    tuft_adam_config adam; /* decay acts on weights, not on the readout's biases */
    size_t batch;          /* rows a step; the last batch of an epoch is what is left */
    int epochs;
    double clip;                   /* longest gradient of the layer; 0: as it comes */
    tuft_epoch_callback *callback; /* or NULL */
    void *user;
} tuft_recurrent_training;

/* Owns both. */
typedef struct {
    tuft_recurrent layer;
    tuft_linear readout; /* of the layer's reads */
} tuft_recurrent_classifier;

/* The layer starts from Philox TUFT_RANDOM_INITIAL, stream 3, the readout uniform in
 * +-1/sqrt(cells), stream 0; epoch e is shuffled by TUFT_RANDOM_TRAINING, stream e. What training
 * costs is added to *operations, which may be NULL. Deterministic for a seed with OpenBLAS at one
 * thread. Errors: those of tuft_features_check, tuft_recurrent_new and tuft_adam_new; TUFT_INVALID,
 * rows that are not steps x channels, batch or epochs below 1, clip below 0; TUFT_NUMERIC, the loss
 * stopped being finite. On failure *out is zeroed. */
tuft_status tuft_recurrent_fit(const tuft_features *sequences, tuft_sequence_shape shape,
                               int classes, const tuft_recurrent_training *training, uint64_t seed,
                               tuft_recurrent_classifier *out, tuft_operations *operations,
                               tuft_error *err);
void tuft_recurrent_classifier_free(tuft_recurrent_classifier *classifier);

/* predicted [rows] is the caller's. Errors: those of tuft_recurrent_read. */
tuft_status tuft_recurrent_predict(const tuft_recurrent_classifier *classifier,
                                   const tuft_features *sequences, int *predicted, tuft_error *err);

#endif
