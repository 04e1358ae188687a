/* Wiring: projections drawn at random by a rule, with weights and delays from distributions.
 *
 * Row i (IN_DEGREE: column j) is drawn from its own Philox stream, (seed, CONNECTIVITY, stream <<
 * 32 | i): the same synapses whatever the order or the number of threads.
 */
#ifndef TUFT_CORE_WIRING_H
#define TUFT_CORE_WIRING_H

#include "core/projection.h"

typedef enum {
    TUFT_FIXED,    /* a */
    TUFT_UNIFORM,  /* between a and b */
    TUFT_NORMAL,   /* mean a, standard deviation b */
    TUFT_LOGNORMAL /* exp of a normal: of the logarithm mean a, standard deviation b */
} tuft_distribution_kind;

typedef struct {
    tuft_distribution_kind kind;
    double a, b;
} tuft_distribution;

/* TUFT_INVALID for parameters that are not finite, b < 0 or (uniform) b < a. */
tuft_status tuft_distribution_check(const tuft_distribution *distribution, tuft_error *err);
double tuft_distribution_draw(const tuft_distribution *distribution, tuft_random *random);

typedef enum {
    TUFT_WIRE_PROBABILITY, /* each pair with this probability */
    TUFT_WIRE_IN_DEGREE,   /* each target from `degree` sources */
    TUFT_WIRE_OUT_DEGREE,  /* each source to `degree` targets */
    TUFT_WIRE_ALL          /* every pair */
} tuft_wiring_rule;

typedef enum { TUFT_AUTAPSES_ALLOWED, TUFT_AUTAPSES_FORBIDDEN } tuft_autapses;
typedef enum { TUFT_PAIRS_ONCE, TUFT_PAIRS_REPEATED } tuft_pairs; /* degrees: with replacement */

typedef struct {
    tuft_wiring_rule rule;
    double probability;
    uint32_t degree;
    tuft_pairs pairs;
    tuft_autapses autapses;        /* FORBIDDEN: source i never to target i */
    tuft_distribution weight;      /* in the port's unit */
    tuft_distribution delay_ticks; /* rounded; draws below 1 become 1, past INT32_MAX are refused */
    uint64_t seed;
    uint32_t stream; /* of this projection: tells it from others of the same seed */
} tuft_wiring;

/* How many synapses the rule makes (PROBABILITY: on average). */
double tuft_wiring_synapses(const tuft_wiring *wiring, uint32_t sources, uint32_t targets);

/* Sparse connections. A degree that cannot be had, a probability outside 0 to 1 and the like are
 * TUFT_INVALID. */
tuft_status tuft_connections_wire(tuft_connections *out, uint32_t sources, uint32_t targets,
                                  const tuft_wiring *wiring, tuft_error *err);

#endif
