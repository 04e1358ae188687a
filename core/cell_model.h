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
#include <stddef.h>
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

/* A parameter by its name in the model's own struct, for files and command lines. */
typedef enum {
    TUFT_PARAMETER_REAL,   /* double */
    TUFT_PARAMETER_COUNT,  /* uint32_t */
    TUFT_PARAMETER_CHOICE, /* an enum, by the names in choice */
    TUFT_PARAMETER_CELLS   /* const float *: [cells], or NULL; overrides a REAL */
} tuft_parameter_kind;

typedef struct {
    const char *name; /* as the member is called: "tau_m_ms" */
    const char *unit; /* "ms"; "" for none, "1" for what is a pure number */
    tuft_parameter_kind kind;
    size_t offset;
    const char *const *choice; /* CHOICE: value k is choice[k]; NULL-terminated */
} tuft_parameter_entry;

/* The entry of a member, named once; CHOICE entries, which have names to list, are written out. */
#define TUFT_PARAMETER(kind, type, member, unit)                                                   \
    {                                                                                              \
#member, unit, TUFT_PARAMETER_##kind, offsetof(type, member), NULL                         \
    }

/* A stretch of memory that is part of a population's state. */
typedef struct {
    const char *name;
    void *data;
    size_t size; /* bytes */
} tuft_state_part;

enum { TUFT_STATE_PARTS = 24 }; /* parts a state may have */

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

    /* What follows is optional; a model without it cannot be set from a file, written to or saved.
     *
     * Sets variable[which] of a cell to a value at the end of tick (after all that happened there;
     * at tick 0 of a fresh state: before anything): an initial membrane, a bias that steps.
     * Event-driven: *wake is as receive() gives it. TUFT_INVALID for a value that makes no sense
     * and for variables that follow from others. */
    tuft_status (*write)(void *state, uint32_t cell, int which, double value, int64_t tick,
                         int64_t *wake, tuft_error *err);

    /* All that changes while the state runs, as up to TUFT_STATE_PARTS stretches of memory (no
     * pointers in them), always the same ones for the same parameters and context: bytes copied
     * out and put back into another state of these make it go on as this one would have. Returns
     * their number. */
    int (*parts)(void *state, tuft_state_part *part);

    /* The model's own parameter struct: its members (the last has no name), size and defaults. */
    const tuft_parameter_entry *parameter;
    size_t parameters_size;
    const void *defaults;
} tuft_cell_model;

#endif
