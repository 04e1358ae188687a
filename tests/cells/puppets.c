#include "cells/puppets.h"

#include "core/memory.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

/* ---- the cell -------------------------------------------------------------------------------- */

static tuft_status create(void **state, const void *parameters, const tuft_cell_context *context,
                          tuft_error *err)
{
    char *made;
    (void)parameters;
    (void)context;
    tuft_status status = TUFT_NEW(&made, 1, "puppets", err);
    *state = made;
    return status;
}

static void reset(void *state)
{
    (void)state;
}

static uint32_t step(void *state, uint32_t begin, uint32_t end, float *const *input,
                     uint32_t *spike)
{
    uint32_t n = 0;
    (void)state;
    for (uint32_t i = begin; i < end; i++) {
        if (input[0][i] > 0.5f)
            spike[n++] = i;
        input[0][i] = input[1][i] = 0;
    }
    return n;
}

static bool receive(void *state, uint32_t cell, int64_t tick, const float *input, int64_t *wake)
{
    (void)state;
    (void)cell;
    (void)tick;
    *wake = TUFT_NEVER;
    return input[0] > 0.5f;
}

static double nothing(const void *state, uint32_t cell, int which, int64_t tick)
{
    (void)state;
    (void)cell;
    (void)which;
    (void)tick;
    return 0;
}

static const char *const ports[] = {"order", "plastic", NULL};
static const char *const variables[] = {NULL};

const tuft_cell_model puppet_model = {.name = "puppet",
                                      .port = ports,
                                      .variable = variables,
                                      .create = create,
                                      .destroy = free,
                                      .reset = reset,
                                      .step = step,
                                      .receive = receive,
                                      .read = nothing};

/* ---- trains ---------------------------------------------------------------------------------- */

void trains_add(trains *t, int64_t tick, uint32_t cell)
{
    size_t capacity = t->capacity;
    OK(TUFT_GROW(&t->tick, &capacity, t->n + 1, "ticks", NULL));
    OK(TUFT_GROW(&t->cell, &t->capacity, t->n + 1, "cells", NULL));
    t->tick[t->n] = tick;
    t->cell[t->n++] = cell;
}

typedef struct {
    int64_t tick;
    uint32_t cell;
} spike;

static int earlier(const void *a, const void *b)
{
    const spike *first = a, *second = b;
    if (first->tick != second->tick)
        return first->tick < second->tick ? -1 : 1;
    return first->cell < second->cell ? -1 : first->cell > second->cell;
}

void trains_sort(trains *t)
{
    spike *all = calloc(t->n + 1, sizeof *all);
    for (size_t i = 0; i < t->n; i++)
        all[i] = (spike){t->tick[i], t->cell[i]};
    qsort(all, t->n, sizeof *all, earlier);
    for (size_t i = 0; i < t->n; i++) {
        t->tick[i] = all[i].tick;
        t->cell[i] = all[i].cell;
    }
    free(all);
}

void trains_free(trains *t)
{
    free(t->tick);
    free(t->cell);
    *t = (trains){0};
}

size_t trains_of(const trains *t, uint32_t cell, int64_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->cell[i] == cell)
            out[n++] = t->tick[i];
    return n;
}

/* ---- the network ----------------------------------------------------------------------------- */

puppets puppets_new(uint32_t sources, uint32_t cells, const tuft_synapse *synapse, size_t n,
                    const tuft_plasticity_rule *rule, const void *parameters, int64_t step_ticks,
                    int threads, const trains *pre, const trains *post)
{
    puppets p = {0};
    tuft_error err;
    tuft_connections c;
    uint32_t from, orders, to;
    OK(tuft_network_new(&p.network, 100, NULL));
    OK(tuft_network_add_source(p.network, "pre", sources, &from, NULL));
    OK(tuft_network_add_source(p.network, "orders", cells, &orders, NULL));
    OK(tuft_network_add_cells(p.network, "puppets", &puppet_model, NULL, cells, step_ticks, &to,
                              NULL));
    float *one = calloc(cells, sizeof *one);
    for (uint32_t j = 0; j < cells; j++)
        one[j] = 1;
    OK(tuft_connections_one_to_one(&c, cells, one, 1, NULL));
    free(one);
    OK(tuft_network_connect(p.network, "strings", orders, to, "order", &c, NULL, NULL));
    OK(tuft_connections_sparse(&c, sources, cells, synapse, n, NULL));
    OK(tuft_network_connect(p.network, "learns", from, to, "plastic", &c, &p.projection, NULL));
    OK(tuft_network_make_plastic(p.network, p.projection, rule, parameters, NULL));
    cr_assert_eq(tuft_engine_new(&p.engine, p.network, 1, threads, &err), TUFT_OK, "%s",
                 err.message);
    for (size_t i = 0; i < post->n; i++)
        trains_add(&p.orders, post->tick[i] - 1, post->cell[i]);
    puppets_again(&p, pre);
    return p;
}

void puppets_again(puppets *p, const trains *pre)
{
    OK(tuft_engine_reset(p->engine, NULL));
    OK(tuft_engine_input(p->engine, 0, pre->tick, pre->cell, pre->n, NULL));
    OK(tuft_engine_input(p->engine, 1, p->orders.tick, p->orders.cell, p->orders.n, NULL));
}

void puppets_free(puppets *p)
{
    tuft_engine_free(p->engine);
    tuft_network_free(p->network);
    trains_free(&p->orders);
}

const float *puppets_weights(const puppets *p)
{
    return tuft_engine_weights(p->engine, p->projection, NULL);
}

void puppets_refuse(const tuft_plasticity_rule *rule, const void *parameters, float weight,
                    const char *says)
{
    tuft_network *network;
    tuft_engine *engine;
    tuft_connections c;
    tuft_error err;
    const tuft_synapse synapse = {0, 1, weight, 1};
    OK(tuft_network_new(&network, 100, NULL));
    OK(tuft_network_add_source(network, "pre", 1, NULL, NULL));
    OK(tuft_network_add_cells(network, "puppets", &puppet_model, NULL, 2, 0, NULL, NULL));
    OK(tuft_connections_sparse(&c, 1, 2, &synapse, 1, NULL));
    OK(tuft_network_connect(network, "culprit", 0, 1, "plastic", &c, NULL, NULL));
    OK(tuft_network_make_plastic(network, 0, rule, parameters, NULL));
    cr_assert_eq(tuft_engine_new(&engine, network, 1, 1, &err), TUFT_INVALID, "accepted: %s", says);
    cr_assert_null(engine);
    cr_assert(strstr(err.message, "culprit: "), "%s", err.message);
    cr_assert(strstr(err.message, says), "%s, expected: %s", err.message, says);
    tuft_network_free(network);
}
