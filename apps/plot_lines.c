#include "apps/plot_frame.h"

#include <math.h>
#include <string.h>

enum { PLOT_HEIGHT = 204, DRAWN_MAX = 3000, MARKERS_MAX = 40 };

static void extend(double value, axis_scale scale, double *low, double *high)
{
    if (!isfinite(value) || (scale == AXIS_LOG && value <= 0))
        return;
    *low = fmin(*low, value);
    *high = fmax(*high, value);
}

static void data_range(const plot_axes *axes, const plot_series *series, size_t count, double *x,
                       double *y)
{
    x[0] = y[0] = INFINITY;
    x[1] = y[1] = -INFINITY;
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < series[s].count; i++) {
            extend(series[s].x[i], axes->x_scale, &x[0], &x[1]);
            extend(series[s].y[i], axes->y_scale, &y[0], &y[1]);
            if (series[s].low && series[s].high) {
                extend(series[s].low[i], axes->y_scale, &y[0], &y[1]);
                extend(series[s].high[i], axes->y_scale, &y[0], &y[1]);
            }
        }
    for (size_t i = 0; i < axes->mark_count; i++)
        extend(axes->marks[i].value, axes->y_scale, &y[0], &y[1]);
    if (axes->x_low != axes->x_high) {
        x[0] = axes->x_low;
        x[1] = axes->x_high;
    }
}

/* Which of the points first .. last-1 to draw: the least and the greatest, in order. */
static void extremes(const double *y, size_t first, size_t last, size_t *pair)
{
    pair[0] = pair[1] = first;
    for (size_t i = first; i < last; i++) {
        if (y[i] < y[pair[0]] || isnan(y[pair[0]]))
            pair[0] = i;
        if (y[i] > y[pair[1]] || isnan(y[pair[1]]))
            pair[1] = i;
    }
    if (pair[0] > pair[1]) {
        size_t swap = pair[0];
        pair[0] = pair[1];
        pair[1] = swap;
    }
}

static int draw_point(FILE *stream, double x, double y, int pen_down)
{
    if (!isfinite(x) || !isfinite(y))
        return 0;
    fprintf(stream, "%s%.1f %.1f", pen_down ? "L" : "M", x, y);
    return 1;
}

static void draw_line(FILE *stream, const plot_axis *x, const plot_axis *y,
                      const plot_series *series, size_t index)
{
    size_t n = series->count, buckets = n > DRAWN_MAX ? DRAWN_MAX / 2 : n;
    int pen_down = 0;
    fprintf(stream, "<path class=\"line c%zu d%zu\" d=\"", index % PLOT_COLOURS, index % 4);
    for (size_t b = 0; b < buckets; b++) {
        size_t pair[2];
        extremes(series->y, b * n / buckets, (b + 1) * n / buckets, pair);
        for (size_t k = 0; k < (pair[0] == pair[1] ? 1u : 2u); k++)
            pen_down = draw_point(stream, axis_at(x, series->x[pair[k]]),
                                  axis_at(y, series->y[pair[k]]), pen_down);
    }
    fputs("\"/>\n", stream);
    for (size_t i = 0; n <= MARKERS_MAX && i < n; i++) {
        double at_x = axis_at(x, series->x[i]), at_y = axis_at(y, series->y[i]);
        if (isfinite(at_x) && isfinite(at_y))
            fprintf(stream, "<circle class=\"dot f%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
                    index % PLOT_COLOURS, at_x, at_y);
    }
}

static void draw_interval(FILE *stream, const plot_axis *x, const plot_axis *y,
                          const plot_series *series, size_t index)
{
    size_t n = series->count, drawn = n > DRAWN_MAX ? DRAWN_MAX : n;
    int pen_down = 0;
    if (!series->low || !series->high)
        return;
    if (n == 1) { /* no band: a bar */
        fprintf(stream, "<path class=\"line c%zu\" d=\"", index % PLOT_COLOURS);
        pen_down = draw_point(stream, axis_at(x, series->x[0]), axis_at(y, series->low[0]), 0);
        draw_point(stream, axis_at(x, series->x[0]), axis_at(y, series->high[0]), pen_down);
        fputs("\"/>\n", stream);
        return;
    }
    fprintf(stream, "<path class=\"band f%zu\" d=\"", index % PLOT_COLOURS);
    for (size_t k = 0; k < drawn; k++) {
        size_t i = k * n / drawn;
        pen_down |=
            draw_point(stream, axis_at(x, series->x[i]), axis_at(y, series->low[i]), pen_down);
    }
    for (size_t k = drawn; k-- > 0;) {
        size_t i = k * n / drawn;
        pen_down |=
            draw_point(stream, axis_at(x, series->x[i]), axis_at(y, series->high[i]), pen_down);
    }
    fputs(pen_down ? "Z\"/>\n" : "\"/>\n", stream);
}

static double draw_legend(FILE *stream, const plot_frame *frame, const plot_series *series,
                          size_t count)
{
    plot_legend legend = plot_legend_new(frame);
    for (size_t s = 0; s < count; s++)
        if (series[s].name)
            plot_legend_entry(stream, &legend, series[s].name, s, PLOT_KEY_LINE);
    return plot_legend_height(&legend);
}

void plot_lines(FILE *stream, const plot_axes *axes, const plot_series *series, size_t count)
{
    double width = plot_pixels(axes), x_range[2], y_range[2];
    plot_frame frame = {.width = width, .right = width - 14};
    data_range(axes, series, count, x_range, y_range);
    frame.top = fmax(6, draw_legend(NULL, &frame, series, count)) + 6;
    frame.bottom = frame.top + PLOT_HEIGHT;
    frame.height = frame.bottom + (axes->x_label ? 44 : 26);
    plot_axis y =
        axes->y_low != axes->y_high
            ? axis_new(axes->y_scale, axes->y_low, axes->y_high, frame.bottom, frame.top, 6)
            : axis_new_round(axes->y_scale, y_range[0], y_range[1], frame.bottom, frame.top, 6);
    frame.left = plot_left_margin(&y, axes->y_label);
    plot_axis x = axis_new(axes->x_scale, x_range[0], x_range[1], frame.left, frame.right,
                           axes->width == PLOT_WIDE ? 10 : 5);
    plot_open(stream, axes, frame.width, frame.height);
    plot_y_axis(stream, &frame, &y, axes->y_label, PLOT_GRID);
    /* An inner svg clips what lies outside given limits, without an id that must be unique. */
    double clip_x = frame.left - 4, clip_y = frame.top - 4;
    double clip_width = frame.right + 4 - clip_x, clip_height = frame.bottom + 4 - clip_y;
    fprintf(stream,
            "<svg x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
            "viewBox=\"%.1f %.1f %.1f %.1f\">\n",
            clip_x, clip_y, clip_width, clip_height, clip_x, clip_y, clip_width, clip_height);
    for (size_t s = 0; s < count; s++)
        draw_interval(stream, &x, &y, &series[s], s);
    for (size_t s = 0; s < count; s++)
        draw_line(stream, &x, &y, &series[s], s);
    fputs("</svg>\n", stream);
    draw_legend(stream, &frame, series, count);
    plot_marks(stream, &frame, &y, axes);
    plot_x_axis(stream, &frame, &x, axes->x_label);
    plot_close(stream);
}
