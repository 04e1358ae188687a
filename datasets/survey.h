/* What a set of recordings is like: counts, rates, durations. */
#ifndef TUFT_DATASETS_SURVEY_H
#define TUFT_DATASETS_SURVEY_H

#include "core/events.h"

typedef struct {
    double mean, sd, least, most; /* sd with n - 1; 0 of a single one */
} tuft_survey_spread;

/* Collects one recording at a time, so that a set need not be in memory. Owns its arrays. */
typedef struct {
    tuft_geometry geometry;
    int classes;
    size_t recordings, event_capacity, duration_capacity;
    double *event_count;     /* [recordings] */
    double *duration_ms;     /* [recordings] */
    uint64_t *class_count;   /* [classes] recordings */
    uint64_t *channel_count; /* [channels] events */
    uint64_t events;
    double seconds; /* of all recordings */
} tuft_survey;

tuft_status tuft_survey_new(tuft_survey *survey, tuft_geometry geometry, int classes,
                            tuft_error *err);
void tuft_survey_free(tuft_survey *survey);
/* TUFT_INVALID where a channel is outside the geometry or a label outside the classes (if there
 * are any); nothing is added then. */
tuft_status tuft_survey_add(tuft_survey *survey, const tuft_recording *recording, tuft_error *err);

/* Zeros without values. */
tuft_survey_spread tuft_survey_spread_of(const double *value, size_t count);
/* Events a second a channel, over all channels and recordings; 0 without time. */
double tuft_survey_rate_hz(const tuft_survey *survey);
/* The same of one channel. */
double tuft_survey_channel_rate_hz(const tuft_survey *survey, uint32_t channel);
/* The channel with most and with fewest events (the first of several), and how many have none. */
uint32_t tuft_survey_most_active(const tuft_survey *survey);
uint32_t tuft_survey_least_active(const tuft_survey *survey);
uint32_t tuft_survey_silent(const tuft_survey *survey);

#endif
