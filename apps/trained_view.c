#include "apps/trained_view.h"

#include <stdio.h>

enum { ROWS = 4, COLUMNS = 4 };

static void fill(char (*row)[32], const char *name, uint64_t done, uint64_t dense, uint64_t shown)
{
    snprintf(row[0], sizeof row[0], "%s", name);
    snprintf(row[1], sizeof row[1], "%.4g M", (double)done / 1e6);
    snprintf(row[2], sizeof row[2], "%.4g k", (double)done / (double)shown / 1e3);
    snprintf(row[3], sizeof row[3], "%.4g M", (double)dense / 1e6);
}

void trained_view(app_report *report, const tuft_operations *o)
{
    static const char *const heading[] = {"training", "operations", "for each shown", "dense"};
    char row[ROWS][COLUMNS][32];
    const char *cell[ROWS * COLUMNS];
    if (!o->shown)
        return;
    fill(row[0], "forward", tuft_work_done(&o->forward), o->forward.dense, o->shown);
    fill(row[1], "backward", tuft_work_done(&o->backward), o->backward.dense, o->shown);
    fill(row[2], "updates", o->update, o->update, o->shown);
    fill(row[3], "all", tuft_operations_total(o), tuft_operations_dense(o), o->shown);
    for (size_t k = 0; k < ROWS * COLUMNS; k++)
        cell[k] = row[k / COLUMNS][k % COLUMNS];
    report_table(report,
                 "Operations of training, first seed: multiply-accumulates, and additions where "
                 "spikes and events add weights. Dense: the same with zeros counted.",
                 heading, COLUMNS, cell, ROWS);
}
