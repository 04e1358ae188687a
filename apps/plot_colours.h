/* Values as colours: what heat maps and surfaces share. */
#ifndef TUFT_APPS_PLOT_COLOURS_H
#define TUFT_APPS_PLOT_COLOURS_H

#include "apps/plot_frame.h"

/* The limits of a matrix's colours: those given, or of its values. */
void plot_matrix_range(const plot_matrix *matrix, double *low, double *high);

/* First letter of the classes of a map's levels (apps/report_style.c). */
char plot_map_letter(colour_map map);

/* All values as one picture for light pages and one for dark, of which the page shows one. */
void plot_matrix_picture(FILE *stream, const plot_frame *frame, const plot_matrix *matrix,
                         double low, double high);

/* What the colour bar and its numbers take right of the frame, pixels; 76 or more. */
double plot_colour_bar_space(double low, double high);
/* Right of the frame; its unit stands over it. */
void plot_colour_bar(FILE *stream, const plot_frame *frame, const plot_matrix *matrix, double low,
                     double high);

#endif
