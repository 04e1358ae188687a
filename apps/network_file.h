/* A network described in a JSON file: docs/simulate.md, docs/network.schema.json.
 *
 * network_file_read() checks all that can be checked without building: names, models, ports, units,
 * ranges, whether the cell models take their parameters (a population of one cell is made), how
 * much memory it all needs. What stands here is numbers and references, no more text to look up.
 */
#ifndef TUFT_APPS_NETWORK_FILE_H
#define TUFT_APPS_NETWORK_FILE_H

#include "apps/json_at.h"
#include "core/cell_model.h"
#include "core/plasticity.h"
#include "core/wiring.h"

#include <jansson.h>

enum { NETWORK_NAME_SIZE = 48, NETWORK_SPOT_SIZE = 40 };

/* A value for each cell: drawn from a distribution, or given one by one. */
typedef struct {
    tuft_distribution from;
    const json_t *each; /* array of numbers, one a cell; NULL: from */
} network_values;

/* Values for the cells of a population, to be drawn when it is built. */
typedef struct {
    const tuft_parameter_entry *parameter; /* of kind CELLS */
    int variable;                          /* or (parameter NULL) of the model's variables */
    uint32_t place;                        /* of the entry: tells random streams apart */
    network_values values;
} network_setting;

typedef struct {
    char name[NETWORK_NAME_SIZE], spot[NETWORK_SPOT_SIZE]; /* where it stands in the file */
    const tuft_cell_model *model;                          /* NULL: a source */
    void *parameters; /* the model's struct; members of kind CELLS are still NULL */
    uint32_t count;
    int64_t step_ticks; /* 0: event-driven */
    network_setting *setting;
    size_t settings, setting_capacity;
} network_population;

typedef enum {
    NETWORK_CONNECT_RULE, /* wiring.rule */
    NETWORK_CONNECT_ONE_TO_ONE,
    NETWORK_CONNECT_FILE
} network_connect;

typedef struct {
    char name[NETWORK_NAME_SIZE], spot[NETWORK_SPOT_SIZE];
    uint32_t source, target;
    const char *port;
    network_connect connect;
    tuft_wiring wiring;               /* weight, delay, seed and stream whatever the connect */
    char *edges;                      /* CONNECT_FILE: path */
    int has_weight;                   /* edges may bring their own */
    const tuft_plasticity_rule *rule; /* NULL: the weights are fixed */
    void *rule_parameters;            /* the rule's struct */
} network_projection;

typedef enum {
    NETWORK_INPUT_STEPS,
    NETWORK_INPUT_SINE,
    NETWORK_INPUT_EVENTS, /* from a file */
    NETWORK_INPUT_SPIKES, /* given one by one */
    NETWORK_INPUT_DRIVE   /* core/drive.h */
} network_input_kind;

/* cell NULL: cells 0 .. cells-1. */
typedef struct {
    uint32_t cells, *cell;
} network_cells;

typedef struct {
    network_input_kind kind;
    char spot[NETWORK_SPOT_SIZE];
    uint32_t population;
    /* STEPS, SINE */
    int variable;
    network_cells cells;
    /* STEPS, SPIKES: of each its time; ascending */
    size_t count;
    int64_t *tick;
    double *value;
    uint32_t *spike_cell;
    /* SINE: mean + amplitude sin(2 pi t / period_ms + phase), set every so many ticks */
    double mean, amplitude, period_ms, phase;
    int64_t every;
    /* EVENTS */
    char *events; /* path */
    size_t recording;
    /* DRIVE */
    const char *port;
    double rate_hz, weight;
} network_input;

typedef struct {
    uint32_t population;
    int variable;
    network_cells cells;
    int64_t every;
} network_trace;

typedef struct {
    uint32_t population;
    int64_t interval, window, from; /* ticks */
} network_bursts;

typedef struct {
    const char *path;
    json_t *document;
    char *folder; /* of path: where files that it names are looked for */
    double tick_us;
    int64_t duration; /* ticks */
    uint64_t seed;
    network_population *population; /* those of "populations", then one for each Poisson input */
    size_t populations, population_capacity, named_populations;
    network_projection *projection;
    size_t projections, projection_capacity;
    network_input *input;
    size_t inputs, input_capacity;
    uint8_t *records_spikes; /* [populations] */
    network_trace *trace;
    size_t traces, trace_capacity;
    network_bursts *bursts;
    size_t bursts_count, bursts_capacity;
} network_file;

/* What a command line says over the file: NULL for what it leaves alone. */
typedef struct {
    const char *set; /* PATH=VALUE,... (json_set.h) */
    const double *duration_ms;
    const uint64_t *seed;
    const char *input; /* FILE or NAME=FILE: events of a source */
} network_overrides;

/* path and overrides are borrowed until network_file_free. On failure *file is zeroed. */
tuft_status network_file_read(network_file *file, const char *path,
                              const network_overrides *overrides, tuft_error *err);
void network_file_free(network_file *file);

/* Milliseconds of a tick. */
double network_tick_ms(const network_file *file);
/* Where a part of the description stands, for messages. */
json_at network_at(const network_file *file, const char *spot);
/* The path of a file that the network names: relative to its folder. The caller's to free. */
tuft_status network_path(const network_file *file, const char *name, char **path, tuft_error *err);

#endif
