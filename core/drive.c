#include "core/drive.h"

#include "core/memory.h"
#include "core/philox.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>

enum { LANES = 16, WORDS = 4, BLOCK = LANES * WORDS };

tuft_status tuft_drive_table_new(tuft_drive_table *table, const tuft_drive *drive, double step_ms,
                                 uint64_t seed, tuft_error *err)
{
    *table = (tuft_drive_table){.seed = seed, .index = drive->index, .weight = drive->weight};
    double mean = drive->rate_hz * step_ms / 1000;
    if (!(mean >= 0 && mean <= TUFT_DRIVE_LIMIT))
        return tuft_fail(err, TUFT_INVALID,
                         "drive of %g Hz, %g events a step, expected 0 to %d a step",
                         drive->rate_hz, mean, TUFT_DRIVE_LIMIT);
    if (!isfinite(drive->weight))
        return tuft_fail(err, TUFT_INVALID, "drive of weight %g, expected a finite number",
                         (double)drive->weight);
    uint32_t most = (uint32_t)(mean + 12 * sqrt(mean)) + 32;
    tuft_status status = TUFT_NEW(&table->least, most, "Poisson table", err);
    if (status)
        return status;
    /* Summed from below; what is nearer to 0 or 1 than 2^-33 does not occur. */
    double below = 0;
    for (uint32_t k = 0; k < most; k++) {
        below += exp(k * log(mean > 0 ? mean : 1) - mean - lgamma(k + 1.0));
        double least = round((mean > 0 ? below : 1) * 0x1p32);
        if (least < 1)
            table->base = k + 1;
        else if (least < 0x1p32)
            table->least[table->levels++] = (uint32_t)least;
        else
            break;
    }
    return TUFT_OK;
}

void tuft_drive_table_free(tuft_drive_table *table)
{
    free(table->least);
    *table = (tuft_drive_table){0};
}

/* Sixteen lanes; products of 32-bit numbers are taken in the even lanes and in the odd ones. */
typedef uint32_t lanes __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t lanes_signed __attribute__((vector_size(64)));
typedef uint64_t wide __attribute__((vector_size(64)));
typedef float reals __attribute__((vector_size(64), aligned(4), may_alias));

#define LOW ((wide){} + 0xffffffffu)

/* Sixteen Philox blocks side by side (core/philox.c has the one): lane j counts for stream
 * first + j. */
static inline __attribute__((always_inline)) void
sixteen_blocks(const uint32_t counter[3], uint32_t first, uint64_t seed, lanes out[WORDS])
{
    const lanes number = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    lanes c0 = (lanes){} + counter[0], c1 = (lanes){} + counter[1], c2 = number + first,
          c3 = (lanes){} + counter[2];
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        wide even0 = ((wide)c0 & LOW) * 0xD2511F53u, odd0 = ((wide)c0 >> 32) * 0xD2511F53u;
        wide even1 = ((wide)c2 & LOW) * 0xCD9E8D57u, odd1 = ((wide)c2 >> 32) * 0xCD9E8D57u;
        lanes high0 = (lanes)((even0 >> 32) | (odd0 & ~LOW));
        lanes high1 = (lanes)((even1 >> 32) | (odd1 & ~LOW));
        c0 = high1 ^ c1 ^ k0;
        c2 = high0 ^ c3 ^ k1;
        c1 = (lanes)((even1 & LOW) | (odd1 << 32));
        c3 = (lanes)((even0 & LOW) | (odd0 << 32));
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

TUFT_CLONES static uint64_t add_blocks(const tuft_drive_table *t, const uint32_t counter[3],
                                       uint32_t first, uint32_t blocks, float *restrict input)
{
    wide events = {};
    for (uint32_t b = 0; b < blocks; b++, input += BLOCK) {
        lanes draw[WORDS], n[WORDS];
        sixteen_blocks(counter, first + b * LANES, t->seed, draw);
        for (int w = 0; w < WORDS; w++)
            n[w] = (lanes){} + t->base;
        for (uint32_t k = 0; k < t->levels; k++) {
            uint32_t least = t->least[k];
            for (int w = 0; w < WORDS; w++)
                n[w] -= (lanes)(draw[w] >= least); /* true is -1 */
        }
        for (int w = 0; w < WORDS; w++) {
            *(reals *)(input + w * LANES) +=
                t->weight * __builtin_convertvector((lanes_signed)n[w], reals);
            events += ((wide)n[w] & LOW) + ((wide)n[w] >> 32);
        }
    }
    uint64_t sum = 0;
    for (int j = 0; j < LANES / 2; j++)
        sum += events[j];
    return sum;
}

uint64_t tuft_drive_add(const tuft_drive_table *table, int64_t step, uint32_t begin, uint32_t end,
                        float *input)
{
    if (!table->base && !table->levels)
        return 0;
    const uint32_t counter[3] = {(uint32_t)step,
                                 (uint32_t)TUFT_RANDOM_DRIVE << 16 |
                                     (uint32_t)((uint64_t)step >> 32 & 0xffff),
                                 table->index};
    uint32_t whole = (end - begin) / BLOCK, rest = (end - begin) % BLOCK;
    uint32_t first = begin / BLOCK * LANES;
    uint64_t events = add_blocks(table, counter, first, whole, input + begin);
    if (!rest)
        return events;
    /* The last cells: as if there were a whole block of them. */
    tuft_drive_table unit = *table;
    unit.weight = 1;
    float n[BLOCK] = {0};
    add_blocks(&unit, counter, first + whole * LANES, 1, n);
    for (uint32_t i = 0; i < rest; i++) {
        input[begin + whole * BLOCK + i] += table->weight * n[i];
        events += (uint64_t)n[i];
    }
    return events;
}
