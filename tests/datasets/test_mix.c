#include "core/philox.h"
#include "datasets/mix.h"
#include "datasets/speech_level.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RATE = TUFT_NOISE_RATE_HZ, N = 3 * RATE };

static char folder[] = "/tmp/tuft-mix-XXXXXX";
static char path[128];

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

TestSuite(noise, .init = make_folder, .fini = remove_folder);
TestSuite(mix, .init = make_folder, .fini = remove_folder);

static const char *in_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static double db(double power)
{
    return 10.0 * log10(power);
}

static double mean_square(const float *sample, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)sample[i] * sample[i];
    return sum / (double)n;
}

/* Noise of RMS 0.1 in bursts of on_s after pauses of off_s. */
static void bursts(float *sample, size_t n, double on_s, double off_s, double level)
{
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 0);
    for (size_t i = 0; i < n; i++) {
        double x = level * tuft_random_normal(&random);
        sample[i] = fmod((double)i / RATE, on_s + off_s) >= off_s ? (float)x : 0.0f;
    }
}

Test(speech_level, of_what_never_pauses_is_its_power)
{
    static float sample[N];
    tuft_speech_level level;
    for (int i = 0; i < N; i++)
        sample[i] = (float)(0.3 * sin(2 * M_PI * 200 * i / RATE));
    cr_assert_eq(tuft_speech_level_measure(sample, N, RATE, &level, NULL), TUFT_OK);
    cr_assert_float_eq(db(level.active), db(0.045), 0.1);
    cr_assert_gt(level.activity, 0.98);
    cr_assert_float_eq(db(level.long_run), db(0.045), 1e-3);
}

/* Active for the bursts, the hangover after each, and what the averages take to fall 16 dB. */
Test(speech_level, activity_is_known_for_bursts)
{
    static float sample[8 * RATE];
    tuft_speech_level level, half;
    bursts(sample, 8 * RATE, 2.0, 2.0, 0.1);
    cr_assert_eq(tuft_speech_level_measure(sample, 8 * RATE, RATE, &level, NULL), TUFT_OK);
    /* The second burst ends with the recording. */
    cr_assert_geq(level.activity, (4.0 + 0.2) / 8);
    cr_assert_leq(level.activity, (4.0 + 0.2 + 0.15) / 8);
    cr_assert_float_eq(level.activity * level.active, level.long_run, 1e-9);
    /* Silence added at the end takes nothing from the active level but a hangover's worth. */
    bursts(sample, 8 * RATE, 1.0, 1.0, 0.1);
    cr_assert_eq(tuft_speech_level_measure(sample, 4 * RATE, RATE, &half, NULL), TUFT_OK);
    memset(sample + 4 * RATE, 0, 4 * RATE * sizeof *sample);
    cr_assert_eq(tuft_speech_level_measure(sample, 8 * RATE, RATE, &level, NULL), TUFT_OK);
    cr_assert_float_eq(db(half.long_run) - db(level.long_run), db(2.0), 1e-6);
    cr_assert_float_eq(db(half.active), db(level.active), 0.7);
    cr_assert_gt(level.active, half.long_run);
}

Test(speech_level, scales_with_the_signal)
{
    static float sample[N];
    tuft_speech_level level, quieter;
    bursts(sample, N, 0.7, 0.5, 0.1);
    cr_assert_eq(tuft_speech_level_measure(sample, N, RATE, &level, NULL), TUFT_OK);
    const float factor[] = {0.5f, 0.3f, 4.0f, 1e-3f};
    for (int f = 0; f < 4; f++) {
        bursts(sample, N, 0.7, 0.5, 0.1);
        for (int i = 0; i < N; i++)
            sample[i] *= factor[f];
        cr_assert_eq(tuft_speech_level_measure(sample, N, RATE, &quieter, NULL), TUFT_OK);
        double expected = db(level.active) + 20 * log10((double)factor[f]);
        cr_assert_float_eq(db(quieter.active), expected, f == 0 || f == 2 ? 1e-6 : 0.3);
    }
    memset(sample, 0, sizeof sample);
    tuft_error err;
    cr_assert_eq(tuft_speech_level_measure(sample, N, RATE, &level, &err), TUFT_NUMERIC);
    cr_assert_eq(level.active, 0.0);
    sample[7] = NAN;
    cr_assert_eq(tuft_speech_level_measure(sample, N, RATE, &level, &err), TUFT_NUMERIC);
    cr_assert_eq(tuft_speech_level_measure(sample, 0, RATE, &level, &err), TUFT_INVALID);
}

static void write_sound(const char *name, int format, int rate, int channels, int frames, double hz)
{
    SF_INFO info = {.samplerate = rate, .channels = channels, .format = format};
    SNDFILE *file = sf_open(in_folder(name), SFM_WRITE, &info);
    cr_assert_not_null(file, "%s", name);
    float *sample = malloc((size_t)frames * (size_t)channels * sizeof *sample);
    for (int i = 0; i < frames; i++)
        for (int c = 0; c < channels; c++)
            sample[i * channels + c] =
                c ? 0.0f : (float)(0.4 * sin(2 * M_PI * hz * (double)i / rate));
    cr_assert_eq(sf_writef_float(file, sample, frames), frames);
    sf_close(file);
    free(sample);
}

static void write_library(void)
{
    write_sound("long.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2, 5 * 44100, 500);
    write_sound("short.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 8000, 1, 4000, 500);
    write_sound("flac.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 20000, 1, 100000, 500);
    write_sound("byte.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 16000, 1, 80000, 500);
}

static tuft_noise_library open_library(const char *name)
{
    tuft_noise_library library;
    tuft_error err;
    cr_assert_eq(tuft_noise_library_open(in_folder(name), &library, &err), TUFT_OK, "%s",
                 err.message);
    return library;
}

Test(noise, any_rate_becomes_one_and_keeps_its_times)
{
    static float out[N];
    write_library();
    tuft_noise_library library = open_library(".");
    cr_assert_eq(library.count, 4);
    cr_assert_str_eq(library.noise[0].name, "byte.wav");
    cr_assert_str_eq(library.noise[3].name, "short.wav");
    for (size_t i = 0; i < 3; i++) {
        const tuft_noise_sound *noise = &library.noise[i];
        cr_assert_eq(tuft_noise_offsets(noise, N), 2 * RATE + 1);
        const uint64_t offsets[] = {0, 5, 12345, 2 * RATE};
        for (int o = 0; o < 4; o++) {
            tuft_error err;
            cr_assert_eq(tuft_noise_excerpt(noise, offsets[o], N, out, &err), TUFT_OK, "%s",
                         err.message);
            double s = 0.0, c = 0.0;
            for (int k = RATE; k < 2 * RATE; k++) {
                double angle = 2 * M_PI * 500 * (double)(offsets[o] + (uint64_t)k) / RATE;
                s += (double)out[k] * sin(angle) * 2 / RATE;
                c += (double)out[k] * cos(angle) * 2 / RATE;
            }
            /* An excerpt may start up to a sample of the file early. */
            cr_assert_float_eq(hypot(s, c), i == 2 ? 0.2 : 0.4, 0.01, "%s", noise->name);
            cr_assert_float_eq(atan2(c, s), 0.0, 2 * M_PI * 500 * 1.5 / RATE);
        }
        cr_assert_eq(tuft_noise_excerpt(noise, 2 * RATE + 1, N, out, NULL), TUFT_INVALID);
    }
    tuft_noise_library_free(&library);
}

Test(noise, short_ones_go_round_without_a_seam)
{
    static float out[N];
    write_library();
    tuft_noise_library library = open_library("short.wav");
    cr_assert_eq(library.count, 1);
    const uint64_t round = 8000 - 800; /* half a second, less the fade */
    cr_assert_eq(tuft_noise_offsets(&library.noise[0], N), round);
    cr_assert_eq(tuft_noise_excerpt(&library.noise[0], 100, N, out, NULL), TUFT_OK);
    double before = mean_square(out, 6000);
    for (uint64_t i = 0; i + round < N; i++)
        cr_assert_eq(out[i], out[i + round]);
    for (int i = 1; i < N; i++) /* a 500 Hz tone of 0.4 rises by 0.08 a sample at most */
        cr_assert_lt(fabsf(out[i] - out[i - 1]), 0.13f);
    cr_assert_float_eq(before, 0.08, 0.01);
    tuft_noise_library_free(&library);
}

Test(noise, lists_and_what_is_wrong)
{
    write_library();
    FILE *f = fopen(in_folder("list.txt"), "w");
    fprintf(f, "# two\nshort.wav\n\n%s/long.wav\n", folder);
    fclose(f);
    tuft_noise_library library = open_library("list.txt");
    cr_assert_eq(library.count, 2);
    tuft_noise_library_free(&library);
    tuft_error err;
    f = fopen(in_folder("twice.txt"), "w");
    fprintf(f, "short.wav\nshort.wav\n");
    fclose(f);
    cr_assert_eq(tuft_noise_library_open(path, &library, &err), TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "two noises are named short.wav"));
    f = fopen(in_folder("missing.txt"), "w");
    fprintf(f, "no-such.wav\n");
    fclose(f);
    cr_assert_eq(tuft_noise_library_open(path, &library, &err), TUFT_IO);
    cr_assert_not_null(strstr(err.message, "no-such.wav"));
    f = fopen(in_folder("broken.wav"), "w");
    fprintf(f, "RIFF but not really");
    fclose(f);
    cr_assert_eq(tuft_noise_library_open(folder, &library, &err), TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "broken.wav"));
    cr_assert_eq(library.count, 0);
    cr_assert_eq(tuft_noise_library_open("/no/such", &library, &err), TUFT_IO);
    mkdir(in_folder("empty"), 0777);
    cr_assert_eq(tuft_noise_library_open(path, &library, &err), TUFT_FORMAT);
}

Test(noise, a_file_cut_after_its_header_is_named)
{
    write_sound("cut.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16000, 1, 4 * RATE, 500);
    tuft_noise_library library = open_library("cut.wav");
    cr_assert_eq(truncate(path, 44 + 3 * RATE * 4), 0);
    static float out[N];
    tuft_error err;
    cr_assert_eq(tuft_noise_excerpt(&library.noise[0], RATE, N, out, &err), TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "cut.wav"));
    tuft_noise_library_free(&library);
}

static tuft_noise_library made_library(int n)
{
    tuft_noise_library library = {0};
    for (int i = 0; i < n; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d.wav", i);
        float *sample = aligned_alloc(64, 4 * RATE * sizeof *sample);
        bursts(sample, 4 * RATE, 1.0, 0.0, 0.05 * (i + 1));
        cr_assert_eq(tuft_noise_library_add(&library, name, sample, 4 * RATE, NULL), TUFT_OK);
    }
    return library;
}

Test(noise, test_noises_are_not_heard_in_training)
{
    tuft_noise_library library = made_library(20), train, test;
    tuft_error err;
    cr_assert_eq(tuft_noise_library_split(&library, "n3.wav,nosuch", 0, &train, &test, &err),
                 TUFT_INVALID);
    cr_assert_not_null(strstr(err.message, "nosuch"));
    cr_assert_eq(tuft_noise_library_split(&library, "", 0, &train, &test, &err), TUFT_INVALID);
    cr_assert_eq(tuft_noise_library_split(&library, NULL, NAN, &train, &test, &err), TUFT_INVALID);
    cr_assert_eq(library.count, 20);
    cr_assert_eq(tuft_noise_library_split(&library, "n3.wav,n11.wav", 0, &train, &test, &err),
                 TUFT_OK);
    cr_assert(library.count == 0 && train.count == 18 && test.count == 2);
    cr_assert_str_eq(test.noise[0].name, "n3.wav");
    tuft_noise_library_free(&train);
    tuft_noise_library_free(&test);
    library = made_library(20);
    cr_assert_eq(tuft_noise_library_split(&library, NULL, 0.25, &train, &test, &err), TUFT_OK);
    cr_assert(train.count == 15 && test.count == 5);
    for (size_t i = 0; i < train.count; i++)
        for (size_t j = 0; j < test.count; j++)
            cr_assert_str_neq(train.noise[i].name, test.noise[j].name);
    float *more = aligned_alloc(64, 64);
    *more = 1.0f;
    cr_assert_eq(tuft_noise_library_add(&test, "more", more, 1, NULL), TUFT_OK);
    cr_assert_eq(test.count, 6);
    more = aligned_alloc(64, 64); /* taken over, and freed */
    cr_assert_eq(tuft_noise_library_add(&test, "none", more, 0, NULL), TUFT_INVALID);
    cr_assert_eq(test.count, 6);
    tuft_noise_library_free(&train);
    tuft_noise_library_free(&test);
    library = made_library(1);
    cr_assert_eq(tuft_noise_library_split(&library, NULL, 0.25, &train, &test, &err), TUFT_INVALID);
    cr_assert_eq(library.count, 1);
    tuft_noise_library_free(&library);
}

Test(mix, the_snr_is_what_was_asked_for)
{
    static float speech[N];
    bursts(speech, N, 0.6, 0.4, 0.1);
    tuft_noise_library library = made_library(3);
    const double asked[] = {-12, -3, 0, 6, 12, 40};
    bool loud = false;
    for (uint64_t i = 0; i < 6; i++) {
        tuft_mixture m;
        tuft_speech_level level;
        tuft_error err;
        cr_assert_eq(tuft_mix(speech, N, &library, asked[i], 5, i, &m, &err), TUFT_OK, "%s",
                     err.message);
        cr_assert_eq(tuft_speech_level_measure(m.speech, N, RATE, &level, NULL), TUFT_OK);
        cr_assert_float_eq(db(level.active) - db(mean_square(m.noise, N)), asked[i],
                           m.scale < 1.0 ? 0.3 : 1e-4);
        for (int k = 0; k < N; k++) {
            cr_assert_eq(m.mixture[k], m.speech[k] + m.noise[k]);
            cr_assert_eq(m.speech[k], speech[k] * (float)m.scale);
            cr_assert_leq(fabsf(m.mixture[k]), 1.0f);
        }
        loud |= m.scale < 1.0;
        cr_assert_float_eq(m.activity, level.activity, 0.05);
        tuft_mixture_free(&m);
    }
    cr_assert(loud);
    tuft_noise_library_free(&library);
}

Test(mix, an_index_names_a_mixture)
{
    static float speech[N];
    bursts(speech, N, 0.6, 0.4, 0.1);
    tuft_noise_library library = made_library(5);
    tuft_mixture first, again, m;
    int seen[5] = {0};
    cr_assert_eq(tuft_mix(speech, N, &library, 0, 5, 7, &first, NULL), TUFT_OK);
    for (uint64_t i = 0; i < 50; i++) {
        cr_assert_eq(tuft_mix(speech, N, &library, 0, 5, i, &m, NULL), TUFT_OK);
        seen[m.which]++;
        tuft_mixture_free(&m);
    }
    for (int i = 0; i < 5; i++)
        cr_assert_gt(seen[i], 2);
    cr_assert_eq(tuft_mix(speech, N, &library, 0, 5, 7, &again, NULL), TUFT_OK);
    cr_assert(again.which == first.which && again.offset == first.offset);
    cr_assert_arr_eq(again.mixture, first.mixture, N * sizeof(float));
    tuft_mixture_free(&first);
    tuft_mixture_free(&again);
    tuft_noise_library_free(&library);
}

Test(mix, silence_has_no_snr)
{
    static float speech[N], silence[N];
    bursts(speech, N, 0.6, 0.4, 0.1);
    tuft_noise_library library = made_library(1), quiet = {0};
    tuft_mixture m;
    tuft_error err;
    cr_assert_eq(tuft_mix(silence, N, &library, 0, 1, 0, &m, &err), TUFT_NUMERIC);
    cr_assert_null(m.mixture);
    float *nothing = calloc(4 * RATE, sizeof *nothing);
    cr_assert_eq(tuft_noise_library_add(&quiet, "nothing.wav", nothing, 4 * RATE, NULL), TUFT_OK);
    cr_assert_eq(tuft_mix(speech, N, &quiet, 0, 1, 0, &m, &err), TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "nothing.wav"));
    cr_assert_null(m.noise);
    speech[9] = INFINITY;
    cr_assert_eq(tuft_mix(speech, N, &library, 0, 1, 0, &m, &err), TUFT_NUMERIC);
    cr_assert_eq(tuft_mix(silence, 0, &library, 0, 1, 0, &m, &err), TUFT_INVALID);
    cr_assert_eq(tuft_mix(silence, N, &library, NAN, 1, 0, &m, &err), TUFT_INVALID);
    library.noise[0].sample[3000] = NAN; /* within every excerpt */
    library.noise[0].sample[2 * RATE] = NAN;
    bursts(speech, N, 0.6, 0.4, 0.1);
    cr_assert_eq(tuft_mix(speech, N, &library, 0, 1, 0, &m, &err), TUFT_NUMERIC);
    tuft_noise_library_free(&library);
    cr_assert_eq(tuft_mix(speech, N, &library, 0, 1, 0, &m, &err), TUFT_INVALID);
    tuft_noise_library_free(&quiet);
}

Test(mix, the_list_says_what_was_mixed)
{
    static float speech[N];
    bursts(speech, N, 0.6, 0.4, 0.1);
    tuft_noise_library library = made_library(2);
    tuft_mixture m[2];
    const char *clip[] = {"bbaf2n", "a \"b\", c"};
    for (uint64_t i = 0; i < 2; i++)
        cr_assert_eq(tuft_mix(speech, N, &library, -3.5, 1, i, &m[i], NULL), TUFT_OK);
    cr_assert_eq(tuft_mix_list_write(in_folder("list.csv"), clip, m, 2, &library, NULL), TUFT_OK);
    FILE *f = fopen(path, "r");
    char line[256], noise[16];
    cr_assert_not_null(fgets(line, sizeof line, f));
    cr_assert_str_eq(line, "clip,noise,offset_s,snr_db,gain,scale,activity\n");
    double offset, snr, gain, scale, activity;
    cr_assert_eq(fscanf(f, "bbaf2n,%15[^,],%lf,%lf,%lf,%lf,%lf\n", noise, &offset, &snr, &gain,
                        &scale, &activity),
                 6);
    cr_assert_str_eq(noise, library.noise[m[0].which].name);
    cr_assert_float_eq(offset * RATE, (double)m[0].offset, 0.02);
    cr_assert_float_eq(snr, -3.5, 1e-9);
    cr_assert_float_eq(gain, m[0].gain, 1e-6 * m[0].gain);
    cr_assert_float_eq(scale, m[0].scale, 1e-6);
    cr_assert_not_null(fgets(line, sizeof line, f));
    cr_assert(strncmp(line, "\"a \"\"b\"\", c\",n", 14) == 0, "%s", line);
    fclose(f);
    for (int i = 0; i < 2; i++)
        tuft_mixture_free(&m[i]);
    tuft_noise_library_free(&library);
}

Test(mix, real_noises)
{
    const char *data = getenv("TUFT_DATA");
    char noises[512];
    snprintf(noises, sizeof noises, "%s/noise", data ? data : TUFT_SOURCE_DIR "/../shared/data");
    if (access(noises, R_OK) != 0)
        cr_skip_test("no real noises");
    static float speech[N], out[N];
    bursts(speech, N, 0.6, 0.4, 0.1);
    tuft_noise_library library, train, test;
    tuft_error err;
    cr_assert_eq(tuft_noise_library_open(noises, &library, &err), TUFT_OK, "%s", err.message);
    cr_assert_gt(library.count, 60);
    for (size_t i = 0; i < library.count; i++) {
        uint64_t offsets = tuft_noise_offsets(&library.noise[i], N);
        cr_assert_eq(tuft_noise_excerpt(&library.noise[i], offsets - 1, N, out, &err), TUFT_OK,
                     "%s", err.message);
        cr_assert_gt(mean_square(out, N), 1e-9, "%s", library.noise[i].name);
    }
    cr_assert_eq(tuft_noise_library_split(&library, NULL, 0.2, &train, &test, &err), TUFT_OK);
    for (uint64_t i = 0; i < 10; i++) {
        tuft_mixture m;
        cr_assert_eq(tuft_mix(speech, N, &test, 3, 1, i, &m, &err), TUFT_OK, "%s", err.message);
        tuft_speech_level level;
        cr_assert_eq(tuft_speech_level_measure(m.speech, N, RATE, &level, NULL), TUFT_OK);
        cr_assert_float_eq(db(level.active) - db(mean_square(m.noise, N)), 3, 0.3);
        tuft_mixture_free(&m);
    }
    tuft_noise_library_free(&train);
    tuft_noise_library_free(&test);
}
