/* All cell models by name, and their parameters by name: what files and command lines build cells
 * from. */
#ifndef TUFT_CELLS_CATALOGUE_H
#define TUFT_CELLS_CATALOGUE_H

#include "core/cell_model.h"

/* The models, in alphabetical order. */
const tuft_cell_model *const *tuft_cell_models(size_t *count);
/* NULL if there is none of this name. */
const tuft_cell_model *tuft_cell_model_find(const char *name);

/* NULL if the model has no such parameter. */
const tuft_parameter_entry *tuft_parameter_find(const tuft_cell_model *model, const char *name);

/* Sets a parameter in the model's own struct: a REAL, or a COUNT (whole, 0 to 2^32 - 1), or a
 * CHOICE by its number. TUFT_INVALID for other values and for CELLS. Whether the cell can live with
 * the value is checked when the population is made. */
tuft_status tuft_parameter_set(void *parameters, const tuft_parameter_entry *entry, double value,
                               tuft_error *err);
double tuft_parameter_get(const void *parameters, const tuft_parameter_entry *entry);

#endif
