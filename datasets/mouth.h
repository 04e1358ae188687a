/* Where a clip's mouth is, without a trained model.
 *
 * For one talker who faces the camera before a background less red than skin: the head is what lies
 * above Otsu's threshold (IEEE Trans. SMC 9:62, 1979) of the red difference; the mouth is what
 * moves most from frame to frame and is red, near where a mouth is in a head. One box a clip.
 */
#ifndef TUFT_DATASETS_MOUTH_H
#define TUFT_DATASETS_MOUTH_H

#include "datasets/av_clip.h"

/* In pixels of the luma plane; a caller who knows better fills it in. */
typedef struct {
    double left, top, width, height;
    double confidence; /* 1 - (best place elsewhere / this place), 0 .. 1 */
} tuft_mouth_box;

/* The box is 0.62 of the head's width wide and half as high, shifted where it would leave the
 * frame. Looked at on the 256 GRID clips that we have (7 talkers, the ones it was made with): right
 * on every one, with confidences from 0.72. TUFT_FORMAT: no head to be seen by colour, or nothing
 * moves. On failure *box is zeroed. */
tuft_status tuft_mouth_find(const tuft_av_clip *clip, tuft_mouth_box *box, tuft_error *err);

/* TUFT_INVALID where a box is not inside the frame, or below 4 pixels either way. */
tuft_status tuft_mouth_check(const tuft_av_clip *clip, const tuft_mouth_box *box, tuft_error *err);

#endif
