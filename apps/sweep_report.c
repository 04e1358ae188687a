#include "apps/sweep.h"

#include "apps/report.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES_MAX = 7, NUMBER_SIZE = 32, FIGURES_MAX = 16, COLUMNS_MORE = 5 };

/* "results.accuracy" is the accuracy. */
static const char *metric_label(const char *metric)
{
    return strncmp(metric, "results.", 8) == 0 && metric[8] ? metric + 8 : metric;
}

/* ---- figures over one axis ------------------------------------------------------------------- */

/* The values of an axis in the order in which they are drawn: numbers ascending. */
static void order_values(const sweep_axis *axis, size_t *order)
{
    for (size_t i = 0; i < axis->values; i++) {
        size_t k = i;
        for (; axis->number && k > 0 && axis->number[order[k - 1]] > axis->number[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

/* How many points there are for one value of the axis. */
static size_t series_of(const sweep_grid *grid, size_t axis)
{
    return grid->points / grid->axis[axis].values;
}

/* How many points lie between one value of the axis and the next. */
static size_t stride_of(const sweep_grid *grid, size_t axis)
{
    size_t stride = 1;
    for (size_t a = axis + 1; a < grid->axes; a++)
        stride *= grid->axis[a].values;
    return stride;
}

/* The first point of series number s over the axis. */
static size_t base_of(const sweep_grid *grid, size_t axis, size_t s)
{
    size_t stride = stride_of(grid, axis);
    return s / stride * stride * grid->axis[axis].values + s % stride;
}

/* Arrays [series][values] and names [series] of a figure over one axis. */
typedef struct {
    size_t series, values, *order;
    double *x, *y, *low, *high;
    char **name;
    const char **category;
} axis_view;

static void axis_view_free(axis_view *view)
{
    for (size_t s = 0; view->name && s < view->series; s++)
        free(view->name[s]);
    free(view->order);
    free(view->x);
    free(view->y);
    free(view->low);
    free(view->high);
    free(view->name);
    free(view->category);
}

static tuft_status axis_view_new(axis_view *view, const sweep *of, size_t a, tuft_error *err)
{
    const sweep_axis *axis = &of->grid.axis[a];
    *view = (axis_view){.series = series_of(&of->grid, a), .values = axis->values};
    size_t n = view->series * view->values;
    tuft_status status = TUFT_NEW(&view->order, view->values, "figure", err);
    if (!status)
        status = TUFT_NEW(&view->x, view->values, "figure", err);
    if (!status)
        status = TUFT_NEW(&view->category, view->values, "figure", err);
    if (!status)
        status = TUFT_NEW(&view->y, n, "figure", err);
    if (!status)
        status = TUFT_NEW(&view->low, n, "figure", err);
    if (!status)
        status = TUFT_NEW(&view->high, n, "figure", err);
    if (!status)
        status = TUFT_NEW(&view->name, view->series, "figure", err);
    if (status)
        return status;
    order_values(axis, view->order);
    for (size_t i = 0; i < view->values; i++) {
        view->x[i] = axis->number ? axis->number[view->order[i]] : NAN;
        view->category[i] = axis->value[view->order[i]];
    }
    for (size_t s = 0; s < view->series; s++) {
        size_t base = base_of(&of->grid, a, s), stride = stride_of(&of->grid, a);
        for (size_t i = 0; i < view->values; i++) {
            const sweep_point *point = &of->point[base + view->order[i] * stride];
            view->y[s * view->values + i] = point->mean;
            view->low[s * view->values + i] = point->low;
            view->high[s * view->values + i] = point->high;
        }
        view->name[s] = sweep_grid_name(&of->grid, base, a);
        if (!view->name[s])
            return tuft_fail(err, TUFT_MEMORY, "sweep: no memory for a figure");
    }
    return TUFT_OK;
}

static void draw(app_report *report, const plot_axes *axes, const axis_view *view)
{
    plot_series line[SERIES_MAX];
    plot_bar_series bars[SERIES_MAX];
    int lines = !isnan(view->x[0]) && view->values > 1;
    for (size_t s = 0; s < view->series; s++) {
        size_t at = s * view->values;
        const char *name = view->series > 1 ? view->name[s] : NULL;
        line[s] = (plot_series){name,           view->x,         view->y + at,
                                view->low + at, view->high + at, view->values};
        bars[s] = (plot_bar_series){name, view->y + at, view->low + at, view->high + at};
    }
    if (lines)
        report_lines(report, axes, line, view->series);
    else
        report_bars(report, axes, view->category, view->values, bars, view->series);
}

static tuft_status view_axis(app_report *report, const sweep *of, size_t a, tuft_error *err)
{
    const experiment *e = &of->experiment;
    plot_mark mark[FIGURES_MAX];
    char title[160], label[FIGURES_MAX][48];
    size_t marks = 0;
    axis_view view;
    tuft_status status = axis_view_new(&view, of, a, err);
    for (size_t i = 0; i < e->published_count && marks < FIGURES_MAX; i++)
        if (strcmp(e->published[i].metric, of->metric) == 0) {
            snprintf(label[marks], sizeof label[marks], "published %.4g", e->published[i].value);
            mark[marks] = (plot_mark){e->published[i].value, label[marks]};
            marks++;
        }
    if (!status) {
        snprintf(title, sizeof title, "%.60s over %.60s.", metric_label(of->metric),
                 of->grid.axis[a].key);
        const plot_axes axes = {
            .title = title,
            .note = of->runs.seeds > 1
                        ? "Means over seeds; shaded or bars: 95 % interval of the mean (Student)."
                        : "One seed: no interval.",
            .x_label = of->grid.axis[a].key,
            .y_label = metric_label(of->metric),
            .x_scale = sweep_grid_geometric(view.x, view.values) ? AXIS_LOG : AXIS_LINEAR,
            .width = PLOT_WIDE,
            .marks = mark,
            .mark_count = marks};
        draw(report, &axes, &view);
    }
    axis_view_free(&view);
    return status;
}

static tuft_status view_figures(app_report *report, const sweep *of, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    size_t drawn = 0;
    for (size_t a = 0; !status && a < of->grid.axes; a++)
        if (series_of(&of->grid, a) <= SERIES_MAX) {
            status = view_axis(report, of, a, err);
            drawn++;
        }
    if (!drawn && of->grid.axes)
        report_text(report, "No figures: more than %d lines each. The table has all points.",
                    SERIES_MAX);
    return status;
}

/* ---- the table ------------------------------------------------------------------------------- */

typedef char number[NUMBER_SIZE];

static const char *number_text(double value, char *text)
{
    if (isnan(value))
        return "-";
    snprintf(text, NUMBER_SIZE, "%.5g", value);
    return text;
}

static tuft_status view_table(app_report *report, const sweep *of, tuft_error *err)
{
    size_t axes = of->grid.axes, columns = axes + COLUMNS_MORE;
    const char **cell = NULL, **heading = NULL;
    number *text = NULL;
    tuft_status status = TUFT_NEW(&cell, of->grid.points * columns, "table", err);
    if (!status)
        status = TUFT_NEW(&heading, columns, "table", err);
    if (!status)
        status = TUFT_NEW(&text, of->grid.points * COLUMNS_MORE, "table", err);
    for (size_t p = 0; !status && p < of->grid.points; p++) {
        const sweep_point *point = &of->point[p];
        number *own = text + p * COLUMNS_MORE;
        const char **row = cell + p * columns;
        for (size_t a = 0; a < axes; a++)
            row[a] = of->grid.axis[a].value[sweep_grid_at(&of->grid, p, a)];
        snprintf(own[0], NUMBER_SIZE, "%zu", point->n);
        row[axes] = own[0];
        row[axes + 1] = number_text(point->mean, own[1]);
        row[axes + 2] = number_text(point->sd, own[2]);
        row[axes + 3] = number_text(point->low, own[3]);
        row[axes + 4] = number_text(point->high, own[4]);
    }
    if (!status) {
        static const char *const more[COLUMNS_MORE] = {"n", "mean", "sd", "95 % from", "to"};
        for (size_t a = 0; a < axes; a++)
            heading[a] = of->grid.axis[a].key;
        memcpy(heading + axes, more, sizeof more);
        report_table(report, metric_label(of->metric), heading, columns, cell, of->grid.points);
    }
    free(cell);
    free(heading);
    free(text);
    return status;
}

/* ---- the page -------------------------------------------------------------------------------- */

static tuft_status best_card(app_report *report, const sweep *of, tuft_error *err)
{
    size_t most = 0;
    char value[NUMBER_SIZE], label[100];
    for (size_t p = 1; p < of->grid.points; p++)
        if (!(of->point[p].mean <= of->point[most].mean))
            most = isnan(of->point[p].mean) ? most : p;
    char *name = sweep_grid_name(&of->grid, most, of->grid.axes);
    if (!name)
        return tuft_fail(err, TUFT_MEMORY, "sweep: no memory for the page");
    snprintf(label, sizeof label, "Largest %.80s", metric_label(of->metric));
    if (!isnan(of->point[most].mean))
        report_card(report, of->grid.points > 1 ? label : metric_label(of->metric),
                    number_text(of->point[most].mean, value), *name ? name : NULL);
    free(name);
    return TUFT_OK;
}

static tuft_status cards(app_report *report, const sweep *of, tuft_error *err)
{
    char value[64], note[64];
    const experiment *e = &of->experiment;
    tuft_status status = best_card(report, of, err);
    snprintf(value, sizeof value, "%zu", of->runs.count);
    snprintf(note, sizeof note, "%zu points, %zu seed%s each%s", of->grid.points, of->runs.seeds,
             of->runs.seeds > 1 ? "s" : "", of->runs.failed ? "; some failed" : "");
    report_card(report, "Runs", value, note);
    for (size_t i = 0; i < e->published_count; i++)
        if (strcmp(e->published[i].metric, of->metric) == 0)
            report_card(report, "Published", number_text(e->published[i].value, value),
                        e->published[i].source);
    return status;
}

static void tell_failures(app_report *report, const sweep *of)
{
    if (!of->runs.failed)
        return;
    report_notice(report, "%zu of %zu runs failed and are left out:", of->runs.failed,
                  of->runs.count);
    for (size_t i = 0; i < of->runs.count; i++)
        if (of->runs.run[i].state == SWEEP_FAILED)
            report_text(report, "%s", of->runs.run[i].name);
}

tuft_status sweep_report(const sweep *of, const char *path, tuft_error *err)
{
    const experiment *e = &of->experiment;
    char subtitle[200];
    app_report *report;
    void *config;
    if (!path)
        return TUFT_OK;
    snprintf(subtitle, sizeof subtitle, "tuft sweep of %.100s (tuft %s)", e->path,
             e->settings.command->name);
    tuft_status status = report_new(&report, e->title, subtitle, err);
    if (status)
        return status;
    status = cards(report, of, err);
    if (e->description)
        report_text(report, "%s", e->description);
    tell_failures(report, of);
    report_section(report, "Figures");
    if (!status)
        status = view_figures(report, of, err);
    if (!status)
        status = view_table(report, of, err);
    report_section(report, "Settings of every run, but for the axes");
    if (!status)
        status = settings_config(&e->settings, &config, err);
    if (!status) {
        report_settings(report, e->settings.command, config);
        free(config);
    }
    if (!status)
        status = report_write(report, path, err);
    report_free(report);
    return status;
}
