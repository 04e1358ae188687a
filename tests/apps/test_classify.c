/* tuft classify as its users meet it: bad input above all. */
#include "apps/shell.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(classify, .init = shell_enter, .fini = shell_leave);

static void refused(int status, const char *what, const char *arguments)
{
    shell_refused("classify", status, what, arguments);
}

/* ---- N-MNIST folders ------------------------------------------------------------------------- */

/* x, y, polarity and 23 bits of time. */
static const unsigned char events[] = {3, 4, 0x80, 0, 10, 5, 6, 0x00, 1, 20};

Test(classify, folders_of_events)
{
    static const unsigned char outside[] = {34, 4, 0, 0, 1},
                               back[] = {1, 1, 0, 0, 9, 1, 1, 0, 0, 8};
    static const struct {
        const char *name;
        const void *content;
        size_t size;
    } bad[] = {{"truncated.bin", events, 7},
               {"empty.bin", events, 0},
               {"outside.bin", outside, 5},
               {"back.bin", back, 10}};
    char arguments[256], path[64];
    shell("mkdir -p good/0 good/1 bad/0 bad/7 none hollow/3");
    shell_write("good/0/a.bin", events, sizeof events);
    shell_write("good/1/a.bin", events, sizeof events);
    shell_write("bad/0/a.bin", events, sizeof events);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(path, sizeof path, "bad/7/%s", bad[i].name);
        shell_write(path, bad[i].content, bad[i].size);
        snprintf(arguments, sizeof arguments, "--train bad --test good");
        refused(1, path, arguments);
        snprintf(arguments, sizeof arguments, "--train good --test bad");
        refused(1, path, arguments);
        shell("rm %s", path);
    }
    refused(1, "none", "--train none --test good");
    refused(1, "hollow", "--train good --test hollow");
    refused(1, "not-there", "--train not-there --test good");
    refused(1, "not-there", "--train good --test not-there");
    refused(1, "good/0/a.bin", "--train good/0/a.bin --test good");
}

/* ---- recordings of speech -------------------------------------------------------------------- */

static size_t put(unsigned char *at, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
    return bytes;
}

/* A WAV file of n frames of a buzz; format 1: 16 bits, 3: float (with a NaN in the middle). */
static void write_wav(const char *name, uint32_t format, uint32_t channels, uint32_t rate,
                      uint32_t n)
{
    static unsigned char content[1 << 16];
    uint32_t width = format == 3 ? 4 : 2, size = n * channels * width;
    size_t at = 0;
    memcpy(content, "RIFF", 4);
    at = 4 + put(content + 4, 36 + size, 4);
    memcpy(content + at, "WAVEfmt ", 8);
    at += 8;
    at += put(content + at, 16, 4);
    at += put(content + at, format, 2);
    at += put(content + at, channels, 2);
    at += put(content + at, rate, 4);
    at += put(content + at, rate * channels * width, 4);
    at += put(content + at, channels * width, 2);
    at += put(content + at, 8 * width, 2);
    memcpy(content + at, "data", 4);
    at += 4;
    at += put(content + at, size, 4);
    for (uint32_t i = 0; i < n * channels; i++) {
        float value = i == n / 2 ? NAN : 0.25F;
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        at += format == 3 ? put(content + at, bits, 4)
                          : put(content + at, i % 40 < 20 ? 8000 : 0xffff & (uint32_t)-8000, 2);
    }
    shell_write(name, content, at);
}

Test(classify, folders_of_speech)
{
    char arguments[] = "--dataset fsdd --train speech";
    shell("mkdir speech empty");
    for (int talker = 0; talker < 3; talker++)
        for (int digit = 0; digit < 2; digit++) {
            char name[64];
            snprintf(name, sizeof name, "speech/%d_talker%d_0.wav", digit, talker);
            write_wav(name, 1, 1, 8000, 1600);
        }
    write_wav("speech/3_x_0.wav", 1, 1, 8000, 0);
    refused(1, "speech/3_x_0.wav", arguments);
    write_wav("speech/3_x_0.wav", 1, 2, 8000, 800);
    refused(1, "speech/3_x_0.wav", arguments);
    write_wav("speech/3_x_0.wav", 3, 1, 8000, 800);
    refused(1, "speech/3_x_0.wav", arguments);
    write_wav("speech/3_x_0.wav", 1, 1, 16000, 800);
    refused(1, "speech/3_x_0.wav", arguments);
    write_wav("speech/3_x_0.wav", 1, 1, 1, 800); /* hours of one sample a second */
    refused(1, "speech/3_x_0.wav", arguments);
    shell_write("speech/3_x_0.wav", "", 0);
    refused(1, "speech/3_x_0.wav", arguments);
    shell_write("speech/3_x_0.wav", "RIFF....WAVEfmt ", 16);
    refused(1, "speech/3_x_0.wav", arguments);
    shell_write("speech/3_x_0.wav", "no sound at all", 15);
    refused(1, "speech/3_x_0.wav", arguments);
    shell("rm speech/3_x_0.wav && mkdir speech/3_x_0.wav");
    refused(1, "speech/3_x_0.wav", arguments);
    shell("rmdir speech/3_x_0.wav");
    refused(1, "empty", "--dataset fsdd --train empty");
    refused(1, "not-there", "--dataset fsdd --train not-there");
    refused(1, "nobody", "--dataset fsdd --train speech --test-talkers nobody");
    refused(2, "--test-talkers",
            "--dataset fsdd --train speech --test speech --test-talkers talker0");
}

/* ---- HDF5 ------------------------------------------------------------------------------------ */

Test(classify, hdf5_files)
{
    static unsigned char content[1 << 16];
    FILE *stream = fopen(FIXTURE, "rb");
    cr_assert_not_null(stream);
    size_t size = fread(content, 1, sizeof content, stream);
    fclose(stream);
    shell_write("text.h5", "not HDF5", 8);
    refused(1, "text.h5", "--dataset n-tidigits --train text.h5 --test $FIXTURE");
    shell_write("cut.h5", content, size / 2);
    refused(1, "cut.h5", "--dataset n-tidigits --train $FIXTURE --test cut.h5");
#ifndef __SANITIZE_ADDRESS__ /* whose report on libhdf5's fault would be a second line */
    /* The size of the first label in the global heap: HDF5 1.10 runs in circles over some. */
    size_t heap = 0;
    while (heap + 64 < size && memcmp(content + heap, "GCOL", 4) != 0)
        heap++;
    memset(content + heap + 24, 0xff, 7);
    shell_write("heap.h5", content, size);
    refused(1, "heap.h5", "--dataset n-tidigits --train heap.h5 --test $FIXTURE");
#endif
    refused(1, "not-there.h5", "--dataset n-tidigits --train not-there.h5 --test $FIXTURE");
    refused(1, shell_folder(), "--dataset n-tidigits --train $FOLDER --test $FIXTURE");
    if (shell("/usr/bin/python3 -c 'import h5py; h5py.File(\\\"none.h5\\\", \\\"w\\\")'") != 0)
        cr_skip_test("no h5py");
    refused(1, "none.h5", "--dataset n-tidigits --train none.h5 --test $FIXTURE");
}

/* ---- usage and configuration ----------------------------------------------------------------- */

Test(classify, wrong_usage)
{
    refused(2, "needs --train", "");
    refused(2, "needs --test", "--train good");
    refused(2, "needs --train", "--dataset fsdd");
    refused(2, "is made", "--dataset synthetic-vision --train good");
    refused(2, "2 folds or more", "--dataset synthetic-vision --cross-validate 1");
    refused(2, "--dataset", "--dataset mnist");
    refused(2, "did you mean", "--dataset synthetic-vison");
    refused(2, "--preset", "--preset lin2024");
    refused(2, "--per-class", "--dataset synthetic-vision --per-class 3");
    refused(2, "--per-class", "--dataset synthetic-vision --per-class 4x");
    refused(2, "--test-talkers", "--train good --test good --test-talkers a");
    refused(2, "--test-talkers", "--dataset synthetic-vision --cross-validate 2 --test-talkers a");
    refused(2, "--seeds", "--dataset synthetic-vision --seeds 0");
    refused(2, "--threads", "--dataset synthetic-vision --threads -1");
    refused(2, "did you mean", "--datset synthetic-vision");
    refused(2, "unexpected argument", "--dataset synthetic-vision surplus");
    refused(2, "did you mean \"group0.maps\"", "--dataset synthetic-vision --set group0.map=3");
    refused(2, "frontend.crop", "--dataset synthetic-vision --set frontend.crop=all");
    refused(2, "expected name=value", "--dataset synthetic-vision --set maps");
    refused(2, "--preset lin2025", "--dataset synthetic-vision --network srnn");
    refused(2, "--preset lin2025",
            "--dataset synthetic-vision --network rnn --preset lin2025 --set group0.field_x=3");
    refused(2, "--network", "--dataset synthetic-vision --network lstm");
    refused(2, "are for --network", "--dataset synthetic-vision --rate 1e-3");
    refused(2, "--conductances",
            "--dataset synthetic-vision --preset lin2025 --network rnn --conductances g.txt");
    refused(2, "--read", "--dataset synthetic-vision --read all");
    refused(2, "--epochs", "--dataset synthetic-vision --epochs 0");
}

#define SMALL "--quiet --dataset synthetic-vision --per-class 4 "

Test(classify, configurations_that_make_no_sense)
{
    refused(1, "crop of 35", SMALL "--set frontend.crop=35");
    refused(1, "no cells", SMALL "--set group0.maps=0");
    refused(1, "group 2: no cells", SMALL "--set groups=3");
    refused(1, "7 groups", SMALL "--set groups=7");
    refused(1, "0 windows", SMALL "--set encoding.windows=0");
    refused(1, "at most", SMALL "--set group0.maps=4294967295");
    refused(1, "at most", SMALL "--set group0.maps=1000000");
    refused(1, "steps of 1e-09 us", SMALL "--set frontend.step_us=1e-9");
    refused(1, "decay", SMALL "--set group0.decay=2");
    refused(1, "table of 0", SMALL "--set conductance.kind=table,conductance.mean_siemens=1");
    refused(1, "conductance", SMALL "--set conductance.mean_siemens=-1");
    refused(1, "above 0",
            "--quiet --dataset synthetic-vision --per-class 4 --network srnn --preset "
            "lin2025 --set group0.decay=0");
    refused(1, "augmentation by -1", SMALL "--set group0.maps=2,augment.scale=-1,augment.copies=1");
    refused(1, "nobody", SMALL "--test-talkers nobody");
    refused(1, "nobody is called", SMALL "--test-talkers ,");
    refused(1, "41 folds", SMALL "--cross-validate 41");
    shell_write("g.txt", "1e-6 2e-6\n3e-6 S\n", 17);
    refused(1, "g.txt: line 2", SMALL "--conductances g.txt");
    refused(1, "not-there.txt", SMALL "--conductances not-there.txt");
}

/* ---- results --------------------------------------------------------------------------------- */

static json_t *result_of(const char *arguments)
{
    return shell_result("classify --dataset synthetic-vision --per-class 8", arguments);
}

#define TINY "--set groups=1,group0.maps=6,group0.stride_x=6,group0.stride_y=6,augment.copies=1"

Test(classify, threads_change_nothing_but_the_time)
{
    static const char *const arguments[] = {
        TINY " --baseline",
        TINY " --cross-validate 3 --seeds 2",
        "--preset lin2025 --set group0.maps=30,readout.updates=300",
    };
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        char line[256];
        snprintf(line, sizeof line, "%s --threads 1", arguments[i]);
        json_t *one = result_of(line), *again = result_of(line);
        snprintf(line, sizeof line, "%s --threads 2", arguments[i]);
        json_t *two = result_of(line);
        cr_assert(json_equal(one, again), "%s", arguments[i]);
        cr_assert(json_equal(one, two), "%s", arguments[i]);
        snprintf(line, sizeof line, "%s --threads 2 --seed 7", arguments[i]);
        json_t *other = result_of(line);
        cr_assert_not(json_equal(json_object_get(one, "ledger"), json_object_get(other, "ledger")));
        json_decref(one);
        json_decref(again);
        json_decref(two);
        json_decref(other);
    }
}

/* Counts fit together. */
Test(classify, the_result_adds_up)
{
    json_t *root = result_of(TINY " --cross-validate 4");
    json_t *results = json_object_get(root, "results"), *row, *value, *split;
    size_t i, j;
    double right = 0, all = 0, by_class = 0;
    cr_assert_eq(json_array_size(json_object_get(results, "confusion")), 10);
    json_array_foreach(json_object_get(results, "confusion"), i, row)
    {
        double sum = 0;
        json_array_foreach(row, j, value) sum += json_number_value(value);
        cr_assert_eq(sum, 8);
        double diagonal = json_number_value(json_array_get(row, i));
        value = json_array_get(json_object_get(results, "per_class"), i);
        cr_assert_float_eq(json_number_value(value), diagonal / 8, 1e-12);
        by_class += json_number_value(value) / 10;
        right += diagonal;
        all += sum;
    }
    double mean = 0, tested = 0;
    json_array_foreach(json_object_get(results, "splits"), i, split)
    {
        double n = json_number_value(json_object_get(split, "test_samples"));
        value = json_array_get(json_object_get(split, "accuracy_by_seed"), 0);
        mean += json_number_value(value) / 4;
        tested += n;
        right -= json_number_value(value) * n;
        cr_assert_eq(n + json_number_value(json_object_get(split, "train_samples")), 80);
    }
    cr_assert_eq(i, 4);
    cr_assert_eq(all, 80);
    cr_assert_eq(tested, 80);
    cr_assert_float_eq(right, 0, 1e-9);
    cr_assert_float_eq(json_number_value(json_object_get(results, "accuracy")), mean, 1e-12);
    cr_assert_gt(by_class, 0.2); /* chance: 0.1 */
    json_decref(root);
}

/* Networks with trained weights: the same for any number of threads, other for another seed. */
Test(classify, trained_networks_are_determined_by_the_seed)
{
    static const char *const networks[] = {"srnn", "rnn --read last"};
    for (int i = 0; i < 2; i++) {
        char line[256];
        json_t *made[3];
        for (int k = 0; k < 3; k++) {
            snprintf(line, sizeof line,
                     "--preset lin2025 --set group0.maps=20 --epochs 3 --cross-validate 2 "
                     "--network %s --threads %d --seed %d",
                     networks[i], k == 1 ? 2 : 1, k == 2 ? 8 : 7);
            made[k] = result_of(line);
        }
        cr_assert(json_equal(made[0], made[1]), "%s", networks[i]);
        cr_assert_not(
            json_equal(json_object_get(made[0], "results"), json_object_get(made[2], "results")));
        json_t *results = json_object_get(made[0], "results");
        cr_assert_eq(json_integer_value(json_object_get(results, "cells")), 20);
        for (int k = 0; k < 3; k++)
            json_decref(made[k]);
    }
}

static json_int_t operation(json_t *root, const char *phase, const char *kind)
{
    json_t *all = json_object_get(json_object_get(root, "results"), "operations");
    json_t *value = json_object_get(all, phase);
    return json_integer_value(kind ? json_object_get(value, kind) : value);
}

/* What training takes: a readout of 20 cells, and all weights of as many. 80 recordings, of which
 * the last quarter of the writers is for the test. */
Test(classify, operations_are_told)
{
    json_t *liquid = result_of("--preset lin2025 --set group0.maps=20,readout.updates=5");
    json_t *srnn = result_of("--preset lin2025 --set group0.maps=20 --network srnn --epochs 2");
    json_t *split = json_array_get(json_object_get(json_object_get(srnn, "results"), "splits"), 0);
    json_int_t rows = json_integer_value(json_object_get(split, "train_samples"));
    json_int_t steps = (rows + 31) / 32 * 2;                  /* two epochs of batches of 32 */
    cr_assert_eq(operation(liquid, "shown", NULL), 5 * rows); /* one batch an epoch */
    cr_assert_eq(operation(liquid, "forward", "mac"), 5 * rows * 20 * 10);
    cr_assert_eq(operation(liquid, "backward", "mac"), 5 * rows * 20 * 10);
    cr_assert_eq(operation(liquid, "update", NULL), 5 * (20 * 10 + 10));
    cr_assert_eq(operation(liquid, "liquid", "mac"), 80 * 50 * 20);
    cr_assert_eq(operation(srnn, "shown", NULL), 2 * rows);
    cr_assert_eq(operation(srnn, "forward", "mac"), 2 * rows * (50 * 20 + 20 * 10));
    cr_assert_eq(operation(srnn, "forward", "dense"),
                 2 * rows * (50 * 20 * (256 + 1) + 49 * 20 * 20 + 20 * 10));
    cr_assert_eq(operation(srnn, "update", NULL), steps * (20 * (256 + 20 + 1) + 20 * 10 + 10));
    cr_assert_eq(operation(srnn, "total", NULL),
                 operation(srnn, "forward", "mac") + operation(srnn, "forward", "ac") +
                     operation(srnn, "backward", "mac") + operation(srnn, "backward", "ac") +
                     operation(srnn, "update", NULL));
    json_decref(liquid);
    json_decref(srnn);
}
