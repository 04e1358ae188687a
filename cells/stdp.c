#include "cells/stdp.h"

#include "cells/learning_period.h"
#include "cells/parameters.h"
#include "cells/traces.h"
#include "cells/weight_range.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

const tuft_stdp_parameters tuft_stdp_defaults = {
    .a_plus = 0.005, .a_minus = 0.00525, .tau_plus_ms = 20, .tau_minus_ms = 20, .w_max = 1};

enum { AHEAD = 16 }; /* synapses whose weights are asked of memory before their turn */

typedef struct {
    tuft_stdp_parameters parameters;
    tuft_plasticity_context context;
    tuft_weight_range range;
    tuft_learning_period period;
    tuft_traces pre;  /* [segments] */
    tuft_traces post; /* [targets] */
} stdp;

static void stdp_destroy(void *state)
{
    stdp *rule = state;
    tuft_traces_free(&rule->pre);
    tuft_traces_free(&rule->post);
    free(rule);
}

static void stdp_reset(void *state)
{
    stdp *rule = state;
    tuft_traces_reset(&rule->pre, 0);
    tuft_traces_reset(&rule->post, 0);
}

static tuft_status check(stdp *rule, tuft_error *err)
{
    const tuft_stdp_parameters *p = &rule->parameters;
    const tuft_connections *c = rule->context.connections;
    const tuft_parameter above_zero[] = {{"tau_plus_ms", p->tau_plus_ms},
                                         {"tau_minus_ms", p->tau_minus_ms}};
    const tuft_parameter finite[] = {{"a_plus", p->a_plus}, {"a_minus", p->a_minus}};
    const tuft_parameter exponent[] = {{"mu_plus", p->mu_plus}, {"mu_minus", p->mu_minus}};
    tuft_status status = tuft_parameters_above_zero(above_zero, 2, err);
    if (!status)
        status = tuft_parameters_finite(finite, 2, err);
    if (!status)
        status = tuft_parameters_periods(exponent, 2, 1, 100, err);
    if (!status && p->pairing != TUFT_STDP_ALL_TO_ALL && p->pairing != TUFT_STDP_NEAREST)
        status = tuft_fail(err, TUFT_INVALID, "pairing %d, expected 0 or 1", (int)p->pairing);
    if (!status)
        status = tuft_weight_range_new(&rule->range, p->w_min, p->w_max, rule->context.weight,
                                       tuft_connections_synapses(c), err);
    if (!status)
        status = tuft_learning_period_new(&rule->period, p->start_ms, p->stop_ms,
                                          rule->context.tick_ms, err);
    return status;
}

static tuft_status stdp_create(void **state, const void *parameters,
                               const tuft_plasticity_context *context, tuft_error *err)
{
    stdp *rule;
    tuft_status status = TUFT_NEW(&rule, 1, "STDP", err);
    if (status)
        return status;
    rule->parameters = *(const tuft_stdp_parameters *)parameters;
    rule->context = *context;
    status = check(rule, err);
    if (!status)
        status = tuft_traces_new(&rule->pre, context->connections->segments,
                                 rule->parameters.tau_plus_ms / context->tick_ms, err);
    if (!status)
        status = tuft_traces_new(&rule->post, context->connections->targets,
                                 rule->parameters.tau_minus_ms / context->tick_ms, err);
    if (status) {
        stdp_destroy(rule);
        return status;
    }
    *state = rule;
    return TUFT_OK;
}

/* The dependence on the weight: (part / range)^mu, part being what is left up to the bound. */
static inline double dependence(double part, double range, double mu)
{
    return mu == 0 ? 1 : mu == 1 ? part / range : pow(part / range, mu);
}

static inline void put(double *grown, double growth, tuft_stdp_pairing pairing)
{
    *grown = pairing == TUFT_STDP_NEAREST ? growth : *grown + growth;
}

static uint64_t stdp_arrive(void *state, int64_t tick, const uint32_t *segment, size_t n)
{
    stdp *rule = state;
    const tuft_connections *c = rule->context.connections;
    const tuft_weight_range range = rule->range;
    const double *post = rule->post.grown;
    const double mu = rule->parameters.mu_minus, width = range.max - range.min;
    const double gain = -rule->parameters.a_minus * width / tuft_traces_growth(&rule->post, tick);
    const double growth = tuft_traces_growth(&rule->pre, tick);
    const bool learns = tuft_learning_period_holds(rule->period, tick);
    float *weight = rule->context.weight;
    uint64_t updates = 0;
    for (size_t i = 0; i < n; i++) {
        size_t begin = c->segment_begin[segment[i]], end = c->segment_begin[segment[i] + 1];
        put(&rule->pre.grown[segment[i]], growth, rule->parameters.pairing);
        if (!learns)
            continue;
        for (size_t k = begin; k < end; k++)
            weight[k] = tuft_weight_range_add(
                &range, weight[k],
                gain * post[c->target[k]] * dependence((double)weight[k] - range.min, width, mu));
        updates += end - begin;
    }
    return updates;
}

static uint64_t stdp_fire(void *state, int64_t tick, const uint32_t *cell, size_t n)
{
    stdp *rule = state;
    const tuft_incoming *in = rule->context.incoming;
    const tuft_weight_range range = rule->range;
    const double *pre = rule->pre.grown;
    const double mu = rule->parameters.mu_plus, width = range.max - range.min;
    const double gain = rule->parameters.a_plus * width / tuft_traces_growth(&rule->pre, tick);
    const double growth = tuft_traces_growth(&rule->post, tick);
    const bool learns = tuft_learning_period_holds(rule->period, tick);
    float *weight = rule->context.weight;
    const int threads = tuft_plasticity_threads(&rule->context, n);
    uint64_t updates = 0;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)                    \
    reduction(+ : updates)
    for (size_t i = 0; i < n; i++) {
        size_t begin = in->begin[cell[i]], end = in->begin[cell[i] + 1];
        put(&rule->post.grown[cell[i]], growth, rule->parameters.pairing);
        if (!learns)
            continue;
        for (size_t k = begin; k < end; k++) {
            float *w = &weight[in->synapse[k].synapse];
            if (k + AHEAD < end)
                __builtin_prefetch(&weight[in->synapse[k + AHEAD].synapse], 1);
            *w = tuft_weight_range_add(&range, *w,
                                       gain * pre[in->synapse[k].segment] *
                                           dependence(range.max - (double)*w, width, mu));
        }
        updates += end - begin;
    }
    return updates;
}

static int stdp_parts(void *state, tuft_state_part *part)
{
    stdp *rule = state;
    part[0] = (tuft_state_part){"presynaptic traces", rule->pre.grown,
                                rule->pre.count * sizeof *rule->pre.grown};
    part[1] = (tuft_state_part){"presynaptic origin", &rule->pre.origin, sizeof rule->pre.origin};
    part[2] = (tuft_state_part){"postsynaptic traces", rule->post.grown,
                                rule->post.count * sizeof *rule->post.grown};
    part[3] =
        (tuft_state_part){"postsynaptic origin", &rule->post.origin, sizeof rule->post.origin};
    return 4;
}

#define REAL(member, unit) TUFT_PARAMETER(REAL, tuft_stdp_parameters, member, unit)

static const char *const pairings[] = {"all-to-all", "nearest", NULL};
static const tuft_parameter_entry table[] = {
    REAL(a_plus, "1"),
    REAL(a_minus, "1"),
    REAL(tau_plus_ms, "ms"),
    REAL(tau_minus_ms, "ms"),
    REAL(mu_plus, "1"),
    REAL(mu_minus, "1"),
    REAL(w_min, "port"),
    REAL(w_max, "port"),
    {"pairing", "", TUFT_PARAMETER_CHOICE, offsetof(tuft_stdp_parameters, pairing), pairings},
    REAL(start_ms, "ms"),
    REAL(stop_ms, "ms"),
    {0}};

const tuft_plasticity_rule tuft_stdp = {.name = "stdp",
                                        .create = stdp_create,
                                        .destroy = stdp_destroy,
                                        .reset = stdp_reset,
                                        .arrive = stdp_arrive,
                                        .fire = stdp_fire,
                                        .parts = stdp_parts,
                                        .parameter = table,
                                        .parameters_size = sizeof(tuft_stdp_parameters),
                                        .defaults = &tuft_stdp_defaults};
