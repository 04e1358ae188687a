/* A crossbar of differential pairs as it is built and read: cells with their effects, wires,
 * converters, in tiles.
 *
 * The two cells of a pair lie side by side, so that a tile of 512 x 512 cells (the 40 nm macro of
 * Lin et al. 2025) holds 512 x 256 weights; a larger array is several tiles, each with converters
 * of its own, whose digital results are added up. A read, for each tile:
 *
 *   1. drive. Levels: voltage_i through the DAC, one access. Pulses (bit-serial): |voltage_i| /
 * full as an integer of dac.bits bits; one access a bit, in which lines whose bit is set carry
 *      +- full. Sub-results are added as  sum_k 2^k I_k / (2^bits - 1).
 *   2. the array, each access:  I_j = sum_i V_i (G+_ij - G-_ij), with read noise, through wires.
 *   3. the ADC, on the difference of the pair's currents.
 *
 * Read noise (lsm/device.h) is independent from cell to cell, so that a column's is normal with
 *     var I_j = sum_i V_i^2 (s+_ij^2 + s-_ij^2),   s^2 = (read_relative G)^2 + read_siemens^2
 * and columns are independent: a sum of independent normals is normal, and no cell is in two
 * columns. TUFT_NOISE_COLUMNS draws that: one number a column, equal in distribution to
 * TUFT_NOISE_CELLS, which draws one a cell.
 *
 * Wires. TUFT_WIRES_EXACT solves the network (lsm/ir_drop.h) at every access, with each cell's
 * noise in it. TUFT_WIRES_FOLDED uses that the quiet network is linear: its transfer matrix, solved
 * for once, takes the place of the conductances, and a read costs no more than without wires. Then
 * only the noise is approximate: a cell's is taken as s x transfer / G in its own column, which
 * leaves out what the other driven lines do to the cell's voltage and what a fluctuation passes on
 * to other columns. Error: none without noise; the spread of the noise comes out 1.3 % too large
 * where the wires take a quarter of the current, 10 % where they take 0.6 of it.
 *
 * The same seed, array and access number give the same noise, whatever was read before.
 */
#ifndef TUFT_LSM_MACRO_H
#define TUFT_LSM_MACRO_H

#include "lsm/converter.h"
#include "lsm/crossbar.h"
#include "lsm/device.h"
#include "lsm/ir_drop.h"

typedef enum { TUFT_DRIVE_LEVELS, TUFT_DRIVE_PULSES } tuft_macro_drive;
typedef enum { TUFT_NOISE_COLUMNS, TUFT_NOISE_CELLS } tuft_noise_method;
typedef enum { TUFT_WIRES_NONE, TUFT_WIRES_FOLDED, TUFT_WIRES_EXACT } tuft_wires_method;

typedef struct {
    tuft_device device;
    double seconds; /* from writing to reading */
    tuft_noise_method noise;
    tuft_wires_method method;
    tuft_wires wires;
    double tolerance; /* of the network's solution, of the largest current */
    tuft_macro_drive drive;
    tuft_converter dac; /* full: volts of a full input; used by pulses even if levels are ideal */
    tuft_converter adc; /* full: ampere; 0: 4 x dac.full x the largest column norm of the tile */
    uint32_t tile_rows, tile_columns; /* in cells; columns even */
} tuft_macro_config;

/* No effects: ideal converters, 0.2 V, tiles of 512 x 512. */
extern const tuft_macro_config tuft_macro_ideal;
/* All effects at nominal values: tuft_device_nominal an hour after writing, tuft_wires_nominal
 * folded, 8-bit DAC, 8-bit ADC that chooses its range. */
extern const tuft_macro_config tuft_macro_nominal;

/* Whether cells, wires or ADC do anything at all. */
int tuft_macro_has_effects(const tuft_macro_config *config);

tuft_status tuft_macro_config_check(const tuft_macro_config *config, tuft_error *err);

/* Read-only once made. */
typedef struct tuft_macro tuft_macro;

/* A macro whose cells were to be written with the crossbar's conductances (copied; effects not yet
 * in them). Errors: those of the parts; TUFT_MEMORY. */
tuft_status tuft_macro_new(tuft_macro **out, const tuft_crossbar *target,
                           const tuft_macro_config *config, uint64_t seed, uint32_t array,
                           tuft_error *err);
void tuft_macro_free(tuft_macro *macro);

/* The cells as they are now, before read noise; borrowed. */
const tuft_crossbar *tuft_macro_cells(const tuft_macro *macro);
uint32_t tuft_macro_tiles(const tuft_macro *macro);

/* What a quiet read does as weights, in the unit of tuft_crossbar_weights(): [rows][columns], wires
 * in them (exact ones as their transfer matrix); and the variances of their read noise in the
 * square of that unit (variance may be NULL). */
void tuft_macro_weights(const tuft_macro *macro, double sd, float *weight, float *variance);
/* The ADC's step in a tile at its full range, ampere; 0 if ideal. */
double tuft_macro_lsb(const tuft_macro *macro, uint32_t tile);

/* Room for reads, one for each thread. */
typedef struct tuft_macro_reader tuft_macro_reader;
tuft_status tuft_macro_reader_new(tuft_macro_reader **out, const tuft_macro *macro,
                                  tuft_error *err);
void tuft_macro_reader_free(tuft_macro_reader *reader);

/* current[columns] (differences, ampere) for voltage[rows]; access below 2^40. TUFT_NUMERIC: the
 * network has no solution. */
tuft_status tuft_macro_read(tuft_macro_reader *reader, const float *voltage, uint64_t access,
                            double *current, tuft_error *err);
/* ADC conversions of the reader's reads so far, and those that were clipped. */
void tuft_macro_conversions(const tuft_macro_reader *reader, uint64_t *conversions,
                            uint64_t *clipped);

#endif
