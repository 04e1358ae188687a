#include "tables.h"

#include "core/philox.h"

#include <cblas.h>
#include <criterion/criterion.h>

void make_table(tuft_features *out, size_t rows, size_t columns, int classes, double spread,
                uint64_t seed)
{
    tuft_error err;
    cr_assert_eq(tuft_features_new(out, rows, columns, &err), TUFT_OK);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 0);
    for (size_t i = 0; i < rows; i++) {
        out->label[i] = (int)(i % (size_t)classes);
        for (size_t j = 0; j < columns; j++)
            out->value[i * columns + j] =
                (float)(10.0 * (double)(j % 7) + spread * tuft_random_normal(&random) +
                        (j % (size_t)classes == (size_t)out->label[i]));
    }
}

void one_blas_thread(void)
{
    openblas_set_num_threads(1);
}
