#include "apps/cell_table.h"

#include "apps/result.h"
#include "core/file.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

tuft_status cell_table_add(cell_table *table, const double *row, tuft_error *err)
{
    tuft_status status = TUFT_GROW(&table->value, &table->capacity,
                                   (table->rows + 1) * table->columns, "table", err);
    if (status)
        return status;
    memcpy(table->value + table->rows++ * table->columns, row, table->columns * sizeof *row);
    return TUFT_OK;
}

void cell_table_free(cell_table *table)
{
    free(table->value);
    *table = (cell_table){0};
}

tuft_status cell_table_csv(const cell_table *table, const char *path, tuft_error *err)
{
    tuft_output output;
    if (!path)
        return TUFT_OK;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    for (size_t c = 0; c < table->columns; c++)
        fprintf(output.stream, "%s%s", c ? "," : "", table->column[c]);
    for (size_t r = 0; r < table->rows; r++)
        for (size_t c = 0; c < table->columns; c++) {
            double value = table->value[r * table->columns + c];
            fputs(c ? "," : "\n", output.stream);
            if (!isnan(value))
                fprintf(output.stream, "%.9g", value);
        }
    fputc('\n', output.stream);
    return tuft_output_commit(&output, err);
}

json_t *cell_table_json(const cell_table *table)
{
    json_t *all = json_array();
    for (size_t r = 0; r < table->rows; r++) {
        json_t *row = json_object();
        for (size_t c = 0; c < table->columns; c++)
            json_object_set_new(row, table->column[c],
                                result_real(table->value[r * table->columns + c]));
        json_array_append_new(all, row);
    }
    return all;
}
