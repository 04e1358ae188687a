/* Counter-based random numbers: Philox 4x32-10.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11.
 *
 * A stream is named by (seed, purpose, index): connectivity, device variation and noise draw from
 * streams of their own, so that no result depends on threads, ranks or the order of calls. The
 * k-th number of a stream can be had without the k-1 before it.
 */
#ifndef TUFT_CORE_PHILOX_H
#define TUFT_CORE_PHILOX_H

#include <stdint.h>

/* Purposes keep streams of one seed apart. The values are part of what a seed means: append only.
 */
typedef enum {
    TUFT_RANDOM_TEST = 0,
    TUFT_RANDOM_CONNECTIVITY,
    TUFT_RANDOM_CONDUCTANCE,
    TUFT_RANDOM_INPUT,
    TUFT_RANDOM_INITIAL,
    TUFT_RANDOM_TRAINING,
    TUFT_RANDOM_SPLIT,
    TUFT_RANDOM_PAIRING,
    TUFT_RANDOM_GENERATOR,
    TUFT_RANDOM_AUGMENT,
    TUFT_RANDOM_CELL,
    TUFT_RANDOM_DELAY,
    TUFT_RANDOM_NOISE,
    TUFT_RANDOM_RESERVOIR,
    TUFT_RANDOM_DRIVE,
    TUFT_RANDOM_STUCK,
    TUFT_RANDOM_PROGRAMMING,
    TUFT_RANDOM_DRIFT,
    TUFT_RANDOM_READ,
    TUFT_RANDOM_GENERATED_WEIGHT
} tuft_random_purpose;

/* One block: four 32-bit words from a 128-bit counter and a 64-bit key. */
void tuft_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* A position in a stream. Copy it freely; it owns nothing. */
typedef struct {
    uint32_t counter[4];
    uint32_t key[2];
    uint32_t word[4];
    int used; /* words of the current block already given out, 0..4 */
} tuft_random;

/* The start of stream (seed, purpose, index). index uses 64 bits, purpose 16. */
tuft_random tuft_random_stream(uint64_t seed, tuft_random_purpose purpose, uint64_t index);

uint32_t tuft_random_u32(tuft_random *random);
/* Uniform integer in [0, bound), without bias; bound 0 gives 0. */
uint32_t tuft_random_below(tuft_random *random, uint32_t bound);
/* Uniform in the open interval (0, 1), 52 bits. */
double tuft_random_uniform(tuft_random *random);
/* Standard normal (Box-Muller on two uniforms; one number a call, nothing kept back). */
double tuft_random_normal(tuft_random *random);
/* Exponential with mean 1. */
double tuft_random_exponential(tuft_random *random);

/* Fisher-Yates shuffle of n indices. */
void tuft_random_shuffle(tuft_random *random, uint32_t *index, uint32_t n);

#endif
