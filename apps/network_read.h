/* The parts of network_file_read(): one file for each part of the description. */
#ifndef TUFT_APPS_NETWORK_READ_H
#define TUFT_APPS_NETWORK_READ_H

#include "apps/network_file.h"

/* ---- values (network_values.c) */

/* A time in ms that is a whole number of ticks, least ticks or more. */
tuft_status network_read_ticks(const network_file *file, const json_at *at, int64_t least,
                               int64_t *ticks, tuft_error *err);
/* A number, or {"uniform": [low, high]}, {"normal": [mean, sd]}, {"lognormal": [mean, sd]}. */
tuft_status network_read_distribution(const json_at *at, tuft_distribution *out, tuft_error *err);
/* The same, or an array of count numbers. */
tuft_status network_read_values(const json_at *at, uint32_t count, network_values *out,
                                tuft_error *err);
/* "0-9,20" or a number: cells below count, ascending; absent: all. */
tuft_status network_read_cells(const json_at *at, uint32_t count, network_cells *out,
                               tuft_error *err);
/* One of a CHOICE parameter's names: its number. */
tuft_status network_read_choice(const json_at *at, const tuft_parameter_entry *entry, double *out,
                                tuft_error *err);
/* The name of a population (anyone, or one that has a cell model). */
tuft_status network_read_population(const network_file *file, const json_at *at, uint32_t *out,
                                    tuft_error *err);
/* A port of a population, which may be left out where there is one only. target: where the
 * population is named. */
tuft_status network_read_port(const network_file *file, const json_at *at, const json_at *target,
                              uint32_t population, const char **out, tuft_error *err);
tuft_status network_read_variable(const network_file *file, const json_at *at, uint32_t population,
                                  int *out, tuft_error *err);
/* A name of letters, digits and _-.: that no population has yet. */
tuft_status network_read_name(const network_file *file, const json_at *at,
                              char name[NETWORK_NAME_SIZE], tuft_error *err);

/* ---- populations (network_populations.c) */

tuft_status network_read_populations(network_file *file, tuft_error *err);
/* Reads one parameter of a model into the population. */
tuft_status network_read_parameter(network_population *population, const char *name,
                                   const json_at *at, tuft_error *err);
/* Appends a population of the model with its default parameters. */
tuft_status network_add_population(network_file *file, const char *spot,
                                   const tuft_cell_model *model, network_population **out,
                                   tuft_error *err);
/* Makes a population of one cell: whether the model takes the parameters. The error stands at the
 * one among `parameters` that is to blame, if one is. */
tuft_status network_try_cell(const network_file *file, const network_population *population,
                             const json_at *parameters, tuft_error *err);

/* ---- projections (network_projections.c) */

tuft_status network_read_projections(network_file *file, tuft_error *err);
tuft_status network_add_projection(network_file *file, const char *spot, network_projection **out,
                                   tuft_error *err);

/* ---- learning (network_plasticity.c) */

/* {"rule": name, "parameters": {...}} of a projection whose connect has been read. */
tuft_status network_read_plasticity(const network_file *file, const json_at *at,
                                    network_projection *projection, tuft_error *err);

/* ---- inputs (network_inputs.c) */

/* Random streams of the projections that Poisson inputs are: this and their place in "inputs".
 * Those of "projections" are their own places there. */
#define NETWORK_INPUT_STREAM 0x80000000u

/* The populations that Poisson inputs are, so that projections and sines can name them. */
tuft_status network_read_poisson(network_file *file, tuft_error *err);
tuft_status network_read_inputs(network_file *file, tuft_error *err);
/* --input: the events of the one source, or of the source named before =. */
tuft_status network_override_input(network_file *file, const char *input, tuft_error *err);

/* ---- records (network_records.c) */

tuft_status network_read_records(network_file *file, tuft_error *err);

#endif
