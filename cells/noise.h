/* Background noise: an Ornstein-Uhlenbeck current for each cell, or two of them.
 *
 *     x(t + h) = a x(t) + sd sqrt(1 - a^2) z,    a = exp(-h / tau),    x(0) = 0
 *
 * which has standard deviation sd and correlation exp(-|s| / tau), whatever the step h. z, of mean
 * 0 and variance 1, is the sum of eight random bytes: its excess kurtosis is -0.15, that of x is
 * -0.15 tanh(h / tau), so that x is normal for all purposes when h is short beside tau.
 *
 * The bytes of a cell's step k are block k of the Philox stream (seed, NOISE, stream << 32 | cell):
 * words 0 and 1 for the first current, 2 and 3 for the second.
 */
#ifndef TUFT_CELLS_NOISE_H
#define TUFT_CELLS_NOISE_H

#include <stdint.h>

typedef struct {
    float decay, scale; /* a; of the sum of the bytes, centred */
} tuft_noise_law;

/* sd 0 or more, tau over 0. */
tuft_noise_law tuft_noise_law_of(double sd, double tau_ms, double step_ms);

/* Whose noise it is. */
typedef struct {
    uint64_t seed;
    uint32_t stream; /* a population */
    tuft_noise_law law[2];
} tuft_noise;

/* One step, the step-th (from 0), of cells first .. first + n - 1: x[i] and y[i] belong to cell
 * first + i. */
void tuft_noise_step(const tuft_noise *noise, uint64_t step, uint32_t first, uint32_t n, float *x,
                     float *y);

#endif
