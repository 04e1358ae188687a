/* A batch cut into parts of whole utterances, which threads work on side by side.
 *
 * Which utterance goes into which part depends on their lengths and order alone, and what the parts
 * give is added up in their order: the result depends on how many parts there are, never on how
 * many threads.
 */
#ifndef TUFT_CELLS_MCC_PARTS_H
#define TUFT_CELLS_MCC_PARTS_H

#include "cells/mcc_pass.h"

enum { TUFT_MCC_PART_LIMIT = 64 };

/* Owns its arrays. */
typedef struct {
    const tuft_mcc *net;
    int threads; /* 0: as many as OpenMP has */
    uint32_t parts, used;
    size_t frames; /* of the batch */
    tuft_mcc_pass *pass[TUFT_MCC_PART_LIMIT];
    float *gradient[TUFT_MCC_PART_LIMIT]; /* [parameters]; NULL: not for training */
    double loss[TUFT_MCC_PART_LIMIT], magnitude[TUFT_MCC_PART_LIMIT];
} tuft_mcc_parts;

/* trains: 1, with room for gradients. On failure *out is zeroed. */
tuft_status tuft_mcc_parts_new(tuft_mcc_parts *out, const tuft_mcc *net, uint32_t parts,
                               int threads, int trains, tuft_error *err);
void tuft_mcc_parts_free(tuft_mcc_parts *parts);

/* Fetches utterances index[0 .. n) of a set as the next batch, each into the part that has the
 * fewest rows. TUFT_INVALID: no target. */
tuft_status tuft_mcc_parts_fill(tuft_mcc_parts *parts, const tuft_mcc_set *set, int epoch,
                                const uint32_t *index, uint32_t n, tuft_error *err);
/* Forward: loss and magnitude (cells/mcc_pass.h) of each part; adds to activity unless NULL. */
tuft_status tuft_mcc_parts_forward(tuft_mcc_parts *parts, tuft_mcc_activity *activity,
                                   tuft_error *err);
/* A batch to be filled: the arguments of tuft_mcc_parts_fill(). */
typedef struct {
    tuft_mcc_parts *parts;
    const tuft_mcc_set *set;
    int epoch;
    const uint32_t *index;
    uint32_t n;
} tuft_mcc_filling;

/* Forward and back: also the gradient of each part, as tuft_mcc_pass_backward() has it. next: NULL,
 * or what one of the threads fills meanwhile, other parts than these. */
tuft_status tuft_mcc_parts_backward(tuft_mcc_parts *parts, double scale, double penalty,
                                    const tuft_mcc_filling *next, tuft_error *err);
/* The parts' gradients, added up in their order; returns the length of the sum. */
double tuft_mcc_parts_gradient(const tuft_mcc_parts *parts, float *gradient);

/* The mean over all frames and outputs of a set of the weighted squared error, and of |y| over all
 * frames and cells of the streams' layers; activity: NULL or added to. TUFT_INVALID: an empty set.
 */
typedef struct {
    double loss, magnitude;
} tuft_mcc_score;
tuft_status tuft_mcc_evaluate(tuft_mcc_parts *parts, const tuft_mcc_set *set, int epoch,
                              tuft_mcc_score *out, tuft_mcc_activity *activity, tuft_error *err);

#endif
