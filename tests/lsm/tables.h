/* Tables that the suites of the learners share. */
#ifndef TUFT_TESTS_LSM_TABLES_H
#define TUFT_TESTS_LSM_TABLES_H

#include "lsm/features.h"

/* rows x columns: class i % classes, value = spread x normal, + 1 in the columns j with
 * j % classes == label, + 10 j: column means differ widely. */
void make_table(tuft_features *out, size_t rows, size_t columns, int classes, double spread,
                uint64_t seed);
/* OpenBLAS at one thread, as in the command. */
void one_blas_thread(void);

#endif
