/* What is left of a model without some of its cells, or without the right lips. */
#include "apps/enhance_test_view.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const tuft_score shown[] = {TUFT_SCORE_STOI, TUFT_SCORE_SI_SDR};
static const char *const shown_name[] = {"STOI", "SI-SDR"};
enum { SHOWN = sizeof shown / sizeof *shown };

static int holds_zero(const option_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->value[i] == 0)
            return 1;
    return 0;
}

/* A model's score at each share, in order of the share. */
static void silence_curve(test_curve *curve, const test_run *run, size_t m, tuft_score score)
{
    const option_list *list = &run->config->silence;
    const test_scores *whole = &run->model[m].score[test_snr_of_curves(run)][TEST_LIPS_OWN];
    curve->count = 0;
    test_label(run, m, curve->name);
    if (!holds_zero(list))
        test_curve_add(curve, 0, test_summarise(run, whole, score, NULL));
    for (int64_t share = 0; share <= 100; share++)
        for (size_t h = 0; h < list->count; h++)
            if (list->value[h] == share) {
                test_curve_add(curve, (double)share,
                               test_summarise(run, &run->model[m].silenced[h], score, NULL));
                break;
            }
}

tuft_status test_view_silence(app_report *report, const test_run *run, tuft_error *err)
{
    test_curve *curve;
    char title[160], snr[24];
    const size_t at = test_snr_of_curves(run);
    if (!run->config->silence.count)
        return TUFT_OK;
    tuft_status status = TUFT_NEW(&curve, TEST_CURVES, "curves", err);
    if (status)
        return status;
    test_snr_text(run, at, snr, sizeof snr);
    report_section(report, "Silenced cells");
    report_text(report,
                "At %s dB, that share of all cells, drawn at random, is forced to send nothing; "
                "the model is not trained again. A model that has lost too much falls below the "
                "noisy sound that it is given.",
                snr);
    for (size_t i = 0; i < SHOWN; i++) {
        const plot_mark noisy = {test_summarise(run, &run->noisy[at], shown[i], NULL).mean,
                                 "noisy"};
        for (size_t m = 0; m < run->models; m++)
            silence_curve(&curve[m], run, m, shown[i]);
        snprintf(title, sizeof title, "%s against the share of silenced cells.", shown_name[i]);
        test_curves_draw(report,
                         &(plot_axes){.title = title,
                                      .note = "Mean over the clips; shaded: its 95 % interval.",
                                      .x_label = "silenced cells (%)",
                                      .x_high = 100,
                                      .y_label = tuft_score_label(shown[i]),
                                      .marks = &noisy,
                                      .mark_count = 1,
                                      .width = PLOT_HALF},
                         curve, run->models);
    }
    free(curve);
    return TUFT_OK;
}

static void draw_lips(app_report *report, const test_run *run, size_t m, size_t i,
                      test_curve *curve)
{
    char title[200], name[TEST_NAME];
    size_t count = 0;
    for (int l = 0; l < TEST_LIPS; l++, count++) {
        test_curve_over_snr(&curve[count], run, &run->model[m].score[0][l], TEST_LIPS, shown[i]);
        snprintf(curve[count].name, sizeof curve[count].name, "%s", test_lips_names[l]);
    }
    test_curve_over_snr(&curve[count], run, run->noisy, 1, shown[i]);
    snprintf(curve[count].name, sizeof curve[count].name, "noisy sound");
    snprintf(title, sizeof title, "%s of %s by the lips it is shown.", shown_name[i],
             test_label(run, m, name));
    test_curves_draw(report,
                     &(plot_axes){.title = title,
                                  .note = "Mean over the clips; shaded: its 95 % interval.",
                                  .x_label = "SNR of the mixture (dB)",
                                  .y_label = tuft_score_label(shown[i]),
                                  .width = PLOT_HALF},
                     curve, count + 1);
}

static void draw_lips_difference(app_report *report, const test_run *run, size_t m, size_t i,
                                 test_curve *curve)
{
    static const plot_mark none[] = {{0, ""}};
    char title[200], label[80], name[TEST_NAME];
    size_t count = 0;
    for (int l = TEST_LIPS_OWN + 1; l < TEST_LIPS; l++, count++) {
        snprintf(curve[count].name, sizeof curve[count].name, "own − %s", test_lips_names[l]);
        curve[count].count = 0;
        for (size_t s = 0; s < run->snrs; s++)
            test_curve_add(&curve[count], run->snr_db[s],
                           test_difference(run, &run->model[m].score[s][TEST_LIPS_OWN],
                                           &run->model[m].score[s][l], shown[i]));
    }
    snprintf(title, sizeof title, "What its own lips add to the %s of %s, clip by clip.",
             shown_name[i], test_label(run, m, name));
    snprintf(label, sizeof label, "difference of %s", tuft_score_label(shown[i]));
    test_curves_draw(report,
                     &(plot_axes){.title = title,
                                  .note = "Above 0: its own lips help.",
                                  .x_label = "SNR of the mixture (dB)",
                                  .y_label = label,
                                  .marks = none,
                                  .mark_count = 1,
                                  .width = PLOT_HALF},
                     curve, count);
}

tuft_status test_view_lips(app_report *report, const test_run *run, tuft_error *err)
{
    size_t seeing = 0;
    for (size_t m = 0; m < run->models; m++)
        seeing += (size_t)enhance_model_sees(&run->model[m].model);
    if (!run->config->lips)
        return TUFT_OK;
    report_section(report, "Lips");
    if (!seeing) {
        report_text(report, "None of the models sees.");
        return TUFT_OK;
    }
    test_curve *curve;
    tuft_status status = TUFT_NEW(&curve, TEST_CURVES, "curves", err);
    if (status)
        return status;
    report_text(report,
                "The same mixtures, with the lips of the sentence (own), of the next clip (other), "
                "of its first picture (frozen), or in the dark (black). A model that uses its eyes "
                "is best with its own lips.");
    for (size_t m = 0; m < run->models; m++) {
        if (!enhance_model_sees(&run->model[m].model))
            continue;
        for (size_t i = 0; i < SHOWN; i++) {
            draw_lips(report, run, m, i, curve);
            draw_lips_difference(report, run, m, i, curve);
        }
    }
    free(curve);
    return TUFT_OK;
}
