/* tuft enhance score: how close enhanced recordings come to the clean ones. */
#include "apps/commands.h"
#include "apps/progress.h"
#include "apps/result.h"
#include "apps/score_pairs.h"
#include "apps/score_view.h"
#include "core/failure.h"
#include "core/file.h"
#include "core/memory.h"
#include "datasets/wav.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    common_options common;
    const char *clean, *enhanced, *noisy, *csv;
} score_config;

static const score_config defaults = {.common = COMMON_DEFAULTS};

static const app_option options[] = {
    OPTION_SECTION("Recordings"),
    {.name = "clean",
     .metavar = "PATH",
     .help = "the clean recording, or a folder of them",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(score_config, clean, const char *),
     .need = OPTION_REQUIRED},
    {.name = "enhanced",
     .metavar = "PATH",
     .help = "the enhanced one, or a folder with files of the same names",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(score_config, enhanced, const char *),
     .need = OPTION_REQUIRED},
    OPTION_TEXT(score_config, noisy, "noisy", "PATH",
                "the noisy one, or a folder: scored too, to compare with"),
    OPTION_SECTION("Output"),
    OPTION_TEXT(score_config, csv, "csv", "FILE", "write the table"),
};

static const command_example examples[] = {
    {"tuft enhance score --clean clean.wav --enhanced enhanced.wav --noisy noisy.wav",
     "one recording, before and after"},
    {"tuft enhance score --clean clean --enhanced enhanced --csv scores.csv --report scores.html",
     "folders with files of the same names"},
};

typedef struct {
    const score_config *config;
    score_pairs pairs;
    scored_recording *recording; /* [pairs.count] */
    app_progress progress;
} score_run;

typedef struct {
    float *sample;
    size_t n;
    double rate_hz;
} sound;

/* The scores of one file against the clean one. */
static tuft_status score_file(const char *path, const char *clean_path, const sound *clean,
                              tuft_speech_scores *scores, tuft_error *err)
{
    sound degraded = {0};
    tuft_status status = tuft_wav_read(path, &degraded.sample, &degraded.n, &degraded.rate_hz, err);
    if (status)
        return status;
    if (degraded.rate_hz != clean->rate_hz)
        status = tuft_fail(err, TUFT_INVALID, "%s: %g Hz, expected %g Hz as in %s", path,
                           degraded.rate_hz, clean->rate_hz, clean_path);
    if (!status) {
        status = tuft_speech_scores_of(clean->sample, clean->n, degraded.sample, degraded.n,
                                       clean->rate_hz, scores, err);
        if (status) {
            char pair[TUFT_MESSAGE_SIZE];
            snprintf(pair, sizeof pair, "%s (clean: %s)", path, clean_path);
            tuft_fail_prefix(err, status, pair);
        }
    }
    free(degraded.sample);
    return status;
}

static tuft_status score_pair_of(const score_pair *pair, scored_recording *out, tuft_error *err)
{
    sound clean = {0};
    tuft_status status = tuft_wav_read(pair->clean, &clean.sample, &clean.n, &clean.rate_hz, err);
    if (status)
        return status;
    *out = (scored_recording){
        .name = pair->name, .rate_hz = clean.rate_hz, .seconds = (double)clean.n / clean.rate_hz};
    if (pair->noisy)
        status = score_file(pair->noisy, pair->clean, &clean, &out->scores[SCORED_NOISY], err);
    if (!status)
        status =
            score_file(pair->enhanced, pair->clean, &clean, &out->scores[SCORED_ENHANCED], err);
    free(clean.sample);
    return status;
}

static tuft_status score_all(score_run *run, tuft_error *err)
{
    tuft_failure failure = {0};
    size_t count = run->pairs.count;
    progress_begin(&run->progress, &run->config->common, "score", count > 1 ? count : 0);
#pragma omp parallel for schedule(dynamic) num_threads((int)run->config->common.threads)
    for (size_t i = 0; i < count; i++) {
        tuft_error own;
        tuft_status status = score_pair_of(&run->pairs.pair[i], &run->recording[i], &own);
        tuft_failure_keep(&failure, status, i, &own);
        progress_advance(&run->progress, 1);
    }
    progress_end(&run->progress);
    return tuft_failure_tell(&failure, err);
}

static tuft_status write_report(const score_run *run, const scored_table *table, tuft_error *err)
{
    app_report *report;
    tuft_status status = report_new(&report, "Speech enhancement: scores",
                                    "tuft enhance score: recordings against the clean ones", err);
    if (status)
        return status;
    status = scored_report(report, table, err);
    report_section(report, "What was measured");
    report_text(report,
                "STOI and ESTOI (intelligibility, 0 to 1; Taal et al. 2011, Jensen & Taal 2016), "
                "PESQ (quality as MOS-LQO, 1 to 4.5 narrow-band by P.862.1 and to 4.6 wide-band by "
                "P.862.2), scale-invariant signal-to-distortion ratio (Le Roux et al. 2019) and "
                "segmental SNR (30 ms frames, kept within -10 and 35 dB). PESQ is computed at 8 or "
                "16 kHz, after resampling from other rates; wide-band from 16 kHz up. Recordings "
                "whose lengths differ by up to 100 ms are cut to the shorter.");
    report_section(report, "Settings");
    report_settings(report, &enhance_score_command, run->config);
    if (!status)
        status = report_write(report, run->config->common.report, err);
    report_free(report);
    return status;
}

/* Said before the work, not after it. */
static tuft_status check_csv(const char *path, tuft_error *err)
{
    tuft_output output;
    tuft_status status = path ? tuft_output_open(&output, path, err) : TUFT_OK;
    if (path && !status)
        tuft_output_abandon(&output);
    return status;
}

static tuft_status work(score_run *run, app_result *result, tuft_error *err)
{
    const score_config *c = run->config;
    tuft_status status = check_csv(c->csv, err);
    if (!status)
        status = score_pairs_find(&run->pairs, c->clean, c->enhanced, c->noisy, err);
    if (!status)
        status = TUFT_NEW(&run->recording, run->pairs.count, "scores", err);
    result_stage(result, "test");
    if (!status)
        status = score_all(run, err);
    result_stage(result, NULL);
    if (status)
        return status;
    const scored_table table = {run->recording, run->pairs.count,
                                c->noisy ? SCORED_NOISY : SCORED_ENHANCED};
    scored_json(&table, result_results(result));
    status = scored_csv(&table, c->csv, err);
    if (!status)
        status = result_write(result, c->common.json, err);
    if (!status && c->common.report)
        status = write_report(run, &table, err);
    if (!status)
        scored_print(stdout, &table);
    return status;
}

static tuft_status run_score(const void *config, tuft_error *err)
{
    score_run run = {.config = config};
    app_result *result;
    tuft_status status = result_new(&result, &enhance_score_command, config, err);
    if (!status)
        status = work(&run, result, err);
    free(run.recording);
    score_pairs_free(&run.pairs);
    result_free(result);
    return status;
}

const app_command enhance_score_command = {
    .name = "enhance score",
    .summary = "STOI, ESTOI, PESQ, SI-SDR, segmental SNR of enhanced speech",
    .description =
        "Compares enhanced recordings with clean ones, and with --noisy those they were made from. "
        "Mono sound files (WAV, FLAC, OGG), three files or three folders with files of the same "
        "names.\n\n"
        "The recordings of a pair have one sample rate and begin together; lengths that differ by "
        "up to 100 ms are cut to the shorter. PESQ is defined at 8 and 16 kHz: other rates from 16 "
        "kHz up are resampled to 16, those between to 8; wide-band PESQ is left out below 16 kHz, "
        "both below 8. STOI needs 31 frames (397 ms) of speech above silence, PESQ a quarter of a "
        "second.",
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(score_config),
    .defaults = &defaults,
    .run = run_score,
};
