/* Talkers made here: a synthesiser says a GRID sentence, a drawn face moves its lips by the phones
 * that were said. Sound and lips belong together as in a film; nothing has to be downloaded.
 */
#ifndef TUFT_DATASETS_AV_SYNTHETIC_H
#define TUFT_DATASETS_AV_SYNTHETIC_H

#include "datasets/align.h"
#include "datasets/grid_grammar.h"
#include "datasets/mouth.h"

typedef enum {
    TUFT_AV_ESPEAK, /* espeak-ng, where it was built in */
    TUFT_AV_FORMANT /* datasets/formant_words.h: plainer, the same bits on every machine */
} tuft_av_synthesiser;

typedef struct {
    uint64_t seed;
    tuft_av_synthesiser synthesiser;
    uint32_t first_talker, talkers; /* clip i is said by talker first_talker + i mod talkers */
    uint32_t width, height;         /* pixels, even */
    double frame_rate;              /* 1/s */
    double seconds;                 /* of a clip, 2.5 .. 10 */
} tuft_av_synthetic_config;

/* espeak-ng if it is there (formants under the address sanitizer); 24 talkers from 0 on, 360 x 288
 * at 25 frames a second, 3 s: as in GRID. Others to test with: first_talker 24. espeak-ng's first
 * 13 talkers differ in timbre, 78 in timbre or accent; all in pitch, pace and face. */
tuft_av_synthetic_config tuft_av_synthetic_defaults(uint64_t seed);

typedef struct {
    tuft_av_clip clip;
    tuft_align align; /* words and the silences around them */
    tuft_grid_sentence sentence;
    uint32_t talker;
    tuft_mouth_box mouth; /* where it was drawn */
} tuft_av_take;

/* Clip number index: the same for the same config and index, in any order and from several threads
 * (with espeak-ng as long as the process does not use it otherwise, datasets/espeak.h). Speech is
 * at -20 +- 4 dB active level with noise 60 dB below. TUFT_INVALID: config, or espeak-ng is not
 * built in; TUFT_IO: it fails. On failure *out is zeroed. */
tuft_status tuft_av_synthetic(const tuft_av_synthetic_config *config, uint64_t index,
                              tuft_av_take *out, tuft_error *err);

void tuft_av_take_free(tuft_av_take *take);

#endif
