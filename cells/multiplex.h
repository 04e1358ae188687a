/* Ensemble multiplexing (Naud & Sprekeler 2018, PNAS 115:E6329): cells of one ensemble share two
 * slow inputs and have noise of their own. Event rate should follow the somatic input alone, burst
 * probability the apical input alone. */
#ifndef TUFT_CELLS_MULTIPLEX_H
#define TUFT_CELLS_MULTIPLEX_H

#include "cells/rig.h"

/* mean + swing sin(2 pi (t / period + phase)), t from the start of the run. */
typedef struct {
    double mean, swing, period_ms, phase; /* phase in turns */
} tuft_slow_input;

double tuft_slow_input_at(const tuft_slow_input *input, double t_ms);

typedef struct {
    tuft_rig_settings rig; /* cells: of the ensemble */
    tuft_slow_input input[TUFT_RIG_ENDS];
    double update_ms;                          /* inputs are held for so long */
    double warm_up_ms, duration_ms, window_ms; /* windows: those that are whole */
    double burst_interval_ms;
} tuft_multiplex_settings;

/* Correlations over windows (core/spike_statistics.h), of the response with the inputs' means over
 * the windows. */
typedef struct {
    uint32_t windows;
    double *time_ms; /* [windows]; middle of each, from the end of the warm-up */
    double *input[TUFT_RIG_ENDS], *event_rate_hz, *burst_probability; /* [windows] */
    double event_soma, burst_apical;                                  /* own: should be near 1 */
    double event_apical, burst_soma;                                  /* cross: should be near 0 */
    double inputs; /* of the two inputs with each other */
    double mean_event_rate_hz, mean_burst_probability;
} tuft_multiplex;

/* Windows without events have no burst probability and are left out of its correlations. On failure
 * *out is empty. */
tuft_status tuft_multiplex_run(tuft_multiplex *out, const tuft_multiplex_settings *settings,
                               tuft_error *err);
void tuft_multiplex_free(tuft_multiplex *multiplex);

#endif
