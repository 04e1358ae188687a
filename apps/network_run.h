/* Runs a network that was built from a file: time, and what the file's steps and sines write. */
#ifndef TUFT_APPS_NETWORK_RUN_H
#define TUFT_APPS_NETWORK_RUN_H

#include "apps/network_build.h"

/* Value of a sine at a tick. */
double network_sine_at(const network_file *file, const network_input *input, double tick);
/* Value of steps or a sine that holds at a tick; NaN before the first step. */
double network_value_at(const network_file *file, const network_input *input, int64_t tick);

/* What is done whenever the run has come to a tick; a failure ends the run. */
typedef tuft_status network_run_reached(void *user, int64_t tick, tuft_error *err);

/* Runs the engine from where it is to `end`, in stretches of `every` ticks at most; reached (NULL:
 * nothing) is called after each. Values for tick t are written at the end of tick t, those for tick
 * 0 before it: what is written at a tick depends on the tick alone, so that a run goes on from any
 * tick as if it had not been interrupted. */
tuft_status network_run(const network_file *file, tuft_engine *engine, int64_t end, int64_t every,
                        network_run_reached *reached, void *user, tuft_error *err);

#endif
