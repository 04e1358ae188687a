#include "datasets/synthetic_vision.h"

#include "core/memory.h"
#include "datasets/dvs.h"
#include "datasets/strokes.h"

#include <omp.h>
#include <stdio.h>

enum { SIDE = TUFT_STROKES_SIDE, PIXELS = SIDE * SIDE };

/* The k-th image of a digit, whatever per_class is. */
static void draw(size_t i, size_t per_class, uint64_t seed, tuft_images *images)
{
    const size_t digit = i / per_class, k = i % per_class;
    tuft_writer writer = tuft_strokes_writer(seed, k % TUFT_SYNTHETIC_WRITERS);
    float image[PIXELS] = {0};
    /* Fails only for what is no digit. */
    (void)tuft_strokes_write((int)digit, &writer, seed, digit * TUFT_SYNTHETIC_PER_CLASS_LIMIT + k,
                             image, NULL);
    for (size_t p = 0; p < PIXELS; p++)
        images->pixel[i * PIXELS + p] = (uint8_t)(255 * image[p] + 0.5f);
    images->label[i] = (uint8_t)digit;
}

tuft_status tuft_synthetic_vision(size_t per_class, uint64_t seed, int threads,
                                  tuft_recordings *out, tuft_error *err)
{
    *out = (tuft_recordings){0};
    if (per_class < 1 || per_class > TUFT_SYNTHETIC_PER_CLASS_LIMIT)
        return tuft_fail(err, TUFT_INVALID,
                         "synthetic vision: %zu recordings a class, expected 1 to %d", per_class,
                         TUFT_SYNTHETIC_PER_CLASS_LIMIT);
    tuft_images images = {.count = per_class * TUFT_STROKES_DIGITS, .width = SIDE, .height = SIDE};
    tuft_status status = TUFT_NEW(&images.pixel, images.count * PIXELS, "drawn digits", err);
    if (!status)
        status = TUFT_NEW(&images.label, images.count, "labels", err);
    if (!status) {
#pragma omp parallel for num_threads(threads > 0 ? threads : omp_get_max_threads())                \
    schedule(dynamic, 16)
        for (size_t i = 0; i < images.count; i++)
            draw(i, per_class, seed, &images);
        const tuft_dvs_parameters parameters = tuft_dvs_defaults();
        status = tuft_dvs_from_images(&images, &parameters, seed, threads, out, err);
    }
    tuft_images_free(&images);
    if (status)
        return status;
    for (size_t i = 0; i < out->count; i++) {
        tuft_recording *recording = &out->recording[i];
        snprintf(recording->source, sizeof recording->source, "writer %zu",
                 i % per_class % TUFT_SYNTHETIC_WRITERS);
        snprintf(recording->name, sizeof recording->name, "%zu/%05zu", i / per_class,
                 i % per_class);
    }
    return TUFT_OK;
}
