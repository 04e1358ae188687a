#include "apps/markup.h"
#include "apps/plot_frame.h"

#include <math.h>

enum { PLOT_HEIGHT = 220, RADIUS = 5, LINE = 14, LABELS_MAX = 64 };

static void extend(double value, double *low, double *high)
{
    if (isfinite(value)) {
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
}

/* The range given, or that of the points with room around the outermost. */
static void range_of(axis_scale scale, double given_low, double given_high, double range[2])
{
    double *low = &range[0], *high = &range[1];
    if (given_low != given_high) {
        *low = given_low;
        *high = given_high;
    } else if (!(*low <= *high)) {
        *low = 0;
        *high = 1;
    } else if (scale == AXIS_LOG && *low > 0) {
        *low /= 1.3;
        *high *= 1.3;
    } else {
        double room = *high > *low ? 0.12 * (*high - *low) : fmax(0.1 * fabs(*low), 1e-3);
        *low -= *low >= 0 && *low < room ? *low : room;
        *high += room;
    }
}

static void draw_point(FILE *stream, const plot_axis *x, const plot_axis *y,
                       const plot_point *point, size_t index)
{
    double at_x = axis_at(x, point->x), at_y = axis_at(y, point->y);
    if (isfinite(point->low) && isfinite(point->high))
        fprintf(stream, "<path class=\"line c%zu\" d=\"M%.1f %.1fV%.1fM%.1f %.1fh8M%.1f %.1fh8\"/>",
                index % PLOT_COLOURS, at_x, axis_at(y, point->low), axis_at(y, point->high),
                at_x - 4, axis_at(y, point->low), at_x - 4, axis_at(y, point->high));
    fprintf(stream, "<circle class=\"dot f%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>\n",
            index % PLOT_COLOURS, at_x, at_y, (int)RADIUS);
}

typedef struct {
    double left, right, y;
    int before; /* its point: ends there */
} label_place;

static int is_free(const label_place *taken, size_t count, label_place it)
{
    for (size_t i = 0; i < count; i++)
        if (it.left < taken[i].right && taken[i].left < it.right && fabs(it.y - taken[i].y) < LINE)
            return 0;
    return 1;
}

/* Right of its point, or left of it near the edge; further down where another name is. */
static label_place place_label(const plot_frame *frame, const label_place *taken, size_t count,
                               const char *name, double x, double y)
{
    double width = plot_text_width(name, PLOT_TEXT);
    label_place it = {x + RADIUS + 5, x + RADIUS + 5 + width, y + 4, 0};
    if (it.right > frame->right) {
        it.before = 1;
        it.right = x - RADIUS - 5;
        it.left = it.right - width;
    }
    for (int away = 0; away < 2 * (int)LABELS_MAX && !is_free(taken, count, it); away++)
        it.y = y + 4 + (away % 2 ? -1 : 1) * LINE * (away / 2 + 1);
    return it;
}

static int is_drawn(const plot_axes *axes, const plot_point *point)
{
    return isfinite(point->x) && isfinite(point->y) &&
           (axes->x_scale == AXIS_LINEAR || point->x > 0) &&
           (axes->y_scale == AXIS_LINEAR || point->y > 0);
}

void plot_points(FILE *stream, const plot_axes *axes, const plot_point *point, size_t count)
{
    double width = plot_pixels(axes), x_range[2] = {INFINITY, -INFINITY};
    double y_range[2] = {INFINITY, -INFINITY};
    label_place taken[LABELS_MAX];
    size_t labels = 0;
    plot_frame frame = {.width = width, .right = width - 14, .top = 12};
    frame.bottom = frame.top + PLOT_HEIGHT;
    frame.height = frame.bottom + (axes->x_label ? 44 : 26);
    for (size_t i = 0; i < count; i++)
        if (is_drawn(axes, &point[i])) {
            extend(point[i].x, &x_range[0], &x_range[1]);
            extend(point[i].y, &y_range[0], &y_range[1]);
            extend(point[i].low, &y_range[0], &y_range[1]);
            extend(point[i].high, &y_range[0], &y_range[1]);
        }
    for (size_t i = 0; i < axes->mark_count; i++)
        extend(axes->marks[i].value, &y_range[0], &y_range[1]);
    range_of(axes->x_scale, axes->x_low, axes->x_high, x_range);
    range_of(axes->y_scale, axes->y_low, axes->y_high, y_range);
    plot_axis y = axis_new(axes->y_scale, y_range[0], y_range[1], frame.bottom, frame.top, 6);
    frame.left = plot_left_margin(&y, axes->y_label);
    plot_axis x = axis_new(axes->x_scale, x_range[0], x_range[1], frame.left, frame.right,
                           axes->width == PLOT_WIDE ? 10 : 5);
    plot_open(stream, axes, frame.width, frame.height);
    plot_y_axis(stream, &frame, &y, axes->y_label, PLOT_GRID);
    for (size_t i = 0; i < count; i++)
        if (is_drawn(axes, &point[i]))
            draw_point(stream, &x, &y, &point[i], i);
    for (size_t i = 0; i < count && labels < LABELS_MAX; i++) {
        if (!is_drawn(axes, &point[i]) || !point[i].name)
            continue;
        label_place it = place_label(&frame, taken, labels, point[i].name, axis_at(&x, point[i].x),
                                     axis_at(&y, point[i].y));
        fprintf(stream, "<text class=\"label halo%s\" x=\"%.1f\" y=\"%.1f\">",
                it.before ? " end" : "", it.before ? it.right : it.left, it.y);
        markup_text(stream, point[i].name);
        fputs("</text>\n", stream);
        taken[labels++] = it;
    }
    plot_marks(stream, &frame, &y, axes);
    plot_x_axis(stream, &frame, &x, axes->x_label);
    plot_close(stream);
}
