/* tuft sweep: what its parts share. */
#ifndef TUFT_APPS_SWEEP_H
#define TUFT_APPS_SWEEP_H

#include "apps/experiment.h"
#include "apps/options.h"
#include "apps/result.h"
#include "apps/sweep_grid.h"
#include "apps/sweep_runs.h"

typedef struct {
    common_options common;
    const char *file, *data, *set, *out, *metric, *csv;
    option_texts over;
    int64_t seeds, jobs;
    int redo;
} sweep_config;

/* One point of the grid over the seeds whose runs are done. */
typedef struct {
    size_t point, n;
    double mean, sd, low, high; /* 95 % interval of the mean (Student); NaN where there is none */
} sweep_point;

typedef struct {
    const sweep_config *config;
    const char *metric;
    experiment experiment;
    sweep_grid grid;
    sweep_runs runs;
    sweep_point *point; /* [grid.points] */
} sweep;

/* Fills sweep->point from the runs. */
tuft_status sweep_summarise(sweep *of, tuft_error *err);

/* A table for people. */
void sweep_print(const sweep *of);
/* Columns: the axes, n, mean, sd, low, high, and the values of the seeds. NULL writes nothing. */
tuft_status sweep_write_csv(const sweep *of, const char *path, tuft_error *err);
/* Into "results". */
tuft_status sweep_publish(const sweep *of, app_result *result, tuft_error *err);
/* The HTML page; NULL writes nothing. */
tuft_status sweep_report(const sweep *of, const char *path, tuft_error *err);

#endif
