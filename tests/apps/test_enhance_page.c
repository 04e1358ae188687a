/* The page of tuft enhance test, of a test made here: small networks, sounds of a second. */
#include "apps/enhance_test.h"
#include "apps/enhance_view.h"
#include "apps/page.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLIPS = 3, N = 12000, NOISE = 40000 };

#define OK(call) cr_assert_eq(call, TUFT_OK, "%s", err.message)

static float *sound_of(size_t n, uint32_t stream, double burst_hz)
{
    tuft_random random = tuft_random_stream(5, TUFT_RANDOM_TEST, stream);
    float *sample = calloc(n, sizeof *sample);
    for (size_t i = 0; i < n; i++)
        sample[i] = (float)(0.1 * tuft_random_normal(&random) *
                            fmax(0, burst_hz > 0 ? sin(burst_hz * 4e-4 * (double)i) : 1));
    return sample;
}

static void add_clip(test_run *run, const char *talker, const char *name)
{
    tuft_error err;
    enhance_clips *clips = &run->material.clips;
    const tuft_enhancement *of = run->model[0].model.enhancement;
    enhance_clip *clip = &clips->clip[clips->count];
    *clip = (enhance_clip){.name = strdup(name),
                           .talker = strdup(talker),
                           .n = N,
                           .speech = sound_of(N, (uint32_t)clips->count, 2),
                           .frames = tuft_enhancement_frames(of, N)};
    OK(TUFT_NEW(&clip->vision, clip->frames * tuft_enhancement_vision_columns(of), "v", &err));
    run->clip[clips->count] = (uint32_t)clips->count;
    clips->count++;
}

static void add_model(test_run *run, const char *path, int sees)
{
    tuft_error err;
    test_model *of = &run->model[run->models++];
    of->model.path = path;
    OK(tuft_enhancement_new(&of->model.enhancement, &tuft_enhancement_defaults, &err));
    const tuft_enhancement *e = of->model.enhancement;
    tuft_mcc_config config = {
        .columns = {tuft_enhancement_audio_columns(e),
                    sees ? tuft_enhancement_vision_columns(e) : 0},
        .layers = 1,
        .cell = TUFT_MCC_COOPERATION,
        .memory = 3,
        .keep = 0.5,
        .decoders = 1,
        .decoder = {5},
        .output = TUFT_MCC_MASK,
        .outputs = tuft_enhancement_defaults.bands,
        .seed = run->models,
    };
    for (int s = 0; s < TUFT_MCC_STREAMS; s++)
        if (config.columns[s])
            config.field[0][s] = (tuft_field_config){.kind = TUFT_FIELD_DENSE, .cells = 8};
    OK(tuft_mcc_new(&of->model.net, &config, &err));
    OK(tuft_mcc_activity_new(&of->activity, of->model.net, &err));
    of->activity.frames = 100;
    for (size_t i = 0; i < of->activity.cells; i++)
        of->activity.active[i] = i % 100;
}

/* STOI level + 0.01 of the clip's number, the others made of it. */
static void fill(test_scores *scores, double level)
{
    scores->clip = calloc(CLIPS, sizeof *scores->clip);
    for (size_t k = 0; k < CLIPS; k++)
        for (int i = 0; i < TUFT_SCORES; i++)
            scores->clip[k].value[i] =
                i == TUFT_SCORE_PESQ_WB || i == TUFT_SCORE_PESQ_NB || i == TUFT_SCORE_SEG_SNR
                    ? NAN
                    : level + 0.01 * (double)k;
}

typedef struct {
    test_config config;
    test_run run;
    char path[64];
} made;

static made *make(size_t models, size_t snrs, double noisy, double clean)
{
    static const char *const path[] = {"x/first.tuft", "y/first.tuft", "<b>\"third\"</b>.tuft"};
    tuft_error err;
    made *it = calloc(1, sizeof *it);
    test_run *run = &it->run;
    strcpy(it->path, "/tmp/tuft-test-page-XXXXXX");
    close(mkstemp(it->path));
    it->config.common.report = it->path;
    it->config.common.seed = 1;
    run->config = &it->config;
    run->clips = CLIPS;
    run->clip = calloc(CLIPS, sizeof *run->clip);
    run->snrs = snrs;
    for (size_t m = 0; m < models; m++)
        add_model(run, path[m], m != 1);
    run->material.clips.clip = calloc(CLIPS, sizeof *run->material.clips.clip);
    add_clip(run, "s1", "one");
    add_clip(run, "s1", "two");
    add_clip(run, "s<2>", "three");
    OK(tuft_noise_library_add(&run->material.test, "hiss & hum", sound_of(NOISE, 99, 0), NOISE,
                              &err));
    for (size_t s = 0; s < snrs; s++) {
        run->snr_db[s] = -3 + 3 * (double)s;
        fill(&run->noisy[s], noisy);
        for (size_t m = 0; m < models; m++)
            fill(&run->model[m].score[s][TEST_LIPS_OWN], clean - 0.125 * (double)m);
    }
    return it;
}

static char *page_of(made *it)
{
    tuft_error err;
    unsigned char *content;
    size_t size;
    OK(enhance_test_report(&it->run, &err));
    OK(tuft_file_read(it->path, 1 << 24, &content, &size, &err));
    char *page = calloc(size + 1, 1);
    memcpy(page, content, size);
    free(content);
    cr_assert_null(page_fault(page), "%.80s", page_fault(page));
    cr_assert_null(page_unwanted(page), "%.60s", page_unwanted(page));
    return page;
}

static void unmake(made *it)
{
    test_run_free(&it->run);
    unlink(it->path);
    free(it);
}

static size_t occurrences(const char *page, const char *what)
{
    size_t count = 0;
    for (const char *at = page; (at = strstr(at, what)); at += strlen(what))
        count++;
    return count;
}

Test(enhance_page, all_of_it)
{
    made *it = make(3, 2, 0.5, 0.75);
    it->config.lips = 1;
    it->config.silence = (option_list){.count = 2, .value = {90, 40}};
    for (size_t m = 0; m < 3; m++) {
        for (size_t h = 0; h < 2; h++)
            fill(&it->run.model[m].silenced[h], 0.625);
        for (size_t s = 0; s < 2; s++)
            for (int l = 1; m != 1 && l < TEST_LIPS; l++)
                fill(&it->run.model[m].score[s][l], 0.7);
    }
    char *page = page_of(it);
    /* Noisy, three models, clean; every section; both models named "first" told apart. */
    cr_assert_eq(occurrences(page, "<audio "), 5);
    static const char *const section[] = {"Models",         "Scores",  "Differences", "An example",
                                          "Activity",       "Lips",    "Talkers",     "Mixtures",
                                          "Silenced cells", "Settings"};
    for (size_t i = 0; i < sizeof section / sizeof *section; i++) {
        char heading[64];
        snprintf(heading, sizeof heading, "<h2>%s</h2>", section[i]);
        cr_assert_eq(occurrences(page, heading), 1, "%s", section[i]);
    }
    cr_assert(strstr(page, "x/first.tuft − y/first.tuft"));
    cr_assert(strstr(page, "own − frozen"));
    cr_assert_null(strstr(page, "PESQ-WB against"));
    /* The difference of the first two is 0.125 of each clip; mean of all talkers, 0.76. */
    cr_assert(strstr(page, ">0.125</div>"));
    cr_assert(strstr(page, "95 % interval 0.125 to 0.125"));
    cr_assert(strstr(page, "0.760 ± 0.025")); /* Student: 4.303 x 0.01 / sqrt(3) */
    cr_assert(strstr(page, "0.765</td>") == NULL);
    cr_assert(strstr(page, "0.755 ± 0.064")); /* of the two clips of s1: 12.706 x 0.005 */
    free(page);
    unmake(it);
}

Test(enhance_page, alone_quick_and_nothing_else)
{
    made *it = make(1, 1, 0.5, 0.75);
    char *page = page_of(it);
    cr_assert_eq(occurrences(page, "<audio "), 3);
    cr_assert(strstr(page, "first − noisy"));
    cr_assert_null(strstr(page, "<h2>Lips</h2>"));
    cr_assert_null(strstr(page, "<h2>Silenced cells</h2>"));
    cr_assert(strstr(page, "PESQ was not taken"));
    free(page);
    unmake(it);
}

/* Scores that are none leave gaps, not letters. */
Test(enhance_page, scores_that_are_none)
{
    made *it = make(2, 2, NAN, NAN);
    it->run.model[0].activity.frames = 0;
    char *page = page_of(it);
    cr_assert(strstr(page, "–"));
    free(page);
    free(it->run.noisy[0].clip);
    fill(&it->run.noisy[0], 0.5);
    it->run.noisy[0].clip[1].value[TUFT_SCORE_STOI] = NAN;
    it->run.noisy[0].clip[2].value[TUFT_SCORE_STOI] = NAN;
    page = page_of(it);
    cr_assert(strstr(page, "STOI against the SNR"));
    free(page);
    unmake(it);
}

/* 400 x 300 comes to 133 x 100: squares of 3 x 3 of the middle frame, black and white stretched. */
Test(enhance_page, view_of_a_talker)
{
    enum { WIDTH = 400, HEIGHT = 300, FRAMES = 5 };
    tuft_error err;
    enhance_view view;
    tuft_av_clip clip = {.width = WIDTH, .height = HEIGHT, .frames = FRAMES};
    clip.luma = calloc(FRAMES, WIDTH * HEIGHT);
    uint8_t *middle = clip.luma + 2 * WIDTH * HEIGHT;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            middle[y * WIDTH + x] = (uint8_t)(y < 3 ? 16 : y < 6 ? 235 : y % 3 ? 16 : 235);
    const tuft_mouth_box mouth = {30, 60, 90, 45, 0.5};
    OK(enhance_view_take(&view, &clip, &mouth, &err));
    cr_assert_eq(view.width, 133);
    cr_assert_eq(view.height, 100);
    cr_assert_eq(view.grey[0], 0);
    cr_assert_eq(view.grey[133], 255);
    cr_assert_eq(view.grey[2 * 133], 85); /* a third */
    cr_assert_eq(view.grey[99 * 133 + 132], 85);
    cr_assert_float_eq(view.mouth.left, 10, 1e-12);
    cr_assert_float_eq(view.mouth.height, 15, 1e-12);
    enhance_view_free(&view);
    free(clip.luma);
}
