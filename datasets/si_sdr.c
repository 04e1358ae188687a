#include "datasets/si_sdr.h"

#include <math.h>

static const double limit_db = 100.0;

static double mean_of(const float *sample, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += sample[i];
    return n ? sum / (double)n : 0.0;
}

tuft_status tuft_si_sdr(const float *clean, const float *degraded, size_t n, double *db,
                        tuft_error *err)
{
    double cross = 0.0, power = 0.0, target = 0.0, residue = 0.0;
    double clean_mean = mean_of(clean, n), degraded_mean = mean_of(degraded, n);
    for (size_t i = 0; i < n; i++) {
        cross += (degraded[i] - degraded_mean) * (clean[i] - clean_mean);
        power += (clean[i] - clean_mean) * (clean[i] - clean_mean);
    }
    if (!(power > 0.0))
        return tuft_fail(err, TUFT_INVALID, "the clean signal is silent (%zu samples)", n);
    for (size_t i = 0; i < n; i++) {
        double wanted = cross / power * (clean[i] - clean_mean);
        double rest = wanted - (degraded[i] - degraded_mean);
        target += wanted * wanted;
        residue += rest * rest;
    }
    double ratio = 10.0 * (log10(target) - log10(residue));
    if (isnan(ratio)) /* nothing at all comes out: neither target nor residue */
        ratio = -limit_db;
    *db = fmin(limit_db, fmax(-limit_db, ratio));
    return TUFT_OK;
}
