/* What a resistive-memory cell does besides holding a conductance; every effect has one name, one
 * equation and is off at 0.
 *
 *   written    G <- max(0, G + s z),  s^2 = (program_relative G)^2 + program_siemens^2
 *   drift      G(t) = G (t / drift_t0_s)^-nu,  nu = drift_nu + drift_nu_sd z    (t > t0)
 *   stuck      with chance stuck_off G = off_siemens, with chance stuck_on G = on_siemens; a stuck
 *              cell is neither written nor does it drift
 *   read       each access sees G + s z,  s^2 = (read_relative G)^2 + read_siemens^2, z new for
 *              each cell and access: noise from cycle to cycle, which is not clipped at 0 (a
 *              current may well be measured negative)
 *
 * with z standard normal, independent for each cell. Sources: the power law of drift, Karpov et al.
 * 2007 (J. Appl. Phys. 102:124503) and, with spread in nu, Le Gallo & Sebastian 2020 (J. Phys. D
 * 53:213002); variances of the other effects add as in their section on noise. The 40 nm macro of
 * Lin et al. 2025 is written once and for all, so that nominal values (tuft_device_nominal) are
 * ours: not measured on it.
 */
#ifndef TUFT_LSM_DEVICE_H
#define TUFT_LSM_DEVICE_H

#include "core/status.h"

#include <stdint.h>

typedef struct {
    double program_relative, program_siemens;
    double drift_nu, drift_nu_sd, drift_t0_s;
    double stuck_off, stuck_on; /* shares of all cells */
    double off_siemens, on_siemens;
    double read_relative, read_siemens;
} tuft_device;

/* Every effect off; t0 1 s, off 0 S, on 60 uS. */
extern const tuft_device tuft_device_defaults;
/* Every effect on: programming 5 % and 0.2 uS, nu 0.02 +- 0.01, stuck 1 % off and 0.1 % on, read
 * noise 2 % and 0.05 uS. */
extern const tuft_device tuft_device_nominal;

/* TUFT_INVALID: negative or not finite, shares that sum to more than 1, noise beyond 100 times the
 * conductance, nu beyond 10. */
tuft_status tuft_device_check(const tuft_device *device, tuft_error *err);

/* A plane of cells, row-major. Row i of array a draws from streams (seed, effect, a << 32 | i), so
 * that neither other rows nor the order of calls matter. The two planes of differential pairs have
 * array numbers of their own. */
typedef struct {
    float *siemens; /* [rows][columns] */
    uint32_t rows, columns, array;
} tuft_cells;

/* Each effect by itself, on the conductances that are there. The device has been checked. */
void tuft_device_write(const tuft_device *device, tuft_cells cells, uint64_t seed);
void tuft_device_drift(const tuft_device *device, tuft_cells cells, uint64_t seed, double seconds);
void tuft_device_stick(const tuft_device *device, tuft_cells cells, uint64_t seed);

/* From targets to what is there `seconds` after writing: written, drifted, stuck. Cells that are
 * all the same to an effect that is off are not touched. */
void tuft_device_settle(const tuft_device *device, tuft_cells cells, uint64_t seed, double seconds);

#endif
