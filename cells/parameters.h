/* What every cell model asks of its parameters: each check names the first value that fails it. */
#ifndef TUFT_CELLS_PARAMETERS_H
#define TUFT_CELLS_PARAMETERS_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;
    double value;
} tuft_parameter;

/* All return TUFT_INVALID for the first value that is not as the function's name says. */
tuft_status tuft_parameters_above_zero(const tuft_parameter *list, size_t n, tuft_error *err);
tuft_status tuft_parameters_finite(const tuft_parameter *list, size_t n, tuft_error *err);
/* Periods: 0 or more, and at most `limit` of the given unit. */
tuft_status tuft_parameters_periods(const tuft_parameter *list, size_t n, double unit_ms,
                                    double limit, tuft_error *err);
/* bias[cells]; NULL is fine. */
tuft_status tuft_parameters_cell_bias(const float *bias, uint32_t cells, tuft_error *err);
/* bias[cells] as the parameters say: each cell's own, or all alike where each is NULL. */
void tuft_parameters_fill_bias(float *bias, const float *each, double alike, uint32_t cells);

/* A value that is to be written into a float32 variable. */
tuft_status tuft_parameters_written(const char *variable, double value, tuft_error *err);
/* The answer to writing a variable that follows from others. */
tuft_status tuft_parameters_derived(const char *variable, tuft_error *err);

#endif
