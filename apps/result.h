/* The result document that --json writes:
 *
 *     {"tuft": {"version", "commit"}, "command", "config": {every option and operand}, "seed",
 *      "results": {...}, "ledger": {...}, "timing_s": {stages ..., "total"}}
 *
 * A document collects while the subcommand works and is written whole or not at all. Only
 * timing_s differs between two runs of one configuration. Numbers are written with the fewest
 * digits that read back as the same double; NaN and infinities are null, as JSON has none.
 */
#ifndef TUFT_APPS_RESULT_H
#define TUFT_APPS_RESULT_H

#include "apps/options.h"
#include "core/ledger.h"

#include <jansson.h>
#include <stdio.h>

typedef struct app_result app_result;

/* A document of this run of a subcommand: config and seed are read by its table. Times start. */
tuft_status result_new(app_result **out, const app_command *command, const void *config,
                       tuft_error *err);
void result_free(app_result *result);

/* Every option and operand of a subcommand with its value in config, as "config" has them before a
 * subcommand adds to it; a new reference, NULL without memory. */
json_t *result_config(const app_command *command, const void *config);

/* "results", to be filled by jansson's json_object_set_new(); borrowed. */
json_t *result_results(app_result *result);

/* Sets config.name to another value than was typed: what a preset came to. Takes the reference. */
void result_config_set(app_result *result, const char *name, json_t *value);

/* Times a stage ("load", "encode", "train", "test") until the next call or result_write; NULL only
 * ends it. A stage entered again adds to its time. */
void result_stage(app_result *result, const char *name);

/* Seconds of a stage that has ended, 0 if there is none. */
double result_stage_seconds(const app_result *result, const char *name);

/* Sets "ledger". */
tuft_status result_ledger(app_result *result, const tuft_ledger *ledger, tuft_error *err);

/* New references; NULL without memory. Matrices are row-major arrays of rows. */
json_t *result_real(double value);
json_t *result_vector(const double *value, size_t count);
json_t *result_matrix(const double *value, size_t rows, size_t columns);
json_t *result_counts(const uint64_t *value, size_t rows, size_t columns);

/* Writes the document to path; NULL does nothing, so that a subcommand need not ask. */
tuft_status result_write(app_result *result, const char *path, tuft_error *err);

/* Any JSON value, indented; arrays of plain values on one line. */
void result_print(FILE *stream, const json_t *value);
/* The same without a line end, cut to size bytes; a string without its quotes. Returns text. */
const char *result_text(const json_t *value, char *text, size_t size);

#endif
