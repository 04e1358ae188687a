/* Adaptive exponential integrate-and-fire cell (AdEx): Brette & Gerstner 2005, J. Neurophysiol.
 * 94:3637, eqs. 1-2.
 *
 *     C dV/dt = -g_L (V - EL) + g_L D_T exp((V - V_T)/D_T) - w + I_e + I_i + bias
 *     tau_w dw/dt = a (V - EL) - w
 *     dI/dt = -I/tau_syn for each of I_e, I_i, which jump by the weight (pA)
 *
 * A cell fires when V > v_cut; then V goes to v_reset and w jumps by b. V is held at v_reset for
 * refractory_ms, w and the currents going on. D_T = 0 is the limit of a sharp threshold: no
 * exponential, and the cell fires when V > V_T (with a = b = 0 it is the leaky integrate-and-fire
 * cell of cells/lif.h).
 *
 * Clocked, float32. V, w and the currents, which are linear but for the exponential, are stepped
 * exactly (cells/propagator.h) with the exponential held for the step: exponential Euler, first
 * order in the step; exact where D_T = 0.
 */
#ifndef TUFT_CELLS_ADEX_H
#define TUFT_CELLS_ADEX_H

#include "core/cell_model.h"

typedef struct {
    double c_pf, g_l_ns, e_l_mv, v_t_mv, delta_t_mv;
    double a_ns, b_pa, tau_w_ms;
    double v_reset_mv, v_cut_mv, refractory_ms;
    double tau_excitatory_ms, tau_inhibitory_ms;
    double bias_pa;
    const float *cell_bias_pa; /* [cells] or NULL; overrides bias_pa */
} tuft_adex_parameters;

/* The published cell: 281 pF, 30 nS, -70.6 mV, -50.4 mV, 2 mV; 4 nS, 80.5 pA, 144 ms; reset to EL,
 * cut at 20 mV, not refractory. Synapses of 5 and 10 ms. */
extern const tuft_adex_parameters tuft_adex_defaults;

/* Ports "excitatory" and "inhibitory" (pA; weights carry their sign); variables "membrane" (mV),
 * "adaptation", "excitatory", "inhibitory", "bias" (pA). */
extern const tuft_cell_model tuft_adex;

#endif
