/* LIF cells behind crossbars: each step's input is a read, with its noise and its converter.
 *
 * Input and recurrent weights are two arrays, each with its own port, noise and ADC. A step takes
 *     x = adc(sum_i w_i s_i + sqrt(sum_i var_i s_i) z)     for each of the two
 *     v <- decay v (0 after a spike) + x_input + x_recurrent
 * in the weights' unit, with s the spikes (full voltage or none: their squares are themselves) and
 * var_i the read-noise variance of pair i in that unit: the column's noise of lsm/macro.h. The sums
 * of weights come by the ports "input" and "recurrent"; those of variances by "input noise" and
 * "recurrent noise", from projections whose weights are the variances. Where nothing arrives a
 * column is not read.
 *
 * z is number (cell) of stream (seed, READ, port and population, episode, step): the engine's
 * threads do not matter. An episode (a recording) is begun by writing its number to the variable
 * "episode" of any cell; steps count from there.
 */
#ifndef TUFT_LSM_ANALOG_LIF_H
#define TUFT_LSM_ANALOG_LIF_H

#include "cells/lif.h"
#include "lsm/converter.h"

enum { TUFT_ANALOG_ARRAYS = 2 }; /* input, recurrent */

typedef struct {
    tuft_lif_parameters lif;                /* first: a population of plain cells has it too */
    tuft_converter adc[TUFT_ANALOG_ARRAYS]; /* full in the weights' unit; fixed range */
    uint64_t seed;
    uint32_t array; /* tells populations of one seed apart, below 128 */
} tuft_analog_lif_parameters;

/* Clocked only. TUFT_INVALID: an ADC that chooses its range (its tile may lie in several threads),
 * those of tuft_converter_check and of tuft_lif_delta. */
extern const tuft_cell_model tuft_analog_lif;

#endif
