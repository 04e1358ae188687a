/* The gain of f-I curves: the slope of the rate over the somatic input, by least squares over the
 * points at which the mean rate lies in a given range, and the ratio of the slopes of two curves.
 *
 * Intervals are percentiles over resamples of the cells of each point (bootstrap: Efron &
 * Tibshirani 1993, ch. 13); the points of the range stay those of the whole sample. */
#ifndef TUFT_CELLS_GAIN_H
#define TUFT_CELLS_GAIN_H

#include "cells/sweep.h"

/* Least squares through n points; NaN below two, or where all x are alike. */
double tuft_gain_slope(const double *x, const double *y, size_t n);

typedef struct {
    uint32_t points;                     /* of the curve in the range; below 3 the rest is NaN */
    double from, to;                     /* the least and the greatest input among them */
    double slope, low, high;             /* Hz per unit of input, with its interval of 95 % */
    double ratio, ratio_low, ratio_high; /* to the slope of the reference curve */
} tuft_gain;

typedef struct {
    double rate_from_hz, rate_to_hz;
    uint32_t reference; /* apical index of the curve to compare with */
    uint32_t resamples; /* 100 or more */
    uint64_t seed;
} tuft_gain_settings;

/* gain[sweep->apicals]; soma[sweep->somas] as in the sweep. */
tuft_status tuft_gain_estimate(const tuft_sweep *sweep, const double *soma,
                               const tuft_gain_settings *settings, tuft_gain *gain,
                               tuft_error *err);

#endif
