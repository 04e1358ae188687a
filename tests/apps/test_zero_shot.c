/* tuft zero-shot as its users meet it. */
#include "apps/shell.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(zero_shot_command, .init = shell_enter, .fini = shell_leave);

static void refused(int status, const char *what, const char *arguments)
{
    shell_refused("zero-shot", status, what, arguments);
}

#define SMALL                                                                                      \
    "--synthetic --per-class 8 --epochs 2 "                                                        \
    "--set-vision groups=1,group0.maps=4,group0.stride_x=6,group0.stride_y=6,augment.copies=0 "    \
    "--set-audio group0.maps=4,group0.stride_x=8,group0.pools_x=2,augment.copies=1 "

#define LETTERS "--vision synthetic-letters --audio synthetic-neural "

Test(zero_shot_command, wrong_usage)
{
    refused(2, "--vision", "");
    refused(2, "--audio", "--vision somewhere");
    refused(2, "takes no --vision", "--synthetic --vision somewhere");
    refused(2, "--seen", "--synthetic --seen 1-10");
    refused(2, "--seen", "--synthetic --seen 7-1");
    refused(2, "--seen", "--synthetic --seen a-f");
    refused(2, "names a digit twice", "--synthetic --seen 1,2,1-3");
    refused(2, "not a list", "--synthetic --seen 1,");
    refused(2, "2 or more", "--synthetic --unseen 8");
    refused(2, "expected --audio synthetic-neural", "--vision synthetic-letters --audio somewhere");
    refused(2, "list of letters", LETTERS "--unseen 0-3");
    refused(2, "list of letters", LETTERS "--unseen 26,27");
    refused(2, "list of letters", LETTERS "--unseen z-w");
    refused(2, "list of letters", LETTERS "--unseen W-Z");
    refused(2, "2 or more", LETTERS "--unseen z");
    refused(2, "--choices", LETTERS "--choices 1000");
    refused(2, "--selection", "--synthetic --selection luck");
    refused(2, "--shots", "--synthetic --shots 0");
    refused(2, "did you mean", "--synthetic --all-pars");
    refused(2, "group0.maps", "--synthetic --set-audio group0.maps=many");
    refused(2, "did you mean", "--synthetic --set-vision group0.map=3");
    refused(2, "--preset lin2025", "--synthetic --network srnn");
    refused(2, "--loss", "--synthetic --loss hinge");
    refused(2, "are for --network srnn", "--synthetic --clip 1");
}

Test(zero_shot_command, classes_that_overlap_or_are_not_there)
{
    refused(1, "both name class 7", SMALL "--quiet --seen 1-7 --unseen 7,8");
    /* Too few recordings of a class for the examples asked for. */
    refused(1, "50 shots", SMALL "--quiet --shots 50");
}

/* Pictures of digits 1 to 3 only: classes that are named but absent are told by number. */
Test(zero_shot_command, absent_classes)
{
    cr_assert_eq(
        shell("for side in Train Test; do for d in 1 2 3; do mkdir -p eye/$side/$d; for f in "
              "a b c d e f; do printf '\\003\\004\\200\\000\\012\\005\\006\\000\\001\\024' > "
              "eye/$side/$d/$f.bin; done; done; done"),
        0);
    refused(1, "class", "--quiet --vision eye --audio $FIXTURE --seen 1-3 --unseen 8,9");
    refused(1, "not-there", "--quiet --vision eye --audio not-there");
    refused(1, "nowhere/Train", "--quiet --vision nowhere --audio $FIXTURE");
    refused(1, "eye", "--quiet --vision eye --audio eye");
}

Test(zero_shot_command, threads_change_nothing_but_the_time)
{
    json_t *one = shell_result("zero-shot", SMALL "--all-pairs --shots 1,2 --threads 1");
    json_t *two = shell_result("zero-shot", SMALL "--all-pairs --shots 1,2 --threads 2");
    cr_assert(json_equal(one, two));
    json_t *results = json_object_get(one, "results"), *pair;
    json_t *all = json_object_get(results, "all_pairs");
    double sum = 0;
    size_t i;
    cr_assert_eq(json_array_size(json_object_get(all, "pairs")), 36);
    json_array_foreach(json_object_get(all, "pairs"), i, pair)
    {
        double figure = json_number_value(json_object_get(pair, "audio_to_image"));
        cr_assert(figure >= 0 && figure <= 1);
        sum += figure / 36;
    }
    cr_assert_float_eq(sum, json_number_value(json_object_get(all, "mean")), 1e-9);
    cr_assert_eq(json_array_size(json_object_get(results, "few_shot")), 2);
    json_t *seen = json_object_get(results, "seen");
    cr_assert_float_eq(json_number_value(json_object_get(seen, "chance")), 1.0 / 7, 1e-12);
    cr_assert_str_eq(json_string_value(json_object_get(results, "selection")), "validation");
    json_decref(one);
    json_decref(two);
}

/* Weights trained end to end, episodes, and both: the same for any number of threads. */
Test(zero_shot_command, trained_networks_and_episodes)
{
    static const char *const kinds[] = {"--network srnn", "--loss prototypical",
                                        "--network srnn --loss prototypical"};
    for (int i = 0; i < 3; i++) {
        char line[512];
        snprintf(line, sizeof line,
                 "--synthetic --per-class 12 --epochs 2 --preset lin2025 --support 2 --queries 3 "
                 "--set-vision group0.maps=10 --set-audio group0.maps=12 %s --threads ",
                 kinds[i]);
        size_t used = strlen(line);
        strcpy(line + used, "1");
        json_t *one = shell_result("zero-shot", line);
        strcpy(line + used, "2");
        json_t *two = shell_result("zero-shot", line);
        cr_assert(json_equal(one, two), "%s", kinds[i]);
        json_t *results = json_object_get(one, "results");
        json_t *operations = json_object_get(results, "operations");
        cr_assert_gt(json_integer_value(json_object_get(operations, "total")), 0);
        json_t *forward = json_object_get(operations, "forward");
        cr_assert_eq(json_integer_value(json_object_get(forward, "ac")) > 0, i != 1);
        json_t *eye = json_object_get(results, "vision");
        cr_assert_eq(json_integer_value(json_object_get(eye, "cells")), 10);
        json_decref(one);
        json_decref(two);
    }
    refused(1, "rows, expected 5 shots + 5 queries",
            "--quiet --synthetic --per-class 8 --epochs 1 --preset lin2025 --loss prototypical "
            "--set-vision group0.maps=10 --set-audio group0.maps=12");
}

#define SMALL_LETTERS                                                                              \
    LETTERS "--per-class 8 --epochs 2 "                                                            \
            "--set-vision groups=1,group0.maps=4,group0.stride_x=6,group0.stride_y=6,"             \
            "augment.copies=0 --set-audio group0.maps=40,augment.copies=0 "

/* 22 seen and 4 unseen of 26, choices drawn without one twice. */
Test(zero_shot_command, letters)
{
    json_t *one =
        shell_result("zero-shot", SMALL_LETTERS "--all-pairs --choices 6 --shots 1,2 --threads 1");
    json_t *two = shell_result("zero-shot", SMALL_LETTERS
                               "--all-pairs --choices 6 --shots 1,2 --threads 2 --unseen 23-26");
    json_t *results = json_object_get(one, "results"), *pair;
    cr_assert(json_equal(results, json_object_get(two, "results")));
    cr_assert_float_eq(
        json_number_value(json_object_get(json_object_get(results, "seen"), "chance")), 1.0 / 22,
        1e-12);
    json_t *few = json_array_get(json_object_get(results, "few_shot"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(few, "classes")), "w, x, y, z");
    json_t *all = json_object_get(results, "all_pairs"), *pairs = json_object_get(all, "pairs");
    cr_assert_eq(json_array_size(pairs), 6);
    cr_assert_eq(json_number_value(json_object_get(all, "possible_choices")), 14950);
    cr_assert_eq(json_number_value(json_object_get(all, "chance")), 0.25);
    cr_assert_eq(json_array_size(json_object_get(results, "similarity")), 26);
    size_t i;
    json_array_foreach(pairs, i, pair)
    {
        const char *name = json_string_value(json_object_get(pair, "unseen"));
        cr_assert_eq(strlen(name), 10);
        for (size_t k = 0; k < i; k++)
            cr_assert_str_neq(
                name, json_string_value(json_object_get(json_array_get(pairs, k), "unseen")));
    }
    json_decref(one);
    json_decref(two);
}

Test(zero_shot_command, letters_that_overlap_or_are_not_there)
{
    refused(1, "both name class v", SMALL_LETTERS "--quiet --seen a-v --unseen v-z");
    refused(1, "holds no emnist-letters-train-images-idx3-ubyte",
            "--quiet --vision . --audio synthetic-neural");
}
