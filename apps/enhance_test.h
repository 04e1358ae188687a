/* tuft enhance test: what its parts share. */
#ifndef TUFT_APPS_ENHANCE_TEST_H
#define TUFT_APPS_ENHANCE_TEST_H

#include "apps/enhance_material.h"
#include "apps/enhance_model.h"
#include "apps/result.h"
#include "cells/mcc_pass.h"
#include "datasets/mix.h"
#include "datasets/speech_scores.h"

enum { TEST_MODELS = OPTION_TEXTS_MAX, TEST_SNRS = 64, TEST_SHARES = 16 };

typedef struct {
    common_options common;
    enhance_material_config material;
    option_texts models;
    double snr_low, snr_high, snr_step, at_snr;
    option_list silence; /* percent */
    int lips, quick;
    const char *csv;
} test_config;

/* What a network is shown of the talker. */
typedef enum {
    TEST_LIPS_OWN,
    TEST_LIPS_OTHER,  /* of the next clip */
    TEST_LIPS_FROZEN, /* its first frame, held */
    TEST_LIPS_BLACK,  /* a dark picture */
    TEST_LIPS
} test_lips;
extern const char *const test_lips_names[]; /* "own", "other", "frozen", "black" */

/* Scores of each clip: [clips]. */
typedef struct {
    tuft_speech_scores *clip;
} test_scores;

typedef struct {
    enhance_model model;
    test_scores score[TEST_SNRS][TEST_LIPS]; /* other lips: --lips, and a model that sees */
    test_scores silenced[TEST_SHARES];       /* at --at-snr, each share of --silence */
    tuft_mcc_activity activity;              /* over all clips and SNRs, own lips */
} test_model;

typedef struct {
    const test_config *config;
    enhance_material material;
    uint32_t *clip; /* [clips]: those of the material that no model was trained on */
    size_t clips;
    size_t snrs;
    double snr_db[TEST_SNRS];
    test_scores noisy[TEST_SNRS];
    size_t models;
    test_model model[TEST_MODELS];
} test_run;

/* Frees what it holds, not itself. */
void test_run_free(test_run *run);

/* The SNR of the resilience curves: the one of snr_db nearest to --at-snr. */
size_t test_snr_of_curves(const test_run *run);

/* Mean, sd and 95 % interval (Student) of a score over the clips that have it, or only those of a
 * talker (NULL: all); NaN without any. */
typedef struct {
    size_t n;
    double mean, sd, low, high;
} test_summary;
test_summary test_summarise(const test_run *run, const test_scores *scores, tuft_score score,
                            const char *talker);
/* The same of the differences a - b, clip by clip. */
test_summary test_difference(const test_run *run, const test_scores *a, const test_scores *b,
                             tuft_score score);

/* Clip k of the test: of run->clip. */
const enhance_clip *test_clip(const test_run *run, size_t k);

/* One mixture of the test: clip k of run->clip at snr_db[s]; the caller's to free. The noise is the
 * same at each SNR. */
tuft_status test_mixture(const test_run *run, size_t k, size_t s, tuft_mixture *out,
                         tuft_error *err);
/* What a model makes of it: out[mixture->n]; silence and activity may be NULL. */
tuft_status test_enhance(const test_run *run, size_t model, size_t k, const tuft_mixture *mixture,
                         test_lips lips, const tuft_mcc_silence *silence,
                         tuft_mcc_activity *activity, float *out, tuft_error *err);

/* The pass that makes it, own lips, all cells live, to look at: the caller's to free. On failure
 * *out is NULL. */
tuft_status test_pass(const test_run *run, size_t model, size_t k, const tuft_mixture *mixture,
                      tuft_mcc_pass **out, tuft_error *err);

/* Name of a group of cells: "audio layer 1". */
const char *test_group_name(const tuft_mcc_group *group, char *text, size_t size);
/* Synaptic events a frame: of a group; of all cells (inputs are none). */
double test_group_events(const tuft_mcc_activity *activity, const tuft_mcc_group *group);
double test_cell_events(const tuft_mcc_activity *activity);

/* Name of a model in tables: the file's, without folder and ending. */
const char *test_model_name(const test_run *run, size_t model, char *text, size_t size);

tuft_status enhance_test_publish(const test_run *run, app_result *result, tuft_error *err);
tuft_status enhance_test_report(const test_run *run, tuft_error *err);

#endif
