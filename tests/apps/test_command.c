/* The command as its users meet it: exit status, what is said where, what is left behind. */
#include "apps/commands.h"
#include "core/version.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { OUTPUT_SIZE = 1 << 16 };

typedef struct {
    int code;
    char out[OUTPUT_SIZE], err[OUTPUT_SIZE];
} run_outcome;

static void read_back(const char *path, char *text)
{
    FILE *stream = fopen(path, "r");
    size_t size = stream ? fread(text, 1, OUTPUT_SIZE - 1, stream) : 0;
    text[size] = 0;
    if (stream)
        fclose(stream);
    unlink(path);
}

/* Runs a program with arguments (NULL-terminated, [0] its path). */
static void run(run_outcome *outcome, const char *const *arguments)
{
    char out[] = "/tmp/tuft-test-out-XXXXXX", err[] = "/tmp/tuft-test-err-XXXXXX";
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    close(mkstemp(out));
    close(mkstemp(err));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, err, O_WRONLY, 0);
    cr_assert_eq(
        posix_spawnp(&child, arguments[0], &actions, NULL, (char *const *)arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    cr_assert_eq(waitpid(child, &status, 0), child);
    outcome->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    read_back(out, outcome->out);
    read_back(err, outcome->err);
}

static const char tuft[] = TUFT_BINARY_DIR "/tuft";

#define RUN(outcome, ...) run((outcome), (const char *const[]){tuft, __VA_ARGS__, NULL})

static int is_one_line(const char *text)
{
    const char *end = strchr(text, '\n');
    return end && end > text && !end[1];
}

static int entries_of(const char *folder)
{
    int entries = 0;
    DIR *open = opendir(folder);
    while (readdir(open))
        entries++;
    closedir(open);
    return entries - 2;
}

Test(command, help_and_version)
{
    static run_outcome got;
    RUN(&got, "--version");
    cr_assert_eq(got.code, 0);
    cr_assert_str_eq(got.out, "tuft " TUFT_VERSION " (" TUFT_COMMIT ")\n");
    RUN(&got, "--help");
    cr_assert_eq(got.code, 0);
    cr_assert_str_empty(got.err);
    RUN(&got, "help", "info");
    cr_assert_eq(got.code, 0);
    cr_assert(strstr(got.out, "Usage: tuft info"));
}

Test(command, every_subcommand_has_help_a_summary_and_a_place_in_the_man_page)
{
    static run_outcome got, overview, man;
    size_t count;
    const app_command *const *commands = commands_all(&count);
    RUN(&overview, "--help");
    RUN(&man, "man");
    cr_assert_eq(man.code, 0);
    for (size_t i = 0; i < count; i++) {
        char words[64], heading[80], *second;
        snprintf(words, sizeof words, "%s", commands[i]->name);
        second = strchr(words, ' ');
        if (second)
            *second++ = 0;
        if (second)
            RUN(&got, words, second, "--help");
        else
            RUN(&got, words, "--help");
        cr_assert_eq(got.code, 0, "%s", commands[i]->name);
        cr_assert_str_empty(got.err);
        snprintf(heading, sizeof heading, "Usage: tuft %s", commands[i]->name);
        cr_assert(strstr(got.out, heading));
        cr_assert(strstr(got.out, "--seed N"));
        cr_assert(strstr(overview.out, commands[i]->name));
        cr_assert_leq(strlen(commands[i]->summary), 70, "%s", commands[i]->name);
        const common_options *defaults = commands[i]->defaults;
        cr_assert(commands[i]->config_size >= sizeof *defaults);
        cr_assert_eq(defaults->threads, 0);
        cr_assert_null(defaults->json);
        if (second)
            RUN(&got, words, second, "--no-such-option");
        else
            RUN(&got, words, "--no-such-option");
        cr_assert_eq(got.code, 2);
        cr_assert(is_one_line(got.err), "%s", got.err);
    }
}

Test(command, wrong_usage_is_one_line_and_status_2)
{
    static run_outcome got;
    static const struct {
        const char *first, *second, *said;
    } cases[] = {{"inof", NULL, "did you mean 'info'?"},
                 {"qqqqqqqq", NULL, "unknown subcommand 'qqqqqqqq'"},
                 {"--vresion", NULL, "unknown option '--vresion'"},
                 {"", NULL, "unknown subcommand ''"},
                 {"info", "--sede=3", "did you mean '--seed'?"},
                 {"info", "--seed", "--seed: needs a value"},
                 {"info", "--seed=x", "--seed: 'x' is not a whole number"},
                 {"info", "surplus", "unexpected argument 'surplus'"},
                 {"info", "--seed=a\nb", "--seed: 'a?b'"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        RUN(&got, cases[i].first, cases[i].second);
        cr_assert_eq(got.code, 2, "%s", cases[i].first);
        cr_assert(is_one_line(got.err), "%s", got.err);
        cr_assert(strstr(got.err, cases[i].said), "%s", got.err);
        cr_assert_str_empty(got.out);
    }
    run(&got, (const char *const[]){tuft, NULL});
    cr_assert_eq(got.code, 2);
    cr_assert(is_one_line(got.err));
}

Test(command, failure_is_one_line_and_status_1_and_leaves_nothing)
{
    static run_outcome got;
    char folder[] = "/tmp/tuft-test-command-XXXXXX", inside[128], blocked[128];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(inside, sizeof inside, "--json=%s/no/such/folder.json", folder);
    RUN(&got, "info", inside);
    cr_assert_eq(got.code, 1);
    cr_assert(is_one_line(got.err), "%s", got.err);
    cr_assert_str_empty(got.out); /* said before the work */
    snprintf(inside, sizeof inside, "--json=%s/good.json", folder);
    snprintf(blocked, sizeof blocked, "--report=%s", folder);
    RUN(&got, "info", inside, blocked);
    cr_assert_eq(got.code, 1);
    cr_assert(strstr(got.err, "not a regular file"), "%s", got.err);
    RUN(&got, "info", "--json=/dev/null");
    cr_assert_eq(got.code, 1);
    cr_assert_eq(entries_of(folder), 0);
    rmdir(folder);
}

Test(command, a_full_disk_is_a_failure)
{
    static run_outcome got;
    run(&got, (const char *const[]){"sh", "-c", "\"$0\" info > /dev/full", tuft, NULL});
    cr_assert_eq(got.code, 1);
    cr_assert(is_one_line(got.err), "%s", got.err);
}

Test(command, json_and_report_are_written)
{
    static run_outcome got;
    static char page[OUTPUT_SIZE];
    char folder[] = "/tmp/tuft-test-command-XXXXXX", json[128], report[128];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(json, sizeof json, "%s/info.json", folder);
    snprintf(report, sizeof report, "%s/info.html", folder);
    RUN(&got, "info", "--json", json, "--report", report, "--seed", "9", "--threads", "1");
    cr_assert_eq(got.code, 0, "%s", got.err);
    json_t *root = json_load_file(json, 0, NULL);
    cr_assert_not_null(root);
    cr_assert_eq(json_integer_value(json_object_get(root, "seed")), 9);
    cr_assert_str_eq(json_string_value(json_object_get(root, "command")), "info");
    json_decref(root);
    read_back(report, page);
    cr_assert(strstr(page, "</html>"));
    unlink(json);
    cr_assert_eq(entries_of(folder), 0);
    rmdir(folder);
}

Test(command, the_man_page_has_no_warnings)
{
    static run_outcome got;
    if (access("/usr/bin/man", X_OK) || access("/usr/bin/groff", X_OK))
        cr_skip_test("man-db and groff are not installed");
    run(&got, (const char *const[]){"man", "--warnings=all", "-l", "-Tutf8", "-Z",
                                    TUFT_BINARY_DIR "/tuft.1", NULL});
    cr_assert_eq(got.code, 0);
    cr_assert_str_empty(got.err);
}
