#include "cells/multiplex.h"

#include "core/bursts.h"
#include "core/memory.h"
#include "core/spike_statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double tuft_slow_input_at(const tuft_slow_input *input, double t_ms)
{
    return input->mean + input->swing * sin(2 * M_PI * (t_ms / input->period_ms + input->phase));
}

static tuft_status check(const tuft_multiplex_settings *s, tuft_error *err)
{
    for (int e = 0; e < TUFT_RIG_ENDS; e++)
        if (!(s->input[e].period_ms > 0) || !isfinite(s->input[e].mean) ||
            !isfinite(s->input[e].swing) || !isfinite(s->input[e].phase))
            return tuft_fail(err, TUFT_INVALID, "input of period %g ms, mean %g, swing %g",
                             s->input[e].period_ms, s->input[e].mean, s->input[e].swing);
    if (!(s->update_ms >= s->rig.step_ms) || !(s->window_ms >= s->update_ms) ||
        !(s->burst_interval_ms >= s->rig.step_ms))
        return tuft_fail(err, TUFT_INVALID,
                         "update of %g ms, window of %g ms, burst interval of %g ms, expected a "
                         "step of %g ms or more, the window an update or more",
                         s->update_ms, s->window_ms, s->burst_interval_ms, s->rig.step_ms);
    if (!(s->warm_up_ms >= 0 && s->warm_up_ms <= 1e8 && s->duration_ms <= 1e8 &&
          s->duration_ms >= 2 * s->window_ms))
        return tuft_fail(err, TUFT_INVALID, "%g ms, expected two windows of %g ms or more",
                         s->duration_ms, s->window_ms);
    return TUFT_OK;
}

static tuft_status new_windows(tuft_multiplex *out, tuft_error *err)
{
    tuft_status status = TUFT_NEW(&out->time_ms, out->windows, "windows", err);
    for (int e = 0; !status && e < TUFT_RIG_ENDS; e++)
        status = TUFT_NEW(&out->input[e], out->windows, "windows", err);
    if (!status)
        status = TUFT_NEW(&out->event_rate_hz, out->windows, "windows", err);
    return status ? status : TUFT_NEW(&out->burst_probability, out->windows, "windows", err);
}

/* Both inputs of all cells as they go, to the end. */
static tuft_status drive(tuft_rig *rig, const tuft_multiplex_settings *s, tuft_error *err)
{
    double end = s->warm_up_ms + s->duration_ms, *value;
    tuft_status status = TUFT_NEW(&value, s->rig.cells, "inputs", err);
    for (double t = 0; !status && t < end; t += s->update_ms) {
        for (int e = 0; !status && e < TUFT_RIG_ENDS; e++) {
            double now = tuft_slow_input_at(&s->input[e], t + 0.5 * s->update_ms);
            for (uint32_t i = 0; i < s->rig.cells; i++)
                value[i] = now;
            status = tuft_rig_hold(rig, (tuft_rig_end)e, value, err);
        }
        if (!status)
            status = tuft_rig_run(rig, fmin(t + s->update_ms, end), err);
    }
    free(value);
    return status;
}

/* The mean of an input over a window. */
static double mean_over(const tuft_slow_input *input, double from_ms, double length_ms)
{
    enum { PARTS = 16 };
    double sum = 0;
    for (int k = 0; k < PARTS; k++)
        sum += tuft_slow_input_at(input, from_ms + length_ms * (k + 0.5) / PARTS);
    return sum / PARTS;
}

static tuft_status measure(tuft_multiplex *out, const tuft_spike_record *spikes,
                           const tuft_multiplex_settings *s, tuft_error *err)
{
    const double step = s->rig.step_ms;
    tuft_burst_events events = {0};
    tuft_burst_windows in = {0};
    int64_t *edge;
    uint64_t event_count = 0, burst_count = 0;
    tuft_status status = TUFT_NEW(&edge, (size_t)out->windows + 1, "windows", err);
    for (uint32_t w = 0; !status && w <= out->windows; w++)
        edge[w] = llround((s->warm_up_ms + w * s->window_ms) / step);
    if (!status)
        status = tuft_burst_events_find(&events, spikes, s->rig.cells,
                                        llround(s->burst_interval_ms / step), err);
    if (!status)
        status = tuft_burst_windows_new(&in, &events, s->rig.cells, edge, out->windows, step, err);
    for (uint32_t w = 0; !status && w < out->windows; w++) {
        out->time_ms[w] = (w + 0.5) * s->window_ms;
        out->event_rate_hz[w] = in.event_rate_hz[w];
        out->burst_probability[w] = in.burst_probability[w];
        event_count += in.events[w];
        burst_count += in.bursts[w];
        for (int e = 0; e < TUFT_RIG_ENDS; e++)
            out->input[e][w] =
                mean_over(&s->input[e], s->warm_up_ms + w * s->window_ms, s->window_ms);
    }
    out->mean_event_rate_hz =
        1000 * (double)event_count / (out->windows * s->window_ms) / s->rig.cells;
    out->mean_burst_probability = event_count ? (double)burst_count / (double)event_count : NAN;
    tuft_burst_windows_free(&in);
    tuft_burst_events_free(&events);
    free(edge);
    return status;
}

tuft_status tuft_multiplex_run(tuft_multiplex *out, const tuft_multiplex_settings *settings,
                               tuft_error *err)
{
    tuft_rig *rig = NULL;
    *out = (tuft_multiplex){0};
    tuft_status status = check(settings, err);
    if (status)
        return status;
    out->windows = (uint32_t)(settings->duration_ms / settings->window_ms + 1e-9);
    status = new_windows(out, err);
    if (!status)
        status = tuft_rig_new(&rig, &settings->rig, err);
    if (!status)
        status = drive(rig, settings, err);
    if (!status)
        status = measure(out, tuft_rig_spikes(rig), settings, err);
    tuft_rig_free(rig);
    if (status) {
        tuft_multiplex_free(out);
        return status;
    }
    const double *soma = out->input[TUFT_RIG_SOMA], *apical = out->input[TUFT_RIG_APICAL];
    out->event_soma = tuft_correlation(out->event_rate_hz, soma, out->windows);
    out->event_apical = tuft_correlation(out->event_rate_hz, apical, out->windows);
    out->burst_apical = tuft_correlation(out->burst_probability, apical, out->windows);
    out->burst_soma = tuft_correlation(out->burst_probability, soma, out->windows);
    out->inputs = tuft_correlation(soma, apical, out->windows);
    return TUFT_OK;
}

void tuft_multiplex_free(tuft_multiplex *multiplex)
{
    free(multiplex->time_ms);
    for (int e = 0; e < TUFT_RIG_ENDS; e++)
        free(multiplex->input[e]);
    free(multiplex->event_rate_hz);
    free(multiplex->burst_probability);
    *multiplex = (tuft_multiplex){0};
}
