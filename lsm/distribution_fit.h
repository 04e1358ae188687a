/* A distribution fitted to measured values: normal or lognormal, to their histogram.
 *
 * Counts of equal bins against n times the distribution's mass in each bin (not its density in the
 * middle), weights 1 / max(1, expected count of the start), Levenberg-Marquardt (GSL
 * multifit_nlinear) from the moments. Parameters come with standard errors; how good it is with
 * chi^2 a degree of freedom and Kolmogorov's distance, the largest between the two cumulative
 * distributions.
 */
#ifndef TUFT_LSM_DISTRIBUTION_FIT_H
#define TUFT_LSM_DISTRIBUTION_FIT_H

#include "core/status.h"

#include <stddef.h>

typedef enum { TUFT_FIT_NORMAL, TUFT_FIT_LOGNORMAL } tuft_fit_kind;

typedef struct {
    tuft_fit_kind kind;
    size_t count;                /* values in it; lognormal: only those above 0 */
    double centre, spread;       /* normal: mean, sd; lognormal: of the logarithm */
    double centre_se, spread_se; /* standard errors */
    double mean, sd;             /* of the fitted distribution itself */
    double chi2;                 /* a degree of freedom */
    double distance;             /* Kolmogorov */
} tuft_fit;

/* TUFT_INVALID: fewer than 50 values, or values that are all alike; TUFT_NUMERIC: no fit. */
tuft_status tuft_distribution_fit(tuft_fit *out, tuft_fit_kind kind, const double *value,
                                  size_t count, tuft_error *err);
/* Density of the fitted distribution. */
double tuft_fit_density(const tuft_fit *fit, double x);

#endif
