/* tuft cell transfer: what a cell makes of its receptive field R and its context C. */
#include "apps/cell_subject.h"
#include "apps/cell_table.h"
#include "apps/commands.h"
#include "apps/result.h"
#include "apps/suggest.h"
#include "cells/transfer.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 64, CURVES = 5, SHOWN = 9 };

typedef struct {
    common_options common;
    const char *name, *csv;
    double r_from, r_to, c_from, c_to;
    int64_t points;
} transfer_config;

static const transfer_config defaults = {
    .common = COMMON_DEFAULTS, .r_from = -2, .r_to = 2, .c_from = -2, .c_to = 2, .points = 41};

static const app_option operands[] = {
    {.metavar = "NAME",
     .help = "point, tm1, tm2, tm3, tm4, cooperation or all",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(transfer_config, name, const char *),
     .shown = "all"},
};

static const app_option options[] = {
    OPTION_SECTION("Grid"),
    OPTION_REAL(transfer_config, r_from, "r-from", "R", -1000, 1000, "least receptive field"),
    OPTION_REAL(transfer_config, r_to, "r-to", "R", -1000, 1000, "greatest"),
    OPTION_REAL(transfer_config, c_from, "c-from", "C", -1000, 1000, "least context"),
    OPTION_REAL(transfer_config, c_to, "c-to", "C", -1000, 1000, "greatest"),
    OPTION_INTEGER(transfer_config, points, "points", "N", 2, 401, "points each way"),
    OPTION_TEXT(transfer_config, csv, "csv", "FILE", "write the table"),
};

static const command_example examples[] = {
    {"tuft cell transfer all --report transfer.html", "curves and maps of all six"},
    {"tuft cell transfer tm3 --points 81 --csv tm3.csv", "one, as a table"},
};

/* The functions asked for: a flag each. */
static tuft_status asked(const transfer_config *c, int *wanted, tuft_error *err)
{
    const char *names[TUFT_TRANSFERS + 1];
    int found = 0;
    for (int t = 0; t < TUFT_TRANSFERS; t++) {
        names[t] = tuft_transfer_name((tuft_transfer)t);
        wanted[t] = !c->name || strcmp(c->name, "all") == 0 || strcmp(c->name, names[t]) == 0;
        found |= wanted[t];
    }
    names[TUFT_TRANSFERS] = "all";
    if (found)
        return TUFT_OK;
    const char *nearest = suggest_nearest(c->name, names, TUFT_TRANSFERS + 1);
    return nearest ? tuft_fail(err, TUFT_INVALID,
                               "unknown transfer function '%.60s', did you mean '%s'?", c->name,
                               nearest)
                   : tuft_fail(err, TUFT_INVALID,
                               "unknown transfer function '%.60s', expected point, tm1, tm2, tm3, "
                               "tm4, cooperation or all",
                               c->name);
}

static tuft_status check(const void *config, tuft_error *err)
{
    const transfer_config *c = config;
    int wanted[TUFT_TRANSFERS];
    if (!(c->r_from < c->r_to) || !(c->c_from < c->c_to))
        return tuft_fail(err, TUFT_INVALID, "R from %g to %g, C from %g to %g, expected ranges",
                         c->r_from, c->r_to, c->c_from, c->c_to);
    return asked(c, wanted, err);
}

/* y[points of C, from the greatest down][points of R] of one function. */
static tuft_status map_of(const transfer_config *c, tuft_transfer transfer, double *y,
                          tuft_error *err)
{
    size_t n = (size_t)c->points;
    float *r, *context = NULL;
    double *at = NULL;
    tuft_status status = TUFT_NEW(&r, n, "grid", err);
    if (!status)
        status = TUFT_NEW(&context, n, "grid", err);
    if (!status)
        status = TUFT_NEW(&at, 2 * n, "grid", err);
    if (!status) {
        cell_numbers_between(c->r_from, c->r_to, at, n);
        cell_numbers_between(c->c_to, c->c_from, at + n, n);
    }
    for (size_t row = 0; !status && row < n; row++) {
        for (size_t i = 0; i < n; i++) {
            r[i] = (float)at[i];
            context[i] = (float)at[n + row];
        }
        tuft_transfer_apply(transfer, r, context, r, (uint32_t)n);
        for (size_t i = 0; i < n; i++)
            y[row * n + i] = (double)r[i];
    }
    free(r);
    free(context);
    free(at);
    return status;
}

static tuft_status curves(app_report *report, const transfer_config *c, const char *name,
                          const double *y, tuft_error *err)
{
    size_t n = (size_t)c->points;
    double *r;
    char label[CURVES][TEXT], title[TEXT];
    plot_series series[CURVES];
    tuft_status status = TUFT_NEW(&r, n, "curve", err);
    if (status)
        return status;
    cell_numbers_between(c->r_from, c->r_to, r, n);
    for (size_t k = 0; k < CURVES; k++) {
        size_t row = k * (n - 1) / (CURVES - 1);
        snprintf(label[k], TEXT, "C = %.3g",
                 c->c_to + (c->c_from - c->c_to) * (double)row / (double)(n - 1));
        series[k] = (plot_series){label[k], r, y + row * n, NULL, NULL, n};
    }
    snprintf(title, TEXT, "%s over R", name);
    const plot_axes axes = {
        .title = title, .x_label = "receptive field R", .y_label = "y", .width = PLOT_HALF};
    report_lines(report, &axes, series, CURVES);
    free(r);
    return TUFT_OK;
}

/* Every so manieth row and column, so that the names of rows and columns can be read. */
static void heat_map(app_report *report, const transfer_config *c, const char *name,
                     const double *y)
{
    size_t n = (size_t)c->points, shown = n < SHOWN ? n : SHOWN;
    double value[SHOWN * SHOWN];
    char rows[SHOWN][TEXT], columns[SHOWN][TEXT], title[TEXT];
    const char *row_name[SHOWN], *column_name[SHOWN];
    for (size_t i = 0; i < shown; i++) {
        size_t at = i * (n - 1) / (shown - 1);
        double part = (double)at / (double)(n - 1);
        snprintf(rows[i], TEXT, "%.2g", c->c_to + (c->c_from - c->c_to) * part);
        snprintf(columns[i], TEXT, "%.2g", c->r_from + (c->r_to - c->r_from) * part);
        row_name[i] = rows[i];
        column_name[i] = columns[i];
        for (size_t k = 0; k < shown; k++)
            value[i * shown + k] = y[at * n + k * (n - 1) / (shown - 1)];
    }
    snprintf(title, TEXT, "%s over R and C", name);
    const plot_axes axes = {
        .title = title, .x_label = "receptive field R", .y_label = "context C", .width = PLOT_HALF};
    const plot_matrix matrix = {.value = value,
                                .rows = shown,
                                .columns = shown,
                                .row_name = row_name,
                                .column_name = column_name,
                                .map = COLOUR_DIVERGING,
                                .cells = PLOT_CELLS_WRITTEN,
                                .decimals = 1,
                                .unit = "y"};
    report_heatmap(report, &axes, &matrix);
}

static tuft_status write_report(const transfer_config *c, const int *wanted, const double *y,
                                tuft_error *err)
{
    static const char *const formula[] = {
        "ReLU6(R): context is ignored.",
        "R/2 (1 + exp(R C)), the exponent within -10 to 10 (Kay & Phillips 1997).",
        "R + R C.",
        "R (1 + tanh(R C)).",
        "R 2^(R C), the exponent R C ln 2 within -10 to 10.",
        "ReLU6(R² + 2 R + C (1 + |R|)) (Adeel et al. 2023)."};
    size_t n = (size_t)c->points;
    app_report *report;
    tuft_status status = report_new(&report, "Transfer functions of context-sensitive cells",
                                    "tuft cell transfer: what a cell makes of its receptive field "
                                    "R and its context C",
                                    err);
    if (status)
        return status;
    for (int t = 0; !status && t < TUFT_TRANSFERS; t++) {
        const char *name = tuft_transfer_name((tuft_transfer)t);
        if (!wanted[t])
            continue;
        report_section(report, name);
        report_text(report, "y = %s", formula[t]);
        status = curves(report, c, name, y + (size_t)t * n * n, err);
        heat_map(report, c, name, y + (size_t)t * n * n);
    }
    report_section(report, "Settings");
    report_settings(report, &cell_transfer_command, c);
    if (!status)
        status = report_write(report, c->common.report, err);
    report_free(report);
    return status;
}

static tuft_status tabulate(const transfer_config *c, const int *wanted, const double *y,
                            cell_table *table, tuft_error *err)
{
    size_t n = (size_t)c->points;
    double row[TUFT_TRANSFERS + 2];
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < n * n; i++) {
        size_t used = 2, along = i / n, up = n - 1 - along, across = i % n;
        row[0] = c->c_from + (c->c_to - c->c_from) * (double)along / (double)(n - 1);
        row[1] = c->r_from + (c->r_to - c->r_from) * (double)across / (double)(n - 1);
        for (int t = 0; t < TUFT_TRANSFERS; t++)
            if (wanted[t])
                row[used++] = y[((size_t)t * n + up) * n + across];
        status = cell_table_add(table, row, err);
    }
    return status;
}

/* Every so manieth row and column of the table. */
static void print(const cell_table *table, size_t n)
{
    size_t shown = n < CURVES ? n : CURVES;
    for (size_t k = 0; k < table->columns; k++)
        printf("%12s", table->column[k]);
    printf("\n");
    for (size_t i = 0; i < shown * shown; i++) {
        size_t row = i / shown * (n - 1) / (shown - 1) * n + i % shown * (n - 1) / (shown - 1);
        for (size_t k = 0; k < table->columns; k++)
            printf("%12.4g", table->value[row * table->columns + k]);
        printf("\n");
    }
}

/* column: what the table's heading points to, with room for all functions. */
static tuft_status work(const transfer_config *c, app_result *result, cell_table *table,
                        const char **column, double *y, tuft_error *err)
{
    int wanted[TUFT_TRANSFERS];
    size_t n = (size_t)c->points;
    tuft_status status = asked(c, wanted, err);
    table->columns = 2;
    for (int t = 0; !status && t < TUFT_TRANSFERS; t++) {
        if (wanted[t])
            column[table->columns++] = tuft_transfer_name((tuft_transfer)t);
        status = map_of(c, (tuft_transfer)t, y + (size_t)t * n * n, err);
    }
    if (!status)
        status = tabulate(c, wanted, y, table, err);
    if (status)
        return status;
    json_object_set_new(result_results(result), "points", cell_table_json(table));
    status = cell_table_csv(table, c->csv, err);
    if (!status)
        status = result_write(result, c->common.json, err);
    if (!status && c->common.report)
        status = write_report(c, wanted, y, err);
    if (!status)
        print(table, n);
    return status;
}

static tuft_status run(const void *settings, tuft_error *err)
{
    const transfer_config *c = settings;
    app_result *result;
    const char *column[TUFT_TRANSFERS + 2] = {"c", "r"};
    cell_table table = {.column = column};
    double *y = NULL;
    tuft_status status = result_new(&result, &cell_transfer_command, settings, err);
    if (!status)
        status = TUFT_NEW(&y, (size_t)(TUFT_TRANSFERS * c->points * c->points), "maps", err);
    if (!status)
        status = work(c, result, &table, column, y, err);
    free(y);
    cell_table_free(&table);
    result_free(result);
    return status;
}

const app_command cell_transfer_command = {
    .name = "cell transfer",
    .summary = "transfer functions of receptive field and context",
    .description = "Shows y = f(R, C) of the cooperative cells: a table over a grid of R and C, "
                   "curves and maps in the report.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(transfer_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
