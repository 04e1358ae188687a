/* What `tuft energy` is told: counts from a result of any subcommand, or from another simulator. */
#ifndef TUFT_APPS_ENERGY_INPUT_H
#define TUFT_APPS_ENERGY_INPUT_H

#include "core/energy.h"
#include "core/energy_synapses.h"

#include <jansson.h>

typedef struct {
    const char *path;
    char label[64], command[40]; /* "n-mnist" of runs/n-mnist.json; "classify" */
    char seed[24];
    tuft_energy_activity activity;
    double volt, siemens;     /* of the run's crossbars, or NaN */
    tuft_energy_edges *edges; /* [projections] that a CSV or a counts file gives, or NULL */
} energy_input;

/* A JSON that --json wrote. Errors, with file and place: TUFT_FORMAT for what is no such result,
 * was made by a newer tuft, or contradicts itself. path is borrowed. */
tuft_status energy_input_read(energy_input *out, const char *path, tuft_error *err);

/* CSV with the header `projection,source,spikes,fan_out` and, if wanted, `targets` (cells that the
 * projection goes to) and `synaptic_events` (checked: spikes x fan_out); columns in any order, a
 * line a source. Errors name file and line. */
tuft_status energy_input_csv(energy_input *out, const char *path, tuft_error *err);

/* Adds the edges that a --counts file has (apps/counts_file.h): every projection of the result must
 * be there and give its synaptic events. */
tuft_status energy_input_counts(energy_input *input, const char *path, tuft_error *err);

void energy_input_free(energy_input *input);

#endif
