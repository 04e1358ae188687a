/* Radix sort of small integers: stable, linear in their number. */
#ifndef TUFT_CORE_RADIX_H
#define TUFT_CORE_RADIX_H

#include <stddef.h>
#include <stdint.h>

/* Fills order[n] with the indices of key[n] such that key[order[0]] <= key[order[1]] <= ..., equal
 * keys in their old order. scratch has room for n. */
void tuft_radix_order(const uint32_t *key, uint32_t n, uint32_t *order, uint32_t *scratch);

#endif
