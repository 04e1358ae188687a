#include "cells/lag_study.h"

#include "core/bursts.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

static tuft_status check(const tuft_lag_settings *s, tuft_error *err)
{
    double cells = ((double)s->lags + 2) * s->repeats;
    if (!(cells >= 3 && cells <= 1e7))
        return tuft_fail(err, TUFT_INVALID, "%u lags of %u cells, expected 1 to 1e7 cells", s->lags,
                         s->repeats);
    if (!(s->before_ms >= 0 && s->before_ms <= 1e6 && s->after_ms > 0 && s->after_ms <= 1e6))
        return tuft_fail(err, TUFT_INVALID, "%g ms before and %g ms after, expected over 0",
                         s->before_ms, s->after_ms);
    if (!(s->burst_interval_ms >= s->rig.step_ms))
        return tuft_fail(err, TUFT_INVALID, "burst interval of %g ms, expected a step or more",
                         s->burst_interval_ms);
    for (uint32_t i = 0; i < s->lags; i++)
        if (!(fabs(s->lag_ms[i]) <= s->before_ms))
            return tuft_fail(err, TUFT_INVALID, "lag of %g ms, expected -%g to %g", s->lag_ms[i],
                             s->before_ms, s->before_ms);
    return TUFT_OK;
}

/* Cells of lag 0, of lag 1, ..., soma alone, apical alone. */
static tuft_status schedule(tuft_rig *rig, const tuft_lag_settings *s, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (uint32_t group = 0; group < s->lags + 2; group++)
        for (uint32_t r = 0; !status && r < s->repeats; r++) {
            uint32_t cell = group * s->repeats + r;
            double lag = group < s->lags ? s->lag_ms[group] : 0;
            if (group != s->lags + 1)
                status = tuft_rig_event(rig, TUFT_RIG_SOMA, cell, s->before_ms, err);
            if (!status && group != s->lags)
                status = tuft_rig_event(rig, TUFT_RIG_APICAL, cell, s->before_ms + lag, err);
        }
    return status;
}

static tuft_status count(tuft_lag_outcome *group, const tuft_spike_record *spikes,
                         const tuft_lag_settings *s, uint32_t cells, tuft_error *err)
{
    tuft_burst_events events;
    uint8_t *burst = NULL;
    tuft_status status = tuft_burst_events_find(
        &events, spikes, cells, llround(s->burst_interval_ms / s->rig.step_ms), err);
    if (!status)
        status = TUFT_NEW(&burst, cells, "bursts", err);
    for (size_t k = 0; !status && k < events.count; k++) {
        uint32_t cell = events.event[k].cell;
        group[cell / s->repeats].spikes += (double)events.event[k].spikes / s->repeats;
        burst[cell] |= events.event[k].spikes > 1;
    }
    for (uint32_t i = 0; !status && i < cells; i++)
        group[i / s->repeats].burst += (double)burst[i] / s->repeats;
    tuft_burst_events_free(&events);
    free(burst);
    return status;
}

tuft_status tuft_lag_study_run(tuft_lag_study *out, const tuft_lag_settings *settings,
                               tuft_error *err)
{
    tuft_rig_settings on = settings->rig;
    tuft_rig *rig = NULL;
    *out = (tuft_lag_study){.lags = settings->lags};
    tuft_status status = check(settings, err);
    if (status)
        return status;
    on.cells = (settings->lags + 2) * settings->repeats;
    status = TUFT_NEW(&out->paired, (size_t)settings->lags + 2, "outcomes", err);
    if (!status)
        status = tuft_rig_new(&rig, &on, err);
    if (!status)
        status = schedule(rig, settings, err);
    if (!status)
        status = tuft_rig_run(rig, 2 * settings->before_ms + settings->after_ms, err);
    if (!status)
        status = count(out->paired, tuft_rig_spikes(rig), settings, on.cells, err);
    tuft_rig_free(rig);
    if (status) {
        tuft_lag_study_free(out);
        return status;
    }
    out->soma_alone = out->paired[settings->lags];
    out->apical_alone = out->paired[settings->lags + 1];
    return TUFT_OK;
}

void tuft_lag_study_free(tuft_lag_study *pairing)
{
    free(pairing->paired);
    *pairing = (tuft_lag_study){0};
}
