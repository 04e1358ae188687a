/* Running a fixed-point reservoir: step by step, in integers, exactly as the kernels do
 * (docs/fpga-numbers.md, kernel (a)).
 *
 * Step k (from 0) takes the input spikes of that step; a tap of delay D acts D steps later. What
 * step k does here the float reservoir does at tick k + 1.
 */
#ifndef TUFT_LSM_FIXED_RUN_H
#define TUFT_LSM_FIXED_RUN_H

#include "lsm/frontend.h"
#include "lsm/reservoir_fixed.h"

/* Cells of a group as they are after the last step. */
typedef struct {
    int32_t *v, *sum; /* [cells]; sum: what has come in */
    uint32_t *fired;  /* [cells]: those that fired, ascending */
    uint32_t fired_count;
    uint32_t *count;  /* [windows][cells], at most 65535 */
    uint64_t *spikes; /* [cells], since the run was made */
} tuft_fixed_cells;

/* Spikes of one step, kept as long as taps look back. */
typedef struct {
    uint32_t *channel;
    size_t count, capacity;
} tuft_fixed_past;

typedef struct {
    const tuft_reservoir_fixed *fixed; /* borrowed */
    uint32_t windows;
    tuft_fixed_cells cells[TUFT_RESERVOIR_GROUPS];
    tuft_fixed_past *past;    /* [longest_delay], a ring */
    int64_t now;              /* steps that were run */
    uint64_t steps;           /* since the run was made */
    uint64_t *channel_spikes; /* [channels], since the run was made */
} tuft_fixed_run;

tuft_status tuft_fixed_run_new(tuft_fixed_run *run, const tuft_reservoir_fixed *fixed,
                               uint32_t windows, tuft_error *err);
void tuft_fixed_run_free(tuft_fixed_run *run);

/* Back to rest; what is counted since the run was made goes on. */
void tuft_fixed_run_reset(tuft_fixed_run *run);

/* One step with n input spikes, counted in a window. The caller has seen to it that no channel
 * comes more often than tuft_reservoir_fixed_repeats() in a step. */
tuft_status tuft_fixed_run_step(tuft_fixed_run *run, const uint32_t *channel, size_t n,
                                uint32_t window, tuft_error *err);

/* A whole recording from rest. Window w counts ticks edge[w] <= k + 1 < edge[w + 1]; the last edge
 * is the end. TUFT_NUMERIC: a channel that comes too often in one step. */
tuft_status tuft_fixed_run_input(tuft_fixed_run *run, const tuft_frontend_input *input,
                                 const int64_t *edge, tuft_error *err);

/* What has been counted since the run was made, as an engine's ledger. The caller's to free. */
tuft_status tuft_fixed_run_ledger(const tuft_fixed_run *run, tuft_ledger *ledger, tuft_error *err);

#endif
