/* From the description of a network to one that runs. */
#ifndef TUFT_APPS_NETWORK_BUILD_H
#define TUFT_APPS_NETWORK_BUILD_H

#include "apps/network_file.h"
#include "core/engine.h"

/* Spikes of one source, from a file or the description. */
typedef struct {
    size_t count;
    int64_t *tick;
    uint32_t *cell;
} network_spikes;

/* Population q of the file is population q of the network, projection p its projection p, and they
 * are the same that the C API makes of the same numbers: the values of cells are drawn one after
 * the other from stream (seed, CELL or INITIAL, q << 32 | place), where place is that of the
 * parameter or variable in its model; projections by core/wiring.h with stream p. */
typedef struct {
    tuft_network *network;
    tuft_engine *engine;
    float **values; /* arrays that parameters point to */
    size_t values_count, values_capacity;
    network_spikes *spikes; /* [inputs of the file] */
    size_t inputs;
} network_built;

/* An engine at tick 0 with initial values, recorders and the spikes of sources. file is borrowed:
 * its populations' parameters are what the network points to. On failure *out is zeroed. */
tuft_status network_build(network_file *file, int threads, network_built *out, tuft_error *err);
/* Brings what was just built to where a checkpoint of the same network was saved. */
tuft_status network_resume(const network_file *file, network_built *built, const char *path,
                           tuft_error *err);
void network_built_free(network_built *built);

#endif
