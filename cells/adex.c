#include "cells/adex.h"

#include "cells/exponential.h"
#include "cells/fired.h"
#include "cells/parameters.h"
#include "cells/propagator.h"
#include "core/memory.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_adex_parameters tuft_adex_defaults = {.c_pf = 281,
                                                 .g_l_ns = 30,
                                                 .e_l_mv = -70.6,
                                                 .v_t_mv = -50.4,
                                                 .delta_t_mv = 2,
                                                 .a_ns = 4,
                                                 .b_pa = 80.5,
                                                 .tau_w_ms = 144,
                                                 .v_reset_mv = -70.6,
                                                 .v_cut_mv = 20,
                                                 .tau_excitatory_ms = 5,
                                                 .tau_inhibitory_ms = 10};

/* In the order of the variables; DRIVE, as state, is the bias. */
enum { V, W, EXCITATORY, INHIBITORY, DRIVE, TERMS };

static const char *const ports[] = {"excitatory", "inhibitory", NULL};
static const char *const variables[] = {"membrane",   "adaptation", "excitatory",
                                        "inhibitory", "bias",       NULL};

typedef struct {
    float v[TERMS], w[TERMS]; /* rows of the exact step */
    float decay_e, decay_i;
    float held_w, held_drive; /* w while V is held: held_w w + held_drive */
    float v_t, per_mv, scale; /* the exponential: scale exp((v - v_t) per_mv); scale 0: none */
    float cut, v_reset, b;
    int32_t refractory;
} law;

typedef struct {
    tuft_adex_parameters parameters;
    tuft_cell_context context;
    law law;
    float *value[TERMS]; /* V (from EL), w, I_e, I_i, bias: [cells] each */
    int32_t *refractory; /* steps left */
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
    for (int k = 0; k < DRIVE; k++)
        memset(p->value[k], 0, p->context.count * sizeof(float));
    tuft_parameters_fill_bias(p->value[DRIVE], p->parameters.cell_bias_pa, p->parameters.bias_pa,
                              p->context.count);
    memset(p->refractory, 0, p->context.count * sizeof(int32_t));
}

static tuft_status check(const population *cells, tuft_error *err)
{
    const tuft_adex_parameters *p = &cells->parameters;
    const tuft_parameter above_zero[] = {{"c_pf", p->c_pf},
                                         {"g_l_ns", p->g_l_ns},
                                         {"tau_w_ms", p->tau_w_ms},
                                         {"tau_excitatory_ms", p->tau_excitatory_ms},
                                         {"tau_inhibitory_ms", p->tau_inhibitory_ms}},
                         finite[] = {{"e_l_mv", p->e_l_mv},
                                     {"v_t_mv", p->v_t_mv},
                                     {"a_ns", p->a_ns},
                                     {"b_pa", p->b_pa},
                                     {"v_reset_mv", p->v_reset_mv},
                                     {"v_cut_mv", p->v_cut_mv},
                                     {"bias_pa", p->bias_pa}};
    tuft_status status =
        tuft_parameters_above_zero(above_zero, sizeof above_zero / sizeof *above_zero, err);
    if (!status)
        status = tuft_parameters_finite(finite, sizeof finite / sizeof *finite, err);
    if (status)
        return status;
    if (p->delta_t_mv != 0 && !(p->delta_t_mv >= 1e-3 && p->delta_t_mv <= 1e3))
        return tuft_fail(err, TUFT_INVALID, "delta_t_mv %g, expected 0 or 0.001 to 1000",
                         p->delta_t_mv);
    double step_ms = (double)cells->context.step_ticks * cells->context.tick_ms;
    if (!(p->refractory_ms >= 0) || p->refractory_ms / step_ms > INT32_MAX / 2)
        return tuft_fail(err, TUFT_INVALID, "refractory_ms %g, expected 0 to %g", p->refractory_ms,
                         step_ms * (INT32_MAX / 2));
    double fires_over = p->delta_t_mv > 0 ? p->v_cut_mv : p->v_t_mv;
    if (!(p->v_reset_mv < fires_over))
        return tuft_fail(err, TUFT_INVALID,
                         "v_reset_mv %g, expected under %g, where the cell fires", p->v_reset_mv,
                         fires_over);
    if (!(fires_over >= p->v_t_mv))
        return tuft_fail(err, TUFT_INVALID, "v_cut_mv %g, expected v_t_mv %g or more", p->v_cut_mv,
                         p->v_t_mv);
    return tuft_parameters_cell_bias(p->cell_bias_pa, cells->context.count, err);
}

static law law_of(const tuft_adex_parameters *p, double h)
{
    double c = p->c_pf, tau_w = p->tau_w_ms, exact[TERMS * TERMS];
    const double system[TERMS * TERMS] = {-p->g_l_ns / c,
                                          -1 / c,
                                          1 / c,
                                          1 / c,
                                          1 / c, /* V */
                                          p->a_ns / tau_w,
                                          -1 / tau_w,
                                          0,
                                          0,
                                          0, /* w */
                                          0,
                                          0,
                                          -1 / p->tau_excitatory_ms,
                                          0,
                                          0, /* I_e */
                                          0,
                                          0,
                                          0,
                                          -1 / p->tau_inhibitory_ms,
                                          0}; /* I_i */
    tuft_propagator(TERMS, system, h, exact);
    law l = {.decay_e = (float)exact[EXCITATORY * TERMS + EXCITATORY],
             .decay_i = (float)exact[INHIBITORY * TERMS + INHIBITORY],
             .held_w = (float)exp(-h / tau_w),
             .held_drive = (float)(-expm1(-h / tau_w) * p->a_ns * (p->v_reset_mv - p->e_l_mv)),
             .v_t = (float)(p->v_t_mv - p->e_l_mv),
             .per_mv = (float)(p->delta_t_mv > 0 ? 1 / p->delta_t_mv : 0),
             .scale = (float)(p->g_l_ns * p->delta_t_mv),
             .cut = (float)((p->delta_t_mv > 0 ? p->v_cut_mv : p->v_t_mv) - p->e_l_mv),
             .v_reset = (float)(p->v_reset_mv - p->e_l_mv),
             .b = (float)p->b_pa,
             .refractory = (int32_t)lround(p->refractory_ms / h)};
    for (int k = 0; k < TERMS; k++) {
        l.v[k] = (float)exact[V * TERMS + k];
        l.w[k] = (float)exact[W * TERMS + k];
    }
    return l;
}

static tuft_status create(void **state, const void *parameters, const tuft_cell_context *context,
                          tuft_error *err)
{
    population *p;
    tuft_status status = TUFT_NEW(&p, 1, "AdEx population", err);
    if (status)
        return status;
    p->parameters = *(const tuft_adex_parameters *)parameters;
    p->context = *context;
    status = check(p, err);
    for (int k = 0; !status && k < TERMS; k++)
        status = TUFT_NEW(&p->value[k], context->count, "AdEx state", err);
    if (!status)
        status = TUFT_NEW(&p->refractory, context->count, "refractory counters", err);
    if (status) {
        destroy(p);
        return status;
    }
    p->law = law_of(&p->parameters, (double)context->step_ticks * context->tick_ms);
    reset(p);
    *state = p;
    return TUFT_OK;
}

/* n cells, one step, branch-free. drive: the bias of each. */
TUFT_CLONES static void advance(float *restrict v, float *restrict w, float *restrict excitatory,
                                float *restrict inhibitory, float *restrict input_e,
                                float *restrict input_i, int32_t *restrict refractory,
                                const float *restrict drive, uint8_t *restrict fired, uint32_t n,
                                law l)
{
    for (uint32_t i = 0; i < n; i++) {
        float e = (v[i] - l.v_t) * l.per_mv;
        e = e < 30 ? e : 30; /* far over any threshold: keeps what follows finite */
        float d = drive[i] + l.scale * tuft_expf(e);
        float x = l.v[V] * v[i] + l.v[W] * w[i] + l.v[EXCITATORY] * excitatory[i] +
                  l.v[INHIBITORY] * inhibitory[i] + l.v[DRIVE] * d;
        float y = l.w[V] * v[i] + l.w[W] * w[i] + l.w[EXCITATORY] * excitatory[i] +
                  l.w[INHIBITORY] * inhibitory[i] + l.w[DRIVE] * d;
        int held = refractory[i] > 0;
        int fires = (!held) & (x > l.cut);
        /* w of a cell that fires: from the step's start, not from the upswing held for its length
         */
        float apart = l.held_w * w[i] + l.held_drive;
        v[i] = held | fires ? l.v_reset : x;
        w[i] = (held | fires ? apart : y) + (fires ? l.b : 0);
        refractory[i] = fires ? l.refractory : refractory[i] - held;
        excitatory[i] = l.decay_e * excitatory[i] + input_e[i];
        inhibitory[i] = l.decay_i * inhibitory[i] + input_i[i];
        input_e[i] = input_i[i] = 0;
        fired[i] = (uint8_t)fires;
    }
}

static uint32_t step(void *state, uint32_t begin, uint32_t end, float *const *input,
                     uint32_t *spike)
{
    population *p = state;
    uint8_t fired[TUFT_FIRED_BLOCK + TUFT_FIRED_GROUP];
    uint32_t spikes = 0;
    for (uint32_t from = begin; from < end; from += TUFT_FIRED_BLOCK) {
        uint32_t n = end - from < TUFT_FIRED_BLOCK ? end - from : TUFT_FIRED_BLOCK;
        advance(p->value[V] + from, p->value[W] + from, p->value[EXCITATORY] + from,
                p->value[INHIBITORY] + from, input[0] + from, input[1] + from, p->refractory + from,
                p->value[DRIVE] + from, fired, n, p->law);
        spikes += tuft_fired_collect(fired, from, n, spike + spikes);
    }
    return spikes;
}

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
    part[TERMS] = (tuft_state_part){"refractory", p->refractory, count * sizeof(int32_t)};
    return TERMS + 1;
}

static const tuft_parameter_entry table[] = {
    TUFT_PARAMETER(REAL, tuft_adex_parameters, c_pf, "pF"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, g_l_ns, "nS"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, e_l_mv, "mV"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, v_t_mv, "mV"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, delta_t_mv, "mV"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, a_ns, "nS"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, b_pa, "pA"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, tau_w_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, v_reset_mv, "mV"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, v_cut_mv, "mV"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, refractory_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, tau_excitatory_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, tau_inhibitory_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_adex_parameters, bias_pa, "pA"),
    TUFT_PARAMETER(CELLS, tuft_adex_parameters, cell_bias_pa, "pA"),
    {0}};

const tuft_cell_model tuft_adex = {.name = "adex",
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
                                   .parameters_size = sizeof(tuft_adex_parameters),
                                   .defaults = &tuft_adex_defaults};
