/* A network (cells/mcc_network.h) on a batch of utterances: forward, and back for training.
 *
 *     pass_clear, pass_add ..., pass_forward, then any of output, count, loss, backward
 *
 * Gradient: back-propagation through time by hand (Werbos 1990, Proc. IEEE 78:1550-1560); one frame
 * of delay is a shift of rows, the memory a scan. Results depend on what is in the batch and on
 * nothing else; OpenBLAS at one thread: several passes may run side by side, each in a thread.
 */
#ifndef TUFT_CELLS_MCC_PASS_H
#define TUFT_CELLS_MCC_PASS_H

#include "cells/mcc_activity.h"
#include "cells/mcc_set.h"
#include "cells/mcc_silence.h"
#include "cells/rows.h"

typedef struct tuft_mcc_pass tuft_mcc_pass;

/* Room to work in, which grows with the batches. The network must outlive it; its parameters may
 * change between passes. On failure *out is NULL. */
tuft_status tuft_mcc_pass_new(tuft_mcc_pass **out, const tuft_mcc *net, tuft_error *err);
void tuft_mcc_pass_free(tuft_mcc_pass *pass);

/* Forgets the batch. */
void tuft_mcc_pass_clear(tuft_mcc_pass *pass);
/* Copies an utterance into the batch, inputs standardised. TUFT_INVALID: no frames, or an input
 * that the network needs is missing; TUFT_NUMERIC: a value that is not finite. */
tuft_status tuft_mcc_pass_add(tuft_mcc_pass *pass, const tuft_mcc_utterance *utterance,
                              tuft_error *err);
const tuft_rows *tuft_mcc_pass_rows(const tuft_mcc_pass *pass);

/* silence: NULL, all cells live. TUFT_INVALID: an empty batch. */
tuft_status tuft_mcc_pass_forward(tuft_mcc_pass *pass, const tuft_mcc_silence *silence,
                                  tuft_error *err);
/* The outputs of all frames, one utterance below the other: [frames][outputs]. */
void tuft_mcc_pass_output(const tuft_mcc_pass *pass, float *output);
/* Adds what has been sent. */
void tuft_mcc_pass_count(const tuft_mcc_pass *pass, tuft_mcc_activity *activity);
/* What the cells of a group (of this network's activity; not that of the outputs) have sent:
 * [frames][cells of the group]. */
void tuft_mcc_pass_cells(const tuft_mcc_pass *pass, const tuft_mcc_group *group, float *output);
/* Sum over frames and outputs of weight (output - target)^2; utterances without target add nothing.
 */
double tuft_mcc_pass_loss(const tuft_mcc_pass *pass);
/* Sum of |y| over the cells of the streams' layers. */
double tuft_mcc_pass_magnitude(const tuft_mcc_pass *pass);
/* Adds to gradient [parameters] that of scale x loss + penalty x sum of |y| over the cells of the
 * streams' layers; returns that sum (0 if penalty is 0). slope_x: NULL, or for each stream NULL or
 * [rows][columns], to which the slope of the standardised inputs is added. Once after a forward
 * pass, whose outputs it uses up. */
double tuft_mcc_pass_backward(tuft_mcc_pass *pass, double scale, double penalty, float *gradient,
                              float *const slope_x[TUFT_MCC_STREAMS]);

/* All of a forward pass: n utterances in, outputs [all frames][outputs]; activity, NULL or counted
 * on. */
tuft_status tuft_mcc_forward(tuft_mcc_pass *pass, const tuft_mcc_utterance *utterance, size_t n,
                             const tuft_mcc_silence *silence, float *output,
                             tuft_mcc_activity *activity, tuft_error *err);

#endif
