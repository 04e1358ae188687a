#include "cells/lif_conductance.h"

#include "cells/fired.h"
#include "cells/parameters.h"
#include "core/memory.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_lif_conductance_parameters tuft_lif_conductance_defaults = {.c_pf = 200,
                                                                       .g_l_ns = 10,
                                                                       .e_l_mv = -60,
                                                                       .e_inhibitory_mv = -80,
                                                                       .tau_excitatory_ms = 5,
                                                                       .tau_inhibitory_ms = 10,
                                                                       .v_threshold_mv = -50,
                                                                       .v_reset_mv = -60,
                                                                       .v_initial_mv = -60,
                                                                       .refractory_ms = 5};

enum { V, EXCITATORY, INHIBITORY, BIAS, TERMS };

/* Voltages from E_L. */
typedef struct {
    float leak;           /* g_L h/C */
    float from_e, from_i; /* <g> h/C of a unit conductance at the step's start */
    float e_excitatory, e_inhibitory;
    float decay_e, decay_i;
    float threshold, v_reset;
    float drive; /* of a unit bias: h/C */
    uint16_t refractory;
} law;

typedef struct {
    tuft_lif_conductance_parameters parameters;
    tuft_cell_context context;
    law law;
    float *value[TERMS];  /* V (from E_L), g_e, g_i, bias: [cells] each */
    uint16_t *refractory; /* steps left */
    uint32_t alike;       /* all cells have the bias of the first */
} population;

static void destroy(void *state)
{
    population *p = state;
    for (int k = 0; k < TERMS; k++)
        free(p->value[k]);
    free(p->refractory);
    free(p);
}

static void reset(void *state)
{
    population *p = state;
    for (uint32_t i = 0; i < p->context.count; i++)
        p->value[V][i] = (float)(p->parameters.v_initial_mv - p->parameters.e_l_mv);
    memset(p->value[EXCITATORY], 0, p->context.count * sizeof(float));
    memset(p->value[INHIBITORY], 0, p->context.count * sizeof(float));
    tuft_parameters_fill_bias(p->value[BIAS], p->parameters.cell_bias_pa, p->parameters.bias_pa,
                              p->context.count);
    p->alike = !p->parameters.cell_bias_pa;
    memset(p->refractory, 0, p->context.count * sizeof *p->refractory);
}

static tuft_status check(const population *cells, double step_ms, tuft_error *err)
{
    const tuft_lif_conductance_parameters *p = &cells->parameters;
    const tuft_parameter above_zero[] = {{"c_pf", p->c_pf},
                                         {"g_l_ns", p->g_l_ns},
                                         {"tau_excitatory_ms", p->tau_excitatory_ms},
                                         {"tau_inhibitory_ms", p->tau_inhibitory_ms}},
                         finite[] = {{"e_l_mv", p->e_l_mv},
                                     {"e_excitatory_mv", p->e_excitatory_mv},
                                     {"e_inhibitory_mv", p->e_inhibitory_mv},
                                     {"v_threshold_mv", p->v_threshold_mv},
                                     {"v_reset_mv", p->v_reset_mv},
                                     {"v_initial_mv", p->v_initial_mv},
                                     {"bias_pa", p->bias_pa}},
                         period = {"refractory_ms", p->refractory_ms};
    tuft_status status =
        tuft_parameters_above_zero(above_zero, sizeof above_zero / sizeof *above_zero, err);
    if (!status)
        status = tuft_parameters_finite(finite, sizeof finite / sizeof *finite, err);
    if (!status)
        status = tuft_parameters_periods(&period, 1, step_ms, UINT16_MAX, err);
    if (!status && !(p->v_reset_mv <= p->v_threshold_mv))
        status = tuft_fail(err, TUFT_INVALID, "v_reset_mv %g, expected at most v_threshold_mv %g",
                           p->v_reset_mv, p->v_threshold_mv);
    if (!status)
        status = tuft_parameters_cell_bias(p->cell_bias_pa, cells->context.count, err);
    return status;
}

static law law_of(const tuft_lif_conductance_parameters *p, double h)
{
    return (law){
        .leak = (float)(p->g_l_ns / p->c_pf * h),
        .from_e = (float)(-expm1(-h / p->tau_excitatory_ms) * p->tau_excitatory_ms / p->c_pf),
        .from_i = (float)(-expm1(-h / p->tau_inhibitory_ms) * p->tau_inhibitory_ms / p->c_pf),
        .e_excitatory = (float)(p->e_excitatory_mv - p->e_l_mv),
        .e_inhibitory = (float)(p->e_inhibitory_mv - p->e_l_mv),
        .decay_e = (float)exp(-h / p->tau_excitatory_ms),
        .decay_i = (float)exp(-h / p->tau_inhibitory_ms),
        .threshold = (float)(p->v_threshold_mv - p->e_l_mv),
        .v_reset = (float)(p->v_reset_mv - p->e_l_mv),
        .drive = (float)(h / p->c_pf),
        .refractory = (uint16_t)lround(p->refractory_ms / h)};
}

static tuft_status create(void **state, const void *parameters, const tuft_cell_context *context,
                          tuft_error *err)
{
    population *p;
    tuft_status status = TUFT_NEW(&p, 1, "conductance-based population", err);
    if (status)
        return status;
    p->parameters = *(const tuft_lif_conductance_parameters *)parameters;
    p->context = *context;
    double step_ms = (double)context->step_ticks * context->tick_ms;
    status = check(p, step_ms, err);
    for (int k = 0; !status && k < TERMS; k++)
        status = TUFT_NEW(&p->value[k], context->count, "conductance-based cells", err);
    if (!status)
        status = TUFT_NEW(&p->refractory, context->count, "refractory counters", err);
    if (status) {
        destroy(p);
        return status;
    }
    p->law = law_of(&p->parameters, step_ms);
    reset(p);
    *state = p;
    return TUFT_OK;
}

/* n cells, one step, branch-free. bias: one (stride 0) or one a cell. */
static inline __attribute__((always_inline)) void
advance(float *restrict v, float *restrict excitatory, float *restrict inhibitory,
        float *restrict input_e, float *restrict input_i, uint16_t *restrict refractory,
        const float *restrict bias, uint32_t stride, uint8_t *restrict fired, uint32_t n, law l)
{
    for (uint32_t i = 0; i < n; i++) {
        float g_e = excitatory[i], g_i = inhibitory[i], e = l.from_e * g_e, k = l.from_i * g_i;
        float x = l.leak + e + k;
        float b = e * l.e_excitatory + k * l.e_inhibitory + l.drive * bias[i * stride];
        float p = 1 + x * (0.5f + x * (1 / 6.0f));
        float to = v[i] + (b - x * v[i]) * p / (1 + x * p);
        int left = refractory[i], held = left > 0;
        int fires = !held & (to > l.threshold);
        v[i] = held | fires ? l.v_reset : to;
        refractory[i] = (uint16_t)(fires ? l.refractory : left - held);
        fired[i] = (uint8_t)fires;
        excitatory[i] = l.decay_e * g_e + input_e[i];
        inhibitory[i] = l.decay_i * g_i + input_i[i];
        input_e[i] = input_i[i] = 0;
    }
}

TUFT_CLONES static void advance_alike(population *p, uint32_t from, uint32_t n, float *input_e,
                                      float *input_i, uint8_t *fired)
{
    float bias = p->value[BIAS][0];
    advance(p->value[V] + from, p->value[EXCITATORY] + from, p->value[INHIBITORY] + from, input_e,
            input_i, p->refractory + from, &bias, 0, fired, n, p->law);
}

TUFT_CLONES static void advance_each(population *p, uint32_t from, uint32_t n, float *input_e,
                                     float *input_i, uint8_t *fired)
{
    advance(p->value[V] + from, p->value[EXCITATORY] + from, p->value[INHIBITORY] + from, input_e,
            input_i, p->refractory + from, p->value[BIAS] + from, 1, fired, n, p->law);
}

static uint32_t step(void *state, uint32_t begin, uint32_t end, float *const *input,
                     uint32_t *spike)
{
    population *p = state;
    uint8_t fired[TUFT_FIRED_BLOCK + TUFT_FIRED_GROUP];
    uint32_t spikes = 0;
    for (uint32_t from = begin; from < end; from += TUFT_FIRED_BLOCK) {
        uint32_t n = end - from < TUFT_FIRED_BLOCK ? end - from : TUFT_FIRED_BLOCK;
        if (p->alike)
            advance_alike(p, from, n, input[0] + from, input[1] + from, fired);
        else
            advance_each(p, from, n, input[0] + from, input[1] + from, fired);
        spikes += tuft_fired_collect(fired, from, n, spike + spikes);
    }
    return spikes;
}

static const char *const ports[] = {"excitatory", "inhibitory", NULL};
static const char *const variables[] = {"membrane", "excitatory", "inhibitory", "bias", NULL};

static double read_variable(const void *state, uint32_t i, int which, int64_t tick)
{
    const population *p = state;
    (void)tick;
    return (double)p->value[which][i] + (which == V ? p->parameters.e_l_mv : 0);
}

static tuft_status write_variable(void *state, uint32_t i, int which, double value, int64_t tick,
                                  int64_t *wake, tuft_error *err)
{
    population *p = state;
    (void)tick;
    (void)wake;
    tuft_status status = tuft_parameters_written(variables[which], value, err);
    if (!status && (which == EXCITATORY || which == INHIBITORY) && value < 0)
        status = tuft_fail(err, TUFT_INVALID, "%s of %g nS, expected 0 or more", variables[which],
                           value);
    if (!status && which == BIAS && (float)value != p->value[BIAS][i])
        p->alike = 0;
    if (!status)
        p->value[which][i] = (float)(value - (which == V ? p->parameters.e_l_mv : 0));
    return status;
}

static int parts(void *state, tuft_state_part *part)
{
    population *p = state;
    size_t count = p->context.count;
    for (int k = 0; k < TERMS; k++)
        part[k] = (tuft_state_part){variables[k], p->value[k], count * sizeof(float)};
    part[TERMS] = (tuft_state_part){"refractory", p->refractory, count * sizeof *p->refractory};
    part[TERMS + 1] = (tuft_state_part){"alike", &p->alike, sizeof p->alike};
    return TERMS + 2;
}

#define REAL(member, unit)                                                                         \
    {                                                                                              \
#member, unit, TUFT_PARAMETER_REAL, offsetof(tuft_lif_conductance_parameters, member),     \
            NULL                                                                                   \
    }

static const tuft_parameter_entry table[] = {
    REAL(c_pf, "pF"),
    REAL(g_l_ns, "nS"),
    REAL(e_l_mv, "mV"),
    REAL(e_excitatory_mv, "mV"),
    REAL(e_inhibitory_mv, "mV"),
    REAL(tau_excitatory_ms, "ms"),
    REAL(tau_inhibitory_ms, "ms"),
    REAL(v_threshold_mv, "mV"),
    REAL(v_reset_mv, "mV"),
    REAL(v_initial_mv, "mV"),
    REAL(refractory_ms, "ms"),
    REAL(bias_pa, "pA"),
    TUFT_PARAMETER(CELLS, tuft_lif_conductance_parameters, cell_bias_pa, "pA"),
    {0}};

const tuft_cell_model tuft_lif_conductance = {.name = "lif-conductance",
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
                                              .parameters_size =
                                                  sizeof(tuft_lif_conductance_parameters),
                                              .defaults = &tuft_lif_conductance_defaults};
