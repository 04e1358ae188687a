#include "core/philox.h"
#include "lsm/frontend.h"

#include <criterion/criterion.h>
#include <math.h>

enum { EVENTS = 500 };

static void make(tuft_recording *recording)
{
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_SPLIT, 0);
    *recording = (tuft_recording){0};
    for (int i = 0; i < EVENTS; i++)
        cr_assert_eq(tuft_events_push(&recording->events,
                                      2500 + (int64_t)(tuft_random_uniform(&random) * 1e5), 0,
                                      NULL),
                     TUFT_OK);
    cr_assert_eq(tuft_events_sort(&recording->events, NULL), TUFT_OK);
}

/* Step k holds the events from start + k step to start + (k + 1) step, whichever rule cuts. */
static void check(tuft_frontend frontend)
{
    tuft_recording recording;
    tuft_frontend_input input = {0};
    make(&recording);
    cr_assert_eq(tuft_frontend_cut(&frontend, (tuft_geometry){1, 1, 1}, &recording, &input, NULL),
                 TUFT_OK);
    tuft_frontend_clock clock = tuft_frontend_clock_of(&frontend, &recording);
    cr_assert_eq(input.count, EVENTS);
    /* Times are known to a bin. */
    double bin_us = frontend.bin_us > 1 ? frontend.bin_us : 1;
    for (size_t i = 0; i < input.count; i++) {
        double since = (double)recording.events.tick_us[i] - clock.start_us;
        double step = (double)input.step[i];
        cr_assert_gt(since, step * clock.step_us - 1e-6);
        cr_assert_lt(since, (step + 1) * clock.step_us + bin_us);
    }
    tuft_frontend_input_free(&input);
    tuft_events_free(&recording.events);
}

Test(frontend_clock, tells_when_a_step_is)
{
    tuft_frontend length = {
        .rule = TUFT_STEP_LENGTH, .step_us = 7000, .start = TUFT_START_AT_EVENT};
    tuft_frontend share = {.rule = TUFT_STEP_SHARE, .steps = 129, .bin_us = 1000};
    check(length);
    length.start = TUFT_START_AT_ZERO;
    check(length);
    check(share);
    share.start = TUFT_START_AT_EVENT;
    share.bin_us = 0;
    check(share);
}

Test(frontend_clock, silence_has_the_step_of_the_rule)
{
    tuft_recording silence = {.duration_us = 5000};
    tuft_frontend frontend = {.rule = TUFT_STEP_LENGTH, .step_us = 10000};
    tuft_frontend_clock clock = tuft_frontend_clock_of(&frontend, &silence);
    cr_assert_eq(clock.start_us, 0);
    cr_assert_eq(clock.step_us, 10000);
}
