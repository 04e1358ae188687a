#include "datasets/idx.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Three images of 2 rows and 3 columns, and their labels. */
static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 3, 0,  0,  0,  2,  0,  0,  0,  3,  1,
                                       2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 3, 4, 0, 9};

static void save(const char *path, const void *bytes, size_t size, const char *mode)
{
    gzFile stream = gzopen(path, mode);
    cr_assert_not_null(stream);
    cr_assert_eq(gzwrite(stream, bytes, (unsigned)size), (int)size);
    cr_assert_eq(gzclose(stream), Z_OK);
}

/* "wb" packs, "wbT" writes plainly. */
static tuft_status load(const unsigned char *image_bytes, size_t image_size,
                        const unsigned char *label_bytes, size_t label_size, const char *mode,
                        size_t limit, tuft_images *out, tuft_error *err)
{
    char image_path[] = "/tmp/tuft-test-idx3-XXXXXX", label_path[] = "/tmp/tuft-test-idx1-XXXXXX";
    close(mkstemp(image_path));
    close(mkstemp(label_path));
    save(image_path, image_bytes, image_size, mode);
    save(label_path, label_bytes, label_size, mode);
    tuft_status status = tuft_idx_load(image_path, label_path, limit, out, err);
    unlink(image_path);
    unlink(label_path);
    if (status) {
        cr_assert(strstr(err->message, image_path) || strstr(err->message, label_path), "%s",
                  err->message);
        cr_assert_null(out->pixel);
        cr_assert_null(out->label);
    }
    return status;
}

Test(idx, packed_and_plain_files_read_alike)
{
    const char *mode[] = {"wb", "wbT"};
    for (int i = 0; i < 2; i++) {
        tuft_images set;
        tuft_error err;
        cr_assert_eq(load(images, sizeof images, labels, sizeof labels, mode[i], 0, &set, &err),
                     TUFT_OK);
        cr_assert_eq(set.count, 3);
        cr_assert_eq(set.width, 3);
        cr_assert_eq(set.height, 2);
        cr_assert_arr_eq(set.pixel, images + 16, 18);
        cr_assert_arr_eq(set.label, labels + 8, 3);
        tuft_images_free(&set);
        cr_assert_eq(load(images, sizeof images, labels, sizeof labels, mode[i], 2, &set, &err),
                     TUFT_OK);
        cr_assert_eq(set.count, 2);
        cr_assert_arr_eq(set.pixel, images + 16, 12);
        tuft_images_free(&set);
    }
}

/* Every one-field corruption is refused with a message that tells it. */
Test(idx, malformed_files_are_refused)
{
    const struct {
        int in_labels;
        size_t at;
        unsigned char value;
        const char *says;
    } broken[] = {{0, 3, 1, "magic is 0x00000801"},  {0, 4, 255, "number of images is 4278190083"},
                  {0, 7, 4, "expected 6 more"},      {0, 7, 2, "goes on after offset 28"},
                  {0, 11, 0, "number of rows is 0"}, {0, 14, 5, "number of columns is 1283"},
                  {1, 3, 3, "magic is 0x00000803"},  {1, 7, 2, "2 labels, expected 3"},
                  {1, 9, 10, "offset 9: label 10"}};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        unsigned char image[sizeof images], label[sizeof labels];
        memcpy(image, images, sizeof image);
        memcpy(label, labels, sizeof label);
        (broken[i].in_labels ? label : image)[broken[i].at] = broken[i].value;
        tuft_images set;
        tuft_error err;
        cr_assert_eq(load(image, sizeof image, label, sizeof label, "wb", 0, &set, &err),
                     TUFT_FORMAT, "case %zu", i);
        cr_assert(strstr(err.message, broken[i].says), "case %zu: %s", i, err.message);
    }
}

Test(idx, every_cut_is_refused)
{
    tuft_images set;
    tuft_error err;
    for (size_t size = 0; size < sizeof images; size++)
        cr_assert_eq(load(images, size, labels, sizeof labels, "wbT", 0, &set, &err), TUFT_FORMAT);
    for (size_t size = 0; size < sizeof labels; size++)
        cr_assert_eq(load(images, sizeof images, labels, size, "wb", 0, &set, &err), TUFT_FORMAT);
}

Test(idx, a_cut_gzip_stream_is_refused)
{
    char path[] = "/tmp/tuft-test-idx-XXXXXX";
    close(mkstemp(path));
    save(path, images, sizeof images, "wb");
    FILE *stream = fopen(path, "rb");
    cr_assert_not_null(stream);
    unsigned char packed[256];
    size_t size = fread(packed, 1, sizeof packed, stream);
    fclose(stream);
    tuft_images set;
    tuft_error err;
    cr_assert_eq(tuft_idx_load(path, NULL, 0, &set, &err), TUFT_OK);
    cr_assert_null(set.label);
    tuft_images_free(&set);
    for (size_t kept = 11; kept < size; kept++) {
        cr_assert_eq(truncate(path, (off_t)size), 0);
        stream = fopen(path, "wb");
        cr_assert_eq(fwrite(packed, 1, kept, stream), kept);
        fclose(stream);
        cr_assert_eq(tuft_idx_load(path, NULL, 0, &set, &err), TUFT_FORMAT, "%zu bytes", kept);
    }
    unlink(path);
    cr_assert_eq(tuft_idx_load(path, NULL, 0, &set, &err), TUFT_IO);
    cr_assert_eq(tuft_idx_load("/tmp", NULL, 0, &set, &err), TUFT_IO);
}

Test(idx, a_promise_of_billions_is_not_allocated)
{
    unsigned char header[16] = {0, 0, 8, 3, 1, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0};
    tuft_images set;
    tuft_error err;
    cr_assert_eq(load(header, sizeof header, labels, sizeof labels, "wb", 0, &set, &err),
                 TUFT_FORMAT);
    cr_assert(strstr(err.message, "ends at offset 16"), "%s", err.message);
}

Test(idx, mnist_itself)
{
    const char *data = getenv("TUFT_DATA");
    char image_path[PATH_MAX], label_path[PATH_MAX];
    if (!data)
        data = TUFT_SOURCE_DIR "/../shared/data";
    snprintf(image_path, sizeof image_path, "%s/mnist/t10k-images-idx3-ubyte.gz", data);
    snprintf(label_path, sizeof label_path, "%s/mnist/t10k-labels-idx1-ubyte.gz", data);
    if (access(image_path, R_OK) != 0)
        cr_skip_test("no MNIST");
    tuft_images set;
    tuft_error err;
    cr_assert_eq(tuft_idx_load(image_path, label_path, 0, &set, &err), TUFT_OK);
    cr_assert_eq(set.count, 10000);
    cr_assert_eq(set.width * set.height, 784);
    /* Class sizes as published. */
    const size_t expected[] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
    size_t counted[10] = {0};
    for (size_t i = 0; i < set.count; i++)
        counted[set.label[i]]++;
    cr_assert_arr_eq(counted, expected, sizeof expected);
    tuft_images_free(&set);
}

Test(idx, ranges_of_labels)
{
    char image_path[] = "/tmp/tuft-test-idx3-XXXXXX", label_path[] = "/tmp/tuft-test-idx1-XXXXXX";
    tuft_images set;
    tuft_error err;
    close(mkstemp(image_path));
    close(mkstemp(label_path));
    save(image_path, images, sizeof images, "wb");
    save(label_path, labels, sizeof labels, "wb");
    cr_assert_eq(tuft_idx_load_classes(image_path, label_path, 0, 0, 62, &set, &err), TUFT_OK);
    cr_assert(set.classes == 62 && set.label[2] == 9);
    tuft_images_free(&set);
    cr_assert_eq(tuft_idx_load_classes(image_path, label_path, 0, 0, 9, &set, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "offset 10: label 9, expected 0 to 8"), "%s", err.message);
    cr_assert_eq(tuft_idx_load_classes(image_path, label_path, 0, 1, 26, &set, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "offset 9: label 0, expected 1 to 26"), "%s", err.message);
    const int none[][2] = {{-1, 10}, {0, 0}, {0, 257}, {1, 256}, {255, INT_MAX}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        cr_assert_eq(
            tuft_idx_load_classes(image_path, label_path, 0, none[i][0], none[i][1], &set, &err),
            TUFT_INVALID);
    unlink(image_path);
    unlink(label_path);
}
