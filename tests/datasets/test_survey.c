#include "datasets/survey.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static tuft_recording recording_of(int label, int64_t duration_us, const uint32_t *channel,
                                   size_t count)
{
    tuft_recording recording = {.label = label, .duration_us = duration_us};
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(tuft_events_push(&recording.events, (int64_t)i, channel[i], NULL), TUFT_OK);
    return recording;
}

Test(survey, figures_are_those_counted_by_hand)
{
    tuft_survey survey;
    tuft_error err;
    cr_assert_eq(tuft_survey_new(&survey, (tuft_geometry){4, 1, 1}, 3, &err), TUFT_OK);
    const uint32_t channel[] = {1, 1, 3, 1, 0};
    tuft_recording first = recording_of(0, 1000000, channel, 5),
                   second = recording_of(2, 500000, channel, 2),
                   third = recording_of(2, 500000, channel, 0);
    cr_assert_eq(tuft_survey_add(&survey, &first, &err), TUFT_OK);
    cr_assert_eq(tuft_survey_add(&survey, &second, &err), TUFT_OK);
    cr_assert_eq(tuft_survey_add(&survey, &third, &err), TUFT_OK);
    cr_assert_eq(survey.recordings, 3);
    cr_assert_eq(survey.events, 7);
    cr_assert_eq(survey.class_count[0], 1);
    cr_assert_eq(survey.class_count[1], 0);
    cr_assert_eq(survey.class_count[2], 2);
    tuft_survey_spread events = tuft_survey_spread_of(survey.event_count, survey.recordings);
    cr_assert_float_eq(events.mean, 7.0 / 3, 1e-12);
    cr_assert_float_eq(events.sd, sqrt((25 + 4 + 0 - 49.0 / 3) / 2), 1e-12);
    cr_assert_eq(events.least, 0);
    cr_assert_eq(events.most, 5);
    tuft_survey_spread ms = tuft_survey_spread_of(survey.duration_ms, survey.recordings);
    cr_assert_float_eq(ms.mean, 2000.0 / 3, 1e-9);
    cr_assert_float_eq(tuft_survey_rate_hz(&survey), 7.0 / 4 / 2, 1e-12);
    cr_assert_float_eq(tuft_survey_channel_rate_hz(&survey, 1), 5.0 / 2, 1e-12);
    cr_assert_eq(tuft_survey_most_active(&survey), 1);
    cr_assert_eq(tuft_survey_least_active(&survey), 2);
    cr_assert_eq(tuft_survey_silent(&survey), 1);

    /* What does not belong is refused and not counted. */
    third.label = 3;
    cr_assert_eq(tuft_survey_add(&survey, &third, &err), TUFT_INVALID);
    first.events.channel[4] = 4;
    cr_assert_eq(tuft_survey_add(&survey, &first, &err), TUFT_INVALID);
    cr_assert_eq(survey.events, 7);
    cr_assert_eq(survey.channel_count[1], 5);
    tuft_events_free(&first.events);
    tuft_events_free(&second.events);
    tuft_events_free(&third.events);
    tuft_survey_free(&survey);
}

Test(survey, nothing_is_zeros)
{
    tuft_survey survey;
    cr_assert_eq(tuft_survey_new(&survey, (tuft_geometry){4, 1, 1}, 0, NULL), TUFT_OK);
    cr_assert_eq(tuft_survey_rate_hz(&survey), 0);
    cr_assert_eq(tuft_survey_channel_rate_hz(&survey, 3), 0);
    cr_assert_eq(tuft_survey_spread_of(NULL, 0).mean, 0);
    const double one = 3;
    cr_assert_eq(tuft_survey_spread_of(&one, 1).sd, 0);
    tuft_survey_free(&survey);
}
