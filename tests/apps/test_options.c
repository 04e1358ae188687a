#include "apps/help.h"
#include "apps/options.h"
#include "apps/suggest.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    common_options common;
    int64_t epochs;
    uint64_t key;
    double decay, wanted;
    const char *train, *network;
    int preset, all;
    option_list seen;
    option_texts over;
} sample;

static const char *const presets[] = {"lin2025", "best", NULL};

static const app_option operands[] = {OPERAND(sample, network, "NETWORK", "the network")};

static const app_option options[] = {
    OPTION_SECTION("Training"),
    OPTION_INTEGER(sample, epochs, "epochs", "N", 1, 1000, "passes over the training set"),
    OPTION_REAL(sample, decay, "decay", "D", 0, 1, "share of the potential kept each step"),
    OPTION_REAL(sample, wanted, "wanted", "X", 1, INFINITY, "unset until given"),
    OPTION_UNSIGNED(sample, key, "key", "K", "any number"),
    OPTION_CHOICE(sample, preset, "preset", presets, "published settings or ours"),
    OPTION_SWITCH(sample, all, "all-pairs", "every pair of digits"),
    OPTION_LIST(sample, seen, "seen", "LIST", 0, 9, "digits seen in training"),
    OPTION_TEXTS(sample, over, "over", "KEY=VALUE", "again for more"),
    {.name = "train",
     .metavar = "PATH",
     .help = "training recordings",
     .type = OPTION_TYPE_TEXT,
     .offset = offsetof(sample, train),
     .need = OPTION_REQUIRED},
};

static const sample defaults = {.common = COMMON_DEFAULTS,
                                .epochs = 100,
                                .decay = 0.9,
                                .wanted = NAN,
                                .seen = {7, {1, 2, 3, 4, 5, 6, 7}}};

static tuft_status check(const void *config, tuft_error *err)
{
    const sample *given = config;
    if (given->epochs == 13)
        return tuft_fail(err, TUFT_INVALID, "--epochs: 13 is unlucky");
    return TUFT_OK;
}

static const app_command command = {
    .name = "sample",
    .summary = "a subcommand for tests",
    .description = "First paragraph.\n\n.Second paragraph, with a dot that roff must not obey.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    .config_size = sizeof(sample),
    .defaults = &defaults,
    .check = check,
};

static tuft_status parse(sample *given, option_request *request, tuft_error *err,
                         const char *const *arguments)
{
    int count = 0;
    while (arguments[count])
        count++;
    *given = defaults;
    return options_parse(&command, count, (char *const *)arguments, given, request, err);
}

#define PARSE(...) parse(&given, &request, &err, (const char *const[]){__VA_ARGS__, NULL})

Test(options, all_types_in_both_spellings)
{
    sample given;
    tuft_error err;
    option_request request;
    cr_assert_eq(PARSE("--epochs", "7", "--decay=-0", "net.json", "--key=18446744073709551615",
                       "--preset", "best", "--all-pairs", "--seen=8,1-3", "--train", "-odd name",
                       "--seed=5", "--threads", "2", "--quiet"),
                 TUFT_OK, "%s", err.message);
    cr_assert_eq(request, REQUEST_RUN);
    cr_assert_eq(given.epochs, 7);
    cr_assert_eq(given.decay, 0);
    cr_assert(isnan(given.wanted));
    cr_assert_eq(given.key, UINT64_MAX);
    cr_assert_eq(given.preset, 1);
    cr_assert_eq(given.all, 1);
    cr_assert_eq(given.seen.count, 4);
    cr_assert_eq(given.seen.value[0], 8);
    cr_assert_eq(given.seen.value[3], 3);
    cr_assert_str_eq(given.train, "-odd name");
    cr_assert_str_eq(given.network, "net.json");
    cr_assert_eq(given.common.seed, 5);
    cr_assert_eq(given.common.threads, 2);
    cr_assert_eq(given.common.quiet, 1);
    /* The last one counts, and -- ends the options. */
    cr_assert_eq(PARSE("--train=x", "--epochs=2", "--epochs=3", "--", "--net"), TUFT_OK);
    cr_assert_eq(given.epochs, 3);
    cr_assert_str_eq(given.network, "--net");
    cr_assert_eq(PARSE("--help", "--nonsense"), TUFT_OK);
    cr_assert_eq(request, REQUEST_HELP);
    cr_assert_eq(PARSE("--help=man"), TUFT_OK);
    cr_assert_eq(request, REQUEST_MAN);
}

Test(options, texts_add_up)
{
    sample given;
    tuft_error err;
    option_request request;
    char text[64];
    cr_assert_eq(PARSE("--over=a=1", "--train=x", "--over", "b=2"), TUFT_OK, "%s", err.message);
    cr_assert_eq(given.over.count, 2);
    cr_assert_str_eq(given.over.text[0], "a=1");
    cr_assert_str_eq(given.over.text[1], "b=2");
    for (size_t i = 0; i < command.option_count; i++)
        if (options[i].type == OPTION_TYPE_TEXTS)
            cr_assert_str_eq(option_value_text(&options[i], &given, text, sizeof text), "a=1 b=2");
    const char *many[OPTION_TEXTS_MAX + 3] = {"--train=x"};
    for (int i = 0; i <= OPTION_TEXTS_MAX; i++)
        many[1 + i] = "--over=c";
    cr_assert_eq(parse(&given, &request, &err, many), TUFT_INVALID);
    cr_assert(strstr(err.message, "--over: 'c' is one too many"), "%s", err.message);
    cr_assert_eq(PARSE("--train=x", "--over="), TUFT_INVALID);
}

Test(options, every_error_names_option_value_and_expectation)
{
    static const struct {
        const char *argument, *more, *said;
    } cases[] = {
        {"--epoch", NULL, "unknown option '--epoch', did you mean '--epochs'?"},
        {"--ecophs=3", NULL, "unknown option '--ecophs=3', did you mean '--epochs'?"},
        {"--zzzzzz", NULL, "unknown option '--zzzzzz'"},
        {"-x", NULL, "unknown option '-x'"},
        {"--", "--zz", "unexpected argument 'extra'"},
        {"--epochs", NULL, "--epochs: needs a value, N"},
        {"--epochs", "--quiet", "--epochs: needs a value, N"},
        {"--epochs=", NULL, "--epochs: '' is empty, expected N"},
        {"--epochs", "ten", "--epochs: 'ten' is not a whole number"},
        {"--epochs", "1.5", "--epochs: '1.5' is not a whole number"},
        {"--epochs", " 1", "--epochs: ' 1' is not a whole number"},
        {"--epochs", "0", "--epochs: '0' is out of range, expected 1 to 1000"},
        {"--epochs", "99999999999999999999", "too large"},
        {"--epochs", "13", "--epochs: 13 is unlucky"},
        {"--decay", "0.9x", "--decay: '0.9x' is not a number"},
        {"--decay", "nan", "--decay: 'nan' is not a number"},
        {"--decay", "0x1", "--decay: '0x1' is not a number"},
        {"--decay", "1e999", "--decay: '1e999' is too large for a number"},
        {"--decay", "1.01", "--decay: '1.01' is out of range, expected 0 to 1"},
        {"--wanted", "0.5", "--wanted: '0.5' is out of range, expected at least 1"},
        {"--key", "-1", "--key: '-1' is not a whole number of 0 or more"},
        {"--key", "18446744073709551616", "out of range"},
        {"--preset", "bets", "--preset: 'bets' is unknown, did you mean 'best'?"},
        {"--preset", "qqqqqqqq", "expected one of lin2025, best"},
        {"--all-pairs=yes", NULL, "--all-pairs: takes no value, got 'yes'"},
        {"--seen", "7-1", "--seen: '7-1' has a range that falls, 7-1"},
        {"--threads", "0", "--threads: '0' is out of range, expected 1 to 1024"},
        {"--json=same", "--report=same", "--json and --report name the same file 'same'"},
        {"", NULL, "unexpected argument ''"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sample given;
        tuft_error err = {0};
        option_request request;
        tuft_status status = PARSE("net.json", "--train=x", cases[i].argument,
                                   cases[i].more ? cases[i].more : "--quiet", "extra");
        if (strcmp(cases[i].argument, "--") && strcmp(cases[i].argument, "")) {
            /* Without the operand too many, unless the missing value is the last argument. */
            const char *last = cases[i].more;
            status = PARSE("--train=x", "net.json", cases[i].argument, last);
        }
        if (strcmp(cases[i].argument, "--") == 0)
            status = PARSE("--train=x", "net.json", "--", "extra");
        cr_assert_eq(status, TUFT_INVALID, "%s %s", cases[i].argument, cases[i].more);
        cr_assert(strstr(err.message, cases[i].said), "%s: got \"%s\", expected \"%s\"",
                  cases[i].argument, err.message, cases[i].said);
    }
}

Test(options, what_is_required_is_asked_for)
{
    sample given;
    tuft_error err;
    option_request request;
    cr_assert_eq(PARSE("net.json"), TUFT_INVALID);
    cr_assert_str_eq(err.message, "--train PATH is missing: training recordings");
}

Test(options, lists)
{
    option_list list;
    tuft_error err;
    cr_assert_eq(option_list_parse("1-3,7", 0, 9, &list, &err), TUFT_OK);
    const int64_t expected[] = {1, 2, 3, 7};
    cr_assert_eq(list.count, 4);
    cr_assert_arr_eq(list.value, expected, sizeof expected);
    cr_assert_eq(option_list_parse("0", 0, 0, &list, &err), TUFT_OK);
    cr_assert_eq(list.count, 1);
    static const char *const wrong[] = {"",
                                        ",",
                                        "1,",
                                        ",1",
                                        "1,,2",
                                        "a",
                                        "1-",
                                        "-1",
                                        "1--2",
                                        "1-2-3",
                                        "1 2",
                                        "1, 2",
                                        "1,1",
                                        "1-3,2",
                                        "8,10",
                                        "5-10",
                                        "1;2",
                                        "1.5",
                                        "0-300",
                                        "3-1",
                                        "+1",
                                        "99999999999999999999",
                                        "1-99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_assert_eq(option_list_parse(wrong[i], 0, 9, &list, &err), TUFT_INVALID, "%s", wrong[i]);
        cr_assert_eq(list.count, 0);
    }
    /* A range without end stops at the list's size, not at memory's. */
    cr_assert_eq(option_list_parse("0-9223372036854775807", 0, 0, &list, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "more than 256"));
}

Test(options, values_read_back_as_typed)
{
    sample given = defaults, again = defaults;
    char text[256];
    tuft_error err;
    option_list_parse("1-3,5,6,8,2147483648-2147483650", 0, 0, &given.seen, &err);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(options[i].name ? options[i].name : "", "seen") == 0) {
            option_value_text(&options[i], &given, text, sizeof text);
            cr_assert_str_eq(text, "1-3,5,6,8,2147483648-2147483650");
            cr_assert_eq(option_list_parse(text, 0, 0, &again.seen, &err), TUFT_OK);
        }
    cr_assert_eq(given.seen.count, again.seen.count);
    cr_assert_arr_eq(given.seen.value, again.seen.value, given.seen.count * sizeof(int64_t));
}

Test(suggest, distances_are_those_of_the_definition)
{
    cr_assert_eq(suggest_distance("", "abc"), 3);
    cr_assert_eq(suggest_distance("kitten", "sitting"), 3);
    cr_assert_eq(suggest_distance("sede", "seed"), 1);
    cr_assert_eq(suggest_distance("ca", "abc"), 3);
    const char *const names[] = {"classify", "cell"};
    cr_assert_str_eq(suggest_nearest("clasify", names, 2), "classify");
    cr_assert_str_eq(suggest_nearest("cla", names, 2), "classify");
    cr_assert_null(suggest_nearest("device", names, 2));
}

static char *printed(void (*print)(FILE *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    print(stream);
    fclose(stream);
    return text;
}

static void print_help(FILE *stream)
{
    help_command(stream, &command);
}

static void print_man(FILE *stream)
{
    const app_command *all[] = {&command};
    help_man(stream, all, 1);
}

Test(help, names_every_option_with_range_and_default_within_the_columns)
{
    char *text = printed(print_help);
    static const char *const expected[] = {"Usage: tuft sample [NETWORK] --train PATH [OPTIONS]",
                                           "Training:",
                                           "--epochs N",
                                           "1 to 1000; default 100",
                                           "--seen LIST",
                                           "default 1-7",
                                           "lin2025, best",
                                           "default lin2025",
                                           "at least 1)",
                                           "required",
                                           "Common options:",
                                           "default all cores",
                                           "--report FILE.html"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        /* Lines may break anywhere between words: compare with breaks taken out. */
        char *flat = strdup(text);
        size_t used = 0;
        for (const char *c = text; *c; c++) {
            char letter = (char)(*c == '\n' ? ' ' : *c);
            if (letter != ' ' || (used && flat[used - 1] != ' '))
                flat[used++] = letter;
        }
        flat[used] = 0;
        cr_assert(strstr(flat, expected[i]), "%s not in\n%s", expected[i], text);
        free(flat);
    }
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        cr_assert_leq(length, 100);
        line += length + (line[length] == '\n');
    }
    free(text);
}

Test(help, man_page_holds_no_stray_requests)
{
    static const char *const requests[] = {".TH", ".SH", ".SS", ".TP", ".PP",
                                           ".RS", ".RE", ".nf", ".fi"};
    char *text = printed(print_man);
    cr_assert(strstr(text, "\\&.Second paragraph"));
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        int known = *line != '.' && *line != '\'';
        for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
            known |= strncmp(line, requests[i], 3) == 0;
        cr_assert(known, "%.*s", (int)length, line);
        cr_assert_gt(length, 0, "a blank line in the man page");
        line += length + (line[length] == '\n');
    }
    free(text);
}
