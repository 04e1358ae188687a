/* From a recording's microseconds to the reservoir's steps: which part of the picture, which
 * polarity, how time is cut.
 */
#ifndef TUFT_LSM_FRONTEND_H
#define TUFT_LSM_FRONTEND_H

#include "core/events.h"

typedef enum {
    TUFT_POLARITY_BOTH,   /* channels of their own */
    TUFT_POLARITY_MERGED, /* one channel a pixel */
    TUFT_POLARITY_OFF,    /* only events of polarity 0 */
    TUFT_POLARITY_ON      /* only events of polarity 1 */
} tuft_polarity;

typedef enum {
    TUFT_STEP_SHARE, /* every recording has the same number of steps, each a share of its time */
    TUFT_STEP_LENGTH /* steps of one length; a longer recording has more of them */
} tuft_step_rule;

typedef enum {
    TUFT_START_AT_ZERO, /* of the recording's clock */
    TUFT_START_AT_EVENT /* its first event */
} tuft_start;

typedef struct {
    uint32_t crop; /* side of the square in the middle that is looked at; 0: all */
    tuft_polarity polarity;
    tuft_start start;
    tuft_step_rule rule;
    uint32_t steps;           /* TUFT_STEP_SHARE */
    double step_us;           /* TUFT_STEP_LENGTH */
    double bin_us;            /* times are first rounded down to whole bins; 0: not */
    uint32_t events_per_step; /* of one channel, what is more is dropped; 1: binary; 0: no limit */
} tuft_frontend;

/* What the reservoir sees of a recording: spikes (step, channel), steps 0 .. steps-1. */
typedef struct {
    size_t count, step_capacity, channel_capacity;
    int64_t *step; /* [count], non-decreasing */
    uint32_t *channel;
    int64_t steps;
    uint32_t *seen; /* working memory: events of each channel in the current step */
    size_t seen_capacity;
} tuft_frontend_input;

void tuft_frontend_input_free(tuft_frontend_input *input);

/* Geometry that the reservoir sees of recordings of the given geometry. TUFT_INVALID: crop larger
 * than the picture, polarity that is not there, no steps. */
tuft_status tuft_frontend_geometry(const tuft_frontend *frontend, tuft_geometry geometry,
                                   tuft_geometry *seen, tuft_error *err);

/* Cuts one recording; input's memory is used again from call to call (start with {0}). A recording
 * ends with its last event: step k of TUFT_STEP_SHARE holds the events with
 * k = floor((t - start) steps / (end - start)), with end one microsecond (or bin) after the last
 * event. Without events there is silence: `steps` steps of it, or one. TUFT_INVALID also: times
 * that the steps or bins cut into too many parts. */
tuft_status tuft_frontend_cut(const tuft_frontend *frontend, tuft_geometry geometry,
                              const tuft_recording *recording, tuft_frontend_input *input,
                              tuft_error *err);

/* When step 0 begins on the recording's clock and how long a step lasts. The front end has been
 * checked; a recording without events has no length, its step is step_us (1 where that is 0). */
typedef struct {
    double start_us, step_us;
} tuft_frontend_clock;
tuft_frontend_clock tuft_frontend_clock_of(const tuft_frontend *frontend,
                                           const tuft_recording *recording);

#endif
