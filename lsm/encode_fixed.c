#include "lsm/encode_fixed.h"

#include "core/failure.h"
#include "core/memory.h"
#include "lsm/count_row.h"
#include "lsm/fixed_run.h"

#include <stdlib.h>

/* What one thread needs to run recordings. */
typedef struct {
    const tuft_frontend *frontend;
    const tuft_encoding *encoding;
    tuft_geometry geometry; /* of the recordings */
    tuft_fixed_run run;
    tuft_frontend_input input;
    int64_t *edge;  /* [windows + 1] */
    uint32_t *pool; /* counts of one row */
} runner;

static void runner_free(runner *r)
{
    if (r->run.fixed)
        tuft_fixed_run_free(&r->run);
    tuft_frontend_input_free(&r->input);
    free(r->edge);
    free(r->pool);
}

static tuft_status runner_new(runner *r, const tuft_reservoir_fixed *fixed, tuft_error *err)
{
    size_t columns = tuft_reservoir_features(fixed->reservoir) * r->encoding->windows;
    tuft_status status = tuft_fixed_run_new(&r->run, fixed, r->encoding->windows, err);
    if (!status)
        status = TUFT_NEW(&r->edge, (size_t)r->encoding->windows + 1, "window edges", err);
    if (!status)
        status = TUFT_NEW(&r->pool, columns, "pooled counts", err);
    return status;
}

static tuft_status encode_one(runner *r, const tuft_recording *recording, float *row,
                              tuft_error *err)
{
    const tuft_reservoir *reservoir = r->run.fixed->reservoir;
    tuft_status status = tuft_frontend_cut(r->frontend, r->geometry, recording, &r->input, err);
    if (status)
        return status;
    tuft_count_edges(reservoir, r->encoding, &r->input, r->edge);
    status = tuft_fixed_run_input(&r->run, &r->input, r->edge, err);
    const uint32_t *count[TUFT_RESERVOIR_GROUPS] = {0};
    for (uint32_t k = 0; k < reservoir->groups; k++)
        count[k] = r->run.cells[k].count;
    if (!status)
        tuft_count_row(reservoir, r->encoding, count, r->pool, row);
    return status;
}

/* Adds a run's ledger to the common one, which takes its shape from the first. */
static tuft_status add_ledger(const tuft_fixed_run *run, tuft_ledger *ledger, tuft_error *err)
{
    tuft_ledger own;
    tuft_status status = tuft_fixed_run_ledger(run, &own, err);
    if (status)
        return status;
    if (!ledger->population) {
        *ledger = own;
        return TUFT_OK;
    }
    status = tuft_ledger_add(ledger, &own, err);
    tuft_ledger_free(&own);
    return status;
}

tuft_status tuft_encode_fixed(const tuft_reservoir_fixed *fixed, const tuft_frontend *frontend,
                              const tuft_encoding *encoding, const tuft_recordings *set,
                              int threads, tuft_features *out, tuft_ledger *ledger,
                              tuft_encode_progress *progress, void *user, tuft_error *err)
{
    *out = (tuft_features){0};
    tuft_status status = tuft_count_check(fixed->reservoir, frontend, encoding, set->geometry, err);
    if (!status && threads < 1)
        status =
            tuft_fail(err, TUFT_INVALID, "encoding in %d threads, expected 1 or more", threads);
    if (status)
        return status;
    size_t columns = tuft_reservoir_features(fixed->reservoir) * encoding->windows;
    status = tuft_features_new(out, set->count, columns, err);
    if (status)
        return status;
    tuft_failure failure = {0};
#pragma omp parallel num_threads(threads)
    {
        tuft_error own_error;
        runner r = {.frontend = frontend, .encoding = encoding, .geometry = set->geometry};
        tuft_status own = runner_new(&r, fixed, &own_error);
        tuft_failure_keep(&failure, own, 0, &own_error);
#pragma omp for schedule(dynamic, 4)
        for (size_t i = 0; i < set->count; i++) {
            if (own)
                continue;
            tuft_status one =
                encode_one(&r, &set->recording[i], out->value + i * columns, &own_error);
            tuft_failure_keep(&failure, one, i, &own_error);
            out->label[i] = set->recording[i].label;
            out->group[i] = (uint32_t)i;
            if (progress)
                progress(user);
        }
#pragma omp critical(tuft_encode_fixed_ledger)
        if (ledger && !own) {
            own = add_ledger(&r.run, ledger, &own_error);
            tuft_failure_keep(&failure, own, set->count, &own_error);
        }
        runner_free(&r);
    }
    if (failure.status)
        tuft_features_free(out);
    return tuft_failure_tell(&failure, err);
}
