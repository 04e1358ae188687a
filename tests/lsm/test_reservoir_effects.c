/* Liquids whose crossbars are real. */
#include "liquids.h"
#include "lsm/analog_lif.h"
#include "lsm/crossbar.h"
#include "lsm/encode.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 5 };
static const tuft_geometry geometry = {12, 1, 1};
static const tuft_frontend frontend = {
    .rule = TUFT_STEP_SHARE, .steps = 40, .events_per_step = 1, .polarity = TUFT_POLARITY_BOTH};
static const tuft_encoding encoding = {.windows = 2, .transform = TUFT_COUNT_LINEAR, .scale = 1};

/* A dense group and one of fields. */
static tuft_reservoir_config two_groups(const tuft_macro_config *macro)
{
    tuft_reservoir_config config = {.conductance = tuft_conductance_defaults,
                                    .macro = macro,
                                    .groups = 2,
                                    .group = {{.maps = 40,
                                               .delays = 1,
                                               .density = 1,
                                               .weight_sd = 0.6,
                                               .recurrent_density = 1,
                                               .recurrent_sd = 0.1,
                                               .decay = 0.9,
                                               .threshold = 1,
                                               .pools_x = 1,
                                               .pools_y = 1},
                                              {.maps = 10,
                                               .field_x = 5,
                                               .field_y = 1,
                                               .stride_x = 2,
                                               .stride_y = 1,
                                               .delays = 2,
                                               .delay_steps = {0, 3},
                                               .density = 0.8,
                                               .weight_sd = 0.6,
                                               .recurrent_density = 0.3,
                                               .recurrent_sd = 0.3,
                                               .decay = 0.9,
                                               .threshold = 1,
                                               .pools_x = 2,
                                               .pools_y = 1}}};
    return config;
}

static tuft_reservoir *made(const tuft_macro_config *macro)
{
    tuft_reservoir_config config = two_groups(macro);
    tuft_reservoir *reservoir;
    tuft_error err;
    cr_assert_eq(tuft_reservoir_new(&reservoir, &config, geometry, SEED, &err), TUFT_OK, "%s",
                 err.message);
    return reservoir;
}

static tuft_features encoded(const tuft_macro_config *macro, int threads, tuft_ledger *ledger)
{
    tuft_recordings set;
    tuft_features features;
    tuft_error err;
    tuft_reservoir *reservoir = made(macro);
    make_recordings(&set, geometry, 24, 200, 3);
    *ledger = (tuft_ledger){0};
    cr_assert_eq(tuft_encode(reservoir, &frontend, &encoding, &set, threads, &features, ledger,
                             NULL, NULL, &err),
                 TUFT_OK, "%s", err.message);
    tuft_recordings_free(&set);
    tuft_reservoir_free(reservoir);
    return features;
}

static double difference(const tuft_features *a, const tuft_features *b)
{
    double sum = 0, scale = 0;
    cr_assert_eq(a->rows * a->columns, b->rows * b->columns);
    for (size_t k = 0; k < a->rows * a->columns; k++) {
        sum += fabsf(a->value[k] - b->value[k]);
        scale += a->value[k];
    }
    cr_assert_gt(scale, 1000);
    return sum / scale;
}

Test(reservoir_effects, an_ideal_macro_changes_nothing)
{
    tuft_ledger a, b;
    tuft_features without = encoded(NULL, 1, &a), with = encoded(&tuft_macro_ideal, 1, &b);
    cr_assert_eq(difference(&without, &with), 0);
    cr_assert_eq(a.synaptic_events, b.synaptic_events);
    tuft_features_free(&without);
    tuft_features_free(&with);
    tuft_ledger_free(&a);
    tuft_ledger_free(&b);
}

Test(reservoir_effects, what_is_written_stays_written_in_the_weights)
{
    tuft_macro_config macro = tuft_macro_ideal;
    macro.device = tuft_device_nominal;
    macro.device.read_relative = macro.device.read_siemens = 0;
    macro.seconds = 1e5;
    tuft_reservoir *reservoir = made(&macro);
    cr_assert_eq(reservoir->analog, 0);
    const tuft_projection *projection = projection_called(reservoir, "input 0");
    tuft_crossbar crossbar;
    float weight[12 * 40];
    cr_assert_eq(tuft_crossbar_sample(&crossbar, &tuft_conductance_defaults, 12, 40, SEED, 0, NULL),
                 TUFT_OK);
    cr_assert_eq(tuft_crossbar_settle(&crossbar, &macro.device, SEED, 0, 1e5, NULL), TUFT_OK);
    tuft_crossbar_weights(&crossbar, 0.6, weight);
    for (int k = 0; k < 12 * 40; k++)
        cr_assert_float_eq(projection->connections.weight[k], weight[k], 1e-6);
    tuft_crossbar_free(&crossbar);
    tuft_reservoir_free(reservoir);
}

Test(reservoir_effects, noise_and_converters_act_on_the_counts)
{
    tuft_ledger ledger, quiet;
    tuft_macro_config noisy = tuft_macro_ideal, fine = tuft_macro_ideal, coarse = tuft_macro_ideal;
    noisy.device.read_relative = 0.05;
    fine.adc.bits = 20;
    coarse.adc.bits = 3;
    tuft_features ideal = encoded(NULL, 1, &quiet), other;
    other = encoded(&fine, 1, &ledger);
    cr_assert_lt(difference(&ideal, &other), 0.02); /* few cells are that near their threshold */
    cr_assert_float_eq((double)ledger.synaptic_events, (double)quiet.synaptic_events,
                       0.02 * (double)quiet.synaptic_events);
    tuft_features_free(&other);
    tuft_ledger_free(&ledger);
    other = encoded(&coarse, 1, &ledger);
    cr_assert_gt(difference(&ideal, &other), 0.05);
    tuft_features_free(&other);
    tuft_ledger_free(&ledger);
    other = encoded(&noisy, 1, &ledger);
    double apart = difference(&ideal, &other);
    cr_assert(apart > 0.01 && apart < 0.6, "%g", apart);
    /* Projections of variances are not the array's: they are not counted. */
    uint64_t counted = 0;
    for (uint32_t p = 0; p < ledger.projections; p++) {
        counted += ledger.projection[p].synaptic_events;
        if (strstr(ledger.projection[p].name, "noise"))
            cr_assert_eq(ledger.projection[p].synaptic_events, 0);
    }
    cr_assert_eq(counted, ledger.synaptic_events);
    tuft_features_free(&ideal);
    tuft_features_free(&other);
    tuft_ledger_free(&ledger);
    tuft_ledger_free(&quiet);
}

Test(reservoir_effects, threads_do_not_matter)
{
    tuft_ledger a, b;
    tuft_macro_config macro = tuft_macro_nominal;
    macro.adc.ranging = TUFT_RANGE_FIXED;
    tuft_features one = encoded(&macro, 1, &a), three = encoded(&macro, 3, &b);
    cr_assert_eq(difference(&one, &three), 0);
    tuft_features_free(&one);
    tuft_features_free(&three);
    tuft_ledger_free(&a);
    tuft_ledger_free(&b);
}

Test(reservoir_effects, what_makes_no_sense)
{
    tuft_macro_config macro = tuft_macro_ideal;
    tuft_reservoir *reservoir;
    tuft_error err;
    macro.adc.bits = 0;
    tuft_reservoir_config config = two_groups(&macro);
    cr_assert_eq(tuft_reservoir_new(&reservoir, &config, geometry, SEED, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message,
                     "adc: converter of 0 bits, expected 2 to 24, or 32 for an ideal one");
    macro.adc.bits = 6;
    macro.tile_rows = 8;
    cr_assert_eq(tuft_reservoir_new(&reservoir, &config, geometry, SEED, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "crossbar of 12 x 40 pairs in 2 tiles"), "%s", err.message);
    cr_assert_null(reservoir);
}
