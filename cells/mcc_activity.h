/* What a network's cells have sent, cell by cell: a cell whose output is 0 sends nothing, one whose
 * output is not sends to every synapse it has.
 *
 * Synaptic events of a cell = frames in which its output was not 0, times its fan-out. All
 * consumers count: receptive fields (each weight it acts through, over all frames of a causal
 * convolution), neighbours, the other stream, memory and decoder. Inputs and memories are sources
 * like cells. What the last frame of a sequence sends ahead counts too: it has been sent. Each
 * synapse is activated once by each event of its source, so counts by synapse are exact.
 */
#ifndef TUFT_CELLS_MCC_ACTIVITY_H
#define TUFT_CELLS_MCC_ACTIVITY_H

#include "cells/mcc_network.h"

typedef enum {
    TUFT_MCC_GROUP_INPUT,   /* of a stream: no updates */
    TUFT_MCC_GROUP_CELLS,   /* of a layer (1, 2, ...) of a stream */
    TUFT_MCC_GROUP_MEMORY,  /* under a layer (1, 2, ...) */
    TUFT_MCC_GROUP_DECODER, /* a layer (0, 1, ...) of it */
    TUFT_MCC_GROUP_OUTPUT   /* sends to nothing here */
} tuft_mcc_group_kind;

typedef struct {
    tuft_mcc_group_kind kind;
    uint32_t layer;
    int stream; /* -1: of both */
    uint32_t cells;
    size_t at; /* of its first cell */
} tuft_mcc_group;

enum { TUFT_MCC_GROUP_LIMIT = 3 * (TUFT_MCC_LAYER_LIMIT + 1) + TUFT_MCC_DECODER_LIMIT + 1 };

/* Owns its arrays. */
typedef struct {
    uint64_t frames;
    int groups;
    tuft_mcc_group group[TUFT_MCC_GROUP_LIMIT];
    size_t cells;
    uint64_t *active;  /* [cells] frames in which the output was not 0 */
    uint32_t *fan_out; /* [cells] */
} tuft_mcc_activity;

/* Nothing counted yet. On failure *out is zeroed. */
tuft_status tuft_mcc_activity_new(tuft_mcc_activity *out, const tuft_mcc *net, tuft_error *err);
void tuft_mcc_activity_free(tuft_mcc_activity *activity);
/* Adds what another one of the same network has counted. */
void tuft_mcc_activity_merge(tuft_mcc_activity *activity, const tuft_mcc_activity *more);

/* The group, or NULL. */
const tuft_mcc_group *tuft_mcc_activity_find(const tuft_mcc_activity *activity,
                                             tuft_mcc_group_kind kind, uint32_t layer, int stream);
/* Of a group: synaptic events; updates (cells x frames, 0 of inputs); the share of outputs that
 * were not 0 (0 if nothing has been counted). */
uint64_t tuft_mcc_group_events(const tuft_mcc_activity *activity, const tuft_mcc_group *group);
uint64_t tuft_mcc_group_updates(const tuft_mcc_activity *activity, const tuft_mcc_group *group);
double tuft_mcc_group_active(const tuft_mcc_activity *activity, const tuft_mcc_group *group);
/* The share over all cells of the streams' layers. */
double tuft_mcc_activity_share(const tuft_mcc_activity *activity);

#endif
