/* Pairing of one somatic and one apical event at a lag, as Larkum, Zhu & Sakmann 1999 (Nature
 * 398:338, fig. 2) paired an action potential with a dendritic current: which lags make a burst?
 * Each lag is cells of one population, with two controls: the somatic event alone, the apical one
 * alone. */
#ifndef TUFT_CELLS_LAG_STUDY_H
#define TUFT_CELLS_LAG_STUDY_H

#include "cells/rig.h"

typedef struct {
    tuft_rig_settings rig; /* cells is not read; weight: of the two events */
    const double *lag_ms;  /* [lags]; apical after somatic */
    uint32_t lags, repeats;
    double
        before_ms;   /* of the somatic event after the start; the least lag may reach back so far */
    double after_ms; /* spikes are counted to so long after the later of the two */
    double burst_interval_ms;
} tuft_lag_settings;

/* Per cell. */
typedef struct {
    double spikes; /* mean */
    double burst;  /* share of cells with two spikes or more within the burst interval */
} tuft_lag_outcome;

typedef struct {
    uint32_t lags;
    tuft_lag_outcome *paired; /* [lags] */
    tuft_lag_outcome soma_alone, apical_alone;
} tuft_lag_study;

/* On failure *out is empty. */
tuft_status tuft_lag_study_run(tuft_lag_study *out, const tuft_lag_settings *settings,
                               tuft_error *err);
void tuft_lag_study_free(tuft_lag_study *pairing);

#endif
