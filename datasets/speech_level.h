/* Active speech level: how loud speech is while somebody speaks.
 * Source: ITU-T P.56 (12/2011), method B: two exponential averages of |x| with 30 ms, thresholds an
 * octave apart, 0.2 s hangover, margin 15.9 dB. Speech from pauses: the threshold that lies the
 * margin below the level of what exceeds it.
 */
#ifndef TUFT_DATASETS_SPEECH_LEVEL_H
#define TUFT_DATASETS_SPEECH_LEVEL_H

#include "core/status.h"

#include <stddef.h>

typedef struct {
    double active;   /* mean square while active, full scale 1 */
    double long_run; /* mean square over everything */
    double activity; /* share of the time that is active, 0 .. 1 */
} tuft_speech_level;

/* TUFT_INVALID: no samples or a rate outside 4 to 192 kHz; TUFT_NUMERIC: NaN, infinity, or silence
 * (below -120 dB: it has no level). On failure *level is zeroed. */
tuft_status tuft_speech_level_measure(const float *sample, size_t n, double rate_hz,
                                      tuft_speech_level *level, tuft_error *err);

#endif
