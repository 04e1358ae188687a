#include "datasets/mnist.h"

#include "datasets/idx.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

static char folder[] = "/tmp/tuft-test-mnist-XXXXXX";

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

TestSuite(mnist, .init = enter, .fini = leave);

static void put(const char *name, const unsigned char *bytes, size_t n)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *stream = fopen(path, "wb");
    cr_assert_eq(fwrite(bytes, 1, n, stream), n);
    fclose(stream);
}

/* n images of 28 x 28 with a bar whose place is its label. */
static void put_side(const char *prefix, unsigned n)
{
    char name[64];
    unsigned char *images = calloc(16 + (size_t)n * 784, 1), labels[64] = {0, 0, 8, 1};
    const unsigned char head[] = {0, 0, 8, 3, 0, 0, 0, (unsigned char)n, 0, 0, 0, 28, 0, 0, 0, 28};
    memcpy(images, head, sizeof head);
    labels[7] = (unsigned char)n;
    for (unsigned k = 0; k < n; k++) {
        labels[8 + k] = (unsigned char)(k % 10);
        for (unsigned y = 4; y < 24; y++)
            memset(images + 16 + k * 784 + y * 28 + 2 + 2 * (k % 10), 255, 3);
    }
    snprintf(name, sizeof name, "%s-images-idx3-ubyte", prefix);
    put(name, images, 16 + (size_t)n * 784);
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", prefix);
    put(name, labels, 8 + n);
    free(images);
}

Test(mnist, sides_are_those_of_the_folder)
{
    const tuft_dvs_parameters sensor = tuft_dvs_defaults();
    tuft_recordings train, test;
    put_side("train", 12);
    put_side("t10k", 5);
    OK(tuft_mnist_load(folder, TUFT_MNIST_TRAIN, 0, &sensor, 1, 2, &train, NULL));
    OK(tuft_mnist_load(folder, TUFT_MNIST_TEST, 0, &sensor, 1, 1, &test, NULL));
    cr_assert(train.count == 12 && test.count == 5 && train.classes == 10);
    for (size_t k = 0; k < 12; k++) {
        cr_assert_eq(train.recording[k].label, (int)k % 10);
        cr_assert_gt(train.recording[k].events.count, 100);
    }
    /* The same image before the same sensor, whatever the side. */
    const tuft_events *a = &train.recording[3].events, *b = &test.recording[3].events;
    cr_assert_eq(a->count, b->count);
    cr_assert_eq(memcmp(a->tick_us, b->tick_us, a->count * sizeof *a->tick_us), 0);
    tuft_recordings_free(&train);
    OK(tuft_mnist_load(folder, TUFT_MNIST_TRAIN, 3, &sensor, 1, 1, &train, NULL));
    cr_assert_eq(train.count, 3);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
}

Test(mnist, missing_files_are_named)
{
    const tuft_dvs_parameters sensor = tuft_dvs_defaults();
    tuft_recordings out;
    tuft_error err;
    put_side("train", 2);
    cr_assert_eq(tuft_mnist_load(folder, TUFT_MNIST_TEST, 0, &sensor, 1, 1, &out, &err), TUFT_IO);
    cr_assert_not_null(strstr(err.message, "holds no t10k-images-idx3-ubyte"));
    cr_assert(!out.count && !out.recording);
}

Test(mnist, the_published_files)
{
    const char *data = getenv("TUFT_DATA");
    char path[512];
    const tuft_dvs_parameters sensor = tuft_dvs_defaults();
    tuft_recordings out;
    snprintf(path, sizeof path, "%s/mnist", data ? data : TUFT_SOURCE_DIR "/../shared/data");
    if (access(path, R_OK) != 0)
        cr_skip_test("no MNIST in %s", path);
    OK(tuft_mnist_load(path, TUFT_MNIST_TEST, 10, &sensor, 1, 2, &out, NULL));
    static const int labels[] = {7, 2, 1, 0, 4, 1, 4, 9, 5, 9};
    for (int k = 0; k < 10; k++)
        cr_assert_eq(out.recording[k].label, labels[k]);
    tuft_recordings_free(&out);
}
