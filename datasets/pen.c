#include "datasets/pen.h"

#include <math.h>
#include <string.h>

enum {
    CURVE_STEPS = 10, /* line segments between two control points */
    BOX = 20
};

static void add(tuft_pen_path *path, double x, double y, int begins)
{
    if (path->count == TUFT_PEN_PATH_LIMIT)
        return;
    path->at[path->count].x = x;
    path->at[path->count].y = y;
    path->at[path->count++].begins = begins;
}

static double catmull_rom(double before, double from, double to, double after, double u)
{
    return 0.5 * (2 * from + u * (to - before +
                                  u * (2 * before - 5 * from + 4 * to - after +
                                       u * (3 * from - before - 3 * to + after))));
}

static void stroke_points(tuft_pen_path *path, const double point[][2], const char *stroke)
{
    const int n = (int)strlen(stroke);
    add(path, point[stroke[0] - 'a'][0], point[stroke[0] - 'a'][1], 1);
    for (int i = 0; i + 1 < n; i++) {
        if (stroke[i] == stroke[i + 1])
            continue;
        const double *before = point[stroke[i > 0 ? i - 1 : 0] - 'a'],
                     *from = point[stroke[i] - 'a'], *to = point[stroke[i + 1] - 'a'],
                     *after = point[stroke[i + 2 < n ? i + 2 : n - 1] - 'a'];
        for (int k = 1; k <= CURVE_STEPS; k++) {
            double u = (double)k / CURVE_STEPS;
            add(path, catmull_rom(before[0], from[0], to[0], after[0], u),
                catmull_rom(before[1], from[1], to[1], after[1], u), 0);
        }
    }
}

void tuft_pen_trace(tuft_pen_path *path, const tuft_pen_form *form, const tuft_pen_hand *hand,
                    tuft_random *random)
{
    double point[TUFT_PEN_POINTS][2];
    for (int i = 0; i < TUFT_PEN_POINTS; i++)
        for (int axis = 0; axis < 2; axis++)
            point[i][axis] = form->point[i][axis] + hand->jitter * tuft_random_normal(random);
    path->count = 0;
    for (int i = 0; i < TUFT_PEN_STROKES && form->stroke[i]; i++)
        stroke_points(path, point, form->stroke[i]);
    const double bend = 0.04 * tuft_random_normal(random),
                 phase = 2 * M_PI * tuft_random_uniform(random),
                 slant = hand->slant + 0.06 * tuft_random_normal(random),
                 squeeze = hand->squeeze * exp(0.08 * tuft_random_normal(random)),
                 turn = hand->rotation + 0.04 * tuft_random_normal(random);
    const double cosine = cos(turn), sine = sin(turn);
    for (int i = 0; i < path->count; i++) {
        double y = path->at[i].y - 0.5;
        double x = squeeze * (path->at[i].x - 0.4) + bend * sin(4 * y + phase) - slant * y;
        path->at[i].x = cosine * x - sine * y;
        path->at[i].y = sine * x + cosine * y;
    }
}

void tuft_pen_press(tuft_pen_path *path, double radius, tuft_random *random)
{
    const double depth = 0.2 * tuft_random_uniform(random),
                 rate = 0.05 + 0.1 * tuft_random_uniform(random),
                 phase = 2 * M_PI * tuft_random_uniform(random);
    for (int i = 0; i < path->count; i++)
        path->at[i].radius = radius * (1 + depth * sin(rate * i + phase));
}

/* Scales the ink, pen included, to fit BOX x BOX about the middle of the image. */
static void fit(tuft_pen_path *path, double radius)
{
    double low_x = INFINITY, high_x = -INFINITY, low_y = INFINITY, high_y = -INFINITY;
    for (int i = 0; i < path->count; i++) {
        low_x = fmin(low_x, path->at[i].x);
        high_x = fmax(high_x, path->at[i].x);
        low_y = fmin(low_y, path->at[i].y);
        high_y = fmax(high_y, path->at[i].y);
    }
    const double scale = (BOX - 2 * radius) / fmax(high_x - low_x, high_y - low_y),
                 middle = (TUFT_PEN_SIDE - 1) / 2.0;
    for (int i = 0; i < path->count; i++) {
        path->at[i].x = middle + scale * (path->at[i].x - (low_x + high_x) / 2);
        path->at[i].y = middle + scale * (path->at[i].y - (low_y + high_y) / 2);
    }
}

/* How deep a pixel lies inside the ink of one segment: local radius minus distance. */
static double depth_in_segment(const tuft_pen_path *path, int i, double x, double y)
{
    double x0 = path->at[i - 1].x, y0 = path->at[i - 1].y;
    double dx = path->at[i].x - x0, dy = path->at[i].y - y0, length = dx * dx + dy * dy;
    double u = length > 0 ? ((x - x0) * dx + (y - y0) * dy) / length : 0;
    u = fmin(fmax(u, 0), 1);
    double r0 = path->at[i - 1].radius, r1 = path->at[i].radius;
    return r0 + u * (r1 - r0) - sqrt(pow(x - x0 - u * dx, 2) + pow(y - y0 - u * dy, 2));
}

static int within(double value)
{
    return value < 0 ? 0 : value > TUFT_PEN_SIDE - 1 ? TUFT_PEN_SIDE - 1 : (int)value;
}

/* Ink: 0.5 at the edge of the pen, a ramp 1.4 pixels wide across it. */
static void draw(const tuft_pen_path *path, float image[TUFT_PEN_SIDE * TUFT_PEN_SIDE])
{
    memset(image, 0, TUFT_PEN_SIDE * TUFT_PEN_SIDE * sizeof *image);
    for (int i = 1; i < path->count; i++) {
        if (path->at[i].begins)
            continue;
        double reach = 1 + fmax(path->at[i - 1].radius, path->at[i].radius);
        int left = within(fmin(path->at[i - 1].x, path->at[i].x) - reach),
            right = within(fmax(path->at[i - 1].x, path->at[i].x) + reach + 1),
            top = within(fmin(path->at[i - 1].y, path->at[i].y) - reach),
            bottom = within(fmax(path->at[i - 1].y, path->at[i].y) + reach + 1);
        for (int y = top; y <= bottom; y++)
            for (int x = left; x <= right; x++) {
                double ink = 0.5 + depth_in_segment(path, i, x, y) / 1.4;
                float *at = &image[y * TUFT_PEN_SIDE + x];
                *at = fmaxf(*at, (float)fmin(ink, 1));
            }
    }
}

/* Moves the path so that the ink's centre of mass comes to the middle of the image. */
static void centre(tuft_pen_path *path, const float image[TUFT_PEN_SIDE * TUFT_PEN_SIDE])
{
    double mass = 0, x = 0, y = 0;
    for (int i = 0; i < TUFT_PEN_SIDE * TUFT_PEN_SIDE; i++) {
        mass += image[i];
        x += image[i] * (i % TUFT_PEN_SIDE);
        y += image[i] * (int)(i / TUFT_PEN_SIDE);
    }
    const double middle = (TUFT_PEN_SIDE - 1) / 2.0;
    for (int i = 0; i < path->count; i++) {
        path->at[i].x += middle - x / mass;
        path->at[i].y += middle - y / mass;
    }
}

void tuft_pen_image(tuft_pen_path *path, double radius, float image[TUFT_PEN_SIDE * TUFT_PEN_SIDE])
{
    fit(path, radius);
    draw(path, image);
    centre(path, image);
    draw(path, image);
}
