#include "apps/network_edges.h"

#include "core/file.h"
#include "core/memory.h"
#include "core/philox.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT ((size_t)8 << 30)

typedef enum { SOURCE, TARGET, WEIGHT, DELAY, COLUMNS } column;
static const char *const names[COLUMNS] = {"source", "target", "weight", "delay_ms"};

typedef struct {
    const char *path;
    const network_projection *projection;
    uint32_t sources, targets;
    double tick_ms;
    column order[COLUMNS]; /* of the columns that are there */
    int columns, has[COLUMNS];
    tuft_random random;
    size_t line;
} reader;

static tuft_status bad(const reader *r, tuft_error *err, const char *what)
{
    return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: %s", r->path, r->line, what);
}

static tuft_status read_header(reader *r, char *line, tuft_error *err)
{
    char *rest;
    for (char *word = strtok_r(line, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        int which = 0;
        while (which < COLUMNS && strcmp(names[which], word) != 0)
            which++;
        if (which == COLUMNS || r->has[which])
            return bad(r, err, "expected the header source,target[,weight][,delay_ms]");
        r->has[which] = 1;
        r->order[r->columns++] = (column)which;
    }
    if (!r->has[SOURCE] || !r->has[TARGET])
        return bad(r, err, "expected the header source,target[,weight][,delay_ms]");
    if (!r->has[WEIGHT] && !r->projection->has_weight)
        return bad(r, err, "no column weight, and the projection has no \"weight\"");
    return TUFT_OK;
}

static tuft_status put(const reader *r, column which, double value, tuft_synapse *out,
                       tuft_error *err)
{
    switch (which) {
    case SOURCE:
    case TARGET: {
        const uint32_t below = which == SOURCE ? r->sources : r->targets;
        if (value != floor(value) || value < 0 || value >= below)
            return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: %s %.15g, expected below %u", r->path,
                             r->line, names[which], value, below);
        *(which == SOURCE ? &out->source : &out->target) = (uint32_t)value;
        break;
    }
    case WEIGHT:
        if (fabs(value) > 1e30)
            return bad(r, err, "a weight past 1e30");
        out->weight = (float)value;
        break;
    default: {
        double ticks = round(value / r->tick_ms);
        if (ticks < 1)
            return tuft_fail(err, TUFT_FORMAT,
                             "%s: line %zu: delay_ms %.15g is under one tick of %.15g ms", r->path,
                             r->line, value, r->tick_ms);
        if (ticks > INT32_MAX)
            return bad(r, err, "a delay of more than 2^31 ticks");
        out->delay = (uint32_t)ticks;
    }
    }
    return TUFT_OK;
}

static tuft_status read_line(reader *r, char *line, tuft_synapse *out, tuft_error *err)
{
    const tuft_wiring *wiring = &r->projection->wiring;
    char *rest = line;
    *out = (tuft_synapse){0};
    for (int c = 0; c < r->columns; c++) {
        char *end;
        errno = 0;
        double value = strtod(rest, &end);
        if (end == rest || !isfinite(value) || *end != (c + 1 < r->columns ? ',' : '\0'))
            return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: expected %d numbers", r->path,
                             r->line, r->columns);
        tuft_status status = put(r, r->order[c], value, out, err);
        if (status)
            return status;
        rest = end + 1;
    }
    if (!r->has[WEIGHT])
        out->weight = (float)tuft_distribution_draw(&wiring->weight, &r->random);
    if (!r->has[DELAY]) {
        double ticks = round(tuft_distribution_draw(&wiring->delay_ticks, &r->random));
        if (ticks > INT32_MAX)
            return bad(r, err, "a delay of more than 2^31 ticks was drawn");
        out->delay = ticks < 1 ? 1 : (uint32_t)ticks;
    }
    return TUFT_OK;
}

static tuft_status read_lines(reader *r, char *text, tuft_synapse **list, size_t *count,
                              tuft_error *err)
{
    size_t capacity = 0;
    tuft_status status = TUFT_OK;
    for (char *line = text; !status && *line;) {
        size_t length = strcspn(line, "\n");
        char *next = line + length + (line[length] == '\n');
        if (length && line[length - 1] == '\r')
            length--;
        line[length] = '\0';
        r->line++;
        if (r->line == 1) {
            status = read_header(r, line, err);
        } else {
            status = TUFT_GROW(list, &capacity, *count + 1, "edges", err);
            if (!status)
                status = read_line(r, line, &(*list)[(*count)++], err);
        }
        line = next;
    }
    if (!status && !r->line)
        status = tuft_fail(err, TUFT_FORMAT, "%s: empty", r->path);
    return status;
}

tuft_status network_edges_read(const network_file *file, const network_projection *projection,
                               tuft_connections *out, tuft_error *err)
{
    char *text;
    size_t count = 0;
    tuft_synapse *list = NULL;
    reader r = {.path = projection->edges,
                .projection = projection,
                .sources = file->population[projection->source].count,
                .targets = file->population[projection->target].count,
                .tick_ms = network_tick_ms(file),
                .random = tuft_random_stream(projection->wiring.seed, TUFT_RANDOM_CONNECTIVITY,
                                             (uint64_t)projection->wiring.stream << 32)};
    tuft_status status = tuft_file_text(projection->edges, FILE_LIMIT, &text, err);
    if (!status)
        status = read_lines(&r, text, &list, &count, err);
    free(text);
    if (!status)
        status = tuft_connections_sparse(out, r.sources, r.targets, list, count, err);
    free(list);
    return status;
}
