#include "core/arrivals.h"

#include "core/delivery.h"
#include "core/memory.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* The target range of thread t: whole cache lines, the same cells for each projection. */
static uint32_t range_begin(uint32_t targets, int threads, int t)
{
    uint32_t line = (uint32_t)((uint64_t)targets * (uint64_t)t / (uint64_t)threads);
    return t == threads ? targets : line / 16 * 16;
}

static size_t first_at_least(const int32_t *target, size_t begin, size_t end, uint32_t bound)
{
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if ((uint32_t)target[middle] < bound)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

tuft_status tuft_arrivals_split(tuft_arrivals *arrivals, const tuft_connections *connections,
                                int threads, tuft_error *err)
{
    const tuft_connections *c = connections;
    size_t width = (size_t)threads + 1;
    tuft_status status = TUFT_NEW(&arrivals->split, c->segments * width, "thread bounds", err);
    for (uint32_t s = 0; !status && s < c->segments; s++)
        for (int t = 0; t <= threads; t++)
            arrivals->split[s * width + (size_t)t] =
                first_at_least(c->target, c->segment_begin[s], c->segment_begin[s + 1],
                               range_begin(c->targets, threads, t));
    return status;
}

tuft_status tuft_arrivals_compact(tuft_arrivals *arrivals, const tuft_connections *connections,
                                  tuft_error *err)
{
    return tuft_compact_new(&arrivals->compact, connections, err);
}

void tuft_arrivals_free(tuft_arrivals *arrivals)
{
    free(arrivals->own);
    free(arrivals->split);
    tuft_compact_free(&arrivals->compact);
    *arrivals = (tuft_arrivals){0};
}

tuft_status tuft_arrivals_add(tuft_arrivals *arrivals, const uint32_t *batch, size_t n,
                              tuft_error *err)
{
    if (arrivals->compact.target)
        tuft_compact_prefetch(&arrivals->compact, batch, n);
    if (!arrivals->count) {
        arrivals->list = batch;
        arrivals->count = n;
        return TUFT_OK;
    }
    int borrowed = arrivals->list != arrivals->own;
    tuft_status status =
        TUFT_GROW(&arrivals->own, &arrivals->own_capacity, arrivals->count + n, "arrivals", err);
    if (status)
        return status;
    if (borrowed)
        memcpy(arrivals->own, arrivals->list, arrivals->count * sizeof *batch);
    memcpy(arrivals->own + arrivals->count, batch, n * sizeof *batch);
    arrivals->list = arrivals->own;
    arrivals->count += n;
    return TUFT_OK;
}

static size_t work(const tuft_arrivals *in, const tuft_connections *c)
{
    switch (c->kind) {
    case TUFT_DENSE:
        return in->count * c->targets;
    case TUFT_SPARSE:
        return c->segments ? in->count * (c->segment_begin[c->segments] / c->segments) : 0;
    case TUFT_ONE_TO_ONE:
        return 0;
    }
    return 0;
}

static void deliver_parallel(const tuft_arrivals *in, const tuft_connections *c, float *sum,
                             int threads)
{
    size_t width = (size_t)threads + 1;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int t = 0; t < threads; t++) {
        if (c->kind == TUFT_DENSE) {
            tuft_deliver_dense(sum, c->weight, c->targets, range_begin(c->targets, threads, t),
                               range_begin(c->targets, threads, t + 1), in->list, in->count);
            continue;
        }
        if (in->compact.target) {
            tuft_deliver_compact(sum, &in->compact, in->split + t, width, in->list, in->count);
            continue;
        }
        for (size_t s = 0; s < in->count; s++) {
            const size_t *bound = in->split + in->list[s] * width + (size_t)t;
            for (size_t k = bound[0]; k < bound[1]; k++)
                sum[c->target[k]] += c->weight[k];
        }
    }
}

static void reach(const tuft_arrivals *in, const tuft_connections *c, tuft_site *target)
{
    if (c->kind == TUFT_DENSE)
        for (uint32_t j = 0; j < c->targets; j++)
            tuft_site_reach(target, j);
    else if (c->kind == TUFT_ONE_TO_ONE)
        for (size_t s = 0; s < in->count; s++)
            tuft_site_reach(target, in->list[s]);
    else
        for (size_t s = 0; s < in->count; s++)
            for (size_t k = c->segment_begin[in->list[s]]; k < c->segment_begin[in->list[s] + 1];
                 k++)
                tuft_site_reach(target, (uint32_t)c->target[k]);
}

void tuft_arrivals_deliver(tuft_arrivals *arrivals, const tuft_connections *connections,
                           tuft_site *target, int port, int threads)
{
    const tuft_connections *c = connections;
    const tuft_arrivals *in = arrivals;
    float *sum = target->input[port];
    int divisible = c->kind == TUFT_DENSE || (c->kind == TUFT_SPARSE && in->split);
    if (threads > 1 && divisible && work(in, c) >= TUFT_PARALLEL_SYNAPSES && !omp_in_parallel())
        deliver_parallel(in, c, sum, threads);
    else if (c->kind == TUFT_DENSE)
        tuft_deliver_dense(sum, c->weight, c->targets, 0, c->targets, in->list, in->count);
    else if (in->compact.target)
        tuft_deliver_compact(sum, &in->compact, c->segment_begin, 1, in->list, in->count);
    else if (c->kind == TUFT_SPARSE)
        tuft_deliver_sparse(sum, c->weight, c->target, c->segment_begin, in->list, in->count);
    else
        for (size_t s = 0; s < in->count; s++)
            sum[in->list[s]] += c->weight[in->list[s]];
    if (target->reached)
        reach(in, c, target);
    arrivals->count = 0;
}
