/* Words said by espeak-ng. Not reentrant: the library has one state for the whole process. */
#ifndef TUFT_DATASETS_ESPEAK_H
#define TUFT_DATASETS_ESPEAK_H

#include "core/status.h"
#include "datasets/utterance.h"

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

typedef struct {
    const char *text, *voice; /* `en-us+f2` */
    int pitch, range;         /* 0 to 100 */
    int words_per_minute;     /* 80 to 450 */
} tuft_espeak_request;

/* The same with the times of phones and words, in the library's own notation. */
tuft_status tuft_espeak_speak(const tuft_espeak_request *request, tuft_utterance *out,
                              tuft_error *err);

/* The same in a process of its own (core/apart.h), started and stopped there, so that it can be
 * called from several threads. The library's generator runs on from one call to the next, and takes
 * its noise from rand(): here both begin anew, rand() from seed, so that one request and seed give
 * the same samples every time, as long as the calling process itself has not used tuft_espeak_say
 * or tuft_espeak_speak before. About 3 ms on top of the speech.
 * Other threads may allocate meanwhile where malloc survives a fork: glibc's does; that of GCC 12's
 * address sanitizer does not, and the child can hang in it. */
tuft_status tuft_espeak_speak_apart(const tuft_espeak_request *request, uint32_t seed,
                                    tuft_utterance *out, tuft_error *err);

#endif
