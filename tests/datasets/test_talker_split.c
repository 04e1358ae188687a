#include "datasets/talker_split.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two recordings of each talker, one after the other. */
static tuft_recordings set_of(const char *const *talker, size_t count)
{
    tuft_recordings set = {.geometry = {5, 1, 1}, .classes = 10};
    for (size_t i = 0; i < 2 * count; i++) {
        tuft_recording recording = {.label = (int)i % 10};
        snprintf(recording.source, sizeof recording.source, "%s", talker[i % count]);
        snprintf(recording.name, sizeof recording.name, "%zu", i);
        cr_assert_eq(tuft_events_push(&recording.events, (int64_t)i, 1, NULL), TUFT_OK);
        cr_assert_eq(tuft_recordings_push(&set, &recording, NULL), TUFT_OK);
    }
    return set;
}

static const char *const talkers[] = {"zoe", "ann", "bob", "annabel", "carl"};

static void expect(const char *named, const char *const *test_side, size_t count)
{
    tuft_recordings set = set_of(talkers, 5), train, test;
    tuft_error err;
    cr_assert_eq(tuft_talker_split(&set, named, &train, &test, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(set.count, 0);
    cr_assert_eq(test.count, 2 * count);
    cr_assert_eq(train.count + test.count, 10);
    cr_assert_eq(test.classes, 10);
    cr_assert_eq(train.geometry.width, 5);
    for (size_t i = 0; i < test.count; i++) {
        int found = 0;
        for (size_t k = 0; k < count; k++)
            found |= strcmp(test.recording[i].source, test_side[k]) == 0;
        cr_assert(found, "%s", test.recording[i].source);
        cr_assert_eq(test.recording[i].events.tick_us[0], atoi(test.recording[i].name));
        if (i)
            cr_assert_lt(atoi(test.recording[i - 1].name), atoi(test.recording[i].name));
    }
    for (size_t i = 0; i < train.count; i++)
        for (size_t k = 0; k < count; k++)
            cr_assert_str_neq(train.recording[i].source, test_side[k]);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
}

Test(talker_split, nobody_is_on_both_sides)
{
    expect(NULL, (const char *const[]){"zoe"}, 1);
    expect("ann", (const char *const[]){"ann"}, 1); /* and not annabel */
    expect("carl,annabel", (const char *const[]){"annabel", "carl"}, 2);
}

Test(talker_split, what_cannot_be_split_is_left_alone)
{
    tuft_recordings set = set_of(talkers, 5), train, test;
    tuft_error err;
    cr_assert_eq(tuft_talker_split(&set, "ann,an", &train, &test, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "\"an\""), "%s", err.message);
    cr_assert_eq(tuft_talker_split(&set, "ann,", &train, &test, &err), TUFT_INVALID);
    cr_assert_eq(tuft_talker_split(&set, "ann,bob,carl,zoe,annabel", &train, &test, &err),
                 TUFT_INVALID);
    cr_assert_eq(set.count, 10);
    cr_assert_eq(train.count + test.count, 0);
    tuft_recordings_free(&set);
    set = set_of(talkers, 1);
    cr_assert_eq(tuft_talker_split(&set, NULL, &train, &test, &err), TUFT_INVALID);
    tuft_recordings_free(&set);
    cr_assert_eq(tuft_talker_split(&set, NULL, &train, &test, &err), TUFT_INVALID);
}
