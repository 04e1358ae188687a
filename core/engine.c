#include "core/engine.h"

#include "core/delivery.h"
#include "core/memory.h"
#include "core/wheel.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Below these sizes a second thread costs more than it brings. */
enum { PARALLEL_SYNAPSES = 1 << 17, PARALLEL_CELLS = 1 << 14, CHUNK = 2048 };

/* What one population is doing. */
typedef struct {
    void *state;
    float **input;   /* [ports][count]: what has arrived and not been taken */
    uint32_t *spike; /* cells that fire at this tick */
    size_t spikes;
    uint64_t *spike_count; /* [count] since the engine was made */
    uint64_t updates;
    uint32_t *chunk_spikes; /* clocked and large, more than one thread: spikes of each chunk */

    /* Event-driven: cells reached at this tick, and when each would act by itself. */
    uint8_t *reached_mark;
    uint32_t *reached;
    size_t reached_count;
    int64_t *wake;

    /* Sources: what is still to come from outside. */
    const int64_t *outside_tick;
    const uint32_t *outside_cell;
    size_t outside_count, outside_next;

    tuft_spike_record *spike_record;
    tuft_count_record *count_record;
    tuft_trace_record *trace_record;
} site;

/* Spikes arriving over one projection at this tick: rows (dense, one-to-one) or segments. */
typedef struct {
    uint32_t *index;
    size_t count, capacity;
    size_t *split; /* sparse, threaded: [segments][threads + 1] synapse bounds by target range */
} arrivals;

struct tuft_engine {
    const tuft_network *network;
    uint64_t seed;
    int threads;
    int64_t now;
    tuft_wheel *wheel;
    site *at;
    arrivals *arriving;
};

static int64_t longest_delay(const tuft_network *network)
{
    int64_t longest = 1;
    for (uint32_t p = 0; p < network->projections; p++) {
        const tuft_connections *c = &network->projection[p].connections;
        if (c->kind != TUFT_SPARSE && c->delay > longest)
            longest = c->delay;
        for (uint32_t s = 0; c->kind == TUFT_SPARSE && s < c->segments; s++)
            if (c->segment_delay[s] > longest)
                longest = c->segment_delay[s];
    }
    return longest;
}

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

static tuft_status prepare_split(tuft_engine *engine, uint32_t p, tuft_error *err)
{
    const tuft_connections *c = &engine->network->projection[p].connections;
    size_t width = (size_t)engine->threads + 1;
    tuft_status status =
        TUFT_NEW(&engine->arriving[p].split, c->segments * width, "thread bounds", err);
    for (uint32_t s = 0; !status && s < c->segments; s++)
        for (int t = 0; t <= engine->threads; t++)
            engine->arriving[p].split[s * width + (size_t)t] =
                first_at_least(c->target, c->segment_begin[s], c->segment_begin[s + 1],
                               range_begin(c->targets, engine->threads, t));
    return status;
}

static tuft_status prepare_site(tuft_engine *engine, uint32_t q, tuft_error *err)
{
    const tuft_population *population = &engine->network->population[q];
    site *at = &engine->at[q];
    size_t count = population->count;
    tuft_status status = TUFT_NEW(&at->spike, count, "spikes of a tick", err);
    if (!status)
        status = TUFT_NEW(&at->spike_count, count, "spike counts", err);
    if (status || !population->model)
        return status;
    status = TUFT_NEW(&at->input, (size_t)population->ports, "input ports", err);
    for (int port = 0; !status && port < population->ports; port++)
        status = TUFT_NEW(&at->input[port], count, "input", err);
    if (!status && population->step_ticks && engine->threads > 1 && count >= PARALLEL_CELLS)
        status = TUFT_NEW(&at->chunk_spikes, (count + CHUNK - 1) / CHUNK, "spikes of chunks", err);
    if (!status && population->step_ticks == 0) {
        status = TUFT_NEW(&at->reached_mark, count, "reached cells", err);
        if (!status)
            status = TUFT_NEW(&at->reached, count, "reached cells", err);
        if (!status)
            status = TUFT_NEW(&at->wake, count, "wake times", err);
    }
    if (status)
        return status;
    tuft_cell_context context = {.count = population->count,
                                 .step_ticks = population->step_ticks,
                                 .tick_ms = engine->network->tick_us / 1000,
                                 .seed = engine->seed,
                                 .id = q};
    status = population->model->create(&at->state, population->parameters, &context, err);
    return status ? tuft_fail_prefix(err, status, population->name) : TUFT_OK;
}

tuft_status tuft_engine_new(tuft_engine **engine, const tuft_network *network, uint64_t seed,
                            int threads, tuft_error *err)
{
    *engine = NULL;
    tuft_engine *made;
    tuft_status status = TUFT_NEW(&made, 1, "engine", err);
    if (status)
        return status;
    made->network = network;
    made->seed = seed;
    made->threads = threads < 1 ? 1 : threads;
    status = tuft_wheel_new(&made->wheel, longest_delay(network) + 1, err);
    if (!status)
        status = TUFT_NEW(&made->at, network->populations, "populations", err);
    if (!status)
        status = TUFT_NEW(&made->arriving, network->projections, "arrivals", err);
    for (uint32_t q = 0; !status && q < network->populations; q++)
        status = prepare_site(made, q, err);
    for (uint32_t p = 0; !status && p < network->projections; p++) {
        const tuft_projection *projection = &network->projection[p];
        if (made->threads > 1 && projection->connections.kind == TUFT_SPARSE &&
            network->population[projection->target].step_ticks > 0 &&
            tuft_connections_synapses(&projection->connections) >= PARALLEL_SYNAPSES)
            status = prepare_split(made, p, err);
    }
    if (!status)
        status = tuft_engine_reset(made, err);
    if (status) {
        tuft_engine_free(made);
        return status;
    }
    *engine = made;
    return TUFT_OK;
}

void tuft_engine_free(tuft_engine *engine)
{
    if (!engine)
        return;
    for (uint32_t q = 0; engine->at && q < engine->network->populations; q++) {
        site *at = &engine->at[q];
        const tuft_population *population = &engine->network->population[q];
        if (at->state)
            population->model->destroy(at->state);
        for (int port = 0; at->input && port < population->ports; port++)
            free(at->input[port]);
        free(at->input);
        free(at->spike);
        free(at->spike_count);
        free(at->chunk_spikes);
        free(at->reached_mark);
        free(at->reached);
        free(at->wake);
        if (at->spike_record)
            tuft_spike_record_free(at->spike_record);
        if (at->count_record)
            tuft_count_record_free(at->count_record);
        if (at->trace_record)
            tuft_trace_record_free(at->trace_record);
        free(at->spike_record);
        free(at->count_record);
        free(at->trace_record);
    }
    for (uint32_t p = 0; engine->arriving && p < engine->network->projections; p++) {
        free(engine->arriving[p].index);
        free(engine->arriving[p].split);
    }
    free(engine->at);
    free(engine->arriving);
    tuft_wheel_free(engine->wheel);
    free(engine);
}

/* Puts a cell's next own act on the wheel, under an owner number past the projections. */
static tuft_status schedule_wake(tuft_engine *engine, uint32_t q, uint32_t cell, int64_t tick,
                                 tuft_error *err)
{
    engine->at[q].wake[cell] = tick;
    if (tick == TUFT_NEVER)
        return TUFT_OK;
    return tuft_wheel_put(engine->wheel, tick,
                          (tuft_wheel_item){engine->network->projections + q, cell}, err);
}

tuft_status tuft_engine_reset(tuft_engine *engine, tuft_error *err)
{
    const tuft_network *network = engine->network;
    engine->now = 0;
    tuft_wheel_reset(engine->wheel);
    for (uint32_t p = 0; p < network->projections; p++)
        engine->arriving[p].count = 0;
    for (uint32_t q = 0; q < network->populations; q++) {
        const tuft_population *population = &network->population[q];
        site *at = &engine->at[q];
        at->spikes = at->reached_count = 0;
        at->outside_count = at->outside_next = 0;
        if (at->spike_record)
            at->spike_record->count = 0;
        if (at->count_record)
            tuft_count_record_reset(at->count_record, NULL, NULL);
        if (at->trace_record)
            at->trace_record->samples = 0, at->trace_record->next = 0;
        if (!population->model)
            continue;
        population->model->reset(at->state);
        for (int port = 0; port < population->ports; port++)
            memset(at->input[port], 0, population->count * sizeof(float));
        if (population->step_ticks)
            continue;
        memset(at->reached_mark, 0, population->count);
        for (uint32_t i = 0; i < population->count; i++) {
            int64_t wake = population->model->first_wake
                               ? population->model->first_wake(at->state, i)
                               : TUFT_NEVER;
            tuft_status status = schedule_wake(engine, q, i, wake, err);
            if (status)
                return status;
        }
    }
    return TUFT_OK;
}

tuft_status tuft_engine_input(tuft_engine *engine, uint32_t population, const int64_t *tick,
                              const uint32_t *cell, size_t n, tuft_error *err)
{
    if (population >= engine->network->populations || engine->network->population[population].model)
        return tuft_fail(err, TUFT_INVALID, "input for population %u, which is not a source",
                         population);
    uint32_t count = engine->network->population[population].count;
    int64_t last = engine->now;
    for (size_t i = 0; i < n; i++) {
        if (tick[i] < last)
            return tuft_fail(err, TUFT_INVALID, "input %zu at tick %lld, expected %lld or later", i,
                             (long long)tick[i], (long long)last);
        if (cell[i] >= count)
            return tuft_fail(err, TUFT_INVALID, "input %zu for cell %u, expected below %u", i,
                             cell[i], count);
        last = tick[i];
    }
    site *at = &engine->at[population];
    at->outside_tick = tick;
    at->outside_cell = cell;
    at->outside_count = n;
    at->outside_next = 0;
    return TUFT_OK;
}

int64_t tuft_engine_now(const tuft_engine *engine)
{
    return engine->now;
}

static void mark_reached(site *at, uint32_t cell)
{
    if (!at->reached_mark[cell]) {
        at->reached_mark[cell] = 1;
        at->reached[at->reached_count++] = cell;
    }
}

static void deliver_to_clocked(tuft_engine *engine, uint32_t p, float *sum)
{
    const tuft_connections *c = &engine->network->projection[p].connections;
    const arrivals *in = &engine->arriving[p];
    int threads = engine->threads;
    size_t work =
        c->kind == TUFT_DENSE ? in->count * c->targets
        : c->kind == TUFT_SPARSE
            ? in->count * (c->segment_begin[c->segments] / (c->segments ? c->segments : 1))
            : 0;
    int parallel = threads > 1 && work >= PARALLEL_SYNAPSES && !omp_in_parallel();
    if (c->kind == TUFT_DENSE && parallel) {
#pragma omp parallel for num_threads(threads) schedule(static)
        for (int t = 0; t < threads; t++)
            tuft_deliver_dense(sum, c->weight, c->targets, range_begin(c->targets, threads, t),
                               range_begin(c->targets, threads, t + 1), in->index, in->count);
    } else if (c->kind == TUFT_DENSE) {
        tuft_deliver_dense(sum, c->weight, c->targets, 0, c->targets, in->index, in->count);
    } else if (c->kind == TUFT_SPARSE && parallel && in->split) {
        size_t width = (size_t)threads + 1;
#pragma omp parallel for num_threads(threads) schedule(static)
        for (int t = 0; t < threads; t++)
            for (size_t s = 0; s < in->count; s++) {
                const size_t *bound = in->split + in->index[s] * width + (size_t)t;
                for (size_t k = bound[0]; k < bound[1]; k++)
                    sum[c->target[k]] += c->weight[k];
            }
    } else if (c->kind == TUFT_SPARSE) {
        tuft_deliver_sparse(sum, c->weight, c->target, c->segment_begin, in->index, in->count);
    } else {
        for (size_t s = 0; s < in->count; s++)
            sum[in->index[s]] += c->weight[in->index[s]];
    }
}

static void deliver_to_event_driven(tuft_engine *engine, uint32_t p, float *sum, site *at)
{
    const tuft_connections *c = &engine->network->projection[p].connections;
    const arrivals *in = &engine->arriving[p];
    if (c->kind == TUFT_DENSE) {
        tuft_deliver_dense(sum, c->weight, c->targets, 0, c->targets, in->index, in->count);
        for (uint32_t j = 0; j < c->targets; j++)
            mark_reached(at, j);
    } else if (c->kind == TUFT_SPARSE) {
        for (size_t s = 0; s < in->count; s++)
            for (size_t k = c->segment_begin[in->index[s]]; k < c->segment_begin[in->index[s] + 1];
                 k++) {
                sum[c->target[k]] += c->weight[k];
                mark_reached(at, (uint32_t)c->target[k]);
            }
    } else {
        for (size_t s = 0; s < in->count; s++) {
            sum[in->index[s]] += c->weight[in->index[s]];
            mark_reached(at, in->index[s]);
        }
    }
}

/* Takes what is due off the wheel: spikes into the ports they reach, cells that wake. */
static tuft_status deliver(tuft_engine *engine, int64_t tick, tuft_error *err)
{
    const tuft_network *network = engine->network;
    const tuft_wheel_item *item;
    size_t n;
    tuft_status status = tuft_wheel_take(engine->wheel, tick, &item, &n, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        uint32_t owner = item[i].owner;
        if (owner >= network->projections) {
            site *at = &engine->at[owner - network->projections];
            if (at->wake[item[i].index] == tick) /* else a later event moved it */
                mark_reached(at, item[i].index);
            continue;
        }
        arrivals *in = &engine->arriving[owner];
        if (in->count == in->capacity) {
            status = TUFT_GROW(&in->index, &in->capacity, in->count + 1, "arrivals", err);
            if (status)
                return status;
        }
        in->index[in->count++] = item[i].index;
    }
    for (uint32_t p = 0; n && p < network->projections; p++) {
        if (!engine->arriving[p].count)
            continue;
        const tuft_projection *projection = &network->projection[p];
        site *at = &engine->at[projection->target];
        float *sum = at->input[projection->port];
        if (network->population[projection->target].step_ticks)
            deliver_to_clocked(engine, p, sum);
        else
            deliver_to_event_driven(engine, p, sum, at);
        engine->arriving[p].count = 0;
    }
    return TUFT_OK;
}

static int compare_cells(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return first < second ? -1 : first > second;
}

/* Reached cells ascending, so that spikes come out in the same order as from a clocked run. */
static void order_reached(site *at, uint32_t count)
{
    if (at->reached_count > count / 64) {
        size_t n = 0;
        for (uint32_t i = 0; i < count; i++)
            if (at->reached_mark[i])
                at->reached[n++] = i;
    } else if (at->reached_count > 1) {
        qsort(at->reached, at->reached_count, sizeof *at->reached, compare_cells);
    }
}

static tuft_status receive(tuft_engine *engine, uint32_t q, int64_t tick, tuft_error *err)
{
    const tuft_population *population = &engine->network->population[q];
    site *at = &engine->at[q];
    float input[TUFT_PORT_LIMIT];
    order_reached(at, population->count);
    for (size_t r = 0; r < at->reached_count; r++) {
        uint32_t cell = at->reached[r];
        at->reached_mark[cell] = 0;
        for (int port = 0; port < population->ports; port++) {
            input[port] = at->input[port][cell];
            at->input[port][cell] = 0;
        }
        int64_t wake = TUFT_NEVER;
        if (population->model->receive(at->state, cell, tick, input, &wake))
            at->spike[at->spikes++] = cell;
        if (wake != at->wake[cell]) {
            tuft_status status = schedule_wake(engine, q, cell, wake, err);
            if (status)
                return status;
        }
    }
    at->updates += at->reached_count;
    at->reached_count = 0;
    return TUFT_OK;
}

/* Chunks of cells step in parallel, each into its own stretch of the spike list, which is then
 * closed up in order: the same list as from one thread. */
static void step(tuft_engine *engine, uint32_t q)
{
    const tuft_population *population = &engine->network->population[q];
    site *at = &engine->at[q];
    uint32_t count = population->count;
    at->updates += count;
    if (!at->chunk_spikes || omp_in_parallel()) {
        at->spikes = population->model->step(at->state, 0, count, at->input, at->spike);
        return;
    }
    uint32_t chunks = (count + CHUNK - 1) / CHUNK;
#pragma omp parallel for num_threads(engine->threads) schedule(static)
    for (uint32_t c = 0; c < chunks; c++) {
        uint32_t begin = c * CHUNK, end = begin + CHUNK < count ? begin + CHUNK : count;
        at->chunk_spikes[c] =
            population->model->step(at->state, begin, end, at->input, at->spike + begin);
    }
    for (uint32_t c = 0; c < chunks; c++) {
        memmove(at->spike + at->spikes, at->spike + (size_t)c * CHUNK,
                at->chunk_spikes[c] * sizeof *at->spike);
        at->spikes += at->chunk_spikes[c];
    }
}

/* Counts and records the spikes of a population at this tick and sends them on their way. */
static tuft_status emit(tuft_engine *engine, uint32_t q, int64_t tick, tuft_error *err)
{
    const tuft_network *network = engine->network;
    site *at = &engine->at[q];
    tuft_status status = TUFT_OK;
    for (size_t i = 0; i < at->spikes; i++)
        at->spike_count[at->spike[i]]++;
    if (at->spike_record)
        status = tuft_spike_record_push(at->spike_record, tick, at->spike, at->spikes, err);
    if (at->count_record)
        tuft_count_record_push(at->count_record, tick, at->spike, at->spikes);
    for (uint32_t p = 0; !status && p < network->projections; p++) {
        const tuft_connections *c = &network->projection[p].connections;
        if (network->projection[p].source != q)
            continue;
        for (size_t i = 0; !status && i < at->spikes; i++) {
            uint32_t cell = at->spike[i];
            if (c->kind != TUFT_SPARSE) {
                status =
                    tuft_wheel_put(engine->wheel, tick + c->delay, (tuft_wheel_item){p, cell}, err);
                continue;
            }
            for (uint32_t s = c->row_segment[cell]; !status && s < c->row_segment[cell + 1]; s++)
                status = tuft_wheel_put(engine->wheel, tick + c->segment_delay[s],
                                        (tuft_wheel_item){p, s}, err);
        }
    }
    at->spikes = 0;
    return status;
}

/* A channel may speak more than once a tick: the list goes out whenever it is full. */
static tuft_status take_from_outside(tuft_engine *engine, uint32_t q, int64_t tick, tuft_error *err)
{
    site *at = &engine->at[q];
    while (at->outside_next < at->outside_count && at->outside_tick[at->outside_next] == tick) {
        at->spike[at->spikes++] = at->outside_cell[at->outside_next++];
        if (at->spikes == engine->network->population[q].count) {
            tuft_status status = emit(engine, q, tick, err);
            if (status)
                return status;
        }
    }
    return TUFT_OK;
}

static tuft_status sample(tuft_engine *engine, uint32_t q, int64_t tick, tuft_error *err)
{
    site *at = &engine->at[q];
    tuft_trace_record *trace = at->trace_record;
    const tuft_cell_model *model = engine->network->population[q].model;
    tuft_status status = TUFT_GROW(&trace->value, &trace->capacity,
                                   (trace->samples + 1) * trace->cells, "trace", err);
    if (status)
        return status;
    for (uint32_t i = 0; i < trace->cells; i++)
        trace->value[trace->samples * trace->cells + i] =
            (float)model->read(at->state, trace->cell[i], trace->variable, tick);
    trace->samples++;
    trace->next += trace->every;
    return TUFT_OK;
}

static tuft_status run_tick(tuft_engine *engine, int64_t tick, tuft_error *err)
{
    const tuft_network *network = engine->network;
    tuft_status status = deliver(engine, tick, err);
    for (uint32_t q = 0; !status && q < network->populations; q++) {
        const tuft_population *population = &network->population[q];
        site *at = &engine->at[q];
        if (!population->model)
            status = take_from_outside(engine, q, tick, err);
        else if (population->step_ticks == 0)
            status = at->reached_count ? receive(engine, q, tick, err) : TUFT_OK;
        else if (tick && tick % population->step_ticks == 0)
            step(engine, q);
        if (!status && at->spikes)
            status = emit(engine, q, tick, err);
        if (!status && at->trace_record && at->trace_record->next == tick)
            status = sample(engine, q, tick, err);
    }
    return status;
}

static int64_t next_tick(const tuft_engine *engine)
{
    const tuft_network *network = engine->network;
    int64_t next = tuft_wheel_next(engine->wheel), now = engine->now;
    for (uint32_t q = 0; q < network->populations; q++) {
        const site *at = &engine->at[q];
        int64_t step_ticks = network->population[q].step_ticks, due = TUFT_NEVER;
        if (!network->population[q].model) {
            if (at->outside_next < at->outside_count)
                due = at->outside_tick[at->outside_next];
        } else if (step_ticks) {
            due = now ? (now + step_ticks - 1) / step_ticks * step_ticks : step_ticks;
        }
        if (at->trace_record && at->trace_record->next < due)
            due = at->trace_record->next;
        if (due < next)
            next = due;
    }
    return next;
}

tuft_status tuft_engine_run(tuft_engine *engine, int64_t end, tuft_error *err)
{
    if (end < engine->now)
        return tuft_fail(err, TUFT_INVALID, "run to tick %lld, it is already %lld", (long long)end,
                         (long long)engine->now);
    for (int64_t tick = next_tick(engine); tick < end; tick = next_tick(engine)) {
        tuft_status status = run_tick(engine, tick, err);
        if (status)
            return status;
        engine->now = tick + 1;
    }
    engine->now = end;
    return TUFT_OK;
}

static tuft_status check_population(const tuft_engine *engine, uint32_t population, tuft_error *err)
{
    if (population >= engine->network->populations)
        return tuft_fail(err, TUFT_INVALID, "recorder for population %u, there are %u", population,
                         engine->network->populations);
    return TUFT_OK;
}

tuft_status tuft_engine_record_spikes(tuft_engine *engine, uint32_t population, tuft_error *err)
{
    tuft_status status = check_population(engine, population, err);
    if (status || engine->at[population].spike_record)
        return status;
    return TUFT_NEW(&engine->at[population].spike_record, 1, "spike recorder", err);
}

const tuft_spike_record *tuft_engine_spikes(const tuft_engine *engine, uint32_t population)
{
    return engine->at[population].spike_record;
}

tuft_status tuft_engine_record_counts(tuft_engine *engine, uint32_t population, const int64_t *edge,
                                      uint32_t windows, tuft_error *err)
{
    tuft_status status = check_population(engine, population, err);
    if (status)
        return status;
    site *at = &engine->at[population];
    if (at->count_record && at->count_record->windows == windows)
        return tuft_count_record_reset(at->count_record, edge, err);
    if (at->count_record)
        return tuft_fail(err, TUFT_INVALID, "%u windows, the recorder has %u", windows,
                         at->count_record->windows);
    tuft_count_record *made;
    status = TUFT_NEW(&made, 1, "count recorder", err);
    if (!status) {
        uint32_t cells = engine->network->population[population].count;
        status = tuft_count_record_new(made, cells, edge, windows, err);
        if (status)
            free(made);
        else
            at->count_record = made;
    }
    return status;
}

const tuft_count_record *tuft_engine_counts(const tuft_engine *engine, uint32_t population)
{
    return engine->at[population].count_record;
}

tuft_status tuft_engine_record_trace(tuft_engine *engine, uint32_t population, const char *variable,
                                     const uint32_t *cell, uint32_t cells, int64_t every_ticks,
                                     tuft_error *err)
{
    tuft_status status = check_population(engine, population, err);
    if (status)
        return status;
    const tuft_population *of = &engine->network->population[population];
    int which = 0;
    while (of->model && of->model->variable[which] &&
           strcmp(of->model->variable[which], variable) != 0)
        which++;
    if (!of->model || !of->model->variable[which])
        return tuft_fail(err, TUFT_INVALID, "population %s has no variable \"%s\"", of->name,
                         variable);
    if (every_ticks < 1 || engine->at[population].trace_record)
        return tuft_fail(err, TUFT_INVALID, "trace of %s: every %lld ticks, one trace a population",
                         of->name, (long long)every_ticks);
    for (uint32_t i = 0; i < cells; i++)
        if (cell[i] >= of->count)
            return tuft_fail(err, TUFT_INVALID, "trace of %s: cell %u, expected below %u", of->name,
                             cell[i], of->count);
    tuft_trace_record *made;
    status = TUFT_NEW(&made, 1, "trace recorder", err);
    if (status)
        return status;
    status = TUFT_NEW(&made->cell, cells, "traced cells", err);
    if (status) {
        free(made);
        return status;
    }
    memcpy(made->cell, cell, cells * sizeof *cell);
    made->variable = which;
    made->every = every_ticks;
    made->cells = cells;
    made->next = (engine->now + every_ticks - 1) / every_ticks * every_ticks;
    engine->at[population].trace_record = made;
    return TUFT_OK;
}

const tuft_trace_record *tuft_engine_trace(const tuft_engine *engine, uint32_t population)
{
    return engine->at[population].trace_record;
}

tuft_status tuft_engine_ledger(const tuft_engine *engine, tuft_ledger *ledger, tuft_error *err)
{
    tuft_status status = tuft_ledger_new(ledger, engine->network, err);
    if (status)
        return status;
    for (uint32_t q = 0; q < ledger->populations; q++) {
        ledger->population[q].updates = engine->at[q].updates;
        memcpy(ledger->population[q].source_spikes, engine->at[q].spike_count,
               ledger->population[q].cells * sizeof(uint64_t));
    }
    tuft_ledger_settle(ledger, engine->network);
    return TUFT_OK;
}
