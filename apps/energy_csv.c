/* Counts of another simulator: projection,source,spikes,fan_out. */
#include "apps/energy_input.h"
#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT ((size_t)1 << 30)

typedef enum { PROJECTION, SOURCE, SPIKES, FAN_OUT, TARGETS, EVENTS, COLUMNS } column;
static const char *const names[COLUMNS] = {"projection", "source",  "spikes",
                                           "fan_out",    "targets", "synaptic_events"};

enum { REQUIRED = 4 };

/* One line: what source of which projection did. */
typedef struct {
    uint32_t projection, source;
    uint64_t spikes, fan_out;
    size_t line;
} entry;

typedef struct {
    const char *path;
    size_t line;
    column order[COLUMNS];
    int columns, has[COLUMNS];
    energy_input *out;
    size_t projection_capacity, entries, capacity;
    entry *entry;
} reader;

static tuft_status bad(const reader *r, tuft_error *err, const char *what)
{
    return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: %s", r->path, r->line, what);
}

static tuft_status read_header(reader *r, char *line, tuft_error *err)
{
    static const char expected[] =
        "expected the header projection,source,spikes,fan_out[,targets][,synaptic_events]";
    char *rest;
    for (char *word = strtok_r(line, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        int which = 0;
        while (which < COLUMNS && strcmp(names[which], word) != 0)
            which++;
        if (which == COLUMNS || r->has[which])
            return bad(r, err, expected);
        r->has[which] = 1;
        r->order[r->columns++] = (column)which;
    }
    for (int c = 0; c < REQUIRED; c++)
        if (!r->has[c])
            return bad(r, err, expected);
    return TUFT_OK;
}

/* A whole number below 2^53. */
static tuft_status read_count(const reader *r, column which, const char *text, uint64_t limit,
                              uint64_t *out, tuft_error *err)
{
    char *end;
    errno = 0;
    if (!text)
        return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: no %s", r->path, r->line, names[which]);
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || value > limit)
        return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: %s \"%.40s\", expected 0 to %llu",
                         r->path, r->line, names[which], text, (unsigned long long)limit);
    *out = value;
    return TUFT_OK;
}

static tuft_status find_projection(reader *r, const char *name, uint32_t *out, tuft_error *err)
{
    tuft_energy_activity *a = &r->out->activity;
    if (!*name || strlen(name) >= sizeof a->projection->name)
        return bad(r, err, "a projection's name has 1 to 47 letters");
    for (uint32_t p = a->projections; p > 0; p--)
        if (strcmp(a->projection[p - 1].name, name) == 0) {
            *out = p - 1;
            return TUFT_OK;
        }
    tuft_status status = TUFT_GROW(&a->projection, &r->projection_capacity,
                                   (size_t)a->projections + 1, "projections", err);
    if (status)
        return status;
    *out = a->projections++;
    a->projection[*out] = (tuft_energy_projection){.target_updates = TUFT_UNKNOWN};
    snprintf(a->projection[*out].name, sizeof a->projection->name, "%s", name);
    snprintf(a->projection[*out].kind, sizeof a->projection->kind, "listed");
    return TUFT_OK;
}

static tuft_status take(reader *r, char *const *field, tuft_error *err)
{
    const uint64_t most = (uint64_t)1 << 53, most_cells = UINT32_MAX - 1;
    entry made = {.line = r->line};
    uint64_t source = 0, targets = 0, events = 0;
    tuft_status status = find_projection(r, field[PROJECTION], &made.projection, err);
    if (!status)
        status = read_count(r, SOURCE, field[SOURCE], most_cells, &source, err);
    if (!status)
        status = read_count(r, SPIKES, field[SPIKES], most, &made.spikes, err);
    if (!status)
        status = read_count(r, FAN_OUT, field[FAN_OUT], most_cells, &made.fan_out, err);
    if (!status && r->has[TARGETS])
        status = read_count(r, TARGETS, field[TARGETS], most_cells, &targets, err);
    if (!status && r->has[EVENTS])
        status = read_count(r, EVENTS, field[EVENTS], most, &events, err);
    if (status)
        return status;
    if ((double)made.spikes * (double)made.fan_out > (double)most)
        return bad(r, err, "spikes x fan_out is past 2^53");
    const unsigned long long counted = made.spikes * made.fan_out;
    if (r->has[EVENTS] && events != counted)
        return tuft_fail(err, TUFT_FORMAT,
                         "%s: line %zu: synaptic_events %llu, %llu spikes x fan_out %llu are %llu",
                         r->path, r->line, (unsigned long long)events,
                         (unsigned long long)made.spikes, (unsigned long long)made.fan_out,
                         counted);
    if (r->has[TARGETS] && made.fan_out > targets)
        return bad(r, err, "fan_out is larger than targets");
    made.source = (uint32_t)source;
    tuft_energy_projection *p = &r->out->activity.projection[made.projection];
    if (targets > p->targets)
        p->targets = targets;
    if (source >= p->sources)
        p->sources = source + 1;
    p->synapses += made.fan_out;
    p->source_spikes += made.spikes;
    p->synaptic_events += made.spikes * made.fan_out;
    r->out->activity.spikes += made.spikes;
    status = TUFT_GROW(&r->entry, &r->capacity, r->entries + 1, "counts", err);
    if (!status)
        r->entry[r->entries++] = made;
    return status;
}

static tuft_status read_line(reader *r, char *line, tuft_error *err)
{
    char *field[COLUMNS] = {0}, *rest = line;
    int c = 0;
    if (!*line || *line == '#')
        return TUFT_OK;
    if (!r->columns)
        return read_header(r, line, err);
    for (char *word; (word = strsep(&rest, ",")); c++)
        if (c < r->columns)
            field[r->order[c]] = word;
    if (c != r->columns)
        return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: %d fields, expected %d", r->path, r->line,
                         c, r->columns);
    return take(r, field, err);
}

static tuft_status read_lines(reader *r, char *text, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    char *rest = text;
    for (char *line; !status && (line = strsep(&rest, "\n"));) {
        size_t length = strlen(line);
        r->line++;
        if (length && line[length - 1] == '\r')
            line[length - 1] = 0;
        status = read_line(r, line, err);
    }
    if (!status && !r->entries)
        status = tuft_fail(err, TUFT_FORMAT, "%s: no counts", r->path);
    return status;
}

static int by_source(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->projection != y->projection)
        return x->projection < y->projection ? -1 : 1;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Rows, spikes and synapses take memory of their own: no more than 8 GiB of it. */
static tuft_status check_room(const reader *r, tuft_error *err)
{
    const double most_bytes = 8589934592.0;
    const tuft_energy_activity *a = &r->out->activity;
    double bytes = 0;
    for (uint32_t p = 0; p < a->projections; p++)
        bytes += 2.0 * sizeof(uint64_t) * (double)a->projection[p].sources +
                 (double)sizeof(uint32_t) * (double)a->projection[p].synapses;
    if (bytes <= most_bytes)
        return TUFT_OK;
    return tuft_fail(err, TUFT_FORMAT,
                     "%s: sources up to the highest and synapses would take %.3g bytes, expected "
                     "at most %.3g",
                     r->path, bytes, most_bytes);
}

/* Which cells they go to is not said: synapse k of a source stands under target k. */
static tuft_status make_edges(reader *r, tuft_error *err)
{
    tuft_energy_activity *a = &r->out->activity;
    tuft_status status = check_room(r, err);
    if (!status)
        status = TUFT_NEW(&r->out->edges, a->projections, "counts of projections", err);
    if (status)
        return status;
    if (r->entry)
        qsort(r->entry, r->entries, sizeof *r->entry, by_source);
    for (size_t e = 1; !status && e < r->entries; e++)
        if (r->entry[e].projection == r->entry[e - 1].projection &&
            r->entry[e].source == r->entry[e - 1].source)
            status = tuft_fail(err, TUFT_FORMAT,
                               "%s: line %zu: source %u of %s stands in line %zu already", r->path,
                               r->entry[e].line, r->entry[e].source,
                               a->projection[r->entry[e].projection].name, r->entry[e - 1].line);
    for (uint32_t p = 0; !status && p < a->projections; p++) {
        tuft_energy_edges *edges = &r->out->edges[p];
        *edges = (tuft_energy_edges){.sources = (uint32_t)a->projection[p].sources,
                                     .targets = (uint32_t)a->projection[p].targets,
                                     .synapses = a->projection[p].synapses};
        status = TUFT_NEW(&edges->row_begin, (size_t)edges->sources + 1, "rows of synapses", err);
        if (!status)
            status = TUFT_NEW(&edges->spikes, edges->sources, "spikes of sources", err);
        if (!status)
            status = TUFT_NEW(&edges->target, edges->synapses, "synapses", err);
    }
    for (size_t e = 0; !status && e < r->entries; e++) {
        tuft_energy_edges *edges = &r->out->edges[r->entry[e].projection];
        edges->spikes[r->entry[e].source] = r->entry[e].spikes;
        edges->row_begin[r->entry[e].source + 1] = r->entry[e].fan_out;
    }
    for (uint32_t p = 0; !status && p < a->projections; p++) {
        tuft_energy_edges *edges = &r->out->edges[p];
        for (uint32_t i = 0; i < edges->sources; i++) {
            edges->row_begin[i + 1] += edges->row_begin[i];
            for (size_t k = edges->row_begin[i]; k < edges->row_begin[i + 1]; k++)
                edges->target[k] = (uint32_t)(k - edges->row_begin[i]);
        }
    }
    return status;
}

/* The largest fan-out stands for the number of targets where it is not said: it is a lower bound,
 * and only shown. */
static void bound_targets(energy_input *out)
{
    for (uint32_t p = 0; p < out->activity.projections; p++) {
        tuft_energy_edges *edges = &out->edges[p];
        for (uint32_t i = 0; i < edges->sources; i++)
            if (edges->row_begin[i + 1] - edges->row_begin[i] > edges->targets)
                edges->targets = (uint32_t)(edges->row_begin[i + 1] - edges->row_begin[i]);
        out->activity.projection[p].targets = edges->targets;
    }
}

tuft_status energy_input_csv(energy_input *out, const char *path, tuft_error *err)
{
    const char *slash = strrchr(path, '/');
    char *text;
    reader r = {.path = path, .out = out};
    *out = (energy_input){.path = path, .volt = NAN, .siemens = NAN, .command = "counts"};
    out->activity.seconds = out->activity.duration = NAN;
    snprintf(out->label, sizeof out->label, "%.60s", slash ? slash + 1 : path);
    snprintf(out->activity.name, sizeof out->activity.name, "%s", out->label);
    tuft_status status = tuft_file_text(path, FILE_LIMIT, &text, err);
    if (!status)
        status = read_lines(&r, text, err);
    if (!status)
        status = make_edges(&r, err);
    if (!status)
        bound_targets(out);
    free(text);
    free(r.entry);
    if (status)
        energy_input_free(out);
    return status;
}
