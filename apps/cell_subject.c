#include "apps/cell_subject.h"

#include "apps/suggest.h"
#include "cells/catalogue.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 64, NUMBER = 32 };

static tuft_status unknown(const char *what, const char *typed, const char *const *names,
                           size_t count, tuft_error *err)
{
    const char *nearest = suggest_nearest(typed, names, count);
    char all[256] = "";
    if (nearest)
        return tuft_fail(err, TUFT_INVALID, "unknown %s '%.60s', did you mean '%s'?", what, typed,
                         nearest);
    for (size_t i = 0, used = 0; i < count && used + 2 < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", names[i]);
    return tuft_fail(err, TUFT_INVALID, "unknown %s '%.60s', expected one of %s", what, typed, all);
}

static tuft_status find_model(const char *name, const tuft_cell_model **model, tuft_error *err)
{
    const char *names[NAMES];
    size_t count, n;
    const tuft_cell_model *const *all = tuft_cell_models(&count);
    *model = tuft_cell_model_find(name);
    if (*model)
        return TUFT_OK;
    for (n = 0; n < count && n < NAMES; n++)
        names[n] = all[n]->name;
    return unknown("cell model", name, names, n, err);
}

static tuft_status unknown_parameter(const tuft_cell_model *model, const char *name,
                                     tuft_error *err)
{
    const char *names[NAMES];
    char what[64];
    size_t n = 0;
    for (const tuft_parameter_entry *p = model->parameter; p && p->name && n < NAMES; p++)
        if (p->kind != TUFT_PARAMETER_CELLS)
            names[n++] = p->name;
    snprintf(what, sizeof what, "parameter of %s", model->name);
    return unknown(what, name, names, n, err);
}

static tuft_status parse_number(const char *option, const char *text, double *value,
                                tuft_error *err)
{
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end || strpbrk(text, "xX ") || !isfinite(*value))
        return tuft_fail(err, TUFT_INVALID, "%s: '%.60s' is not a number", option, text);
    return TUFT_OK;
}

static tuft_status set_choice(const tuft_parameter_entry *entry, const char *text, double *value,
                              tuft_error *err)
{
    size_t n = 0;
    for (; entry->choice[n]; n++)
        if (strcmp(entry->choice[n], text) == 0) {
            *value = (double)n;
            return TUFT_OK;
        }
    return unknown(entry->name, text, entry->choice, n, err);
}

static tuft_status set_one(cell_subject *subject, char *assignment, tuft_error *err)
{
    char *equals = strchr(assignment, '=');
    double value = 0;
    if (!equals)
        return tuft_fail(err, TUFT_INVALID, "--set: '%.60s', expected name=value", assignment);
    *equals = '\0';
    const tuft_parameter_entry *entry = tuft_parameter_find(subject->model, assignment);
    if (!entry)
        return unknown_parameter(subject->model, assignment, err);
    tuft_status status = TUFT_OK;
    if (entry->kind == TUFT_PARAMETER_CHOICE)
        status = set_choice(entry, equals + 1, &value, err);
    else if (strcmp(equals + 1, "inf") == 0)
        value = INFINITY;
    else
        status = parse_number(entry->name, equals + 1, &value, err);
    return status ? status : tuft_parameter_set(subject->parameters, entry, value, err);
}

tuft_status cell_subject_new(cell_subject *out, const char *model, const char *set, tuft_error *err)
{
    *out = (cell_subject){0};
    cell_subject subject = {0};
    tuft_status status = find_model(model, &subject.model, err);
    if (!status && !subject.model->parameters_size)
        status = tuft_fail(err, TUFT_INVALID, "%s has no parameters that could be set", model);
    if (!status)
        status =
            tuft_array_new(&subject.parameters, 1, subject.model->parameters_size, "cell", err);
    if (status)
        return status;
    memcpy(subject.parameters, subject.model->defaults, subject.model->parameters_size);
    char *text = strdup(set ? set : ""), *rest = NULL;
    if (!text)
        status = tuft_fail(err, TUFT_MEMORY, "--set: no memory");
    for (char *part = text ? strtok_r(text, ",", &rest) : NULL; part && !status;
         part = strtok_r(NULL, ",", &rest))
        status = set_one(&subject, part, err);
    free(text);
    if (status)
        cell_subject_free(&subject);
    else
        *out = subject;
    return status;
}

void cell_subject_free(cell_subject *subject)
{
    free(subject->parameters);
    *subject = (cell_subject){0};
}

tuft_status cell_subject_check(const char *model, const char *set, tuft_error *err)
{
    cell_subject subject;
    tuft_status status = cell_subject_new(&subject, model, set, err);
    cell_subject_free(&subject);
    return status;
}

tuft_status cell_subject_variable(const cell_subject *subject, const char *name, tuft_error *err)
{
    char what[64];
    size_t n = 0;
    for (; subject->model->variable[n]; n++)
        if (strcmp(subject->model->variable[n], name) == 0)
            return TUFT_OK;
    snprintf(what, sizeof what, "variable of %s", subject->model->name);
    return unknown(what, name, subject->model->variable, n, err);
}

double cell_subject_value(const cell_subject *subject, const char *name)
{
    const tuft_parameter_entry *entry = tuft_parameter_find(subject->model, name);
    return entry ? tuft_parameter_get(subject->parameters, entry) : NAN;
}

json_t *cell_subject_json(const cell_subject *subject)
{
    json_t *all = json_object();
    for (const tuft_parameter_entry *p = subject->model->parameter; p->name; p++) {
        double value = tuft_parameter_get(subject->parameters, p);
        if (p->kind == TUFT_PARAMETER_CHOICE)
            json_object_set_new(all, p->name, json_string(p->choice[(size_t)value]));
        else if (p->kind != TUFT_PARAMETER_CELLS)
            json_object_set_new(all, p->name,
                                isfinite(value) ? json_real(value) : json_string("inf"));
    }
    return all;
}

void cell_subject_view(app_report *report, const cell_subject *subject)
{
    static const char *const heading[] = {"parameter", "value", "unit", "default"};
    const char *cell[NAMES][4];
    char text[NAMES][2][NUMBER];
    size_t rows = 0;
    for (const tuft_parameter_entry *p = subject->model->parameter; p->name && rows < NAMES; p++) {
        if (p->kind == TUFT_PARAMETER_CELLS)
            continue;
        double value[] = {tuft_parameter_get(subject->parameters, p),
                          tuft_parameter_get(subject->model->defaults, p)};
        for (int k = 0; k < 2; k++)
            if (p->kind == TUFT_PARAMETER_CHOICE)
                snprintf(text[rows][k], NUMBER, "%s", p->choice[(size_t)value[k]]);
            else
                snprintf(text[rows][k], NUMBER, "%g", value[k]);
        cell[rows][0] = p->name;
        cell[rows][1] = text[rows][0];
        cell[rows][2] = strcmp(p->unit, "1") ? p->unit : "";
        cell[rows][3] = value[0] == value[1] ? "" : text[rows][1];
        rows++;
    }
    report_table(report, "Every parameter of the cell; its default where it was changed.", heading,
                 4, &cell[0][0], rows);
}

tuft_status cell_numbers(const char *option, const char *text, double *value, size_t limit,
                         size_t *count, tuft_error *err)
{
    char *copy = strdup(text), *rest = NULL;
    tuft_status status = copy ? TUFT_OK : tuft_fail(err, TUFT_MEMORY, "%s: no memory", option);
    *count = 0;
    for (char *part = copy ? strtok_r(copy, ",", &rest) : NULL; part && !status;
         part = strtok_r(NULL, ",", &rest))
        if (*count == limit)
            status = tuft_fail(err, TUFT_INVALID, "%s: more than %zu numbers", option, limit);
        else
            status = parse_number(option, part, &value[(*count)++], err);
    free(copy);
    if (!status && *count == 0)
        status = tuft_fail(err, TUFT_INVALID, "%s: '%.60s' has no number", option, text);
    return status;
}

void cell_numbers_between(double from, double to, double *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        value[i] = count > 1 ? from + (to - from) * (double)i / (double)(count - 1) : from;
}
