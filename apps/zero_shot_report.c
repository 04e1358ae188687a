#include "apps/zero_shot.h"

#include "apps/commands.h"
#include "apps/confusion_view.h"
#include "apps/liquid_view.h"
#include "apps/trained_view.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 160, LIMIT = TUFT_ZERO_SHOT_CLASSES };

/* ---- cards ----------------------------------------------------------------------------------- */

static void card(app_report *report, const char *name, zero_shot_summary summary, const char *rest)
{
    char value[TEXT], note[2 * TEXT];
    snprintf(value, sizeof value, "%.2f %%", 100 * summary.mean);
    if (isfinite(summary.low))
        snprintf(note, sizeof note, "95 %% interval %.1f to %.1f; %s", 100 * summary.low,
                 100 * summary.high, rest);
    else
        snprintf(note, sizeof note, "%s", rest);
    report_card(report, name, value, note);
}

static const char *which_choices(const zero_shot_run *run)
{
    return run->possible > (double)(run->choices - 1) ? "random " : "all ";
}

static void chance_text(char *text, const tuft_zero_shot_figures *figures)
{
    snprintf(text, TEXT, "chance %.1f %%, %zu queries", 100 * figures->chance, figures->queries_b);
}

static void cards(app_report *report, const zero_shot_run *run)
{
    const zero_shot_choice *asked = &run->choice[0];
    const tuft_zero_shot_result *first = &asked->result[0];
    char name[TEXT], rest[TEXT];
    chance_text(rest, &first->seen);
    snprintf(name, sizeof name, "Seen classes, %s finds picture", run->task->recording);
    card(report, name, zero_shot_of_choice(run, asked, zero_shot_seen, 0, first->seen.queries_b),
         rest);
    snprintf(name, sizeof name, "Unseen classes %s", asked->name);
    chance_text(rest, &first->unseen);
    card(report, name,
         zero_shot_of_choice(run, asked, zero_shot_unseen, 0, first->unseen.queries_b), rest);
    if (run->config->all_pairs) {
        zero_shot_summary pairs = zero_shot_of_pairs(run, zero_shot_unseen, 0);
        snprintf(rest, sizeof rest, "chance %.0f %%, sd over choices %.1f",
                 100 * first->unseen.chance, 100 * pairs.sd);
        snprintf(name, sizeof name, "Unseen, %s%zu choices", which_choices(run), run->choices - 1);
        card(report, name, pairs, rest);
    }
    for (int k = 0; k < run->protocol.shot_kinds; k++) {
        int shots = run->protocol.shots[k];
        snprintf(name, sizeof name, "With %d example%s a class", shots, shots == 1 ? "" : "s");
        if (run->config->all_pairs) {
            zero_shot_summary pairs = zero_shot_of_pairs(run, zero_shot_few, k);
            snprintf(rest, sizeof rest, "chance %.0f %%, %s%zu choices", 100 * first->unseen.chance,
                     which_choices(run), run->choices - 1);
            card(report, name, pairs, rest);
        } else {
            snprintf(rest, sizeof rest, "classes %s, chance %.1f %%", asked->name,
                     100 * first->unseen.chance);
            card(report, name, zero_shot_of_choice(run, asked, zero_shot_few, k, 0), rest);
        }
    }
}

/* ---- what was done --------------------------------------------------------------------------- */

static void list_classes(const zero_shot_task *task, const uint8_t *member, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (int k = 0; k < LIMIT && used < size; k++)
        if (member[k]) {
            char class[8];
            zero_shot_class_text(task, k, class, sizeof class);
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", class);
        }
}

static void tell(app_report *report, const zero_shot_run *run)
{
    const zero_shot_config *config = run->config;
    const zero_shot_modality *v = &run->modality[ZERO_SHOT_VISION];
    const zero_shot_modality *a = &run->modality[ZERO_SHOT_AUDIO];
    const tuft_zero_shot_result *first = &run->choice[0].result[0];
    char seen[TEXT], seeds[TEXT];
    list_classes(run->task, run->choice[0].seen, seen, sizeof seen);
    report_section(report, "What was done");
    if (config->selection)
        report_notice(
            report,
            "Replay of the published rule: the epoch was chosen on the test recordings of the "
            "unseen classes (--selection test). The figures on this page are therefore no estimate "
            "of how well other recordings would do.");
    report_text(
        report,
        "%s %ss (pictures and %ss) ran through two %s "
        "(%zu cells for vision, %zu for audio). Two linear projections into a joint space of %zu "
        "dimensions were trained on %s of the seen classes (%s), %d epochs%s. Then each %s "
        "of the test side looked for the nearest picture: among pictures of seen classes if it was "
        "of "
        "one, among the unseen classes (%s) if not. Preset %s (%s), %s.",
        zero_shot_origin(config), run->task->thing, run->task->recording,
        config->network == ZERO_SHOT_LIQUID
            ? "reservoirs of spiking cells with random weights"
            : "networks of spiking cells whose weights were trained along with the rest",
        v->cells, a->cells, (size_t)run->protocol.joint.contrastive.dim,
        config->loss == TUFT_LOSS_CONTRASTIVE ? "pairs" : "episodes", seen, run->protocol.epochs,
        config->selection ? "" : ", of which the best on training recordings held out was kept",
        run->task->query, run->choice[0].name, preset_names[config->preset],
        config->preset == PRESET_LIN2025 ? "the published configuration" : "Tuft's own",
        liquid_view_seeds(config->common.seed, config->seeds, seeds, sizeof seeds));
    report_text(report,
                "Vision: %zu recordings to train on, %zu to test on. Audio: %zu and %zu. Kept in "
                "the first run: epoch %d, where %.1f %% of the %ss of seen classes that were "
                "held out found a picture of their class.",
                v->train_count, v->all.count - v->train_count, a->train_count,
                a->all.count - a->train_count, first->epoch, 100 * first->validation,
                run->task->recording);
    report_text(
        report,
        "How to read the figures of unseen classes: %s, so that a single choice may lie far above "
        "or far below chance. They stand beside "
        "chance, and only their mean over all choices says how well the method does. A few "
        "labelled examples of the new classes, used as prototypes in the joint space with nothing "
        "retrained, are what can be relied on.",
        run->task->caution);
}

/* ---- matrices -------------------------------------------------------------------------------- */

/* The classes that take part: seen ones, a gap, unseen ones. */
typedef struct {
    size_t count;
    int label[LIMIT + 1]; /* -1: the gap */
    char text[LIMIT + 1][24];
    const char *name[LIMIT + 1];
} class_order;

static void add_class(class_order *order, const zero_shot_task *task, int label, const char *kind)
{
    char *text = order->text[order->count];
    text[0] = 0;
    if (label >= 0) {
        zero_shot_class_text(task, label, text, sizeof order->text[0]);
        strncat(text, kind, sizeof order->text[0] - strlen(text) - 1);
    }
    order->name[order->count] = text;
    order->label[order->count++] = label;
}

static void order_classes(class_order *order, const zero_shot_task *task,
                          const zero_shot_choice *choice)
{
    *order = (class_order){0};
    for (int k = 0; k < LIMIT; k++)
        if (choice->seen[k])
            add_class(order, task, k, "");
    add_class(order, task, -1, "");
    for (int k = 0; k < LIMIT; k++)
        if (choice->unseen[k])
            add_class(order, task, k, " (unseen)");
}

enum { CELLS = (LIMIT + 1) * (LIMIT + 1) };

static void view_similarity(app_report *report, const zero_shot_run *run, const class_order *order)
{
    double value[CELLS];
    size_t classes = (size_t)run->classes, n = order->count;
    colour_map map = COLOUR_SEQUENTIAL;
    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < n; c++) {
            value[r * n + c] =
                order->label[r] < 0 || order->label[c] < 0
                    ? NAN
                    : run->choice[0]
                          .result[0]
                          .similarity[(size_t)order->label[r] * classes + (size_t)order->label[c]];
            if (value[r * n + c] < 0)
                map = COLOUR_DIVERGING;
        }
    static const char *const units[] = {"dot product", "cosine", "minus squared distance"};
    tuft_similarity similarity = tuft_joint_similarity(&run->protocol.joint);
    const plot_axes axes = {.title = "Similarity of recordings in the joint space.",
                            .note = "Mean over all pairs of test recordings, first seed. Seen "
                                    "classes first, unseen ones set apart.",
                            .x_label = "class of the picture",
                            .y_label = run->task->recording,
                            .width = PLOT_WIDE};
    const plot_matrix matrix = {.value = value,
                                .rows = n,
                                .columns = n,
                                .row_name = order->name,
                                .column_name = order->name,
                                .map = map,
                                .cells = PLOT_CELLS_WRITTEN,
                                .decimals = similarity == TUFT_SIMILARITY_COSINE ? 2 : 1,
                                .unit = units[similarity]};
    report_heatmap(report, &axes, &matrix);
}

static tuft_status view_confusion(app_report *report, const zero_shot_run *run,
                                  const class_order *order, tuft_error *err)
{
    uint64_t count[CELLS] = {0};
    uint8_t possible[CELLS] = {0};
    size_t classes = (size_t)run->classes, n = order->count;
    const zero_shot_choice *asked = &run->choice[0];
    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < n; c++) {
            int query = order->label[r], found = order->label[c];
            if (query < 0 || found < 0)
                continue;
            count[r * n + c] = asked->result[0].confusion[(size_t)query * classes + (size_t)found];
            /* A query looks only among its own kind of classes. */
            possible[r * n + c] = asked->unseen[query] == asked->unseen[found];
        }
    const plot_axes axes = {.title = "What the queries found.",
                            .note = "Each row: the classes of the pictures found, in percent, with "
                                    "their number below; first seed. Seen classes search among "
                                    "seen ones, unseen among unseen.",
                            .x_label = "class of the picture found",
                            .y_label = run->task->query,
                            .width = PLOT_WIDE};
    return confusion_view(report, &axes, count, possible, order->name, n, err);
}

/* ---- all pairs and few shots ----------------------------------------------------------------- */

typedef struct {
    double zero, few;
    const char *name;
} pair_figure;

static int by_zero_shot(const void *a, const void *b)
{
    const pair_figure *x = a, *y = b;
    if (x->zero != y->zero)
        return x->zero < y->zero ? 1 : -1;
    return strcmp(x->name, y->name);
}

static void view_pairs(app_report *report, const zero_shot_run *run)
{
    pair_figure pair[ZERO_SHOT_CHOICES];
    double zero[ZERO_SHOT_CHOICES], few[ZERO_SHOT_CHOICES];
    const char *name[ZERO_SHOT_CHOICES];
    const size_t pairs = run->choices - 1;
    int kinds = run->protocol.shot_kinds;
    for (size_t k = 0; k < pairs; k++) {
        const zero_shot_choice *choice = &run->choice[1 + k];
        pair[k] = (pair_figure){
            zero_shot_of_choice(run, choice, zero_shot_unseen, 0, 0).mean,
            kinds ? zero_shot_of_choice(run, choice, zero_shot_few, kinds - 1, 0).mean : NAN,
            choice->name};
    }
    qsort(pair, pairs, sizeof *pair, by_zero_shot);
    for (size_t k = 0; k < pairs; k++) {
        zero[k] = 100 * pair[k].zero;
        few[k] = 100 * pair[k].few;
        name[k] = pair[k].name;
    }
    char few_name[TEXT];
    snprintf(few_name, sizeof few_name, "%d example%s a class",
             kinds ? run->protocol.shots[kinds - 1] : 0,
             kinds && run->protocol.shots[kinds - 1] == 1 ? "" : "s");
    const plot_mark chance = {100 * run->choice[1].result[0].unseen.chance, "chance"};
    const plot_axes axes = {.title = "Choices of unseen classes, sorted.",
                            .note = "How often a query of an unseen class finds a picture of "
                                    "its class, mean over seeds.",
                            .x_label = "unseen classes",
                            .y_label = "right (%)",
                            .y_high = 100,
                            .width = PLOT_WIDE,
                            .marks = &chance,
                            .mark_count = 1};
    const plot_bar_series series[] = {{kinds ? "zero-shot" : NULL, zero, NULL, NULL},
                                      {few_name, few, NULL, NULL}};
    report_bars(report, &axes, name, pairs, series, kinds ? 2 : 1);
}

enum { COLUMNS = 4 };

static void add_shots(char (*row)[32], const zero_shot_run *run, const char *examples,
                      zero_shot_figure *figure, int which)
{
    snprintf(row[0], sizeof row[0], "%s", examples);
    snprintf(row[1], sizeof row[1], "%.2f",
             100 * zero_shot_of_choice(run, &run->choice[0], figure, which, 0).mean);
    if (!run->config->all_pairs)
        return;
    zero_shot_summary pairs = zero_shot_of_pairs(run, figure, which);
    snprintf(row[2], sizeof row[2], "%.2f", 100 * pairs.mean);
    snprintf(row[3], sizeof row[3], "%.2f", 100 * pairs.sd);
}

static void view_shots(app_report *report, const zero_shot_run *run)
{
    char row[TUFT_ZERO_SHOT_SHOTS + 1][COLUMNS][32], asked[TEXT], examples[32];
    const char *cell[(TUFT_ZERO_SHOT_SHOTS + 1) * COLUMNS];
    size_t rows = 1 + (size_t)run->protocol.shot_kinds;
    size_t columns = run->config->all_pairs ? COLUMNS : 2;
    add_shots(row[0], run, "0 (zero-shot)", zero_shot_unseen, 0);
    for (size_t k = 1; k < rows; k++) {
        snprintf(examples, sizeof examples, "%d", run->protocol.shots[k - 1]);
        add_shots(row[k], run, examples, zero_shot_few, (int)k - 1);
    }
    for (size_t k = 0; k < rows; k++)
        for (size_t c = 0; c < columns; c++)
            cell[k * columns + c] = row[k][c];
    snprintf(asked, sizeof asked, "unseen %s (%%)", run->choice[0].name);
    const char *const heading[COLUMNS] = {"examples a class", asked, "mean of all choices (%)",
                                          "sd over choices"};
    report_table(report,
                 "Unseen classes: share of queries that find their class, without and with "
                 "a few labelled examples.",
                 heading, columns, cell, rows);
}

/* ---- recordings ------------------------------------------------------------------------------ */

static const tuft_recording *test_recording(const zero_shot_modality *m, int label)
{
    for (size_t i = m->train_count; i < m->all.count; i++)
        if (m->all.recording[i].label == label)
            return &m->all.recording[i];
    return NULL;
}

static tuft_status view_recordings(app_report *report, const zero_shot_run *run, tuft_error *err)
{
    static const char *const seen_and_heard[] = {"seen", "recorded"};
    int digit = 0;
    while (digit < LIMIT - 1 && !run->choice[0].unseen[digit])
        digit++;
    tuft_status status = TUFT_OK;
    for (int k = 0; !status && k < ZERO_SHOT_MODALITIES; k++) {
        const zero_shot_modality *m = &run->modality[k];
        const tuft_recording *recording = test_recording(m, digit);
        char name[TEXT];
        char class[8];
        zero_shot_class_text(run->task, digit, class, sizeof class);
        snprintf(name, sizeof name, "The %s %s, %s", run->task->thing, class, seen_and_heard[k]);
        report_section(report, name);
        if (recording)
            status = liquid_view_sample(report, name, &m->preset, m->reservoir, m->all.geometry,
                                        recording, err);
    }
    return status;
}

tuft_status zero_shot_report(const zero_shot_run *run, const app_result *result, tuft_error *err)
{
    const zero_shot_modality *v = &run->modality[ZERO_SHOT_VISION];
    const zero_shot_modality *a = &run->modality[ZERO_SHOT_AUDIO];
    char subtitle[TEXT];
    app_report *report;
    snprintf(subtitle, sizeof subtitle,
             "tuft zero-shot, preset %s: two %s, two trained projections%s",
             preset_names[run->config->preset],
             run->config->network == ZERO_SHOT_LIQUID ? "random reservoirs" : "trained networks",
             run->config->selection ? "; epoch chosen on the test recordings" : "");
    tuft_status status = report_new(&report, run->task->title, subtitle, err);
    if (status)
        return status;
    cards(report, run);
    tell(report, run);
    class_order order;
    order_classes(&order, run->task, &run->choice[0]);
    report_section(report, "Seen and unseen classes");
    view_similarity(report, run, &order);
    status = view_confusion(report, run, &order, err);
    report_section(report, "New classes");
    if (run->config->all_pairs)
        view_pairs(report, run);
    view_shots(report, run);
    int liquid = run->config->network == ZERO_SHOT_LIQUID;
    if (!status && liquid)
        status = view_recordings(report, run, err);
    report_section(report, "Work and time");
    const liquid_view_cost cost[] = {{v->name, &v->ledger, v->encoded},
                                     {a->name, &a->ledger, a->encoded}};
    if (liquid)
        liquid_view_costs(report, cost, 2);
    trained_view(report, &run->choice[0].result[0].operations);
    liquid_view_times(report, result);
    report_section(report, "Settings");
    report_settings(report, &zero_shot_command, run->config);
    if (!status)
        status = liquid_view_model(report, "The model for vision: every value of the preset.",
                                   &v->preset, err);
    if (!status)
        status = liquid_view_model(report, "The model for audio: every value of the preset.",
                                   &a->preset, err);
    if (!status)
        status = report_write(report, run->config->common.report, err);
    report_free(report);
    return status;
}
