/* Where the crossbars of a liquid lie on one array that was measured: each is a rectangle of its
 * pairs. They are laid in shelves: from the left, one beside the other while the array is wide
 * enough, then below the tallest of the shelf. The same crossbars in the same order lie at the same
 * places.
 */
#ifndef TUFT_LSM_ARRAY_PLAN_H
#define TUFT_LSM_ARRAY_PLAN_H

#include "lsm/crossbar.h"

typedef struct {
    const tuft_crossbar *array; /* borrowed */
    uint32_t row, column;       /* of the next crossbar, in pairs */
    uint32_t shelf_rows;        /* of the tallest in this shelf */
} tuft_array_plan;

/* The next rows x columns pairs of the array, copied; its spread is the array's. TUFT_INVALID:
 * there are not so many left, with their number. On failure *out is zeroed and the plan is as it
 * was. */
tuft_status tuft_array_plan_take(tuft_array_plan *plan, uint32_t rows, uint32_t columns,
                                 tuft_crossbar *out, tuft_error *err);

#endif
