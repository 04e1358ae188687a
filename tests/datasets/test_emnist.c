/* Files in the form of E-MNIST, made here. */
#include "datasets/emnist.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

enum { COUNT = 60, SIDE = 28, PIXELS = SIDE * SIDE };

static char folder[] = "/tmp/tuft-test-emnist-XXXXXX";

static void enter(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void leave(void)
{
    char line[128];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    cr_assert_eq(system(line), 0);
}

TestSuite(emnist, .init = enter, .fini = leave);

/* mode "wb" packs, "wbT" writes plainly. */
static void put(const char *name, const unsigned char *bytes, unsigned n, const char *mode)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile stream = gzopen(path, mode);
    cr_assert_eq(gzwrite(stream, bytes, n), (int)n);
    gzclose(stream);
}

/* Image k, upright: a row of ink at y = 3 + label, shorter to the right the later k; stored column
 * by column, as published. Labels run from `first` through `classes` of them again and again. */
static void put_side(const char *prefix, int first, int classes, const char *mode)
{
    static unsigned char images[16 + COUNT * PIXELS];
    unsigned char labels[8 + COUNT] = {0, 0, 8, 1, 0, 0, 0, COUNT};
    const unsigned char head[] = {0, 0, 8, 3, 0, 0, 0, COUNT, 0, 0, 0, SIDE, 0, 0, 0, SIDE};
    char name[96];
    memset(images, 0, sizeof images);
    memcpy(images, head, sizeof head);
    for (int k = 0; k < COUNT; k++) {
        labels[8 + k] = (unsigned char)(first + k % classes);
        for (int x = 2; x < 26 - k / classes; x++)
            images[16 + k * PIXELS + x * SIDE + (k % classes) % 25 + 1] = 255;
    }
    snprintf(name, sizeof name, "%s-images-idx3-ubyte%s", prefix, mode[2] ? "" : ".gz");
    put(name, images, sizeof images, mode);
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte%s", prefix, mode[2] ? "" : ".gz");
    put(name, labels, sizeof labels, mode);
}

Test(emnist, letters_stand_upright_from_0_to_25)
{
    tuft_images set;
    put_side("emnist-letters-train", 1, 26, "wb");
    OK(tuft_emnist_images(folder, TUFT_EMNIST_LETTERS, TUFT_EMNIST_TRAIN, 0, &set, NULL));
    cr_assert(set.count == COUNT && set.classes == 26);
    for (int k = 0; k < COUNT; k++) {
        cr_assert_eq(set.label[k], k % 26);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                cr_assert_eq(set.pixel[k * PIXELS + y * SIDE + x],
                             y == (k % 26) % 25 + 1 && x >= 2 && x < 26 - k / 26 ? 255 : 0);
    }
    tuft_images_free(&set);
}

Test(emnist, the_first_of_each_class_are_kept)
{
    tuft_images all, set;
    put_side("emnist-letters-test", 1, 26, "wbT");
    OK(tuft_emnist_images(folder, TUFT_EMNIST_LETTERS, TUFT_EMNIST_TEST, 0, &all, NULL));
    OK(tuft_emnist_images(folder, TUFT_EMNIST_LETTERS, TUFT_EMNIST_TEST, 2, &set, NULL));
    cr_assert_eq(set.count, 52);
    cr_assert_eq(memcmp(set.pixel, all.pixel, 52 * PIXELS), 0);
    tuft_images_free(&set);
    OK(tuft_emnist_images(folder, TUFT_EMNIST_LETTERS, TUFT_EMNIST_TEST, 1, &set, NULL));
    cr_assert_eq(set.count, 26);
    tuft_images_free(&set);
    tuft_images_free(&all);
}

Test(emnist, the_other_sets)
{
    static const struct {
        tuft_emnist_set set;
        int classes;
    } sets[] = {{TUFT_EMNIST_DIGITS, 10},
                {TUFT_EMNIST_BALANCED, 47},
                {TUFT_EMNIST_BYMERGE, 47},
                {TUFT_EMNIST_BYCLASS, 62}};
    for (int i = 0; i < 4; i++) {
        char prefix[64];
        tuft_images set;
        snprintf(prefix, sizeof prefix, "%s-test", tuft_emnist_name(sets[i].set));
        put_side(prefix, 0, sets[i].classes, "wb");
        OK(tuft_emnist_images(folder, sets[i].set, TUFT_EMNIST_TEST, 0, &set, NULL));
        cr_assert_eq(set.classes, sets[i].classes);
        for (int k = 0; k < COUNT; k++)
            cr_assert_eq(set.label[k], k % sets[i].classes);
        tuft_images_free(&set);
    }
}

Test(emnist, labels_outside_the_set_are_refused)
{
    tuft_images set;
    tuft_error err;
    put_side("emnist-letters-train", 0, 26, "wb"); /* a label 0 */
    cr_assert_eq(tuft_emnist_images(folder, TUFT_EMNIST_LETTERS, TUFT_EMNIST_TRAIN, 0, &set, &err),
                 TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "offset 8: label 0, expected 1 to 26"), "%s",
                       err.message);
    put_side("emnist-letters-train", 1, 27, "wb"); /* a label 27 */
    cr_assert_eq(tuft_emnist_images(folder, TUFT_EMNIST_LETTERS, TUFT_EMNIST_TRAIN, 0, &set, &err),
                 TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "offset 34: label 27"), "%s", err.message);
    cr_assert_null(set.pixel);
    cr_assert_eq(tuft_emnist_images(folder, TUFT_EMNIST_LETTERS, TUFT_EMNIST_TEST, 0, &set, &err),
                 TUFT_IO);
    cr_assert_not_null(strstr(err.message, "holds no emnist-letters-test-images-idx3-ubyte"));
}

Test(emnist, recordings_have_26_classes)
{
    const tuft_dvs_parameters sensor = tuft_dvs_defaults();
    tuft_recordings set;
    put_side("emnist-letters-train", 1, 26, "wb");
    OK(tuft_emnist_load(folder, TUFT_EMNIST_LETTERS, TUFT_EMNIST_TRAIN, 1, &sensor, 1, 2, &set,
                        NULL));
    cr_assert(set.count == 26 && set.classes == 26 && set.recording[25].label == 25);
    cr_assert_gt(set.recording[3].events.count, 50);
    tuft_recordings_free(&set);
}
