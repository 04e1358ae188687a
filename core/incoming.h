/* Incoming: sparse connections read the other way, from a target cell to the synapses on it. */
#ifndef TUFT_CORE_INCOMING_H
#define TUFT_CORE_INCOMING_H

#include "core/projection.h"

typedef struct {
    uint32_t synapse; /* index into the connections' weights and targets */
    uint32_t segment; /* that it belongs to */
} tuft_incoming_synapse;

/* Cell j has synapse[begin[j]] .. synapse[begin[j + 1]], ascending. */
typedef struct {
    size_t *begin; /* [targets + 1] */
    tuft_incoming_synapse *synapse;
} tuft_incoming;

/* TUFT_INVALID for connections that are not sparse or have 2^32 synapses or more. */
tuft_status tuft_incoming_new(tuft_incoming *incoming, const tuft_connections *connections,
                              tuft_error *err);
void tuft_incoming_free(tuft_incoming *incoming);

#endif
