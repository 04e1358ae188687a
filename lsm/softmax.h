/* Softmax regression: the linear readout trained by gradient descent, as published for the
 * resistive-memory liquid state machine (Lin et al. 2025: Adam, cross-entropy).
 *
 * Loss: mean over a batch of -log softmax(W x + b)[label]. Features are taken as they are: scale
 * them first (tuft_scaler, then tuft_linear_unscale) or not, as the configuration at hand says.
 */
#ifndef TUFT_LSM_SOFTMAX_H
#define TUFT_LSM_SOFTMAX_H

#include "core/adam.h"
#include "lsm/linear.h"
#include "lsm/operations.h"

/* Called after each epoch (from 1) with the mean loss over its batches' rows. */
typedef void tuft_epoch_callback(int epoch, int epochs, double loss, void *user);

typedef struct {
    tuft_adam_config adam;
    size_t batch; /* rows a step; the last batch of an epoch is what is left */
    int epochs;
    tuft_epoch_callback *callback; /* or NULL */
    void *user;
} tuft_softmax_config;

/* As published for N-MNIST: rate 1e-4, batch 100, 100 epochs. */
extern const tuft_softmax_config tuft_softmax_defaults;

/* Weights and biases start uniform in +-1/sqrt(columns) (Philox TUFT_RANDOM_INITIAL, stream 0);
 * epoch e is shuffled by TUFT_RANDOM_TRAINING, stream e. Decay, if any, acts on weights alone.
 * Deterministic for a seed with OpenBLAS at one thread.
 * Errors: those of tuft_features_check and tuft_adam_new; TUFT_INVALID, batch or epochs below 1;
 * TUFT_NUMERIC, the loss stopped being finite. On failure *out is zeroed. */
tuft_status tuft_softmax_fit(const tuft_features *features, int classes,
                             const tuft_softmax_config *config, uint64_t seed, tuft_linear *out,
                             tuft_error *err);

/* One batch: x [rows][columns], label [rows]. Writes d loss/d weight [classes][columns] and
 * d loss/d bias [classes]; returns the loss. score [rows][classes] is scratch. */
double tuft_softmax_gradient(const tuft_linear *linear, const float *x, const int *label,
                             size_t rows, float *score, float *weight_gradient,
                             float *bias_gradient);

/* Adds what a fit costs: each row's products forward and the weights' gradient back, each step's
 * updates (lsm/operations.h). */
void tuft_softmax_count(tuft_operations *operations, const tuft_softmax_config *config, size_t rows,
                        size_t columns, int classes);

#endif
