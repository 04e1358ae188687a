/* What a multisensory cooperative computing network is to be: two streams of two-point cells that
 * tell each other what they see, and a decoder of point cells.
 *
 *     layer 0            the inputs, standardised
 *     layers 1 .. n      cells/cooperative_layer.h
 *     decoder            ReLU6(W z + b), each over the one before; the first over the outputs of
 *                        the last layer of both streams, and what `skip` adds
 *     output             W z + b, or its logistic function
 *
 * Skipping is by concatenation into the decoder, never by adding y + x: a cell that is silent stays
 * silent.
 */
#ifndef TUFT_CELLS_MCC_CONFIG_H
#define TUFT_CELLS_MCC_CONFIG_H

#include "cells/cooperative_layer.h"

enum { TUFT_MCC_LAYER_LIMIT = 8, TUFT_MCC_DECODER_LIMIT = 4 };
/* More parameters than this in a network are a mistake. */
enum { TUFT_MCC_PARAMETER_LIMIT = 1 << 28 };

typedef enum {
    TUFT_MCC_LINEAR, /* targets of any size */
    TUFT_MCC_MASK,   /* targets from 0 to 1: logistic */
    TUFT_MCC_CROSS,  /* each stream by itself predicts the other's features: columns 0 .. head - 1
                        are read from audio, the others from vision, linearly; no decoder */
    TUFT_MCC_OUTPUTS /* how many */
} tuft_mcc_output;

/* "linear", "mask", "cross"; NULL for what is none. */
const char *tuft_mcc_output_name(tuft_mcc_output output);

typedef struct {
    uint32_t columns[TUFT_MCC_STREAMS]; /* of the inputs; 0: the stream is absent */
    uint32_t layers;                    /* 1 or more */
    tuft_field_config field[TUFT_MCC_LAYER_LIMIT][TUFT_MCC_STREAMS];
    tuft_mcc_cell cell;
    uint32_t memory; /* cells of the memory under each layer; 0: none */
    double keep;     /* of the memory, in [0, 1) */
    uint32_t decoders, decoder[TUFT_MCC_DECODER_LIMIT]; /* cells of the decoder's layers */
    uint32_t skip_layers; /* 1: the decoder sees all layers, not the last alone */
    uint32_t skip_audio;  /* 1: the decoder sees the audio input */
    tuft_mcc_output output;
    uint32_t outputs, head;
    uint64_t seed;
} tuft_mcc_config;

/* How many parameters a network of this kind has. TUFT_INVALID: it makes no sense; the message says
 * why. */
tuft_status tuft_mcc_parameters(const tuft_mcc_config *config, size_t *parameters, tuft_error *err);

/* The network without vision that has about as many parameters as wanted: the widths of the audio
 * stream (channels of time-frequency fields) are scaled by a common factor. TUFT_INVALID: none is
 * within 2 %. */
tuft_status tuft_mcc_audio_only(const tuft_mcc_config *config, size_t parameters,
                                tuft_mcc_config *out, tuft_error *err);

/* The network that trains both streams without labels: each predicts the other's features (as many
 * as the other's inputs has columns). Targets: vision's features, then audio's. */
tuft_mcc_config tuft_mcc_cross(const tuft_mcc_config *config);

#endif
