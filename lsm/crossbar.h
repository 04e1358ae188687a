/* A crossbar of differential pairs: two cells a weight, read as the difference of their currents
 * (Lin et al. 2025, fig. 1): I_j = sum_i V_i (G+_ij - G-_ij).
 *
 * The weight that a pair stands for is its difference in units of the difference's own spread:
 *     w_ij = sd x (G+_ij - G-_ij) / (sqrt(2) sd_siemens)
 * so that normal conductances give weights N(0, sd^2), as the paper's software model has them (but
 * for what the model clips at zero: 4 in 10 000 cells of the defaults).
 */
#ifndef TUFT_LSM_CROSSBAR_H
#define TUFT_LSM_CROSSBAR_H

#include "core/status.h"
#include "lsm/conductance.h"
#include "lsm/device.h"

#include <stdint.h>

typedef struct {
    uint32_t rows, columns; /* inputs, outputs */
    float *plus, *minus;    /* siemens, [rows][columns] */
    double sd_siemens;      /* of one cell, by the model */
} tuft_crossbar;

/* Samples every cell. Row i draws from stream (seed, CONDUCTANCE, array << 32 | i), so that arrays
 * of one seed differ and a row does not depend on how many others there are. Errors: those of
 * tuft_conductance_check; TUFT_INVALID, no spread; TUFT_MEMORY. On failure *out is zeroed. */
tuft_status tuft_crossbar_sample(tuft_crossbar *out, const tuft_conductance *model, uint32_t rows,
                                 uint32_t columns, uint64_t seed, uint32_t array, tuft_error *err);
void tuft_crossbar_free(tuft_crossbar *crossbar);

/* What the devices make of the cells `seconds` after they were written: programming error, drift
 * and stuck cells, of the planes 2 array (plus) and 2 array + 1 (minus). TUFT_INVALID: those of
 * tuft_device_check, array of 2^24 or more. sd_siemens stays that of the model: it is the unit of
 * the weights. */
tuft_status tuft_crossbar_settle(tuft_crossbar *crossbar, const tuft_device *device, uint64_t seed,
                                 uint32_t array, double seconds, tuft_error *err);

/* weight[rows][columns] with the given standard deviation. */
void tuft_crossbar_weights(const tuft_crossbar *crossbar, double sd, float *weight);

/* siemens[rows][columns]: G+ + G- of each pair, what a read of it conducts. */
void tuft_crossbar_siemens(const tuft_crossbar *crossbar, float *siemens);

/* Joules that cells take when row i is read `reads[i]` times at volt for seconds:
 *     sum_ij reads_i V^2 (G+_ij + G-_ij) t
 * both cells of a pair conduct, whatever the sign of the weight. Converters are not in it. */
double tuft_crossbar_read_joules(const tuft_crossbar *crossbar, const uint64_t *reads, double volt,
                                 double seconds);

/* current_ampere[columns] for voltage[rows]: one analogue matrix-vector product. */
void tuft_crossbar_read(const tuft_crossbar *crossbar, const float *voltage,
                        double *current_ampere);

#endif
