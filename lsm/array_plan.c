#include "lsm/array_plan.h"

#include "core/memory.h"

#include <string.h>

/* Where the next crossbar comes to lie; its row may be beyond the array. */
static tuft_array_plan place(tuft_array_plan plan, uint32_t columns)
{
    if (columns <= plan.array->columns - plan.column)
        return plan;
    plan.row += plan.shelf_rows;
    plan.column = 0;
    plan.shelf_rows = 0;
    return plan;
}

static tuft_status copy(const tuft_crossbar *array, uint32_t row, uint32_t column,
                        tuft_crossbar *out, tuft_error *err)
{
    size_t cells = (size_t)out->rows * out->columns;
    tuft_status status = TUFT_NEW(&out->plus, cells, "crossbar cells", err);
    if (!status)
        status = TUFT_NEW(&out->minus, cells, "crossbar cells", err);
    if (status) {
        tuft_crossbar_free(out);
        return status;
    }
    for (uint32_t i = 0; i < out->rows; i++) {
        size_t from = (size_t)(row + i) * array->columns + column, to = (size_t)i * out->columns;
        memcpy(out->plus + to, array->plus + from, out->columns * sizeof *out->plus);
        memcpy(out->minus + to, array->minus + from, out->columns * sizeof *out->minus);
    }
    return TUFT_OK;
}

tuft_status tuft_array_plan_take(tuft_array_plan *plan, uint32_t rows, uint32_t columns,
                                 tuft_crossbar *out, tuft_error *err)
{
    const tuft_crossbar *array = plan->array;
    tuft_array_plan next = place(*plan, columns);
    *out = (tuft_crossbar){.rows = rows, .columns = columns, .sd_siemens = array->sd_siemens};
    if (columns > array->columns || next.row > array->rows || rows > array->rows - next.row) {
        *out = (tuft_crossbar){0};
        return tuft_fail(err, TUFT_INVALID,
                         "measured array of %u x %u pairs: no room for a crossbar of %u x %u below "
                         "row %u, column %u",
                         array->rows, array->columns, rows, columns, plan->row, plan->column);
    }
    tuft_status status = copy(array, next.row, next.column, out, err);
    if (status)
        return status;
    next.column += columns;
    if (rows > next.shelf_rows)
        next.shelf_rows = rows;
    *plan = next;
    return TUFT_OK;
}
