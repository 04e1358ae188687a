#include "apps/markup.h"
#include "apps/plot_frame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 280, LABELLED_MAX = 24, BINS_MAX = 200 };

static void value_range(const plot_axes *axes, size_t categories, const plot_bar_series *series,
                        size_t count, double *low, double *high)
{
    *low = axes->y_scale == AXIS_LOG ? INFINITY : 0;
    *high = axes->y_scale == AXIS_LOG ? -INFINITY : 0;
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < categories; i++) {
            const double values[] = {series[s].value[i], series[s].low ? series[s].low[i] : NAN,
                                     series[s].high ? series[s].high[i] : NAN};
            for (size_t k = 0; k < 3; k++)
                if (isfinite(values[k]) && (axes->y_scale == AXIS_LINEAR || values[k] > 0)) {
                    *low = fmin(*low, values[k]);
                    *high = fmax(*high, values[k]);
                }
        }
    for (size_t i = 0; i < axes->mark_count; i++)
        *high = fmax(*high, axes->marks[i].value);
}

/* Names under the axis; slanted where they do not fit side by side. */
static double name_space(const char *const *category, size_t categories, double room, int *slanted)
{
    double widest = 0;
    for (size_t i = 0; i < categories; i++)
        widest = fmax(widest, plot_text_width(category[i], PLOT_SMALL));
    *slanted = widest > room - 4;
    return *slanted ? fmin(0.6 * widest + 14, 110) : 20;
}

static void draw_names(FILE *stream, const plot_frame *frame, const char *const *category,
                       size_t categories, double room, int slanted)
{
    for (size_t i = 0; i < categories; i++) {
        double at = frame->left + ((double)i + 0.5) * room;
        if (slanted)
            fprintf(stream,
                    "<text class=\"tick end\" transform=\"translate(%.1f %.1f) rotate(-35)\">",
                    at + 4, frame->bottom + 14);
        else
            fprintf(stream, "<text class=\"tick mid\" x=\"%.1f\" y=\"%.1f\">", at,
                    frame->bottom + 16);
        markup_text(stream, category[i]);
        fputs("</text>\n", stream);
    }
}

static void draw_bar(FILE *stream, const plot_axis *y, const plot_bar_series *series, size_t i,
                     size_t colour_index, double x, double width, int labelled)
{
    char text[32];
    double value = series->value[i], base = axis_at(y, y->scale == AXIS_LOG ? y->low : 0);
    double at = axis_at(y, value), top = fmin(at, base), highest = top;
    if (!isfinite(at))
        return;
    fprintf(stream,
            "<rect class=\"f%zu\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s"
            "</title></rect>",
            colour_index % PLOT_COLOURS, x, top, width, fabs(at - base),
            markup_number(value, 4, text, sizeof text));
    if (series->low && series->high && isfinite(series->low[i]) && isfinite(series->high[i])) {
        double middle = x + width / 2, from = axis_at(y, series->low[i]);
        double to = axis_at(y, series->high[i]), cap = fmin(5, width / 3);
        if (isfinite(from) && isfinite(to))
            fprintf(stream,
                    "<path class=\"error\" d=\"M%.1f %.1fV%.1fM%.1f %.1fh%.1fM%.1f %.1fh%.1f\"/>",
                    middle, from, to, middle - cap, from, 2 * cap, middle - cap, to, 2 * cap);
        highest = fmin(highest, fmin(from, to));
    }
    if (labelled)
        fprintf(stream, "<text class=\"tick mid halo\" x=\"%.1f\" y=\"%.1f\">%s</text>",
                x + width / 2, highest - 5, markup_number(value, 3, text, sizeof text));
    fputc('\n', stream);
}

static double draw_legend(FILE *stream, const plot_frame *frame, const plot_bar_series *series,
                          size_t count)
{
    plot_legend legend = plot_legend_new(frame);
    for (size_t s = 0; s < count; s++)
        if (series[s].name)
            plot_legend_entry(stream, &legend, series[s].name, s, PLOT_KEY_BOX);
    return plot_legend_height(&legend);
}

void plot_bars(FILE *stream, const plot_axes *axes, const char *const *category, size_t categories,
               const plot_bar_series *series, size_t count)
{
    double width = plot_pixels(axes), low, high;
    plot_frame frame = {.width = width, .right = width - 14};
    double legend = draw_legend(NULL, &frame, series, count);
    int slanted, labelled;
    /* Marks run on past the last bar, so that their names stand clear of the bars. */
    plot_frame marks;
    double mark_space = 0;
    for (size_t i = 0; i < axes->mark_count; i++)
        mark_space = fmax(mark_space, plot_text_width(axes->marks[i].label, PLOT_SMALL) + 6);
    frame.right -= mark_space;
    value_range(axes, categories, series, count, &low, &high);
    frame.top = fmax(6, legend) + 16;
    frame.height = HEIGHT + fmax(0, legend - 26);
    double room = (frame.right - 66) / (double)(categories ? categories : 1);
    frame.bottom =
        frame.height - name_space(category, categories, room, &slanted) - (axes->x_label ? 20 : 2);
    plot_axis y =
        axes->y_low != axes->y_high
            ? axis_new(axes->y_scale, axes->y_low, axes->y_high, frame.bottom, frame.top, 6)
            : axis_new_round(axes->y_scale, low, high, frame.bottom, frame.top, 6);
    frame.left = plot_left_margin(&y, axes->y_label);
    room = (frame.right - frame.left) / (double)(categories ? categories : 1);
    double bar = fmin(0.76 * room / (double)(count ? count : 1), 64);
    labelled = categories * count <= LABELLED_MAX && bar >= 22;
    plot_open(stream, axes, frame.width, frame.height);
    plot_y_axis(stream, &frame, &y, axes->y_label, PLOT_GRID);
    for (size_t i = 0; i < categories; i++)
        for (size_t s = 0; s < count; s++) {
            double x =
                frame.left + ((double)i + 0.5) * room + ((double)s - 0.5 * (double)count) * bar;
            draw_bar(stream, &y, &series[s], i, s, x + 1, bar - 2, labelled);
        }
    draw_legend(stream, &frame, series, count);
    marks = frame;
    marks.right += mark_space;
    plot_marks(stream, &marks, &y, axes);
    double base = axis_at(&y, y.scale == AXIS_LOG ? y.low : fmin(fmax(0, y.low), y.high));
    fprintf(stream, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>\n", frame.left, base,
            frame.right);
    draw_names(stream, &frame, category, categories, room, slanted);
    if (axes->x_label) {
        fprintf(stream, "<text class=\"label mid\" x=\"%.1f\" y=\"%.1f\">",
                (frame.left + frame.right) / 2, frame.height - 6);
        markup_text(stream, axes->x_label);
        fputs("</text>\n", stream);
    }
    plot_close(stream);
}

/* --- histogram ---------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The values that count, in the axis's own measure, sorted. */
static size_t sorted_values(const double *value, size_t count, axis_scale scale, double *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(value[i]) && (scale == AXIS_LINEAR || value[i] > 0))
            out[kept++] = scale == AXIS_LOG ? log10(value[i]) : value[i];
    qsort(out, kept, sizeof *out, ascending);
    return kept;
}

/* Freedman & Diaconis 1981: bin width 2 IQR n^(-1/3). */
static int bins_for(const double *sorted, size_t count)
{
    double range = count ? sorted[count - 1] - sorted[0] : 0;
    double quartiles = count ? sorted[3 * count / 4] - sorted[count / 4] : 0;
    double width = 2 * quartiles / cbrt((double)count);
    double bins = width > 0 ? ceil(range / width) : ceil(1 + log2((double)count + 1));
    return (int)fmin(fmax(bins, 5), BINS_MAX);
}

void plot_histogram(FILE *stream, const plot_axes *axes, const double *value, size_t count,
                    int bins)
{
    double counted[BINS_MAX] = {0}, most = 0, width = plot_pixels(axes);
    double *sorted = malloc((count ? count : 1) * sizeof *sorted);
    size_t kept = sorted ? sorted_values(value, count, axes->x_scale, sorted) : 0;
    double low = kept ? sorted[0] : 0, high = kept ? sorted[kept - 1] : 1;
    bins = bins > 0 && bins <= BINS_MAX ? bins : bins_for(sorted, kept);
    if (high <= low) {
        low -= 0.5;
        high += 0.5;
    }
    for (size_t i = 0; i < kept; i++) {
        int bin = (int)((sorted[i] - low) / (high - low) * bins);
        counted[bin < bins ? bin : bins - 1]++;
    }
    free(sorted);
    for (int i = 0; i < bins; i++)
        most = fmax(most, counted[i]);
    plot_frame frame = {.width = width, .height = HEIGHT, .right = width - 14, .top = 12};
    frame.bottom = HEIGHT - (axes->x_label ? 44 : 26);
    const char *y_label = axes->y_label ? axes->y_label : "count";
    plot_axis y = axis_new_round(AXIS_LINEAR, 0, most, frame.bottom, frame.top, 5);
    frame.left = plot_left_margin(&y, y_label);
    double ends[2] = {low, high};
    if (axes->x_scale == AXIS_LOG) {
        ends[0] = pow(10, low);
        ends[1] = pow(10, high);
    }
    plot_axis x = axis_new(axes->x_scale, ends[0], ends[1], frame.left, frame.right,
                           axes->width == PLOT_WIDE ? 10 : 5);
    plot_open(stream, axes, frame.width, frame.height);
    plot_y_axis(stream, &frame, &y, y_label, PLOT_GRID);
    double bar = (frame.right - frame.left) / bins, gap = fmin(1, bar / 8);
    for (int i = 0; i < bins; i++)
        if (counted[i] > 0)
            fprintf(stream,
                    "<rect class=\"f0\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\">"
                    "<title>%.0f</title></rect>\n",
                    frame.left + i * bar + gap / 2, axis_at(&y, counted[i]), bar - gap,
                    frame.bottom - axis_at(&y, counted[i]), counted[i]);
    plot_x_axis(stream, &frame, &x, axes->x_label);
    plot_close(stream);
}
