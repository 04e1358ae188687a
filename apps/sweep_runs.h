/* The runs of a sweep: a child process each, whose result file appears when it is complete. What is
 * there stays; what was cut short is done again. */
#ifndef TUFT_APPS_SWEEP_RUNS_H
#define TUFT_APPS_SWEEP_RUNS_H

#include "apps/options.h"
#include "apps/settings.h"
#include "apps/sweep_grid.h"

typedef enum { SWEEP_TO_DO, SWEEP_DONE, SWEEP_FAILED } sweep_state;

typedef struct {
    size_t point;
    uint64_t seed;
    char *name; /* "decay=0.9, seed=1" */
    char *path; /* of its result: DIR/decay=0.9_seed=1_<fingerprint of the name>.json */
    sweep_state state;
    double value; /* of the metric, where it is done */
} sweep_run;

typedef struct {
    const sweep_grid *grid;
    const settings *base;
    const char *folder, *metric;
    int lock; /* the folder is this sweep's while it is open */
    sweep_run *run;
    size_t count, seeds; /* run[point * seeds + repeat] */
    size_t there;        /* done before this sweep began */
    size_t failed;
} sweep_runs;

/* What to do with results in the folder that another version of tuft made, or other options. */
typedef enum { SWEEP_REFUSE_CHANGED, SWEEP_REDO_CHANGED } sweep_changed;

/* base has one seed. Opens the folder (makes it where it is not), removes what runs that were
 * killed left half written, and sees which runs are there: those whose recorded version, options
 * and seed are what they would be now. TUFT_INVALID, naming one of them and what differs, where
 * others are there that are to be refused; TUFT_IO where another sweep is at work in the folder. */
tuft_status sweep_runs_open(sweep_runs *runs, const sweep_grid *grid, const settings *base,
                            const char *folder, const char *metric, uint64_t first_seed,
                            size_t seeds, sweep_changed changed, tuft_error *err);
void sweep_runs_free(sweep_runs *runs);

/* Does what is to do, jobs at a time, with threads / jobs threads each. A run that fails is said on
 * standard error, counted, and the others go on; a result without the metric ends all
 * (TUFT_INVALID). The children die with this process, however it ends. */
tuft_status sweep_runs_do(sweep_runs *runs, size_t jobs, const common_options *common,
                          tuft_error *err);

#endif
