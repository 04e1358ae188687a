#include "datasets/emnist.h"

#include "core/memory.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    int first, classes; /* labels in the files */
} sets[] = {[TUFT_EMNIST_LETTERS] = {"emnist-letters", 1, 26},
            [TUFT_EMNIST_DIGITS] = {"emnist-digits", 0, 10},
            [TUFT_EMNIST_BALANCED] = {"emnist-balanced", 0, 47},
            [TUFT_EMNIST_BYMERGE] = {"emnist-bymerge", 0, 47},
            [TUFT_EMNIST_BYCLASS] = {"emnist-byclass", 0, 62}};

const char *tuft_emnist_name(tuft_emnist_set set)
{
    return sets[set].name;
}

/* The file in the folder, or the same with .gz. */
static tuft_status find(const char *folder, tuft_emnist_set set, tuft_emnist_side side,
                        const char *what, char path[PATH_MAX], tuft_error *err)
{
    static const char *const side_name[] = {"train", "test"};
    static const char *const ending[] = {"", ".gz"};
    for (int i = 0; i < 2; i++) {
        int length = snprintf(path, PATH_MAX, "%s/%s-%s-%s-ubyte%s", folder, sets[set].name,
                              side_name[side], what, ending[i]);
        if (length > 0 && length < PATH_MAX && access(path, R_OK) == 0)
            return TUFT_OK;
    }
    return tuft_fail(err, TUFT_IO, "%.300s: holds no %s-%s-%s-ubyte, with or without .gz", folder,
                     sets[set].name, side_name[side], what);
}

/* Columns become rows. */
static tuft_status turn(tuft_images *images, tuft_error *err)
{
    const size_t width = images->height, height = images->width;
    uint8_t *image;
    tuft_status status = TUFT_NEW(&image, width * height, "image", err);
    for (size_t i = 0; !status && i < images->count; i++) {
        uint8_t *at = images->pixel + i * width * height;
        memcpy(image, at, width * height);
        for (size_t y = 0; y < height; y++)
            for (size_t x = 0; x < width; x++)
                at[y * width + x] = image[x * height + y];
    }
    images->width = (uint32_t)width;
    images->height = (uint32_t)height;
    free(image);
    return status;
}

/* Leaves the first per_class of each class, in their order. */
static void keep_first(tuft_images *images, size_t per_class)
{
    const size_t pixels = (size_t)images->width * images->height;
    size_t taken[UINT8_MAX + 1] = {0}, kept = 0;
    for (size_t i = 0; i < images->count; i++) {
        if (taken[images->label[i]]++ >= per_class)
            continue;
        memmove(images->pixel + kept * pixels, images->pixel + i * pixels, pixels);
        images->label[kept++] = images->label[i];
    }
    images->count = kept;
}

tuft_status tuft_emnist_images(const char *folder, tuft_emnist_set set, tuft_emnist_side side,
                               size_t per_class, tuft_images *out, tuft_error *err)
{
    char images_path[PATH_MAX], labels_path[PATH_MAX];
    *out = (tuft_images){0};
    tuft_status status = find(folder, set, side, "images-idx3", images_path, err);
    if (!status)
        status = find(folder, set, side, "labels-idx1", labels_path, err);
    if (!status)
        status = tuft_idx_load_classes(images_path, labels_path, 0, sets[set].first,
                                       sets[set].classes, out, err);
    if (!status && per_class)
        keep_first(out, per_class);
    if (!status)
        status = turn(out, err);
    if (status)
        tuft_images_free(out);
    return status;
}

tuft_status tuft_emnist_load(const char *folder, tuft_emnist_set set, tuft_emnist_side side,
                             size_t per_class, const tuft_dvs_parameters *sensor, uint64_t seed,
                             int threads, tuft_recordings *out, tuft_error *err)
{
    tuft_images images;
    *out = (tuft_recordings){0};
    tuft_status status = tuft_emnist_images(folder, set, side, per_class, &images, err);
    if (status)
        return status;
    status = tuft_dvs_from_images(&images, sensor, seed, threads, out, err);
    tuft_images_free(&images);
    return status;
}
