/* Leaky integrate-and-fire cell with conductance-based synapses: Vogels & Abbott 2005, J. Neurosci.
 * 25:10786; Brette et al. 2007, J. Comput. Neurosci. 23:349, appendix 2, benchmark 1 ("COBA").
 *
 *     C dV/dt = g_L (E_L - V) + g_e (E_e - V) + g_i (E_i - V) + bias
 *     dg/dt = -g/tau for each of g_e, g_i, which jump by the weight (nS, not negative)
 *
 * A cell fires when V > v_threshold at a step; then V goes to v_reset and is held there for
 * refractory_ms (at most 65535 steps), the conductances going on.
 *
 * Clocked, float32. Over a step V relaxes towards where the mean conductances of that step pull it:
 *     V += (b - a V) h phi(a h)      a = (g_L + <g_e> + <g_i>)/C,  <g> = g tau/h (1 - exp(-h/tau))
 *     b = (g_L E_L + <g_e> E_e + <g_i> E_i + bias)/C               phi(x) = (1 - exp(-x))/x
 * That is the first term of the Magnus series (Hochbruck & Ostermann 2010, Acta Numerica 19:209,
 * sect. 5): second order in the step, exact while conductances rest. phi is taken as
 * P/(1 + x P) with x P the Taylor series of exp(x) - 1 to the third power: V cannot overshoot
 * its target whatever the step; the error is below x^3/24 of the way to it, 2.8 % at most.
 */
#ifndef TUFT_CELLS_LIF_CONDUCTANCE_H
#define TUFT_CELLS_LIF_CONDUCTANCE_H

#include "core/cell_model.h"

typedef struct {
    double c_pf, g_l_ns, e_l_mv;
    double e_excitatory_mv, e_inhibitory_mv;
    double tau_excitatory_ms, tau_inhibitory_ms;
    double v_threshold_mv, v_reset_mv, v_initial_mv;
    double refractory_ms;
    double bias_pa;
    const float *cell_bias_pa; /* [cells] or NULL; overrides bias_pa */
} tuft_lif_conductance_parameters;

/* The benchmark's cell: 200 pF, 10 nS, -60 mV; reversal 0 and -80 mV; synapses 5 and 10 ms;
 * threshold -50 mV, reset and start at -60 mV, 5 ms refractory. */
extern const tuft_lif_conductance_parameters tuft_lif_conductance_defaults;

/* Ports "excitatory" and "inhibitory" (nS); variables "membrane" (mV), "excitatory", "inhibitory"
 * (nS), "bias" (pA). */
extern const tuft_cell_model tuft_lif_conductance;

#endif
