#include "datasets/grid_grammar.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(grid_grammar, numbers_sentences_and_names_are_one_to_one)
{
    static bool seen[4][4][4][25][10][4];
    for (uint32_t n = 0; n < TUFT_GRID_SENTENCES; n++) {
        tuft_grid_sentence s = tuft_grid_sentence_of(n), again;
        for (int p = 0; p < TUFT_GRID_WORDS; p++)
            cr_assert_lt(s.choice[p], tuft_grid_choices(p));
        bool *here =
            &seen[s.choice[0]][s.choice[1]][s.choice[2]][s.choice[3]][s.choice[4]][s.choice[5]];
        cr_assert_not(*here);
        *here = true;
        char name[TUFT_GRID_NAME_SIZE];
        tuft_grid_name(&s, name);
        cr_assert(tuft_grid_parse(name, &again));
        cr_assert_arr_eq(again.choice, s.choice, sizeof s.choice);
    }
}

Test(grid_grammar, names_are_the_corpus_s)
{
    tuft_grid_sentence s;
    cr_assert(tuft_grid_parse("lwbz8p.mpg", &s));
    const char *const words[] = {"lay", "white", "by", "z", "eight", "please"};
    for (int p = 0; p < TUFT_GRID_WORDS; p++)
        cr_assert_str_eq(tuft_grid_word(p, s.choice[p]), words[p]);
    cr_assert(tuft_grid_parse("pgixza", &s));
    cr_assert_str_eq(tuft_grid_word(4, s.choice[4]), "zero");
    cr_assert_str_eq(tuft_grid_word(3, s.choice[3]), "x");
    const char *const bad[] = {"", "bbaf2", "bbaf2n2", "bbaw2n", "bbaf0n", "xbaf2n", "bbaf2n mpg"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(tuft_grid_parse(bad[i], &s), "%s", bad[i]);
}

Test(grid_grammar, no_sentence_comes_twice)
{
    static int seen[4][4][4][25][10][4];
    int last_word[24][4] = {{0}};
    for (uint64_t i = 0; i < TUFT_GRID_SENTENCES; i++) {
        tuft_grid_sentence s = tuft_grid_sentence_draw(7, i + 640000);
        cr_assert_eq(
            seen[s.choice[0]][s.choice[1]][s.choice[2]][s.choice[3]][s.choice[4]][s.choice[5]]++,
            0);
        if (i < 2400)
            last_word[i % 24][s.choice[5]]++;
    }
    for (int talker = 0; talker < 24; talker++)
        for (int w = 0; w < 4; w++) /* 25 expected of 100 */
            cr_assert(last_word[talker][w] > 5 && last_word[talker][w] < 50, "%d",
                      last_word[talker][w]);
    tuft_grid_sentence a = tuft_grid_sentence_draw(7, 3), b = tuft_grid_sentence_draw(8, 3);
    cr_assert_arr_neq(a.choice, b.choice, sizeof a.choice);
}

Test(grid_grammar, real_names)
{
    const char *data = getenv("TUFT_DATA");
    char path[512];
    snprintf(path, sizeof path, "%s/grid/s1", data ? data : TUFT_SOURCE_DIR "/../shared/data");
    DIR *folder = opendir(path);
    if (!folder)
        cr_skip_test("no GRID recordings");
    for (struct dirent *entry; (entry = readdir(folder));) {
        tuft_grid_sentence s;
        if (entry->d_name[0] == '.' || !strstr(entry->d_name, ".align"))
            continue;
        cr_assert(tuft_grid_parse(entry->d_name, &s), "%s", entry->d_name);
        char file[1024], word[32];
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        FILE *f = fopen(file, "r");
        int place = 0, a, b;
        while (fscanf(f, "%d %d %31s", &a, &b, word) == 3)
            if (strcmp(word, "sil") != 0 && strcmp(word, "sp") != 0) {
                cr_assert_str_eq(word, tuft_grid_word(place, s.choice[place]), "%s", file);
                place++;
            }
        fclose(f);
    }
    closedir(folder);
}
