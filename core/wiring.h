/* Wiring: projections drawn at random by a rule, with weights and delays from distributions.
 *
 * Row i (IN_DEGREE: column j) is drawn from its own Philox stream, (seed, CONNECTIVITY, stream <<
 * 32 | i): the same synapses whatever the order or the number of threads. The partners are drawn
 * first, then their weights, then their delays, so that who is connected does not depend on the
 * weights. PROBABILITY draws the pairs of tuft_connections_random().
 */
#ifndef TUFT_CORE_WIRING_H
#define TUFT_CORE_WIRING_H

#include "core/distribution.h"
#include "core/projection.h"

typedef enum {
    TUFT_WIRE_PROBABILITY, /* each pair with this probability */
    TUFT_WIRE_IN_DEGREE,   /* each target from `degree` sources */
    TUFT_WIRE_OUT_DEGREE,  /* each source to `degree` targets */
    TUFT_WIRE_ALL          /* every pair */
} tuft_wiring_rule;

typedef enum { TUFT_AUTAPSES_ALLOWED, TUFT_AUTAPSES_FORBIDDEN } tuft_autapses;
typedef enum {
    TUFT_PAIRS_ONCE,
    TUFT_PAIRS_REPEATED
} tuft_wiring_pairs; /* degrees: with replacement */

typedef struct {
    tuft_wiring_rule rule;
    double probability;
    uint32_t degree;
    tuft_wiring_pairs pairs;
    tuft_autapses autapses;        /* FORBIDDEN: source i never to target i */
    tuft_distribution weight;      /* in the port's unit */
    tuft_distribution delay_ticks; /* rounded; draws below 1 become 1, past INT32_MAX are refused */
    uint64_t seed;
    uint32_t stream; /* of this projection: tells it from others of the same seed */
} tuft_wiring;

/* How many synapses the rule makes (PROBABILITY: on average). */
double tuft_wiring_synapses(const tuft_wiring *wiring, uint32_t sources, uint32_t targets);

/* Sparse connections, targets ascending within a (row, delay) segment. A degree that cannot be had,
 * a probability outside 0 to 1 and the like are TUFT_INVALID. Besides the result it needs memory
 * for one row or column, and 4 bytes a synapse when delays are drawn. */
tuft_status tuft_connections_wire(tuft_connections *out, uint32_t sources, uint32_t targets,
                                  const tuft_wiring *wiring, tuft_error *err);

#endif
