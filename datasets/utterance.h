/* Something said by a synthesiser: its sound and when each of its sounds begins. */
#ifndef TUFT_DATASETS_UTTERANCE_H
#define TUFT_DATASETS_UTTERANCE_H

#include <stddef.h>
#include <stdint.h>

enum { TUFT_PHONE_NAME_SIZE = 9 };

typedef struct {
    double start_s;
    int32_t word;                    /* 0 is the first */
    char name[TUFT_PHONE_NAME_SIZE]; /* as espeak-ng writes it: `b`, `u:`, `aI`; `_`: a pause */
} tuft_phone;

typedef struct {
    float *sample; /* full scale 1 */
    size_t samples;
    double rate_hz;
    tuft_phone *phone; /* in order of time; each lasts until the next, the last until the end */
    size_t phones;
} tuft_utterance;

void tuft_utterance_free(tuft_utterance *utterance);

#endif
