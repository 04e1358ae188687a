/* What the subcommands that use a reservoir share: a preset's reservoir, and a table of features
 * that holds recordings and their augmented copies.
 */
#ifndef TUFT_APPS_LIQUID_H
#define TUFT_APPS_LIQUID_H

#include "apps/options.h"
#include "apps/preset.h"
#include "core/ledger.h"

/* The first `originals` rows are the set's recordings in order; then come copies. Row r is made
 * from recording features.group[r]. */
typedef struct {
    tuft_features features;
    size_t originals;
} liquid_table;

void liquid_table_free(liquid_table *table);

/* A reservoir as the preset says, for recordings of the given geometry. */
tuft_status liquid_new(tuft_reservoir **out, const lsm_preset *preset, tuft_geometry geometry,
                       uint64_t seed, tuft_error *err);

/* The same reservoir with what its pairs conduct in place of weights (lsm/reservoir.h). */
tuft_status liquid_siemens(tuft_reservoir **out, const lsm_preset *preset, tuft_geometry geometry,
                           uint64_t seed, tuft_error *err);

/* Features of all recordings and of preset->copies warped copies of those with augment[i] != 0
 * (NULL: of none), in the preset's arithmetic: in fixed point, where the float reservoir's spikes
 * on some recordings with augment[i] != 0 tell the quantiser which sources matter. Shows progress
 * under the label. ledger as for tuft_encode. */
tuft_status liquid_encode(const tuft_reservoir *reservoir, const lsm_preset *preset,
                          const tuft_recordings *set, const uint8_t *augment, uint64_t seed,
                          const common_options *common, int threads, const char *label,
                          liquid_table *out, tuft_ledger *ledger, tuft_error *err);

/* The rows of table whose recording has wanted[recording] != 0, in the table's order; with
 * fold_group[recording] as group. Originals only, or with copies. *original may be NULL: else gets
 * an array (to be freed) that is 1 where the row is no copy. */
typedef enum { LIQUID_ORIGINALS, LIQUID_WITH_COPIES } liquid_rows;
tuft_status liquid_select(const liquid_table *table, const uint8_t *wanted,
                          const uint32_t *fold_group, liquid_rows rows, tuft_features *out,
                          uint8_t **original, tuft_error *err);

#endif
