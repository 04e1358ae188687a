/* A measured array of resistive memory from the command line: --map FILE, --unit. */
#ifndef TUFT_APPS_MEASURED_ARRAY_H
#define TUFT_APPS_MEASURED_ARRAY_H

#include "apps/options.h"
#include "lsm/crossbar.h"

/* For OPTION_CHOICE: "S", "mS", "uS", "nS". */
extern const char *const measured_units[];

/* The map of a file as differential pairs, the caller's to free; unit: place in measured_units.
 * Errors: those of tuft_conductance_map_load and _pairs, TUFT_FORMAT for fewer than 8 x 8 cells;
 * all name the file. On failure *out is zeroed. */
tuft_status measured_array_load(const char *path, int unit, tuft_crossbar *out, tuft_error *err);

#endif
