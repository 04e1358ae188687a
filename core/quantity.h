/* Numbers with a dimension, so that pJ, uJ, W and s are never mixed.
 *
 * A quantity is kept in SI units (J, s, V, and bytes); its dimension is the exponents of these.
 * What multiplies adds exponents, what adds must have the same ones. Power is J/s, conductance
 * J/(s V^2), so that V^2 G t is an energy because the exponents say so.
 */
#ifndef TUFT_CORE_QUANTITY_H
#define TUFT_CORE_QUANTITY_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int8_t energy, time, voltage, byte;
} tuft_dimension;

extern const tuft_dimension tuft_dimension_none, tuft_dimension_energy, tuft_dimension_power,
    tuft_dimension_time, tuft_dimension_voltage, tuft_dimension_conductance, tuft_dimension_byte,
    tuft_dimension_energy_byte;

typedef struct {
    double si;
    tuft_dimension dimension;
} tuft_quantity;

int tuft_dimension_same(tuft_dimension a, tuft_dimension b);
/* "an energy", "a power"; NULL for one that has no name here. */
const char *tuft_dimension_name(tuft_dimension dimension);
/* The SI unit of a dimension that has a name: "J", "W"; "" for numbers. */
const char *tuft_dimension_unit(tuft_dimension dimension);

/* A value in a unit: J, W, s, V, S (siemens) with the prefixes f p n u m k or none; B (bytes); J/B;
 * "1", a plain number. TUFT_FORMAT: an unknown unit; one of another dimension than expected. */
tuft_status tuft_quantity_read(double value, const char *unit, tuft_dimension expected,
                               tuft_quantity *out, tuft_error *err);

tuft_quantity tuft_quantity_number(double value);
tuft_quantity tuft_quantity_times(tuft_quantity a, tuft_quantity b);

/* *sum += b. TUFT_INVALID for another dimension: "an energy + a power"; *sum is left alone. */
tuft_status tuft_quantity_add(tuft_quantity *sum, tuft_quantity b, tuft_error *err);

/* An energy and nothing else: what totals are kept in. */
typedef struct {
    double joules;
} tuft_energy;

/* TUFT_INVALID: the quantity is no energy. */
tuft_status tuft_energy_of(tuft_quantity quantity, tuft_energy *out, tuft_error *err);

/* "1.234 nJ", "0 J": `digits` significant digits with the prefix that leaves 1 to 999. */
const char *tuft_quantity_text(tuft_quantity quantity, int digits, char *text, size_t size);
const char *tuft_energy_text(tuft_energy energy, int digits, char *text, size_t size);

#endif
