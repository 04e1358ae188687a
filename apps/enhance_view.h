/* A small picture of a talker, for people to see where the mouth was looked for. */
#ifndef TUFT_APPS_ENHANCE_VIEW_H
#define TUFT_APPS_ENHANCE_VIEW_H

#include "datasets/mouth.h"

enum { ENHANCE_VIEW_WIDTH = 180, ENHANCE_VIEW_HEIGHT = 144 };

/* Owns grey[height][width], 0 black to 255 white; at most the size above. */
typedef struct {
    uint8_t *grey;
    uint32_t width, height;
    tuft_mouth_box mouth; /* in its pixels */
} enhance_view;

/* The middle frame of a clip, each pixel the mean of a square of the clip's. On failure *out is
 * zeroed. */
tuft_status enhance_view_take(enhance_view *out, const tuft_av_clip *clip,
                              const tuft_mouth_box *mouth, tuft_error *err);
void enhance_view_free(enhance_view *view);

#endif
