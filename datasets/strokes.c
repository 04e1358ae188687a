#include "datasets/strokes.h"

#include "core/philox.h"

#include <math.h>
#include <string.h>

enum {
    POINTS_LIMIT = 16,
    STROKES_LIMIT = 3,
    CURVE_STEPS = 10, /* line segments between two control points */
    TRACE_LIMIT = 512,
    SIDE = TUFT_STROKES_SIDE,
    BOX = 20
};

/* A way to write a digit: control points in a box of height 1 (y down), and strokes that visit
 * them by letter, a the first; a letter twice in a row is a corner. */
typedef struct {
    float point[POINTS_LIMIT][2];
    const char *stroke[STROKES_LIMIT];
} form;

typedef struct {
    int count;
    form form[4];
} digit_forms;

static const digit_forms forms[TUFT_STROKES_DIGITS] = {
    {3,
     {{{{.45f, .00f},
        {.12f, .25f},
        {.08f, .62f},
        {.30f, .97f},
        {.58f, .93f},
        {.72f, .55f},
        {.66f, .18f},
        {.42f, .02f}},
       {"abcdefgh"}},
      {{{.60f, .10f},
        {.40f, .01f},
        {.12f, .25f},
        {.05f, .65f},
        {.30f, .99f},
        {.62f, .80f},
        {.70f, .40f},
        {.55f, .08f},
        {.35f, .12f}},
       {"abcdefghi"}},
      {{{.50f, .02f},
        {.18f, .12f},
        {.02f, .50f},
        {.18f, .88f},
        {.50f, .98f},
        {.82f, .86f},
        {.95f, .50f},
        {.80f, .14f},
        {.52f, .00f}},
       {"abcdefghi"}}}},
    {4,
     {{{{.50f, .00f}, {.49f, .50f}, {.48f, 1.0f}}, {"abc"}},
      {{{.50f, .00f}, {.53f, .50f}, {.45f, 1.0f}}, {"abc"}},
      {{{.25f, .22f}, {.42f, .10f}, {.52f, .00f}, {.51f, .50f}, {.50f, 1.0f}}, {"abccde"}},
      {{{.25f, .22f},
        {.42f, .10f},
        {.52f, .00f},
        {.51f, .50f},
        {.50f, .98f},
        {.22f, .99f},
        {.80f, .98f}},
       {"abccde", "fg"}}}},
    {3,
     {{{{.08f, .24f},
        {.22f, .04f},
        {.52f, .02f},
        {.66f, .25f},
        {.50f, .55f},
        {.22f, .82f},
        {.02f, .99f},
        {.40f, .96f},
        {.75f, .97f}},
       {"abcdefgghi"}},
      {{{.10f, .18f},
        {.30f, .01f},
        {.60f, .08f},
        {.64f, .35f},
        {.42f, .68f},
        {.16f, .94f},
        {.04f, .86f},
        {.20f, .74f},
        {.45f, .90f},
        {.80f, .95f}},
       {"abcdefghij"}},
      {{{.02f, .12f},
        {.35f, .02f},
        {.62f, .20f},
        {.55f, .48f},
        {.28f, .78f},
        {.05f, .98f},
        {.35f, .90f},
        {.70f, 1.0f}},
       {"abcdeffgh"}}}},
    {3,
     {{{{.06f, .12f},
        {.32f, .00f},
        {.60f, .12f},
        {.54f, .36f},
        {.26f, .47f},
        {.58f, .56f},
        {.68f, .78f},
        {.42f, .98f},
        {.02f, .90f}},
       {"abcdeefghi"}},
      {{{.05f, .03f},
        {.60f, .02f},
        {.28f, .40f},
        {.58f, .50f},
        {.66f, .76f},
        {.40f, .99f},
        {.04f, .92f}},
       {"abbccdefg"}},
      {{{.08f, .06f},
        {.40f, .02f},
        {.60f, .20f},
        {.44f, .42f},
        {.24f, .46f},
        {.52f, .52f},
        {.64f, .74f},
        {.46f, .96f},
        {.16f, .98f},
        {.02f, .84f}},
       {"abcdefghij"}}}},
    {3,
     {{{{.10f, .02f},
        {.05f, .30f},
        {.06f, .52f},
        {.40f, .55f},
        {.84f, .47f},
        {.64f, .04f},
        {.60f, .50f},
        {.58f, 1.0f}},
       {"abcde", "fgh"}},
      {{{.52f, .00f},
        {.26f, .35f},
        {.02f, .66f},
        {.40f, .66f},
        {.80f, .62f},
        {.52f, .50f},
        {.50f, 1.0f}},
       {"abccde", "afg"}},
      {{{.08f, .04f},
        {.06f, .36f},
        {.24f, .52f},
        {.54f, .42f},
        {.66f, .02f},
        {.60f, .48f},
        {.56f, .99f}},
       {"abcd", "edfg"}}}},
    {3,
     {{{{.16f, .03f},
        {.12f, .22f},
        {.08f, .44f},
        {.36f, .38f},
        {.62f, .58f},
        {.54f, .88f},
        {.26f, 1.0f},
        {.00f, .90f},
        {.40f, .02f},
        {.70f, .00f}},
       {"abccdefgh", "aij"}},
      {{{.72f, .00f},
        {.44f, .03f},
        {.18f, .04f},
        {.12f, .24f},
        {.06f, .46f},
        {.34f, .40f},
        {.58f, .60f},
        {.52f, .86f},
        {.28f, .99f},
        {.02f, .92f}},
       {"abccdeefghij"}},
      {{{.66f, .02f},
        {.36f, .02f},
        {.16f, .14f},
        {.12f, .34f},
        {.40f, .48f},
        {.56f, .70f},
        {.40f, .96f},
        {.04f, .98f}},
       {"abcdefgh"}}}},
    {3,
     {{{{.54f, .00f},
        {.26f, .20f},
        {.08f, .56f},
        {.14f, .90f},
        {.42f, .98f},
        {.62f, .78f},
        {.48f, .56f},
        {.22f, .64f},
        {.10f, .80f}},
       {"abcdefghi"}},
      {{{.30f, .00f},
        {.14f, .34f},
        {.06f, .70f},
        {.24f, .98f},
        {.54f, .94f},
        {.60f, .70f},
        {.36f, .58f},
        {.10f, .74f}},
       {"abcdefgh"}},
      {{{.66f, .03f},
        {.36f, .08f},
        {.12f, .36f},
        {.06f, .72f},
        {.28f, .98f},
        {.56f, .86f},
        {.52f, .62f},
        {.26f, .56f},
        {.10f, .68f}},
       {"abcdefghi"}}}},
    {4,
     {{{{.02f, .05f}, {.36f, .05f}, {.70f, .03f}, {.50f, .45f}, {.34f, 1.0f}}, {"abccde"}},
      {{{.02f, .16f}, {.08f, .04f}, {.40f, .08f}, {.68f, .04f}, {.46f, .45f}, {.36f, 1.0f}},
       {"abcddef"}},
      {{{.02f, .05f},
        {.36f, .04f},
        {.70f, .03f},
        {.48f, .46f},
        {.30f, 1.0f},
        {.18f, .50f},
        {.70f, .47f}},
       {"abccde", "fg"}},
      {{{.02f, .14f}, {.28f, .02f}, {.58f, .04f}, {.62f, .24f}, {.52f, .60f}, {.46f, 1.0f}},
       {"abcdef"}}}},
    {3,
     {{{{.60f, .14f},
        {.36f, .01f},
        {.12f, .16f},
        {.24f, .40f},
        {.50f, .58f},
        {.60f, .82f},
        {.34f, .99f},
        {.06f, .82f},
        {.20f, .58f},
        {.50f, .36f},
        {.62f, .14f}},
       {"abcdefghijk"}},
      {{{.34f, .46f},
        {.12f, .26f},
        {.32f, .00f},
        {.58f, .18f},
        {.36f, .46f},
        {.06f, .76f},
        {.34f, 1.0f},
        {.66f, .76f},
        {.38f, .47f}},
       {"abcde", "afghi"}},
      {{{.66f, .06f},
        {.34f, .03f},
        {.16f, .22f},
        {.36f, .46f},
        {.54f, .72f},
        {.42f, .97f},
        {.18f, .92f},
        {.18f, .70f},
        {.44f, .42f},
        {.68f, .10f}},
       {"abcdefghij"}}}},
    {3,
     {{{{.62f, .14f},
        {.40f, .00f},
        {.10f, .16f},
        {.12f, .42f},
        {.38f, .48f},
        {.60f, .28f},
        {.64f, .10f},
        {.60f, .55f},
        {.54f, 1.0f}},
       {"abcdefgghi"}},
      {{{.60f, .18f},
        {.38f, .00f},
        {.08f, .18f},
        {.20f, .46f},
        {.50f, .40f},
        {.62f, .14f},
        {.62f, .58f},
        {.44f, .94f},
        {.10f, .94f}},
       {"abcdeffghi"}},
      {{{.50f, .06f},
        {.22f, .06f},
        {.06f, .30f},
        {.28f, .46f},
        {.52f, .26f},
        {.56f, .08f},
        {.52f, .50f},
        {.34f, 1.0f}},
       {"abcdefgh"}}}},
};

/* The path of the pen: segments between successive points unless the later one begins a stroke. */
typedef struct {
    int count;
    struct {
        double x, y, radius;
        int begins;
    } at[TRACE_LIMIT];
} trace;

static void trace_add(trace *path, double x, double y, int begins)
{
    if (path->count == TRACE_LIMIT)
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

static void trace_stroke(trace *path, const double point[][2], const char *stroke)
{
    const int n = (int)strlen(stroke);
    trace_add(path, point[stroke[0] - 'a'][0], point[stroke[0] - 'a'][1], 1);
    for (int i = 0; i + 1 < n; i++) {
        if (stroke[i] == stroke[i + 1])
            continue;
        const double *before = point[stroke[i > 0 ? i - 1 : 0] - 'a'],
                     *from = point[stroke[i] - 'a'], *to = point[stroke[i + 1] - 'a'],
                     *after = point[stroke[i + 2 < n ? i + 2 : n - 1] - 'a'];
        for (int k = 1; k <= CURVE_STEPS; k++) {
            double u = (double)k / CURVE_STEPS;
            trace_add(path, catmull_rom(before[0], from[0], to[0], after[0], u),
                      catmull_rom(before[1], from[1], to[1], after[1], u), 0);
        }
    }
}

/* Jittered control points, joined; then bent, squeezed, sheared and turned about the middle. */
static void trace_form(trace *path, const form *drawn, const tuft_writer *writer,
                       tuft_random *random)
{
    double point[POINTS_LIMIT][2];
    for (int i = 0; i < POINTS_LIMIT; i++)
        for (int axis = 0; axis < 2; axis++)
            point[i][axis] = drawn->point[i][axis] + writer->jitter * tuft_random_normal(random);
    path->count = 0;
    for (int i = 0; i < STROKES_LIMIT && drawn->stroke[i]; i++)
        trace_stroke(path, point, drawn->stroke[i]);
    const double bend = 0.04 * tuft_random_normal(random),
                 phase = 2 * M_PI * tuft_random_uniform(random),
                 slant = writer->slant + 0.06 * tuft_random_normal(random),
                 squeeze = writer->squeeze * exp(0.08 * tuft_random_normal(random)),
                 turn = writer->rotation + 0.04 * tuft_random_normal(random);
    const double cosine = cos(turn), sine = sin(turn);
    for (int i = 0; i < path->count; i++) {
        double y = path->at[i].y - 0.5;
        double x = squeeze * (path->at[i].x - 0.4) + bend * sin(4 * y + phase) - slant * y;
        path->at[i].x = cosine * x - sine * y;
        path->at[i].y = sine * x + cosine * y;
    }
}

/* Pressure: the pen's radius waxes and wanes along its way. */
static void trace_pen(trace *path, double radius, tuft_random *random)
{
    const double depth = 0.2 * tuft_random_uniform(random),
                 rate = 0.05 + 0.1 * tuft_random_uniform(random),
                 phase = 2 * M_PI * tuft_random_uniform(random);
    for (int i = 0; i < path->count; i++)
        path->at[i].radius = radius * (1 + depth * sin(rate * i + phase));
}

/* Scales the ink, pen included, to fit BOX x BOX about the middle of the image. */
static void trace_fit(trace *path, double radius)
{
    double low_x = INFINITY, high_x = -INFINITY, low_y = INFINITY, high_y = -INFINITY;
    for (int i = 0; i < path->count; i++) {
        low_x = fmin(low_x, path->at[i].x);
        high_x = fmax(high_x, path->at[i].x);
        low_y = fmin(low_y, path->at[i].y);
        high_y = fmax(high_y, path->at[i].y);
    }
    const double scale = (BOX - 2 * radius) / fmax(high_x - low_x, high_y - low_y),
                 middle = (SIDE - 1) / 2.0;
    for (int i = 0; i < path->count; i++) {
        path->at[i].x = middle + scale * (path->at[i].x - (low_x + high_x) / 2);
        path->at[i].y = middle + scale * (path->at[i].y - (low_y + high_y) / 2);
    }
}

/* How deep a pixel lies inside the ink of one segment: local radius minus distance. */
static double depth_in_segment(const trace *path, int i, double x, double y)
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
    return value < 0 ? 0 : value > SIDE - 1 ? SIDE - 1 : (int)value;
}

/* Ink: 0.5 at the edge of the pen, a ramp 1.4 pixels wide across it. */
static void trace_draw(const trace *path, float image[SIDE * SIDE])
{
    memset(image, 0, SIDE * SIDE * sizeof *image);
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
                float *at = &image[y * SIDE + x];
                *at = fmaxf(*at, (float)fmin(ink, 1));
            }
    }
}

/* Moves the path so that the ink's centre of mass comes to the middle of the image. */
static void trace_centre(trace *path, const float image[SIDE * SIDE])
{
    double mass = 0, x = 0, y = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        mass += image[i];
        x += image[i] * (i % SIDE);
        y += image[i] * (int)(i / SIDE);
    }
    const double middle = (SIDE - 1) / 2.0;
    for (int i = 0; i < path->count; i++) {
        path->at[i].x += middle - x / mass;
        path->at[i].y += middle - y / mass;
    }
}

/* Streams of images, of writers and of audio generators lie apart. */
static const uint64_t images_of = (uint64_t)0x5354 << 48, writers_of = (uint64_t)0x5357 << 48;

tuft_writer tuft_strokes_writer(uint64_t seed, uint64_t number)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_GENERATOR, writers_of | number);
    tuft_writer writer;
    writer.slant = 0.2 + 0.2 * tuft_random_normal(&random);
    writer.squeeze = exp(0.15 * tuft_random_normal(&random));
    writer.radius = 1.1 * exp(0.22 * tuft_random_normal(&random));
    writer.radius = fmin(fmax(writer.radius, 0.7), 2.0);
    writer.jitter = 0.02 + 0.025 * tuft_random_uniform(&random);
    writer.rotation = 0.05 * tuft_random_normal(&random);
    for (int i = 0; i < TUFT_STROKES_DIGITS; i++)
        writer.form[i] = tuft_random_u32(&random);
    return writer;
}

/* One digit in eight is not in the writer's preferred form. */
static const form *choose_form(int digit, const tuft_writer *writer, tuft_random *random)
{
    const uint32_t count = (uint32_t)forms[digit].count;
    uint32_t chosen = writer->form[digit] % count, other = tuft_random_below(random, count);
    return &forms[digit].form[tuft_random_below(random, 8) ? chosen : other];
}

tuft_status tuft_strokes_write(int digit, const tuft_writer *writer, uint64_t seed, uint64_t index,
                               float image[SIDE * SIDE], tuft_error *err)
{
    if (digit < 0 || digit >= TUFT_STROKES_DIGITS)
        return tuft_fail(err, TUFT_INVALID, "strokes: digit %d, expected 0 to 9", digit);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_GENERATOR, images_of | index);
    const form *drawn = choose_form(digit, writer, &random);
    const double radius = writer->radius * exp(0.08 * tuft_random_normal(&random));
    trace path;
    trace_form(&path, drawn, writer, &random);
    trace_pen(&path, radius, &random);
    trace_fit(&path, radius);
    trace_draw(&path, image);
    trace_centre(&path, image);
    trace_draw(&path, image);
    return TUFT_OK;
}

tuft_status tuft_strokes_draw(int digit, uint64_t seed, uint64_t index, float image[SIDE * SIDE],
                              tuft_error *err)
{
    /* Strangers: the upper half of the writers' numbers. */
    tuft_writer writer = tuft_strokes_writer(seed, (uint64_t)1 << 32 | index);
    return tuft_strokes_write(digit, &writer, seed, index, image, err);
}
