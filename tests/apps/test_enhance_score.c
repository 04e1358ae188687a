/* tuft enhance score as its users meet it. */
#include "apps/page.h"
#include "apps/shell.h"
#include "core/file.h"
#include "core/philox.h"
#include "datasets/speech_scores.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 16000, N = 2 * RATE };

/* name: n samples at a rate; a harmonic tone in bursts, with noise of a level over it. */
static void write_sound(const char *name, size_t n, int rate, double noise, int format)
{
    char path[512];
    SF_INFO info = {.samplerate = rate, .channels = 1, .format = format};
    tuft_random random = tuft_random_stream(9, TUFT_RANDOM_TEST, 1);
    float *sample = malloc((n + 1) * sizeof *sample);
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / rate, burst = fmax(0, sin(2 * M_PI * 2.3 * t));
        double pitch = 2 * M_PI * (140 * t + 4 * sin(3 * t)), sum = 0;
        for (int h = 1; h < 20; h++)
            sum += sin(h * pitch) / h * (h * 150 < 0.45 * rate);
        sample[i] = (float)(0.1 * burst * sum + noise * tuft_random_normal(&random));
    }
    snprintf(path, sizeof path, "%s/%s", shell_folder(), name);
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(sf_writef_float(file, sample, (sf_count_t)n), (sf_count_t)n);
    sf_close(file);
    free(sample);
}

enum { PCM = SF_FORMAT_WAV | SF_FORMAT_PCM_16, REAL = SF_FORMAT_WAV | SF_FORMAT_FLOAT };

static void enter(void)
{
    shell_enter();
    write_sound("clean.wav", N, RATE, 0, PCM);
    write_sound("noisy.wav", N, RATE, 0.05, PCM);
    write_sound("better.wav", N, RATE, 0.01, PCM);
}

TestSuite(enhance_score, .init = enter, .fini = shell_leave);

static double score_at(const json_t *sides, const char *side, tuft_score score)
{
    const json_t *value = json_object_get(json_object_get(sides, side), tuft_score_name(score));
    cr_assert_not_null(value, "%s.%s", side, tuft_score_name(score));
    return json_is_null(value) ? NAN : json_number_value(value);
}

Test(enhance_score, one_pair)
{
    json_t *root = shell_result(
        "enhance score", "--clean clean.wav --enhanced better.wav --noisy noisy.wav --csv t.csv");
    json_t *results = json_object_get(root, "results");
    json_t *pair = json_array_get(json_object_get(results, "pairs"), 0);
    cr_assert_eq(json_array_size(json_object_get(results, "pairs")), 1);
    cr_assert_str_eq(json_string_value(json_object_get(pair, "name")), "clean.wav");
    cr_assert_eq(json_number_value(json_object_get(pair, "seconds")), 2);
    for (int k = 0; k < TUFT_SCORES; k++) {
        double noisy = score_at(pair, "noisy", (tuft_score)k);
        double enhanced = score_at(pair, "enhanced", (tuft_score)k);
        cr_assert_lt(noisy, enhanced, "%s", tuft_score_name((tuft_score)k));
        cr_assert_eq(score_at(json_object_get(results, "mean"), "enhanced", (tuft_score)k),
                     enhanced);
    }
    cr_assert_eq(shell("grep -qx 'name,rate_hz,seconds,noisy_stoi,.*,enhanced_seg_snr_db' t.csv"),
                 0);
    cr_assert_eq(shell("test $(wc -l < t.csv) = 2"), 0);
    json_decref(root);
}

Test(enhance_score, a_copy_is_perfect)
{
    json_t *root = shell_result("enhance score", "--clean clean.wav --enhanced clean.wav");
    json_t *mean = json_object_get(json_object_get(root, "results"), "mean");
    static const double perfect[TUFT_SCORES] = {1, 1, 4.644, 4.549, 100, NAN};
    for (int k = 0; k < TUFT_SCORES; k++)
        if (isfinite(perfect[k]))
            cr_assert_float_eq(score_at(mean, "enhanced", (tuft_score)k), perfect[k], 1e-3);
    cr_assert_null(json_object_get(mean, "noisy"));
    json_decref(root);
}

Test(enhance_score, folders_whatever_the_threads)
{
    json_t *root[2];
    cr_assert_eq(shell("mkdir a b c; for i in 1 2 3; do cp clean.wav a/$i.wav; cp better.wav "
                       "b/$i.wav; cp noisy.wav c/$i.wav; done; cp better.wav c/2.wav; touch "
                       "a/notes.txt"),
                 0);
    for (int t = 0; t < 2; t++) {
        char line[128];
        snprintf(line, sizeof line, "--clean a --enhanced b/ --noisy c --threads %d", t + 1);
        root[t] = shell_result("enhance score", line);
        json_object_del(json_object_get(root[t], "config"), "csv");
    }
    cr_assert(json_equal(json_object_get(root[0], "results"), json_object_get(root[1], "results")));
    json_t *results = json_object_get(root[0], "results"),
           *pairs = json_object_get(results, "pairs");
    cr_assert_eq(json_array_size(pairs), 3);
    for (int k = 0; k < TUFT_SCORES; k++) {
        double sum = 0, square = 0, mean;
        for (size_t i = 0; i < 3; i++)
            sum += score_at(json_array_get(pairs, i), "noisy", (tuft_score)k);
        mean = score_at(json_object_get(results, "mean"), "noisy", (tuft_score)k);
        cr_assert_float_eq(mean, sum / 3, 1e-9);
        for (size_t i = 0; i < 3; i++)
            square += pow(score_at(json_array_get(pairs, i), "noisy", (tuft_score)k) - mean, 2);
        cr_assert_float_eq(score_at(json_object_get(results, "sd"), "noisy", (tuft_score)k),
                           sqrt(square / 2), 1e-9);
    }
    json_decref(root[0]);
    json_decref(root[1]);
}

Test(enhance_score, page)
{
    unsigned char *content;
    size_t size;
    char path[512];
    cr_assert_eq(shell("mkdir a b; for i in $(seq 14); do cp clean.wav a/$i.wav; cp noisy.wav "
                       "b/$i.wav; done"),
                 0);
    static const char *const lines[] = {"--clean clean.wav --enhanced better.wav --noisy noisy.wav",
                                        "--clean clean.wav --enhanced better.wav",
                                        "--clean a --enhanced b"};
    for (int k = 0; k < 3; k++) {
        cr_assert_eq(shell("$TUFT enhance score --quiet --report out.html %s", lines[k]), 0, "%s",
                     shell_said());
        snprintf(path, sizeof path, "%s/out.html", shell_folder());
        cr_assert_eq(tuft_file_read(path, 1 << 24, &content, &size, NULL), TUFT_OK);
        char *page = calloc(size + 1, 1);
        memcpy(page, content, size);
        const char *fault = page_fault(page), *unwanted = page_unwanted(page);
        cr_assert_null(fault, "%.80s", fault);
        cr_assert_null(unwanted, "%.80s", unwanted);
        cr_assert(strstr(page, "PESQ-WB"));
        free(page);
        free(content);
    }
}

/* At 8 kHz there is no wide-band PESQ; at 44.1 both; at 6 none. */
Test(enhance_score, other_rates)
{
    static const struct {
        int rate, narrow, wide;
    } rates[] = {{8000, 1, 0}, {11025, 1, 0}, {44100, 1, 1}, {6000, 0, 0}};
    for (int i = 0; i < 4; i++) {
        write_sound("c.wav", 2 * (size_t)rates[i].rate, rates[i].rate, 0, PCM);
        write_sound("e.wav", 2 * (size_t)rates[i].rate, rates[i].rate, 0.02, PCM);
        json_t *root = shell_result("enhance score", "--clean c.wav --enhanced e.wav");
        json_t *mean = json_object_get(json_object_get(root, "results"), "mean");
        double narrow = score_at(mean, "enhanced", TUFT_SCORE_PESQ_NB);
        double wide = score_at(mean, "enhanced", TUFT_SCORE_PESQ_WB);
        cr_assert_eq(isfinite(narrow) != 0, rates[i].narrow, "%d Hz: %g", rates[i].rate, narrow);
        cr_assert_eq(isfinite(wide) != 0, rates[i].wide, "%d Hz: %g", rates[i].rate, wide);
        cr_assert(isfinite(score_at(mean, "enhanced", TUFT_SCORE_STOI)));
        json_decref(root);
    }
}

Test(enhance_score, lengths)
{
    write_sound("short.wav", N - 1600, RATE, 0.01, PCM);
    write_sound("shorter.wav", N - 1601, RATE, 0.01, PCM);
    json_decref(shell_result("enhance score", "--clean clean.wav --enhanced short.wav"));
    json_decref(shell_result("enhance score", "--clean short.wav --enhanced clean.wav"));
    shell_refused("enhance score", 1, "differ by more than 100 ms",
                  "--clean clean.wav --enhanced shorter.wav");
}

Test(enhance_score, what_cannot_be_scored)
{
    char path[512];
    float nan_at[4000] = {0};
    nan_at[17] = NAN;
    write_sound("brief.wav", 4000, RATE, 0.01, PCM);
    write_sound("low.wav", N / 2, 8000, 0, PCM);
    snprintf(path, sizeof path, "%s/nan.wav", shell_folder());
    SF_INFO info = {.samplerate = RATE, .channels = 1, .format = REAL};
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    sf_writef_float(file, nan_at, 4000);
    sf_close(file);
    snprintf(path, sizeof path, "%s/stereo.wav", shell_folder());
    info = (SF_INFO){.samplerate = RATE, .channels = 2, .format = REAL};
    file = sf_open(path, SFM_WRITE, &info);
    sf_writef_float(file, nan_at + 100, 1000);
    sf_close(file);
    snprintf(path, sizeof path, "%s/silent.wav", shell_folder());
    info = (SF_INFO){.samplerate = RATE, .channels = 1, .format = REAL};
    file = sf_open(path, SFM_WRITE, &info);
    for (int i = 0; i < N; i += 1000)
        sf_writef_float(file, nan_at + 100, 1000);
    sf_close(file);
    cr_assert_eq(shell("mkdir a b empty; cp clean.wav a/1.wav; cp clean.wav a/2.wav; cp clean.wav "
                       "b/1.wav; cp clean.wav b/3.wav; head -c 1000 clean.wav >cut.wav; echo text "
                       ">text.wav"),
                 0);
    static const struct {
        const char *line, *said;
    } cases[] = {
        {"--clean clean.wav --enhanced nan.wav", "nan.wav"},
        {"--clean nan.wav --enhanced clean.wav", "sample 17"},
        {"--clean silent.wav --enhanced clean.wav", "silent"},
        {"--clean clean.wav --enhanced silent.wav", "silent.wav"},
        {"--clean brief.wav --enhanced brief.wav", "STOI needs 31"},
        {"--clean clean.wav --enhanced gone.wav", "gone.wav"},
        {"--clean clean.wav --enhanced clean.wav --noisy gone.wav", "gone.wav"},
        {"--clean clean.wav --enhanced low.wav", "8000 Hz, expected 16000 Hz"},
        {"--clean clean.wav --enhanced stereo.wav", "mono"},
        {"--clean clean.wav --enhanced cut.wav", "cut.wav"},
        {"--clean text.wav --enhanced clean.wav", "text.wav"},
        {"--clean clean.wav --enhanced a", "folder"},
        {"--clean a --enhanced b", "b/2.wav: is not there"},
        {"--clean b --enhanced a", "b/2.wav: is not there"},
        {"--clean a --enhanced a --noisy b", "b/2.wav"},
        {"--clean a --enhanced empty", "empty"},
        {"--clean clean.wav --enhanced clean.wav --csv no/where.csv", "no/where.csv"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        shell_refused("enhance score", 1, cases[i].said, cases[i].line);
    shell_refused("enhance score", 2, "--enhanced", "--clean clean.wav");
}
