/* tuft classify: which digit is it? A random reservoir, a trained linear readout. */
#include "apps/classify.h"

#include "apps/commands.h"
#include "apps/counts_file.h"
#include "apps/measured_array.h"
#include "core/file.h"
#include "core/memory.h"
#include "lsm/counts.h"
#include "lsm/interval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 1000 };

static const classify_config defaults = {.common = COMMON_DEFAULTS,
                                         .dataset = DATASET_N_MNIST,
                                         .preset = PRESET_BEST,
                                         .seeds = 1,
                                         .per_class = 40,
                                         .epochs = OPTION_UNSET,
                                         .batch = OPTION_UNSET,
                                         .rate = NAN,
                                         .clip = NAN,
                                         .sharpness = NAN};

static const app_option options[] = {
    OPTION_SECTION("Data"),
    OPTION_CHOICE(classify_config, dataset, "dataset", dataset_names,
                  "n-mnist, n-tidigits, fsdd, mnist, emnist-letters, synthetic-vision, "
                  "synthetic-audio, synthetic-letters, synthetic-neural"),
    OPTION_TEXT(classify_config, train, "train", "PATH",
                "training recordings: a folder, or an HDF5 file with a train side"),
    OPTION_TEXT(classify_config, test, "test", "PATH",
                "test recordings: a folder, or an HDF5 file with a test side"),
    OPTION_TEXT(classify_config, test_talkers, "test-talkers", "A,B",
                "fsdd and synthetic sets: test on these talkers"),
    OPTION_INTEGER(classify_config, per_class, "per-class", "N", 4, 10000,
                   "synthetic sets: recordings of each digit or letter"),
    OPTION_INTEGER(
        classify_config, limit, "limit", "N", 0, 60000,
        "mnist: the first N images of each side, emnist-letters: of each letter; 0: all"),
    OPTION_SECTION("Model"),
    OPTION_CHOICE(classify_config, network, "network", classify_networks,
                  "liquid; srnn, rnn: networks with all weights trained (with --preset lin2025)"),
    OPTION_CHOICE(classify_config, preset, "preset", preset_names,
                  "lin2025 (published), best (ours)"),
    OPTION_TEXT(classify_config, set, "set", "NAME=VALUE,...",
                "change values of the preset, as they stand in the result's config"),
    OPTION_TEXT(classify_config, conductances, "conductances", "FILE",
                "measured conductances (siemens, text) to draw the weights from"),
    OPTION_TEXT(classify_config, map, "map", "FILE",
                "a measured array, cell by cell, that the liquid's crossbars are cut from: CSV, or "
                "HDF5 with a dataset `conductance`"),
    OPTION_CHOICE(classify_config, unit, "unit", measured_units, "of the map: S, mS, uS or nS"),
    OPTION_SECTION("Training of --network srnn and rnn (default: ours)"),
    OPTION_CHOICE(classify_config, read, "read", trained_reads,
                  "sum (spike counts), membrane (leaky outputs), last (output)"),
    OPTION_INTEGER(classify_config, epochs, "epochs", "N", 1, 100000,
                   "passes over the training side"),
    OPTION_INTEGER(classify_config, batch, "batch", "N", 1, 65536, "recordings a step"),
    OPTION_REAL(classify_config, rate, "rate", "X", 1e-6, 1, "Adam's"),
    OPTION_REAL(classify_config, clip, "clip", "X", 0, 1e9, "longest gradient; 0: as it comes"),
    OPTION_REAL(classify_config, sharpness, "sharpness", "X", 1e-3, 1e3,
                "srnn: of the surrogate gradient"),
    OPTION_SECTION("Protocol"),
    OPTION_INTEGER(classify_config, seeds, "seeds", "N", 1, SEEDS,
                   "repeat with seeds seed, seed + 1, ...: mean and spread"),
    OPTION_INTEGER(classify_config, cross_validate, "cross-validate", "K", 0, 1000,
                   "K folds inside the training side alone; the test side is not read"),
    OPTION_SWITCH(classify_config, baseline, "baseline",
                  "also a linear readout of the recordings' own windowed counts"),
    OPTION_SECTION("Output"),
    OPTION_TEXT(classify_config, counts, "counts", "FILE",
                "spikes of each source, its synapses and their conductances, for tuft energy: "
                "HDF5, or CSV (.csv)"),
};

static const command_example examples[] = {
    {"tuft classify --dataset synthetic-vision --report digits.html", "no data needed"},
    {"tuft classify --dataset n-mnist --train N-MNIST/Train --test N-MNIST/Test --seeds 5",
     "five reservoirs, mean and spread"},
    {"tuft classify --dataset fsdd --train recordings --preset lin2025",
     "spoken digits, each talker left out in turn"},
};

static dataset_request request_of(const classify_config *c)
{
    return (dataset_request){.name = (dataset_name)c->dataset,
                             .train = c->train,
                             .test = c->test,
                             .test_talkers = c->test_talkers,
                             .per_class = (uint32_t)c->per_class,
                             .limit = (size_t)c->limit,
                             .seed = c->common.seed,
                             .folds = (uint32_t)c->cross_validate,
                             .threads = (int)c->common.threads};
}

/* Whether anything was said about how networks are trained. */
static int trains_by_steps(const classify_config *c)
{
    return c->epochs != OPTION_UNSET || c->batch != OPTION_UNSET || !isnan(c->rate) ||
           !isnan(c->clip) || !isnan(c->sharpness);
}

static tuft_status check(const void *config, tuft_error *err)
{
    const classify_config *c = config;
    dataset_request request = request_of(c);
    tuft_status status = dataset_check(&request, err);
    if (status)
        return status;
    /* Names and kinds of values are the same for every data set: said before it is loaded. */
    lsm_preset preset = preset_get((preset_name)c->preset, MODALITY_VISION, TASK_CLASSIFY,
                                   (tuft_geometry){34, 34, 2});
    status = preset_set(&preset, c->set, err);
    if (!status && c->network == CLASSIFY_LIQUID && trains_by_steps(c))
        status = tuft_fail(err, TUFT_INVALID,
                           "--epochs, --batch, --rate, --clip and --sharpness are for --network "
                           "srnn and rnn");
    if (!status && c->network != CLASSIFY_LIQUID && c->counts)
        status = tuft_fail(err, TUFT_INVALID, "--counts is for --network liquid");
    if (!status && c->network != CLASSIFY_LIQUID && c->conductances)
        status = tuft_fail(err, TUFT_INVALID, "--conductances is for --network liquid");
    if (!status && c->network != CLASSIFY_LIQUID && c->map)
        status = tuft_fail(err, TUFT_INVALID, "--map is for --network liquid");
    if (!status && c->map && c->conductances)
        status = tuft_fail(err, TUFT_INVALID, "--map and --conductances: expected one of them");
    if (!status && c->network != CLASSIFY_LIQUID)
        status = trained_check(
            &preset, c->network == CLASSIFY_SRNN ? "--network srnn" : "--network rnn", err);
    return status;
}

/* ---- one split --------------------------------------------------------------------------------
 */

static tuft_status score(const classify_fitted *fitted, const tuft_features *test, int classes,
                         double *accuracy, uint64_t *confusion, tuft_error *err)
{
    int *predicted;
    size_t right = 0;
    tuft_status status = TUFT_NEW(&predicted, test->rows, "predictions", err);
    if (!status)
        status = classify_predict(fitted, test, predicted, err);
    for (size_t i = 0; !status && i < test->rows; i++) {
        right += predicted[i] == test->label[i];
        if (confusion)
            confusion[test->label[i] * classes + predicted[i]]++;
    }
    *accuracy = status ? 0 : (double)right / (double)test->rows;
    free(predicted);
    return status;
}

/* Trains and tests on every split; results go to row `repeat` of the scores. */
static tuft_status evaluate(classify_run *run, classify_network network, const liquid_table *table,
                            liquid_rows rows, const uint32_t *fold_group, uint64_t seed,
                            size_t repeat, classify_scores *scores, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (size_t s = 0; !status && s < run->set.splits; s++) {
        const dataset_split *split = &run->set.split[s];
        tuft_features train = {0}, plain = {0}, test = {0};
        uint8_t *original = NULL;
        classify_fitted fitted = {0};
        size_t at = repeat * run->set.splits + s;
        tuft_operations *operations = scores == &run->liquid && at == 0 ? &run->operations : NULL;
        status = liquid_select(table, split->train, fold_group, rows, &train, &original, err);
        if (!status)
            status = liquid_select(table, split->train, NULL, LIQUID_ORIGINALS, &plain, NULL, err);
        if (!status)
            status = liquid_select(table, split->test, NULL, LIQUID_ORIGINALS, &test, NULL, err);
        if (!status)
            status = classify_fit(run, network, &train, original, seed, &scores->lambda[at],
                                  &fitted, operations, err);
        if (!status)
            status = score(&fitted, &plain, run->set.all.classes, &scores->train_accuracy[at], NULL,
                           err);
        if (!status)
            status = score(&fitted, &test, run->set.all.classes, &scores->accuracy[at],
                           scores->confusion, err);
        classify_fitted_free(&fitted);
        tuft_features_free(&train);
        tuft_features_free(&plain);
        tuft_features_free(&test);
        free(original);
    }
    return status;
}

/* ---- the run --------------------------------------------------------------------------------- */

static tuft_status scores_new(classify_scores *scores, const classify_run *run, tuft_error *err)
{
    size_t n = (size_t)run->config->seeds * run->set.splits;
    size_t classes = (size_t)run->set.all.classes;
    tuft_status status = TUFT_NEW(&scores->accuracy, n, "accuracies", err);
    if (!status)
        status = TUFT_NEW(&scores->train_accuracy, n, "accuracies", err);
    if (!status)
        status = TUFT_NEW(&scores->lambda, n, "penalties", err);
    if (!status)
        status = TUFT_NEW(&scores->confusion, classes * classes, "confusions", err);
    return status;
}

static void scores_free(classify_scores *scores)
{
    free(scores->accuracy);
    free(scores->train_accuracy);
    free(scores->lambda);
    free(scores->confusion);
}

/* Who may not stand on both sides of a fold: talkers where the set is split by them, else the
 * recording and its copies. */
static const uint32_t *fold_groups(const classify_run *run)
{
    size_t n = run->set.all.count;
    uint32_t last = 0;
    for (size_t i = 0; i < n; i++)
        if (run->set.speaker[i] > last)
            last = run->set.speaker[i];
    return run->set.kind != MODALITY_VISION && last >= 2 ? run->set.speaker : NULL;
}

/* Counts of the first seed's reservoir, with what its pairs conduct. */
static tuft_status write_counts(const classify_run *run, const tuft_reservoir *reservoir,
                                uint64_t seed, tuft_error *err)
{
    tuft_reservoir *siemens;
    tuft_status status = liquid_siemens(&siemens, &run->preset, run->set.all.geometry, seed, err);
    if (status)
        return status;
    status = counts_file_write(run->config->counts, reservoir->network, &run->ledger,
                               siemens->network, err);
    tuft_reservoir_free(siemens);
    return status;
}

static tuft_status run_liquid(classify_run *run, size_t repeat, app_result *result, tuft_error *err)
{
    const classify_config *config = run->config;
    uint64_t seed = config->common.seed + repeat;
    char label[48];
    snprintf(label, sizeof label, "encode (seed %llu)", (unsigned long long)seed);
    tuft_reservoir *reservoir = NULL;
    liquid_table table = {0};
    uint8_t *trained;
    tuft_status status = TUFT_NEW(&trained, run->set.all.count, "training side", err);
    for (size_t s = 0; !status && s < run->set.splits; s++)
        for (size_t i = 0; i < run->set.all.count; i++)
            trained[i] |= run->set.split[s].train[i];
    result_stage(result, "encode");
    if (!status)
        status = liquid_new(&reservoir, &run->preset, run->set.all.geometry, seed, err);
    if (!status)
        status = liquid_encode(reservoir, &run->preset, &run->set.all, trained, seed,
                               &config->common, (int)config->common.threads, label, &table,
                               repeat ? NULL : &run->ledger, err);
    free(trained);
    if (!status && !repeat && config->counts)
        status = write_counts(run, reservoir, seed, err);
    if (!status) {
        run->cells = reservoir->cells;
        run->features = table.features.columns;
        run->encoded = table.features.rows;
        result_stage(result, "train");
        status = evaluate(run, CLASSIFY_LIQUID, &table, LIQUID_WITH_COPIES, fold_groups(run), seed,
                          repeat, &run->liquid, err);
    }
    liquid_table_free(&table);
    tuft_reservoir_free(reservoir);
    return status;
}

static tuft_status run_trained(classify_run *run, size_t repeat, app_result *result,
                               tuft_error *err)
{
    const classify_config *config = run->config;
    liquid_table table = {.originals = run->set.all.count};
    result_stage(result, "encode");
    tuft_status status =
        tuft_sequences(&run->preset.frontend, &run->set.all, &table.features, &run->shape, err);
    if (!status) {
        run->training = classify_training(config, &run->preset, run->shape);
        run->cells = run->features = run->training.layer.cells;
        run->encoded = table.features.rows;
        result_stage(result, "train");
        status = evaluate(run, (classify_network)config->network, &table, LIQUID_ORIGINALS, NULL,
                          config->common.seed + repeat, repeat, &run->liquid, err);
    }
    liquid_table_free(&table);
    return status;
}

/* The counts do not depend on the seed: one repeat says it all. */
static tuft_status run_baseline(classify_run *run, app_result *result, tuft_error *err)
{
    liquid_table table = {.originals = run->set.all.count};
    result_stage(result, "baseline");
    tuft_status status = scores_new(&run->baseline, run, err);
    if (!status)
        status = tuft_channel_counts(&run->preset.frontend, &run->preset.encoding, &run->set.all,
                                     &table.features, err);
    lsm_preset kept = run->preset;
    run->preset.readout.kind = READOUT_RIDGE;
    run->preset.readout.lambda = 0;
    if (!status)
        status = evaluate(run, CLASSIFY_LIQUID, &table, LIQUID_ORIGINALS, fold_groups(run),
                          run->config->common.seed, 0, &run->baseline, err);
    run->preset = kept;
    for (size_t i = run->set.splits; !status && i < (size_t)run->config->seeds * run->set.splits;
         i++)
        run->baseline.accuracy[i] = run->baseline.accuracy[i - run->set.splits];
    liquid_table_free(&table);
    return status;
}

/* Of accuracies, one a seed; tested: how many recordings stand behind one. */
static classify_summary summarise(const double *value, size_t seeds, size_t tested)
{
    classify_summary summary = {value[0], NAN, NAN, NAN};
    tuft_interval interval;
    if (seeds > 1 && !tuft_interval_mean(value, seeds, 0.95, &interval, NULL))
        return (classify_summary){interval.mean, interval.sd, interval.low, interval.high};
    size_t right = (size_t)llround(value[0] * (double)tested);
    if (seeds == 1 && !tuft_interval_share(right, tested, 0.95, &interval, NULL)) {
        summary.low = interval.low;
        summary.high = interval.high;
    }
    return summary;
}

static size_t tested_in(const classify_run *run, size_t split)
{
    size_t n = 0;
    for (size_t i = 0; i < run->set.all.count; i++)
        n += run->set.split[split].test[i];
    return n;
}

classify_summary classify_summarise(const classify_run *run, const classify_scores *scores)
{
    size_t seeds = (size_t)run->config->seeds, splits = run->set.splits, tested = 0;
    double by_seed[SEEDS] = {0};
    for (size_t s = 0; s < splits; s++) {
        tested += tested_in(run, s);
        for (size_t r = 0; r < seeds; r++)
            by_seed[r] += scores->accuracy[r * splits + s] / (double)splits;
    }
    return summarise(by_seed, seeds, tested);
}

classify_summary classify_summarise_split(const classify_run *run, const classify_scores *scores,
                                          size_t split)
{
    size_t seeds = (size_t)run->config->seeds;
    double by_seed[SEEDS] = {0};
    for (size_t r = 0; r < seeds; r++)
        by_seed[r] = scores->accuracy[r * run->set.splits + split];
    return summarise(by_seed, seeds, tested_in(run, split));
}

static json_t *scores_json(const classify_run *run, const classify_scores *scores)
{
    size_t seeds = (size_t)run->config->seeds, splits = run->set.splits;
    size_t classes = (size_t)run->set.all.classes;
    classify_summary summary = classify_summarise(run, scores);
    json_t *all = json_object(), *by_split = json_array(), *per_class = json_array();
    double train = 0;
    for (size_t i = 0; i < seeds * splits; i++)
        train += scores->train_accuracy[i] / (double)(seeds * splits);
    json_object_set_new(all, "accuracy", result_real(summary.mean));
    json_object_set_new(all, "sd_over_seeds", result_real(summary.sd));
    json_object_set_new(all, "ci95", result_vector((double[]){summary.low, summary.high}, 2));
    json_object_set_new(all, "train_accuracy", result_real(train));
    for (size_t c = 0; c < classes; c++) {
        uint64_t sum = 0;
        for (size_t d = 0; d < classes; d++)
            sum += scores->confusion[c * classes + d];
        json_array_append_new(
            per_class,
            result_real(sum ? (double)scores->confusion[c * classes + c] / (double)sum : NAN));
    }
    json_object_set_new(all, "per_class", per_class);
    json_object_set_new(all, "confusion", result_counts(scores->confusion, classes, classes));
    for (size_t s = 0; s < splits; s++) {
        json_t *entry = json_object(), *accuracy = json_array(), *lambda = json_array();
        uint64_t train_n = 0, test_n = tested_in(run, s);
        for (size_t i = 0; i < run->set.all.count; i++)
            train_n += run->set.split[s].train[i];
        for (size_t r = 0; r < seeds; r++) {
            json_array_append_new(accuracy, result_real(scores->accuracy[r * splits + s]));
            json_array_append_new(lambda, result_real(scores->lambda[r * splits + s]));
        }
        json_object_set_new(entry, "name", json_string(run->set.split[s].name));
        json_object_set_new(entry, "train_samples", json_integer((json_int_t)train_n));
        json_object_set_new(entry, "test_samples", json_integer((json_int_t)test_n));
        json_object_set_new(entry, "accuracy_by_seed", accuracy);
        json_object_set_new(entry, "lambda_by_seed", lambda);
        json_array_append_new(by_split, entry);
    }
    json_object_set_new(all, "splits", by_split);
    return all;
}

static void print(const classify_run *run)
{
    size_t seeds = (size_t)run->config->seeds, splits = run->set.splits;
    classify_summary summary = classify_summarise(run, &run->liquid);
    printf("%s, %s, %s: %zu cells, %zu features, %zu recordings\n",
           dataset_names[run->config->dataset], classify_networks[run->config->network],
           preset_names[run->config->preset], run->cells, run->features, run->set.all.count);
    for (size_t s = 0; s < splits && splits > 1; s++) {
        printf("  %-16s %6.2f %%", run->set.split[s].name,
               100 * classify_summarise_split(run, &run->liquid, s).mean);
        if (run->baseline.accuracy)
            printf("   (counts alone %6.2f %%)", 100 * run->baseline.accuracy[s]);
        printf("\n");
    }
    printf("accuracy %.2f %%", 100 * summary.mean);
    if (seeds > 1)
        printf(" +- %.2f (sd over %zu seeds)", 100 * summary.sd, seeds);
    if (run->config->cross_validate)
        printf(", cross-validated inside the training side");
    printf("\n");
    if (run->baseline.accuracy)
        printf("linear readout of the channels' own counts: %.2f %%\n",
               100 * classify_summarise(run, &run->baseline).mean);
}

static json_t *training_json(const tuft_recurrent_training *t)
{
    json_t *all = trained_layer_json(&t->layer);
    json_t *rest = json_pack("{s:f, s:i, s:i, s:f}", "rate", t->adam.rate, "batch", (int)t->batch,
                             "epochs", t->epochs, "clip", t->clip);
    json_object_update(all, rest);
    json_decref(rest);
    return all;
}

static json_t *operations_json(const classify_run *run)
{
    json_t *all = trained_operations_json(&run->operations);
    if (run->config->network == CLASSIFY_LIQUID)
        json_object_set_new(all, "liquid", trained_liquid_json(&run->ledger, run->encoded));
    return all;
}

static tuft_status publish(classify_run *run, app_result *result, tuft_error *err)
{
    json_t *scores = scores_json(run, &run->liquid);
    json_object_update(result_results(result), scores);
    json_decref(scores);
    json_object_set_new(result_results(result), "samples",
                        json_integer((json_int_t)run->set.all.count));
    json_object_set_new(result_results(result), "cells", json_integer((json_int_t)run->cells));
    json_object_set_new(result_results(result), "encoded", json_integer((json_int_t)run->encoded));
    json_object_set_new(result_results(result), "features",
                        json_integer((json_int_t)run->features));
    if (run->baseline.accuracy)
        json_object_set_new(result_results(result), "counts_baseline",
                            scores_json(run, &run->baseline));
    if (run->operations.shown)
        json_object_set_new(result_results(result), "operations", operations_json(run));
    result_config_set(result, "model", preset_json(&run->preset));
    if (run->config->network != CLASSIFY_LIQUID)
        result_config_set(result, "training", training_json(&run->training));
    result_stage(result, NULL);
    tuft_status status = result_ledger(result, &run->ledger, err);
    if (!status)
        status = result_write(result, run->config->common.json, err);
    if (!status && run->config->common.report)
        status = classify_report(run, result, err);
    if (!status)
        print(run);
    return status;
}

static tuft_status run(const void *settings, tuft_error *err)
{
    const classify_config *config = settings;
    classify_run run = {.config = config};
    app_result *result;
    double *table = NULL;
    tuft_status status = result_new(&result, &classify_command, config, err);
    if (status)
        return status;
    result_stage(result, "load");
    dataset_request request = request_of(config);
    tuft_output counts;
    if (config->counts) { /* said before the work, not after it */
        status = tuft_output_open(&counts, config->counts, err);
        if (status) {
            result_free(result);
            return status;
        }
        tuft_output_abandon(&counts);
    }
    status = preset_cochlea((preset_name)config->preset, config->set, &request.cochlea, err);
    if (!status)
        status = dataset_load(&request, &run.set, err);
    if (!status) {
        run.preset = preset_get((preset_name)config->preset, run.set.kind, TASK_CLASSIFY,
                                run.set.all.geometry);
        status = preset_set(&run.preset, config->set, err);
    }
    if (!status && config->conductances)
        status = tuft_conductance_load(config->conductances, &run.preset.reservoir.conductance,
                                       &table, err);
    if (!status && config->conductances)
        status = tuft_conductance_check_unit(config->conductances,
                                             run.preset.reservoir.conductance.mean_siemens, err);
    if (!status && config->map) {
        status = measured_array_load(config->map, config->unit, &run.array, err);
        run.preset.reservoir.array = &run.array;
    }
    if (!status)
        status = scores_new(&run.liquid, &run, err);
    for (size_t r = 0; !status && r < (size_t)config->seeds; r++)
        status = config->network == CLASSIFY_LIQUID ? run_liquid(&run, r, result, err)
                                                    : run_trained(&run, r, result, err);
    if (!status && config->baseline)
        status = run_baseline(&run, result, err);
    if (!status)
        status = publish(&run, result, err);
    scores_free(&run.liquid);
    scores_free(&run.baseline);
    tuft_ledger_free(&run.ledger);
    dataset_free(&run.set);
    tuft_crossbar_free(&run.array);
    free(table);
    result_free(result);
    return status;
}

const app_command classify_command = {
    .name = "classify",
    .summary = "digits or letters, seen or heard: a reservoir or trained network",
    .description =
        "Runs every recording through a reservoir of spiking cells whose weights are the random "
        "conductances of a resistive memory, counts the spikes in windows, trains a linear readout "
        "on the training side and reports how often it is right on the test side.\n\n"
        "The preset lin2025 is the published configuration, best is ours. Penalties are chosen by "
        "cross-validation inside the training side; the test side chooses nothing.\n\n"
        "--network srnn and rnn train all weights of a network of as many cells on the same steps "
        "by back-propagation through time: what a liquid is compared with. results.operations "
        "counts what training takes.",
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(classify_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
