/* tuft enhance train: a network learns to clean speech with a look at the lips. */
#include "apps/enhance_train.h"

#include "apps/commands.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const presets[] = {"best", "demo", "adeel2023", NULL};
static const char *const streams[] = {"audio-visual", "audio", NULL};
static const char *const cells[] = {"point", "tm1",         "tm2",          "tm3",
                                    "tm4",   "cooperation", "concatenated", NULL};

static const train_config defaults = {.common = COMMON_DEFAULTS,
                                      .cells = TUFT_MCC_COOPERATION,
                                      .model = "enhance.tuft",
                                      .width = OPTION_UNSET,
                                      .layers = OPTION_UNSET,
                                      .epochs = OPTION_UNSET,
                                      .validation = OPTION_UNSET,
                                      .test = OPTION_UNSET,
                                      .batch = 8,
                                      .rate = 1e-3,
                                      .snr_low = -12,
                                      .snr_high = 12};

static const app_option options[] = {
    OPTION_SECTION("Data"),
    ENHANCE_MATERIAL_OPTIONS(train_config),
    OPTION_INTEGER(train_config, test, "test", "N", 0, 100000,
                   "clips that are not trained on (default: a sixth)"),
    OPTION_INTEGER(train_config, validation, "validation", "N", 1, 100000,
                   "clips that say when to stop (default: a twelfth)"),
    OPTION_REAL(train_config, snr_low, "snr-low", "DB", -60, 60, "noisiest mixture"),
    OPTION_REAL(train_config, snr_high, "snr-high", "DB", -60, 60, "cleanest mixture"),
    OPTION_SECTION("Model"),
    OPTION_CHOICE(train_config, preset, "preset", presets,
                  "best (ours), demo (small, five minutes), adeel2023 (published frames)"),
    OPTION_CHOICE(train_config, streams, "streams", streams,
                  "audio-visual; audio: ears only, as many parameters"),
    OPTION_CHOICE(train_config, cells, "cells", cells,
                  "cooperation and tm1 to tm4: two-point cells; concatenated: point cells with "
                  "context as further inputs; point: without context"),
    OPTION_INTEGER(train_config, width, "width", "N", 4, 8192,
                   "cells of a layer of each stream (default: the preset's)"),
    OPTION_INTEGER(train_config, layers, "layers", "N", 1, TUFT_MCC_LAYER_LIMIT,
                   "of each stream (default: the preset's)"),
    OPTION_REAL(train_config, activity, "activity", "X", 0, 1000,
                "weight of the penalty on what cells send"),
    OPTION_SECTION("Training"),
    OPTION_INTEGER(train_config, epochs, "epochs", "N", 1, 100000,
                   "passes over the clips at most, each in other noise (default: the preset's)"),
    OPTION_INTEGER(train_config, batch, "batch", "N", 1, 4096, "clips a step"),
    OPTION_REAL(train_config, rate, "rate", "X", 1e-7, 1, "Adam's"),
    OPTION_INTEGER(train_config, pretrain, "pretrain", "N", 0, 100000,
                   "first so many passes in which each stream predicts the other's clean features, "
                   "without labels"),
    OPTION_INTEGER(train_config, labelled, "labelled", "N", 0, 100000,
                   "after that, train on so many clips with labels only; 0: all"),
    OPTION_SWITCH(train_config, resume, "resume",
                  "go on where a stopped training of the same kind left --model"),
    OPTION_SECTION("Output"),
    OPTION_TEXT(train_config, model, "model", "FILE",
                "where the model goes; after each pass its best so far"),
};

static const command_example examples[] = {
    {"tuft enhance train --preset demo --model demo.tuft", "no data needed, five minutes"},
    {"tuft enhance train --clips grid/s1 --noise noise --test 40 --model s1.tuft --report s1.html",
     "one talker of GRID in real noises"},
    {"tuft enhance train --clips grid/s1 --noise noise --test 40 --cells concatenated --model "
     "point.tuft",
     "point cells with as many parameters"},
};

/* What a preset says. */
typedef struct {
    const tuft_enhancement_config *features;
    uint32_t layers, width, memory, decoder;
    double keep;
    int epochs;
} train_preset;

static const train_preset preset[] = {
    {&tuft_enhancement_defaults, 2, 192, 24, 192, 0.8, 30},
    {&tuft_enhancement_defaults, 1, 96, 24, 96, 0.8, 12},
    {&tuft_enhancement_adeel2023, 2, 192, 24, 192, 0.8, 30},
};

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value == OPTION_UNSET ? otherwise : value;
}

static tuft_status check(const void *config, tuft_error *err)
{
    const train_config *c = config;
    if (!(c->snr_low <= c->snr_high))
        return tuft_fail(err, TUFT_INVALID, "--snr-low %g is above --snr-high %g", c->snr_low,
                         c->snr_high);
    if (c->labelled && !c->pretrain)
        return tuft_fail(err, TUFT_INVALID, "--labelled is for --pretrain");
    if (c->pretrain && c->streams)
        return tuft_fail(err, TUFT_INVALID, "--pretrain needs both streams");
    return enhance_material_check(&c->material, err);
}

/* ---- the network ----------------------------------------------------------------------------- */

static tuft_mcc_config network_of(const train_run *run)
{
    const train_config *c = run->config;
    const train_preset *p = &preset[c->preset];
    const uint32_t width = (uint32_t)or_default(c->width, p->width);
    tuft_mcc_config made = {
        .columns = {tuft_enhancement_audio_columns(run->enhancement),
                    tuft_enhancement_vision_columns(run->enhancement)},
        .layers = (uint32_t)or_default(c->layers, p->layers),
        .cell = (tuft_mcc_cell)c->cells,
        .memory = c->cells == TUFT_MCC_POINT ? 0 : p->memory,
        .keep = p->keep,
        .decoders = 1,
        .decoder = {p->decoder},
        .output = TUFT_MCC_MASK,
        .outputs = tuft_enhancement_configuration(run->enhancement)->bands,
        .seed = c->common.seed,
    };
    for (uint32_t l = 0; l < made.layers; l++)
        for (int s = 0; s < TUFT_MCC_STREAMS; s++)
            made.field[l][s] = (tuft_field_config){.kind = TUFT_FIELD_DENSE, .cells = width};
    return made;
}

static tuft_status make_network(train_run *run, tuft_error *err)
{
    tuft_mcc_config both = network_of(run), made = both, counted = both;
    size_t parameters;
    if (counted.cell == TUFT_MCC_POINT) { /* as many as those that have context */
        counted.cell = TUFT_MCC_CONCATENATED;
        counted.memory = preset[run->config->preset].memory;
    }
    tuft_status status = tuft_mcc_parameters(&counted, &parameters, err);
    if (!status && run->config->streams)
        status = tuft_mcc_audio_only(&both, parameters, &made, err);
    return status ? status : tuft_mcc_new(&run->net, &made, err);
}

/* ---- what the file says of it ---------------------------------------------------------------- */

static json_t *names_of(const train_run *run, const uint32_t *index, uint32_t count)
{
    json_t *names = json_array();
    for (uint32_t i = 0; i < count; i++) {
        const enhance_clip *clip = &run->material.clips.clip[index[i]];
        char name[600], hash[32];
        snprintf(name, sizeof name, "%s/%s", clip->talker, clip->name);
        snprintf(hash, sizeof hash, "%016llx", (unsigned long long)enhance_clip_hash(clip));
        json_array_append_new(names, json_pack("[s, s]", name, hash));
    }
    return names;
}

static json_t *noises_of(const tuft_noise_library *library)
{
    json_t *names = json_array();
    for (size_t i = 0; i < library->count; i++)
        json_array_append_new(names, json_string(library->noise[i].name));
    return names;
}

static tuft_status describe(train_run *run, tuft_error *err)
{
    const enhance_split *split = &run->split;
    json_t *about = enhance_model_about(tuft_enhancement_configuration(run->enhancement));
    if (!about)
        return tuft_fail(err, TUFT_MEMORY, "no memory for what the model was trained on");
    json_object_set_new(about, "options", result_config(&enhance_train_command, run->config));
    json_object_set_new(about, "seed", json_integer((json_int_t)run->config->common.seed));
    json_object_set_new(about, "trained_on",
                        names_of(run, split->index, split->train + split->validation));
    json_object_set_new(
        about, "kept_for_test",
        names_of(run, split->index + split->train + split->validation, split->test));
    json_object_set_new(about, "noises", noises_of(&run->material.train));
    json_object_set_new(about, "test_noises", noises_of(&run->material.test));
    run->about = about;
    run->blob = json_dumps(about, JSON_COMPACT);
    return run->blob ? TUFT_OK : tuft_fail(err, TUFT_MEMORY, "no memory for the model's document");
}

/* ---- training -------------------------------------------------------------------------------- */

static tuft_status keep_epoch(train_run *run, const tuft_mcc_progress *p, tuft_error *err)
{
    tuft_status status =
        TUFT_GROW(&run->epoch, &run->epoch_capacity, run->epochs + 1, "epochs", err);
    if (!status)
        run->epoch[run->epochs++] = *p;
    return status;
}

static tuft_status each_epoch(const tuft_mcc_trainer *trainer, tuft_mcc_progress *p, void *user,
                              tuft_error *err)
{
    train_run *run = user;
    tuft_status status = keep_epoch(run, p, err);
    if (!run->config->common.quiet && !run->saves)
        fprintf(stderr, "without labels, pass %d of %d: error %.5f\n", p->epoch, p->epochs,
                p->train_loss);
    if (!run->config->common.quiet && run->saves)
        fprintf(stderr, "pass %d of %d: error %.5f, validation %.5f%s\n", p->epoch, p->epochs,
                p->train_loss, p->validation_loss, p->best ? ", the best so far" : "");
    if (!status && run->saves)
        status =
            tuft_mcc_trainer_save(trainer, run->blob, strlen(run->blob), run->config->model, err);
    return status;
}

static tuft_mcc_training training_of(train_run *run, int epochs)
{
    tuft_mcc_training made = tuft_mcc_training_defaults;
    made.epochs = epochs;
    made.batch = (uint32_t)run->config->batch;
    made.adam.rate = run->config->rate;
    made.activity = run->config->activity;
    made.threads = (int)run->config->common.threads;
    made.seed = run->config->common.seed;
    made.callback = each_epoch;
    made.user = run;
    return made;
}

/* Streams that have learnt to predict each other's clean features (cells/mcc_config.h). */
static tuft_status pretrain(train_run *run, tuft_error *err)
{
    tuft_mcc_config config = tuft_mcc_cross(&run->net->config);
    tuft_mcc *cross;
    enhance_crossing crossing = {0};
    tuft_status status = tuft_mcc_new(&cross, &config, err);
    if (!status)
        status = enhance_crossing_open(&crossing, &run->train, err);
    if (!status) {
        tuft_mcc_set set = enhance_crossing_set(&crossing);
        tuft_mcc_training training = training_of(run, (int)run->config->pretrain);
        training.activity = 0;
        status = tuft_mcc_standardise(cross, &set, 0, err);
        if (!status)
            status = tuft_mcc_train(cross, &set, NULL, &training, err);
    }
    if (!status)
        status = tuft_mcc_streams_from(run->net, cross, err);
    run->pretrained = run->epochs;
    enhance_crossing_close(&crossing);
    tuft_mcc_free(cross);
    return status;
}

static tuft_status learn(train_run *run, tuft_error *err)
{
    const train_config *c = run->config;
    const int epochs = (int)or_default(c->epochs, preset[c->preset].epochs);
    tuft_mcc_training training = training_of(run, epochs);
    tuft_mcc_set train = enhance_mixing_set(&run->train),
                 validation = enhance_mixing_set(&run->validation);
    tuft_mcc_trainer *trainer;
    tuft_status status =
        c->pretrain ? pretrain(run, err) : tuft_mcc_standardise(run->net, &train, 0, err);
    if (status)
        return status;
    if (c->labelled && c->labelled < train.utterances)
        train.utterances = (uint32_t)c->labelled;
    run->saves = 1;
    status = tuft_mcc_trainer_new(&trainer, run->net, &training, err);
    if (!status && c->resume)
        status = tuft_mcc_trainer_restore(trainer, c->model, err);
    if (!status)
        status = tuft_mcc_trainer_run(trainer, &train, &validation, err);
    tuft_mcc_trainer_free(trainer);
    if (!status)
        status = tuft_mcc_write(run->net, run->blob, strlen(run->blob), c->model, err);
    return status;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static tuft_status prepare(train_run *run, tuft_error *err)
{
    const train_config *c = run->config;
    tuft_status status = tuft_enhancement_new(&run->enhancement, preset[c->preset].features, err);
    if (!status)
        status = enhance_material_open(&c->material, ENHANCE_TALKERS_KNOWN, run->enhancement,
                                       &c->common, &run->material, err);
    size_t count = run->material.clips.count;
    if (!status)
        status = enhance_split_new(
            &run->split, count, (size_t)or_default(c->validation, (int64_t)(count + 11) / 12),
            (size_t)or_default(c->test, (int64_t)(count + 5) / 6), c->common.seed, err);
    if (status)
        return status;
    run->train = (enhance_mixing){.enhancement = run->enhancement,
                                  .clips = &run->material.clips,
                                  .index = run->split.index,
                                  .count = run->split.train,
                                  .noises = &run->material.train,
                                  .snr_low_db = c->snr_low,
                                  .snr_high_db = c->snr_high,
                                  .level_db = 6,
                                  .vary = 1,
                                  .seed = c->common.seed};
    run->validation = run->train;
    run->validation.index += run->split.train;
    run->validation.count = run->split.validation;
    run->validation.level_db = 0;
    run->validation.seed = ~c->common.seed;
    status = enhance_mixing_open(&run->train, err);
    if (!status)
        status = enhance_mixing_open(&run->validation, err);
    return status;
}

static void run_free(train_run *run)
{
    enhance_mixing_close(&run->train);
    enhance_mixing_close(&run->validation);
    enhance_split_free(&run->split);
    enhance_material_close(&run->material);
    tuft_enhancement_free(run->enhancement);
    tuft_mcc_free(run->net);
    json_decref(run->about);
    free(run->blob);
    free(run->epoch);
}

static tuft_status run(const void *settings, tuft_error *err)
{
    const train_config *config = settings;
    train_run run = {.config = config};
    app_result *result;
    tuft_status status = result_new(&result, &enhance_train_command, config, err);
    if (status)
        return status;
    if (config->resume && access(config->model, R_OK) != 0)
        status = tuft_fail(err, TUFT_IO, "--resume: %s is not there", config->model);
    result_stage(result, "load");
    if (!status)
        status = prepare(&run, err);
    if (!status)
        status = make_network(&run, err);
    if (!status)
        status = describe(&run, err);
    result_stage(result, "train");
    if (!status)
        status = learn(&run, err);
    result_stage(result, NULL);
    if (!status)
        status = enhance_train_publish(&run, result, err);
    run_free(&run);
    result_free(result);
    return status;
}

const app_command enhance_train_command = {
    .name = "enhance train",
    .summary = "a network learns to clean speech with a look at the lips",
    .description =
        "Trains a network of two streams, one that hears noisy speech and one that sees the "
        "talker's lips, to say how much of each band of each frame is speech. Cells are two-point "
        "cells, whose context (the frame before, the other stream, a memory of both) amplifies or "
        "attenuates what they receive (Adeel et al. 2023), or point cells to compare with.\n\n"
        "Every pass shows the clips in other noises, at other levels. Clips kept for the test and "
        "noises kept for the test are never heard; `tuft enhance test` finds them in the model.\n\n"
        "Without --clips talkers are made here: synthetic voices with mouths that move as they "
        "speak. Stopped by Ctrl-C or kill, --model holds the best so far, and --resume goes on.",
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(train_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
