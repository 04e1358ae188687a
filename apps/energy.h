/* tuft energy: what its parts share. */
#ifndef TUFT_APPS_ENERGY_H
#define TUFT_APPS_ENERGY_H

#include "apps/energy_input.h"
#include "apps/options.h"
#include "apps/report.h"
#include "apps/result.h"
#include "core/energy.h"

#include <stdio.h>

enum { ENERGY_PROFILES = 12 };

typedef struct {
    common_options common;
    option_texts results, from;
    const char *profile, *counts, *synapses, *projection, *explain, *csv;
    double seconds;
    int64_t updates, top;
    int list;
} energy_config;

/* One bill for each input and profile: bill[input * profiles + profile]. */
typedef struct {
    const energy_config *config;
    size_t inputs, profiles;
    energy_input *input;
    tuft_energy_profile profile[ENERGY_PROFILES];
    tuft_energy_profile *adapted; /* [inputs][profiles]: with the run's own voltage; not owned */
    tuft_energy_bill *bill;
} energy_run;

const tuft_energy_bill *energy_bill(const energy_run *run, size_t input, size_t profile);
const energy_input *energy_input_of(const energy_run *run, size_t bill);

/* "runs/a.json on loihi" without the folder. */
const char *energy_bill_name(const energy_run *run, size_t bill, char *text, size_t size);

/* A bill over the first one: of a recording each where both have recordings (*each = 1), else of
 * all. Training: of all that was shown. */
tuft_energy_ratio energy_ratio(const energy_run *run, size_t bill, tuft_energy_part part,
                               int *each);

/* The activity at which a bill of the first input equals the first bill; NaN for other inputs, and
 * where there is none. */
double energy_even(const energy_run *run, size_t bill);

/* Part of a bill that a name stands for: a component, a projection, "total", "dynamic". */
typedef struct {
    int64_t projection; /* -1: any */
    int component;      /* -1: any */
    tuft_energy_part part;
} energy_choice;
tuft_status energy_choose(const tuft_energy_activity *activity, const char *name,
                          energy_choice *out, tuft_error *err);
int energy_chosen(const energy_choice *choice, const tuft_energy_term *term);

/* ---- energy_json.c */
void energy_json(const energy_run *run, json_t *results);
tuft_status energy_csv(const energy_run *run, const char *path, tuft_error *err);

/* ---- energy_matrix.c: joules of each synapse of the first input on the first profile. */
typedef struct {
    uint32_t projection, source, target;
    size_t synapse;
    double joules;
} energy_top;

typedef struct {
    uint32_t projection;
    const tuft_energy_edges *edges;
    double *joules; /* [edges->synapses] */
    double sum;     /* of these, and what the bill says */
    double total;
} energy_matrix;

/* Which projections: --projection, or all. *count of them; each the caller's to free. */
tuft_status energy_matrices(const energy_run *run, energy_matrix **out, size_t *count,
                            tuft_error *err);
void energy_matrices_free(energy_matrix *matrix, size_t count);
/* The `most` dearest of all, dearest first; returns how many there are. */
size_t energy_matrices_top(const energy_matrix *matrix, size_t count, energy_top *top, size_t most);
/* CSV `projection,source,target,joules` or HDF5 (.h5), whole or not at all. */
tuft_status energy_matrices_write(const energy_run *run, const energy_matrix *matrix, size_t count,
                                  const char *path, tuft_error *err);
/* Sums over rows x columns blocks of sources and targets, [rows][columns]. */
void energy_matrix_blocks(const energy_matrix *matrix, size_t rows, size_t columns, double *sum);

/* ---- energy_print.c */
void energy_print(const energy_run *run, const energy_matrix *matrix, size_t matrices);
void energy_print_profiles(const energy_run *run);
tuft_status energy_explain(const energy_run *run, tuft_error *err);
/* "52 (52 to 81) pJ" */
const char *energy_constant_text(const tuft_energy_constant *constant, char *text, size_t size);
/* "1.2 uJ (1.1 to 3.4)", or "1.2 uJ" where the sources give no range. */
const char *energy_range_text(tuft_energy_range range, char *text, size_t size);

/* ---- energy_curves.c */
typedef enum { ENERGY_OVER_ACTIVITY, ENERGY_OVER_CELLS, ENERGY_OVER_BITS } energy_axis;
/* Joules (nominal, training aside) of a bill, were the axis at x: activity and cells as factors of
 * what was counted, bits of the ADC. NaN: the bill does not depend on it. */
double energy_at(const tuft_energy_bill *bill, energy_axis axis, double x);
/* The factor of activity at which two bills are equal; NaN where they never are. */
double energy_break_even(const tuft_energy_bill *a, const tuft_energy_bill *b);

/* ---- energy_report.c */
tuft_status energy_report(const energy_run *run, const energy_matrix *matrix, size_t matrices,
                          tuft_error *err);

#endif
