/* tuft cell multiplex: what its parts share. */
#ifndef TUFT_APPS_CELL_MULTIPLEX_H
#define TUFT_APPS_CELL_MULTIPLEX_H

#include "apps/cell_subject.h"
#include "apps/cell_table.h"
#include "apps/options.h"
#include "cells/multiplex.h"

enum { MULTIPLEX_LIST = 8 };

typedef struct {
    common_options common;
    const char *period, *soma_mean, *soma_swing, *apical_mean, *apical_swing; /* lists */
    const char *set, *csv;
    int64_t cells, seeds;
    double noise, apical_noise, noise_tau, duration, warm_up, window, step, burst_interval;
} multiplex_config;

/* Correlations: own, own, cross, cross, and of the inputs. */
enum { EVENT_SOMA, BURST_APICAL, EVENT_APICAL, BURST_SOMA, INPUTS, CORRELATIONS };

/* Over the seeds of a setting. */
typedef struct {
    double mean, low, high;
} multiplex_range;

typedef struct {
    tuft_slow_input input[TUFT_RIG_ENDS]; /* phases are drawn for each seed */
    double duration_ms;
    multiplex_range r[CORRELATIONS], event_rate_hz, burst_probability;
} multiplex_setting;

typedef struct {
    const multiplex_config *config;
    cell_subject subject;
    multiplex_setting *setting;
    size_t settings;
    double
        *r; /* [settings][seeds][CORRELATIONS + 2]: correlations, event rate, burst probability */
    tuft_multiplex example; /* of the first setting and seed */
    cell_table table;
} multiplex_study;

/* Of one correlation over the settings that have it: mean of their means, and the seed that is
 * farthest from what should be (own: the least; cross: the farthest from 0). */
typedef struct {
    double mean, worst;
    size_t settings;
} multiplex_summary;
multiplex_summary cell_multiplex_summary(const multiplex_study *study, size_t correlation);

tuft_status cell_multiplex_report(const multiplex_study *study, tuft_error *err);

#endif
