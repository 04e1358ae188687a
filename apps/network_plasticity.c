#include "apps/network_read.h"
#include "cells/catalogue.h"
#include "cells/rules.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 32 };

static tuft_status read_rule(const json_at *at, const tuft_plasticity_rule **rule, tuft_error *err)
{
    const char *text, *names[NAMES_MAX];
    size_t count;
    tuft_status status = json_at_text(at, &text, err);
    if (status)
        return status;
    *rule = tuft_plasticity_rule_find(text);
    if (*rule)
        return TUFT_OK;
    const tuft_plasticity_rule *const *all = tuft_plasticity_rules(&count);
    for (size_t i = 0; i < count && i < NAMES_MAX; i++)
        names[i] = all[i]->name;
    return json_at_unknown(at, "rule", text, names, count < NAMES_MAX ? count : NAMES_MAX, err);
}

static tuft_status read_parameter(network_projection *p, const char *name, const json_at *at,
                                  tuft_error *err)
{
    const tuft_parameter_entry *entry = tuft_rule_parameter_find(p->rule, name);
    double value = 0;
    if (!entry) {
        const char *names[NAMES_MAX];
        char what[80];
        size_t count = 0;
        for (const tuft_parameter_entry *e = p->rule->parameter; e->name && count < NAMES_MAX; e++)
            names[count++] = e->name;
        snprintf(what, sizeof what, "parameter of %s", p->rule->name);
        return json_at_unknown(at, what, name, names, count, err);
    }
    tuft_status status = entry->kind == TUFT_PARAMETER_CHOICE
                             ? network_read_choice(at, entry, &value, err)
                             : json_at_real(at, -INFINITY, INFINITY, &value, err);
    if (status)
        return status;
    status = tuft_parameter_set(p->rule_parameters, entry, value, err);
    return status ? json_at_prefix(at, status, err) : TUFT_OK;
}

/* Whether the rule takes its parameters: it is made for one synapse of a weight that it allows, if
 * it allows any. */
static tuft_status try_rule(const network_file *file, const network_projection *p,
                            const json_at *at, tuft_error *err)
{
    const tuft_parameter_entry *least = tuft_rule_parameter_find(p->rule, "w_min");
    float weight = least ? (float)tuft_parameter_get(p->rule_parameters, least) : 0;
    tuft_connections one;
    tuft_incoming incoming = {0};
    void *state;
    tuft_status status =
        tuft_connections_sparse(&one, 1, 1, &(tuft_synapse){0, 0, weight, 1}, 1, err);
    if (status)
        return json_at_prefix(at, status, err);
    status = tuft_incoming_new(&incoming, &one, err);
    const tuft_plasticity_context context = {.connections = &one,
                                             .incoming = &incoming,
                                             .weight = &weight,
                                             .tick_ms = network_tick_ms(file)};
    if (!status) {
        status = p->rule->create(&state, p->rule_parameters, &context, err);
        if (!status)
            p->rule->destroy(state);
    }
    tuft_incoming_free(&incoming);
    tuft_connections_free(&one);
    return status ? json_at_prefix(at, status, err) : TUFT_OK;
}

tuft_status network_read_plasticity(const network_file *file, const json_at *at,
                                    network_projection *p, tuft_error *err)
{
    static const char *const keys[] = {"rule", "parameters", NULL};
    json_at rule = json_at_member(at, "rule"), parameters = json_at_member(at, "parameters");
    const char *key;
    json_t *value;
    char *own;
    tuft_status status = json_at_keys(at, keys, err);
    if (!status)
        status = read_rule(&rule, &p->rule, err);
    if (!status && p->connect == NETWORK_CONNECT_ONE_TO_ONE)
        status = json_at_fail(at, err, "a one-to-one projection cannot learn");
    if (!status && parameters.value && !json_is_object(parameters.value))
        status = json_at_fail(&parameters, err, "expected an object");
    if (!status)
        status = TUFT_NEW(&own, p->rule->parameters_size, "parameters", err);
    if (status)
        return status;
    p->rule_parameters = memcpy(own, p->rule->defaults, p->rule->parameters_size);
    json_object_foreach((json_t *)parameters.value, key, value)
    {
        (void)value;
        json_at member = json_at_member(&parameters, key);
        status = read_parameter(p, key, &member, err);
        if (status)
            return status;
    }
    return try_rule(file, p, parameters.value ? &parameters : at, err);
}
