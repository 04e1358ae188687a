/* One mixture of the test, to see and to hear: noisy, as models clean it, clean; and what the cells
 * of the models send meanwhile. */
#include "apps/enhance_test_view.h"
#include "apps/report_parts.h"
#include "apps/report_sound.h"
#include "core/memory.h"

#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MODELS_SHOWN = 3, SOUNDS = MODELS_SHOWN + 2 };
static const double RANGE_DB = 70, PEAK = 0.9;

/* One of its sounds. */
typedef struct {
    char name[64 + TEST_NAME];
    const float *sample;
    float *own;    /* to be freed */
    double *level; /* dB, [bins][frames], the highest bin on top */
} example_sound;

typedef struct {
    size_t clip, models, sounds, frames, bins;
    tuft_mixture mixture;
    example_sound sound[SOUNDS];
    double loudest_db, begin_s, end_s;
} example;

static void example_free(example *it)
{
    for (size_t i = 0; i < SOUNDS; i++) {
        free(it->sound[i].own);
        free(it->sound[i].level);
    }
    tuft_mixture_free(&it->mixture);
}

/* ---- which ----------------------------------------------------------------------------------- */

static double gain_of(const test_run *run, size_t k, size_t s)
{
    return run->model[0].score[s][TEST_LIPS_OWN].clip[k].value[TUFT_SCORE_STOI] -
           run->noisy[s].clip[k].value[TUFT_SCORE_STOI];
}

/* The clip whose gain has as many above it as below: one that is neither luck nor mishap. */
static size_t typical_clip(const test_run *run, size_t s)
{
    size_t best = 0, away = SIZE_MAX;
    for (size_t k = 0; k < run->clips; k++) {
        size_t above = 0, below = 0;
        for (size_t j = 0; j < run->clips; j++) {
            above += gain_of(run, j, s) > gain_of(run, k, s);
            below += gain_of(run, j, s) < gain_of(run, k, s);
        }
        size_t apart = above > below ? above - below : below - above;
        if (!isnan(gain_of(run, k, s)) && apart < away) {
            away = apart;
            best = k;
        }
    }
    return best;
}

/* ---- its sounds ------------------------------------------------------------------------------ */

static tuft_status measure(const test_run *run, example *it, example_sound *sound, tuft_error *err)
{
    const tuft_stft *stft = tuft_enhancement_stft(run->model[0].model.enhancement);
    float _Complex *spectrum = NULL;
    float *power = NULL;
    it->bins = tuft_stft_bins(stft);
    it->frames = tuft_stft_frames(stft, it->mixture.n);
    tuft_status status = TUFT_NEW(&spectrum, it->frames * it->bins, "spectrum", err);
    if (!status)
        status = TUFT_NEW(&power, it->frames * it->bins, "spectrum", err);
    if (!status)
        status = TUFT_NEW(&sound->level, it->frames * it->bins, "spectrogram", err);
    if (!status)
        status = tuft_stft_analyse(stft, sound->sample, it->mixture.n, spectrum, err);
    if (!status) {
        tuft_stft_power(spectrum, it->frames * it->bins, power);
        for (size_t f = 0; f < it->frames; f++)
            for (size_t b = 0; b < it->bins; b++) {
                double db = 10 * log10((double)power[f * it->bins + b] + 1e-20);
                sound->level[(it->bins - 1 - b) * it->frames + f] = db;
                it->loudest_db = fmax(it->loudest_db, db);
            }
    }
    free(power);
    free(spectrum);
    return status;
}

static const char *stoi_text(double value, char *text, size_t size)
{
    char number[24];
    snprintf(text, size, isfinite(value) ? "STOI %s" : "%s", test_number(value, 3, number, 24));
    return text;
}

static tuft_status collect(const test_run *run, example *it, tuft_error *err)
{
    char name[TEST_NAME], stoi[40];
    const size_t at = test_snr_of_curves(run), k = it->clip;
    it->models = run->models < MODELS_SHOWN ? run->models : MODELS_SHOWN;
    it->sounds = it->models + 2;
    it->loudest_db = -INFINITY;
    tuft_status status = test_mixture(run, k, at, &it->mixture, err);
    if (status)
        return status;
    it->sound[0].sample = it->mixture.mixture;
    snprintf(it->sound[0].name, sizeof it->sound[0].name, "noisy: %s",
             stoi_text(run->noisy[at].clip[k].value[TUFT_SCORE_STOI], stoi, sizeof stoi));
    it->sound[it->sounds - 1].sample = it->mixture.speech;
    snprintf(it->sound[it->sounds - 1].name, sizeof it->sound[0].name, "clean");
    for (size_t m = 0; !status && m < it->models; m++) {
        example_sound *sound = &it->sound[1 + m];
        const double value = run->model[m].score[at][TEST_LIPS_OWN].clip[k].value[TUFT_SCORE_STOI];
        status = TUFT_NEW(&sound->own, it->mixture.n, "enhanced speech", err);
        if (!status)
            status =
                test_enhance(run, m, k, &it->mixture, TEST_LIPS_OWN, NULL, NULL, sound->own, err);
        sound->sample = sound->own;
        snprintf(sound->name, sizeof sound->name, "%s: %s", test_label(run, m, name),
                 stoi_text(value, stoi, sizeof stoi));
    }
    for (size_t i = 0; !status && i < it->sounds; i++)
        status = measure(run, it, &it->sound[i], err);
    const tuft_enhancement *of = run->model[0].model.enhancement;
    const double half =
        tuft_stft_configuration(tuft_enhancement_stft(of))->hop / (2.0 * TUFT_AV_RATE_HZ);
    it->begin_s = tuft_enhancement_time(of, 0) - half;
    it->end_s = tuft_enhancement_time(of, it->frames ? it->frames - 1 : 0) + half;
    return status;
}

/* All as loud as they are next to each other, the loudest near full scale. */
static tuft_status draw_sounds(app_report *report, const example *it, tuft_error *err)
{
    float *played;
    double peak = 1e-9;
    tuft_status status = TUFT_NEW(&played, it->mixture.n, "sound", err);
    if (status)
        return status;
    for (size_t i = 0; i < it->sounds; i++)
        for (size_t n = 0; n < it->mixture.n; n++)
            peak = fmax(peak, fabs((double)it->sound[i].sample[n]));
    for (size_t i = 0; i < it->sounds; i++) {
        const example_sound *sound = &it->sound[i];
        const plot_axes axes = {.title = sound->name,
                                .x_label = "time (s)",
                                .y_label = "frequency (kHz)",
                                .x_low = it->begin_s,
                                .x_high = it->end_s,
                                .y_low = 0,
                                .y_high = TUFT_AV_RATE_HZ / 2000.0,
                                .width = PLOT_HALF};
        const plot_matrix matrix = {.value = sound->level,
                                    .rows = it->bins,
                                    .columns = it->frames,
                                    .low = it->loudest_db - RANGE_DB,
                                    .high = it->loudest_db,
                                    .unit = "dB"};
        FILE *stream = report_begin(report, REPORT_FIGURES);
        plot_surface(stream, &axes, &matrix);
        for (size_t n = 0; n < it->mixture.n; n++)
            played[n] = (float)(PEAK / peak) * sound->sample[n];
        report_player(stream, sound->name, played, it->mixture.n, TUFT_AV_RATE_HZ);
        report_end_figure(report, sound->name, NULL);
    }
    free(played);
    return TUFT_OK;
}

/* ---- its cells ------------------------------------------------------------------------------- */

static int is_shown(const tuft_mcc_group *group)
{
    return group->kind == TUFT_MCC_GROUP_CELLS || group->kind == TUFT_MCC_GROUP_MEMORY ||
           group->kind == TUFT_MCC_GROUP_DECODER;
}

/* share[frames] of a group's cells[frames][cells] that are not 0, percent. */
static void share_of(const float *cells, size_t count, size_t frames, double *share)
{
    for (size_t f = 0; f < frames; f++) {
        size_t active = 0;
        for (size_t i = 0; i < count; i++)
            active += cells[f * count + i] != 0;
        share[f] = 100 * (double)active / (double)count;
    }
}

static void draw_shares(app_report *report, const test_run *run, const example *it, size_t m,
                        const tuft_mcc_pass *pass, float *cells, double *room)
{
    const tuft_mcc_activity *activity = &run->model[m].activity;
    char text[TUFT_MCC_GROUP_LIMIT][48], title[160], name[TEST_NAME];
    const char *row[TUFT_MCC_GROUP_LIMIT];
    size_t rows = 0;
    for (int g = 0; g < activity->groups; g++) {
        const tuft_mcc_group *group = &activity->group[g];
        if (!is_shown(group))
            continue;
        tuft_mcc_pass_cells(pass, group, cells);
        share_of(cells, group->cells, it->frames, room + rows * it->frames);
        row[rows] = test_group_name(group, text[rows], sizeof text[rows]);
        rows++;
    }
    snprintf(title, sizeof title, "Cells of %s that send, group by group, over this clip.",
             test_label(run, m, name));
    report_surface(report,
                   &(plot_axes){.title = title,
                                .x_label = "time (s)",
                                .x_low = it->begin_s,
                                .x_high = it->end_s,
                                .width = PLOT_WIDE},
                   &(plot_matrix){.value = room,
                                  .rows = rows,
                                  .columns = it->frames,
                                  .row_name = row,
                                  .low = 0,
                                  .high = 100,
                                  .unit = "% of cells"});
}

/* The last layer of its streams, cell by cell. */
static void draw_cells(app_report *report, const test_run *run, const example *it, size_t m,
                       const tuft_mcc_pass *pass, float *cells, double *room)
{
    char title[200], name[TEST_NAME], of[48];
    for (int stream = 0; stream < TUFT_MCC_STREAMS; stream++) {
        const tuft_mcc_group *group =
            tuft_mcc_activity_find(&run->model[m].activity, TUFT_MCC_GROUP_CELLS,
                                   run->model[m].model.net->config.layers, stream);
        if (!group || !group->cells)
            continue;
        tuft_mcc_pass_cells(pass, group, cells);
        for (size_t i = 0; i < group->cells; i++)
            for (size_t f = 0; f < it->frames; f++)
                room[(group->cells - 1 - i) * it->frames + f] =
                    fabs((double)cells[f * group->cells + i]);
        snprintf(title, sizeof title, "What each cell of %s, %s, sends.", test_label(run, m, name),
                 test_group_name(group, of, sizeof of));
        report_surface(
            report,
            &(plot_axes){.title = title,
                         .note = "The palest is 0: nothing.",
                         .x_label = "time (s)",
                         .y_label = "cell",
                         .x_low = it->begin_s,
                         .x_high = it->end_s,
                         .y_low = 0,
                         .y_high = group->cells,
                         .width = PLOT_HALF},
            &(plot_matrix){
                .value = room, .rows = group->cells, .columns = it->frames, .unit = "|output|"});
    }
}

static tuft_status draw_model(app_report *report, const test_run *run, const example *it, size_t m,
                              tuft_error *err)
{
    const tuft_mcc_activity *activity = &run->model[m].activity;
    size_t widest = TUFT_MCC_GROUP_LIMIT;
    float *cells = NULL;
    double *room = NULL;
    tuft_mcc_pass *pass = NULL;
    for (int g = 0; g < activity->groups; g++)
        if (activity->group[g].cells > widest)
            widest = activity->group[g].cells;
    tuft_status status = TUFT_NEW(&cells, widest * it->frames, "outputs of cells", err);
    if (!status)
        status = TUFT_NEW(&room, widest * it->frames, "outputs of cells", err);
    if (!status)
        status = test_pass(run, m, it->clip, &it->mixture, &pass, err);
    if (!status) {
        draw_shares(report, run, it, m, pass, cells, room);
        if (m == 0)
            draw_cells(report, run, it, m, pass, cells, room);
    }
    tuft_mcc_pass_free(pass);
    free(room);
    free(cells);
    return status;
}

tuft_status test_view_example(app_report *report, const test_run *run, tuft_error *err)
{
    const size_t at = test_snr_of_curves(run);
    example it = {.clip = typical_clip(run, at)};
    const enhance_clip *clip = &run->material.clips.clip[run->clip[it.clip]];
    char snr[24];
    tuft_status status = collect(run, &it, err);
    if (!status) {
        report_section(report, "An example");
        report_text(report,
                    "Clip %s/%s in %s at %s dB: the one on which the gain in STOI of the first "
                    "model is in the middle of all clips. The players are as loud as the sounds "
                    "are next to each other; the colours of all spectrograms are the same.",
                    clip->talker, clip->name, run->material.test.noise[it.mixture.which].name,
                    test_snr_text(run, at, snr, sizeof snr));
        status = draw_sounds(report, &it, err);
    }
    for (size_t m = 0; !status && m < it.models; m++)
        status = draw_model(report, run, &it, m, err);
    example_free(&it);
    return status;
}
