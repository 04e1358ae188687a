#include "apps/json_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int json_path_step(const char **path, json_step_place place, json_step *out)
{
    const char *rest = *path;
    *out = (json_step){0};
    if (*rest == '[') {
        char *end;
        if (rest[1] < '0' || rest[1] > '9')
            return 0;
        errno = 0;
        out->index = strtoul(rest + 1, &end, 10);
        if (*end != ']' || errno)
            return 0;
        *path = end + 1;
        return 1;
    }
    if (place == JSON_STEP_LATER && *rest++ != '.')
        return 0;
    size_t length = strcspn(rest, ".[=,");
    if (!length || length >= JSON_STEP_SIZE)
        return 0;
    memcpy(out->key, rest, length);
    *path = rest + length;
    return 1;
}

json_t *json_path_follow(const json_t *from, const json_step *step)
{
    return *step->key ? json_object_get(from, step->key) : json_array_get(from, step->index);
}

json_t *json_path_get(const json_t *document, const char *path)
{
    const json_t *at = document;
    json_step step;
    for (json_step_place place = JSON_STEP_FIRST; at && *path; place = JSON_STEP_LATER)
        at = json_path_step(&path, place, &step) ? json_path_follow(at, &step) : NULL;
    return (json_t *)at;
}
