#include "cells/naud_sprekeler.h"

#include "cells/exponential.h"
#include "cells/fired.h"
#include "cells/noise.h"
#include "cells/parameters.h"
#include "cells/propagator.h"
#include "core/memory.h"
#include "core/simd.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_naud_sprekeler_parameters tuft_naud_sprekeler_defaults = {.e_l_mv = -70,
                                                                     .threshold_mv = -50,
                                                                     .threshold_jump_mv = 2,
                                                                     .tau_threshold_ms = 27,
                                                                     .c_soma_pf = 370,
                                                                     .tau_soma_ms = 16,
                                                                     .g_soma_pa = 1300,
                                                                     .b_pa = -200,
                                                                     .tau_w_soma_ms = 100,
                                                                     .c_dendrite_pf = 170,
                                                                     .tau_dendrite_ms = 7,
                                                                     .g_dendrite_pa = 1200,
                                                                     .a_ns = -13,
                                                                     .tau_w_dendrite_ms = 30,
                                                                     .e_dendrite_mv = -38,
                                                                     .d_dendrite_mv = 6,
                                                                     .c_bap_pa = 2600,
                                                                     .bap_delay_ms = 0.5,
                                                                     .bap_length_ms = 2,
                                                                     .tau_soma_syn_ms = 5,
                                                                     .tau_apical_syn_ms = 5,
                                                                     .tau_noise_ms = 2};

enum { SOMA, APICAL, COMPARTMENTS };
static const char *const ports[] = {"soma", "apical", NULL};
static const char *const variables[] = {"soma",       "dendrite",  "threshold",   "w_soma",
                                        "w_dendrite", "bias_soma", "bias_apical", NULL};

enum { V, W, SYNAPSE, DRIVE, TERMS };
enum { LONG_AGO = 1 << 24 }; /* steps since a spike are counted up to here */

/* A step of one compartment: V and w from (V, w, synaptic current, drive), the current's decay. */
typedef struct {
    float v[TERMS], w[TERMS], decay;
} stride;

typedef struct {
    stride of[COMPARTMENTS];
    float g[COMPARTMENTS];
    float half, per_mv;            /* f(Vd) = 1 / (1 + exp((half - Vd) per_mv)), Vd from EL */
    float bap, bap_begin, bap_end; /* pA; steps since the spike */
    float threshold, jump, threshold_decay, b;
    int32_t refractory_steps;
} law;

typedef struct {
    tuft_naud_sprekeler_parameters parameters;
    tuft_cell_context context;
    law law;
    /* [cells]; voltages from EL. */
    float *v[COMPARTMENTS], *w[COMPARTMENTS], *current[COMPARTMENTS], *bias[COMPARTMENTS], *moved;
    int32_t *since; /* steps since the latest spike */
    /* Where there is noise: its currents, and how many steps each cell has made. */
    tuft_noise noise;
    float *noisy[COMPARTMENTS];
    uint64_t *steps;
} population;

static void destroy(void *state)
{
    population *p = state;
    for (int c = 0; c < COMPARTMENTS; c++) {
        free(p->v[c]);
        free(p->w[c]);
        free(p->current[c]);
        free(p->bias[c]);
        free(p->noisy[c]);
    }
    free(p->moved);
    free(p->steps);
    free(p->since);
    free(p);
}

static void reset(void *state)
{
    population *p = state;
    uint32_t count = p->context.count;
    for (int c = 0; c < COMPARTMENTS; c++) {
        memset(p->v[c], 0, count * sizeof(float));
        memset(p->w[c], 0, count * sizeof(float));
        memset(p->current[c], 0, count * sizeof(float));
        if (p->steps)
            memset(p->noisy[c], 0, count * sizeof(float));
    }
    if (p->steps)
        memset(p->steps, 0, count * sizeof(uint64_t));
    tuft_parameters_fill_bias(p->bias[SOMA], p->parameters.cell_bias_soma_pa,
                              p->parameters.bias_soma_pa, count);
    tuft_parameters_fill_bias(p->bias[APICAL], p->parameters.cell_bias_apical_pa,
                              p->parameters.bias_apical_pa, count);
    memset(p->moved, 0, count * sizeof(float));
    for (uint32_t i = 0; i < count; i++)
        p->since[i] = LONG_AGO;
}

static tuft_status check_noise(const char *name, double sd, tuft_error *err)
{
    if (sd >= 0 && sd <= (double)FLT_MAX)
        return TUFT_OK;
    return tuft_fail(err, TUFT_INVALID, "%s %g, expected 0 or more", name, sd);
}

static tuft_status check(const population *cells, tuft_error *err)
{
    const tuft_naud_sprekeler_parameters *p = &cells->parameters;
    const tuft_parameter above_zero[] = {{"tau_threshold_ms", p->tau_threshold_ms},
                                         {"c_soma_pf", p->c_soma_pf},
                                         {"tau_soma_ms", p->tau_soma_ms},
                                         {"tau_w_soma_ms", p->tau_w_soma_ms},
                                         {"c_dendrite_pf", p->c_dendrite_pf},
                                         {"tau_dendrite_ms", p->tau_dendrite_ms},
                                         {"tau_w_dendrite_ms", p->tau_w_dendrite_ms},
                                         {"d_dendrite_mv", p->d_dendrite_mv},
                                         {"tau_soma_syn_ms", p->tau_soma_syn_ms},
                                         {"tau_apical_syn_ms", p->tau_apical_syn_ms},
                                         {"tau_noise_ms", p->tau_noise_ms}},
                         finite[] = {{"e_l_mv", p->e_l_mv},
                                     {"threshold_mv", p->threshold_mv},
                                     {"threshold_jump_mv", p->threshold_jump_mv},
                                     {"g_soma_pa", p->g_soma_pa},
                                     {"b_pa", p->b_pa},
                                     {"g_dendrite_pa", p->g_dendrite_pa},
                                     {"a_ns", p->a_ns},
                                     {"e_dendrite_mv", p->e_dendrite_mv},
                                     {"c_bap_pa", p->c_bap_pa},
                                     {"bias_soma_pa", p->bias_soma_pa},
                                     {"bias_apical_pa", p->bias_apical_pa}},
                         not_negative[] = {{"refractory_ms", p->refractory_ms},
                                           {"bap_delay_ms", p->bap_delay_ms},
                                           {"bap_length_ms", p->bap_length_ms}};
    tuft_status status =
        tuft_parameters_above_zero(above_zero, sizeof above_zero / sizeof *above_zero, err);
    if (!status)
        status = tuft_parameters_finite(finite, sizeof finite / sizeof *finite, err);
    double step_ms = (double)cells->context.step_ticks * cells->context.tick_ms;
    if (!status)
        status = check_noise("noise_soma_pa", p->noise_soma_pa, err);
    if (!status)
        status = check_noise("noise_apical_pa", p->noise_apical_pa, err);
    if (!status)
        status = tuft_parameters_periods(not_negative, sizeof not_negative / sizeof *not_negative,
                                         step_ms, (double)LONG_AGO / 4, err);
    if (status)
        return status;
    if (!(p->threshold_mv > p->e_l_mv))
        return tuft_fail(err, TUFT_INVALID, "threshold_mv %g, expected a value over e_l_mv %g",
                         p->threshold_mv, p->e_l_mv);
    status = tuft_parameters_cell_bias(p->cell_bias_soma_pa, cells->context.count, err);
    return status ? status
                  : tuft_parameters_cell_bias(p->cell_bias_apical_pa, cells->context.count, err);
}

/* One compartment's exact step. a couples w to V; 0 for the soma. */
static stride stride_of(double tau, double c, double tau_w, double a, double tau_syn, double h)
{
    const double system[TERMS * TERMS] = {-1 / tau,  1 / c,      1 / c,
                                          1 / c, /* V */
                                          a / tau_w, -1 / tau_w, 0,
                                          0, /* w */
                                          0,         0,          -1 / tau_syn,
                                          0, /* synapse */
                                          0,         0,          0,
                                          0}; /* drive */
    double exact[TERMS * TERMS];
    tuft_propagator(TERMS, system, h, exact);
    stride out = {.decay = (float)exact[SYNAPSE * TERMS + SYNAPSE]};
    for (int k = 0; k < TERMS; k++) {
        out.v[k] = (float)exact[V * TERMS + k];
        out.w[k] = (float)exact[W * TERMS + k];
    }
    return out;
}

static law law_of(const tuft_naud_sprekeler_parameters *p, double h)
{
    return (law){
        .of = {stride_of(p->tau_soma_ms, p->c_soma_pf, p->tau_w_soma_ms, 0, p->tau_soma_syn_ms, h),
               stride_of(p->tau_dendrite_ms, p->c_dendrite_pf, p->tau_w_dendrite_ms, p->a_ns,
                         p->tau_apical_syn_ms, h)},
        .g = {(float)p->g_soma_pa, (float)p->g_dendrite_pa},
        .half = (float)(p->e_dendrite_mv - p->e_l_mv),
        .per_mv = (float)(1 / p->d_dendrite_mv),
        .bap = (float)p->c_bap_pa,
        .bap_begin = (float)(p->bap_delay_ms / h),
        .bap_end = (float)((p->bap_delay_ms + p->bap_length_ms) / h),
        .threshold = (float)(p->threshold_mv - p->e_l_mv),
        .jump = (float)p->threshold_jump_mv,
        .threshold_decay = (float)exp(-h / p->tau_threshold_ms),
        .b = (float)p->b_pa,
        .refractory_steps = (int32_t)lround(p->refractory_ms / h)};
}

static tuft_status create_noise(population *p, tuft_error *err)
{
    const tuft_naud_sprekeler_parameters *q = &p->parameters;
    double h = (double)p->context.step_ticks * p->context.tick_ms;
    p->noise = (tuft_noise){.seed = p->context.seed,
                            .stream = p->context.id,
                            .law = {tuft_noise_law_of(q->noise_soma_pa, q->tau_noise_ms, h),
                                    tuft_noise_law_of(q->noise_apical_pa, q->tau_noise_ms, h)}};
    tuft_status status = TUFT_NEW(&p->steps, p->context.count, "steps", err);
    for (int c = 0; !status && c < COMPARTMENTS; c++)
        status = TUFT_NEW(&p->noisy[c], p->context.count, "noise", err);
    return status;
}

static tuft_status create(void **state, const void *parameters, const tuft_cell_context *context,
                          tuft_error *err)
{
    population *p;
    tuft_status status = TUFT_NEW(&p, 1, "Naud-Sprekeler population", err);
    if (status)
        return status;
    p->parameters = *(const tuft_naud_sprekeler_parameters *)parameters;
    p->context = *context;
    status = check(p, err);
    for (int c = 0; !status && c < COMPARTMENTS; c++) {
        status = TUFT_NEW(&p->v[c], context->count, "membranes", err);
        if (!status)
            status = TUFT_NEW(&p->w[c], context->count, "adaptation currents", err);
        if (!status)
            status = TUFT_NEW(&p->current[c], context->count, "synaptic currents", err);
        if (!status)
            status = TUFT_NEW(&p->bias[c], context->count, "biases", err);
    }
    if (!status)
        status = TUFT_NEW(&p->moved, context->count, "thresholds", err);
    if (!status)
        status = TUFT_NEW(&p->since, context->count, "spike clocks", err);
    if (!status && (p->parameters.noise_soma_pa > 0 || p->parameters.noise_apical_pa > 0))
        status = create_noise(p, err);
    if (status) {
        destroy(p);
        return status;
    }
    p->law = law_of(&p->parameters, (double)context->step_ticks * context->tick_ms);
    reset(p);
    *state = p;
    return TUFT_OK;
}

/* n cells, one step; branch-free. drive holds the bias of each compartment, to which
 * g f(Vd) + c K comes. */
TUFT_CLONES static void drive_of(float *restrict drive_s, float *restrict drive_d,
                                 const float *restrict v_d, const int32_t *restrict since,
                                 uint32_t n, law l)
{
    for (uint32_t i = 0; i < n; i++) {
        float f = 1 / (1 + tuft_expf((l.half - v_d[i]) * l.per_mv));
        float begin = (float)since[i], end = begin + 1;
        begin = begin > l.bap_begin ? begin : l.bap_begin;
        end = end < l.bap_end ? end : l.bap_end;
        float k = end > begin ? end - begin : 0; /* share of the step inside the box */
        drive_s[i] += l.g[SOMA] * f;
        drive_d[i] += l.g[APICAL] * f + l.bap * k;
    }
}

TUFT_CLONES static void dendrites(float *restrict v, float *restrict w, float *restrict current,
                                  float *restrict input, const float *restrict drive, uint32_t n,
                                  stride s)
{
    for (uint32_t i = 0; i < n; i++) {
        float x = s.v[V] * v[i] + s.v[W] * w[i] + s.v[SYNAPSE] * current[i] + s.v[DRIVE] * drive[i];
        w[i] = s.w[V] * v[i] + s.w[W] * w[i] + s.w[SYNAPSE] * current[i] + s.w[DRIVE] * drive[i];
        v[i] = x;
        current[i] = s.decay * current[i] + input[i];
        input[i] = 0;
    }
}

TUFT_CLONES static void somata(float *restrict v, float *restrict w, float *restrict current,
                               float *restrict moved, int32_t *restrict since,
                               float *restrict input, const float *restrict drive,
                               uint8_t *restrict fired, uint32_t n, law l)
{
    stride s = l.of[SOMA];
    for (uint32_t i = 0; i < n; i++) {
        float x = s.v[V] * v[i] + s.v[W] * w[i] + s.v[SYNAPSE] * current[i] + s.v[DRIVE] * drive[i];
        float m = l.threshold_decay * moved[i];
        int held = since[i] < l.refractory_steps;
        int fires = !held & (x > l.threshold + m);
        v[i] = held | fires ? 0 : x;
        w[i] = s.w[W] * w[i] + (fires ? l.b : 0);
        moved[i] = m + (fires ? l.jump : 0);
        int32_t later = since[i] < LONG_AGO ? since[i] + 1 : LONG_AGO;
        since[i] = fires ? 0 : later;
        current[i] = s.decay * current[i] + input[i];
        input[i] = 0;
        fired[i] = (uint8_t)fires;
    }
}

/* Cells from .. from + n - 1, which have all made as many steps. */
static void add_noise(population *p, uint32_t from, uint32_t n, float *drive_s, float *drive_d)
{
    float *restrict soma = p->noisy[SOMA] + from, *restrict apical = p->noisy[APICAL] + from;
    tuft_noise_step(&p->noise, p->steps[from], from, n, soma, apical);
    for (uint32_t i = 0; i < n; i++) {
        p->steps[from + i]++;
        drive_s[i] += soma[i];
        drive_d[i] += apical[i];
    }
}

static uint32_t step(void *state, uint32_t begin, uint32_t end, float *const *input,
                     uint32_t *spike)
{
    population *p = state;
    float drive[COMPARTMENTS][TUFT_FIRED_BLOCK];
    uint8_t fired[TUFT_FIRED_BLOCK + TUFT_FIRED_GROUP];
    uint32_t spikes = 0;
    for (uint32_t from = begin; from < end; from += TUFT_FIRED_BLOCK) {
        uint32_t n = end - from < TUFT_FIRED_BLOCK ? end - from : TUFT_FIRED_BLOCK;
        for (int c = 0; c < COMPARTMENTS; c++)
            memcpy(drive[c], p->bias[c] + from, n * sizeof(float));
        if (p->steps)
            add_noise(p, from, n, drive[SOMA], drive[APICAL]);
        drive_of(drive[SOMA], drive[APICAL], p->v[APICAL] + from, p->since + from, n, p->law);
        dendrites(p->v[APICAL] + from, p->w[APICAL] + from, p->current[APICAL] + from,
                  input[APICAL] + from, drive[APICAL], n, p->law.of[APICAL]);
        somata(p->v[SOMA] + from, p->w[SOMA] + from, p->current[SOMA] + from, p->moved + from,
               p->since + from, input[SOMA] + from, drive[SOMA], fired, n, p->law);
        spikes += tuft_fired_collect(fired, from, n, spike + spikes);
    }
    return spikes;
}

/* Where a variable is kept, and what is added to it there. */
typedef struct {
    float *at;
    double offset;
} place;

static place place_of(const population *p, int which)
{
    const tuft_naud_sprekeler_parameters *q = &p->parameters;
    const place all[] = {{p->v[SOMA], q->e_l_mv},     {p->v[APICAL], q->e_l_mv},
                         {p->moved, q->threshold_mv}, {p->w[SOMA], 0},
                         {p->w[APICAL], 0},           {p->bias[SOMA], 0},
                         {p->bias[APICAL], 0}};
    return all[which];
}

static double read_variable(const void *state, uint32_t i, int which, int64_t tick)
{
    place from = place_of(state, which);
    (void)tick;
    return from.offset + (double)from.at[i];
}

static tuft_status write_variable(void *state, uint32_t i, int which, double value, int64_t tick,
                                  int64_t *wake, tuft_error *err)
{
    (void)tick;
    (void)wake;
    place to = place_of(state, which);
    tuft_status status = tuft_parameters_written(variables[which], value, err);
    if (!status)
        to.at[i] = (float)(value - to.offset);
    return status;
}

static int parts(void *state, tuft_state_part *part)
{
    population *p = state;
    size_t count = p->context.count;
    int n = 0;
    for (int c = 0; c < COMPARTMENTS; c++) {
        part[n++] = (tuft_state_part){"membrane", p->v[c], count * sizeof(float)};
        part[n++] = (tuft_state_part){"adaptation", p->w[c], count * sizeof(float)};
        part[n++] = (tuft_state_part){"current", p->current[c], count * sizeof(float)};
        part[n++] = (tuft_state_part){"bias", p->bias[c], count * sizeof(float)};
    }
    part[n++] = (tuft_state_part){"threshold", p->moved, count * sizeof(float)};
    part[n++] = (tuft_state_part){"since", p->since, count * sizeof(int32_t)};
    if (p->steps) {
        part[n++] = (tuft_state_part){"steps", p->steps, count * sizeof(uint64_t)};
        for (int c = 0; c < COMPARTMENTS; c++)
            part[n++] = (tuft_state_part){"noise", p->noisy[c], count * sizeof(float)};
    }
    return n;
}

static const tuft_parameter_entry table[] = {
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, e_l_mv, "mV"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, threshold_mv, "mV"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, threshold_jump_mv, "mV"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, tau_threshold_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, c_soma_pf, "pF"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, tau_soma_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, g_soma_pa, "pA"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, b_pa, "pA"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, tau_w_soma_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, c_dendrite_pf, "pF"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, tau_dendrite_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, g_dendrite_pa, "pA"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, a_ns, "nS"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, tau_w_dendrite_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, e_dendrite_mv, "mV"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, d_dendrite_mv, "mV"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, c_bap_pa, "pA"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, bap_delay_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, bap_length_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, refractory_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, tau_soma_syn_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, tau_apical_syn_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, bias_soma_pa, "pA"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, bias_apical_pa, "pA"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, noise_soma_pa, "pA"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, noise_apical_pa, "pA"),
    TUFT_PARAMETER(REAL, tuft_naud_sprekeler_parameters, tau_noise_ms, "ms"),
    TUFT_PARAMETER(CELLS, tuft_naud_sprekeler_parameters, cell_bias_soma_pa, "pA"),
    TUFT_PARAMETER(CELLS, tuft_naud_sprekeler_parameters, cell_bias_apical_pa, "pA"),
    {0}};

const tuft_cell_model tuft_naud_sprekeler = {.name = "naud-sprekeler",
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
                                                 sizeof(tuft_naud_sprekeler_parameters),
                                             .defaults = &tuft_naud_sprekeler_defaults};
