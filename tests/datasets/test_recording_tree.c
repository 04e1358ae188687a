#include "datasets/recording_tree.h"

#include "datasets/nmnist.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static tuft_recordings set_of(const char *const *name, size_t count, tuft_geometry geometry)
{
    tuft_recordings set = {.geometry = geometry, .classes = 10};
    for (size_t i = 0; i < count; i++) {
        tuft_recording recording = {.label = 3};
        snprintf(recording.name, sizeof recording.name, "%s", name[i]);
        cr_assert_eq(tuft_events_push(&recording.events, (int64_t)i, 7, NULL), TUFT_OK);
        cr_assert_eq(tuft_recordings_push(&set, &recording, NULL), TUFT_OK);
    }
    return set;
}

Test(recording_tree, files_are_named_as_their_recordings)
{
    static const char *const name[] = {
        "3/00042.bin", "7_ann_1.wav", "a b\xc3\xa4.c", ".hidden", "..", "", "3/", "man-im-a-7"};
    static const char *const file[] = {"00042", "7_ann_1", "a_b__", "_hidden",
                                       "_",     "_",       "_",     "man-im-a-7"};
    enum { COUNT = sizeof name / sizeof *name };
    char folder[] = "/tmp/tuft-test-tree-XXXXXX", path[128];
    tuft_recordings set = set_of(name, COUNT, TUFT_NMNIST_GEOMETRY);
    tuft_error err;
    cr_assert_not_null(mkdtemp(folder));
    for (size_t i = 0; i < COUNT; i++) {
        tuft_recordings one = set;
        one.recording = set.recording + i;
        one.count = 1;
        cr_assert_eq(tuft_tree_write(folder, TUFT_TREE_NMNIST, &one, 2, &err), TUFT_OK, "%s",
                     err.message);
        tuft_events events;
        snprintf(path, sizeof path, "%s/3/%s.bin", folder, file[i]);
        cr_assert_eq(tuft_nmnist_read(path, &events, &err), TUFT_OK, "%s", err.message);
        cr_assert_eq(events.tick_us[0], (int64_t)i);
        tuft_events_free(&events);
        unlink(path);
    }
    tuft_recordings_free(&set);
    snprintf(path, sizeof path, "%s/3", folder);
    cr_assert_eq(rmdir(path), 0, "another file was written");
    rmdir(folder);
}

Test(recording_tree, what_does_not_fit_is_refused)
{
    static const char *const name[] = {"a.wav", "b.wav", "c.wav", "a.ogg"};
    char folder[] = "/tmp/tuft-test-tree-XXXXXX", path[128];
    tuft_recordings set = set_of(name, 4, (tuft_geometry){77, 1, 1});
    tuft_error err;
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(tuft_tree_write(folder, TUFT_TREE_NMNIST, &set, 2, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "a row of 77 channels"), "%s", err.message);
    cr_assert(strstr(err.message, "34 x 34"), "%s", err.message);
    cr_assert_eq(tuft_tree_write(folder, TUFT_TREE_CSV, &set, 3, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "3/a.csv: two recordings"), "%s", err.message);
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/3/%c.csv", folder, 'a' + i);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/3", folder);
    cr_assert_eq(rmdir(path), 0);
    cr_assert_eq(rmdir(folder), 0);
    cr_assert_eq(tuft_tree_write(folder, TUFT_TREE_CSV, &set, 1, &err), TUFT_IO);
    tuft_recordings_free(&set);
    cr_assert_eq(tuft_tree_check_nmnist("x", (tuft_geometry){34, 34, 1}, &err), TUFT_INVALID);
    cr_assert_eq(tuft_tree_check_nmnist("x", TUFT_NMNIST_GEOMETRY, &err), TUFT_OK);
}
