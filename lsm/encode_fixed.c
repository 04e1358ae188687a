#include "lsm/encode_fixed.h"

#include "core/memory.h"
#include "lsm/encode_rows.h"
#include "lsm/fixed_run.h"

#include <stdlib.h>

static tuft_status begin(const void *with, uint32_t windows, void **runner, tuft_error *err)
{
    tuft_fixed_run *run;
    tuft_status status = TUFT_NEW(&run, 1, "fixed-point run", err);
    if (status)
        return status;
    *runner = run;
    return tuft_fixed_run_new(run, with, windows, err);
}

static tuft_status run_one(void *runner, const tuft_frontend_input *input, const int64_t *edge,
                           size_t number, const uint32_t **count, tuft_error *err)
{
    (void)number;
    tuft_fixed_run *run = runner;
    for (uint32_t k = 0; k < run->fixed->reservoir->groups; k++)
        count[k] = run->cells[k].count;
    return tuft_fixed_run_input(run, input, edge, err);
}

static tuft_status ledger_of(const void *runner, tuft_ledger *out, tuft_error *err)
{
    return tuft_fixed_run_ledger(runner, out, err);
}

static void end(void *runner)
{
    tuft_fixed_run *run = runner;
    if (run && run->fixed)
        tuft_fixed_run_free(run);
    free(run);
}

tuft_status tuft_encode_fixed(const tuft_reservoir_fixed *fixed, const tuft_frontend *frontend,
                              const tuft_encoding *encoding, const tuft_recordings *set,
                              int threads, tuft_features *out, tuft_ledger *ledger,
                              tuft_encode_progress *progress, void *user, tuft_error *err)
{
    const tuft_encode_way way = {fixed->reservoir, fixed, begin, run_one, ledger_of, end};
    return tuft_encode_rows(&way, frontend, encoding, set, threads, out, ledger, progress, user,
                            err);
}
