/* How many cycles a kernel takes: c0 + sum of trip counts x initiation interval, nothing fitted.
 *
 * For the hand-written RTL (fpga/rtl/lif_reservoir.v) the model is exact: its test bench compares
 * it with the simulated cycles of every vector, and any deviation fails. For the HLS kernels the
 * trip counts are the compiler's (fpga/gate/gate prints them); intervals and depths are those that
 * the pragmas ask for, an assumption until a csynth.xml of Vitis is read (fpga/csynth.h).
 */
#ifndef TUFT_FPGA_LATENCY_H
#define TUFT_FPGA_LATENCY_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* What one sample asked of a reservoir. swept counts the spikes that are delivered: those of every
 * step but the last, whose spikes go to nobody. */
typedef struct {
    uint64_t steps, events, swept;
} tuft_fpga_activity;

/* Words in a row of weights: ceil(cells / lanes). lanes > 0. */
uint64_t tuft_fpga_row_words(uint64_t cells, uint64_t lanes);

/* Clock cycles of lif_reservoir.v from the one after `start` to the last beat of counts, when its
 * input never makes it wait (each cycle of waiting adds one):
 *     1 + (steps + 1) (words + 3) + words (steps + events + swept) + steps
 * that is: a pass that clears and one that updates in each step, each followed by the 3 cycles
 * until its last spikes can be read; in each step one cycle for the end mark, one a word to look
 * for spikes, and one row for each event and each spike. */
uint64_t tuft_fpga_rtl_cycles(uint64_t cells, uint64_t lanes, const tuft_fpga_activity *activity);

/* One loop of an HLS kernel (innermost, or a nest that is flattened): entered `entries` times, each
 * time `trips` iterations at one every `interval` cycles after a pipeline of `depth` cycles fills.
 */
typedef struct {
    char label[48];
    uint64_t entries, trips;
    uint32_t interval, depth;
} tuft_fpga_loop;

/* fixed + sum of entries x (depth + (trips - 1) x interval); a loop of no trips costs nothing but
 * its entry (1 cycle). UINT64_MAX where the sum does not fit. */
uint64_t tuft_fpga_loop_cycles(uint64_t fixed, const tuft_fpga_loop *loops, size_t count);

/* The loops of fpga/hls/lif_reservoir.c, innermost, for one sample: their trip counts are those
 * that the gate prints, the intervals those of its pragmas. Depths (5 for a row, 8 for cells) and
 * the two cycles a cell that the search for spikes takes are assumed: a csynth.xml says what they
 * are. */
enum { TUFT_FPGA_HLS_LIF_LOOPS = 5 };
void tuft_fpga_hls_lif_loops(uint64_t cells, uint64_t lanes, const tuft_fpga_activity *activity,
                             tuft_fpga_loop loops[TUFT_FPGA_HLS_LIF_LOOPS]);

#endif
