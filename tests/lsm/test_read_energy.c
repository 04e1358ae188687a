/* What reads of crossbars conduct and cost: closed forms, and a liquid's own pairs. */
#include "core/energy_synapses.h"
#include "core/memory.h"
#include "liquids.h"
#include "lsm/crossbar.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

Test(read_energy, is_v2_g_t_of_both_cells_of_a_pair)
{
    float plus[6] = {1e-5F, 2e-5F, 0, 4e-5F, 5e-5F, 6e-5F};
    float minus[6] = {3e-5F, 0, 1e-5F, 1e-5F, 5e-5F, 2e-5F};
    tuft_crossbar crossbar = {.rows = 2, .columns = 3, .plus = plus, .minus = minus};
    const uint64_t reads[] = {5, 2};
    float siemens[6];
    /* Rows conduct 7e-5 and 23e-5 S. */
    cr_assert_float_eq(tuft_crossbar_read_joules(&crossbar, reads, 0.2, 1e-7),
                       0.04 * 1e-7 * (5 * 7e-5 + 2 * 23e-5), 1e-18);
    cr_assert_eq(tuft_crossbar_read_joules(&crossbar, (const uint64_t[]){0, 0}, 0.2, 1e-7), 0);
    tuft_crossbar_siemens(&crossbar, siemens);
    for (int k = 0; k < 6; k++)
        cr_assert_float_eq(siemens[k], (double)plus[k] + (double)minus[k], 1e-11);
}

static void check_twin(const tuft_reservoir_config *config, tuft_geometry geometry)
{
    tuft_reservoir *weights, *siemens;
    tuft_error err;
    uint32_t next = 0;
    OK(tuft_reservoir_new(&weights, config, geometry, 11, &err));
    OK(tuft_reservoir_siemens(&siemens, config, geometry, 11, &err));
    for (uint32_t p = 0; p < weights->network->projections; p++) {
        if (tuft_reservoir_is_noise(weights, p))
            continue;
        const tuft_connections *w = &weights->network->projection[p].connections;
        const tuft_connections *s = &siemens->network->projection[next++].connections;
        size_t n = tuft_connections_synapses(w);
        double sum = 0, product = 0;
        cr_assert_eq(tuft_connections_synapses(s), n);
        cr_assert_eq(s->kind, w->kind);
        if (w->kind == TUFT_SPARSE)
            cr_assert_eq(memcmp(s->target, w->target, n * sizeof *s->target), 0);
        for (size_t k = 0; k < n; k++) {
            sum += s->weight[k] / (double)n;
            product += (double)s->weight[k] * w->weight[k] / (double)n;
            cr_assert_geq(s->weight[k], 0);
            /* |G+ - G-| <= G+ + G-, in the unit of the weights. */
            double sd = p % 2 ? config->group[0].recurrent_sd : config->group[0].weight_sd;
            double unit = sd / (sqrt(2) * config->conductance.sd_siemens);
            cr_assert_leq(fabs((double)w->weight[k]), s->weight[k] * unit * (1 + 1e-5));
        }
        /* Two cells of 20 uS; the sum says nothing about the difference. */
        cr_assert_float_eq(sum, 4e-5, 1e-6);
        cr_assert_float_eq(product / sum, 0, 0.05);
    }
    cr_assert_eq(next, siemens->network->projections);
    tuft_reservoir_free(weights);
    tuft_reservoir_free(siemens);
}

Test(read_energy, a_liquids_conductances_stand_in_the_order_of_its_weights)
{
    tuft_reservoir_config config = {.conductance = tuft_conductance_defaults, .groups = 1};
    config.group[0] = (tuft_reservoir_group){.maps = 60,
                                             .delays = 1,
                                             .density = 1,
                                             .weight_sd = 0.3,
                                             .recurrent_density = 1,
                                             .recurrent_sd = 0.2,
                                             .decay = 0.9,
                                             .threshold = 5,
                                             .pools_x = 1,
                                             .pools_y = 1};
    check_twin(&config, (tuft_geometry){12, 12, 1});
    config.group[0].field_x = config.group[0].field_y = 5;
    config.group[0].stride_x = config.group[0].stride_y = 3;
    config.group[0].density = 0.7;
    config.group[0].recurrent_density = 0.5;
    check_twin(&config, (tuft_geometry){12, 12, 2});
}

/* The whole way: a crossbar's rows are read as often as sources spike; each pair's share and the
 * sum agree with the crossbar's own. */
Test(read_energy, each_synapse_of_a_crossbar)
{
    enum { ROWS = 24, COLUMNS = 10, CELLS = ROWS * COLUMNS };
    const double volt = 0.2, seconds = 1e-7;
    tuft_crossbar crossbar;
    tuft_connections connections;
    tuft_energy_edges edges;
    tuft_energy_bill bill;
    tuft_error err;
    float siemens[CELLS];
    uint64_t spikes[ROWS];
    double joules[CELLS], sum = 0;
    OK(tuft_crossbar_sample(&crossbar, &tuft_conductance_defaults, ROWS, COLUMNS, 5, 0, &err));
    tuft_crossbar_siemens(&crossbar, siemens);
    for (int i = 0; i < ROWS; i++)
        spikes[i] = (uint64_t)(i % 7);
    OK(tuft_connections_dense(&connections, ROWS, COLUMNS, siemens, 1, &err));
    OK(tuft_energy_edges_of(&edges, &connections, spikes, siemens, &err));
    tuft_energy_projection of = {.name = "crossbar",
                                 .kind = "dense",
                                 .sources = ROWS,
                                 .targets = COLUMNS,
                                 .synapses = CELLS,
                                 .synaptic_events = tuft_energy_edges_events(&edges),
                                 .source_spikes = TUFT_UNKNOWN,
                                 .target_updates = TUFT_UNKNOWN,
                                 .siemens = tuft_energy_edges_siemens(&edges)};
    tuft_energy_activity activity = {
        .projection = &of, .projections = 1, .seconds = NAN, .duration = NAN};
    tuft_energy_profile profile = {.name = "volts"};
    profile.constant[TUFT_COST_READ_VOLTAGE] =
        (tuft_energy_constant){.given = 1, .si = {volt, volt, volt}};
    profile.constant[TUFT_COST_READ_TIME] =
        (tuft_energy_constant){.given = 1, .si = {seconds, seconds, seconds}};
    OK(tuft_energy_bill_new(&bill, &activity, &profile, &err));
    OK(tuft_energy_synapses(&bill, 0, &edges, TUFT_ENERGY_NOMINAL, joules, &err));
    double expected = tuft_crossbar_read_joules(&crossbar, spikes, volt, seconds);
    for (int k = 0; k < CELLS; k++) {
        sum += joules[k];
        cr_assert_float_eq(joules[k],
                           volt * volt * seconds * (double)siemens[k] * (double)spikes[k / COLUMNS],
                           1e-12 * expected);
    }
    cr_assert_float_eq(sum, expected, 1e-6 * expected); /* float32 conductances */
    cr_assert_float_eq(sum, tuft_energy_by_projection(&bill, 0).at[TUFT_ENERGY_NOMINAL].joules,
                       1e-12 * expected);
    tuft_energy_bill_free(&bill);
    tuft_energy_edges_free(&edges);
    tuft_connections_free(&connections);
    tuft_crossbar_free(&crossbar);
}
