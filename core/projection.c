#include "core/projection.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *tuft_projection_kind_name(tuft_projection_kind kind)
{
    static const char *const name[] = {"dense", "sparse", "one-to-one"};
    return name[kind];
}

void tuft_connections_free(tuft_connections *connections)
{
    free(connections->weight);
    free(connections->target);
    free(connections->segment_begin);
    free(connections->segment_delay);
    free(connections->row_segment);
    *connections = (tuft_connections){0};
}

size_t tuft_connections_synapses(const tuft_connections *connections)
{
    switch (connections->kind) {
    case TUFT_DENSE:
        return (size_t)connections->sources * connections->targets;
    case TUFT_SPARSE:
        return connections->segment_begin[connections->segments];
    case TUFT_ONE_TO_ONE:
        return connections->sources;
    }
    return 0;
}

size_t tuft_connections_fan_out(const tuft_connections *connections, uint32_t source)
{
    switch (connections->kind) {
    case TUFT_DENSE:
        return connections->targets;
    case TUFT_SPARSE:
        return connections->segment_begin[connections->row_segment[source + 1]] -
               connections->segment_begin[connections->row_segment[source]];
    case TUFT_ONE_TO_ONE:
        return 1;
    }
    return 0;
}

static tuft_status check_weights(const float *weight, size_t n, tuft_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(weight[i]))
            return tuft_fail(err, TUFT_INVALID, "weight %zu is %g, expected a finite number", i,
                             (double)weight[i]);
    return TUFT_OK;
}

static tuft_status check_delay(uint32_t delay, tuft_error *err)
{
    if (delay < 1 || delay > INT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "delay of %u ticks, expected 1 to %d", delay,
                         INT32_MAX);
    return TUFT_OK;
}

static tuft_status check_cells(uint32_t sources, uint32_t targets, tuft_error *err)
{
    if (sources > INT32_MAX || targets > INT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "%u sources and %u targets, expected at most %d",
                         sources, targets, INT32_MAX);
    return TUFT_OK;
}

static tuft_status copy_weights(tuft_connections *out, const float *weight, size_t n,
                                tuft_error *err)
{
    tuft_status status = check_delay(out->delay, err);
    if (!status) /* before the weights are read: a size past all limits has no weights */
        status = TUFT_NEW(&out->weight, n, "synaptic weights", err);
    if (!status)
        status = check_weights(weight, n, err);
    if (status)
        tuft_connections_free(out);
    else if (n)
        memcpy(out->weight, weight, n * sizeof *weight);
    return status;
}

tuft_status tuft_connections_dense(tuft_connections *out, uint32_t sources, uint32_t targets,
                                   const float *weight, uint32_t delay, tuft_error *err)
{
    *out = (tuft_connections){
        .kind = TUFT_DENSE, .sources = sources, .targets = targets, .delay = delay};
    return copy_weights(out, weight, (size_t)sources * targets, err);
}

tuft_status tuft_connections_one_to_one(tuft_connections *out, uint32_t count, const float *weight,
                                        uint32_t delay, tuft_error *err)
{
    *out = (tuft_connections){
        .kind = TUFT_ONE_TO_ONE, .sources = count, .targets = count, .delay = delay};
    return copy_weights(out, weight, count, err);
}

static int compare_synapses(const void *a, const void *b)
{
    const tuft_synapse *first = a, *second = b;
    if (first->source != second->source)
        return first->source < second->source ? -1 : 1;
    if (first->delay != second->delay)
        return first->delay < second->delay ? -1 : 1;
    if (first->target != second->target)
        return first->target < second->target ? -1 : 1;
    /* Equal pairs: by weight, so that the sum does not depend on the sort. */
    return first->weight < second->weight ? -1 : first->weight > second->weight;
}

/* Fills the compressed form from synapses in (source, delay, target) order. */
static tuft_status compress(tuft_connections *out, const tuft_synapse *synapse, size_t n,
                            tuft_error *err)
{
    size_t segments = 0;
    for (size_t k = 0; k < n; k++)
        segments += k == 0 || synapse[k].source != synapse[k - 1].source ||
                    synapse[k].delay != synapse[k - 1].delay;
    if (segments > UINT32_MAX - 1)
        return tuft_fail(err, TUFT_INVALID, "%zu delay segments, expected under 2^32", segments);
    out->segments = (uint32_t)segments;
    tuft_status status = TUFT_NEW(&out->weight, n, "synaptic weights", err);
    if (!status)
        status = TUFT_NEW(&out->target, n, "synaptic targets", err);
    if (!status)
        status = TUFT_NEW(&out->segment_begin, segments + 1, "row segments", err);
    if (!status)
        status = TUFT_NEW(&out->segment_delay, segments + 1, "row segments", err);
    if (!status)
        status = TUFT_NEW(&out->row_segment, (size_t)out->sources + 1, "rows", err);
    if (status)
        return status;
    uint32_t segment = 0, row = 0;
    for (size_t k = 0; k < n; k++) {
        int new_row = k == 0 || synapse[k].source != synapse[k - 1].source;
        if (new_row)
            while (row < synapse[k].source)
                out->row_segment[++row] = segment;
        if (new_row || synapse[k].delay != synapse[k - 1].delay) {
            out->segment_begin[segment] = k;
            out->segment_delay[segment++] = synapse[k].delay;
        }
        out->target[k] = (int32_t)synapse[k].target;
        out->weight[k] = synapse[k].weight;
    }
    out->segment_begin[segment] = n;
    while (row < out->sources)
        out->row_segment[++row] = segment;
    return TUFT_OK;
}

tuft_status tuft_connections_sparse(tuft_connections *out, uint32_t sources, uint32_t targets,
                                    const tuft_synapse *synapse, size_t n, tuft_error *err)
{
    *out = (tuft_connections){0};
    tuft_synapse *sorted;
    tuft_status status = check_cells(sources, targets, err);
    if (!status)
        status = TUFT_NEW(&sorted, n, "synapses", err);
    if (status)
        return status;
    for (size_t k = 0; !status && k < n; k++) {
        if (synapse[k].source >= sources || synapse[k].target >= targets)
            status =
                tuft_fail(err, TUFT_INVALID, "synapse %zu joins %u to %u, expected below %u, %u", k,
                          synapse[k].source, synapse[k].target, sources, targets);
        if (!status)
            status = check_delay(synapse[k].delay, err);
        if (!status && !isfinite(synapse[k].weight))
            status =
                tuft_fail(err, TUFT_INVALID, "synapse %zu has weight %g, expected a finite one", k,
                          (double)synapse[k].weight);
    }
    if (status) {
        free(sorted);
        return status;
    }
    if (n)
        memcpy(sorted, synapse, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_synapses);
    tuft_connections made = {.kind = TUFT_SPARSE, .sources = sources, .targets = targets};
    status = compress(&made, sorted, n, err);
    free(sorted);
    if (status) {
        tuft_connections_free(&made);
        return status;
    }
    *out = made;
    return TUFT_OK;
}
