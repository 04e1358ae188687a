/* A table of numbers that a `tuft cell` command found: the same for CSV and JSON. NaN is an empty
 * field, and null. */
#ifndef TUFT_APPS_CELL_TABLE_H
#define TUFT_APPS_CELL_TABLE_H

#include "core/status.h"

#include <jansson.h>
#include <stddef.h>

typedef struct {
    const char *const *column; /* borrowed: "rate_hz" */
    size_t columns, rows, capacity;
    double *value; /* [rows][columns] */
} cell_table;

/* row[columns]. */
tuft_status cell_table_add(cell_table *table, const double *row, tuft_error *err);
void cell_table_free(cell_table *table);

/* path NULL: nothing is written. */
tuft_status cell_table_csv(const cell_table *table, const char *path, tuft_error *err);
/* An array of objects. */
json_t *cell_table_json(const cell_table *table);

#endif
