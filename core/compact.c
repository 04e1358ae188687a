#include "core/compact.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

tuft_status tuft_compact_new(tuft_compact *compact, const tuft_connections *connections,
                             tuft_error *err)
{
    const tuft_connections *c = connections;
    *compact = (tuft_compact){0};
    if (c->kind != TUFT_SPARSE || c->targets > UINT16_MAX + 1u)
        return TUFT_OK;
    size_t n = tuft_connections_synapses(c), same = 0;
    tuft_status status = TUFT_NEW(&compact->target, n, "targets of 16 bits", err);
    if (status)
        return status;
    for (size_t k = 0; k < n; k++)
        compact->target[k] = (uint16_t)c->target[k];
    /* Alike to the bit, -0 and 0 are not: NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
    while (same < n && memcmp(&c->weight[same], &c->weight[0], sizeof *c->weight) == 0)
        same++;
    if (same < n)
        compact->weight = c->weight;
    else if (n)
        compact->alike = c->weight[0];
    compact->begin = c->segment_begin;
    return TUFT_OK;
}

void tuft_compact_prefetch(const tuft_compact *compact, const uint32_t *row, size_t n)
{
    enum { ROWS = 8, LINE = 64, TARGETS = LINE / sizeof(uint16_t) };
    for (size_t s = 0; s < n && s < ROWS && !compact->weight; s++) {
        size_t begin = compact->begin[row[s]], end = compact->begin[row[s] + 1];
        __builtin_prefetch(compact->target + begin);
        if (begin + TARGETS < end)
            __builtin_prefetch(compact->target + begin + TARGETS);
    }
}

void tuft_compact_free(tuft_compact *compact)
{
    free(compact->target);
    *compact = (tuft_compact){0};
}
