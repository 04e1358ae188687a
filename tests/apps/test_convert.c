/* tuft convert as its users meet it. */
#include "datasets/ntidigits.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

enum { TEXT_SIZE = 1 << 16 };

/* A folder of the test's own; commands run in it, with $TUFT and $DATA set. */
static char folder[] = "/tmp/tuft-test-convert-XXXXXX";
static char out[TEXT_SIZE];

static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Exit status of a shell line; out is what it said on both streams. */
static int shell(const char *format, ...)
{
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    setenv("LINE", line, 1);
    FILE *stream = popen("cd \"$FOLDER\" && sh -c \"$LINE\" 2>&1", "r");
    cr_assert_not_null(stream);
    out[fread(out, 1, sizeof out - 1, stream)] = '\0';
    int status = pclose(stream);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void enter(void)
{
    const char *data = getenv("TUFT_DATA");
    cr_assert_not_null(mkdtemp(folder));
    setenv("FOLDER", folder, 1);
    setenv("TUFT", TUFT_BINARY_DIR "/tuft", 1);
    setenv("DATA", data ? data : TUFT_SOURCE_DIR "/../shared/data", 1);
}

static void leave(void)
{
    shell("rm -rf \"$FOLDER\"");
}

TestSuite(convert, .init = enter, .fini = leave);

static int have_data(void)
{
    return shell("test -d \"$DATA/n-mnist\"") == 0;
}

static int is_one_line(void)
{
    const char *end = strchr(out, '\n');
    return end && end > out && !end[1];
}

static void put_u32(gzFile stream, uint32_t value)
{
    const unsigned char byte[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
                                   (unsigned char)(value >> 8), (unsigned char)value};
    cr_assert_eq(gzwrite(stream, byte, 4), 4);
}

/* images.gz and labels.gz: count images of a bar that lies elsewhere in each, labels 3, 4, 3 ... */
static void write_images(uint32_t count)
{
    char path[128];
    snprintf(path, sizeof path, "%s/images.gz", folder);
    gzFile images = gzopen(path, "wb");
    snprintf(path, sizeof path, "%s/labels.gz", folder);
    gzFile labels = gzopen(path, "wb");
    put_u32(images, 0x803);
    put_u32(images, count);
    put_u32(images, 28);
    put_u32(images, 28);
    put_u32(labels, 0x801);
    put_u32(labels, count);
    for (uint32_t i = 0; i < count; i++) {
        unsigned char pixel[28 * 28] = {0};
        for (int row = 6; row < 22; row++)
            memset(pixel + row * 28 + 5 + i % 16, 255, 3);
        cr_assert_eq(gzwrite(images, pixel, sizeof pixel), (int)sizeof pixel);
        gzputc(labels, i % 2 ? 4 : 3);
    }
    gzclose(images);
    gzclose(labels);
}

/* Sounds of a digit each: a sine that depends on talker and digit. */
static void write_sounds(void)
{
    cr_assert_eq(
        shell("mkdir said && for t in ann bob cyd; do for d in 0 1 7; do "
              "/usr/bin/python3 - said/${d}_${t}_2.wav $d $t <<'P'\n"
              "import sys, wave, math, struct\n"
              "w = wave.open(sys.argv[1], 'wb'); w.setparams((1, 2, 8000, 0, 'NONE', ''))\n"
              "f = 300 + 200 * int(sys.argv[2]) + ord(sys.argv[3][0])\n"
              "w.writeframes(b''.join(struct.pack('<h', int(9000 * math.sin(f * i / 1273.24)))"
              " for i in range(2000)))\n"
              "P\ndone; done"),
        0, "%s", out);
}

Test(convert, images_to_recordings_to_text_and_back)
{
    write_images(40);
    cr_assert_eq(shell("$TUFT convert images.gz --labels labels.gz --to n-mnist --output set"), 0,
                 "%s", out);
    cr_assert_eq(shell("ls set | tr '\\n' ' '; ls set/3 | head -2 | tr '\\n' ' '"), 0);
    cr_assert_str_eq(out, "3 4 00001.bin 00003.bin ");
    cr_assert_eq(shell("$TUFT convert set --to csv --output text --quiet &&"
                       "$TUFT convert text --to n-mnist --output again/ --quiet &&"
                       "diff -r set again && ls text/4/00002.csv"),
                 0, "%s", out);
    /* Any number of threads, another batch: the same bytes; another seed: others. */
    cr_assert_eq(shell("$TUFT convert images.gz --labels labels.gz --to n-mnist --output one "
                       "--threads 1 --quiet && diff -r set one"),
                 0, "%s", out);
    cr_assert_eq(
        shell("$TUFT convert images.gz --labels labels.gz --to n-mnist --output few "
              "--limit 6 --threads 3 --quiet && diff -r set few | grep -vc '^Only in set'"),
        1);
    cr_assert_eq(shell("ls few/3 few/4 | grep -c bin"), 0);
    cr_assert_str_eq(out, "6\n");
    cr_assert_eq(shell("$TUFT convert images.gz --labels labels.gz --to n-mnist --output other "
                       "--seed 2 --quiet && diff -rq set other > /dev/null"),
                 1);
}

Test(convert, pictures_of_different_sizes_share_one_geometry)
{
    cr_assert_eq(shell("mkdir -p t/Train/2 t/Test/10 r/0 r/1; H=t_us,x,y,polarity;"
                       "printf \"$H\\n1,49,3,1\\n2,0,0,0\\n\" > t/Train/2/a.csv;"
                       "printf \"$H\\n1,2,3,1\\n2,10,33,0\\n\" > t/Train/2/b.csv;"
                       "printf \"$H\\n7,5,39,1\\n\" > t/Test/10/c.csv;"
                       "printf 'tick_us,channel\\n5,80\\n' > r/0/a.csv; cp t/Test/10/c.csv r/1"),
                 0, "%s", out);
    cr_assert_eq(shell("$TUFT convert t --to csv --output u --quiet && diff -r t u"), 0, "%s", out);
    cr_assert_eq(shell("$TUFT convert t --info --quiet"), 0);
    cr_assert(strstr(out, "channels       4000 (50 x 40 pixels, 2 polarities)"), "%s", out);
    cr_assert(strstr(out, "10: 1"), "%s", out);
    cr_assert_eq(shell("$TUFT convert t --to n-mnist --output v --quiet"), 1);
    cr_assert(strstr(out, "50 x 40 pixels of 2 polarities"), "%s", out);
    cr_assert_eq(shell("$TUFT convert r --info"), 1);
    cr_assert(strstr(out, "r/1/c.csv: another header than in 0/a.csv"), "%s", out);
}

Test(convert, a_real_recording_survives_text_to_the_byte)
{
    if (!have_data())
        cr_skip_test("no real recordings");
    cr_assert_eq(shell("$TUFT convert $DATA/formats/sample_nmnist.bin --to csv --output a.csv &&"
                       "head -n 1 a.csv > head && echo t_us,x,y,polarity | cmp head &&"
                       "test $(wc -l < a.csv) = 4326 &&"
                       "$TUFT convert a.csv --to n-mnist --output a.bin &&"
                       "cmp a.bin $DATA/formats/sample_nmnist.bin"),
                 0, "%s", out);
    cr_assert_eq(shell("$TUFT convert $DATA/formats/NTIDIGITS_1.bs1 --to csv --output b.csv && "
                       "sed -n 6p b.csv"),
                 0);
    cr_assert(strstr(out, "\n378880,6\n"), "%s", out);
}

Test(convert, spoken_digits_become_spikes_in_the_layout_of_n_tidigits)
{
    write_sounds();
    tuft_recordings train, test;
    tuft_error err;
    char path[128];
    cr_assert_eq(shell("$TUFT convert said --to n-tidigits --channels 20 --output a.h5 --quiet"), 0,
                 "%s", out);
    snprintf(path, sizeof path, "%s/a.h5", folder);
    cr_assert_eq(tuft_ntidigits_load(path, &train, &test, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(train.count, 6);
    cr_assert_eq(test.count, 3);
    cr_assert_eq(test.geometry.width, 20);
    cr_assert_str_eq(test.recording[2].name, "cyd-2-7");
    cr_assert_str_eq(test.recording[0].source, "cyd");
    cr_assert_eq(test.recording[0].label, 0);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
    /* The same events, whether they come as text from the file or from the sound itself. */
    cr_assert_eq(shell("$TUFT convert said/7_cyd_2.wav --channels 20 --to csv --output 7.csv &&"
                       "$TUFT convert a.h5 --to csv --output tree --quiet &&"
                       "cmp 7.csv tree/Test/7/cyd-2-7.csv && ls tree/Train/0 | wc -l"),
                 0, "%s", out);
    cr_assert_eq(shell("$TUFT convert said --channels 20 --to n-tidigits --output b.h5 --threads 1 "
                       "--quiet && cmp a.h5 b.h5"),
                 0, "%s", out);
    cr_assert_eq(shell("$TUFT convert a.h5 --to n-tidigits --output c.h5 --quiet && cmp a.h5 c.h5"),
                 0, "%s", out);
    /* Every option of the cochlea matters. */
    static const char *const matters[] = {"--scale mel", "--low-hz 300", "--high-hz 2000",
                                          "--generation delta"};
    for (size_t i = 0; i < sizeof matters / sizeof *matters; i++) {
        cr_assert_eq(
            shell("$TUFT convert said/7_cyd_2.wav --channels 20 %s --to csv --output x.csv",
                  matters[i]),
            0, "%s", out);
        cr_assert_eq(shell("cmp -s 7.csv x.csv"), 1, "%s", matters[i]);
    }
    cr_assert_eq(shell("$TUFT convert said --test-talkers ann,bob --info --quiet"), 0);
    cr_assert(strstr(out, "talkers        2: ann bob"), "%s", out);
}

Test(convert, info_says_what_is_there)
{
    write_images(4);
    cr_assert_eq(shell("mkdir -p s/Train/5 s/Test/5 &&"
                       "printf '\\1\\2\\200\\0\\144' > s/Train/5/a.bin &&"
                       "printf '\\1\\2\\0\\0\\0\\1\\2\\200\\1\\363' > s/Train/5/b.bin &&"
                       "printf '\\1\\2\\0\\0\\0' > s/Test/5/a.bin"),
                 0);
    cr_assert_eq(shell("$TUFT convert s --info --json a.json --report a.html --quiet"), 0, "%s",
                 out);
    cr_assert(strstr(out, "mean 1.5, sd 0.7, min 1, max 2"), "%s", out);
    cr_assert(strstr(out, "mean 0.3, min 0.1, max 0.5"), "%s", out);
    cr_assert(strstr(out, "1225 (x 1, y 2, ON)"), "%s", out);
    char path[128];
    snprintf(path, sizeof path, "%s/a.json", folder);
    json_t *root = json_load_file(path, 0, NULL);
    json_t *split = json_array_get(json_object_get(json_object_get(root, "results"), "splits"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(split, "split")), "train");
    cr_assert_eq(json_integer_value(json_object_get(split, "recordings")), 2);
    cr_assert_eq(json_integer_value(json_object_get(split, "total_events")), 3);
    cr_assert_eq(json_integer_value(json_object_get(split, "silent_channels")), 2310);
    cr_assert_eq(json_integer_value(json_array_get(json_object_get(split, "classes"), 5)), 2);
    cr_assert_float_eq(
        json_number_value(json_object_get(json_object_get(split, "duration_ms"), "mean")),
        (0.101 + 0.500) / 2, 1e-12);
    cr_assert_float_eq(json_number_value(json_object_get(split, "rate_hz_per_channel")),
                       3 / 601e-6 / 2312, 1e-9);
    json_decref(root);
    cr_assert_eq(shell("grep -c '<svg' a.html && grep -q 'Class 5' a.html && ls"), 0, "%s", out);
    cr_assert(strstr(out, "a.html\na.json\nimages.gz\nlabels.gz\ns\n"), "%s", out);
    cr_assert_eq(shell("$TUFT convert s/Test/5/a.bin --info --report b.html"), 0, "%s", out);
    cr_assert(strstr(out, "recordings     1\n  channels       2312 (34"), "%s", out);
    cr_assert_eq(shell("$TUFT convert images.gz --labels labels.gz --info --quiet"), 0, "%s", out);
    cr_assert(strstr(out, "0: 0  1: 0  2: 0  3: 2  4: 2"), "%s", out);
}

Test(convert, what_is_wrong_is_one_line_and_leaves_nothing)
{
    static const struct {
        int code;
        const char *line, *says;
    } bad[] = {
        {2, "$TUFT convert", "INPUT"},
        {2, "$TUFT convert good.bin", "--to n-mnist, csv or n-tidigits is missing"},
        {2, "$TUFT convert good.bin --to csv", "--output PATH is missing"},
        {2, "$TUFT convert good.bin --info --to csv", "--info writes nothing"},
        {2, "$TUFT convert good.bin --to cvs --output x", "cvs"},
        {2, "$TUFT convert row.bs1 --to n-mnist --output x", "34 x 34 pixels"},
        {2, "$TUFT convert row.bs1 --to n-tidigits --output x", "one recording"},
        {2, "$TUFT convert good.bin --to n-tidigits --output x", "needs a row of channels"},
        {2, "$TUFT convert images.gz --to csv --output x", "needs --labels"},
        {2, "$TUFT convert good.bin --limit 3 --to csv --output x", "--labels and --limit are for"},
        {2, "$TUFT convert good.bin --test-talkers a --info", "--test-talkers is for"},
        {1, "$TUFT convert row.csv --to n-mnist --output x", "row.csv: a row of 77 channels"},
        {1, "$TUFT convert none.bin --info", "none.bin: No such file"},
        {1, "$TUFT convert none --to csv --output x", "none: No such file"},
        {1, "$TUFT convert empty.bin --to csv --output x", "empty.bin: empty"},
        {1, "$TUFT convert empty.csv --to csv --output x", "empty.csv: empty"},
        {1, "$TUFT convert empty.bs1 --to csv --output x", "empty.bs1: empty"},
        {1, "$TUFT convert empty --to csv --output x", "empty: empty"},
        {1, "$TUFT convert empty.wav --to csv --output x", "empty.wav: empty"},
        {1, "$TUFT convert empty.h5 --to csv --output x", "empty.h5: empty"},
        {1, "$TUFT convert cut.bin --to csv --output x", "cut.bin: 6 bytes"},
        {1, "$TUFT convert cut.csv --to csv --output x", "cut.csv: line 2"},
        {1, "$TUFT convert cut.wav --to csv --output x", "cut.wav"},
        {1, "$TUFT convert cut.h5 --to csv --output x", "cut.h5: not an HDF5 file, or cut short"},
        {1, "$TUFT convert cut.gz --labels labels.gz --to csv --output x", "cut.gz"},
        {1, "$TUFT convert what --info", "what: neither"},
        {1, "$TUFT convert folder --info", "folder: no <digit>"},
        {1, "$TUFT convert mixed --info", "mixed: .bin and .csv"},
        {1, "$TUFT convert damaged --to csv --output x", "damaged/3/b.bin: 6 bytes"},
        {1, "$TUFT convert same --to csv --output x", "two recordings have this name"},
        {1, "$TUFT convert set --to csv --output full", "full: folder is not empty"},
        {1, "$TUFT convert set --to csv --output good.bin", "good.bin: is there and no folder"},
        {1, "$TUFT convert good.bin --to csv --output full", "full: cannot write"},
        {1, "$TUFT convert set --to csv --output no/where", "no/where: cannot write"},
        {1, "$TUFT convert good.bin --to csv --output no/where", "no/where: cannot write"},
    };
    write_images(3);
    cr_assert_eq(
        shell("printf '\\1\\2\\200\\0\\144' > good.bin; printf '123456' > cut.bin;"
              "printf '\\0\\1\\200\\0\\1' > row.bs1; printf 'tick_us,channel\\n1,76\\n' > row.csv;"
              "printf 'tick_us,channel\\n1' > cut.csv; printf 'RIFF1234WAVE' > cut.wav;"
              "printf '\\211HDF\\r\\n\\032\\nxx' > cut.h5; head -c 40 images.gz > cut.gz;"
              "touch empty empty.bin empty.csv empty.bs1 empty.wav empty.h5; echo hello > what;"
              "mkdir -p folder full set/3 damaged/3 mixed/3 same/3; cp good.bin set/3/a.bin;"
              "cp good.bin mixed/3/a.bin; cp row.csv mixed/3/a.csv; echo kept > full/kept;"
              "cp good.bin damaged/3/a.bin; cp cut.bin damaged/3/b.bin;"
              "cp good.bin 'same/3/a b.bin'; cp good.bin 'same/3/a_b.bin'"),
        0, "%s", out);
    cr_assert_eq(shell("find . | sort > ../${FOLDER##*/}.before"), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int code = shell("%s --quiet", bad[i].line);
        cr_assert_eq(code, bad[i].code, "%s: %d: %s", bad[i].line, code, out);
        cr_assert(is_one_line(), "%s: %s", bad[i].line, out);
        cr_assert(strstr(out, bad[i].says), "%s: %s", bad[i].line, out);
    }
    cr_assert_eq(shell("find . | sort | diff - ../${FOLDER##*/}.before && cat full/kept;"
                       "rm ../${FOLDER##*/}.before"),
                 0);
    cr_assert_str_eq(out, "kept\n");
}
