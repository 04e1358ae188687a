/* Ridge regression onto class indicators: the linear readout in closed form.
 * Source: Hoerl & Kennard 1970, Technometrics 12:55, eq. 2.1; dual form: Saunders, Gammerman & Vovk
 * 1998, ICML, eq. 11.
 *
 * Columns are standardised with the training rows (the rule of tuft_scaler), z; targets are one-hot
 * less the class's share. The weights minimise
 *     sum over rows |target - W z|^2 + lambda u |W|^2,    u = trace(Z'Z) / columns,
 * (u = 1 where no column varies), so that lambda has no unit and means the same for any number of
 * rows. What comes out reads raw features: standardisation and intercept are in the weights and
 * biases.
 * With rows >= columns the system of columns x columns is solved, else that of rows x rows; both in
 * double, by Cholesky.
 *
 * OpenBLAS should be set to one thread (openblas_set_num_threads(1)) where results must not depend
 * on the machine's number of cores, and because folds already run side by side.
 */
#ifndef TUFT_LSM_RIDGE_H
#define TUFT_LSM_RIDGE_H

#include "lsm/linear.h"

/* Errors: those of tuft_features_check; TUFT_INVALID, lambda negative or not finite; TUFT_NUMERIC,
 * the system is singular (lambda too small for the table). On failure *out is zeroed. */
tuft_status tuft_ridge_fit(const tuft_features *features, int classes, double lambda,
                           tuft_linear *out, tuft_error *err);

/* Cross-validation over tuft_folds(features, folds, seed): every lambda[0..n) is fitted on the rows
 * outside each fold (standardisation included) and scored on the rows inside it. scored [rows] or
 * NULL: rows with scored 0 (augmented copies, say) train but are never scored; give them the group
 * of their original. accuracy [n]: right rows over scored rows, all folds together. *best: the
 * lambda with the highest accuracy, the largest lambda of equals. The result does not depend on
 * threads (at least 1).
 * Memory: (folds + 1 + threads) columns^2 doubles with rows >= columns.
 * Errors: as tuft_ridge_fit and tuft_folds; TUFT_INVALID, n is 0 or no row is scored. */
tuft_status tuft_ridge_choose(const tuft_features *features, int classes, const double *lambda,
                              size_t n, int folds, uint64_t seed, int threads,
                              const uint8_t *scored, double *accuracy, size_t *best,
                              tuft_error *err);

#endif
