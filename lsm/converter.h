/* Converters between numbers and voltages or currents: uniform levels, then clipping.
 *
 *     one sign:    lsb = full / (2^bits - 1),        codes 0 .. 2^bits - 1
 *     both signs:  lsb = full / (2^(bits-1) - 1),    codes -(2^(bits-1) - 1) .. 2^(bits-1) - 1
 *     y = lsb x clip(round(x / lsb))
 *
 * so that 0 is a level, |x - y| <= lsb / 2 inside the range, and the error of an input spread
 * evenly over many levels has variance lsb^2 / 12 (Bennett 1948).
 *
 * Ranging says what `full` is: fixed, or chosen for each conversion of a group of values, as a
 * programmable amplifier before the converter does: the smallest full / 2^k, k = 0 .. 15, that
 * holds the largest of them.
 */
#ifndef TUFT_LSM_CONVERTER_H
#define TUFT_LSM_CONVERTER_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

enum { TUFT_CONVERTER_MOST_BITS = 24, TUFT_CONVERTER_IDEAL = 32 };

typedef enum { TUFT_SIGNS_ONE, TUFT_SIGNS_BOTH } tuft_converter_signs;
typedef enum { TUFT_RANGE_FIXED, TUFT_RANGE_AUTO } tuft_converter_ranging;

typedef struct {
    uint32_t bits; /* 1 to 24 (2 to 24 for both signs), or TUFT_CONVERTER_IDEAL: values pass */
    tuft_converter_signs signs;
    tuft_converter_ranging ranging;
    double full; /* largest magnitude, in the unit of the values */
} tuft_converter;

/* what: "adc", for the message. TUFT_INVALID: no bits, full not above 0 or not finite. */
tuft_status tuft_converter_check(const tuft_converter *converter, const char *what,
                                 tuft_error *err);

/* The range that a group of values is converted in: full, or full / 2^k. */
double tuft_converter_range(const tuft_converter *converter, const double *value, size_t n);
/* The step of a converter whose range is `full`; 0 for an ideal one. */
double tuft_converter_lsb(const tuft_converter *converter, double full);

/* Converts a group in place; returns how many values were clipped. */
size_t tuft_converter_apply(const tuft_converter *converter, double *value, size_t n);

#endif
