/* Paths into a JSON document: "results.few_shot[0].accuracy". */
#ifndef TUFT_APPS_JSON_PATH_H
#define TUFT_APPS_JSON_PATH_H

#include <jansson.h>
#include <stddef.h>

enum { JSON_STEP_SIZE = 128 };

/* One step of a path: a key, or an index in brackets. */
typedef struct {
    char key[JSON_STEP_SIZE]; /* "" for an index */
    size_t index;
} json_step;

typedef enum { JSON_STEP_FIRST, JSON_STEP_LATER } json_step_place;

/* Takes a step off *path, which is left after it; 0 where there is none that is well formed. A key
 * ends before any of ".[=,", and each but the first follows a dot. */
int json_path_step(const char **path, json_step_place place, json_step *out);

/* Where a step from a value leads; NULL for nowhere. Borrowed. */
json_t *json_path_follow(const json_t *from, const json_step *step);

/* The value at the end of a path; NULL where there is none. Borrowed. */
json_t *json_path_get(const json_t *document, const char *path);

#endif
