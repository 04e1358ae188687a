#include "apps/json_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_SIZE = 128 };

/* One step of a path: a key, or an index in brackets. */
typedef struct {
    char key[STEP_SIZE]; /* "" for an index */
    size_t index;
} step;

static tuft_status malformed(const char *assignment, tuft_error *err)
{
    return tuft_fail(err, TUFT_INVALID,
                     "--set %.80s: expected PATH=VALUE, as populations[0].count=100", assignment);
}

/* Takes a step off the path; 0 where there is none that is well formed. */
static int take_step(const char **path, int first, step *out)
{
    const char *rest = *path;
    *out = (step){0};
    if (*rest == '[') {
        char *end;
        if (rest[1] < '0' || rest[1] > '9')
            return 0;
        errno = 0;
        out->index = strtoul(rest + 1, &end, 10);
        *path = end + 1;
        return *end == ']' && !errno;
    }
    if (!first && *rest++ != '.')
        return 0;
    size_t length = strcspn(rest, ".[=,");
    if (!length || length >= STEP_SIZE)
        return 0;
    memcpy(out->key, rest, length);
    *path = rest + length;
    return 1;
}

static json_t *follow(json_t *from, const step *by)
{
    return *by->key ? json_object_get(from, by->key) : json_array_get(from, by->index);
}

/* The value that text begins with: JSON, or a word up to the next comma. */
static json_t *take_value(const char **text)
{
    json_error_t error;
    json_t *value = json_loads(*text, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);
    if (value && ((*text)[error.position] == ',' || !(*text)[error.position])) {
        *text += error.position;
        return value;
    }
    json_decref(value);
    size_t length = strcspn(*text, ",");
    if (!length || strcspn(*text, "{}[]\"=") < length)
        return NULL;
    value = json_stringn(*text, length);
    *text += length;
    return value;
}

static tuft_status set_one(json_t *document, const char **text, tuft_error *err)
{
    const char *whole = *text;
    json_t *at = document;
    step by;
    if (!take_step(text, 1, &by))
        return malformed(whole, err);
    while (**text && **text != '=') {
        at = follow(at, &by);
        if (!at)
            return tuft_fail(err, TUFT_INVALID, "--set %.80s: there is no %.*s", whole,
                             (int)(*text - whole), whole);
        if (!take_step(text, 0, &by))
            return malformed(whole, err);
    }
    int path = (int)(*text - whole);
    if (**text != '=')
        return malformed(whole, err);
    ++*text;
    json_t *value = take_value(text);
    if (!value)
        return malformed(whole, err);
    int failed =
        *by.key ? json_object_set_new(at, by.key, value) : json_array_set_new(at, by.index, value);
    return failed
               ? tuft_fail(err, TUFT_INVALID, "--set %.80s: there is no %.*s", whole, path, whole)
               : TUFT_OK;
}

tuft_status json_set(json_t *document, const char *assignments, tuft_error *err)
{
    for (const char *rest = assignments;;) {
        tuft_status status = set_one(document, &rest, err);
        if (status || !*rest)
            return status;
        rest++; /* the comma */
    }
}
