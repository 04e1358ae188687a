/* tuft zero-shot: digits that are seen and digits that are heard, matched in a joint space. */
#include "apps/zero_shot.h"

#include "apps/commands.h"
#include "apps/dataset.h"
#include "apps/measured_array.h"
#include "apps/progress.h"
#include "core/failure.h"
#include "core/memory.h"
#include "datasets/nmnist.h"
#include "datasets/ntidigits.h"
#include "datasets/speech.h"
#include "datasets/spoken.h"
#include "datasets/synthetic_vision.h"
#include "datasets/talker_split.h"
#include "lsm/interval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SEEDS = 1000 };

const char *const zero_shot_networks[] = {"liquid", "srnn", NULL};
const char *const zero_shot_losses[] = {"contrastive", "prototypical", NULL};
static const char *const selections[] = {"validation", "test", NULL};

static const zero_shot_config defaults = {.common = COMMON_DEFAULTS,
                                          .preset = PRESET_BEST,
                                          .per_class = 40,
                                          .seeds = 1,
                                          .epochs = OPTION_UNSET,
                                          .dim = OPTION_UNSET,
                                          .batch = OPTION_UNSET,
                                          .temperature = NAN,
                                          .rate = NAN,
                                          .decay = NAN,
                                          .support = 5,
                                          .queries = 5,
                                          .clip = NAN,
                                          .sharpness = NAN,
                                          .choices = 50,
                                          .shots = {1, {5}}};

static const app_option options[] = {
    OPTION_SECTION("Data"),
    OPTION_TEXT(
        zero_shot_config, vision, "vision", "DIR",
        "N-MNIST recordings, a folder with Train and Test; synthetic-letters, or E-MNIST's folder"),
    OPTION_TEXT(zero_shot_config, audio, "audio", "PATH",
                "spoken digits, an HDF5 file in the N-TIDIGITS layout or a folder of sounds; "
                "synthetic-neural (of letters)"),
    OPTION_TEXT(zero_shot_config, test_talkers, "test-talkers", "A,B",
                "sounds of these talkers (sessions) are for the test (default: the last quarter)"),
    OPTION_SWITCH(zero_shot_config, synthetic, "synthetic",
                  "drawn and synthesised digits instead: no data needed"),
    OPTION_INTEGER(zero_shot_config, per_class, "per-class", "N", 8, 10000,
                   "synthetic: recordings of each class and modality; E-MNIST: of each side"),
    OPTION_SECTION("Model"),
    OPTION_CHOICE(zero_shot_config, network, "network", zero_shot_networks,
                  "liquid; srnn: all weights trained end to end (with --preset lin2025)"),
    OPTION_CHOICE(zero_shot_config, loss, "loss", zero_shot_losses,
                  "contrastive; prototypical: episodes, distance to the mean of examples"),
    OPTION_CHOICE(zero_shot_config, preset, "preset", preset_names,
                  "lin2025 (published), best (ours)"),
    OPTION_TEXT(zero_shot_config, set_vision, "set-vision", "NAME=VALUE,...",
                "change values of the vision preset"),
    OPTION_TEXT(zero_shot_config, set_audio, "set-audio", "NAME=VALUE,...",
                "change values of the audio preset"),
    OPTION_TEXT(zero_shot_config, map_vision, "map-vision", "FILE",
                "a measured array that the vision liquid's crossbars are cut from: CSV or HDF5"),
    OPTION_TEXT(zero_shot_config, map_audio, "map-audio", "FILE", "the same of the audio liquid"),
    OPTION_CHOICE(zero_shot_config, unit, "unit", measured_units, "of the maps: S, mS, uS or nS"),
    OPTION_SECTION("Projections (default: the preset's)"),
    OPTION_INTEGER(zero_shot_config, dim, "dim", "N", 1, 4096, "dimensions of the joint space"),
    OPTION_REAL(zero_shot_config, temperature, "temperature", "X", 1e-3, 1e3,
                "of the contrastive loss"),
    OPTION_INTEGER(zero_shot_config, batch, "batch", "N", 2, 65536, "pairs a step"),
    OPTION_REAL(zero_shot_config, rate, "rate", "X", 1e-6, 1, "Adam's"),
    OPTION_REAL(zero_shot_config, decay, "decay", "X", 0, 100, "of the weights, decoupled"),
    OPTION_INTEGER(zero_shot_config, epochs, "epochs", "N", 1, 100000, "passes over the pairs"),
    OPTION_INTEGER(zero_shot_config, support, "support", "N", 1, 1000,
                   "prototypical: examples of each class in an episode"),
    OPTION_INTEGER(zero_shot_config, queries, "queries", "N", 1, 1000,
                   "prototypical: queries of each class in an episode"),
    OPTION_REAL(zero_shot_config, clip, "clip", "X", 0, 1e9,
                "srnn: longest gradient; 0: as it comes"),
    OPTION_REAL(zero_shot_config, sharpness, "sharpness", "X", 1e-3, 1e3,
                "srnn: of the surrogate gradient"),
    OPTION_SECTION("Protocol"),
    OPTION_TEXT(zero_shot_config, seen, "seen", "LIST",
                "classes to train on (default: 1-7; of letters all others)"),
    OPTION_TEXT(zero_shot_config, unseen, "unseen", "LIST",
                "classes that no projection is trained on (default: 8,9; of letters w-z)"),
    OPTION_SWITCH(zero_shot_config, all_pairs, "all-pairs",
                  "also every choice of two unseen digits from 1-9; letters: random choices"),
    OPTION_INTEGER(zero_shot_config, choices, "choices", "N", 2, ZERO_SHOT_CHOICES,
                   "letters: how many choices of unseen ones --all-pairs draws"),
    OPTION_LIST(zero_shot_config, shots, "shots", "LIST", 1, 1000,
                "few-shot association with so many examples a class"),
    OPTION_CHOICE(zero_shot_config, selection, "selection", selections,
                  "epoch chosen on validation, or on test (published script's rule)"),
    OPTION_INTEGER(zero_shot_config, seeds, "seeds", "N", 1, SEEDS,
                   "repeat with seeds seed, seed + 1, ...: mean and interval"),
};

static const command_example examples[] = {
    {"tuft zero-shot --synthetic --all-pairs --report digits.html", "no data needed"},
    {"tuft zero-shot --vision N-MNIST --audio n-tidigits.h5 --all-pairs --seeds 5",
     "every choice of two unseen digits"},
    {"tuft zero-shot --vision N-MNIST --audio fsdd --preset lin2025 --selection test",
     "the published configuration and rule, for a replay"},
    {"tuft zero-shot --vision synthetic-letters --audio synthetic-neural --shots 1,2,5,10,20",
     "letters seen and letters written, recorded in motor cortex"},
};

static tuft_status check(const void *settings, tuft_error *err)
{
    const zero_shot_config *c = settings;
    if (c->synthetic && (c->vision || c->audio))
        return tuft_fail(err, TUFT_INVALID, "--synthetic takes no --vision and no --audio");
    if (!c->synthetic && !(c->vision && c->audio))
        return tuft_fail(err, TUFT_INVALID,
                         "expected --vision DIR and --audio PATH, or --synthetic");
    uint8_t seen[TUFT_ZERO_SHOT_CLASSES], unseen[TUFT_ZERO_SHOT_CLASSES];
    tuft_status status = zero_shot_check_task(c, err);
    if (!status)
        status = zero_shot_classes(c, seen, unseen, err);
    if (status)
        return status;
    if (c->shots.count > TUFT_ZERO_SHOT_SHOTS)
        return tuft_fail(err, TUFT_INVALID, "--shots: %zu kinds, expected at most %d",
                         c->shots.count, TUFT_ZERO_SHOT_SHOTS);
    if (c->network == ZERO_SHOT_LIQUID && !(isnan(c->clip) && isnan(c->sharpness)))
        return tuft_fail(err, TUFT_INVALID, "--clip and --sharpness are for --network srnn");
    if (c->network != ZERO_SHOT_LIQUID && (c->map_vision || c->map_audio))
        return tuft_fail(err, TUFT_INVALID, "--map-vision and --map-audio are for liquids");
    /* Names and forms of the values; what they come to for the recordings at hand is seen later. */
    lsm_preset any = preset_get((preset_name)c->preset, MODALITY_SOUND, TASK_ZERO_SHOT,
                                (tuft_geometry){1, 1, 1});
    status = preset_set(&any, c->set_vision, err);
    if (!status)
        status = preset_set(&any, c->set_audio, err);
    if (!status && c->network == ZERO_SHOT_SRNN)
        status = trained_check(&any, "--network srnn", err);
    return status;
}

/* --seen and --unseen that overlap: told as a failure of the work (exit 1), not of the form. */
static tuft_status check_overlap(const zero_shot_config *c, tuft_error *err)
{
    uint8_t seen[TUFT_ZERO_SHOT_CLASSES], unseen[TUFT_ZERO_SHOT_CLASSES];
    char class[8];
    tuft_status status = zero_shot_classes(c, seen, unseen, err);
    for (int k = 0; !status && k < TUFT_ZERO_SHOT_CLASSES; k++)
        if (seen[k] && unseen[k]) {
            zero_shot_class_text(zero_shot_task_of(c), k, class, sizeof class);
            status = tuft_fail(err, TUFT_INVALID, "--seen and --unseen both name class %s", class);
        }
    return status;
}

/* ---- data ------------------------------------------------------------------------------------ */

static tuft_status load_vision(const zero_shot_config *c, tuft_recordings *train,
                               tuft_recordings *test, tuft_error *err)
{
    tuft_recordings all = {0};
    if (c->synthetic) {
        tuft_status status = tuft_synthetic_vision((size_t)c->per_class, c->common.seed,
                                                   (int)c->common.threads, &all, err);
        if (!status)
            status = tuft_talker_split(&all, NULL, train, test, err);
        tuft_recordings_free(&all);
        return status;
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/Train", c->vision);
    tuft_status status = tuft_nmnist_load(path, train, err);
    if (status)
        return status;
    snprintf(path, sizeof path, "%s/Test", c->vision);
    return tuft_nmnist_load(path, test, err);
}

static int is_folder(const char *path)
{
    struct stat information;
    return stat(path, &information) == 0 && S_ISDIR(information.st_mode);
}

static tuft_status load_audio(const zero_shot_config *c, tuft_recordings *train,
                              tuft_recordings *test, tuft_error *err)
{
    tuft_cochlea_parameters cochlea;
    tuft_recordings all = {0};
    tuft_status status = preset_cochlea((preset_name)c->preset, c->set_audio, &cochlea, err);
    if (status)
        return status;
    int threads = (int)c->common.threads;
    if (!c->synthetic && !is_folder(c->audio))
        return tuft_ntidigits_load(c->audio, train, test, err);
    if (c->synthetic) {
        status = tuft_synthetic_audio((int)c->per_class, c->common.seed, threads, &all, err);
    } else {
        char path[4096];
        snprintf(path, sizeof path, "%s/Train", c->audio);
        if (is_folder(path)) {
            status = tuft_spoken_load(path, &cochlea, threads, train, err);
            snprintf(path, sizeof path, "%s/Test", c->audio);
            return status ? status : tuft_spoken_load(path, &cochlea, threads, test, err);
        }
        status = tuft_spoken_load(c->audio, &cochlea, threads, &all, err);
    }
    if (!status)
        status = tuft_talker_split(&all, c->test_talkers, train, test, err);
    tuft_recordings_free(&all);
    return status;
}

/* Puts both sides into one set, training recordings first. */
static tuft_status join(zero_shot_modality *m, tuft_recordings *train, tuft_recordings *test,
                        tuft_error *err)
{
    if (memcmp(&train->geometry, &test->geometry, sizeof train->geometry) != 0)
        return tuft_fail(err, TUFT_INVALID, "%s: training and test recordings differ in channels",
                         m->name);
    m->all = *train;
    *train = (tuft_recordings){0};
    m->train_count = m->all.count;
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < test->count; i++)
        status = tuft_recordings_push(&m->all, &test->recording[i], err);
    return status;
}

static tuft_status load(zero_shot_run *run, int which, tuft_error *err)
{
    zero_shot_modality *m = &run->modality[which];
    const zero_shot_config *c = run->config;
    int vision = which == ZERO_SHOT_VISION;
    m->name = vision ? "vision" : "audio";
    tuft_recordings train = {0}, test = {0};
    const int written = zero_shot_task_of(c) != zero_shot_task_of(&defaults);
    tuft_status status = written  ? zero_shot_load_letters(c, which, &train, &test, err)
                         : vision ? load_vision(c, &train, &test, err)
                                  : load_audio(c, &train, &test, err);
    if (!status)
        status = join(m, &train, &test, err);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
    if (status)
        return status;
    modality kind = vision                                ? MODALITY_VISION
                    : written                             ? MODALITY_NEURAL
                    : c->synthetic || is_folder(c->audio) ? MODALITY_SOUND
                                                          : MODALITY_AUDIO;
    m->preset = preset_get((preset_name)c->preset, kind, TASK_ZERO_SHOT, m->all.geometry);
    status = preset_set(&m->preset, vision ? c->set_vision : c->set_audio, err);
    const char *map = vision ? c->map_vision : c->map_audio;
    if (!status && map) {
        status = measured_array_load(map, c->unit, &m->array, err);
        m->preset.reservoir.array = &m->array;
    }
    return status;
}

/* ---- the protocol ---------------------------------------------------------------------------- */

static void set_protocol(zero_shot_run *run)
{
    const zero_shot_config *c = run->config;
    run->protocol = tuft_zero_shot_defaults;
    if (c->preset == PRESET_BEST) {
        run->protocol.scaling = TUFT_SCALING_STANDARD;
        run->protocol.epochs = 30;
        run->protocol.joint.contrastive.similarity = TUFT_SIMILARITY_COSINE;
        run->protocol.joint.contrastive.pairing = TUFT_PAIRING_CLASS;
        run->protocol.joint.contrastive.temperature = 0.1;
        run->protocol.joint.contrastive.batch = 64;
        run->protocol.joint.contrastive.adam.decay = 0.1;
    }
    run->protocol.joint.loss = (tuft_joint_loss)c->loss;
    run->protocol.joint.shots = (size_t)c->support;
    run->protocol.joint.queries = (size_t)c->queries;
    if (c->network == ZERO_SHOT_SRNN) {
        run->protocol.joint.clip = isnan(c->clip) ? 1 : c->clip;
        run->protocol.joint.contrastive.batch = 32;
        run->protocol.epochs = c->loss == TUFT_LOSS_PROTOTYPICAL ? 30 : 60;
    }
    if (c->epochs != OPTION_UNSET)
        run->protocol.epochs = (int)c->epochs;
    if (c->dim != OPTION_UNSET)
        run->protocol.joint.contrastive.dim = (size_t)c->dim;
    if (c->batch != OPTION_UNSET)
        run->protocol.joint.contrastive.batch = (size_t)c->batch;
    if (!isnan(c->temperature))
        run->protocol.joint.contrastive.temperature = c->temperature;
    if (!isnan(c->rate))
        run->protocol.joint.contrastive.adam.rate = c->rate;
    if (!isnan(c->decay))
        run->protocol.joint.contrastive.adam.decay = c->decay;
    run->protocol.selection = c->selection ? TUFT_SELECT_ON_TEST : TUFT_SELECT_ON_VALIDATION;
    run->protocol.shot_kinds = (int)c->shots.count;
    for (size_t i = 0; i < c->shots.count; i++)
        run->protocol.shots[i] = (int)c->shots.value[i];
}

/* ---- the run --------------------------------------------------------------------------------- */

static void forget_features(zero_shot_modality *m)
{
    tuft_features_free(&m->train);
    tuft_features_free(&m->test);
    tuft_reservoir_free(m->reservoir);
    m->reservoir = NULL;
}

/* What a random reservoir makes of the recordings. */
static tuft_status run_liquid(const zero_shot_run *run, zero_shot_modality *m, uint64_t seed,
                              const uint8_t *train, liquid_table *table, tuft_error *err)
{
    const common_options *common = &run->config->common;
    char label[64];
    snprintf(label, sizeof label, "encode %s (seed %llu)", m->name, (unsigned long long)seed);
    tuft_status status = liquid_new(&m->reservoir, &m->preset, m->all.geometry, seed, err);
    if (!status)
        status = liquid_encode(m->reservoir, &m->preset, &m->all, train, seed, common,
                               (int)common->threads, label, table,
                               seed == common->seed ? &m->ledger : NULL, err);
    if (!status) /* NOLINTNEXTLINE: the analyzer does not know that tuft_fail returns its status */
        m->cells = m->reservoir->cells;
    return status;
}

/* What a layer that is yet to be trained will be shown of them. */
static tuft_status show(zero_shot_run *run, zero_shot_modality *m, tuft_joint_encoder *encoder,
                        liquid_table *table, tuft_error *err)
{
    double sharpness = isnan(run->config->sharpness) ? TRAINED_SHARPNESS : run->config->sharpness;
    table->originals = m->all.count;
    tuft_status status =
        tuft_sequences(&m->preset.frontend, &m->all, &table->features, &encoder->shape, err);
    if (!status)
        encoder->layer = trained_layer(&m->preset, TUFT_RECURRENT_LIF, TRAINED_READ_SUM, sharpness,
                                       encoder->shape);
    m->cells = encoder->layer.cells;
    return status;
}

static tuft_status encode(zero_shot_run *run, int which, uint64_t seed, tuft_error *err)
{
    zero_shot_modality *m = &run->modality[which];
    forget_features(m);
    liquid_table table = {0};
    uint8_t *train, *test = NULL;
    tuft_status status = TUFT_NEW(&train, m->all.count, "training side", err);
    if (!status)
        status = TUFT_NEW(&test, m->all.count, "test side", err);
    for (size_t i = 0; !status && i < m->all.count; i++) {
        train[i] = i < m->train_count;
        test[i] = !train[i];
    }
    if (!status)
        status = run->config->network == ZERO_SHOT_LIQUID
                     ? run_liquid(run, m, seed, train, &table, err)
                     : show(run, m, &run->protocol.joint.encoder[which], &table, err);
    if (!status)
        status = liquid_select(&table, train, NULL, LIQUID_WITH_COPIES, &m->train, NULL, err);
    if (!status)
        status = liquid_select(&table, test, NULL, LIQUID_ORIGINALS, &m->test, NULL, err);
    if (!status) {
        m->features = m->reservoir ? m->train.columns : m->cells;
        m->encoded = table.features.rows;
    }
    liquid_table_free(&table);
    free(train);
    free(test);
    return status;
}

/* All choices for one seed, side by side; the failure of the first is told. */
static tuft_status associate(zero_shot_run *run, size_t repeat, uint64_t seed, tuft_error *err)
{
    const zero_shot_modality *v = &run->modality[ZERO_SHOT_VISION];
    const zero_shot_modality *a = &run->modality[ZERO_SHOT_AUDIO];
    tuft_zero_shot_side vision = {&v->train, &v->test, v->train_count};
    tuft_zero_shot_side audio = {&a->train, &a->test, a->train_count};
    app_progress progress;
    char label[48];
    snprintf(label, sizeof label, "train and test (seed %llu)", (unsigned long long)seed);
    progress_begin(&progress, &run->config->common, label, run->choices);
    tuft_failure failure = {0};
#pragma omp parallel for num_threads((int)run->config->common.threads) schedule(dynamic)
    for (size_t k = 0; k < run->choices; k++) {
        tuft_error own;
        zero_shot_choice *choice = &run->choice[k];
        tuft_status status =
            tuft_zero_shot(&vision, &audio, &run->protocol, run->classes, choice->seen,
                           choice->unseen, seed, &choice->result[repeat], &own);
        progress_advance(&progress, 1);
        tuft_failure_keep(&failure, status, k, &own);
    }
    progress_end(&progress);
    return tuft_failure_tell(&failure, err);
}

/* ---- results --------------------------------------------------------------------------------- */

double zero_shot_seen(const tuft_zero_shot_result *result, int which)
{
    return which ? result->seen.a_to_b : result->seen.b_to_a;
}

double zero_shot_unseen(const tuft_zero_shot_result *result, int which)
{
    return which ? result->unseen.a_to_b : result->unseen.b_to_a;
}

double zero_shot_few(const tuft_zero_shot_result *result, int which)
{
    return result->few_shot[which];
}

/* Mean, sd and Student's interval, cut to 0..1, of n shares; no sd and no interval for one. */
static zero_shot_summary summarise(const double *value, size_t n)
{
    zero_shot_summary summary = {value[0], NAN, NAN, NAN};
    tuft_interval interval;
    if (n > 1 && !tuft_interval_mean(value, n, 0.95, &interval, NULL))
        summary = (zero_shot_summary){interval.mean, interval.sd, fmax(0, interval.low),
                                      fmin(1, interval.high)};
    return summary;
}

zero_shot_summary zero_shot_of_choice(const zero_shot_run *run, const zero_shot_choice *choice,
                                      zero_shot_figure *figure, int which, size_t queries)
{
    size_t seeds = (size_t)run->config->seeds;
    double value[SEEDS] = {0};
    for (size_t r = 0; r < seeds; r++)
        value[r] = figure(&choice->result[r], which);
    zero_shot_summary summary = summarise(value, seeds);
    tuft_interval interval;
    size_t right = (size_t)llround(summary.mean * (double)queries);
    if (seeds == 1 && queries && !tuft_interval_share(right, queries, 0.95, &interval, NULL)) {
        summary.low = interval.low;
        summary.high = interval.high;
    }
    return summary;
}

zero_shot_summary zero_shot_of_pairs(const zero_shot_run *run, zero_shot_figure *figure, int which)
{
    size_t seeds = (size_t)run->config->seeds;
    double by_pair[ZERO_SHOT_CHOICES] = {0}, by_seed[SEEDS] = {0};
    const size_t pairs = run->choices - 1;
    for (size_t k = 0; k < pairs; k++)
        for (size_t r = 0; r < seeds; r++) {
            double value = figure(&run->choice[1 + k].result[r], which);
            by_pair[k] += value / (double)seeds;
            by_seed[r] += value / (double)pairs;
        }
    zero_shot_summary over_pairs = summarise(by_pair, pairs);
    if (seeds > 1) {
        zero_shot_summary over_seeds = summarise(by_seed, seeds);
        over_pairs.low = over_seeds.low;
        over_pairs.high = over_seeds.high;
    }
    return over_pairs;
}

static json_t *summary_json(zero_shot_summary summary)
{
    json_t *all = json_object(), *interval = json_array();
    json_object_set_new(all, "mean", result_real(summary.mean));
    json_object_set_new(all, "sd", result_real(summary.sd));
    json_array_append_new(interval, result_real(summary.low));
    json_array_append_new(interval, result_real(summary.high));
    json_object_set_new(all, "ci95", interval);
    return all;
}

static json_t *figures_json(const zero_shot_run *run, const zero_shot_choice *choice,
                            zero_shot_figure *figure, const tuft_zero_shot_figures *first)
{
    zero_shot_summary there = zero_shot_of_choice(run, choice, figure, 0, first->queries_b);
    zero_shot_summary back = zero_shot_of_choice(run, choice, figure, 1, first->queries_a);
    json_t *all = json_object(), *by_seed = json_array();
    json_object_set_new(all, "audio_to_image", result_real(there.mean));
    json_object_set_new(all, "image_to_audio", result_real(back.mean));
    json_object_set_new(all, "pairs", json_integer((json_int_t)first->queries_b));
    json_object_set_new(all, "chance", result_real(first->chance));
    json_object_set_new(all, "audio_to_image_summary", summary_json(there));
    json_object_set_new(all, "image_to_audio_summary", summary_json(back));
    for (size_t r = 0; r < (size_t)run->config->seeds; r++)
        json_array_append_new(by_seed, result_real(figure(&choice->result[r], 0)));
    json_object_set_new(all, "audio_to_image_by_seed", by_seed);
    return all;
}

static json_t *few_shot_json(const zero_shot_run *run)
{
    json_t *all = json_array();
    for (int k = 0; k < run->protocol.shot_kinds; k++) {
        const zero_shot_choice *asked = &run->choice[0];
        zero_shot_summary of_choice = zero_shot_of_choice(run, asked, zero_shot_few, k, 0);
        json_t *entry = json_object();
        json_object_set_new(entry, "k", json_integer(run->protocol.shots[k]));
        json_object_set_new(entry, "accuracy", result_real(of_choice.mean));
        json_object_set_new(entry, "classes", json_string(asked->name));
        if (run->config->all_pairs)
            json_object_set_new(entry, "all_pairs",
                                summary_json(zero_shot_of_pairs(run, zero_shot_few, k)));
        json_array_append_new(all, entry);
    }
    return all;
}

static json_t *all_pairs_json(const zero_shot_run *run)
{
    json_t *all = summary_json(zero_shot_of_pairs(run, zero_shot_unseen, 0));
    json_t *pairs = json_array();
    json_object_set_new(all, "seen", summary_json(zero_shot_of_pairs(run, zero_shot_seen, 0)));
    for (size_t k = 1; k < run->choices; k++) {
        const zero_shot_choice *choice = &run->choice[k];
        json_t *entry = json_object();
        json_object_set_new(entry, "unseen", json_string(choice->name));
        json_object_set_new(
            entry, "audio_to_image",
            result_real(zero_shot_of_choice(run, choice, zero_shot_unseen, 0, 0).mean));
        json_object_set_new(
            entry, "image_to_audio",
            result_real(zero_shot_of_choice(run, choice, zero_shot_unseen, 1, 0).mean));
        json_object_set_new(
            entry, "seen_audio_to_image",
            result_real(zero_shot_of_choice(run, choice, zero_shot_seen, 0, 0).mean));
        json_array_append_new(pairs, entry);
    }
    json_object_set_new(all, "pairs", pairs);
    json_object_set_new(all, "chance", result_real(run->choice[1].result[0].unseen.chance));
    json_object_set_new(all, "possible_choices", result_real(run->possible));
    return all;
}

static json_t *similarity_json(const zero_shot_run *run)
{
    size_t classes = (size_t)run->classes;
    return result_matrix(run->choice[0].result[0].similarity, classes, classes);
}

static json_t *protocol_json(const zero_shot_run *run)
{
    static const char *const similarities[] = {"dot", "cosine", "euclidean"};
    const tuft_zero_shot_config *p = &run->protocol;
    const tuft_contrastive_config *c = &p->joint.contrastive;
    json_t *all = json_pack(
        "{s:i, s:s, s:s, s:f, s:i, s:f, s:f, s:i, s:s, s:f, s:i, s:i}", "dim", (int)c->dim,
        "similarity", similarities[tuft_joint_similarity(&p->joint)], "pairing",
        c->pairing == TUFT_PAIRING_CLASS ? "class" : "instance", "temperature", c->temperature,
        "batch", (int)c->batch, "rate", c->adam.rate, "decay", c->adam.decay, "epochs", p->epochs,
        "scaling", p->scaling == TUFT_SCALING_STANDARD ? "standard" : "none", "validation_share",
        p->validation_share, "test_limit", (int)p->test_limit, "shot_draws", p->shot_draws);
    if (p->joint.loss == TUFT_LOSS_PROTOTYPICAL)
        json_object_set_new(all, "episode",
                            json_pack("{s:i, s:i}", "shots", (int)p->joint.shots, "queries",
                                      (int)p->joint.queries));
    for (int k = 0; k < TUFT_JOINT_SIDES && run->config->network == ZERO_SHOT_SRNN; k++)
        json_object_set_new(all, run->modality[k].name,
                            trained_layer_json(&p->joint.encoder[k].layer));
    if (run->config->network == ZERO_SHOT_SRNN)
        json_object_set_new(all, "clip", json_real(p->joint.clip));
    return all;
}

/* Of the choice that was asked for, first seed. */
static json_t *operations_json(const zero_shot_run *run)
{
    json_t *all = trained_operations_json(&run->choice[0].result[0].operations);
    for (int m = 0; m < ZERO_SHOT_MODALITIES && run->config->network == ZERO_SHOT_LIQUID; m++)
        json_object_set_new(
            all, run->modality[m].name,
            trained_liquid_json(&run->modality[m].ledger, run->modality[m].encoded));
    return all;
}

static void print(const zero_shot_run *run)
{
    const zero_shot_choice *asked = &run->choice[0];
    const tuft_zero_shot_result *first = &asked->result[0];
    zero_shot_summary seen =
        zero_shot_of_choice(run, asked, zero_shot_seen, 0, first->seen.queries_b);
    zero_shot_summary unseen =
        zero_shot_of_choice(run, asked, zero_shot_unseen, 0, first->unseen.queries_b);
    printf("%s, %s loss, %s: %zu + %zu cells, epoch chosen on %s\n",
           zero_shot_networks[run->config->network], zero_shot_losses[run->config->loss],
           preset_names[run->config->preset], run->modality[0].cells, run->modality[1].cells,
           selections[run->config->selection]);
    printf("seen classes, %s finds picture:   %6.2f %% [%.1f, %.1f], chance %.1f %%\n",
           run->task->recording, 100 * seen.mean, 100 * seen.low, 100 * seen.high,
           100 * first->seen.chance);
    printf("unseen classes %-6s                %6.2f %% [%.1f, %.1f], chance %.1f %%\n",
           asked->name, 100 * unseen.mean, 100 * unseen.low, 100 * unseen.high,
           100 * first->unseen.chance);
    for (int k = 0; k < run->protocol.shot_kinds; k++)
        printf("unseen classes with %d examples each: %6.2f %%\n", run->protocol.shots[k],
               100 * zero_shot_of_choice(run, asked, zero_shot_few, k, 0).mean);
    if (!run->config->all_pairs)
        return;
    zero_shot_summary pairs = zero_shot_of_pairs(run, zero_shot_unseen, 0);
    printf("%s%zu choices of unseen %ss: %.2f %% +- %.1f (sd), mean within [%.1f, %.1f]\n",
           run->possible > (double)(run->choices - 1) ? "random " : "all ", run->choices - 1,
           run->task->thing, 100 * pairs.mean, 100 * pairs.sd, 100 * pairs.low, 100 * pairs.high);
    pairs = zero_shot_of_pairs(run, zero_shot_seen, 0);
    printf("  their seen classes:               %.2f %%\n", 100 * pairs.mean);
    for (int k = 0; k < run->protocol.shot_kinds; k++)
        printf("  with %d examples each:             %.2f %% +- %.1f (sd)\n",
               run->protocol.shots[k], 100 * zero_shot_of_pairs(run, zero_shot_few, k).mean,
               100 * zero_shot_of_pairs(run, zero_shot_few, k).sd);
}

/* Both reservoirs' ledgers as one: names carry the modality. */
static tuft_status write_ledgers(const zero_shot_run *run, app_result *result, tuft_error *err)
{
    tuft_ledger both = {0};
    const tuft_ledger *v = &run->modality[ZERO_SHOT_VISION].ledger;
    const tuft_ledger *a = &run->modality[ZERO_SHOT_AUDIO].ledger;
    tuft_status status = tuft_ledger_join(&both, "vision", v, "audio", a, err);
    if (!status)
        status = result_ledger(result, &both, err);
    tuft_ledger_free(&both);
    return status;
}

static tuft_status publish(const zero_shot_run *run, app_result *result, tuft_error *err)
{
    json_t *results = result_results(result);
    const zero_shot_choice *asked = &run->choice[0];
    const tuft_zero_shot_result *first = &asked->result[0];
    json_object_set_new(results, "seen", figures_json(run, asked, zero_shot_seen, &first->seen));
    json_object_set_new(results, "unseen",
                        figures_json(run, asked, zero_shot_unseen, &first->unseen));
    json_object_set_new(results, "few_shot", few_shot_json(run));
    if (run->config->all_pairs)
        json_object_set_new(results, "all_pairs", all_pairs_json(run));
    json_object_set_new(results, "similarity", similarity_json(run));
    json_object_set_new(results, "selection", json_string(selections[run->config->selection]));
    json_object_set_new(results, "epoch", json_integer(first->epoch));
    json_object_set_new(results, "validation", result_real(first->validation));
    for (int m = 0; m < ZERO_SHOT_MODALITIES; m++) {
        const zero_shot_modality *side = &run->modality[m];
        json_object_set_new(results, side->name,
                            json_pack("{s:i, s:i, s:i, s:i}", "train_samples",
                                      (int)side->train_count, "test_samples",
                                      (int)(side->all.count - side->train_count), "cells",
                                      (int)side->cells, "features", (int)side->features));
        char name[32];
        snprintf(name, sizeof name, "%s_model", side->name);
        result_config_set(result, name, preset_json(&side->preset));
    }
    json_object_set_new(results, "operations", operations_json(run));
    result_config_set(result, "protocol", protocol_json(run));
    result_stage(result, NULL);
    tuft_status status = write_ledgers(run, result, err);
    if (!status)
        status = result_write(result, run->config->common.json, err);
    if (!status && run->config->common.report)
        status = zero_shot_report(run, result, err);
    if (!status)
        print(run);
    return status;
}

static void run_free(zero_shot_run *run)
{
    for (int m = 0; m < ZERO_SHOT_MODALITIES; m++) {
        forget_features(&run->modality[m]);
        tuft_ledger_free(&run->modality[m].ledger);
        tuft_recordings_free(&run->modality[m].all);
        tuft_crossbar_free(&run->modality[m].array);
    }
    for (size_t k = 0; run->choice && k < run->choices; k++)
        free(run->choice[k].result);
    free(run->choice);
}

static tuft_status run(const void *settings, tuft_error *err)
{
    const zero_shot_config *config = settings;
    zero_shot_run run = {.config = config,
                         .task = zero_shot_task_of(config),
                         .classes = zero_shot_task_of(config)->classes};
    app_result *result;
    tuft_status status = result_new(&result, &zero_shot_command, config, err);
    if (status)
        return status;
    status = check_overlap(config, err);
    result_stage(result, "load");
    for (int m = 0; !status && m < ZERO_SHOT_MODALITIES; m++)
        status = load(&run, m, err);
    if (!status)
        status = zero_shot_choices(&run, err);
    set_protocol(&run);
    for (size_t r = 0; !status && r < (size_t)config->seeds; r++) {
        uint64_t seed = config->common.seed + r;
        result_stage(result, "encode");
        for (int m = 0; !status && m < ZERO_SHOT_MODALITIES; m++)
            status = encode(&run, m, seed, err);
        result_stage(result, "train");
        if (!status)
            status = associate(&run, r, seed, err);
    }
    if (!status)
        status = publish(&run, result, err);
    run_free(&run);
    result_free(result);
    return status;
}

const app_command zero_shot_command = {
    .name = "zero-shot",
    .summary = "match digits heard with digits seen, also ones never paired",
    .description =
        "Runs pictures and sounds of digits through two random reservoirs, trains one linear "
        "projection for each on pairs of the seen classes, and asks how often a spoken digit finds "
        "a picture of its class: among seen classes, and among classes that were never paired.\n\n"
        "Nothing ties the sound of an unseen digit to its picture: figures of unseen classes stand "
        "beside chance, and --all-pairs gives them for every choice of two digits. With --shots a "
        "few labelled examples of the new classes serve as prototypes in the joint space, nothing "
        "retrained. --selection test repeats the published script's rule, which looks at the test "
        "recordings to choose the epoch; its figures are no estimate of anything else.\n\n"
        "--network srnn trains two spiking networks end to end instead of two liquids' "
        "projections, --loss prototypical trains by episodes, with distances to the means of "
        "examples; results.operations counts what training takes.",
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(zero_shot_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
