#include "cells/sweep.h"

#include "core/bursts.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

static tuft_status check(const tuft_sweep_settings *s, tuft_error *err)
{
    double cells = (double)s->somas * s->apicals * s->repeats;
    if (!(cells >= 1 && cells <= 1e7))
        return tuft_fail(err, TUFT_INVALID,
                         "%u x %u inputs, %u cells each, expected 1 to 1e7 cells", s->somas,
                         s->apicals, s->repeats);
    if (!(s->warm_up_ms >= 0) || !(s->duration_ms > 0) || !(s->warm_up_ms + s->duration_ms <= 1e9))
        return tuft_fail(err, TUFT_INVALID, "%g ms after a warm-up of %g ms, expected over 0",
                         s->duration_ms, s->warm_up_ms);
    if (!(s->burst_interval_ms >= s->rig.step_ms))
        return tuft_fail(err, TUFT_INVALID, "burst interval of %g ms, expected a step or more",
                         s->burst_interval_ms);
    return TUFT_OK;
}

static tuft_status hold(tuft_rig *rig, const tuft_sweep_settings *s, uint32_t cells,
                        tuft_error *err)
{
    double *value;
    tuft_status status = TUFT_NEW(&value, cells, "inputs", err);
    for (uint32_t i = 0; !status && i < cells; i++)
        value[i] = s->soma[i / s->repeats % s->somas];
    if (!status)
        status = tuft_rig_hold(rig, TUFT_RIG_SOMA, value, err);
    for (uint32_t i = 0; !status && s->apical && i < cells; i++)
        value[i] = s->apical[i / s->repeats / s->somas];
    if (!status && s->apical)
        status = tuft_rig_hold(rig, TUFT_RIG_APICAL, value, err);
    free(value);
    return status;
}

static tuft_status count(tuft_sweep *out, const tuft_spike_record *spikes,
                         const tuft_sweep_settings *s, uint32_t cells, tuft_error *err)
{
    const double step = s->rig.step_ms;
    const int64_t begin = (int64_t)llround(s->warm_up_ms / step);
    int64_t *last;
    tuft_burst_events events = {0};
    tuft_status status = TUFT_NEW(&last, cells, "spikes", err);
    for (uint32_t i = 0; !status && i < cells; i++)
        last[i] = -1;
    for (size_t k = 0; !status && k < spikes->count; k++) {
        tuft_sweep_cell *cell = &out->cell[spikes->cell[k]];
        if (spikes->tick[k] < begin)
            continue;
        if (last[spikes->cell[k]] >= 0) {
            double interval = (double)(spikes->tick[k] - last[spikes->cell[k]]) * step;
            cell->intervals++;
            cell->interval_sum += interval;
            cell->interval_squares += interval * interval;
        }
        last[spikes->cell[k]] = spikes->tick[k];
        cell->spikes++;
    }
    if (!status)
        status = tuft_burst_events_find(&events, spikes, cells,
                                        (int64_t)llround(s->burst_interval_ms / step), err);
    for (size_t k = 0; !status && k < events.count; k++) {
        if (events.event[k].begin < begin)
            continue;
        out->cell[events.event[k].cell].events++;
        out->cell[events.event[k].cell].bursts += events.event[k].spikes > 1;
    }
    tuft_burst_events_free(&events);
    free(last);
    return status;
}

tuft_status tuft_sweep_run(tuft_sweep *out, const tuft_sweep_settings *settings, tuft_error *err)
{
    tuft_rig_settings on = settings->rig;
    tuft_rig *rig = NULL;
    *out = (tuft_sweep){settings->somas, settings->apicals, settings->repeats,
                        settings->duration_ms, NULL};
    tuft_status status = check(settings, err);
    if (status)
        return status;
    on.cells = settings->somas * settings->apicals * settings->repeats;
    status = TUFT_NEW(&out->cell, on.cells, "cells", err);
    if (!status)
        status = tuft_rig_new(&rig, &on, err);
    if (!status)
        status = hold(rig, settings, on.cells, err);
    if (!status)
        status = tuft_rig_run(rig, settings->warm_up_ms + settings->duration_ms, err);
    if (!status)
        status = count(out, tuft_rig_spikes(rig), settings, on.cells, err);
    tuft_rig_free(rig);
    if (status)
        tuft_sweep_free(out);
    return status;
}

void tuft_sweep_free(tuft_sweep *sweep)
{
    free(sweep->cell);
    *sweep = (tuft_sweep){0};
}

static tuft_sweep_value value_of(double sum, double squares, uint32_t n)
{
    double mean = sum / n;
    if (n < 2)
        return (tuft_sweep_value){mean, NAN, NAN};
    double half = 1.96 * sqrt(fmax(squares / n - mean * mean, 0) / (n - 1));
    return (tuft_sweep_value){mean, mean - half, mean + half};
}

/* The interval of sum(b) / sum(e) over cells (Cochran 1977, Sampling Techniques, eq. 6.13). */
static tuft_sweep_value ratio_of(const tuft_sweep_cell *cell, uint32_t n)
{
    double events = 0, bursts = 0, squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        events += (double)cell[i].events;
        bursts += (double)cell[i].bursts;
    }
    tuft_sweep_value value = {events > 0 ? bursts / events : NAN, NAN, NAN};
    for (uint32_t i = 0; i < n; i++) {
        double residue = (double)cell[i].bursts - value.mean * (double)cell[i].events;
        squares += residue * residue;
    }
    if (n < 2 || !(events > 0))
        return value;
    double half = 1.96 * sqrt(squares * n / (n - 1.0)) / events;
    value.low = fmax(value.mean - half, 0);
    value.high = fmin(value.mean + half, 1);
    return value;
}

tuft_sweep_point tuft_sweep_at(const tuft_sweep *sweep, uint32_t apical, uint32_t soma)
{
    uint32_t n = sweep->repeats;
    const tuft_sweep_cell *cell = &sweep->cell[((size_t)apical * sweep->somas + soma) * n];
    double sum = 0, squares = 0, events = 0, event_squares = 0;
    double intervals = 0, interval_sum = 0, interval_squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        double rate = 1000 * (double)cell[i].spikes / sweep->duration_ms;
        double event_rate = 1000 * (double)cell[i].events / sweep->duration_ms;
        sum += rate;
        squares += rate * rate;
        events += event_rate;
        event_squares += event_rate * event_rate;
        intervals += (double)cell[i].intervals;
        interval_sum += cell[i].interval_sum;
        interval_squares += cell[i].interval_squares;
    }
    double mean = interval_sum / intervals;
    double variance = fmax(interval_squares / intervals - mean * mean, 0);
    return (tuft_sweep_point){
        .rate_hz = value_of(sum, squares, n),
        .event_rate_hz = value_of(events, event_squares, n),
        .burst_probability = ratio_of(cell, n),
        .cv = intervals > 1 ? sqrt(variance) / mean : NAN,
    };
}
