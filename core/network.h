/* A network: populations and the projections between them. Read-only once engines run on it;
 * several engines may share one. */
#ifndef TUFT_CORE_NETWORK_H
#define TUFT_CORE_NETWORK_H

#include "core/cell_model.h"
#include "core/drive.h"
#include "core/plasticity.h"
#include "core/projection.h"
#include "core/status.h"

typedef struct {
    char name[48];
    const tuft_cell_model *model; /* NULL: a source, its spikes come by tuft_engine_input() */
    const void *parameters;       /* the model's own struct, borrowed */
    uint32_t count;
    int64_t step_ticks; /* clocked: ticks a step; 0: event-driven */
    int ports;
    tuft_drive *drive; /* [drives]: random input from outside */
    size_t drive_capacity;
    uint32_t drives;
} tuft_population;

typedef struct {
    char name[48];
    uint32_t source, target; /* populations */
    int port;                /* of the target */
    tuft_connections connections;
    const tuft_plasticity_rule *rule; /* NULL: the weights are fixed */
    const void *rule_parameters;      /* the rule's own struct, borrowed */
} tuft_projection;

typedef struct {
    double tick_us; /* microseconds a tick */
    uint32_t populations, projections;
    size_t population_capacity, projection_capacity;
    tuft_population *population;
    tuft_projection *projection;
} tuft_network;

/* An empty network. A tick is the smallest step of time: 1 us for sensor events. */
tuft_status tuft_network_new(tuft_network **network, double tick_us, tuft_error *err);
void tuft_network_free(tuft_network *network);

/* Spike sources fed from outside. *id may be NULL. */
tuft_status tuft_network_add_source(tuft_network *network, const char *name, uint32_t count,
                                    uint32_t *id, tuft_error *err);

/* Cells of one model. step_ticks > 0 makes the population clocked, 0 event-driven; the model must
 * offer that form. parameters are borrowed and must outlive the network. */
tuft_status tuft_network_add_cells(tuft_network *network, const char *name,
                                   const tuft_cell_model *model, const void *parameters,
                                   uint32_t count, int64_t step_ticks, uint32_t *id,
                                   tuft_error *err);

/* Gives each cell of a clocked population Poisson input of its own at a named port: rate_hz events
 * a second of the given weight (core/drive.h). A population may have several drives. */
tuft_status tuft_network_drive(tuft_network *network, uint32_t target, const char *port,
                               double rate_hz, float weight, tuft_error *err);

/* Connects source to a named port of target. On success the network owns the connections and
 * *connections is zeroed. */
tuft_status tuft_network_connect(tuft_network *network, const char *name, uint32_t source,
                                 uint32_t target, const char *port, tuft_connections *connections,
                                 uint32_t *id, tuft_error *err);

/* Makes a sparse projection learn by a rule, from the weights it has now; each engine learns on a
 * copy of its own, tuft_engine_weights(). parameters (the rule's own struct; NULL: its defaults)
 * are borrowed and must outlive the network. A projection learns by one rule: TUFT_INVALID if it
 * has one or is not sparse. */
tuft_status tuft_network_make_plastic(tuft_network *network, uint32_t projection,
                                      const tuft_plasticity_rule *rule, const void *parameters,
                                      tuft_error *err);

#endif
