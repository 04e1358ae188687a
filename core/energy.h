/* What was counted, as joules on hardware that a profile describes.
 *
 *     energy = sum over terms of count x constants
 *
 * A term is one thing that happened so many times (synaptic events of a projection, updates of
 * cells, conversions of an ADC) and the constants of the profile that it costs. The units of the
 * constants multiply to joules, or the bill fails: nothing is added that is no energy. A constant
 * has a low, a nominal and a high value, and so has every sum.
 *
 *     component        count                                   constants
 *     synapses         synaptic events                         synaptic_event
 *     weights          synaptic events                         weight_size x memory_byte
 *     cells            conductance read (S x reads), or        read_voltage^2 x read_time [x
 *                      synaptic events x 2                      cell_conductance]
 *     drivers          spikes that enter a projection          driver
 *     converters       target updates x tiles                  adc_conversion
 *     updates          neuron updates                          neuron_update
 *     state            neuron updates x 2 (read, write)        state_size x memory_byte
 *     routing          spikes of cells                         spike
 *     learning         weight updates of plastic synapses      weight_update
 *     readout          macs and acs of trained layers          mac, ac; each reads its weight
 *     training         macs, acs, updates of training          mac, ac, mac; and weights
 *     static           seconds                                 static_power
 *
 * A profile charges what it has constants for. One whose energy of a synaptic event has all in it
 * (TrueNorth's 26 pJ) has no other; what was counted and has no constant is listed as left out.
 */
#ifndef TUFT_CORE_ENERGY_H
#define TUFT_CORE_ENERGY_H

#include "core/quantity.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum {
    TUFT_COST_SYNAPTIC_EVENT,
    TUFT_COST_NEURON_UPDATE,
    TUFT_COST_SPIKE,
    TUFT_COST_WEIGHT_UPDATE,
    TUFT_COST_MAC,
    TUFT_COST_AC,
    TUFT_COST_MEMORY_BYTE,
    TUFT_COST_WEIGHT_SIZE,
    TUFT_COST_STATE_SIZE,
    TUFT_COST_READ_VOLTAGE,
    TUFT_COST_READ_TIME,
    TUFT_COST_CELL_CONDUCTANCE,
    TUFT_COST_DRIVER,
    TUFT_COST_ADC,
    TUFT_COST_ADC_BITS,
    TUFT_COST_TILE_ROWS,
    TUFT_COST_STATIC_POWER,
    TUFT_COST_EVENT_TIME,
    TUFT_COST_UPDATE_TIME,
    TUFT_COSTS
} tuft_cost;

/* "synaptic_event", and the dimension that its unit must have. */
const char *tuft_cost_name(tuft_cost cost);
tuft_dimension tuft_cost_dimension(tuft_cost cost);

typedef enum { TUFT_MEASURED, TUFT_ESTIMATED } tuft_evidence;

enum { TUFT_ENERGY_LOW, TUFT_ENERGY_NOMINAL, TUFT_ENERGY_HIGH, TUFT_ENERGY_LEVELS };

typedef struct {
    int given;
    double shown[TUFT_ENERGY_LEVELS]; /* in `unit`, as the profile has them */
    double si[TUFT_ENERGY_LEVELS];    /* low <= nominal <= high */
    char unit[12];
    tuft_evidence evidence;
    int year;
    double node_nm;      /* 0: none */
    char *source, *note; /* note may be NULL */
} tuft_energy_constant;

typedef struct {
    char name[48], *title;
    char *left_out; /* what it has no constants for and why; may be NULL */
    tuft_energy_constant constant[TUFT_COSTS];
} tuft_energy_profile;

void tuft_energy_profile_free(tuft_energy_profile *profile);

#define TUFT_UNKNOWN UINT64_MAX /* a count that a result does not have */

typedef struct {
    char name[48], kind[16];
    uint64_t sources, targets, synapses, synaptic_events, weight_updates;
    uint64_t source_spikes;  /* that entered it, or TUFT_UNKNOWN */
    uint64_t target_updates; /* of all its target cells, or TUFT_UNKNOWN */
    double siemens;          /* crossbar: sum over cell reads of G (S); 0: unknown */
} tuft_energy_projection;

typedef struct {
    double mac, ac;
} tuft_energy_work;

typedef struct {
    char name[64];
    uint64_t neuron_updates, spikes, cells;
    uint32_t projections;
    tuft_energy_projection *projection;
    double recordings;                  /* 0: none, one run */
    tuft_energy_work readout;           /* of trained layers, all recordings */
    tuft_energy_work forward, backward; /* training */
    double parameter_updates;           /* training */
    double seconds;  /* how long it takes on the hardware; NaN: from the profile's times */
    double duration; /* of what was simulated, s: taken where the profile has no times; or NaN */
} tuft_energy_activity;

void tuft_energy_activity_free(tuft_energy_activity *activity);

/* TUFT_INVALID: counts that contradict each other, said in one line with the projection's name. */
tuft_status tuft_energy_activity_check(const tuft_energy_activity *activity, tuft_error *err);

typedef enum {
    TUFT_COMPONENT_SYNAPSES,
    TUFT_COMPONENT_WEIGHTS,
    TUFT_COMPONENT_CELLS,
    TUFT_COMPONENT_DRIVERS,
    TUFT_COMPONENT_CONVERTERS,
    TUFT_COMPONENT_UPDATES,
    TUFT_COMPONENT_STATE,
    TUFT_COMPONENT_ROUTING,
    TUFT_COMPONENT_LEARNING,
    TUFT_COMPONENT_READOUT,
    TUFT_COMPONENT_STATIC,
    TUFT_COMPONENT_TRAINING,
    TUFT_COMPONENTS
} tuft_component;

const char *tuft_component_name(tuft_component component);

enum { TUFT_TERM_FACTORS = 4 };

typedef struct {
    tuft_component component;
    int64_t projection; /* -1: of no projection */
    char what[64];      /* "synaptic events" */
    tuft_quantity count;
    int factors;
    tuft_cost factor[TUFT_TERM_FACTORS]; /* one that stands twice is squared */
} tuft_energy_term;

/* Something that was counted and that the profile has no constant for. */
typedef struct {
    tuft_component component;
    double count;
    char what[64], missing[64]; /* "neuron updates", "neuron_update" */
} tuft_energy_gap;

typedef struct {
    const tuft_energy_profile *profile;
    const tuft_energy_activity *activity;
    size_t terms, term_capacity, gaps, gap_capacity;
    tuft_energy_term *term;
    tuft_energy_gap *gap;
} tuft_energy_bill;

/* Both are borrowed while the bill lives. TUFT_INVALID: counts that contradict each other; a term
 * whose units do not multiply to joules. */
tuft_status tuft_energy_bill_new(tuft_energy_bill *out, const tuft_energy_activity *activity,
                                 const tuft_energy_profile *profile, tuft_error *err);
void tuft_energy_bill_free(tuft_energy_bill *bill);

typedef struct {
    tuft_energy at[TUFT_ENERGY_LEVELS];
} tuft_energy_range;

/* All but training; training. */
typedef enum { TUFT_ENERGY_RUN, TUFT_ENERGY_DYNAMIC, TUFT_ENERGY_TRAINING } tuft_energy_part;

tuft_energy_range tuft_energy_term_range(const tuft_energy_bill *bill, size_t term);
tuft_energy_range tuft_energy_total(const tuft_energy_bill *bill, tuft_energy_part part);
tuft_energy_range tuft_energy_by_component(const tuft_energy_bill *bill, tuft_component component);
tuft_energy_range tuft_energy_by_projection(const tuft_energy_bill *bill, uint32_t projection);
/* Of the terms of a projection and a component. */
tuft_energy_range tuft_energy_of_both(const tuft_energy_bill *bill, uint32_t projection,
                                      tuft_component component);

/* a / b, nominal, least and greatest. Two bills on the same constants share them: the extremes
 * are sought over all of their corners together (a ratio of sums of products rises or falls in each
 * constant alone). On different profiles their ranges are taken as independent. NaN where b can be
 * 0. */
typedef struct {
    double at[TUFT_ENERGY_LEVELS];
} tuft_energy_ratio;
tuft_energy_ratio tuft_energy_compare(const tuft_energy_bill *a, const tuft_energy_bill *b,
                                      tuft_energy_part part);

/* NeuroBench's metrics (Yik et al. 2025, Nat. Commun. 16:1545) as far as the counts give them; NaN
 * where they do not. */
typedef struct {
    double footprint_bytes;     /* weights and states */
    double connection_sparsity; /* 1 - synapses / possible synapses */
    double activation_sparsity; /* 1 - spikes / updates of cells */
    double dense_operations;    /* every possible synapse at every update */
    double effective_macs;      /* readout */
    double effective_acs;       /* synaptic events, and readout */
} tuft_neurobench;
/* Sizes of a weight and a cell's state: the profile's, or 4 bytes. */
tuft_neurobench tuft_neurobench_of(const tuft_energy_bill *bill);

#endif
