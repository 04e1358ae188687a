/* The words of the GRID corpus by formant synthesis, with the times of their phones: what
 * datasets/espeak.h does, where espeak-ng is not built in. Plainer, but the same bits on every
 * machine and from any thread.
 */
#ifndef TUFT_DATASETS_FORMANT_WORDS_H
#define TUFT_DATASETS_FORMANT_WORDS_H

#include "datasets/formant.h"
#include "datasets/utterance.h"

/* words[count] one after the other. Phones in espeak-ng's notation. TUFT_INVALID: no words, a word
 * that is not one of GRID's (datasets/grid_grammar.h), a voice out of range. On failure *out is
 * zeroed. */
tuft_status tuft_formant_speak(const char *const *words, int count, const tuft_formant_voice *voice,
                               uint64_t seed, uint64_t index, tuft_utterance *out, tuft_error *err);

#endif
