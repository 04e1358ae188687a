/* What `tuft cell fi` and `tuft cell bursts` share: steady inputs over a grid of somatic and apical
 * values, measured and told. The first draws its curves over the somatic input, the second over
 * the apical one. */
#ifndef TUFT_APPS_CELL_SWEEP_H
#define TUFT_APPS_CELL_SWEEP_H

#include "apps/cell_subject.h"
#include "apps/cell_table.h"
#include "apps/options.h"
#include "apps/result.h"
#include "cells/gain.h"

enum { CELL_LEVELS = 8 };

typedef struct {
    common_options common;
    const char *model, *set, *csv;
    const char *levels; /* of the other end: one curve each */
    double from, to;
    int64_t points, cells;
    double noise, apical_noise, noise_tau, weight;
    double duration, warm_up, step, burst_interval;
    const char *apical_variable;
    double slope_from, slope_to; /* fi */
} cell_sweep_config;

/* Options that both have. */
#define CELL_SWEEP_DEFAULTS                                                                        \
    .common = COMMON_DEFAULTS, .from = NAN, .to = NAN, .points = 21, .cells = 40, .noise = NAN,    \
    .apical_noise = NAN, .noise_tau = NAN, .weight = NAN, .duration = 2000, .warm_up = 500,        \
    .step = 0.1, .burst_interval = 16
#define CELL_SWEEP_OPTIONS                                                                         \
    OPTION_INTEGER(cell_sweep_config, points, "points", "N", 2, 1000, "points of a curve"),        \
        OPTION_INTEGER(cell_sweep_config, cells, "cells", "N", 1, 100000, "cells at each point"),  \
        OPTION_REAL(cell_sweep_config, noise, "noise", "SD", 0, 1e9,                               \
                    "fluctuation of the somatic input, as the input's unit"),                      \
        OPTION_REAL(cell_sweep_config, apical_noise, "apical-noise", "SD", 0, 1e9,                 \
                    "fluctuation of the apical input"),                                            \
        OPTION_REAL(cell_sweep_config, noise_tau, "noise-tau", "MS", 0.01, 1000,                   \
                    "correlation time of the fluctuations (2, or the cell's own)"),                \
        OPTION_REAL(cell_sweep_config, weight, "apical-weight", "MV", 1e-6, 1e6,                   \
                    "two-point-lif: what an apical event adds (3)"),                               \
        OPTION_TEXT(cell_sweep_config, apical_variable, "apical-variable", "NAME",                 \
                    "the variable that is taken as the apical input")
#define CELL_SWEEP_PROTOCOL                                                                        \
    OPTION_REAL(cell_sweep_config, duration, "duration", "MS", 10, 1e6, "time that is counted"),   \
        OPTION_REAL(cell_sweep_config, warm_up, "warm-up", "MS", 0, 1e6, "time before it"),        \
        OPTION_REAL(cell_sweep_config, step, "step", "MS", 0.001, 10, "step of the simulation"),   \
        OPTION_REAL(cell_sweep_config, burst_interval, "burst-interval", "MS", 1, 1000,            \
                    "spikes closer than this are one burst")
#define CELL_SWEEP_OUTPUT                                                                          \
    OPTION_TEXT(cell_sweep_config, set, "set", "NAME=VALUE,...", "change parameters of the cell"), \
        OPTION_TEXT(cell_sweep_config, csv, "csv", "FILE", "write the table")

typedef enum { CELL_SWEEP_SOMA, CELL_SWEEP_APICAL } cell_sweep_axis;

typedef struct {
    const cell_sweep_config *config;
    cell_sweep_axis axis; /* what the curves go over; the levels are of the other end */
    cell_subject subject;
    const char *soma_unit, *apical_unit; /* apical_unit NULL: no apical end */
    double noise, apical_noise, noise_tau, weight, *x, level[CELL_LEVELS];
    const char *apical_variable;
    size_t levels;
    tuft_sweep sweep;
    cell_table table;
    tuft_gain gain[CELL_LEVELS]; /* fi */
    size_t reference;
} cell_sweep;

/* Names, lists and ranges, before anything is run. */
tuft_status cell_sweep_check(const cell_sweep_config *config, cell_sweep_axis axis,
                             tuft_error *err);
/* Runs and tabulates; free it in any case. */
tuft_status cell_sweep_run(cell_sweep *run, const cell_sweep_config *config, cell_sweep_axis axis,
                           tuft_error *err);
void cell_sweep_free(cell_sweep *run);

tuft_sweep_point cell_sweep_point(const cell_sweep *run, size_t level, size_t point);
/* A level as it is said: "apical 150 pA". */
const char *cell_sweep_name(const cell_sweep *run, size_t level, char *text, size_t size);

/* The rig that the sweep ran on, for `cells` cells. */
tuft_rig_settings cell_sweep_rig(const cell_sweep *run, uint32_t cells);

/* Pages: curves of one measure with intervals; example traces at one somatic input. */
typedef enum {
    CELL_SWEEP_RATE,
    CELL_SWEEP_EVENTS,
    CELL_SWEEP_BURSTS,
    CELL_SWEEP_CV
} cell_sweep_measure;
tuft_status cell_sweep_curves(app_report *report, const cell_sweep *run, cell_sweep_measure measure,
                              plot_width width, tuft_error *err);
tuft_status cell_sweep_traces(app_report *report, const cell_sweep *run, double soma,
                              const double *apical, size_t apicals, tuft_error *err);
/* Cell, inputs, noise, protocol in words. */
void cell_sweep_tell(app_report *report, const cell_sweep *run);

#endif
