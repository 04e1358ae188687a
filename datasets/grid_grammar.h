/* The sentences of the GRID corpus: command, colour, preposition, letter, digit, adverb ("bin blue
 * at f two now"). Source: Cooke, Barker, Cunningham & Shao, JASA 120:2421 (2006).
 */
#ifndef TUFT_DATASETS_GRID_GRAMMAR_H
#define TUFT_DATASETS_GRID_GRAMMAR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TUFT_GRID_WORDS = 6,
    TUFT_GRID_SENTENCES = 64000, /* 4 x 4 x 4 x 25 x 10 x 4 */
    TUFT_GRID_NAME_SIZE = 7
};

/* Which of its place's words stands at each place: letters a to z without w, digits 0 to 9, the
 * rest in alphabetical order. */
typedef struct {
    uint8_t choice[TUFT_GRID_WORDS];
} tuft_grid_sentence;

/* How many words can stand at a place, and the k-th of them. */
int tuft_grid_choices(int place);
const char *tuft_grid_word(int place, int k);

/* number < TUFT_GRID_SENTENCES, digit by digit of a mixed-radix number. */
tuft_grid_sentence tuft_grid_sentence_of(uint32_t number);

/* A sentence for an index: the number is index mod 64000 through a permutation that seed chooses,
 * so that 64000 indices in a row have as many sentences. */
tuft_grid_sentence tuft_grid_sentence_draw(uint64_t seed, uint64_t index);

/* The corpus's file name, a character a word: "bbaf2n"; zero is z. */
void tuft_grid_name(const tuft_grid_sentence *sentence, char name[TUFT_GRID_NAME_SIZE]);

/* The sentence of such a name, which may go on after a dot ("bbaf2n.mpg"). False where it is no
 * such name. */
bool tuft_grid_parse(const char *name, tuft_grid_sentence *sentence);

#endif
