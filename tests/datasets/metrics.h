/* The recordings with published scores, and small signals of our own. */
#ifndef TUFT_TESTS_DATASETS_METRICS_H
#define TUFT_TESTS_DATASETS_METRICS_H

#include <stddef.h>

/* Path of a file of the data's folder `metrics`; skips the test where it is not there. */
const char *metrics_path(const char *name, char path[4096]);
/* Samples of one of them, the caller's; fails the test if it cannot be read. */
float *metrics_read(const char *name, size_t *n, double *rate_hz);
/* A score of the pair whose degraded file is `degraded`; NaN where there is none. */
double metrics_expected(const char *degraded, const char *score);

/* n samples like speech: bursts of a harmonic tone of changing pitch and loudness with gaps, from
 * `seed` alone. The caller's. */
float *metrics_voice(size_t n, double rate_hz, unsigned seed);
/* a + gain x white noise of power 1 from `seed`; the caller's. */
float *metrics_noisy(const float *a, size_t n, double gain, unsigned seed);

#endif
