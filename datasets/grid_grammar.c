#include "datasets/grid_grammar.h"

#include "core/philox.h"

#include <string.h>

enum { LETTERS = 25, DIGITS = 10, OTHERS = 4 };

static const char *const command[OTHERS] = {"bin", "lay", "place", "set"};
static const char *const colour[OTHERS] = {"blue", "green", "red", "white"};
static const char *const preposition[OTHERS] = {"at", "by", "in", "with"};
static const char *const letter[LETTERS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i",
                                            "j", "k", "l", "m", "n", "o", "p", "q", "r",
                                            "s", "t", "u", "v", "x", "y", "z"};
static const char *const digit[DIGITS] = {"zero", "one", "two",   "three", "four",
                                          "five", "six", "seven", "eight", "nine"};
static const char *const adverb[OTHERS] = {"again", "now", "please", "soon"};

static const struct {
    const char *const *word;
    int choices;
    const char *code; /* of the words, in file names */
} places[TUFT_GRID_WORDS] = {
    {command, OTHERS, "blps"},     {colour, OTHERS, "bgrw"},
    {preposition, OTHERS, "abiw"}, {letter, LETTERS, "abcdefghijklmnopqrstuvxyz"},
    {digit, DIGITS, "z123456789"}, {adverb, OTHERS, "anps"},
};

int tuft_grid_choices(int place)
{
    return places[place].choices;
}

const char *tuft_grid_word(int place, int k)
{
    return places[place].word[k];
}

tuft_grid_sentence tuft_grid_sentence_of(uint32_t number)
{
    tuft_grid_sentence s;
    for (int p = 0; p < TUFT_GRID_WORDS; p++) {
        s.choice[p] = (uint8_t)(number % (uint32_t)places[p].choices);
        number /= (uint32_t)places[p].choices;
    }
    return s;
}

/* A permutation of the 16-bit numbers: four Feistel rounds, Philox as round function. */
static uint32_t permute(uint64_t seed, uint32_t x)
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    for (uint32_t round = 0; round < 4; round++) {
        const uint32_t counter[4] = {x & 0xff, round, TUFT_RANDOM_GENERATOR, 0};
        uint32_t mixed[4];
        tuft_philox4x32(counter, key, mixed);
        x = (x & 0xff) << 8 | ((x >> 8 ^ mixed[0]) & 0xff);
    }
    return x;
}

tuft_grid_sentence tuft_grid_sentence_draw(uint64_t seed, uint64_t index)
{
    uint32_t number = (uint32_t)(index % TUFT_GRID_SENTENCES);
    do /* walks along its cycle until it is back among the sentences */
        number = permute(seed, number);
    while (number >= TUFT_GRID_SENTENCES);
    return tuft_grid_sentence_of(number);
}

void tuft_grid_name(const tuft_grid_sentence *sentence, char name[TUFT_GRID_NAME_SIZE])
{
    for (int p = 0; p < TUFT_GRID_WORDS; p++)
        name[p] = places[p].code[sentence->choice[p]];
    name[TUFT_GRID_WORDS] = '\0';
}

bool tuft_grid_parse(const char *name, tuft_grid_sentence *sentence)
{
    for (int p = 0; p < TUFT_GRID_WORDS; p++) {
        const char *at = name[p] ? strchr(places[p].code, name[p]) : NULL;
        if (!at)
            return false;
        sentence->choice[p] = (uint8_t)(at - places[p].code);
    }
    return name[TUFT_GRID_WORDS] == '\0' || name[TUFT_GRID_WORDS] == '.';
}
