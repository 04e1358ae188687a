#include "datasets/align.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/tuft-align-XXXXXX";

static void make_file(void)
{
    int descriptor = mkstemp(path);
    cr_assert_geq(descriptor, 0);
    close(descriptor);
}

static void remove_file(void)
{
    unlink(path);
}

TestSuite(align, .init = make_file, .fini = remove_file);

static tuft_status read_text(const char *text, size_t n, tuft_align *align, tuft_error *err)
{
    FILE *f = fopen(path, "wb");
    fwrite(text, 1, n, f);
    fclose(f);
    return tuft_align_read(path, align, err);
}

Test(align, words_and_times)
{
    const char *text = "0 23750 sil\n23750 29500 bin\r\n\n  29500\t34000  blue \n40000 50000 now";
    tuft_align align, again;
    tuft_error err;
    cr_assert_eq(read_text(text, strlen(text), &align, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(align.count, 4);
    cr_assert_str_eq(align.word[1].word, "bin");
    cr_assert_str_eq(align.word[2].word, "blue");
    cr_assert_float_eq(align.word[1].start_s, 0.95, 1e-12);
    cr_assert_float_eq(align.word[3].end_s, 2.0, 1e-12);
    cr_assert_eq(tuft_align_write(path, &align, &err), TUFT_OK);
    cr_assert_eq(tuft_align_read(path, &again, &err), TUFT_OK);
    cr_assert_eq(again.count, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_assert_str_eq(again.word[i].word, align.word[i].word);
        cr_assert_eq(again.word[i].start_s, align.word[i].start_s);
        cr_assert_eq(again.word[i].end_s, align.word[i].end_s);
    }
    tuft_align_free(&align);
    tuft_align_free(&again);
}

Test(align, malformed_files_are_refused_with_their_line)
{
    static const struct {
        const char *text, *words;
    } bad[] = {{"", "no words"},
               {"\n \n", "no words"},
               {"0 100\n", "line 1"},
               {"0 100 sil\n100 x bin\n", "line 2"},
               {"0 100 sil\n-100 200 bin\n", "line 2"},
               {"0 100 sil extra\n", "line 1"},
               {"0 100sil\n", "line 1"},
               {"1e2 200 sil\n", "line 1"},
               {"100 100 sil\n", "line 1: sil from"},
               {"200 100 sil\n", "line 1: sil from"},
               {"0 200 sil\n100 300 bin\n", "line 2: bin from"},
               {"0 99999999999999999999999 sil\n", "line 1"},
               {"0 100 a_word_that_is_long_enough\n", "line 1"},
               {"\x01\x02\xff\xfe\n", "line 1"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tuft_align align;
        tuft_error err = {0};
        cr_assert_eq(read_text(bad[i].text, strlen(bad[i].text), &align, &err), TUFT_FORMAT,
                     "case %zu", i);
        cr_assert(strncmp(err.message, path, strlen(path)) == 0);
        cr_assert_not_null(strstr(err.message, bad[i].words), "case %zu: %s", i, err.message);
        cr_assert_null(align.word);
        cr_assert_eq(align.count, 0);
    }
    tuft_align align;
    cr_assert_eq(read_text("0 100 sil\n\0\0\0\n", 14, &align, NULL), TUFT_FORMAT);
    cr_assert_eq(tuft_align_read("/no/such.align", &align, NULL), TUFT_IO);
}

Test(align, grid_sentences_have_six_words)
{
    const char *data = getenv("TUFT_DATA");
    char pattern[512];
    snprintf(pattern, sizeof pattern, "%s/grid/*/*.align",
             data ? data : TUFT_SOURCE_DIR "/../shared/data");
    glob_t files;
    if (glob(pattern, 0, NULL, &files) != 0)
        cr_skip_test("no GRID recordings");
    for (size_t i = 0; i < files.gl_pathc; i++) {
        tuft_align align;
        tuft_error err;
        cr_assert_eq(tuft_align_read(files.gl_pathv[i], &align, &err), TUFT_OK, "%s", err.message);
        int words = 0;
        for (size_t w = 0; w < align.count; w++)
            words +=
                strcmp(align.word[w].word, "sil") != 0 && strcmp(align.word[w].word, "sp") != 0;
        cr_assert_eq(words, 6, "%s", files.gl_pathv[i]);
        cr_assert_float_eq(align.word[align.count - 1].end_s, 2.98, 0.05);
        tuft_align_free(&align);
    }
    globfree(&files);
}
