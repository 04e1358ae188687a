#include "core/failure.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(failure, the_first_item_is_told_whatever_the_threads)
{
    tuft_failure failure = {0};
#pragma omp parallel for schedule(dynamic, 1) num_threads(4)
    for (int i = 999; i >= 0; i--) {
        tuft_error own = {.status = TUFT_OK};
        tuft_status status = TUFT_OK;
        if (i % 7 == 3)
            status = tuft_fail(&own, i % 2 ? TUFT_IO : TUFT_FORMAT, "item %d", i);
        tuft_failure_keep(&failure, status, (size_t)i, &own);
    }
    tuft_error err;
    cr_assert_eq(tuft_failure_tell(&failure, &err), TUFT_IO);
    cr_assert_str_eq(err.message, "item 3");
    cr_assert_eq(err.status, TUFT_IO);
    cr_assert_eq(tuft_failure_tell(&failure, NULL), TUFT_IO);
}

Test(failure, none_leaves_the_message_alone)
{
    tuft_failure failure = {0};
    tuft_error err = {.message = "as it was"};
    tuft_failure_keep(&failure, TUFT_OK, 0, NULL);
    cr_assert_eq(tuft_failure_tell(&failure, &err), TUFT_OK);
    cr_assert_str_eq(err.message, "as it was");
}
