/* Recorded spikes and traces as files. */
#ifndef TUFT_APPS_SPIKES_OUT_H
#define TUFT_APPS_SPIKES_OUT_H

#include "apps/network_file.h"
#include "core/engine.h"

/* The spikes of all recorded populations, whole or not at all. By the name of the file: HDF5 (.h5,
 * .hdf5), a group for each population with datasets tick (int64) and index (uint32) and, at the
 * root, attribute tick_us; else CSV `tick,population,index`, populations in the order of the file
 * within a tick. */
tuft_status spikes_out(const network_file *file, const tuft_engine *engine, const char *path,
                       tuft_error *err);

/* The recorded traces as CSV `tick,population,variable,index,value`. */
tuft_status traces_out(const network_file *file, const tuft_engine *engine, const char *path,
                       tuft_error *err);

#endif
