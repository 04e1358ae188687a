#include "apps/network_read.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const rules[] = {"probability", "in_degree", "out_degree", "file", NULL};
enum { RULE_PROBABILITY, RULE_IN_DEGREE, RULE_OUT_DEGREE, RULE_FILE };

tuft_status network_add_projection(network_file *file, const char *spot, network_projection **out,
                                   tuft_error *err)
{
    tuft_status status = TUFT_GROW(&file->projection, &file->projection_capacity,
                                   file->projections + 1, "projections", err);
    if (status)
        return status;
    network_projection *made = &file->projection[file->projections];
    *made = (network_projection){.wiring = {.seed = file->seed,
                                            .stream = (uint32_t)file->projections,
                                            .delay_ticks = {.a = 1}}};
    snprintf(made->spot, sizeof made->spot, "%.39s", spot);
    file->projections++;
    *out = made;
    return TUFT_OK;
}

static tuft_status read_word(const json_at *at, network_projection *p, tuft_error *err)
{
    static const char *const words[] = {"all", "one-to-one"};
    const char *text;
    tuft_status status = json_at_text(at, &text, err);
    if (status)
        return status;
    if (strcmp(text, words[0]) == 0)
        p->wiring.rule = TUFT_WIRE_ALL;
    else if (strcmp(text, words[1]) == 0)
        p->connect = NETWORK_CONNECT_ONE_TO_ONE;
    else
        return json_at_unknown(at, "rule", text, words, 2, err);
    return TUFT_OK;
}

static tuft_status read_degree(const json_at *at, uint32_t of, network_projection *p,
                               tuft_error *err)
{
    int64_t degree;
    int64_t most = p->wiring.pairs == TUFT_PAIRS_REPEATED ? INT32_MAX : (int64_t)of;
    tuft_status status = json_at_whole(at, 0, INT32_MAX, &degree, err);
    if (status)
        return status;
    if (degree > most)
        return json_at_fail(at, err, "%lld, but there are %lld cells to choose from",
                            (long long)degree, (long long)most);
    p->wiring.degree = (uint32_t)degree;
    return TUFT_OK;
}

/* Whether pairs may repeat and cells reach themselves. */
static tuft_status read_exceptions(const json_at *at, network_projection *p, tuft_error *err)
{
    json_at autapses = json_at_member(at, "autapses"), multapses = json_at_member(at, "multapses");
    int allowed = 1;
    tuft_status status = TUFT_OK;
    if (autapses.value)
        status = json_at_truth(&autapses, &allowed, err);
    if (!status && autapses.value && p->source != p->target)
        status = json_at_fail(&autapses, err, "only within one population");
    p->wiring.autapses = allowed ? TUFT_AUTAPSES_ALLOWED : TUFT_AUTAPSES_FORBIDDEN;
    allowed = 0;
    if (!status && multapses.value)
        status = json_at_truth(&multapses, &allowed, err);
    p->wiring.pairs = allowed ? TUFT_PAIRS_REPEATED : TUFT_PAIRS_ONCE;
    return status;
}

static tuft_status read_rule(const json_at *at, const network_file *file, network_projection *p,
                             tuft_error *err)
{
    static const char *const keys[] = {"probability", "in_degree", "out_degree", "file",
                                       "autapses",    "multapses", NULL};
    const uint32_t sources = file->population[p->source].count,
                   targets = file->population[p->target].count;
    const char *name;
    int which = -1, given = 0;
    tuft_status status = json_at_keys(at, keys, err);
    for (int i = 0; rules[i]; i++)
        if (json_object_get(at->value, rules[i])) {
            which = i;
            given++;
        }
    if (!status && given != 1)
        status = json_at_fail(at, err,
                              "%d rules, expected one of \"probability\", \"in_degree\", "
                              "\"out_degree\", \"file\"",
                              given);
    if (!status)
        status = read_exceptions(at, p, err);
    if (status)
        return status;
    const uint32_t self = p->wiring.autapses == TUFT_AUTAPSES_FORBIDDEN;
    json_at value = json_at_member(at, rules[which]), multapses = json_at_member(at, "multapses");
    if (multapses.value && which != RULE_IN_DEGREE && which != RULE_OUT_DEGREE)
        return json_at_fail(&multapses, err, "only for in_degree and out_degree");
    switch (which) {
    case RULE_PROBABILITY:
        p->wiring.rule = TUFT_WIRE_PROBABILITY;
        return json_at_real(&value, 0, 1, &p->wiring.probability, err);
    case RULE_IN_DEGREE:
        p->wiring.rule = TUFT_WIRE_IN_DEGREE;
        return read_degree(&value, sources - self, p, err);
    case RULE_OUT_DEGREE:
        p->wiring.rule = TUFT_WIRE_OUT_DEGREE;
        return read_degree(&value, targets - self, p, err);
    default:
        p->connect = NETWORK_CONNECT_FILE;
        status = json_at_text(&value, &name, err);
        return status ? status : network_path(file, name, &p->edges, err);
    }
}

static tuft_status read_connect(const json_at *at, const network_file *file, network_projection *p,
                                tuft_error *err)
{
    if (json_is_object(at->value))
        return read_rule(at, file, p, err);
    if (!json_is_string(at->value))
        return json_at_fail(at, err,
                            "%sexpected \"all\", \"one-to-one\" or a rule as "
                            "{\"probability\": 0.1}",
                            at->value ? "" : "missing, ");
    tuft_status status = read_word(at, p, err);
    const uint32_t sources = file->population[p->source].count,
                   targets = file->population[p->target].count;
    if (!status && p->connect == NETWORK_CONNECT_ONE_TO_ONE && sources != targets)
        status = json_at_fail(at, err, "one-to-one from %u cells to %u", sources, targets);
    return status;
}

static tuft_status read_delay(const json_at *at, const network_file *file, tuft_distribution *out,
                              tuft_error *err)
{
    const double tick_ms = network_tick_ms(file);
    int64_t ticks;
    if (!at->value)
        return TUFT_OK;
    if (!json_is_object(at->value)) {
        tuft_status status = network_read_ticks(file, at, 1, &ticks, err);
        if (!status && ticks > INT32_MAX)
            return json_at_fail(at, err, "more than %d ticks of %.15g ms", INT32_MAX, tick_ms);
        if (!status)
            *out = (tuft_distribution){.kind = TUFT_FIXED, .a = (double)ticks};
        return status;
    }
    tuft_status status = network_read_distribution(at, out, err);
    if (status)
        return status;
    const double least = out->kind == TUFT_LOGNORMAL ? exp(out->a) : out->a;
    if (least < tick_ms * (1 - 1e-6))
        return json_at_fail(at, err, "%.15g ms is under one tick of %.15g ms", least, tick_ms);
    if (out->kind == TUFT_LOGNORMAL) {
        out->a -= log(tick_ms);
    } else {
        out->a /= tick_ms;
        out->b /= tick_ms;
    }
    return TUFT_OK;
}

static tuft_status read_projection(network_file *file, const json_at *at, tuft_error *err)
{
    static const char *const keys[] = {"name",   "source",   "target",     "port", "connect",
                                       "weight", "delay_ms", "plasticity", NULL};
    json_at name = json_at_member(at, "name"), source = json_at_member(at, "source"),
            target = json_at_member(at, "target"), port = json_at_member(at, "port"),
            connect = json_at_member(at, "connect"), weight = json_at_member(at, "weight"),
            delay = json_at_member(at, "delay_ms"), learns = json_at_member(at, "plasticity");
    network_projection *p;
    const char *text = NULL;
    tuft_status status = json_at_keys(at, keys, err);
    if (!status)
        status = network_add_projection(file, at->path, &p, err);
    if (status)
        return status;
    status = network_read_population(file, &source, &p->source, err);
    if (!status)
        status = network_read_population(file, &target, &p->target, err);
    if (!status)
        status = network_read_port(file, &port, &target, p->target, &p->port, err);
    if (!status)
        status = read_connect(&connect, file, p, err);
    p->has_weight = weight.value != NULL;
    if (!status && (p->has_weight || p->connect != NETWORK_CONNECT_FILE))
        status = network_read_distribution(&weight, &p->wiring.weight, err);
    if (!status)
        status = read_delay(&delay, file, &p->wiring.delay_ticks, err);
    if (!status && learns.value)
        status = network_read_plasticity(file, &learns, p, err);
    if (!status && name.value)
        status = json_at_text(&name, &text, err);
    if (status)
        return status;
    if (text)
        snprintf(p->name, sizeof p->name, "%s", text);
    else
        snprintf(p->name, sizeof p->name, "%.20s to %.20s", file->population[p->source].name,
                 file->population[p->target].name);
    return TUFT_OK;
}

tuft_status network_read_projections(network_file *file, tuft_error *err)
{
    json_at top = network_at(file, ""), all = json_at_member(&top, "projections");
    size_t count = 0;
    tuft_status status = all.value ? json_at_array(&all, 0, &count, err) : TUFT_OK;
    for (size_t i = 0; !status && i < count; i++) {
        json_at one = json_at_item(&all, i);
        status = read_projection(file, &one, err);
    }
    return status;
}
