#include "lsm/encode_rows.h"

#include "core/failure.h"
#include "core/memory.h"
#include "lsm/count_row.h"

#include <stdlib.h>

/* What one thread needs to run recordings. */
typedef struct {
    const tuft_encode_way *way;
    const tuft_frontend *frontend;
    const tuft_encoding *encoding;
    tuft_geometry geometry; /* of the recordings */
    void *runner;
    tuft_frontend_input input;
    int64_t *edge;  /* [windows + 1] */
    uint32_t *pool; /* counts of one row */
} worker;

static void worker_free(worker *w)
{
    w->way->end(w->runner);
    tuft_frontend_input_free(&w->input);
    free(w->edge);
    free(w->pool);
}

static tuft_status worker_new(worker *w, tuft_error *err)
{
    size_t columns = tuft_reservoir_features(w->way->reservoir) * w->encoding->windows;
    tuft_status status = TUFT_NEW(&w->edge, (size_t)w->encoding->windows + 1, "window edges", err);
    if (!status)
        status = TUFT_NEW(&w->pool, columns, "pooled counts", err);
    return status ? status : w->way->begin(w->way->with, w->encoding->windows, &w->runner, err);
}

static tuft_status encode_one(worker *w, const tuft_recording *recording, size_t number, float *row,
                              tuft_error *err)
{
    const uint32_t *count[TUFT_RESERVOIR_GROUPS] = {0};
    tuft_status status = tuft_frontend_cut(w->frontend, w->geometry, recording, &w->input, err);
    if (status)
        return status;
    tuft_count_edges(w->way->reservoir, w->encoding, &w->input, w->edge);
    status = w->way->run(w->runner, &w->input, w->edge, number, count, err);
    if (!status)
        tuft_count_row(w->way->reservoir, w->encoding, count, w->pool, row);
    return status;
}

/* Adds a worker's ledger to the common one, which takes its shape from the first. */
static tuft_status add_ledger(const worker *w, tuft_ledger *ledger, tuft_error *err)
{
    tuft_ledger own;
    tuft_status status = w->way->ledger(w->runner, &own, err);
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

tuft_status tuft_encode_rows(const tuft_encode_way *way, const tuft_frontend *frontend,
                             const tuft_encoding *encoding, const tuft_recordings *set, int threads,
                             tuft_features *out, tuft_ledger *ledger,
                             tuft_encode_progress *progress, void *user, tuft_error *err)
{
    *out = (tuft_features){0};
    tuft_status status = tuft_count_check(way->reservoir, frontend, encoding, set->geometry, err);
    if (!status && threads < 1)
        status =
            tuft_fail(err, TUFT_INVALID, "encoding in %d threads, expected 1 or more", threads);
    if (status)
        return status;
    size_t columns = tuft_reservoir_features(way->reservoir) * encoding->windows;
    status = tuft_features_new(out, set->count, columns, err);
    if (status)
        return status;
    tuft_failure failure = {0};
#pragma omp parallel num_threads(threads)
    {
        tuft_error own_error;
        worker w = {
            .way = way, .frontend = frontend, .encoding = encoding, .geometry = set->geometry};
        tuft_status own = worker_new(&w, &own_error);
        tuft_failure_keep(&failure, own, 0, &own_error);
#pragma omp for schedule(dynamic, 4)
        for (size_t i = 0; i < set->count; i++) {
            if (own)
                continue;
            tuft_status one =
                encode_one(&w, &set->recording[i], i, out->value + i * columns, &own_error);
            tuft_failure_keep(&failure, one, i, &own_error);
            out->label[i] = set->recording[i].label;
            out->group[i] = (uint32_t)i;
            if (progress)
                progress(user);
        }
#pragma omp critical(tuft_encode_ledger)
        if (ledger && !own) {
            own = add_ledger(&w, ledger, &own_error);
            tuft_failure_keep(&failure, own, set->count, &own_error);
        }
        worker_free(&w);
    }
    if (failure.status)
        tuft_features_free(out);
    return tuft_failure_tell(&failure, err);
}
