#include "core/energy.h"

#include "core/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    tuft_dimension dimension;
} costs[TUFT_COSTS] = {
    [TUFT_COST_SYNAPTIC_EVENT] = {"synaptic_event", {1, 0, 0, 0}},
    [TUFT_COST_NEURON_UPDATE] = {"neuron_update", {1, 0, 0, 0}},
    [TUFT_COST_SPIKE] = {"spike", {1, 0, 0, 0}},
    [TUFT_COST_WEIGHT_UPDATE] = {"weight_update", {1, 0, 0, 0}},
    [TUFT_COST_MAC] = {"mac", {1, 0, 0, 0}},
    [TUFT_COST_AC] = {"ac", {1, 0, 0, 0}},
    [TUFT_COST_MEMORY_BYTE] = {"memory_byte", {1, 0, 0, -1}},
    [TUFT_COST_WEIGHT_SIZE] = {"weight_size", {0, 0, 0, 1}},
    [TUFT_COST_STATE_SIZE] = {"state_size", {0, 0, 0, 1}},
    [TUFT_COST_READ_VOLTAGE] = {"read_voltage", {0, 0, 1, 0}},
    [TUFT_COST_READ_TIME] = {"read_time", {0, 1, 0, 0}},
    [TUFT_COST_CELL_CONDUCTANCE] = {"cell_conductance", {1, -1, -2, 0}},
    [TUFT_COST_DRIVER] = {"driver", {1, 0, 0, 0}},
    [TUFT_COST_ADC] = {"adc_conversion", {1, 0, 0, 0}},
    [TUFT_COST_ADC_BITS] = {"adc_bits", {0, 0, 0, 0}},
    [TUFT_COST_TILE_ROWS] = {"tile_rows", {0, 0, 0, 0}},
    [TUFT_COST_STATIC_POWER] = {"static_power", {1, -1, 0, 0}},
    [TUFT_COST_EVENT_TIME] = {"event_time", {0, 1, 0, 0}},
    [TUFT_COST_UPDATE_TIME] = {"update_time", {0, 1, 0, 0}},
};

const char *tuft_cost_name(tuft_cost cost)
{
    return costs[cost].name;
}

tuft_dimension tuft_cost_dimension(tuft_cost cost)
{
    return costs[cost].dimension;
}

const char *tuft_component_name(tuft_component component)
{
    static const char *const name[TUFT_COMPONENTS] = {
        [TUFT_COMPONENT_SYNAPSES] = "synapses",     [TUFT_COMPONENT_WEIGHTS] = "weights",
        [TUFT_COMPONENT_CELLS] = "cells",           [TUFT_COMPONENT_DRIVERS] = "drivers",
        [TUFT_COMPONENT_CONVERTERS] = "converters", [TUFT_COMPONENT_UPDATES] = "updates",
        [TUFT_COMPONENT_STATE] = "state",           [TUFT_COMPONENT_ROUTING] = "routing",
        [TUFT_COMPONENT_LEARNING] = "learning",     [TUFT_COMPONENT_READOUT] = "readout",
        [TUFT_COMPONENT_STATIC] = "static",         [TUFT_COMPONENT_TRAINING] = "training",
    };
    return name[component];
}

void tuft_energy_profile_free(tuft_energy_profile *profile)
{
    for (int c = 0; c < TUFT_COSTS; c++) {
        free(profile->constant[c].source);
        free(profile->constant[c].note);
    }
    free(profile->title);
    free(profile->left_out);
    *profile = (tuft_energy_profile){0};
}

void tuft_energy_activity_free(tuft_energy_activity *activity)
{
    free(activity->projection);
    *activity = (tuft_energy_activity){0};
}

/* ---- counts ---------------------------------------------------------------------------------- */

static unsigned long long show(uint64_t count)
{
    return (unsigned long long)count;
}

static tuft_status check_projection(const tuft_energy_projection *p, tuft_error *err)
{
    int dense = strcmp(p->kind, "dense") == 0, one = strcmp(p->kind, "one-to-one") == 0;
    if (!p->synapses && !p->synaptic_events) /* carries noise, not spikes */
        return TUFT_OK;
    if (dense && (double)p->synapses != (double)p->sources * (double)p->targets)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %llu synapses, expected %llu x %llu of a dense projection", p->name,
                         show(p->synapses), show(p->sources), show(p->targets));
    if (one && (p->synapses != p->sources || p->sources != p->targets))
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %llu synapses from %llu to %llu cells, expected one a cell", p->name,
                         show(p->synapses), show(p->sources), show(p->targets));
    if ((double)p->synapses > 0 && !p->sources)
        return tuft_fail(err, TUFT_INVALID, "%s: %llu synapses of no sources", p->name,
                         show(p->synapses));
    if (p->synaptic_events && !p->synapses)
        return tuft_fail(err, TUFT_INVALID, "%s: %llu synaptic events of no synapses", p->name,
                         show(p->synaptic_events));
    if (dense && p->targets && p->synaptic_events % p->targets)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %llu synaptic events are no multiple of the fan-out of %llu", p->name,
                         show(p->synaptic_events), show(p->targets));
    if (p->source_spikes == TUFT_UNKNOWN)
        return TUFT_OK;
    double expected = (double)p->source_spikes * (dense ? (double)p->targets : 1);
    if ((dense || one) && (double)p->synaptic_events != expected)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %llu synaptic events, expected %.0f of %llu spikes and a fan-out of "
                         "%llu",
                         p->name, show(p->synaptic_events), expected, show(p->source_spikes),
                         show(dense ? p->targets : 1));
    if ((double)p->synaptic_events > (double)p->source_spikes * (double)p->synapses)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %llu synaptic events, more than %llu spikes on %llu synapses give",
                         p->name, show(p->synaptic_events), show(p->source_spikes),
                         show(p->synapses));
    return TUFT_OK;
}

tuft_status tuft_energy_activity_check(const tuft_energy_activity *activity, tuft_error *err)
{
    for (uint32_t p = 0; p < activity->projections; p++) {
        tuft_status status = check_projection(&activity->projection[p], err);
        if (status)
            return status;
    }
    return TUFT_OK;
}

/* ---- terms ----------------------------------------------------------------------------------- */

typedef struct {
    tuft_energy_bill *bill;
    int64_t projection;
    tuft_error *err;
    tuft_status status; /* of the first that failed */
} writer;

static int has(const writer *w, tuft_cost cost)
{
    return w->bill->profile->constant[cost].given;
}

static void gap(writer *w, tuft_component component, double count, const char *what,
                const char *missing)
{
    tuft_energy_bill *bill = w->bill;
    if (w->status || !(count > 0))
        return;
    w->status = TUFT_GROW(&bill->gap, &bill->gap_capacity, bill->gaps + 1, "energy gaps", w->err);
    if (w->status)
        return;
    tuft_energy_gap *made = &bill->gap[bill->gaps++];
    made->component = component;
    made->count = count;
    if (w->projection >= 0)
        snprintf(made->what, sizeof made->what, "%.30s of %.28s", what,
                 bill->activity->projection[w->projection].name);
    else
        snprintf(made->what, sizeof made->what, "%s", what);
    snprintf(made->missing, sizeof made->missing, "%s", missing);
}

static tuft_quantity cost_at(const tuft_energy_profile *profile, tuft_cost cost, int level)
{
    return (tuft_quantity){profile->constant[cost].si[level], costs[cost].dimension};
}

static tuft_quantity term_at(const tuft_energy_profile *profile, const tuft_energy_term *term,
                             int level)
{
    tuft_quantity product = term->count;
    for (int f = 0; f < term->factors; f++)
        product = tuft_quantity_times(product, cost_at(profile, term->factor[f], level));
    return product;
}

/* Factors end with TUFT_COSTS. A factor without a constant makes a gap. */
static void add(writer *w, tuft_component component, tuft_quantity count, const char *what, ...)
{
    tuft_energy_bill *bill = w->bill;
    tuft_energy_term made = {.component = component, .projection = w->projection, .count = count};
    snprintf(made.what, sizeof made.what, "%s", what);
    if (w->status || !(count.si > 0))
        return;
    va_list arguments;
    va_start(arguments, what);
    for (;;) {
        tuft_cost cost = (tuft_cost)va_arg(arguments, int);
        if (cost == TUFT_COSTS)
            break;
        if (!has(w, cost)) {
            va_end(arguments);
            gap(w, component, count.si, what, costs[cost].name);
            return;
        }
        made.factor[made.factors++] = cost;
    }
    va_end(arguments);
    tuft_energy energy;
    w->status = tuft_energy_of(term_at(bill->profile, &made, TUFT_ENERGY_NOMINAL), &energy, w->err);
    if (!w->status)
        w->status =
            TUFT_GROW(&bill->term, &bill->term_capacity, bill->terms + 1, "energy terms", w->err);
    if (!w->status)
        bill->term[bill->terms++] = made;
}

static tuft_quantity number(double value)
{
    return tuft_quantity_number(value);
}

/* Tiles that a column is cut into: each has a converter of its own. */
static double tiles_of(const writer *w, const tuft_energy_projection *p)
{
    if (!has(w, TUFT_COST_TILE_ROWS))
        return 1;
    double rows = w->bill->profile->constant[TUFT_COST_TILE_ROWS].si[TUFT_ENERGY_NOMINAL];
    return fmax(1, ceil((double)p->sources / rows));
}

static void add_crossbar(writer *w, const tuft_energy_projection *p)
{
    enum { CELLS_A_PAIR = 2 };
    if (p->siemens > 0)
        add(w, TUFT_COMPONENT_CELLS, (tuft_quantity){p->siemens, tuft_dimension_conductance},
            "conductance read", TUFT_COST_READ_VOLTAGE, TUFT_COST_READ_VOLTAGE, TUFT_COST_READ_TIME,
            TUFT_COSTS);
    else
        add(w, TUFT_COMPONENT_CELLS, number(CELLS_A_PAIR * (double)p->synaptic_events),
            "cell reads", TUFT_COST_CELL_CONDUCTANCE, TUFT_COST_READ_VOLTAGE,
            TUFT_COST_READ_VOLTAGE, TUFT_COST_READ_TIME, TUFT_COSTS);
    if (has(w, TUFT_COST_DRIVER) && p->source_spikes == TUFT_UNKNOWN)
        gap(w, TUFT_COMPONENT_DRIVERS, (double)p->synaptic_events, "driven lines",
            "its source spikes, which the result does not have");
    else
        add(w, TUFT_COMPONENT_DRIVERS, number((double)p->source_spikes), "driven lines",
            TUFT_COST_DRIVER, TUFT_COSTS);
    if (has(w, TUFT_COST_ADC) && p->target_updates == TUFT_UNKNOWN)
        gap(w, TUFT_COMPONENT_CONVERTERS, (double)p->synaptic_events, "conversions",
            "its targets' updates, which the result does not have");
    else
        add(w, TUFT_COMPONENT_CONVERTERS, number((double)p->target_updates * tiles_of(w, p)),
            "conversions", TUFT_COST_ADC, TUFT_COSTS);
}

static void add_projection(writer *w, const tuft_energy_projection *p)
{
    tuft_quantity events = number((double)p->synaptic_events);
    if (has(w, TUFT_COST_READ_VOLTAGE)) {
        add_crossbar(w, p);
    } else {
        add(w, TUFT_COMPONENT_SYNAPSES, events, "synaptic events", TUFT_COST_SYNAPTIC_EVENT,
            TUFT_COSTS);
        if (has(w, TUFT_COST_MEMORY_BYTE))
            add(w, TUFT_COMPONENT_WEIGHTS, events, "weights read", TUFT_COST_WEIGHT_SIZE,
                TUFT_COST_MEMORY_BYTE, TUFT_COSTS);
    }
    add(w, TUFT_COMPONENT_LEARNING, number((double)p->weight_updates), "weight updates",
        TUFT_COST_WEIGHT_UPDATE, TUFT_COSTS);
}

static void add_static(writer *w, double events)
{
    const tuft_energy_activity *a = w->bill->activity;
    double seconds = a->seconds;
    if (!has(w, TUFT_COST_STATIC_POWER))
        return;
    if (isnan(seconds) && has(w, TUFT_COST_EVENT_TIME)) {
        add(w, TUFT_COMPONENT_STATIC, number(events), "synaptic events, one after the other",
            TUFT_COST_EVENT_TIME, TUFT_COST_STATIC_POWER, TUFT_COSTS);
        if (has(w, TUFT_COST_UPDATE_TIME))
            add(w, TUFT_COMPONENT_STATIC, number((double)a->neuron_updates),
                "neuron updates, one after the other", TUFT_COST_UPDATE_TIME,
                TUFT_COST_STATIC_POWER, TUFT_COSTS);
        return;
    }
    if (isnan(seconds))
        seconds = a->duration;
    if (isnan(seconds))
        gap(w, TUFT_COMPONENT_STATIC, 1, "static power",
            "how long it takes: event_time, or --seconds");
    else
        add(w, TUFT_COMPONENT_STATIC, (tuft_quantity){seconds, tuft_dimension_time}, "seconds",
            TUFT_COST_STATIC_POWER, TUFT_COSTS);
}

/* Every operation reads its weight, as a synaptic event does. */
static void add_work(writer *w, tuft_component component, tuft_energy_work work, const char *mac,
                     const char *ac, const char *weights)
{
    add(w, component, number(work.mac), mac, TUFT_COST_MAC, TUFT_COSTS);
    add(w, component, number(work.ac), ac, TUFT_COST_AC, TUFT_COSTS);
    if (has(w, TUFT_COST_MEMORY_BYTE))
        add(w, component, number(work.mac + work.ac), weights, TUFT_COST_WEIGHT_SIZE,
            TUFT_COST_MEMORY_BYTE, TUFT_COSTS);
}

static void add_rest(writer *w, double events)
{
    enum { READ_AND_WRITTEN = 2 };
    const tuft_energy_activity *a = w->bill->activity;
    w->projection = -1;
    add(w, TUFT_COMPONENT_UPDATES, number((double)a->neuron_updates), "neuron updates",
        TUFT_COST_NEURON_UPDATE, TUFT_COSTS);
    if (has(w, TUFT_COST_MEMORY_BYTE))
        add(w, TUFT_COMPONENT_STATE, number(READ_AND_WRITTEN * (double)a->neuron_updates),
            "states read and written", TUFT_COST_STATE_SIZE, TUFT_COST_MEMORY_BYTE, TUFT_COSTS);
    add(w, TUFT_COMPONENT_ROUTING, number((double)a->spikes), "spikes", TUFT_COST_SPIKE,
        TUFT_COSTS);
    add_work(w, TUFT_COMPONENT_READOUT, a->readout, "multiply-accumulates of trained layers",
             "accumulates of trained layers", "weights of trained layers read");
    add_static(w, events);
    add_work(w, TUFT_COMPONENT_TRAINING, a->forward, "multiply-accumulates forward",
             "accumulates forward", "weights read forward");
    add_work(w, TUFT_COMPONENT_TRAINING, a->backward, "multiply-accumulates backward",
             "accumulates backward", "weights read backward");
    add(w, TUFT_COMPONENT_TRAINING, number(a->parameter_updates), "parameter updates",
        TUFT_COST_MAC, TUFT_COSTS);
    if (has(w, TUFT_COST_MEMORY_BYTE))
        add(w, TUFT_COMPONENT_TRAINING, number(READ_AND_WRITTEN * a->parameter_updates),
            "parameters read and written", TUFT_COST_WEIGHT_SIZE, TUFT_COST_MEMORY_BYTE,
            TUFT_COSTS);
}

tuft_status tuft_energy_bill_new(tuft_energy_bill *out, const tuft_energy_activity *activity,
                                 const tuft_energy_profile *profile, tuft_error *err)
{
    *out = (tuft_energy_bill){.profile = profile, .activity = activity};
    tuft_status status = tuft_energy_activity_check(activity, err);
    if (status)
        return status;
    writer w = {.bill = out, .err = err};
    double events = 0;
    for (uint32_t p = 0; p < activity->projections; p++) {
        w.projection = p;
        if (!activity->projection[p].synapses)
            continue;
        add_projection(&w, &activity->projection[p]);
        events += (double)activity->projection[p].synaptic_events;
    }
    add_rest(&w, events);
    if (w.status)
        tuft_energy_bill_free(out);
    return w.status;
}

void tuft_energy_bill_free(tuft_energy_bill *bill)
{
    free(bill->term);
    free(bill->gap);
    *bill = (tuft_energy_bill){0};
}

/* ---- sums ------------------------------------------------------------------------------------ */

tuft_energy_range tuft_energy_term_range(const tuft_energy_bill *bill, size_t term)
{
    tuft_energy_range range;
    for (int l = 0; l < TUFT_ENERGY_LEVELS; l++)
        range.at[l].joules = term_at(bill->profile, &bill->term[term], l).si;
    return range;
}

static int is_part(const tuft_energy_term *term, tuft_energy_part part)
{
    int training = term->component == TUFT_COMPONENT_TRAINING;
    switch (part) {
    case TUFT_ENERGY_RUN:
        return !training;
    case TUFT_ENERGY_DYNAMIC:
        return !training && term->component != TUFT_COMPONENT_STATIC;
    case TUFT_ENERGY_TRAINING:
        break;
    }
    return training;
}

/* Sums of terms, in their order. */
static void count_in(tuft_energy_range *sum, const tuft_energy_bill *bill, size_t term)
{
    tuft_energy_range range = tuft_energy_term_range(bill, term);
    for (int l = 0; l < TUFT_ENERGY_LEVELS; l++)
        sum->at[l].joules += range.at[l].joules;
}

tuft_energy_range tuft_energy_total(const tuft_energy_bill *bill, tuft_energy_part part)
{
    tuft_energy_range sum = {0};
    for (size_t t = 0; t < bill->terms; t++)
        if (is_part(&bill->term[t], part))
            count_in(&sum, bill, t);
    return sum;
}

tuft_energy_range tuft_energy_by_component(const tuft_energy_bill *bill, tuft_component component)
{
    tuft_energy_range sum = {0};
    for (size_t t = 0; t < bill->terms; t++)
        if (bill->term[t].component == component)
            count_in(&sum, bill, t);
    return sum;
}

tuft_energy_range tuft_energy_by_projection(const tuft_energy_bill *bill, uint32_t projection)
{
    tuft_energy_range sum = {0};
    for (size_t t = 0; t < bill->terms; t++)
        if (bill->term[t].projection == projection)
            count_in(&sum, bill, t);
    return sum;
}

tuft_energy_range tuft_energy_of_both(const tuft_energy_bill *bill, uint32_t projection,
                                      tuft_component component)
{
    tuft_energy_range sum = {0};
    for (size_t t = 0; t < bill->terms; t++)
        if (bill->term[t].projection == projection && bill->term[t].component == component)
            count_in(&sum, bill, t);
    return sum;
}

/* ---- ratios ---------------------------------------------------------------------------------- */

/* The sum with each constant at its low or high end: bit c of corner for constant varied[c]. */
static double at_corner(const tuft_energy_bill *bill, tuft_energy_part part, const int8_t *level)
{
    double sum = 0;
    for (size_t t = 0; t < bill->terms; t++) {
        const tuft_energy_term *term = &bill->term[t];
        double product = term->count.si;
        if (!is_part(term, part))
            continue;
        for (int f = 0; f < term->factors; f++)
            product *= bill->profile->constant[term->factor[f]].si[level[term->factor[f]]];
        sum += product;
    }
    return sum;
}

static void compare_corners(const tuft_energy_bill *a, const tuft_energy_bill *b,
                            tuft_energy_part part, tuft_energy_ratio *ratio)
{
    int8_t level[TUFT_COSTS];
    int varied[TUFT_COSTS], count = 0;
    for (int c = 0; c < TUFT_COSTS; c++) {
        const tuft_energy_constant *constant = &a->profile->constant[c];
        level[c] = TUFT_ENERGY_NOMINAL;
        if (constant->given && constant->si[TUFT_ENERGY_LOW] < constant->si[TUFT_ENERGY_HIGH])
            varied[count++] = c;
    }
    ratio->at[TUFT_ENERGY_LOW] = INFINITY;
    ratio->at[TUFT_ENERGY_HIGH] = 0;
    for (uint32_t corner = 0; corner < (uint32_t)1 << count; corner++) {
        for (int v = 0; v < count; v++)
            level[varied[v]] = corner >> v & 1 ? TUFT_ENERGY_HIGH : TUFT_ENERGY_LOW;
        double of = at_corner(a, part, level) / at_corner(b, part, level);
        ratio->at[TUFT_ENERGY_LOW] = fmin(ratio->at[TUFT_ENERGY_LOW], of);
        ratio->at[TUFT_ENERGY_HIGH] = fmax(ratio->at[TUFT_ENERGY_HIGH], of);
    }
}

static int same_constants(const tuft_energy_profile *a, const tuft_energy_profile *b)
{
    for (int c = 0; c < TUFT_COSTS; c++)
        if (a->constant[c].given != b->constant[c].given ||
            memcmp(a->constant[c].si, b->constant[c].si, sizeof a->constant[c].si) != 0)
            return 0;
    return 1;
}

tuft_energy_ratio tuft_energy_compare(const tuft_energy_bill *a, const tuft_energy_bill *b,
                                      tuft_energy_part part)
{
    tuft_energy_range of_a = tuft_energy_total(a, part), of_b = tuft_energy_total(b, part);
    tuft_energy_ratio ratio = {{NAN, NAN, NAN}};
    if (!(of_b.at[TUFT_ENERGY_LOW].joules > 0))
        return ratio;
    ratio.at[TUFT_ENERGY_NOMINAL] =
        of_a.at[TUFT_ENERGY_NOMINAL].joules / of_b.at[TUFT_ENERGY_NOMINAL].joules;
    if (same_constants(a->profile, b->profile)) {
        compare_corners(a, b, part, &ratio);
    } else {
        ratio.at[TUFT_ENERGY_LOW] =
            of_a.at[TUFT_ENERGY_LOW].joules / of_b.at[TUFT_ENERGY_HIGH].joules;
        ratio.at[TUFT_ENERGY_HIGH] =
            of_a.at[TUFT_ENERGY_HIGH].joules / of_b.at[TUFT_ENERGY_LOW].joules;
    }
    return ratio;
}

/* ---- NeuroBench ------------------------------------------------------------------------------ */

static double size_of(const tuft_energy_profile *profile, tuft_cost cost)
{
    enum { FLOAT32 = 4 };
    const tuft_energy_constant *constant = &profile->constant[cost];
    return constant->given ? constant->si[TUFT_ENERGY_NOMINAL] : FLOAT32;
}

tuft_neurobench tuft_neurobench_of(const tuft_energy_bill *bill)
{
    const tuft_energy_activity *a = bill->activity;
    double synapses = 0, possible = 0, dense = 0, events = 0;
    for (uint32_t p = 0; p < a->projections; p++) {
        const tuft_energy_projection *of = &a->projection[p];
        if (!of->synapses)
            continue;
        synapses += (double)of->synapses;
        possible += (double)of->sources * (double)of->targets;
        events += (double)of->synaptic_events;
        dense += of->target_updates == TUFT_UNKNOWN
                     ? (double)NAN
                     : (double)of->target_updates * (double)of->sources;
    }
    double updates = (double)a->neuron_updates;
    return (tuft_neurobench){
        .footprint_bytes = synapses * size_of(bill->profile, TUFT_COST_WEIGHT_SIZE) +
                           (double)a->cells * size_of(bill->profile, TUFT_COST_STATE_SIZE),
        .connection_sparsity = possible > 0 ? 1 - synapses / possible : (double)NAN,
        .activation_sparsity = updates > 0 && (double)a->spikes <= updates
                                   ? 1 - (double)a->spikes / updates
                                   : (double)NAN,
        .dense_operations = a->projections ? dense : (double)NAN,
        .effective_macs = a->readout.mac,
        .effective_acs = events + a->readout.ac};
}
