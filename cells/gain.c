#include "cells/gain.h"

#include "core/memory.h"
#include "core/philox.h"

#include <math.h>
#include <stdlib.h>

double tuft_gain_slope(const double *x, const double *y, size_t n)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return xx > 0 ? xy / xx : NAN;
}

/* The points of one curve in the range, and where its resampled slopes go. */
typedef struct {
    uint32_t n, *index; /* of the somatic inputs */
    double *x, *y;
    double *slope; /* [resamples] */
} curve;

static void curve_free(curve *c)
{
    free(c->index);
    free(c->x);
    free(c->y);
    free(c->slope);
}

static tuft_status curve_new(curve *c, const tuft_sweep *sweep, const double *soma, uint32_t a,
                             const tuft_gain_settings *s, tuft_error *err)
{
    tuft_status status = TUFT_NEW(&c->index, sweep->somas, "points", err);
    if (!status)
        status = TUFT_NEW(&c->x, sweep->somas, "points", err);
    if (!status)
        status = TUFT_NEW(&c->y, sweep->somas, "points", err);
    if (!status)
        status = TUFT_NEW(&c->slope, s->resamples, "resamples", err);
    for (uint32_t i = 0; !status && i < sweep->somas; i++) {
        double rate = tuft_sweep_at(sweep, a, i).rate_hz.mean;
        if (!(rate >= s->rate_from_hz && rate <= s->rate_to_hz))
            continue;
        c->index[c->n] = i;
        c->x[c->n] = soma[i];
        c->y[c->n++] = rate;
    }
    return status;
}

static void resample(curve *c, const tuft_sweep *sweep, uint32_t a, const tuft_gain_settings *s)
{
    tuft_random random = tuft_random_stream(s->seed, TUFT_RANDOM_GENERATOR, a);
    for (uint32_t b = 0; b < s->resamples; b++) {
        for (uint32_t k = 0; k < c->n; k++) {
            const tuft_sweep_cell *cell =
                &sweep->cell[((size_t)a * sweep->somas + c->index[k]) * sweep->repeats];
            double spikes = 0;
            for (uint32_t r = 0; r < sweep->repeats; r++)
                spikes += (double)cell[tuft_random_below(&random, sweep->repeats)].spikes;
            c->y[k] = 1000 * spikes / sweep->repeats / sweep->duration_ms;
        }
        c->slope[b] = tuft_gain_slope(c->x, c->y, c->n);
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void percentiles(double *value, uint32_t n, double *low, double *high)
{
    qsort(value, n, sizeof *value, ascending);
    *low = value[(uint32_t)(0.025 * (n - 1))];
    *high = value[(uint32_t)ceil(0.975 * (n - 1))];
}

static void conclude(curve *c, uint32_t count, const tuft_gain_settings *s, tuft_gain *gain,
                     double *work)
{
    const curve *reference = &c[s->reference];
    for (uint32_t a = 0; a < count; a++) {
        tuft_gain *g = &gain[a];
        if (g->points < 3)
            continue;
        for (uint32_t b = 0; b < s->resamples; b++)
            work[b] = c[a].slope[b];
        percentiles(work, s->resamples, &g->low, &g->high);
        if (gain[s->reference].points < 3)
            continue;
        g->ratio = g->slope / gain[s->reference].slope;
        g->ratio_low = g->ratio_high = g->ratio;
        if (a == s->reference)
            continue;
        for (uint32_t b = 0; b < s->resamples; b++)
            work[b] = c[a].slope[b] / reference->slope[b];
        percentiles(work, s->resamples, &g->ratio_low, &g->ratio_high);
    }
}

tuft_status tuft_gain_estimate(const tuft_sweep *sweep, const double *soma,
                               const tuft_gain_settings *settings, tuft_gain *gain, tuft_error *err)
{
    curve *curves;
    double *work = NULL;
    if (settings->resamples < 100 || settings->reference >= sweep->apicals ||
        !(settings->rate_from_hz < settings->rate_to_hz))
        return tuft_fail(err, TUFT_INVALID, "gain between %g and %g Hz from %u resamples",
                         settings->rate_from_hz, settings->rate_to_hz, settings->resamples);
    tuft_status status = TUFT_NEW(&curves, sweep->apicals, "curves", err);
    if (!status)
        status = TUFT_NEW(&work, settings->resamples, "resamples", err);
    for (uint32_t a = 0; !status && a < sweep->apicals; a++) {
        curve *c = &curves[a];
        status = curve_new(c, sweep, soma, a, settings, err);
        if (status)
            break;
        gain[a] = (tuft_gain){c->n, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
        if (c->n < 3)
            continue;
        gain[a].from = c->x[0];
        gain[a].to = c->x[c->n - 1];
        gain[a].slope = tuft_gain_slope(c->x, c->y, c->n);
        resample(c, sweep, a, settings);
    }
    if (!status)
        conclude(curves, sweep->apicals, settings, gain, work);
    for (uint32_t a = 0; curves && a < sweep->apicals; a++)
        curve_free(&curves[a]);
    free(curves);
    free(work);
    return status;
}
