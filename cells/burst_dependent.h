/* Burst-dependent plasticity (Payeur, Guerguiev, Zenke, Richards & Naud 2021, Nat. Neurosci.
 * 24:1010, eq. 1), on sparse projections.
 *
 *     dw_ij/dt = eta (w_max - w_min) [B_i(t) - P_i(t) E_i(t)] e_j(t)
 *
 * E_i are the events of the postsynaptic cell (singles, and first spikes of bursts), B_i its
 * bursts, registered at their second spikes; a spike belongs to the event of the one before it if
 * it follows within burst_interval_ms (strictly, as in core/bursts.h). e_j is the trace of the
 * presynaptic events that have arrived: each adds 1, decaying with tau_pre_ms. P_i = Bbar_i /
 * Ebar_i is the cell's usual burst probability, Ebar and Bbar being exponential moving averages of
 * E and B:
 *
 *     tau_average dEbar/dt = -Ebar + E,    tau_average dBbar/dt = -Bbar + B
 *
 * taken just before the event that it is used at. So a weight goes down by P e_j at each event, up
 * by e_j at each burst: more bursts than usual strengthen, fewer weaken, and as long as the burst
 * probability stays as it is nothing changes on average. Weights are kept in [w_min, w_max].
 * Delays are axonal, and an arrival goes before a spike of the same tick (core/plasticity.h).
 *
 * The averages start as if the cell had always fired event_rate_hz events, burst_probability of
 * them bursts; with start_ms they can find themselves before weights change, as in the authors'
 * simulations (four tau_average).
 *
 * Constants: in the authors' code (github.com/apayeur/spikingburstprop, BCPConnection.cpp and
 * sim_plasticity_rule.cpp at 698e69a, run_plasticity_rule.sh at 1f77242) the burst interval is 16
 * ms, eta 5e-3, weights 0 to 1, tau_pre 20 ms unless set (to 100 ms in the script), tau_average 4 s
 * unless set (to 10 s in the script). Their code multiplies both terms by Ebar (in Hz), so that eta
 * is not the same number; it sends events only down the projection and bounds event rates by a
 * further term: neither is done here. eta, the initial rate and probability below are ours.
 */
#ifndef TUFT_CELLS_BURST_DEPENDENT_H
#define TUFT_CELLS_BURST_DEPENDENT_H

#include "core/plasticity.h"

typedef struct {
    double eta; /* of the range w_max - w_min, for a burst at a trace of 1 */
    double burst_interval_ms;
    double tau_pre_ms, tau_average_ms;
    double event_rate_hz, burst_probability; /* what the averages start from */
    double w_min, w_max;                     /* in the unit of the port; initial weights between */
    double start_ms, stop_ms; /* weights change from start to stop (0: without end) */
} tuft_burst_dependent_parameters;

/* eta 0.01, 16 ms, traces 20 ms, averages 10 s from 5 events/s of which 0.2 are bursts, weights 0
 * to 1. */
extern const tuft_burst_dependent_parameters tuft_burst_dependent_defaults;

extern const tuft_plasticity_rule tuft_burst_dependent;

#endif
