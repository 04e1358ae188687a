#include "apps/dataset.h"

#include "core/memory.h"
#include "core/philox.h"
#include "datasets/emnist.h"
#include "datasets/mnist.h"
#include "datasets/neural.h"
#include "datasets/nmnist.h"
#include "datasets/ntidigits.h"
#include "datasets/speech.h"
#include "datasets/spoken.h"
#include "datasets/synthetic_vision.h"
#include "datasets/talker_split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const dataset_names[] = {"n-mnist",
                                     "n-tidigits",
                                     "fsdd",
                                     "mnist",
                                     "emnist-letters",
                                     "synthetic-vision",
                                     "synthetic-audio",
                                     "synthetic-letters",
                                     "synthetic-neural",
                                     NULL};

void dataset_free(dataset *set)
{
    for (size_t s = 0; s < set->splits; s++) {
        free(set->split[s].train);
        free(set->split[s].test);
    }
    free(set->split);
    free(set->speaker);
    tuft_recordings_free(&set->all);
    *set = (dataset){0};
}

static tuft_status add_split(dataset *set, const char *name, dataset_split **made, tuft_error *err)
{
    dataset_split *grown;
    tuft_status status = TUFT_NEW(&grown, set->splits + 1, "splits", err);
    if (status)
        return status;
    if (set->splits)
        memcpy(grown, set->split, set->splits * sizeof *grown);
    free(set->split);
    set->split = grown;
    dataset_split *split = &set->split[set->splits];
    snprintf(split->name, sizeof split->name, "%s", name);
    status = TUFT_NEW(&split->train, set->all.count, "training side", err);
    if (!status)
        status = TUFT_NEW(&split->test, set->all.count, "test side", err);
    if (status) {
        free(split->train);
        return status;
    }
    set->splits++;
    *made = split;
    return TUFT_OK;
}

/* Numbers the talkers in alphabetical order into set->speaker. *names (to be freed, borrowed
 * strings) may be NULL. */
static tuft_status number_speakers(dataset *set, const char ***names, size_t *count,
                                   tuft_error *err)
{
    const char **talker;
    tuft_status status = tuft_talkers(&set->all, &talker, count, err);
    free(set->speaker);
    set->speaker = NULL;
    if (!status)
        status = TUFT_NEW(&set->speaker, set->all.count, "talkers", err);
    for (size_t i = 0; !status && i < set->all.count; i++)
        while (strcmp(talker[set->speaker[i]], set->all.recording[i].source) != 0)
            set->speaker[i]++;
    if (names && !status)
        *names = talker;
    else
        free(talker);
    return status;
}

/* Adds more's recordings to the set as one side of a split. */
static tuft_status take_side(dataset *set, tuft_recordings *more, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    if (set->all.count && memcmp(&set->all.geometry, &more->geometry, sizeof more->geometry) != 0)
        status = tuft_fail(
            err, TUFT_INVALID, "training recordings of %u x %u x %u channels, test of %u x %u x %u",
            set->all.geometry.width, set->all.geometry.height, set->all.geometry.polarities,
            more->geometry.width, more->geometry.height, more->geometry.polarities);
    set->all.geometry = more->geometry;
    if (more->classes > set->all.classes)
        set->all.classes = more->classes;
    for (size_t i = 0; !status && i < more->count; i++)
        status = tuft_recordings_push(&set->all, &more->recording[i], err);
    tuft_recordings_free(more);
    return status;
}

static tuft_status load_mnist(const dataset_request *request, tuft_mnist_side side,
                              tuft_recordings *out, tuft_error *err)
{
    const tuft_dvs_parameters sensor = tuft_dvs_defaults();
    return tuft_mnist_load(request->train, side, request->limit, &sensor, request->seed,
                           request->threads, out, err);
}

static tuft_status load_letters(const dataset_request *request, tuft_emnist_side side,
                                tuft_recordings *out, tuft_error *err)
{
    const tuft_dvs_parameters sensor = tuft_dvs_defaults();
    return tuft_emnist_load(request->train, TUFT_EMNIST_LETTERS, side, request->limit, &sensor,
                            request->seed, request->threads, out, err);
}

static tuft_status load_neural(const dataset_request *request, tuft_recordings *out,
                               tuft_error *err)
{
    const tuft_neural_parameters parameters = tuft_neural_defaults();
    return tuft_synthetic_neural(&parameters, request->per_class, request->seed, request->threads,
                                 out, err);
}

static tuft_status load_sides(const dataset_request *request, tuft_recordings *train,
                              tuft_recordings *test, tuft_error *err)
{
    tuft_recordings unused = {0};
    const char *second = request->folds ? NULL : request->test;
    tuft_status status = TUFT_OK;
    switch (request->name) {
    case DATASET_N_MNIST:
        status = tuft_nmnist_load(request->train, train, err);
        if (!status && second)
            status = tuft_nmnist_load(second, test, err);
        break;
    case DATASET_N_TIDIGITS:
        status = tuft_ntidigits_load(request->train, train, &unused, err);
        tuft_recordings_free(&unused);
        if (!status && second)
            status = tuft_ntidigits_load(second, &unused, test, err);
        tuft_recordings_free(&unused);
        break;
    case DATASET_FSDD:
        status = tuft_spoken_load(request->train, &request->cochlea, request->threads, train, err);
        if (!status && second)
            status = tuft_spoken_load(second, &request->cochlea, request->threads, test, err);
        break;
    case DATASET_MNIST:
        status = load_mnist(request, TUFT_MNIST_TRAIN, train, err);
        if (!status && !request->folds)
            status = load_mnist(request, TUFT_MNIST_TEST, test, err);
        break;
    case DATASET_EMNIST_LETTERS:
        status = load_letters(request, TUFT_EMNIST_TRAIN, train, err);
        if (!status && !request->folds)
            status = load_letters(request, TUFT_EMNIST_TEST, test, err);
        break;
    case DATASET_SYNTHETIC_VISION:
        status =
            tuft_synthetic_vision(request->per_class, request->seed, request->threads, train, err);
        break;
    case DATASET_SYNTHETIC_AUDIO:
        status =
            tuft_synthetic_audio(request->per_class, request->seed, request->threads, train, err);
        break;
    case DATASET_SYNTHETIC_LETTERS:
        status =
            tuft_synthetic_letters(request->per_class, request->seed, request->threads, train, err);
        break;
    case DATASET_SYNTHETIC_NEURAL:
        status = load_neural(request, train, err);
        break;
    }
    return status;
}

static tuft_status leave_each_talker_out(dataset *set, tuft_error *err)
{
    const char **names = NULL;
    size_t count;
    tuft_status status = number_speakers(set, &names, &count, err);
    if (status)
        return status;
    if (count < 2)
        status = tuft_fail(err, TUFT_INVALID, "one talker: nobody is left to train on");
    for (size_t k = 0; !status && k < count; k++) {
        dataset_split *split;
        status = add_split(set, names[k], &split, err);
        for (size_t i = 0; !status && i < set->all.count; i++) {
            split->test[i] = set->speaker[i] == k;
            split->train[i] = !split->test[i];
        }
    }
    free(names);
    return status;
}

/* Folds of whole talkers where there are at least as many talkers as folds, else of recordings. */
static tuft_status cross_validation(dataset *set, uint32_t folds, uint64_t seed, tuft_error *err)
{
    size_t speakers, n = set->all.count;
    tuft_status status = number_speakers(set, NULL, &speakers, err);
    if (!status && folds > n)
        status = tuft_fail(err, TUFT_INVALID, "%u folds of %zu recordings", folds, n);
    int by_speaker = speakers >= folds && speakers > 1;
    size_t groups = by_speaker ? speakers : n;
    uint32_t *order = NULL, *fold = NULL;
    if (!status)
        status = TUFT_NEW(&order, groups, "folds", err);
    if (!status)
        status = TUFT_NEW(&fold, groups, "folds", err);
    if (!status) {
        tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_SPLIT, 1);
        for (size_t g = 0; g < groups; g++)
            order[g] = (uint32_t)g;
        tuft_random_shuffle(&random, order, (uint32_t)groups);
        for (size_t g = 0; g < groups; g++)
            fold[order[g]] = (uint32_t)(g % folds);
    }
    for (uint32_t k = 0; !status && k < folds; k++) {
        dataset_split *split;
        char name[32];
        snprintf(name, sizeof name, "fold %u", k + 1);
        status = add_split(set, name, &split, err);
        for (size_t i = 0; !status && i < n; i++) {
            split->test[i] = fold[by_speaker ? set->speaker[i] : i] == k;
            split->train[i] = !split->test[i];
        }
    }
    free(order);
    free(fold);
    return status;
}

static tuft_status two_sides(dataset *set, const char *name, size_t train_count, tuft_error *err)
{
    size_t speakers;
    dataset_split *split;
    tuft_status status = number_speakers(set, NULL, &speakers, err);
    if (!status)
        status = add_split(set, name, &split, err);
    for (size_t i = 0; !status && i < set->all.count; i++) {
        split->train[i] = i < train_count;
        split->test[i] = i >= train_count;
    }
    return status;
}

tuft_status dataset_check(const dataset_request *request, tuft_error *err)
{
    const char *name = dataset_names[request->name];
    int synthetic = request->name >= DATASET_SYNTHETIC_VISION;
    int by_talker = synthetic || request->name == DATASET_FSDD;
    if (request->folds == 1)
        return tuft_fail(err, TUFT_INVALID, "--cross-validate 1: expected 2 folds or more");
    if (!synthetic && !request->train)
        return tuft_fail(err, TUFT_INVALID, "--dataset %s needs --train PATH", name);
    if (synthetic && (request->train || request->test))
        return tuft_fail(err, TUFT_INVALID, "--dataset %s is made, it takes no --train or --test",
                         name);
    int images = request->name == DATASET_MNIST || request->name == DATASET_EMNIST_LETTERS;
    if (images && request->test)
        return tuft_fail(err, TUFT_INVALID, "--dataset %s: --train DIR holds both sides", name);
    if (!images && request->limit)
        return tuft_fail(err, TUFT_INVALID, "--limit is for --dataset mnist and emnist-letters");
    if (!by_talker && !images && !request->test && !request->folds)
        return tuft_fail(err, TUFT_INVALID, "--dataset %s needs --test PATH or --cross-validate K",
                         name);
    if (request->test_talkers && (request->test || request->folds || !by_talker))
        return tuft_fail(err, TUFT_INVALID,
                         "--test-talkers is for fsdd and synthetic sets without --test and "
                         "--cross-validate");
    return TUFT_OK;
}

/* Moves the recordings of test talkers to the other side. */
static tuft_status hold_talkers_out(const dataset_request *request, tuft_recordings *train,
                                    tuft_recordings *test, tuft_error *err)
{
    tuft_recordings all = *train;
    tuft_status status = tuft_talker_split(&all, request->test_talkers, train, test, err);
    tuft_recordings_free(&all);
    return status;
}

tuft_status dataset_load(const dataset_request *request, dataset *out, tuft_error *err)
{
    static const modality kinds[] = {MODALITY_VISION, MODALITY_AUDIO,  MODALITY_SOUND,
                                     MODALITY_VISION, MODALITY_VISION, MODALITY_VISION,
                                     MODALITY_SOUND,  MODALITY_VISION, MODALITY_NEURAL};
    *out = (dataset){.kind = kinds[request->name]};
    tuft_recordings train = {0}, test = {0};
    const char *side = "test";
    tuft_status status = dataset_check(request, err);
    if (!status)
        status = load_sides(request, &train, &test, err);
    if (!status && request->test && !request->folds && !test.count)
        status = tuft_fail(err, TUFT_FORMAT, "%s: no test recordings", request->test);
    if (!status && !train.count)
        status = tuft_fail(err, TUFT_FORMAT, "%s: no training recordings",
                           request->train ? request->train : "synthetic");
    int each_talker = request->name == DATASET_FSDD && !request->test_talkers;
    if (!status && !request->folds && !test.count && !each_talker) {
        side = "test talkers";
        status = hold_talkers_out(request, &train, &test, err);
    }
    size_t train_count = train.count, test_count = test.count;
    if (!status)
        status = take_side(out, &train, err);
    if (!status && test_count)
        status = take_side(out, &test, err);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
    if (!status && request->folds)
        status = cross_validation(out, request->folds, request->seed, err);
    else if (!status && test_count)
        status = two_sides(out, side, train_count, err);
    else if (!status)
        status = leave_each_talker_out(out, err);
    if (status)
        dataset_free(out);
    return status;
}
