/* Two-compartment layer-5 pyramidal cell that multiplexes: Naud & Sprekeler 2018, PNAS 115:E6329
 * (Methods, eqs. 1-4); parameters as there and in Payeur et al. 2021, Nat. Neurosci. 24:1010.
 *
 *     dVs/dt = -(Vs - EL)/tau_s + (g_s f(Vd) + I_s + w_s)/C_s
 *     dw_s/dt = -w_s/tau_ws + b S(t)                                S: the spikes
 *     dVd/dt = -(Vd - EL)/tau_d + (g_d f(Vd) + c_d K(t) + I_d + w_d)/C_d
 *     dw_d/dt = (-w_d + a (Vd - EL))/tau_wd
 *     f(V) = 1/(1 + exp(-(V - E_d)/D_d))
 *     I = bias + i + noise,  di/dt = -i/tau_syn, i jumps by the weight (pA)
 *
 * with bias, synapses and noise (cells/noise.h, held for a step) of each compartment's own.
 *
 * A cell fires when Vs > threshold + m; then Vs goes to EL, where it stays for refractory_ms, and m
 * (0 at rest, dm/dt = -m/tau_threshold) jumps by threshold_jump. K is the back-propagating spike: 1
 * from bap_delay_ms after the latest spike on for bap_length_ms, else 0 (a spike inside the box of
 * the one before starts anew).
 *
 * Clocked, float32. All that is linear is stepped exactly (cells/propagator.h); f(Vd) is held for a
 * step and K is its mean over the step: exponential Euler, first order in the step.
 */
#ifndef TUFT_CELLS_NAUD_SPREKELER_H
#define TUFT_CELLS_NAUD_SPREKELER_H

#include "core/cell_model.h"

typedef struct {
    double e_l_mv;
    double threshold_mv, threshold_jump_mv, tau_threshold_ms, refractory_ms;
    /* soma */
    double c_soma_pf, tau_soma_ms, g_soma_pa, b_pa, tau_w_soma_ms;
    /* apical dendrite */
    double c_dendrite_pf, tau_dendrite_ms, g_dendrite_pa, a_ns, tau_w_dendrite_ms;
    double e_dendrite_mv, d_dendrite_mv;
    double c_bap_pa, bap_delay_ms, bap_length_ms;
    /* input */
    double tau_soma_syn_ms, tau_apical_syn_ms;
    double bias_soma_pa, bias_apical_pa;
    double noise_soma_pa, noise_apical_pa, tau_noise_ms;  /* cells/noise.h; sd 0: none */
    const float *cell_bias_soma_pa, *cell_bias_apical_pa; /* [cells] or NULL; override the above */
} tuft_naud_sprekeler_parameters;

/* The published cell; synapses of 5 ms, no bias, no noise, not refractory but for its reset. The
 * background noise of the publication, as replications have it: sd 450 pA, tau 2 ms, both ends. */
extern const tuft_naud_sprekeler_parameters tuft_naud_sprekeler_defaults;

/* Ports "soma" and "apical" (pA); variables "soma", "dendrite", "threshold" (mV), "w_soma",
 * "w_dendrite", "bias_soma", "bias_apical" (pA). */
extern const tuft_cell_model tuft_naud_sprekeler;

#endif
