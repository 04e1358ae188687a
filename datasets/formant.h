/* Speech by formant synthesis, with nothing outside Tuft: phones, and the English digits.
 * Source of the scheme: Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67:971
 * (1980): glottal pulses through four resonators in cascade, noise through one beside them.
 */
#ifndef TUFT_DATASETS_FORMANT_H
#define TUFT_DATASETS_FORMANT_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

enum { TUFT_FORMANT_RATE_HZ = 16000 };

typedef struct {
    double pitch_hz; /* of the voice, 50 .. 400 */
    double tract;    /* factor on the formants, 0.7 .. 1.4 (short tracts: above 1) */
    double tempo;    /* factor on the speed, 0.5 .. 2 */
    double breath;   /* noise mixed with the voice, 0 .. 1 */
} tuft_formant_voice;

/* A stretch of speech: formants (Hz) glide from `from` to `to`; voice and hiss are amplitudes, the
 * hiss lies around hiss_hz (0: 5000). */
typedef struct {
    double ms, from[3], to[3], voice, hiss, hiss_hz;
} tuft_formant_phone;

/* The phones one after the other, and 20 ms of dying away, at TUFT_FORMANT_RATE_HZ, peak 0.5, in an
 * array of the caller's. start_s[count]: when each begins; NULL where not wanted. Noise is drawn
 * from stream (seed, GENERATOR, index). TUFT_INVALID: values out of range, over a minute. */
tuft_status tuft_formant_phones(const tuft_formant_phone *phone, size_t count,
                                const tuft_formant_voice *voice, uint64_t seed, uint64_t index,
                                double *start_s, float **sample, size_t *n, tuft_error *err);

/* One digit, 0 .. 9. */
tuft_status tuft_speech_formant(int digit, const tuft_formant_voice *voice, uint64_t seed,
                                uint64_t index, float **sample, size_t *n, tuft_error *err);

#endif
