/* Traces: exponentials of one time constant that nobody has to decay.
 *
 * x_i(t) is the sum over the events of i up to t of exp(-(t - t_event) / tau). What is kept is
 * x_i(t) exp((t - origin) / tau), which stays as it is between events: an event adds
 * exp((t - origin) / tau) to it, and reading divides by that. One exponential serves all traces of
 * a tick, and a trace costs nothing while nothing happens to it. Before the numbers grow out of
 * range (each 256 tau) all are written down from a new origin.
 */
#ifndef TUFT_CELLS_TRACES_H
#define TUFT_CELLS_TRACES_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    double *grown; /* [count] x_i times growth */
    size_t count;
    double tau_ticks;
    int64_t origin; /* tick */
} tuft_traces;

/* All at 0. TUFT_INVALID unless tau_ticks is over 0 and finite. */
tuft_status tuft_traces_new(tuft_traces *traces, size_t count, double tau_ticks, tuft_error *err);
void tuft_traces_free(tuft_traces *traces);
void tuft_traces_reset(tuft_traces *traces, double value); /* all at value, at tick 0 */

/* exp((tick - origin) / tau) for a tick that does not lie before any other asked for:
 * x_i(tick) = grown[i] / growth; grown[i] += growth is an event of i at tick. */
double tuft_traces_growth(tuft_traces *traces, int64_t tick);

#endif
