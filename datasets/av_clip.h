/* A clip of a talker: sound and pictures, as read from a file, or made (datasets/av_synthetic.h).
 */
#ifndef TUFT_DATASETS_AV_CLIP_H
#define TUFT_DATASETS_AV_CLIP_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

enum {
    TUFT_AV_RATE_HZ = 16000,  /* of the sound, whatever the file has */
    TUFT_AV_SMALLEST = 64,    /* pixels, either way */
    TUFT_AV_LARGEST = 4096,   /* pixels, either way */
    TUFT_AV_FEWEST_FRAMES = 5 /* what is shorter is no clip */
};

typedef struct {
    float *sample;  /* mono (mean of the channels), full scale 1 */
    size_t samples; /* sample i is heard at i / rate_hz */
    double rate_hz; /* TUFT_AV_RATE_HZ */
    uint8_t *luma;  /* [frames][height][width], broadcast range: black 16, white 235 */
    uint8_t *blue;  /* [frames][chroma_height][chroma_width], difference; 128 is grey */
    uint8_t *red;   /* the same; skin lies above 128 */
    uint32_t frames, width, height;
    uint32_t damaged_frames;              /* those that the decoder had to mend */
    uint32_t chroma_width, chroma_height; /* half of width and height, rounded up */
    double frame_rate;                    /* 1/s, constant */
    double first_frame_s;                 /* frame k is seen at first_frame_s + k / frame_rate */
} tuft_av_clip;

/* Reads a clip by libav* (any container and codec it knows): resampled to TUFT_AV_RATE_HZ.
 * Decoded in one thread, so that clips can be read in parallel; sets libav's log level to quiet.
 * TUFT_IO: the file cannot be read. TUFT_FORMAT, each with a message of its own: not a media file,
 * no sound, no pictures, several sizes or rates, frames not evenly spaced in time (variable rate),
 * a rotated picture, a frame smaller or larger than above, fewer than TUFT_AV_FEWEST_FRAMES frames,
 * sound damaged, over a tenth of the frames damaged, sound or pictures cut short (one ends more
 * than half a second before the other, or before the time that the header says), gaps in the sound,
 * NaN, over 2 GiB of pictures or ten minutes of sound. On failure *out is zeroed. */
tuft_status tuft_av_clip_read(const char *path, tuft_av_clip *out, tuft_error *err);

void tuft_av_clip_free(tuft_av_clip *clip);

#endif
