/* Clips in noise, as a network is shown them: mixed anew every epoch to train on, always the same
 * to choose by.
 */
#ifndef TUFT_APPS_ENHANCE_MIXING_H
#define TUFT_APPS_ENHANCE_MIXING_H

#include "apps/enhance_clips.h"
#include "cells/mcc_set.h"
#include "datasets/mix.h"

/* Which clips are for what: a partition of 0 .. count - 1 drawn from stream (seed, SPLIT, 0). */
typedef struct {
    uint32_t *index; /* [count]: those to train on, then validation, then test */
    uint32_t train, validation, test;
} enhance_split;

/* TUFT_INVALID: nothing left to train on. */
tuft_status enhance_split_new(enhance_split *out, size_t count, size_t validation, size_t test,
                              uint64_t seed, tuft_error *err);
void enhance_split_free(enhance_split *split);

/* Each utterance with a noise, an SNR and a level of its own, from streams (seed, NOISE / AUGMENT,
 * epoch x count + i): SNR uniform between low and high, level within +-level_db. Few noises are
 * made many (where vary is 1): half of them are two at once, and each goes through a filter of its
 * own, 1 + a z^-1 + b z^-2, which keeps its power. */
typedef struct {
    const tuft_enhancement *enhancement;
    const enhance_clips *clips;
    const uint32_t *index; /* [count] of the clips */
    uint32_t count;
    const tuft_noise_library *noises;
    double snr_low_db, snr_high_db, level_db;
    int vary;
    uint64_t seed;
    float *audio, *target; /* room for the longest clip: enhance_mixing_open() */
    size_t longest;
} enhance_mixing;

tuft_status enhance_mixing_open(enhance_mixing *mixing, tuft_error *err);
void enhance_mixing_close(enhance_mixing *mixing);
/* The set that tuft_mcc_train() takes; mixing must outlive it. */
tuft_mcc_set enhance_mixing_set(enhance_mixing *mixing);

#endif
