/* What a network that cleans speech hears, sees and answers, a frame at a time.
 *
 *     audio    ln(max(mel power, floor)) of this frame, `past` frames before and `ahead` after it,
 *              from the earliest on (before the first and after the last frame those are repeated)
 *     vision   features of the lips (datasets/lips.h) at the middle of the frame
 *     answer   a gain for each mel band, learnt as the ideal ratio mask (datasets/mask.h) of the
 *              bands' powers; applied to the noisy spectrum, whose phase stays
 *
 * Source of the set-up: Adeel et al. 2023, IEEE TETCI (log filter bank of short frames, lips' DCT,
 * noisy phase).
 */
#ifndef TUFT_DATASETS_ENHANCEMENT_H
#define TUFT_DATASETS_ENHANCEMENT_H

#include "datasets/lips.h"
#include "datasets/mask.h"

typedef struct {
    double rate_hz;
    double window_ms, overlap; /* of frames */
    uint32_t bands;            /* mel */
    uint32_t past, ahead;      /* frames */
    double floor;              /* of a band's power, full scale 1 */
    double least_gain;         /* what is kept of the noise at least, 0 to 1 */
    tuft_lips_config lips;
} tuft_enhancement_config;

/* 16 kHz, frames of 32 ms every 16 ms, 64 bands, 4 frames before and 1 after; gains down to 0.03.
 */
extern const tuft_enhancement_config tuft_enhancement_defaults;
/* The published frames: 16 ms, 62.5 % overlap, 23 bands. */
extern const tuft_enhancement_config tuft_enhancement_adeel2023;

typedef struct tuft_enhancement tuft_enhancement;

/* Constant once made: threads may share it. TUFT_INVALID: values out of range. */
tuft_status tuft_enhancement_new(tuft_enhancement **out, const tuft_enhancement_config *config,
                                 tuft_error *err);
void tuft_enhancement_free(tuft_enhancement *enhancement);

const tuft_enhancement_config *tuft_enhancement_configuration(const tuft_enhancement *enhancement);
const tuft_stft *tuft_enhancement_stft(const tuft_enhancement *enhancement);
const tuft_mel *tuft_enhancement_mel(const tuft_enhancement *enhancement);

/* Columns of audio and vision; of the answer: config.bands. */
uint32_t tuft_enhancement_audio_columns(const tuft_enhancement *enhancement);
uint32_t tuft_enhancement_vision_columns(const tuft_enhancement *enhancement);
/* Frames of n samples. */
size_t tuft_enhancement_frames(const tuft_enhancement *enhancement, size_t n);
/* The middle of frame f, s from the first sample. */
double tuft_enhancement_time(const tuft_enhancement *enhancement, size_t frame);
/* Samples from when one is heard to when it comes out clean: window and frames ahead. */
uint32_t tuft_enhancement_latency(const tuft_enhancement *enhancement);

/* audio[frames][audio columns] of sample[n]. */
tuft_status tuft_enhancement_audio(const tuft_enhancement *enhancement, const float *sample,
                                   size_t n, float *audio, tuft_error *err);
/* One frame's bands [bands], as they are stacked, of its power [bins]. */
void tuft_enhancement_bands(const tuft_enhancement *enhancement, const float *power, float *bands);
/* vision[frames][vision columns] of a clip's mouth. */
tuft_status tuft_enhancement_vision(const tuft_enhancement *enhancement, const tuft_av_clip *clip,
                                    const tuft_mouth_box *box, size_t frames, float *vision,
                                    tuft_error *err);
/* mask[frames][bands]: the best answer to speech[n] + noise[n]. */
tuft_status tuft_enhancement_target(const tuft_enhancement *enhancement, const float *speech,
                                    const float *noise, size_t n, float *mask, tuft_error *err);
/* out[n] of noisy[n] through the answer mask[frames][bands], which is kept within least_gain to 1;
 * out may be noisy. */
tuft_status tuft_enhancement_apply(const tuft_enhancement *enhancement, const float *noisy,
                                   size_t n, const float *mask, float *out, tuft_error *err);

#endif
