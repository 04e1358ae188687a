/* tuft convert: recordings from one form into another, and what they are like. */
#include "apps/commands.h"
#include "apps/progress.h"
#include "apps/report.h"
#include "apps/result.h"
#include "apps/survey_view.h"
#include "core/file.h"
#include "core/folder.h"
#include "core/memory.h"
#include "datasets/events_csv.h"
#include "datasets/nmnist.h"
#include "datasets/ntidigits.h"
#include "datasets/recording_tree.h"
#include "datasets/source.h"
#include "datasets/survey.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef enum { TO_NOTHING, TO_NMNIST, TO_CSV, TO_NTIDIGITS } output_format;

typedef struct {
    common_options common;
    const char *input, *output, *labels, *test_talkers;
    int to, info;
    int64_t limit, channels;
    double low_hz, high_hz;
    int scale, generation;
} convert_config;

static const convert_config defaults = {
    .common = COMMON_DEFAULTS, .channels = 64, .low_hz = 100, .high_hz = 0};

static const char *const format_names[] = {"none", "n-mnist", "csv", "n-tidigits", NULL};
static const char *const scale_names[] = {"erb", "mel", NULL};
static const char *const generation_names[] = {"integrate", "delta", NULL};

static const app_option operands[] = {
    {.metavar = "INPUT",
     .help = "file or folder of recordings; what it is is found from its content and name",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(convert_config, input, const char *),
     .need = OPTION_REQUIRED},
};

static const app_option options[] = {
    OPTION_SECTION("Output"),
    OPTION_CHOICE(convert_config, to, "to", format_names, "form of the output"),
    OPTION_TEXT(convert_config, output, "output", "PATH",
                "file (one recording, n-tidigits) or folder (a set) to write"),
    OPTION_SWITCH(convert_config, info, "info", "write nothing, say what the recordings are like"),
    OPTION_SECTION("Images"),
    OPTION_TEXT(convert_config, labels, "labels", "FILE", "IDX file of the images' labels"),
    OPTION_INTEGER(convert_config, limit, "limit", "N", 0, 1 << 24,
                   "only the first N images; 0: all"),
    OPTION_SECTION("Sound"),
    OPTION_INTEGER(convert_config, channels, "channels", "N", 1, 1024, "channels of the cochlea"),
    OPTION_REAL(convert_config, low_hz, "low-hz", "HZ", 1, 96000, "lowest centre frequency"),
    OPTION_REAL(convert_config, high_hz, "high-hz", "HZ", 0, 96000,
                "highest centre frequency; 0: 0.45 of the sample rate"),
    OPTION_CHOICE(convert_config, scale, "scale", scale_names, "spacing of the centres"),
    OPTION_CHOICE(convert_config, generation, "generation", generation_names,
                  "spikes of the integrated drive, or of its rises"),
    OPTION_TEXT(convert_config, test_talkers, "test-talkers", "NAMES",
                "talkers of the test side, as a,b (default: the last quarter by name)"),
};

static const command_example examples[] = {
    {"tuft convert sample.bin --to csv --output sample.csv", "events of one recording as text"},
    {"tuft convert train-images-idx3-ubyte.gz --labels train-labels-idx1-ubyte.gz "
     "--limit 1000 --to n-mnist --output Train",
     "a thousand images before the emulated sensor"},
    {"tuft convert fsdd --to n-tidigits --output fsdd.h5", "spoken digits as cochlear spikes"},
    {"tuft convert n-mnist --info --report n-mnist.html", "a page on a set"},
};

static int is_single(tuft_source_kind kind)
{
    return kind == TUFT_SOURCE_NMNIST_FILE || kind == TUFT_SOURCE_CSV_FILE ||
           kind == TUFT_SOURCE_BS1 || kind == TUFT_SOURCE_SOUND;
}

static int is_row(tuft_source_kind kind)
{
    return kind == TUFT_SOURCE_BS1 || kind == TUFT_SOURCE_SOUND || kind == TUFT_SOURCE_SPOKEN ||
           kind == TUFT_SOURCE_NTIDIGITS;
}

static int is_picture(tuft_source_kind kind)
{
    return kind == TUFT_SOURCE_NMNIST_FILE || kind == TUFT_SOURCE_NMNIST_FOLDER ||
           kind == TUFT_SOURCE_IMAGES;
}

/* What the kind of input alone says about the options. */
static tuft_status check_kind(const convert_config *c, tuft_source_kind kind, tuft_error *err)
{
    const char *name = tuft_source_kind_name(kind);
    if (kind == TUFT_SOURCE_IMAGES && !c->labels)
        return tuft_fail(err, TUFT_INVALID, "%s: %s, needs --labels FILE", c->input, name);
    if (kind != TUFT_SOURCE_IMAGES && (c->labels || c->limit))
        return tuft_fail(err, TUFT_INVALID, "%s: %s, --labels and --limit are for IDX images",
                         c->input, name);
    if (kind != TUFT_SOURCE_SPOKEN && c->test_talkers)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %s, --test-talkers is for folders of spoken digits", c->input, name);
    if (c->test_talkers &&
        (tuft_has_folder(c->input, "Train") || tuft_has_folder(c->input, "Test")))
        return tuft_fail(err, TUFT_INVALID, "%s: split by its folders, not by --test-talkers",
                         c->input);
    if (c->to == TO_NMNIST && is_row(kind))
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %s, a row of channels; --to n-mnist needs 34 x 34 pixels of 2 "
                         "polarities",
                         c->input, name);
    if (c->to == TO_NTIDIGITS && is_picture(kind))
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %s, pixels; --to n-tidigits needs a row of channels", c->input, name);
    if (c->to == TO_NTIDIGITS && is_single(kind))
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %s, one recording; --to n-tidigits needs a labelled set", c->input,
                         name);
    return TUFT_OK;
}

static tuft_status check(const void *config, tuft_error *err)
{
    const convert_config *c = config;
    tuft_source_kind kind;
    if (c->info && (c->to != TO_NOTHING || c->output))
        return tuft_fail(err, TUFT_INVALID, "--info writes nothing: leave out --to and --output");
    if (!c->info && c->to == TO_NOTHING)
        return tuft_fail(err, TUFT_INVALID,
                         "--to n-mnist, csv or n-tidigits is missing (or --info)");
    if (!c->info && !c->output)
        return tuft_fail(err, TUFT_INVALID, "--output PATH is missing");
    /* An input that cannot be read is no matter of usage: run() says so. */
    return tuft_source_kind_of(c->input, &kind, NULL) ? TUFT_OK : check_kind(c, kind, err);
}

static tuft_source_options source_options(const convert_config *c)
{
    tuft_source_options chosen = {.cochlea = tuft_cochlea_defaults(),
                                  .sensor = tuft_dvs_defaults(),
                                  .labels = c->labels,
                                  .limit = (size_t)c->limit,
                                  .seed = c->common.seed,
                                  .test_talkers = c->test_talkers,
                                  .threads = (int)c->common.threads};
    chosen.cochlea.channels = (uint32_t)c->channels;
    chosen.cochlea.low_hz = c->low_hz;
    chosen.cochlea.high_hz = c->high_hz;
    chosen.cochlea.scale = c->scale == 0 ? TUFT_COCHLEA_ERB : TUFT_COCHLEA_MEL;
    chosen.cochlea.generation = c->generation == 0 ? TUFT_COCHLEA_INTEGRATE : TUFT_COCHLEA_DELTA;
    return chosen;
}

enum { SHOWN = 4, BATCH = 256 };

/* A run: the source, what was found in it, and recordings to show. */
typedef struct {
    const convert_config *config;
    tuft_source source;
    tuft_survey survey[TUFT_SOURCE_PARTS];
    tuft_recordings shown; /* the first of up to SHOWN classes */
    app_progress progress;
} conversion;

static tuft_status show(tuft_recordings *shown, const tuft_recordings *set, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (size_t i = 0; i < set->count && shown->count < SHOWN && !status; i++) {
        int seen = 0;
        for (size_t k = 0; k < shown->count; k++)
            seen |= shown->recording[k].label == set->recording[i].label;
        if (seen)
            continue;
        tuft_recording copy = set->recording[i];
        status = tuft_events_copy(&copy.events, &set->recording[i].events, err);
        if (!status)
            status = tuft_recordings_push(shown, &copy, err);
        if (status)
            tuft_events_free(&copy.events);
    }
    return status;
}

static tuft_status write_file(const conversion *run, const tuft_recordings *set, tuft_error *err)
{
    const convert_config *c = run->config;
    const tuft_events *events = &set->recording[0].events;
    if (c->to == TO_CSV)
        return tuft_events_csv_write(c->output, events, set->geometry, err);
    tuft_status status = tuft_tree_check_nmnist(c->input, set->geometry, err);
    return status ? status : tuft_nmnist_write(c->output, events, err);
}

/* folder: NULL where no tree is written. */
static tuft_status pass_part(conversion *run, int part, const char *folder, tuft_error *err)
{
    const convert_config *c = run->config;
    const size_t total = run->source.part[part].set.count;
    const int file = c->to != TO_NOTHING && is_single(run->source.kind);
    tuft_status status = TUFT_OK;
    for (size_t first = 0; first < total && !status; first += BATCH) {
        tuft_recordings batch;
        status = tuft_source_read(&run->source, part, first, BATCH, &batch, err);
        for (size_t i = 0; i < batch.count && !status; i++)
            status = tuft_survey_add(&run->survey[part], &batch.recording[i], err);
        if (!status && c->common.report)
            status = show(&run->shown, &batch, err);
        if (!status && folder)
            status = tuft_tree_write(folder, c->to == TO_NMNIST ? TUFT_TREE_NMNIST : TUFT_TREE_CSV,
                                     &batch, (int)c->common.threads, err);
        if (!status && file)
            status = write_file(run, &batch, err);
        progress_advance(&run->progress, batch.count);
        tuft_recordings_free(&batch);
    }
    return status;
}

/* The folder of a part: root itself, or root/Train, root/Test, made. */
static tuft_status part_folder(const char *root, tuft_part_name name, char path[PATH_MAX],
                               tuft_error *err)
{
    const char *inside = name == TUFT_PART_TRAIN ? "/Train" : name == TUFT_PART_TEST ? "/Test" : "";
    if (snprintf(path, PATH_MAX, "%s%s", root, inside) >= PATH_MAX)
        return tuft_fail(err, TUFT_IO, "%s: path too long", root);
    if (*inside && mkdir(path, 0777) != 0)
        return tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    return TUFT_OK;
}

static tuft_status pass_all(conversion *run, const char *root, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (int p = 0; p < run->source.parts && !status; p++) {
        char path[PATH_MAX];
        if (root)
            status = part_folder(root, run->source.part[p].name, path, err);
        if (!status)
            status =
                tuft_survey_new(&run->survey[p], run->source.geometry, run->source.classes, err);
        if (!status)
            status = pass_part(run, p, root ? path : NULL, err);
    }
    return status;
}

static tuft_status write_ntidigits(const conversion *run, tuft_error *err)
{
    const tuft_source *source = &run->source;
    if (source->parts != 2)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: one split, --to n-tidigits needs two: Train and Test, or two talkers",
                         run->config->input);
    return tuft_ntidigits_write(run->config->output, &source->part[0].set, &source->part[1].set,
                                err);
}

static tuft_status pass_source(conversion *run, const char *root, tuft_error *err)
{
    uint64_t total = 0;
    for (int p = 0; p < run->source.parts; p++)
        total += run->source.part[p].set.count;
    progress_begin(&run->progress, &run->config->common, "convert", total > 1 ? total : 0);
    tuft_status status = pass_all(run, root, err);
    progress_end(&run->progress);
    if (!status && run->config->to == TO_NTIDIGITS)
        status = write_ntidigits(run, err);
    return status;
}

/* Opens the source and passes through it; what is written is whole or absent. */
static tuft_status convert(conversion *run, app_result *result, tuft_error *err)
{
    const convert_config *c = run->config;
    const tuft_source_options settings = source_options(c);
    tuft_source_kind kind;
    tuft_output_folder folder = {0};
    tuft_status status = tuft_source_kind_of(c->input, &kind, err);
    if (status)
        return status;
    const int tree = (c->to == TO_NMNIST || c->to == TO_CSV) && !is_single(kind);
    if (tree) {
        status = tuft_output_folder_open(&folder, c->output, err);
    } else if (c->to != TO_NOTHING) { /* said before the work */
        tuft_output output;
        status = tuft_output_open(&output, c->output, err);
        if (!status)
            tuft_output_abandon(&output);
    }
    if (status)
        return status;
    result_stage(result, "load");
    status = tuft_source_open(&run->source, c->input, &settings, err);
    result_stage(result, "encode");
    if (!status)
        status = pass_source(run, folder.temporary, err);
    result_stage(result, NULL);
    if (!tree)
        return status;
    if (!status)
        return tuft_output_folder_commit(&folder, err);
    tuft_output_folder_abandon(&folder);
    return status;
}

static tuft_status print(const conversion *run, tuft_error *err)
{
    const convert_config *c = run->config;
    tuft_status status = TUFT_OK;
    printf("%s: %s\n", c->input, tuft_source_kind_name(run->source.kind));
    if (c->info) {
        for (int p = 0; p < run->source.parts && !status; p++)
            status = survey_print(stdout, &run->source.part[p], &run->survey[p], err);
        return status;
    }
    for (int p = 0; p < run->source.parts; p++)
        printf("%s: %zu recordings, %llu events\n", survey_part_name(run->source.part[p].name),
               run->survey[p].recordings, (unsigned long long)run->survey[p].events);
    printf("written: %s (%s)\n", c->output, format_names[c->to]);
    return TUFT_OK;
}

static tuft_status write_json(const conversion *run, app_result *result, tuft_error *err)
{
    json_t *results = result_results(result), *splits = json_array();
    json_object_set_new(results, "kind", json_string(tuft_source_kind_name(run->source.kind)));
    for (int p = 0; p < run->source.parts; p++)
        json_array_append_new(splits, survey_json(&run->source.part[p], &run->survey[p]));
    json_object_set_new(results, "splits", splits);
    return result_write(result, run->config->common.json, err);
}

static tuft_status write_report(const conversion *run, tuft_error *err)
{
    const convert_config *c = run->config;
    app_report *report;
    if (!c->common.report)
        return TUFT_OK;
    tuft_status status = report_new(&report, "Recordings", c->input, err);
    if (status)
        return status;
    for (int p = 0; p < run->source.parts && !status; p++) {
        char label[32], count[32], events[48];
        snprintf(label, sizeof label, "%s recordings", survey_part_name(run->source.part[p].name));
        snprintf(count, sizeof count, "%zu", run->survey[p].recordings);
        snprintf(events, sizeof events, "%llu events", (unsigned long long)run->survey[p].events);
        report_card(report, label, count, events);
        status = survey_report(report, &run->source.part[p], &run->survey[p], err);
    }
    report_section(report, "Examples");
    for (size_t i = 0; i < run->shown.count && !status; i++) {
        const tuft_recording *recording = &run->shown.recording[i];
        char title[160];
        if (run->source.classes)
            snprintf(title, sizeof title, "Class %d: %s", recording->label, recording->name);
        else
            snprintf(title, sizeof title, "%s", recording->name);
        const plot_axes axes = {.title = title, .width = PLOT_WIDE};
        report_events(report, &axes, &recording->events, run->source.geometry,
                      (double)recording->duration_us);
    }
    report_settings(report, &convert_command, c);
    if (!status)
        status = report_write(report, c->common.report, err);
    report_free(report);
    return status;
}

static tuft_status run_convert(const void *config, tuft_error *err)
{
    conversion *run;
    app_result *result = NULL;
    tuft_status status = TUFT_NEW(&run, 1, "conversion", err);
    if (status)
        return status;
    run->config = config;
    status = result_new(&result, &convert_command, config, err);
    if (!status)
        status = convert(run, result, err);
    if (!status)
        status = print(run, err);
    if (!status)
        status = write_json(run, result, err);
    if (!status)
        status = write_report(run, err);
    if (result)
        result_free(result);
    for (int p = 0; p < TUFT_SOURCE_PARTS; p++)
        tuft_survey_free(&run->survey[p]);
    tuft_recordings_free(&run->shown);
    tuft_source_close(&run->source);
    free(run);
    return status;
}

const app_command convert_command = {
    .name = "convert",
    .summary = "between event formats; images and sound into events",
    .description =
        "Writes recordings in another form, or says with --info what they are like.\n\n"
        "INPUT is an N-MNIST file (.bin) or folder, a sound file (WAV, FLAC, OGG), a folder of "
        "spoken digits (<digit>_<talker>_<take>.wav), an HDF5 file laid out as N-TIDIGITS, MNIST "
        "images (IDX), events as text (.csv) or a folder of them, or one N-TIDIGITS recording "
        "(.bs1). Folders may have Train and Test in them.\n\n"
        "A set becomes a folder <digit>/<name>.bin or .csv (in Train and Test where there are two "
        "sides), or one HDF5 file. Output appears whole or not at all; a folder that has "
        "something in it is not touched.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(convert_config),
    .defaults = &defaults,
    .check = check,
    .run = run_convert,
};
