#include "lsm/frontend.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A recording with more steps than this has a step that is too short. */
enum { STEP_LIMIT = 1 << 24 };
/* Bins of a recording (times STEP_LIMIT below 2^63; 2^38 us are three days) and of its clock. */
static const double BIN_LIMIT = 0x1p38, CLOCK_LIMIT = 0x1p62;

void tuft_frontend_input_free(tuft_frontend_input *input)
{
    free(input->step);
    free(input->channel);
    free(input->seen);
    *input = (tuft_frontend_input){0};
}

tuft_status tuft_frontend_geometry(const tuft_frontend *frontend, tuft_geometry geometry,
                                   tuft_geometry *seen, tuft_error *err)
{
    if (!tuft_geometry_channels(geometry))
        return tuft_fail(err, TUFT_INVALID, "recordings of %u x %u x %u, expected channels",
                         geometry.width, geometry.height, geometry.polarities);
    if (frontend->crop > geometry.width || frontend->crop > geometry.height)
        return tuft_fail(err, TUFT_INVALID, "crop of %u, the recording is %u x %u", frontend->crop,
                         geometry.width, geometry.height);
    if (frontend->polarity == TUFT_POLARITY_ON && geometry.polarities < 2)
        return tuft_fail(err, TUFT_INVALID, "ON events of recordings with one polarity");
    if (frontend->rule == TUFT_STEP_SHARE
            ? frontend->steps < 1 || frontend->steps > STEP_LIMIT
            : !(frontend->step_us > 0) || !isfinite(frontend->step_us))
        return tuft_fail(err, TUFT_INVALID, "%u steps of %g us, expected more", frontend->steps,
                         frontend->step_us);
    if (!(frontend->bin_us >= 0) || !isfinite(frontend->bin_us))
        return tuft_fail(err, TUFT_INVALID, "bins of %g us, expected 0 or more", frontend->bin_us);
    *seen = geometry;
    if (frontend->crop)
        seen->width = seen->height = frontend->crop;
    if (frontend->polarity != TUFT_POLARITY_BOTH)
        seen->polarities = 1;
    return TUFT_OK;
}

/* The channel that the reservoir sees, or UINT32_MAX for an event that it does not see. */
static uint32_t see(const tuft_frontend *frontend, tuft_geometry from, tuft_geometry to,
                    uint32_t channel)
{
    uint32_t x = channel % from.width, y = channel / from.width % from.height;
    uint32_t polarity = channel / (from.width * from.height);
    /* The square in the middle; of an odd margin the smaller half lies before it. */
    uint32_t left = (from.width - to.width) / 2, top = (from.height - to.height) / 2;
    if (x < left || x >= left + to.width || y < top || y >= top + to.height)
        return UINT32_MAX;
    switch (frontend->polarity) {
    case TUFT_POLARITY_BOTH:
        break;
    case TUFT_POLARITY_MERGED:
        polarity = 0;
        break;
    case TUFT_POLARITY_OFF:
    case TUFT_POLARITY_ON:
        if (polarity != (frontend->polarity == TUFT_POLARITY_ON))
            return UINT32_MAX;
        polarity = 0;
        break;
    }
    return (polarity * to.height + y - top) * to.width + x - left;
}

/* A time in whole bins (of a microsecond where none are set). */
static int64_t bins(double bin_us, int64_t tick_us)
{
    return bin_us == 1 ? tick_us : (int64_t)floor((double)tick_us / bin_us);
}

/* Whether the recording's times can be numbers of bins. */
static tuft_status check_times(const tuft_frontend *frontend, const tuft_events *events,
                               double bin_us, const char *name, tuft_error *err)
{
    double last = (double)events->tick_us[events->count - 1];
    double start = frontend->start == TUFT_START_AT_ZERO ? 0 : (double)events->tick_us[0];
    if (last / bin_us > CLOCK_LIMIT || (last - start) / bin_us > BIN_LIMIT)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: from %g to %g us in bins of %g us, expected at most %g bins", name,
                         start, last, bin_us, BIN_LIMIT);
    return TUFT_OK;
}

/* Where the steps begin and how far they reach, in bins. */
typedef struct {
    double bin_us;
    int64_t first, length;
} span;

static span span_of(const tuft_frontend *frontend, const tuft_events *events)
{
    span s = {.bin_us = frontend->bin_us > 0 ? frontend->bin_us : 1};
    if (frontend->start == TUFT_START_AT_EVENT)
        s.first = bins(s.bin_us, events->tick_us[0]);
    s.length = bins(s.bin_us, events->tick_us[events->count - 1]) + 1 - s.first;
    return s;
}

tuft_frontend_clock tuft_frontend_clock_of(const tuft_frontend *frontend,
                                           const tuft_recording *recording)
{
    tuft_frontend_clock clock = {0, frontend->step_us > 0 ? frontend->step_us : 1};
    if (!recording->events.count)
        return clock;
    span s = span_of(frontend, &recording->events);
    clock.start_us = (double)s.first * s.bin_us;
    if (frontend->rule == TUFT_STEP_SHARE)
        clock.step_us = (double)s.length * s.bin_us / frontend->steps;
    return clock;
}

tuft_status tuft_frontend_cut(const tuft_frontend *frontend, tuft_geometry geometry,
                              const tuft_recording *recording, tuft_frontend_input *input,
                              tuft_error *err)
{
    tuft_geometry to = {0};
    tuft_status status = tuft_frontend_geometry(frontend, geometry, &to, err);
    const tuft_events *events = &recording->events;
    if (!status)
        status = TUFT_GROW(&input->seen, &input->seen_capacity, tuft_geometry_channels(to),
                           "channels", err);
    if (!status)
        status = TUFT_GROW(&input->step, &input->step_capacity, events->count, "steps", err);
    if (!status)
        status = TUFT_GROW(&input->channel, &input->channel_capacity, events->count, "spikes", err);
    if (status)
        return status;
    input->count = 0;
    input->steps = frontend->rule == TUFT_STEP_SHARE ? frontend->steps : 1;
    if (!events->count)
        return TUFT_OK;
    const span s = span_of(frontend, events);
    status = check_times(frontend, events, s.bin_us, recording->name, err);
    if (status)
        return status;
    if (frontend->rule == TUFT_STEP_LENGTH) {
        double steps = ceil((double)s.length * s.bin_us / frontend->step_us);
        if (steps > STEP_LIMIT)
            return tuft_fail(err, TUFT_INVALID, "%s: %g steps of %g us, expected at most %d",
                             recording->name, steps, frontend->step_us, STEP_LIMIT);
        input->steps = (int64_t)steps;
    }
    memset(input->seen, 0, tuft_geometry_channels(to) * sizeof *input->seen);
    int64_t current = -1;
    size_t step_begin = 0;
    for (size_t i = 0; i < events->count; i++) {
        uint32_t channel = see(frontend, geometry, to, events->channel[i]);
        if (channel == UINT32_MAX)
            continue;
        int64_t since = bins(s.bin_us, events->tick_us[i]) - s.first;
        int64_t step = frontend->rule == TUFT_STEP_SHARE
                           ? since * frontend->steps / s.length
                           : (int64_t)((double)since * s.bin_us / frontend->step_us);
        if (step >= input->steps) /* by rounding */
            step = input->steps - 1;
        if (step != current) {
            for (; step_begin < input->count; step_begin++)
                input->seen[input->channel[step_begin]] = 0;
            current = step;
        }
        if (frontend->events_per_step && input->seen[channel] >= frontend->events_per_step)
            continue;
        input->seen[channel]++;
        input->step[input->count] = step;
        input->channel[input->count++] = channel;
    }
    return TUFT_OK;
}
