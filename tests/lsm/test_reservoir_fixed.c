/* The reservoir in fixed point: against one written here that gathers in int64, against the float
 * one, and what it refuses. */
#include "core/fixed.h"
#include "liquids.h"
#include "lsm/encode_fixed.h"
#include "lsm/fixed_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 21 };

static const tuft_geometry picture = {9, 8, 2};
static const tuft_frontend frontend = {
    .rule = TUFT_STEP_LENGTH, .step_us = 10000, .events_per_step = 3};
static const tuft_encoding encoding = {
    .windows = 3, .transform = TUFT_COUNT_SQUARE_ROOT, .scale = 1};

/* Local fields with delays and a dense group without leak. */
static tuft_reservoir_config two_groups(void)
{
    return (tuft_reservoir_config){.conductance = tuft_conductance_defaults,
                                   .groups = 2,
                                   .group = {{.maps = 5,
                                              .field_x = 3,
                                              .field_y = 4,
                                              .stride_x = 2,
                                              .stride_y = 3,
                                              .delays = 3,
                                              .delay_steps = {0, 2, 5},
                                              .density = 0.7,
                                              .weight_sd = 0.3,
                                              .recurrent_density = 0.5,
                                              .recurrent_sd = 0.4,
                                              .decay = 0.8,
                                              .threshold = 1,
                                              .threshold_spread = 0.3,
                                              .pools_x = 2,
                                              .pools_y = 3},
                                             {.maps = 40,
                                              .delays = 1,
                                              .delay_steps = {1},
                                              .density = 1,
                                              .weight_sd = 0.3,
                                              .recurrent_density = 0.2,
                                              .recurrent_sd = 0.05,
                                              .decay = 1,
                                              .threshold = 2,
                                              .pools_x = 1,
                                              .pools_y = 1}}};
}

static tuft_reservoir *liquid(const tuft_reservoir_config *config)
{
    tuft_reservoir *made;
    tuft_error err;
    cr_assert_eq(tuft_reservoir_new(&made, config, picture, SEED, &err), TUFT_OK, "%s",
                 err.message);
    return made;
}

static tuft_reservoir_fixed *fixed_of(const tuft_reservoir *reservoir, uint32_t bits)
{
    tuft_fixed_config config = {bits, TUFT_FIXED_STATE_BITS, TUFT_SCALE_LEAST_ERROR};
    tuft_reservoir_fixed *made;
    tuft_error err;
    cr_assert_eq(tuft_reservoir_fixed_new(&made, reservoir, &config, NULL, &err), TUFT_OK, "%s",
                 err.message);
    return made;
}

/* ---- a second one ---------------------------------------------------------------------------- */

/* What reaches `target` in step k through one way in: over all of its synapses. */
static int64_t gather(const tuft_fixed_input *in, const tuft_synapse *list, size_t n,
                      uint32_t target, int64_t k, const uint8_t *came, uint32_t sources)
{
    int64_t sum = 0;
    for (size_t s = 0; s < n; s++)
        if (list[s].target == target && k + 1 >= list[s].delay)
            sum += (int64_t)came[(k + 1 - list[s].delay) * sources + list[s].source] *
                   in->weights.weight[s] * in->step;
    return sum;
}

static int64_t floored(int64_t x, int64_t by)
{
    return x >= 0 ? x / by : -((by - 1 - x) / by);
}

static uint64_t compare_group(const tuft_reservoir_fixed *fixed, uint32_t k,
                              const tuft_frontend_input *input, const tuft_fixed_run *run)
{
    const tuft_fixed_group *group = &fixed->group[k];
    size_t n_in = 0, n_back = 0;
    uint32_t channels = 9 * 8 * 2, cells = group->cells;
    int64_t steps = input->steps + fixed->reservoir->longest_delay - 1, windows = run->windows;
    tuft_synapse *in = synapses_of(group->input.connections, &n_in);
    tuft_synapse *back = synapses_of(group->recurrent.connections, &n_back);
    uint8_t *came = calloc((size_t)(steps * channels), 1);
    uint8_t *fired = calloc((size_t)(steps + 1) * cells, 1); /* row k: of step k - 1 */
    uint32_t *count = calloc((size_t)windows * cells, sizeof *count);
    int64_t *v = calloc(cells, sizeof *v);
    uint64_t spikes = 0;
    for (size_t e = 0; e < input->count; e++)
        came[input->step[e] * channels + input->channel[e]]++;
    for (int64_t t = 0; t < steps; t++) {
        int64_t window =
            t * windows / input->steps < windows ? t * windows / input->steps : windows - 1;
        while (window + 1 < windows && t >= input->steps * (window + 1) / windows)
            window++;
        for (uint32_t j = 0; j < cells; j++) {
            int64_t left = fired[t * cells + j] ? 0 : floored(v[j] * group->decay + 16384, 32768);
            v[j] = left + gather(&group->input, in, n_in, j, t, came, channels) +
                   gather(&group->recurrent, back, n_back, j, t, fired, cells);
            v[j] = v[j] > 8388607 ? 8388607 : v[j] < -8388608 ? -8388608 : v[j];
        }
        for (uint32_t j = 0; j < cells; j++)
            if (v[j] > group->threshold[j]) {
                fired[(t + 1) * cells + j] = 1;
                count[window * cells + j]++;
                spikes++;
            }
    }
    cr_assert_arr_eq(run->cells[k].count, count, (size_t)windows * cells * sizeof *count,
                     "group %u: counts differ", k);
    for (uint32_t j = 0; j < cells; j++)
        cr_assert_eq(run->cells[k].v[j], v[j], "group %u cell %u", k, j);
    free(in);
    free(back);
    free(came);
    free(fired);
    free(count);
    free(v);
    return spikes;
}

Test(reservoir_fixed, agrees_with_one_that_gathers)
{
    tuft_reservoir_config config = two_groups();
    tuft_reservoir *reservoir = liquid(&config);
    tuft_recordings set;
    uint64_t spikes = 0;
    make_recordings(&set, picture, 2, 900, 4);
    for (uint32_t bits = 4; bits <= 16; bits += 6) {
        tuft_reservoir_fixed *fixed = fixed_of(reservoir, bits);
        tuft_fixed_run run;
        tuft_frontend_input input = {0};
        cr_assert_eq(tuft_fixed_run_new(&run, fixed, 3, NULL), TUFT_OK);
        for (size_t r = 0; r < set.count; r++) {
            cr_assert_eq(tuft_frontend_cut(&frontend, picture, &set.recording[r], &input, NULL),
                         TUFT_OK);
            int64_t s = input.steps, end = s + reservoir->longest_delay;
            int64_t edge[] = {1, s / 3 + 1, s * 2 / 3 + 1, end};
            cr_assert_eq(tuft_fixed_run_input(&run, &input, edge, NULL), TUFT_OK);
            for (uint32_t k = 0; k < 2; k++)
                spikes += compare_group(fixed, k, &input, &run);
        }
        tuft_frontend_input_free(&input);
        tuft_fixed_run_free(&run);
        tuft_reservoir_fixed_free(fixed);
    }
    cr_assert_gt(spikes, 1000, "%llu spikes are no test", (unsigned long long)spikes);
    tuft_recordings_free(&set);
    tuft_reservoir_free(reservoir);
}

/* ---- against floats -------------------------------------------------------------------------- */

/* Mean difference of features; the spikes of both. */
static double apart(const tuft_features *a, const tuft_features *b)
{
    double off = 0;
    for (size_t i = 0; i < a->rows * a->columns; i++)
        off += fabs((double)a->value[i] - (double)b->value[i]) / (double)(a->rows * a->columns);
    return off;
}

Test(reservoir_fixed, comes_to_the_float_one_with_more_bits)
{
    tuft_reservoir_config config = two_groups();
    tuft_reservoir *reservoir = liquid(&config);
    tuft_recordings set;
    tuft_features floats, features;
    tuft_ledger float_ledger = {0};
    make_recordings(&set, picture, 10, 900, 4);
    cr_assert_eq(tuft_encode(reservoir, &frontend, &encoding, &set, 1, &floats, &float_ledger, NULL,
                             NULL, NULL),
                 TUFT_OK);
    double before = INFINITY;
    for (uint32_t bits = 4; bits <= 16; bits += 4) {
        tuft_reservoir_fixed *fixed = fixed_of(reservoir, bits);
        tuft_ledger ledger = {0};
        cr_assert_eq(tuft_encode_fixed(fixed, &frontend, &encoding, &set, 1, &features, &ledger,
                                       NULL, NULL, NULL),
                     TUFT_OK);
        double off = apart(&floats, &features);
        cr_assert_lt(off, before, "%u bits: %g, fewer: %g", bits, off, before);
        before = off;
        cr_assert_arr_eq(features.label, floats.label, set.count * sizeof *features.label);
        cr_assert_eq(ledger.neuron_updates, float_ledger.neuron_updates);
        for (uint32_t i = 0; i < ledger.population[0].cells; i++)
            cr_assert_eq(ledger.population[0].source_spikes[i],
                         float_ledger.population[0].source_spikes[i]);
        cr_assert_float_eq((double)ledger.spikes, (double)float_ledger.spikes,
                           0.1 * (double)float_ledger.spikes);
        tuft_ledger_free(&ledger);
        tuft_features_free(&features);
        tuft_reservoir_fixed_free(fixed);
    }
    cr_assert_lt(before, 0.01, "16 bits: features %g off", before);
    tuft_ledger_free(&float_ledger);
    tuft_features_free(&floats);
    tuft_recordings_free(&set);
    tuft_reservoir_free(reservoir);
}

Test(reservoir_fixed, threads_do_not_matter)
{
    tuft_reservoir_config config = two_groups();
    tuft_reservoir *reservoir = liquid(&config);
    tuft_reservoir_fixed *fixed = fixed_of(reservoir, 8);
    tuft_recordings set;
    tuft_features one, three;
    tuft_ledger ledger_one = {0}, ledger_three = {0};
    make_recordings(&set, picture, 14, 500, 6);
    cr_assert_eq(tuft_encode_fixed(fixed, &frontend, &encoding, &set, 1, &one, &ledger_one, NULL,
                                   NULL, NULL),
                 TUFT_OK);
    cr_assert_eq(tuft_encode_fixed(fixed, &frontend, &encoding, &set, 3, &three, &ledger_three,
                                   NULL, NULL, NULL),
                 TUFT_OK);
    cr_assert_arr_eq(one.value, three.value, one.rows * one.columns * sizeof *one.value);
    cr_assert_eq(ledger_one.synaptic_events, ledger_three.synaptic_events);
    cr_assert_eq(ledger_one.spikes, ledger_three.spikes);
    tuft_ledger_free(&ledger_one);
    tuft_ledger_free(&ledger_three);
    tuft_features_free(&one);
    tuft_features_free(&three);
    tuft_recordings_free(&set);
    tuft_reservoir_fixed_free(fixed);
    tuft_reservoir_free(reservoir);
}

/* ---- units and bounds ------------------------------------------------------------------------ */

Test(reservoir_fixed, units_shifts_and_thresholds)
{
    tuft_reservoir_config config = two_groups();
    tuft_reservoir *reservoir = liquid(&config);
    for (uint32_t bits = 2; bits <= 16; bits++) {
        tuft_reservoir_fixed *fixed = fixed_of(reservoir, bits);
        for (uint32_t k = 0; k < 2; k++) {
            const tuft_fixed_group *group = &fixed->group[k];
            const tuft_fixed_input *each[] = {&group->input, &group->recurrent};
            for (int w = 0; w < 2; w++) {
                cr_assert(each[w]->step >= 1 && each[w]->step <= 1 << 15);
                cr_assert_float_eq(each[w]->weights.unit, each[w]->step * group->unit,
                                   1e-9 * each[w]->weights.unit);
                cr_assert_leq(each[w]->step * (int64_t)tuft_fixed_most(bits), 1 << 20);
            }
            for (uint32_t j = 0; j < group->cells; j++) {
                const float *own = reservoir->place[k].threshold;
                double threshold = own ? (double)own[j] : config.group[k].threshold;
                cr_assert_eq(group->threshold[j], floor(threshold / group->unit));
                cr_assert_leq(group->threshold[j], 1 << 17);
            }
            cr_assert_eq(group->decay, k ? 32768 : 26214);
        }
        tuft_reservoir_fixed_free(fixed);
    }
    tuft_reservoir_free(reservoir);
}

/* As many spikes of one channel in a step as there is room for, and one more. */
Test(reservoir_fixed, refuses_sums_that_could_overflow)
{
    tuft_reservoir_config config = two_groups();
    tuft_reservoir *reservoir = liquid(&config);
    tuft_reservoir_fixed *fixed = fixed_of(reservoir, 16);
    uint32_t most = tuft_reservoir_fixed_repeats(fixed);
    for (uint32_t k = 0; k < 2; k++) {
        int64_t room = INT32_MAX - (1 << 23) - fixed->group[k].recurrent.reach;
        cr_assert_leq(most * fixed->group[k].input.reach, room);
    }
    size_t n = most + 1;
    tuft_frontend_input input = {.count = most, .steps = 2};
    input.step = calloc(n, sizeof *input.step);
    input.channel = calloc(n, sizeof *input.channel);
    for (size_t e = 0; e < n; e++)
        input.channel[e] = 40;
    tuft_fixed_run run;
    tuft_error err;
    const int64_t edge[] = {1, 2 + reservoir->longest_delay};
    cr_assert_eq(tuft_fixed_run_new(&run, fixed, 1, NULL), TUFT_OK);
    cr_assert_eq(tuft_fixed_run_input(&run, &input, edge, &err), TUFT_OK);
    input.count = n;
    cr_assert_eq(tuft_fixed_run_input(&run, &input, edge, &err), TUFT_NUMERIC);
    cr_assert(strstr(err.message, "channel 40"), "%s", err.message);
    free(input.step);
    free(input.channel);
    tuft_fixed_run_free(&run);
    tuft_reservoir_fixed_free(fixed);
    tuft_reservoir_free(reservoir);
}

Test(reservoir_fixed, what_makes_no_sense)
{
    tuft_reservoir_config config = two_groups();
    tuft_reservoir *reservoir = liquid(&config);
    tuft_reservoir_fixed *fixed;
    tuft_error err;
    const tuft_fixed_config wrong[] = {{1, 24, TUFT_SCALE_LARGEST},
                                       {17, 24, TUFT_SCALE_LARGEST},
                                       {8, 15, TUFT_SCALE_LARGEST},
                                       {8, 25, TUFT_SCALE_LARGEST}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_assert_eq(tuft_reservoir_fixed_new(&fixed, reservoir, &wrong[i], NULL, &err),
                     TUFT_INVALID);
        cr_assert_null(fixed);
    }
    const tuft_fixed_config right = {8, 24, TUFT_SCALE_LARGEST};
    tuft_ledger_population other[] = {{.cells = 3}};
    const tuft_ledger ledger = {.populations = 1, .population = other};
    cr_assert_eq(tuft_reservoir_fixed_new(&fixed, reservoir, &right, &ledger, &err), TUFT_INVALID);
    tuft_reservoir_free(reservoir);

    tuft_macro_config noisy = tuft_macro_ideal;
    noisy.device.read_relative = 0.1;
    config.macro = &noisy;
    reservoir = liquid(&config);
    cr_assert_eq(tuft_reservoir_fixed_new(&fixed, reservoir, &right, NULL, &err), TUFT_INVALID);
    tuft_reservoir_free(reservoir);

    config.macro = NULL;
    cr_assert_eq(tuft_reservoir_siemens(&reservoir, &config, picture, SEED, &err), TUFT_OK);
    cr_assert_eq(tuft_reservoir_fixed_new(&fixed, reservoir, &right, NULL, &err), TUFT_INVALID);
    tuft_reservoir_free(reservoir);
}
