/* A multisensory cooperative computing network: its parts and its parameters. What it computes is
 * in cells/mcc_config.h; cells/mcc_pass.h runs it on batches, cells/mcc_stream.h frame by frame.
 *
 * Parameters start so that outputs of mean square 1 make outputs of mean square 1 (the principle of
 * He et al. 2015, ICCV): weights are normal, R gets the standard deviation sigma for which
 * E[f(R, C)^2] = 1 with C of sigma / 2, found for each function by numeric integration
 * (point
 * 1.41, cooperation 0.49: R^2 grows, yet few start beyond 6). Weights are clamped to 2.5 standard
 * deviations; biases start at 0. Matrix k of a seed is stream k of TUFT_RANDOM_INITIAL.
 */
#ifndef TUFT_CELLS_MCC_NETWORK_H
#define TUFT_CELLS_MCC_NETWORK_H

#include "cells/mcc_config.h"

enum { TUFT_MCC_SOURCE_LIMIT = TUFT_MCC_STREAMS * TUFT_MCC_LAYER_LIMIT + 1 };

/* What a dense layer is fed by: the outputs of a layer (0: the input) of a stream, or, stream -1,
 * the decoder layer before. */
typedef struct {
    int stream;
    uint32_t layer, cells;
    size_t weight; /* [cells of the dense layer][cells] */
} tuft_mcc_source;

typedef struct {
    uint32_t cells, sources;
    tuft_mcc_source source[TUFT_MCC_SOURCE_LIMIT];
    size_t bias;
} tuft_mcc_dense;

typedef struct {
    tuft_mcc_config config;
    tuft_cooperative_layer layer[TUFT_MCC_LAYER_LIMIT]; /* layer[l] makes layer l + 1 */
    tuft_mcc_dense decoder[TUFT_MCC_DECODER_LIMIT];
    uint32_t heads;
    tuft_mcc_dense head[TUFT_MCC_STREAMS]; /* of the output, from left to right */
    uint32_t pad;                          /* rows before a sequence (cells/rows.h) */
    size_t scratch;                        /* floats that a pass needs beside its traces */
    size_t parameters, stream_parameters;  /* those of the streams come first */
    float *parameter;
    /* An input enters as (x - mean) scale. */
    float *mean[TUFT_MCC_STREAMS], *scale[TUFT_MCC_STREAMS]; /* [columns] */
} tuft_mcc;

/* A network with its parameters drawn, mean 0, scale 1. TUFT_INVALID as tuft_mcc_parameters(). On
 * failure *out is NULL. */
tuft_status tuft_mcc_new(tuft_mcc **out, const tuft_mcc_config *config, tuft_error *err);
void tuft_mcc_free(tuft_mcc *net);

/* Where the parts lie among the parameters, without any. */
tuft_status tuft_mcc_plan(tuft_mcc *out, const tuft_mcc_config *config, tuft_error *err);

/* Columns of layer l of a stream, l = 0: the input. */
uint32_t tuft_mcc_cells(const tuft_mcc *net, uint32_t layer, int stream);

/* Takes streams and standardisation from a network whose streams are the same: what was learnt
 * without labels (tuft_mcc_cross). TUFT_INVALID: they are not. */
tuft_status tuft_mcc_streams_from(tuft_mcc *net, const tuft_mcc *from, tuft_error *err);

#endif
