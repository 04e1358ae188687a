#include "apps/markup.h"
#include "apps/plot_colours.h"

#include <math.h>

enum { HALF_HEIGHT = 150, WIDE_HEIGHT = 240, NAMED_ROW = 20 };

static double names_space(const plot_matrix *matrix)
{
    double widest = 0;
    for (size_t r = 0; r < matrix->rows; r++)
        widest = fmax(widest, plot_text_width(matrix->row_name[r], PLOT_SMALL));
    return widest + 12;
}

static void draw_row_names(FILE *stream, const plot_frame *frame, const plot_matrix *matrix)
{
    double row = (frame->bottom - frame->top) / (double)matrix->rows;
    for (size_t r = 0; r < matrix->rows; r++) {
        fprintf(stream, "<text class=\"tick end\" x=\"%.1f\" y=\"%.1f\">", frame->left - 6,
                frame->top + ((double)r + 0.5) * row + 3.5);
        markup_text(stream, matrix->row_name[r]);
        fputs("</text>\n", stream);
    }
}

void plot_surface(FILE *stream, const plot_axes *axes, const plot_matrix *matrix)
{
    double low, high, width = plot_pixels(axes);
    if (!matrix->rows || !matrix->columns)
        return;
    plot_matrix_range(matrix, &low, &high);
    plot_frame frame = {.width = width,
                        .right = width - plot_colour_bar_space(low, high),
                        .top = matrix->unit ? 26 : 10};
    frame.bottom = frame.top + (matrix->row_name ? fmax(80, NAMED_ROW * (double)matrix->rows)
                                : axes->width == PLOT_WIDE ? WIDE_HEIGHT
                                                           : HALF_HEIGHT);
    frame.height = frame.bottom + (axes->x_label ? 44 : 26);
    plot_axis y = axis_new(axes->y_scale, axes->y_low, axes->y_high, frame.bottom, frame.top, 5);
    frame.left = matrix->row_name ? names_space(matrix) : plot_left_margin(&y, axes->y_label);
    plot_axis x = axis_new(axes->x_scale, axes->x_low, axes->x_high, frame.left, frame.right,
                           axes->width == PLOT_WIDE ? 10 : 5);
    plot_open(stream, axes, frame.width, frame.height);
    plot_matrix_picture(stream, &frame, matrix, low, high);
    if (matrix->row_name)
        draw_row_names(stream, &frame, matrix);
    else
        plot_y_axis(stream, &frame, &y, axes->y_label, PLOT_NO_GRID);
    fprintf(stream, "<path class=\"axis\" d=\"M%.1f %.1fV%.1f\"/>\n", frame.left, frame.top,
            frame.bottom);
    plot_x_axis(stream, &frame, &x, axes->x_label);
    plot_colour_bar(stream, &frame, matrix, low, high);
    plot_close(stream);
}
