/* The equations of the cooperative network once more: in double, frame by frame, cell by cell, with
 * no product, no padding and no batch. */
#ifndef TUFT_TESTS_MCC_REFERENCE_H
#define TUFT_TESTS_MCC_REFERENCE_H

#include "cells/mcc_set.h"

/* What to count while at it; NULL where it does not matter. */
typedef struct {
    double squares;     /* weighted */
    double magnitude;   /* sum of |y| of streams' layers */
    uint64_t events;    /* sent, synapse by synapse */
    uint64_t delivered; /* those that reach a frame of the sequence */
    uint64_t active[TUFT_MCC_LAYER_LIMIT + 1][TUFT_MCC_STREAMS];
} mcc_sums;

/* Outputs [frames][outputs] of one utterance whose inputs are already standardised; parameter
 * stands for the network's own, in its order. output may be NULL. Adds to sums. */
void mcc_reference(const tuft_mcc *net, const double *parameter, size_t frames, const double *audio,
                   const double *vision, const float *target, const float *weight, double *output,
                   mcc_sums *sums);

/* A network of an awkward shape for tests: 5 audio columns, 4 vision columns, 2 layers of 6 and 3,
 * and 4 and 5 cells, memory 3 that keeps 0.6, decoder 7, all skips, 3 mask outputs. */
tuft_mcc_config mcc_small(tuft_mcc_cell cell);

/* Random utterances; owns its arrays. */
typedef struct {
    uint32_t n;
    tuft_mcc_utterance *one;
    float *value;
} mcc_samples;

mcc_samples mcc_samples_new(const tuft_mcc_config *config, uint32_t n, const size_t *frames,
                            int weighted, uint64_t seed);
void mcc_samples_free(mcc_samples *samples);

#endif
