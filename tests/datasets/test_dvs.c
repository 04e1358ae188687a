#include "datasets/dvs.h"
#include "datasets/nmnist.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 60, SENSOR = 34, PLANE = SENSOR * SENSOR };

/* An ideal sensor that sees the image move to the right by 8 pixels and back. */
static tuft_dvs_parameters ideal(void)
{
    tuft_dvs_parameters p = tuft_dvs_defaults();
    p.base = 8;
    p.apex_x = p.apex_y = 0;
    p.background = 1;
    p.foreground = 4;
    p.log_offset = 0;
    p.contrast_threshold = 0.3;
    p.threshold_spread = p.refractory_us = p.noise_hz = 0;
    return p;
}

/* Bright on the left, dark from column 30 on: sensor column 17 sees image column 30 at rest. */
static float *edge(void)
{
    float *image = calloc(SIDE * SIDE, sizeof *image);
    cr_assert_not_null(image);
    for (int i = 0; i < SIDE * SIDE; i++)
        image[i] = i % SIDE < SIDE / 2;
    return image;
}

static tuft_events look(const float *image, const tuft_dvs_parameters *p, uint64_t seed,
                        uint64_t index)
{
    tuft_events events;
    tuft_error err;
    cr_assert_eq(tuft_dvs_from_image(image, SIDE, SIDE, p, seed, index, &events, &err), TUFT_OK,
                 "%s", err.message);
    for (size_t i = 0; i < events.count; i++) {
        cr_assert(events.channel[i] < 2 * PLANE);
        cr_assert(events.tick_us[i] >= (i ? events.tick_us[i - 1] : 0));
        cr_assert(events.tick_us[i] < 3 * p->saccade_us);
    }
    return events;
}

/* Events of each channel before end. */
static void count_channels(const tuft_events *events, double end, int count[2 * PLANE])
{
    memset(count, 0, 2 * PLANE * sizeof *count);
    for (size_t i = 0; i < events->count; i++)
        if ((double)events->tick_us[i] < end)
            count[events->channel[i]]++;
}

Test(dvs, nothing_changes_nothing_fires)
{
    tuft_dvs_parameters p = ideal();
    float *image = edge();
    p.base = 0;
    tuft_events events = look(image, &p, 1, 0);
    cr_assert_eq(events.count, 0);
    tuft_events_free(&events);
    /* A plain wall that fills the view, moving. */
    p.base = 8;
    p.apex_y = 6;
    for (int i = 0; i < SIDE * SIDE; i++)
        image[i] = 0.7f;
    events = look(image, &p, 1, 0);
    cr_assert_eq(events.count, 0);
    tuft_events_free(&events);
    /* No contrast. */
    free(image);
    image = edge();
    p.foreground = p.background;
    events = look(image, &p, 1, 0);
    cr_assert_eq(events.count, 0);
    tuft_events_free(&events);
    free(image);
}

/* A pixel that an edge from I0 to I1 passes fires floor(ln(I1/I0) / threshold) times, all of one
 * polarity, which turns round with the direction. */
Test(dvs, an_edge_gives_its_log_contrast_over_the_threshold)
{
    tuft_dvs_parameters p = ideal();
    float *image = edge();
    const double gone = 2 * p.saccade_us;
    for (int step = 0; step < 3; step++) {
        p.contrast_threshold = 0.3 - 0.1 * step + 0.01;
        const int expected = (int)(log(4) / p.contrast_threshold);
        int right[2 * PLANE], left[2 * PLANE], both[2 * PLANE];
        p.base = 8;
        tuft_events events = look(image, &p, 1, 0);
        count_channels(&events, gone, right);
        count_channels(&events, INFINITY, both);
        tuft_events_free(&events);
        p.base = -8;
        events = look(image, &p, 1, 0);
        count_channels(&events, gone, left);
        tuft_events_free(&events);
        for (int y = 0; y < SENSOR; y++)
            for (int x = 0; x < SENSOR; x++) {
                int off = y * SENSOR + x, on = off + PLANE;
                /* At rest column 17 is the first dark one; it travels 4 columns either way. */
                int passed = x >= 13 && x < 21;
                cr_assert_eq(right[on], passed * expected, "x %d: %d", x, right[on]);
                cr_assert_eq(left[off], passed * expected, "x %d: %d", x, left[off]);
                cr_assert_eq(right[off] + left[on], 0);
                cr_assert(abs(both[off] - both[on]) <= 1); /* and back again */
            }
    }
    free(image);
}

/* Time of the n-th crossing of a pixel, from the equations of the header. */
static double crossing_us(const tuft_dvs_parameters *p, int x, int n)
{
    double value =
        p->background * (exp(n * p->contrast_threshold) - 1) / (p->foreground - p->background);
    /* Column x sees value once the edge, a ramp one pixel wide, has come this far. */
    double shift = x - 17 + value, low = 0, high = p->move_us;
    /* On the first leg the shift goes from -4 to 0. */
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2, u = middle / p->move_us;
        double way = -4 + 4 * (10 * pow(u, 3) - 15 * pow(u, 4) + 6 * pow(u, 5));
        *(way < shift ? &low : &high) = middle;
    }
    return (p->saccade_us - p->move_us) / 2 + low;
}

Test(dvs, times_are_those_of_the_crossings)
{
    tuft_dvs_parameters p = ideal();
    p.step_us = 100;
    float *image = edge();
    tuft_events events = look(image, &p, 1, 0);
    int seen[SENSOR] = {0}, checked = 0;
    for (size_t i = 0; i < events.count && (double)events.tick_us[i] < p.saccade_us; i++) {
        if (events.channel[i] < PLANE || (events.channel[i] - PLANE) / SENSOR != 5)
            continue;
        int x = (int)(events.channel[i] - PLANE) % SENSOR;
        double expected = crossing_us(&p, x, ++seen[x]);
        cr_assert_float_eq((double)events.tick_us[i], expected, 10,
                           "x %d, event %d: %lld us not %g", x, seen[x],
                           (long long)events.tick_us[i], expected);
        checked++;
    }
    cr_assert_eq(checked, 4 * 4); /* four columns passed on the first leg, four events each */
    tuft_events_free(&events);
    free(image);
}

Test(dvs, dead_time_keeps_events_apart)
{
    tuft_dvs_parameters p = ideal();
    p.contrast_threshold = 0.02;
    p.refractory_us = 3000;
    float *image = edge();
    tuft_events events = look(image, &p, 1, 0);
    int64_t last[PLANE];
    for (int i = 0; i < PLANE; i++)
        last[i] = -3000;
    for (size_t i = 0; i < events.count; i++) {
        uint32_t place = events.channel[i] % PLANE;
        cr_assert(events.tick_us[i] - last[place] >= 2999);
        last[place] = events.tick_us[i];
    }
    size_t slow = events.count;
    tuft_events_free(&events);
    p.refractory_us = 0;
    events = look(image, &p, 1, 0);
    cr_assert(slow > 0 && slow < events.count / 2);
    tuft_events_free(&events);
    free(image);
}

Test(dvs, noise_has_its_rate)
{
    tuft_dvs_parameters p = ideal();
    p.base = 0;
    p.noise_hz = 50;
    float *image = edge();
    const double mean = p.noise_hz * PLANE * 3 * p.saccade_us * 1e-6;
    tuft_events events = look(image, &p, 1, 0), other = look(image, &p, 1, 1);
    cr_assert(fabs((double)events.count - mean) < 5 * sqrt(mean));
    size_t on = 0;
    for (size_t i = 0; i < events.count; i++)
        on += events.channel[i] >= PLANE;
    cr_assert(fabs((double)on - mean / 2) < 5 * sqrt(mean / 2));
    cr_assert(events.count != other.count ||
              memcmp(events.channel, other.channel, events.count * sizeof *events.channel));
    tuft_events_free(&events);
    tuft_events_free(&other);
    free(image);
}

/* Thresholds belong to the sensor: they differ between pixels and seeds, not between images. */
Test(dvs, thresholds_spread_over_pixels)
{
    tuft_dvs_parameters p = ideal();
    p.threshold_spread = 0.3;
    p.contrast_threshold = 0.05;
    float *image = edge();
    int first[2 * PLANE], second[2 * PLANE], other[2 * PLANE];
    tuft_events events = look(image, &p, 1, 0);
    count_channels(&events, 2 * p.saccade_us, first);
    tuft_events_free(&events);
    events = look(image, &p, 1, 1);
    count_channels(&events, 2 * p.saccade_us, second);
    tuft_events_free(&events);
    events = look(image, &p, 2, 0);
    count_channels(&events, 2 * p.saccade_us, other);
    tuft_events_free(&events);
    cr_assert_arr_eq(first, second, sizeof first);
    cr_assert(memcmp(first, other, sizeof first) != 0);
    /* threshold = ln 4 / count within the rounding of count: its mean and spread. */
    double sum = 0, squares = 0;
    int n = 0;
    for (int y = 0; y < SENSOR; y++)
        for (int x = 13; x < 21; x++, n++) {
            double threshold = log(4) / (first[PLANE + y * SENSOR + x] + 0.5);
            sum += threshold;
            squares += threshold * threshold;
        }
    double mean = sum / n, sd = sqrt(squares / n - mean * mean);
    cr_assert_float_eq(mean, 0.05, 0.005);
    cr_assert_float_eq(sd / mean, 0.3, 0.05);
    free(image);
}

static tuft_images some_images(size_t count)
{
    tuft_images set = {.count = count, .width = 28, .height = 28, .classes = 10};
    set.pixel = calloc(count, 28 * 28);
    set.label = calloc(count, 1);
    cr_assert(set.pixel && set.label);
    for (size_t i = 0; i < count; i++) {
        set.label[i] = (uint8_t)(i % 10);
        for (size_t y = 4; y < 24; y++)
            set.pixel[i * 784 + y * 28 + 5 + (y + 3 * i) % 16] = 255;
    }
    return set;
}

Test(dvs, threads_do_not_matter)
{
    tuft_images images = some_images(50);
    tuft_dvs_parameters p = tuft_dvs_defaults();
    p.noise_hz = 5;
    tuft_recordings one, three;
    cr_assert_eq(tuft_dvs_from_images(&images, &p, 9, 1, &one, NULL), TUFT_OK);
    cr_assert_eq(tuft_dvs_from_images(&images, &p, 9, 3, &three, NULL), TUFT_OK);
    cr_assert_eq(one.count, 50);
    cr_assert_eq(three.count, 50);
    for (size_t i = 0; i < 50; i++) {
        const tuft_recording *a = &one.recording[i], *b = &three.recording[i];
        cr_assert_eq(a->label, (int)(i % 10));
        cr_assert_str_eq(a->name, b->name);
        cr_assert_eq(a->duration_us, 307500);
        cr_assert(a->events.count > 100);
        cr_assert_eq(a->events.count, b->events.count);
        cr_assert_arr_eq(a->events.channel, b->events.channel,
                         a->events.count * sizeof *a->events.channel);
        cr_assert_arr_eq(a->events.tick_us, b->events.tick_us,
                         a->events.count * sizeof *a->events.tick_us);
    }
    tuft_recordings_free(&one);
    tuft_recordings_free(&three);
    tuft_images_free(&images);
}

Test(dvs, senseless_parameters_are_named)
{
    const struct {
        size_t offset;
        double value;
        const char *name;
    } wrong[] = {
        {offsetof(tuft_dvs_parameters, scale), 0, "scale"},
        {offsetof(tuft_dvs_parameters, base), NAN, "base"},
        {offsetof(tuft_dvs_parameters, saccade_us), -1, "saccade_us"},
        {offsetof(tuft_dvs_parameters, move_us), 2e5, "move_us"},
        {offsetof(tuft_dvs_parameters, step_us), 1e-3, "step_us"},
        {offsetof(tuft_dvs_parameters, background), -1, "background"},
        {offsetof(tuft_dvs_parameters, contrast_threshold), 0, "contrast_threshold"},
        {offsetof(tuft_dvs_parameters, threshold_spread), 2, "threshold_spread"},
        {offsetof(tuft_dvs_parameters, refractory_us), INFINITY, "refractory_us"},
        {offsetof(tuft_dvs_parameters, noise_hz), -1, "noise_hz"},
    };
    float *image = edge();
    tuft_events events;
    tuft_error err;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tuft_dvs_parameters p = tuft_dvs_defaults();
        memcpy((char *)&p + wrong[i].offset, &wrong[i].value, sizeof(double));
        cr_assert_eq(tuft_dvs_from_image(image, SIDE, SIDE, &p, 1, 0, &events, &err), TUFT_INVALID);
        cr_assert(strstr(err.message, wrong[i].name), "%s", err.message);
        cr_assert_null(events.channel);
    }
    tuft_dvs_parameters p = tuft_dvs_defaults();
    p.log_offset = p.foreground = 0; /* ln 0 */
    cr_assert_eq(tuft_dvs_from_image(image, SIDE, SIDE, &p, 1, 0, &events, &err), TUFT_INVALID);
    p = tuft_dvs_defaults();
    cr_assert_eq(tuft_dvs_from_image(image, 0, SIDE, &p, 1, 0, &events, &err), TUFT_INVALID);
    image[77] = 2;
    cr_assert_eq(tuft_dvs_from_image(image, SIDE, SIDE, &p, 1, 0, &events, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "value 77 is 2"), "%s", err.message);
    free(image);
}

/* Mean events a recording of each class, over all classes of a set. */
static void class_means(const tuft_recordings *set, double mean[10])
{
    double n[10] = {0};
    memset(mean, 0, 10 * sizeof *mean);
    for (size_t i = 0; i < set->count; i++) {
        mean[set->recording[i].label] += (double)set->recording[i].events.count;
        n[set->recording[i].label]++;
    }
    for (int i = 0; i < 10; i++)
        mean[i] /= n[i];
}

Test(dvs, emulated_recordings_resemble_real_ones)
{
    const char *data = getenv("TUFT_DATA");
    char directory[PATH_MAX], image_path[PATH_MAX], label_path[PATH_MAX];
    if (!data)
        data = TUFT_SOURCE_DIR "/../shared/data";
    snprintf(directory, sizeof directory, "%s/n-mnist/Train", data);
    snprintf(image_path, sizeof image_path, "%s/mnist/train-images-idx3-ubyte.gz", data);
    snprintf(label_path, sizeof label_path, "%s/mnist/train-labels-idx1-ubyte.gz", data);
    if (access(directory, R_OK) != 0 || access(image_path, R_OK) != 0)
        cr_skip_test("no real N-MNIST recordings and MNIST images");
    tuft_recordings real, emulated;
    tuft_images images;
    tuft_dvs_parameters p = tuft_dvs_defaults();
    tuft_error err;
    cr_assert_eq(tuft_nmnist_load(directory, &real, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(tuft_idx_load(image_path, label_path, 400, &images, &err), TUFT_OK, "%s",
                 err.message);
    cr_assert_eq(tuft_dvs_from_images(&images, &p, 1, 2, &emulated, &err), TUFT_OK);
    double real_mean[10], emulated_mean[10];
    class_means(&real, real_mean);
    class_means(&emulated, emulated_mean);
    for (int i = 0; i < 10; i++)
        cr_assert(fabs(log(emulated_mean[i] / real_mean[i])) < log(1.25), "digit %d: %g, real %g",
                  i, emulated_mean[i], real_mean[i]);
    tuft_recordings_free(&real);
    tuft_recordings_free(&emulated);
    tuft_images_free(&images);
}
