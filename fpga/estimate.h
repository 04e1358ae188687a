/* What a reservoir would take and give on a part, before any vendor's tool has seen it.
 *
 * Of the RTL kernel (fpga/rtl/lif_reservoir.v). Cycles are exact (fpga/latency.h). Resources come
 * from yosys's mapping (fpga/rtl/utilisation.csv), between its lane counts by straight lines, the
 * block RAM by the shapes it can take: before placement, without the wrapper around the kernel. The
 * clock is an assumption until a vendor's tool has met it.
 *
 * Energy, static and dynamic apart:
 *     static a synaptic event  = static power x time / synaptic events
 *                              = static power / (clock x lanes x utilisation)
 *     utilisation              = synaptic events / (cycles x lanes) x duty
 * Static power is the part's, from a report (fpga/parts.h), and none is made up for a part that has
 * no report. For dynamic energy no table of pJ per DSP48E2, block RAM or LUT is published; the
 * range here is that of another accelerator of the family, and is named as that: the Kria K26's DPU
 * B3136, 7.9 W overall at 0.92 TOPS peak (8.6 pJ an operation) and at 0.25 TOPS on DenseBox (32
 * pJ), both an upper bound of its dynamic part, since static is in them. One operation (an add) is
 * one synaptic event. A user's own Vivado figure takes its place (dynamic_w).
 */
#ifndef TUFT_FPGA_ESTIMATE_H
#define TUFT_FPGA_ESTIMATE_H

#include "core/status.h"
#include "fpga/latency.h"
#include "fpga/parts.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t lanes, inputs, cells, weight_bits;
} tuft_fpga_design;

typedef struct {
    double clock_hz;
    double duty;      /* share of time in which samples are there, above 0 to 1 */
    double dynamic_w; /* of a Vivado report while busy, or 0: the family's range is used */
} tuft_fpga_operation;

/* pJ; NAN where no constant can be cited. */
typedef struct {
    double static_pj, dynamic_low_pj, dynamic_high_pj;
} tuft_fpga_energy;

typedef struct {
    uint64_t cycles, synaptic_events;
    double latency_s, samples_per_s; /* of the kernel when always busy */
    double utilisation;
    uint64_t needs[TUFT_FPGA_RESOURCES];
    int fits;                  /* on the part */
    tuft_fpga_energy an_event; /* NAN where the sample has no synaptic event */
    tuft_fpga_energy a_sample;
} tuft_fpga_estimate;

extern const char *const tuft_fpga_dynamic_source;

/* What the kernel takes. TUFT_INVALID: a size of 0, lanes past 1024, widths not 2 to 16. */
tuft_status tuft_fpga_needs(const tuft_fpga_design *design, uint64_t needs[TUFT_FPGA_RESOURCES],
                            tuft_error *err);

/* TUFT_INVALID where the design is too large for the part: says what exceeds what, by how much. */
tuft_status tuft_fpga_fit(const uint64_t needs[TUFT_FPGA_RESOURCES], const tuft_fpga_part *part,
                          tuft_error *err);

/* One sample of the given activity. A design that does not fit is no failure: fits is 0. */
tuft_status tuft_fpga_estimate_rtl(const tuft_fpga_design *design,
                                   const tuft_fpga_activity *activity,
                                   const tuft_fpga_operation *operation, const tuft_fpga_part *part,
                                   tuft_fpga_estimate *out, tuft_error *err);

/* Static energy of a synaptic event where `lanes` lanes at clock_hz are in use to the share
 * utilisation, pJ; NAN for a part without a static power. This is the curve over lanes. */
double tuft_fpga_static_pj(const tuft_fpga_part *part, double lanes, double clock_hz,
                           double utilisation);

/* Fewest lanes whose static energy an event alone is below budget_pj; 0 where nobody can say. */
uint64_t tuft_fpga_lanes_below(const tuft_fpga_part *part, double budget_pj, double clock_hz,
                               double utilisation);

#endif
