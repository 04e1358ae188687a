/* Leaky integrate-and-fire cells with exact integration.
 *
 * V is measured from rest, in mV (or any unit the user keeps to):
 *     tau_m dV/dt = -V + I(t) + bias                                (membrane)
 *     delta synapse:        V jumps by the weight                    weight in mV
 *     exponential synapse:  I jumps by the weight, tau_s dI/dt = -I  weight in mV (R x current)
 * A cell fires when V > threshold at a tick (event-driven) or at a step (clocked); then V goes to
 * v_reset, or is lowered by threshold. For refractory_ms after a spike V is held there; delta input
 * that arrives meanwhile is lost, synaptic current goes on decaying.
 * Between events the solution is closed: Rotter & Diesmann 1999, Biol. Cybern. 81:381, eqs. 9-11.
 * Threshold tests are strict (V > threshold), as in Lin et al. 2025 and NIR.
 *
 * Both forms are offered. With a clock step of one tick the clocked form (float32) and the
 * event-driven form (double) fire at the same ticks, but for rounding.
 */
#ifndef TUFT_CELLS_LIF_H
#define TUFT_CELLS_LIF_H

#include "core/cell_model.h"

typedef enum { TUFT_RESET_TO_VALUE, TUFT_RESET_BY_SUBTRACTION } tuft_reset;

typedef struct {
    double tau_m_ms;                             /* membrane; INFINITY: no leak */
    double tau_excitatory_ms, tau_inhibitory_ms; /* synaptic; used by tuft_lif_exponential */
    double threshold;                            /* above rest */
    double v_reset;                              /* from rest */
    double v_initial;                            /* from rest */
    double bias;                                 /* steady displacement it would cause */
    double refractory_ms;                        /* clocked: at most 65535 steps */
    tuft_reset reset;
    const float *cell_tau_m_ms;  /* [cells] or NULL; overrides tau_m_ms */
    const float *cell_threshold; /* [cells] or NULL; overrides threshold */
} tuft_lif_parameters;

/* 20 ms membrane, threshold 20 mV above rest, reset to rest, 2 ms refractory, synapses 5 and
 * 10 ms. */
extern const tuft_lif_parameters tuft_lif_defaults;

/* Port "input"; variables "membrane", "bias". */
extern const tuft_cell_model tuft_lif_delta;
/* Ports "excitatory" and "inhibitory" (weights carry their sign); variables "membrane",
 * "excitatory", "inhibitory", "bias". */
extern const tuft_cell_model tuft_lif_exponential;

#endif
