/* Steady inputs over a grid: every somatic with every apical one, each on a number of cells that
 * differ by their noise alone. All cells run at once, on one rig. f-I curves and burst probability
 * against apical input are both rows of such a grid. */
#ifndef TUFT_CELLS_SWEEP_H
#define TUFT_CELLS_SWEEP_H

#include "cells/rig.h"

typedef struct {
    tuft_rig_settings rig; /* cells is not read */
    const double *soma;    /* [somas] */
    const double *apical;  /* [apicals]; NULL: the apical end is left alone, apicals is 1 */
    uint32_t somas, apicals, repeats;
    double warm_up_ms, duration_ms; /* counted from warm_up on */
    double burst_interval_ms;       /* core/bursts.h */
} tuft_sweep_settings;

/* What one cell did. */
typedef struct {
    uint64_t spikes, events, bursts;
    uint64_t intervals; /* between its spikes, with their sum and sum of squares in ms */
    double interval_sum, interval_squares;
} tuft_sweep_cell;

typedef struct {
    uint32_t somas, apicals, repeats;
    double duration_ms;
    tuft_sweep_cell *cell; /* [apicals][somas][repeats] */
} tuft_sweep;

/* On failure *out is empty. */
tuft_status tuft_sweep_run(tuft_sweep *out, const tuft_sweep_settings *settings, tuft_error *err);
void tuft_sweep_free(tuft_sweep *sweep);

/* A mean over cells with its interval of 95 %, mean +- 1.96 sd / sqrt(n); no interval (NaN) for one
 * cell. */
typedef struct {
    double mean, low, high;
} tuft_sweep_value;

typedef struct {
    tuft_sweep_value rate_hz, event_rate_hz;
    tuft_sweep_value burst_probability; /* bursts / events of all cells, NaN without events; its
                                           interval that of a ratio of means over cells */
    double cv;                          /* of the intervals of all cells; NaN below two */
} tuft_sweep_point;

tuft_sweep_point tuft_sweep_at(const tuft_sweep *sweep, uint32_t apical, uint32_t soma);

#endif
