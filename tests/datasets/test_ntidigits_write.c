#include "core/file.h"
#include "core/philox.h"
#include "datasets/ntidigits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *name, *source, *key, *read_source;
    int label;
} example;

static const example train_side[] = {
    {"7_george_12.wav", "george", "george-12-7", "george", 7},
    {"0_george_0.flac", "george", "george-0-z", "george", 0},
    {"woman-ab-a-o", "ab", "woman-ab-a-o", "ab", 10},
    {"man", "man", "man_-3-5", "man_", 5}, /* a talker called like a kind of talker */
    {"5/x_y.bin", "a-b/c", "a_b_c-y-5", "a_b_c", 5},
    {"", "", "unknown-5-1", "unknown", 1}};
static const example test_side[] = {{"m1-00-2", "m1", "m1-00-2", "m1", 2},
                                    {"m1-00-2", "m2", "m2-1-2", "m2", 2},
                                    {"m1-00-2", "m1", "m1-2-3", "m1", 3}};

static tuft_recordings set_of(const example *examples, size_t count, uint32_t channels)
{
    tuft_recordings set = {.geometry = {channels, 1, 1}, .classes = 11};
    for (size_t i = 0; i < count; i++) {
        tuft_recording recording = {.label = examples[i].label};
        tuft_random random = tuft_random_stream(3, TUFT_RANDOM_NOISE, i);
        int64_t tick = 0;
        snprintf(recording.name, sizeof recording.name, "%s", examples[i].name);
        snprintf(recording.source, sizeof recording.source, "%s", examples[i].source);
        for (size_t e = 0; e < 300 + i; e++) {
            tick += tuft_random_below(&random, 9999999);
            cr_assert_eq(tuft_events_push(&recording.events, tick,
                                          tuft_random_below(&random, channels), NULL),
                         TUFT_OK);
        }
        recording.duration_us = tick + 1;
        cr_assert_eq(tuft_recordings_push(&set, &recording, NULL), TUFT_OK);
    }
    return set;
}

static void expect(const tuft_recordings *got, const tuft_recordings *given,
                   const example *examples)
{
    cr_assert_eq(got->count, given->count);
    cr_assert_eq(got->classes, 11);
    cr_assert_eq(got->geometry.width, given->geometry.width);
    for (size_t i = 0; i < got->count; i++) {
        const tuft_recording *a = &got->recording[i], *b = &given->recording[i];
        cr_assert_str_eq(a->name, examples[i].key);
        cr_assert_str_eq(a->source, examples[i].read_source);
        cr_assert_eq(a->label, b->label);
        cr_assert_eq(a->duration_us, b->duration_us);
        cr_assert_eq(a->events.count, b->events.count);
        cr_assert_arr_eq(a->events.tick_us, b->events.tick_us,
                         b->events.count * sizeof *b->events.tick_us);
        cr_assert_arr_eq(a->events.channel, b->events.channel,
                         b->events.count * sizeof *b->events.channel);
    }
}

enum {
    TRAIN = sizeof train_side / sizeof *train_side,
    TEST = sizeof test_side / sizeof *test_side
};

Test(ntidigits_write, what_is_written_is_read_back)
{
    char path[] = "/tmp/tuft-test-ntidigits-XXXXXX", other[64];
    tuft_error err;
    tuft_recordings train = set_of(train_side, TRAIN, 77), test = set_of(test_side, TEST, 77), a, b;
    unsigned char *first, *second;
    size_t first_size, second_size;
    close(mkstemp(path));
    snprintf(other, sizeof other, "%s-2", path);
    cr_assert_eq(tuft_ntidigits_write(path, &train, &test, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(tuft_ntidigits_load(path, &a, &b, &err), TUFT_OK, "%s", err.message);
    expect(&a, &train, train_side);
    expect(&b, &test, test_side);
    sleep(1); /* a file that keeps the time would differ */
    cr_assert_eq(tuft_ntidigits_write(other, &train, &test, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(tuft_file_read(path, 1 << 24, &first, &first_size, &err), TUFT_OK);
    cr_assert_eq(tuft_file_read(other, 1 << 24, &second, &second_size, &err), TUFT_OK);
    cr_assert_eq(first_size, second_size);
    cr_assert_arr_eq(first, second, first_size);
    free(first);
    free(second);
    tuft_recordings_free(&a);
    tuft_recordings_free(&b);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
    unlink(path);
    unlink(other);
}

Test(ntidigits_write, what_the_layout_cannot_hold_is_refused)
{
    char path[] = "/tmp/tuft-test-ntidigits-XXXXXX";
    tuft_error err;
    tuft_recordings train = set_of(train_side, TRAIN, 64), test = set_of(test_side, TEST, 64);
    tuft_recordings none = {.geometry = {64, 1, 1}, .classes = 10};
    unsigned char *content;
    size_t size;
    close(mkstemp(path));
    cr_assert_eq(tuft_ntidigits_write(path, &train, &none, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "no test recordings"), "%s", err.message);
    test.geometry = (tuft_geometry){8, 8, 1};
    cr_assert_eq(tuft_ntidigits_write(path, &train, &test, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "8 x 8 pixels"), "%s", err.message);
    test.geometry = (tuft_geometry){65, 1, 1};
    cr_assert_eq(tuft_ntidigits_write(path, &train, &test, &err), TUFT_INVALID);
    test.geometry = train.geometry;
    test.recording[1].events.channel[3] = 64;
    cr_assert_eq(tuft_ntidigits_write(path, &train, &test, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "event 3: channel 64"), "%s", err.message);
    test.recording[1].events.channel[3] = 0;
    test.recording[1].label = 11;
    cr_assert_eq(tuft_ntidigits_write(path, &train, &test, &err), TUFT_INVALID);
    test.recording[1].label = 2;
    test.recording[1].events.tick_us[299] = INT64_C(3600000001);
    cr_assert_eq(tuft_ntidigits_write(path, &train, &test, &err), TUFT_INVALID);
    test.recording[1].events.count = 0;
    cr_assert_eq(tuft_ntidigits_write(path, &train, &test, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "no events"), "%s", err.message);
    test.recording[1].events.count = 10;
    strcpy(train.recording[1].name, "0_george_12.wav");
    train.recording[1].label = 7;
    cr_assert_eq(tuft_ntidigits_write(path, &train, &test, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "two recordings have the key george-12-7"), "%s", err.message);
    train.recording[1].label = 0;
    cr_assert_eq(tuft_ntidigits_write("/nowhere/a.h5", &train, &test, &err), TUFT_IO);
    cr_assert(strstr(err.message, "/nowhere/a.h5"), "%s", err.message);
    cr_assert_eq(tuft_ntidigits_write("/tmp", &train, &test, &err), TUFT_IO);
    /* The file that was there is as it was. */
    cr_assert_eq(tuft_file_read(path, 10, &content, &size, &err), TUFT_OK);
    cr_assert_eq(size, 0);
    free(content);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
    unlink(path);
}
