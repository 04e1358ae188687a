#include "cells/context.h"

#include "cells/fired.h"
#include "cells/parameters.h"
#include "core/memory.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_context_parameters tuft_context_defaults = {.transfer = TUFT_TRANSFER_TM3,
                                                       .tau_m_ms = 20,
                                                       .threshold = 20,
                                                       .refractory_ms = 2,
                                                       .scale_soma = 20,
                                                       .scale_context = 20,
                                                       .tau_soma_ms = 5,
                                                       .tau_context_ms = 20,
                                                       .tau_feedback_ms = 20,
                                                       .feedback_threshold = 10,
                                                       .burst_interval_ms = 8,
                                                       .burst_spikes = 3};

enum { SOMA, PROXIMAL, DISTAL, UNIVERSAL, FEEDBACK, PORTS };
enum { BIAS_SOMA, BIAS_CONTEXT, BIAS_FEEDBACK, BIASES };
enum { BLOCK = TUFT_FIRED_BLOCK };

static const char *const ports[] = {"soma", "proximal", "distal", "universal", "feedback", NULL};
static const char *const variables[] = {"soma",         "receptive",     "context",
                                        "feedback",     "drive",         "bias_soma",
                                        "bias_context", "bias_feedback", NULL};

typedef struct {
    float leak, scale, threshold, v_reset; /* leak = 1 - exp(-h/tau_m) */
    float per_r, per_c, decay[PORTS];
    float feedback;                     /* a spike bursts when i_feedback + bias > feedback */
    int32_t refractory, interval, more; /* steps; spikes of a burst after the first */
} law;

typedef struct {
    tuft_context_parameters parameters;
    tuft_cell_context context;
    law law;
    float *v, *current[PORTS], *bias[BIASES];
    int32_t *wait, *left; /* steps that V is still held; spikes a burst still has */
} population;

static void destroy(void *state)
{
    population *p = state;
    free(p->v);
    for (int k = 0; k < PORTS; k++)
        free(p->current[k]);
    for (int k = 0; k < BIASES; k++)
        free(p->bias[k]);
    free(p->wait);
    free(p->left);
    free(p);
}

static void reset(void *state)
{
    population *p = state;
    uint32_t count = p->context.count;
    memset(p->v, 0, count * sizeof(float));
    for (int k = 0; k < PORTS; k++)
        memset(p->current[k], 0, count * sizeof(float));
    const float *const each[BIASES] = {p->parameters.cell_bias_soma,
                                       p->parameters.cell_bias_context, NULL};
    const double alike[BIASES] = {p->parameters.bias_soma, p->parameters.bias_context,
                                  p->parameters.bias_feedback};
    for (int k = 0; k < BIASES; k++)
        tuft_parameters_fill_bias(p->bias[k], each[k], alike[k], count);
    memset(p->wait, 0, count * sizeof(int32_t));
    memset(p->left, 0, count * sizeof(int32_t));
}

static tuft_status check(const population *cells, tuft_error *err)
{
    const tuft_context_parameters *p = &cells->parameters;
    const tuft_parameter above_zero[] = {{"tau_m_ms", p->tau_m_ms},
                                         {"scale_soma", p->scale_soma},
                                         {"scale_context", p->scale_context},
                                         {"tau_soma_ms", p->tau_soma_ms},
                                         {"tau_context_ms", p->tau_context_ms},
                                         {"tau_feedback_ms", p->tau_feedback_ms},
                                         {"burst_interval_ms", p->burst_interval_ms}},
                         finite[] = {{"threshold", p->threshold},
                                     {"v_reset", p->v_reset},
                                     {"bias_soma", p->bias_soma},
                                     {"bias_context", p->bias_context},
                                     {"bias_feedback", p->bias_feedback},
                                     {"feedback_threshold", p->feedback_threshold}};
    tuft_status status =
        tuft_parameters_above_zero(above_zero, sizeof above_zero / sizeof *above_zero, err);
    if (!status)
        status = tuft_parameters_finite(finite, sizeof finite / sizeof *finite, err);
    if (status)
        return status;
    if (!tuft_transfer_name(p->transfer))
        return tuft_fail(err, TUFT_INVALID, "transfer %d, expected 0 to %d", (int)p->transfer,
                         TUFT_TRANSFERS - 1);
    if (!(p->v_reset < p->threshold))
        return tuft_fail(err, TUFT_INVALID, "v_reset %g, expected under the threshold %g",
                         p->v_reset, p->threshold);
    if (p->burst_spikes < 1 || p->burst_spikes > 1000)
        return tuft_fail(err, TUFT_INVALID, "burst_spikes %u, expected 1 to 1000", p->burst_spikes);
    double most = (double)cells->context.step_ticks * cells->context.tick_ms * (INT32_MAX / 2);
    if (!(p->refractory_ms >= 0) || p->refractory_ms > most || p->burst_interval_ms > most)
        return tuft_fail(err, TUFT_INVALID,
                         "refractory_ms %g and burst_interval_ms %g, expected 0 to %g",
                         p->refractory_ms, p->burst_interval_ms, most);
    const float *const each[] = {p->cell_bias_soma, p->cell_bias_context};
    for (int k = 0; !status && k < 2; k++)
        status = tuft_parameters_cell_bias(each[k], cells->context.count, err);
    return status;
}

static law law_of(const tuft_context_parameters *p, double h)
{
    long interval = lround(p->burst_interval_ms / h);
    law l = {.leak = (float)-expm1(-h / p->tau_m_ms),
             .scale = (float)p->scale_soma,
             .threshold = (float)p->threshold,
             .v_reset = (float)p->v_reset,
             .per_r = (float)(1 / p->scale_soma),
             .per_c = (float)(1 / p->scale_context),
             .feedback = (float)p->feedback_threshold,
             .refractory = (int32_t)lround(p->refractory_ms / h),
             .interval = interval > 1 ? (int32_t)interval : 1,
             .more = (int32_t)p->burst_spikes - 1};
    for (int k = 0; k < PORTS; k++)
        l.decay[k] = (float)exp(-h / (k == SOMA       ? p->tau_soma_ms
                                      : k == FEEDBACK ? p->tau_feedback_ms
                                                      : p->tau_context_ms));
    return l;
}

static tuft_status create(void **state, const void *parameters, const tuft_cell_context *context,
                          tuft_error *err)
{
    population *p;
    tuft_status status = TUFT_NEW(&p, 1, "context-sensitive population", err);
    if (status)
        return status;
    p->parameters = *(const tuft_context_parameters *)parameters;
    p->context = *context;
    status = check(p, err);
    if (!status)
        status = TUFT_NEW(&p->v, context->count, "somata", err);
    for (int k = 0; !status && k < PORTS; k++)
        status = TUFT_NEW(&p->current[k], context->count, "synaptic currents", err);
    for (int k = 0; !status && k < BIASES; k++)
        status = TUFT_NEW(&p->bias[k], context->count, "biases", err);
    if (!status)
        status = TUFT_NEW(&p->wait, context->count, "refractory counters", err);
    if (!status)
        status = TUFT_NEW(&p->left, context->count, "burst counters", err);
    if (status) {
        destroy(p);
        return status;
    }
    p->law = law_of(&p->parameters, (double)context->step_ticks * context->tick_ms);
    reset(p);
    *state = p;
    return TUFT_OK;
}

/* R and C of n cells from begin on. */
TUFT_CLONES static void fields(const population *p, uint32_t begin, uint32_t n, float *r, float *c)
{
    const law *l = &p->law;
    const float *bias_r = p->bias[BIAS_SOMA] + begin, *bias_c = p->bias[BIAS_CONTEXT] + begin;
    const float *soma = p->current[SOMA] + begin, *proximal = p->current[PROXIMAL] + begin;
    const float *distal = p->current[DISTAL] + begin, *universal = p->current[UNIVERSAL] + begin;
    for (uint32_t i = 0; i < n; i++)
        r[i] = l->per_r * (soma[i] + bias_r[i]);
    for (uint32_t i = 0; i < n; i++)
        c[i] = l->per_c * (proximal[i] + distal[i] + universal[i] + bias_c[i]);
}

TUFT_CLONES static void currents(float *restrict current, float *restrict input, uint32_t n,
                                 float decay)
{
    for (uint32_t i = 0; i < n; i++) {
        current[i] = decay * current[i] + input[i];
        input[i] = 0;
    }
}

TUFT_CLONES static void somata(float *restrict v, int32_t *restrict wait, int32_t *restrict left,
                               const float *restrict y, const float *restrict feedback,
                               const float *restrict bias_f, uint8_t *restrict fired, uint32_t n,
                               law l)
{
    for (uint32_t i = 0; i < n; i++) {
        float x = v[i] + l.leak * (l.scale * y[i] - v[i]);
        int held = wait[i] > 0, inside = left[i] > 0;
        int32_t w = wait[i] - held;
        int again = held & inside & (w == 0);
        int fires = again | ((!held) & (x > l.threshold));
        int32_t fresh = feedback[i] + bias_f[i] > l.feedback ? l.more : 0;
        int32_t more = again ? left[i] - 1 : fresh;
        v[i] = fires ? l.v_reset : held ? v[i] : x;
        left[i] = fires ? more : left[i];
        wait[i] = fires ? (more > 0 ? l.interval : l.refractory) : w;
        fired[i] = (uint8_t)fires;
    }
}

static uint32_t step(void *state, uint32_t begin, uint32_t end, float *const *input,
                     uint32_t *spike)
{
    population *p = state;
    float r[BLOCK], c[BLOCK], y[BLOCK];
    uint8_t fired[BLOCK + TUFT_FIRED_GROUP];
    uint32_t spikes = 0;
    for (uint32_t from = begin; from < end; from += BLOCK) {
        uint32_t n = end - from < BLOCK ? end - from : BLOCK;
        fields(p, from, n, r, c);
        tuft_transfer_apply(p->parameters.transfer, r, c, y, n);
        for (int k = 0; k < PORTS; k++)
            currents(p->current[k] + from, input[k] + from, n, p->law.decay[k]);
        somata(p->v + from, p->wait + from, p->left + from, y, p->current[FEEDBACK] + from,
               p->bias[BIAS_FEEDBACK] + from, fired, n, p->law);
        spikes += tuft_fired_collect(fired, from, n, spike + spikes);
    }
    return spikes;
}

static double read_variable(const void *state, uint32_t i, int which, int64_t tick)
{
    const population *p = state;
    float r, c, y;
    (void)tick;
    fields(p, i, 1, &r, &c);
    tuft_transfer_apply(p->parameters.transfer, &r, &c, &y, 1);
    const double value[] = {(double)p->v[i],
                            (double)r,
                            (double)c,
                            (double)p->current[FEEDBACK][i] + (double)p->bias[BIAS_FEEDBACK][i],
                            p->parameters.scale_soma * (double)y,
                            (double)p->bias[BIAS_SOMA][i],
                            (double)p->bias[BIAS_CONTEXT][i],
                            (double)p->bias[BIAS_FEEDBACK][i]};
    return value[which];
}

static tuft_status write_variable(void *state, uint32_t i, int which, double value, int64_t tick,
                                  int64_t *wake, tuft_error *err)
{
    population *p = state;
    float *const at[] = {p->v,
                         NULL,
                         NULL,
                         NULL,
                         NULL,
                         p->bias[BIAS_SOMA],
                         p->bias[BIAS_CONTEXT],
                         p->bias[BIAS_FEEDBACK]};
    (void)tick;
    (void)wake;
    if (!at[which])
        return tuft_parameters_derived(variables[which], err);
    tuft_status status = tuft_parameters_written(variables[which], value, err);
    if (!status)
        at[which][i] = (float)value;
    return status;
}

static int parts(void *state, tuft_state_part *part)
{
    population *p = state;
    size_t count = p->context.count;
    int n = 0;
    part[n++] = (tuft_state_part){"membrane", p->v, count * sizeof(float)};
    for (int k = 0; k < PORTS; k++)
        part[n++] = (tuft_state_part){ports[k], p->current[k], count * sizeof(float)};
    for (int k = 0; k < BIASES; k++)
        part[n++] = (tuft_state_part){"bias", p->bias[k], count * sizeof(float)};
    part[n++] = (tuft_state_part){"wait", p->wait, count * sizeof(int32_t)};
    part[n++] = (tuft_state_part){"left", p->left, count * sizeof(int32_t)};
    return n;
}

static const char *const transfers[] = {"point", "tm1", "tm2", "tm3", "tm4", "cooperation", NULL};

static const tuft_parameter_entry table[] = {
    {"transfer", "", TUFT_PARAMETER_CHOICE, offsetof(tuft_context_parameters, transfer), transfers},
    TUFT_PARAMETER(REAL, tuft_context_parameters, tau_m_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, threshold, "mV"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, v_reset, "mV"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, refractory_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, scale_soma, "mV"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, scale_context, "mV"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, tau_soma_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, tau_context_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, tau_feedback_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, bias_soma, "mV"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, bias_context, "mV"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, bias_feedback, "mV"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, feedback_threshold, "mV"),
    TUFT_PARAMETER(REAL, tuft_context_parameters, burst_interval_ms, "ms"),
    TUFT_PARAMETER(COUNT, tuft_context_parameters, burst_spikes, "1"),
    TUFT_PARAMETER(CELLS, tuft_context_parameters, cell_bias_soma, "mV"),
    TUFT_PARAMETER(CELLS, tuft_context_parameters, cell_bias_context, "mV"),
    {0}};

const tuft_cell_model tuft_context = {.name = "context",
                                      .port = ports,
                                      .variable = variables,
                                      .create = create,
                                      .destroy = destroy,
                                      .reset = reset,
                                      .step = step,
                                      .read = read_variable,
                                      .write = write_variable,
                                      .parts = parts,
                                      .parameter = table,
                                      .parameters_size = sizeof(tuft_context_parameters),
                                      .defaults = &tuft_context_defaults};
