/* A network frame by frame, as frames come: no frame is looked ahead to. Gives what a batch gives
 * (cells/mcc_pass.h) but for rounding, and works by events: an output that is 0 costs its test and
 * nothing else, one that is not adds its weights to the cells it reaches.
 */
#ifndef TUFT_CELLS_MCC_STREAM_H
#define TUFT_CELLS_MCC_STREAM_H

#include "cells/mcc_silence.h"

typedef struct tuft_mcc_stream tuft_mcc_stream;

/* At the beginning of a sequence. The parameters are copied (transposed): the network may change.
 * silence: NULL or borrowed. On failure *out is NULL. */
tuft_status tuft_mcc_stream_new(tuft_mcc_stream **out, const tuft_mcc *net,
                                const tuft_mcc_silence *silence, tuft_error *err);
void tuft_mcc_stream_free(tuft_mcc_stream *stream);
/* Back to the beginning of a sequence; the count of events stays. */
void tuft_mcc_stream_reset(tuft_mcc_stream *stream);
/* One frame: audio, vision [columns] (not standardised), output [outputs]. */
void tuft_mcc_stream_step(tuft_mcc_stream *stream, const float *audio, const float *vision,
                          float *output);
/* Synaptic events delivered so far: weights that have been added. */
uint64_t tuft_mcc_stream_events(const tuft_mcc_stream *stream);

#endif
