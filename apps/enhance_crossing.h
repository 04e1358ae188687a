/* Clips to learn from without labels: what one stream hears or sees is to tell the clean features
 * of the other (Adeel et al. 2023, the semi-supervised set-up; cells/mcc_config.h: cross).
 *
 *     inputs    noisy audio, vision
 *     targets   vision's features, then clean audio's, each column with mean 0 and variance 1
 */
#ifndef TUFT_APPS_ENHANCE_CROSSING_H
#define TUFT_APPS_ENHANCE_CROSSING_H

#include "apps/enhance_mixing.h"

typedef struct {
    enhance_mixing *mixing; /* open; where noisy audio comes from */
    uint32_t audio, vision; /* columns */
    float *clean;           /* [longest][audio] */
    float *target;          /* [longest][vision + audio] */
    float *mean, *scale;    /* [vision + audio] */
} enhance_crossing;

/* Measures mean and variance of the targets over all clips. */
tuft_status enhance_crossing_open(enhance_crossing *crossing, enhance_mixing *mixing,
                                  tuft_error *err);
void enhance_crossing_close(enhance_crossing *crossing);
tuft_mcc_set enhance_crossing_set(enhance_crossing *crossing);

#endif
