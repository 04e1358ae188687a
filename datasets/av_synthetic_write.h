/* Synthetic talkers as a folder of files, laid out as the GRID corpus is. */
#ifndef TUFT_DATASETS_AV_SYNTHETIC_WRITE_H
#define TUFT_DATASETS_AV_SYNTHETIC_WRITE_H

#include "datasets/av_synthetic.h"

/* Clips 0 .. count - 1 as folder/s<talker + 1>/<sentence>.avi and .align. threads >= 1 changes the
 * time only. The folder appears when it is complete (core/folder.h). TUFT_INVALID: no clips, over
 * 64000, or those of tuft_av_synthetic; TUFT_IO. */
tuft_status tuft_av_synthetic_write(const char *folder, const tuft_av_synthetic_config *config,
                                    uint32_t count, int threads, tuft_error *err);

#endif
