/* Scores of the test as figures and tables. */
#include "apps/enhance_test_view.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char snr_label[] = "SNR of the mixture (dB)";

/* The noisy sound, then each model. */
static void draw_score(app_report *report, const test_run *run, const test_shown *shown,
                       test_curve *curve)
{
    char title[160], name[TEST_NAME];
    snprintf(curve[0].name, sizeof curve[0].name, "noisy");
    test_curve_over_snr(&curve[0], run, run->noisy, 1, shown->score);
    for (size_t m = 0; m < run->models; m++) {
        snprintf(curve[1 + m].name, sizeof curve[1 + m].name, "%s", test_label(run, m, name));
        test_curve_over_snr(&curve[1 + m], run, &run->model[m].score[0][TEST_LIPS_OWN], TEST_LIPS,
                            shown->score);
    }
    snprintf(title, sizeof title, "%s against the SNR.", shown->short_label);
    test_curves_draw(report,
                     &(plot_axes){.title = title,
                                  .note = "Mean over the clips; shaded: its 95 % interval.",
                                  .x_label = snr_label,
                                  .y_label = tuft_score_label(shown->score),
                                  .width = PLOT_HALF},
                     curve, 1 + run->models);
}

/* The first model less each other one, or less the noisy sound where it is alone. */
static void draw_difference(app_report *report, const test_run *run, const test_shown *shown,
                            test_curve *curve)
{
    static const plot_mark none[] = {{0, ""}};
    char title[200], label[80], first[TEST_NAME], other[TEST_NAME];
    size_t count = 0, alone = run->models == 1;
    test_label(run, 0, first);
    for (size_t m = alone ? 0 : 1; m < run->models; m++, count++) {
        test_curve *to = &curve[count];
        snprintf(to->name, sizeof to->name, "%s − %s", first,
                 alone ? "noisy" : test_label(run, m, other));
        to->count = 0;
        for (size_t s = 0; s < run->snrs; s++)
            test_curve_add(
                to, run->snr_db[s],
                test_difference(run, &run->model[0].score[s][TEST_LIPS_OWN],
                                alone ? &run->noisy[s] : &run->model[m].score[s][TEST_LIPS_OWN],
                                shown->score));
    }
    snprintf(title, sizeof title, "Difference of %s, clip by clip.", shown->short_label);
    snprintf(label, sizeof label, "difference of %s", tuft_score_label(shown->score));
    test_curves_draw(report,
                     &(plot_axes){.title = title,
                                  .note = "Above 0: the first is better.",
                                  .x_label = snr_label,
                                  .y_label = label,
                                  .marks = none,
                                  .mark_count = 1,
                                  .width = PLOT_HALF},
                     curve, count);
}

tuft_status test_view_scores(app_report *report, const test_run *run, tuft_error *err)
{
    test_curve *curve;
    tuft_status status = TUFT_NEW(&curve, TEST_CURVES, "curves", err);
    if (status)
        return status;
    report_section(report, "Scores");
    if (run->clips == 1)
        report_text(report, "One clip: there are no intervals.");
    else if (run->models > 1)
        report_text(report, "Intervals are of means over the clips. All models heard the same "
                            "ones: where intervals overlap, the differences below say more.");
    for (size_t i = 0; i < TEST_SHOWN_SCORES; i++)
        if (test_is_scored(run, test_shown_scores[i].score))
            draw_score(report, run, &test_shown_scores[i], curve);
    char first[TEST_NAME];
    test_label(run, 0, first);
    report_section(report, "Differences");
    if (run->models > 1)
        report_text(report,
                    "All models heard the same mixtures, so scores are compared clip by clip: %s "
                    "less each other model. Where the 95 %% interval (shaded; Student's t over the "
                    "clips) holds 0, these clips do not tell which is better.",
                    first);
    else
        report_text(report,
                    "What %s gains over the noisy sound, clip by clip, with the 95 %% "
                    "interval of the mean (shaded; Student's t over the clips).",
                    first);
    for (size_t i = 0; i < TEST_SHOWN_SCORES; i++)
        if (test_is_scored(run, test_shown_scores[i].score))
            draw_difference(report, run, &test_shown_scores[i], curve);
    free(curve);
    return TUFT_OK;
}

/* ---- talkers --------------------------------------------------------------------------------- */

static int is_first_of_talker(const test_run *run, size_t k)
{
    for (size_t j = 0; j < k; j++)
        if (strcmp(test_clip(run, j)->talker, test_clip(run, k)->talker) == 0)
            return 0;
    return 1;
}

enum { CELL = 96, LEAD = 3 }; /* columns before those of the SNRs */

typedef struct {
    char (*text)[CELL];
    const char **cell;
    size_t columns, rows;
} text_table;

static void table_free(text_table *table)
{
    free(table->text);
    free(table->cell);
}

static tuft_status table_new(text_table *table, size_t rows, size_t columns, tuft_error *err)
{
    *table = (text_table){.columns = columns};
    tuft_status status = TUFT_NEW(&table->text, rows * columns, "table", err);
    if (!status)
        status = TUFT_NEW(&table->cell, rows * columns, "table", err);
    for (size_t i = 0; !status && i < rows * columns; i++)
        table->cell[i] = table->text[i];
    if (status)
        table_free(table);
    return status;
}

static void add_row(text_table *table, const test_run *run, const char *talker, size_t clips,
                    const char *sound, const test_scores *scores, size_t stride,
                    const test_shown *score)
{
    char(*to)[CELL] = table->text + table->rows++ * table->columns;
    snprintf(to[0], CELL, "%.*s", CELL - 1, talker ? talker : "all");
    snprintf(to[1], CELL, "%zu", clips);
    snprintf(to[2], CELL, "%s", sound);
    for (size_t s = 0; s < run->snrs; s++)
        test_summary_text(test_summarise(run, &scores[s * stride], score->score, talker),
                          score->decimals, to[LEAD + s], CELL);
}

static void add_talker(text_table *table, const test_run *run, const char *talker,
                       const test_shown *score)
{
    char name[TEST_NAME];
    size_t clips = 0;
    for (size_t k = 0; k < run->clips; k++)
        clips += !talker || strcmp(test_clip(run, k)->talker, talker) == 0;
    add_row(table, run, talker, clips, "noisy", run->noisy, 1, score);
    for (size_t m = 0; m < run->models; m++)
        add_row(table, run, talker, clips, test_label(run, m, name),
                &run->model[m].score[0][TEST_LIPS_OWN], TEST_LIPS, score);
}

tuft_status test_view_talkers(app_report *report, const test_run *run, tuft_error *err)
{
    const char *heading[LEAD + TEST_SNRS] = {"talker", "clips", "sound"};
    char snr[TEST_SNRS][32], caption[160], number[24];
    size_t talkers = 0, columns = LEAD + run->snrs;
    for (size_t k = 0; k < run->clips; k++)
        talkers += (size_t)is_first_of_talker(run, k);
    for (size_t s = 0; s < run->snrs; s++) {
        snprintf(snr[s], sizeof snr[s], "%s dB", test_snr_text(run, s, number, sizeof number));
        heading[LEAD + s] = snr[s];
    }
    report_section(report, "Talkers");
    for (size_t i = 0; i < TEST_SHOWN_SCORES; i++) {
        const test_shown *shown = &test_shown_scores[i];
        text_table table;
        if (!test_is_scored(run, shown->score))
            continue;
        tuft_status status = table_new(&table, (1 + talkers) * (1 + run->models), columns, err);
        if (status)
            return status;
        if (talkers > 1)
            add_talker(&table, run, NULL, shown);
        for (size_t k = 0; k < run->clips; k++)
            if (is_first_of_talker(run, k))
                add_talker(&table, run, test_clip(run, k)->talker, shown);
        snprintf(caption, sizeof caption,
                 "%s by talker and SNR: mean over the clips ± half of its 95 %% interval.",
                 tuft_score_label(shown->score));
        report_table(report, caption, heading, columns, table.cell, table.rows);
        table_free(&table);
    }
    return TUFT_OK;
}

/* ---- mixtures -------------------------------------------------------------------------------- */

tuft_status test_view_mixtures(app_report *report, const test_run *run, tuft_error *err)
{
    enum { SHOWN = 200, FIRST = 4 };
    const char *heading[FIRST + TEST_MODELS] = {"clip", "noise", "from (s)", "noisy"};
    char name[TEST_MODELS][TEST_NAME], caption[200], snr[24];
    const size_t columns = FIRST + run->models, at = test_snr_of_curves(run);
    const size_t rows = run->clips < SHOWN ? run->clips : SHOWN;
    text_table table;
    tuft_status status = table_new(&table, rows, columns, err);
    for (size_t m = 0; m < run->models; m++)
        heading[FIRST + m] = test_label(run, m, name[m]);
    for (size_t k = 0; !status && k < rows; k++) {
        char(*to)[CELL] = table.text + k * columns;
        tuft_mixture mixture;
        status = test_mixture(run, k, at, &mixture, err);
        if (status) {
            table_free(&table);
            return status;
        }
        snprintf(to[0], CELL, "%.45s/%.45s", test_clip(run, k)->talker, test_clip(run, k)->name);
        snprintf(to[1], CELL, "%.*s", CELL - 1, run->material.test.noise[mixture.which].name);
        test_number((double)mixture.offset / TUFT_NOISE_RATE_HZ, 2, to[2], CELL);
        test_number(run->noisy[at].clip[k].value[TUFT_SCORE_STOI], 3, to[3], CELL);
        for (size_t m = 0; m < run->models; m++)
            test_number(run->model[m].score[at][TEST_LIPS_OWN].clip[k].value[TUFT_SCORE_STOI], 3,
                        to[FIRST + m], CELL);
        tuft_mixture_free(&mixture);
    }
    if (status)
        return status;
    report_section(report, "Mixtures");
    test_snr_text(run, at, snr, sizeof snr);
    snprintf(caption, sizeof caption,
             "What was mixed, the same at each SNR, and its STOI at %s dB%s.", snr,
             rows < run->clips ? " (the first 200 clips; --csv writes all)" : "");
    report_table(report, caption, heading, columns, table.cell, rows);
    table_free(&table);
    return TUFT_OK;
}
