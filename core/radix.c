#include "core/radix.h"

#include <string.h>

enum { BITS = 8, DIGITS = 1 << BITS };

void tuft_radix_order(const uint32_t *key, uint32_t n, uint32_t *order, uint32_t *scratch)
{
    uint32_t differ = 0, ordered = 1;
    for (uint32_t i = 0; i < n; i++) {
        order[i] = i;
        differ |= key[i] ^ key[0];
        ordered &= i == 0 || key[i - 1] <= key[i];
    }
    if (ordered)
        return;
    uint32_t *from = order, *to = scratch;
    for (int shift = 0; shift < 32 && differ >> shift; shift += BITS) {
        if (!(differ >> shift & (DIGITS - 1)))
            continue;
        uint32_t begin[DIGITS + 1] = {0};
        for (uint32_t i = 0; i < n; i++)
            begin[(key[i] >> shift & (DIGITS - 1)) + 1]++;
        for (int d = 0; d < DIGITS; d++)
            begin[d + 1] += begin[d];
        for (uint32_t i = 0; i < n; i++)
            to[begin[key[from[i]] >> shift & (DIGITS - 1)]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != order)
        memcpy(order, from, n * sizeof *order);
}
