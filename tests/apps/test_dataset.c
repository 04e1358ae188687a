/* Splits: who stands where. */
#include "apps/dataset.h"
#include "datasets/talker_split.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static dataset load(dataset_request request)
{
    dataset set;
    tuft_error err;
    request.seed = 3;
    request.threads = 2;
    cr_assert_eq(dataset_load(&request, &set, &err), TUFT_OK, "%s", err.message);
    return set;
}

static void refused(dataset_request request, const char *says)
{
    dataset set;
    tuft_error err = {0};
    request.threads = 1;
    cr_assert_neq(dataset_load(&request, &set, &err), TUFT_OK, "%s", says);
    cr_assert(strstr(err.message, says), "%s, expected %s", err.message, says);
    cr_assert_null(set.all.recording);
    cr_assert_null(set.split);
    cr_assert_null(set.speaker);
}

/* Everybody on one side, nobody on both, nor (by_talker) any talker. */
static void expect_clean(const dataset *set, int by_talker)
{
    for (size_t s = 0; s < set->splits; s++) {
        const dataset_split *split = &set->split[s];
        size_t train = 0, test = 0;
        for (size_t i = 0; i < set->all.count; i++) {
            cr_assert_eq(split->train[i] + split->test[i], 1);
            train += split->train[i];
            test += split->test[i];
            for (size_t j = 0; by_talker && j < i; j++)
                if (strcmp(set->all.recording[i].source, set->all.recording[j].source) == 0)
                    cr_assert_eq(split->test[i], split->test[j]);
        }
        cr_assert(train > 0 && test > 0);
    }
}

static int is_tested(const dataset *set, size_t split, const char *talker)
{
    for (size_t i = 0; i < set->all.count; i++)
        if (strcmp(set->all.recording[i].source, talker) == 0)
            return set->split[split].test[i];
    cr_assert_fail("no %s", talker);
    return 0;
}

Test(dataset, the_last_quarter_of_the_writers_is_tested)
{
    dataset set = load((dataset_request){.name = DATASET_SYNTHETIC_VISION, .per_class = 20});
    cr_assert_eq(set.kind, MODALITY_VISION);
    cr_assert_eq(set.all.count, 200);
    cr_assert_eq(set.splits, 1);
    expect_clean(&set, 1);
    /* Alphabetical: 0, 1, 10-19, 2-9; the last five of twenty are 5-9. */
    cr_assert_eq(is_tested(&set, 0, "writer 4"), 0);
    cr_assert_eq(is_tested(&set, 0, "writer 19"), 0);
    for (int w = 5; w < 10; w++) {
        char name[16];
        snprintf(name, sizeof name, "writer %d", w);
        cr_assert_eq(is_tested(&set, 0, name), 1);
    }
    /* Numbers of writers are those of the alphabet. */
    const char **names;
    size_t count;
    cr_assert_eq(tuft_talkers(&set.all, &names, &count, NULL), TUFT_OK);
    cr_assert_eq(count, 20);
    for (size_t k = 1; k < count; k++)
        cr_assert_lt(strcmp(names[k - 1], names[k]), 0);
    for (size_t i = 0; i < set.all.count; i++)
        cr_assert_str_eq(names[set.speaker[i]], set.all.recording[i].source);
    free(names);
    dataset_free(&set);
    cr_assert_null(set.split);
}

Test(dataset, named_talkers_are_tested)
{
    dataset set = load((dataset_request){
        .name = DATASET_SYNTHETIC_VISION, .per_class = 4, .test_talkers = "writer 2,writer 0"});
    expect_clean(&set, 1);
    cr_assert_eq(is_tested(&set, 0, "writer 0"), 1);
    cr_assert_eq(is_tested(&set, 0, "writer 1"), 0);
    cr_assert_eq(is_tested(&set, 0, "writer 2"), 1);
    dataset_free(&set);
    const dataset_request one = {.name = DATASET_SYNTHETIC_VISION, .per_class = 2};
    dataset_request request = one;
    request.test_talkers = "writer 0,nobody";
    refused(request, "nobody is called \"nobody\"");
    request.test_talkers = "writer 0,writer 1";
    refused(request, "nobody is left to train on");
    request.test_talkers = "";
    refused(request, "nobody is called \"\"");
    request.test_talkers = ",,";
    refused(request, "nobody is called \"\"");
    request = one;
    request.per_class = 1; /* one writer */
    refused(request, "at least 2");
}

/* Every recording is tested once; folds are of writers where there are enough. */
Test(dataset, folds)
{
    static const uint32_t folds[] = {2, 5, 20, 21};
    for (int f = 0; f < 4; f++) {
        dataset set = load((dataset_request){
            .name = DATASET_SYNTHETIC_VISION, .per_class = 20, .folds = folds[f]});
        cr_assert_eq(set.splits, folds[f]);
        expect_clean(&set, folds[f] <= 20);
        for (size_t i = 0; i < set.all.count; i++) {
            int tested = 0;
            for (size_t s = 0; s < set.splits; s++)
                tested += set.split[s].test[i];
            cr_assert_eq(tested, 1);
        }
        for (size_t s = 0; s < set.splits; s++) { /* as even as can be */
            size_t test = 0, unit = folds[f] <= 20 ? 10 : 1;
            for (size_t i = 0; i < set.all.count; i++)
                test += set.split[s].test[i];
            size_t groups = 200 / unit;
            cr_assert(test / unit == groups / folds[f] || test / unit == groups / folds[f] + 1);
        }
        dataset again = load((dataset_request){
            .name = DATASET_SYNTHETIC_VISION, .per_class = 20, .folds = folds[f]});
        for (size_t s = 0; s < set.splits; s++)
            cr_assert_arr_eq(set.split[s].test, again.split[s].test, set.all.count);
        dataset_free(&set);
        dataset_free(&again);
    }
    refused((dataset_request){.name = DATASET_SYNTHETIC_VISION, .per_class = 1, .folds = 11},
            "11 folds of 10 recordings");
}

Test(dataset, requests_that_make_no_sense)
{
    refused((dataset_request){.name = DATASET_N_MNIST}, "needs --train");
    refused((dataset_request){.name = DATASET_N_MNIST, .train = "/nowhere"}, "needs --test");
    refused((dataset_request){.name = DATASET_FSDD, .train = "/nowhere"}, "/nowhere");
    refused((dataset_request){.name = DATASET_N_TIDIGITS, .train = "/nowhere", .test = "/nowhere"},
            "/nowhere");
    refused(
        (dataset_request){.name = DATASET_SYNTHETIC_VISION, .per_class = 4, .train = "/nowhere"},
        "is made");
    refused((dataset_request){.name = DATASET_SYNTHETIC_VISION, .per_class = 0}, "0 recordings");
}

Test(dataset, two_sides_of_one_file)
{
    const char *path = TUFT_SOURCE_DIR "/tests/fixtures/ntidigits-variable.h5";
    dataset set = load((dataset_request){.name = DATASET_N_TIDIGITS, .train = path, .test = path});
    cr_assert_eq(set.kind, MODALITY_AUDIO);
    cr_assert_eq(set.all.count, 6);
    cr_assert_eq(set.all.classes, 11);
    cr_assert_eq(set.splits, 1);
    expect_clean(&set, 1);
    for (size_t i = 0; i < 6; i++)
        cr_assert_eq(set.split[0].train[i], i < 4);
    dataset_free(&set);
    /* With folds the test side is not kept. */
    set = load((dataset_request){
        .name = DATASET_N_TIDIGITS, .train = path, .test = "/nowhere", .folds = 2});
    cr_assert_eq(set.all.count, 4);
    expect_clean(&set, 1);
    dataset_free(&set);
}

Test(dataset, letters_seen_and_written)
{
    dataset set = load((dataset_request){.name = DATASET_SYNTHETIC_NEURAL, .per_class = 8});
    cr_assert_eq(set.kind, MODALITY_NEURAL);
    cr_assert(set.all.count == 208 && set.all.classes == 26 && set.all.geometry.width == 192);
    expect_clean(&set, 1);
    for (int session = 0; session < 8; session++) {
        char name[16];
        snprintf(name, sizeof name, "session %d", session);
        cr_assert_eq(is_tested(&set, 0, name), session >= 6);
    }
    dataset_free(&set);
    set = load((dataset_request){.name = DATASET_SYNTHETIC_LETTERS, .per_class = 4});
    cr_assert_eq(set.kind, MODALITY_VISION);
    cr_assert(set.all.count == 104 && set.all.classes == 26 && set.all.geometry.height == 34);
    expect_clean(&set, 1);
    dataset_free(&set);
    refused((dataset_request){.name = DATASET_EMNIST_LETTERS}, "needs --train");
    refused((dataset_request){.name = DATASET_EMNIST_LETTERS, .train = "/nowhere"},
            "holds no emnist-letters-train-images");
    refused((dataset_request){.name = DATASET_EMNIST_LETTERS, .train = "/", .test = "/"},
            "holds both sides");
    refused((dataset_request){.name = DATASET_SYNTHETIC_NEURAL, .per_class = 4, .limit = 3},
            "--limit");
}
