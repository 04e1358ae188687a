/* The event-driven engine: runs a network through time.
 *
 * Time is an integer tick. At each tick at which anything is due, in this order: spikes that
 * arrive are delivered (all spikes of one projection together), event-driven cells that were
 * reached take their input, clocked populations that are due advance one step (at multiples of
 * their step, the first at one step), and what fires, with what comes from outside at this tick,
 * goes on its way. A clocked cell sees at step t all that arrived after t - step, up to t.
 *
 * Results do not depend on the number of threads. An engine belongs to one thread at a time; many
 * engines may share a network.
 */
#ifndef TUFT_CORE_ENGINE_H
#define TUFT_CORE_ENGINE_H

#include "core/ledger.h"
#include "core/network.h"
#include "core/recorder.h"

typedef struct tuft_engine tuft_engine;

/* Ticks go from 0 to this (36 000 years of microseconds), so that no sum of two overflows. */
#define TUFT_TICK_LIMIT ((int64_t)1 << 60)
enum { TUFT_THREAD_LIMIT = 1024 };

/* An engine at tick 0 for a network, which is borrowed. threads (1 to TUFT_THREAD_LIMIT) is how
 * many OpenMP threads one tick's work may use when there is enough of it. */
tuft_status tuft_engine_new(tuft_engine **engine, const tuft_network *network, uint64_t seed,
                            int threads, tuft_error *err);
void tuft_engine_free(tuft_engine *engine);

/* Back to tick 0 and rest: states, spikes under way, inputs and records are cleared, plastic
 * weights are again those of the network; recorders stay attached, ledger counts go on. */
tuft_status tuft_engine_reset(tuft_engine *engine, tuft_error *err);

/* Spikes of a source population: tick[n] ascending, cell[n]. Borrowed until they have been run
 * past or replaced; replaces what was given before. */
tuft_status tuft_engine_input(tuft_engine *engine, uint32_t population, const int64_t *tick,
                              const uint32_t *cell, size_t n, tuft_error *err);

/* Sets a variable of n cells (cell NULL: cells 0 .. n-1) as at the end of the last tick that was
 * run, before tick 0 at the start: an initial membrane, a current that steps. To make a clocked
 * cell see a value from time t on, run to t + 1, then write. Undone by reset. */
tuft_status tuft_engine_write(tuft_engine *engine, uint32_t population, const char *variable,
                              const uint32_t *cell, const double *value, uint32_t n,
                              tuft_error *err);

/* Runs every tick t with now <= t < end, then now = end. */
tuft_status tuft_engine_run(tuft_engine *engine, int64_t end, tuft_error *err);
int64_t tuft_engine_now(const tuft_engine *engine);

/* Recorders: attached once, read at any time; owned by the engine. The readers give NULL where
 * there is no such recorder or population. Spikes of a source come in the order they were given. */
tuft_status tuft_engine_record_spikes(tuft_engine *engine, uint32_t population, tuft_error *err);
const tuft_spike_record *tuft_engine_spikes(const tuft_engine *engine, uint32_t population);

/* Counts in windows; call again to move the windows (their number stays) and zero the counts. */
tuft_status tuft_engine_record_counts(tuft_engine *engine, uint32_t population, const int64_t *edge,
                                      uint32_t windows, tuft_error *err);
const tuft_count_record *tuft_engine_counts(const tuft_engine *engine, uint32_t population);

/* variable by its name in the cell model; one trace a variable. */
tuft_status tuft_engine_record_trace(tuft_engine *engine, uint32_t population, const char *variable,
                                     const uint32_t *cell, uint32_t cells, int64_t every_ticks,
                                     tuft_error *err);
/* The trace that was attached first, and that of a variable. */
const tuft_trace_record *tuft_engine_trace(const tuft_engine *engine, uint32_t population);
const tuft_trace_record *tuft_engine_trace_of(const tuft_engine *engine, uint32_t population,
                                              const char *variable);

/* The weights of a projection as they are now, in the order of its connections, and their number
 * (n may be NULL); NULL where there is no such projection. Those of a plastic one are the engine's
 * own: borrowed, they change as it runs. */
const float *tuft_engine_weights(const tuft_engine *engine, uint32_t projection, size_t *n);

/* Counting of spikes for each source, on unless switched off: for measuring what it costs. A ledger
 * of a run without it has no spikes and no synaptic events. */
typedef enum { TUFT_ACCOUNTING_ON, TUFT_ACCOUNTING_OFF } tuft_accounting;
void tuft_engine_account(tuft_engine *engine, tuft_accounting accounting);

/* What has been counted since the engine was made. The ledger is the caller's to free. */
tuft_status tuft_engine_ledger(const tuft_engine *engine, tuft_ledger *ledger, tuft_error *err);

#endif
