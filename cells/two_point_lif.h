/* Two-point leaky integrate-and-fire cell with a dendritic plateau: coincidence of a
 * back-propagating spike and apical input makes a burst (BAC firing: Larkum, Zhu & Sakmann 1999,
 * Nature 398:338; Larkum 2013, Trends Neurosci. 36:141). Closed form between events, hence
 * event-driven.
 *
 * V (soma) and A (apical) are measured from rest, in mV:
 *     tau_m dV/dt = -V + bias + plateau_drive P(t)     V jumps by weights on "soma"
 *     tau_a dA/dt = -A                                 A jumps by weights on "apical"
 * The cell fires when V > threshold - threshold_drop P; then V goes to v_reset and is held there
 * for refractory_ms, somatic input meanwhile being lost. P is 0, and 1 for plateau_ms after a
 * plateau has begun. When no plateau is on, one begins
 *     at a spike at which A > bac_threshold,
 *     at apical input (positive) after which A > bac_threshold, within window_ms of a spike,
 *     at apical input (positive) after which A > apical_threshold: a calcium spike of its own.
 * So a spike and apical input of strength A0 > bac_threshold couple when the input leads by less
 * than tau_a log(A0 / bac_threshold), or follows by window_ms at most.
 *
 * Within a tick: decay, input, spike, plateau; what begins acts from the next tick on. Tests are
 * strict (>) but for times. Both forms are offered: clocked (float32) by one tick agrees with
 * event-driven (double) but for rounding, and coarser steps come to it as they shrink.
 */
#ifndef TUFT_CELLS_TWO_POINT_LIF_H
#define TUFT_CELLS_TWO_POINT_LIF_H

#include "core/cell_model.h"

typedef struct {
    double tau_m_ms, threshold, v_reset, refractory_ms;
    double bias; /* steady displacement it would cause */
    double tau_a_ms;
    double bac_threshold, apical_threshold; /* of A; over 0, the second may be INFINITY */
    double window_ms;                       /* how long a back-propagated spike is remembered */
    double plateau_ms, plateau_drive, threshold_drop;
    const float *cell_bias; /* [cells] or NULL; overrides bias */
} tuft_two_point_lif_parameters;

/* Ours, to the measured picture (apical threshold halved by a spike, coincidence over some 5 ms,
 * plateaus of 30 ms, bursts of three spikes at 80 Hz): tau 20 and 15 ms, threshold 20 mV,
 * refractory 2 ms, apical thresholds 12 and 25 mV, window 5 ms, plateau 30 ms, 20 mV, threshold 12
 * mV lower. */
extern const tuft_two_point_lif_parameters tuft_two_point_lif_defaults;

/* Ports "soma" and "apical"; variables "soma", "apical", "threshold" (mV, from rest), "plateau" (0
 * or 1) and "bias" (mV); threshold and plateau cannot be written. */
extern const tuft_cell_model tuft_two_point_lif;

#endif
