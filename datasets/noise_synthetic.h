/* Noises made here, where no recordings are at hand. */
#ifndef TUFT_DATASETS_NOISE_SYNTHETIC_H
#define TUFT_DATASETS_NOISE_SYNTHETIC_H

#include "datasets/noise.h"

/* The two sides have no kind in common.
 * Training: white; pink (-3 dB an octave); speech-shaped (flat to 500 Hz, then falling); babble
 * (six talkers of digits, datasets/formant.h); machine (harmonics of a motor, under a rumble,
 * pulsing). Testing: wind (-6 dB an octave, gusts); clatter (blows on ringing things, at random);
 * siren (sweeping harmonics); chatter (two talkers); traffic (noise of a narrow band that comes and
 * goes). */
typedef enum { TUFT_NOISES_FOR_TRAINING, TUFT_NOISES_FOR_TESTING } tuft_noise_side;

/* The noises of a side, each of so many seconds and RMS 0.1, in order of name. TUFT_INVALID: under
 * 1 or over 600 s. On failure *out is zeroed. */
tuft_status tuft_noise_synthesise(tuft_noise_side side, double seconds, uint64_t seed,
                                  tuft_noise_library *out, tuft_error *err);

#endif
