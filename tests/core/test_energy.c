/* Bills: counts times constants, their intervals, and joules of each synapse that add up. */
#include "core/energy.h"
#include "core/energy_synapses.h"
#include "core/memory.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

static void set(tuft_energy_profile *profile, tuft_cost cost, double low, double nominal,
                double high)
{
    profile->constant[cost] =
        (tuft_energy_constant){.given = 1, .si = {low, nominal, high}, .unit = "SI"};
}

static tuft_energy_activity activity(tuft_energy_projection *projection, uint32_t count)
{
    return (tuft_energy_activity){
        .projection = projection, .projections = count, .seconds = NAN, .duration = NAN};
}

static tuft_energy_projection dense(uint64_t sources, uint64_t targets, uint64_t spikes)
{
    return (tuft_energy_projection){.name = "dense",
                                    .kind = "dense",
                                    .sources = sources,
                                    .targets = targets,
                                    .synapses = sources * targets,
                                    .synaptic_events = spikes * targets,
                                    .source_spikes = spikes,
                                    .target_updates = TUFT_UNKNOWN};
}

static void assert_close(double got, double expected)
{
    cr_assert_float_eq(got, expected, 1e-14 * fabs(expected), "%.17g, expected %.17g", got,
                       expected);
}

/* docs/energy.md, by hand: 52 events, 100 updates, 18 spikes on Loihi's constants. */
Test(energy, the_example_of_the_documents)
{
    tuft_energy_profile p = {.name = "hand"};
    tuft_energy_projection of[] = {{.name = "input",
                                    .kind = "listed",
                                    .sources = 3,
                                    .targets = 4,
                                    .synapses = 9,
                                    .synaptic_events = 40,
                                    .source_spikes = 15,
                                    .target_updates = TUFT_UNKNOWN},
                                   {.name = "recurrent",
                                    .kind = "listed",
                                    .sources = 2,
                                    .targets = 4,
                                    .synapses = 8,
                                    .synaptic_events = 12,
                                    .source_spikes = 3,
                                    .target_updates = TUFT_UNKNOWN}};
    tuft_energy_activity a = activity(of, 2);
    tuft_energy_bill bill;
    tuft_error err;
    a.neuron_updates = 100;
    a.spikes = 18;
    set(&p, TUFT_COST_SYNAPTIC_EVENT, 23.6e-12, 23.6e-12, 23.6e-12);
    set(&p, TUFT_COST_NEURON_UPDATE, 52e-12, 52e-12, 81e-12);
    set(&p, TUFT_COST_SPIKE, 1.7e-12, 1.7e-12, 5.7e-12);
    set(&p, TUFT_COST_STATIC_POWER, 0.104, 0.104, 0.104);
    set(&p, TUFT_COST_EVENT_TIME, 0.0273e-9, 3.5e-9, 3.5e-9);
    set(&p, TUFT_COST_UPDATE_TIME, 0.0414e-9, 5.3e-9, 8.4e-9);
    OK(tuft_energy_bill_new(&bill, &a, &p, &err));
    tuft_energy_range total = tuft_energy_total(&bill, TUFT_ENERGY_RUN);
    assert_close(total.at[TUFT_ENERGY_LOW].joules, 7035.9984e-12);
    assert_close(total.at[TUFT_ENERGY_NOMINAL].joules, 80505.8e-12);
    assert_close(total.at[TUFT_ENERGY_HIGH].joules, 115717.8e-12);
    assert_close(tuft_energy_total(&bill, TUFT_ENERGY_DYNAMIC).at[TUFT_ENERGY_NOMINAL].joules,
                 6457.8e-12);
    assert_close(
        tuft_energy_by_component(&bill, TUFT_COMPONENT_STATIC).at[TUFT_ENERGY_NOMINAL].joules,
        74048e-12);
    assert_close(tuft_energy_by_projection(&bill, 1).at[TUFT_ENERGY_NOMINAL].joules, 283.2e-12);
    cr_assert_eq(bill.gaps, 0);
    tuft_energy_bill_free(&bill);
}

/* V^2 G t by a run's own conductances, drivers a line, conversions a tile and target update. */
Test(energy, crossbars)
{
    tuft_energy_profile p = {.name = "rram"};
    tuft_energy_projection of = dense(600, 4, 7);
    tuft_energy_activity a = activity(&of, 1);
    tuft_energy_bill bill;
    tuft_error err;
    of.target_updates = 40;
    set(&p, TUFT_COST_READ_VOLTAGE, 0.2, 0.2, 0.2);
    set(&p, TUFT_COST_READ_TIME, 1e-8, 1e-7, 1e-7);
    set(&p, TUFT_COST_CELL_CONDUCTANCE, 2e-5, 2e-5, 2e-5);
    set(&p, TUFT_COST_DRIVER, 4e-13, 4e-13, 4e-13);
    set(&p, TUFT_COST_ADC, 1e-12, 2e-12, 3e-12);
    set(&p, TUFT_COST_TILE_ROWS, 512, 512, 512);
    OK(tuft_energy_bill_new(&bill, &a, &p, &err));
    /* 28 events are 56 cells of 20 uS; 7 lines; 40 updates in 2 tiles. */
    assert_close(
        tuft_energy_by_component(&bill, TUFT_COMPONENT_CELLS).at[TUFT_ENERGY_NOMINAL].joules,
        56 * 0.04 * 2e-5 * 1e-7);
    assert_close(tuft_energy_by_component(&bill, TUFT_COMPONENT_CELLS).at[0].joules,
                 56 * 0.04 * 2e-5 * 1e-8);
    assert_close(tuft_energy_by_component(&bill, TUFT_COMPONENT_DRIVERS).at[0].joules, 7 * 4e-13);
    assert_close(
        tuft_energy_by_component(&bill, TUFT_COMPONENT_CONVERTERS).at[TUFT_ENERGY_NOMINAL].joules,
        80 * 2e-12);
    tuft_energy_bill_free(&bill);
    of.siemens = 3.5e-3;
    OK(tuft_energy_bill_new(&bill, &a, &p, &err));
    assert_close(
        tuft_energy_by_component(&bill, TUFT_COMPONENT_CELLS).at[TUFT_ENERGY_NOMINAL].joules,
        3.5e-3 * 0.04 * 1e-7);
    tuft_energy_bill_free(&bill);
    /* What a result does not have is left out and said. */
    of.source_spikes = of.target_updates = TUFT_UNKNOWN;
    OK(tuft_energy_bill_new(&bill, &a, &p, &err));
    cr_assert_eq(bill.gaps, 2);
    cr_assert(strstr(bill.gap[0].missing, "source spikes"));
    tuft_energy_bill_free(&bill);
}

Test(energy, memory_readout_and_training)
{
    tuft_energy_profile p = {.name = "cmos"};
    tuft_energy_projection of = dense(10, 5, 3);
    tuft_energy_activity a = activity(&of, 1);
    tuft_energy_bill bill;
    tuft_error err;
    a.neuron_updates = 20;
    a.readout = (tuft_energy_work){100, 50};
    a.forward = (tuft_energy_work){1000, 0};
    a.backward = (tuft_energy_work){2000, 10};
    a.parameter_updates = 7;
    set(&p, TUFT_COST_SYNAPTIC_EVENT, 1, 1, 1);
    set(&p, TUFT_COST_MEMORY_BYTE, 2, 2, 2);
    set(&p, TUFT_COST_WEIGHT_SIZE, 3, 3, 3);
    set(&p, TUFT_COST_STATE_SIZE, 5, 5, 5);
    set(&p, TUFT_COST_MAC, 4, 4, 4);
    set(&p, TUFT_COST_AC, 1, 1, 1);
    OK(tuft_energy_bill_new(&bill, &a, &p, &err));
    assert_close(tuft_energy_by_component(&bill, TUFT_COMPONENT_SYNAPSES).at[0].joules, 15);
    assert_close(tuft_energy_by_component(&bill, TUFT_COMPONENT_WEIGHTS).at[0].joules, 15 * 3 * 2);
    assert_close(tuft_energy_by_component(&bill, TUFT_COMPONENT_STATE).at[0].joules,
                 20 * 2 * 5 * 2);
    assert_close(tuft_energy_by_component(&bill, TUFT_COMPONENT_READOUT).at[0].joules,
                 450 + 150 * 6);
    assert_close(tuft_energy_total(&bill, TUFT_ENERGY_TRAINING).at[0].joules,
                 4 * 3000 + 10 + 4 * 7 + 3010 * 6 + 7 * 2 * 6);
    /* Updates of cells have no constant here: left out, not zero in silence. */
    cr_assert_eq(bill.gaps, 1);
    cr_assert_str_eq(bill.gap[0].missing, "neuron_update");
    cr_assert_eq(bill.gap[0].count, 20);
    tuft_neurobench n = tuft_neurobench_of(&bill);
    cr_assert_eq(n.footprint_bytes, 50 * 3);
    cr_assert_eq(n.connection_sparsity, 0);
    cr_assert_eq(n.effective_macs, 100);
    cr_assert_eq(n.effective_acs, 65);
    cr_assert(isnan(n.dense_operations));
    tuft_energy_bill_free(&bill);
}

Test(energy, a_term_that_is_no_energy_is_refused)
{
    /* No profile can have it, since units are checked where it is read; the sum checks again. */
    cr_assert(
        tuft_dimension_same(tuft_cost_dimension(TUFT_COST_STATIC_POWER), tuft_dimension_power));
    for (int c = 0; c < TUFT_COSTS; c++)
        cr_assert_not_null(tuft_dimension_name(tuft_cost_dimension((tuft_cost)c)), "%s",
                           tuft_cost_name((tuft_cost)c));
}

/* Two runs on one profile: constants that both share do not widen the ratio. */
Test(energy, ratios_share_their_constants)
{
    tuft_energy_profile p = {.name = "shared"}, q = {.name = "other"};
    tuft_energy_projection one = dense(10, 1, 30), two = dense(10, 1, 10);
    tuft_energy_activity a = activity(&one, 1), b = activity(&two, 1);
    tuft_energy_bill x, y, z;
    tuft_error err;
    set(&p, TUFT_COST_SYNAPTIC_EVENT, 1, 2, 4);
    OK(tuft_energy_bill_new(&x, &a, &p, &err));
    OK(tuft_energy_bill_new(&y, &b, &p, &err));
    tuft_energy_ratio ratio = tuft_energy_compare(&x, &y, TUFT_ENERGY_RUN);
    for (int l = 0; l < TUFT_ENERGY_LEVELS; l++)
        assert_close(ratio.at[l], 3);
    tuft_energy_bill_free(&x);
    tuft_energy_bill_free(&y);
    /* With a second constant the extremes lie at mixed corners: (30 e + 10 u) / (10 e + 50 u). */
    set(&p, TUFT_COST_NEURON_UPDATE, 1, 1, 3);
    a.neuron_updates = 10;
    b.neuron_updates = 50;
    OK(tuft_energy_bill_new(&x, &a, &p, &err));
    OK(tuft_energy_bill_new(&y, &b, &p, &err));
    ratio = tuft_energy_compare(&x, &y, TUFT_ENERGY_RUN);
    assert_close(ratio.at[TUFT_ENERGY_LOW], (30 + 30.0) / (10 + 150));
    assert_close(ratio.at[TUFT_ENERGY_NOMINAL], (60 + 10.0) / (20 + 50));
    assert_close(ratio.at[TUFT_ENERGY_HIGH], (120 + 10.0) / (40 + 50));
    /* Of two profiles the intervals are independent. */
    set(&q, TUFT_COST_SYNAPTIC_EVENT, 2, 2, 8);
    b.neuron_updates = 0;
    OK(tuft_energy_bill_new(&z, &b, &q, &err));
    ratio = tuft_energy_compare(&x, &z, TUFT_ENERGY_RUN);
    assert_close(ratio.at[TUFT_ENERGY_LOW], 40.0 / 80);
    assert_close(ratio.at[TUFT_ENERGY_HIGH], 150.0 / 20);
    tuft_energy_bill_free(&x);
    tuft_energy_bill_free(&y);
    tuft_energy_bill_free(&z);
}

Test(energy, static_power_by_seconds_and_by_times)
{
    tuft_energy_profile p = {.name = "static"};
    tuft_energy_projection of = dense(2, 2, 50);
    tuft_energy_activity a = activity(&of, 1);
    tuft_energy_bill bill;
    tuft_error err;
    set(&p, TUFT_COST_SYNAPTIC_EVENT, 1, 1, 1);
    set(&p, TUFT_COST_STATIC_POWER, 2, 2, 2);
    OK(tuft_energy_bill_new(&bill, &a, &p, &err));
    cr_assert_eq(bill.gaps, 1); /* nothing says how long */
    tuft_energy_bill_free(&bill);
    a.duration = 3;
    OK(tuft_energy_bill_new(&bill, &a, &p, &err));
    assert_close(tuft_energy_by_component(&bill, TUFT_COMPONENT_STATIC).at[0].joules, 6);
    tuft_energy_bill_free(&bill);
    set(&p, TUFT_COST_EVENT_TIME, 0.5, 0.5, 0.5);
    OK(tuft_energy_bill_new(&bill, &a, &p, &err));
    assert_close(tuft_energy_by_component(&bill, TUFT_COMPONENT_STATIC).at[0].joules, 100);
    tuft_energy_bill_free(&bill);
    a.seconds = 7;
    OK(tuft_energy_bill_new(&bill, &a, &p, &err));
    assert_close(tuft_energy_by_component(&bill, TUFT_COMPONENT_STATIC).at[0].joules, 14);
    tuft_energy_bill_free(&bill);
}

Test(energy, counts_that_contradict_each_other)
{
    tuft_energy_profile p = {.name = "any"};
    tuft_energy_bill bill;
    tuft_error err;
    tuft_energy_projection good = dense(10, 4, 3), bad[6];
    for (int i = 0; i < 6; i++)
        bad[i] = good;
    bad[0].synapses--;
    bad[1].synaptic_events++;
    bad[2].source_spikes++;
    bad[3] = (tuft_energy_projection){.name = "one",
                                      .kind = "one-to-one",
                                      .sources = 3,
                                      .targets = 4,
                                      .synapses = 3,
                                      .synaptic_events = 1,
                                      .source_spikes = TUFT_UNKNOWN};
    bad[4] = (tuft_energy_projection){.name = "sparse",
                                      .kind = "sparse",
                                      .sources = 3,
                                      .targets = 4,
                                      .synapses = 5,
                                      .synaptic_events = 11,
                                      .source_spikes = 2};
    bad[5] = (tuft_energy_projection){.name = "none",
                                      .kind = "sparse",
                                      .sources = 3,
                                      .targets = 4,
                                      .synaptic_events = 11,
                                      .source_spikes = 20};
    for (int i = 0; i < 6; i++) {
        tuft_energy_activity a = activity(&bad[i], 1);
        cr_assert_eq(tuft_energy_bill_new(&bill, &a, &p, &err), TUFT_INVALID, "%d", i);
        cr_assert_null(strchr(err.message, '\n'));
        cr_assert(strstr(err.message, bad[i].name), "%s", err.message);
    }
    tuft_energy_activity a = activity(&good, 1);
    OK(tuft_energy_bill_new(&bill, &a, &p, &err));
    tuft_energy_bill_free(&bill);
}

/* ---- each synapse ---------------------------------------------------------------------------- */

typedef enum { DIGITAL, ANALOG, HARDWARE } hardware;

static tuft_energy_profile profile_of(hardware kind)
{
    tuft_energy_profile p = {.name = "some"};
    set(&p, TUFT_COST_WEIGHT_UPDATE, 3e-12, 3e-12, 3e-12);
    if (kind == DIGITAL) {
        set(&p, TUFT_COST_SYNAPTIC_EVENT, 23.6e-12, 23.6e-12, 23.6e-12);
        set(&p, TUFT_COST_MEMORY_BYTE, 1.3e-12, 1.3e-12, 1.3e-12);
        set(&p, TUFT_COST_WEIGHT_SIZE, 4, 4, 4);
        set(&p, TUFT_COST_STATE_SIZE, 4, 4, 4);
    } else {
        set(&p, TUFT_COST_READ_VOLTAGE, 0.2, 0.2, 0.2);
        set(&p, TUFT_COST_READ_TIME, 1e-7, 1e-7, 1e-7);
        set(&p, TUFT_COST_CELL_CONDUCTANCE, 2e-5, 2e-5, 2e-5);
        set(&p, TUFT_COST_DRIVER, 3.9e-13, 3.9e-13, 3.9e-13);
        set(&p, TUFT_COST_ADC, 1.7e-12, 1.7e-12, 1.7e-12);
    }
    return p;
}

/* Every kind of projection on every kind of hardware, with and without conductances. */
static void adds_up(tuft_connections *connections, hardware kind, int with_siemens)
{
    tuft_energy_profile profile = profile_of(kind);
    tuft_random random = tuft_random_stream(7, TUFT_RANDOM_CONNECTIVITY, 99);
    size_t n = tuft_connections_synapses(connections);
    uint64_t *spikes;
    float *siemens;
    double *joules, sum = 0;
    tuft_energy_edges edges;
    tuft_energy_bill bill;
    tuft_error err;
    OK(TUFT_NEW(&spikes, connections->sources, "spikes", &err));
    OK(TUFT_NEW(&siemens, n, "siemens", &err));
    OK(TUFT_NEW(&joules, n, "joules", &err));
    for (uint32_t i = 0; i < connections->sources; i++)
        spikes[i] = (uint64_t)(1000 * pow(tuft_random_uniform(&random), 3)); /* some are 0 */
    for (size_t k = 0; k < n; k++)
        siemens[k] = (float)(1e-5 + 4e-5 * tuft_random_uniform(&random));
    OK(tuft_energy_edges_of(&edges, connections, spikes, with_siemens ? siemens : NULL, &err));
    tuft_energy_projection of = {.name = "it",
                                 .sources = connections->sources,
                                 .targets = connections->targets,
                                 .synapses = n,
                                 .synaptic_events = tuft_energy_edges_events(&edges),
                                 .weight_updates = 777,
                                 .target_updates = 50 * (uint64_t)connections->targets,
                                 .siemens = tuft_energy_edges_siemens(&edges)};
    for (uint32_t i = 0; i < connections->sources; i++)
        of.source_spikes += spikes[i];
    strcpy(of.kind, tuft_projection_kind_name(connections->kind));
    tuft_energy_activity a = activity(&of, 1);
    OK(tuft_energy_bill_new(&bill, &a, &profile, &err));
    OK(tuft_energy_synapses(&bill, 0, &edges, TUFT_ENERGY_NOMINAL, joules, &err));
    for (size_t k = 0; k < n; k++) {
        cr_assert_geq(joules[k], 0);
        sum += joules[k];
    }
    double total = tuft_energy_by_projection(&bill, 0).at[TUFT_ENERGY_NOMINAL].joules;
    cr_assert_gt(total, 0);
    cr_assert_float_eq(sum, total, 1e-12 * total, "%s: %.17g, expected %.17g", of.kind, sum, total);
    /* A source that is silent has synapses that cost less than those of one that is not. */
    if (kind == DIGITAL) {
        double learning = 777 * 3e-12 / (double)n, each = 23.6e-12 + 4 * 1.3e-12;
        for (uint32_t i = 0; i < edges.sources; i++)
            for (size_t k = edges.row_begin[i]; k < edges.row_begin[i + 1]; k++)
                cr_assert_float_eq(joules[k], (double)spikes[i] * each + learning, 1e-12 * total);
    }
    tuft_energy_bill_free(&bill);
    /* Other counts than the projection's are refused. */
    of.synaptic_events = 0;
    of.source_spikes = TUFT_UNKNOWN;
    OK(tuft_energy_bill_new(&bill, &a, &profile, &err));
    cr_assert_eq(tuft_energy_synapses(&bill, 0, &edges, TUFT_ENERGY_NOMINAL, joules, &err),
                 TUFT_INVALID);
    tuft_energy_bill_free(&bill);
    tuft_energy_edges_free(&edges);
    free(spikes);
    free(siemens);
    free(joules);
}

Test(energy, synapses_of_every_kind_add_up_to_their_projection)
{
    enum { SOURCES = 37, TARGETS = 23 };
    float weight[SOURCES * TARGETS] = {0};
    tuft_connections made;
    tuft_error err;
    for (int kind = DIGITAL; kind < HARDWARE; kind++)
        for (int siemens = 0; siemens <= (kind == ANALOG); siemens++) {
            OK(tuft_connections_dense(&made, SOURCES, TARGETS, weight, 1, &err));
            adds_up(&made, (hardware)kind, siemens);
            tuft_connections_free(&made);
            /* Thin enough that some sources and some targets have no synapse. */
            OK(tuft_connections_random(&made, SOURCES, TARGETS, 0.05, 1, 2, 0, 3, 1, &err));
            adds_up(&made, (hardware)kind, siemens);
            tuft_connections_free(&made);
            OK(tuft_connections_one_to_one(&made, SOURCES, weight, 1, &err));
            adds_up(&made, (hardware)kind, siemens);
            tuft_connections_free(&made);
        }
}
