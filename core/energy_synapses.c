#include "core/energy_synapses.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static tuft_status allocate(tuft_energy_edges *out, const uint64_t *spikes, const float *siemens,
                            tuft_error *err)
{
    tuft_status status =
        TUFT_NEW(&out->row_begin, (size_t)out->sources + 1, "rows of synapses", err);
    if (!status)
        status = TUFT_NEW(&out->target, out->synapses, "targets of synapses", err);
    if (!status)
        status = TUFT_NEW(&out->spikes, out->sources, "spikes of sources", err);
    if (!status && siemens)
        status = TUFT_NEW(&out->siemens, out->synapses, "conductances of synapses", err);
    if (status)
        return status;
    memcpy(out->spikes, spikes, out->sources * sizeof *spikes);
    if (siemens)
        memcpy(out->siemens, siemens, out->synapses * sizeof *siemens);
    return TUFT_OK;
}

tuft_status tuft_energy_edges_of(tuft_energy_edges *out, const tuft_connections *connections,
                                 const uint64_t *spikes, const float *siemens, tuft_error *err)
{
    *out = (tuft_energy_edges){.sources = connections->sources,
                               .targets = connections->targets,
                               .synapses = tuft_connections_synapses(connections)};
    tuft_status status = allocate(out, spikes, siemens, err);
    if (status) {
        tuft_energy_edges_free(out);
        return status;
    }
    for (uint32_t i = 0; i < out->sources; i++)
        out->row_begin[i + 1] = out->row_begin[i] + tuft_connections_fan_out(connections, i);
    for (size_t k = 0; k < out->synapses; k++)
        switch (connections->kind) {
        case TUFT_DENSE:
            out->target[k] = (uint32_t)(k % out->targets);
            break;
        case TUFT_SPARSE:
            out->target[k] = (uint32_t)connections->target[k];
            break;
        case TUFT_ONE_TO_ONE:
            out->target[k] = (uint32_t)k;
            break;
        }
    return TUFT_OK;
}

void tuft_energy_edges_free(tuft_energy_edges *edges)
{
    free(edges->row_begin);
    free(edges->target);
    free(edges->spikes);
    free(edges->siemens);
    *edges = (tuft_energy_edges){0};
}

uint64_t tuft_energy_edges_events(const tuft_energy_edges *edges)
{
    uint64_t events = 0;
    for (uint32_t i = 0; i < edges->sources; i++)
        events += edges->spikes[i] * (uint64_t)(edges->row_begin[i + 1] - edges->row_begin[i]);
    return events;
}

double tuft_energy_edges_siemens(const tuft_energy_edges *edges)
{
    double sum = 0;
    for (uint32_t i = 0; edges->siemens && i < edges->sources; i++) {
        double row = 0;
        for (size_t k = edges->row_begin[i]; k < edges->row_begin[i + 1]; k++)
            row += (double)edges->siemens[k];
        sum += row * (double)edges->spikes[i];
    }
    return sum;
}

/* joules[k] += each_i, for the synapses of row i, `each` being what spikes[i] gives. */
static void by_spikes(const tuft_energy_edges *edges, double total, double *joules)
{
    double events = (double)tuft_energy_edges_events(edges);
    for (uint32_t i = 0; i < edges->sources; i++)
        for (size_t k = edges->row_begin[i]; k < edges->row_begin[i + 1]; k++)
            joules[k] += total * (double)edges->spikes[i] / events;
}

static void by_conductance(const tuft_energy_edges *edges, double total, double *joules)
{
    double sum = tuft_energy_edges_siemens(edges);
    for (uint32_t i = 0; i < edges->sources; i++)
        for (size_t k = edges->row_begin[i]; k < edges->row_begin[i + 1]; k++)
            joules[k] += total * (double)edges->spikes[i] * (double)edges->siemens[k] / sum;
}

static void evenly(const tuft_energy_edges *edges, double total, double *joules)
{
    for (size_t k = 0; k < edges->synapses; k++)
        joules[k] += total / (double)edges->synapses;
}

static void by_lines(const tuft_energy_edges *edges, double total, double *joules)
{
    double spikes = 0, rest = 0;
    for (uint32_t i = 0; i < edges->sources; i++)
        spikes += (double)edges->spikes[i];
    for (uint32_t i = 0; i < edges->sources; i++) {
        size_t fan_out = edges->row_begin[i + 1] - edges->row_begin[i];
        double line = total * (double)edges->spikes[i] / spikes;
        if (!fan_out)
            rest += line;
        for (size_t k = edges->row_begin[i]; k < edges->row_begin[i + 1]; k++)
            joules[k] += line / (double)fan_out;
    }
    evenly(edges, rest, joules);
}

static tuft_status by_columns(const tuft_energy_edges *edges, double total, double *joules,
                              tuft_error *err)
{
    uint32_t *fan_in, empty = 0;
    tuft_status status = TUFT_NEW(&fan_in, edges->targets, "fan-in of targets", err);
    if (status)
        return status;
    for (size_t k = 0; k < edges->synapses; k++)
        fan_in[edges->target[k]]++;
    double column = total / edges->targets;
    for (uint32_t j = 0; j < edges->targets; j++)
        empty += !fan_in[j];
    for (size_t k = 0; k < edges->synapses; k++)
        joules[k] += column / fan_in[edges->target[k]];
    evenly(edges, column * empty, joules);
    free(fan_in);
    return TUFT_OK;
}

static tuft_status check(const tuft_energy_projection *of, const tuft_energy_edges *edges,
                         tuft_error *err)
{
    uint64_t events = tuft_energy_edges_events(edges);
    if (edges->sources != of->sources || edges->targets != of->targets ||
        edges->synapses != of->synapses)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %zu synapses from %u to %u cells, expected %llu from %llu to %llu",
                         of->name, edges->synapses, edges->sources, edges->targets,
                         (unsigned long long)of->synapses, (unsigned long long)of->sources,
                         (unsigned long long)of->targets);
    if (events != of->synaptic_events)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: spikes x fan-out give %llu synaptic events, expected %llu", of->name,
                         (unsigned long long)events, (unsigned long long)of->synaptic_events);
    return TUFT_OK;
}

tuft_status tuft_energy_synapses(const tuft_energy_bill *bill, uint32_t projection,
                                 const tuft_energy_edges *edges, int level, double *joules,
                                 tuft_error *err)
{
    tuft_status status = check(&bill->activity->projection[projection], edges, err);
    for (size_t k = 0; k < edges->synapses; k++)
        joules[k] = 0;
    for (size_t t = 0; !status && edges->synapses && t < bill->terms; t++) {
        const tuft_energy_term *term = &bill->term[t];
        double total = tuft_energy_term_range(bill, t).at[level].joules;
        if (term->projection != projection)
            continue;
        switch (term->component) {
        case TUFT_COMPONENT_SYNAPSES:
        case TUFT_COMPONENT_WEIGHTS:
            by_spikes(edges, total, joules);
            break;
        case TUFT_COMPONENT_CELLS:
            if (edges->siemens && tuft_energy_edges_siemens(edges) > 0)
                by_conductance(edges, total, joules);
            else
                by_spikes(edges, total, joules);
            break;
        case TUFT_COMPONENT_DRIVERS:
            by_lines(edges, total, joules);
            break;
        case TUFT_COMPONENT_CONVERTERS:
            status = by_columns(edges, total, joules, err);
            break;
        default: /* learning: what is of a projection and of no single synapse */
            evenly(edges, total, joules);
            break;
        }
    }
    return status;
}
