/* Handwritten letters: E-MNIST (Cohen, Afshar, Tapson, van Schaik 2017, arXiv 1702.05373), each
 * image before the emulated dynamic vision sensor of datasets/dvs.h.
 *
 * The published files are MNIST's in form (datasets/idx.h), except that images are stored column
 * by column: read as rows they lie on their side, mirrored. Labels: letters 1 to 26, upper and
 * lower case as one class, which become classes 0 to 25; all others from 0.
 */
#ifndef TUFT_DATASETS_EMNIST_H
#define TUFT_DATASETS_EMNIST_H

#include "datasets/dvs.h"

typedef enum {
    TUFT_EMNIST_LETTERS,  /* 26 classes: 124 800 to train, 20 800 to test */
    TUFT_EMNIST_DIGITS,   /* 10 */
    TUFT_EMNIST_BALANCED, /* 47: digits, capitals, small letters that look unlike their capitals */
    TUFT_EMNIST_BYMERGE,  /* the same 47, as often as they came */
    TUFT_EMNIST_BYCLASS   /* 62: digits, capitals, small letters */
} tuft_emnist_set;

typedef enum { TUFT_EMNIST_TRAIN, TUFT_EMNIST_TEST } tuft_emnist_side;

/* "emnist-letters" and so on: what its files' names begin with. */
const char *tuft_emnist_name(tuft_emnist_set set);

/* The images of a side, upright, from the folder that holds <name>-train-images-idx3-ubyte,
 * <name>-train-labels-idx1-ubyte and so on, with or without .gz: the first per_class of each class
 * in their order (0: all; the published test files are sorted by class, so that the first few
 * images of the file would be of one). TUFT_IO where a file is missing; TUFT_FORMAT, errors of
 * tuft_idx_load_classes. The caller owns *out, which is zeroed on failure. */
tuft_status tuft_emnist_images(const char *folder, tuft_emnist_set set, tuft_emnist_side side,
                               size_t per_class, tuft_images *out, tuft_error *err);

/* The same as recordings. One sensor a seed looks at both sides; noise as in datasets/mnist.h. */
tuft_status tuft_emnist_load(const char *folder, tuft_emnist_set set, tuft_emnist_side side,
                             size_t per_class, const tuft_dvs_parameters *sensor, uint64_t seed,
                             int threads, tuft_recordings *out, tuft_error *err);

#endif
