#include "datasets/strokes.h"
#include "datasets/synthetic_vision.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = TUFT_STROKES_SIDE, PIXELS = SIDE * SIDE };

Test(strokes, digits_are_normalised_as_mnist_is)
{
    float image[PIXELS];
    for (uint64_t index = 0; index < 500; index++) {
        cr_assert_eq(tuft_strokes_draw((int)(index % 10), 3, index, image, NULL), TUFT_OK);
        double mass = 0, x = 0, y = 0, top = 0;
        int left = SIDE, right = -1, up = SIDE, down = -1;
        for (int i = 0; i < PIXELS; i++) {
            cr_assert(image[i] >= 0 && image[i] <= 1);
            mass += image[i];
            x += image[i] * (i % SIDE);
            y += image[i] * (int)(i / SIDE);
            top = fmax(top, image[i]);
            if (image[i] >= 0.5f) {
                left = i % SIDE < left ? i % SIDE : left;
                right = i % SIDE > right ? i % SIDE : right;
                up = i / SIDE < up ? i / SIDE : up;
                down = i / SIDE > down ? i / SIDE : down;
            }
        }
        cr_assert(top > 0.9);
        cr_assert(mass > 15 && mass < 250, "image %d: mass %g", (int)index, mass);
        /* Centre of mass in the middle: within ink being redrawn on another grid. */
        cr_assert_float_eq(x / mass, 13.5, 0.35);
        cr_assert_float_eq(y / mass, 13.5, 0.35);
        /* The longer side is 20, within what the grid and the pen's pressure make: nothing is
         * cut off. */
        int longer = right - left > down - up ? right - left + 1 : down - up + 1;
        cr_assert(longer >= 18 && longer <= 21, "image %d: %d", (int)index, longer);
    }
}

Test(strokes, an_index_names_an_image)
{
    float first[PIXELS], again[PIXELS], other[PIXELS];
    cr_assert_eq(tuft_strokes_draw(4, 1, 7, first, NULL), TUFT_OK);
    cr_assert_eq(tuft_strokes_draw(4, 1, 8, other, NULL), TUFT_OK);
    cr_assert_eq(tuft_strokes_draw(4, 1, 7, again, NULL), TUFT_OK);
    cr_assert_arr_eq(first, again, sizeof first);
    cr_assert(memcmp(first, other, sizeof first));
    cr_assert_eq(tuft_strokes_draw(4, 2, 7, other, NULL), TUFT_OK);
    cr_assert(memcmp(first, other, sizeof first));
    tuft_error err;
    cr_assert_eq(tuft_strokes_draw(10, 1, 0, first, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "digit 10"));
    cr_assert_eq(tuft_strokes_draw(-1, 1, 0, first, &err), TUFT_INVALID);
}

static double distance(const float *a, const float *b)
{
    double sum = 0;
    for (int i = 0; i < PIXELS; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/* The nearest of 400 drawn digits tells what another one is: they are alike, yet not the same. */
Test(strokes, digits_can_be_told_apart)
{
    enum { TRAIN = 400, TEST = 200 };
    float *image = malloc((TRAIN + TEST) * PIXELS * sizeof *image);
    cr_assert_not_null(image);
    for (int i = 0; i < TRAIN + TEST; i++)
        cr_assert_eq(tuft_strokes_draw(i % 10, 1, (uint64_t)i, image + i * PIXELS, NULL), TUFT_OK);
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
        right += best % 10 == i % 10;
    }
    cr_assert(right > TEST * 8 / 10, "%d of %d", right, TEST);
    free(image);
}

/* A writer's digits lie closer together than strangers'. */
Test(strokes, writers_have_a_hand)
{
    enum { PAIRS = 200 };
    double own = 0, strange = 0;
    float a[PIXELS], b[PIXELS], c[PIXELS];
    for (uint64_t i = 0; i < PAIRS; i++) {
        tuft_writer writer = tuft_strokes_writer(5, i), other = tuft_strokes_writer(5, i + 1);
        int digit = (int)(i % 10);
        cr_assert_eq(tuft_strokes_write(digit, &writer, 5, 3 * i, a, NULL), TUFT_OK);
        cr_assert_eq(tuft_strokes_write(digit, &writer, 5, 3 * i + 1, b, NULL), TUFT_OK);
        cr_assert_eq(tuft_strokes_write(digit, &other, 5, 3 * i + 2, c, NULL), TUFT_OK);
        own += distance(a, b);
        strange += distance(a, c);
    }
    cr_assert(own < 0.75 * strange, "%g, strangers %g", own / PAIRS, strange / PAIRS);
}

Test(synthetic_vision, recordings_do_not_depend_on_threads)
{
    enum { PER_CLASS = 22 };
    tuft_recordings one, two;
    cr_assert_eq(tuft_synthetic_vision(PER_CLASS, 4, 1, &one, NULL), TUFT_OK);
    cr_assert_eq(tuft_synthetic_vision(PER_CLASS, 4, 2, &two, NULL), TUFT_OK);
    cr_assert_eq(one.count, 10 * PER_CLASS);
    cr_assert_eq(one.classes, 10);
    cr_assert_eq(tuft_geometry_channels(one.geometry), 2312);
    double events = 0;
    for (size_t i = 0; i < one.count; i++) {
        const tuft_recording *a = &one.recording[i], *b = &two.recording[i];
        cr_assert_eq(a->label, (int)(i / PER_CLASS));
        cr_assert_eq(a->events.count, b->events.count);
        cr_assert_arr_eq(a->events.tick_us, b->events.tick_us,
                         a->events.count * sizeof *a->events.tick_us);
        cr_assert_arr_eq(a->events.channel, b->events.channel,
                         a->events.count * sizeof *a->events.channel);
        cr_assert(a->duration_us >= tuft_events_end_us(&a->events));
        events += (double)a->events.count;
    }
    cr_assert(events / (double)one.count > 2500 && events / (double)one.count < 6000, "%g",
              events / (double)one.count);
    cr_assert_str_eq(one.recording[0].source, "writer 0");
    cr_assert_str_eq(one.recording[21].source, "writer 1");
    cr_assert_str_eq(one.recording[PER_CLASS + 3].name, "1/00003");
    tuft_recordings_free(&one);
    tuft_recordings_free(&two);
    tuft_error err;
    cr_assert_eq(tuft_synthetic_vision(0, 4, 1, &one, &err), TUFT_INVALID);
    cr_assert_eq(tuft_synthetic_vision(SIZE_MAX, 4, 1, &one, &err), TUFT_INVALID);
    cr_assert_null(one.recording);
}
