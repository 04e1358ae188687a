#include "apps/experiment.h"

#include "apps/commands.h"
#include "apps/json_at.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VERSION = 1, NUMBER_SIZE = 40, COMMANDS_MAX = 64 };

static const char *const DATA_DEFAULT = "../shared/data";

/* What is looked at where a file does not say. */
static const struct {
    const char *command, *metric;
} metrics[] = {
    {"classify", "results.accuracy"},
    {"zero-shot", "results.seen.audio_to_image"},
};

/* Subcommands that run experiments are none themselves. */
static int runs_experiments(const char *command)
{
    return strcmp(command, "run") == 0 || strcmp(command, "sweep") == 0;
}

void experiment_free(experiment *of)
{
    settings_free(&of->settings);
    free(of->published);
    free(of->expected);
    json_decref(of->document);
    *of = (experiment){0};
}

/* ---- texts with folders in them -------------------------------------------------------------- */

typedef struct {
    const char *data; /* NULL: none is known */
    char *here;
} folders;

/* Puts folders into text; *out is the caller's. */
static tuft_status expand(const json_at *at, const char *text, const folders *of, char **out,
                          tuft_error *err)
{
    size_t size;
    FILE *stream = open_memstream(out, &size);
    int names_data = 0;
    if (!stream)
        return json_at_fail(at, err, "no memory");
    for (const char *rest = text; *rest;) {
        if (strncmp(rest, "{data}", 6) == 0) {
            names_data = 1;
            fputs(of->data ? of->data : "", stream);
            rest += 6;
        } else if (strncmp(rest, "{here}", 6) == 0) {
            fputs(of->here, stream);
            rest += 6;
        } else {
            fputc(*rest++, stream);
        }
    }
    fclose(stream);
    tuft_status status = TUFT_OK;
    if (names_data && !of->data)
        status = json_at_fail(at, err, "where is {data}? Give --data DIR or set TUFT_DATA");
    else if (names_data && strncmp(text, "{data}", 6) == 0 && access(*out, R_OK) != 0)
        status = json_at_fail(at, err,
                              "%.200s is not there (--data DIR or TUFT_DATA says where "
                              "recordings are)",
                              *out);
    if (status) {
        free(*out);
        *out = NULL;
    }
    return status;
}

/* ---- options --------------------------------------------------------------------------------- */

/* A whole number without a point, any other with the fewest digits that read back. */
static void number_text(double value, char text[NUMBER_SIZE])
{
    if (value == floor(value) && fabs(value) < 1e15) {
        snprintf(text, NUMBER_SIZE, "%.0f", value);
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

/* A value as it is typed: a number, a word, true or false; *out is the caller's. */
static tuft_status plain_text(const json_at *at, const folders *of, char **out, tuft_error *err)
{
    char number[NUMBER_SIZE];
    if (json_is_string(at->value))
        return expand(at, json_string_value(at->value), of, out, err);
    if (json_is_number(at->value)) {
        number_text(json_number_value(at->value), number);
        *out = strdup(number);
    } else if (json_is_boolean(at->value)) {
        *out = strdup(json_is_true(at->value) ? "true" : "false");
    } else {
        return json_at_fail(at, err, "expected a number, a string, true or false");
    }
    return *out ? TUFT_OK : json_at_fail(at, err, "no memory");
}

/* The elements of an array with a mark between them: "8,9", "0/2/4". */
static tuft_status list_text(const json_at *at, const folders *of, const char *mark, char **out,
                             tuft_error *err)
{
    size_t size, count = 0;
    tuft_status status = json_at_array(at, 1, &count, err);
    FILE *stream = status ? NULL : open_memstream(out, &size);
    if (!stream)
        return status ? status : json_at_fail(at, err, "no memory");
    for (size_t i = 0; !status && i < count; i++) {
        json_at item = json_at_item(at, i);
        char *text = NULL;
        status = plain_text(&item, of, &text, err);
        if (!status)
            fprintf(stream, "%s%s", i ? mark : "", text);
        free(text);
    }
    fclose(stream);
    if (status) {
        free(*out);
        *out = NULL;
    }
    return status;
}

/* {"group0.maps": 96, "group0.delays": [0, 2, 4]} -> "group0.maps=96,group0.delays=0/2/4" */
static tuft_status assignments_text(const json_at *at, const folders *of, char **out,
                                    tuft_error *err)
{
    size_t size;
    const char *key;
    json_t *value;
    tuft_status status = TUFT_OK;
    FILE *stream = open_memstream(out, &size);
    if (!stream)
        return json_at_fail(at, err, "no memory");
    json_object_foreach((json_t *)at->value, key, value)
    {
        json_at member = json_at_member(at, key);
        char *text = NULL;
        status = json_is_array(value) ? list_text(&member, of, "/", &text, err)
                                      : plain_text(&member, of, &text, err);
        if (!status && (strpbrk(text, ",=") || strpbrk(key, ",=") || !*key))
            status = json_at_fail(&member, err, "a comma or = in \"%.60s\"", text);
        if (!status)
            fprintf(stream, "%s%s=%s", ftell(stream) ? "," : "", key, text);
        free(text);
        if (status)
            break;
    }
    fclose(stream);
    if (status) {
        free(*out);
        *out = NULL;
    }
    return status;
}

/* Whether the kind of JSON value suits the option; the text is looked at later. */
static tuft_status check_kind(const json_at *at, const app_option *option, tuft_error *err)
{
    const json_t *value = at->value;
    int good = 1;
    const char *expected = "";
    switch (option->type) {
    case OPTION_TYPE_SECTION:
        break;
    case OPTION_TYPE_SWITCH:
        good = json_is_boolean(value);
        expected = "true or false";
        break;
    case OPTION_TYPE_INTEGER:
    case OPTION_TYPE_UNSIGNED:
    case OPTION_TYPE_REAL:
        good = json_is_number(value);
        expected = option->type == OPTION_TYPE_REAL ? "a number" : "a whole number";
        break;
    case OPTION_TYPE_TEXT:
        good = json_is_string(value) || (json_is_object(value) && strchr(option->metavar, '='));
        expected = strchr(option->metavar, '=') ? "an object of names and values" : "a string";
        break;
    case OPTION_TYPE_CHOICE:
        good = json_is_string(value);
        expected = "a string";
        break;
    case OPTION_TYPE_LIST:
        good = json_is_array(value) || json_is_string(value) || json_is_number(value);
        expected = "a list of whole numbers";
        break;
    case OPTION_TYPE_TEXTS:
        good = json_is_string(value);
        expected = "a string";
        break;
    }
    return good ? TUFT_OK : json_at_fail(at, err, "expected %s", expected);
}

static tuft_status read_option(experiment *made, const json_at *options, const char *key,
                               const folders *of, tuft_error *err)
{
    json_at at = json_at_member(options, key);
    const app_option *option = settings_option(&made->settings, key);
    char *text = NULL;
    if (!option) { /* the error says which is near */
        tuft_status status = settings_set(&made->settings, key, "", err);
        if (!status)
            return json_at_fail(&at, err, "tuft %s has no option of this name",
                                made->settings.command->name);
        tuft_fail_prefix(err, TUFT_FORMAT, at.path);
        return tuft_fail_prefix(err, TUFT_FORMAT, at.file);
    }
    tuft_status status = check_kind(&at, option, err);
    if (!status)
        status = json_is_array(at.value)    ? list_text(&at, of, ",", &text, err)
                 : json_is_object(at.value) ? assignments_text(&at, of, &text, err)
                                            : plain_text(&at, of, &text, err);
    if (status)
        return status;
    if (!json_is_object(at.value) || *text)
        status = settings_set(&made->settings, key, text, err);
    free(text);
    return status ? json_at_prefix(&at, TUFT_FORMAT, err) : TUFT_OK;
}

static tuft_status read_options(experiment *made, const json_at *top, const folders *of,
                                tuft_error *err)
{
    const char *key;
    json_t *value;
    void *config;
    json_at options = json_at_member(top, "options");
    if (!json_is_object(options.value))
        return json_at_fail(&options, err, "%s an object",
                            options.value ? "expected" : "missing, expected");
    tuft_status status = TUFT_OK;
    json_object_foreach((json_t *)options.value, key, value)
    {
        (void)value;
        status = read_option(made, &options, key, of, err);
        if (status)
            return status;
    }
    status = settings_config(&made->settings, &config, err);
    if (status)
        return json_at_prefix(&options, TUFT_FORMAT, err);
    free(config);
    return TUFT_OK;
}

/* ---- the rest -------------------------------------------------------------------------------- */

static tuft_status read_command(experiment *made, const json_at *top, tuft_error *err)
{
    const char *names[COMMANDS_MAX], *typed;
    size_t count, n = 0;
    const app_command *const *all = commands_all(&count);
    json_at at = json_at_member(top, "command");
    tuft_status status = json_at_text(&at, &typed, err);
    if (status)
        return status;
    for (size_t i = 0; i < count && n < COMMANDS_MAX; i++) {
        if (runs_experiments(all[i]->name))
            continue;
        if (strcmp(all[i]->name, typed) == 0)
            return settings_new(&made->settings, all[i], err);
        names[n++] = all[i]->name;
    }
    return json_at_unknown(&at, "subcommand", typed, names, n, err);
}

static tuft_status read_figures(const json_at *top, const char *key, experiment_figure **figure,
                                size_t *count, tuft_error *err)
{
    static const char *const keys[] = {"metric", "value", "source", NULL};
    json_at all = json_at_member(top, key);
    if (!all.value)
        return TUFT_OK;
    tuft_status status = json_at_array(&all, 0, count, err);
    if (!status)
        status = TUFT_NEW(figure, *count, "figures", err);
    for (size_t i = 0; !status && i < *count; i++) {
        experiment_figure *one = &(*figure)[i];
        json_at at = json_at_item(&all, i);
        status = json_at_keys(&at, keys, err);
        json_at metric = json_at_member(&at, "metric"), value = json_at_member(&at, "value"),
                source = json_at_member(&at, "source");
        if (!status)
            status = json_at_text(&metric, &one->metric, err);
        if (!status)
            status = json_at_real(&value, -INFINITY, INFINITY, &one->value, err);
        if (!status && source.value)
            status = json_at_text(&source, &one->source, err);
    }
    return status;
}

static tuft_status read_texts(experiment *made, const json_at *top, tuft_error *err)
{
    json_at title = json_at_member(top, "title"), description = json_at_member(top, "description"),
            metric = json_at_member(top, "metric");
    tuft_status status = json_at_text(&title, &made->title, err);
    if (!status && description.value)
        status = json_at_text(&description, &made->description, err);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        if (strcmp(metrics[i].command, made->settings.command->name) == 0)
            made->metric = metrics[i].metric;
    if (!status && metric.value)
        status = json_at_text(&metric, &made->metric, err);
    return status;
}

static tuft_status read_document(experiment *made, const folders *of, tuft_error *err)
{
    static const char *const keys[] = {"tuft_experiment", "title",    "description",
                                       "command",         "options",  "metric",
                                       "published",       "expected", NULL};
    json_at top = json_at_top(made->path, made->document),
            version = json_at_member(&top, "tuft_experiment");
    int64_t whole;
    if (!version.value) /* said first: it may be any other JSON file */
        return json_at_fail(&version, err, "missing: not a tuft experiment (expected %d)", VERSION);
    tuft_status status = json_at_whole(&version, VERSION, VERSION, &whole, err);
    if (!status)
        status = json_at_keys(&top, keys, err);
    if (!status)
        status = read_command(made, &top, err);
    if (!status)
        status = read_texts(made, &top, err);
    if (!status)
        status = read_figures(&top, "published", &made->published, &made->published_count, err);
    if (!status)
        status = read_figures(&top, "expected", &made->expected, &made->expected_count, err);
    return status ? status : read_options(made, &top, of, err);
}

tuft_status experiment_read(experiment *made, const char *path, const char *data, tuft_error *err)
{
    const char *slash = strrchr(path, '/');
    const char *set = getenv("TUFT_DATA");
    folders of = {.data = data ? data : set && *set ? set : NULL};
    *made = (experiment){.path = path};
    if (!of.data && access(DATA_DEFAULT, X_OK) == 0)
        of.data = DATA_DEFAULT;
    of.here = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
    char *real = of.data ? realpath(of.data, NULL) : NULL;
    if (real)
        of.data = real;
    tuft_status status = of.here ? TUFT_OK : tuft_fail(err, TUFT_MEMORY, "%s: no memory", path);
    if (!status)
        status = json_at_load(path, &made->document, err);
    if (!status)
        status = read_document(made, &of, err);
    free(of.here);
    free(real);
    if (status)
        experiment_free(made);
    return status;
}
