/* MNIST as a sensor would see it: a side of the data set, each image before the emulated dynamic
 * vision sensor of datasets/dvs.h. */
#ifndef TUFT_DATASETS_MNIST_H
#define TUFT_DATASETS_MNIST_H

#include "datasets/dvs.h"

typedef enum { TUFT_MNIST_TRAIN, TUFT_MNIST_TEST } tuft_mnist_side;

/* The first `limit` images (0: all) of a side in a folder that holds the published files,
 * train-images-idx3-ubyte and so on, with or without .gz. One sensor a seed looks at both sides;
 * its noise at an image depends on the image's place, so that image k of the one side has that of
 * image k of the other. Errors: TUFT_IO where a file is missing; those of tuft_idx_load and
 * tuft_dvs_from_images. */
tuft_status tuft_mnist_load(const char *folder, tuft_mnist_side side, size_t limit,
                            const tuft_dvs_parameters *sensor, uint64_t seed, int threads,
                            tuft_recordings *out, tuft_error *err);

#endif
