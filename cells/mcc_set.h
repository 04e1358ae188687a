/* What a network is shown: utterances, from arrays that are there or made anew each epoch. */
#ifndef TUFT_CELLS_MCC_SET_H
#define TUFT_CELLS_MCC_SET_H

#include "cells/mcc_network.h"

/* Row-major arrays, borrowed. A stream that the network does not have may be NULL. */
typedef struct {
    size_t frames;               /* 1 or more */
    const float *audio, *vision; /* [frames][columns of the stream] */
    const float *target;         /* [frames][outputs]; NULL: nothing to learn or score */
    const float *weight;         /* [frames][outputs] of each squared error; NULL: 1 */
} tuft_mcc_utterance;

/* Gives utterance `index` of a set for an epoch (1, 2, ...; 0: of a set that does not change). What
 * it points at stays until the next call. One call at a time, from any thread (the next batch is
 * fetched while the last is worked on); the order of indices is shuffled. */
typedef tuft_status tuft_mcc_fetch(void *user, int epoch, uint32_t index, tuft_mcc_utterance *out,
                                   tuft_error *err);

typedef struct {
    uint32_t utterances;
    tuft_mcc_fetch *fetch;
    void *user;
} tuft_mcc_set;

/* A set over an array of utterances, which must outlive it. */
tuft_mcc_set tuft_mcc_set_of(const tuft_mcc_utterance *utterance, uint32_t n);

/* Sets mean and scale of a network's inputs so that those of the set have mean 0 and variance 1
 * (columns that never change: scale 1). Errors: those of fetch; TUFT_NUMERIC, an input that is not
 * finite. On failure nothing changes. */
tuft_status tuft_mcc_standardise(tuft_mcc *net, const tuft_mcc_set *set, int epoch,
                                 tuft_error *err);

#endif
