#include "datasets/mnist.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* The file of this name in the folder, or the same with .gz. */
static tuft_status find(const char *folder, const char *name, char path[PATH_MAX], tuft_error *err)
{
    static const char *const ending[] = {"", ".gz"};
    for (int i = 0; i < 2; i++) {
        int length = snprintf(path, PATH_MAX, "%s/%s%s", folder, name, ending[i]);
        if (length > 0 && length < PATH_MAX && access(path, R_OK) == 0)
            return TUFT_OK;
    }
    return tuft_fail(err, TUFT_IO, "%.300s: holds no %s or %s.gz", folder, name, name);
}

tuft_status tuft_mnist_load(const char *folder, tuft_mnist_side side, size_t limit,
                            const tuft_dvs_parameters *sensor, uint64_t seed, int threads,
                            tuft_recordings *out, tuft_error *err)
{
    static const char *const images_name[] = {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"};
    static const char *const labels_name[] = {"train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"};
    char images_path[PATH_MAX], labels_path[PATH_MAX];
    tuft_images images;
    *out = (tuft_recordings){0};
    tuft_status status = find(folder, images_name[side], images_path, err);
    if (!status)
        status = find(folder, labels_name[side], labels_path, err);
    if (!status)
        status = tuft_idx_load(images_path, labels_path, limit, &images, err);
    if (status)
        return status;
    status = tuft_dvs_from_images(&images, sensor, seed, threads, out, err);
    tuft_images_free(&images);
    return status;
}
