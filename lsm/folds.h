/* Cross-validation folds that keep groups whole. */
#ifndef TUFT_LSM_FOLDS_H
#define TUFT_LSM_FOLDS_H

#include "lsm/features.h"

/* fold[i] in [0, folds) for each row. The groups are shuffled (Philox TUFT_RANDOM_SPLIT, stream 0
 * of the seed), then each goes to the fold that has the fewest rows so far (the first of equals),
 * so that equal groups give folds equal to within one group. Which fold a group falls into does not
 * depend on the order of the rows.
 * Error: TUFT_INVALID, folds below 2 or more than there are groups. */
tuft_status tuft_folds(const tuft_features *features, int folds, uint64_t seed, uint32_t *fold,
                       tuft_error *err);

#endif
