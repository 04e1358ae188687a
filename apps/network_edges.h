/* Synapses listed in a file: CSV with the header `source,target`, then `weight`, `delay_ms` or both
 * in any order. */
#ifndef TUFT_APPS_NETWORK_EDGES_H
#define TUFT_APPS_NETWORK_EDGES_H

#include "apps/network_file.h"
#include "core/projection.h"

/* Weights and delays that the file does not list are the projection's: drawn, in the order of the
 * lines, from the stream of its row 0. *out is the caller's to free. Errors name the file and the
 * line. */
tuft_status network_edges_read(const network_file *file, const network_projection *projection,
                               tuft_connections *out, tuft_error *err);

#endif
