/* A rig: many unconnected cells of one model, clocked, whose inputs at the soma and at the apical
 * end are set cell by cell, as an experimenter sets the currents of two pipettes. All points and
 * repeats of a protocol are cells of one population and run together.
 *
 * What a model offers is found by name. Soma: variable "bias_soma" or "bias", port "soma",
 * "excitatory" or "input". Apical end: variable "bias_apical" or "bias_context", port "apical" or
 * "proximal". A steady input is written into the variable. Where the apical end has a port only,
 * steady input comes as random events, at most one a step, at the rate that makes the held value
 * the mean of what they add up to: rate = value (1 - exp(-h / tau)) / weight a step, tau being the
 * parameter "tau_a_ms".
 *
 * Fluctuations are Ornstein-Uhlenbeck (cells/noise.h): the model's own where it has the parameters
 * "noise_soma_pa" and "noise_apical_pa", else added to what is written, anew each step.
 */
#ifndef TUFT_CELLS_RIG_H
#define TUFT_CELLS_RIG_H

#include "core/engine.h"

typedef enum { TUFT_RIG_SOMA, TUFT_RIG_APICAL, TUFT_RIG_ENDS } tuft_rig_end;

/* What a model offers at one end; NULL where it has none. */
typedef struct {
    const char *variable, *port;
    const char *unit; /* of the variable, or of what events add up to */
} tuft_rig_input;

tuft_rig_input tuft_rig_input_of(const tuft_cell_model *model, tuft_rig_end end);

typedef struct {
    const tuft_cell_model *model;
    const void *parameters; /* the model's own struct, copied */
    uint32_t cells;
    double step_ms;
    uint64_t seed;
    int threads;
    const char *apical_port;      /* in place of the port found by name; NULL: that one */
    const char *apical_variable;  /* in place of the one found by name; NULL: that one */
    double noise[TUFT_RIG_ENDS];  /* standard deviation, in the input's unit; 0: none */
    double noise_tau_ms;          /* over 0 */
    double weight[TUFT_RIG_ENDS]; /* of an event */
} tuft_rig_settings;

typedef struct tuft_rig tuft_rig;

/* At time 0. Fails (TUFT_INVALID) where the model has no somatic input, cannot be clocked or be
 * written to, or where its parameters make no sense. */
tuft_status tuft_rig_new(tuft_rig **rig, const tuft_rig_settings *settings, tuft_error *err);
void tuft_rig_free(tuft_rig *rig);

/* Holds the mean input of cell i at value[i] from now on. TUFT_INVALID where the model has no such
 * end, and for means that events cannot make (below 0, more than one event a step). */
tuft_status tuft_rig_hold(tuft_rig *rig, tuft_rig_end end, const double *value, tuft_error *err);

/* One event at the port of a cell, at a time that has not been run yet. */
tuft_status tuft_rig_event(tuft_rig *rig, tuft_rig_end end, uint32_t cell, double at_ms,
                           tuft_error *err);

/* Samples a variable of all cells at each step from 0 on (before anything is run). */
tuft_status tuft_rig_trace(tuft_rig *rig, const char *variable, tuft_error *err);

tuft_status tuft_rig_run(tuft_rig *rig, double until_ms, tuft_error *err);

/* Borrowed. Ticks are steps. */
const tuft_spike_record *tuft_rig_spikes(const tuft_rig *rig);
const tuft_trace_record *tuft_rig_traced(const tuft_rig *rig);

#endif
