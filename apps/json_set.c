#include "apps/json_set.h"

#include "apps/json_path.h"

#include <string.h>

static tuft_status malformed(const char *assignment, tuft_error *err)
{
    return tuft_fail(err, TUFT_INVALID,
                     "--set %.80s: expected PATH=VALUE, as populations[0].count=100", assignment);
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
    json_step by;
    if (!json_path_step(text, JSON_STEP_FIRST, &by))
        return malformed(whole, err);
    while (**text && **text != '=') {
        at = json_path_follow(at, &by);
        if (!at)
            return tuft_fail(err, TUFT_INVALID, "--set %.80s: there is no %.*s", whole,
                             (int)(*text - whole), whole);
        if (!json_path_step(text, JSON_STEP_LATER, &by))
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
