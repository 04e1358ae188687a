/* Command lines from tables.
 *
 * A subcommand describes itself once: its configuration struct (whose first member is a
 * common_options called `common`), the default values, and a table that says which option sets
 * which member. Parsing, --help, the man page and the "config" of a result file all come from that
 * table, so that they cannot disagree.
 *
 *     typedef struct { common_options common; int64_t epochs; const char *train; } settings;
 *     static const settings defaults = {.common = COMMON_DEFAULTS, .epochs = 100};
 *     static const app_option options[] = {
 *         OPTION_SECTION("Training"),
 *         OPTION_INTEGER(settings, epochs, "epochs", "N", 1, 100000, "passes over the set"),
 *     };
 */
#ifndef TUFT_APPS_OPTIONS_H
#define TUFT_APPS_OPTIONS_H

#include "core/status.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    OPTION_TYPE_SECTION,  /* a heading in --help: only help is read */
    OPTION_TYPE_SWITCH,   /* int: 1 when given */
    OPTION_TYPE_INTEGER,  /* int64_t; OPTION_UNSET until given, if that is the default */
    OPTION_TYPE_UNSIGNED, /* uint64_t */
    OPTION_TYPE_REAL,     /* double, finite; NAN until given, if that is the default */
    OPTION_TYPE_TEXT,     /* const char *, borrowed from argv, never empty; NULL until given */
    OPTION_TYPE_CHOICE,   /* int: index in choices */
    OPTION_TYPE_LIST,     /* option_list: "1-7", "8,9", "1-3,7" */
    OPTION_TYPE_TEXTS     /* option_texts: may be given again and again */
} option_type;

#define OPTION_UNSET INT64_MIN

enum { OPTION_LIST_MAX = 256, OPTION_TEXTS_MAX = 16 };

/* Distinct whole numbers >= 0, in the order given. */
typedef struct {
    size_t count;
    int64_t value[OPTION_LIST_MAX];
} option_list;

/* In the order given; borrowed from argv, none empty. */
typedef struct {
    size_t count;
    const char *text[OPTION_TEXTS_MAX];
} option_texts;

typedef enum { OPTION_OPTIONAL, OPTION_REQUIRED } option_need;

typedef struct {
    const char *name;           /* "epochs" for --epochs; operands: NULL */
    const char *metavar;        /* "N"; NULL for a switch */
    const char *help;           /* what it does, lower case, no full stop */
    option_type type;           /* of the member at offset */
    size_t offset;              /* in the configuration struct */
    double low, high;           /* numbers and list items lie in [low, high]; equal: any */
    const char *const *choices; /* NULL-terminated */
    option_need need;           /* required: parsing fails without it */
    const char *shown;          /* the default as --help shows it; NULL: read from the defaults */
} app_option;

/* offsetof, and a compile-time check that the member has the type that will be written. */
#define OPTION_MEMBER(config, member, type)                                                        \
    (offsetof(config, member) + 0 * sizeof(&((config *)0)->member == (type *)0))

#define OPTION_SECTION(heading)                                                                    \
    {                                                                                              \
        .type = OPTION_TYPE_SECTION, .help = (heading)                                             \
    }
#define OPTION_SWITCH(config, member, long_name, text)                                             \
    {                                                                                              \
        .name = (long_name), .help = (text), .type = OPTION_TYPE_SWITCH,                           \
        .offset = OPTION_MEMBER(config, member, int)                                               \
    }
#define OPTION_INTEGER(config, member, long_name, variable, least, most, text)                     \
    {                                                                                              \
        .name = (long_name), .metavar = (variable), .help = (text), .type = OPTION_TYPE_INTEGER,   \
        .offset = OPTION_MEMBER(config, member, int64_t), .low = (least), .high = (most)           \
    }
#define OPTION_UNSIGNED(config, member, long_name, variable, text)                                 \
    {                                                                                              \
        .name = (long_name), .metavar = (variable), .help = (text), .type = OPTION_TYPE_UNSIGNED,  \
        .offset = OPTION_MEMBER(config, member, uint64_t)                                          \
    }
#define OPTION_REAL(config, member, long_name, variable, least, most, text)                        \
    {                                                                                              \
        .name = (long_name), .metavar = (variable), .help = (text), .type = OPTION_TYPE_REAL,      \
        .offset = OPTION_MEMBER(config, member, double), .low = (least), .high = (most)            \
    }
#define OPTION_TEXT(config, member, long_name, variable, text)                                     \
    {                                                                                              \
        .name = (long_name), .metavar = (variable), .help = (text), .type = OPTION_TYPE_TEXT,      \
        .offset = OPTION_MEMBER(config, member, const char *)                                      \
    }
#define OPTION_CHOICE(config, member, long_name, list, text)                                       \
    {                                                                                              \
        .name = (long_name), .metavar = "NAME", .help = (text), .type = OPTION_TYPE_CHOICE,        \
        .offset = OPTION_MEMBER(config, member, int), .choices = (list)                            \
    }
#define OPTION_LIST(config, member, long_name, variable, least, most, text)                        \
    {                                                                                              \
        .name = (long_name), .metavar = (variable), .help = (text), .type = OPTION_TYPE_LIST,      \
        .offset = OPTION_MEMBER(config, member, option_list), .low = (least), .high = (most)       \
    }
#define OPTION_TEXTS(config, member, long_name, variable, text)                                    \
    {                                                                                              \
        .name = (long_name), .metavar = (variable), .help = (text), .type = OPTION_TYPE_TEXTS,     \
        .offset = OPTION_MEMBER(config, member, option_texts)                                      \
    }
/* An operand, as NETWORK in `tuft simulate NETWORK`; the last one may be OPTION_TYPE_TEXTS and then
 * takes all the rest. */
#define OPERAND(config, member, variable, text)                                                    \
    {                                                                                              \
        .metavar = (variable), .help = (text), .type = OPTION_TYPE_TEXT,                           \
        .offset = OPTION_MEMBER(config, member, const char *)                                      \
    }

/* What every subcommand takes: the first member of every configuration struct. */
typedef struct {
    uint64_t seed;
    int64_t threads; /* 0: as many as the process may use */
    const char *json, *report;
    int quiet;
    int seed_given; /* set while parsing: whether --seed was there */
} common_options;

#define COMMON_DEFAULTS                                                                            \
    {                                                                                              \
        .seed = 1                                                                                  \
    }

typedef struct {
    const char *line, *purpose; /* "tuft info --json info.json", "write it to a file" */
} command_example;

/* A subcommand. All of it is static and constant. */
typedef struct {
    const char *name;        /* "classify", "enhance train" */
    const char *summary;     /* one line, no full stop */
    const char *description; /* paragraphs, separated by "\n\n" */
    const app_option *operands;
    size_t operand_count;
    const app_option *options;
    size_t option_count;
    const command_example *examples;
    size_t example_count;
    size_t config_size;
    const void *defaults; /* config_size bytes */
    /* Whether the options make sense together (may be NULL); a failure is wrong usage, exit 2. */
    tuft_status (*check)(const void *config, tuft_error *err);
    /* Does the work; results on stdout; a failure is exit 1. */
    tuft_status (*run)(const void *config, tuft_error *err);
} app_command;

#define COMMAND_OPTIONS(table) .options = (table), .option_count = sizeof(table) / sizeof *(table)
#define COMMAND_OPERANDS(table)                                                                    \
    .operands = (table), .operand_count = sizeof(table) / sizeof *(table)
#define COMMAND_EXAMPLES(table)                                                                    \
    .examples = (table), .example_count = sizeof(table) / sizeof *(table)

/* The options that every subcommand takes, for help and man pages. */
const app_option *options_common(size_t *count);

typedef enum { REQUEST_RUN, REQUEST_HELP, REQUEST_MAN } option_request;

/* Reads the arguments (after the subcommand's name) into config, which holds the defaults already.
 * `--name value` and `--name=value`; `--` ends options; the last of a repeated option counts
 * (all of one that is OPTION_TEXTS).
 * Anything else is TUFT_INVALID with one line that names the option, the value and what was
 * expected; config is then of no use. */
tuft_status options_parse(const app_command *command, int count, char *const *arguments,
                          void *config, option_request *request, tuft_error *err);

/* Sets one option of config from text, as parsing does; a switch takes none. The error says what is
 * wrong with the text, not which option it was for. */
tuft_status option_set(const app_option *option, const char *text, void *config, tuft_error *err);

/* What parsing looks at last: whether all that is required is there and fits together. */
tuft_status options_check(const app_command *command, const void *config, tuft_error *err);

/* "1-3,7" into a list: whole numbers and rising ranges, each number once, each in [low, high]
 * unless low == high. On failure the list is empty. */
tuft_status option_list_parse(const char *text, double low, double high, option_list *list,
                              tuft_error *err);

/* Writes an option's value as it would be typed ("1-7", "lin2025", "0.9"); "" where it is unset.
 * Returns text, which has size bytes. */
const char *option_value_text(const app_option *option, const void *config, char *text,
                              size_t size);

#endif
