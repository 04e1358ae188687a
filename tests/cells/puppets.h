/* Learning under test: puppet cells fire when they are told to, whatever else reaches them, so that
 * a rule sees given spikes on both sides. */
#ifndef TUFT_TESTS_CELLS_PUPPETS_H
#define TUFT_TESTS_CELLS_PUPPETS_H

#include "core/engine.h"
#include "core/philox.h"

/* Ports "order" (over 0.5: fires) and "plastic" (no effect). Both forms. */
extern const tuft_cell_model puppet_model;

/* Spikes of several cells, ticks ascending. */
typedef struct {
    size_t n, capacity;
    int64_t *tick;
    uint32_t *cell;
} trains;

void trains_add(trains *t, int64_t tick, uint32_t cell);
void trains_sort(trains *t);
void trains_free(trains *t);
/* Spikes of one cell, in order: ticks into out (room for t->n); returns how many. */
size_t trains_of(const trains *t, uint32_t cell, int64_t *out);

typedef struct {
    tuft_network *network; /* ticks of 0.1 ms */
    tuft_engine *engine;
    uint32_t projection; /* the plastic one */
    trains orders;       /* the postsynaptic spikes, a tick ahead */
} puppets;

/* Sources -> puppets (step 0: event-driven) by n synapses that learn. Not run yet. Postsynaptic
 * ticks start at 1, and a puppet fires at most once a tick. pre and post must outlive it. */
puppets puppets_new(uint32_t sources, uint32_t cells, const tuft_synapse *synapse, size_t n,
                    const tuft_plasticity_rule *rule, const void *parameters, int64_t step,
                    int threads, const trains *pre, const trains *post);
/* Back to tick 0 with the same spikes to come. */
void puppets_again(puppets *p, const trains *pre);
void puppets_free(puppets *p);
const float *puppets_weights(const puppets *p);

/* Expects that an engine refuses these parameters, with the given words in the message. */
void puppets_refuse(const tuft_plasticity_rule *rule, const void *parameters, float weight,
                    const char *says);

#endif
