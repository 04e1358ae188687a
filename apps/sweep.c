/* tuft sweep: an experiment over a grid of values and over seeds. */
#include "apps/sweep.h"

#include "apps/commands.h"
#include "core/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS_MAX = 1000, JOBS_MAX = 256 };

static const sweep_config defaults = {.common = COMMON_DEFAULTS, .seeds = OPTION_UNSET, .jobs = 1};

static const app_option operands[] = {
    {.metavar = "FILE",
     .help = "an experiment, as tuft run takes it (docs/experiments.md)",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(sweep_config, file, const char *),
     .need = OPTION_REQUIRED},
};

static const app_option options[] = {
    OPTION_SECTION("Grid"),
    OPTION_TEXTS(sweep_config, over, "over", "KEY=V1,V2,...",
                 "an option or a value of the model, and what it is to be; again for more axes"),
    OPTION_INTEGER(
        sweep_config, seeds, "seeds", "N", 1, SEEDS_MAX,
        "runs of each point, with seeds seed, seed + 1, ... (default: as the file says)"),
    OPTION_SECTION("Over the file"),
    OPTION_TEXT(sweep_config, data, "data", "DIR",
                "recordings, {data} in the file (default: $TUFT_DATA, else ../shared/data)"),
    OPTION_TEXT(sweep_config, set, "set", "KEY=VALUE,...",
                "other options of the subcommand, or values of its model, in every run"),
    OPTION_SECTION("Runs"),
    OPTION_INTEGER(sweep_config, jobs, "jobs", "N", 1, JOBS_MAX,
                   "runs at a time, each with its share of --threads"),
    OPTION_TEXT(sweep_config, out, "out", "DIR",
                "results of the runs; what is there is not run again (default: FILE.sweep)"),
    OPTION_SWITCH(sweep_config, redo, "redo",
                  "run again what another version or other options left in --out"),
    OPTION_SECTION("Output"),
    OPTION_TEXT(sweep_config, metric, "metric", "PATH",
                "a number in the runs' results, as results.accuracy (default: as the file says)"),
    OPTION_TEXT(sweep_config, csv, "csv", "FILE", "the table as CSV"),
};

static const command_example examples[] = {
    {"tuft sweep n-mnist-lin2025.json --over reservoir.size=100,200,400 --seeds 5 --jobs 2",
     "accuracy over the number of cells; started again, it goes on where it stopped"},
    {"tuft sweep n-mnist-best.json --over encoding.windows=1,3,6 --over reservoir.decay=0.5,0.8 "
     "--seeds 5 --report windows.html",
     "every combination of two axes, and a page with figures"},
};

/* ---- what is to be swept --------------------------------------------------------------------- */

/* "experiments/digits.json" -> "digits.sweep"; the caller's. */
static char *default_out(const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    size_t length = strlen(name);
    char *made;
    if (length > 5 && strcmp(name + length - 5, ".json") == 0)
        length -= 5;
    return asprintf(&made, "%.*s.sweep", (int)length, name) < 0 ? NULL : made;
}

static tuft_status choose_metric(sweep *of, tuft_error *err)
{
    of->metric = of->config->metric ? of->config->metric : of->experiment.metric;
    if (of->metric)
        return TUFT_OK;
    return tuft_fail(err, TUFT_INVALID,
                     "%s: \"metric\" is missing, and --metric PATH: which number of the results?",
                     of->config->file);
}

static size_t seeds_of(const sweep *of)
{
    const char *text = settings_text(&of->experiment.settings, "seeds");
    if (of->config->seeds != OPTION_UNSET)
        return (size_t)of->config->seeds;
    size_t seeds = text ? strtoul(text, NULL, 10) : 1;
    return seeds ? seeds : 1;
}

static uint64_t first_seed_of(const sweep *of)
{
    const char *text = settings_text(&of->experiment.settings, "seed");
    if (text && !of->config->common.seed_given)
        return strtoull(text, NULL, 10);
    return of->config->common.seed;
}

static tuft_status prepare(sweep *of, tuft_error *err)
{
    const sweep_config *c = of->config;
    void *config;
    tuft_status status = experiment_read(&of->experiment, c->file, c->data, err);
    if (!status && c->set) {
        status = settings_set_all(&of->experiment.settings, c->set, err);
        if (!status) {
            status = settings_config(&of->experiment.settings, &config, err);
            free(status ? NULL : config);
        }
        if (status)
            tuft_fail_prefix(err, status, "--set");
    }
    if (!status)
        status = choose_metric(of, err);
    if (!status)
        status = sweep_grid_read(&of->grid, &c->over, err);
    return status ? status : sweep_grid_check(&of->grid, &of->experiment.settings, err);
}

/* ---- the sweep ------------------------------------------------------------------------------- */

static tuft_status publish(sweep *of, app_result *result, tuft_error *err)
{
    tuft_status status = sweep_summarise(of, err);
    if (!status)
        status = sweep_publish(of, result, err);
    if (!status)
        status = result_write(result, of->config->common.json, err);
    if (!status)
        status = sweep_write_csv(of, of->config->csv, err);
    if (!status)
        status = sweep_report(of, of->config->common.report, err);
    if (!status)
        sweep_print(of);
    if (!status && of->runs.failed)
        status =
            tuft_fail(err, TUFT_INVALID, "%zu of %zu runs failed", of->runs.failed, of->runs.count);
    return status;
}

static tuft_status work(sweep *of, app_result *result, tuft_error *err)
{
    const sweep_config *c = of->config;
    char *out = c->out ? strdup(c->out) : default_out(c->file);
    if (!out)
        return tuft_fail(err, TUFT_MEMORY, "sweep: no memory");
    settings *base = &of->experiment.settings;
    size_t seeds = seeds_of(of);
    result_config_set(result, "out", json_string(out));
    result_stage(result, "run");
    /* Repeats are runs of their own. */
    tuft_status status =
        settings_option(base, "seeds") ? settings_set(base, "seeds", "1", err) : TUFT_OK;
    if (!status)
        status = sweep_runs_open(&of->runs, &of->grid, base, out, of->metric, first_seed_of(of),
                                 seeds, c->redo ? SWEEP_REDO_CHANGED : SWEEP_REFUSE_CHANGED, err);
    if (!status) {
        if (of->runs.there && !c->common.quiet)
            fprintf(stderr, "%zu of %zu runs are in %s\n", of->runs.there, of->runs.count, out);
        status = sweep_runs_do(&of->runs, (size_t)c->jobs, &c->common, err);
    }
    result_stage(result, NULL);
    if (!status)
        status = publish(of, result, err);
    free(out);
    return status;
}

static tuft_status check(const void *config, tuft_error *err)
{
    const sweep_config *c = config;
    const char *other = c->csv && c->common.json && strcmp(c->csv, c->common.json) == 0 ? "--json"
                        : c->csv && c->common.report && strcmp(c->csv, c->common.report) == 0
                            ? "--report"
                            : NULL;
    return other ? tuft_fail(err, TUFT_INVALID, "--csv and %s name the same file '%.200s'", other,
                             c->csv)
                 : TUFT_OK;
}

static tuft_status run(const void *config, tuft_error *err)
{
    sweep of = {.config = config};
    app_result *result;
    tuft_output csv;
    tuft_status status = result_new(&result, &sweep_command, config, err);
    if (status)
        return status;
    status = prepare(&of, err);
    if (!status && of.config->csv) { /* said before the work, not after it */
        status = tuft_output_open(&csv, of.config->csv, err);
        if (!status)
            tuft_output_abandon(&csv);
    }
    if (!status)
        status = work(&of, result, err);
    free(of.point);
    sweep_runs_free(&of.runs);
    sweep_grid_free(&of.grid);
    experiment_free(&of.experiment);
    result_free(result);
    return status;
}

const app_command sweep_command = {
    .name = "sweep",
    .summary = "an experiment over a grid of values and seeds: table and figures",
    .description =
        "Runs every combination of the values of all --over axes with every seed, each run in a "
        "process of its own, and gives one table: mean, standard deviation and 95 % interval of "
        "the mean (Student) over the seeds of each point.\n\n"
        "The result of each run is a file in --out under a name made of its values. A sweep that "
        "is started again runs what is missing: a run that was cut short leaves nothing behind. "
        "Results of other options or of another version of tuft in --out are an error, or done "
        "again with --redo.\n\n"
        "A key is an option (preset=lin2025,best) or a value of the model (encoding.windows=1,3,6; "
        "vision.group0.maps=32,64 where there are two models). reservoir.size, .connectivity, "
        ".spectral_scale, .decay, .threshold, .input_density and .input_scale are values of all "
        "groups of a reservoir.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(sweep_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
