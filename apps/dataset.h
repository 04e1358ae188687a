/* Data sets by name, and how they are split into training and test.
 */
#ifndef TUFT_APPS_DATASET_H
#define TUFT_APPS_DATASET_H

#include "apps/preset.h"
#include "core/events.h"

#include <stdint.h>

typedef enum {
    DATASET_N_MNIST,
    DATASET_N_TIDIGITS,
    DATASET_FSDD,
    DATASET_MNIST,
    DATASET_EMNIST_LETTERS,
    DATASET_SYNTHETIC_VISION,
    DATASET_SYNTHETIC_AUDIO,
    DATASET_SYNTHETIC_LETTERS,
    DATASET_SYNTHETIC_NEURAL
} dataset_name;

extern const char *const dataset_names[]; /* NULL-terminated, in the order of dataset_name */

/* One division of the recordings: train[i], test[i] for recording i (never both). */
typedef struct {
    char name[48]; /* "test", "talker george" */
    uint8_t *train, *test;
} dataset_split;

typedef struct {
    modality kind;
    tuft_recordings all;
    uint32_t *speaker; /* [all.count] number of the talker or writer, 0 where unknown */
    size_t splits;
    dataset_split *split;
} dataset;

void dataset_free(dataset *set);

typedef struct {
    dataset_name name;
    const char *train, *test; /* paths; test may be NULL where the set has a rule of its own */
    const char *test_talkers; /* "a,b" or NULL: the last quarter in alphabetical order */
    tuft_cochlea_parameters cochlea; /* fsdd */
    uint32_t per_class;              /* synthetic sets */
    size_t limit;   /* mnist: the first so many images of a side; emnist-letters: of each
       letter and side; 0: all */
    uint64_t seed;  /* synthetic sets, cross-validation */
    uint32_t folds; /* 0: test on the test side; else cross-validate inside the training
                       side alone */
    int threads;
} dataset_request;

/* Whether a request makes sense, before anything is read: messages are in the words of the command
 * line (folds is --cross-validate). */
tuft_status dataset_check(const dataset_request *request, tuft_error *err);

/* Loads and splits. n-mnist: two folders. n-tidigits: the train side of one file, the test side of
 * the other (or the same). mnist, emnist-letters: one folder with both sides. fsdd with test: two
 * folders; without: each talker is left out in turn. synthetic, and fsdd with test_talkers:
 * tuft_talker_split. With folds the test side is not even kept: folds hold whole talkers where they
 * are known and there are enough of them. */
tuft_status dataset_load(const dataset_request *request, dataset *out, tuft_error *err);

#endif
