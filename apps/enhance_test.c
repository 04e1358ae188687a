/* tuft enhance test: how well models clean speech that none of them was trained on. */
#include "apps/enhance_test.h"

#include "apps/commands.h"
#include "apps/progress.h"
#include "core/failure.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const test_lips_names[] = {"own", "other", "frozen", "black", NULL};

static const test_config defaults = {
    .common = COMMON_DEFAULTS, .snr_low = -12, .snr_high = 12, .snr_step = 6, .at_snr = 0};

static const app_option options[] = {
    OPTION_SECTION("Models"),
    {.name = "model",
     .metavar = "FILE",
     .help = "of tuft enhance train; may be given again and again, to compare",
     .type = OPTION_TYPE_TEXTS,
     .offset = OPTION_MEMBER(test_config, models, option_texts),
     .need = OPTION_REQUIRED},
    OPTION_SECTION("Data"),
    ENHANCE_MATERIAL_OPTIONS(test_config),
    OPTION_REAL(test_config, snr_low, "snr-low", "DB", -60, 60, "lowest SNR"),
    OPTION_REAL(test_config, snr_high, "snr-high", "DB", -60, 60, "highest SNR"),
    OPTION_REAL(test_config, snr_step, "snr-step", "DB", 0.1, 120, "from one to the next"),
    OPTION_SECTION("Resilience"),
    OPTION_LIST(test_config, silence, "silence", "LIST", 0, 100,
                "also with these shares of all cells silenced (%), at random, not retrained"),
    OPTION_SWITCH(test_config, lips, "lips",
                  "also with the lips of another sentence, frozen, and in the dark"),
    OPTION_REAL(test_config, at_snr, "at-snr", "DB", -60, 60,
                "SNR at which cells are silenced: the nearest of those tested"),
    OPTION_SECTION("Output"),
    OPTION_SWITCH(test_config, quick, "quick", "STOI, ESTOI and SI-SDR only"),
    OPTION_TEXT(test_config, csv, "csv", "FILE", "write the scores of every clip"),
};

static const command_example examples[] = {
    {"tuft enhance test --model demo.tuft --report demo.html", "talkers and noises made here"},
    {"tuft enhance test --clips grid/s1 --noise noise --model mcc.tuft --model point.tuft --lips "
     "--silence 0,10,20,30,40,50,60,70,80,90 --report s1.html",
     "clips that were kept for the test, two models side by side"},
};

static tuft_status check(const void *config, tuft_error *err)
{
    const test_config *c = config;
    if (!(c->snr_low <= c->snr_high))
        return tuft_fail(err, TUFT_INVALID, "--snr-low %g is above --snr-high %g", c->snr_low,
                         c->snr_high);
    if ((c->snr_high - c->snr_low) / c->snr_step + 1 > TEST_SNRS)
        return tuft_fail(err, TUFT_INVALID, "more than %d SNRs", TEST_SNRS);
    if (c->silence.count > TEST_SHARES)
        return tuft_fail(err, TUFT_INVALID, "--silence: %zu shares, expected at most %d",
                         c->silence.count, TEST_SHARES);
    return enhance_material_check(&c->material, err);
}

size_t test_snr_of_curves(const test_run *run)
{
    size_t best = 0;
    for (size_t s = 1; s < run->snrs; s++)
        if (fabs(run->snr_db[s] - run->config->at_snr) <
            fabs(run->snr_db[best] - run->config->at_snr))
            best = s;
    return best;
}

const char *test_model_name(const test_run *run, size_t model, char *text, size_t size)
{
    const char *path = run->model[model].model.path, *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    snprintf(text, size, "%.*s", (int)(dot && dot > name ? dot - name : (int)strlen(name)), name);
    return text;
}

static tuft_status score(const test_run *run, const tuft_mixture *mixture, const float *heard,
                         tuft_speech_scores *out, tuft_error *err)
{
    return run->config->quick ? tuft_speech_scores_quick(mixture->speech, heard, mixture->n,
                                                         TUFT_AV_RATE_HZ, out, err)
                              : tuft_speech_scores_of(mixture->speech, mixture->n, heard,
                                                      mixture->n, TUFT_AV_RATE_HZ, out, err);
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* What one thread has of its own. */
typedef struct {
    float *heard;
    tuft_mcc_activity activity[TEST_MODELS];
    tuft_mcc_silence silence[TEST_MODELS][TEST_SHARES];
} bench;

static void bench_free(bench *b, const test_run *run)
{
    free(b->heard);
    for (size_t m = 0; m < run->models; m++) {
        tuft_mcc_activity_free(&b->activity[m]);
        for (size_t h = 0; h < run->config->silence.count; h++)
            tuft_mcc_silence_free(&b->silence[m][h]);
    }
}

static tuft_status bench_new(bench *b, const test_run *run, tuft_error *err)
{
    size_t longest = 0;
    for (size_t k = 0; k < run->clips; k++)
        if (test_clip(run, k)->n > longest)
            longest = test_clip(run, k)->n;
    *b = (bench){0};
    tuft_status status = TUFT_NEW(&b->heard, longest, "enhanced speech", err);
    for (size_t m = 0; !status && m < run->models; m++) {
        status = tuft_mcc_activity_new(&b->activity[m], run->model[m].model.net, err);
        for (size_t h = 0; !status && h < run->config->silence.count; h++)
            status = tuft_mcc_silence_new(&b->silence[m][h], run->model[m].model.net,
                                          (double)run->config->silence.value[h] / 100,
                                          run->config->common.seed, err);
    }
    return status;
}

/* A model at one mixture: all that is asked for. */
static tuft_status try_model(test_run *run, bench *b, size_t m, size_t k, size_t s,
                             const tuft_mixture *mixture, tuft_error *err)
{
    test_model *of = &run->model[m];
    tuft_status status =
        test_enhance(run, m, k, mixture, TEST_LIPS_OWN, NULL, &b->activity[m], b->heard, err);
    if (!status)
        status = score(run, mixture, b->heard, &of->score[s][TEST_LIPS_OWN].clip[k], err);
    for (int l = 1; !status && run->config->lips && enhance_model_sees(&of->model) && l < TEST_LIPS;
         l++) {
        status = test_enhance(run, m, k, mixture, (test_lips)l, NULL, NULL, b->heard, err);
        if (!status)
            status = score(run, mixture, b->heard, &of->score[s][l].clip[k], err);
    }
    for (size_t h = 0; !status && s == test_snr_of_curves(run) && h < run->config->silence.count;
         h++) {
        status =
            test_enhance(run, m, k, mixture, TEST_LIPS_OWN, &b->silence[m][h], NULL, b->heard, err);
        if (!status)
            status = score(run, mixture, b->heard, &of->silenced[h].clip[k], err);
    }
    return status;
}

static tuft_status try_clip(test_run *run, bench *b, size_t k, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (size_t s = 0; !status && s < run->snrs; s++) {
        tuft_mixture mixture;
        status = test_mixture(run, k, s, &mixture, err);
        if (status)
            return status;
        status = score(run, &mixture, mixture.mixture, &run->noisy[s].clip[k], err);
        for (size_t m = 0; !status && m < run->models; m++)
            status = try_model(run, b, m, k, s, &mixture, err);
        tuft_mixture_free(&mixture);
    }
    if (status)
        tuft_fail_prefix(err, status, test_clip(run, k)->name);
    return status;
}

static tuft_status try_all(test_run *run, tuft_error *err)
{
    app_progress progress;
    tuft_failure failure = {0};
    progress_begin(&progress, &run->config->common, "test", run->clips);
#pragma omp parallel num_threads((int)run->config->common.threads)
    {
        bench own;
        tuft_error why;
        tuft_status made = bench_new(&own, run, &why);
        tuft_failure_keep(&failure, made, 0, &why);
#pragma omp for schedule(dynamic)
        for (size_t k = 0; k < run->clips; k++) {
            if (!made)
                tuft_failure_keep(&failure, try_clip(run, &own, k, &why), k, &why);
            progress_advance(&progress, 1);
        }
#pragma omp critical(enhance_test)
        for (size_t m = 0; !made && m < run->models; m++)
            tuft_mcc_activity_merge(&run->model[m].activity, &own.activity[m]);

        bench_free(&own, run);
    }
    progress_end(&progress);
    return tuft_failure_tell(&failure, err);
}

/* ---- what is tested with --------------------------------------------------------------------- */

static int same_features(const tuft_enhancement *a, const tuft_enhancement *b)
{
    json_t *first = enhance_features_json(tuft_enhancement_configuration(a)),
           *second = enhance_features_json(tuft_enhancement_configuration(b));
    int same = json_equal(first, second);
    json_decref(first);
    json_decref(second);
    return same;
}

static tuft_status read_models(test_run *run, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (size_t m = 0; !status && m < run->config->models.count; m++) {
        test_model *of = &run->model[m];
        status = enhance_model_read(run->config->models.text[m], &of->model, err);
        if (status)
            return status;
        run->models++;
        if (!same_features(of->model.enhancement, run->model[0].model.enhancement))
            status = tuft_fail(err, TUFT_INVALID,
                               "%.200s and %.200s take other features: test them one by one",
                               run->model[0].model.path, of->model.path);
        if (!status)
            status = tuft_mcc_activity_new(&of->activity, of->model.net, err);
    }
    return status;
}

static int was_trained_on(const test_run *run, uint64_t hash)
{
    char text[32];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    for (size_t m = 0; m < run->models; m++) {
        const json_t *list = json_object_get(run->model[m].model.about, "trained_on");
        const json_t *entry;
        size_t i;
        json_array_foreach(list, i, entry)
        {
            const char *known = json_string_value(json_array_get(entry, 1));
            if (known && strcmp(known, text) == 0)
                return 1;
        }
    }
    return 0;
}

static tuft_status choose_clips(test_run *run, tuft_error *err)
{
    const enhance_clips *clips = &run->material.clips;
    tuft_status status = TUFT_NEW(&run->clip, clips->count, "clips of the test", err);
    for (size_t i = 0; !status && i < clips->count; i++)
        if (!was_trained_on(run, enhance_clip_hash(&clips->clip[i])))
            run->clip[run->clips++] = (uint32_t)i;
    if (!status && !run->clips)
        status = tuft_fail(err, TUFT_INVALID, "a model was trained on every one of the %zu clips",
                           clips->count);
    return status;
}

/* A noise of the test that some model has heard. */
static tuft_status check_noises(const test_run *run, tuft_error *err)
{
    for (size_t m = 0; m < run->models; m++) {
        const json_t *heard = json_object_get(run->model[m].model.about, "noises"), *entry;
        size_t i;
        json_array_foreach(
            heard, i, entry) for (size_t k = 0; k < run->material.test.count;
                                  k++) if (strcmp(json_string_value(entry),
                                                  run->material.test.noise[k].name) ==
                                           0) return tuft_fail(err, TUFT_INVALID,
                                                               "noise %.100s is for the test, but "
                                                               "%.200s was trained on it: "
                                                               "see --test-noises",
                                                               run->material.test.noise[k].name,
                                                               run->model[m].model.path);
    }
    return TUFT_OK;
}

static tuft_status scores_new(test_run *run, tuft_error *err)
{
    const test_config *c = run->config;
    tuft_status status = TUFT_OK;
    for (size_t s = 0; !status && s < run->snrs; s++) {
        status = TUFT_NEW(&run->noisy[s].clip, run->clips, "scores", err);
        for (size_t m = 0; !status && m < run->models; m++)
            for (int l = 0; !status && l < (c->lips ? TEST_LIPS : 1); l++)
                status = TUFT_NEW(&run->model[m].score[s][l].clip, run->clips, "scores", err);
    }
    for (size_t m = 0; !status && m < run->models; m++)
        for (size_t h = 0; !status && h < c->silence.count; h++)
            status = TUFT_NEW(&run->model[m].silenced[h].clip, run->clips, "scores", err);
    return status;
}

static tuft_status prepare(test_run *run, tuft_error *err)
{
    const test_config *c = run->config;
    for (double snr = c->snr_low; snr <= c->snr_high + 1e-9 && run->snrs < TEST_SNRS;
         snr = c->snr_low + (double)run->snrs * c->snr_step)
        run->snr_db[run->snrs++] = snr;
    tuft_status status = read_models(run, err);
    if (!status)
        status =
            enhance_material_open(&c->material, ENHANCE_TALKERS_UNKNOWN,
                                  run->model[0].model.enhancement, &c->common, &run->material, err);
    if (!status)
        status = check_noises(run, err);
    if (!status)
        status = choose_clips(run, err);
    return status ? status : scores_new(run, err);
}

void test_run_free(test_run *run)
{
    for (size_t s = 0; s < run->snrs; s++)
        free(run->noisy[s].clip);
    for (size_t m = 0; m < run->models; m++) {
        for (size_t s = 0; s < run->snrs; s++)
            for (int l = 0; l < TEST_LIPS; l++)
                free(run->model[m].score[s][l].clip);
        for (size_t h = 0; h < TEST_SHARES; h++)
            free(run->model[m].silenced[h].clip);
        tuft_mcc_activity_free(&run->model[m].activity);
        enhance_model_free(&run->model[m].model);
    }
    enhance_material_close(&run->material);
    free(run->clip);
}

static tuft_status run(const void *settings, tuft_error *err)
{
    const test_config *config = settings;
    test_run *run; /* large */
    app_result *result;
    tuft_status status = TUFT_NEW(&run, 1, "test", err);
    if (status)
        return status;
    run->config = config;
    status = result_new(&result, &enhance_test_command, config, err);
    if (status) {
        free(run);
        return status;
    }
    result_stage(result, "load");
    status = prepare(run, err);
    result_stage(result, "test");
    if (!status)
        status = try_all(run, err);
    result_stage(result, NULL);
    if (!status)
        status = enhance_test_publish(run, result, err);
    test_run_free(run);
    free(run);
    result_free(result);
    return status;
}

const app_command enhance_test_command = {
    .name = "enhance test",
    .summary = "how well models clean speech that they were not trained on",
    .description =
        "Mixes clips that no model was trained on with noises that none has heard, at several "
        "SNRs, lets each model clean them, and scores the results: STOI, ESTOI, PESQ, SI-SDR and "
        "segmental SNR, with intervals over the clips, per SNR and talker. Counts what the cells "
        "send: synaptic events of a frame, layer by layer.\n\n"
        "Clips are told by their sound, so that those which a model was trained on are left out "
        "of a folder. Without --clips, talkers and noises are made that training never makes.",
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(test_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
