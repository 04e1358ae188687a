#include "apps/classify.h"

#include "apps/commands.h"
#include "apps/confusion_view.h"
#include "apps/liquid_view.h"
#include "apps/trained_view.h"
#include "core/memory.h"
#include "lsm/interval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 128 };

/* What people call the data sets, what their recordings are, and what was published for them: the
 * software liquid state machine of Lin et al. 2025, Nat. Comput. Sci. 5:37-47. */
static const struct {
    const char *name, *recordings, *published;
} sets[] = {
    [DATASET_N_MNIST] = {"N-MNIST", "handwritten digits before an event camera", "89.11 %"},
    [DATASET_N_TIDIGITS] = {"N-TIDIGITS", "spoken digits through an event-based cochlea",
                            "70.79 %"},
    [DATASET_FSDD] = {"FSDD", "spoken digits, turned to events by a cochlea model", NULL},
    [DATASET_MNIST] = {"MNIST", "handwritten digits before a simulated event camera", NULL},
    [DATASET_EMNIST_LETTERS] = {"E-MNIST letters",
                                "handwritten letters before a simulated event camera", NULL},
    [DATASET_SYNTHETIC_VISION] = {"drawn digits", "drawn digits before a simulated event camera",
                                  NULL},
    [DATASET_SYNTHETIC_AUDIO] = {"synthesised speech",
                                 "synthesised digits, turned to events by a cochlea model", NULL},
    [DATASET_SYNTHETIC_LETTERS] = {"drawn letters", "drawn letters before a simulated event camera",
                                   NULL},
    [DATASET_SYNTHETIC_NEURAL] = {"synthetic motor cortex",
                                  "letters written, in simulated recordings of 192 electrodes",
                                  NULL},
};

static int has_letters(const classify_run *run)
{
    const int set = run->config->dataset;
    return set == DATASET_EMNIST_LETTERS || set == DATASET_SYNTHETIC_LETTERS ||
           set == DATASET_SYNTHETIC_NEURAL;
}

static const char *thing(const classify_run *run)
{
    return has_letters(run) ? "letter" : "digit";
}

static void class_text(const classify_run *run, int class, char *text, size_t size)
{
    snprintf(text, size, has_letters(run) ? "%c" : "%d", has_letters(run) ? 'a' + class : class);
}

/* ---- cards ----------------------------------------------------------------------------------- */

static void accuracy_card(app_report *report, const classify_run *run, const char *name,
                          const classify_scores *scores)
{
    classify_summary summary = classify_summarise(run, scores);
    char value[TEXT], note[TEXT];
    snprintf(value, sizeof value, "%.2f %%", 100 * summary.mean);
    if (run->config->seeds > 1)
        snprintf(note, sizeof note, "± %.2f, sd over %lld seeds; mean within %.2f to %.2f (95 %%)",
                 100 * summary.sd, (long long)run->config->seeds, 100 * summary.low,
                 100 * summary.high);
    else
        snprintf(note, sizeof note, "95 %% interval %.2f to %.2f (Wilson)", 100 * summary.low,
                 100 * summary.high);
    report_card(report, name, value, note);
}

static void cards(app_report *report, const classify_run *run)
{
    char value[TEXT], note[TEXT];
    size_t n = (size_t)run->config->seeds * run->set.splits;
    double train = 0;
    for (size_t i = 0; i < n; i++)
        train += run->liquid.train_accuracy[i] / (double)n;
    accuracy_card(report, run,
                  run->config->cross_validate ? "Accuracy, cross-validated" : "Test accuracy",
                  &run->liquid);
    if (sets[run->config->dataset].published)
        report_card(report, "Published, other data", sets[run->config->dataset].published,
                    "software LSM, Lin et al. 2025; not measured here");
    if (run->baseline.accuracy) {
        snprintf(value, sizeof value, "%.2f %%",
                 100 * classify_summarise(run, &run->baseline).mean);
        report_card(report, "Without a reservoir", value,
                    "linear readout of the channels' own counts");
    }
    snprintf(value, sizeof value, "%.2f %%", 100 * train);
    report_card(report, "Training accuracy", value, "on the recordings trained on");
    snprintf(value, sizeof value, "%zu", run->cells);
    snprintf(note, sizeof note, "%zu features for the readout", run->features);
    report_card(report, "Cells", value, note);
    if (run->config->network != CLASSIFY_LIQUID)
        return;
    snprintf(value, sizeof value, "%.3g M",
             (double)run->ledger.synaptic_events / (double)run->encoded / 1e6);
    report_card(report, "Synaptic events", value, "for each recording");
}

/* ---- what was done --------------------------------------------------------------------------- */

static void tell_split(app_report *report, const classify_run *run)
{
    const classify_config *config = run->config;
    const dataset *set = &run->set;
    size_t tested = 0, trained = 0;
    for (size_t i = 0; i < set->all.count; i++) {
        tested += set->split[0].test[i];
        trained += set->split[0].train[i];
    }
    if (config->cross_validate)
        report_text(report,
                    "Accuracies are those of %zu-fold cross-validation inside the training side; "
                    "the test side was not read.",
                    set->splits);
    else if (set->splits > 1)
        report_text(report,
                    "Each of the %zu talkers is left out in turn: the readout is trained on the "
                    "recordings of the others and tested on those of this one. Accuracy is the "
                    "mean over talkers.",
                    set->splits);
    else
        report_text(report,
                    "The readout is trained on %zu recordings and tested on %zu others%s. The test "
                    "side chooses nothing.",
                    trained, tested,
                    strcmp(set->split[0].name, "test") ? " by talkers it was not trained on" : "");
}

static void tell_trained(app_report *report, const classify_run *run)
{
    const tuft_recurrent_training *training = &run->training;
    char seeds[TEXT];
    liquid_view_seeds(run->config->common.seed, run->config->seeds, seeds, sizeof seeds);
    report_section(report, "What was done");
    report_text(
        report,
        "%zu recordings (%s; %s) of %d classes, each %zu steps of %zu channels, were shown "
        "to a network of %zu %s cells. All of its weights and a linear readout were "
        "trained by back-propagation through time: Adam at %g, batches of %zu, %d epochs. "
        "Front end and cells are those of preset %s%s, %s.",
        run->set.all.count, sets[run->config->dataset].name, sets[run->config->dataset].recordings,
        run->set.all.classes, run->shape.steps, run->shape.channels, run->cells,
        run->config->network == CLASSIFY_SRNN ? "spiking (surrogate gradient)" : "tanh",
        training->adam.rate, training->batch, training->epochs, preset_names[run->config->preset],
        run->config->set ? ", some values changed" : "", seeds);
    tell_split(report, run);
}

static void tell(app_report *report, const classify_run *run)
{
    if (run->config->network != CLASSIFY_LIQUID) {
        tell_trained(report, run);
        return;
    }
    const classify_config *config = run->config;
    const lsm_preset *preset = &run->preset;
    char seeds[TEXT];
    liquid_view_seeds(config->common.seed, config->seeds, seeds, sizeof seeds);
    report_section(report, "What was done");
    report_text(report,
                "%zu recordings (%s; %s) of %d classes ran through a reservoir of %zu spiking "
                "cells. Its weights are differences of random conductances and are never trained. "
                "The spikes of the cells, counted in %u window%s and added up by region, are %zu "
                "features; a linear readout trained on them (%s) says which %s it was. Preset "
                "%s (%s%s), %s.",
                run->set.all.count, sets[config->dataset].name, sets[config->dataset].recordings,
                run->set.all.classes, run->cells, preset->encoding.windows,
                preset->encoding.windows == 1 ? "" : "s", run->features,
                preset->readout.kind == READOUT_SOFTMAX ? "soft-max regression, Adam"
                : preset->readout.lambda > 0
                    ? "ridge regression"
                    : "ridge regression, penalty chosen inside the training side",
                thing(run), preset_names[config->preset],
                config->preset == PRESET_LIN2025 ? "the published configuration" : "Tuft's own",
                config->set ? ", some values changed" : "", seeds);
    tell_split(report, run);
    if (preset->copies)
        report_text(report,
                    "Each training recording also takes part in %u warped cop%s; accuracies are "
                    "those of recordings as they are.",
                    preset->copies, preset->copies == 1 ? "y" : "ies");
}

/* ---- accuracy -------------------------------------------------------------------------------- */

/* Values in percent with the ends of their error bars, for a series of bars. */
typedef struct {
    double *value, *low, *high;
} bar_values;

static tuft_status bar_values_new(bar_values *bars, size_t count, tuft_error *err)
{
    *bars = (bar_values){0};
    tuft_status status = TUFT_NEW(&bars->value, count, "bars", err);
    if (!status)
        status = TUFT_NEW(&bars->low, count, "bars", err);
    if (!status)
        status = TUFT_NEW(&bars->high, count, "bars", err);
    return status;
}

static void bar_values_free(bar_values *bars)
{
    free(bars->value);
    free(bars->low);
    free(bars->high);
}

static void split_bars(const classify_run *run, const classify_scores *scores, bar_values *bars)
{
    for (size_t s = 0; s < run->set.splits; s++) {
        classify_summary summary = classify_summarise_split(run, scores, s);
        bars->value[s] = 100 * summary.mean;
        bars->low[s] = 100 * summary.low;
        bars->high[s] = 100 * summary.high;
    }
}

static void class_bars(const classify_run *run, const classify_scores *scores, bar_values *bars)
{
    size_t classes = (size_t)run->set.all.classes;
    for (size_t c = 0; c < classes; c++) {
        size_t right = scores->confusion[c * classes + c], all = 0;
        for (size_t d = 0; d < classes; d++)
            all += scores->confusion[c * classes + d];
        tuft_interval interval;
        bars->value[c] = bars->low[c] = bars->high[c] = NAN;
        if (tuft_interval_share(right, all, 0.95, &interval, NULL))
            continue;
        bars->value[c] = 100 * interval.mean;
        /* The same recordings again with another seed are no new recordings. */
        if (run->config->seeds == 1) {
            bars->low[c] = 100 * interval.low;
            bars->high[c] = 100 * interval.high;
        }
    }
}

typedef void fill_bars(const classify_run *run, const classify_scores *scores, bar_values *bars);

static tuft_status view_bars(app_report *report, const classify_run *run, const plot_axes *axes,
                             const char *const *category, size_t categories, fill_bars *fill,
                             tuft_error *err)
{
    bar_values liquid, baseline = {0};
    size_t series = 1;
    tuft_status status = bar_values_new(&liquid, categories, err);
    if (!status && run->baseline.accuracy)
        status = bar_values_new(&baseline, categories, err);
    if (!status) {
        fill(run, &run->liquid, &liquid);
        if (run->baseline.accuracy) {
            fill(run, &run->baseline, &baseline);
            series = 2;
        }
        const plot_bar_series bars[] = {
            {series > 1 ? run->config->network == CLASSIFY_LIQUID ? "reservoir" : "network" : NULL,
             liquid.value, liquid.low, liquid.high},
            {"channels' own counts", baseline.value, baseline.low, baseline.high}};
        report_bars(report, axes, category, categories, bars, series);
    }
    bar_values_free(&liquid);
    bar_values_free(&baseline);
    return status;
}

static tuft_status view_splits(app_report *report, const classify_run *run, tuft_error *err)
{
    const plot_axes axes = {
        .title = run->config->cross_validate ? "Accuracy in each fold."
                                             : "Accuracy for each talker left out.",
        .note = run->config->seeds > 1
                    ? "Mean over seeds; bars: 95 % interval of this mean (Student)."
                    : "Bars: 95 % interval of the recordings' share (Wilson).",
        .y_label = "accuracy (%)",
        .y_high = 100,
        .width = PLOT_WIDE};
    const char **name;
    tuft_status status = TUFT_NEW(&name, run->set.splits, "names of splits", err);
    if (status)
        return status;
    for (size_t s = 0; s < run->set.splits; s++)
        name[s] = run->set.split[s].name;
    status = view_bars(report, run, &axes, name, run->set.splits, split_bars, err);
    free(name);
    return status;
}

/* "0", "1", ...: the names of classes. */
typedef char class_name[24];

static tuft_status view_classes(app_report *report, const classify_run *run,
                                const char *const *name, tuft_error *err)
{
    const plot_axes axes = {
        .title = has_letters(run) ? "Accuracy for each letter." : "Accuracy for each digit.",
        .note = run->config->seeds > 1 ? "Over all seeds."
                                       : "Bars: 95 % interval of the recordings' share (Wilson).",
        .x_label = thing(run),
        .y_label = "accuracy (%)",
        .y_high = 100,
        .width = PLOT_WIDE};
    return view_bars(report, run, &axes, name, (size_t)run->set.all.classes, class_bars, err);
}

static tuft_status view_confusion(app_report *report, const classify_run *run,
                                  const char *const *name, tuft_error *err)
{
    const plot_axes axes = {.title = "Confusion matrix.",
                            .note = run->config->seeds > 1
                                        ? "Each row: what recordings of this class were taken for, "
                                          "in percent, with their number below, over all seeds."
                                        : "Each row: what recordings of this class were taken for, "
                                          "in percent, with their number below.",
                            .x_label = has_letters(run) ? "predicted letter" : "predicted digit",
                            .y_label = has_letters(run) ? "true letter" : "true digit",
                            .width = PLOT_WIDE};
    return confusion_view(report, &axes, run->liquid.confusion, NULL, name,
                          (size_t)run->set.all.classes, err);
}

static tuft_status view_accuracy(app_report *report, const classify_run *run, tuft_error *err)
{
    size_t classes = (size_t)run->set.all.classes;
    class_name *text;
    const char **name = NULL;
    tuft_status status = TUFT_NEW(&text, classes, "names of classes", err);
    if (!status)
        status = TUFT_NEW(&name, classes, "names of classes", err);
    for (size_t c = 0; !status && c < classes; c++) {
        class_text(run, (int)c, text[c], sizeof text[c]);
        name[c] = text[c];
    }
    report_section(report, "Accuracy");
    if (!status && run->set.splits > 1)
        status = view_splits(report, run, err);
    if (!status)
        status = view_classes(report, run, name, err);
    if (!status)
        status = view_confusion(report, run, name, err);
    free(text);
    free(name);
    return status;
}

/* ---- reservoir ------------------------------------------------------------------------------- */

/* The reservoir of the first seed once more, with a recording of the first split's test side. */
static tuft_status view_reservoir(app_report *report, const classify_run *run, tuft_error *err)
{
    const tuft_recordings *all = &run->set.all;
    size_t shown = 0;
    while (shown + 1 < all->count && !run->set.split[0].test[shown])
        shown++;
    char what[TEXT];
    class_name class;
    class_text(run, all->recording[shown].label, class, sizeof class);
    snprintf(what, sizeof what, "A test recording of %s %s", thing(run), class);
    tuft_reservoir *reservoir;
    tuft_status status =
        liquid_new(&reservoir, &run->preset, all->geometry, run->config->common.seed, err);
    report_section(report, "One recording in the reservoir");
    if (!status)
        status = liquid_view_sample(report, what, &run->preset, reservoir, all->geometry,
                                    &all->recording[shown], err);
    report_section(report, "Weights");
    report_text(report, "Each weight stands for a pair of resistive cells: the difference of their "
                        "conductances in units of its own spread, times the preset's standard "
                        "deviation.");
    if (!status)
        status = liquid_view_weights(report, reservoir, err);
    tuft_reservoir_free(reservoir);
    return status;
}

tuft_status classify_report(const classify_run *run, const app_result *result, tuft_error *err)
{
    char title[TEXT], subtitle[TEXT];
    app_report *report;
    snprintf(title, sizeof title, "Which %s is it? %s", thing(run),
             sets[run->config->dataset].name);
    snprintf(subtitle, sizeof subtitle, "tuft classify, preset %s: %s, a trained linear readout",
             preset_names[run->config->preset],
             run->config->network == CLASSIFY_LIQUID ? "a random reservoir" : "a trained network");
    tuft_status status = report_new(&report, title, subtitle, err);
    if (status)
        return status;
    cards(report, run);
    tell(report, run);
    status = view_accuracy(report, run, err);
    if (!status && run->config->network == CLASSIFY_LIQUID)
        status = view_reservoir(report, run, err);
    report_section(report, "Work and time");
    const liquid_view_cost cost = {NULL, &run->ledger, run->encoded};
    if (run->config->network == CLASSIFY_LIQUID)
        liquid_view_costs(report, &cost, 1);
    trained_view(report, &run->operations);
    liquid_view_times(report, result);
    report_section(report, "Settings");
    report_settings(report, &classify_command, run->config);
    if (!status)
        status =
            liquid_view_model(report, "The model: every value of the preset.", &run->preset, err);
    if (!status)
        status = report_write(report, run->config->common.report, err);
    report_free(report);
    return status;
}
