#include "apps/json_at.h"

#include "apps/suggest.h"
#include "core/file.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SHOWN = 60 };
#define FILE_LIMIT ((size_t)256 << 20)

/* ---- the document ---------------------------------------------------------------------------- */

tuft_status json_at_load(const char *path, json_t **document, tuft_error *err)
{
    unsigned char *content;
    size_t size;
    json_error_t error;
    *document = NULL;
    tuft_status status = tuft_file_read(path, FILE_LIMIT, &content, &size, err);
    if (status)
        return status;
    json_t *root = json_loadb((const char *)content, size, JSON_REJECT_DUPLICATES, &error);
    free(content);
    if (!root)
        return tuft_fail(err, TUFT_FORMAT, "%s: line %d, column %d: %s", path, error.line,
                         error.column, error.text);
    if (!json_is_object(root)) {
        json_decref(root);
        return tuft_fail(err, TUFT_FORMAT, "%s: an array, expected an object", path);
    }
    *document = root;
    return TUFT_OK;
}

json_at json_at_top(const char *file, const json_t *document)
{
    return (json_at){.file = file, .value = document};
}

static int is_plain(const char *key)
{
    size_t word = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    return word && !key[word];
}

json_at json_at_member(const json_at *at, const char *key)
{
    json_at inside = {.file = at->file, .value = json_object_get(at->value, key)};
    const char *dot = *at->path ? "." : "";
    if (is_plain(key))
        snprintf(inside.path, sizeof inside.path, "%.100s%s%.50s", at->path, dot, key);
    else
        snprintf(inside.path, sizeof inside.path, "%.100s%s\"%.50s\"", at->path, dot, key);
    return inside;
}

json_at json_at_item(const json_at *at, size_t index)
{
    json_at inside = {.file = at->file, .value = json_array_get(at->value, index)};
    snprintf(inside.path, sizeof inside.path, "%.130s[%zu]", at->path, index);
    return inside;
}

/* ---- what is wrong --------------------------------------------------------------------------- */

tuft_status json_at_prefix(const json_at *at, tuft_status status, tuft_error *err)
{
    if (*at->path)
        tuft_fail_prefix(err, status, at->path);
    return tuft_fail_prefix(err, status, at->file);
}

tuft_status json_at_fail(const json_at *at, tuft_error *err, const char *format, ...)
{
    char text[TUFT_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tuft_fail(err, TUFT_FORMAT, "%s", text);
    return json_at_prefix(at, TUFT_FORMAT, err);
}

tuft_status json_at_unknown(const json_at *at, const char *what, const char *typed,
                            const char *const *names, size_t count, tuft_error *err)
{
    const char *nearest = suggest_nearest(typed, names, count);
    char known[300] = "";
    size_t used = 0;
    if (nearest)
        return json_at_fail(at, err, "unknown %s \"%.*s\" (did you mean \"%s\"?)", what, NAME_SHOWN,
                            typed, nearest);
    for (size_t i = 0; i < count && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s\"%s\"", i ? ", " : "",
                                 names[i]);
    if (used >= sizeof known)
        memcpy(known + sizeof known - 4, "...", 4);
    if (!count)
        return json_at_fail(at, err, "unknown %s \"%.*s\" (there is none)", what, NAME_SHOWN,
                            typed);
    return json_at_fail(at, err, "unknown %s \"%.*s\" (there is %s)", what, NAME_SHOWN, typed,
                        known);
}

static const char *kind_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        break;
    }
    return "null";
}

/* Of a value that is not what is expected there. */
static tuft_status other_than(const json_at *at, const char *expected, tuft_error *err)
{
    return json_at_fail(at, err, "%s, expected %s", at->value ? kind_of(at->value) : "missing",
                        expected);
}

static size_t names_of(const char *const *known)
{
    size_t count = 0;
    while (known[count])
        count++;
    return count;
}

static int is_among(const char *key, const char *const *known)
{
    for (size_t i = 0; known[i]; i++)
        if (strcmp(key, known[i]) == 0)
            return 1;
    return 0;
}

tuft_status json_at_keys(const json_at *at, const char *const *known, tuft_error *err)
{
    const char *key;
    json_t *member;
    if (!json_is_object(at->value))
        return other_than(at, "an object", err);
    json_object_foreach((json_t *)at->value, key, member)
    {
        (void)member;
        if (is_among(key, known))
            continue;
        json_at inside = json_at_member(at, key);
        const char *nearest = suggest_nearest(key, known, names_of(known));
        if (nearest)
            return json_at_fail(&inside, err, "unknown key (did you mean \"%s\"?)", nearest);
        return json_at_fail(&inside, err, "unknown key");
    }
    return TUFT_OK;
}

/* ---- values ---------------------------------------------------------------------------------- */

static tuft_status out_of_range(const json_at *at, double value, double low, double high,
                                tuft_error *err)
{
    if (low == JSON_OVER_0 && isinf(high))
        return json_at_fail(at, err, "%.15g, expected over 0", value);
    if (isinf(high))
        return json_at_fail(at, err, "%.15g, expected %.15g or more", value, low);
    if (low == JSON_OVER_0)
        return json_at_fail(at, err, "%.15g, expected over 0, up to %.15g", value, high);
    return json_at_fail(at, err, "%.15g, expected %.15g to %.15g", value, low, high);
}

tuft_status json_at_real(const json_at *at, double low, double high, double *out, tuft_error *err)
{
    if (!json_is_number(at->value))
        return other_than(at, "a number", err);
    double value = json_number_value(at->value);
    if (!(value >= low && value <= high) || !isfinite(value))
        return out_of_range(at, value, low, high, err);
    *out = value;
    return TUFT_OK;
}

tuft_status json_at_whole(const json_at *at, int64_t low, int64_t high, int64_t *out,
                          tuft_error *err)
{
    if (!json_is_number(at->value))
        return other_than(at, "a whole number", err);
    double value = json_number_value(at->value);
    if (value != floor(value))
        return json_at_fail(at, err, "%.15g, expected a whole number", value);
    if (!(value >= (double)low && value <= (double)high))
        return out_of_range(at, value, (double)low, (double)high, err);
    *out = (int64_t)value;
    return TUFT_OK;
}

tuft_status json_at_text(const json_at *at, const char **out, tuft_error *err)
{
    if (!json_is_string(at->value))
        return other_than(at, "a string", err);
    if (!*json_string_value(at->value))
        return json_at_fail(at, err, "\"\" is empty");
    *out = json_string_value(at->value);
    return TUFT_OK;
}

tuft_status json_at_truth(const json_at *at, int *out, tuft_error *err)
{
    if (!json_is_boolean(at->value))
        return other_than(at, "true or false", err);
    *out = json_is_true(at->value);
    return TUFT_OK;
}

tuft_status json_at_array(const json_at *at, size_t least, size_t *count, tuft_error *err)
{
    if (!json_is_array(at->value))
        return other_than(at, "an array", err);
    if (json_array_size(at->value) < least)
        return json_at_fail(at, err, "%zu elements, expected %zu or more",
                            json_array_size(at->value), least);
    *count = json_array_size(at->value);
    return TUFT_OK;
}

tuft_status json_at_reals(const json_at *at, size_t count, double low, double high, double *out,
                          tuft_error *err)
{
    size_t found = 0;
    tuft_status status = json_at_array(at, 0, &found, err);
    if (status)
        return status;
    if (found != count)
        return json_at_fail(at, err, "%zu elements, expected %zu", found, count);
    for (size_t i = 0; !status && i < count; i++) {
        json_at item = json_at_item(at, i);
        status = json_at_real(&item, low, high, &out[i], err);
    }
    return status;
}

tuft_status json_at_only(const json_at *at, const char *what, const char *const *names, int *which,
                         json_at *inside, tuft_error *err)
{
    const char *key;
    json_t *member;
    if (!json_is_object(at->value))
        return other_than(at, "an object", err);
    json_object_foreach((json_t *)at->value, key, member)
    {
        (void)member;
        if (!is_among(key, names))
            return json_at_unknown(at, what, key, names, names_of(names), err);
    }
    if (json_object_size(at->value) != 1)
        return json_at_fail(at, err, "%zu keys, expected one: the kind of %s",
                            json_object_size(at->value), what);
    for (int i = 0; names[i]; i++)
        if (json_object_get(at->value, names[i])) {
            *which = i;
            *inside = json_at_member(at, names[i]);
        }
    return TUFT_OK;
}
