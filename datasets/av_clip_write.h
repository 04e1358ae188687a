/* Clips to files. */
#ifndef TUFT_DATASETS_AV_CLIP_WRITE_H
#define TUFT_DATASETS_AV_CLIP_WRITE_H

#include "datasets/av_clip.h"

/* An AVI file of MPEG-4 pictures (quantiser 2: nearly lossless) and 16-bit sound at the clip's
 * rate, whole or not at all. TUFT_INVALID: nothing to write, or pictures that do not begin with the
 * sound; TUFT_IO. */
tuft_status tuft_av_clip_write(const char *path, const tuft_av_clip *clip, tuft_error *err);

#endif
