#include "apps/options.h"

#include "apps/suggest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const app_option common_table[] = {
    OPTION_UNSIGNED(common_options, seed, "seed", "N",
                    "seed of everything random; same seed, same result"),
    {.name = "threads",
     .metavar = "N",
     .help = "threads to use; results do not depend on it",
     .type = OPTION_TYPE_INTEGER,
     .offset = OPTION_MEMBER(common_options, threads, int64_t),
     .low = 1,
     .high = 1024,
     .shown = "all cores"},
    OPTION_TEXT(common_options, json, "json", "FILE", "write results, configuration and seed"),
    OPTION_TEXT(common_options, report, "report", "FILE.html",
                "write a report with figures, one self-contained page"),
    OPTION_SWITCH(common_options, quiet, "quiet", "no progress on standard error"),
};

const app_option *options_common(size_t *count)
{
    *count = sizeof common_table / sizeof *common_table;
    return common_table;
}

/* --- values ------------------------------------------------------------------------------- */

static int starts_number(const char *text)
{
    if (*text == '-' || *text == '+')
        text++;
    return (*text >= '0' && *text <= '9') || *text == '.';
}

static tuft_status check_range(double value, double low, double high, const char *text,
                               tuft_error *err)
{
    if (low != high && !(value >= low && value <= high)) {
        if (isinf(high))
            return tuft_fail(err, TUFT_INVALID, "'%.60s' is out of range, expected at least %.15g",
                             text, low);
        return tuft_fail(err, TUFT_INVALID, "'%.60s' is out of range, expected %.15g to %.15g",
                         text, low, high);
    }
    return TUFT_OK;
}

static tuft_status parse_integer(const char *text, double low, double high, int64_t *out,
                                 tuft_error *err)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (!starts_number(text) || end == text || *end)
        return tuft_fail(err, TUFT_INVALID, "'%.60s' is not a whole number", text);
    if (errno == ERANGE)
        return tuft_fail(err, TUFT_INVALID, "'%.60s' is too large for a whole number", text);
    *out = value;
    return check_range((double)value, low, high, text, err);
}

static tuft_status parse_unsigned(const char *text, uint64_t *out, tuft_error *err)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end)
        return tuft_fail(err, TUFT_INVALID, "'%.60s' is not a whole number of 0 or more", text);
    if (errno == ERANGE)
        return tuft_fail(err, TUFT_INVALID, "'%.60s' is out of range, expected at most %llu", text,
                         (unsigned long long)UINT64_MAX);
    *out = value;
    return TUFT_OK;
}

static tuft_status parse_real(const char *text, double low, double high, double *out,
                              tuft_error *err)
{
    char *end;
    double value = strtod(text, &end);
    if (!starts_number(text) || end == text || *end || strpbrk(text, "xX"))
        return tuft_fail(err, TUFT_INVALID, "'%.60s' is not a number", text);
    if (!isfinite(value))
        return tuft_fail(err, TUFT_INVALID, "'%.60s' is too large for a number", text);
    *out = value;
    return check_range(value, low, high, text, err);
}

static tuft_status parse_choice(const char *text, const char *const *choices, int *out,
                                tuft_error *err)
{
    char all[256] = "";
    size_t count = 0, used = 0;
    for (; choices[count]; count++) {
        if (strcmp(choices[count], text) == 0) {
            *out = (int)count;
            return TUFT_OK;
        }
        int written =
            snprintf(all + used, sizeof all - used, "%s%s", count ? ", " : "", choices[count]);
        if (written > 0 && used + (size_t)written < sizeof all)
            used += (size_t)written;
    }
    const char *nearest = suggest_nearest(text, choices, count);
    if (nearest)
        return tuft_fail(err, TUFT_INVALID, "'%.60s' is unknown, did you mean '%s'?", text,
                         nearest);
    return tuft_fail(err, TUFT_INVALID, "'%.60s' is unknown, expected one of %s", text, all);
}

/* One or more digits; leaves *text after them. */
static tuft_status parse_item(const char **text, const char *whole, int64_t *out, tuft_error *err)
{
    char *end;
    if (**text < '0' || **text > '9')
        return tuft_fail(err, TUFT_INVALID,
                         "'%.60s' is not a list of whole numbers such as 1-7 or 8,9", whole);
    errno = 0;
    *out = strtoll(*text, &end, 10);
    if (errno == ERANGE)
        return tuft_fail(err, TUFT_INVALID, "'%.60s' has a number that is too large", whole);
    *text = end;
    return TUFT_OK;
}

static tuft_status list_push(option_list *list, int64_t value, const char *whole, tuft_error *err)
{
    if (list->count == OPTION_LIST_MAX)
        return tuft_fail(err, TUFT_INVALID, "'%.60s' has more than %d numbers", whole,
                         (int)OPTION_LIST_MAX);
    for (size_t i = 0; i < list->count; i++)
        if (list->value[i] == value)
            return tuft_fail(err, TUFT_INVALID, "'%.60s' has %lld twice", whole, (long long)value);
    list->value[list->count++] = value;
    return TUFT_OK;
}

tuft_status option_list_parse(const char *text, double low, double high, option_list *list,
                              tuft_error *err)
{
    const char *at = text;
    tuft_status status = TUFT_OK;
    list->count = 0;
    for (;;) {
        int64_t first = 0, last;
        status = parse_item(&at, text, &first, err);
        last = first;
        if (!status && *at == '-') {
            at++;
            status = parse_item(&at, text, &last, err);
        }
        if (!status && last < first)
            status = tuft_fail(err, TUFT_INVALID, "'%.60s' has a range that falls, %lld-%lld", text,
                               (long long)first, (long long)last);
        if (!status)
            status = check_range((double)first, low, high, text, err);
        if (!status)
            status = check_range((double)last, low, high, text, err);
        for (int64_t i = first; !status; i++) {
            status = list_push(list, i, text, err);
            if (i == last)
                break;
        }
        if (status || !*at)
            break;
        if (*at++ != ',')
            at = "?"; /* not a list: parse_item says so */
    }
    if (status)
        list->count = 0;
    return status;
}

static tuft_status texts_push(option_texts *texts, const char *text, tuft_error *err)
{
    if (texts->count == OPTION_TEXTS_MAX)
        return tuft_fail(err, TUFT_INVALID, "'%.60s' is one too many, expected at most %d", text,
                         (int)OPTION_TEXTS_MAX);
    texts->text[texts->count++] = text;
    return TUFT_OK;
}

tuft_status option_set(const app_option *option, const char *text, void *config, tuft_error *err)
{
    void *member = (char *)config + option->offset;
    switch (option->type) {
    case OPTION_TYPE_SECTION:
        break;
    case OPTION_TYPE_SWITCH:
        *(int *)member = 1;
        break;
    case OPTION_TYPE_INTEGER:
        return parse_integer(text, option->low, option->high, member, err);
    case OPTION_TYPE_UNSIGNED:
        return parse_unsigned(text, member, err);
    case OPTION_TYPE_REAL:
        return parse_real(text, option->low, option->high, member, err);
    case OPTION_TYPE_TEXT:
        *(const char **)member = text;
        break;
    case OPTION_TYPE_CHOICE:
        return parse_choice(text, option->choices, member, err);
    case OPTION_TYPE_LIST:
        return option_list_parse(text, option->low, option->high, member, err);
    case OPTION_TYPE_TEXTS:
        return texts_push(member, text, err);
    }
    return TUFT_OK;
}

static void list_text(const option_list *list, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < list->count && used < size;) {
        size_t j = i;
        while (j + 1 < list->count && list->value[j + 1] == list->value[j] + 1)
            j++;
        if (j == i + 1) /* two are shorter written out */
            j = i;
        int written =
            snprintf(text + used, size - used, "%s%lld", i ? "," : "", (long long)list->value[i]);
        used += written > 0 ? (size_t)written : 0;
        if (j > i && used < size) {
            written = snprintf(text + used, size - used, "-%lld", (long long)list->value[j]);
            used += written > 0 ? (size_t)written : 0;
        }
        i = j + 1;
    }
}

static void texts_text(const option_texts *texts, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < texts->count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " " : "", texts->text[i]);
}

const char *option_value_text(const app_option *option, const void *config, char *text, size_t size)
{
    const void *member = (const char *)config + option->offset;
    text[0] = 0;
    switch (option->type) {
    case OPTION_TYPE_SECTION:
    case OPTION_TYPE_SWITCH:
        break;
    case OPTION_TYPE_INTEGER:
        if (*(const int64_t *)member != OPTION_UNSET)
            snprintf(text, size, "%lld", (long long)*(const int64_t *)member);
        break;
    case OPTION_TYPE_UNSIGNED:
        snprintf(text, size, "%llu", (unsigned long long)*(const uint64_t *)member);
        break;
    case OPTION_TYPE_REAL:
        if (isfinite(*(const double *)member))
            snprintf(text, size, "%.15g", *(const double *)member);
        break;
    case OPTION_TYPE_TEXT:
        if (*(const char *const *)member)
            snprintf(text, size, "%s", *(const char *const *)member);
        break;
    case OPTION_TYPE_CHOICE:
        snprintf(text, size, "%s", option->choices[*(const int *)member]);
        break;
    case OPTION_TYPE_LIST:
        list_text(member, text, size);
        break;
    case OPTION_TYPE_TEXTS:
        texts_text(member, text, size);
        break;
    }
    return text;
}

/* --- the command line ---------------------------------------------------------------------- */

enum { NAMES_MAX = 128, NAME_SIZE = 48 };

/* Option number i of the subcommand's own followed by the common ones; NULL past the end. */
static const app_option *option_at(const app_command *command, size_t i)
{
    size_t common;
    const app_option *shared = options_common(&common);
    if (i < command->option_count)
        return &command->options[i];
    i -= command->option_count;
    return i < common ? &shared[i] : NULL;
}

static const app_option *find_option(const app_command *command, const char *name, size_t length)
{
    const app_option *option;
    for (size_t i = 0; (option = option_at(command, i)); i++)
        if (option->name && strlen(option->name) == length &&
            strncmp(option->name, name, length) == 0)
            return option;
    return NULL;
}

static tuft_status unknown_option(const app_command *command, const char *argument, tuft_error *err)
{
    const char *names[NAMES_MAX] = {"help"};
    char typed[NAME_SIZE];
    size_t count = 1;
    const app_option *option;
    for (size_t i = 0; (option = option_at(command, i)) && count < NAMES_MAX; i++)
        if (option->name)
            names[count++] = option->name;
    const char *start = argument + strspn(argument, "-");
    snprintf(typed, sizeof typed, "%.*s", (int)strcspn(start, "="), start);
    const char *nearest = suggest_nearest(typed, names, count);
    if (nearest)
        return tuft_fail(err, TUFT_INVALID, "unknown option '%.60s', did you mean '--%s'?",
                         argument, nearest);
    return tuft_fail(err, TUFT_INVALID, "unknown option '%.60s'", argument);
}

static tuft_status parse_operand(const app_command *command, size_t index, const char *text,
                                 void *config, tuft_error *err)
{
    size_t count = command->operand_count;
    if (index >= count && count && command->operands[count - 1].type == OPTION_TYPE_TEXTS)
        index = count - 1; /* it takes all the rest */
    if (index >= count)
        return tuft_fail(err, TUFT_INVALID, "unexpected argument '%.60s'", text);
    if (!*text)
        return tuft_fail(err, TUFT_INVALID, "%s: '' is empty", command->operands[index].metavar);
    return option_set(&command->operands[index], text, config, err);
}

/* The option at arguments[*i], and its value, which may be the argument that follows. */
static tuft_status parse_option(const app_command *command, int count, char *const *arguments,
                                int *i, void *config, tuft_error *err)
{
    const char *argument = arguments[*i], *name = argument + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] ? name + length + 1 : NULL;
    const app_option *option =
        strncmp(argument, "--", 2) ? NULL : find_option(command, name, length);
    if (!option)
        return unknown_option(command, argument, err);
    if (option->type == OPTION_TYPE_SWITCH && value)
        return tuft_fail(err, TUFT_INVALID, "--%s: takes no value, got '%.60s'", option->name,
                         value);
    if (option->type != OPTION_TYPE_SWITCH && !value) {
        if (*i + 1 >= count || strncmp(arguments[*i + 1], "--", 2) == 0)
            return tuft_fail(err, TUFT_INVALID, "--%s: needs a value, %s", option->name,
                             option->metavar);
        value = arguments[++*i];
    }
    if (value && !*value)
        return tuft_fail(err, TUFT_INVALID, "--%s: '' is empty, expected %s", option->name,
                         option->metavar);
    tuft_status status = option_set(option, value, config, err);
    if (status) {
        char prefix[NAME_SIZE];
        snprintf(prefix, sizeof prefix, "--%s", option->name);
        return tuft_fail_prefix(err, status, prefix);
    }
    if (option->offset == offsetof(common_options, seed))
        ((common_options *)config)->seed_given = 1;
    return TUFT_OK;
}

static int is_unset(const app_option *option, const void *config)
{
    char text[64];
    return !*option_value_text(option, config, text, sizeof text);
}

tuft_status options_check(const app_command *command, const void *config, tuft_error *err)
{
    for (size_t i = 0; i < command->operand_count; i++)
        if (command->operands[i].need == OPTION_REQUIRED && is_unset(&command->operands[i], config))
            return tuft_fail(err, TUFT_INVALID, "%s is missing: %s", command->operands[i].metavar,
                             command->operands[i].help);
    for (size_t i = 0; i < command->option_count; i++)
        if (command->options[i].need == OPTION_REQUIRED && is_unset(&command->options[i], config))
            return tuft_fail(err, TUFT_INVALID, "--%s %s is missing: %s", command->options[i].name,
                             command->options[i].metavar, command->options[i].help);
    const common_options *common = config;
    if (common->json && common->report && strcmp(common->json, common->report) == 0)
        return tuft_fail(err, TUFT_INVALID, "--json and --report name the same file '%.200s'",
                         common->json);
    return command->check ? command->check(config, err) : TUFT_OK;
}

tuft_status options_parse(const app_command *command, int count, char *const *arguments,
                          void *config, option_request *request, tuft_error *err)
{
    size_t operands = 0;
    int options_ended = 0;
    *request = REQUEST_RUN;
    for (int i = 0; i < count; i++) {
        const char *argument = arguments[i];
        tuft_status status;
        if (!options_ended && strcmp(argument, "--") == 0) {
            options_ended = 1;
            continue;
        }
        if (options_ended || argument[0] != '-' || !argument[1]) {
            status = parse_operand(command, operands++, argument, config, err);
        } else if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            *request = REQUEST_HELP;
            return TUFT_OK;
        } else if (strcmp(argument, "--help=man") == 0) {
            *request = REQUEST_MAN;
            return TUFT_OK;
        } else {
            status = parse_option(command, count, arguments, &i, config, err);
        }
        if (status)
            return status;
    }
    return options_check(command, config, err);
}
