/* Another sample rate by a polyphase windowed sinc.
 *
 * The low-pass of Octave's resample(), which STOI's authors and pystoi use: a Kaiser window for 60
 * dB of rejection, a stop band from half the lower rate, a transition of a tenth of it (Kaiser's
 * formulas: Oppenheim & Schafer, Discrete-Time Signal Processing, 7.5.3). Linear phase, its delay
 * taken out: sample i of the output is the signal at i / to.
 */
#ifndef TUFT_DATASETS_RESAMPLE_H
#define TUFT_DATASETS_RESAMPLE_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* out[ceil(n to / from)], the caller's to free. Rates are whole Hz, 1 to 768000, whose ratio in
 * lowest terms has no part above 48000. */
tuft_status tuft_resample(const float *sample, size_t n, uint32_t from_hz, uint32_t to_hz,
                          float **out, size_t *out_n, tuft_error *err);

#endif
