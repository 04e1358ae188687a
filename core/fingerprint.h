/* Fingerprints of a network's parts, by which a saved run knows the network it belongs to: CRC-32
 * of all that the part's behaviour depends on. Equal networks have equal ones; they guard against
 * mistakes, not against malice. */
#ifndef TUFT_CORE_FINGERPRINT_H
#define TUFT_CORE_FINGERPRINT_H

#include "core/network.h"

/* Name, model, parameters (those in the model's table), cells, step. */
uint32_t tuft_population_fingerprint(const tuft_population *population);
/* Name, populations, port, every synapse with its weight and delay, learning rule
 * and its parameters. */
uint32_t tuft_projection_fingerprint(const tuft_projection *projection);

#endif
