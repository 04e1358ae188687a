#include "datasets/spoken.h"
#include "datasets/wav.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_sound(const char *path, int format, int channels, int rate, sf_count_t frames,
                        float special)
{
    SF_INFO info = {.samplerate = rate, .channels = channels, .format = format};
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    cr_assert_not_null(file, "%s", path);
    float *sample = calloc((size_t)(frames * channels) + 1, sizeof *sample);
    for (sf_count_t i = 0; i < frames * channels; i++)
        sample[i] = 0.3f * (float)sin(0.5 * (double)i);
    if (frames)
        sample[frames / 2] = special;
    sf_writef_float(file, sample, frames);
    free(sample);
    sf_close(file);
}

enum { WAV = SF_FORMAT_WAV | SF_FORMAT_FLOAT, FLAC = SF_FORMAT_FLAC | SF_FORMAT_PCM_16 };

Test(wav, reads_mono_and_refuses_the_rest)
{
    char folder[] = "/tmp/tuft-wav-XXXXXX", path[64];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a", folder);
    float *sample;
    size_t n;
    double rate;
    tuft_error err;
    write_sound(path, WAV, 1, 8000, 1000, 0.25f);
    cr_assert_eq(tuft_wav_read(path, &sample, &n, &rate, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(n, 1000);
    cr_assert_eq(rate, 8000.0);
    cr_assert_eq(sample[500], 0.25f);
    free(sample);
    write_sound(path, FLAC, 1, 16000, 1000, 0.25f);
    cr_assert_eq(tuft_wav_read(path, &sample, &n, &rate, &err), TUFT_OK, "%s", err.message);
    cr_assert_float_eq(sample[500], 0.25, 1e-4);
    free(sample);
    static const struct {
        int channels, rate;
        sf_count_t frames;
        float special;
        tuft_status status;
        const char *says;
    } bad[] = {{2, 8000, 100, 0.0f, TUFT_FORMAT, "2 channels"},
               {1, 8000, 0, 0.0f, TUFT_FORMAT, "0 samples"},
               {1, 8000, 100, NAN, TUFT_NUMERIC, "sample 50 is"},
               {1, 8000, 100, INFINITY, TUFT_NUMERIC, "sample 50 is inf"},
               {1, 100, 60001, 0.0f, TUFT_FORMAT, "lasts 600 s"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_sound(path, WAV, bad[i].channels, bad[i].rate, bad[i].frames, bad[i].special);
        cr_assert_eq(tuft_wav_read(path, &sample, &n, &rate, &err), bad[i].status, "%zu", i);
        cr_assert(strstr(err.message, bad[i].says) && strstr(err.message, path), "%s", err.message);
        cr_assert_null(sample);
    }
    FILE *stream = fopen(path, "wb");
    fputs("RIFFxxxxWAVEno", stream);
    fclose(stream);
    cr_assert_eq(tuft_wav_read(path, &sample, &n, &rate, &err), TUFT_FORMAT);
    unlink(path);
    cr_assert_eq(tuft_wav_read(path, &sample, &n, &rate, &err), TUFT_IO);
    cr_assert_eq(tuft_wav_read("/tmp", &sample, &n, &rate, &err), TUFT_IO);
    rmdir(folder);
}

Test(spoken, folder_rules)
{
    char folder[] = "/tmp/tuft-spoken-XXXXXX", path[4][64];
    cr_assert_not_null(mkdtemp(folder));
    static const char *const name[] = {"7_ann_0.wav", "0_bob_b_1.flac", "notes.wav", "77_x_1.wav"};
    for (int i = 0; i < 4; i++)
        snprintf(path[i], sizeof path[i], "%s/%s", folder, name[i]);
    tuft_cochlea_parameters p = tuft_cochlea_defaults();
    tuft_recordings set;
    tuft_error err;
    cr_assert_eq(tuft_spoken_load(folder, &p, 1, &set, &err), TUFT_FORMAT);
    for (int i = 0; i < 4; i++)
        write_sound(path[i], i == 1 ? FLAC : WAV, 1, 8000, 2000, 0.0f);
    cr_assert_eq(tuft_spoken_load(folder, &p, 2, &set, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(set.count, 2);
    cr_assert_eq(set.classes, 10);
    cr_assert_eq(set.geometry.width, 64);
    cr_assert_str_eq(set.recording[0].name, name[1]);
    cr_assert_str_eq(set.recording[0].source, "bob_b");
    cr_assert_eq(set.recording[0].label, 0);
    cr_assert_str_eq(set.recording[1].source, "ann");
    cr_assert_eq(set.recording[1].label, 7);
    cr_assert_geq(set.recording[1].duration_us, 250000);
    tuft_recordings_free(&set);
    write_sound(path[0], WAV, 1, 16000, 2000, 0.0f);
    cr_assert_eq(tuft_spoken_load(folder, &p, 1, &set, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "7_ann_0.wav: 16000 Hz, expected 8000 Hz"), "%s", err.message);
    write_sound(path[0], WAV, 2, 8000, 2000, 0.0f);
    cr_assert_eq(tuft_spoken_load(folder, &p, 2, &set, &err), TUFT_FORMAT);
    cr_assert_null(set.recording);
    for (int i = 0; i < 4; i++)
        unlink(path[i]);
    rmdir(folder);
    cr_assert_eq(tuft_spoken_load(folder, &p, 1, &set, &err), TUFT_IO);
    cr_assert_eq(tuft_spoken_load("/tmp", &p, 0, &set, &err), TUFT_INVALID);
}

Test(spoken, real_digits_whatever_the_threads)
{
    const char *data = getenv("TUFT_DATA");
    char folder[] = "/tmp/tuft-fsdd-XXXXXX", from[1024], to[1024];
    if (!data)
        data = TUFT_SOURCE_DIR "/../shared/data";
    snprintf(from, sizeof from, "%s/fsdd/0_george_0.wav", data);
    if (access(from, R_OK) != 0)
        cr_skip_test("no FSDD");
    cr_assert_not_null(mkdtemp(folder));
    static const char *const talker[] = {"george", "jackson", "lucas", "nicolas"};
    for (int i = 0; i < 40; i++) {
        snprintf(from, sizeof from, "%s/fsdd/%d_%s_3.wav", data, i % 10, talker[i / 10]);
        snprintf(to, sizeof to, "%s/%d_%s_3.wav", folder, i % 10, talker[i / 10]);
        char *real = realpath(from, NULL);
        cr_assert_not_null(real);
        cr_assert_eq(symlink(real, to), 0);
        free(real);
    }
    tuft_cochlea_parameters p = tuft_cochlea_defaults();
    tuft_recordings one, two;
    cr_assert_eq(tuft_spoken_load(folder, &p, 1, &one, NULL), TUFT_OK);
    cr_assert_eq(tuft_spoken_load(folder, &p, 2, &two, NULL), TUFT_OK);
    cr_assert_eq(one.count, 40);
    size_t events = 0;
    for (size_t i = 0; i < one.count; i++) {
        const tuft_events *a = &one.recording[i].events, *b = &two.recording[i].events;
        cr_assert_eq(a->count, b->count);
        cr_assert_arr_eq(a->tick_us, b->tick_us, a->count * sizeof *a->tick_us);
        cr_assert_arr_eq(a->channel, b->channel, a->count * sizeof *a->channel);
        cr_assert_leq(tuft_events_end_us(a), one.recording[i].duration_us);
        events += a->count;
    }
    cr_log_info("mean events a recording: %.0f", (double)events / 40.0);
    cr_assert_gt(events / 40, 2000);
    cr_assert_lt(events / 40, 8000);
    tuft_recordings_free(&one);
    tuft_recordings_free(&two);
    for (int i = 0; i < 40; i++) {
        snprintf(to, sizeof to, "%s/%d_%s_3.wav", folder, i % 10, talker[i / 10]);
        unlink(to);
    }
    rmdir(folder);
}
