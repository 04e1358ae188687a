#include "apps/settings.h"

#include "apps/suggest.h"
#include "core/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64, NAMES_MAX = 128 };

/* ---- options by number ----------------------------------------------------------------------- */

static const app_option *seed_option(void)
{
    size_t count;
    const app_option *common = options_common(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(common[i].name, "seed") == 0)
            return &common[i];
    return NULL;
}

static const app_option *option_at(const settings *of, size_t i)
{
    const app_command *command = of->command;
    if (i < command->operand_count)
        return &command->operands[i];
    i -= command->operand_count;
    return i < command->option_count ? &command->options[i] : seed_option();
}

/* An operand's name is its metavar in small letters. */
static const char *name_of(const app_option *option, char *text, size_t size)
{
    if (option->name || option->type == OPTION_TYPE_SECTION)
        return option->name ? option->name : "";
    snprintf(text, size, "%s", option->metavar);
    for (char *at = text; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return text;
}

/* The number of the option; count if there is none of this name. */
static size_t find(const settings *of, const char *key)
{
    char name[NAME_SIZE];
    size_t i = 0;
    while (i < of->count && strcmp(name_of(option_at(of, i), name, sizeof name), key) != 0)
        i++;
    return i;
}

/* --set and its like: assignments to values of a model. */
static int assigns(const app_option *option)
{
    return option->name && option->type == OPTION_TYPE_TEXT && strchr(option->metavar, '=') &&
           strncmp(option->name, "set", 3) == 0;
}

const app_option *settings_option(const settings *of, const char *key)
{
    size_t i = *key ? find(of, key) : of->count;
    return i < of->count ? option_at(of, i) : NULL;
}

const char *settings_text(const settings *of, const char *key)
{
    size_t i = find(of, key);
    return i < of->count ? of->text[i] : NULL;
}

/* ---- making ---------------------------------------------------------------------------------- */

tuft_status settings_new(settings *made, const app_command *command, tuft_error *err)
{
    *made = (settings){.command = command};
    size_t count = command->operand_count + command->option_count + 1;
    tuft_status status = TUFT_NEW(&made->text, count, "settings", err);
    made->count = status ? 0 : count;
    return status;
}

void settings_free(settings *of)
{
    for (size_t i = 0; i < of->count; i++)
        free(of->text[i]);
    free(of->text);
    *of = (settings){0};
}

static tuft_status no_memory(tuft_error *err)
{
    return tuft_fail(err, TUFT_MEMORY, "no memory for settings");
}

tuft_status settings_copy(settings *made, const settings *from, tuft_error *err)
{
    tuft_status status = settings_new(made, from->command, err);
    for (size_t i = 0; !status && i < from->count; i++) {
        made->text[i] = from->text[i] ? strdup(from->text[i]) : NULL;
        if (from->text[i] && !made->text[i])
            status = no_memory(err);
    }
    if (status)
        settings_free(made);
    return status;
}

/* ---- setting --------------------------------------------------------------------------------- */

/* Whether the option takes the text: it is tried on a configuration that is thrown away. */
static tuft_status try_value(const settings *of, const app_option *option, const char *text,
                             tuft_error *err)
{
    if (option->type == OPTION_TYPE_SWITCH)
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0
                   ? TUFT_OK
                   : tuft_fail(err, TUFT_INVALID, "'%.60s', expected true or false", text);
    if (!*text)
        return tuft_fail(err, TUFT_INVALID, "'' is empty, expected %s", option->metavar);
    unsigned char *config;
    tuft_status status = TUFT_NEW(&config, of->command->config_size, "configuration", err);
    if (!status)
        status = option_set(option, text, config, err);
    free(config);
    return status;
}

static tuft_status put(settings *of, size_t i, const char *text, tuft_error *err)
{
    char *made = NULL;
    if (assigns(option_at(of, i)) && of->text[i]) {
        if (asprintf(&made, "%s,%s", of->text[i], text) < 0)
            made = NULL;
    } else {
        made = strdup(text);
    }
    if (!made)
        return no_memory(err);
    free(of->text[i]);
    of->text[i] = made;
    return TUFT_OK;
}

/* "set-vision" takes "vision.group0.maps": the rest behind the dot; "set" takes all, and so does
 * every --set-... what is addressed to none of them. NULL: not for this one. */
static const char *addressed(const settings *of, size_t i, const char *key)
{
    const app_option *option = option_at(of, i);
    if (!assigns(option))
        return NULL;
    for (size_t k = 0; k < of->count; k++) {
        const app_option *other = option_at(of, k);
        const char *to = assigns(other) && other->name[3] == '-' ? other->name + 4 : NULL;
        size_t length = to ? strlen(to) : 0;
        if (to && strncmp(key, to, length) == 0 && key[length] == '.')
            return k == i ? key + length + 1 : NULL;
    }
    return key;
}

/* The option whose name is nearest to key; NULL where none is near. */
static const char *nearest_option(const settings *of, const char *key)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < of->count && count < NAMES_MAX; i++)
        if (option_at(of, i)->name)
            names[count++] = option_at(of, i)->name;
    return suggest_nearest(key, names, count);
}

tuft_status settings_set(settings *of, const char *key, const char *value, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    size_t given = *key ? find(of, key) : of->count;
    if (given < of->count) {
        status = try_value(of, option_at(of, given), value, err);
        return status ? status : put(of, given, value, err);
    }
    /* Values of models have parts; a plain word is rather an option misspelt. */
    const char *nearest = strpbrk(key, ".[") ? NULL : nearest_option(of, key);
    if (nearest)
        return tuft_fail(err, TUFT_INVALID, "tuft %s has no \"%.60s\" (did you mean \"%s\"?)",
                         of->command->name, key, nearest);
    int taken = 0;
    for (size_t i = 0; !status && i < of->count; i++) {
        const char *name = addressed(of, i, key);
        char *text;
        if (!name || !*name)
            continue;
        if (asprintf(&text, "%s=%s", name, value) < 0)
            return no_memory(err);
        status = put(of, i, text, err);
        free(text);
        taken = 1;
    }
    return status || taken
               ? status
               : tuft_fail(err, TUFT_INVALID, "tuft %s has no \"%.60s\"", of->command->name, key);
}

tuft_status settings_set_all(settings *of, const char *assignments, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    char *text = strdup(assignments), *rest = NULL;
    if (!text)
        return no_memory(err);
    for (char *part = strtok_r(text, ",", &rest); part && !status;
         part = strtok_r(NULL, ",", &rest)) {
        char *equals = strchr(part, '=');
        if (equals) {
            *equals = '\0';
            status = settings_set(of, part, equals + 1, err);
        } else {
            status = tuft_fail(err, TUFT_INVALID, "\"%.60s\", expected KEY=VALUE", part);
        }
    }
    free(text);
    return status;
}

/* ---- what comes of them ---------------------------------------------------------------------- */

tuft_status settings_config(const settings *of, void **config, tuft_error *err)
{
    unsigned char *made;
    tuft_status status = TUFT_NEW(&made, of->command->config_size, "configuration", err);
    *config = NULL;
    if (status)
        return status;
    memcpy(made, of->command->defaults, of->command->config_size);
    for (size_t i = 0; !status && i < of->count; i++) {
        const app_option *option = option_at(of, i);
        if (!of->text[i])
            continue;
        if (option->type == OPTION_TYPE_SWITCH)
            *(int *)(made + option->offset) = strcmp(of->text[i], "true") == 0;
        else
            status = option_set(option, of->text[i], made, err);
        if (option == seed_option())
            ((common_options *)made)->seed_given = 1;
    }
    if (!status)
        status = options_check(of->command, made, err);
    if (status)
        free(made);
    else
        *config = made;
    return status;
}

tuft_status settings_arguments(const settings *of, size_t more, char ***arguments, size_t *count,
                               tuft_error *err)
{
    enum { WORDS = 8 };
    char **made, *rest = NULL;
    size_t n = 0;
    tuft_status status = TUFT_NEW(&made, WORDS + of->count + more + 1, "arguments", err);
    *arguments = NULL;
    if (status)
        return status;
    char *command = strdup(of->command->name);
    for (char *word = command ? strtok_r(command, " ", &rest) : NULL; word && n < WORDS;
         word = strtok_r(NULL, " ", &rest))
        made[n++] = strdup(word);
    free(command);
    for (size_t i = 0; i < of->count; i++) {
        const app_option *option = option_at(of, i);
        char *argument = NULL;
        if (!of->text[i] ||
            (option->type == OPTION_TYPE_SWITCH && strcmp(of->text[i], "true") != 0))
            continue;
        if (asprintf(&argument, "%s%s%s%s", option->name ? "--" : "",
                     option->name ? option->name : "",
                     option->name && option->type != OPTION_TYPE_SWITCH ? "=" : "",
                     option->type != OPTION_TYPE_SWITCH ? of->text[i] : "") < 0)
            argument = NULL;
        made[n++] = argument;
    }
    for (size_t i = 0; i < n; i++)
        if (!made[i])
            status = no_memory(err);
    if (status) {
        for (size_t i = 0; i < n; i++)
            free(made[i]);
        free(made);
        return status;
    }
    *arguments = made;
    *count = n;
    return TUFT_OK;
}

void settings_arguments_free(char **arguments)
{
    for (size_t i = 0; arguments && arguments[i]; i++)
        free(arguments[i]);
    free(arguments);
}
