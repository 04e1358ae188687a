#include "core/philox.h"

#include <math.h>

/* Constants of Salmon et al. 2011, table 2 (philox4x32) and the Weyl increments of section 4. */
enum { ROUNDS = 10 };
static const uint32_t multiplier0 = 0xD2511F53u, multiplier1 = 0xCD9E8D57u;
static const uint32_t weyl0 = 0x9E3779B9u, weyl1 = 0xBB67AE85u;

void tuft_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t product0 = (uint64_t)multiplier0 * c0, product1 = (uint64_t)multiplier1 * c2;
        uint32_t high0 = (uint32_t)(product0 >> 32), high1 = (uint32_t)(product1 >> 32);
        c0 = high1 ^ c1 ^ k0;
        c2 = high0 ^ c3 ^ k1;
        c1 = (uint32_t)product1;
        c3 = (uint32_t)product0;
        k0 += weyl0;
        k1 += weyl1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

tuft_random tuft_random_stream(uint64_t seed, tuft_random_purpose purpose, uint64_t index)
{
    /* Key: the seed. Counter: word 0 runs, word 1 carries the purpose and the run's overflow,
     * words 2 and 3 the index. */
    tuft_random random = {
        .counter = {0, (uint32_t)purpose << 16, (uint32_t)index, (uint32_t)(index >> 32)},
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
        .used = 4,
    };
    return random;
}

uint32_t tuft_random_u32(tuft_random *random)
{
    if (random->used == 4) {
        tuft_philox4x32(random->counter, random->key, random->word);
        if (++random->counter[0] == 0)
            random->counter[1]++;
        random->used = 0;
    }
    return random->word[random->used++];
}

uint32_t tuft_random_below(tuft_random *random, uint32_t bound)
{
    if (bound == 0)
        return 0;
    /* Lemire 2019: multiply and reject the few values that would favour small results. */
    uint64_t product = (uint64_t)tuft_random_u32(random) * bound;
    if ((uint32_t)product < bound) {
        uint32_t reject = -bound % bound;
        while ((uint32_t)product < reject)
            product = (uint64_t)tuft_random_u32(random) * bound;
    }
    return (uint32_t)(product >> 32);
}

double tuft_random_uniform(tuft_random *random)
{
    uint64_t high = tuft_random_u32(random) >> 6, low = tuft_random_u32(random) >> 6;
    return ((double)((high << 26) | low) + 0.5) * 0x1p-52;
}

double tuft_random_normal(tuft_random *random)
{
    double radius = sqrt(-2.0 * log(tuft_random_uniform(random)));
    return radius * cos(2.0 * M_PI * tuft_random_uniform(random));
}

double tuft_random_exponential(tuft_random *random)
{
    return -log(tuft_random_uniform(random));
}

void tuft_random_shuffle(tuft_random *random, uint32_t *index, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = tuft_random_below(random, i);
        uint32_t swap = index[i - 1];
        index[i - 1] = index[j];
        index[j] = swap;
    }
}
