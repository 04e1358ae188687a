/* Cells that fail without warning: their output is 0, and nothing is trained again. */
#ifndef TUFT_CELLS_MCC_SILENCE_H
#define TUFT_CELLS_MCC_SILENCE_H

#include "cells/mcc_network.h"

/* Owns its arrays. */
typedef struct {
    float *alive[TUFT_MCC_LAYER_LIMIT][TUFT_MCC_STREAMS]; /* [cells] 1, or 0: silenced */
} tuft_mcc_silence;

/* A share (0 to 1) of the cells of every layer of both streams, rounded to whole cells: drawn from
 * TUFT_RANDOM_STUCK, so that with one seed the cells of a smaller share are among those of a larger
 * one. TUFT_INVALID: another share. On failure *out is zeroed. */
tuft_status tuft_mcc_silence_new(tuft_mcc_silence *out, const tuft_mcc *net, double share,
                                 uint64_t seed, tuft_error *err);
void tuft_mcc_silence_free(tuft_mcc_silence *silence);

#endif
