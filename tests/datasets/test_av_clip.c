#include "datasets/av_clip.h"
#include "datasets/media_file.h"
#include "datasets/resample.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/tuft-clip-XXXXXX";
static char path[64];

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

TestSuite(av_clip, .init = make_folder, .fini = remove_folder);

static const char *in_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Mean, over the middle of the clip, of sample x sin and sample x cos: amplitude and phase. */
static void tone(const float *sample, size_t n, double hz, double rate_hz, double *amplitude,
                 double *phase)
{
    double s = 0.0, c = 0.0;
    size_t first = n / 4, period = (size_t)(rate_hz / hz), count = n / 2 / period * period;
    for (size_t i = first; i < first + count; i++) {
        s += (double)sample[i] * sin(2.0 * M_PI * hz * (double)i / rate_hz);
        c += (double)sample[i] * cos(2.0 * M_PI * hz * (double)i / rate_hz);
    }
    *amplitude = 2.0 * hypot(s, c) / (double)count;
    *phase = atan2(c, s);
}

/* What was written comes back: grey levels in broadcast range, the tone with its phase. */
static void expect_read(const char *name, const media_recipe *r, double grey_slack)
{
    media_write(in_folder(name), r);
    tuft_av_clip clip;
    tuft_error err;
    cr_assert_eq(tuft_av_clip_read(path, &clip, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(clip.frames, (uint32_t)r->frames);
    cr_assert_eq(clip.width, (uint32_t)r->width);
    cr_assert_eq(clip.height, (uint32_t)r->height);
    cr_assert_eq(clip.chroma_width, (uint32_t)(r->width + 1) / 2);
    cr_assert_eq(clip.damaged_frames, 0);
    cr_assert_float_eq(clip.frame_rate, r->frame_rate, 1e-9);
    for (uint32_t k = 0; k < clip.frames; k++) {
        double level = strcmp(r->video, "mjpeg") == 0 ? 16.0 + media_grey((int)k) * 219.0 / 255.0
                                                      : media_grey((int)k);
        for (uint32_t i = 0; i < clip.width * clip.height; i += 977)
            cr_assert_float_eq(clip.luma[(size_t)k * clip.width * clip.height + i], level,
                               grey_slack);
        size_t last = (size_t)clip.chroma_width * clip.chroma_height * (k + 1) - 1;
        cr_assert_float_eq(clip.blue[last], 128, 1);
        cr_assert_float_eq(clip.red[last], 128, 1);
    }
    double amplitude, phase;
    tone(clip.sample, clip.samples, MEDIA_TONE_HZ, clip.rate_hz, &amplitude, &phase);
    cr_assert_float_eq(amplitude, r->channels == 2 ? 0.25 : 0.5, 0.005);
    if (strncmp(r->audio, "pcm", 3) == 0) {
        cr_assert_float_eq(phase, 0.0, 0.01);
        cr_assert_float_eq((double)clip.samples, r->sound_s * TUFT_AV_RATE_HZ, 2);
        cr_assert_float_eq(clip.first_frame_s, 0.0, 1e-3);
    }
    tuft_av_clip_free(&clip);
    cr_assert_null(clip.luma);
}

Test(av_clip, reads_what_was_written)
{
    media_recipe r = media_defaults();
    expect_read("a.avi", &r, 2.0);
    expect_read("a.mkv", &r, 2.0);
    r.channels = 1;
    r.sound_hz = 16000;
    r.width = 131;
    r.height = 97;
    expect_read("b.avi", &r, 2.0);
}

Test(av_clip, reads_mpeg_1_with_mp2_as_in_grid)
{
    media_recipe r = media_defaults();
    r.video = "mpeg1video";
    r.audio = "mp2";
    expect_read("a.mpg", &r, 3.0);
}

static void expect_error(const char *file, tuft_status expected, const char *words)
{
    tuft_av_clip clip;
    tuft_error err = {0};
    cr_assert_eq(tuft_av_clip_read(file, &clip, &err), expected, "%s: \"%s\"", file, err.message);
    cr_assert(strncmp(err.message, file, strlen(file)) == 0, "\"%s\" does not name %s", err.message,
              file);
    cr_assert_not_null(strstr(err.message, words), "\"%s\" does not say \"%s\"", err.message,
                       words);
    cr_assert_null(clip.sample);
    cr_assert_null(clip.luma);
    cr_assert_null(clip.red);
    cr_assert_eq(clip.frames, 0);
}

Test(av_clip, defects_are_told_apart)
{
    media_recipe r = media_defaults();
    r.audio = NULL;
    media_write(in_folder("mute.avi"), &r);
    expect_error(path, TUFT_FORMAT, "no sound");
    r = media_defaults();
    r.video = NULL;
    media_write(in_folder("blind.mkv"), &r);
    expect_error(path, TUFT_FORMAT, "no pictures");
    r = media_defaults();
    r.late_from = 20;
    media_write(in_folder("late.mkv"), &r);
    expect_error(path, TUFT_FORMAT, "varies");
    r = media_defaults();
    r.turned = 90;
    media_write(in_folder("turned.mov"), &r);
    expect_error(path, TUFT_FORMAT, "turned by");
    r = media_defaults();
    r.height = 48;
    media_write(in_folder("tiny.avi"), &r);
    expect_error(path, TUFT_FORMAT, "128 x 48");
    r = media_defaults();
    r.frames = 4;
    r.sound_s = 0.16;
    media_write(in_folder("short.avi"), &r);
    expect_error(path, TUFT_FORMAT, "4 frames");
    r = media_defaults();
    r.sound_s = 1.0;
    media_write(in_folder("apart.avi"), &r);
    expect_error(path, TUFT_FORMAT, "sound from 0 to 1.000 s, pictures from 0.000 to 2.000 s");
}

static void copy_part(const char *from, const char *to, double share)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    cr_assert(in && out);
    fseek(in, 0, SEEK_END);
    size_t n = (size_t)((double)ftell(in) * share);
    rewind(in);
    char *bytes = malloc(n + 1);
    cr_assert_eq(fread(bytes, 1, n, in), n);
    cr_assert_eq(fwrite(bytes, 1, n, out), n);
    free(bytes);
    fclose(in);
    fclose(out);
}

Test(av_clip, cut_files_are_refused)
{
    media_recipe r = media_defaults();
    char whole[64], cut[64];
    const char *ending[] = {"avi", "mkv", "mov"};
    for (int e = 0; e < 3; e++) {
        snprintf(whole, sizeof whole, "%s/whole.%s", folder, ending[e]);
        snprintf(cut, sizeof cut, "%s/cut.%s", folder, ending[e]);
        media_write(whole, &r);
        for (double share = 0.02; share < 0.7; share += 0.06) {
            copy_part(whole, cut, share);
            expect_error(cut, TUFT_FORMAT, "");
        }
    }
}

Test(av_clip, damaged_files_never_crash)
{
    const char *ending[] = {"avi", "mkv", "mov", "mpg"};
    uint32_t state = 12345;
    for (int e = 0; e < 4; e++) {
        media_recipe r = media_defaults();
        r.frames = 10;
        r.sound_s = 0.4;
        if (e == 3) {
            r.video = "mpeg1video";
            r.audio = "mp2";
        }
        char name[16];
        snprintf(name, sizeof name, "a.%s", ending[e]);
        media_write(in_folder(name), &r);
        FILE *f = fopen(path, "rb");
        static unsigned char bytes[1 << 20], hurt[1 << 20];
        size_t n = fread(bytes, 1, sizeof bytes, f);
        fclose(f);
        for (int trial = 0; trial < 60; trial++) {
            memcpy(hurt, bytes, n);
            for (int i = 0; i < 1 + trial % 20; i++) {
                state = state * 1664525u + 1013904223u;
                size_t range = trial % 2 ? n : 2048 < n ? 2048 : n;
                hurt[(state >> 4) % range] = (unsigned char)(state >> 24);
            }
            f = fopen(path, "wb");
            cr_assert_eq(fwrite(hurt, 1, n, f), n);
            fclose(f);
            tuft_av_clip clip;
            tuft_error err = {0};
            if (tuft_av_clip_read(path, &clip, &err))
                cr_assert_not_null(strstr(err.message, path));
            tuft_av_clip_free(&clip);
        }
    }
}

Test(av_clip, what_is_no_clip_is_refused)
{
    expect_error("/no/such/clip.mpg", TUFT_IO, "No such file");
    expect_error(folder, TUFT_IO, "not a regular file");
    FILE *f = fopen(in_folder("empty.mpg"), "wb");
    fclose(f);
    expect_error(path, TUFT_FORMAT, "not a media file");
    f = fopen(in_folder("text.mpg"), "wb");
    for (int i = 0; i < 1000; i++)
        fprintf(f, "the quick brown fox %d\n", i);
    fclose(f);
    expect_error(path, TUFT_FORMAT, "");
    /* A list that would have libav open other files. */
    f = fopen(in_folder("list.m3u8"), "wb");
    fprintf(f,
            "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n");
    fclose(f);
    expect_error(path, TUFT_FORMAT, "");
    /* An MPEG-1 sequence header of 4095 x 4095 with nothing behind it. */
    const unsigned char huge[] = {0, 0, 1, 0xb3, 0xff, 0xff, 0xff, 0x13, 0xff, 0xff, 0xe0, 0x18,
                                  0, 0, 1, 0xb8, 0,    8,    0,    0,    0,    0,    1,    0};
    f = fopen(in_folder("huge.mpg"), "wb");
    fwrite(huge, 1, sizeof huge, f);
    fclose(f);
    expect_error(path, TUFT_FORMAT, "");
    f = fopen(in_folder("endless.mpg"), "wb");
    cr_assert_eq(ftruncate(fileno(f), (off_t)2 << 30), 0);
    fclose(f);
    expect_error(path, TUFT_FORMAT, "at most");
}

Test(av_clip, grid_recordings)
{
    const char *data = getenv("TUFT_DATA");
    char pattern[512];
    snprintf(pattern, sizeof pattern, "%s/grid/*/*.mpg",
             data ? data : TUFT_SOURCE_DIR "/../shared/data");
    glob_t files;
    if (glob(pattern, 0, NULL, &files) != 0)
        cr_skip_test("no GRID recordings");
    uint32_t damaged = 0;
    for (size_t i = 0; i < files.gl_pathc; i += 11) {
        tuft_av_clip clip;
        tuft_error err;
        cr_assert_eq(tuft_av_clip_read(files.gl_pathv[i], &clip, &err), TUFT_OK, "%s", err.message);
        cr_assert(clip.frames == 74 || clip.frames == 75);
        cr_assert(clip.width == 360 && clip.height == 288 && clip.frame_rate == 25.0);
        cr_assert_float_eq((double)clip.samples / clip.rate_hz, 2.978, 0.05);
        damaged += clip.damaged_frames;
        tuft_av_clip_free(&clip);
    }
    cr_assert_leq(damaged, 1);
    globfree(&files);
}

Test(av_clip, another_rate_keeps_tones_and_their_times)
{
    enum { N = 44100 };
    static float sample[N];
    const int rates[] = {44100, 20000, 8000, 16000};
    for (int r = 0; r < 4; r++) {
        for (int i = 0; i < N; i++)
            sample[i] = (float)sin(2.0 * M_PI * 500.0 * i / rates[r]);
        float *out;
        size_t n;
        cr_assert_eq(tuft_resample(sample, N, (uint32_t)rates[r], 16000, &out, &n, NULL), TUFT_OK);
        cr_assert_eq(n, (N * (size_t)16000 + (size_t)rates[r] - 1) / (size_t)rates[r]);
        double amplitude, phase;
        tone(out, n, 500.0, 16000.0, &amplitude, &phase);
        cr_assert_float_eq(amplitude, 1.0, 2e-3, "%d Hz: %g", rates[r], amplitude);
        cr_assert_float_eq(phase, 0.0, 2e-3, "%d Hz: %g", rates[r], phase);
        free(out);
    }
    /* What lies above the new Nyquist frequency does not fold down. */
    for (int i = 0; i < N; i++)
        sample[i] = (float)sin(2.0 * M_PI * 11000.0 * i / 44100.0);
    float *out;
    size_t n;
    cr_assert_eq(tuft_resample(sample, N, 44100, 16000, &out, &n, NULL), TUFT_OK);
    double power = 0.0;
    for (size_t i = n / 4; i < n / 2; i++)
        power += (double)out[i] * out[i] / (double)(n / 4);
    cr_assert_lt(sqrt(power), 1e-3);
    free(out);
}
