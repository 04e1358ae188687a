/* What the benchmarks share: the clock, the median, and the barest loops for a machine's limits. */
#ifndef TUFT_TESTS_BENCH_MEASURE_H
#define TUFT_TESTS_BENCH_MEASURE_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* Processor time of this thread: what other processes take from the machine is not counted. */
double now_s(void);

/* Sorts value. */
double median(double *value, int n);

/* Ends the program with the message unless status is TUFT_OK. */
void must(tuft_status status, const tuft_error *err);

/* Rows of n weights (a multiple of 16 is seen to, the rest left out) added sixteen at a time, whole
 * vectors, running sums in a register. */
void bare_rows(float *sum, const float *weight, size_t n, const uint32_t *row, size_t rows);

/* Compressed rows: float32 weight, int32 target, the rows to come prefetched. */
void bare_sparse(float *restrict sum, const float *restrict weight, const int32_t *restrict target,
                 const size_t *begin, const uint32_t *row, size_t rows);

/* Cell updates, no refractory period, spikes counted and not listed. */
uint32_t bare_lif(float *restrict v, float *restrict input, uint32_t n, float decay, float drive,
                  float threshold);
uint32_t bare_lif_exponential(float *restrict v, float *restrict e, float *restrict i,
                              float *restrict input_e, float *restrict input_i, uint32_t n,
                              float threshold);
uint32_t bare_lif_conductance(float *restrict v, float *restrict e, float *restrict i,
                              float *restrict input_e, float *restrict input_i, uint32_t n,
                              float threshold);

#endif
