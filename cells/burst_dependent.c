#include "cells/burst_dependent.h"

#include "cells/learning_period.h"
#include "cells/parameters.h"
#include "cells/traces.h"
#include "cells/weight_range.h"
#include "core/bursts.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_burst_dependent_parameters tuft_burst_dependent_defaults = {.eta = 0.01,
                                                                       .burst_interval_ms =
                                                                           TUFT_BURST_INTERVAL_MS,
                                                                       .tau_pre_ms = 20,
                                                                       .tau_average_ms = 10000,
                                                                       .event_rate_hz = 5,
                                                                       .burst_probability = 0.2,
                                                                       .w_max = 1};

#define LONG_AGO (INT64_MIN / 2)

enum { AHEAD = 16 }; /* synapses whose weights are asked of memory before their turn */

typedef struct {
    tuft_burst_dependent_parameters parameters;
    tuft_plasticity_context context;
    tuft_weight_range range;
    tuft_learning_period period;
    int64_t interval;      /* ticks */
    tuft_traces pre;       /* [segments] presynaptic events */
    tuft_traces events;    /* [targets] Ebar tau_average */
    tuft_traces bursts;    /* [targets] Bbar tau_average */
    int64_t *last_arrival; /* [segments] tick of the latest spike */
    int64_t *last_spike;   /* [targets] */
    uint8_t *burst_seen;   /* [targets] the open event has been counted as a burst */
} burst_rule;

static void burst_destroy(void *state)
{
    burst_rule *rule = state;
    tuft_traces_free(&rule->pre);
    tuft_traces_free(&rule->events);
    tuft_traces_free(&rule->bursts);
    free(rule->last_arrival);
    free(rule->last_spike);
    free(rule->burst_seen);
    free(rule);
}

static void burst_reset(void *state)
{
    burst_rule *rule = state;
    const tuft_burst_dependent_parameters *p = &rule->parameters;
    const tuft_connections *c = rule->context.connections;
    double events = p->event_rate_hz * p->tau_average_ms / 1000;
    tuft_traces_reset(&rule->pre, 0);
    tuft_traces_reset(&rule->events, events);
    tuft_traces_reset(&rule->bursts, events * p->burst_probability);
    for (uint32_t s = 0; s < c->segments; s++)
        rule->last_arrival[s] = LONG_AGO;
    for (uint32_t j = 0; j < c->targets; j++)
        rule->last_spike[j] = LONG_AGO;
    memset(rule->burst_seen, 0, c->targets);
}

static tuft_status check(burst_rule *rule, tuft_error *err)
{
    const tuft_burst_dependent_parameters *p = &rule->parameters;
    const double tick_ms = rule->context.tick_ms;
    const tuft_parameter above_zero[] = {{"burst_interval_ms", p->burst_interval_ms},
                                         {"tau_pre_ms", p->tau_pre_ms},
                                         {"tau_average_ms", p->tau_average_ms}};
    const tuft_parameter finite[] = {{"eta", p->eta}};
    const tuft_parameter interval[] = {{"burst_interval_ms", p->burst_interval_ms}};
    const tuft_parameter rate[] = {{"event_rate_hz", p->event_rate_hz}};
    const tuft_parameter probability[] = {{"burst_probability", p->burst_probability}};
    tuft_status status = tuft_parameters_above_zero(above_zero, 3, err);
    if (!status)
        status = tuft_parameters_finite(finite, 1, err);
    if (!status)
        status = tuft_parameters_periods(interval, 1, tick_ms, 0x1p60, err);
    if (!status)
        status = tuft_parameters_periods(rate, 1, 1, 1e6, err);
    if (!status)
        status = tuft_parameters_periods(probability, 1, 1, 1, err);
    if (!status)
        status = tuft_weight_range_new(&rule->range, p->w_min, p->w_max, rule->context.weight,
                                       tuft_connections_synapses(rule->context.connections), err);
    if (!status)
        status = tuft_learning_period_new(&rule->period, p->start_ms, p->stop_ms, tick_ms, err);
    return status;
}

static tuft_status allocate(burst_rule *rule, tuft_error *err)
{
    const tuft_connections *c = rule->context.connections;
    double pre_ticks = rule->parameters.tau_pre_ms / rule->context.tick_ms;
    double average_ticks = rule->parameters.tau_average_ms / rule->context.tick_ms;
    tuft_status status = tuft_traces_new(&rule->pre, c->segments, pre_ticks, err);
    if (!status)
        status = tuft_traces_new(&rule->events, c->targets, average_ticks, err);
    if (!status)
        status = tuft_traces_new(&rule->bursts, c->targets, average_ticks, err);
    if (!status)
        status = TUFT_NEW(&rule->last_arrival, c->segments, "presynaptic events", err);
    if (!status)
        status = TUFT_NEW(&rule->last_spike, c->targets, "postsynaptic events", err);
    if (!status)
        status = TUFT_NEW(&rule->burst_seen, c->targets, "postsynaptic bursts", err);
    return status;
}

static tuft_status burst_create(void **state, const void *parameters,
                                const tuft_plasticity_context *context, tuft_error *err)
{
    burst_rule *rule;
    tuft_status status = TUFT_NEW(&rule, 1, "burst-dependent plasticity", err);
    if (status)
        return status;
    rule->parameters = *(const tuft_burst_dependent_parameters *)parameters;
    rule->context = *context;
    status = check(rule, err);
    if (!status)
        status = allocate(rule, err);
    if (status) {
        burst_destroy(rule);
        return status;
    }
    rule->interval = llround(rule->parameters.burst_interval_ms / context->tick_ms);
    burst_reset(rule);
    *state = rule;
    return TUFT_OK;
}

static uint64_t burst_arrive(void *state, int64_t tick, const uint32_t *segment, size_t n)
{
    burst_rule *rule = state;
    double growth = tuft_traces_growth(&rule->pre, tick);
    for (size_t i = 0; i < n; i++) {
        uint32_t s = segment[i];
        if (tick - rule->last_arrival[s] >= rule->interval)
            rule->pre.grown[s] += growth;
        rule->last_arrival[s] = tick;
    }
    return 0;
}

/* Moves all weights of a cell by change x trace. */
static uint64_t teach(burst_rule *rule, uint32_t cell, double change)
{
    const tuft_incoming *in = rule->context.incoming;
    const tuft_weight_range range = rule->range;
    const double *pre = rule->pre.grown;
    float *weight = rule->context.weight;
    size_t begin = in->begin[cell], end = in->begin[cell + 1];
    for (size_t k = begin; k < end; k++) {
        float *w = &weight[in->synapse[k].synapse];
        if (k + AHEAD < end)
            __builtin_prefetch(&weight[in->synapse[k + AHEAD].synapse], 1);
        *w = tuft_weight_range_add(&range, *w, change * pre[in->synapse[k].segment]);
    }
    return end - begin;
}

static double usual_probability(const burst_rule *rule, uint32_t cell)
{
    double events = rule->events.grown[cell]; /* at the growth of the bursts */
    return events > 0 ? rule->bursts.grown[cell] / events : rule->parameters.burst_probability;
}

static uint64_t burst_fire(void *state, int64_t tick, const uint32_t *cell, size_t n)
{
    burst_rule *rule = state;
    const double gain = rule->parameters.eta * (rule->range.max - rule->range.min) /
                        tuft_traces_growth(&rule->pre, tick);
    const double growth = tuft_traces_growth(&rule->events, tick);
    tuft_traces_growth(&rule->bursts, tick); /* the same: same time constant, same ticks */
    const bool learns = tuft_learning_period_holds(rule->period, tick);
    const int threads = tuft_plasticity_threads(&rule->context, n);
    uint64_t updates = 0;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)                    \
    reduction(+ : updates)
    for (size_t i = 0; i < n; i++) {
        uint32_t j = cell[i];
        bool begins = tick - rule->last_spike[j] >= rule->interval;
        rule->last_spike[j] = tick;
        if (begins) {
            if (learns)
                updates += teach(rule, j, -gain * usual_probability(rule, j));
            rule->events.grown[j] += growth;
            rule->burst_seen[j] = 0;
        } else if (!rule->burst_seen[j]) {
            if (learns)
                updates += teach(rule, j, gain);
            rule->bursts.grown[j] += growth;
            rule->burst_seen[j] = 1;
        }
    }
    return updates;
}

static int add_traces(tuft_traces *traces, const char *values, const char *origin,
                      tuft_state_part *part)
{
    part[0] = (tuft_state_part){values, traces->grown, traces->count * sizeof *traces->grown};
    part[1] = (tuft_state_part){origin, &traces->origin, sizeof traces->origin};
    return 2;
}

static int burst_parts(void *state, tuft_state_part *part)
{
    burst_rule *rule = state;
    const tuft_connections *c = rule->context.connections;
    int n = add_traces(&rule->pre, "presynaptic traces", "presynaptic origin", part);
    n += add_traces(&rule->events, "event averages", "event origin", part + n);
    n += add_traces(&rule->bursts, "burst averages", "burst origin", part + n);
    part[n++] = (tuft_state_part){"last arrivals", rule->last_arrival,
                                  c->segments * sizeof *rule->last_arrival};
    part[n++] =
        (tuft_state_part){"last spikes", rule->last_spike, c->targets * sizeof *rule->last_spike};
    part[n++] = (tuft_state_part){"bursts seen", rule->burst_seen, c->targets};
    return n;
}

#define REAL(member, unit) TUFT_PARAMETER(REAL, tuft_burst_dependent_parameters, member, unit)

static const tuft_parameter_entry table[] = {REAL(eta, "1"),
                                             REAL(burst_interval_ms, "ms"),
                                             REAL(tau_pre_ms, "ms"),
                                             REAL(tau_average_ms, "ms"),
                                             REAL(event_rate_hz, "Hz"),
                                             REAL(burst_probability, "1"),
                                             REAL(w_min, "port"),
                                             REAL(w_max, "port"),
                                             REAL(start_ms, "ms"),
                                             REAL(stop_ms, "ms"),
                                             {0}};

const tuft_plasticity_rule tuft_burst_dependent = {.name = "burst-dependent",
                                                   .create = burst_create,
                                                   .destroy = burst_destroy,
                                                   .reset = burst_reset,
                                                   .arrive = burst_arrive,
                                                   .fire = burst_fire,
                                                   .parts = burst_parts,
                                                   .parameter = table,
                                                   .parameters_size =
                                                       sizeof(tuft_burst_dependent_parameters),
                                                   .defaults = &tuft_burst_dependent_defaults};
