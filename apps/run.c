/* tuft run: an experiment from a file. */
#include "apps/commands.h"
#include "apps/experiment.h"
#include "apps/json_path.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    common_options common;
    const char *file, *data, *set;
    int64_t seeds;
} run_config;

static const run_config defaults = {.common = COMMON_DEFAULTS, .seeds = OPTION_UNSET};

static const app_option operands[] = {
    {.metavar = "FILE",
     .help = "JSON file: subcommand, options, figures to compare with (docs/experiments.md)",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(run_config, file, const char *),
     .need = OPTION_REQUIRED},
};

static const app_option options[] = {
    OPTION_SECTION("Over the file"),
    OPTION_TEXT(run_config, data, "data", "DIR",
                "recordings, {data} in the file (default: $TUFT_DATA, else ../shared/data)"),
    OPTION_TEXT(run_config, set, "set", "KEY=VALUE,...",
                "other options of the subcommand, or values of its model"),
    OPTION_INTEGER(run_config, seeds, "seeds", "N", 1, 1000,
                   "how many seeds (default: as the file says)"),
};

static const command_example examples[] = {
    {"tuft run n-mnist-best.json --data recordings", "as the file says"},
    {"tuft run n-mnist-best.json --seeds 1 --set preset=lin2025,reservoir.size=400",
     "the same with other values"},
};

/* ---- what is to be run ----------------------------------------------------------------------- */

static tuft_status change(const run_config *c, experiment *made, tuft_error *err)
{
    char text[32];
    tuft_status status = TUFT_OK;
    if (c->set) {
        status = settings_set_all(&made->settings, c->set, err);
        if (status)
            return tuft_fail_prefix(err, status, "--set");
    }
    if (c->seeds != OPTION_UNSET) {
        snprintf(text, sizeof text, "%lld", (long long)c->seeds);
        if (!settings_option(&made->settings, "seeds"))
            return tuft_fail(err, TUFT_INVALID, "--seeds: tuft %s runs one seed",
                             made->settings.command->name);
        status = settings_set(&made->settings, "seeds", text, err);
    }
    if (!status && c->common.seed_given) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)c->common.seed);
        status = settings_set(&made->settings, "seed", text, err);
    }
    return status;
}

/* ---- beside what was published --------------------------------------------------------------- */

/* As many digits as figures here are good for. */
static const char *figure_text(double value, char *text, size_t size)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else
        snprintf(text, size, "%.5g", value);
    return text;
}

static void print_figures(const char *heading, const experiment_figure *figure, size_t count,
                          const json_t *result)
{
    char here[32], there[32];
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_path_get(result, figure[i].metric);
        double number = json_is_number(value) ? json_number_value(value) : NAN;
        if (!i)
            printf("%-36s %10s %10s\n", heading, "here", "there");
        printf("  %-34s %10s %10s  %s\n", figure[i].metric, figure_text(number, here, sizeof here),
               figure_text(figure[i].value, there, sizeof there),
               figure[i].source ? figure[i].source : "");
    }
}

static tuft_status compare(const experiment *made, const char *path, tuft_error *err)
{
    json_error_t error;
    json_t *result = json_load_file(path, 0, &error);
    if (!result)
        return tuft_fail(err, TUFT_FORMAT, "%s: %s", path, error.text);
    print_figures("expected", made->expected, made->expected_count, result);
    print_figures("published", made->published, made->published_count, result);
    json_decref(result);
    return TUFT_OK;
}

/* A file for the result where none is asked for. */
static tuft_status temporary_file(char *path, size_t size, tuft_error *err)
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, size, "%s/tuft-run-XXXXXX", folder && *folder ? folder : "/tmp");
    int file = mkstemp(path);
    if (file < 0)
        return tuft_fail(err, TUFT_IO, "%s: cannot write", path);
    close(file);
    return TUFT_OK;
}

static tuft_status run_made(const run_config *c, const experiment *made, tuft_error *err)
{
    char temporary[4096] = "";
    void *config;
    tuft_status status = settings_config(&made->settings, &config, err);
    if (status)
        return status;
    common_options *common = config;
    common->threads = c->common.threads;
    common->json = c->common.json;
    common->report = c->common.report;
    common->quiet = c->common.quiet;
    if (!common->json && made->published_count + made->expected_count) {
        status = temporary_file(temporary, sizeof temporary, err);
        common->json = temporary;
    }
    if (!status) {
        printf("%s\n", made->title);
        status = made->settings.command->run(config, err);
    }
    if (!status && common->json)
        status = compare(made, common->json, err);
    if (*temporary)
        unlink(temporary);
    free(config);
    return status;
}

static tuft_status run(const void *config, tuft_error *err)
{
    const run_config *c = config;
    experiment made;
    tuft_status status = experiment_read(&made, c->file, c->data, err);
    if (status)
        return status;
    status = change(c, &made, err);
    if (!status)
        status = run_made(c, &made, err);
    experiment_free(&made);
    return status;
}

const app_command run_command = {
    .name = "run",
    .summary = "an experiment from a file, beside its published figures",
    .description =
        "Reads a file that names a subcommand and its options, runs it exactly as that subcommand "
        "would with these options, and prints its figures beside those that the file expects and "
        "those that were published. --json and --report are those of the subcommand.\n\n"
        "With --set, a key is the name of an option (preset=lin2025) or of a value of the model "
        "(group0.maps=96; vision.group0.maps=96 where there are two).",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(run_config),
    .defaults = &defaults,
    .run = run,
};
