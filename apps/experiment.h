/* Experiments as files (docs/experiments.md): which subcommand, with which options, and what it is
 * to be compared with.
 *
 *     {"tuft_experiment": 1, "title": "...", "command": "classify",
 *      "options": {"dataset": "n-mnist", "train": "{data}/n-mnist/Train", "seeds": 5,
 *                  "set": {"group0.maps": 96}},
 *      "metric": "results.accuracy",
 *      "published": [{"metric": "results.accuracy", "value": 0.8911, "source": "..."}],
 *      "expected": [{"metric": "results.accuracy", "value": 0.9493, "source": "..."}]}
 *
 * In texts, {data} stands for the folder of recordings and {here} for the file's own folder.
 */
#ifndef TUFT_APPS_EXPERIMENT_H
#define TUFT_APPS_EXPERIMENT_H

#include "apps/settings.h"

#include <jansson.h>

typedef struct {
    const char *metric, *source; /* borrowed from the document; source may be NULL */
    double value;
} experiment_figure;

typedef struct {
    const char *path; /* borrowed */
    json_t *document;
    const char *title, *description; /* borrowed from the document; description may be NULL */
    const char *metric;              /* its own, or the subcommand's; NULL: there is none */
    settings settings;
    experiment_figure *published, *expected;
    size_t published_count, expected_count;
} experiment;

/* Reads and checks a file. data: the folder of recordings; NULL: $TUFT_DATA, else ../shared/data
 * where it is. TUFT_FORMAT and the place in the file for anything that is not as it should be;
 * TUFT_IO where recordings are named that are not there. */
tuft_status experiment_read(experiment *made, const char *path, const char *data, tuft_error *err);
void experiment_free(experiment *of);

#endif
