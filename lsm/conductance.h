/* How conductances of resistive-memory cells are distributed.
 *
 * After dielectric breakdown each cell of the macro keeps a conductance of its own that nobody
 * chose (Lin et al. 2025, Nat. Comput. Sci. 5:37-47, 40 nm 1T1R). A model says what can be drawn:
 *     normal     G = max(0, mean + sd z)
 *     lognormal  G = exp(mu + s z), s^2 = ln(1 + sd^2 / mean^2), mu = ln(mean) - s^2 / 2
 *     table      G = one of the measured values, each with the same chance
 * with z standard normal.
 */
#ifndef TUFT_LSM_CONDUCTANCE_H
#define TUFT_LSM_CONDUCTANCE_H

#include "core/philox.h"
#include "core/status.h"

#include <stddef.h>

typedef enum {
    TUFT_CONDUCTANCE_NORMAL,
    TUFT_CONDUCTANCE_LOGNORMAL,
    TUFT_CONDUCTANCE_TABLE
} tuft_conductance_kind;

typedef struct {
    tuft_conductance_kind kind;
    double mean_siemens, sd_siemens; /* of a cell; of a table: set by tuft_conductance_load */
    const double *table_siemens;     /* [table_count], borrowed */
    size_t table_count;
} tuft_conductance;

/* Normal, 20 uS +- 6 uS: nominal values, since only the shape of the distribution enters the
 * weights; an array of one's own comes in as a table. */
extern const tuft_conductance tuft_conductance_defaults;

/* TUFT_INVALID: mean outside 1e-18 to 1e6 S, negative sd or more than 1e6 times the mean, an empty
 * table, values of it that are negative or above 1e6 S. */
tuft_status tuft_conductance_check(const tuft_conductance *model, tuft_error *err);

/* One draw, in siemens; two numbers of the stream for normal and lognormal, one or more for a
 * table. The model has been checked. */
double tuft_conductance_draw(const tuft_conductance *model, tuft_random *random);

/* Measured values from a text file: numbers in siemens, separated by white space, commas or
 * semicolons, '#' starts a comment. model becomes a table; its values are the caller's to free()
 * through *owned. TUFT_FORMAT names the line. */
tuft_status tuft_conductance_load(const char *path, tuft_conductance *model, double **owned,
                                  tuft_error *err);

/* Whether a mean (siemens) is one that arrays have, 1e-9 to 1e-2 S: TUFT_FORMAT names the mean and
 * the unit that the numbers of the file may be in. */
tuft_status tuft_conductance_check_unit(const char *path, double mean_siemens, tuft_error *err);

#endif
