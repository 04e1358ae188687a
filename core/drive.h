/* Drive: random input from outside, to each cell of a clocked population its own.
 *
 * In each step a cell gets N times the weight at a port, N from a Poisson distribution of mean
 * rate x step: what many independent Poisson sources of that total rate would send it, however many
 * of their spikes fall into one step, with no spike made, sent or stored.
 *
 * Nothing is carried from step to step: word w of block `step` of the Philox stream (seed, DRIVE,
 * index << 32 | 16 b + j) is the draw of cell 64 b + 16 w + j at that step, whatever the number of
 * threads; N is where the draw falls in the distribution, which is tabled to 2^-32.
 */
#ifndef TUFT_CORE_DRIVE_H
#define TUFT_CORE_DRIVE_H

#include "core/status.h"

#include <stdint.h>

/* Events in a step, on average, that a drive may have. */
#define TUFT_DRIVE_LIMIT 1000

typedef struct {
    int port;
    double rate_hz; /* of all sources of a cell together */
    float weight;   /* in the port's unit */
    uint32_t index; /* among the drives of the network: tells their random streams apart */
} tuft_drive;

/* A drive made ready: P(N > k) = P(draw >= least[k]) for draws of 32 bits. */
typedef struct {
    uint64_t seed;
    uint32_t index;
    float weight;
    uint32_t base;   /* N is never below */
    uint32_t levels; /* nor above base + levels */
    uint32_t *least; /* [levels], ascending */
} tuft_drive_table;

/* TUFT_INVALID for a rate that is negative, not finite or past TUFT_DRIVE_LIMIT events a step, and
 * for a weight that is not finite. */
tuft_status tuft_drive_table_new(tuft_drive_table *table, const tuft_drive *drive, double step_ms,
                                 uint64_t seed, tuft_error *err);
void tuft_drive_table_free(tuft_drive_table *table);

/* input[i] += weight x N for the cells begin (a multiple of 64) .. end at a step; returns the sum
 * of N. */
uint64_t tuft_drive_add(const tuft_drive_table *table, int64_t step, uint32_t begin, uint32_t end,
                        float *input);

#endif
