/* Figures as SVG for a report: fixed size, no script, colours from the page's style sheet.
 *
 * Every function writes one <svg> to stream. Arrays are borrowed for the call. NaN is a gap.
 */
#ifndef TUFT_APPS_PLOT_H
#define TUFT_APPS_PLOT_H

#include "apps/axis.h"
#include "apps/colour.h"
#include "core/events.h"

#include <stdio.h>

typedef enum { PLOT_HALF, PLOT_WIDE } plot_width;

enum { PLOT_COLOURS = 7 }; /* series past that repeat colours, dashes go on */

/* A horizontal line to compare with: chance, a published figure. */
typedef struct {
    double value;
    const char *label;
} plot_mark;

typedef struct {
    const char *title;             /* of the figure; also read aloud */
    const char *note;              /* a sentence under it, or NULL */
    const char *x_label, *y_label; /* with units: "time (ms)" */
    axis_scale x_scale, y_scale;
    double x_low, x_high; /* equal: from the data */
    double y_low, y_high;
    plot_width width;
    const plot_mark *marks;
    size_t mark_count;
} plot_axes;

typedef struct {
    const char *name; /* in the legend; NULL: none */
    const double *x, *y;
    const double *low, *high; /* the shaded interval around y, or NULL */
    size_t count;
} plot_series;

void plot_lines(FILE *stream, const plot_axes *axes, const plot_series *series, size_t count);

typedef struct {
    const char *name;         /* in the legend; NULL: none */
    const double *value;      /* [categories] */
    const double *low, *high; /* ends of the error bars, or NULL */
} plot_bar_series;

/* Grouped bars, `categories` groups of `count`. Bars grow from 0 (or from the lower end). */
void plot_bars(FILE *stream, const plot_axes *axes, const char *const *category, size_t categories,
               const plot_bar_series *series, size_t count);

/* Counts of values that are finite, in `bins` equal bins (in the logarithm on a log axis); bins 0:
 * Freedman & Diaconis 1981. */
void plot_histogram(FILE *stream, const plot_axes *axes, const double *value, size_t count,
                    int bins);

typedef enum { PLOT_CELLS_PLAIN, PLOT_CELLS_WRITTEN } plot_cells;

typedef struct {
    const double *value; /* [rows][columns], row 0 on top */
    size_t rows, columns;
    const char *const *row_name, *const *column_name; /* or NULL */
    colour_map map;
    double low, high;      /* equal: from the data, around 0 when diverging */
    plot_cells cells;      /* whether values are written in the cells (where there is room) */
    int decimals;          /* of these values */
    const uint64_t *count; /* [rows][columns] written small under the values, cells of 0
                              left blank; or NULL */
    const char *unit;      /* of the colour bar */
} plot_matrix;

/* A confusion or similarity matrix. axes gives labels and title. */
void plot_heatmap(FILE *stream, const plot_axes *axes, const plot_matrix *matrix);

/* A quantity over two axes, as a picture: columns from x_low to x_high, rows from y_high (row 0)
 * down to y_low; rows with names instead have no y axis. */
void plot_surface(FILE *stream, const plot_axes *axes, const plot_matrix *matrix);

/* A point with its name beside it. */
typedef struct {
    const char *name;
    double x, y, low, high; /* low, high: the interval of y; NaN: none */
} plot_point;

void plot_points(FILE *stream, const plot_axes *axes, const plot_point *point, size_t count);

/* Spikes of cells 0 .. cells-1 over time; time_us[i] belongs to cell[i]. */
void plot_spikes(FILE *stream, const plot_axes *axes, const double *time_us, const uint32_t *cell,
                 size_t count, uint32_t cells, double duration_us);

/* A recording. One row of channels: channel over time. A picture (height > 1): row over time and
 * the picture of all events, polarities in two colours. x_label and y_label of axes are not used.
 */
void plot_events(FILE *stream, const plot_axes *axes, const tuft_events *events,
                 tuft_geometry geometry, double duration_us);

#endif
