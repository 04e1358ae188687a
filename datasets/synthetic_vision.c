#include "datasets/synthetic_vision.h"

#include "core/memory.h"
#include "datasets/dvs.h"
#include "datasets/letters.h"
#include "datasets/strokes.h"

#include <omp.h>
#include <stdio.h>

enum { SIDE = TUFT_PEN_SIDE, PIXELS = SIDE * SIDE };

/* What is drawn: a number of classes, and the k-th image of one by the writer of that number. */
typedef struct {
    int classes;
    void (*draw)(int class, uint64_t writer, uint64_t seed, uint64_t index, float *image);
    void (*name)(int class, size_t k, char *name, size_t size);
} script;

/* Drawing fails only for what is no digit, and no letter. */
static void draw_digit(int digit, uint64_t number, uint64_t seed, uint64_t index, float *image)
{
    tuft_writer writer = tuft_strokes_writer(seed, number);
    (void)tuft_strokes_write(digit, &writer, seed, index, image, NULL);
}

static void draw_letter(int letter, uint64_t number, uint64_t seed, uint64_t index, float *image)
{
    tuft_letter_writer writer = tuft_letters_writer(seed, number);
    (void)tuft_letters_draw(letter, &writer, seed, index, image, NULL);
}

static void name_digit(int digit, size_t k, char *name, size_t size)
{
    snprintf(name, size, "%d/%05zu", digit, k);
}

static void name_letter(int letter, size_t k, char *name, size_t size)
{
    snprintf(name, size, "%c/%05zu", 'a' + letter, k);
}

/* The k-th image of a class, whatever per_class is. */
static void draw(const script *s, size_t i, size_t per_class, uint64_t seed, tuft_images *images)
{
    const size_t class = i / per_class, k = i % per_class;
    float image[PIXELS] = {0};
    s->draw((int)class, k % TUFT_SYNTHETIC_WRITERS, seed,
            class * TUFT_SYNTHETIC_PER_CLASS_LIMIT + k, image);
    for (size_t p = 0; p < PIXELS; p++)
        images->pixel[i * PIXELS + p] = (uint8_t)(255 * image[p] + 0.5f);
    images->label[i] = (uint8_t) class;
}

static tuft_status write_out(const script *s, size_t per_class, uint64_t seed, int threads,
                             tuft_recordings *out, tuft_error *err)
{
    *out = (tuft_recordings){0};
    if (per_class < 1 || per_class > TUFT_SYNTHETIC_PER_CLASS_LIMIT)
        return tuft_fail(err, TUFT_INVALID,
                         "synthetic vision: %zu recordings a class, expected 1 to %d", per_class,
                         TUFT_SYNTHETIC_PER_CLASS_LIMIT);
    tuft_images images = {.count = per_class * (size_t)s->classes,
                          .width = SIDE,
                          .height = SIDE,
                          .classes = s->classes};
    tuft_status status = TUFT_NEW(&images.pixel, images.count * PIXELS, "drawn images", err);
    if (!status)
        status = TUFT_NEW(&images.label, images.count, "labels", err);
    if (!status) {
#pragma omp parallel for num_threads(threads > 0 ? threads : omp_get_max_threads())                \
    schedule(dynamic, 16)
        for (size_t i = 0; i < images.count; i++)
            draw(s, i, per_class, seed, &images);
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
        s->name(recording->label, i % per_class, recording->name, sizeof recording->name);
    }
    return TUFT_OK;
}

tuft_status tuft_synthetic_vision(size_t per_class, uint64_t seed, int threads,
                                  tuft_recordings *out, tuft_error *err)
{
    const script digits = {TUFT_STROKES_DIGITS, draw_digit, name_digit};
    return write_out(&digits, per_class, seed, threads, out, err);
}

tuft_status tuft_synthetic_letters(size_t per_class, uint64_t seed, int threads,
                                   tuft_recordings *out, tuft_error *err)
{
    const script letters = {TUFT_LETTERS, draw_letter, name_letter};
    return write_out(&letters, per_class, seed, threads, out, err);
}
