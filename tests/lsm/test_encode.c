/* Spike counts against a reservoir written out here in double precision. */
#include "liquids.h"
#include "lsm/counts.h"
#include "lsm/encode.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 21 };

static tuft_reservoir *reservoir_for(const tuft_reservoir_config *config,
                                     const tuft_frontend *frontend, tuft_geometry geometry)
{
    tuft_geometry seen;
    tuft_reservoir *reservoir;
    tuft_error err;
    cr_assert_eq(tuft_frontend_geometry(frontend, geometry, &seen, &err), TUFT_OK);
    cr_assert_eq(tuft_reservoir_new(&reservoir, config, seen, SEED, &err), TUFT_OK, "%s",
                 err.message);
    return reservoir;
}

static void encode(const tuft_reservoir *reservoir, const tuft_frontend *frontend,
                   const tuft_encoding *encoding, const tuft_recordings *set, int threads,
                   tuft_features *out, tuft_ledger *ledger)
{
    tuft_error err;
    cr_assert_eq(
        tuft_encode(reservoir, frontend, encoding, set, threads, out, ledger, NULL, NULL, &err),
        TUFT_OK, "%s", err.message);
}

/* ---- the published cell ---------------------------------------------------------------------- */

/* As preset lin2025 of apps/preset.c for vision. */
static const tuft_geometry dvs = {34, 34, 2};
static const tuft_frontend lin_frontend = {.crop = 16,
                                           .polarity = TUFT_POLARITY_ON,
                                           .rule = TUFT_STEP_SHARE,
                                           .steps = 50,
                                           .events_per_step = 1};
static const tuft_reservoir_config lin = {
    .conductance = {.kind = TUFT_CONDUCTANCE_NORMAL, .mean_siemens = 20e-6, .sd_siemens = 6e-6},
    .groups = 1,
    .group = {{.maps = 200,
               .delays = 1,
               .density = 1,
               .weight_sd = 0.07,
               .recurrent_density = 1,
               .recurrent_sd = 0.07,
               .decay = 0.9,
               .threshold = 5,
               .pools_x = 1,
               .pools_y = 1}}};
static const tuft_encoding lin_encoding = {
    .windows = 1, .transform = TUFT_COUNT_LINEAR, .scale = 100};

/* Counts [200] and the spikes that went in; frames made here too. */
static size_t published(const tuft_recording *recording, const float *in, const float *back,
                        int *count)
{
    static unsigned char frame[50][256];
    double v[200] = {0};
    int s[200] = {0};
    size_t inputs = 0;
    memset(frame, 0, sizeof frame);
    const tuft_events *events = &recording->events;
    int64_t end = events->tick_us[events->count - 1] + 1;
    for (size_t e = 0; e < events->count; e++) {
        uint32_t c = events->channel[e];
        int x = (int)(c % 34) - 9, y = (int)(c / 34 % 34) - 9;
        if (c >= 34 * 34 && x >= 0 && y >= 0 && x < 16 && y < 16)
            frame[events->tick_us[e] * 50 / end][y * 16 + x] = 1;
    }
    memset(count, 0, 200 * sizeof *count);
    for (int k = 0; k < 50; k++) {
        double next[200];
        for (int j = 0; j < 200; j++) {
            next[j] = 0.9 * v[j] * (1 - s[j]);
            for (int i = 0; i < 256; i++)
                next[j] += frame[k][i] * (double)in[i * 200 + j];
            for (int i = 0; i < 200; i++)
                next[j] += s[i] * (double)back[i * 200 + j];
        }
        for (int j = 0; j < 200; j++) {
            v[j] = next[j];
            s[j] = v[j] > 5;
            count[j] += s[j];
        }
        for (int i = 0; i < 256; i++)
            inputs += frame[k][i];
    }
    return inputs;
}

/* Brings most events to 96 ON pixels of the crop, so that sums of weights reach the threshold. */
static void crowd(tuft_recordings *set)
{
    for (size_t i = 0; i < set->count; i++)
        for (size_t e = 0; e < set->recording[i].events.count; e++) {
            uint32_t *c = &set->recording[i].events.channel[e];
            if (*c % 16)
                *c = 34 * 34 + (9 + *c % 16) * 34 + 9 + *c / 16 % 6 + (uint32_t)(i % 10);
        }
}

Test(encode, the_published_cell)
{
    tuft_recordings set;
    tuft_features features;
    tuft_ledger ledger = {0};
    make_recordings(&set, dvs, 12, 12000, 1);
    crowd(&set);
    tuft_reservoir *reservoir = reservoir_for(&lin, &lin_frontend, dvs);
    encode(reservoir, &lin_frontend, &lin_encoding, &set, 1, &features, &ledger);
    cr_assert_eq(features.columns, 200);
    cr_assert_eq(features.rows, 12);
    float *in = masked_weights(&lin.conductance, 256, 200, 0.07, 1, SEED, 0);
    float *back = masked_weights(&lin.conductance, 200, 200, 0.07, 1, SEED, 1);
    uint64_t spikes = 0, inputs = 0;
    for (size_t i = 0; i < set.count; i++) {
        int count[200];
        inputs += published(&set.recording[i], in, back, count);
        for (int j = 0; j < 200; j++) {
            cr_assert_eq(features.value[i * 200 + (size_t)j], (float)(count[j] / 100.0),
                         "recording %zu cell %d: %g, expected %d", i, j,
                         100 * features.value[i * 200 + (size_t)j], count[j]);
            spikes += (uint64_t)count[j];
        }
        cr_assert_eq(features.label[i], set.recording[i].label);
        cr_assert_eq(features.group[i], i);
    }
    cr_assert_gt(spikes, 2000, "%llu spikes are no test", (unsigned long long)spikes);
    cr_assert_eq(ledger.spikes, spikes);
    cr_assert_eq(ledger.neuron_updates, 12 * 50 * 200);
    cr_assert_eq(ledger.synaptic_events, inputs * 200 + spikes * 200);
    free(in);
    free(back);
    tuft_ledger_free(&ledger);
    tuft_features_free(&features);
    tuft_reservoir_free(reservoir);
    tuft_recordings_free(&set);
}

/* ---- local fields, delays, pools, windows ---------------------------------------------------- */

static const tuft_geometry small = {9, 8, 2};
static const tuft_frontend length_frontend = {
    .rule = TUFT_STEP_LENGTH, .step_us = 10000, .events_per_step = 2};
static const tuft_reservoir_config two_groups = {
    .conductance = {.kind = TUFT_CONDUCTANCE_LOGNORMAL, .mean_siemens = 20e-6, .sd_siemens = 9e-6},
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
               .recurrent_sd = 0.5,
               .decay = 1,
               .threshold = 2,
               .pools_x = 1,
               .pools_y = 1}}};

/* One group of one recording: adds spikes to pool [windows][features], at column first. Returns
 * the spikes of its cells; synaptic events are added up. */
static uint64_t group_counts(uint32_t k, const float *frame, int64_t steps, int64_t ticks,
                             uint32_t windows, size_t features, size_t first, double *pool,
                             const float *threshold, uint64_t *events)
{
    const tuft_reservoir_group *g = &two_groups.group[k];
    int W = 9, H = 8, P = 2, M = (int)g->maps;
    int fw = g->field_x ? (int)g->field_x : W, fh = g->field_y ? (int)g->field_y : H;
    int nx = g->field_x ? (W + (int)g->stride_x - 1) / (int)g->stride_x : 1;
    int ny = g->field_y ? (H + (int)g->stride_y - 1) / (int)g->stride_y : 1;
    int taps = fw * fh * P * (int)g->delays, cells = nx * ny * M;
    float *in = masked_weights(&two_groups.conductance, (uint32_t)taps, g->maps, g->weight_sd,
                               g->density, SEED, 2 * k);
    float *back = masked_weights(&two_groups.conductance, g->maps, g->maps, g->recurrent_sd,
                                 g->recurrent_density, SEED, 2 * k + 1);
    double *v = calloc((size_t)cells, sizeof *v);
    int *s = calloc((size_t)cells, sizeof *s), *before = calloc((size_t)cells, sizeof *before);
    uint64_t spikes = 0;
    /* Synapses that each input spike and each cell's spike activates. */
    for (int64_t t = 0; t < ticks; t++) {
        memcpy(before, s, (size_t)cells * sizeof *s);
        for (int c = 0; c < cells; c++) {
            int m = c % M, px = c / M % nx, py = c / M / nx, row = 0;
            double sum = g->decay * v[c] * (1 - before[c]);
            for (uint32_t d = 0; d < g->delays; d++)
                for (int p = 0; p < P; p++)
                    for (int fy = 0; fy < fh; fy++)
                        for (int fx = 0; fx < fw; fx++, row++) {
                            int x = fx, y = fy;
                            int64_t from = t - (int64_t)g->delay_steps[d];
                            if (g->field_x) {
                                x += px * (int)g->stride_x + (int)g->stride_x / 2 - fw / 2;
                                y += py * (int)g->stride_y + (int)g->stride_y / 2 - fh / 2;
                            }
                            float w = in[row * M + m];
                            if (x < 0 || y < 0 || x >= W || y >= H || w == 0)
                                continue;
                            float n = from >= 0 && from < steps
                                          ? frame[((from * P + p) * H + y) * W + x]
                                          : 0;
                            sum += (double)w * n;
                            *events += (uint64_t)n;
                        }
            for (int i = 0; i < M; i++)
                if (before[c - m + i])
                    sum += (double)back[i * M + m];
            v[c] = sum;
            s[c] = sum > (threshold ? (double)threshold[c] : g->threshold);
            if (!s[c])
                continue;
            spikes++;
            for (int j = 0; j < M; j++)
                *events += back[m * M + j] != 0;
            uint32_t w = windows - 1; /* the last window starting at or before t */
            while (w > 0 && (int64_t)w * steps / windows > t)
                w--;
            uint32_t qx = (uint32_t)px * g->pools_x / (uint32_t)nx;
            uint32_t qy = (uint32_t)py * g->pools_y / (uint32_t)ny;
            pool[w * features + first + (qy * g->pools_x + qx) * g->maps + (uint32_t)m]++;
        }
    }
    free(in);
    free(back);
    free(v);
    free(s);
    free(before);
    return spikes;
}

/* Spikes of each step and channel as the front end lets them through: at most two. */
static float *frames(const tuft_recording *recording, int64_t *steps)
{
    const tuft_events *events = &recording->events;
    *steps = events->count ? events->tick_us[events->count - 1] / 10000 + 1 : 1;
    float *frame = calloc((size_t)*steps * 144, sizeof *frame);
    for (size_t e = 0; e < events->count; e++) {
        float *n = &frame[events->tick_us[e] / 10000 * 144 + events->channel[e]];
        if (*n < 2)
            ++*n;
    }
    return frame;
}

static void expect_local(uint32_t windows, tuft_count_transform transform)
{
    tuft_recordings set;
    tuft_features features;
    tuft_ledger ledger = {0};
    tuft_encoding encoding = {.windows = windows, .transform = transform, .scale = 3};
    make_recordings(&set, small, 5, 1500, 2);
    set.recording[4].events.count = 0; /* silence */
    tuft_reservoir *reservoir = reservoir_for(&two_groups, &length_frontend, small);
    encode(reservoir, &length_frontend, &encoding, &set, 1, &features, &ledger);
    const size_t columns = 5 * 6 + 40;
    cr_assert_eq(features.columns, windows * columns);
    uint64_t spikes = 0, updates = 0, events = 0;
    double *pool = calloc(windows * columns, sizeof *pool);
    for (size_t i = 0; i < set.count; i++) {
        int64_t steps;
        float *frame = frames(&set.recording[i], &steps);
        int64_t ticks = steps + 5; /* the longest delay after the last step */
        memset(pool, 0, windows * columns * sizeof *pool);
        spikes += group_counts(0, frame, steps, ticks, windows, columns, 0, pool,
                               reservoir->place[0].threshold, &events);
        spikes += group_counts(1, frame, steps, ticks, windows, columns, 30, pool,
                               reservoir->place[1].threshold, &events);
        updates += (uint64_t)ticks * (5 * 3 * 5 + 40);
        free(frame);
        for (size_t j = 0; j < windows * columns; j++) {
            double n = pool[j] / 3;
            float expected = (float)(transform == TUFT_COUNT_SQUARE_ROOT ? sqrt(n) : n);
            cr_assert_eq(features.value[i * windows * columns + j], expected,
                         "recording %zu column %zu: %g, expected %g", i, j,
                         features.value[i * windows * columns + j], expected);
        }
    }
    cr_assert_gt(spikes, 2000, "%llu spikes", (unsigned long long)spikes);
    cr_assert_eq(ledger.spikes, spikes);
    cr_assert_eq(ledger.neuron_updates, updates);
    cr_assert_eq(ledger.synaptic_events, events);
    free(pool);
    tuft_ledger_free(&ledger);
    tuft_features_free(&features);
    tuft_reservoir_free(reservoir);
    tuft_recordings_free(&set);
}

Test(encode, local_fields_delays_and_pools)
{
    expect_local(1, TUFT_COUNT_LINEAR);
}

Test(encode, windows)
{
    expect_local(4, TUFT_COUNT_LINEAR);
    expect_local(7, TUFT_COUNT_SQUARE_ROOT);
    expect_local(100, TUFT_COUNT_LINEAR); /* more windows than steps */
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void count_call(void *user)
{
    atomic_fetch_add((atomic_int *)user, 1);
}

Test(encode, threads_change_nothing)
{
    tuft_recordings set;
    tuft_features one, more;
    tuft_ledger first = {0};
    tuft_encoding encoding = {.windows = 3, .transform = TUFT_COUNT_SQUARE_ROOT, .scale = 1};
    make_recordings(&set, small, 23, 800, 3);
    tuft_reservoir *reservoir = reservoir_for(&two_groups, &length_frontend, small);
    encode(reservoir, &length_frontend, &encoding, &set, 1, &one, &first);
    for (int threads = 2; threads <= 30; threads += threads < 3 ? 1 : 27) {
        tuft_ledger ledger = {0};
        atomic_int calls = 0;
        cr_assert_eq(tuft_encode(reservoir, &length_frontend, &encoding, &set, threads, &more,
                                 &ledger, count_call, &calls, NULL),
                     TUFT_OK);
        cr_assert_eq(calls, 23);
        cr_assert_arr_eq(one.value, more.value, one.rows * one.columns * sizeof(float));
        cr_assert_arr_eq(one.label, more.label, one.rows * sizeof(int));
        cr_assert_eq(ledger.synaptic_events, first.synaptic_events);
        cr_assert_eq(ledger.neuron_updates, first.neuron_updates);
        cr_assert_eq(ledger.spikes, first.spikes);
        for (uint32_t p = 0; p < ledger.projections; p++)
            cr_assert_eq(ledger.projection[p].synaptic_events, first.projection[p].synaptic_events);
        for (uint32_t q = 0; q < ledger.populations; q++)
            cr_assert_arr_eq(ledger.population[q].source_spikes, first.population[q].source_spikes,
                             ledger.population[q].cells * sizeof(uint64_t));
        tuft_ledger_free(&ledger);
        tuft_features_free(&more);
    }
    /* A second call adds to the ledger. */
    uint64_t before = first.synaptic_events;
    encode(reservoir, &length_frontend, &encoding, &set, 2, &more, &first);
    cr_assert_eq(first.synaptic_events, 2 * before);
    tuft_features_free(&more);
    tuft_features_free(&one);
    tuft_ledger_free(&first);
    tuft_reservoir_free(reservoir);
    tuft_recordings_free(&set);
}

Test(encode, the_raster_is_what_was_counted)
{
    tuft_recordings set;
    tuft_features features;
    make_recordings(&set, dvs, 1, 12000, 4);
    crowd(&set);
    tuft_reservoir *reservoir = reservoir_for(&lin, &lin_frontend, dvs);
    encode(reservoir, &lin_frontend, &lin_encoding, &set, 1, &features, NULL);
    tuft_spike_record record;
    int64_t steps;
    cr_assert_eq(
        tuft_encode_raster(reservoir, &lin_frontend, dvs, &set.recording[0], &record, &steps, NULL),
        TUFT_OK);
    cr_assert_eq(steps, 50);
    cr_assert_gt(record.count, 100);
    int count[200] = {0};
    for (size_t i = 0; i < record.count; i++) {
        cr_assert(record.tick[i] >= 1 && record.tick[i] <= 50);
        cr_assert(!i || record.tick[i] > record.tick[i - 1] ||
                  (record.tick[i] == record.tick[i - 1] && record.cell[i] > record.cell[i - 1]));
        count[record.cell[i]]++;
    }
    for (int j = 0; j < 200; j++)
        cr_assert_eq((float)(count[j] / 100.0), features.value[j]);
    tuft_spike_record_free(&record);
    tuft_features_free(&features);
    tuft_reservoir_free(reservoir);
    tuft_recordings_free(&set);
}

Test(encode, what_makes_no_sense)
{
    tuft_recordings set;
    tuft_features features;
    tuft_error err;
    make_recordings(&set, small, 20, 50, 5);
    tuft_reservoir *reservoir = reservoir_for(&two_groups, &length_frontend, small);
    static const tuft_encoding bad[] = {{0, TUFT_WINDOWS_OF_TIME, TUFT_COUNT_LINEAR, 1},
                                        {4097, TUFT_WINDOWS_OF_TIME, TUFT_COUNT_LINEAR, 1},
                                        {1, TUFT_WINDOWS_OF_TIME, TUFT_COUNT_LINEAR, 0},
                                        {1, TUFT_WINDOWS_OF_TIME, TUFT_COUNT_LINEAR, -1},
                                        {1, TUFT_WINDOWS_OF_TIME, TUFT_COUNT_LINEAR, NAN},
                                        {1, TUFT_WINDOWS_OF_TIME, TUFT_COUNT_LINEAR, INFINITY}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_eq(tuft_encode(reservoir, &length_frontend, &bad[i], &set, 1, &features, NULL,
                                 NULL, NULL, NULL),
                     TUFT_INVALID, "%zu", i);
        cr_assert_null(features.value);
        cr_assert_eq(tuft_channel_counts(&length_frontend, &bad[i], &set, &features, NULL),
                     TUFT_INVALID);
        cr_assert_null(features.value);
    }
    tuft_frontend merged = length_frontend;
    merged.polarity = TUFT_POLARITY_MERGED;
    cr_assert_eq(
        tuft_encode(reservoir, &merged, &lin_encoding, &set, 1, &features, NULL, NULL, NULL, &err),
        TUFT_INVALID);
    cr_assert(strstr(err.message, "9 x 8 x 1"), "%s", err.message);
    cr_assert_eq(tuft_encode(reservoir, &length_frontend, &lin_encoding, &set, 0, &features, NULL,
                             NULL, NULL, NULL),
                 TUFT_INVALID);
    /* The first recording in the set's order that fails is named, whatever the threads. */
    for (size_t i = 7; i < 20; i += 3)
        set.recording[i].events.tick_us[set.recording[i].events.count - 1] = INT64_C(1) << 50;
    for (int threads = 1; threads <= 3; threads++) {
        cr_assert_eq(tuft_encode(reservoir, &length_frontend, &lin_encoding, &set, threads,
                                 &features, NULL, NULL, NULL, &err),
                     TUFT_INVALID);
        cr_assert(strstr(err.message, "noise 7:"), "%s", err.message);
        cr_assert_null(features.value);
    }
    tuft_reservoir_free(reservoir);
    tuft_recordings_free(&set);
}

Test(counts, the_channels_own_spikes)
{
    static const tuft_count_transform transform[] = {TUFT_COUNT_LINEAR, TUFT_COUNT_SQUARE_ROOT};
    tuft_recordings set;
    tuft_features features;
    make_recordings(&set, small, 5, 1500, 6);
    set.recording[3].events.count = 0;
    for (int t = 0; t < 2; t++)
        for (uint32_t windows = 1; windows <= 4; windows += 3) {
            tuft_encoding encoding = {windows, TUFT_WINDOWS_OF_TIME, transform[t], 4};
            cr_assert_eq(tuft_channel_counts(&length_frontend, &encoding, &set, &features, NULL),
                         TUFT_OK);
            cr_assert_eq(features.columns, 144 * windows);
            for (size_t i = 0; i < set.count; i++) {
                int64_t steps;
                float *frame = frames(&set.recording[i], &steps);
                double *sum = calloc(144 * windows, sizeof *sum);
                for (int64_t k = 0; k < steps; k++) {
                    int64_t w = windows - 1; /* the last window that has begun */
                    while (steps * w / windows > k)
                        w--;
                    for (int c = 0; c < 144; c++)
                        sum[w * 144 + c] += frame[k * 144 + c];
                }
                for (size_t j = 0; j < features.columns; j++)
                    cr_assert_float_eq(features.value[i * features.columns + j],
                                       t ? sqrt(sum[j] / 4) : sum[j] / 4, 1e-6);
                cr_assert_eq(features.label[i], set.recording[i].label);
                free(frame);
                free(sum);
            }
            tuft_features_free(&features);
        }
    tuft_recordings_free(&set);
}

/* Ten events at once, a long pause, ten more: windows of time are empty, windows of events are not.
 */
Test(encode, windows_of_events_pass_over_a_pause)
{
    int64_t step[20], edge[3];
    tuft_frontend_input input = {.count = 20, .step = step, .steps = 100};
    for (int i = 0; i < 20; i++)
        step[i] = i < 10 ? 2 : 90;
    tuft_encoding encoding = {2, TUFT_WINDOWS_OF_EVENTS, TUFT_COUNT_LINEAR, 1};
    tuft_encoding_edges(&encoding, &input, edge);
    cr_assert_eq(edge[0], 0);
    cr_assert_eq(edge[1], 90);
    cr_assert_eq(edge[2], 100);
    encoding.rule = TUFT_WINDOWS_OF_TIME;
    tuft_encoding_edges(&encoding, &input, edge);
    cr_assert_eq(edge[1], 50);
    input.count = 0; /* silence: windows of time */
    encoding.rule = TUFT_WINDOWS_OF_EVENTS;
    tuft_encoding_edges(&encoding, &input, edge);
    cr_assert_eq(edge[1], 50);
}
