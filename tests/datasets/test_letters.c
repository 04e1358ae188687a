#include "datasets/letters.h"

#include "datasets/pen_motion.h"
#include "datasets/synthetic_vision.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIXELS = TUFT_PEN_SIDE * TUFT_PEN_SIDE };

#define OK(call) cr_assert_eq((call), TUFT_OK)

static double distance(const float *a, const float *b)
{
    double sum = 0;
    for (int i = 0; i < PIXELS; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/* The nearest of 780 letters by other writers tells what a letter is, most of the time. */
Test(letters, can_be_told_apart)
{
    enum { TRAIN = 30 * TUFT_LETTERS, TEST = 10 * TUFT_LETTERS };
    float *image = malloc((size_t)(TRAIN + TEST) * PIXELS * sizeof *image);
    cr_assert_not_null(image);
    for (int i = 0; i < TRAIN + TEST; i++) {
        tuft_letter_writer writer = tuft_letters_writer(1, (uint64_t)(i / TUFT_LETTERS));
        OK(tuft_letters_draw(i % TUFT_LETTERS, &writer, 1, (uint64_t)i, image + i * PIXELS, NULL));
    }
    int right = 0;
    for (int i = TRAIN; i < TRAIN + TEST; i++) {
        int best = 0;
        double least = INFINITY;
        for (int k = 0; k < TRAIN; k++) {
            double d = distance(image + i * PIXELS, image + k * PIXELS);
            if (d < least) {
                least = d;
                best = k;
            }
        }
        right += best % TUFT_LETTERS == i % TUFT_LETTERS;
    }
    cr_assert(right > TEST * 3 / 4 && right < TEST, "%d of %d", right, TEST);
    free(image);
}

/* Ink is where MNIST has it: inside the image, its centre of mass in the middle. */
Test(letters, images_are_centred)
{
    for (int letter = 0; letter < TUFT_LETTERS; letter++) {
        const tuft_letter_writer writer = tuft_letters_writer(2, (uint64_t)letter);
        float image[PIXELS];
        OK(tuft_letters_draw(letter, &writer, 2, 7, image, NULL));
        double mass = 0, x = 0, y = 0;
        for (int i = 0; i < PIXELS; i++) {
            cr_assert(image[i] >= 0 && image[i] <= 1);
            mass += image[i];
            x += image[i] * (i % TUFT_PEN_SIDE);
            y += image[i] * (int)(i / TUFT_PEN_SIDE);
        }
        cr_assert(mass > 20 && mass < 300, "%c: %g", 'a' + letter, mass);
        cr_assert_float_eq(x / mass, 13.5, 0.75);
        cr_assert_float_eq(y / mass, 13.5, 0.75);
    }
}

Test(letters, what_is_no_letter_is_refused)
{
    const tuft_letter_writer writer = tuft_letters_writer(1, 0);
    tuft_pen_path path;
    tuft_error err;
    for (int letter = -1; letter <= TUFT_LETTERS; letter += TUFT_LETTERS + 1) {
        cr_assert_eq(tuft_letters_write(letter, &writer, 1, 0, &path, &err), TUFT_INVALID);
        cr_assert_not_null(strstr(err.message, "expected 0 to 25"));
    }
}

Test(letters, recordings_before_the_sensor)
{
    tuft_recordings one, two, more;
    OK(tuft_synthetic_letters(3, 4, 1, &one, NULL));
    OK(tuft_synthetic_letters(3, 4, 2, &two, NULL));
    OK(tuft_synthetic_letters(4, 4, 2, &more, NULL));
    cr_assert(one.count == 78 && one.classes == TUFT_LETTERS && one.geometry.width == 34);
    for (size_t i = 0; i < one.count; i++) {
        const tuft_events *a = &one.recording[i].events, *b = &two.recording[i].events;
        cr_assert_eq(one.recording[i].label, (int)i / 3);
        cr_assert_eq(a->count, b->count);
        cr_assert_eq(memcmp(a->tick_us, b->tick_us, a->count * sizeof *a->tick_us), 0);
        cr_assert_eq(memcmp(a->channel, b->channel, a->count * sizeof *a->channel), 0);
    }
    cr_assert_str_eq(one.recording[77].name, "z/00002");
    cr_assert_str_eq(one.recording[77].source, "writer 2");
    cr_assert_str_eq(more.recording[4].name, "b/00000");
    tuft_recordings_free(&one);
    tuft_recordings_free(&two);
    tuft_recordings_free(&more);
}

/* ---- the pen in time ------------------------------------------------------------------------- */

/* A circle of radius r: curvature 1 / r, hence speed pace (1/r + 1)^(-1/3), all the way. */
Test(pen_motion, speed_follows_curvature)
{
    static const double radius[] = {0.1, 0.3, 1};
    for (int c = 0; c < 3; c++) {
        const double r = radius[c], pace = 2, expected = pace * pow(1 / r + 1, -1.0 / 3);
        tuft_pen_path path = {.count = 400};
        for (int i = 0; i < path.count; i++) {
            path.at[i].x = r * cos(2 * M_PI * i / 200);
            path.at[i].y = r * sin(2 * M_PI * i / 200);
        }
        path.at[0].begins = 1;
        tuft_pen_motion m;
        OK(tuft_pen_move(&path, pace, &m, NULL));
        const size_t k = m.count / 2;
        /* Smoothing by sd s shrinks a turning vector by exp(-(w s)^2 / 2), w = v / r. */
        const double w = expected / r * TUFT_PEN_SMOOTH_MS * 1e-3;
        cr_assert_float_eq(hypot(m.vx[k], m.vy[k]), expected * exp(-w * w / 2), 0.02 * expected);
        cr_assert_float_eq(m.down[k], 1, 1e-9);
        cr_assert_float_eq(m.vx[0], 0, 1e-9);
        cr_assert_float_eq(m.x[0], 0, 1e-12);
        tuft_pen_motion_free(&m);
    }
}

/* Where the pen ends is where the path ends, whatever came between; v is the derivative of x. */
Test(pen_motion, positions_and_velocities_agree)
{
    for (int letter = 0; letter < TUFT_LETTERS; letter++) {
        const tuft_letter_writer writer = tuft_letters_writer(3, (uint64_t)letter);
        tuft_pen_path path;
        tuft_pen_motion m;
        OK(tuft_letters_write(letter, &writer, 3, 0, &path, NULL));
        OK(tuft_pen_move(&path, 5, &m, NULL));
        const int last = path.count - 1;
        cr_assert_float_eq(m.x[m.count - 1], path.at[last].x - path.at[0].x, 1e-3);
        cr_assert_float_eq(m.y[m.count - 1], path.at[last].y - path.at[0].y, 1e-3);
        double x = 0, up = 0;
        for (size_t k = 0; k < m.count; k++) {
            x += m.vx[k] * 1e-3;
            up += m.down[k] < 0.5;
        }
        cr_assert_float_eq(x, m.x[m.count - 1], 1e-2);
        cr_assert(m.count > 250 && m.count < 1500, "%c: %zu ms", 'a' + letter, m.count);
        /* Rest before and after, and the air between two strokes. */
        cr_assert_geq(up, 2 * 80 - 10);
        tuft_pen_motion_free(&m);
    }
}

Test(pen_motion, what_cannot_be_moved_is_refused)
{
    tuft_pen_path path = {.count = 2};
    tuft_pen_motion m;
    path.at[0].begins = 1;
    path.at[1].x = 1;
    cr_assert_eq(tuft_pen_move(&path, 0, &m, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_pen_move(&path, NAN, &m, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_pen_move(&path, 1e-9, &m, NULL), TUFT_INVALID);
    path.count = 0;
    cr_assert_eq(tuft_pen_move(&path, 1, &m, NULL), TUFT_INVALID);
    cr_assert_null(m.x);
}
