#include "apps/macro_values.h"

#include "apps/suggest.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const macro_wires_methods[] = {"none", "folded", "exact", NULL};
const char *const macro_noise_methods[] = {"columns", "cells", NULL};
const char *const macro_drives[] = {"levels", "pulses", NULL};
const char *const macro_rangings[] = {"fixed", "auto", NULL};

typedef enum { KIND_COUNT, KIND_REAL, KIND_CHOICE } kind;

typedef struct {
    const char *name;
    kind type;
    size_t offset;
    const char *const *choices;
} value;

#define ROW(name, type, member, choices)                                                           \
    {name, KIND_##type, offsetof(tuft_macro_config, member), choices},
static const value values[] = {MACRO_VALUES(ROW)};

enum { VALUES = sizeof values / sizeof *values };

static tuft_status read_value(const value *v, tuft_macro_config *config, const char *text,
                              tuft_error *err)
{
    void *at = (char *)config + v->offset;
    char *end;
    errno = 0;
    if (v->type == KIND_CHOICE) {
        for (int i = 0; v->choices[i]; i++)
            if (strcmp(v->choices[i], text) == 0) {
                *(int *)at = i;
                return TUFT_OK;
            }
        return tuft_fail(err, TUFT_INVALID, "%s: \"%.40s\", expected %s%s%s%s%s", v->name, text,
                         v->choices[0], v->choices[2] ? ", " : " or ", v->choices[1],
                         v->choices[2] ? " or " : "", v->choices[2] ? v->choices[2] : "");
    }
    if (v->type == KIND_REAL) {
        double number = strtod(text, &end);
        if (end == text || *end || !isfinite(number))
            return tuft_fail(err, TUFT_INVALID, "%s: \"%.40s\", expected a number", v->name, text);
        *(double *)at = number;
        return TUFT_OK;
    }
    long long number = strtoll(text, &end, 10);
    if (errno || end == text || *end || number < 0 || number > UINT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "%s: \"%.40s\", expected a whole number from 0 to %u",
                         v->name, text, UINT32_MAX);
    *(uint32_t *)at = (uint32_t)number;
    return TUFT_OK;
}

static tuft_status assign(tuft_macro_config *config, char *part, tuft_error *err)
{
    const char *known[VALUES];
    char *equals = strchr(part, '=');
    if (!equals)
        return tuft_fail(err, TUFT_INVALID, "--set: \"%.60s\", expected name=value", part);
    *equals = '\0';
    for (size_t i = 0; i < VALUES; i++) {
        if (strcmp(values[i].name, part) == 0)
            return read_value(&values[i], config, equals + 1, err);
        known[i] = values[i].name;
    }
    const char *near = suggest_nearest(part, known, VALUES);
    return tuft_fail(err, TUFT_INVALID, "--set: unknown value \"%.60s\"%s%s%s", part,
                     near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
}

tuft_status macro_values_set(tuft_macro_config *config, const char *assignments, tuft_error *err)
{
    if (!assignments)
        return TUFT_OK;
    tuft_macro_config changed = *config;
    char *text = strdup(assignments), *rest = NULL;
    if (!text)
        return tuft_fail(err, TUFT_MEMORY, "--set: no memory");
    tuft_status status = TUFT_OK;
    for (char *part = strtok_r(text, ",", &rest); part && !status;
         part = strtok_r(NULL, ",", &rest))
        status = assign(&changed, part, err);
    free(text);
    if (!status)
        *config = changed;
    return status;
}

json_t *macro_values_json(const tuft_macro_config *config)
{
    json_t *all = json_object();
    for (size_t i = 0; i < VALUES; i++) {
        const void *at = (const char *)config + values[i].offset;
        json_object_set_new(all, values[i].name,
                            values[i].type == KIND_REAL ? json_real(*(const double *)at)
                            : values[i].type == KIND_COUNT
                                ? json_integer(*(const uint32_t *)at)
                                : json_string(values[i].choices[*(const int *)at]));
    }
    return all;
}
