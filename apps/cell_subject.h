/* The cell that a `tuft cell` command studies: a model of the catalogue with its parameters. */
#ifndef TUFT_APPS_CELL_SUBJECT_H
#define TUFT_APPS_CELL_SUBJECT_H

#include "apps/report.h"
#include "cells/rig.h"

#include <jansson.h>

typedef struct {
    const tuft_cell_model *model;
    void *parameters;
} cell_subject;

/* The model's defaults, changed by set: "tau_m_ms=10,threshold=15" (may be NULL). Unknown names
 * say which is near. On failure *out is empty. */
tuft_status cell_subject_new(cell_subject *out, const char *model, const char *set,
                             tuft_error *err);
void cell_subject_free(cell_subject *subject);

/* Whether it would come about, for a command's check. */
tuft_status cell_subject_check(const char *model, const char *set, tuft_error *err);

/* Whether a variable of this name can be written to by this model. */
tuft_status cell_subject_variable(const cell_subject *subject, const char *name, tuft_error *err);

/* A parameter's value; NaN where there is none of this name. */
double cell_subject_value(const cell_subject *subject, const char *name);

/* Every parameter: {"tau_m_ms": 20, ...}; a table of them with their units. */
json_t *cell_subject_json(const cell_subject *subject);
void cell_subject_view(app_report *report, const cell_subject *subject);

/* "0,150.5,-3" into at most limit numbers. option names what is wrong. */
tuft_status cell_numbers(const char *option, const char *text, double *value, size_t limit,
                         size_t *count, tuft_error *err);
/* count numbers from .. to, evenly. */
void cell_numbers_between(double from, double to, double *value, size_t count);

#endif
