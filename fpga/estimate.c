#include "fpga/estimate.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

const char *const tuft_fpga_dynamic_source =
    "no pJ per primitive is published; bounds of another accelerator of the family: Kria K26, DPU "
    "B3136, 7.9 W overall at 0.92 TOPS peak and 0.25 TOPS on DenseBox (AMD Kria documentation; "
    "quotients ours)";

#define DYNAMIC_LOW_PJ  (7.9 / 0.92) /* W / (10^12 operations/s) */
#define DYNAMIC_HIGH_PJ (7.9 / 0.25)

enum { MOST_LANES = 1024 };

/* fpga/rtl/utilisation.csv, 256 inputs, 200 cells, 8 bits; a test compares them. */
static const struct {
    uint64_t lanes, lut, ff;
} mapped[] = {{1, 578, 247}, {4, 1299, 516}, {16, 3606, 1619}, {64, 13433, 6064}};
enum { MAPPED = sizeof mapped / sizeof *mapped };

static uint64_t quotient_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

/* The straight line through two rows of the table, the last two beyond its end. */
static void logic(uint64_t lanes, uint64_t *lut, uint64_t *ff)
{
    int i = 1;
    while (i < MAPPED - 1 && lanes > mapped[i].lanes)
        i++;
    double along = ((double)lanes - (double)mapped[i - 1].lanes) /
                   ((double)mapped[i].lanes - (double)mapped[i - 1].lanes);
    *lut = (uint64_t)lround((double)mapped[i - 1].lut +
                            along * ((double)mapped[i].lut - (double)mapped[i - 1].lut));
    *ff = (uint64_t)lround((double)mapped[i - 1].ff +
                           along * ((double)mapped[i].ff - (double)mapped[i - 1].ff));
}

/* State, sums and counts of a lane: RAM32M16 (8 LUTs) holds 14 bits of 32 words, RAM64M8 7 of 64.
 */
static uint64_t lut_ram(uint64_t lanes, uint64_t words)
{
    const uint64_t widths[] = {24, 32, 16};
    uint64_t luts = 0, bits = words <= 32 ? 14 : 7,
             deep = quotient_up(words, words <= 32 ? 32 : 64);
    for (int i = 0; i < 3; i++)
        luts += 8 * quotient_up(widths[i], bits) * deep;
    return lanes * luts + 8 * quotient_up(lanes, bits) * deep;
}

/* The shape of an 18 Kbit RAM that needs the fewest of them. */
static uint64_t block_ram(uint64_t width, uint64_t depth)
{
    const uint64_t wide[] = {36, 18, 9, 4, 2, 1};
    const uint64_t deep[] = {512, 1024, 2048, 4096, 8192, 16384};
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 6; i++) {
        uint64_t count = quotient_up(width, wide[i]) * quotient_up(depth, deep[i]);
        least = count < least ? count : least;
    }
    return least;
}

tuft_status tuft_fpga_needs(const tuft_fpga_design *design, uint64_t needs[TUFT_FPGA_RESOURCES],
                            tuft_error *err)
{
    enum { MOST_SIZE = 1 << 16 }; /* event addresses have 16 bits */
    memset(needs, 0, TUFT_FPGA_RESOURCES * sizeof *needs);
    if (design->lanes < 1 || design->lanes > MOST_LANES)
        return tuft_fail(err, TUFT_INVALID, "%" PRIu64 " lanes: 1 to %d are possible",
                         design->lanes, MOST_LANES);
    if (design->weight_bits < 2 || design->weight_bits > 16)
        return tuft_fail(err, TUFT_INVALID, "weights of %" PRIu64 " bits: 2 to 16 are possible",
                         design->weight_bits);
    if (design->inputs < 1 || design->cells < 1 || design->inputs > MOST_SIZE ||
        design->cells > MOST_SIZE || design->inputs + design->cells > MOST_SIZE)
        return tuft_fail(err, TUFT_INVALID,
                         "%" PRIu64 " inputs and %" PRIu64
                         " cells: at least 1 of each, and %d together, have an address",
                         design->inputs, design->cells, MOST_SIZE);
    uint64_t words = tuft_fpga_row_words(design->cells, design->lanes);
    logic(design->lanes, needs + TUFT_FPGA_LUT, needs + TUFT_FPGA_FF);
    needs[TUFT_FPGA_LUT] += lut_ram(design->lanes, words);
    needs[TUFT_FPGA_DSP] = design->lanes + 1; /* decay; one for the address of a row */
    needs[TUFT_FPGA_BRAM18] =
        block_ram(design->lanes * design->weight_bits, (design->inputs + design->cells) * words);
    return TUFT_OK;
}

tuft_status tuft_fpga_fit(const uint64_t needs[TUFT_FPGA_RESOURCES], const tuft_fpga_part *part,
                          tuft_error *err)
{
    int worst = -1;
    double most = 1;
    for (int i = 0; i < TUFT_FPGA_RESOURCES; i++) {
        double share = needs[i] == 0 ? 0 : (double)needs[i] / (double)part->holds[i];
        if (needs[i] > part->holds[i] && share > most) {
            most = share;
            worst = i;
        }
    }
    if (worst < 0)
        return TUFT_OK;
    return tuft_fail(err, TUFT_INVALID,
                     "too large for %s: %" PRIu64 " %s are needed, the part has %" PRIu64
                     "%s, %" PRIu64 " too few",
                     part->name, needs[worst], tuft_fpga_resource_name((tuft_fpga_resource)worst),
                     part->holds[worst],
                     part->marks[worst] == TUFT_FPGA_RECALLED ? " (recalled)" : "",
                     needs[worst] - part->holds[worst]);
}

double tuft_fpga_static_pj(const tuft_fpga_part *part, double lanes, double clock_hz,
                           double utilisation)
{
    return part->static_w > 0 ? 1e12 * part->static_w / (lanes * clock_hz * utilisation) : NAN;
}

uint64_t tuft_fpga_lanes_below(const tuft_fpga_part *part, double budget_pj, double clock_hz,
                               double utilisation)
{
    double lanes = tuft_fpga_static_pj(part, 1, clock_hz, utilisation) / budget_pj;
    return lanes > 0 && lanes < 1e15 ? (uint64_t)lanes + 1 : 0;
}

static tuft_fpga_energy times(tuft_fpga_energy energy, double factor)
{
    return (tuft_fpga_energy){energy.static_pj * factor, energy.dynamic_low_pj * factor,
                              energy.dynamic_high_pj * factor};
}

tuft_status tuft_fpga_estimate_rtl(const tuft_fpga_design *design,
                                   const tuft_fpga_activity *activity,
                                   const tuft_fpga_operation *operation, const tuft_fpga_part *part,
                                   tuft_fpga_estimate *out, tuft_error *err)
{
    memset(out, 0, sizeof *out);
    if (!(operation->clock_hz > 0) || !isfinite(operation->clock_hz) || !(operation->duty > 0) ||
        operation->duty > 1 || !(operation->dynamic_w >= 0) || !isfinite(operation->dynamic_w))
        return tuft_fail(
            err, TUFT_INVALID,
            "clock %g Hz, duty %g, dynamic power %g W: a clock above 0, a duty above 0 "
            "to 1, a power of at least 0 were expected",
            operation->clock_hz, operation->duty, operation->dynamic_w);
    if (activity->steps < 1 || activity->steps > UINT32_MAX ||
        activity->events > UINT64_MAX >> 24 || activity->swept > UINT64_MAX >> 24)
        return tuft_fail(err, TUFT_INVALID,
                         "%" PRIu64 " steps, %" PRIu64 " events, %" PRIu64
                         " spikes are no sample: 1 to 2^32 - 1 steps, below 2^40 of the others",
                         activity->steps, activity->events, activity->swept);
    tuft_fpga_estimate e = {0};
    tuft_status status = tuft_fpga_needs(design, e.needs, err);
    if (status != TUFT_OK)
        return status;
    e.fits = tuft_fpga_fit(e.needs, part, NULL) == TUFT_OK;
    e.cycles = tuft_fpga_rtl_cycles(design->cells, design->lanes, activity);
    e.synaptic_events = (activity->events + activity->swept) * design->cells;
    e.latency_s = (double)e.cycles / operation->clock_hz;
    e.samples_per_s = operation->clock_hz / ((double)e.cycles + 1); /* a cycle to start */
    double events = (double)e.synaptic_events, lanes = (double)design->lanes;
    e.utilisation = events / ((double)e.cycles * lanes) * operation->duty;
    e.a_sample.static_pj =
        part->static_w > 0 ? 1e12 * part->static_w * e.latency_s / operation->duty : NAN;
    e.a_sample.dynamic_low_pj = e.a_sample.dynamic_high_pj =
        1e12 * operation->dynamic_w * e.latency_s;
    if (operation->dynamic_w == 0) {
        e.a_sample.dynamic_low_pj = DYNAMIC_LOW_PJ * events;
        e.a_sample.dynamic_high_pj = DYNAMIC_HIGH_PJ * events;
    }
    e.an_event = times(e.a_sample, events > 0 ? 1 / events : NAN);
    *out = e;
    return TUFT_OK;
}
