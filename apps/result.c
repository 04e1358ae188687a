#include "apps/result.h"

#include "core/file.h"
#include "core/version.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct app_result {
    json_t *root, *config, *results, *timing;
    double begun_s, stage_begun_s;
    char stage[32]; /* "" between stages */
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* A time as JSON, to the microsecond. */
static json_t *seconds_json(double seconds)
{
    return json_real(round(seconds * 1e6) / 1e6);
}

/* --- values ------------------------------------------------------------------------------- */

json_t *result_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *result_vector(const double *value, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++)
        if (json_array_append_new(array, result_real(value[i]))) {
            json_decref(array);
            return NULL;
        }
    return array;
}

json_t *result_matrix(const double *value, size_t rows, size_t columns)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < rows; i++)
        if (json_array_append_new(array, result_vector(value + i * columns, columns))) {
            json_decref(array);
            return NULL;
        }
    return array;
}

/* Counts past what JSON's integers here hold (2^63 - 1) stop there. */
static json_t *count_json(uint64_t count)
{
    return json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count);
}

json_t *result_counts(const uint64_t *value, size_t rows, size_t columns)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < rows; i++) {
        json_t *row = json_array();
        int failed = !row;
        for (size_t j = 0; !failed && j < columns; j++)
            failed = json_array_append_new(row, count_json(value[i * columns + j])) != 0;
        if (failed) {
            json_decref(row);
            row = NULL;
        }
        if (json_array_append_new(array, row)) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* A file name need not be UTF-8; JSON must. */
static json_t *text_json(const char *text)
{
    json_t *plain = json_string(text);
    return plain ? plain : json_string("(not UTF-8)");
}

static json_t *option_json(const app_option *option, const void *config)
{
    const void *member = (const char *)config + option->offset;
    char text[32];
    switch (option->type) {
    case OPTION_TYPE_SECTION:
        break;
    case OPTION_TYPE_SWITCH:
        return json_boolean(*(const int *)member);
    case OPTION_TYPE_INTEGER:
        if (*(const int64_t *)member == OPTION_UNSET)
            return json_null();
        return json_integer(*(const int64_t *)member);
    case OPTION_TYPE_UNSIGNED:
        return count_json(*(const uint64_t *)member);
    case OPTION_TYPE_REAL:
        return result_real(*(const double *)member);
    case OPTION_TYPE_TEXT:
        if (!*(const char *const *)member)
            return json_null();
        return text_json(*(const char *const *)member);
    case OPTION_TYPE_CHOICE:
        return json_string(option_value_text(option, config, text, sizeof text));
    case OPTION_TYPE_LIST: {
        const option_list *list = member;
        json_t *array = json_array();
        for (size_t i = 0; array && i < list->count; i++)
            json_array_append_new(array, json_integer(list->value[i]));
        return array;
    }
    case OPTION_TYPE_TEXTS: {
        const option_texts *texts = member;
        json_t *array = json_array();
        for (size_t i = 0; array && i < texts->count; i++)
            json_array_append_new(array, text_json(texts->text[i]));
        return array;
    }
    }
    return json_null();
}

/* --- the document ------------------------------------------------------------------------- */

static tuft_status no_memory(tuft_error *err)
{
    return tuft_fail(err, TUFT_MEMORY, "result: no memory for the document");
}

/* Puts the options of a table into config; operands go under their metavar in lower case. */
static int add_options(json_t *object, const app_option *table, size_t count, const void *config)
{
    char name[64];
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        const char *key = table[i].name ? table[i].name : table[i].metavar;
        if (table[i].type == OPTION_TYPE_SECTION)
            continue;
        size_t length = strnlen(key, sizeof name - 1);
        for (size_t j = 0; j < length; j++) {
            char letter = key[j];
            name[j] = (char)(letter == '-' || letter == '.'                     ? '_'
                             : !table[i].name && letter >= 'A' && letter <= 'Z' ? letter + 32
                                                                                : letter);
        }
        name[length] = 0;
        failed |= json_object_set_new(object, name, option_json(&table[i], config));
    }
    return failed;
}

json_t *result_config(const app_command *command, const void *config)
{
    json_t *object = json_object();
    if (add_options(object, command->operands, command->operand_count, config) |
        add_options(object, command->options, command->option_count, config)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

tuft_status result_new(app_result **out, const app_command *command, const void *config,
                       tuft_error *err)
{
    const common_options *common = config;
    *out = NULL;
    app_result *made = calloc(1, sizeof *made);
    if (!made)
        return no_memory(err);
    made->begun_s = now_s();
    made->root = json_object();
    made->config = result_config(command, config);
    made->results = json_object();
    made->timing = json_object();
    json_t *tuft = json_pack("{s:s, s:s}", "version", TUFT_VERSION, "commit", TUFT_COMMIT);
    int failed = json_object_set_new(made->config, "threads", json_integer(common->threads)) |
                 json_object_set_new(made->root, "tuft", tuft) |
                 json_object_set_new(made->root, "command", json_string(command->name)) |
                 json_object_set(made->root, "config", made->config) |
                 json_object_set_new(made->root, "seed", count_json(common->seed)) |
                 json_object_set(made->root, "results", made->results);
    if (failed || !made->timing) {
        result_free(made);
        return no_memory(err);
    }
    *out = made;
    return TUFT_OK;
}

void result_free(app_result *result)
{
    if (!result)
        return;
    json_decref(result->config);
    json_decref(result->results);
    json_decref(result->timing);
    json_decref(result->root);
    free(result);
}

json_t *result_results(app_result *result)
{
    return result->results;
}

void result_config_set(app_result *result, const char *name, json_t *value)
{
    json_object_set_new(result->config, name, value);
}

double result_stage_seconds(const app_result *result, const char *name)
{
    return json_number_value(json_object_get(result->timing, name));
}

void result_stage(app_result *result, const char *name)
{
    double now = now_s();
    if (*result->stage) {
        double seconds = result_stage_seconds(result, result->stage) + now - result->stage_begun_s;
        json_object_set_new(result->timing, result->stage, seconds_json(seconds));
    }
    snprintf(result->stage, sizeof result->stage, "%s", name ? name : "");
    result->stage_begun_s = now;
}

/* {"name", "cells", "spikes", "updates", "source"} */
static json_t *population_json(const tuft_ledger_population *of)
{
    return json_pack("{s:s, s:I, s:o, s:o, s:b}", "name", of->name, "cells", (json_int_t)of->cells,
                     "spikes", count_json(of->spikes), "updates", count_json(of->updates), "source",
                     of->is_source);
}

/* What entered a projection, and how often its targets were updated, where the ledger knows. */
static void add_ends(json_t *one, const tuft_ledger *ledger, const tuft_ledger_projection *from)
{
    if (ledger->population && from->source_population < ledger->populations) {
        const tuft_ledger_population *source = &ledger->population[from->source_population];
        json_object_set_new(one, "source", json_string(source->name));
        json_object_set_new(one, "source_spikes", count_json(source->spikes));
    }
    if (ledger->population && from->target_population < ledger->populations) {
        const tuft_ledger_population *target = &ledger->population[from->target_population];
        json_object_set_new(one, "target", json_string(target->name));
        json_object_set_new(one, "target_updates", count_json(target->updates));
    }
}

tuft_status result_ledger(app_result *result, const tuft_ledger *ledger, tuft_error *err)
{
    json_t *projections = json_array();
    int failed = !projections;
    for (uint32_t i = 0; !failed && i < ledger->projections; i++) {
        const tuft_ledger_projection *from = &ledger->projection[i];
        json_t *one =
            json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "name", from->name, "kind",
                      tuft_projection_kind_name(from->kind), "sources", (json_int_t)from->sources,
                      "targets", (json_int_t)from->targets, "synapses", count_json(from->synapses),
                      "synaptic_events", count_json(from->synaptic_events));
        add_ends(one, ledger, from);
        if (from->weight_updates)
            json_object_set_new(one, "weight_updates", count_json(from->weight_updates));
        failed = json_array_append_new(projections, one) != 0;
    }
    if (failed) {
        json_decref(projections);
        return no_memory(err);
    }
    json_t *whole =
        json_pack("{s:o, s:o, s:o, s:o}", "synaptic_events", count_json(ledger->synaptic_events),
                  "neuron_updates", count_json(ledger->neuron_updates), "spikes",
                  count_json(ledger->spikes), "projections", projections);
    json_t *populations = json_array();
    for (uint32_t q = 0; ledger->population && q < ledger->populations; q++)
        json_array_append_new(populations, population_json(&ledger->population[q]));
    json_object_set_new(whole, "populations", populations);
    if (ledger->weight_updates) /* of what learns while it runs */
        json_object_set_new(whole, "weight_updates", count_json(ledger->weight_updates));
    return json_object_set_new(result->root, "ledger", whole) ? no_memory(err) : TUFT_OK;
}

/* --- text --------------------------------------------------------------------------------- */

/* The fewest digits that read back, in plain decimals unless that takes many zeros. */
static void print_real(FILE *stream, double value)
{
    enum { DIGITS = 17, LOWEST = -5, HIGHEST = 14 }; /* exponents written in plain decimals */
    char text[40];
    int digits = 1;
    if (!isfinite(value)) {
        fputs("null", stream);
        return;
    }
    for (; digits <= DIGITS; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value)
            break;
    }
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10), decimals = digits - 1 - exponent;
    if (exponent >= LOWEST && exponent <= HIGHEST)
        /* A real stays a real: 1 is written 1.0. */
        fprintf(stream, "%.*f", decimals > 1 ? decimals : 1, value);
    else
        fputs(text, stream);
}

static void print_plain(FILE *stream, const json_t *value)
{
    if (json_is_real(value)) {
        print_real(stream, json_real_value(value));
        return;
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    fputs(text ? text : "null", stream);
    free(text);
}

static int is_nested(const json_t *value)
{
    return json_is_object(value) || json_is_array(value);
}

static void print_value(FILE *stream, const json_t *value, int indent);

static void print_array(FILE *stream, const json_t *array, int indent)
{
    size_t count = json_array_size(array);
    int nested = 0;
    for (size_t i = 0; i < count; i++)
        nested |= is_nested(json_array_get(array, i));
    fputc('[', stream);
    for (size_t i = 0; i < count; i++) {
        if (nested)
            fprintf(stream, "%s\n%*s", i ? "," : "", indent + 2, "");
        else if (i)
            fputs(", ", stream);
        print_value(stream, json_array_get(array, i), indent + 2);
    }
    if (nested)
        fprintf(stream, "\n%*s", indent, "");
    fputc(']', stream);
}

static void print_value(FILE *stream, const json_t *value, int indent)
{
    const char *key;
    json_t *member;
    int first = 1;
    if (json_is_array(value)) {
        print_array(stream, value, indent);
        return;
    }
    if (!json_is_object(value)) {
        print_plain(stream, value);
        return;
    }
    fputc('{', stream);
    json_object_foreach((json_t *)value, key, member)
    {
        json_t *name = json_string(key);
        fprintf(stream, "%s\n%*s", first ? "" : ",", indent + 2, "");
        print_plain(stream, name);
        json_decref(name);
        fputs(": ", stream);
        print_value(stream, member, indent + 2);
        first = 0;
    }
    if (!first)
        fprintf(stream, "\n%*s", indent, "");
    fputc('}', stream);
}

void result_print(FILE *stream, const json_t *value)
{
    print_value(stream, value, 0);
    fputc('\n', stream);
}

const char *result_text(const json_t *value, char *text, size_t size)
{
    FILE *stream = fmemopen(text, size, "w");
    text[0] = 0;
    if (!stream)
        return text;
    if (json_is_string(value))
        fputs(json_string_value(value), stream);
    else
        print_value(stream, value, 0);
    fclose(stream);
    text[size - 1] = 0;
    return text;
}

tuft_status result_write(app_result *result, const char *path, tuft_error *err)
{
    tuft_output output;
    result_stage(result, NULL);
    if (!path)
        return TUFT_OK;
    json_object_set_new(result->timing, "total", seconds_json(now_s() - result->begun_s));
    if (json_object_set(result->root, "timing_s", result->timing))
        return no_memory(err);
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    result_print(output.stream, result->root);
    return tuft_output_commit(&output, err);
}
