#include "lsm/encode.h"

#include "core/engine.h"
#include "core/failure.h"
#include "core/memory.h"
#include "lsm/count_row.h"

#include <stdlib.h>
#include <string.h>

/* What one thread needs to run recordings. */
typedef struct {
    const tuft_reservoir *reservoir;
    const tuft_frontend *frontend;
    const tuft_encoding *encoding;
    tuft_geometry geometry; /* of the recordings */
    tuft_engine *engine;
    tuft_frontend_input input;
    int64_t *edge;  /* [windows + 1] */
    uint32_t *pool; /* counts of one row */
} runner;

static void runner_free(runner *r)
{
    tuft_engine_free(r->engine);
    tuft_frontend_input_free(&r->input);
    free(r->edge);
    free(r->pool);
}

static tuft_status runner_new(runner *r, tuft_error *err)
{
    size_t columns = tuft_reservoir_features(r->reservoir) * r->encoding->windows;
    tuft_status status = tuft_engine_new(&r->engine, r->reservoir->network, 0, 1, err);
    if (!status)
        status = TUFT_NEW(&r->edge, (size_t)r->encoding->windows + 1, "window edges", err);
    if (!status)
        status = TUFT_NEW(&r->pool, columns, "pooled counts", err);
    for (uint32_t k = 0; !status && k < r->reservoir->groups; k++)
        status = tuft_engine_record_counts(r->engine, r->reservoir->place[k].population, r->edge,
                                           r->encoding->windows, err);
    return status;
}

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

static tuft_status encode_one(runner *r, const tuft_recording *recording, size_t number, float *row,
                              tuft_error *err)
{
    tuft_status status = tuft_frontend_cut(r->frontend, r->geometry, recording, &r->input, err);
    if (!status)
        status = tuft_engine_reset(r->engine, err);
    if (!status)
        status = begin_episode(r->engine, r->reservoir, number, err);
    if (status)
        return status;
    tuft_count_edges(r->reservoir, r->encoding, &r->input, r->edge);
    uint32_t windows = r->encoding->windows;
    for (uint32_t k = 0; !status && k < r->reservoir->groups; k++)
        status = tuft_engine_record_counts(r->engine, r->reservoir->place[k].population, r->edge,
                                           windows, err);
    if (!status)
        status = run_input(r->engine, r->reservoir, &r->input, err);
    if (status)
        return status;
    const uint32_t *count[TUFT_RESERVOIR_GROUPS];
    for (uint32_t k = 0; k < r->reservoir->groups; k++)
        count[k] = tuft_engine_counts(r->engine, r->reservoir->place[k].population)->count;
    tuft_count_row(r->reservoir, r->encoding, count, r->pool, row);
    return TUFT_OK;
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

/* Adds an engine's ledger to the common one, which takes its shape from the first. */
static tuft_status add_ledger(const tuft_engine *engine, const tuft_reservoir *reservoir,
                              tuft_ledger *ledger, tuft_error *err)
{
    tuft_ledger own;
    tuft_status status = tuft_engine_ledger(engine, &own, err);
    if (status)
        return status;
    leave_out_noise(reservoir, &own);
    if (!ledger->population) {
        *ledger = own;
        return TUFT_OK;
    }
    status = tuft_ledger_add(ledger, &own, err);
    tuft_ledger_free(&own);
    return status;
}

tuft_status tuft_encode(const tuft_reservoir *reservoir, const tuft_frontend *frontend,
                        const tuft_encoding *encoding, const tuft_recordings *set, int threads,
                        tuft_features *out, tuft_ledger *ledger, tuft_encode_progress *progress,
                        void *user, tuft_error *err)
{
    *out = (tuft_features){0};
    tuft_status status = tuft_count_check(reservoir, frontend, encoding, set->geometry, err);
    if (!status && threads < 1)
        status =
            tuft_fail(err, TUFT_INVALID, "encoding in %d threads, expected 1 or more", threads);
    if (status)
        return status;
    size_t columns = tuft_reservoir_features(reservoir) * encoding->windows;
    status = tuft_features_new(out, set->count, columns, err);
    if (status)
        return status;
    tuft_failure failure = {0};
#pragma omp parallel num_threads(threads)
    {
        tuft_error own_error;
        runner r = {.reservoir = reservoir,
                    .frontend = frontend,
                    .encoding = encoding,
                    .geometry = set->geometry};
        tuft_status own = runner_new(&r, &own_error);
        tuft_failure_keep(&failure, own, 0, &own_error);
#pragma omp for schedule(dynamic, 4)
        for (size_t i = 0; i < set->count; i++) {
            if (own)
                continue;
            tuft_status one =
                encode_one(&r, &set->recording[i], i, out->value + i * columns, &own_error);
            tuft_failure_keep(&failure, one, i, &own_error);
            out->label[i] = set->recording[i].label;
            out->group[i] = (uint32_t)i;
            if (progress)
                progress(user);
        }
#pragma omp critical(tuft_encode_ledger)
        if (ledger && !own) {
            own = add_ledger(r.engine, reservoir, ledger, &own_error);
            tuft_failure_keep(&failure, own, set->count, &own_error);
        }
        runner_free(&r);
    }
    if (failure.status)
        tuft_features_free(out);
    return tuft_failure_tell(&failure, err);
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
