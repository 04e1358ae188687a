/* Short-time Fourier transform and resynthesis by weighted overlap-add.
 *
 * Analysis and synthesis use the same window; what overlaps is divided by the sum of the squared
 * windows (Griffin & Lim, IEEE Trans. ASSP 32:236 (1984), eq. 6), so that an unchanged spectrum
 * gives the signal back for every hop at which that sum has no zero. Frame f holds the samples
 * from f hop - (window - hop) on, zeros standing before the first sample and after the last: every
 * sample lies in as many frames as any other.
 */
#ifndef TUFT_DATASETS_STFT_H
#define TUFT_DATASETS_STFT_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* Periodic: 0.5 - 0.5 cos(2 pi i / window), or its square root. */
typedef enum { TUFT_WINDOW_SQRT_HANN, TUFT_WINDOW_HANN } tuft_window_kind;

typedef struct {
    uint32_t window, hop; /* samples; 1 <= hop <= window, window even, 2 .. 1 << 20 */
    tuft_window_kind kind;
} tuft_stft_config;

/* A window of so many ms (to the nearest even number of samples) of which a share of overlap, 0 to
 * 1, is common to one frame and the next: (16000, 16, 0.625) is 256 samples every 96. */
tuft_stft_config tuft_stft_config_ms(double rate_hz, double window_ms, double overlap,
                                     tuft_window_kind kind);

typedef struct tuft_stft tuft_stft;

/* Constant once made: threads may share it. TUFT_INVALID: sizes out of range, or a hop at which the
 * sum of squared windows falls below a thousandth of its largest value. */
tuft_status tuft_stft_new(tuft_stft **out, const tuft_stft_config *config, tuft_error *err);
void tuft_stft_free(tuft_stft *stft);

const tuft_stft_config *tuft_stft_configuration(const tuft_stft *stft);
/* window / 2 + 1 */
uint32_t tuft_stft_bins(const tuft_stft *stft);
/* floor((n - 1 + window - hop) / hop) + 1; none of no sample. */
size_t tuft_stft_frames(const tuft_stft *stft, size_t n);

/* spectrum[frames][bins] of sample[n], not scaled. */
tuft_status tuft_stft_analyse(const tuft_stft *stft, const float *sample, size_t n,
                              float _Complex *spectrum, tuft_error *err);
/* sample[n] of spectrum[frames][bins]; frames is that of n samples. */
tuft_status tuft_stft_synthesise(const tuft_stft *stft, const float _Complex *spectrum,
                                 size_t frames, float *sample, size_t n, tuft_error *err);

/* power[count] = |spectrum|^2 */
void tuft_stft_power(const float _Complex *spectrum, size_t count, float *power);

/* The same a hop at a time. A sample comes back window samples after the block it arrived in had
 * begun: the block that stream_pull gives with the k-th frame begins window - hop samples before
 * the k-th block pushed (the first window - hop samples that come are from before the signal). One
 * thread a stream; stft is borrowed. */
typedef struct tuft_stft_stream tuft_stft_stream;

tuft_status tuft_stft_stream_new(tuft_stft_stream **out, const tuft_stft *stft, tuft_error *err);
void tuft_stft_stream_free(tuft_stft_stream *stream);
/* sample[hop] in, frame[bins] out. */
void tuft_stft_stream_push(tuft_stft_stream *stream, const float *sample, float _Complex *frame);
/* frame[bins] in, sample[hop] out. */
void tuft_stft_stream_pull(tuft_stft_stream *stream, const float _Complex *frame, float *sample);
/* Samples between a block's beginning and its return: window. */
uint32_t tuft_stft_latency(const tuft_stft *stft);

#endif
