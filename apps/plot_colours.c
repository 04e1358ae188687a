#include "apps/plot_colours.h"

#include "apps/markup.h"

#include <math.h>
#include <stdlib.h>

enum { BAR_WIDTH = 12 };

void plot_matrix_range(const plot_matrix *matrix, double *low, double *high)
{
    *low = matrix->low;
    *high = matrix->high;
    if (*low != *high)
        return;
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < matrix->rows * matrix->columns; i++)
        if (isfinite(matrix->value[i])) {
            *low = fmin(*low, matrix->value[i]);
            *high = fmax(*high, matrix->value[i]);
        }
    if (matrix->map == COLOUR_DIVERGING) {
        *high = fmax(fabs(*low), fabs(*high));
        *low = -*high;
    } else if (*low > 0) {
        *low = 0;
    }
    if (!(isfinite(*low) && isfinite(*high) && *low < *high)) {
        *low = matrix->map == COLOUR_DIVERGING ? -1 : 0;
        *high = 1;
    }
}

char plot_map_letter(colour_map map)
{
    return map == COLOUR_DIVERGING ? 'e' : 'q';
}

void plot_matrix_picture(FILE *stream, const plot_frame *frame, const plot_matrix *matrix,
                         double low, double high)
{
    size_t cells = matrix->rows * matrix->columns;
    uint8_t *pixel = malloc(cells), palette[COLOUR_LEVELS + 1][4] = {{0}};
    for (size_t i = 0; pixel && i < cells; i++)
        pixel[i] = (uint8_t)(colour_level_of(matrix->value[i], low, high) + 1);
    for (int scheme = 0; pixel && scheme < 2; scheme++) {
        for (int level = 0; level < COLOUR_LEVELS; level++) {
            colour made = colour_level(matrix->map, (colour_scheme)scheme, level);
            uint8_t *entry = palette[level + 1];
            entry[0] = made.red;
            entry[1] = made.green;
            entry[2] = made.blue;
            entry[3] = 255;
        }
        fprintf(stream,
                "<image class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                "preserveAspectRatio=\"none\" href=\"",
                scheme == COLOUR_DARK ? "on-dark" : "on-light", frame->left, frame->top,
                frame->right - frame->left, frame->bottom - frame->top);
        markup_png(stream, pixel, (uint32_t)matrix->columns, (uint32_t)matrix->rows,
                   (const uint8_t(*)[4])palette, COLOUR_LEVELS + 1);
        fputs("\"/>\n", stream);
    }
    free(pixel);
}

double plot_colour_bar_space(double low, double high)
{
    char text[48];
    double widest = 0;
    plot_axis ticks = axis_new(AXIS_LINEAR, low, high, 200, 0, 5);
    for (int i = 0; i < ticks.ticks; i++)
        widest =
            fmax(widest, plot_text_width(axis_tick_text(&ticks, i, text, sizeof text), PLOT_SMALL));
    return fmax(76, 14 + BAR_WIDTH + 5 + widest + 4);
}

void plot_colour_bar(FILE *stream, const plot_frame *frame, const plot_matrix *matrix, double low,
                     double high)
{
    double x = frame->right + 14, height = fmin(frame->bottom - frame->top, 200);
    double step = height / COLOUR_LEVELS;
    char text[48];
    fputs("<g shape-rendering=\"crispEdges\">", stream);
    for (int level = 0; level < COLOUR_LEVELS; level++)
        fprintf(stream, "<rect class=\"%c%d\" x=\"%.1f\" y=\"%.2f\" width=\"%d\" height=\"%.2f\"/>",
                plot_map_letter(matrix->map), level, x, frame->top + height - (level + 1) * step,
                (int)BAR_WIDTH, step + (level ? 0.4 : 0));
    fputs("</g>\n", stream);
    plot_axis ticks = axis_new(AXIS_LINEAR, low, high, frame->top + height, frame->top, 5);
    for (int i = 0; i < ticks.ticks; i++)
        fprintf(stream, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x + BAR_WIDTH + 5,
                axis_at(&ticks, ticks.tick[i]) + 4, axis_tick_text(&ticks, i, text, sizeof text));
    if (matrix->unit) {
        fprintf(stream, "<text class=\"tick end\" x=\"%.1f\" y=\"%.1f\">", frame->right + 70,
                frame->top - 10);
        markup_text(stream, matrix->unit);
        fputs("</text>\n", stream);
    }
}
