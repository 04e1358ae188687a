/* From flags to a list: which cells of a block fired. Clocked models fill a byte a cell without
 * branches, and few of those are set. */
#ifndef TUFT_CELLS_FIRED_H
#define TUFT_CELLS_FIRED_H

#include <stdint.h>

/* Cells whose spikes are looked for together, and at a glance. */
enum { TUFT_FIRED_BLOCK = 2048, TUFT_FIRED_GROUP = 64 };

/* Writes begin + i for each of the n flags fired[i] (0 or 1) that is set, ascending, into spike,
 * and returns how many. fired has room for TUFT_FIRED_GROUP more, which are overwritten. */
uint32_t tuft_fired_collect(uint8_t *fired, uint32_t begin, uint32_t n, uint32_t *spike);

#endif
