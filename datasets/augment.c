#include "datasets/augment.h"

#include "core/failure.h"
#include "core/memory.h"
#include "core/philox.h"

#include <math.h>
#include <stdlib.h>

/* x' = x0 + a x + b y, y' = y0 + c x + d y. */
typedef struct {
    double x0, y0, a, b, c, d, time;
} warp;

static double within(tuft_random *random, double bound)
{
    return bound * (2 * tuft_random_uniform(random) - 1);
}

/* Every amount is drawn, used or not, so that one bound does not change what another gives. */
static warp draw(const tuft_augmentation *g, tuft_geometry geometry, tuft_random *random)
{
    double angle = within(random, g->rotation_degrees) * M_PI / 180;
    double sx = 1 + within(random, g->scale), sy = 1 + within(random, g->scale);
    double shear = within(random, g->shear);
    double shift_x = within(random, g->shift), shift_y = within(random, g->shift);
    double time = 1 + within(random, g->time_scale);
    double middle_x = (geometry.width - 1) / 2.0, middle_y = (geometry.height - 1) / 2.0;
    warp w = {.a = sx, .d = 1, .time = time};
    if (geometry.height > 1) {
        w.a = cos(angle) * sx;
        w.b = cos(angle) * shear - sin(angle) * sy;
        w.c = sin(angle) * sx;
        w.d = sin(angle) * shear + cos(angle) * sy;
    } else {
        shift_y = 0;
    }
    w.x0 = middle_x + shift_x - w.a * middle_x - w.b * middle_y;
    w.y0 = middle_y + shift_y - w.c * middle_x - w.d * middle_y;
    return w;
}

static tuft_status check(const tuft_augmentation *g, tuft_error *err)
{
    const double bound[] = {g->rotation_degrees, g->scale, g->shear, g->shift,
                            g->time_scale,       g->drop};
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        if (!(bound[i] >= 0) || !isfinite(bound[i]))
            return tuft_fail(err, TUFT_INVALID, "augmentation by %g, expected 0 or more", bound[i]);
    if (g->time_scale >= 1 || g->drop > 1)
        return tuft_fail(err, TUFT_INVALID, "time stretched by %g, %g dropped, expected below 1",
                         g->time_scale, g->drop);
    return TUFT_OK;
}

tuft_status tuft_augment(const tuft_augmentation *augmentation, tuft_geometry geometry,
                         const tuft_recording *recording, uint64_t seed, uint64_t index,
                         tuft_recording *out, tuft_error *err)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_AUGMENT, index);
    tuft_status status = check(augmentation, err);
    warp w = draw(augmentation, geometry, &random);
    const tuft_events *from = &recording->events;
    tuft_events made = {0};
    for (size_t i = 0; !status && i < from->count; i++) {
        uint32_t channel = from->channel[i], x = channel % geometry.width;
        uint32_t y = channel / geometry.width % geometry.height;
        uint32_t polarity = channel / (geometry.width * geometry.height);
        double to_x = rint(w.x0 + w.a * x + w.b * y), to_y = rint(w.y0 + w.c * x + w.d * y);
        if (augmentation->drop > 0 && tuft_random_uniform(&random) < augmentation->drop)
            continue;
        /* Negated, so that what is no number leaves too. */
        if (!(to_x >= 0 && to_y >= 0 && to_x < geometry.width && to_y < geometry.height))
            continue;
        status = tuft_events_push(
            &made, (int64_t)((double)from->tick_us[i] * w.time),
            (polarity * geometry.height + (uint32_t)to_y) * geometry.width + (uint32_t)to_x, err);
    }
    if (status) {
        tuft_events_free(&made);
        return status;
    }
    *out = *recording;
    out->events = made;
    out->duration_us = (int64_t)((double)recording->duration_us * w.time);
    if (out->duration_us < tuft_events_end_us(&made))
        out->duration_us = tuft_events_end_us(&made);
    return TUFT_OK;
}

tuft_status tuft_augment_set(const tuft_augmentation *augmentation, const tuft_recordings *set,
                             uint64_t seed, uint32_t copy, int threads, tuft_recordings *out,
                             tuft_error *err)
{
    *out = (tuft_recordings){.geometry = set->geometry, .classes = set->classes};
    tuft_status status = TUFT_NEW(&out->recording, set->count, "augmented recordings", err);
    if (status)
        return status;
    out->count = out->capacity = set->count;
    tuft_failure failure = {0};
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < set->count; i++) {
        tuft_error own;
        tuft_status one = tuft_augment(augmentation, set->geometry, &set->recording[i], seed,
                                       (uint64_t)copy << 32 | i, &out->recording[i], &own);
        tuft_failure_keep(&failure, one, i, &own);
    }
    status = tuft_failure_tell(&failure, err);
    if (status)
        tuft_recordings_free(out);
    return status;
}
