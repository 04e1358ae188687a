/* Delay lines: spikes under way over one projection.
 *
 * A projection has one line for each of its delays. Time only goes forward, so what is sent down a
 * line comes out in the order in which it went in: a line is a plain queue, and the timing wheel
 * holds one item (owner, line) for all spikes that one tick sends down it, not one a spike.
 */
#ifndef TUFT_CORE_DELAY_LINE_H
#define TUFT_CORE_DELAY_LINE_H

#include "core/projection.h"
#include "core/wheel.h"

/* A queue of batches: in word[begin .. end), each its count and then as many indices. */
typedef struct {
    uint32_t *word;
    size_t begin, end, capacity;
    size_t newest;       /* where the last batch starts */
    int64_t newest_tick; /* when the last batch arrives */
} tuft_delay_line;

typedef struct {
    const tuft_connections *connections; /* borrowed */
    uint32_t lines;
    uint32_t *delay;        /* [lines], ascending */
    uint32_t *segment_line; /* [segments]; NULL when there is one line */
    tuft_delay_line *line;
} tuft_delay_lines;

tuft_status tuft_delay_lines_new(tuft_delay_lines *lines, const tuft_connections *connections,
                                 tuft_error *err);
void tuft_delay_lines_free(tuft_delay_lines *lines);
void tuft_delay_lines_reset(tuft_delay_lines *lines);

/* Sends the spikes of n source cells, which fire at tick: rows (dense, one-to-one) or segments
 * (sparse) will come out of the wheel's item (owner, line). */
tuft_status tuft_delay_lines_send(tuft_delay_lines *lines, int64_t tick, const uint32_t *cell,
                                  size_t n, tuft_wheel *wheel, uint32_t owner, tuft_error *err);

/* The oldest batch of a line that has one; holds until the next send. */
const uint32_t *tuft_delay_lines_take(tuft_delay_lines *lines, uint32_t line, size_t *n);

/* Puts words (batches as a line holds them) into a line that has been reset; the caller puts the
 * items on the wheel. TUFT_INVALID for what are no batches of this projection. *batches is their
 * number. */
tuft_status tuft_delay_lines_refill(tuft_delay_lines *lines, uint32_t line, const uint32_t *word,
                                    size_t words, size_t *batches, tuft_error *err);

#endif
