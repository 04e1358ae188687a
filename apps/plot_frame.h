/* What all figures share: the canvas, axes with ticks and grid, legend, marks. */
#ifndef TUFT_APPS_PLOT_FRAME_H
#define TUFT_APPS_PLOT_FRAME_H

#include "apps/plot.h"

enum { PLOT_WIDE_PIXELS = 860, PLOT_HALF_PIXELS = 420, PLOT_TEXT = 12, PLOT_SMALL = 11 };

typedef struct {
    double width, height;            /* of the whole picture */
    double left, right, top, bottom; /* edges of the plot area */
} plot_frame;

/* Width of text in a sans-serif face of the given size, roughly. */
double plot_text_width(const char *text, double size);

double plot_pixels(const plot_axes *axes);
void plot_open(FILE *stream, const plot_axes *axes, double width, double height);
void plot_close(FILE *stream);

/* Space at the left for the labels of a vertical axis and its title. */
double plot_left_margin(const plot_axis *y, const char *label);

typedef enum { PLOT_GRID, PLOT_NO_GRID } plot_grid;
void plot_x_axis(FILE *stream, const plot_frame *frame, const plot_axis *x, const char *label);
void plot_y_axis(FILE *stream, const plot_frame *frame, const plot_axis *y, const char *label,
                 plot_grid grid);
void plot_marks(FILE *stream, const plot_frame *frame, const plot_axis *y, const plot_axes *axes);

/* Names with their colours over the plot area, from left to right, in as many rows as they need.
 * First without a stream, to see how high it gets, then with one. */
typedef enum { PLOT_KEY_LINE, PLOT_KEY_BOX } plot_key;
typedef struct {
    double left, room, x, y;
} plot_legend;
plot_legend plot_legend_new(const plot_frame *frame);
void plot_legend_entry(FILE *stream, plot_legend *legend, const char *name, size_t index,
                       plot_key key);
/* Pixels it takes, 0 without names. */
double plot_legend_height(const plot_legend *legend);

#endif
