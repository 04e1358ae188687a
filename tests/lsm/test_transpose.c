#include "lsm/transpose.h"

#include <criterion/criterion.h>
#include <string.h>

/* All sizes around whole squares, rows forwards and backwards; nothing else is written. */
Test(transpose, turns_every_size)
{
    enum { MOST = 19, STRIDE = 23 };
    float in[MOST * STRIDE], out[MOST * STRIDE];
    for (int k = 0; k < MOST * STRIDE; k++)
        in[k] = (float)(k + 1);
    for (uint32_t rows = 1; rows <= MOST; rows++)
        for (uint32_t columns = 1; columns <= MOST; columns++)
            for (int back = 0; back < 2; back++) {
                memset(out, 0, sizeof out);
                tuft_transpose(out, STRIDE, back ? in + (rows - 1) * STRIDE : in,
                               back ? -STRIDE : STRIDE, rows, columns);
                for (uint32_t j = 0; j < MOST; j++)
                    for (uint32_t i = 0; i < STRIDE; i++) {
                        float value = i < rows ? in[(back ? rows - 1 - i : i) * STRIDE + j] : 0;
                        cr_assert_eq(out[j * STRIDE + i], i < rows && j < columns ? value : 0);
                    }
            }
}
