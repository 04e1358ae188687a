#include "apps/plot_frame.h"

#include "apps/markup.h"

#include <math.h>

double plot_text_width(const char *text, double size)
{
    double letters = 0;
    for (; *text; text++)
        letters += ((unsigned char)*text & 0xc0) != 0x80; /* not the tail of a UTF-8 sequence */
    return 0.56 * size * letters;
}

double plot_pixels(const plot_axes *axes)
{
    return axes->width == PLOT_WIDE ? PLOT_WIDE_PIXELS : PLOT_HALF_PIXELS;
}

void plot_open(FILE *stream, const plot_axes *axes, double width, double height)
{
    fprintf(stream,
            "<svg viewBox=\"0 0 %.6g %.6g\" width=\"%.6g\" height=\"%.6g\" role=\"img\" "
            "aria-label=\"",
            width, height, width, height);
    markup_text(stream, axes->title ? axes->title : "figure");
    fputs("\">\n", stream);
}

void plot_close(FILE *stream)
{
    fputs("</svg>\n", stream);
}

double plot_left_margin(const plot_axis *y, const char *label)
{
    char text[48];
    double widest = 0;
    for (int i = 0; i < y->ticks; i++)
        widest = fmax(widest, plot_text_width(axis_tick_text(y, i, text, sizeof text), PLOT_SMALL));
    return widest + 12 + (label ? PLOT_TEXT + 10 : 4);
}

void plot_x_axis(FILE *stream, const plot_frame *frame, const plot_axis *x, const char *label)
{
    char text[48];
    fprintf(stream, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>\n", frame->left, frame->bottom,
            frame->right);
    for (int i = 0; i < x->ticks; i++) {
        double at = axis_at(x, x->tick[i]);
        fprintf(stream,
                "<path class=\"axis\" d=\"M%.1f %.1fv4\"/><text class=\"tick mid\" x=\"%.1f\" "
                "y=\"%.1f\">%s</text>\n",
                at, frame->bottom, at, frame->bottom + 16, axis_tick_text(x, i, text, sizeof text));
    }
    if (label) {
        fprintf(stream, "<text class=\"label mid\" x=\"%.1f\" y=\"%.1f\">",
                (frame->left + frame->right) / 2, frame->bottom + 34);
        markup_text(stream, label);
        fputs("</text>\n", stream);
    }
}

void plot_y_axis(FILE *stream, const plot_frame *frame, const plot_axis *y, const char *label,
                 plot_grid grid)
{
    char text[48];
    for (int i = 0; i < y->ticks; i++) {
        double at = axis_at(y, y->tick[i]);
        if (grid == PLOT_GRID)
            fprintf(stream, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>", frame->left, at,
                    frame->right);
        else
            fprintf(stream, "<path class=\"axis\" d=\"M%.1f %.1fh-4\"/>", frame->left, at);
        fprintf(stream, "<text class=\"tick end\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                frame->left - 7, at + 4, axis_tick_text(y, i, text, sizeof text));
    }
    if (label) {
        double middle = (frame->top + frame->bottom) / 2;
        fprintf(stream, "<text class=\"label mid\" transform=\"translate(%d %.1f) rotate(-90)\">",
                PLOT_TEXT, middle);
        markup_text(stream, label);
        fputs("</text>\n", stream);
    }
}

void plot_marks(FILE *stream, const plot_frame *frame, const plot_axis *y, const plot_axes *axes)
{
    for (size_t i = 0; i < axes->mark_count; i++) {
        double at = axis_at(y, axes->marks[i].value);
        if (!(at >= frame->top - 1 && at <= frame->bottom + 1))
            continue;
        fprintf(stream,
                "<path class=\"mark\" d=\"M%.1f %.1fH%.1f\"/><text class=\"tick end halo\" "
                "x=\"%.1f\" y=\"%.1f\">",
                frame->left, at, frame->right, frame->right, at - 4);
        markup_text(stream, axes->marks[i].label);
        fputs("</text>\n", stream);
    }
}

enum { LEGEND_TOP = 26, LEGEND_ROW = 18, LEFT_MARGIN = 76 };

plot_legend plot_legend_new(const plot_frame *frame)
{
    double left = frame->left > 0 ? frame->left : LEFT_MARGIN;
    return (plot_legend){left, frame->right - LEFT_MARGIN, left, -LEGEND_ROW};
}

void plot_legend_entry(FILE *stream, plot_legend *legend, const char *name, size_t index,
                       plot_key key)
{
    double mark = key == PLOT_KEY_LINE ? 26 : 18, width = mark + plot_text_width(name, PLOT_SMALL);
    if (legend->y < 0 ||
        (legend->x > legend->left && legend->x + width > legend->left + legend->room)) {
        legend->x = legend->left;
        legend->y += LEGEND_ROW;
    }
    if (stream) {
        if (key == PLOT_KEY_LINE)
            fprintf(stream, "<path class=\"line c%zu d%zu\" d=\"M%.1f %.1fh20\"/>",
                    index % PLOT_COLOURS, index % 4, legend->x, legend->y + 12);
        else
            fprintf(stream,
                    "<rect class=\"f%zu\" x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\"/>",
                    index % PLOT_COLOURS, legend->x, legend->y + 6);
        fprintf(stream, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\">", legend->x + mark,
                legend->y + 16);
        markup_text(stream, name);
        fputs("</text>\n", stream);
    }
    legend->x += width + 16;
}

double plot_legend_height(const plot_legend *legend)
{
    return legend->y < 0 ? 0 : legend->y + LEGEND_TOP;
}
