/* When a rule changes weights: from start to stop. Its traces run all the time. */
#ifndef TUFT_CELLS_LEARNING_PERIOD_H
#define TUFT_CELLS_LEARNING_PERIOD_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t start, stop; /* ticks: start <= t < stop */
} tuft_learning_period;

/* From times in ms, rounded to ticks; stop 0: without end. TUFT_INVALID for less than 0 and for
 * what does not fit. */
tuft_status tuft_learning_period_new(tuft_learning_period *period, double start_ms, double stop_ms,
                                     double tick_ms, tuft_error *err);

static inline bool tuft_learning_period_holds(tuft_learning_period period, int64_t tick)
{
    return tick >= period.start && tick < period.stop;
}

#endif
