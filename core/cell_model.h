/* The interface between the engine and a cell model. core knows no cell: cells/ fills this in.
 *
 * A model simulates a whole population. It may offer the clocked form (step), the event-driven
 * form (receive), or both; where both apply they give the same spikes. All cells of a tick see the
 * sum of what reached each of their ports at that tick.
 */
#ifndef TUFT_CORE_CELL_MODEL_H
#define TUFT_CORE_CELL_MODEL_H

#include "core/status.h"
#include "core/wheel.h"

#include <stdbool.h>
#include <stdint.h>

/* What a population is told about where it lives. */
typedef struct {
    uint32_t count;     /* cells */
    int64_t step_ticks; /* clocked: ticks a step; event-driven: 0 */
    double tick_ms;     /* length of a tick */
    uint64_t seed;      /* of the run */
    uint32_t id;        /* of the population: tells random streams of one seed apart */
} tuft_cell_context;

enum { TUFT_PORT_LIMIT = 16 }; /* ports a model may have */

typedef struct tuft_cell_model {
    const char *name;
    const char *const *port;     /* input ports by name, NULL-terminated */
    const char *const *variable; /* state that can be recorded, NULL-terminated */

    /* State for context->count cells from the model's own parameter struct, at rest. Parameters
     * are checked here and must outlive the state. */
    tuft_status (*create)(void **state, const void *parameters, const tuft_cell_context *context,
                          tuft_error *err);
    void (*destroy)(void *state);
    void (*reset)(void *state); /* back to what create gave */

    /* Clocked: advance cells [begin, end) by one step. input[port][cell] holds what arrived since
     * the last step and is set to zero here. Writes the cells that fire, ascending, into spike
     * (room for end - begin) and returns how many. Ranges may run in different threads. */
    uint32_t (*step)(void *state, uint32_t begin, uint32_t end, float *const *input,
                     uint32_t *spike);

    /* Event-driven: the cell gets input[port] (summed) at tick; true when it fires now. *wake is
     * the tick (after this one) at which it would fire if nothing else came, TUFT_NEVER if it
     * would not; the engine calls again then, with zero input. */
    bool (*receive)(void *state, uint32_t cell, int64_t tick, const float *input, int64_t *wake);

    /* Event-driven, optional: the tick at which the cell first acts with no input at all (bias
     * current, source), or TUFT_NEVER. */
    int64_t (*first_wake)(void *state, uint32_t cell);

    /* Value of variable[which] of a cell as it is at tick (not before the cell's last event). */
    double (*read)(const void *state, uint32_t cell, int which, int64_t tick);
} tuft_cell_model;

#endif
