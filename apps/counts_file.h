/* Counts for each source and the synapses they went over: what --counts writes and `tuft energy
 * --counts` reads.
 *
 * HDF5, a group for each projection (its name): datasets `spikes` (uint64, [sources]), `row_begin`
 * (uint64, [sources + 1]), `target` (uint32, [synapses], row by row) and, of a crossbar, `siemens`
 * (float32, [synapses], G+ + G-); attribute `targets` (uint32). A name that ends in .csv gives the
 * columns that `tuft energy --from` takes, without the synapses themselves.
 */
#ifndef TUFT_APPS_COUNTS_FILE_H
#define TUFT_APPS_COUNTS_FILE_H

#include "core/energy_synapses.h"
#include "core/ledger.h"
#include "core/network.h"

/* The counts of a ledger on its network, whole or not at all. siemens: a network whose weights are
 * the conductances (lsm/reservoir.h), its projections those of `network` that have synapses in the
 * ledger; or NULL. */
tuft_status counts_file_write(const char *path, const tuft_network *network,
                              const tuft_ledger *ledger, const tuft_network *siemens,
                              tuft_error *err);

/* One projection. TUFT_FORMAT: it is not there, or its parts do not fit together. */
tuft_status counts_file_read(const char *path, const char *projection, tuft_energy_edges *out,
                             tuft_error *err);

#endif
