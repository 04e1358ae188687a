/* Context-sensitive two-point cell: the receptive field R drives, the context C amplifies what
 * agrees with it and attenuates what does not, and feedback makes a burst of a spike (after Adeel
 * 2024, arXiv 2408.11019; a spiking reduction of ours).
 *
 *     R = (i_soma + bias_soma) / scale_soma
 *     C = (i_proximal + i_distal + i_universal + bias_context) / scale_context
 *     tau_m dV/dt = -V + scale_soma f(R, C)                      f: cells/transfer.h; V from rest,
 * mV di/dt = -i/tau of its port, i jumps by the weight (mV)     proximal: the cell's own stream,
 *                                                                distal: the other, universal: the
 *                                                                state shared by all
 * The cell fires when V > threshold; then V goes to v_reset, where it is held for refractory_ms. If
 * at that spike i_feedback + bias_feedback > feedback_threshold, it is the first of a burst: the
 * cell, held at v_reset, fires again every burst_interval_ms until it has fired burst_spikes times,
 * and is refractory then.
 *
 * Clocked, float32; V is stepped exactly with f(R, C) held for the step, currents exactly:
 * exponential Euler, first order in the step, exact under constant input.
 */
#ifndef TUFT_CELLS_CONTEXT_H
#define TUFT_CELLS_CONTEXT_H

#include "cells/transfer.h"
#include "core/cell_model.h"

typedef struct {
    tuft_transfer transfer;
    double tau_m_ms, threshold, v_reset, refractory_ms;
    double scale_soma, scale_context;                    /* over 0 */
    double tau_soma_ms, tau_context_ms, tau_feedback_ms; /* proximal, distal, universal alike */
    double bias_soma, bias_context, bias_feedback;
    double feedback_threshold, burst_interval_ms;
    uint32_t burst_spikes;                           /* 1: never bursts */
    const float *cell_bias_soma, *cell_bias_context; /* [cells] or NULL; override the above */
} tuft_context_parameters;

/* tm3; membrane 20 ms, threshold 20 mV, reset to rest, refractory 2 ms; R = 1 at 20 mV, C = 1 at
 * 20 mV; synapses of 5 ms, context and feedback of 20 ms; feedback over 10 mV makes bursts of 3
 * spikes, 8 ms apart. */
extern const tuft_context_parameters tuft_context_defaults;

/* Ports "soma", "proximal", "distal", "universal", "feedback"; variables "soma" (mV from rest),
 * "receptive" (R), "context" (C), "feedback" (mV), "drive" (scale_soma f(R, C), mV), and
 * what can be written besides the soma: "bias_soma", "bias_context", "bias_feedback" (mV). */
extern const tuft_cell_model tuft_context;

#endif
