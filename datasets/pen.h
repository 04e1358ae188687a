/* A pen that writes a form: its path, and the image that it leaves.
 *
 * A form is a few strokes through control points, joined by uniform Catmull-Rom curves (Catmull &
 * Rom 1974). Points jitter, the whole is bent, squeezed, sheared and turned. The image: ink scaled
 * to fit 20 x 20, drawn with a round pen, anti-aliased, and moved so that its centre of mass is the
 * middle of 28 x 28, which is MNIST's own normalisation.
 */
#ifndef TUFT_DATASETS_PEN_H
#define TUFT_DATASETS_PEN_H

#include "core/philox.h"
#include "core/status.h"

enum { TUFT_PEN_POINTS = 16, TUFT_PEN_STROKES = 3, TUFT_PEN_PATH_LIMIT = 512, TUFT_PEN_SIDE = 28 };

/* Control points, y downwards, in heights of a digit (or of a tall letter), and strokes that visit
 * them by letter, a the first; a letter twice in a row is a corner. */
typedef struct {
    float point[TUFT_PEN_POINTS][2];
    const char *stroke[TUFT_PEN_STROKES];
} tuft_pen_form;

/* How a hand writes. */
typedef struct {
    double slant;    /* shear: columns to the right a unit of height */
    double squeeze;  /* width / height, as a factor of the form's own */
    double jitter;   /* sd of control points, in heights */
    double rotation; /* radians, clockwise on the image */
} tuft_pen_hand;

/* Where the pen is, point after point: segments between successive points, drawn unless the later
 * one begins a stroke. */
typedef struct {
    int count;
    struct {
        double x, y, radius; /* radius of the pen there; 0 before tuft_pen_press */
        int begins;          /* a stroke: the pen came here through the air */
    } at[TUFT_PEN_PATH_LIMIT];
} tuft_pen_path;

/* The form as the hand writes it once, heights about the middle (0.4, 0.5) of the form's box. */
void tuft_pen_trace(tuft_pen_path *path, const tuft_pen_form *form, const tuft_pen_hand *hand,
                    tuft_random *random);

/* Pressure: the pen's radius, pixels of the image, waxes and wanes by up to a fifth. */
void tuft_pen_press(tuft_pen_path *path, double radius, tuft_random *random);

/* The image, row-major, 0 background to 1 ink. The path is moved and scaled to the image. */
void tuft_pen_image(tuft_pen_path *path, double radius, float image[TUFT_PEN_SIDE * TUFT_PEN_SIDE]);

#endif
