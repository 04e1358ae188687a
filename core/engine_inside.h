/* What an engine is made of, for those files of core that build it, run it and save it. */
#ifndef TUFT_CORE_ENGINE_INSIDE_H
#define TUFT_CORE_ENGINE_INSIDE_H

#include "core/arrivals.h"
#include "core/delay_line.h"
#include "core/network.h"
#include "core/plastic.h"
#include "core/site.h"
#include "core/wheel.h"

/* One projection while the engine runs. */
typedef struct {
    tuft_delay_lines under_way;
    tuft_arrivals arriving;
} tuft_route;

struct tuft_engine {
    const tuft_network *network;
    int threads;
    uint64_t seed;
    int64_t now;
    tuft_wheel *wheel; /* items: (projection, delay line), (projections + population, cell) */
    tuft_site *at;
    tuft_route *route;
    uint32_t *outgoing, *outgoing_begin; /* projections by source population */
    uint32_t *touched;                   /* projections with arrivals at this tick */
    tuft_plastics plastics;
    /* Of populations, then projections (core/fingerprint.h), worked out when first asked for: the
     * network does not change. */
    uint32_t *fingerprint;
};

#endif
