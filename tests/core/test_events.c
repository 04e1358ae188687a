#include "core/events.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Test(status, message_stays_one_line)
{
    tuft_error err;
    cr_assert_eq(tuft_fail(&err, TUFT_FORMAT, "a\nb%c", 7), TUFT_FORMAT);
    cr_assert_str_eq(err.message, "a?b?");
    cr_assert_eq(tuft_fail(NULL, TUFT_IO, "unseen"), TUFT_IO);
    cr_assert_eq(tuft_fail_prefix(&err, TUFT_FORMAT, "where"), TUFT_FORMAT);
    cr_assert_str_eq(err.message, "where: a?b?");
}

Test(memory, absurd_sizes_are_refused)
{
    double *array = (double *)1;
    tuft_error err;
    cr_assert_eq(TUFT_NEW(&array, SIZE_MAX / 2, "weights", &err), TUFT_MEMORY);
    cr_assert_null(array);
    cr_assert(strstr(err.message, "weights"));
    cr_assert_eq(TUFT_NEW(&array, TUFT_MEMORY_LIMIT / sizeof *array + 1, "x", &err), TUFT_MEMORY);
    cr_assert_eq(TUFT_NEW(&array, 0, "nothing", &err), TUFT_OK);
    cr_assert_not_null(array);
    free(array);
}

Test(events, sort_is_stable_and_copies_are_deep)
{
    tuft_events events = {0}, copy;
    const int64_t tick[] = {5, 1, 5, 3, 1};
    for (uint32_t i = 0; i < 5; i++)
        cr_assert_eq(tuft_events_push(&events, tick[i], i, NULL), TUFT_OK);
    cr_assert_eq(tuft_events_sort(&events, NULL), TUFT_OK);
    cr_assert_eq(tuft_events_copy(&copy, &events, NULL), TUFT_OK);
    const uint32_t order[] = {1, 4, 3, 0, 2};
    cr_assert_arr_eq(events.channel, order, sizeof order);
    cr_assert_eq(tuft_events_end_us(&events), 6);
    tuft_events_free(&events);
    cr_assert_arr_eq(copy.channel, order, sizeof order);
    tuft_events_free(&copy);
}

/* channel[i] = i before the sort: afterwards equal ticks have rising channels. */
static void expect_sorted(size_t count, int64_t lowest, uint64_t span, uint64_t seed)
{
    tuft_events events = {0};
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_NOISE, count);
    int64_t *original;
    cr_assert_eq(TUFT_NEW(&original, count, "ticks", NULL), TUFT_OK);
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = (uint64_t)tuft_random_u32(&random) << 32;
        bits |= tuft_random_u32(&random);
        original[i] = (int64_t)((uint64_t)lowest + (span == UINT64_MAX ? bits : bits % (span + 1)));
        cr_assert_eq(tuft_events_push(&events, original[i], (uint32_t)i, NULL), TUFT_OK);
    }
    cr_assert_eq(tuft_events_sort(&events, NULL), TUFT_OK);
    cr_assert_eq(events.count, count);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(events.tick_us[i], original[events.channel[i]]);
        if (i) {
            cr_assert_leq(events.tick_us[i - 1], events.tick_us[i]);
            if (events.tick_us[i - 1] == events.tick_us[i])
                cr_assert_lt(events.channel[i - 1], events.channel[i]);
        }
    }
    free(original);
    tuft_events_free(&events);
}

Test(events, sort_holds_for_every_size_and_span)
{
    static const uint64_t span[] = {0,      1,          9,          2047,      2048,
                                    300000, 1ULL << 22, 1ULL << 40, UINT64_MAX};
    static const size_t size[] = {0, 1, 2, 63, 64, 65, 1000, 5000};
    for (size_t s = 0; s < sizeof span / sizeof *span; s++)
        for (size_t n = 0; n < sizeof size / sizeof *size; n++)
            expect_sorted(size[n], s % 2 ? INT64_MIN : 0, span[s], s);
    expect_sorted(5000, INT64_MIN, UINT64_MAX, 99);
}

Test(events, select_copies_recordings)
{
    tuft_recordings set = {.geometry = {4, 1, 1}, .classes = 3}, part;
    for (int i = 0; i < 3; i++) {
        tuft_recording recording = {.label = i, .duration_us = 10};
        cr_assert_eq(tuft_events_push(&recording.events, i, (uint32_t)i, NULL), TUFT_OK);
        cr_assert_eq(tuft_recordings_push(&set, &recording, NULL), TUFT_OK);
        cr_assert_null(recording.events.tick_us);
    }
    const uint32_t index[] = {2, 0};
    cr_assert_eq(tuft_recordings_select(&part, &set, index, 2, NULL), TUFT_OK);
    tuft_recordings_free(&set);
    cr_assert_eq(part.count, 2);
    cr_assert_eq(part.recording[0].label, 2);
    cr_assert_eq(part.recording[0].events.tick_us[0], 2);
    tuft_recordings_free(&part);
}

Test(file, outputs_appear_whole_or_not_at_all)
{
    char path[] = "/tmp/tuft-test-output-XXXXXX";
    close(mkstemp(path));
    tuft_output output;
    tuft_error err;
    cr_assert_eq(tuft_output_open(&output, path, &err), TUFT_OK);
    fputs("abc", output.stream);
    tuft_output_abandon(&output);
    unsigned char *content;
    size_t size;
    cr_assert_eq(tuft_file_read(path, 100, &content, &size, &err), TUFT_OK);
    cr_assert_eq(size, 0);
    free(content);
    cr_assert_eq(tuft_output_open(&output, path, &err), TUFT_OK);
    fputs("abc", output.stream);
    cr_assert_eq(tuft_output_commit(&output, &err), TUFT_OK);
    cr_assert_eq(tuft_file_read(path, 2, &content, &size, &err), TUFT_FORMAT);
    cr_assert_eq(tuft_file_read(path, 3, &content, &size, &err), TUFT_OK);
    cr_assert_arr_eq(content, "abc", 3);
    free(content);
    unlink(path);
    cr_assert_eq(tuft_file_read(path, 3, &content, &size, &err), TUFT_IO);
    cr_assert_eq(tuft_output_open(&output, "/nowhere/x", &err), TUFT_IO);
    cr_assert(strstr(err.message, "/nowhere/x"));
}
