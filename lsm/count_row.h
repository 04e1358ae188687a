/* From the counts of a reservoir's cells to a row of features: what every way to run one shares. */
#ifndef TUFT_LSM_COUNT_ROW_H
#define TUFT_LSM_COUNT_ROW_H

#include "lsm/encode.h"

/* What an encoding asks first: recordings of this geometry give what the reservoir takes; the
 * encoding (may be NULL) makes sense. */
tuft_status tuft_count_check(const tuft_reservoir *reservoir, const tuft_frontend *frontend,
                             const tuft_encoding *encoding, tuft_geometry geometry,
                             tuft_error *err);

/* Window edges [windows + 1] in ticks of the cells: a spike of step s reaches a cell's step at tick
 * s + 1; the last window also has what delays bring afterwards. */
void tuft_count_edges(const tuft_reservoir *reservoir, const tuft_encoding *encoding,
                      const tuft_frontend_input *input, int64_t *edge);

/* row[windows x tuft_reservoir_features()] from count[group][windows][cells]; pool: working memory
 * of the same length. */
void tuft_count_row(const tuft_reservoir *reservoir, const tuft_encoding *encoding,
                    const uint32_t *const *count, uint32_t *pool, float *row);

#endif
