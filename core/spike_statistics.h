/* Statistics of recorded spikes: rates, intervals between spikes, correlation. */
#ifndef TUFT_CORE_SPIKE_STATISTICS_H
#define TUFT_CORE_SPIKE_STATISTICS_H

#include "core/recorder.h"

typedef struct {
    uint64_t spikes;
    double rate_hz;          /* of a cell: spikes / (cells x time) */
    uint64_t intervals;      /* between successive spikes of one cell */
    double interval_mean_ms; /* of all of them; NaN without any */
    double interval_cv;      /* mean over cells of 3 spikes or more of the coefficient of variation
                                (sd, with n - 1, over mean); NaN without such cells */
    uint32_t interval_cells; /* how many these are */
    uint32_t active_cells;   /* that fired at all */
} tuft_spike_statistics;

/* Of the spikes at begin <= tick < end; ticks ascend, as recorded. tick_ms > 0. TUFT_INVALID for a
 * cell past the population, ticks that descend, an empty time. */
tuft_status tuft_spike_statistics_of(tuft_spike_statistics *out, const tuft_spike_record *spikes,
                                     uint32_t cells, int64_t begin, int64_t end, double tick_ms,
                                     tuft_error *err);

/* All intervals between successive spikes of one cell, in ms, in order of their ends: *interval_ms
 * [*count] is the caller's to free. */
tuft_status tuft_spike_intervals(const tuft_spike_record *spikes, uint32_t cells, double tick_ms,
                                 double **interval_ms, size_t *count, tuft_error *err);

/* Mean rate of a cell in window w, edge[w] <= tick < edge[w + 1]: rate_hz[windows], the caller's
 * array. edge ascends strictly. */
tuft_status tuft_spike_rates(const tuft_spike_record *spikes, uint32_t cells, const int64_t *edge,
                             uint32_t windows, double tick_ms, double *rate_hz, tuft_error *err);

/* Pearson's correlation of the pairs that are finite; NaN where it has no meaning (less than two
 * pairs, no variance). */
double tuft_correlation(const double *x, const double *y, size_t count);

#endif
