/* Spoken digits made here: for demonstrations and tests where no recordings are at hand. */
#ifndef TUFT_DATASETS_SPEECH_H
#define TUFT_DATASETS_SPEECH_H

#include "core/events.h"

#include <stdbool.h>

typedef enum {
    TUFT_SPEECH_FORMANT, /* our own formant synthesiser (datasets/formant.h) */
    TUFT_SPEECH_ESPEAK   /* espeak-ng, where it was built in */
} tuft_speech_synthesiser;

enum { TUFT_SPEECH_TALKERS = 8 };

/* Whether espeak-ng was built in. */
bool tuft_speech_has_espeak(void);

/* per_class takes of each digit 0 to 9 through the default cochlea, in order of digit and take.
 * Take t is said by talker t mod TUFT_SPEECH_TALKERS (source: its name), with pitch, tempo and
 * timbre varied from stream (seed, AUGMENT, digit x per_class + t), and white noise 40 dB below
 * the sound added. classes 10, geometry {64, 1, 1}. The same for any number of threads.
 *
 * TUFT_INVALID: per_class outside 1 to 10000, threads below 1, a synthesiser that is not built in;
 * TUFT_IO: espeak-ng does not start (its data are missing). espeak-ng is not reentrant: one call at
 * a time. On failure *out is zeroed. */
tuft_status tuft_synthetic_audio_by(tuft_speech_synthesiser synthesiser, int per_class,
                                    uint64_t seed, int threads, tuft_recordings *out,
                                    tuft_error *err);

/* The same by formants, which repeat to the bit. espeak-ng 1.51 carries its wave generator's state
 * from word to word and call to call: its events repeat for the first call in a process only. */
tuft_status tuft_synthetic_audio(int per_class, uint64_t seed, int threads, tuft_recordings *out,
                                 tuft_error *err);

#endif
