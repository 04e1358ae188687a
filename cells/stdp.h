/* Pair-based spike-timing-dependent plasticity (Morrison, Diesmann & Gerstner 2008, Biol. Cybern.
 * 98:459), on sparse projections.
 *
 * With the weight as x = (w - w_min) / (w_max - w_min), a pair of a presynaptic spike that arrives
 * at t_pre and a postsynaptic one at t_post changes it by
 *
 *     dx = +a_plus  (1 - x)^mu_plus  exp(-(t_post - t_pre) / tau_plus)     t_pre <= t_post
 *     dx = -a_minus x^mu_minus       exp(-(t_pre - t_post) / tau_minus)    t_post < t_pre
 *
 * at the later of the two, cut off at 0 and 1 (dependence on the weight: Guetig, Aharonov, Rotter &
 * Sompolinsky 2003, J. Neurosci. 23:3697). mu 0 is the additive rule, 1 the multiplicative one,
 * between them lies the power law. Delays are axonal, and the arrival goes first when both fall
 * into one tick (core/plasticity.h).
 *
 * ALL_TO_ALL: each spike pairs with all earlier ones of the other side. NEAREST: with the last one
 * only, on both sides (their "symmetric" scheme): a spike that arrives with the last of its target,
 * a spike that is fired with the last that arrived.
 *
 * Traces are doubles that nothing has to decay (cells/traces.h), one a row segment for what has
 * arrived, one a target for what it fired; weights are float32, rounded once a change: changes
 * under 6e-8 of a weight are lost.
 */
#ifndef TUFT_CELLS_STDP_H
#define TUFT_CELLS_STDP_H

#include "core/plasticity.h"

typedef enum { TUFT_STDP_ALL_TO_ALL, TUFT_STDP_NEAREST } tuft_stdp_pairing;

typedef struct {
    double a_plus, a_minus; /* of the range w_max - w_min; under 0: the other way round */
    double tau_plus_ms, tau_minus_ms;
    double mu_plus, mu_minus;
    double w_min, w_max; /* in the unit of the port; initial weights must lie between */
    tuft_stdp_pairing pairing;
    double start_ms, stop_ms; /* weights change from start to stop (0: without end) */
} tuft_stdp_parameters;

/* Additive, all-to-all, weights 0 to 1: a_plus 0.005, a_minus 1.05 a_plus, both 20 ms (Song, Miller
 * & Abbott 2000, Nat. Neurosci. 3:919). */
extern const tuft_stdp_parameters tuft_stdp_defaults;

extern const tuft_plasticity_rule tuft_stdp;

#endif
