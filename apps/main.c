/* The `tuft` command: finds the subcommand, reads its options, runs it. */
#include "apps/commands.h"
#include "apps/help.h"
#include "core/file.h"
#include "core/version.h"

#include <cblas.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Ends with what standard output could take: a full disk is a failure. */
static int finish(void)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("tuft: cannot write standard output\n", stderr);
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

/* Says before the work, not after it, that an output file cannot be written. */
static tuft_status check_output(const char *path, tuft_error *err)
{
    tuft_output output;
    if (!path)
        return TUFT_OK;
    tuft_status status = tuft_output_open(&output, path, err);
    if (!status)
        tuft_output_abandon(&output);
    return status;
}

static int run(const app_command *command, void *config)
{
    tuft_error err = {0};
    common_options *common = config;
    if (!common->threads)
        common->threads = omp_get_num_procs();
    omp_set_num_threads((int)common->threads);
    /* Sums inside a BLAS that splits its work depend on the number of threads; ours must not. */
    openblas_set_num_threads(1);
    tuft_status status = check_output(common->json, &err);
    if (!status)
        status = check_output(common->report, &err);
    if (!status)
        status = command->run(config, &err);
    if (!status)
        return finish();
    fflush(stdout);
    fprintf(stderr, "tuft %s: %s\n", command->name, err.message);
    return EXIT_FAILED;
}

static int parse_and_run(const app_command *command, int count, char *const *arguments)
{
    tuft_error err = {0};
    option_request request;
    int code;
    void *config = malloc(command->config_size);
    if (!config) {
        fprintf(stderr, "tuft %s: no memory\n", command->name);
        return EXIT_FAILED;
    }
    memcpy(config, command->defaults, command->config_size);
    if (options_parse(command, count, arguments, config, &request, &err)) {
        fprintf(stderr, "tuft %s: %s\n", command->name, err.message);
        code = EXIT_USAGE;
    } else if (request == REQUEST_HELP) {
        help_command(stdout, command);
        code = finish();
    } else if (request == REQUEST_MAN) {
        help_man(stdout, &command, 1);
        code = finish();
    } else {
        code = run(command, config);
    }
    free(config);
    return code;
}

/* `tuft enhance` and `tuft enhance --help` where only `enhance train` and others exist. */
static int is_family(const app_command *const *commands, size_t count, const char *word,
                     char *prefix, size_t size)
{
    snprintf(prefix, size, "%s ", word);
    for (size_t i = 0; i < count; i++)
        if (strncmp(commands[i]->name, prefix, strlen(prefix)) == 0)
            return 1;
    return 0;
}

static int is_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0 ||
           strcmp(argument, "help") == 0;
}

int main(int argc, char **argv)
{
    size_t count;
    const app_command *const *commands = commands_all(&count);
    tuft_error err = {0};
    char prefix[64];
    int used = 0;
    if (argc < 2) {
        fputs("tuft: no subcommand, see tuft --help\n", stderr);
        return EXIT_USAGE;
    }
    const app_command *found = commands_find(argc - 1, argv + 1, &used, &err);
    if (found)
        return parse_and_run(found, argc - 1 - used, argv + 1 + used);
    if (strcmp(argv[1], "--version") == 0) {
        printf("tuft %s (%s)\n", TUFT_VERSION, TUFT_COMMIT);
        return finish();
    }
    if (is_help(argv[1])) {
        found = argc > 2 ? commands_find(argc - 2, argv + 2, &used, &err) : NULL;
        if (found)
            help_command(stdout, found);
        else
            help_overview(stdout, commands, count, "");
        return finish();
    }
    if (strcmp(argv[1], "man") == 0 || strcmp(argv[1], "--help=man") == 0) {
        help_man(stdout, commands, count);
        return finish();
    }
    if (is_family(commands, count, argv[1], prefix, sizeof prefix)) {
        if (argc > 2 && is_help(argv[2])) {
            help_overview(stdout, commands, count, prefix);
            return finish();
        }
        fprintf(stderr, "tuft %s: unknown or no subcommand, see tuft %s --help\n", argv[1],
                argv[1]);
        return EXIT_USAGE;
    }
    if (argv[1][0] == '-')
        fprintf(stderr, "tuft: unknown option '%.60s', see tuft --help\n", argv[1]);
    else
        fprintf(stderr, "tuft: %s\n", err.message);
    return EXIT_USAGE;
}
