/* An axis: range, round ticks and where a value falls in the picture. */
#ifndef TUFT_APPS_AXIS_H
#define TUFT_APPS_AXIS_H

#include <stddef.h>

typedef enum { AXIS_LINEAR, AXIS_LOG } axis_scale;

enum { AXIS_TICKS_MAX = 24 };

typedef struct {
    axis_scale scale;
    double low, high;  /* values at the two ends */
    double begin, end; /* pixels at the two ends */
    int ticks;
    double tick[AXIS_TICKS_MAX];
    double step; /* between ticks; linear */
} plot_axis;

/* An axis from low to high over pixels begin .. end with about `wanted` ticks at 1, 2 or 5 times a
 * power of ten. Ranges that are empty or not finite (or not positive, on a log axis) are widened
 * to something that can be drawn. */
plot_axis axis_new(axis_scale scale, double low, double high, double begin, double end, int wanted);

/* The same, with the ends moved out to the next ticks. */
plot_axis axis_new_round(axis_scale scale, double low, double high, double begin, double end,
                         int wanted);

/* Pixel of a value; NaN on a log axis for values <= 0. */
double axis_at(const plot_axis *axis, double value);

/* Label of a tick: digits as the step needs, thousands as k, M, G, tiny ones as powers. */
const char *axis_tick_text(const plot_axis *axis, int tick, char *text, size_t size);

#endif
