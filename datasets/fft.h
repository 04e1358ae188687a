/* Fourier transforms of real signals, single precision, by FFTW.
 *
 * A plan is made once an object, by FFTW_ESTIMATE, so that results repeat; after that it is
 * constant and any number of threads may use it. FFTW's planner is guarded against OpenMP threads.
 */
#ifndef TUFT_DATASETS_FFT_H
#define TUFT_DATASETS_FFT_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct tuft_fft tuft_fft;

enum { TUFT_FFT_LIMIT = 1 << 26 };

/* size samples, 2 .. TUFT_FFT_LIMIT; size / 2 + 1 bins. */
tuft_status tuft_fft_new(tuft_fft **out, uint32_t size, tuft_error *err);
void tuft_fft_free(tuft_fft *fft);
uint32_t tuft_fft_size(const tuft_fft *fft);
uint32_t tuft_fft_bins(const tuft_fft *fft);

/* Arrays come from tuft_array_new (their alignment is part of the plan) and do not overlap; the
 * input keeps its values. Neither direction scales: the inverse of the forward transform is size
 * times the signal. */
void tuft_fft_forward(const tuft_fft *fft, const float *sample, float _Complex *spectrum);
void tuft_fft_inverse(const tuft_fft *fft, const float _Complex *spectrum, float *sample);

#endif
