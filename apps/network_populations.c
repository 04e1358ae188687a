#include "apps/network_read.h"
#include "cells/catalogue.h"
#include "core/memory.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMETERS_MAX = 64, MODELS_MAX = 63 };

/* Ticks of this length and longer are steps of a clock; shorter ones resolve single events. */
#define CLOCKED_TICK_US 50.0

/* ---- parameters ------------------------------------------------------------------------------ */

static tuft_status unknown_parameter(const tuft_cell_model *model, const char *name,
                                     const json_at *at, tuft_error *err)
{
    const char *names[PARAMETERS_MAX];
    char what[80];
    size_t count = 0;
    for (const tuft_parameter_entry *e = model->parameter; e && e->name; e++)
        if (e->kind != TUFT_PARAMETER_CELLS && count < PARAMETERS_MAX)
            names[count++] = e->name;
    snprintf(what, sizeof what, "parameter of %s", model->name);
    return json_at_unknown(at, what, name, names, count, err);
}

static tuft_status set_number(network_population *population, const tuft_parameter_entry *entry,
                              const json_at *at, double value, tuft_error *err)
{
    tuft_status status = tuft_parameter_set(population->parameters, entry, value, err);
    return status ? json_at_prefix(at, status, err) : TUFT_OK;
}

static tuft_status set_choice(network_population *population, const tuft_parameter_entry *entry,
                              const json_at *at, tuft_error *err)
{
    double value = 0;
    tuft_status status = network_read_choice(at, entry, &value, err);
    return status ? status : set_number(population, entry, at, value, err);
}

static tuft_status add_setting(network_population *population, network_setting setting,
                               const json_at *at, tuft_error *err)
{
    tuft_status status = network_read_values(at, population->count, &setting.values, err);
    if (!status)
        status = TUFT_GROW(&population->setting, &population->setting_capacity,
                           population->settings + 1, "settings", err);
    if (!status)
        population->setting[population->settings++] = setting;
    return status;
}

static tuft_status set_each(network_population *population, const tuft_parameter_entry *entry,
                            const json_at *at, tuft_error *err)
{
    network_setting setting = {.parameter = entry,
                               .place = (uint32_t)(entry - population->model->parameter)};
    return add_setting(population, setting, at, err);
}

tuft_status network_read_parameter(network_population *population, const char *name,
                                   const json_at *at, tuft_error *err)
{
    const tuft_cell_model *model = population->model;
    const tuft_parameter_entry *entry = tuft_parameter_find(model, name);
    char each[80];
    double value;
    int64_t whole;
    tuft_status status;
    if (!entry)
        return unknown_parameter(model, name, at, err);
    switch (entry->kind) {
    case TUFT_PARAMETER_CHOICE:
        return set_choice(population, entry, at, err);
    case TUFT_PARAMETER_CELLS:
        return set_each(population, entry, at, err);
    case TUFT_PARAMETER_COUNT:
        status = json_at_whole(at, 0, UINT32_MAX, &whole, err);
        return status ? status : set_number(population, entry, at, (double)whole, err);
    case TUFT_PARAMETER_REAL:
        break;
    }
    if (json_is_object(at->value) || json_is_array(at->value)) {
        snprintf(each, sizeof each, "cell_%s", name);
        entry = tuft_parameter_find(model, each);
        if (!entry)
            return json_at_fail(at, err, "%s has one for all its cells, expected a number",
                                model->name);
        return set_each(population, entry, at, err);
    }
    if (json_is_string(at->value) && strcmp(json_string_value(at->value), "infinity") == 0)
        return set_number(population, entry, at, INFINITY, err);
    status = json_at_real(at, -INFINITY, INFINITY, &value, err);
    return status ? status : set_number(population, entry, at, value, err);
}

/* ---- does the model take them? --------------------------------------------------------------- */

typedef enum { LEAST, GREATEST } extreme;

/* One value that stands for those of all cells. */
static float example_of(const network_values *values, extreme which)
{
    if (!values->each) {
        const tuft_distribution *from = &values->from;
        double middle = from->kind == TUFT_UNIFORM     ? which == LEAST ? from->a : from->b
                        : from->kind == TUFT_LOGNORMAL ? exp(from->a)
                                                       : from->a;
        return (float)middle;
    }
    double found = json_number_value(json_array_get(values->each, 0));
    for (size_t i = 1; i < json_array_size(values->each); i++) {
        double value = json_number_value(json_array_get(values->each, i));
        found = which == LEAST ? fmin(found, value) : fmax(found, value);
    }
    return (float)found;
}

static void put_pointer(void *parameters, const tuft_parameter_entry *entry, const float *value)
{
    memcpy((char *)parameters + entry->offset, &value, sizeof value);
}

/* parameters is a copy that the model may borrow for the length of the call. left_out: an entry
 * that has its default. */
static tuft_status make_one(const network_file *file, const network_population *population,
                            void *parameters, extreme which, const tuft_parameter_entry *left_out,
                            tuft_error *err)
{
    const tuft_cell_model *model = population->model;
    float example[PARAMETERS_MAX];
    void *state;
    memcpy(parameters, population->parameters, model->parameters_size);
    for (size_t s = 0; s < population->settings && s < PARAMETERS_MAX; s++) {
        const network_setting *setting = &population->setting[s];
        if (!setting->parameter || setting->parameter == left_out)
            continue;
        example[s] = example_of(&setting->values, which);
        put_pointer(parameters, setting->parameter, &example[s]);
    }
    if (left_out && left_out->kind != TUFT_PARAMETER_CELLS) {
        tuft_status status = tuft_parameter_set(parameters, left_out,
                                                tuft_parameter_get(model->defaults, left_out), err);
        if (status)
            return status;
    }
    tuft_cell_context context = {
        .count = 1, .step_ticks = population->step_ticks, .tick_ms = network_tick_ms(file)};
    tuft_status status = model->create(&state, parameters, &context, err);
    if (!status)
        model->destroy(state);
    return status;
}

/* The parameter without which the model takes the rest; NULL: no single one. */
static const char *to_blame(const network_file *file, const network_population *population,
                            void *parameters, extreme which, const json_at *given)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)given->value, key, value)
    {
        (void)value;
        char each[80];
        const tuft_parameter_entry *entry = tuft_parameter_find(population->model, key);
        if (!make_one(file, population, parameters, which, entry, NULL))
            return key;
        snprintf(each, sizeof each, "cell_%s", key);
        entry = tuft_parameter_find(population->model, each);
        if (entry && !make_one(file, population, parameters, which, entry, NULL))
            return key;
    }
    return NULL;
}

tuft_status network_try_cell(const network_file *file, const network_population *population,
                             const json_at *parameters, tuft_error *err)
{
    char *copy;
    tuft_status status = TUFT_NEW(&copy, population->model->parameters_size, "parameters", err);
    for (int which = LEAST; !status && which <= GREATEST; which++) {
        status = make_one(file, population, copy, (extreme)which, NULL, err);
        if (!status)
            continue;
        const char *key = to_blame(file, population, copy, (extreme)which, parameters);
        json_at at = key ? json_at_member(parameters, key) : *parameters;
        status = json_at_prefix(&at, status, err);
    }
    free(copy);
    return status;
}

/* ---- one population -------------------------------------------------------------------------- */

tuft_status network_add_population(network_file *file, const char *spot,
                                   const tuft_cell_model *model, network_population **out,
                                   tuft_error *err)
{
    tuft_status status = TUFT_GROW(&file->population, &file->population_capacity,
                                   file->populations + 1, "populations", err);
    if (status)
        return status;
    network_population *made = &file->population[file->populations];
    *made = (network_population){.model = model};
    snprintf(made->spot, sizeof made->spot, "%.39s", spot);
    if (model) {
        status = tuft_array_new(&made->parameters, 1, model->parameters_size, "parameters", err);
        if (status)
            return status;
        memcpy(made->parameters, model->defaults, model->parameters_size);
    }
    file->populations++;
    *out = made;
    return TUFT_OK;
}

static tuft_status read_model(const json_at *at, const tuft_cell_model **out, tuft_error *err)
{
    const char *name, *names[MODELS_MAX + 1];
    size_t count, known = 0;
    const tuft_cell_model *const *models = tuft_cell_models(&count);
    tuft_status status = json_at_text(at, &name, err);
    if (status)
        return status;
    *out = NULL;
    if (strcmp(name, "source") == 0)
        return TUFT_OK;
    *out = tuft_cell_model_find(name);
    if (*out && (*out)->parameters_size)
        return TUFT_OK;
    for (size_t i = 0; i < count && known < MODELS_MAX; i++)
        names[known++] = models[i]->name;
    names[known++] = "source";
    return json_at_unknown(at, "model", name, names, known, err);
}

/* Which of its two forms the population lives in. */
static tuft_status read_mode(const network_file *file, const json_at *at,
                             network_population *population, tuft_error *err)
{
    static const char *const modes[] = {"clocked", "event-driven", NULL};
    const tuft_cell_model *model = population->model;
    json_at mode = json_at_member(at, "mode"), step = json_at_member(at, "step_ms");
    int clocked =
        model->step && (!model->receive || step.value || file->tick_us >= CLOCKED_TICK_US);
    if (mode.value) {
        const char *text;
        tuft_status status = json_at_text(&mode, &text, err);
        if (status)
            return status;
        clocked = strcmp(text, modes[0]) == 0;
        if (!clocked && strcmp(text, modes[1]) != 0)
            return json_at_unknown(&mode, "mode", text, modes, 2, err);
        if (clocked ? !model->step : !model->receive)
            return json_at_fail(&mode, err, "%s is %s only", model->name, modes[clocked]);
    }
    population->step_ticks = clocked;
    if (!step.value)
        return TUFT_OK;
    if (!clocked)
        return json_at_fail(&step, err, "an event-driven population has no step");
    tuft_status status = network_read_ticks(file, &step, 1, &population->step_ticks, err);
    if (!status && population->step_ticks > INT32_MAX)
        status = json_at_fail(&step, err, "more than %d ticks", INT32_MAX);
    return status;
}

static tuft_status read_parameters(const network_file *file, const json_at *at,
                                   network_population *population, tuft_error *err)
{
    json_at parameters = json_at_member(at, "parameters");
    const char *key;
    json_t *value;
    tuft_status status = TUFT_OK;
    if (parameters.value && !json_is_object(parameters.value))
        return json_at_fail(&parameters, err, "expected an object");
    json_object_foreach((json_t *)parameters.value, key, value)
    {
        (void)value;
        json_at member = json_at_member(&parameters, key);
        if (!status)
            status = network_read_parameter(population, key, &member, err);
    }
    return status ? status : network_try_cell(file, population, &parameters, err);
}

static tuft_status read_initial(const json_at *at, network_population *population, tuft_error *err)
{
    json_at initial = json_at_member(at, "initial");
    const tuft_cell_model *model = population->model;
    const char *key;
    json_t *value;
    char what[80];
    size_t names = 0;
    if (!initial.value)
        return TUFT_OK;
    if (!json_is_object(initial.value))
        return json_at_fail(&initial, err, "expected an object");
    if (!model->write)
        return json_at_fail(&initial, err, "the state of %s cannot be set", model->name);
    while (model->variable[names])
        names++;
    snprintf(what, sizeof what, "variable of %s", model->name);
    json_object_foreach((json_t *)initial.value, key, value)
    {
        (void)value;
        json_at member = json_at_member(&initial, key);
        network_setting setting = {0};
        while (model->variable[setting.variable] &&
               strcmp(model->variable[setting.variable], key) != 0)
            setting.variable++;
        if (!model->variable[setting.variable])
            return json_at_unknown(&member, what, key, model->variable, names, err);
        setting.place = (uint32_t)setting.variable;
        tuft_status status = add_setting(population, setting, &member, err);
        if (status)
            return status;
    }
    return TUFT_OK;
}

static tuft_status read_population(network_file *file, const json_at *at, tuft_error *err)
{
    static const char *const source_keys[] = {"name", "cell", "count", NULL};
    static const char *const cell_keys[] = {"name",    "cell",       "count",   "mode",
                                            "step_ms", "parameters", "initial", NULL};
    json_at name = json_at_member(at, "name"), cell = json_at_member(at, "cell"),
            count = json_at_member(at, "count");
    const tuft_cell_model *model;
    network_population *population;
    char text[NETWORK_NAME_SIZE];
    int64_t cells;
    tuft_status status = json_at_keys(at, cell_keys, err);
    if (!status)
        status = network_read_name(file, &name, text, err);
    if (!status)
        status = read_model(&cell, &model, err);
    if (!status && !model)
        status = json_at_keys(at, source_keys, err);
    if (!status)
        status = json_at_whole(&count, 1, INT32_MAX, &cells, err);
    if (!status)
        status = network_add_population(file, at->path, model, &population, err);
    if (status)
        return status;
    memcpy(population->name, text, sizeof text);
    population->count = (uint32_t)cells;
    if (model)
        status = read_mode(file, at, population, err);
    if (model && !status)
        status = read_parameters(file, at, population, err);
    if (model && !status)
        status = read_initial(at, population, err);
    return status;
}

tuft_status network_read_populations(network_file *file, tuft_error *err)
{
    json_at top = network_at(file, ""), all = json_at_member(&top, "populations");
    size_t count;
    tuft_status status = json_at_array(&all, 1, &count, err);
    for (size_t i = 0; !status && i < count; i++) {
        json_at one = json_at_item(&all, i);
        status = read_population(file, &one, err);
    }
    file->named_populations = file->populations;
    return status;
}
