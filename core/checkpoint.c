#include "core/checkpoint.h"

#include "core/archive.h"
#include "core/engine_inside.h"
#include "core/fingerprint.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_TAG  TUFT_TAG('H', 'E', 'A', 'D')
#define WHEEL_TAG TUFT_TAG('W', 'H', 'E', 'L')
#define LINE_TAG  TUFT_TAG('L', 'I', 'N', 'E')
#define RULE_TAG  TUFT_TAG('R', 'U', 'L', 'E')
#define SITE_TAG  TUFT_TAG('S', 'I', 'T', 'E')
#define CELL_TAG  TUFT_TAG('C', 'E', 'L', 'L')
#define SPIKE_TAG TUFT_TAG('S', 'P', 'I', 'K')
#define COUNT_TAG TUFT_TAG('C', 'N', 'T', 'S')
#define TRACE_TAG TUFT_TAG('T', 'R', 'A', 'C')

enum { CHECKPOINT_VERSION = 1 };
enum { SPIKES_RECORDED = 1, COUNTS_RECORDED = 2, TRACE_RECORDED = 4 /* a trace */ };

typedef struct {
    uint32_t version, populations, projections, reserved;
    uint64_t seed;
    double tick_us;
    int64_t now, clock; /* clock: of the wheel */
} head;

static head head_of(const tuft_engine *engine)
{
    const tuft_network *network = engine->network;
    return (head){.version = CHECKPOINT_VERSION,
                  .populations = network->populations,
                  .projections = network->projections,
                  .seed = engine->seed,
                  .tick_us = network->tick_us,
                  .now = engine->now,
                  .clock = tuft_wheel_clock(engine->wheel)};
}

static uint32_t recorded(const tuft_site *site)
{
    uint32_t what =
        (site->spike_record ? SPIKES_RECORDED : 0u) | (site->count_record ? COUNTS_RECORDED : 0u);
    for (const tuft_trace_record *r = site->trace_record; r; r = r->other)
        what += TRACE_RECORDED;
    return what;
}

/* Arrays of a site that are bytes in the file as in memory. Returns how many. */
static int site_parts(const tuft_site *site, tuft_state_part *part)
{
    const tuft_population *population = site->population;
    size_t count = population->count;
    int n = 0;
    part[n++] =
        (tuft_state_part){"spike counts", site->spike_count, count * sizeof *site->spike_count};
    for (int port = 0; population->model && port < population->ports; port++)
        part[n++] = (tuft_state_part){"input", site->input[port], count * sizeof(float)};
    if (site->wake) {
        part[n++] = (tuft_state_part){"wake times", site->wake, count * sizeof *site->wake};
        part[n++] =
            (tuft_state_part){"wheel times", site->on_wheel, count * sizeof *site->on_wheel};
    }
    return n;
}

static tuft_status know_network(tuft_engine *engine, tuft_error *err)
{
    const tuft_network *network = engine->network;
    if (engine->fingerprint)
        return TUFT_OK;
    tuft_status status =
        TUFT_NEW(&engine->fingerprint, (size_t)network->populations + network->projections,
                 "fingerprints", err);
    if (status)
        return status;
    for (uint32_t q = 0; q < network->populations; q++)
        engine->fingerprint[q] = tuft_population_fingerprint(&network->population[q]);
    for (uint32_t p = 0; p < network->projections; p++)
        engine->fingerprint[network->populations + p] =
            tuft_projection_fingerprint(&network->projection[p]);
    return TUFT_OK;
}

/* ---- saving ---------------------------------------------------------------------------------- */

/* What the run is, and what network it belongs to. */
static tuft_status put_head(tuft_archive_writer *out, const tuft_engine *engine, tuft_error *err)
{
    const tuft_network *network = engine->network;
    head h = head_of(engine);
    tuft_status status = tuft_archive_begin(out, HEAD_TAG, 0, err);
    if (!status)
        status = tuft_archive_put(out, &h, sizeof h, err);
    if (!status)
        status = tuft_archive_put(out, engine->fingerprint,
                                  ((size_t)network->populations + network->projections) *
                                      sizeof *engine->fingerprint,
                                  err);
    return status ? status : tuft_archive_end(out, err);
}

static tuft_status put_wheel(tuft_archive_writer *out, const tuft_engine *engine, tuft_error *err)
{
    tuft_wheel_entry *entry;
    size_t n;
    tuft_status status = tuft_wheel_list(engine->wheel, &entry, &n, err);
    if (status)
        return status;
    status = tuft_archive_begin(out, WHEEL_TAG, 0, err);
    if (!status)
        status = tuft_archive_put(out, entry, n * sizeof *entry, err);
    free(entry);
    return status ? status : tuft_archive_end(out, err);
}

static tuft_status put_lines(tuft_archive_writer *out, const tuft_engine *engine, uint32_t p,
                             tuft_error *err)
{
    const tuft_delay_lines *lines = &engine->route[p].under_way;
    tuft_status status = tuft_archive_begin(out, LINE_TAG, p, err);
    for (uint32_t l = 0; !status && l < lines->lines; l++) {
        const tuft_delay_line *line = &lines->line[l];
        uint64_t words = line->end - line->begin;
        status = tuft_archive_put(out, &words, sizeof words, err);
        if (!status)
            status = tuft_archive_put(out, line->word + line->begin,
                                      (size_t)words * sizeof *line->word, err);
    }
    return status ? status : tuft_archive_end(out, err);
}

static tuft_status put_parts(tuft_archive_writer *out, const tuft_state_part *part, int parts,
                             tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (int k = 0; !status && k < parts; k++)
        status = tuft_archive_put(out, part[k].data, part[k].size, err);
    return status ? status : tuft_archive_end(out, err);
}

static tuft_status put_rule(tuft_archive_writer *out, const tuft_engine *engine, uint32_t p,
                            tuft_error *err)
{
    tuft_state_part part[TUFT_STATE_PARTS];
    tuft_plastic *plastic = tuft_plastics_at(&engine->plastics, p);
    if (!plastic)
        return TUFT_OK;
    tuft_status status = tuft_archive_begin(out, RULE_TAG, p, err);
    return status ? status : put_parts(out, part, tuft_plastic_parts(plastic, part), err);
}

static tuft_status put_cells(tuft_archive_writer *out, const tuft_site *site, uint32_t q,
                             tuft_error *err)
{
    tuft_state_part part[TUFT_STATE_PARTS];
    const tuft_cell_model *model = site->population->model;
    if (!model)
        return TUFT_OK;
    if (!model->parts)
        return tuft_fail(err, TUFT_INVALID, "%s: %s cells cannot be saved", site->population->name,
                         model->name);
    tuft_status status = tuft_archive_begin(out, CELL_TAG, q, err);
    return status ? status : put_parts(out, part, model->parts(site->state, part), err);
}

static tuft_status put_site(tuft_archive_writer *out, const tuft_site *site, uint32_t q,
                            tuft_error *err)
{
    tuft_state_part part[TUFT_PORT_LIMIT + 3];
    uint32_t records[2] = {recorded(site), 0};
    tuft_status status = tuft_archive_begin(out, SITE_TAG, q, err);
    if (!status)
        status = tuft_archive_put(out, records, sizeof records, err);
    if (!status)
        status = tuft_archive_put(out, &site->updates, sizeof site->updates, err);
    if (!status)
        status = tuft_archive_put(out, &site->driven, sizeof site->driven, err);
    return status ? status : put_parts(out, part, site_parts(site, part), err);
}

static tuft_status put_records(tuft_archive_writer *out, const tuft_site *site, uint32_t q,
                               uint32_t populations, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    if (site->spike_record) {
        const tuft_spike_record *r = site->spike_record;
        const tuft_state_part part[] = {{"ticks", r->tick, r->count * sizeof *r->tick},
                                        {"cells", r->cell, r->count * sizeof *r->cell}};
        status = tuft_archive_begin(out, SPIKE_TAG, q, err);
        if (!status)
            status = put_parts(out, part, 2, err);
    }
    if (!status && site->count_record) {
        tuft_count_record *r = site->count_record;
        const tuft_state_part part[] = {
            {"window", &r->current, sizeof r->current},
            {"edges", r->edge, ((size_t)r->windows + 1) * sizeof *r->edge},
            {"counts", r->count, (size_t)r->windows * r->cells * sizeof *r->count}};
        status = tuft_archive_begin(out, COUNT_TAG, q, err);
        if (!status)
            status = put_parts(out, part, 3, err);
    }
    uint32_t section = q; /* of trace k: population + k x populations */
    for (tuft_trace_record *r = site->trace_record; !status && r; r = r->other) {
        const tuft_state_part part[] = {
            {"variable", &r->variable, sizeof r->variable},
            {"every", &r->every, sizeof r->every},
            {"cells", r->cell, r->cells * sizeof *r->cell},
            {"values", r->value, r->samples * r->cells * sizeof *r->value}};
        status = tuft_archive_begin(out, TRACE_TAG, section, err);
        if (!status)
            status = put_parts(out, part, 4, err);
        section += populations;
    }
    return status;
}

tuft_status tuft_engine_save(tuft_engine *engine, const char *path, tuft_error *err)
{
    tuft_archive_writer out;
    tuft_status status = know_network(engine, err);
    if (!status)
        status = tuft_archive_create(&out, path, err);
    if (status)
        return status;
    status = put_head(&out, engine, err);
    for (uint32_t p = 0; !status && p < engine->network->projections; p++)
        status = put_lines(&out, engine, p, err);
    for (uint32_t p = 0; !status && p < engine->network->projections; p++)
        status = put_rule(&out, engine, p, err);
    for (uint32_t q = 0; !status && q < engine->network->populations; q++) {
        status = put_site(&out, &engine->at[q], q, err);
        if (!status)
            status = put_cells(&out, &engine->at[q], q, err);
        if (!status)
            status = put_records(&out, &engine->at[q], q, engine->network->populations, err);
    }
    if (!status)
        status = put_wheel(&out, engine, err);
    if (status) {
        tuft_archive_abandon(&out);
        return status;
    }
    return tuft_archive_commit(&out, err);
}

/* ---- restoring ------------------------------------------------------------------------------- */

static tuft_status check_head(tuft_archive_reader *in, const tuft_engine *engine, head *saved,
                              tuft_error *err)
{
    const tuft_network *network = engine->network;
    head here = head_of(engine);
    tuft_status status = tuft_archive_find(in, HEAD_TAG, 0, err);
    if (!status)
        status = tuft_archive_get(in, saved, sizeof *saved, err);
    if (status)
        return status;
    if (saved->version != CHECKPOINT_VERSION)
        return tuft_archive_fail(in, err, "version %u, expected %d", saved->version,
                                 CHECKPOINT_VERSION);
    if (saved->populations != here.populations || saved->projections != here.projections)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: of a network of %u populations and %u projections, this one has %u "
                         "and %u",
                         in->path, saved->populations, saved->projections, here.populations,
                         here.projections);
    if (saved->seed != here.seed)
        return tuft_fail(err, TUFT_INVALID, "%s: of a run with seed %llu, this one has %llu",
                         in->path, (unsigned long long)saved->seed, (unsigned long long)here.seed);
    if (!(saved->tick_us == here.tick_us))
        return tuft_fail(err, TUFT_INVALID, "%s: of a run with ticks of %g us, this one has %g",
                         in->path, saved->tick_us, here.tick_us);
    if (saved->now < 0 || saved->now > TUFT_TICK_LIMIT || saved->clock < 0 ||
        saved->clock > saved->now)
        return tuft_archive_fail(in, err, "tick %lld with the wheel at %lld", (long long)saved->now,
                                 (long long)saved->clock);
    uint32_t print = 0;
    for (uint32_t q = 0; !status && q < network->populations; q++) {
        status = tuft_archive_get(in, &print, sizeof print, err);
        if (!status && print != engine->fingerprint[q])
            return tuft_fail(err, TUFT_INVALID,
                             "%s: of a network in which population %u (%s here) has another model, "
                             "size, step or parameters",
                             in->path, q, network->population[q].name);
    }
    for (uint32_t p = 0; !status && p < network->projections; p++) {
        status = tuft_archive_get(in, &print, sizeof print, err);
        if (!status && print != engine->fingerprint[network->populations + p])
            return tuft_fail(err, TUFT_INVALID,
                             "%s: of a network in which projection %u (%s here) has other synapses",
                             in->path, p, network->projection[p].name);
    }
    return status ? status : tuft_archive_done(in, err);
}

static tuft_status get_parts(tuft_archive_reader *in, const tuft_state_part *part, int parts,
                             tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (int k = 0; !status && k < parts; k++)
        status = tuft_archive_get(in, part[k].data, part[k].size, err);
    return status ? status : tuft_archive_done(in, err);
}

static tuft_status get_rule(tuft_archive_reader *in, tuft_engine *engine, uint32_t p,
                            tuft_error *err)
{
    tuft_state_part part[TUFT_STATE_PARTS];
    tuft_plastic *plastic = tuft_plastics_at(&engine->plastics, p);
    if (!plastic)
        return TUFT_OK;
    tuft_status status = tuft_archive_find(in, RULE_TAG, p, err);
    return status ? status : get_parts(in, part, tuft_plastic_parts(plastic, part), err);
}

static tuft_status get_cells(tuft_archive_reader *in, tuft_site *site, uint32_t q, tuft_error *err)
{
    tuft_state_part part[TUFT_STATE_PARTS];
    const tuft_cell_model *model = site->population->model;
    if (!model)
        return TUFT_OK;
    if (!model->parts)
        return tuft_fail(err, TUFT_INVALID, "%s: %s cells cannot be saved", site->population->name,
                         model->name);
    tuft_status status = tuft_archive_find(in, CELL_TAG, q, err);
    return status ? status : get_parts(in, part, model->parts(site->state, part), err);
}

/* The first multiple of step, from one step on, that is not before now. */
static int64_t first_step(int64_t now, int64_t step)
{
    int64_t steps = (now + step - 1) / step;
    return (steps > 1 ? steps : 1) * step;
}

static tuft_status get_site(tuft_archive_reader *in, tuft_site *site, uint32_t q, int64_t now,
                            tuft_error *err)
{
    tuft_state_part part[TUFT_PORT_LIMIT + 3];
    const tuft_population *population = site->population;
    uint32_t records[2];
    tuft_status status = tuft_archive_find(in, SITE_TAG, q, err);
    if (!status)
        status = tuft_archive_get(in, records, sizeof records, err);
    if (!status && records[0] != recorded(site))
        return tuft_fail(err, TUFT_INVALID,
                         "%s: of a run with other recorders on population %u (%s)", in->path, q,
                         population->name);
    if (!status)
        status = tuft_archive_get(in, &site->updates, sizeof site->updates, err);
    if (!status)
        status = tuft_archive_get(in, &site->driven, sizeof site->driven, err);
    if (!status)
        status = get_parts(in, part, site_parts(site, part), err);
    if (!status && population->model && population->step_ticks)
        site->next_step = first_step(now, population->step_ticks);
    return status;
}

static tuft_status get_spikes(tuft_archive_reader *in, const tuft_site *site, uint32_t q,
                              int64_t now, tuft_error *err)
{
    tuft_spike_record *r = site->spike_record;
    tuft_status status = tuft_archive_find(in, SPIKE_TAG, q, err);
    if (status)
        return status;
    size_t n = (in->end - in->at) / (sizeof *r->tick + sizeof *r->cell);
    status = TUFT_GROW(&r->tick, &r->tick_capacity, n, "spike times", err);
    if (!status)
        status = TUFT_GROW(&r->cell, &r->cell_capacity, n, "spikes", err);
    if (status)
        return status;
    const tuft_state_part part[] = {{"ticks", r->tick, n * sizeof *r->tick},
                                    {"cells", r->cell, n * sizeof *r->cell}};
    status = get_parts(in, part, 2, err);
    for (size_t i = 0; !status && i < n; i++)
        if (r->cell[i] >= site->population->count || r->tick[i] < 0 || r->tick[i] >= now)
            status = tuft_archive_fail(in, err, "spike %zu of cell %u at tick %lld", i, r->cell[i],
                                       (long long)r->tick[i]);
    r->count = status ? 0 : n;
    return status;
}

static tuft_status get_counts(tuft_archive_reader *in, const tuft_site *site, uint32_t q,
                              tuft_error *err)
{
    tuft_count_record *r = site->count_record;
    const tuft_state_part part[] = {
        {"window", &r->current, sizeof r->current},
        {"edges", r->edge, ((size_t)r->windows + 1) * sizeof *r->edge},
        {"counts", r->count, (size_t)r->windows * r->cells * sizeof *r->count}};
    tuft_status status = tuft_archive_find(in, COUNT_TAG, q, err);
    if (!status)
        status = get_parts(in, part, 3, err);
    if (!status && r->current > r->windows)
        status = tuft_archive_fail(in, err, "window %u of %u", r->current, r->windows);
    return status;
}

static tuft_status get_trace(tuft_archive_reader *in, tuft_trace_record *r, uint32_t q,
                             uint32_t section, int64_t now, tuft_error *err)
{
    int variable = 0;
    int64_t every = 0;
    const unsigned char *cells = NULL;
    tuft_status status = tuft_archive_find(in, TRACE_TAG, section, err);
    if (!status)
        status = tuft_archive_get(in, &variable, sizeof variable, err);
    if (!status)
        status = tuft_archive_get(in, &every, sizeof every, err);
    if (!status)
        status = tuft_archive_view(in, r->cells * sizeof *r->cell, &cells, err);
    if (!status && (variable != r->variable || every != r->every ||
                    memcmp(cells, r->cell, r->cells * sizeof *r->cell) != 0))
        status = tuft_fail(err, TUFT_INVALID, "%s: of a run with another trace of population %u",
                           in->path, q);
    if (status)
        return status;
    size_t samples = (size_t)((now + every - 1) / every), values;
    if (__builtin_mul_overflow(samples, (size_t)r->cells, &values) ||
        values > TUFT_MEMORY_LIMIT / sizeof *r->value ||
        in->end - in->at != values * sizeof *r->value)
        return tuft_archive_fail(in, err, "%zu bytes of values, expected %zu samples of %u cells",
                                 in->end - in->at, samples, r->cells);
    status = TUFT_GROW(&r->value, &r->capacity, values, "trace", err);
    if (!status)
        status = tuft_archive_get(in, r->value, values * sizeof *r->value, err);
    if (status)
        return status;
    r->samples = samples;
    r->next = (int64_t)samples * every;
    return TUFT_OK;
}

static tuft_status get_records(tuft_archive_reader *in, const tuft_site *site, uint32_t q,
                               uint32_t populations, int64_t now, tuft_error *err)
{
    tuft_status status = site->spike_record ? get_spikes(in, site, q, now, err) : TUFT_OK;
    if (!status && site->count_record)
        status = get_counts(in, site, q, err);
    uint32_t section = q;
    for (tuft_trace_record *r = site->trace_record; !status && r; r = r->other) {
        status = get_trace(in, r, q, section, now, err);
        section += populations;
    }
    return status;
}

/* Reads the lines of a projection; batches[line] of them. */
static tuft_status get_lines(tuft_archive_reader *in, tuft_engine *engine, uint32_t p,
                             size_t *batches, tuft_error *err)
{
    tuft_delay_lines *lines = &engine->route[p].under_way;
    tuft_status status = tuft_archive_find(in, LINE_TAG, p, err);
    for (uint32_t l = 0; !status && l < lines->lines; l++) {
        uint64_t words = 0;
        uint32_t *word;
        status = tuft_archive_get(in, &words, sizeof words, err);
        if (!status && words > (in->end - in->at) / sizeof *word)
            status =
                tuft_archive_fail(in, err, "%llu words of spikes under way, there are %zu",
                                  (unsigned long long)words, (in->end - in->at) / sizeof *word);
        if (!status)
            status = TUFT_NEW(&word, (size_t)words, "spikes under way", err);
        if (status)
            return status;
        status = tuft_archive_get(in, word, (size_t)words * sizeof *word, err);
        if (!status &&
            tuft_delay_lines_refill(lines, l, word, (size_t)words, &batches[l], err) != TUFT_OK)
            status = tuft_fail_prefix(err, TUFT_FORMAT, in->path);
        free(word);
    }
    return status ? status : tuft_archive_done(in, err);
}

/* An item must lie ahead and belong to a line with a batch that is still to come or to a cell that
 * can be woken. Counts the batches down. */
static tuft_status check_item(const tuft_archive_reader *in, const tuft_engine *engine,
                              const tuft_wheel_entry *entry, size_t *const *batches, int64_t now,
                              tuft_error *err)
{
    const tuft_network *network = engine->network;
    uint32_t owner = entry->item.owner, index = entry->item.index;
    int known = entry->tick >= now && entry->tick <= TUFT_TICK_LIMIT + INT32_MAX;
    if (owner < network->projections) {
        known = known && index < engine->route[owner].under_way.lines && batches[owner][index];
        if (known)
            batches[owner][index]--;
    } else {
        uint32_t q = owner - network->projections;
        known = known && q < network->populations && engine->at[q].wake &&
                index < network->population[q].count;
    }
    return known ? TUFT_OK
                 : tuft_archive_fail(in, err, "item (%u, %u) at tick %lld is not of this network",
                                     owner, index, (long long)entry->tick);
}

static tuft_status get_wheel(tuft_archive_reader *in, tuft_engine *engine, const head *saved,
                             size_t *const *batches, tuft_error *err)
{
    tuft_wheel_entry *entry;
    tuft_status status = tuft_archive_find(in, WHEEL_TAG, 0, err);
    if (status)
        return status;
    size_t n = (in->end - in->at) / sizeof *entry;
    status = TUFT_NEW(&entry, n, "events under way", err);
    if (status)
        return status;
    status = tuft_archive_get(in, entry, n * sizeof *entry, err);
    if (!status)
        status = tuft_archive_done(in, err);
    for (size_t i = 0; !status && i < n; i++)
        status = check_item(in, engine, &entry[i], batches, saved->now, err);
    for (uint32_t p = 0; !status && p < engine->network->projections; p++)
        for (uint32_t l = 0; !status && l < engine->route[p].under_way.lines; l++)
            if (batches[p][l])
                status =
                    tuft_archive_fail(in, err, "projection %u has spikes that never arrive", p);
    if (!status)
        status = tuft_wheel_refill(engine->wheel, saved->clock, entry, n, err);
    free(entry);
    return status;
}

static tuft_status restore(tuft_archive_reader *in, tuft_engine *engine, const head *saved,
                           size_t **batches, tuft_error *err)
{
    const tuft_network *network = engine->network;
    tuft_status status = TUFT_OK;
    for (uint32_t p = 0; !status && p < network->projections; p++) {
        status = TUFT_NEW(&batches[p], engine->route[p].under_way.lines, "delay lines", err);
        if (!status)
            status = get_lines(in, engine, p, batches[p], err);
        if (!status)
            status = get_rule(in, engine, p, err);
    }
    for (uint32_t q = 0; !status && q < network->populations; q++) {
        status = get_site(in, &engine->at[q], q, saved->now, err);
        if (!status)
            status = get_cells(in, &engine->at[q], q, err);
        if (!status)
            status =
                get_records(in, &engine->at[q], q, engine->network->populations, saved->now, err);
    }
    if (!status)
        status = get_wheel(in, engine, saved, batches, err);
    if (!status)
        engine->now = saved->now;
    return status;
}

tuft_status tuft_engine_restore(tuft_engine *engine, const char *path, tuft_error *err)
{
    tuft_archive_reader in;
    size_t **batches;
    head saved;
    tuft_status status = tuft_engine_reset(engine, err);
    if (!status)
        status = know_network(engine, err);
    if (!status)
        status = tuft_archive_open(&in, path, err);
    if (status)
        return status;
    status = TUFT_NEW(&batches, engine->network->projections, "projections", err);
    if (!status) {
        status = check_head(&in, engine, &saved, err);
        if (!status)
            status = restore(&in, engine, &saved, batches, err);
        for (uint32_t p = 0; p < engine->network->projections; p++)
            free(batches[p]);
        free(batches);
    }
    tuft_archive_close(&in);
    if (status)
        (void)tuft_engine_reset(engine, NULL);
    return status;
}
