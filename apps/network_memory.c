#include "apps/network_memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes a cell that every population has: what arrives at a port; spikes, their counts and what is
 * made of them after the run (core/spike_statistics.c, core/ledger.h); event-driven also marks,
 * lists and wakes (core/site.h). */
enum { BYTES_PORT = 4, BYTES_SITE = 52, BYTES_LAZY = 21, BYTES_UNKNOWN_STATE = 64 };
/* Bytes a synapse: weight and target; where delays differ, the delay while it is wired; of a list
 * that is sorted (core/projection.c), for edges from a file. */
enum { BYTES_SYNAPSE = 8, BYTES_DELAY = 4, BYTES_LISTED = 32, EDGE_TEXT = 8 };
/* Bytes a window of burst statistics, with its numbers in the result file. */
enum { BYTES_WINDOW = 200 };
/* Bytes a row, and a segment of a row of equal delay with its line. */
enum { BYTES_ROW = 28, BYTES_SEGMENT = 16 };
/* Bytes a synapse that learns: its own weight, its place among its target's (core/incoming.h). */
enum { BYTES_LEARNING = 12 };

/* ---- what is needed -------------------------------------------------------------------------- */

/* Bytes a cell of the model's own state, by the state of one cell. */
static double state_bytes(const network_file *file, const network_population *p)
{
    tuft_state_part part[TUFT_STATE_PARTS];
    tuft_cell_context context = {
        .count = 1, .step_ticks = p->step_ticks, .tick_ms = network_tick_ms(file)};
    void *state;
    double bytes = 0;
    if (!p->model->parts || p->model->create(&state, p->parameters, &context, NULL))
        return BYTES_UNKNOWN_STATE;
    int parts = p->model->parts(state, part);
    for (int i = 0; i < parts; i++)
        bytes += (double)part[i].size;
    p->model->destroy(state);
    return bytes;
}

static double population_bytes(const network_file *file, const network_population *p)
{
    double bytes = BYTES_SITE;
    if (!p->model)
        return bytes * p->count;
    for (int port = 0; p->model->port[port]; port++)
        bytes += BYTES_PORT;
    bytes += p->step_ticks ? 0 : BYTES_LAZY;
    bytes += (double)(p->settings * sizeof(double)) + state_bytes(file, p);
    return bytes * p->count;
}

/* How many different delays a row can have: of a normal one, those within 5 sd. */
static double delays_of(const network_projection *p)
{
    const tuft_distribution *d = &p->wiring.delay_ticks;
    switch (d->kind) {
    case TUFT_FIXED:
        return 0;
    case TUFT_UNIFORM:
        return d->b - d->a + 2;
    case TUFT_NORMAL:
        return 10 * d->b + 2;
    case TUFT_LOGNORMAL:
        break;
    }
    return exp(d->a + 5 * d->b) + 2;
}

static double projection_bytes(const network_file *file, const network_projection *p)
{
    const uint32_t sources = file->population[p->source].count,
                   targets = file->population[p->target].count;
    double each = BYTES_SYNAPSE, synapses = sources;
    struct stat information;
    if (p->wiring.delay_ticks.kind != TUFT_FIXED)
        each += BYTES_DELAY;
    if (p->rule)
        each += BYTES_LEARNING;
    if (p->connect == NETWORK_CONNECT_RULE)
        synapses = tuft_wiring_synapses(&p->wiring, sources, targets);
    if (p->connect == NETWORK_CONNECT_FILE) {
        synapses = stat(p->edges, &information) == 0 ? (double)information.st_size / EDGE_TEXT : 0;
        each += BYTES_SEGMENT + BYTES_LISTED;
    }
    double segments = fmin(synapses, sources * delays_of(p));
    return each * synapses + (double)BYTES_ROW * sources + BYTES_SEGMENT * segments;
}

static void add(network_memory *sum, double bytes, const char *where)
{
    sum->bytes += bytes;
    if (bytes > sum->largest) {
        sum->largest = bytes;
        sum->where = where;
    }
}

network_memory network_memory_needed(const network_file *file)
{
    network_memory sum = {.where = "populations"};
    for (size_t q = 0; q < file->populations; q++)
        add(&sum, population_bytes(file, &file->population[q]), file->population[q].spot);
    for (size_t p = 0; p < file->projections; p++)
        add(&sum, projection_bytes(file, &file->projection[p]), file->projection[p].spot);
    for (size_t t = 0; t < file->traces; t++) {
        const network_trace *trace = &file->trace[t];
        double samples = ceil((double)file->duration / (double)trace->every);
        add(&sum, samples * trace->cells.cells * sizeof(float), "records");
    }
    for (size_t b = 0; b < file->bursts_count; b++) {
        const network_bursts *bursts = &file->bursts[b];
        double windows = floor((double)(file->duration - bursts->from) / (double)bursts->window);
        add(&sum, windows * BYTES_WINDOW, "records");
    }
    return sum;
}

/* ---- what there is --------------------------------------------------------------------------- */

/* The number after key in a small file; NAN if it is not there. */
static double number_in(const char *path, const char *key)
{
    char line[256];
    double value = NAN;
    FILE *stream = fopen(path, "r");
    while (stream && isnan(value) && fgets(line, sizeof line, stream))
        if (strncmp(line, key, strlen(key)) == 0) {
            char *begin = line + strlen(key), *end;
            double read = strtod(begin, &end);
            if (end == begin || !isfinite(read)) /* a group's "max" */
                break;
            value = read;
        }
    if (stream)
        fclose(stream);
    return value;
}

/* What the control group leaves (files of version 2 or 1); NAN if it sets no limit. Cached pages of
 * files count as used there, but are given up when they are needed. */
static double group_left(const char *limit, const char *used, const char *stat, const char *cached)
{
    const double file = number_in(stat, cached);
    const double left = number_in(limit, "") - number_in(used, "") + (isnan(file) ? 0 : file);
    return left < 0 ? 0 : left;
}

static double limit_left(int resource, double used)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return INFINITY;
    return fmax(0, (double)limit.rlim_cur - used);
}

double network_memory_there(void)
{
    double there = INFINITY;
    const double page = (double)sysconf(_SC_PAGESIZE);
    const double own = number_in("/proc/self/statm", "") * page;
    const double machine = number_in("/proc/meminfo", "MemAvailable:") * 1024;
    there = fmin(there, machine); /* fmin leaves NAN out */
    there = fmin(there, group_left("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current",
                                   "/sys/fs/cgroup/memory.stat", "inactive_file "));
    there = fmin(there, group_left("/sys/fs/cgroup/memory/memory.limit_in_bytes",
                                   "/sys/fs/cgroup/memory/memory.usage_in_bytes",
                                   "/sys/fs/cgroup/memory/memory.stat", "total_inactive_file "));
    return fmin(there, limit_left(RLIMIT_AS, isnan(own) ? 0 : own));
}

tuft_status network_memory_check(const network_file *file, double there, tuft_error *err)
{
    network_memory needed = network_memory_needed(file);
    if (needed.bytes <= there)
        return TUFT_OK;
    return tuft_fail(err, TUFT_MEMORY,
                     "%s: needs %.0f bytes of memory, %.0f are there (most for %s: %.0f)",
                     file->path, needed.bytes, there, needed.where, needed.largest);
}
