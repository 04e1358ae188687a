/* The liquid: LIF cells whose input and recurrent weights are a crossbar's random conductances, and
 * stay as they are. What is read of it are spike counts.
 *
 * A reservoir has one or more groups of cells. In a group every position of the picture (or of the
 * cochlea) has the same `maps` cells: one crossbar, read at each position in turn, holds their
 * receptive fields (rows: the field's taps, for each delay; columns: the cells), and a second one
 * their recurrent weights. A field of 0 x 0 is the whole input at a single position: the dense
 * liquid of Lin et al. 2025 (Nat. Comput. Sci. 5:37-47). Small fields read at each position are
 * the random convolutions that the same memory computes in Wang et al. 2023 (Nat. Mach. Intell.
 * 5:104-113).
 *
 * With a macro the crossbars are read as it says (lsm/macro.h): weights are those of the cells as
 * they are, through folded wires; read noise (drawn by columns) and the ADC act on each cell's
 * input at each step (lsm/analog_lif.h). Spikes are full voltages: there is no DAC, and no pulses.
 *
 * With a measured array the cells are those of the array, the same for every seed; the seed still
 * draws which taps are connected, thresholds and effects.
 *
 * A step is one tick of the engine. Cells are the delta LIF of cells/lif.h, clocked:
 *     v <- decay v (0 after a spike) + input + recurrent,   spike = v > threshold.
 */
#ifndef TUFT_LSM_RESERVOIR_H
#define TUFT_LSM_RESERVOIR_H

#include "core/events.h"
#include "core/network.h"
#include "lsm/conductance.h"
#include "lsm/macro.h"

enum { TUFT_RESERVOIR_GROUPS = 6, TUFT_RESERVOIR_DELAYS = 8 };

typedef struct {
    uint32_t maps;               /* cells at each position */
    uint32_t field_x, field_y;   /* receptive field in channels; 0: all of the input */
    uint32_t stride_x, stride_y; /* from one position to the next */
    uint32_t delays;             /* how many taps a channel has, at ... */
    uint32_t delay_steps[TUFT_RESERVOIR_DELAYS]; /* ... so many steps before, 0 or more */
    double density;                              /* share of the field's taps that a cell has */
    double weight_sd;                            /* of an input weight */
    double recurrent_density; /* share of a position's cells, itself too, that reach a cell */
    double recurrent_sd;      /* of a recurrent weight, which takes one step */
    double decay;             /* of v in a step, 0 < decay <= 1 */
    double threshold;
    double threshold_spread;   /* cell of map k: threshold x exp(spread x z_k), z standard normal */
    uint32_t pools_x, pools_y; /* regions of positions whose counts are added up */
} tuft_reservoir_group;

typedef struct {
    tuft_conductance conductance;   /* that cells are drawn from, unless there is an array */
    const tuft_crossbar *array;     /* measured cells that the crossbars are cut from, in the order
                                     * input 0, recurrent 0, input 1, ... (lsm/array_plan.h); NULL:
                                     * drawn; borrowed while the reservoir is made */
    const tuft_macro_config *macro; /* NULL: no effects; borrowed while the reservoir is made */
    uint32_t groups;
    tuft_reservoir_group group[TUFT_RESERVOIR_GROUPS];
} tuft_reservoir_config;

/* Where a group's cells lie: cell = (position_y * positions_x + position_x) * maps + map. */
typedef struct {
    uint32_t population;
    uint32_t positions_x, positions_y, maps, pools_x, pools_y;
    float *threshold; /* [cells], or NULL: all alike */
    void *parameters; /* tuft_lif_parameters, or tuft_analog_lif_parameters */
} tuft_reservoir_place;

/* Read-only once made: several engines may run on it. */
typedef struct {
    tuft_network *network;
    tuft_geometry geometry; /* of the input */
    uint32_t source;        /* population that takes the input */
    uint32_t groups, cells;
    int64_t longest_delay; /* ticks from a spike to its last effect */
    int analog;            /* cells are tuft_analog_lif: they want to be told the episode */
    int siemens;           /* made by tuft_reservoir_siemens(): conductances in place of weights */
    tuft_reservoir_place place[TUFT_RESERVOIR_GROUPS];
} tuft_reservoir;

/* TUFT_INVALID: a group that makes no sense, with its number, or an array without room for its
 * crossbars; TUFT_MEMORY: more than 2^26 cells or
 * 2^28 possible synapses in a group. */
tuft_status tuft_reservoir_new(tuft_reservoir **out, const tuft_reservoir_config *config,
                               tuft_geometry geometry, uint64_t seed, tuft_error *err);
/* The same reservoir with G+ + G- (siemens, of the cells as they are now) in place of the weights:
 * what each synapse conducts when it is read. Projections are those of tuft_reservoir_new() in the
 * same order, each with its synapses in the same order, without those that carry noise. Nothing to
 * run. */
tuft_status tuft_reservoir_siemens(tuft_reservoir **out, const tuft_reservoir_config *config,
                                   tuft_geometry geometry, uint64_t seed, tuft_error *err);
void tuft_reservoir_free(tuft_reservoir *reservoir);

/* Whether a projection carries variances of read noise, not spikes: it costs nothing in the array.
 */
int tuft_reservoir_is_noise(const tuft_reservoir *reservoir, uint32_t projection);

/* Counts of one window: sum over groups of maps x pools. */
size_t tuft_reservoir_features(const tuft_reservoir *reservoir);

#endif
