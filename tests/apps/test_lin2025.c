/* The preset lin2025 against an independent statement of the same model, in double precision and
 * without Tuft's engine, front end or features: Lin et al. 2025, Nat. Comput. Sci. 5:37-47,
 *
 *     v <- decay v (1 - s) + input + recurrent,   s = v > threshold
 *
 * 200 cells, binary frames, the weights that the crossbars hold. Spike counts are equal, cell by
 * cell. A potential that comes nearer to the threshold than float can tell apart decides nothing:
 * recordings with one are left out, and must be rare.
 */
#include "apps/preset.h"
#include "datasets/nmnist.h"
#include "datasets/ntidigits.h"
#include "datasets/speech.h"
#include "datasets/synthetic_vision.h"
#include "lsm/crossbar.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 200, FRAMES = 129, INPUTS = 256, SEED = 6 };

/* One modality as published. */
typedef struct {
    int frames, inputs;
    double weight, decay, threshold;
} published;

static const published eye = {50, 256, 0.3, 0.9, 5.0};

/* ---- the reference --------------------------------------------------------------------------- */

/* Frames of the middle 16 x 16 pixels of 34 x 34, ON events; each a share of the time up to the
 * last event. */
static void see(const tuft_recording *recording, uint8_t frame[FRAMES][INPUTS])
{
    const tuft_events *events = &recording->events;
    int64_t end = events->tick_us[events->count - 1] + 1;
    for (size_t e = 0; e < events->count; e++) {
        int x = (int)(events->channel[e] % 34) - 9, y = (int)(events->channel[e] / 34 % 34) - 9;
        int on = events->channel[e] >= 34 * 34;
        if (on && x >= 0 && x < 16 && y >= 0 && y < 16)
            frame[events->tick_us[e] * 50 / end][y * 16 + x] = 1;
    }
}

/* Frames of all channels; bins of a millisecond first, then 129 equal shares of them. */
static void hear(const tuft_recording *recording, uint8_t frame[FRAMES][INPUTS])
{
    const tuft_events *events = &recording->events;
    int64_t bins = events->tick_us[events->count - 1] / 1000 + 1;
    for (size_t e = 0; e < events->count; e++)
        frame[events->tick_us[e] / 1000 * 129 / bins][events->channel[e]] = 1;
}

/* Spikes of each cell; returns how near a potential came to the threshold. */
static double run(const published *p, uint8_t frame[FRAMES][INPUTS], const float *in,
                  const float *back, int count[CELLS])
{
    double v[CELLS] = {0}, nearest = INFINITY;
    int s[CELLS] = {0};
    memset(count, 0, CELLS * sizeof *count);
    for (int t = 0; t < p->frames; t++) {
        double current[CELLS] = {0};
        for (int i = 0; i < p->inputs; i++)
            for (int j = 0; j < CELLS && frame[t][i]; j++)
                current[j] += (double)in[i * CELLS + j];
        for (int i = 0; i < CELLS; i++)
            for (int j = 0; j < CELLS && s[i]; j++)
                current[j] += (double)back[i * CELLS + j];
        for (int j = 0; j < CELLS; j++) {
            v[j] = p->decay * v[j] * (1 - s[j]) + current[j];
            nearest = fmin(nearest, fabs(v[j] - p->threshold));
        }
        for (int j = 0; j < CELLS; j++) {
            s[j] = v[j] > p->threshold;
            count[j] += s[j];
        }
    }
    return nearest;
}

/* ---- the comparison -------------------------------------------------------------------------- */

static float *crossbar(uint32_t rows, double sd, uint32_t array)
{
    tuft_crossbar made;
    float *weight = calloc((size_t)rows * CELLS, sizeof *weight);
    cr_assert_eq(
        tuft_crossbar_sample(&made, &tuft_conductance_defaults, rows, CELLS, SEED, array, NULL),
        TUFT_OK);
    tuft_crossbar_weights(&made, sd, weight);
    tuft_crossbar_free(&made);
    return weight;
}

typedef void make_frames(const tuft_recording *recording, uint8_t frame[FRAMES][INPUTS]);

static void expect_equal(const tuft_recordings *set, modality kind, preset_task task,
                         const published *p, make_frames *frames)
{
    lsm_preset preset = preset_get(PRESET_LIN2025, kind, task, set->geometry);
    tuft_geometry seen;
    tuft_reservoir *reservoir;
    tuft_features features;
    cr_assert_eq(tuft_frontend_geometry(&preset.frontend, set->geometry, &seen, NULL), TUFT_OK);
    cr_assert_eq(tuft_geometry_channels(seen), (uint32_t)p->inputs);
    cr_assert_eq(tuft_reservoir_new(&reservoir, &preset.reservoir, seen, SEED, NULL), TUFT_OK);
    cr_assert_eq(tuft_encode(reservoir, &preset.frontend, &preset.encoding, set, 2, &features, NULL,
                             NULL, NULL, NULL),
                 TUFT_OK);
    cr_assert_eq(features.columns, CELLS);
    float *in = crossbar((uint32_t)p->inputs, p->weight, 0);
    float *back = crossbar(CELLS, p->weight, 1);
    size_t undecided = 0, spikes = 0;
    for (size_t i = 0; i < set->count; i++) {
        uint8_t frame[FRAMES][INPUTS] = {0};
        int count[CELLS];
        frames(&set->recording[i], frame);
        if (run(p, frame, in, back, count) < 1e-5) {
            undecided++;
            continue;
        }
        for (size_t j = 0; j < CELLS; j++) {
            cr_assert_eq(lround(100 * (double)features.value[i * CELLS + j]), count[j],
                         "recording %zu (%s), cell %zu: %g spikes, expected %d", i,
                         set->recording[i].name, j, 100 * (double)features.value[i * CELLS + j],
                         count[j]);
            spikes += (size_t)count[j];
        }
    }
    cr_assert_leq(undecided, set->count / 10, "%zu of %zu are undecided", undecided, set->count);
    cr_assert_gt(spikes, 50 * set->count, "%zu spikes are no test", spikes);
    free(in);
    free(back);
    tuft_features_free(&features);
    tuft_reservoir_free(reservoir);
}

/* 64 channels in the published cochlea; ours and other files have their own number. */
static void expect_equal_sounds(const tuft_recordings *set, modality kind)
{
    published ear = {129, (int)tuft_geometry_channels(set->geometry), 0.08, 0.97, 5.3};
    expect_equal(set, kind, TASK_CLASSIFY, &ear, hear);
    ear.weight = 0.1;
    expect_equal(set, kind, TASK_ZERO_SHOT, &ear, hear);
}

Test(lin2025, pictures_that_are_drawn)
{
    tuft_recordings set;
    cr_assert_eq(tuft_synthetic_vision(4, 3, 1, &set, NULL), TUFT_OK);
    expect_equal(&set, MODALITY_VISION, TASK_CLASSIFY, &eye, see);
    tuft_recordings_free(&set);
}

Test(lin2025, sounds_that_are_synthesised)
{
    tuft_recordings set;
    cr_assert_eq(tuft_synthetic_audio(4, 3, 1, &set, NULL), TUFT_OK);
    expect_equal_sounds(&set, MODALITY_SOUND);
    tuft_recordings_free(&set);
}

/* A path in the folder of real recordings; skips without it. */
static void find_data(char *path, size_t size, const char *name)
{
    const char *data = getenv("TUFT_DATA");
    snprintf(path, size, "%s/%s", data ? data : TUFT_SOURCE_DIR "/../shared/data", name);
    FILE *file = fopen(path, "r");
    if (!file)
        cr_skip_test("no recordings in %s", path);
    fclose(file);
}

Test(lin2025, pictures_that_were_recorded)
{
    char path[4096];
    tuft_recordings set;
    find_data(path, sizeof path, "n-mnist/Test");
    cr_assert_eq(tuft_nmnist_load(path, &set, NULL), TUFT_OK);
    expect_equal(&set, MODALITY_VISION, TASK_CLASSIFY, &eye, see);
    expect_equal(&set, MODALITY_VISION, TASK_ZERO_SHOT, &eye, see);
    tuft_recordings_free(&set);
}

Test(lin2025, sounds_that_were_recorded)
{
    char path[4096];
    tuft_recordings train, test;
    find_data(path, sizeof path, "ti46-spikes/ti46.h5");
    cr_assert_eq(tuft_ntidigits_load(path, &train, &test, NULL), TUFT_OK);
    expect_equal_sounds(&test, MODALITY_AUDIO);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
}
