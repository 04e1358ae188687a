#include "cells/probe.h"

#include <criterion/criterion.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

enum { ALL = 4096 };

probe probe_new(const tuft_cell_model *model, const void *parameters, uint32_t cells, int64_t step,
                double tick_ms, const float *weight)
{
    probe p;
    tuft_error err;
    uint32_t id, source;
    float same[ALL];
    cr_assert_leq(cells, ALL);
    OK(tuft_network_new(&p.network, 1000 * tick_ms, NULL));
    OK(tuft_network_add_cells(p.network, "cells", model, parameters, cells, step, &id, NULL));
    for (int port = 0; model->port[port]; port++) {
        tuft_connections c;
        for (uint32_t i = 0; i < cells; i++)
            same[i] = weight ? weight[port] : 0;
        OK(tuft_network_add_source(p.network, model->port[port], cells, &source, NULL));
        OK(tuft_connections_one_to_one(&c, cells, same, 1, NULL));
        OK(tuft_network_connect(p.network, model->port[port], source, id, model->port[port], &c,
                                NULL, NULL));
    }
    cr_assert_eq(tuft_engine_new(&p.engine, p.network, 1, 1, &err), TUFT_OK, "%s", err.message);
    OK(tuft_engine_record_spikes(p.engine, 0, NULL));
    return p;
}

void probe_free(probe *p)
{
    tuft_engine_free(p->engine);
    tuft_network_free(p->network);
}

void probe_trace(probe *p, const char *variable, uint32_t cells, int64_t every)
{
    uint32_t cell[ALL];
    for (uint32_t i = 0; i < cells; i++)
        cell[i] = i;
    OK(tuft_engine_record_trace(p->engine, 0, variable, cell, cells, every, NULL));
}

void probe_run(probe *p, int64_t end)
{
    OK(tuft_engine_run(p->engine, end, NULL));
}

size_t probe_spikes(const probe *p, uint32_t cell, int64_t *out, size_t limit)
{
    const tuft_spike_record *all = tuft_engine_spikes(p->engine, 0);
    size_t n = 0;
    for (size_t s = 0; s < all->count; s++) {
        if (all->cell[s] != cell)
            continue;
        if (n < limit)
            out[n] = all->tick[s];
        n++;
    }
    return n;
}

void probe_refuses(const tuft_cell_model *model, const void *parameters, int64_t step,
                   const char *says)
{
    tuft_network *network;
    tuft_engine *engine;
    tuft_error err;
    OK(tuft_network_new(&network, 100, NULL));
    OK(tuft_network_add_cells(network, "culprit", model, parameters, 2, step, NULL, NULL));
    cr_assert_eq(tuft_engine_new(&engine, network, 1, 1, &err), TUFT_INVALID, "accepted: %s", says);
    cr_assert_null(engine);
    cr_assert(strstr(err.message, "culprit: "), "%s", err.message);
    cr_assert(strstr(err.message, says), "%s, expected: %s", err.message, says);
    tuft_network_free(network);
}
