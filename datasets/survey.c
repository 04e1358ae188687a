#include "datasets/survey.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

tuft_status tuft_survey_new(tuft_survey *survey, tuft_geometry geometry, int classes,
                            tuft_error *err)
{
    *survey = (tuft_survey){.geometry = geometry, .classes = classes};
    tuft_status status =
        TUFT_NEW(&survey->channel_count, tuft_geometry_channels(geometry), "channel counts", err);
    if (!status)
        status = TUFT_NEW(&survey->class_count, (size_t)classes, "class counts", err);
    if (status)
        tuft_survey_free(survey);
    return status;
}

void tuft_survey_free(tuft_survey *survey)
{
    free(survey->event_count);
    free(survey->duration_ms);
    free(survey->class_count);
    free(survey->channel_count);
    *survey = (tuft_survey){0};
}

static tuft_status check(const tuft_survey *survey, const tuft_recording *recording,
                         tuft_error *err)
{
    const uint32_t channels = tuft_geometry_channels(survey->geometry);
    if (survey->classes && (recording->label < 0 || recording->label >= survey->classes))
        return tuft_fail(err, TUFT_INVALID, "%s: label %d, expected below %d", recording->name,
                         recording->label, survey->classes);
    for (size_t i = 0; i < recording->events.count; i++)
        if (recording->events.channel[i] >= channels)
            return tuft_fail(err, TUFT_INVALID, "%s: event %zu: channel %u, expected below %u",
                             recording->name, i, recording->events.channel[i], channels);
    return TUFT_OK;
}

tuft_status tuft_survey_add(tuft_survey *survey, const tuft_recording *recording, tuft_error *err)
{
    const size_t n = survey->recordings;
    tuft_status status = check(survey, recording, err);
    if (!status)
        status = TUFT_GROW(&survey->event_count, &survey->event_capacity, n + 1, "counts", err);
    if (!status)
        status =
            TUFT_GROW(&survey->duration_ms, &survey->duration_capacity, n + 1, "durations", err);
    if (status)
        return status;
    for (size_t i = 0; i < recording->events.count; i++)
        survey->channel_count[recording->events.channel[i]]++;
    if (survey->classes)
        survey->class_count[recording->label]++;
    survey->event_count[n] = (double)recording->events.count;
    survey->duration_ms[n] = (double)recording->duration_us / 1e3;
    survey->events += recording->events.count;
    survey->seconds += (double)recording->duration_us / 1e6;
    survey->recordings++;
    return TUFT_OK;
}

tuft_survey_spread tuft_survey_spread_of(const double *value, size_t count)
{
    if (count == 0)
        return (tuft_survey_spread){0};
    tuft_survey_spread spread = {.least = value[0], .most = value[0]};
    double sum = 0, square = 0;
    for (size_t i = 0; i < count; i++) {
        sum += value[i];
        spread.least = fmin(spread.least, value[i]);
        spread.most = fmax(spread.most, value[i]);
    }
    spread.mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        square += (value[i] - spread.mean) * (value[i] - spread.mean);
    spread.sd = count > 1 ? sqrt(square / (double)(count - 1)) : 0;
    return spread;
}

double tuft_survey_rate_hz(const tuft_survey *survey)
{
    const double span = survey->seconds * tuft_geometry_channels(survey->geometry);
    return span > 0 ? (double)survey->events / span : 0;
}

double tuft_survey_channel_rate_hz(const tuft_survey *survey, uint32_t channel)
{
    return survey->seconds > 0 ? (double)survey->channel_count[channel] / survey->seconds : 0;
}

uint32_t tuft_survey_most_active(const tuft_survey *survey)
{
    uint32_t found = 0;
    for (uint32_t c = 1; c < tuft_geometry_channels(survey->geometry); c++)
        if (survey->channel_count[c] > survey->channel_count[found])
            found = c;
    return found;
}

uint32_t tuft_survey_least_active(const tuft_survey *survey)
{
    uint32_t found = 0;
    for (uint32_t c = 1; c < tuft_geometry_channels(survey->geometry); c++)
        if (survey->channel_count[c] < survey->channel_count[found])
            found = c;
    return found;
}

uint32_t tuft_survey_silent(const tuft_survey *survey)
{
    uint32_t silent = 0;
    for (uint32_t c = 0; c < tuft_geometry_channels(survey->geometry); c++)
        silent += survey->channel_count[c] == 0;
    return silent;
}
