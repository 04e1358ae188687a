/* Handwritten-like digits, drawn: a built-in stand-in for MNIST that needs no file.
 *
 * A digit has one or more forms (1 with or without flag and foot, 4 open, closed or round, 7 with
 * or without bar ...). A form is a few strokes through control points, joined by uniform
 * Catmull-Rom curves (Catmull & Rom 1974). Points jitter, the whole is bent, sheared, rotated and
 * squeezed, then scaled to fit 20 x 20, drawn with a pen of varying pressure, anti-aliased, and
 * moved so that its centre of mass is the middle of 28 x 28: MNIST's own normalisation.
 */
#ifndef TUFT_DATASETS_STROKES_H
#define TUFT_DATASETS_STROKES_H

#include "datasets/pen.h"

enum { TUFT_STROKES_SIDE = TUFT_PEN_SIDE, TUFT_STROKES_DIGITS = 10 };

/* How somebody writes. Every digit of a writer varies around it. */
typedef struct {
    double slant;    /* shear: columns to the right a unit of height */
    double squeeze;  /* width / height, as a factor of the form's own */
    double radius;   /* of the pen, pixels of the final image */
    double jitter;   /* sd of control points, as a share of the height */
    double rotation; /* radians, clockwise on the image */
    uint32_t
        form[TUFT_STROKES_DIGITS]; /* preferred form of each digit, taken modulo their number */
} tuft_writer;

/* The writer of that number; number below 2^32. */
tuft_writer tuft_strokes_writer(uint64_t seed, uint64_t number);

/* A digit by that writer, image row-major, 0 background to 1 ink. The same (seed, index) and writer
 * draw the same image. index below 2^32. TUFT_INVALID where digit is not 0 to 9. */
tuft_status tuft_strokes_write(int digit, const tuft_writer *writer, uint64_t seed, uint64_t index,
                               float image[TUFT_STROKES_SIDE * TUFT_STROKES_SIDE], tuft_error *err);

/* A digit by a writer of its own: nobody writes twice. */
tuft_status tuft_strokes_draw(int digit, uint64_t seed, uint64_t index,
                              float image[TUFT_STROKES_SIDE * TUFT_STROKES_SIDE], tuft_error *err);

#endif
