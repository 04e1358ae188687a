/* Warps: amounts are recovered from what moved, on a sensor so large that pixels do not matter. */
#include "datasets/augment.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 2001, MIDDLE = 1000, ARM = 700, POINTS = 9 };

static const tuft_geometry big = {SIDE, SIDE, 2}, dvs = {34, 34, 2}, cochlea = {64, 1, 1};

/* x, y from the middle; the first: the middle itself, a unit of x, a unit of y. */
static const int point[POINTS][2] = {{0, 0},     {ARM, 0},    {0, ARM},    {-ARM, 0},  {0, -ARM},
                                     {ARM, ARM}, {-ARM, ARM}, {-300, 500}, {200, -600}};

typedef struct {
    double x[POINTS], y[POINTS];
} places;

/* Where the points go; all must stay on the sensor, in order, with their polarity and time. */
static places warp(const tuft_augmentation *augmentation, uint64_t index)
{
    tuft_recording from = {.duration_us = 1000}, to;
    places out;
    for (int i = 0; i < POINTS; i++) {
        uint32_t x = (uint32_t)(MIDDLE + point[i][0]), y = (uint32_t)(MIDDLE + point[i][1]);
        uint32_t polarity = (uint32_t)i % 2;
        cr_assert_eq(tuft_events_push(&from.events, 10 * i, (polarity * SIDE + y) * SIDE + x, NULL),
                     TUFT_OK);
    }
    cr_assert_eq(tuft_augment(augmentation, big, &from, 3, index, &to, NULL), TUFT_OK);
    cr_assert_eq(to.events.count, POINTS);
    for (int i = 0; i < POINTS; i++) {
        uint32_t c = to.events.channel[i];
        cr_assert_eq(c / (SIDE * SIDE), (uint32_t)i % 2);
        cr_assert_eq(to.events.tick_us[i], 10 * i);
        out.x[i] = (double)(c % SIDE) - MIDDLE;
        out.y[i] = (double)(c / SIDE % SIDE) - MIDDLE;
    }
    tuft_events_free(&from.events);
    tuft_events_free(&to.events);
    return out;
}

typedef struct {
    double angle, sx, sy, shear, dx, dy;
} amounts;

static void expect(const places *got, const amounts *a, double within)
{
    for (int i = 0; i < POINTS; i++) {
        double x = point[i][0], y = point[i][1];
        double u = (1 + a->sx) * x + a->shear * y, v = (1 + a->sy) * y;
        cr_assert_float_eq(got->x[i], a->dx + cos(a->angle) * u - sin(a->angle) * v, within);
        cr_assert_float_eq(got->y[i], a->dy + sin(a->angle) * u + cos(a->angle) * v, within);
    }
}

Test(augment, each_amount_by_itself_and_all_together)
{
    static const tuft_augmentation all = {
        .rotation_degrees = 8, .scale = 0.08, .shear = 0.08, .shift = 60};
    double least = INFINITY, most = -INFINITY;
    int alike = 0;
    for (uint64_t index = 0; index < 60; index++) {
        places p = warp(&(tuft_augmentation){.rotation_degrees = 8}, index);
        amounts a = {.angle = atan2(p.y[1], p.x[1])}, only = a;
        cr_assert_leq(fabs(a.angle), 8 * M_PI / 180 + 1e-3);
        expect(&p, &only, 1.8);
        p = warp(&(tuft_augmentation){.scale = 0.08}, index);
        a.sx = p.x[1] / ARM - 1;
        a.sy = p.y[2] / ARM - 1;
        only = (amounts){.sx = a.sx, .sy = a.sy};
        cr_assert(fabs(a.sx) <= 0.081 && fabs(a.sy) <= 0.081);
        alike += a.sx == a.sy;
        expect(&p, &only, 1.8);
        p = warp(&(tuft_augmentation){.shear = 0.08}, index);
        a.shear = p.x[2] / ARM;
        only = (amounts){.shear = a.shear};
        cr_assert_leq(fabs(a.shear), 0.081);
        expect(&p, &only, 1.8);
        p = warp(&(tuft_augmentation){.shift = 60}, index);
        a.dx = p.x[0];
        a.dy = p.y[0];
        only = (amounts){.dx = a.dx, .dy = a.dy};
        cr_assert(fabs(a.dx) <= 60 && fabs(a.dy) <= 60);
        expect(&p, &only, 1e-9);
        p = warp(&all, index); /* one bound does not change what another gives */
        expect(&p, &a, 5);
        least = fmin(least, a.dx);
        most = fmax(most, a.dx);
    }
    cr_assert_lt(alike, 10); /* by rounding to a pixel */
    cr_assert(least < -45 && most > 45, "%g to %g", least, most);
}

static tuft_recording pattern(tuft_geometry geometry)
{
    tuft_recording recording = {.duration_us = 50000, .label = 3, .source = "s", .name = "n"};
    uint32_t channels = tuft_geometry_channels(geometry);
    for (uint32_t k = 0; k < 4000; k++)
        cr_assert_eq(tuft_events_push(&recording.events, 11 * k, 37 * k % channels, NULL), TUFT_OK);
    return recording;
}

static int same_events(const tuft_events *a, const tuft_events *b)
{
    return a->count == b->count &&
           memcmp(a->tick_us, b->tick_us, a->count * sizeof *a->tick_us) == 0 &&
           memcmp(a->channel, b->channel, a->count * sizeof *a->channel) == 0;
}

Test(augment, no_bounds_no_change)
{
    const tuft_geometry geometry[] = {dvs, cochlea, {33, 20, 1}};
    for (int g = 0; g < 3; g++) {
        tuft_recording from = pattern(geometry[g]), to;
        cr_assert_eq(tuft_augment(&(tuft_augmentation){0}, geometry[g], &from, 1, 2, &to, NULL),
                     TUFT_OK);
        cr_assert(same_events(&from.events, &to.events));
        cr_assert_eq(to.duration_us, 50000);
        cr_assert_eq(to.label, 3);
        cr_assert_str_eq(to.source, "s");
        cr_assert_str_eq(to.name, "n");
        tuft_events_free(&from.events);
        tuft_events_free(&to.events);
    }
}

/* A shift carries events over the border: they are gone and do not come in on the other side. */
Test(augment, what_leaves_the_sensor_is_lost)
{
    for (uint64_t index = 0; index < 50; index++) {
        tuft_recording from = {0}, to;
        for (uint32_t y = 0; y < 34; y++)
            for (uint32_t x = 0; x < 34; x++)
                cr_assert_eq(tuft_events_push(&from.events, 0, y * 34 + x, NULL), TUFT_OK);
        cr_assert_eq(
            tuft_augment(&(tuft_augmentation){.shift = 40}, dvs, &from, 1, index, &to, NULL),
            TUFT_OK);
        if (to.events.count) {
            uint32_t low_x = 34, high_x = 0, low_y = 34, high_y = 0;
            for (size_t i = 0; i < to.events.count; i++) {
                uint32_t x = to.events.channel[i] % 34, y = to.events.channel[i] / 34;
                cr_assert_lt(y, 34);
                low_x = x < low_x ? x : low_x;
                high_x = x > high_x ? x : high_x;
                low_y = y < low_y ? y : low_y;
                high_y = y > high_y ? y : high_y;
            }
            cr_assert_eq(to.events.count, (high_x - low_x + 1) * (high_y - low_y + 1));
            cr_assert(low_x == 0 || high_x == 33);
            cr_assert(low_y == 0 || high_y == 33);
        }
        cr_assert_eq(to.duration_us, tuft_events_end_us(&to.events));
        tuft_events_free(&from.events);
        tuft_events_free(&to.events);
    }
}

Test(augment, cochlea)
{
    const tuft_geometry wide = {2001, 1, 1};
    for (uint64_t index = 0; index < 40; index++) {
        tuft_recording from = {.duration_us = 2000000}, to;
        for (uint32_t k = 0; k < 5; k++)
            cr_assert_eq(tuft_events_push(&from.events, 100000 * k, 600 + 200 * k, NULL), TUFT_OK);
        /* Rotation and shear have no meaning here. */
        const tuft_augmentation g = {.rotation_degrees = 90, .shear = 5, .scale = 0.1, .shift = 50};
        cr_assert_eq(tuft_augment(&g, wide, &from, 1, index, &to, NULL), TUFT_OK);
        cr_assert_eq(to.events.count, 5);
        double shift = (double)to.events.channel[2] - 1000;
        double stretch = ((double)to.events.channel[4] - to.events.channel[0]) / 800;
        cr_assert_leq(fabs(shift), 50);
        cr_assert_leq(fabs(stretch - 1), 0.102);
        for (int k = 0; k < 5; k++) {
            cr_assert_float_eq(to.events.channel[k], 1000 + shift + stretch * 200 * (k - 2), 1.8);
            cr_assert_eq(to.events.tick_us[k], 100000 * k);
        }
        tuft_events_free(&to.events);
        const tuft_augmentation pace = {.time_scale = 0.3};
        cr_assert_eq(tuft_augment(&pace, wide, &from, 1, index, &to, NULL), TUFT_OK);
        double factor = (double)to.events.tick_us[4] / 400000;
        cr_assert_leq(fabs(factor - 1), 0.3);
        cr_assert_float_eq((double)to.duration_us, 2000000 * factor, 10);
        for (int k = 0; k < 5; k++) {
            cr_assert_eq(to.events.channel[k], from.events.channel[k]);
            cr_assert_float_eq((double)to.events.tick_us[k], 100000 * k * factor, 2);
        }
        tuft_events_free(&from.events);
        tuft_events_free(&to.events);
    }
}

Test(augment, a_share_is_dropped)
{
    static const double share[] = {0.1, 0.5, 1};
    tuft_recording from = pattern(dvs), to;
    for (int i = 0; i < 3; i++) {
        double n = 4000, p = share[i];
        const tuft_augmentation g = {.drop = p};
        cr_assert_eq(tuft_augment(&g, dvs, &from, 1, 1, &to, NULL), TUFT_OK);
        cr_assert_float_eq((double)to.events.count, n * (1 - p), 5 * sqrt(n * p * (1 - p)) + 1e-9);
        for (size_t k = 0; k < to.events.count; k++) { /* the others are as they were */
            size_t at = (size_t)to.events.tick_us[k] / 11;
            cr_assert_eq(to.events.channel[k], from.events.channel[at]);
        }
        tuft_events_free(&to.events);
    }
    tuft_events_free(&from.events);
}

Test(augment, sets)
{
    const tuft_augmentation g = {10, 0.1, 0.1, 2, 0.1, 0.1};
    tuft_recordings set = {.geometry = dvs, .classes = 10}, one, two;
    for (int i = 0; i < 9; i++) {
        tuft_recording recording = pattern(dvs);
        recording.label = i;
        cr_assert_eq(tuft_recordings_push(&set, &recording, NULL), TUFT_OK);
    }
    cr_assert_eq(tuft_augment_set(&g, &set, 8, 1, 1, &one, NULL), TUFT_OK);
    cr_assert_eq(one.count, 9);
    cr_assert_eq(one.classes, 10);
    for (int threads = 2; threads <= 3; threads++) {
        cr_assert_eq(tuft_augment_set(&g, &set, 8, 1, threads, &two, NULL), TUFT_OK);
        for (size_t i = 0; i < 9; i++) {
            cr_assert(same_events(&one.recording[i].events, &two.recording[i].events));
            cr_assert_eq(two.recording[i].label, (int)i);
        }
        tuft_recordings_free(&two);
    }
    /* By its index; another copy, another seed, another recording: another warp. */
    tuft_recording alone;
    cr_assert_eq(tuft_augment(&g, dvs, &set.recording[4], 8, UINT64_C(1) << 32 | 4, &alone, NULL),
                 TUFT_OK);
    cr_assert(same_events(&alone.events, &one.recording[4].events));
    tuft_events_free(&alone.events);
    cr_assert_not(same_events(&one.recording[0].events, &one.recording[1].events));
    cr_assert_eq(tuft_augment_set(&g, &set, 8, 2, 1, &two, NULL), TUFT_OK);
    cr_assert_not(same_events(&one.recording[0].events, &two.recording[0].events));
    tuft_recordings_free(&two);
    cr_assert_eq(tuft_augment_set(&g, &set, 9, 1, 1, &two, NULL), TUFT_OK);
    cr_assert_not(same_events(&one.recording[0].events, &two.recording[0].events));
    tuft_recordings_free(&two);
    const tuft_augmentation bad = {.scale = -1};
    tuft_error err = {0};
    cr_assert_eq(tuft_augment_set(&bad, &set, 8, 1, 2, &two, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "-1"), "%s", err.message);
    cr_assert_null(two.recording);
    cr_assert_eq(two.count, 0);
    tuft_recordings_free(&one);
    tuft_recordings_free(&set);
}

Test(augment, bounds_that_make_no_sense)
{
    const tuft_augmentation bad[] = {
        {.rotation_degrees = -1}, {.scale = -0.1},    {.shear = NAN}, {.shift = INFINITY},
        {.time_scale = -0.1},     {.time_scale = 1},  {.drop = -0.1}, {.drop = 1.1},
        {.scale = INFINITY},      {.time_scale = 17}, {.drop = NAN},  {.rotation_degrees = NAN},
    };
    tuft_recording from = pattern(dvs), to;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(tuft_augment(&bad[i], dvs, &from, 1, 1, &to, NULL), TUFT_INVALID, "%zu", i);
    /* Finite and absurd: all leaves the sensor, nothing breaks. */
    const tuft_augmentation absurd[] = {{.scale = 1e308},
                                        {.shift = 1e308},
                                        {.shear = 1e308},
                                        {.rotation_degrees = 1e308},
                                        {1e308, 1e308, 1e308, 1e308, 0, 0}};
    for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++)
        for (uint64_t index = 0; index < 20; index++) {
            cr_assert_eq(tuft_augment(&absurd[i], dvs, &from, 1, index, &to, NULL), TUFT_OK);
            for (size_t k = 0; k < to.events.count; k++)
                cr_assert_lt(to.events.channel[k], 2 * 34 * 34);
            tuft_events_free(&to.events);
        }
    tuft_events_free(&from.events);
}
