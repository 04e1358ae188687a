#include "lsm/frontend.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const tuft_geometry dvs = {34, 34, 2}, cochlea = {64, 1, 1};
static const tuft_frontend share = {.rule = TUFT_STEP_SHARE, .steps = 10, .events_per_step = 1};

static uint32_t pixel(uint32_t x, uint32_t y, uint32_t polarity)
{
    return (polarity * 34 + y) * 34 + x;
}

static void push(tuft_recording *recording, int64_t tick_us, uint32_t channel)
{
    cr_assert_eq(tuft_events_push(&recording->events, tick_us, channel, NULL), TUFT_OK);
}

static void cut(const tuft_frontend *frontend, tuft_geometry geometry,
                const tuft_recording *recording, tuft_frontend_input *input)
{
    tuft_error err;
    cr_assert_eq(tuft_frontend_cut(frontend, geometry, recording, input, &err), TUFT_OK, "%s",
                 err.message);
    for (size_t i = 0; i < input->count; i++) {
        cr_assert_geq(input->step[i], i ? input->step[i - 1] : 0);
        cr_assert_lt(input->step[i], input->steps);
    }
}

/* The only spike of a recording that has one event at step 0. */
static uint32_t seen_as(const tuft_frontend *frontend, tuft_geometry geometry, uint32_t channel)
{
    tuft_recording recording = {0};
    tuft_frontend_input input = {0};
    push(&recording, 0, channel);
    cut(frontend, geometry, &recording, &input);
    uint32_t seen = input.count ? input.channel[0] : UINT32_MAX;
    tuft_frontend_input_free(&input);
    tuft_events_free(&recording.events);
    return seen;
}

Test(frontend, the_crop_is_the_middle)
{
    tuft_frontend frontend = share;
    tuft_geometry seen;
    frontend.crop = 16;
    cr_assert_eq(tuft_frontend_geometry(&frontend, dvs, &seen, NULL), TUFT_OK);
    cr_assert(seen.width == 16 && seen.height == 16 && seen.polarities == 2);
    /* 34 - 16 = 18: nine on each side. */
    for (uint32_t y = 0; y < 34; y++)
        for (uint32_t x = 0; x < 34; x++) {
            int inside = x >= 9 && x < 25 && y >= 9 && y < 25;
            cr_assert_eq(seen_as(&frontend, dvs, pixel(x, y, 1)),
                         inside ? (16 + y - 9) * 16 + x - 9 : UINT32_MAX);
        }
    frontend.crop = 15; /* 19: nine before, ten behind */
    cr_assert_eq(seen_as(&frontend, dvs, pixel(9, 9, 0)), 0);
    cr_assert_eq(seen_as(&frontend, dvs, pixel(23, 9, 0)), 14);
    cr_assert_eq(seen_as(&frontend, dvs, pixel(24, 9, 0)), UINT32_MAX);
    frontend.crop = 34;
    cr_assert_eq(seen_as(&frontend, dvs, pixel(33, 33, 1)), pixel(33, 33, 1));
    frontend.crop = 0;
    cr_assert_eq(seen_as(&frontend, dvs, pixel(33, 33, 1)), pixel(33, 33, 1));
}

Test(frontend, polarities)
{
    static const struct {
        tuft_polarity polarity;
        uint32_t polarities, off, on; /* what pixel (2, 1) of each polarity becomes */
    } cases[] = {{TUFT_POLARITY_BOTH, 2, 36, 34 * 34 + 36},
                 {TUFT_POLARITY_MERGED, 1, 36, 36},
                 {TUFT_POLARITY_OFF, 1, 36, UINT32_MAX},
                 {TUFT_POLARITY_ON, 1, UINT32_MAX, 36}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tuft_frontend frontend = share;
        tuft_geometry seen;
        frontend.polarity = cases[i].polarity;
        cr_assert_eq(tuft_frontend_geometry(&frontend, dvs, &seen, NULL), TUFT_OK);
        cr_assert_eq(seen.polarities, cases[i].polarities);
        cr_assert_eq(seen_as(&frontend, dvs, pixel(2, 1, 0)), cases[i].off);
        cr_assert_eq(seen_as(&frontend, dvs, pixel(2, 1, 1)), cases[i].on);
    }
    /* One polarity: it is the OFF one. */
    tuft_frontend frontend = share;
    tuft_geometry seen;
    frontend.polarity = TUFT_POLARITY_OFF;
    cr_assert_eq(seen_as(&frontend, cochlea, 63), 63);
    frontend.polarity = TUFT_POLARITY_ON;
    cr_assert_eq(tuft_frontend_geometry(&frontend, cochlea, &seen, NULL), TUFT_INVALID);
}

Test(frontend, shares_of_the_recordings_own_time)
{
    tuft_recording recording = {.duration_us = 5000};
    tuft_frontend_input input = {0};
    for (int64_t t = 0; t < 1000; t++)
        push(&recording, t, (uint32_t)(t % 64));
    tuft_frontend frontend = share;
    frontend.events_per_step = 0;
    cut(&frontend, cochlea, &recording, &input);
    cr_assert_eq(input.steps, 10);
    cr_assert_eq(input.count, 1000);
    for (size_t i = 0; i < 1000; i++) {
        cr_assert_eq(input.step[i], (int64_t)(i / 100)); /* not the 5 ms of the file */
        cr_assert_eq(input.channel[i], i % 64);
    }
    frontend.steps = 7;
    cut(&frontend, cochlea, &recording, &input);
    for (size_t i = 0; i < 1000; i++)
        cr_assert_eq(input.step[i], (int64_t)(i * 7 / 1000));
    tuft_frontend_input_free(&input);
    tuft_events_free(&recording.events);
}

Test(frontend, steps_of_one_length)
{
    tuft_recording recording = {0};
    tuft_frontend_input input = {0};
    static const int64_t tick[] = {0, 9999, 10000, 10001, 29999, 30000};
    static const int64_t step[] = {0, 0, 1, 1, 2, 3};
    for (int i = 0; i < 6; i++)
        push(&recording, tick[i], (uint32_t)i);
    tuft_frontend frontend = {.rule = TUFT_STEP_LENGTH, .step_us = 10000};
    cut(&frontend, cochlea, &recording, &input);
    cr_assert_eq(input.steps, 4);
    cr_assert_eq(input.count, 6);
    for (int i = 0; i < 6; i++)
        cr_assert_eq(input.step[i], step[i]);
    recording.events.count = 5; /* ends at 29 999: three steps exactly */
    cut(&frontend, cochlea, &recording, &input);
    cr_assert_eq(input.steps, 3);
    frontend.step_us = 0.5; /* shorter than a microsecond */
    cut(&frontend, cochlea, &recording, &input);
    cr_assert_eq(input.steps, 60000);
    cr_assert_eq(input.step[1], 2 * 9999);
    tuft_frontend_input_free(&input);
    tuft_events_free(&recording.events);
}

/* 1 ms bins, then 129 shares of the bins. */
Test(frontend, bins_first)
{
    tuft_recording recording = {0};
    tuft_frontend_input input = {0};
    for (int64_t t = 300; t < 700000; t += 617)
        push(&recording, t, (uint32_t)(t % 64));
    tuft_frontend frontend = {.rule = TUFT_STEP_SHARE, .steps = 129, .bin_us = 1000};
    cut(&frontend, cochlea, &recording, &input);
    int64_t bins = recording.events.tick_us[recording.events.count - 1] / 1000 + 1;
    for (size_t i = 0; i < input.count; i++)
        cr_assert_eq(input.step[i], recording.events.tick_us[i] / 1000 * 129 / bins);
    frontend.start = TUFT_START_AT_EVENT;
    recording.events.tick_us[0] = 400;
    for (size_t i = 0; i < recording.events.count; i++)
        recording.events.tick_us[i] += 5000;
    cut(&frontend, cochlea, &recording, &input);
    bins = recording.events.tick_us[recording.events.count - 1] / 1000 + 1 - 5;
    for (size_t i = 0; i < input.count; i++)
        cr_assert_eq(input.step[i], (recording.events.tick_us[i] / 1000 - 5) * 129 / bins);
    tuft_frontend_input_free(&input);
    tuft_events_free(&recording.events);
}

Test(frontend, start_at_the_first_event)
{
    tuft_recording recording = {0};
    tuft_frontend_input input = {0};
    push(&recording, 1000000, 1);
    push(&recording, 1000999, 2);
    tuft_frontend frontend = {
        .rule = TUFT_STEP_LENGTH, .step_us = 100, .start = TUFT_START_AT_EVENT};
    cut(&frontend, cochlea, &recording, &input);
    cr_assert_eq(input.steps, 10);
    cr_assert_eq(input.step[0], 0);
    cr_assert_eq(input.step[1], 9);
    frontend.start = TUFT_START_AT_ZERO;
    cut(&frontend, cochlea, &recording, &input);
    cr_assert_eq(input.steps, 10010);
    cr_assert_eq(input.step[0], 10000);
    frontend.rule = TUFT_STEP_SHARE;
    frontend.steps = 4;
    frontend.start = TUFT_START_AT_EVENT;
    cut(&frontend, cochlea, &recording, &input);
    cr_assert_eq(input.step[0], 0);
    cr_assert_eq(input.step[1], 3);
    tuft_frontend_input_free(&input);
    tuft_events_free(&recording.events);
}

/* The first events of a channel in a step stay; a limit of each channel and step by itself. */
Test(frontend, limit_of_events)
{
    tuft_recording recording = {0};
    tuft_frontend_input input = {0};
    for (int64_t t = 0; t < 40; t++)
        push(&recording, t, t % 4 == 3 ? 7 : 5); /* 3 of 5 and 1 of 7, ten times */
    for (uint32_t limit = 1; limit < 40; limit++) {
        tuft_frontend frontend = {.rule = TUFT_STEP_SHARE, .steps = 2, .events_per_step = limit};
        size_t fives = limit < 15 ? limit : 15, sevens = limit < 5 ? limit : 5;
        cut(&frontend, cochlea, &recording, &input);
        cr_assert_eq(input.count, 2 * (fives + sevens));
    }
    /* Pixels that fall together share the limit. */
    tuft_recording both = {0};
    push(&both, 0, pixel(3, 3, 0));
    push(&both, 0, pixel(3, 3, 1));
    tuft_frontend frontend = share;
    frontend.polarity = TUFT_POLARITY_MERGED;
    cut(&frontend, dvs, &both, &input);
    cr_assert_eq(input.count, 1);
    frontend.polarity = TUFT_POLARITY_BOTH;
    cut(&frontend, dvs, &both, &input);
    cr_assert_eq(input.count, 2);
    tuft_frontend_input_free(&input);
    tuft_events_free(&recording.events);
    tuft_events_free(&both.events);
}

Test(frontend, a_limit_past_16_bits)
{
    tuft_recording recording = {0};
    tuft_frontend_input input = {0};
    for (int i = 0; i < 70000; i++)
        push(&recording, 0, 1);
    tuft_frontend frontend = {.rule = TUFT_STEP_SHARE, .steps = 1, .events_per_step = 66000};
    cut(&frontend, cochlea, &recording, &input);
    cr_assert_eq(input.count, 66000);
    tuft_frontend_input_free(&input);
    tuft_events_free(&recording.events);
}

Test(frontend, silence)
{
    tuft_recording recording = {.duration_us = 1000};
    tuft_frontend_input input = {0};
    cut(&share, cochlea, &recording, &input);
    cr_assert_eq(input.count, 0);
    cr_assert_eq(input.steps, 10);
    tuft_frontend frontend = {.rule = TUFT_STEP_LENGTH, .step_us = 10};
    cut(&frontend, cochlea, &recording, &input);
    cr_assert_eq(input.count, 0);
    cr_assert_eq(input.steps, 1);
    /* Nothing inside the crop: the time is still that of all events. */
    push(&recording, 0, pixel(0, 0, 0));
    push(&recording, 99, pixel(0, 0, 0));
    frontend.crop = 16;
    cut(&frontend, dvs, &recording, &input);
    cr_assert_eq(input.count, 0);
    cr_assert_eq(input.steps, 10);
    tuft_frontend_input_free(&input);
    tuft_events_free(&recording.events);
}

/* Memory is used again: a long recording leaves nothing behind in a short one. */
Test(frontend, memory_used_again_is_clean)
{
    tuft_recording busy = {0}, one = {0};
    tuft_frontend_input input = {0};
    for (int64_t t = 0; t < 500; t++)
        push(&busy, t, (uint32_t)(t % 64));
    push(&one, 0, 9);
    cut(&share, cochlea, &busy, &input);
    cut(&share, cochlea, &one, &input);
    cr_assert_eq(input.count, 1);
    cr_assert_eq(input.channel[0], 9);
    tuft_frontend_input_free(&input);
    tuft_events_free(&busy.events);
    tuft_events_free(&one.events);
}

Test(frontend, what_makes_no_sense)
{
    static const tuft_frontend bad[] = {
        {.crop = 35, .rule = TUFT_STEP_SHARE, .steps = 1},
        {.crop = UINT32_MAX, .rule = TUFT_STEP_SHARE, .steps = 1},
        {.rule = TUFT_STEP_SHARE, .steps = 0},
        {.rule = TUFT_STEP_SHARE, .steps = UINT32_MAX},
        {.rule = TUFT_STEP_LENGTH, .step_us = 0},
        {.rule = TUFT_STEP_LENGTH, .step_us = -1},
        {.rule = TUFT_STEP_LENGTH, .step_us = NAN},
        {.rule = TUFT_STEP_LENGTH, .step_us = INFINITY},
        {.rule = TUFT_STEP_SHARE, .steps = 1, .bin_us = -1},
        {.rule = TUFT_STEP_SHARE, .steps = 1, .bin_us = NAN},
        {.rule = TUFT_STEP_SHARE, .steps = 1, .bin_us = INFINITY},
    };
    tuft_geometry seen;
    tuft_error err = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(tuft_frontend_geometry(&bad[i], dvs, &seen, &err), TUFT_INVALID, "%zu", i);
    cr_assert_eq(tuft_frontend_geometry(&share, (tuft_geometry){0}, &seen, NULL), TUFT_INVALID);
}

/* Steps and bins that cut a recording into more parts than numbers hold. */
Test(frontend, absurd_times)
{
    static const tuft_frontend bad[] = {
        {.rule = TUFT_STEP_LENGTH, .step_us = 1e-6},
        {.rule = TUFT_STEP_LENGTH, .step_us = 1e-300},
        {.rule = TUFT_STEP_SHARE, .steps = 50, .bin_us = 1e-15},
        {.rule = TUFT_STEP_SHARE, .steps = 50, .bin_us = 1e-300},
    };
    tuft_recording recording = {.name = "long"};
    tuft_frontend_input input = {0};
    push(&recording, 0, 1);
    push(&recording, 1000000, 1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tuft_error err = {0};
        cr_assert_eq(tuft_frontend_cut(&bad[i], cochlea, &recording, &input, &err), TUFT_INVALID,
                     "%zu", i);
        cr_assert(strstr(err.message, "long"), "%s", err.message);
    }
    recording.events.tick_us[1] = INT64_C(1) << 60;
    cr_assert_eq(tuft_frontend_cut(&share, cochlea, &recording, &input, NULL), TUFT_INVALID);
    /* A clock that started long ago is none of the recording's length. */
    recording.events.tick_us[0] = (INT64_C(1) << 60) - 1000;
    tuft_frontend event = share;
    event.start = TUFT_START_AT_EVENT;
    cut(&event, cochlea, &recording, &input);
    cr_assert_eq(input.step[1], 9);
    tuft_frontend_input_free(&input);
    tuft_events_free(&recording.events);
}
