#include "apps/energy_profile.h"

#include "apps/energy_embedded.h"
#include "apps/json_at.h"
#include "apps/suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROFILE_VERSION = 1, NAMES_SIZE = 400, MOST_PROFILES = 64 };

static const char *const profile_keys[] = {"tuft_energy_profile", "name",     "title", "sources",
                                           "constants",           "left_out", NULL};
static const char *const source_keys[] = {"citation", "year", "node_nm", NULL};
static const char *const constant_keys[] = {"value",  "unit",     "low",  "high",
                                            "source", "evidence", "note", NULL};
static const char *const evidences[] = {"measured", "estimated", NULL};

static char *copy_of(const char *text)
{
    return text ? strdup(text) : NULL;
}

static tuft_status read_text(const json_at *in, const char *key, char **out, tuft_error *err)
{
    const char *text;
    json_at at = json_at_member(in, key);
    tuft_status status = json_at_text(&at, &text, err);
    if (status)
        return status;
    *out = copy_of(text);
    return *out ? TUFT_OK : tuft_fail(err, TUFT_MEMORY, "%s: no memory", in->file);
}

/* A number of a constant, over 0 and finite. */
static tuft_status read_number(const json_at *in, const char *key, const char *unit,
                               tuft_dimension dimension, int level, tuft_energy_constant *out,
                               tuft_error *err)
{
    tuft_quantity quantity;
    json_at at = json_at_member(in, key);
    tuft_status status = json_at_real(&at, JSON_OVER_0, INFINITY, &out->shown[level], err);
    if (status)
        return status;
    status = tuft_quantity_read(out->shown[level], unit, dimension, &quantity, err);
    if (status) {
        json_at of_unit = json_at_member(in, "unit");
        return json_at_prefix(&of_unit, status, err);
    }
    out->si[level] = quantity.si;
    return TUFT_OK;
}

static tuft_status read_values(const json_at *in, tuft_cost cost, tuft_energy_constant *out,
                               tuft_error *err)
{
    static const char *const key[] = {"low", "value", "high"};
    const char *unit;
    json_at at = json_at_member(in, "unit");
    tuft_dimension dimension = tuft_cost_dimension(cost);
    tuft_status status = json_at_text(&at, &unit, err);
    if (status)
        return status;
    status = read_number(in, "value", unit, dimension, TUFT_ENERGY_NOMINAL, out, err);
    snprintf(out->unit, sizeof out->unit, "%s", unit);
    for (int l = 0; !status && l < TUFT_ENERGY_LEVELS; l++) {
        out->shown[l] = l == TUFT_ENERGY_NOMINAL || json_object_get(in->value, key[l])
                            ? out->shown[l]
                            : out->shown[TUFT_ENERGY_NOMINAL];
        if (json_object_get(in->value, key[l]))
            status = read_number(in, key[l], unit, dimension, l, out, err);
        else
            out->si[l] = out->si[TUFT_ENERGY_NOMINAL];
    }
    if (status)
        return status;
    if (out->si[TUFT_ENERGY_LOW] > out->si[TUFT_ENERGY_NOMINAL] ||
        out->si[TUFT_ENERGY_NOMINAL] > out->si[TUFT_ENERGY_HIGH])
        return json_at_fail(in, err, "low %g, value %g, high %g, expected them in this order",
                            out->shown[TUFT_ENERGY_LOW], out->shown[TUFT_ENERGY_NOMINAL],
                            out->shown[TUFT_ENERGY_HIGH]);
    return TUFT_OK;
}

static tuft_status read_source(const json_at *in, const json_at *sources, tuft_energy_constant *out,
                               tuft_error *err)
{
    const char *key;
    int64_t year = 0;
    json_at at = json_at_member(in, "source");
    tuft_status status = json_at_text(&at, &key, err);
    if (status)
        return status;
    json_at source = json_at_member(sources, key);
    if (!source.value)
        return json_at_fail(&at, err, "\"%.60s\" is not among sources", key);
    status = json_at_keys(&source, source_keys, err);
    if (!status)
        status = read_text(&source, "citation", &out->source, err);
    json_at when = json_at_member(&source, "year");
    if (!status)
        status = json_at_whole(&when, 1900, 2200, &year, err);
    out->year = (int)year;
    json_at node = json_at_member(&source, "node_nm");
    return status || !node.value ? status
                                 : json_at_real(&node, JSON_OVER_0, 1e6, &out->node_nm, err);
}

static tuft_status read_evidence(const json_at *in, tuft_energy_constant *out, tuft_error *err)
{
    const char *text;
    json_at at = json_at_member(in, "evidence");
    tuft_status status = json_at_text(&at, &text, err);
    if (status)
        return status;
    for (int e = 0; evidences[e]; e++)
        if (strcmp(evidences[e], text) == 0) {
            out->evidence = (tuft_evidence)e;
            return TUFT_OK;
        }
    return json_at_unknown(&at, "evidence", text, evidences, 2, err);
}

static tuft_status read_constant(const json_at *in, const json_at *sources, tuft_cost cost,
                                 tuft_energy_constant *out, tuft_error *err)
{
    tuft_status status = json_at_keys(in, constant_keys, err);
    if (!status)
        status = read_values(in, cost, out, err);
    if (!status)
        status = read_source(in, sources, out, err);
    if (!status)
        status = read_evidence(in, out, err);
    if (!status && json_object_get(in->value, "note"))
        status = read_text(in, "note", &out->note, err);
    out->given = !status;
    return status;
}

/* The parts of a sum stand or fall together. */
static tuft_status check_together(const json_at *constants, const tuft_energy_profile *profile,
                                  tuft_error *err)
{
    static const struct {
        tuft_cost with, needs;
    } rule[] = {{TUFT_COST_READ_VOLTAGE, TUFT_COST_READ_TIME},
                {TUFT_COST_READ_TIME, TUFT_COST_READ_VOLTAGE},
                {TUFT_COST_MEMORY_BYTE, TUFT_COST_WEIGHT_SIZE},
                {TUFT_COST_MEMORY_BYTE, TUFT_COST_STATE_SIZE},
                {TUFT_COST_EVENT_TIME, TUFT_COST_STATIC_POWER}};
    for (size_t r = 0; r < sizeof rule / sizeof *rule; r++)
        if (profile->constant[rule[r].with].given && !profile->constant[rule[r].needs].given) {
            json_at at = json_at_member(constants, tuft_cost_name(rule[r].needs));
            return json_at_fail(&at, err, "missing, expected beside %s",
                                tuft_cost_name(rule[r].with));
        }
    if (!json_object_size(constants->value))
        return json_at_fail(constants, err, "no constants");
    return TUFT_OK;
}

static tuft_status read_constants(const json_at *top, tuft_energy_profile *out, tuft_error *err)
{
    const char *names[TUFT_COSTS + 1] = {NULL};
    json_at sources = json_at_member(top, "sources"), constants = json_at_member(top, "constants");
    for (int c = 0; c < TUFT_COSTS; c++)
        names[c] = tuft_cost_name((tuft_cost)c);
    tuft_status status = json_at_keys(&constants, names, err);
    for (int c = 0; !status && c < TUFT_COSTS; c++) {
        json_at at = json_at_member(&constants, names[c]);
        if (at.value)
            status = read_constant(&at, &sources, (tuft_cost)c, &out->constant[c], err);
    }
    return status ? status : check_together(&constants, out, err);
}

static tuft_status read_profile(const char *file, const json_t *document, tuft_energy_profile *out,
                                tuft_error *err)
{
    int64_t version;
    char *name = NULL;
    json_at top = json_at_top(file, document);
    json_at at = json_at_member(&top, "tuft_energy_profile");
    *out = (tuft_energy_profile){0};
    tuft_status status = json_at_whole(&at, 1, PROFILE_VERSION, &version, err);
    if (!status)
        status = json_at_keys(&top, profile_keys, err);
    if (!status)
        status = read_text(&top, "name", &name, err);
    if (!status) {
        snprintf(out->name, sizeof out->name, "%s", name);
        free(name);
        status = read_text(&top, "title", &out->title, err);
    }
    if (!status && json_object_get(document, "left_out"))
        status = read_text(&top, "left_out", &out->left_out, err);
    if (!status)
        status = read_constants(&top, out, err);
    if (status)
        tuft_energy_profile_free(out);
    return status;
}

const char *energy_profile_names(char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (const energy_embedded *e = energy_profiles; e->name && used < size; e++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", e->name);
    return text;
}

static int is_file(const char *name)
{
    size_t length = strlen(name);
    return strchr(name, '/') || (length > 5 && strcmp(name + length - 5, ".json") == 0);
}

static tuft_status unknown(const char *name, tuft_error *err)
{
    char all[NAMES_SIZE];
    const char *names[MOST_PROFILES];
    size_t count = 0;
    for (const energy_embedded *e = energy_profiles; e->name && count < MOST_PROFILES; e++)
        names[count++] = e->name;
    const char *nearest = suggest_nearest(name, names, count);
    return tuft_fail(err, TUFT_INVALID,
                     "unknown profile '%.60s'%s%s%s; there is %s, or a FILE.json", name,
                     nearest ? " (did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?)" : "", energy_profile_names(all, sizeof all));
}

tuft_status energy_profile_load(tuft_energy_profile *out, const char *name, tuft_error *err)
{
    json_t *document = NULL;
    json_error_t error;
    if (is_file(name)) {
        tuft_status status = json_at_load(name, &document, err);
        if (status)
            return status;
    }
    for (const energy_embedded *e = energy_profiles; !document && e->name; e++)
        if (strcmp(e->name, name) == 0) {
            document = json_loadb(e->text, e->size, JSON_REJECT_DUPLICATES, &error);
            if (!document)
                return tuft_fail(err, TUFT_FORMAT, "profile %s: line %d: %s", name, error.line,
                                 error.text);
        }
    if (!document)
        return unknown(name, err);
    tuft_status status = read_profile(name, document, out, err);
    json_decref(document);
    return status;
}
