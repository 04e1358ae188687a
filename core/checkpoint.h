/* Checkpoints: a run saved between two ticks, to be gone on with bit for bit.
 *
 * A checkpoint holds what changes while an engine runs: the tick, the state of all cells, spikes
 * under way, what has been counted and recorded. It does not hold the network, which the file knows
 * again by fingerprints, nor what is still to come from outside: give an engine that has been
 * restored its input from tuft_engine_now() on. docs/checkpoint.md has the format to the byte.
 */
#ifndef TUFT_CORE_CHECKPOINT_H
#define TUFT_CORE_CHECKPOINT_H

#include "core/engine.h"

/* Writes a checkpoint. The file is complete under its name or the one before it still is, whenever
 * the process or the machine stops. TUFT_INVALID for cells that have no parts (core/cell_model.h).
 */
tuft_status tuft_engine_save(tuft_engine *engine, const char *path, tuft_error *err);

/* Brings an engine to where the saved one was: of an equal network, with the same seed and the same
 * recorders attached; any number of threads. TUFT_FORMAT for a damaged file, TUFT_INVALID for that
 * of another network (the message names the part); the engine is then at tick 0. */
tuft_status tuft_engine_restore(tuft_engine *engine, const char *path, tuft_error *err);

#endif
