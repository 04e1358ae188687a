#include "cells/mcc_file.h"
#include "cells/mcc_reference.h"
#include "cells/mcc_stream.h"
#include "cells/mcc_train.h"
#include "core/memory.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OK(call) cr_assert_eq((call), TUFT_OK, "%s", err.message)

static tuft_error err;

enum { UTTERANCES = 24, FRAMES = 40, COLUMNS = 3 };

/* Audio that counts where vision says so, one frame before, and the target is what counts:
 * a stream alone can at best give half of it, of mean square 1/4. */
typedef struct {
    float audio[UTTERANCES][FRAMES][COLUMNS], vision[UTTERANCES][FRAMES][COLUMNS],
        target[UTTERANCES][FRAMES][COLUMNS];
    tuft_mcc_utterance one[UTTERANCES];
} toy;

static toy *toy_new(uint64_t seed)
{
    toy *t = calloc(1, sizeof *t);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 8);
    for (int u = 0; u < UTTERANCES; u++) {
        for (int f = 0; f < FRAMES; f++)
            for (int c = 0; c < COLUMNS; c++) {
                t->audio[u][f][c] = (float)tuft_random_normal(&random);
                t->vision[u][f][c] = tuft_random_below(&random, 2) ? 1 : -1;
                t->target[u][f][c] = f && t->vision[u][f - 1][c] > 0 ? t->audio[u][f][c] : 0;
            }
        t->one[u] = (tuft_mcc_utterance){.frames = FRAMES - (size_t)(u % 5),
                                         .audio = &t->audio[u][0][0],
                                         .vision = &t->vision[u][0][0],
                                         .target = &t->target[u][0][0]};
    }
    return t;
}

static tuft_mcc_config toy_config(tuft_mcc_cell cell)
{
    tuft_mcc_config config = {.columns = {COLUMNS, COLUMNS},
                              .layers = 2,
                              .cell = cell,
                              .memory = 8,
                              .keep = 0,
                              .outputs = COLUMNS,
                              .decoders = 1,
                              .decoder = {24},
                              .seed = 2};
    for (int l = 0; l < 2; l++)
        config.field[l][0].cells = config.field[l][1].cells = 16;
    return config;
}

static tuft_mcc_training toy_training(int epochs)
{
    tuft_mcc_training training = tuft_mcc_training_defaults;
    training.adam.rate = 5e-3;
    training.batch = 4;
    training.parts = 2;
    training.epochs = epochs;
    training.patience = 4;
    training.stop = 0;
    training.threads = 2;
    return training;
}

static double loss_of(const tuft_mcc *net, const tuft_mcc_set *set)
{
    tuft_mcc_parts parts;
    tuft_mcc_score score;
    OK(tuft_mcc_parts_new(&parts, net, 3, 1, 0, &err));
    OK(tuft_mcc_evaluate(&parts, set, 0, &score, NULL, &err));
    tuft_mcc_parts_free(&parts);
    return score.loss;
}

Test(mcc_train, what_needs_both_streams_is_learnt_by_both)
{
    toy *train = toy_new(1), *unheard = toy_new(2);
    tuft_mcc_set train_set = tuft_mcc_set_of(train->one, UTTERANCES);
    tuft_mcc_set unheard_set = tuft_mcc_set_of(unheard->one, UTTERANCES);
    const tuft_mcc_cell cell[] = {TUFT_MCC_COOPERATION, TUFT_MCC_CONCATENATED, TUFT_MCC_TM2};
    for (int k = 0; k < 3; k++) {
        tuft_mcc *net;
        tuft_mcc_config config = toy_config(cell[k]);
        tuft_mcc_training training = toy_training(60);
        OK(tuft_mcc_new(&net, &config, &err));
        OK(tuft_mcc_train(net, &train_set, &unheard_set, &training, &err));
        double both = loss_of(net, &unheard_set);
        cr_assert_lt(both, 0.08, "%s: %g", tuft_mcc_cell_name(cell[k]), both);
        tuft_mcc_free(net);
    }
    size_t parameters;
    tuft_mcc *alone;
    tuft_mcc_config config = toy_config(TUFT_MCC_COOPERATION), audio;
    tuft_mcc_training training = toy_training(60);
    OK(tuft_mcc_parameters(&config, &parameters, &err));
    OK(tuft_mcc_audio_only(&config, parameters, &audio, &err));
    OK(tuft_mcc_new(&alone, &audio, &err));
    OK(tuft_mcc_train(alone, &train_set, &unheard_set, &training, &err));
    double deaf = loss_of(alone, &unheard_set);
    cr_assert_gt(deaf, 0.2, "%g", deaf);
    tuft_mcc_free(alone);
    free(train);
    free(unheard);
}

/* Keeps what a callback was told; may stop training. */
typedef struct {
    int calls, stop_at;
    tuft_mcc_progress at[64];
} log_of;

static tuft_status keep_log(const tuft_mcc_trainer *trainer, tuft_mcc_progress *progress,
                            void *user, tuft_error *e)
{
    log_of *l = user;
    (void)e;
    cr_assert_eq(trainer->epoch, progress->epoch);
    l->at[l->calls++] = *progress;
    progress->stop = progress->epoch == l->stop_at;
    return TUFT_OK;
}

Test(mcc_train, threads_change_nothing)
{
    toy *train = toy_new(1);
    tuft_mcc_set set = tuft_mcc_set_of(train->one, UTTERANCES);
    tuft_mcc_config config = toy_config(TUFT_MCC_COOPERATION);
    tuft_mcc *net[3];
    for (int k = 0; k < 3; k++) {
        tuft_mcc_training training = toy_training(3);
        training.parts = 3;
        training.threads = 1 + k;
        training.activity = 0.01;
        OK(tuft_mcc_new(&net[k], &config, &err));
        OK(tuft_mcc_train(net[k], &set, NULL, &training, &err));
        cr_assert_eq(
            memcmp(net[k]->parameter, net[0]->parameter, net[0]->parameters * sizeof(float)), 0);
    }
    for (int k = 0; k < 3; k++)
        tuft_mcc_free(net[k]);
    free(train);
}

/* The best epoch's parameters stay; the rate is halved, training stops, as the errors say. */
Test(mcc_train, errors_decide)
{
    toy *train = toy_new(1), *unheard = toy_new(2);
    tuft_mcc_set set = tuft_mcc_set_of(train->one, 2); /* soon learnt by heart */
    tuft_mcc_set unheard_set = tuft_mcc_set_of(unheard->one, UTTERANCES);
    tuft_mcc_config config = toy_config(TUFT_MCC_COOPERATION);
    log_of seen = {0};
    tuft_mcc_training training = toy_training(60);
    training.adam.rate = 0.02;
    training.patience = 2;
    training.stop = 5;
    training.callback = keep_log;
    training.user = &seen;
    tuft_mcc *net;
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_train(net, &set, &unheard_set, &training, &err));
    int best = 0, since = 0, since_rate = 0;
    double rate = training.adam.rate;
    for (int e = 0; e < seen.calls; e++) {
        cr_assert_float_eq(seen.at[e].rate, rate, 1e-12, "epoch %d", e + 1);
        cr_assert_eq(seen.at[e].error, seen.at[e].validation_loss);
        int better = e == 0 || seen.at[e].error < seen.at[best].error;
        cr_assert_eq(seen.at[e].best, better);
        best = better ? e : best;
        since = better ? 0 : since + 1;
        since_rate = better ? 0 : since_rate + 1;
        if (since_rate == 2) {
            rate /= 2;
            since_rate = 0;
        }
    }
    cr_assert_lt(seen.calls, 60);
    cr_assert_eq(since, 5);
    cr_assert_float_eq(loss_of(net, &unheard_set), seen.at[best].error, 1e-7);
    tuft_mcc_free(net);

    seen = (log_of){.stop_at = 3};
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_train(net, &set, &unheard_set, &training, &err));
    cr_assert_eq(seen.calls, 3);
    tuft_mcc_free(net);
    free(train);
    free(unheard);
}

/* Punished activity grows rare, and costs. */
Test(mcc_train, activity_is_paid_for)
{
    toy *train = toy_new(1);
    tuft_mcc_set set = tuft_mcc_set_of(train->one, UTTERANCES);
    tuft_mcc_config config = toy_config(TUFT_MCC_COOPERATION);
    double magnitude[2], active[2], loss[2];
    for (int k = 0; k < 2; k++) {
        tuft_mcc *net;
        tuft_mcc_parts parts;
        tuft_mcc_score score;
        tuft_mcc_activity activity;
        tuft_mcc_training training = toy_training(25);
        training.activity = k ? 0.3 : 0;
        OK(tuft_mcc_new(&net, &config, &err));
        OK(tuft_mcc_train(net, &set, &set, &training, &err));
        OK(tuft_mcc_parts_new(&parts, net, 2, 1, 0, &err));
        OK(tuft_mcc_activity_new(&activity, net, &err));
        OK(tuft_mcc_evaluate(&parts, &set, 0, &score, &activity, &err));
        magnitude[k] = score.magnitude;
        loss[k] = score.loss;
        active[k] = tuft_mcc_activity_share(&activity);
        tuft_mcc_activity_free(&activity);
        tuft_mcc_parts_free(&parts);
        tuft_mcc_free(net);
    }
    cr_assert_lt(magnitude[1], 0.3 * magnitude[0]);
    cr_assert_lt(active[1], 0.7 * active[0]);
    cr_assert_gt(loss[1], loss[0]);
    free(train);
}

/* One step of Adam on a gradient that is clipped: every parameter moves by the rate at most. */
Test(mcc_train, gradients_are_clipped)
{
    toy *train = toy_new(1);
    tuft_mcc_set set = tuft_mcc_set_of(train->one, 4);
    tuft_mcc_config config = toy_config(TUFT_MCC_COOPERATION);
    for (int k = 0; k < 2; k++) {
        tuft_mcc *net, *start;
        log_of seen = {0};
        tuft_mcc_training training = toy_training(1);
        training.adam.epsilon = 1; /* steps are as long as gradients */
        training.adam.rate = 1;
        training.clip = k ? 1e-3 : 0;
        training.callback = keep_log;
        training.user = &seen;
        OK(tuft_mcc_new(&net, &config, &err));
        OK(tuft_mcc_new(&start, &config, &err));
        OK(tuft_mcc_train(net, &set, NULL, &training, &err));
        double square = 0;
        for (size_t p = 0; p < net->parameters; p++) {
            double moved = (double)(net->parameter[p] - start->parameter[p]);
            square += moved * moved;
        }
        cr_assert_gt(seen.at[0].gradient, 0.01);
        if (k)
            cr_assert_float_eq(sqrt(square), 1e-3, 5e-5);
        else
            cr_assert_gt(sqrt(square), 0.5 * seen.at[0].gradient);
        tuft_mcc_free(net);
        tuft_mcc_free(start);
    }
    free(train);
}

/* Counts what is fetched; gives all utterances through one buffer, which it spoils in between. */
typedef struct {
    toy *from;
    int under_way, epoch, fetched[UTTERANCES];
    uint32_t order[3][UTTERANCES], n[3];
    float audio[FRAMES][COLUMNS];
} counted;

static tuft_status fetch_and_count(void *user, int epoch, uint32_t index, tuft_mcc_utterance *out,
                                   tuft_error *e)
{
    counted *c = user;
    (void)e;
    cr_assert_eq(c->under_way++, 0);
    cr_assert(epoch >= c->epoch && epoch <= 2);
    c->epoch = epoch;
    c->order[epoch][c->n[epoch]++] = index;
    c->fetched[index]++;
    *out = c->from->one[index];
    memcpy(c->audio, out->audio, out->frames * sizeof c->audio[0]);
    out->audio = &c->audio[0][0];
    c->under_way--;
    return TUFT_OK;
}

Test(mcc_train, every_epoch_fetches_every_utterance_once)
{
    enum { N = 7 };
    toy *train = toy_new(1);
    counted *seen = calloc(1, sizeof *seen);
    tuft_mcc_config config = toy_config(TUFT_MCC_COOPERATION);
    tuft_mcc_training training = toy_training(2);
    tuft_mcc *net, *plain;
    seen->from = train;
    training.batch = 3;
    tuft_mcc_set set = {.utterances = N, .fetch = fetch_and_count, .user = seen};
    tuft_mcc_set same = tuft_mcc_set_of(train->one, N);
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_new(&plain, &config, &err));
    OK(tuft_mcc_train(net, &set, NULL, &training, &err));
    OK(tuft_mcc_train(plain, &same, NULL, &training, &err));
    cr_assert_eq(memcmp(net->parameter, plain->parameter, net->parameters * sizeof(float)), 0);
    cr_assert(seen->n[1] == N && seen->n[2] == N);
    for (int i = 0; i < N; i++)
        cr_assert_eq(seen->fetched[i], 2);
    cr_assert_neq(memcmp(seen->order[1], seen->order[2], N * sizeof(uint32_t)), 0);
    tuft_mcc_free(net);
    tuft_mcc_free(plain);
    free(seen);
    free(train);
}

static tuft_status fetch_and_fail(void *user, int epoch, uint32_t index, tuft_mcc_utterance *out,
                                  tuft_error *e)
{
    toy *t = user;
    *out = t->one[index];
    if (epoch == 2 && index == 1)
        return tuft_fail(e, TUFT_IO, "no such recording");
    return TUFT_OK;
}

Test(mcc_train, failures_are_told)
{
    toy *train = toy_new(1);
    tuft_mcc_config config = toy_config(TUFT_MCC_COOPERATION);
    tuft_mcc_training training = toy_training(3), bad = training;
    tuft_mcc_set set = {.utterances = 4, .fetch = fetch_and_fail, .user = train};
    tuft_mcc *net;
    OK(tuft_mcc_new(&net, &config, &err));
    cr_assert_eq(tuft_mcc_train(net, &set, NULL, &training, &err), TUFT_IO);
    cr_assert_str_eq(err.message, "no such recording");
    set.utterances = 0;
    cr_assert_eq(tuft_mcc_train(net, &set, NULL, &training, &err), TUFT_INVALID);
    set = tuft_mcc_set_of(train->one, 4);
    bad.batch = 0;
    cr_assert_eq(tuft_mcc_train(net, &set, NULL, &bad, &err), TUFT_INVALID);
    bad = training;
    bad.parts = 0;
    cr_assert_eq(tuft_mcc_train(net, &set, NULL, &bad, &err), TUFT_INVALID);
    bad = training;
    bad.clip = -1;
    cr_assert_eq(tuft_mcc_train(net, &set, NULL, &bad, &err), TUFT_INVALID);
    bad = training;
    bad.factor = 2;
    cr_assert_eq(tuft_mcc_train(net, &set, NULL, &bad, &err), TUFT_INVALID);
    bad = training;
    bad.adam.rate = 0;
    cr_assert_eq(tuft_mcc_train(net, &set, NULL, &bad, &err), TUFT_INVALID);
    train->one[2].target = NULL;
    cr_assert_eq(tuft_mcc_train(net, &set, NULL, &training, &err), TUFT_INVALID);
    cr_assert_not_null(strstr(err.message, "utterance 2 has no target"));
    train->one[2].target = &train->target[2][0][0];
    train->target[2][3][1] = NAN;
    cr_assert_eq(tuft_mcc_train(net, &set, NULL, &training, &err), TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "utterance 2: mcc: target of frame 3, column 1 is nan"));
    train->target[2][3][1] = 0;
    train->audio[2][3][1] = 3e38f;
    tuft_mcc_free(net);
    config.cell = TUFT_MCC_TM2;
    OK(tuft_mcc_new(&net, &config, &err));
    cr_assert_eq(tuft_mcc_train(net, &set, NULL, &training, &err), TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "the gradient is not finite"));
    tuft_mcc_free(net);
    free(train);
}

/* The program of docs/mcc.md. */
Test(mcc_train, the_example_of_the_documentation)
{
    toy *made = toy_new(1);
    const tuft_mcc_utterance *utterance = made->one;
    const float *audio = utterance[0].audio, *vision = utterance[0].vision;
    float output[FRAMES * COLUMNS], frame[COLUMNS];
    tuft_mcc *net;
    tuft_mcc_config config = {.columns = {3, 3},
                              .layers = 2,
                              .cell = TUFT_MCC_COOPERATION,
                              .memory = 8,
                              .keep = 0.5,
                              .decoders = 1,
                              .decoder = {24},
                              .output = TUFT_MCC_LINEAR,
                              .outputs = 3,
                              .seed = 2};
    for (int l = 0; l < 2; l++)
        config.field[l][TUFT_MCC_AUDIO].cells = config.field[l][TUFT_MCC_VISION].cells = 16;
    OK(tuft_mcc_new(&net, &config, &err));

    tuft_mcc_set train = tuft_mcc_set_of(utterance, 20);
    tuft_mcc_set unheard = tuft_mcc_set_of(utterance + 20, 4);
    tuft_mcc_training training = tuft_mcc_training_defaults;
    training.epochs = 20;
    OK(tuft_mcc_standardise(net, &train, 0, &err));
    double before = loss_of(net, &unheard);
    OK(tuft_mcc_train(net, &train, &unheard, &training, &err));
    cr_assert_lt(loss_of(net, &unheard), before);
    char path[64];
    snprintf(path, sizeof path, "/tmp/tuft-mcc-example-%ld", (long)getpid());
    OK(tuft_mcc_write(net, NULL, 0, path, &err));

    tuft_mcc_pass *pass;
    tuft_mcc_activity activity;
    OK(tuft_mcc_pass_new(&pass, net, &err));
    OK(tuft_mcc_activity_new(&activity, net, &err));
    OK(tuft_mcc_forward(pass, utterance, 1, NULL, output, &activity, &err));
    cr_assert_eq(activity.frames, utterance[0].frames);

    tuft_mcc_stream *stream;
    OK(tuft_mcc_stream_new(&stream, net, NULL, &err));
    tuft_mcc_stream_step(stream, audio, vision, frame);
    for (int j = 0; j < COLUMNS; j++)
        cr_assert_float_eq(frame[j], output[j], 1e-4);
    unlink(path);
    tuft_mcc_stream_free(stream);
    tuft_mcc_activity_free(&activity);
    tuft_mcc_pass_free(pass);
    tuft_mcc_free(net);
    free(made);
}

/* ---- without labels -------------------------------------------------------------------------- */

Test(mcc_train, streams_learn_without_labels)
{
    toy *train = toy_new(1);
    tuft_mcc_config config = toy_config(TUFT_MCC_COOPERATION), cross = tuft_mcc_cross(&config);
    float target[UTTERANCES][FRAMES][2 * COLUMNS];
    tuft_mcc_utterance one[UTTERANCES];
    for (int u = 0; u < UTTERANCES; u++) {
        for (int f = 0; f < FRAMES; f++)
            for (int c = 0; c < COLUMNS; c++) {
                target[u][f][c] = train->vision[u][f][c];
                target[u][f][COLUMNS + c] = train->audio[u][f][c];
            }
        one[u] = train->one[u];
        one[u].target = &target[u][0][0];
    }
    tuft_mcc_set unlabelled = tuft_mcc_set_of(one, UTTERANCES);
    tuft_mcc_set labelled = tuft_mcc_set_of(train->one, 4);
    tuft_mcc_training training = toy_training(20);
    tuft_mcc *streams, *net;
    OK(tuft_mcc_new(&streams, &cross, &err));
    OK(tuft_mcc_standardise(streams, &unlabelled, 0, &err));
    OK(tuft_mcc_train(streams, &unlabelled, NULL, &training, &err));
    cr_assert_lt(loss_of(streams, &unlabelled), 0.25); /* of a mean square of 1 */

    config.seed = 77;
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_streams_from(net, streams, &err));
    cr_assert_eq(net->mean[1][2], streams->mean[1][2]);
    cr_assert_eq(net->stream_parameters, streams->stream_parameters);
    double before = loss_of(net, &labelled);
    training = toy_training(10);
    training.freeze = 1;
    OK(tuft_mcc_train(net, &labelled, NULL, &training, &err));
    cr_assert_lt(loss_of(net, &labelled), 0.9 * before);
    cr_assert_eq(memcmp(net->parameter, streams->parameter, net->stream_parameters * sizeof(float)),
                 0);
    cr_assert_neq(memcmp(net->parameter + net->stream_parameters,
                         streams->parameter + net->stream_parameters, 4 * sizeof(float)),
                  0);
    training.adam.decay = 0.1;
    cr_assert_eq(tuft_mcc_train(net, &labelled, NULL, &training, &err), TUFT_INVALID);
    tuft_mcc_free(net);
    config.memory = 7;
    OK(tuft_mcc_new(&net, &config, &err));
    cr_assert_eq(tuft_mcc_streams_from(net, streams, &err), TUFT_INVALID);
    tuft_mcc_free(net);
    tuft_mcc_free(streams);
    free(train);
}
