#include "core/engine.h"

#include "core/engine_inside.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static int64_t longest_delay(const tuft_engine *engine)
{
    uint32_t longest = 1;
    for (uint32_t p = 0; p < engine->network->projections; p++) {
        const tuft_delay_lines *lines = &engine->route[p].under_way;
        if (lines->delay[lines->lines - 1] > longest)
            longest = lines->delay[lines->lines - 1];
    }
    return longest;
}

static tuft_status prepare_routes(tuft_engine *engine, tuft_error *err)
{
    const tuft_network *network = engine->network;
    tuft_status status = TUFT_NEW(&engine->route, network->projections, "projections", err);
    if (!status)
        status = TUFT_NEW(&engine->touched, network->projections, "projections", err);
    if (!status)
        status = TUFT_NEW(&engine->outgoing, network->projections, "projections", err);
    if (!status)
        status =
            TUFT_NEW(&engine->outgoing_begin, (size_t)network->populations + 1, "populations", err);
    for (uint32_t p = 0; !status && p < network->projections; p++) {
        const tuft_projection *projection = &network->projection[p];
        const tuft_connections *c = &projection->connections;
        engine->outgoing_begin[projection->source + 1]++;
        status = tuft_delay_lines_new(&engine->route[p].under_way, c, err);
        if (!status && !projection->rule)
            status = tuft_arrivals_compact(&engine->route[p].arriving, c, err);
        if (!status && engine->threads > 1 && c->kind == TUFT_SPARSE &&
            tuft_connections_synapses(c) >= TUFT_PARALLEL_SYNAPSES)
            status = tuft_arrivals_split(&engine->route[p].arriving, c, engine->threads, err);
    }
    if (status)
        return status;
    for (uint32_t q = 0; q < network->populations; q++)
        engine->outgoing_begin[q + 1] += engine->outgoing_begin[q];
    /* Moved up by one: filling population q then moves entry q + 1 from its begin to its end. */
    for (uint32_t q = network->populations; q > 0; q--)
        engine->outgoing_begin[q] = engine->outgoing_begin[q - 1];
    for (uint32_t p = 0; p < network->projections; p++)
        engine->outgoing[engine->outgoing_begin[network->projection[p].source + 1]++] = p;
    return TUFT_OK;
}

tuft_status tuft_engine_new(tuft_engine **engine, const tuft_network *network, uint64_t seed,
                            int threads, tuft_error *err)
{
    *engine = NULL;
    if (threads < 1 || threads > TUFT_THREAD_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "%d threads, expected 1 to %d", threads,
                         TUFT_THREAD_LIMIT);
    tuft_engine *made;
    tuft_status status = TUFT_NEW(&made, 1, "engine", err);
    if (status)
        return status;
    made->network = network;
    made->threads = threads;
    made->seed = seed;
    status = prepare_routes(made, err);
    if (!status)
        status = tuft_plastics_new(&made->plastics, network, threads, err);
    if (!status)
        status = tuft_wheel_new(&made->wheel, longest_delay(made) + 1, err);
    if (!status)
        status = TUFT_NEW(&made->at, network->populations, "populations", err);
    for (uint32_t q = 0; !status && q < network->populations; q++) {
        const tuft_population *population = &network->population[q];
        tuft_cell_context context = {.count = population->count,
                                     .step_ticks = population->step_ticks,
                                     .tick_ms = network->tick_us / 1000,
                                     .seed = seed,
                                     .id = q};
        status = tuft_site_new(&made->at[q], population, &context, threads, made->wheel,
                               network->projections + q, err);
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
    for (uint32_t q = 0; engine->at && q < engine->network->populations; q++)
        if (engine->at[q].population)
            tuft_site_free(&engine->at[q]);
    for (uint32_t p = 0; engine->route && p < engine->network->projections; p++) {
        tuft_delay_lines_free(&engine->route[p].under_way);
        tuft_arrivals_free(&engine->route[p].arriving);
    }
    free(engine->at);
    free(engine->route);
    free(engine->outgoing);
    free(engine->outgoing_begin);
    free(engine->touched);
    tuft_plastics_free(&engine->plastics);
    free(engine->fingerprint);
    tuft_wheel_free(engine->wheel);
    free(engine);
}

tuft_status tuft_engine_reset(tuft_engine *engine, tuft_error *err)
{
    engine->now = 0;
    tuft_wheel_reset(engine->wheel);
    for (uint32_t p = 0; p < engine->network->projections; p++) {
        tuft_delay_lines_reset(&engine->route[p].under_way);
        engine->route[p].arriving.count = 0;
    }
    tuft_plastics_reset(&engine->plastics);
    tuft_status status = TUFT_OK;
    for (uint32_t q = 0; !status && q < engine->network->populations; q++)
        status = tuft_site_reset(&engine->at[q], err);
    return status;
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
        if (tick[i] > TUFT_TICK_LIMIT)
            return tuft_fail(err, TUFT_INVALID, "input %zu at tick %lld, expected at most %lld", i,
                             (long long)tick[i], (long long)TUFT_TICK_LIMIT);
        if (cell[i] >= count)
            return tuft_fail(err, TUFT_INVALID, "input %zu for cell %u, expected below %u", i,
                             cell[i], count);
        last = tick[i];
    }
    tuft_site *at = &engine->at[population];
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

static int ascending(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return first < second ? -1 : first > second;
}

/* Takes what is due off the wheel: cells that wake, spikes into the ports they reach, projection
 * after projection. */
static tuft_status deliver(tuft_engine *engine, int64_t tick, tuft_error *err)
{
    const tuft_network *network = engine->network;
    const tuft_wheel_item *item;
    size_t n, lists = 0;
    tuft_status status = tuft_wheel_take(engine->wheel, tick, &item, &n, err);
    for (size_t i = 0; !status && i < n; i++) {
        uint32_t owner = item[i].owner;
        if (owner >= network->projections) {
            status = tuft_site_woken(&engine->at[owner - network->projections], item[i].index, tick,
                                     err);
            continue;
        }
        tuft_route *along = &engine->route[owner];
        size_t spikes;
        const uint32_t *batch = tuft_delay_lines_take(&along->under_way, item[i].index, &spikes);
        if (!along->arriving.count)
            engine->touched[lists++] = owner;
        status = tuft_arrivals_add(&along->arriving, batch, spikes, err);
    }
    if (lists > 1)
        qsort(engine->touched, lists, sizeof *engine->touched, ascending);
    for (size_t i = 0; !status && i < lists; i++) {
        const tuft_projection *projection = &network->projection[engine->touched[i]];
        tuft_arrivals *arriving = &engine->route[engine->touched[i]].arriving;
        tuft_plastic *learns = tuft_plastics_at(&engine->plastics, engine->touched[i]);
        size_t count = arriving->count;
        tuft_arrivals_deliver(arriving, learns ? &learns->connections : &projection->connections,
                              &engine->at[projection->target], projection->port, engine->threads);
        if (learns)
            tuft_plastic_arrive(learns, tick, arriving->list, count);
    }
    return status;
}

/* Counts and records the spikes of a population at this tick and sends them on their way. */
static tuft_status emit(tuft_engine *engine, uint32_t q, int64_t tick, tuft_error *err)
{
    tuft_site *at = &engine->at[q];
    tuft_status status = tuft_site_record(at, tick, err);
    tuft_plastics_fire(&engine->plastics, q, tick, at->spike, at->spikes);
    for (uint32_t o = engine->outgoing_begin[q]; !status && o < engine->outgoing_begin[q + 1]; o++)
        status =
            tuft_delay_lines_send(&engine->route[engine->outgoing[o]].under_way, tick, at->spike,
                                  at->spikes, engine->wheel, engine->outgoing[o], err);
    at->spikes = 0;
    return status;
}

/* A channel may speak more than once a tick: the list goes out whenever it is full. */
static tuft_status take_from_outside(tuft_engine *engine, uint32_t q, int64_t tick, tuft_error *err)
{
    tuft_site *at = &engine->at[q];
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

static tuft_status run_tick(tuft_engine *engine, int64_t tick, tuft_error *err)
{
    tuft_status status = deliver(engine, tick, err);
    for (uint32_t q = 0; !status && q < engine->network->populations; q++) {
        tuft_site *at = &engine->at[q];
        if (at->outside_next < at->outside_count)
            status = take_from_outside(engine, q, tick, err);
        else if (at->reached_count)
            status = tuft_site_receive(at, tick, err);
        else if (at->next_step == tick)
            tuft_site_step(at);
        if (!status && at->spikes)
            status = emit(engine, q, tick, err);
        if (!status && at->trace_record)
            status = tuft_site_sample(at, tick, err);
    }
    return status;
}

static int64_t next_tick(const tuft_engine *engine)
{
    int64_t next = tuft_wheel_next(engine->wheel);
    for (uint32_t q = 0; q < engine->network->populations; q++) {
        int64_t due = tuft_site_due(&engine->at[q]);
        if (due < next)
            next = due;
    }
    return next;
}

tuft_status tuft_engine_run(tuft_engine *engine, int64_t end, tuft_error *err)
{
    if (end < engine->now || end > TUFT_TICK_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "run to tick %lld, expected %lld to %lld",
                         (long long)end, (long long)engine->now, (long long)TUFT_TICK_LIMIT);
    tuft_status status = TUFT_OK;
    for (int64_t tick = next_tick(engine); !status && tick < end; tick = next_tick(engine)) {
        status = run_tick(engine, tick, err);
        if (!status)
            engine->now = tick + 1;
    }
    for (uint32_t q = 0; q < engine->network->populations; q++)
        tuft_site_settle(&engine->at[q]);
    if (!status)
        engine->now = end;
    return status;
}

static tuft_status check_population(const tuft_engine *engine, uint32_t population, tuft_error *err)
{
    if (population >= engine->network->populations)
        return tuft_fail(err, TUFT_INVALID, "population %u, there are %u", population,
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
    return population < engine->network->populations ? engine->at[population].spike_record : NULL;
}

tuft_status tuft_engine_record_counts(tuft_engine *engine, uint32_t population, const int64_t *edge,
                                      uint32_t windows, tuft_error *err)
{
    tuft_status status = check_population(engine, population, err);
    if (status)
        return status;
    tuft_site *at = &engine->at[population];
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
    return population < engine->network->populations ? engine->at[population].count_record : NULL;
}

static tuft_status find_variable(const tuft_population *population, const char *variable,
                                 int *which, tuft_error *err)
{
    const char *const *names = population->model ? population->model->variable : NULL;
    for (*which = 0; names && names[*which]; ++*which)
        if (strcmp(names[*which], variable) == 0)
            return TUFT_OK;
    return tuft_fail(err, TUFT_INVALID, "population %s has no variable \"%s\"", population->name,
                     variable);
}

tuft_status tuft_engine_write(tuft_engine *engine, uint32_t population, const char *variable,
                              const uint32_t *cell, const double *value, uint32_t n,
                              tuft_error *err)
{
    tuft_status status = check_population(engine, population, err);
    if (status)
        return status;
    const tuft_population *of = &engine->network->population[population];
    int which;
    status = find_variable(of, variable, &which, err);
    if (status)
        return status;
    if (!of->model->write)
        return tuft_fail(err, TUFT_INVALID, "population %s: %s cells cannot be written to",
                         of->name, of->model->name);
    int64_t tick = engine->now > 0 ? engine->now - 1 : 0;
    for (uint32_t i = 0; !status && i < n; i++) {
        uint32_t at = cell ? cell[i] : i;
        if (at >= of->count)
            return tuft_fail(err, TUFT_INVALID, "write to %s: cell %u, expected below %u", of->name,
                             at, of->count);
        status = tuft_site_write(&engine->at[population], at, which, value[i], tick, err);
        if (status)
            tuft_fail_prefix(err, status, of->name);
    }
    return status;
}

tuft_status tuft_engine_record_trace(tuft_engine *engine, uint32_t population, const char *variable,
                                     const uint32_t *cell, uint32_t cells, int64_t every_ticks,
                                     tuft_error *err)
{
    tuft_status status = check_population(engine, population, err);
    if (status)
        return status;
    const tuft_population *of = &engine->network->population[population];
    int which;
    status = find_variable(of, variable, &which, err);
    if (status)
        return status;
    tuft_trace_record **last = &engine->at[population].trace_record;
    for (; *last; last = &(*last)->other)
        if ((*last)->variable == which)
            return tuft_fail(err, TUFT_INVALID, "trace of %s: %s is traced already", of->name,
                             variable);
    if (every_ticks < 1 || every_ticks > TUFT_TICK_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "trace of %s: every %lld ticks, expected 1 or more",
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
    *last = made;
    return TUFT_OK;
}

const tuft_trace_record *tuft_engine_trace(const tuft_engine *engine, uint32_t population)
{
    return population < engine->network->populations ? engine->at[population].trace_record : NULL;
}

const tuft_trace_record *tuft_engine_trace_of(const tuft_engine *engine, uint32_t population,
                                              const char *variable)
{
    int which;
    const tuft_trace_record *trace = tuft_engine_trace(engine, population);
    if (!trace || find_variable(&engine->network->population[population], variable, &which, NULL))
        return NULL;
    while (trace && trace->variable != which)
        trace = trace->other;
    return trace;
}

const float *tuft_engine_weights(const tuft_engine *engine, uint32_t projection, size_t *n)
{
    if (projection >= engine->network->projections)
        return NULL;
    const tuft_plastic *learns = tuft_plastics_at(&engine->plastics, projection);
    const tuft_connections *c =
        learns ? &learns->connections : &engine->network->projection[projection].connections;
    if (n)
        *n = tuft_connections_synapses(c);
    return c->weight;
}

void tuft_engine_account(tuft_engine *engine, tuft_accounting accounting)
{
    for (uint32_t q = 0; q < engine->network->populations; q++)
        engine->at[q].uncounted = accounting == TUFT_ACCOUNTING_OFF;
}

tuft_status tuft_engine_ledger(const tuft_engine *engine, tuft_ledger *ledger, tuft_error *err)
{
    tuft_status status = tuft_ledger_new(ledger, engine->network, err);
    if (status)
        return status;
    for (uint32_t q = 0; q < ledger->populations; q++) {
        ledger->population[q].updates = engine->at[q].updates;
        ledger->population[q].driven = engine->at[q].driven;
        memcpy(ledger->population[q].source_spikes, engine->at[q].spike_count,
               ledger->population[q].cells * sizeof(uint64_t));
    }
    for (uint32_t p = 0; p < ledger->projections; p++) {
        const tuft_plastic *learns = tuft_plastics_at(&engine->plastics, p);
        ledger->projection[p].weight_updates = learns ? learns->updates : 0;
    }
    tuft_ledger_settle(ledger, engine->network);
    return TUFT_OK;
}
