/* Compact rows: what delivery reads of a sparse projection, in fewer bytes.
 *
 * Up to 65536 targets fit in 16 bits, and one weight for all synapses need not be read for each: 2
 * or 6 bytes a synapse instead of 8, kept beside the connections. Sums are the same to the bit.
 */
#ifndef TUFT_CORE_COMPACT_H
#define TUFT_CORE_COMPACT_H

#include "core/projection.h"

typedef struct {
    uint16_t *target;    /* [synapses]; NULL: there is no compact form */
    const float *weight; /* the projection's own, borrowed; NULL: all are `alike` */
    float alike;
    const size_t *begin; /* of the rows: the projection's own segment_begin, borrowed */
} tuft_compact;

/* Weights must not change while the compact form is in use. Projections that are not sparse or too
 * wide have none. */
tuft_status tuft_compact_new(tuft_compact *compact, const tuft_connections *connections,
                             tuft_error *err);
/* Has the first rows of a list brought near, for a delivery soon after, where that pays: rows of
 * one weight. */
void tuft_compact_prefetch(const tuft_compact *compact, const uint32_t *row, size_t n);
void tuft_compact_free(tuft_compact *compact);

#endif
