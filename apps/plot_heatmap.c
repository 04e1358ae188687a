#include "apps/markup.h"
#include "apps/plot_colours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_AS_RECTANGLES = 1600 };

static void name_or_number(FILE *stream, const char *const *name, size_t i)
{
    if (name)
        markup_text(stream, name[i]);
    else
        fprintf(stream, "%zu", i);
}

/* "0.41", with a true minus sign. */
static const char *cell_text(double value, int decimals, char *text, size_t size)
{
    char plain[32];
    snprintf(plain, sizeof plain, "%.*f", decimals, fabs(value));
    snprintf(text, size, "%s%s", value < 0 && strpbrk(plain, "123456789") ? "−" : "", plain);
    return text;
}

/* Size of letters with which every value fits its cell; 0 where they are not to be written. */
static double cell_text_size(const plot_matrix *matrix, double cell_x, double cell_y)
{
    char text[48];
    double widest = 0.1;
    if (matrix->cells == PLOT_CELLS_PLAIN)
        return 0;
    for (size_t i = 0; i < matrix->rows * matrix->columns; i++)
        if (isfinite(matrix->value[i]))
            widest = fmax(widest,
                          plot_text_width(
                              cell_text(matrix->value[i], matrix->decimals, text, sizeof text), 1));
    double size = fmin(PLOT_SMALL, fmin(cell_y * 0.6, (cell_x - 3) / (1.08 * widest)));
    return size >= 6.5 ? size : 0;
}

/* 1, 2 or 5 times a power of ten, at least `least`. */
static size_t round_stride(double least)
{
    size_t power = 1;
    for (;; power *= 10)
        for (size_t i = 0; i < 3; i++) {
            size_t stride = power * (i == 0 ? 1 : i == 1 ? 2 : 5);
            if ((double)stride >= least)
                return stride;
        }
}

static unsigned long long count_at(const plot_matrix *matrix, size_t row, size_t column)
{
    return (unsigned long long)matrix->count[row * matrix->columns + column];
}

static void write_in_cell(FILE *stream, char letter, int level, double size, double x, double y,
                          const char *text)
{
    fprintf(stream,
            "<text class=\"mid %c%dt\" font-size=\"%.1f\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
            letter, level, size, x, y, text);
}

static void draw_cells(FILE *stream, const plot_frame *frame, const plot_matrix *matrix, double low,
                       double high)
{
    double cell_x = (frame->right - frame->left) / (double)matrix->columns;
    double cell_y = (frame->bottom - frame->top) / (double)matrix->rows;
    double gap = fmin(cell_x, cell_y) > 8 ? 1 : 0;
    double size = cell_text_size(matrix, cell_x, cell_y);
    int counted = matrix->count && cell_y > 2.7 * size;
    char letter = plot_map_letter(matrix->map), text[48];
    for (size_t r = 0; r < matrix->rows; r++)
        for (size_t c = 0; c < matrix->columns; c++) {
            double value = matrix->value[r * matrix->columns + c];
            double x = frame->left + (double)c * cell_x, y = frame->top + (double)r * cell_y;
            int level = colour_level_of(value, low, high);
            if (level < 0)
                continue;
            fprintf(stream,
                    "<rect class=\"%c%d\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\">"
                    "<title>",
                    letter, level, x, y, cell_x - gap, cell_y - gap);
            name_or_number(stream, matrix->row_name, r);
            fputs(", ", stream);
            name_or_number(stream, matrix->column_name, c);
            fprintf(stream, ": %s", markup_number(value, 4, text, sizeof text));
            if (matrix->count)
                fprintf(stream, " (%llu)", count_at(matrix, r, c));
            fputs("</title></rect>\n", stream);
            if (!(size > 0 && isfinite(value)) || (matrix->count && !count_at(matrix, r, c)))
                continue;
            double middle = x + (cell_x - gap) / 2, line = y + (cell_y - gap) / 2 + size * 0.36;
            if (counted)
                line -= size * 0.62;
            cell_text(value, matrix->decimals, text, sizeof text);
            write_in_cell(stream, letter, level, size, middle, line, text);
            if (counted) {
                snprintf(text, sizeof text, "%llu", count_at(matrix, r, c));
                write_in_cell(stream, letter, level, 0.85 * size, middle, line + 1.2 * size, text);
            }
        }
}

/* Pixels that a column needs for its name. */
static double column_name_space(const plot_matrix *matrix)
{
    double widest = 0;
    for (size_t c = 0; matrix->column_name && c < matrix->columns; c++)
        widest = fmax(widest, plot_text_width(matrix->column_name[c], PLOT_SMALL));
    return fmax(widest + 1, 24);
}

static void draw_names(FILE *stream, const plot_frame *frame, const plot_matrix *matrix)
{
    double cell_x = (frame->right - frame->left) / (double)matrix->columns;
    double cell_y = (frame->bottom - frame->top) / (double)matrix->rows;
    size_t every_row = round_stride(13 / cell_y);
    size_t every_column = round_stride(column_name_space(matrix) / cell_x);
    for (size_t r = 0; r < matrix->rows; r += every_row) {
        fprintf(stream, "<text class=\"tick end\" x=\"%.1f\" y=\"%.1f\">", frame->left - 6,
                frame->top + ((double)r + 0.5) * cell_y + 3.5);
        name_or_number(stream, matrix->row_name, r);
        fputs("</text>\n", stream);
    }
    for (size_t c = 0; c < matrix->columns; c += every_column) {
        fprintf(stream, "<text class=\"tick mid\" x=\"%.1f\" y=\"%.1f\">",
                frame->left + ((double)c + 0.5) * cell_x, frame->bottom + 15);
        name_or_number(stream, matrix->column_name, c);
        fputs("</text>\n", stream);
    }
}

static double widest_row_name(const plot_matrix *matrix)
{
    double widest = 24;
    for (size_t r = 0; matrix->row_name && r < matrix->rows; r++)
        widest = fmax(widest, plot_text_width(matrix->row_name[r], PLOT_SMALL) + 8);
    return fmin(widest, 180);
}

void plot_heatmap(FILE *stream, const plot_axes *axes, const plot_matrix *matrix)
{
    double low, high, width = plot_pixels(axes);
    if (!matrix->rows || !matrix->columns)
        return;
    plot_matrix_range(matrix, &low, &high);
    plot_frame frame = {.width = width, .top = matrix->unit ? 26 : 10};
    frame.left = widest_row_name(matrix) + (axes->y_label ? PLOT_TEXT + 8 : 2);
    double room = width - frame.left - plot_colour_bar_space(low, high);
    double cell = fmin(room / (double)matrix->columns, 44);
    double cell_y = fmin(cell, 640 / (double)matrix->rows);
    cell_y = fmax(cell_y, fmin(80 / (double)matrix->rows, cell));
    /* A matrix that is much wider than high would be a thin stripe: let its cells grow. They also
     * grow to hold the names of their columns. */
    double cell_x = fmax(cell, cell_y);
    if (matrix->column_name)
        cell_x = fmax(cell_x, column_name_space(matrix));
    frame.right = frame.left + fmin(room, cell_x * (double)matrix->columns);
    frame.bottom = frame.top + fmax(cell_y * (double)matrix->rows, 60);
    frame.height = frame.bottom + (axes->x_label ? 42 : 24);
    plot_open(stream, axes, width, frame.height);
    if (matrix->rows * matrix->columns <= CELLS_AS_RECTANGLES)
        draw_cells(stream, &frame, matrix, low, high);
    else
        plot_matrix_picture(stream, &frame, matrix, low, high);
    draw_names(stream, &frame, matrix);
    plot_colour_bar(stream, &frame, matrix, low, high);
    if (axes->x_label) {
        fprintf(stream, "<text class=\"label mid\" x=\"%.1f\" y=\"%.1f\">",
                (frame.left + frame.right) / 2, frame.bottom + 34);
        markup_text(stream, axes->x_label);
        fputs("</text>\n", stream);
    }
    if (axes->y_label) {
        fprintf(stream, "<text class=\"label mid\" transform=\"translate(%d %.1f) rotate(-90)\">",
                PLOT_TEXT, (frame.top + frame.bottom) / 2);
        markup_text(stream, axes->y_label);
        fputs("</text>\n", stream);
    }
    plot_close(stream);
}
