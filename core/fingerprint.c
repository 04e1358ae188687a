#include "core/fingerprint.h"

#include <string.h>
#include <zlib.h>

static uLong add(uLong crc, const void *data, size_t size)
{
    return data ? crc32_z(crc, data, size) : crc;
}

static uLong add_text(uLong crc, const char *text)
{
    return add(crc, text, strlen(text) + 1);
}

static uLong add_parameter(uLong crc, const void *parameters, const tuft_parameter_entry *entry,
                           uint32_t cells)
{
    const char *member = (const char *)parameters + entry->offset;
    const float *each;
    switch (entry->kind) {
    case TUFT_PARAMETER_REAL:
        return add(crc, member, sizeof(double));
    case TUFT_PARAMETER_COUNT:
    case TUFT_PARAMETER_CHOICE:
        return add(crc, member, sizeof(uint32_t));
    case TUFT_PARAMETER_CELLS:
        memcpy(&each, member, sizeof each);
        return add(add_text(crc, each ? entry->name : ""), each, cells * sizeof *each);
    }
    return crc;
}

/* Nothing where there is no table. */
static uLong add_parameters(uLong crc, const void *parameters, const tuft_parameter_entry *table,
                            uint32_t cells)
{
    for (; parameters && table && table->name; table++)
        crc = add_parameter(crc, parameters, table, cells);
    return crc;
}

uint32_t tuft_population_fingerprint(const tuft_population *population)
{
    uLong crc = add_text(0, population->name);
    crc = add_text(crc, population->model ? population->model->name : "");
    crc = add(crc, &population->count, sizeof population->count);
    crc = add(crc, &population->step_ticks, sizeof population->step_ticks);
    for (uint32_t d = 0; d < population->drives; d++) {
        crc = add(crc, &population->drive[d].port, sizeof(int));
        crc = add(crc, &population->drive[d].rate_hz, sizeof(double));
        crc = add(crc, &population->drive[d].weight, sizeof(float));
        crc = add(crc, &population->drive[d].index, sizeof(uint32_t));
    }
    if (population->model)
        crc = add_parameters(crc, population->parameters, population->model->parameter,
                             population->count);
    return (uint32_t)crc;
}

uint32_t tuft_projection_fingerprint(const tuft_projection *projection)
{
    const tuft_connections *c = &projection->connections;
    size_t synapses = tuft_connections_synapses(c);
    uLong crc = add_text(0, projection->name);
    crc = add(crc, &projection->source, sizeof projection->source);
    crc = add(crc, &projection->target, sizeof projection->target);
    crc = add(crc, &projection->port, sizeof projection->port);
    crc = add(crc, &c->kind, sizeof c->kind);
    crc = add(crc, &c->delay, sizeof c->delay);
    if (projection->rule) {
        crc = add_text(crc, projection->rule->name);
        crc = add_parameters(crc, projection->rule_parameters, projection->rule->parameter, 0);
    }
    crc = add(crc, c->weight, synapses * sizeof *c->weight);
    if (c->kind != TUFT_SPARSE)
        return (uint32_t)crc;
    crc = add(crc, c->target, synapses * sizeof *c->target);
    crc = add(crc, c->segment_begin, ((size_t)c->segments + 1) * sizeof *c->segment_begin);
    crc = add(crc, c->segment_delay, c->segments * sizeof *c->segment_delay);
    crc = add(crc, c->row_segment, ((size_t)c->sources + 1) * sizeof *c->row_segment);
    return (uint32_t)crc;
}
