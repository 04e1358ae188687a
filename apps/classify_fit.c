/* What tuft classify trains: a liquid's readout, or a network with all of its weights. */
#include "apps/classify.h"

#include "apps/progress.h"
#include "core/memory.h"
#include "lsm/ridge.h"
#include "lsm/softmax.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char *const classify_networks[] = {"liquid", "srnn", "rnn", NULL};

/* Penalties that cross-validation chooses from, and its folds. */
static const double lambdas[] = {1e-2, 3e-2, 0.1, 0.3, 1, 3, 10};
enum { LAMBDAS = sizeof lambdas / sizeof *lambdas, FOLDS = 5 };

void classify_fitted_free(classify_fitted *fitted)
{
    tuft_linear_free(&fitted->linear);
    tuft_recurrent_classifier_free(&fitted->recurrent);
}

/* ---- a liquid's readout ---------------------------------------------------------------------- */

/* How many groups have a row. */
static tuft_status count_groups(const tuft_features *features, size_t *count, tuft_error *err)
{
    uint32_t last = 0;
    uint8_t *present;
    for (size_t i = 0; i < features->rows; i++)
        last = features->group[i] > last ? features->group[i] : last;
    tuft_status status = TUFT_NEW(&present, (size_t)last + 1, "groups", err);
    *count = 0;
    for (size_t i = 0; !status && i < features->rows; i++) {
        *count += !present[features->group[i]];
        present[features->group[i]] = 1;
    }
    free(present);
    return status;
}

static tuft_status fit_softmax(const classify_run *run, const tuft_features *train, uint64_t seed,
                               tuft_linear *linear, tuft_operations *operations, tuft_error *err)
{
    const lsm_preset *preset = &run->preset;
    tuft_softmax_config config = tuft_softmax_defaults;
    config.adam.rate = preset->readout.rate;
    config.batch = preset->readout.batch ? preset->readout.batch : 1;
    size_t batches = (train->rows + config.batch - 1) / config.batch;
    config.epochs = (int)((preset->readout.updates + batches - 1) / batches);
    if (operations)
        tuft_softmax_count(operations, &config, train->rows, train->columns, run->set.all.classes);
    return tuft_softmax_fit(train, run->set.all.classes, &config, seed, linear, err);
}

static tuft_status fit_ridge(const classify_run *run, const tuft_features *train,
                             const uint8_t *original, uint64_t seed, double *lambda,
                             tuft_linear *linear, tuft_error *err)
{
    int classes = run->set.all.classes;
    *lambda = run->preset.readout.lambda;
    if (*lambda <= 0) {
        /* Folds of whole talkers, where there are a few, tell how it will be with new ones. */
        double accuracy[LAMBDAS];
        size_t best;
        size_t present;
        tuft_status status = count_groups(train, &present, err);
        if (status)
            return status;
        int folds = present < FOLDS ? (int)present : FOLDS;
        status =
            tuft_ridge_choose(train, classes, lambdas, LAMBDAS, folds, seed,
                              (int)run->config->common.threads, original, accuracy, &best, err);
        if (status)
            return status;
        *lambda = lambdas[best];
    }
    return tuft_ridge_fit(train, classes, *lambda, linear, err);
}

/* ---- a network with all of its weights ------------------------------------------------------- */

/* Rates, epochs and sharpness by cross-validation inside the training sides (docs/baselines.md). */
tuft_recurrent_training classify_training(const classify_config *config, const lsm_preset *preset,
                                          tuft_sequence_shape shape)
{
    int spiking = config->network == CLASSIFY_SRNN;
    double sharpness = isnan(config->sharpness) ? TRAINED_SHARPNESS : config->sharpness;
    tuft_recurrent_training training = {
        .layer = trained_layer(preset, spiking ? TUFT_RECURRENT_LIF : TUFT_RECURRENT_TANH,
                               (trained_read)config->read, sharpness, shape),
        .adam = tuft_adam_defaults,
        .batch = config->batch == OPTION_UNSET ? 32 : (size_t)config->batch,
        .epochs = config->epochs == OPTION_UNSET ? 40 : (int)config->epochs,
        .clip = isnan(config->clip) ? 1 : config->clip};
    training.adam.rate = !isnan(config->rate) ? config->rate : spiking ? 3e-3 : 1e-3;
    return training;
}

static void advance(int epoch, int epochs, double loss, void *user)
{
    (void)epoch, (void)epochs, (void)loss;
    progress_advance(user, 1);
}

static tuft_status fit_recurrent(const classify_run *run, const tuft_features *train, uint64_t seed,
                                 tuft_recurrent_classifier *recurrent, tuft_operations *operations,
                                 tuft_error *err)
{
    tuft_recurrent_training training = run->training;
    app_progress progress;
    char label[48];
    snprintf(label, sizeof label, "train (seed %llu)", (unsigned long long)seed);
    progress_begin(&progress, &run->config->common, label, (uint64_t)training.epochs);
    training.callback = advance;
    training.user = &progress;
    tuft_status status = tuft_recurrent_fit(train, run->shape, run->set.all.classes, &training,
                                            seed, recurrent, operations, err);
    progress_end(&progress);
    return status;
}

/* ---- either ---------------------------------------------------------------------------------- */

tuft_status classify_fit(const classify_run *run, classify_network network,
                         const tuft_features *train, const uint8_t *original, uint64_t seed,
                         double *lambda, classify_fitted *fitted, tuft_operations *operations,
                         tuft_error *err)
{
    *fitted = (classify_fitted){0};
    *lambda = 0;
    if (network != CLASSIFY_LIQUID)
        return fit_recurrent(run, train, seed, &fitted->recurrent, operations, err);
    if (run->preset.readout.kind == READOUT_SOFTMAX)
        return fit_softmax(run, train, seed, &fitted->linear, operations, err);
    return fit_ridge(run, train, original, seed, lambda, &fitted->linear, err);
}

tuft_status classify_predict(const classify_fitted *fitted, const tuft_features *features,
                             int *predicted, tuft_error *err)
{
    return fitted->linear.weight
               ? tuft_linear_predict(&fitted->linear, features, predicted, err)
               : tuft_recurrent_predict(&fitted->recurrent, features, predicted, err);
}
