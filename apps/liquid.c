#include "apps/liquid.h"

#include "apps/progress.h"
#include "core/memory.h"
#include "lsm/encode_fixed.h"

#include <stdlib.h>
#include <string.h>

void liquid_table_free(liquid_table *table)
{
    tuft_features_free(&table->features);
    *table = (liquid_table){0};
}

tuft_status liquid_new(tuft_reservoir **out, const lsm_preset *preset, tuft_geometry geometry,
                       uint64_t seed, tuft_error *err)
{
    tuft_geometry seen;
    *out = NULL;
    tuft_status status = tuft_frontend_geometry(&preset->frontend, geometry, &seen, err);
    tuft_reservoir_config config = preset->reservoir;
    config.macro = &preset->macro;
    return status ? status : tuft_reservoir_new(out, &config, seen, seed, err);
}

tuft_status liquid_siemens(tuft_reservoir **out, const lsm_preset *preset, tuft_geometry geometry,
                           uint64_t seed, tuft_error *err)
{
    tuft_geometry seen;
    *out = NULL;
    tuft_status status = tuft_frontend_geometry(&preset->frontend, geometry, &seen, err);
    tuft_reservoir_config config = preset->reservoir;
    config.macro = &preset->macro;
    return status ? status : tuft_reservoir_siemens(out, &config, seen, seed, err);
}

static void advance(void *user)
{
    progress_advance(user, 1);
}

/* Appends the rows of more, whose row i comes from recording origin[i]. */
static void append(tuft_features *all, size_t at, const tuft_features *more, const uint32_t *origin)
{
    memcpy(all->value + at * all->columns, more->value,
           more->rows * more->columns * sizeof *more->value);
    memcpy(all->label + at, more->label, more->rows * sizeof *more->label);
    for (size_t i = 0; i < more->rows; i++)
        all->group[at + i] = origin ? origin[i] : (uint32_t)i;
}

/* The recordings that get copies, and where they come from. */
static tuft_status select_augmented(const tuft_recordings *set, const uint8_t *augment,
                                    tuft_recordings *some, uint32_t **origin, tuft_error *err)
{
    tuft_status status = TUFT_NEW(origin, set->count, "recordings to augment", err);
    size_t n = 0;
    for (size_t i = 0; !status && i < set->count; i++)
        if (augment[i])
            (*origin)[n++] = (uint32_t)i;
    return status ? status : tuft_recordings_select(some, set, *origin, n, err);
}

/* Training recordings whose spikes tell the quantiser which sources matter. */
enum { WATCHED = 64 };

static tuft_status watch(const tuft_reservoir *reservoir, const lsm_preset *preset,
                         const tuft_recordings *set, const uint8_t *trained, int threads,
                         tuft_ledger *activity, tuft_error *err)
{
    uint32_t *index, n = 0;
    size_t all = 0, seen = 0;
    tuft_recordings some = {0};
    tuft_features features = {0};
    tuft_status status = TUFT_NEW(&index, WATCHED, "recordings to watch", err);
    for (size_t i = 0; i < set->count; i++)
        all += trained[i] != 0;
    for (size_t i = 0; !status && i < set->count; i++) /* evenly spread over the training side */
        if (trained[i] && seen++ * WATCHED / all >= n && n < WATCHED)
            index[n++] = (uint32_t)i;
    if (!status && n)
        status = tuft_recordings_select(&some, set, index, n, err);
    if (!status && n)
        status = tuft_encode(reservoir, &preset->frontend, &preset->encoding, &some, threads,
                             &features, activity, NULL, NULL, err);
    tuft_features_free(&features);
    tuft_recordings_free(&some);
    free(index);
    return status;
}

/* The reservoir in the preset's arithmetic: *fixed is NULL for floats. */
static tuft_status liquid_fixed(tuft_reservoir_fixed **fixed, const tuft_reservoir *reservoir,
                                const lsm_preset *preset, const tuft_recordings *set,
                                const uint8_t *trained, int threads, tuft_error *err)
{
    tuft_ledger activity = {0};
    tuft_status status = TUFT_OK;
    *fixed = NULL;
    if (!preset->arithmetic.bits)
        return TUFT_OK;
    if (trained && preset->arithmetic.rule == TUFT_SCALE_LEAST_ERROR)
        status = watch(reservoir, preset, set, trained, threads, &activity, err);
    if (!status)
        status = tuft_reservoir_fixed_new(fixed, reservoir, &preset->arithmetic,
                                          activity.population ? &activity : NULL, err);
    tuft_ledger_free(&activity);
    return status;
}

static tuft_status encode(const tuft_reservoir *reservoir, const tuft_reservoir_fixed *fixed,
                          const lsm_preset *preset, const tuft_recordings *set, int threads,
                          tuft_features *rows, tuft_ledger *ledger, app_progress *progress,
                          tuft_error *err)
{
    return fixed ? tuft_encode_fixed(fixed, &preset->frontend, &preset->encoding, set, threads,
                                     rows, ledger, advance, progress, err)
                 : tuft_encode(reservoir, &preset->frontend, &preset->encoding, set, threads, rows,
                               ledger, advance, progress, err);
}

tuft_status liquid_encode(const tuft_reservoir *reservoir, const lsm_preset *preset,
                          const tuft_recordings *set, const uint8_t *augment, uint64_t seed,
                          const common_options *common, int threads, const char *label,
                          liquid_table *out, tuft_ledger *ledger, tuft_error *err)
{
    *out = (liquid_table){0};
    tuft_recordings some = {0}, warped = {0};
    uint32_t *origin = NULL;
    uint32_t copies = augment ? preset->copies : 0;
    tuft_features rows = {0};
    tuft_reservoir_fixed *fixed = NULL;
    tuft_status status = copies ? select_augmented(set, augment, &some, &origin, err) : TUFT_OK;
    if (!status)
        status = liquid_fixed(&fixed, reservoir, preset, set, augment, threads, err);
    app_progress progress;
    progress_begin(&progress, common, label, set->count + copies * some.count);
    if (!status)
        status = encode(reservoir, fixed, preset, set, threads, &rows, ledger, &progress, err);
    if (!status)
        status =
            tuft_features_new(&out->features, set->count + copies * some.count, rows.columns, err);
    if (!status)
        append(&out->features, 0, &rows, NULL);
    tuft_features_free(&rows);
    for (uint32_t c = 0; !status && c < copies; c++) {
        status = tuft_augment_set(&preset->augmentation, &some, seed, c, threads, &warped, err);
        if (!status)
            status =
                encode(reservoir, fixed, preset, &warped, threads, &rows, ledger, &progress, err);
        if (!status)
            append(&out->features, set->count + c * some.count, &rows, origin);
        tuft_features_free(&rows);
        tuft_recordings_free(&warped);
    }
    progress_end(&progress);
    out->originals = set->count;
    free(origin);
    tuft_reservoir_fixed_free(fixed);
    tuft_recordings_free(&some);
    if (status)
        liquid_table_free(out);
    return status;
}

tuft_status liquid_select(const liquid_table *table, const uint8_t *wanted,
                          const uint32_t *fold_group, liquid_rows rows, tuft_features *out,
                          uint8_t **original, tuft_error *err)
{
    const tuft_features *all = &table->features;
    size_t limit = rows == LIQUID_ORIGINALS ? table->originals : all->rows, n = 0;
    uint32_t *index;
    uint8_t *mark = NULL;
    *out = (tuft_features){0};
    tuft_status status = TUFT_NEW(&index, limit, "selected rows", err);
    for (size_t r = 0; !status && r < limit; r++)
        if (wanted[all->group[r]])
            index[n++] = (uint32_t)r;
    if (!status)
        status = tuft_features_select(out, all, index, n, err);
    if (!status && original)
        status = TUFT_NEW(&mark, n, "original rows", err);
    for (size_t i = 0; !status && i < n; i++) {
        if (mark)
            mark[i] = index[i] < table->originals;
        if (fold_group)
            out->group[i] = fold_group[all->group[index[i]]];
    }
    free(index);
    if (status)
        tuft_features_free(out);
    else if (original)
        *original = mark;
    return status;
}
