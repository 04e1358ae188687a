#include "datasets/av_clip_write.h"
#include "datasets/av_synthetic_write.h"
#include "datasets/espeak.h"
#include "datasets/formant_words.h"
#include "datasets/mouth_shape.h"
#include "datasets/speech_level.h"
#include "datasets/talker_face.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static tuft_phone phone(const char *name, double start_s)
{
    tuft_phone p = {.start_s = start_s};
    snprintf(p.name, sizeof p.name, "%s", name);
    return p;
}

Test(mouth_shape, lips_meet_in_b_and_open_in_a)
{
    const tuft_phone said[] = {phone("a", 0.0), phone("b", 0.15), phone("a", 0.22),
                               phone("u:", 0.4), phone("i:", 0.6)};
    tuft_mouth_shape a = tuft_mouth_shape_at(said, 5, 0.8, 0.075),
                     b = tuft_mouth_shape_at(said, 5, 0.8, 0.185),
                     u = tuft_mouth_shape_at(said, 5, 0.8, 0.5),
                     i = tuft_mouth_shape_at(said, 5, 0.8, 0.7);
    cr_assert_gt(a.opening, 0.5);
    cr_assert_lt(b.opening, 0.04);
    cr_assert(u.rounding > 0.6 && u.width < -0.4);
    cr_assert(i.rounding < 0.2 && i.width > 0.4);
    cr_assert_lt(u.opening, a.opening);
    /* At rest long before and after. */
    for (int side = 0; side < 2; side++) {
        tuft_mouth_shape r = tuft_mouth_shape_at(said, 5, 0.8, side ? 1.8 : -1.0);
        cr_assert(r.opening < 0.01 && fabs(r.width) < 0.02 && r.teeth < 0.02);
    }
    /* Mouths do not jump: at most a fifth of the range in 10 ms. */
    for (double t = -0.3; t < 1.2; t += 0.01) {
        tuft_mouth_shape x = tuft_mouth_shape_at(said, 5, 0.8, t),
                         y = tuft_mouth_shape_at(said, 5, 0.8, t + 0.01);
        cr_assert_lt(fabs(x.opening - y.opening), 0.3, "at %g", t);
        cr_assert_lt(fabs(x.width - y.width), 0.4);
        cr_assert(x.opening >= 0.0 && x.opening <= 1.0);
    }
    tuft_mouth_shape nothing = tuft_mouth_shape_at(NULL, 0, 0.0, 0.5);
    cr_assert_lt(nothing.opening, 0.01);
}

Test(mouth_shape, neighbours_colour_a_phone)
{
    const tuft_phone see[] = {phone("s", 0.0), phone("i:", 0.1)},
                     sue[] = {phone("s", 0.0), phone("u:", 0.1)};
    tuft_mouth_shape spread = tuft_mouth_shape_at(see, 2, 0.25, 0.06),
                     round = tuft_mouth_shape_at(sue, 2, 0.25, 0.06);
    cr_assert_gt(spread.width, round.width + 0.15);
    cr_assert_gt(round.rounding, spread.rounding + 0.1);
}

/* Every word of the grammar can be said, in phones that each have a viseme of their own. */
Test(formant_words, all_of_grid_is_known)
{
    const tuft_formant_voice voice = {120, 1, 1, 0.2};
    tuft_mouth_shape rest = tuft_mouth_viseme("_");
    tuft_error err;
    for (int place = 0; place < TUFT_GRID_WORDS; place++)
        for (int k = 0; k < tuft_grid_choices(place); k++) {
            const char *words[] = {tuft_grid_word(place, k), "now"};
            tuft_utterance u;
            cr_assert_eq(tuft_formant_speak(words, 2, &voice, 1, 0, &u, &err), TUFT_OK, "%s",
                         err.message);
            cr_assert_str_eq(u.phone[u.phones - 1].name, "_");
            cr_assert_eq(u.phone[0].start_s, 0.0);
            cr_assert_lt(u.phone[u.phones - 1].start_s, (double)u.samples / u.rate_hz);
            bool second = false;
            for (size_t p = 0; p + 1 < u.phones; p++) {
                tuft_mouth_shape s = tuft_mouth_viseme(u.phone[p].name);
                cr_assert(memcmp(&s, &rest, sizeof s) != 0, "%s", u.phone[p].name);
                cr_assert_gt(u.phone[p + 1].start_s - u.phone[p].start_s, 0.015);
                cr_assert_lt(u.phone[p + 1].start_s - u.phone[p].start_s, 0.25);
                second |= u.phone[p].word == 1;
            }
            cr_assert(second);
            for (size_t i = 0; i < u.samples; i++)
                cr_assert(fabsf(u.sample[i]) <= 0.5001f);
            tuft_utterance_free(&u);
        }
    const char *unknown[] = {"bin", "purple"};
    tuft_utterance u;
    cr_assert_eq(tuft_formant_speak(unknown, 2, &voice, 1, 0, &u, &err), TUFT_INVALID);
    cr_assert_not_null(strstr(err.message, "purple"));
    cr_assert_null(u.phone);
    cr_assert_eq(tuft_formant_speak(unknown, 0, &voice, 1, 0, &u, &err), TUFT_INVALID);
    const tuft_formant_voice bad = {20, 1, 1, 0.2};
    cr_assert_eq(tuft_formant_speak(unknown, 1, &bad, 1, 0, &u, &err), TUFT_INVALID);
    cr_assert_null(u.sample);
}

/* Frames of a mouth that is shut and one that is open differ at the mouth alone. */
Test(talker_face, only_the_mouth_follows_its_shape)
{
    for (uint32_t talker = 0; talker < 6; talker++) {
        tuft_talker_face face = tuft_talker_face_draw(3, talker);
        tuft_mouth_shape shape[2][4];
        memset(shape, 0, sizeof shape);
        for (int k = 0; k < 4; k++)
            shape[1][k].opening = 0.8;
        tuft_av_clip clip[2];
        tuft_mouth_box box;
        for (int i = 0; i < 2; i++) {
            clip[i] = (tuft_av_clip){.width = 320, .height = 240, .frames = 4, .frame_rate = 25.0};
            cr_assert_eq(tuft_talker_face_film(&face, shape[i], 3, 9, &clip[i], &box, NULL),
                         TUFT_OK);
            cr_assert_eq(tuft_mouth_check(&clip[i], &box, NULL), TUFT_OK);
        }
        double inside = 0.0, change = 0.0;
        for (int y = 0; y < 240; y++)
            for (int x = 0; x < 320; x++) {
                int d = abs(clip[0].luma[y * 320 + x] - clip[1].luma[y * 320 + x]);
                bool near = x >= box.left - 4 && x < box.left + box.width + 4 && y >= box.top - 4 &&
                            y < box.top + box.height + 20;
                change += d;
                inside += near ? d : 0;
            }
        cr_assert_gt(change, 1000.0);
        cr_assert_eq(inside, change);
        for (int i = 0; i < 2; i++)
            tuft_av_clip_free(&clip[i]);
    }
    tuft_talker_face face = tuft_talker_face_draw(3, 0);
    tuft_mouth_shape shape = {0};
    tuft_av_clip odd = {.width = 321, .height = 240, .frames = 1, .frame_rate = 25.0};
    tuft_mouth_box box;
    cr_assert_eq(tuft_talker_face_film(&face, &shape, 3, 9, &odd, &box, NULL), TUFT_INVALID);
    cr_assert_null(odd.luma);
}

static tuft_av_take make(const tuft_av_synthetic_config *config, uint64_t index)
{
    tuft_av_take take;
    tuft_error err;
    cr_assert_eq(tuft_av_synthetic(config, index, &take, &err), TUFT_OK, "%s", err.message);
    return take;
}

/* Each of the synthesisers there are. */
static int synthesisers(void)
{
    return tuft_espeak_built_in() ? 2 : 1;
}

static tuft_av_synthesiser synthesiser(int k)
{
    return k == 0 ? TUFT_AV_FORMANT : TUFT_AV_ESPEAK;
}

static tuft_av_synthetic_config small(uint64_t seed)
{
    tuft_av_synthetic_config config = tuft_av_synthetic_defaults(seed);
    config.width = 240;
    config.height = 192;
    return config;
}

Test(av_synthetic, takes_are_what_grid_s_are)
{
    tuft_av_synthetic_config config = small(5);
    for (uint64_t i = 0; i < 60; i++) {
        config.synthesiser = synthesiser((int)(i % (uint64_t)synthesisers()));
        tuft_av_take take = make(&config, i);
        cr_assert_eq(take.talker, i % 24);
        cr_assert_eq(take.clip.frames, 75);
        cr_assert_eq(take.clip.samples, 48000);
        cr_assert_eq(take.clip.chroma_width, 120);
        cr_assert_eq(take.align.count, 8);
        cr_assert_str_eq(take.align.word[0].word, "sil");
        for (int p = 0; p < TUFT_GRID_WORDS; p++) {
            const tuft_aligned_word *w = &take.align.word[p + 1];
            cr_assert_str_eq(w->word, tuft_grid_word(p, take.sentence.choice[p]));
            cr_assert(w->end_s - w->start_s > 0.02 && w->end_s - w->start_s < 1.0, "%s %g", w->word,
                      w->end_s - w->start_s);
            cr_assert_eq(w->start_s, take.align.word[p].end_s);
        }
        cr_assert_eq(take.align.word[7].end_s, 3.0);
        /* Loud in the words, silent outside. */
        double begin = take.align.word[1].start_s, end = take.align.word[7].start_s;
        double quiet = 0.0, loud = 0.0;
        for (int k = 0; k < 48000; k++) {
            double t = k / 16000.0, e = (double)take.clip.sample[k] * take.clip.sample[k];
            if (t < begin - 0.05 || t > end + 0.15)
                quiet = fmax(quiet, e);
            else
                loud = fmax(loud, e);
            cr_assert_lt(e, 1.0);
        }
        cr_assert_lt(quiet, 1e-3 * loud, "clip %zu: %g outside, %g inside", (size_t)i, quiet, loud);
        tuft_speech_level level;
        tuft_speech_level_measure(take.clip.sample, 48000, 16000, &level, NULL);
        double db = 10 * log10(level.active);
        cr_assert(db > -26 && db < -14, "%g dB", db);
        tuft_av_take_free(&take);
    }
}

static bool equal(const tuft_av_take *a, const tuft_av_take *b)
{
    size_t area = (size_t)a->clip.width * a->clip.height;
    return a->clip.frames == b->clip.frames && a->clip.samples == b->clip.samples &&
           memcmp(a->clip.luma, b->clip.luma, area * a->clip.frames) == 0 &&
           memcmp(a->clip.red, b->clip.red, area / 4 * a->clip.frames) == 0 &&
           memcmp(a->clip.sample, b->clip.sample, a->clip.samples * sizeof(float)) == 0;
}

static void expect_repeatable(tuft_av_synthesiser by)
{
    tuft_av_synthetic_config config = small(5), other = small(6);
    config.synthesiser = other.synthesiser = by;
    tuft_av_take first = make(&config, 11), another = make(&config, 12), seed = make(&other, 11);
    cr_assert_not(equal(&first, &another));
    cr_assert_not(equal(&first, &seed));
    int same = 0;
#ifdef __SANITIZE_ADDRESS__ /* its malloc does not survive a fork from several threads */
    const int threads = by == TUFT_AV_ESPEAK ? 1 : 4;
#else
    const int threads = 4;
#endif
#pragma omp parallel for num_threads(threads) reduction(+ : same)
    for (int i = 0; i < 8; i++) {
        tuft_av_take take;
        if (tuft_av_synthetic(&config, i % 2 ? 11 : 12, &take, NULL) == TUFT_OK)
            same += equal(&take, i % 2 ? &first : &another);
        tuft_av_take_free(&take);
    }
    cr_assert_eq(same, 8);
    tuft_av_take_free(&first);
    tuft_av_take_free(&another);
    tuft_av_take_free(&seed);
}

Test(av_synthetic, an_index_names_a_take)
{
    for (int k = 0; k < synthesisers(); k++)
        expect_repeatable(synthesiser(k));
}

Test(av_synthetic, mouths_are_found_where_they_are)
{
    tuft_av_synthetic_config config = tuft_av_synthetic_defaults(1);
    for (uint64_t i = 0; i < 24; i++) {
        tuft_av_take take = make(&config, i);
        tuft_mouth_box box;
        tuft_error err;
        cr_assert_eq(tuft_mouth_find(&take.clip, &box, &err), TUFT_OK, "%s", err.message);
        double dx = box.left + box.width / 2 - take.mouth.left - take.mouth.width / 2,
               dy = box.top + box.height / 2 - take.mouth.top - take.mouth.height / 2;
        cr_assert_lt(hypot(dx, dy), 8.0, "clip %zu: %g %g", (size_t)i, dx, dy);
        cr_assert_gt(box.confidence, 0.5);
        tuft_av_take_free(&take);
    }
}

/* How open the mouth is in each frame: the dark pixels of its box; how loud the sound is around. */
static void measure(const tuft_av_take *take, double open[75], double loud[75])
{
    const tuft_av_clip *c = &take->clip;
    for (uint32_t k = 0; k < 75; k++) {
        open[k] = loud[k] = 0.0;
        for (int y = (int)take->mouth.top; y < take->mouth.top + take->mouth.height; y++)
            for (int x = (int)take->mouth.left; x < take->mouth.left + take->mouth.width; x++)
                open[k] += c->luma[((size_t)k * c->height + (size_t)y) * c->width + (size_t)x] < 45;
        for (int i = (int)k * 640 - 480; i < (int)k * 640 + 480; i++)
            loud[k] += i >= 0 && i < 48000 ? fabs((double)c->sample[i]) : 0.0;
    }
}

static double correlation(const double *x, const double *y)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (int k = 0; k < 75; k++) {
        mx += x[k] / 75;
        my += y[k] / 75;
    }
    for (int k = 0; k < 75; k++) {
        xx += (x[k] - mx) * (x[k] - mx);
        yy += (y[k] - my) * (y[k] - my);
        xy += (x[k] - mx) * (y[k] - my);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0.0;
}

static void expect_lips_to_belong(tuft_av_synthesiser by)
{
    enum { CLIPS = 12 };
    static double open[CLIPS][75], loud[CLIPS][75];
    tuft_av_synthetic_config config = tuft_av_synthetic_defaults(2);
    config.synthesiser = by;
    double own = 0.0, others = 0.0;
    for (int i = 0; i < CLIPS; i++) {
        tuft_av_take take = make(&config, (uint64_t)i);
        measure(&take, open[i], loud[i]);
        tuft_av_take_free(&take);
    }
    for (int i = 0; i < CLIPS; i++) {
        own += correlation(open[i], loud[i]) / CLIPS;
        others += correlation(open[i], loud[(i + 1) % CLIPS]) / CLIPS;
    }
    cr_assert_gt(own, 0.35, "own %g, others' %g", own, others);
    cr_assert_gt(own, others + 0.2, "own %g, others' %g", own, others);
}

Test(av_synthetic, lips_belong_to_the_sound)
{
    for (int k = 0; k < synthesisers(); k++)
        expect_lips_to_belong(synthesiser(k));
}

Test(av_synthetic, nonsense_is_refused)
{
    tuft_av_synthetic_config good = tuft_av_synthetic_defaults(1), bad[6];
    for (int i = 0; i < 6; i++)
        bad[i] = good;
    bad[0].talkers = 0;
    bad[1].seconds = 1.0;
    bad[2].frame_rate = NAN;
    bad[3].width = 63;
    bad[4].height = 100001;
    bad[5].first_talker = UINT32_MAX;
    for (int i = 0; i < 6; i++) {
        tuft_av_take take;
        tuft_error err;
        cr_assert_eq(tuft_av_synthetic(&bad[i], 0, &take, &err), TUFT_INVALID, "%d", i);
        cr_assert_null(take.clip.sample);
        cr_assert_null(take.align.word);
    }
}

static char folder[] = "/tmp/tuft-av-XXXXXX";

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(av_write, .init = make_folder, .fini = remove_folder);

Test(av_write, a_written_folder_is_read_back)
{
    tuft_av_synthetic_config config = small(4);
    config.first_talker = 7;
    config.talkers = 2;
    char path[128];
    tuft_error err;
    snprintf(path, sizeof path, "%s/corpus", folder);
    cr_assert_eq(tuft_av_synthetic_write(path, &config, 4, 2, &err), TUFT_OK, "%s", err.message);
    for (uint64_t i = 0; i < 4; i++) {
        tuft_av_take take = make(&config, i);
        char name[TUFT_GRID_NAME_SIZE];
        tuft_grid_name(&take.sentence, name);
        tuft_av_clip clip;
        tuft_align align;
        snprintf(path, sizeof path, "%s/corpus/s%d/%s.avi", folder, (int)(8 + i % 2), name);
        cr_assert_eq(tuft_av_clip_read(path, &clip, &err), TUFT_OK, "%s", err.message);
        snprintf(path, sizeof path, "%s/corpus/s%d/%s.align", folder, (int)(8 + i % 2), name);
        cr_assert_eq(tuft_align_read(path, &align, &err), TUFT_OK, "%s", err.message);
        cr_assert_eq(clip.frames, take.clip.frames);
        cr_assert_eq(clip.samples, take.clip.samples);
        cr_assert_eq(clip.frame_rate, 25.0);
        cr_assert_float_eq(clip.first_frame_s, 0.0, 1e-9);
        for (size_t k = 0; k < clip.samples; k++)
            cr_assert_float_eq(clip.sample[k], take.clip.sample[k], 0.6f / 32768);
        double error = 0.0, colour = 0.0;
        size_t n = (size_t)clip.frames * clip.width * clip.height;
        for (size_t k = 0; k < n; k++)
            error += pow(clip.luma[k] - take.clip.luma[k], 2) / (double)n;
        for (size_t k = 0; k < n / 4; k++)
            colour += pow(clip.red[k] - take.clip.red[k], 2) / (double)(n / 4);
        cr_assert(error < 4.0 && colour < 4.0, "mean squares %g %g", error, colour);
        cr_assert_eq(align.count, 8);
        for (size_t w = 0; w < 8; w++)
            cr_assert_float_eq(align.word[w].start_s, take.align.word[w].start_s, 1e-4);
        tuft_av_clip_free(&clip);
        tuft_align_free(&align);
        tuft_av_take_free(&take);
    }
    snprintf(path, sizeof path, "%s/corpus", folder);
    cr_assert_eq(tuft_av_synthetic_write(path, &config, 4, 2, &err), TUFT_IO);
    snprintf(path, sizeof path, "%s/other", folder);
    cr_assert_eq(tuft_av_synthetic_write(path, &config, 0, 1, &err), TUFT_INVALID);
    config.width = 63;
    cr_assert_eq(tuft_av_synthetic_write(path, &config, 3, 1, &err), TUFT_INVALID);
    cr_assert_neq(access(path, F_OK), 0);
}

Test(av_write, nothing_is_not_written)
{
    char path[128];
    snprintf(path, sizeof path, "%s/none.avi", folder);
    tuft_av_clip clip = {0};
    cr_assert_eq(tuft_av_clip_write(path, &clip, NULL), TUFT_INVALID);
    tuft_talker_face face = tuft_talker_face_draw(3, 0);
    tuft_mouth_shape shape[5];
    memset(shape, 0, sizeof shape);
    float sample[3200] = {0};
    clip = (tuft_av_clip){.width = 64, .height = 64, .frames = 5, .frame_rate = 25.0};
    tuft_mouth_box box;
    cr_assert_eq(tuft_talker_face_film(&face, shape, 3, 9, &clip, &box, NULL), TUFT_OK);
    clip.sample = sample;
    clip.samples = 3200;
    clip.rate_hz = 16000;
    cr_assert_eq(tuft_av_clip_write("/no/such/folder/a.avi", &clip, NULL), TUFT_IO);
    cr_assert_eq(tuft_av_clip_write(path, &clip, NULL), TUFT_OK);
    clip.first_frame_s = 0.5;
    cr_assert_eq(tuft_av_clip_write(path, &clip, NULL), TUFT_INVALID);
    clip.sample = NULL;
    tuft_av_clip_free(&clip);
}
