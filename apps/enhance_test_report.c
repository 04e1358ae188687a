/* The page of tuft enhance test. */
#include "apps/commands.h"
#include "apps/enhance_test_view.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void put_cards(app_report *report, const test_run *run)
{
    const size_t at = test_snr_of_curves(run);
    char value[64], note[200], snr[24], number[64], label[64], name[TEST_NAME];
    const test_model *first = &run->model[0];
    test_snr_text(run, at, snr, sizeof snr);
    test_label(run, 0, name);
    test_summary noisy = test_summarise(run, &run->noisy[at], TUFT_SCORE_STOI, NULL),
                 clean =
                     test_summarise(run, &first->score[at][TEST_LIPS_OWN], TUFT_SCORE_STOI, NULL);
    snprintf(label, sizeof label, "STOI at %s dB", snr);
    snprintf(note, sizeof note, "%s; the noisy sound: %s", name,
             test_number(noisy.mean, 3, number, sizeof number));
    report_card(report, label, test_number(clean.mean, 3, value, sizeof value), note);
    if (run->models > 1) {
        test_summary gain =
            test_difference(run, &first->score[at][TEST_LIPS_OWN],
                            &run->model[1].score[at][TEST_LIPS_OWN], TUFT_SCORE_STOI);
        char low[32], high[32], other[TEST_NAME];
        snprintf(label, sizeof label, "difference of STOI at %s dB", snr);
        snprintf(note, sizeof note, "%s − %s; 95 %% interval %s to %s", name,
                 test_label(run, 1, other), test_number(gain.low, 3, low, sizeof low),
                 test_number(gain.high, 3, high, sizeof high));
        report_card(report, label, test_number(gain.mean, 3, value, sizeof value), note);
    }
    snprintf(value, sizeof value, "%.1f %%", 100 * tuft_mcc_activity_share(&first->activity));
    snprintf(note, sizeof note, "of the streams' layers of %s", name);
    report_card(report, "cells that send", first->activity.frames ? value : "–", note);
    snprintf(value, sizeof value, "%zu", run->clips);
    snprintf(note, sizeof note, "and %zu noise%s that no model was trained on",
             run->material.test.count, run->material.test.count == 1 ? "" : "s");
    report_card(report, run->clips == 1 ? "clip" : "clips", value, note);
}

static void put_models(app_report *report, const test_run *run)
{
    enum { COLUMNS = 7 };
    static const char *const heading[COLUMNS] = {"model",
                                                 "cells",
                                                 "parameters",
                                                 "eyes",
                                                 "trained on",
                                                 "cells that send",
                                                 "synaptic events a frame"};
    char text[TEST_MODELS][COLUMNS][64];
    const char *cell[TEST_MODELS * COLUMNS];
    for (size_t m = 0; m < run->models; m++) {
        const test_model *of = &run->model[m];
        char name[TEST_NAME];
        size_t trained = json_array_size(json_object_get(of->model.about, "trained_on"));
        snprintf(text[m][0], 64, "%s", test_label(run, m, name));
        snprintf(text[m][1], 64, "%s", tuft_mcc_cell_name(of->model.net->config.cell));
        snprintf(text[m][2], 64, "%zu", of->model.net->parameters);
        snprintf(text[m][3], 64, "%s", enhance_model_sees(&of->model) ? "yes" : "no");
        snprintf(text[m][4], 64, trained ? "%zu clips" : "–", trained);
        snprintf(text[m][5], 64, "%.1f %%", 100 * tuft_mcc_activity_share(&of->activity));
        test_number(test_cell_events(&of->activity), 0, text[m][6], 64);
        for (int c = 0; c < COLUMNS; c++)
            cell[m * COLUMNS + (size_t)c] = text[m][c];
    }
    report_section(report, "Models");
    report_table(report,
                 "What was compared. Cells that send: those of the streams' layers; events: of all "
                 "cells, without those of the inputs.",
                 heading, COLUMNS, cell, run->models);
}

static void put_sources(app_report *report, const test_run *run)
{
    enum { COLUMNS = 4, ROWS = 4 };
    static const char *const heading[COLUMNS] = {"score", "what it is", "range", "source"};
    static const char *const cell[ROWS * COLUMNS] = {
        "STOI",
        "intelligibility: correlation of the envelopes of third-octave bands over 384 ms",
        "from 0 to 1",
        "Taal et al., IEEE TASLP 19:2125 (2011)",
        "ESTOI",
        "the same across bands: holds for modulated noise too",
        "from 0 to 1",
        "Jensen & Taal, IEEE/ACM TASLP 24:2009 (2016)",
        "PESQ-WB",
        "quality as listeners would give it (MOS-LQO), 50 to 7000 Hz",
        "from 1 to 4.64",
        "ITU-T P.862.2 (2005)",
        "SI-SDR",
        "speech over all the rest, whatever the gain",
        "dB",
        "Le Roux et al., ICASSP 2019"};
    report_section(report, "What was measured");
    report_text(report,
                "Each clip was mixed with an excerpt of a noise of the test at each SNR (the level "
                "of speech as in ITU-T P.56). Scores compare with the clean speech of the mixture; "
                "higher is better. Intervals take clips as independent draws: with few talkers or "
                "few noises they say little of other talkers or noises.");
    report_table(report, "The scores.", heading, COLUMNS, cell, ROWS);
    if (!test_is_scored(run, TUFT_SCORE_PESQ_WB))
        report_text(report, "PESQ was not taken (--quick).");
}

typedef tuft_status view(app_report *report, const test_run *run, tuft_error *err);

tuft_status enhance_test_report(const test_run *run, tuft_error *err)
{
    static view *const part[] = {test_view_scores,  test_view_example, test_view_activity,
                                 test_view_silence, test_view_lips,    test_view_talkers,
                                 test_view_mixtures};
    app_report *report;
    tuft_status status =
        report_new(&report, "Speech enhancement: test",
                   "tuft enhance test: speech and noise that no model has heard before", err);
    if (status)
        return status;
    put_cards(report, run);
    put_models(report, run);
    for (size_t i = 0; !status && i < sizeof part / sizeof *part; i++)
        status = part[i](report, run, err);
    if (!status) {
        put_sources(report, run);
        report_section(report, "Settings");
        report_settings(report, &enhance_test_command, run->config);
        status = report_write(report, run->config->common.report, err);
    }
    report_free(report);
    return status;
}
