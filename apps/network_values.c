#include "apps/network_read.h"
#include "core/memory.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VARIABLES_MAX = 64 };

/* ---- times ----------------------------------------------------------------------------------- */

tuft_status network_read_ticks(const network_file *file, const json_at *at, int64_t least,
                               int64_t *ticks, tuft_error *err)
{
    const double tick_ms = network_tick_ms(file), most = 0x1p53;
    double ms;
    tuft_status status = json_at_real(at, -INFINITY, INFINITY, &ms, err);
    if (status)
        return status;
    double exact = ms / tick_ms, whole = round(exact);
    if (ms < 0)
        return json_at_fail(at, err, "%.15g ms, expected 0 or more", ms);
    if (least > 0 && exact < 1 - 1e-6)
        return json_at_fail(at, err, "%.15g ms is under one tick of %.15g ms", ms, tick_ms);
    if (fabs(exact - whole) > 1e-6 * fmax(1, whole * 1e-6))
        return json_at_fail(at, err, "%.15g ms is not a whole number of ticks of %.15g ms", ms,
                            tick_ms);
    if (whole > most)
        return json_at_fail(at, err, "%.15g ms are more than 2^53 ticks of %.15g ms", ms, tick_ms);
    if (whole < (double)least)
        return json_at_fail(at, err, "%.15g ms, expected %.15g ms or more", ms,
                            (double)least * tick_ms);
    *ticks = (int64_t)whole;
    return TUFT_OK;
}

/* ---- distributions --------------------------------------------------------------------------- */

tuft_status network_read_distribution(const json_at *at, tuft_distribution *out, tuft_error *err)
{
    static const char *const kinds[] = {"uniform", "normal", "lognormal", NULL};
    static const tuft_distribution_kind of[] = {TUFT_UNIFORM, TUFT_NORMAL, TUFT_LOGNORMAL};
    json_at inside;
    int which;
    double pair[2];
    if (!json_is_object(at->value)) {
        tuft_status status = json_at_real(at, -INFINITY, INFINITY, &pair[0], err);
        if (!status)
            *out = (tuft_distribution){.kind = TUFT_FIXED, .a = pair[0]};
        return status;
    }
    tuft_status status = json_at_only(at, "distribution", kinds, &which, &inside, err);
    if (!status)
        status = json_at_reals(&inside, 2, -INFINITY, INFINITY, pair, err);
    if (status)
        return status;
    *out = (tuft_distribution){of[which], pair[0], pair[1]};
    if (out->kind == TUFT_UNIFORM && pair[1] < pair[0])
        return json_at_fail(&inside, err, "from %.15g to %.15g, expected an end that is no less",
                            pair[0], pair[1]);
    if (out->kind != TUFT_UNIFORM && pair[1] < 0)
        return json_at_fail(&inside, err, "standard deviation %.15g, expected 0 or more", pair[1]);
    return TUFT_OK;
}

tuft_status network_read_values(const json_at *at, uint32_t count, network_values *out,
                                tuft_error *err)
{
    *out = (network_values){0};
    if (!json_is_array(at->value))
        return network_read_distribution(at, &out->from, err);
    if (json_array_size(at->value) != count)
        return json_at_fail(at, err, "%zu numbers, expected one for each of %u cells",
                            json_array_size(at->value), count);
    for (uint32_t i = 0; i < count; i++) {
        double value;
        json_at item = json_at_item(at, i);
        tuft_status status = json_at_real(&item, -INFINITY, INFINITY, &value, err);
        if (status)
            return status;
    }
    out->each = at->value;
    return TUFT_OK;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static tuft_status one_cell(const json_at *at, uint32_t count, network_cells *out, tuft_error *err)
{
    int64_t cell;
    tuft_status status = json_at_whole(at, 0, (int64_t)count - 1, &cell, err);
    if (!status)
        status = TUFT_NEW(&out->cell, 1, "cells", err);
    if (!status) {
        out->cell[0] = (uint32_t)cell;
        out->cells = 1;
    }
    return status;
}

/* A number in the text, which is moved past it. */
static int take_number(const char **text, unsigned long *out)
{
    char *end;
    if (**text < '0' || **text > '9')
        return 0;
    errno = 0;
    *out = strtoul(*text, &end, 10);
    *text = end;
    return errno == 0;
}

tuft_status network_read_cells(const json_at *at, uint32_t count, network_cells *out,
                               tuft_error *err)
{
    const char *text;
    size_t capacity = 0;
    int64_t next = 0; /* the least cell that may follow */
    *out = (network_cells){.cells = at->value ? 0 : count};
    if (!at->value)
        return TUFT_OK;
    if (json_is_number(at->value))
        return one_cell(at, count, out, err);
    if (!json_is_string(at->value))
        return json_at_fail(at, err, "expected cells as \"0-9,20\"");
    tuft_status status = json_at_text(at, &text, err);
    for (const char *rest = text; !status; rest++) {
        unsigned long first, last;
        if (!take_number(&rest, &first)) {
            status = json_at_fail(at, err, "\"%.60s\", expected cells as \"0-9,20\"", text);
            break;
        }
        last = first;
        if (*rest == '-') {
            rest++;
            if (!take_number(&rest, &last))
                last = 0;
        }
        if (last < first || (int64_t)first < next || (*rest && *rest != ','))
            status = json_at_fail(at, err, "\"%.60s\", expected rising cells as \"0-9,20\"", text);
        else if (last >= count)
            status = json_at_fail(at, err, "cell %lu, expected below %u", last, count);
        if (!status)
            status =
                TUFT_GROW(&out->cell, &capacity, out->cells + (last - first) + 1, "cells", err);
        for (unsigned long cell = first; !status && cell <= last; cell++)
            out->cell[out->cells++] = (uint32_t)cell;
        next = (int64_t)last + 1;
        if (!*rest)
            break;
    }
    if (status) {
        free(out->cell);
        *out = (network_cells){0};
    }
    return status;
}

/* ---- names ----------------------------------------------------------------------------------- */

tuft_status network_read_population(const network_file *file, const json_at *at, uint32_t *out,
                                    tuft_error *err)
{
    const char *name, **names;
    tuft_status status = json_at_text(at, &name, err);
    if (status)
        return status;
    for (uint32_t q = 0; q < file->populations; q++)
        if (strcmp(file->population[q].name, name) == 0) {
            *out = q;
            return TUFT_OK;
        }
    status = TUFT_NEW(&names, file->populations, "names", err);
    if (status)
        return status;
    for (size_t q = 0; q < file->populations; q++)
        names[q] = file->population[q].name;
    status = json_at_unknown(at, "population", name, names, file->populations, err);
    free(names);
    return status;
}

/* One of a model's names: ports or variables. */
static tuft_status read_one_of(const json_at *at, const char *what, const char *const *names,
                               int *out, tuft_error *err)
{
    const char *name;
    size_t count = 0;
    tuft_status status = json_at_text(at, &name, err);
    if (status)
        return status;
    for (; names[count]; count++)
        if (strcmp(names[count], name) == 0) {
            *out = (int)count;
            return TUFT_OK;
        }
    return json_at_unknown(at, what, name, names, count, err);
}

tuft_status network_read_port(const network_file *file, const json_at *at, const json_at *target,
                              uint32_t population, const char **out, tuft_error *err)
{
    const network_population *of = &file->population[population];
    char what[80];
    int which = 0;
    if (!of->model || !of->model->port[0])
        return json_at_fail(target, err, "\"%s\" is a %s%s and takes no input", of->name,
                            of->model ? of->model->name : "source", of->model ? " population" : "");
    snprintf(what, sizeof what, "port of %s", of->model->name);
    if (at->value || of->model->port[1]) {
        tuft_status status = read_one_of(at, what, of->model->port, &which, err);
        if (status)
            return status;
    }
    *out = of->model->port[which];
    return TUFT_OK;
}

tuft_status network_read_variable(const network_file *file, const json_at *at, uint32_t population,
                                  int *out, tuft_error *err)
{
    const network_population *of = &file->population[population];
    char what[80];
    if (!of->model)
        return json_at_fail(at, err, "\"%s\" is a source and has no variables", of->name);
    snprintf(what, sizeof what, "variable of %s", of->model->name);
    return read_one_of(at, what, of->model->variable, out, err);
}

tuft_status network_read_name(const network_file *file, const json_at *at,
                              char name[NETWORK_NAME_SIZE], tuft_error *err)
{
    const char *given;
    enum { LONGEST = 40 };
    tuft_status status = json_at_text(at, &given, err);
    if (status)
        return status;
    if (strlen(given) > LONGEST ||
        given[strspn(given, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")])
        return json_at_fail(at, err,
                            "\"%.60s\", expected up to %d letters, digits, '_', '-' and '.'", given,
                            LONGEST);
    for (size_t q = 0; q < file->populations; q++)
        if (strcmp(file->population[q].name, given) == 0)
            return json_at_fail(at, err, "\"%s\" is the name of %s already", given,
                                file->population[q].spot);
    snprintf(name, NETWORK_NAME_SIZE, "%s", given);
    return TUFT_OK;
}

tuft_status network_read_choice(const json_at *at, const tuft_parameter_entry *entry, double *out,
                                tuft_error *err)
{
    const char *text;
    size_t count = 0;
    tuft_status status = json_at_text(at, &text, err);
    if (status)
        return status;
    for (; entry->choice[count]; count++)
        if (strcmp(entry->choice[count], text) == 0) {
            *out = (double)count;
            return TUFT_OK;
        }
    return json_at_unknown(at, entry->name, text, entry->choice, count, err);
}
