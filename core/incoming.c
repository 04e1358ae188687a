#include "core/incoming.h"

#include "core/memory.h"

#include <stdlib.h>

tuft_status tuft_incoming_new(tuft_incoming *incoming, const tuft_connections *connections,
                              tuft_error *err)
{
    const tuft_connections *c = connections;
    *incoming = (tuft_incoming){0};
    if (c->kind != TUFT_SPARSE)
        return tuft_fail(err, TUFT_INVALID, "%s connections, expected sparse ones",
                         tuft_projection_kind_name(c->kind));
    size_t synapses = tuft_connections_synapses(c);
    if (synapses > UINT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "%zu synapses, expected under 2^32", synapses);
    tuft_status status =
        TUFT_NEW(&incoming->begin, (size_t)c->targets + 1, "synapses by target", err);
    if (!status)
        status = TUFT_NEW(&incoming->synapse, synapses, "synapses by target", err);
    if (status) {
        tuft_incoming_free(incoming);
        return status;
    }
    for (size_t k = 0; k < synapses; k++)
        incoming->begin[c->target[k] + 1]++;
    for (uint32_t j = 0; j < c->targets; j++)
        incoming->begin[j + 1] += incoming->begin[j];
    /* Moved up by one: filling cell j then moves entry j + 1 from its begin to its end. */
    for (uint32_t j = c->targets; j > 0; j--)
        incoming->begin[j] = incoming->begin[j - 1];
    for (uint32_t s = 0; s < c->segments; s++)
        for (size_t k = c->segment_begin[s]; k < c->segment_begin[s + 1]; k++)
            incoming->synapse[incoming->begin[c->target[k] + 1]++] =
                (tuft_incoming_synapse){(uint32_t)k, s};
    return TUFT_OK;
}

void tuft_incoming_free(tuft_incoming *incoming)
{
    free(incoming->begin);
    free(incoming->synapse);
    *incoming = (tuft_incoming){0};
}
