#include "datasets/dvs.h"

#include "core/failure.h"
#include "core/memory.h"
#include "core/philox.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

tuft_dvs_parameters tuft_dvs_defaults(void)
{
    return (tuft_dvs_parameters){
        .width = 34,
        .height = 34,
        .scale = 1.0,
        .base = 6.0,
        .apex_x = -1.4,
        .apex_y = 6.2,
        .saccade_us = 102500,
        .move_us = 90000,
        .step_us = 2000,
        .background = 1.0,
        .foreground = 0.25,
        .log_offset = 0.05,
        .contrast_threshold = 0.17,
        .threshold_spread = 0.15,
        .refractory_us = 1400,
        .noise_hz = 0.4,
    };
}

tuft_status tuft_dvs_check(const tuft_dvs_parameters *p, tuft_error *err)
{
    const struct {
        const char *name;
        double value, low, high;
    } range[] = {
        {"width", p->width, 1, TUFT_DVS_SIDE_LIMIT},
        {"height", p->height, 1, TUFT_DVS_SIDE_LIMIT},
        {"scale", p->scale, 1e-3, 1e3},
        {"base", p->base, -1e4, 1e4},
        {"apex_x", p->apex_x, -1e4, 1e4},
        {"apex_y", p->apex_y, -1e4, 1e4},
        {"saccade_us", p->saccade_us, 1, 1e9},
        {"move_us", p->move_us, 1, p->saccade_us},
        {"step_us", p->step_us, 3 * p->saccade_us / TUFT_DVS_STEP_LIMIT, 1e9},
        {"background", p->background, 0, 1e9},
        {"foreground", p->foreground, 0, 1e9},
        {"log_offset", p->log_offset, 0, 1e9},
        {"background + log_offset", p->background + p->log_offset, 1e-9, 2e9},
        {"foreground + log_offset", p->foreground + p->log_offset, 1e-9, 2e9},
        {"contrast_threshold", p->contrast_threshold, 1e-3, 1e3},
        {"threshold_spread", p->threshold_spread, 0, 1},
        {"refractory_us", p->refractory_us, 0, 1e9},
        {"noise_hz", p->noise_hz, 0, 1e4},
    };
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (!(range[i].value >= range[i].low && range[i].value <= range[i].high))
            return tuft_fail(err, TUFT_INVALID, "dvs: %s is %g, expected %g to %g", range[i].name,
                             range[i].value, range[i].low, range[i].high);
    return TUFT_OK;
}

/* Where the image stands at sample k: shift of the image on the sensor, in image pixels. */
typedef struct {
    double time_us;
    float x, y;
} sample;

/* One image being looked at. The image has a border of one background pixel on each side, so that
 * a clamped bilinear sample is right everywhere. */
typedef struct {
    const tuft_dvs_parameters *p;
    uint32_t width, height, stride; /* image, without its border; stride with it */
    float *bordered;
    sample *path;
    uint32_t samples;
    float low_x, high_x, low_y, high_y; /* the path's extent */
} view;

static double minimum_jerk(double u)
{
    return u * u * u * (10 + u * (-15 + 6 * u));
}

static tuft_status view_path(view *seen, tuft_error *err)
{
    const tuft_dvs_parameters *p = seen->p;
    const double end = 3 * p->saccade_us, rest = (p->saccade_us - p->move_us) / 2;
    const double corner[4][2] = {{-p->base / 2, -p->apex_y / 2},
                                 {p->apex_x, p->apex_y / 2},
                                 {p->base / 2, -p->apex_y / 2},
                                 {-p->base / 2, -p->apex_y / 2}};
    seen->samples = (uint32_t)ceil(end / p->step_us) + 1;
    tuft_status status = TUFT_NEW(&seen->path, seen->samples, "path of the view", err);
    if (status)
        return status;
    seen->low_x = seen->low_y = INFINITY;
    seen->high_x = seen->high_y = -INFINITY;
    for (uint32_t k = 0; k < seen->samples; k++) {
        double time = fmin(k * p->step_us, end);
        int leg = (int)fmin(time / p->saccade_us, 2);
        double way =
            minimum_jerk(fmin(fmax((time - leg * p->saccade_us - rest) / p->move_us, 0), 1));
        const double *from = corner[leg], *to = corner[leg + 1];
        float x = (float)((from[0] + way * (to[0] - from[0])) / p->scale);
        float y = (float)((from[1] + way * (to[1] - from[1])) / p->scale);
        seen->path[k] = (sample){time, x, y};
        seen->low_x = fminf(seen->low_x, x);
        seen->high_x = fmaxf(seen->high_x, x);
        seen->low_y = fminf(seen->low_y, y);
        seen->high_y = fmaxf(seen->high_y, y);
    }
    return TUFT_OK;
}

static tuft_status view_open(view *seen, const float *image, uint32_t width, uint32_t height,
                             const tuft_dvs_parameters *p, tuft_error *err)
{
    *seen = (view){.p = p, .width = width, .height = height, .stride = width + 2};
    tuft_status status =
        TUFT_NEW(&seen->bordered, (size_t)(width + 2) * (height + 2), "bordered image", err);
    if (status)
        return status;
    for (uint32_t y = 0; y < height; y++)
        memcpy(seen->bordered + (size_t)(y + 1) * seen->stride + 1, image + (size_t)y * width,
               width * sizeof *image);
    return view_path(seen, err);
}

static void view_close(view *seen)
{
    free(seen->bordered);
    free(seen->path);
}

static float clamp(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

/* The image at (x, y), pixel centres at whole numbers, border included: 0 is the border. */
static inline float bilinear(const view *seen, float x, float y)
{
    x = clamp(x, 0, (float)(seen->width + 1));
    y = clamp(y, 0, (float)(seen->height + 1));
    uint32_t column = (uint32_t)x, row = (uint32_t)y;
    if (column > seen->width)
        column = seen->width;
    if (row > seen->height)
        row = seen->height;
    float fx = x - (float)column, fy = y - (float)row;
    const float *at = seen->bordered + (size_t)row * seen->stride + column;
    float above = at[0] + fx * (at[1] - at[0]);
    float below = at[seen->stride] + fx * (at[seen->stride + 1] - at[seen->stride]);
    return above + fy * (below - above);
}

/* Whether anything a pixel passes over on its way differs from the rest of it. */
static int sees_change(const view *seen, float x, float y)
{
    float right = (float)(seen->width + 1), bottom = (float)(seen->height + 1);
    uint32_t x0 = (uint32_t)clamp(floorf(x - seen->high_x), 0, right);
    uint32_t x1 = (uint32_t)clamp(ceilf(x - seen->low_x), 0, right);
    uint32_t y0 = (uint32_t)clamp(floorf(y - seen->high_y), 0, bottom);
    uint32_t y1 = (uint32_t)clamp(ceilf(y - seen->low_y), 0, bottom);
    const float first = seen->bordered[(size_t)y0 * seen->stride + x0];
    for (uint32_t row = y0; row <= y1; row++)
        for (uint32_t column = x0; column <= x1; column++)
            if (seen->bordered[(size_t)row * seen->stride + column] != first)
                return 1;
    return 0;
}

/* One pixel's state: its threshold either way, the L of its last event, and the image values at
 * which it fires next, so that the logarithm is needed only around events. */
typedef struct {
    double up, down, reference;
    float fires_above, fires_below;
} pixel;

static double luminance(const tuft_dvs_parameters *p, double value)
{
    return log(p->log_offset + p->background + (p->foreground - p->background) * value);
}

static void pixel_reset(pixel *state, const tuft_dvs_parameters *p, double reference)
{
    const double gain = p->foreground - p->background, dark = p->log_offset + p->background;
    state->reference = reference;
    if (gain == 0) {
        state->fires_above = INFINITY;
        state->fires_below = -INFINITY;
        return;
    }
    double on = (exp(reference + state->up) - dark) / gain;
    double off = (exp(reference - state->down) - dark) / gain;
    /* A hair inside, so that rounding to float never skips a crossing: it is decided in L. */
    state->fires_above = (float)(fmax(on, off) - 1e-6);
    state->fires_below = (float)(fmin(on, off) + 1e-6);
}

/* Thresholds of single pixels are normal, cut at a tenth of the mean. */
static double threshold(const tuft_dvs_parameters *p, tuft_random *random)
{
    if (p->threshold_spread == 0)
        return p->contrast_threshold;
    return p->contrast_threshold * fmax(0.1, 1 + p->threshold_spread * tuft_random_normal(random));
}

static tuft_status watch_pixel(const view *seen, uint32_t column, uint32_t row, float x, float y,
                               uint64_t seed, tuft_events *out, tuft_error *err)
{
    const tuft_dvs_parameters *p = seen->p;
    const uint32_t place = row * p->width + column, plane = p->width * p->height;
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_CELL, place);
    pixel state;
    state.up = threshold(p, &random);
    state.down = threshold(p, &random);
    float before = bilinear(seen, x - seen->path[0].x, y - seen->path[0].y);
    double free_us = 0; /* end of the dead time */
    int dead = 0;       /* the reset at free_us is still to come */
    pixel_reset(&state, p, luminance(p, before));
    for (uint32_t k = 1; k < seen->samples; k++) {
        const sample *now = &seen->path[k];
        float value = bilinear(seen, x - now->x, y - now->y);
        const float last = before;
        before = value;
        if (dead ? now->time_us < free_us : value < state.fires_above && value > state.fires_below)
            continue;
        /* L is the line from (t0, l0) to (t1, l1). */
        const double t0 = now[-1].time_us, t1 = now->time_us, l0 = luminance(p, last),
                     l1 = luminance(p, value), slope = (l1 - l0) / (t1 - t0);
        if (dead) {
            pixel_reset(&state, p, l0 + slope * (free_us - t0));
            dead = 0;
        }
        for (;;) {
            const int on = l1 >= state.reference + state.up;
            if (!on && l1 > state.reference - state.down)
                break;
            double level = on ? state.reference + state.up : state.reference - state.down;
            double time = fmin(fmax(slope == 0 ? t1 : t0 + (level - l0) / slope, t0), t1);
            /* The very end of the recording belongs to its last microsecond. */
            int64_t tick = (int64_t)fmin(time, 3 * p->saccade_us - 1);
            tuft_status status = tuft_events_push(out, tick, (on ? plane : 0) + place, err);
            if (status)
                return status;
            if (p->refractory_us == 0) {
                pixel_reset(&state, p, level);
                continue;
            }
            free_us = time + p->refractory_us;
            dead = free_us > t1;
            if (dead)
                break;
            pixel_reset(&state, p, l0 + slope * (free_us - t0));
        }
    }
    return TUFT_OK;
}

static tuft_status add_noise(const tuft_dvs_parameters *p, uint64_t seed, uint64_t index,
                             tuft_events *out, tuft_error *err)
{
    if (p->noise_hz == 0)
        return TUFT_OK;
    const uint32_t channels = 2 * p->width * p->height;
    const double per_us = p->noise_hz * 1e-6 * channels / 2, end = floor(3 * p->saccade_us);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_NOISE, index);
    double time = tuft_random_exponential(&random) / per_us;
    while (time < end) {
        tuft_status status =
            tuft_events_push(out, (int64_t)time, tuft_random_below(&random, channels), err);
        if (status)
            return status;
        time += tuft_random_exponential(&random) / per_us;
    }
    return TUFT_OK;
}

static tuft_status watch(const view *seen, uint64_t seed, tuft_events *out, tuft_error *err)
{
    const tuft_dvs_parameters *p = seen->p;
    /* Sensor and image share their centre; + 1 for the border. */
    const double centre_x = (seen->width - 1) / 2.0 + 1, centre_y = (seen->height - 1) / 2.0 + 1;
    for (uint32_t row = 0; row < p->height; row++) {
        float y = (float)((row - (p->height - 1) / 2.0) / p->scale + centre_y);
        for (uint32_t column = 0; column < p->width; column++) {
            float x = (float)((column - (p->width - 1) / 2.0) / p->scale + centre_x);
            if (!sees_change(seen, x, y))
                continue;
            tuft_status status = watch_pixel(seen, column, row, x, y, seed, out, err);
            if (status)
                return status;
        }
    }
    return TUFT_OK;
}

tuft_status tuft_dvs_from_image(const float *image, uint32_t width, uint32_t height,
                                const tuft_dvs_parameters *parameters, uint64_t seed,
                                uint64_t index, tuft_events *out, tuft_error *err)
{
    *out = (tuft_events){0};
    tuft_status status = tuft_dvs_check(parameters, err);
    if (!status &&
        (width < 1 || width > TUFT_DVS_SIDE_LIMIT || height < 1 || height > TUFT_DVS_SIDE_LIMIT))
        status = tuft_fail(err, TUFT_INVALID, "dvs: image of %u x %u, expected sides of 1 to %d",
                           width, height, TUFT_DVS_SIDE_LIMIT);
    if (status)
        return status;
    for (size_t i = 0; i < (size_t)width * height; i++)
        if (!(image[i] >= 0 && image[i] <= 1))
            return tuft_fail(err, TUFT_INVALID, "dvs: image value %zu is %g, expected 0 to 1", i,
                             image[i]);
    view seen;
    status = view_open(&seen, image, width, height, parameters, err);
    if (!status)
        status = watch(&seen, seed, out, err);
    if (!status)
        status = add_noise(parameters, seed, index, out, err);
    if (!status)
        status = tuft_events_sort(out, err);
    view_close(&seen);
    if (status)
        tuft_events_free(out);
    return status;
}

static tuft_status convert_one(const tuft_images *images, size_t i, float *scratch,
                               const tuft_dvs_parameters *parameters, uint64_t seed,
                               tuft_recording *out, tuft_error *err)
{
    const size_t pixels = (size_t)images->width * images->height;
    for (size_t k = 0; k < pixels; k++)
        scratch[k] = images->pixel[i * pixels + k] / 255.0f;
    *out = (tuft_recording){.label = images->label ? images->label[i] : 0,
                            .duration_us = (int64_t)ceil(3 * parameters->saccade_us)};
    snprintf(out->name, sizeof out->name, "image %zu", i);
    return tuft_dvs_from_image(scratch, images->width, images->height, parameters, seed, i,
                               &out->events, err);
}

tuft_status tuft_dvs_from_images(const tuft_images *images, const tuft_dvs_parameters *parameters,
                                 uint64_t seed, int threads, tuft_recordings *out, tuft_error *err)
{
    *out = (tuft_recordings){.geometry = {parameters->width, parameters->height, 2},
                             .classes = images->classes};
    tuft_status status = tuft_dvs_check(parameters, err);
    if (!status)
        status = TUFT_GROW(&out->recording, &out->capacity, images->count, "recordings", err);
    if (status) {
        tuft_recordings_free(out);
        return status;
    }
    out->count = images->count;
    const size_t pixels = (size_t)images->width * images->height;
    tuft_failure failure = {0};
#pragma omp parallel num_threads(threads > 0 ? threads : omp_get_max_threads())
    {
        float *scratch;
        tuft_error own;
        tuft_status own_status = TUFT_NEW(&scratch, pixels, "image", &own);
#pragma omp for schedule(dynamic, 16)
        for (size_t i = 0; i < images->count; i++) {
            tuft_status one = own_status;
            if (!one)
                one = convert_one(images, i, scratch, parameters, seed, &out->recording[i], &own);
            tuft_failure_keep(&failure, one, i, &own);
        }
        free(scratch);
    }
    status = tuft_failure_tell(&failure, err);
    if (status)
        tuft_recordings_free(out);
    return status;
}
