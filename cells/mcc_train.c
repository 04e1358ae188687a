#include "cells/mcc_train.h"

#include "core/memory.h"
#include "core/philox.h"
#include "core/simd.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_mcc_training tuft_mcc_training_defaults = {
    .adam = {.rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
    .batch = 8,
    .parts = 4,
    .epochs = 50,
    .clip = 1,
    .patience = 3,
    .factor = 0.5,
    .stop = 10,
};

/* ---- the trainer ----------------------------------------------------------------------------- */

static tuft_status check(const tuft_mcc_training *t, tuft_error *err)
{
    if (t->batch < 1 || t->epochs < 1)
        return tuft_fail(err, TUFT_INVALID, "mcc: batches of %u, %d epochs, expected 1 or more",
                         t->batch, t->epochs);
    if (!(t->clip >= 0) || !(t->activity >= 0) || !isfinite(t->clip) || !isfinite(t->activity))
        return tuft_fail(err, TUFT_INVALID, "mcc: clip %g, activity %g, expected 0 or more",
                         t->clip, t->activity);
    if (t->patience < 0 || t->stop < 0 || (t->patience && !(t->factor > 0 && t->factor <= 1)))
        return tuft_fail(err, TUFT_INVALID,
                         "mcc: patience %d, factor %g, stop %d, expected 0 or more, above 0 to 1, "
                         "0 or more",
                         t->patience, t->factor, t->stop);
    if (t->freeze && t->adam.decay != 0)
        return tuft_fail(err, TUFT_INVALID, "mcc: streams cannot stay as they are and decay by %g",
                         t->adam.decay);
    return TUFT_OK;
}

void tuft_mcc_trainer_free(tuft_mcc_trainer *trainer)
{
    if (!trainer)
        return;
    tuft_adam_free(&trainer->adam);
    for (int k = 0; k < 2; k++)
        tuft_mcc_parts_free(&trainer->parts[k]);
    free(trainer->best);
    free(trainer->gradient);
    free(trainer);
}

tuft_status tuft_mcc_trainer_new(tuft_mcc_trainer **out, tuft_mcc *net,
                                 const tuft_mcc_training *training, tuft_error *err)
{
    tuft_mcc_trainer *trainer;
    *out = NULL;
    tuft_status status = check(training, err);
    if (!status)
        status = TUFT_NEW(&trainer, 1, "mcc: trainer", err);
    if (status)
        return status;
    *trainer = (tuft_mcc_trainer){.net = net, .training = *training, .lowest = HUGE_VAL};
    uint32_t parts = training->parts < training->batch ? training->parts : training->batch;
    for (int k = 0; !status && k < 2; k++)
        status = tuft_mcc_parts_new(&trainer->parts[k], net, parts, training->threads, 1, err);
    if (!status)
        status = tuft_adam_new(&trainer->adam, training->adam, net->parameters, err);
    if (!status)
        status = TUFT_NEW(&trainer->best, net->parameters, "mcc: best parameters", err);
    if (!status)
        status = TUFT_NEW(&trainer->gradient, net->parameters, "mcc: gradient", err);
    if (status) {
        tuft_mcc_trainer_free(trainer);
        return status;
    }
    memcpy(trainer->best, net->parameter, net->parameters * sizeof *net->parameter);
    *out = trainer;
    return TUFT_OK;
}

/* ---- an epoch -------------------------------------------------------------------------------- */

static size_t stream_cells(const tuft_mcc *net)
{
    size_t cells = 0;
    for (uint32_t l = 1; l <= net->config.layers; l++)
        cells += tuft_mcc_cells(net, l, 0) + tuft_mcc_cells(net, l, 1);
    return cells;
}

TUFT_CLONES static void shorten(float *x, size_t n, float factor)
{
    for (size_t i = 0; i < n; i++)
        x[i] *= factor;
}

/* What the batches of an epoch add up to. */
typedef struct {
    double loss, magnitude, length;
    size_t frames, steps;
} tally;

/* One step on the batch that the parts hold; the next one is fetched meanwhile. */
static tuft_status step(tuft_mcc_trainer *trainer, tuft_mcc_parts *parts,
                        const tuft_mcc_filling *next, tally *sum, tuft_error *err)
{
    tuft_mcc *net = trainer->net;
    const tuft_mcc_training *training = &trainer->training;
    double frames = (double)parts->frames;
    tuft_status status = tuft_mcc_parts_backward(
        parts, 1 / (frames * net->config.outputs),
        training->activity / (frames * (double)stream_cells(net)), next, err);
    if (status)
        return status;
    if (training->freeze)
        for (uint32_t p = 0; p < parts->used; p++)
            memset(parts->gradient[p], 0, net->stream_parameters * sizeof *parts->gradient[p]);
    double length = tuft_mcc_parts_gradient(parts, trainer->gradient);
    if (!isfinite(length))
        return tuft_fail(err, TUFT_NUMERIC,
                         "mcc: epoch %d, step %zu: the gradient is not finite (lower the rate or "
                         "the longest gradient)",
                         trainer->epoch + 1, sum->steps + 1);
    if (training->clip > 0 && length > training->clip)
        shorten(trainer->gradient, net->parameters, (float)(training->clip / length));
    tuft_adam_step(&trainer->adam, net->parameter, trainer->gradient);
    for (uint32_t p = 0; p < parts->used; p++) {
        sum->loss += parts->loss[p];
        sum->magnitude += parts->magnitude[p];
    }
    sum->length += length;
    sum->frames += parts->frames;
    sum->steps++;
    return TUFT_OK;
}

/* The batch that begins at `first` of an order; of none at the end. */
static tuft_mcc_filling filling(tuft_mcc_trainer *trainer, const tuft_mcc_set *set,
                                const uint32_t *order, uint32_t first, int turn)
{
    uint32_t left = set->utterances - first, batch = trainer->training.batch;
    return (tuft_mcc_filling){.parts = &trainer->parts[turn],
                              .set = set,
                              .epoch = trainer->epoch + 1,
                              .index = order + first,
                              .n = left < batch ? left : batch};
}

static tuft_status train_epoch(tuft_mcc_trainer *trainer, const tuft_mcc_set *set,
                               tuft_mcc_progress *progress, tuft_error *err)
{
    uint32_t *order;
    int epoch = trainer->epoch + 1;
    tally sum = {0};
    tuft_status status = TUFT_NEW(&order, set->utterances, "mcc: order of utterances", err);
    if (status)
        return status;
    for (uint32_t i = 0; i < set->utterances; i++)
        order[i] = i;
    tuft_random random =
        tuft_random_stream(trainer->training.seed, TUFT_RANDOM_TRAINING, (uint64_t)epoch);
    tuft_random_shuffle(&random, order, set->utterances);
    int turn = 0;
    tuft_mcc_filling next = filling(trainer, set, order, 0, turn);
    status = tuft_mcc_parts_fill(next.parts, set, next.epoch, next.index, next.n, err);
    for (uint32_t first = next.n; !status && next.n; first += next.n) {
        tuft_mcc_parts *parts = &trainer->parts[turn];
        turn = !turn;
        next = filling(trainer, set, order, first, turn);
        status = step(trainer, parts, next.n ? &next : NULL, &sum, err);
    }
    free(order);
    if (status)
        return status;
    progress->rate = trainer->adam.config.rate;
    progress->train_loss = sum.loss / ((double)sum.frames * trainer->net->config.outputs);
    progress->train_magnitude =
        sum.magnitude / ((double)sum.frames * (double)stream_cells(trainer->net));
    progress->gradient = sum.length / (double)sum.steps;
    return TUFT_OK;
}

static tuft_status validate(tuft_mcc_trainer *trainer, const tuft_mcc_set *set,
                            tuft_mcc_progress *progress, tuft_error *err)
{
    tuft_mcc_activity activity;
    tuft_mcc_score score;
    tuft_status status = tuft_mcc_activity_new(&activity, trainer->net, err);
    if (!status)
        status = tuft_mcc_evaluate(&trainer->parts[0], set, 0, &score, &activity, err);
    if (!status) {
        progress->validation_loss = score.loss;
        progress->validation_magnitude = score.magnitude;
        for (int g = 0; g < activity.groups; g++) {
            const tuft_mcc_group *group = &activity.group[g];
            if (group->kind == TUFT_MCC_GROUP_CELLS)
                progress->active[group->layer - 1][group->stream] =
                    tuft_mcc_group_active(&activity, group);
        }
    }
    tuft_mcc_activity_free(&activity);
    return status;
}

/* Best parameters, rate: what follows from the error. */
static void judge(tuft_mcc_trainer *trainer, tuft_mcc_progress *progress)
{
    const tuft_mcc_training *training = &trainer->training;
    trainer->since_best++;
    trainer->since_rate++;
    if (progress->error < trainer->lowest) {
        trainer->lowest = progress->error;
        trainer->since_best = trainer->since_rate = 0;
        progress->best = 1;
        memcpy(trainer->best, trainer->net->parameter,
               trainer->net->parameters * sizeof *trainer->best);
    }
    if (training->patience && trainer->since_rate >= training->patience) {
        trainer->adam.config.rate *= training->factor;
        trainer->since_rate = 0;
    }
}

static tuft_status run_epoch(tuft_mcc_trainer *trainer, const tuft_mcc_set *train,
                             const tuft_mcc_set *validation, tuft_mcc_progress *progress,
                             tuft_error *err)
{
    *progress =
        (tuft_mcc_progress){.epoch = trainer->epoch + 1, .epochs = trainer->training.epochs};
    tuft_status status = train_epoch(trainer, train, progress, err);
    if (!status && validation)
        status = validate(trainer, validation, progress, err);
    if (status)
        return status;
    double activity = trainer->training.activity;
    progress->error = validation
                          ? progress->validation_loss + activity * progress->validation_magnitude
                          : progress->train_loss + activity * progress->train_magnitude;
    trainer->epoch++;
    judge(trainer, progress);
    return TUFT_OK;
}

/* ---- all epochs ------------------------------------------------------------------------------ */

tuft_status tuft_mcc_trainer_run(tuft_mcc_trainer *trainer, const tuft_mcc_set *train,
                                 const tuft_mcc_set *validation, tuft_error *err)
{
    const tuft_mcc_training *training = &trainer->training;
    tuft_mcc_progress progress = {0};
    tuft_status status = TUFT_OK;
    if (!train->utterances || (validation && !validation->utterances))
        return tuft_fail(err, TUFT_INVALID, "mcc: a set without utterances");
    int blas = openblas_get_num_threads();
    openblas_set_num_threads(1); /* the threads are ours */
    while (!status && !progress.stop && trainer->epoch < training->epochs &&
           !(training->stop && trainer->since_best >= training->stop)) {
        status = run_epoch(trainer, train, validation, &progress, err);
        if (!status && training->callback)
            status = training->callback(trainer, &progress, training->user, err);
    }
    openblas_set_num_threads(blas);
    if (!status)
        memcpy(trainer->net->parameter, trainer->best,
               trainer->net->parameters * sizeof *trainer->best);
    return status;
}

tuft_status tuft_mcc_train(tuft_mcc *net, const tuft_mcc_set *train, const tuft_mcc_set *validation,
                           const tuft_mcc_training *training, tuft_error *err)
{
    tuft_mcc_trainer *trainer;
    tuft_status status = tuft_mcc_trainer_new(&trainer, net, training, err);
    if (!status)
        status = tuft_mcc_trainer_run(trainer, train, validation, err);
    tuft_mcc_trainer_free(trainer);
    return status;
}
