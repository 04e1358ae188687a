/* The 26 lower-case letters, written: strokes of a pen by many hands, as datasets/strokes.h has the
 * digits. A letter has one to three forms (a with one storey or two, l plain, hooked or looped, z
 * with or without bar ...), ours. Heights: a tall letter is 1 high, its x-height 0.6, its
 * descenders reach 0.4 below the line.
 */
#ifndef TUFT_DATASETS_LETTERS_H
#define TUFT_DATASETS_LETTERS_H

#include "datasets/pen.h"

enum { TUFT_LETTERS = 26 };

/* How somebody writes. Every letter of a writer varies around it. */
typedef struct {
    tuft_pen_hand hand;
    double radius;               /* of the pen, pixels of the final image */
    uint32_t form[TUFT_LETTERS]; /* preferred form of each letter, taken modulo their number */
    uint32_t strays;             /* one letter in so many is in another form; 0: none */
} tuft_letter_writer;

/* The writer of that number; number below 2^32. One letter in eight strays. */
tuft_letter_writer tuft_letters_writer(uint64_t seed, uint64_t number);

/* How the pen moves, in heights. letter 0 is a. The same (seed, index) and writer move it alike.
 * index below 2^32. TUFT_INVALID where letter is not 0 to 25. */
tuft_status tuft_letters_write(int letter, const tuft_letter_writer *writer, uint64_t seed,
                               uint64_t index, tuft_pen_path *path, tuft_error *err);

/* The image of the same movement: as tuft_letters_write. */
tuft_status tuft_letters_draw(int letter, const tuft_letter_writer *writer, uint64_t seed,
                              uint64_t index, float image[TUFT_PEN_SIDE * TUFT_PEN_SIDE],
                              tuft_error *err);

#endif
