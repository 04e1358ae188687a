/* Digits said by espeak-ng. Not reentrant: the library has one state for the whole process. */
#ifndef TUFT_DATASETS_ESPEAK_H
#define TUFT_DATASETS_ESPEAK_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

bool tuft_espeak_built_in(void);

/* Start before, stop after. TUFT_INVALID: not built in; TUFT_IO: its data are missing. */
tuft_status tuft_espeak_start(double *rate_hz, tuft_error *err);
void tuft_espeak_stop(void);

/* A word by a voice (`en+m1`); pitch and range 0 to 100, words a minute 80 to 450. The samples,
 * full scale 1, are the caller's. */
tuft_status tuft_espeak_say(const char *text, const char *voice, int pitch, int range,
                            int words_per_minute, float **sample, size_t *n, tuft_error *err);

#endif
