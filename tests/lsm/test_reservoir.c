/* What is connected to what: against the rules of the header, worked out again here. */
#include "cells/lif.h"
#include "liquids.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const tuft_reservoir_group dense = {.maps = 200,
                                           .delays = 1,
                                           .density = 1,
                                           .weight_sd = 0.07,
                                           .recurrent_density = 1,
                                           .recurrent_sd = 0.05,
                                           .decay = 0.9,
                                           .threshold = 5,
                                           .pools_x = 1,
                                           .pools_y = 1};

static const tuft_reservoir_group local = {.maps = 6,
                                           .field_x = 4,
                                           .field_y = 3,
                                           .stride_x = 2,
                                           .stride_y = 3,
                                           .delays = 2,
                                           .delay_steps = {0, 3},
                                           .density = 1,
                                           .weight_sd = 0.5,
                                           .recurrent_density = 0.6,
                                           .recurrent_sd = 0.2,
                                           .decay = 0.8,
                                           .threshold = 1.5,
                                           .pools_x = 3,
                                           .pools_y = 2};

static const tuft_geometry picture = {16, 16, 1}, odd = {11, 7, 2};

static tuft_reservoir *make(const tuft_reservoir_group *group, tuft_geometry geometry)
{
    tuft_reservoir_config config = {
        .conductance = tuft_conductance_defaults, .groups = 1, .group = {*group}};
    tuft_reservoir *reservoir;
    tuft_error err;
    cr_assert_eq(tuft_reservoir_new(&reservoir, &config, geometry, 11, &err), TUFT_OK, "%s",
                 err.message);
    return reservoir;
}

static int compare(const void *a, const void *b)
{
    const tuft_synapse *x = a, *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return (x->delay > y->delay) - (x->delay < y->delay);
}

static void expect_synapses(const tuft_projection *projection, tuft_synapse *expected, size_t n)
{
    size_t count;
    tuft_synapse *found = synapses_of(&projection->connections, &count);
    cr_assert_eq(count, n, "%zu synapses, expected %zu", count, n);
    qsort(found, count, sizeof *found, compare);
    qsort(expected, n, sizeof *expected, compare);
    for (size_t k = 0; k < n; k++) {
        cr_assert_eq(compare(&found[k], &expected[k]), 0, "synapse %zu", k);
        cr_assert_eq(found[k].weight, expected[k].weight, "synapse %zu", k);
    }
    free(found);
}

Test(reservoir, the_published_liquid_is_two_dense_crossbars)
{
    tuft_reservoir *reservoir = make(&dense, picture);
    const tuft_projection *input = projection_called(reservoir, "input 0");
    const tuft_projection *recurrent = projection_called(reservoir, "recurrent 0");
    cr_assert_eq(reservoir->network->projections, 2);
    cr_assert_eq(reservoir->cells, 200);
    cr_assert_eq(reservoir->longest_delay, 1);
    cr_assert_eq(tuft_reservoir_features(reservoir), 200);
    cr_assert_eq(input->connections.kind, TUFT_DENSE);
    cr_assert_eq(recurrent->connections.kind, TUFT_DENSE);
    cr_assert_eq(input->connections.delay, 1);
    cr_assert_eq(recurrent->connections.delay, 1);
    float *w = masked_weights(&tuft_conductance_defaults, 256, 200, 0.07, 1, 11, 0);
    cr_assert_arr_eq(input->connections.weight, w, 256 * 200 * sizeof *w);
    free(w);
    w = masked_weights(&tuft_conductance_defaults, 200, 200, 0.05, 1, 11, 1);
    cr_assert_arr_eq(recurrent->connections.weight, w, 200 * 200 * sizeof *w);
    free(w);
    const tuft_lif_parameters *cells = reservoir->place[0].parameters;
    cr_assert_float_eq(exp(-1 / cells->tau_m_ms), 0.9, 1e-12); /* steps of 1 ms */
    cr_assert_null(reservoir->place[0].threshold);
    tuft_reservoir_free(reservoir);
}

/* Position p lies in the middle of channels p stride .. p stride + stride - 1. */
static size_t expected_input(const tuft_reservoir_group *g, tuft_geometry geometry,
                             uint32_t positions_x, uint32_t positions_y, tuft_synapse *out)
{
    uint32_t taps = g->field_x * g->field_y * geometry.polarities * g->delays;
    float *w =
        masked_weights(&tuft_conductance_defaults, taps, g->maps, g->weight_sd, g->density, 11, 0);
    size_t n = 0;
    for (int py = 0; py < (int)positions_y; py++)
        for (int px = 0; px < (int)positions_x; px++)
            for (uint32_t m = 0; m < g->maps; m++) {
                uint32_t row = 0;
                int middle_x = px * (int)g->stride_x + (int)g->stride_x / 2;
                int middle_y = py * (int)g->stride_y + (int)g->stride_y / 2;
                for (uint32_t d = 0; d < g->delays; d++)
                    for (uint32_t p = 0; p < geometry.polarities; p++)
                        for (int fy = 0; fy < (int)g->field_y; fy++)
                            for (int fx = 0; fx < (int)g->field_x; fx++, row++) {
                                int x = middle_x - (int)g->field_x / 2 + fx;
                                int y = middle_y - (int)g->field_y / 2 + fy;
                                float weight = w[row * g->maps + m];
                                if (x < 0 || y < 0 || x >= (int)geometry.width ||
                                    y >= (int)geometry.height || weight == 0)
                                    continue;
                                out[n++] = (tuft_synapse){
                                    ((uint32_t)p * geometry.height + (uint32_t)y) * geometry.width +
                                        (uint32_t)x,
                                    ((uint32_t)py * positions_x + (uint32_t)px) * g->maps + m,
                                    weight, 1 + g->delay_steps[d]};
                            }
            }
    free(w);
    return n;
}

Test(reservoir, the_same_kernel_at_every_position)
{
    static tuft_synapse expected[1 << 16];
    static const double density[] = {1, 0.4};
    for (size_t i = 0; i < 2; i++) {
        tuft_reservoir_group g = local;
        g.density = density[i];
        tuft_reservoir *reservoir = make(&g, odd);
        const tuft_reservoir_place *place = &reservoir->place[0];
        cr_assert_eq(place->positions_x, 6); /* ceil 11 / 2 */
        cr_assert_eq(place->positions_y, 3); /* ceil 7 / 3 */
        cr_assert_eq(reservoir->cells, 6 * 3 * 6);
        cr_assert_eq(tuft_reservoir_features(reservoir), 6 * 3 * 2);
        cr_assert_eq(reservoir->longest_delay, 4);
        size_t n = expected_input(&g, odd, 6, 3, expected);
        expect_synapses(projection_called(reservoir, "input 0"), expected, n);
        tuft_reservoir_free(reservoir);
    }
}

Test(reservoir, fields_larger_than_strides_and_smaller)
{
    static tuft_synapse expected[1 << 16];
    static const uint32_t field[] = {1, 2, 7}, stride[] = {1, 2, 5, 11, UINT32_MAX};
    for (size_t f = 0; f < 3; f++)
        for (size_t s = 0; s < 5; s++) {
            tuft_reservoir_group g = local;
            g.field_x = field[f];
            g.stride_x = stride[s];
            g.pools_x = g.pools_y = 1;
            tuft_reservoir *reservoir = make(&g, odd);
            uint32_t positions = stride[s] > 11 ? 1 : (11 + stride[s] - 1) / stride[s];
            cr_assert_eq(reservoir->place[0].positions_x, positions);
            if (stride[s] <= 11) {
                size_t n = expected_input(&g, odd, positions, 3, expected);
                expect_synapses(projection_called(reservoir, "input 0"), expected, n);
            }
            tuft_reservoir_free(reservoir);
        }
}

Test(reservoir, recurrence_stays_at_its_position)
{
    static tuft_synapse expected[1 << 12];
    tuft_reservoir *reservoir = make(&local, odd);
    float *w = masked_weights(&tuft_conductance_defaults, 6, 6, 0.2, 0.6, 11, 1);
    size_t n = 0;
    for (uint32_t p = 0; p < 18; p++)
        for (uint32_t i = 0; i < 6; i++)
            for (uint32_t j = 0; j < 6; j++)
                if (w[i * 6 + j] != 0)
                    expected[n++] = (tuft_synapse){p * 6 + i, p * 6 + j, w[i * 6 + j], 1};
    free(w);
    cr_assert(n > 0 && n < 18 * 36);
    expect_synapses(projection_called(reservoir, "recurrent 0"), expected, n);
    tuft_reservoir_free(reservoir);
}

Test(reservoir, without_recurrence)
{
    tuft_reservoir_group g = local;
    g.recurrent_density = 0;
    tuft_reservoir *reservoir = make(&g, odd);
    cr_assert_eq(reservoir->network->projections, 1);
    tuft_reservoir_free(reservoir);
    g = local;
    g.recurrent_sd = 0;
    reservoir = make(&g, odd);
    cr_assert_null(projection_called(reservoir, "recurrent 0"));
    tuft_reservoir_free(reservoir);
}

Test(reservoir, densities_are_met)
{
    static const double density[] = {0.05, 0.3, 0.9};
    for (size_t i = 0; i < 3; i++) {
        double d = density[i];
        tuft_reservoir_group g = dense;
        g.density = d;
        g.recurrent_density = 1 - d;
        tuft_reservoir *reservoir = make(&g, picture);
        const tuft_projection *input = projection_called(reservoir, "input 0");
        const tuft_projection *recurrent = projection_called(reservoir, "recurrent 0");
        double n = 256 * 200, got = (double)tuft_connections_synapses(&input->connections);
        cr_assert_eq(input->connections.kind, TUFT_SPARSE);
        cr_assert_float_eq(got, n * d, 5 * sqrt(n * d * (1 - d)));
        n = 200 * 200;
        got = (double)tuft_connections_synapses(&recurrent->connections);
        cr_assert_float_eq(got, n * (1 - d), 5 * sqrt(n * d * (1 - d)));
        tuft_reservoir_free(reservoir);
    }
}

Test(reservoir, thresholds_belong_to_maps)
{
    tuft_reservoir_group g = local;
    g.maps = 2000;
    g.field_x = g.field_y = 1;
    g.recurrent_density = 0;
    g.stride_x = 6;
    g.stride_y = 7;
    g.pools_x = g.pools_y = 1;
    g.threshold_spread = 0.2;
    tuft_reservoir *reservoir = make(&g, odd);
    const float *threshold = reservoir->place[0].threshold;
    const tuft_lif_parameters *cells = reservoir->place[0].parameters;
    cr_assert_eq(reservoir->place[0].positions_x, 2);
    cr_assert_eq(cells->cell_threshold, threshold);
    double mean = 0, square = 0;
    for (int m = 0; m < 2000; m++) {
        cr_assert_eq(threshold[m], threshold[2000 + m]);
        double z = log(threshold[m] / 1.5);
        mean += z / 2000;
        square += z * z / 2000;
    }
    cr_assert_float_eq(mean, 0, 5 * 0.2 / sqrt(2000));
    cr_assert_float_eq(sqrt(square - mean * mean), 0.2, 5 * 0.2 / sqrt(4000));
    tuft_reservoir_free(reservoir);
}

Test(reservoir, groups_are_crossbars_of_their_own)
{
    tuft_reservoir_config config = {
        .conductance = tuft_conductance_defaults, .groups = 2, .group = {local, local}};
    config.group[1].delay_steps[1] = 7;
    tuft_reservoir *reservoir;
    cr_assert_eq(tuft_reservoir_new(&reservoir, &config, odd, 11, NULL), TUFT_OK);
    cr_assert_eq(reservoir->network->projections, 4);
    cr_assert_eq(reservoir->cells, 2 * 108);
    cr_assert_eq(reservoir->longest_delay, 8);
    cr_assert_eq(tuft_reservoir_features(reservoir), 2 * 36);
    const tuft_connections *first = &projection_called(reservoir, "input 0")->connections;
    const tuft_connections *second = &projection_called(reservoir, "input 1")->connections;
    cr_assert_eq(tuft_connections_synapses(first), tuft_connections_synapses(second));
    cr_assert_neq(first->weight[0], second->weight[0]);
    /* A group does not depend on those after it. */
    tuft_reservoir *alone = make(&local, odd);
    const tuft_connections *same = &projection_called(alone, "input 0")->connections;
    cr_assert_arr_eq(first->weight, same->weight, tuft_connections_synapses(first) * sizeof(float));
    tuft_reservoir_free(alone);
    tuft_reservoir_free(reservoir);
}

typedef void change(tuft_reservoir_config *config);

#define CHANGE(name, statement)                                                                    \
    static void name(tuft_reservoir_config *c)                                                     \
    {                                                                                              \
        tuft_reservoir_group *g = &c->group[1];                                                    \
        (void)g;                                                                                   \
        statement;                                                                                 \
    }
CHANGE(no_groups, c->groups = 0)
CHANGE(many_groups, c->groups = TUFT_RESERVOIR_GROUPS + 1)
CHANGE(no_maps, g->maps = 0)
CHANGE(half_field, g->field_y = 0)
CHANGE(other_half, g->field_x = 0)
CHANGE(wide, g->field_x = 12)
CHANGE(high, g->field_y = 8)
CHANGE(still_x, g->stride_x = 0)
CHANGE(still_y, g->stride_y = 0)
CHANGE(no_delays, g->delays = 0)
CHANGE(many_delays, g->delays = TUFT_RESERVOIR_DELAYS + 1)
CHANGE(late, g->delay_steps[1] = 1 << 17)
CHANGE(empty, g->density = 0)
CHANGE(overfull, g->density = 1.01)
CHANGE(density_nan, g->density = NAN)
CHANGE(recurrent_negative, g->recurrent_density = -0.1)
CHANGE(recurrent_overfull, g->recurrent_density = 1.5)
CHANGE(recurrent_nan, g->recurrent_density = NAN)
CHANGE(gone, g->decay = 0)
CHANGE(growing, g->decay = 1.001)
CHANGE(decay_nan, g->decay = NAN)
CHANGE(weight_nan, g->weight_sd = NAN)
CHANGE(weight_endless, g->weight_sd = INFINITY)
CHANGE(weight_past_float, g->weight_sd = 1e300)
CHANGE(recurrent_endless, g->recurrent_sd = INFINITY)
CHANGE(threshold_nan, g->threshold = NAN)
CHANGE(threshold_past_float, g->threshold = 1e300)
CHANGE(spread_negative, g->threshold_spread = -1)
CHANGE(spread_nan, g->threshold_spread = NAN)
CHANGE(spread_endless, g->threshold_spread = 1e300)
CHANGE(many_pools_x, g->pools_x = 7)
CHANGE(many_pools_y, g->pools_y = 4)
CHANGE(no_conductance, c->conductance.mean_siemens = 0)
CHANGE(no_spread, c->conductance.sd_siemens = 0)
CHANGE(empty_table, c->conductance.kind = TUFT_CONDUCTANCE_TABLE)

Test(reservoir, what_makes_no_sense)
{
    static const struct {
        change *change;
        const char *name;
    } bad[] = {
#define BAD(name) {name, #name}
        BAD(no_groups),
        BAD(many_groups),
        BAD(no_maps),
        BAD(half_field),
        BAD(other_half),
        BAD(wide),
        BAD(high),
        BAD(still_x),
        BAD(still_y),
        BAD(no_delays),
        BAD(many_delays),
        BAD(late),
        BAD(empty),
        BAD(overfull),
        BAD(density_nan),
        BAD(recurrent_negative),
        BAD(recurrent_overfull),
        BAD(recurrent_nan),
        BAD(gone),
        BAD(growing),
        BAD(decay_nan),
        BAD(weight_nan),
        BAD(weight_endless),
        BAD(weight_past_float),
        BAD(recurrent_endless),
        BAD(threshold_nan),
        BAD(threshold_past_float),
        BAD(spread_negative),
        BAD(spread_nan),
        BAD(spread_endless),
        BAD(many_pools_x),
        BAD(many_pools_y),
        BAD(no_conductance),
        BAD(no_spread),
        BAD(empty_table)};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tuft_reservoir_config config = {
            .conductance = tuft_conductance_defaults, .groups = 2, .group = {local, local}};
        tuft_reservoir *reservoir;
        tuft_error err = {0};
        bad[i].change(&config);
        cr_assert_eq(tuft_reservoir_new(&reservoir, &config, odd, 1, &err), TUFT_INVALID, "%s: %s",
                     bad[i].name, err.message);
        cr_assert_null(reservoir);
        cr_assert_neq(err.message[0], 0, "%s", bad[i].name);
        if (config.groups == 2 && config.conductance.kind == TUFT_CONDUCTANCE_NORMAL &&
            config.conductance.sd_siemens > 0 && config.conductance.mean_siemens > 0)
            cr_assert(strstr(err.message, "group 1") || strstr(err.message, " 1"), "%s: %s",
                      bad[i].name, err.message);
    }
}

Test(reservoir, too_large)
{
    tuft_reservoir_config config = {
        .conductance = tuft_conductance_defaults, .groups = 1, .group = {local}};
    tuft_reservoir *reservoir;
    config.group[0].maps = UINT32_MAX;
    cr_assert_eq(tuft_reservoir_new(&reservoir, &config, odd, 1, NULL), TUFT_MEMORY);
    cr_assert_null(reservoir);
    config.group[0].maps = 1 << 26;
    cr_assert_eq(tuft_reservoir_new(&reservoir, &config, odd, 1, NULL), TUFT_MEMORY);
    cr_assert_neq(tuft_reservoir_new(&reservoir, &config, (tuft_geometry){0, 1, 1}, 1, NULL),
                  TUFT_OK);
    cr_assert_null(reservoir);
}
