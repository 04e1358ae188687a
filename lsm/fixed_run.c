#include "lsm/fixed_run.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

void tuft_fixed_run_free(tuft_fixed_run *run)
{
    for (uint32_t k = 0; k < TUFT_RESERVOIR_GROUPS; k++) {
        tuft_fixed_cells *cells = &run->cells[k];
        free(cells->v);
        free(cells->sum);
        free(cells->fired);
        free(cells->count);
        free(cells->spikes);
    }
    for (int64_t d = 0; run->past && d < run->fixed->reservoir->longest_delay; d++)
        free(run->past[d].channel);
    free(run->past);
    free(run->channel_spikes);
    *run = (tuft_fixed_run){0};
}

static tuft_status cells_new(tuft_fixed_cells *cells, uint32_t count, uint32_t windows,
                             tuft_error *err)
{
    tuft_status status = TUFT_NEW(&cells->v, count, "states", err);
    if (!status)
        status = TUFT_NEW(&cells->sum, count, "input sums", err);
    if (!status)
        status = TUFT_NEW(&cells->fired, count, "fired cells", err);
    if (!status)
        status = TUFT_NEW(&cells->count, (size_t)count * windows, "spike counts", err);
    if (!status)
        status = TUFT_NEW(&cells->spikes, count, "spike counts", err);
    return status;
}

tuft_status tuft_fixed_run_new(tuft_fixed_run *run, const tuft_reservoir_fixed *fixed,
                               uint32_t windows, tuft_error *err)
{
    const tuft_reservoir *reservoir = fixed->reservoir;
    *run = (tuft_fixed_run){.fixed = fixed, .windows = windows};
    tuft_status status =
        TUFT_NEW(&run->past, (size_t)reservoir->longest_delay, "steps under way", err);
    if (!status)
        status = TUFT_NEW(&run->channel_spikes, tuft_geometry_channels(reservoir->geometry),
                          "spike counts", err);
    for (uint32_t k = 0; !status && k < reservoir->groups; k++)
        status = cells_new(&run->cells[k], fixed->group[k].cells, windows, err);
    if (status)
        tuft_fixed_run_free(run);
    return status;
}

void tuft_fixed_run_reset(tuft_fixed_run *run)
{
    run->now = 0;
    for (int64_t d = 0; d < run->fixed->reservoir->longest_delay; d++)
        run->past[d].count = 0;
    for (uint32_t k = 0; k < run->fixed->reservoir->groups; k++) {
        tuft_fixed_cells *cells = &run->cells[k];
        size_t n = run->fixed->group[k].cells;
        memset(cells->v, 0, n * sizeof *cells->v);
        memset(cells->sum, 0, n * sizeof *cells->sum);
        memset(cells->count, 0, n * run->windows * sizeof *cells->count);
        cells->fired_count = 0;
    }
}

static void add_run(int32_t *restrict sum, const int16_t *restrict weight, size_t n, int32_t step)
{
    for (size_t j = 0; j < n; j++)
        sum[j] += weight[j] * step;
}

/* The synapses of one source that are `delay` ticks long. */
static void add_row(const tuft_fixed_input *input, uint32_t source, uint32_t delay, int32_t *sum)
{
    const tuft_connections *c = input->connections;
    const int16_t *weight = input->weights.weight;
    int32_t step = input->step;
    if (c->kind == TUFT_DENSE) {
        if (c->delay == delay)
            add_run(sum, weight + (size_t)source * c->targets, c->targets, step);
        return;
    }
    for (uint32_t s = c->row_segment[source]; s < c->row_segment[source + 1]; s++)
        if (c->segment_delay[s] == delay)
            for (size_t t = c->segment_begin[s]; t < c->segment_begin[s + 1]; t++)
                sum[c->target[t]] += weight[t] * step;
}

/* Everything that reaches a group in this step. */
static void take_input(tuft_fixed_run *run, uint32_t k)
{
    const tuft_fixed_group *group = &run->fixed->group[k];
    tuft_fixed_cells *cells = &run->cells[k];
    int64_t ring = run->fixed->reservoir->longest_delay;
    for (int64_t delay = 1; delay <= ring && delay <= run->now + 1; delay++) {
        const tuft_fixed_past *past = &run->past[(run->now + 1 - delay) % ring];
        for (size_t e = 0; e < past->count; e++)
            add_row(&group->input, past->channel[e], (uint32_t)delay, cells->sum);
    }
    for (uint32_t f = 0; group->recurrent.connections && f < cells->fired_count; f++)
        add_row(&group->recurrent, cells->fired[f], 1, cells->sum);
}

static void advance(tuft_fixed_run *run, uint32_t k, uint32_t window)
{
    const tuft_fixed_group *group = &run->fixed->group[k];
    tuft_fixed_cells *cells = &run->cells[k];
    uint32_t bits = run->fixed->config.state_bits, fired = 0;
    uint32_t *count = cells->count + (size_t)window * group->cells;
    for (uint32_t f = 0; f < cells->fired_count; f++)
        cells->v[cells->fired[f]] = 0; /* and its leak */
    for (uint32_t j = 0; j < group->cells; j++) {
        int32_t left = tuft_fixed_product(cells->v[j], group->decay);
        cells->v[j] = tuft_fixed_clamp(left + cells->sum[j], bits);
        cells->sum[j] = 0;
        cells->fired[fired] = j;
        fired += cells->v[j] > group->threshold[j];
    }
    cells->fired_count = fired;
    for (uint32_t f = 0; f < fired; f++) {
        count[cells->fired[f]] = tuft_fixed_count((uint16_t)count[cells->fired[f]]);
        cells->spikes[cells->fired[f]]++;
    }
}

tuft_status tuft_fixed_run_step(tuft_fixed_run *run, const uint32_t *channel, size_t n,
                                uint32_t window, tuft_error *err)
{
    tuft_fixed_past *past = &run->past[run->now % run->fixed->reservoir->longest_delay];
    tuft_status status = TUFT_GROW(&past->channel, &past->capacity, n, "input spikes", err);
    if (status)
        return status;
    if (n)
        memcpy(past->channel, channel, n * sizeof *channel);
    past->count = n;
    for (size_t e = 0; e < n; e++)
        run->channel_spikes[channel[e]]++;
    for (uint32_t k = 0; k < run->fixed->reservoir->groups; k++) {
        take_input(run, k);
        advance(run, k, window);
    }
    run->now++;
    run->steps++;
    return TUFT_OK;
}

static int ascending(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return first < second ? -1 : first > second;
}

/* A channel may not come more often in a step than sums have room for. */
static tuft_status check_repeats(const uint32_t *channel, size_t n, int64_t step, uint32_t most,
                                 tuft_error *err)
{
    if (n <= most)
        return TUFT_OK;
    uint32_t *sorted;
    tuft_status status = TUFT_NEW(&sorted, n, "input spikes", err);
    if (status)
        return status;
    memcpy(sorted, channel, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    for (size_t e = most; !status && e < n; e++)
        if (sorted[e] == sorted[e - most])
            status = tuft_fail(err, TUFT_NUMERIC,
                               "fixed point: channel %u spikes more than %u times in step %lld, "
                               "input sums might pass 32 bits",
                               sorted[e], most, (long long)step);
    free(sorted);
    return status;
}

tuft_status tuft_fixed_run_input(tuft_fixed_run *run, const tuft_frontend_input *input,
                                 const int64_t *edge, tuft_error *err)
{
    uint32_t window = 0, most = tuft_reservoir_fixed_repeats(run->fixed);
    size_t from = 0;
    tuft_status status = TUFT_OK;
    tuft_fixed_run_reset(run);
    for (int64_t k = 0; !status && k + 1 < edge[run->windows]; k++) {
        size_t to = from;
        while (to < input->count && input->step[to] == k)
            to++;
        while (window + 1 < run->windows && k + 1 >= edge[window + 1])
            window++;
        status = check_repeats(input->channel + from, to - from, k, most, err);
        if (!status)
            status = tuft_fixed_run_step(run, input->channel + from, to - from, window, err);
        from = to;
    }
    return status;
}

tuft_status tuft_fixed_run_ledger(const tuft_fixed_run *run, tuft_ledger *ledger, tuft_error *err)
{
    const tuft_reservoir *reservoir = run->fixed->reservoir;
    tuft_status status = tuft_ledger_new(ledger, reservoir->network, err);
    if (status)
        return status;
    tuft_ledger_population *source = &ledger->population[reservoir->source];
    memcpy(source->source_spikes, run->channel_spikes, source->cells * sizeof(uint64_t));
    for (uint32_t k = 0; k < reservoir->groups; k++) {
        tuft_ledger_population *cells = &ledger->population[reservoir->place[k].population];
        memcpy(cells->source_spikes, run->cells[k].spikes, cells->cells * sizeof(uint64_t));
        cells->updates = run->steps * cells->cells;
    }
    tuft_ledger_settle(ledger, reservoir->network);
    return TUFT_OK;
}
