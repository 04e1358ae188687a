/* Training: Adam on mini-batches of whole utterances.
 *
 *     error = mean over frames and outputs of weight (output - target)^2
 *           + activity x mean over frames and cells of the streams' layers of |y|
 *
 * Epoch e shows the set in the order that stream e of TUFT_RANDOM_TRAINING shuffles it to. After
 * each epoch the error is measured on the validation set (the training set's own if there is none);
 * the parameters with the lowest are kept. Deterministic for a seed, for any number of threads;
 * OpenBLAS at one thread.
 */
#ifndef TUFT_CELLS_MCC_TRAIN_H
#define TUFT_CELLS_MCC_TRAIN_H

#include "cells/mcc_parts.h"
#include "core/adam.h"

typedef struct tuft_mcc_trainer tuft_mcc_trainer;

/* What an epoch came to. */
typedef struct {
    int epoch, epochs;
    double rate;                        /* it was trained with */
    double train_loss, train_magnitude; /* means over the batches as they were trained on;
                                           the magnitude is 0 if it is not penalised */
    double validation_loss, validation_magnitude;
    double error;                                          /* what is compared, activity included */
    double gradient;                                       /* mean length before it was clipped */
    double active[TUFT_MCC_LAYER_LIMIT][TUFT_MCC_STREAMS]; /* share of outputs not 0, on validation;
                                                              0 if there is none */
    int best;                                              /* 1: the lowest error so far */
    int stop; /* the callback's to set: 1 ends training here */
} tuft_mcc_progress;

/* Called after each epoch; may save the trainer (cells/mcc_file.h). Its failure ends training. */
typedef tuft_status tuft_mcc_callback(const tuft_mcc_trainer *trainer, tuft_mcc_progress *progress,
                                      void *user, tuft_error *err);

typedef struct {
    tuft_adam_config adam;
    uint32_t batch; /* utterances a step; the last of an epoch has what is left */
    uint32_t parts; /* a batch is worked on in (cells/mcc_parts.h) */
    int epochs;
    double clip;     /* longest gradient; 0: as it comes */
    double activity; /* weight of the penalty, 0 or more */
    int patience;    /* epochs without a lower error after which the rate is multiplied by */
    double factor;   /* this, 0 to 1; patience 0: never */
    int stop;        /* epochs without a lower error after which training ends; 0: never */
    int freeze;      /* 1: the streams stay as they are, the decoder alone learns */
    int threads;     /* 0: as many as OpenMP has */
    uint64_t seed;
    tuft_mcc_callback *callback; /* or NULL */
    void *user;
} tuft_mcc_training;

/* Adam at 1e-3, 8 utterances in 4 parts, 50 epochs, clip 1, rate halved after 3, stop after 10. */
extern const tuft_mcc_training tuft_mcc_training_defaults;

/* A training under way. All that an epoch changes is here and in the network; cells/mcc_file.h
 * saves it. */
struct tuft_mcc_trainer {
    tuft_mcc *net; /* the caller's */
    tuft_mcc_training training;
    int epoch;                  /* epochs done */
    int since_best, since_rate; /* epochs since the lowest error; since then or a lower rate */
    double lowest;              /* error; infinity before the first epoch */
    tuft_adam adam;
    float *best;             /* [parameters] those with the lowest error */
    float *gradient;         /* [parameters] */
    tuft_mcc_parts parts[2]; /* in turns: one is worked on, one is filled */
};

/* Errors: TUFT_INVALID, a member out of range. On failure *out is NULL. */
tuft_status tuft_mcc_trainer_new(tuft_mcc_trainer **out, tuft_mcc *net,
                                 const tuft_mcc_training *training, tuft_error *err);
void tuft_mcc_trainer_free(tuft_mcc_trainer *trainer);
/* Epochs until training ends, callbacks included; then the network has the best parameters. Errors:
 * those of fetch and callback; TUFT_INVALID, an empty set or an utterance that does not fit;
 * TUFT_NUMERIC, a gradient stopped being finite; the network then has the parameters of the last
 * step. validation may be NULL. */
tuft_status tuft_mcc_trainer_run(tuft_mcc_trainer *trainer, const tuft_mcc_set *train,
                                 const tuft_mcc_set *validation, tuft_error *err);

/* All of it: a trainer, run to its end. */
tuft_status tuft_mcc_train(tuft_mcc *net, const tuft_mcc_set *train, const tuft_mcc_set *validation,
                           const tuft_mcc_training *training, tuft_error *err);

#endif
