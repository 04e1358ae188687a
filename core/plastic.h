/* Plastic: the projections that learn, while one engine runs a network. */
#ifndef TUFT_CORE_PLASTIC_H
#define TUFT_CORE_PLASTIC_H

#include "core/incoming.h"
#include "core/network.h"
#include "core/plasticity.h"

/* One plastic projection. */
typedef struct {
    uint32_t target;                  /* population */
    const tuft_plasticity_rule *rule; /* borrowed */
    const tuft_connections *initial;  /* borrowed from the network */
    tuft_connections connections;     /* the same, but for the weights, which are our own */
    tuft_incoming incoming;
    void *state;
    uint64_t updates; /* weights changed since the engine was made */
} tuft_plastic;

/* All of a network: empty (count 0, the rest NULL) when nothing in it learns. */
typedef struct {
    uint32_t count;
    tuft_plastic *item; /* [count] in order of their projections */
    tuft_plastic **at;  /* [projections] NULL where the weights are fixed */
} tuft_plastics;

/* threads: that one tick's work may use. */
tuft_status tuft_plastics_new(tuft_plastics *plastics, const tuft_network *network, int threads,
                              tuft_error *err);
void tuft_plastics_free(tuft_plastics *plastics);
/* Weights as in the network, rules as new; updates go on. */
void tuft_plastics_reset(tuft_plastics *plastics);

/* NULL where the weights are fixed. */
static inline tuft_plastic *tuft_plastics_at(const tuft_plastics *plastics, uint32_t projection)
{
    return plastics->at ? plastics->at[projection] : NULL;
}

/* The spikes of n segments have been delivered at tick. */
void tuft_plastic_arrive(tuft_plastic *plastic, int64_t tick, const uint32_t *segment, size_t n);
/* n cells of a population fire at tick. */
void tuft_plastics_fire(tuft_plastics *plastics, uint32_t population, int64_t tick,
                        const uint32_t *cell, size_t n);

/* Weights, updates and the rule's own parts: all that changes while the projection learns, in at
 * most TUFT_STATE_PARTS stretches of memory. Returns their number. */
int tuft_plastic_parts(tuft_plastic *plastic, tuft_state_part *part);

#endif
