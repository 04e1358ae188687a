#include "lsm/interval.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

static tuft_status check_level(double level, tuft_error *err)
{
    if (!(level > 0 && level < 1))
        return tuft_fail(err, TUFT_INVALID, "interval: level %g, expected between 0 and 1", level);
    return TUFT_OK;
}

tuft_status tuft_interval_mean(const double *value, size_t n, double level, tuft_interval *out,
                               tuft_error *err)
{
    *out = (tuft_interval){0};
    tuft_status status = check_level(level, err);
    if (!status && n < 2)
        status = tuft_fail(err, TUFT_INVALID, "interval: %zu values, expected at least 2", n);
    double sum = 0, square = 0;
    for (size_t i = 0; i < n && !status; i++) {
        if (!isfinite(value[i]))
            status = tuft_fail(err, TUFT_NUMERIC,
                               "interval: value %zu is %g, expected a finite number", i, value[i]);
        sum += value[i];
    }
    if (status)
        return status;
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        square += (value[i] - mean) * (value[i] - mean);
    double sd = sqrt(square / (double)(n - 1));
    double half = gsl_cdf_tdist_Pinv(0.5 + level / 2, (double)(n - 1)) * sd / sqrt((double)n);
    *out = (tuft_interval){n, mean, sd, mean - half, mean + half};
    return TUFT_OK;
}

tuft_status tuft_interval_share(size_t right, size_t n, double level, tuft_interval *out,
                                tuft_error *err)
{
    *out = (tuft_interval){0};
    tuft_status status = check_level(level, err);
    if (!status && (n == 0 || right > n))
        status = tuft_fail(err, TUFT_INVALID,
                           "interval: %zu right of %zu, expected at least 1 and no more right",
                           right, n);
    if (status)
        return status;
    double z = gsl_cdf_ugaussian_Pinv(0.5 + level / 2), count = (double)n;
    double p = (double)right / count, shrink = 1 + z * z / count;
    double centre = (p + z * z / (2 * count)) / shrink;
    double half = z * sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / shrink;
    /* At the ends the interval touches 0 or 1 exactly; rounding must not say otherwise. */
    *out = (tuft_interval){n, p, sqrt(p * (1 - p)), right == 0 ? 0 : fmax(centre - half, 0),
                           right == n ? 1 : fmin(centre + half, 1)};
    return TUFT_OK;
}
