/* tuft simulate: runs a network that a file describes. */
#include "apps/simulate.h"

#include "apps/commands.h"
#include "apps/counts_file.h"
#include "apps/learned.h"
#include "apps/network_run.h"
#include "apps/progress.h"
#include "apps/spikes_out.h"
#include "core/checkpoint.h"
#include "core/file.h"

#include <math.h>
#include <string.h>

/* Stretches of a run between two looks at the progress. */
enum { STRETCHES = 400 };

static const simulate_config defaults = {.common = COMMON_DEFAULTS, .duration = NAN, .every = NAN};

static const app_option operands[] = {
    {.metavar = "NETWORK",
     .help = "JSON file: populations, projections, inputs, records (docs/simulate.md)",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(simulate_config, network, const char *),
     .need = OPTION_REQUIRED},
};

static const app_option options[] = {
    OPTION_SECTION("Over the file"),
    OPTION_REAL(simulate_config, duration, "duration", "MS", 0, INFINITY, "how long to run"),
    OPTION_TEXT(simulate_config, input, "input", "FILE",
                "events of the one source, or NAME=FILE of the source NAME"),
    OPTION_TEXT(simulate_config, set, "set", "PATH=VALUE,...",
                "other values, as populations[0].count=100,tick_us=50"),
    OPTION_SECTION("Stopping and going on (docs/checkpoint.md)"),
    OPTION_TEXT(simulate_config, checkpoint, "checkpoint", "FILE",
                "save the run at its end, and on the way with --every"),
    OPTION_REAL(simulate_config, every, "every", "MS", 0, INFINITY,
                "save it after each MS of simulated time, too"),
    OPTION_TEXT(simulate_config, resume, "resume", "FILE",
                "go on from a checkpoint of the same network and seed"),
    OPTION_SECTION("Output"),
    OPTION_TEXT(simulate_config, spikes, "spikes", "FILE",
                "recorded spikes: CSV, or HDF5 where the name ends in .h5"),
    OPTION_TEXT(simulate_config, traces, "traces", "FILE", "recorded traces as CSV"),
    OPTION_TEXT(simulate_config, weights, "weights", "FILE",
                "weights of projections that learn as CSV, before and after"),
    OPTION_TEXT(simulate_config, counts, "counts", "FILE",
                "spikes of each source and its synapses, for tuft energy: HDF5, or CSV (.csv)"),
};

static const command_example examples[] = {
    {"tuft simulate network.json", "rates and regularity of each population"},
    {"tuft simulate network.json --duration 5000 --seed 7 --spikes spikes.csv",
     "longer, with other random numbers, and all spikes"},
    {"tuft simulate network.json --set populations[0].count=100 --report network.html",
     "a smaller population; a page with rasters, rates and traces"},
    {"tuft simulate network.json --checkpoint run.tuft --every 1000",
     "a run that may be stopped at any time ..."},
    {"tuft simulate network.json --resume run.tuft", "... and gone on with, to the same end"},
};

static tuft_status check(const void *config, tuft_error *err)
{
    const simulate_config *c = config;
    const char *const path[] = {c->common.json, c->common.report, c->spikes,    c->traces,
                                c->weights,     c->counts,        c->checkpoint};
    static const char *const name[] = {"--json",    "--report", "--spikes",    "--traces",
                                       "--weights", "--counts", "--checkpoint"};
    enum { PATHS = sizeof path / sizeof *path };
    for (int i = 0; i < PATHS; i++)
        for (int k = i + 1; k < PATHS; k++)
            if (path[i] && path[k] && strcmp(path[i], path[k]) == 0)
                return tuft_fail(err, TUFT_INVALID, "%s and %s name the same file '%.200s'",
                                 name[i], name[k], path[i]);
    if (!isnan(c->every) && !c->checkpoint)
        return tuft_fail(err, TUFT_INVALID, "--every needs --checkpoint");
    return TUFT_OK;
}

/* Said before the work, not after it. */
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

static tuft_status check_outputs(const simulate_run *run, tuft_error *err)
{
    const simulate_config *c = run->config;
    int records = 0, learns = 0;
    for (size_t p = 0; p < run->file.projections; p++)
        learns |= run->file.projection[p].rule != NULL;
    for (size_t q = 0; q < run->file.populations; q++)
        records |= run->file.records_spikes[q];
    if (c->spikes && !records)
        return tuft_fail(err, TUFT_INVALID, "--spikes: %s records no spikes", c->network);
    if (c->traces && !run->file.traces)
        return tuft_fail(err, TUFT_INVALID, "--traces: %s records no traces", c->network);
    if (c->weights && !learns)
        return tuft_fail(err, TUFT_INVALID, "--weights: nothing in %s learns", c->network);
    tuft_status status = check_output(c->spikes, err);
    if (!status)
        status = check_output(c->traces, err);
    if (!status)
        status = check_output(c->weights, err);
    if (!status)
        status = check_output(c->counts, err);
    return status ? status : check_output(c->checkpoint, err);
}

static tuft_status read_file(simulate_run *run, tuft_error *err)
{
    const simulate_config *c = run->config;
    const network_overrides overrides = {.set = c->set,
                                         .duration_ms = isnan(c->duration) ? NULL : &c->duration,
                                         .seed = c->common.seed_given ? &c->common.seed : NULL,
                                         .input = c->input};
    return network_file_read(&run->file, c->network, &overrides, err);
}

typedef struct {
    app_progress progress;
    int64_t done;
} run_progress;

static tuft_status advance(void *user, int64_t tick, tuft_error *err)
{
    run_progress *shown = user;
    (void)err;
    progress_advance(&shown->progress, (uint64_t)(tick - shown->done));
    shown->done = tick;
    return TUFT_OK;
}

/* Ticks between two checkpoints; the whole run without --every. */
static tuft_status checkpoint_ticks(const simulate_run *run, int64_t *every, tuft_error *err)
{
    *every = run->file.duration;
    if (isnan(run->config->every))
        return TUFT_OK;
    double ticks = round(run->config->every / network_tick_ms(&run->file));
    if (!(ticks >= 1))
        return tuft_fail(err, TUFT_INVALID, "--every %g ms is under one tick of %g ms",
                         run->config->every, network_tick_ms(&run->file));
    if (ticks < (double)*every)
        *every = (int64_t)ticks;
    return TUFT_OK;
}

/* From where the engine is to the end, saved at each multiple of `every` and at the end. */
static tuft_status run_and_save(simulate_run *run, int64_t every, run_progress *shown,
                                tuft_error *err)
{
    const int64_t end = run->file.duration;
    tuft_status status = TUFT_OK;
    do {
        int64_t now = tuft_engine_now(run->built.engine), stop = (now / every + 1) * every;
        status = network_run(&run->file, run->built.engine, stop < end ? stop : end,
                             end / STRETCHES + 1, advance, shown, err);
        if (!status && run->config->checkpoint)
            status = tuft_engine_save(run->built.engine, run->config->checkpoint, err);
    } while (!status && tuft_engine_now(run->built.engine) < end);
    return status;
}

static tuft_status run_network(simulate_run *run, tuft_error *err)
{
    const int64_t end = run->file.duration, from = tuft_engine_now(run->built.engine);
    int64_t every;
    run_progress shown = {.done = from};
    tuft_status status = checkpoint_ticks(run, &every, err);
    if (status)
        return status;
    if (from > end)
        return tuft_fail(err, TUFT_INVALID, "%s: saved at %g ms, the run ends at %g ms",
                         run->config->resume, (double)from * network_tick_ms(&run->file),
                         (double)end * network_tick_ms(&run->file));
    progress_begin(&shown.progress, &run->config->common, "simulate", (uint64_t)(end - from));
    status = run_and_save(run, every, &shown, err);
    progress_end(&shown.progress);
    return status;
}

/* The document that would give the same run without any options. */
static void keep_document(const simulate_run *run, app_result *result)
{
    json_t *document = json_deep_copy(run->file.document);
    uint64_t seed = run->file.seed;
    json_object_set_new(document, "seed",
                        json_integer(seed > INT64_MAX ? INT64_MAX : (json_int_t)seed));
    result_config_set(result, "document", document);
}

static tuft_status publish(simulate_run *run, app_result *result, tuft_error *err)
{
    const simulate_config *c = run->config;
    tuft_status status =
        c->spikes ? spikes_out(&run->file, run->built.engine, c->spikes, err) : TUFT_OK;
    if (!status && c->traces)
        status = traces_out(&run->file, run->built.engine, c->traces, err);
    if (!status && c->weights)
        status = learned_out(run->built.network, run->built.engine, c->weights, err);
    if (!status && c->counts)
        status = counts_file_write(c->counts, run->built.network, &run->ledger, NULL, err);
    result_stage(result, NULL);
    simulate_json(run, result);
    keep_document(run, result);
    if (!status)
        status = result_ledger(result, &run->ledger, err);
    if (!status)
        status = result_write(result, c->common.json, err);
    if (!status && c->common.report)
        status = simulate_report(run, result, err);
    if (!status)
        simulate_print(run);
    return status;
}

static tuft_status work(simulate_run *run, app_result *result, tuft_error *err)
{
    result_stage(result, "build");
    tuft_status status =
        network_build(&run->file, (int)run->config->common.threads, &run->built, err);
    if (!status && run->config->resume)
        status = network_resume(&run->file, &run->built, run->config->resume, err);
    result_stage(result, "simulate");
    if (!status)
        status = run_network(run, err);
    result_stage(result, "write");
    if (!status)
        status = simulate_measure(run, err);
    return status ? status : publish(run, result, err);
}

static tuft_status run(const void *settings, tuft_error *err)
{
    simulate_config config = *(const simulate_config *)settings;
    simulate_run run = {.config = &config};
    app_result *result = NULL;
    tuft_status status = read_file(&run, err);
    if (status)
        return status;
    config.common.seed = run.file.seed; /* what the run was made with */
    config.duration = (double)run.file.duration * network_tick_ms(&run.file);
    status = check_outputs(&run, err);
    if (!status)
        status = result_new(&result, &simulate_command, &config, err);
    if (!status)
        status = work(&run, result, err);
    simulate_measured_free(&run);
    network_built_free(&run.built);
    network_file_free(&run.file);
    result_free(result);
    return status;
}

const app_command simulate_command = {
    .name = "simulate",
    .summary = "a network of spiking cells that a file describes",
    .description =
        "Builds the network that a JSON file describes, runs it, and reports how often and how "
        "regularly each population fired. Weights, delays, initial values and everything else that "
        "is random come from the seed of the file, or from --seed: the same file and seed give the "
        "same spikes, whatever the number of threads.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(simulate_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
