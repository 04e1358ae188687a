#include "lsm/encode.h"

#include "core/engine.h"
#include "core/memory.h"
#include "lsm/count_row.h"
#include "lsm/encode_rows.h"

#include <stdlib.h>

/* Runs the engine over the input that was cut, to the last effect of the last spike. */
static tuft_status run_input(tuft_engine *engine, const tuft_reservoir *reservoir,
                             const tuft_frontend_input *input, tuft_error *err)
{
    tuft_status status = tuft_engine_input(engine, reservoir->source, input->step, input->channel,
                                           input->count, err);
    return status ? status : tuft_engine_run(engine, input->steps + reservoir->longest_delay, err);
}

/* Read noise of its own for each recording. */
static tuft_status begin_episode(tuft_engine *engine, const tuft_reservoir *reservoir,
                                 size_t number, tuft_error *err)
{
    const double episode = (double)(number & UINT32_MAX);
    const uint32_t cell = 0;
    tuft_status status = TUFT_OK;
    for (uint32_t k = 0; !status && reservoir->analog && k < reservoir->groups; k++)
        status = tuft_engine_write(engine, reservoir->place[k].population, "episode", &cell,
                                   &episode, 1, err);
    return status;
}

/* One thread's engine. */
typedef struct {
    const tuft_reservoir *reservoir;
    tuft_engine *engine;
    uint32_t windows;
} runner;

static tuft_status begin(const void *with, uint32_t windows, void **out, tuft_error *err)
{
    const tuft_reservoir *reservoir = with;
    runner *r;
    tuft_status status = TUFT_NEW(&r, 1, "engine of a thread", err);
    if (status)
        return status;
    *out = r;
    *r = (runner){.reservoir = reservoir, .windows = windows};
    return tuft_engine_new(&r->engine, reservoir->network, 0, 1, err);
}

static void end(void *with)
{
    runner *r = with;
    if (r)
        tuft_engine_free(r->engine);
    free(r);
}

static tuft_status run_one(void *with, const tuft_frontend_input *input, const int64_t *edge,
                           size_t number, const uint32_t **count, tuft_error *err)
{
    const runner *r = with;
    tuft_status status = tuft_engine_reset(r->engine, err);
    if (!status)
        status = begin_episode(r->engine, r->reservoir, number, err);
    for (uint32_t k = 0; !status && k < r->reservoir->groups; k++)
        status = tuft_engine_record_counts(r->engine, r->reservoir->place[k].population, edge,
                                           r->windows, err);
    if (!status)
        status = run_input(r->engine, r->reservoir, input, err);
    for (uint32_t k = 0; !status && k < r->reservoir->groups; k++)
        count[k] = tuft_engine_counts(r->engine, r->reservoir->place[k].population)->count;
    return status;
}

/* Projections that carry variances are ours, not the array's. */
static void leave_out_noise(const tuft_reservoir *reservoir, tuft_ledger *ledger)
{
    for (uint32_t p = 0; p < ledger->projections; p++)
        if (tuft_reservoir_is_noise(reservoir, p)) {
            ledger->synaptic_events -= ledger->projection[p].synaptic_events;
            ledger->projection[p].synaptic_events = ledger->projection[p].synapses = 0;
        }
}

static tuft_status ledger_of(const void *with, tuft_ledger *out, tuft_error *err)
{
    const runner *r = with;
    tuft_status status = tuft_engine_ledger(r->engine, out, err);
    if (!status)
        leave_out_noise(r->reservoir, out);
    return status;
}

tuft_status tuft_encode(const tuft_reservoir *reservoir, const tuft_frontend *frontend,
                        const tuft_encoding *encoding, const tuft_recordings *set, int threads,
                        tuft_features *out, tuft_ledger *ledger, tuft_encode_progress *progress,
                        void *user, tuft_error *err)
{
    const tuft_encode_way way = {reservoir, reservoir, begin, run_one, ledger_of, end};
    return tuft_encode_rows(&way, frontend, encoding, set, threads, out, ledger, progress, user,
                            err);
}

typedef struct {
    int64_t tick;
    uint32_t cell;
} spike;

static int compare_spikes(const void *a, const void *b)
{
    const spike *first = a, *second = b;
    if (first->tick != second->tick)
        return first->tick < second->tick ? -1 : 1;
    return first->cell < second->cell ? -1 : first->cell > second->cell;
}

/* The groups' records as one, by time and cell. */
static tuft_status merge_records(const tuft_engine *engine, const tuft_reservoir *reservoir,
                                 tuft_spike_record *out, tuft_error *err)
{
    spike *all = NULL;
    size_t count = 0, capacity = 0;
    uint32_t first_cell = 0;
    tuft_status status = TUFT_OK;
    for (uint32_t k = 0; !status && k < reservoir->groups; k++) {
        const tuft_reservoir_place *place = &reservoir->place[k];
        const tuft_spike_record *record = tuft_engine_spikes(engine, place->population);
        status = TUFT_GROW(&all, &capacity, count + record->count, "spikes", err);
        for (size_t i = 0; !status && i < record->count; i++)
            all[count++] = (spike){record->tick[i], first_cell + record->cell[i]};
        first_cell += place->positions_x * place->positions_y * place->maps;
    }
    if (!status && count)
        qsort(all, count, sizeof *all, compare_spikes);
    for (size_t i = 0; !status && i < count; i++)
        status = tuft_spike_record_push(out, all[i].tick, &all[i].cell, 1, err);
    free(all);
    return status;
}

tuft_status tuft_encode_raster(const tuft_reservoir *reservoir, const tuft_frontend *frontend,
                               tuft_geometry geometry, const tuft_recording *recording,
                               tuft_spike_record *out, int64_t *steps, tuft_error *err)
{
    *out = (tuft_spike_record){0};
    tuft_frontend_input input = {0};
    tuft_engine *engine = NULL;
    tuft_status status = tuft_count_check(reservoir, frontend, NULL, geometry, err);
    if (!status)
        status = tuft_frontend_cut(frontend, geometry, recording, &input, err);
    if (!status)
        status = tuft_engine_new(&engine, reservoir->network, 0, 1, err);
    for (uint32_t k = 0; !status && k < reservoir->groups; k++)
        status = tuft_engine_record_spikes(engine, reservoir->place[k].population, err);
    if (!status)
        status = run_input(engine, reservoir, &input, err);
    if (!status)
        status = merge_records(engine, reservoir, out, err);
    *steps = input.steps;
    if (status)
        tuft_spike_record_free(out);
    tuft_engine_free(engine);
    tuft_frontend_input_free(&input);
    return status;
}
