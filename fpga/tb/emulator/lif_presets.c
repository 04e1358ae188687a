/* The kernel fpga/hls/lif_reservoir.c against the emulator's fixed-point mode: presets of
 * `tuft classify` on recordings, at each bit width, count for count.
 *
 *     lif_presets PRESET DATASET [TRAIN [TEST]]
 *
 * A group is the kernel at each of its positions in turn: the group's crossbar, put together again
 * from the synapses of all positions (which must agree), and the position's taps as addresses.
 */
#include "apps/dataset.h"
#include "apps/liquid.h"
#include "lif_reservoir.h"
#include "lsm/count_row.h"
#include "lsm/encode_fixed.h"
#include "lsm/fixed_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef RECORDINGS
#define RECORDINGS 2
#endif

enum { NO_TAP = UINT16_MAX, SEED = 5 };

/* A group as the kernel takes it. */
typedef struct {
    lif_weight input[LIF_INPUTS * LIF_ROW], recurrent[LIF_CELLS * LIF_ROW];
    uint8_t input_set[LIF_INPUTS * LIF_ROW];
} crossbar;

static void stop(const char *what, const tuft_error *err)
{
    printf("FAIL %s%s%s\n", what, err ? ": " : "", err ? err->message : "");
    exit(1);
}

/* Row of a tap: ((delay, polarity), y, x) from the field's corner, as lsm/reservoir.h says. */
static int row_of(const tuft_reservoir_group *g, tuft_geometry geometry, uint32_t position,
                  const tuft_reservoir_place *place, uint32_t channel, uint32_t delay_index)
{
    int64_t x = channel % geometry.width, y = channel / geometry.width % geometry.height;
    uint32_t polarity = channel / ((uint32_t)geometry.width * geometry.height);
    int64_t fx = geometry.width, fy = geometry.height;
    if (g->field_x) {
        fx = g->field_x;
        fy = g->field_y;
        int64_t px = position % place->positions_x, py = position / place->positions_x;
        x -= px * g->stride_x + g->stride_x / 2 - g->field_x / 2;
        y -= py * g->stride_y + g->stride_y / 2 - g->field_y / 2;
    }
    if (x < 0 || y < 0 || x >= fx || y >= fy)
        return NO_TAP;
    return (int)(((delay_index * geometry.polarities + polarity) * (uint32_t)fy + (uint32_t)y) *
                     (uint32_t)fx +
                 (uint32_t)x);
}

static void put(lif_weight *at, uint8_t *set, int16_t weight)
{
    if (*set && *at != weight)
        stop("positions of one crossbar differ", NULL);
    *at = (lif_weight)weight;
    *set = 1;
}

/* Each synapse to its row and column. */
static void take_crossbar(crossbar *c, const tuft_reservoir_fixed *fixed, uint32_t k,
                          const tuft_reservoir_group *g)
{
    static uint8_t recurrent_set[LIF_CELLS * LIF_ROW];
    const tuft_reservoir *reservoir = fixed->reservoir;
    const tuft_reservoir_place *place = &reservoir->place[k];
    const tuft_fixed_input *each[] = {&fixed->group[k].input, &fixed->group[k].recurrent};
    memset(c->input, 0, sizeof c->input);
    memset(c->recurrent, 0, sizeof c->recurrent);
    memset(c->input_set, 0, sizeof c->input_set);
    memset(recurrent_set, 0, sizeof recurrent_set);
    for (int way = 0; way < 2; way++) {
        const tuft_connections *of = each[way]->connections;
        for (uint32_t i = 0; of && i < of->sources; i++) {
            uint32_t begin = of->kind == TUFT_DENSE ? 0 : of->row_segment[i];
            uint32_t end = of->kind == TUFT_DENSE ? 1 : of->row_segment[i + 1];
            for (uint32_t s = begin; s < end; s++) {
                size_t from =
                    of->kind == TUFT_DENSE ? (size_t)i * of->targets : of->segment_begin[s];
                size_t to = of->kind == TUFT_DENSE ? from + of->targets : of->segment_begin[s + 1];
                uint32_t delay = of->kind == TUFT_DENSE ? of->delay : of->segment_delay[s], d = 0;
                while (way == 0 && d < g->delays && 1 + g->delay_steps[d] != delay)
                    d++;
                for (size_t t = from; t < to; t++) {
                    uint32_t target =
                        of->kind == TUFT_DENSE ? (uint32_t)(t - from) : (uint32_t)of->target[t];
                    uint32_t position = target / place->maps, map = target % place->maps;
                    int row = way ? (int)(i - position * place->maps)
                                  : row_of(g, reservoir->geometry, position, place, i, d);
                    if (row < 0 || row >= (way ? LIF_CELLS : LIF_INPUTS))
                        stop("a synapse has no place in the crossbar", NULL);
                    size_t at = (size_t)row * LIF_ROW + map;
                    put(way ? &c->recurrent[at] : &c->input[at],
                        way ? &recurrent_set[at] : &c->input_set[at], each[way]->weights.weight[t]);
                }
            }
        }
    }
}

static uint8_t shift_of(const tuft_fixed_input *input)
{
    uint8_t shift = 0;
    while (input->step > 1 && (1 << shift) < input->step)
        shift++;
    return shift;
}

/* The position's events, step by step; returns how many, which the kernel must have room for. */
static uint32_t take_events(const tuft_reservoir *reservoir, const tuft_reservoir_group *g,
                            const tuft_reservoir_place *place, const tuft_frontend_input *input,
                            uint32_t position, uint32_t steps, uint16_t *event, uint16_t *events)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < steps; k++) {
        uint32_t first = n;
        for (uint32_t d = 0; d < g->delays; d++)
            for (size_t e = 0; e < input->count; e++) {
                if (input->step[e] + g->delay_steps[d] != k)
                    continue;
                int row = row_of(g, reservoir->geometry, position, place, input->channel[e], d);
                if (row == NO_TAP)
                    continue;
                if (n == LIF_EVENTS)
                    stop("more events than the kernel has room for", NULL);
                event[n++] = (uint16_t)row;
            }
        if (n - first > LIF_STEP_EVENTS)
            stop("more events in a step than the kernel takes", NULL);
        events[k] = (uint16_t)(n - first);
    }
    return n;
}

/* All positions of a group in one recording; returns the spikes. */
static uint64_t compare(const crossbar *c, const tuft_reservoir_fixed *fixed, uint32_t k,
                        const tuft_reservoir_group *g, const tuft_fixed_run *run,
                        const tuft_frontend_input *input)
{
    static uint16_t event[LIF_EVENTS], events[LIF_STEPS], count[LIF_ROW];
    static int32_t threshold[LIF_ROW];
    const tuft_reservoir *reservoir = fixed->reservoir;
    const tuft_reservoir_place *place = &reservoir->place[k];
    const tuft_fixed_group *group = &fixed->group[k];
    uint32_t steps = (uint32_t)(input->steps + reservoir->longest_delay - 1);
    uint64_t spikes = 0;
    if (steps > LIF_STEPS)
        stop("more steps than the kernel takes", NULL);
    for (uint32_t p = 0; p < place->positions_x * place->positions_y; p++) {
        take_events(reservoir, g, place, input, p, steps, event, events);
        for (uint32_t j = 0; j < place->maps; j++)
            threshold[j] = group->threshold[p * place->maps + j];
        lif_reservoir(event, events, steps, c->input, c->recurrent, shift_of(&group->input),
                      shift_of(&group->recurrent), threshold, group->decay, count);
        for (uint32_t j = 0; j < place->maps; j++) {
            uint32_t want = run->cells[k].count[p * place->maps + j];
            if (count[j] != want) {
                printf("FAIL group %u position %u cell %u: %u spikes, the emulator has %u\n", k, p,
                       j, count[j], want);
                exit(1);
            }
            spikes += want;
        }
    }
    return spikes;
}

static uint64_t compare_bits(const lsm_preset *preset, const dataset *set,
                             const tuft_reservoir *reservoir, const tuft_ledger *activity,
                             uint32_t bits)
{
    static crossbar c;
    tuft_error err;
    tuft_fixed_config config = {bits, TUFT_FIXED_STATE_BITS, TUFT_SCALE_LEAST_ERROR};
    tuft_reservoir_fixed *fixed;
    tuft_fixed_run run;
    tuft_frontend_input input = {0};
    tuft_encoding whole = preset->encoding;
    whole.windows = 1;
    uint64_t spikes = 0;
    if (tuft_reservoir_fixed_new(&fixed, reservoir, &config, activity, &err) ||
        tuft_fixed_run_new(&run, fixed, 1, &err))
        stop("the emulator's reservoir", &err);
    for (size_t r = 0; r < RECORDINGS; r++) {
        int64_t edge[2];
        const tuft_recording *recording = &set->all.recording[r * (set->all.count / RECORDINGS)];
        if (tuft_frontend_cut(&preset->frontend, set->all.geometry, recording, &input, &err))
            stop(recording->name, &err);
        tuft_count_edges(reservoir, &whole, &input, edge);
        if (tuft_fixed_run_input(&run, &input, edge, &err))
            stop(recording->name, &err);
        for (uint32_t k = 0; k < reservoir->groups; k++) {
            const tuft_reservoir_group *g = &preset->reservoir.group[k];
            take_crossbar(&c, fixed, k, g);
            spikes += compare(&c, fixed, k, g, &run, &input);
        }
    }
    tuft_frontend_input_free(&input);
    tuft_fixed_run_free(&run);
    tuft_reservoir_fixed_free(fixed);
    return spikes;
}

static int named(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    stop("an unknown name on the command line", NULL);
    return 0;
}

int main(int argc, char **argv)
{
    const uint32_t widths[] = {16, 8, 6, 4};
    tuft_error err;
    if (argc < 3)
        stop("usage: lif_presets PRESET DATASET [TRAIN [TEST]]", NULL);
    preset_name name = (preset_name)named(preset_names, argv[1]);
    dataset_request request = {.name = (dataset_name)named(dataset_names, argv[2]),
                               .train = argc > 3 ? argv[3] : NULL,
                               .test = argc > 4 ? argv[4] : NULL,
                               .per_class = 4,
                               .seed = SEED,
                               .threads = 1};
    dataset set;
    if (preset_cochlea(name, NULL, &request.cochlea, &err) || dataset_load(&request, &set, &err))
        stop("recordings", &err);
    lsm_preset preset = preset_get(name, set.kind, TASK_CLASSIFY, set.all.geometry);
    tuft_reservoir *reservoir;
    tuft_features features;
    tuft_ledger activity = {0};
    tuft_recordings some = {0};
    const uint32_t index[] = {0, 1, 2, 3};
    if (liquid_new(&reservoir, &preset, set.all.geometry, SEED, &err) ||
        tuft_recordings_select(&some, &set.all, index, 4, &err) ||
        tuft_encode(reservoir, &preset.frontend, &preset.encoding, &some, 1, &features, &activity,
                    NULL, NULL, &err))
        stop("the float reservoir", &err);
    uint64_t spikes = 0;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        spikes += compare_bits(&preset, &set, reservoir, &activity, widths[i]);
    if (!spikes)
        stop("no spikes: no test", NULL);
    printf("PASS lif_reservoir and the emulator, %s on %s: %u cells, %llu spikes alike\n", argv[1],
           argv[2], reservoir->cells, (unsigned long long)spikes);
    tuft_ledger_free(&activity);
    tuft_features_free(&features);
    tuft_recordings_free(&some);
    tuft_reservoir_free(reservoir);
    dataset_free(&set);
    return 0;
}
