#include "core/spike_statistics.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

enum { CV_LEAST_INTERVALS = 2 };

/* Of one cell: its latest spike, and the running mean and squared deviations of its intervals
 * (Welford 1962, Technometrics 4:419). */
typedef struct {
    int64_t latest;
    uint64_t spikes;
    double mean, squares;
} interval_state;

static tuft_status check_spike(const tuft_spike_record *spikes, size_t s, uint32_t cells,
                               tuft_error *err)
{
    if (spikes->cell[s] >= cells)
        return tuft_fail(err, TUFT_INVALID, "spike %zu is of cell %u, expected under %u", s,
                         spikes->cell[s], cells);
    if (s && spikes->tick[s] < spikes->tick[s - 1])
        return tuft_fail(err, TUFT_INVALID, "spike %zu at tick %lld follows one at tick %lld", s,
                         (long long)spikes->tick[s], (long long)spikes->tick[s - 1]);
    return TUFT_OK;
}

static void settle(tuft_spike_statistics *out, const interval_state *state, uint32_t cells)
{
    double cv = 0, mean = 0;
    for (uint32_t i = 0; i < cells; i++) {
        uint64_t n = state[i].spikes ? state[i].spikes - 1 : 0;
        out->active_cells += state[i].spikes > 0;
        out->spikes += state[i].spikes;
        out->intervals += n;
        mean += (double)n * state[i].mean;
        if (n < CV_LEAST_INTERVALS)
            continue;
        out->interval_cells++;
        cv += state[i].mean > 0 ? sqrt(state[i].squares / (double)(n - 1)) / state[i].mean : 0;
    }
    out->interval_mean_ms = out->intervals ? mean / (double)out->intervals : (double)NAN;
    out->interval_cv = out->interval_cells ? cv / (double)out->interval_cells : (double)NAN;
}

tuft_status tuft_spike_statistics_of(tuft_spike_statistics *out, const tuft_spike_record *spikes,
                                     uint32_t cells, int64_t begin, int64_t end, double tick_ms,
                                     tuft_error *err)
{
    interval_state *state;
    *out = (tuft_spike_statistics){0};
    if (end <= begin || !cells || !(tick_ms > 0))
        return tuft_fail(err, TUFT_INVALID, "%u cells from tick %lld to %lld, expected some time",
                         cells, (long long)begin, (long long)end);
    tuft_status status = TUFT_NEW(&state, cells, "intervals", err);
    for (size_t s = 0; !status && s < spikes->count; s++) {
        status = check_spike(spikes, s, cells, err);
        if (status || spikes->tick[s] < begin || spikes->tick[s] >= end)
            continue;
        interval_state *of = &state[spikes->cell[s]];
        if (of->spikes++) {
            double interval = tick_ms * (double)(spikes->tick[s] - of->latest);
            double off = interval - of->mean;
            of->mean += off / (double)(of->spikes - 1);
            of->squares += off * (interval - of->mean);
        }
        of->latest = spikes->tick[s];
    }
    if (!status) {
        settle(out, state, cells);
        out->rate_hz =
            1e3 * (double)out->spikes / ((double)cells * tick_ms * (double)(end - begin));
    }
    free(state);
    return status;
}

tuft_status tuft_spike_intervals(const tuft_spike_record *spikes, uint32_t cells, double tick_ms,
                                 double **interval_ms, size_t *count, tuft_error *err)
{
    int64_t *latest; /* of each cell, its last tick and one; 0: none yet */
    *interval_ms = NULL;
    *count = 0;
    tuft_status status = TUFT_NEW(&latest, cells, "cells", err);
    if (!status)
        status = TUFT_NEW(interval_ms, spikes->count, "intervals", err);
    for (size_t s = 0; !status && s < spikes->count; s++) {
        status = check_spike(spikes, s, cells, err);
        if (status)
            break;
        int64_t *last = &latest[spikes->cell[s]];
        if (*last)
            (*interval_ms)[(*count)++] = tick_ms * (double)(spikes->tick[s] + 1 - *last);
        *last = spikes->tick[s] + 1;
    }
    free(latest);
    if (status) {
        free(*interval_ms);
        *interval_ms = NULL;
        *count = 0;
    }
    return status;
}

tuft_status tuft_spike_rates(const tuft_spike_record *spikes, uint32_t cells, const int64_t *edge,
                             uint32_t windows, double tick_ms, double *rate_hz, tuft_error *err)
{
    if (!cells || !windows || !(tick_ms > 0))
        return tuft_fail(err, TUFT_INVALID, "%u windows of %u cells, expected 1 or more", windows,
                         cells);
    uint32_t w = 0;
    for (uint32_t i = 0; i < windows; i++) {
        if (edge[i] >= edge[i + 1])
            return tuft_fail(err, TUFT_INVALID, "window %u runs from tick %lld to %lld", i,
                             (long long)edge[i], (long long)edge[i + 1]);
        rate_hz[i] = 0;
    }
    for (size_t s = 0; s < spikes->count; s++) {
        tuft_status status = check_spike(spikes, s, cells, err);
        if (status)
            return status;
        while (w < windows && spikes->tick[s] >= edge[w + 1])
            w++;
        if (w == windows)
            break;
        rate_hz[w] += spikes->tick[s] >= edge[w];
    }
    for (w = 0; w < windows; w++)
        rate_hz[w] *= 1e3 / ((double)cells * tick_ms * (double)(edge[w + 1] - edge[w]));
    return TUFT_OK;
}

double tuft_correlation(const double *x, const double *y, size_t count)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i]))
            continue;
        n++;
        double dx = x[i] - mx, dy = y[i] - my;
        mx += dx / (double)n;
        my += dy / (double)n;
        xx += dx * (x[i] - mx);
        yy += dy * (y[i] - my);
        xy += dx * (y[i] - my);
    }
    return n > 1 && xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : (double)NAN;
}
