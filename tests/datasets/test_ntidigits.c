#include "datasets/ntidigits.h"

#include "core/file.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PYTHON  "/usr/bin/python3"
#define FIXTURE TUFT_SOURCE_DIR "/tests/fixtures/ntidigits-variable.h5"

/* The keys of tests/fixtures/ntidigits.py that are single digits, with their place in its list. */
typedef struct {
    const char *key, *source;
    int label, place;
} expectation;

static const expectation train_side[] = {{"man-im-a-7", "im", 7, 0},
                                         {"woman-ab-a-o", "ab", 10, 2},
                                         {"woman-ab-a-z", "ab", 0, 3},
                                         {"boy-cd-b-1", "cd", 1, 4}};
static const expectation test_side[] = {{"girl-ef-a-9", "ef", 9, 5}, {"m1-00-2", "m1", 2, 7}};

static void expect_side(const tuft_recordings *set, const expectation *expected, size_t n,
                        uint32_t channels)
{
    cr_assert_eq(set->count, n);
    cr_assert_eq(set->classes, 11);
    cr_assert_eq(tuft_geometry_channels(set->geometry), channels);
    cr_assert_eq(set->geometry.width, channels);
    for (size_t i = 0; i < n; i++) {
        const tuft_recording *recording = &set->recording[i];
        cr_assert_str_eq(recording->name, expected[i].key);
        cr_assert_str_eq(recording->source, expected[i].source);
        cr_assert_eq(recording->label, expected[i].label);
        int place = expected[i].place;
        cr_assert_eq(recording->events.count, (size_t)(3 + place));
        for (int e = 0; e < 3 + place; e++) {
            cr_assert_eq(recording->events.tick_us[e], 1000 * place + 1500 * e);
            cr_assert_eq(recording->events.channel[e], (uint32_t)((7 * e + place) % 64));
        }
        cr_assert_eq(recording->duration_us, tuft_events_end_us(&recording->events));
    }
}

static void expect_fixture(const char *path, uint32_t channels)
{
    tuft_recordings train, test;
    tuft_error err;
    cr_assert_eq(tuft_ntidigits_load(path, &train, &test, &err), TUFT_OK, "%s", err.message);
    expect_side(&train, train_side, sizeof train_side / sizeof *train_side, channels);
    expect_side(&test, test_side, sizeof test_side / sizeof *test_side, channels);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
}

Test(ntidigits, committed_file_with_variable_length_labels)
{
    expect_fixture(FIXTURE, 64);
}

/* Runs the h5py writer; false where there is no h5py. */
static bool written(const char *kind, const char *path)
{
    char command[1024];
    snprintf(command, sizeof command, PYTHON " %s/tests/fixtures/ntidigits.py %s %s 2>/dev/null",
             TUFT_SOURCE_DIR, kind, path);
    return system(PYTHON " -c 'import h5py' 2>/dev/null") == 0 && system(command) == 0;
}

Test(ntidigits, other_types_and_the_channel_attribute)
{
    char path[] = "/tmp/tuft-ntidigits-XXXXXX";
    int descriptor = mkstemp(path);
    cr_assert_geq(descriptor, 0);
    close(descriptor);
    if (!written("fixed", path)) {
        unlink(path);
        cr_skip_test("no h5py");
    }
    expect_fixture(path, 64);
    cr_assert(written("attribute", path));
    expect_fixture(path, 70);
    unlink(path);
}

Test(ntidigits, what_is_wrong_is_named)
{
    static const struct {
        const char *kind, *says;
    } broken[] = {
        {"missing-labels", "test_labels: missing"},
        {"no-digits", "test_labels: no single digit"},
        {"bad-digit", "man-im-a-x"},
        {"long-key", "too long"},
        {"path-key", "a/b-1"},
        {"number-labels", "train_labels: of the wrong type"},
        {"square-labels", "train_labels: has 2 dimensions"},
        {"no-labels", "train_labels: is empty"},
        {"group-is-dataset", "train_addresses is not a group"},
        {"missing-group", "train_timestamps is missing"},
        {"missing-key", "train_addresses/boy-cd-b-1: missing"},
        {"nan", "boy-cd-b-1: time 1 is nan"},
        {"negative", "boy-cd-b-1: time 0 is -0.5"},
        {"absurd", "boy-cd-b-1: time 6 is 1e+12"},
        {"backwards", "boy-cd-b-1: time 2 goes back"},
        {"lengths", "train_timestamps/boy-cd-b-1: 6 times but 7 addresses"},
        {"empty", "train_addresses/boy-cd-b-1: is empty"},
        {"huge-address", "boy-cd-b-1: address 0 is 9223372036854775807"},
        {"float-address", "train_addresses/boy-cd-b-1: of the wrong type, expected integers"},
        {"square", "train_timestamps/boy-cd-b-1: has 2 dimensions"},
        {"hollow", "stores none"},
        {"enormous", "train_addresses/boy-cd-b-1: has 1152921504606846976 entries"},
        {"attribute-absurd", "attribute channels is -3"},
        {"attribute-small", "address 1 is 7, expected 0 to 4"},
        {"attribute-text", "attribute channels is not one integer"},
    };
    char path[] = "/tmp/tuft-ntidigits-XXXXXX";
    int descriptor = mkstemp(path);
    cr_assert_geq(descriptor, 0);
    close(descriptor);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        if (!written(broken[i].kind, path)) {
            unlink(path);
            cr_assert_eq(i, 0, "the writer failed on %s", broken[i].kind);
            cr_skip_test("no h5py");
        }
        tuft_recordings train, test;
        tuft_error err = {0};
        cr_assert_eq(tuft_ntidigits_load(path, &train, &test, &err), TUFT_FORMAT, "%s",
                     broken[i].kind);
        cr_assert(strstr(err.message, broken[i].says), "%s: %s", broken[i].kind, err.message);
        cr_assert(strstr(err.message, path), "%s: %s", broken[i].kind, err.message);
        cr_assert_null(train.recording);
        cr_assert_null(test.recording);
    }
    unlink(path);
}

Test(ntidigits, cut_short_or_scrambled_files_do_not_crash)
{
    unsigned char *content;
    size_t size;
    cr_assert_eq(tuft_file_read(FIXTURE, 1 << 20, &content, &size, NULL), TUFT_OK);
    char path[] = "/tmp/tuft-ntidigits-XXXXXX";
    int descriptor = mkstemp(path);
    cr_assert_geq(descriptor, 0);
    close(descriptor);
    tuft_recordings train, test;
    for (size_t cut = 0; cut < size; cut += 1 + size / 40) {
        FILE *stream = fopen(path, "wb");
        cr_assert_eq(fwrite(content, 1, cut, stream), cut);
        fclose(stream);
        cr_assert_eq(tuft_ntidigits_load(path, &train, &test, NULL), TUFT_FORMAT, "%zu", cut);
    }
    /* A changed byte may or may not be seen; it must do no harm. HDF5 1.10 runs in circles over
     * some of those in the global heap ("GCOL"), where labels lie. */
    size_t heap = 0;
    while (heap + 4 < size && memcmp(content + heap, "GCOL", 4) != 0)
        heap++;
    cr_assert_lt(heap + 256, size);
    tuft_error err;
    for (size_t at = 5; at < size; at += at >= heap && at < heap + 64 ? 5 : 1 + size / 150) {
        FILE *stream = fopen(path, "wb");
        content[at] ^= 0xff;
        cr_assert_eq(fwrite(content, 1, size, stream), size);
        content[at] ^= 0xff;
        fclose(stream);
        if (tuft_ntidigits_load(path, &train, &test, &err) == TUFT_OK) {
            tuft_recordings_free(&train);
            tuft_recordings_free(&test);
        } else {
            cr_assert(strstr(err.message, path), "%zu: %s", at, err.message);
            /* How a process ends in which a sanitizer found something. */
            cr_assert_null(strstr(err.message, "ended with status"), "%zu: %s", at, err.message);
        }
        cr_assert_null(train.recording);
    }
    free(content);
    unlink(path);
}

Test(ntidigits, no_file_and_no_regular_file)
{
    tuft_recordings train, test;
    tuft_error err;
    cr_assert_eq(tuft_ntidigits_load("/nowhere/x.h5", &train, &test, &err), TUFT_IO);
    cr_assert(strstr(err.message, "/nowhere/x.h5"));
    cr_assert_eq(tuft_ntidigits_load("/tmp", &train, &test, &err), TUFT_IO);
}

Test(ntidigits, real_ti46)
{
    char path[1024];
    const char *data = getenv("TUFT_DATA");
    snprintf(path, sizeof path, "%s/ti46-spikes/ti46.h5",
             data ? data : TUFT_SOURCE_DIR "/../shared/data");
    if (access(path, R_OK) != 0)
        cr_skip_test("no TI46 file");
    tuft_recordings train, test;
    tuft_error err;
    cr_assert_eq(tuft_ntidigits_load(path, &train, &test, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(train.count, 400);
    cr_assert_eq(test.count, 200);
    cr_assert_eq(train.classes, 10);
    cr_assert_eq(train.geometry.width, 77);
    cr_assert_eq(test.geometry.width, 77);
    size_t events = 0, per_label[10] = {0}, train_talker = 0, test_talker = 0;
    for (size_t i = 0; i < train.count; i++) {
        const tuft_recording *recording = &train.recording[i];
        events += recording->events.count;
        per_label[recording->label]++;
        train_talker += strcmp(recording->source, "m1") == 0;
        cr_assert_gt(recording->events.count, 1000);
        cr_assert_lt(recording->duration_us, 3000000);
    }
    for (size_t i = 0; i < test.count; i++)
        test_talker += strcmp(test.recording[i].source, "f6") == 0;
    cr_assert_eq(events, 873441); /* counted with h5py: mean 2183.6025 */
    for (int label = 0; label < 10; label++)
        cr_assert_eq(per_label[label], 40);
    cr_assert_eq(train_talker, 100);
    cr_assert_eq(test_talker, 100);
    cr_assert_str_eq(train.recording[0].name, "m1-00-z");
    cr_assert_eq(train.recording[0].label, 0);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
}
