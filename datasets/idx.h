/* MNIST images in IDX files, gzip or plain (LeCun, Cortes, Burges: yann.lecun.com/exdb/mnist), and
 * other sets in the same form (E-MNIST).
 *
 * Images: big-endian 32-bit magic 0x00000803, count, rows, columns, then count x rows x columns
 * bytes, row-major, 0 background, 255 stroke. Labels: magic 0x00000801, count, then count bytes.
 */
#ifndef TUFT_DATASETS_IDX_H
#define TUFT_DATASETS_IDX_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

enum { TUFT_IDX_CLASSES = 10, TUFT_IDX_SIDE_LIMIT = 1024, TUFT_IDX_COUNT_LIMIT = 1 << 24 };

typedef struct {
    size_t count;
    uint32_t width, height; /* pixels */
    uint8_t *pixel;         /* count x height x width, row-major */
    uint8_t *label;         /* count, 0 to classes-1; NULL without a label file */
    int classes;            /* 10 in MNIST */
} tuft_images;

void tuft_images_free(tuft_images *images);

/* The images of images_path and, unless labels_path is NULL, their labels. limit > 0 keeps the
 * first limit ones and leaves the rest of the files unread; limit 0 takes all and refuses trailing
 * bytes. The caller owns *out, which is zeroed on failure. TUFT_IO where a file cannot be read;
 * TUFT_FORMAT for a wrong magic, a side outside 1..1024, more than 2^24 images, a file that ends
 * early, counts that differ, or a label above 9. Memory grows with what is read, not with what the
 * header promises. */
tuft_status tuft_idx_load(const char *images_path, const char *labels_path, size_t limit,
                          tuft_images *out, tuft_error *err);

/* The same with labels in the file from `first` to first+classes-1 (E-MNIST letters: 1 to 26),
 * label 0 being the first. TUFT_INVALID where that range is empty or leaves 0..255. */
tuft_status tuft_idx_load_classes(const char *images_path, const char *labels_path, size_t limit,
                                  int first, int classes, tuft_images *out, tuft_error *err);

#endif
