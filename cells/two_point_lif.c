#include "cells/two_point_lif.h"

#include "cells/exponential_sum.h"
#include "cells/fired.h"
#include "cells/parameters.h"
#include "core/memory.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>

const tuft_two_point_lif_parameters tuft_two_point_lif_defaults = {.tau_m_ms = 20,
                                                                   .threshold = 20,
                                                                   .refractory_ms = 2,
                                                                   .tau_a_ms = 15,
                                                                   .bac_threshold = 12,
                                                                   .apical_threshold = 25,
                                                                   .window_ms = 5,
                                                                   .plateau_ms = 30,
                                                                   .plateau_drive = 20,
                                                                   .threshold_drop = 12};

enum { SOMA, APICAL };
enum { READ_SOMA, READ_APICAL, READ_THRESHOLD, READ_PLATEAU, READ_BIAS }; /* variables */
static const char *const ports[] = {"soma", "apical", NULL};
static const char *const variables[] = {"soma", "apical", "threshold", "plateau", "bias", NULL};

enum { LONG_AGO = 1 << 30 }; /* steps since a spike are counted up to here */

typedef struct {
    int64_t tick;          /* v and a are those at this tick */
    int64_t spike_tick;    /* of the latest spike */
    int64_t plateau_until; /* the last tick of the latest plateau */
    double v, a, bias;
} lazy_cell;

/* What the clocked loop needs; times in steps. leak = 1 - exp(-h/tau): V + leak (to - V) loses less
 * to rounding over many small steps than V exp(-h/tau) + ... does. */
typedef struct {
    float leak, leak_a, threshold, drop, v_reset, drive, bac, alone;
    int32_t refractory, window, plateau;
} law;

typedef struct {
    tuft_two_point_lif_parameters parameters;
    tuft_cell_context context;
    /* Clocked. */
    law law;
    float *v, *a, *bias;
    int32_t *since, *plateau; /* steps since the latest spike; steps the plateau has left */
    /* Event-driven. */
    lazy_cell *lazy;
    int64_t refractory_ticks, window_ticks, plateau_ticks;
} population;

static double bias_of(const population *p, uint32_t i)
{
    return p->parameters.cell_bias ? (double)p->parameters.cell_bias[i] : p->parameters.bias;
}

static void destroy(void *state)
{
    population *p = state;
    free(p->v);
    free(p->a);
    free(p->bias);
    free(p->since);
    free(p->plateau);
    free(p->lazy);
    free(p);
}

static void reset(void *state)
{
    population *p = state;
    for (uint32_t i = 0; i < p->context.count; i++) {
        if (p->lazy) {
            p->lazy[i] = (lazy_cell){
                .spike_tick = INT64_MIN / 2, .plateau_until = -1, .bias = bias_of(p, i)};
            continue;
        }
        p->v[i] = p->a[i] = 0;
        p->bias[i] = (float)bias_of(p, i);
        p->since[i] = LONG_AGO;
        p->plateau[i] = 0;
    }
}

static tuft_status check(const population *cells, tuft_error *err)
{
    const tuft_two_point_lif_parameters *p = &cells->parameters;
    const tuft_parameter above_zero[] = {{"tau_m_ms", p->tau_m_ms},
                                         {"tau_a_ms", p->tau_a_ms},
                                         {"bac_threshold", p->bac_threshold}},
                         period[] = {{"refractory_ms", p->refractory_ms},
                                     {"window_ms", p->window_ms},
                                     {"plateau_ms", p->plateau_ms}},
                         finite[] = {{"threshold", p->threshold},
                                     {"v_reset", p->v_reset},
                                     {"bias", p->bias},
                                     {"plateau_drive", p->plateau_drive},
                                     {"threshold_drop", p->threshold_drop}};
    tuft_status status =
        tuft_parameters_above_zero(above_zero, sizeof above_zero / sizeof *above_zero, err);
    if (!status)
        status = tuft_parameters_finite(finite, sizeof finite / sizeof *finite, err);
    if (!status)
        status = tuft_parameters_periods(period, sizeof period / sizeof *period,
                                         cells->context.tick_ms, (double)LONG_AGO / 2, err);
    if (status)
        return status;
    if (!(p->apical_threshold >= p->bac_threshold))
        return tuft_fail(err, TUFT_INVALID,
                         "apical_threshold %g, expected bac_threshold %g or more",
                         p->apical_threshold, p->bac_threshold);
    if (!(p->v_reset <= p->threshold - fmax(p->threshold_drop, 0)))
        return tuft_fail(err, TUFT_INVALID, "v_reset %g, expected the lowered threshold %g at most",
                         p->v_reset, p->threshold - p->threshold_drop);
    return tuft_parameters_cell_bias(p->cell_bias, cells->context.count, err);
}

static tuft_status create_clocked(population *cells, tuft_error *err)
{
    const tuft_two_point_lif_parameters *p = &cells->parameters;
    uint32_t count = cells->context.count;
    double h = (double)cells->context.step_ticks * cells->context.tick_ms;
    cells->law = (law){.leak = (float)-expm1(-h / p->tau_m_ms),
                       .leak_a = (float)-expm1(-h / p->tau_a_ms),
                       .threshold = (float)p->threshold,
                       .drop = (float)p->threshold_drop,
                       .v_reset = (float)p->v_reset,
                       .drive = (float)p->plateau_drive,
                       .bac = (float)p->bac_threshold,
                       .alone = (float)p->apical_threshold,
                       .refractory = (int32_t)lround(p->refractory_ms / h),
                       .window = (int32_t)lround(p->window_ms / h),
                       .plateau = (int32_t)lround(p->plateau_ms / h)};
    tuft_status status = TUFT_NEW(&cells->v, count, "somata", err);
    if (!status)
        status = TUFT_NEW(&cells->a, count, "dendrites", err);
    if (!status)
        status = TUFT_NEW(&cells->bias, count, "biases", err);
    if (!status)
        status = TUFT_NEW(&cells->since, count, "spike clocks", err);
    if (!status)
        status = TUFT_NEW(&cells->plateau, count, "plateau clocks", err);
    return status;
}

static tuft_status create(void **state, const void *parameters, const tuft_cell_context *context,
                          tuft_error *err)
{
    population *p;
    tuft_status status = TUFT_NEW(&p, 1, "two-point LIF population", err);
    if (status)
        return status;
    p->parameters = *(const tuft_two_point_lif_parameters *)parameters;
    p->context = *context;
    status = check(p, err);
    if (!status && context->step_ticks) {
        status = create_clocked(p, err);
    } else if (!status) {
        p->refractory_ticks = llround(p->parameters.refractory_ms / context->tick_ms);
        p->window_ticks = llround(p->parameters.window_ms / context->tick_ms);
        p->plateau_ticks = llround(p->parameters.plateau_ms / context->tick_ms);
        status = TUFT_NEW(&p->lazy, context->count, "two-point LIF cells", err);
    }
    if (status) {
        destroy(p);
        return status;
    }
    reset(p);
    *state = p;
    return TUFT_OK;
}

/* ---- clocked --------------------------------------------------------------------------------- */

TUFT_CLONES static void advance(float *restrict v, float *restrict a, int32_t *restrict since,
                                int32_t *restrict plateau, float *restrict input,
                                float *restrict apical, const float *restrict bias,
                                uint8_t *restrict fired, uint32_t n, law l)
{
    for (uint32_t i = 0; i < n; i++) {
        int on = plateau[i] > 0;
        float to = bias[i] + (on ? l.drive : 0);
        float threshold = l.threshold - (on ? l.drop : 0);
        int held = since[i] < l.refractory;
        float x = v[i] + l.leak * (to - v[i]) + input[i];
        int fires = !held & (x > threshold);
        v[i] = fires ? l.v_reset : held ? v[i] : x;
        int32_t later = since[i] < LONG_AGO ? since[i] + 1 : LONG_AGO;
        later = fires ? 0 : later;
        since[i] = later;
        float y = a[i] - l.leak_a * a[i] + apical[i];
        a[i] = y;
        int reached = apical[i] > 0;
        int begins = (!on) & (((reached | fires) & (later <= l.window) & (y > l.bac)) |
                              (reached & (y > l.alone)));
        plateau[i] = begins ? l.plateau : plateau[i] - on;
        input[i] = apical[i] = 0;
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
        advance(p->v + from, p->a + from, p->since + from, p->plateau + from, input[SOMA] + from,
                input[APICAL] + from, p->bias + from, fired, n, p->law);
        spikes += tuft_fired_collect(fired, from, n, spike + spikes);
    }
    return spikes;
}

/* ---- event-driven ---------------------------------------------------------------------------- */

/* The course of V from the cell's tick on, up to the next change of law. */
static tuft_exponential_sum course(const population *p, const lazy_cell *cell)
{
    double to = cell->bias;
    if (cell->tick < cell->plateau_until)
        to += p->parameters.plateau_drive;
    return (tuft_exponential_sum){
        .terms = 1, .offset = to, .amplitude = {cell->v - to}, .tau = {p->parameters.tau_m_ms}};
}

static double threshold_at(const population *p, const lazy_cell *cell, int64_t tick)
{
    return p->parameters.threshold -
           (tick <= cell->plateau_until ? p->parameters.threshold_drop : 0);
}

/* The cell at a later tick: held while refractory, driven while on the plateau, then free. */
static lazy_cell advanced(const population *p, lazy_cell cell, int64_t tick)
{
    double tick_ms = p->context.tick_ms;
    int64_t free_tick = cell.spike_tick + p->refractory_ticks, from = cell.tick;
    if (free_tick > cell.tick)
        cell.tick = free_tick < tick ? free_tick : tick;
    while (cell.tick < tick) {
        int64_t to =
            cell.tick < cell.plateau_until && cell.plateau_until < tick ? cell.plateau_until : tick;
        tuft_exponential_sum sum = course(p, &cell);
        cell.v = tuft_exponential_sum_at(&sum, (double)(to - cell.tick) * tick_ms);
        cell.tick = to;
    }
    cell.a *= exp(-(double)(tick - from) * tick_ms / p->parameters.tau_a_ms);
    return cell;
}

/* The tick of the next spike if nothing else comes. */
static int64_t next_spike(const population *p, uint32_t i)
{
    lazy_cell cell = p->lazy[i];
    int64_t free_tick = cell.spike_tick + p->refractory_ticks;
    if (free_tick > cell.tick)
        cell = advanced(p, cell, free_tick);
    for (int on = cell.tick < cell.plateau_until; on >= 0; on--) {
        tuft_exponential_sum sum = course(p, &cell);
        double threshold = threshold_at(p, &cell, cell.tick + 1);
        /* One way, to the offset: crosses later only from below to above. */
        if (cell.v > threshold || sum.offset > threshold) {
            int64_t ticks = tuft_exponential_sum_crossing(&sum, p->context.tick_ms, threshold);
            if (ticks != INT64_MAX && (!on || cell.tick + ticks <= cell.plateau_until))
                return cell.tick + ticks;
        }
        if (on)
            cell = advanced(p, cell, cell.plateau_until);
    }
    return TUFT_NEVER;
}

static bool receive(void *state, uint32_t i, int64_t tick, const float *input, int64_t *wake)
{
    population *p = state;
    const tuft_two_point_lif_parameters *q = &p->parameters;
    lazy_cell now = advanced(p, p->lazy[i], tick);
    bool held = tick <= now.spike_tick + p->refractory_ticks;
    if (!held)
        now.v += (double)input[SOMA];
    now.a += (double)input[APICAL];
    bool fires = !held && now.v > threshold_at(p, &now, tick), reached = input[APICAL] > 0;
    if (fires) {
        now.v = q->v_reset;
        now.spike_tick = tick;
    }
    bool coupled =
        (reached || fires) && tick - now.spike_tick <= p->window_ticks && now.a > q->bac_threshold;
    if (tick > now.plateau_until && (coupled || (reached && now.a > q->apical_threshold)))
        now.plateau_until = tick + p->plateau_ticks;
    p->lazy[i] = now;
    *wake = next_spike(p, i);
    return fires;
}

static int64_t first_wake(void *state, uint32_t i)
{
    return next_spike(state, i);
}

static double read_variable(const void *state, uint32_t i, int which, int64_t tick)
{
    const population *p = state;
    lazy_cell now;
    int on;
    if (p->lazy) {
        now = advanced(p, p->lazy[i], tick);
        on = tick < now.plateau_until;
    } else {
        now = (lazy_cell){.v = (double)p->v[i], .a = (double)p->a[i], .bias = (double)p->bias[i]};
        on = p->plateau[i] > 0;
    }
    switch (which) {
    case READ_SOMA:
        return now.v;
    case READ_APICAL:
        return now.a;
    case READ_THRESHOLD:
        return p->parameters.threshold - (on ? p->parameters.threshold_drop : 0);
    case READ_PLATEAU:
        return on;
    default:
        return now.bias;
    }
}

static tuft_status write_variable(void *state, uint32_t i, int which, double value, int64_t tick,
                                  int64_t *wake, tuft_error *err)
{
    population *p = state;
    if (which == READ_THRESHOLD || which == READ_PLATEAU)
        return tuft_parameters_derived(variables[which], err);
    tuft_status status = tuft_parameters_written(variables[which], value, err);
    if (status)
        return status;
    if (!p->lazy) {
        (which == READ_SOMA ? p->v : which == READ_APICAL ? p->a : p->bias)[i] = (float)value;
        return TUFT_OK;
    }
    lazy_cell now = advanced(p, p->lazy[i], tick);
    *(which == READ_SOMA ? &now.v : which == READ_APICAL ? &now.a : &now.bias) = value;
    p->lazy[i] = now;
    *wake = next_spike(p, i);
    return TUFT_OK;
}

static int parts(void *state, tuft_state_part *part)
{
    population *p = state;
    size_t count = p->context.count;
    int n = 0;
    if (p->lazy) {
        part[n++] = (tuft_state_part){"cells", p->lazy, count * sizeof *p->lazy};
        return n;
    }
    part[n++] = (tuft_state_part){"soma", p->v, count * sizeof *p->v};
    part[n++] = (tuft_state_part){"apical", p->a, count * sizeof *p->a};
    part[n++] = (tuft_state_part){"bias", p->bias, count * sizeof *p->bias};
    part[n++] = (tuft_state_part){"since", p->since, count * sizeof *p->since};
    part[n++] = (tuft_state_part){"plateau", p->plateau, count * sizeof *p->plateau};
    return n;
}

static const tuft_parameter_entry table[] = {
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, tau_m_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, threshold, "mV"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, v_reset, "mV"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, refractory_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, bias, "mV"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, tau_a_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, bac_threshold, "mV"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, apical_threshold, "mV"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, window_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, plateau_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, plateau_drive, "mV"),
    TUFT_PARAMETER(REAL, tuft_two_point_lif_parameters, threshold_drop, "mV"),
    TUFT_PARAMETER(CELLS, tuft_two_point_lif_parameters, cell_bias, "mV"),
    {0}};

const tuft_cell_model tuft_two_point_lif = {.name = "two-point-lif",
                                            .port = ports,
                                            .variable = variables,
                                            .create = create,
                                            .destroy = destroy,
                                            .reset = reset,
                                            .step = step,
                                            .receive = receive,
                                            .first_wake = first_wake,
                                            .read = read_variable,
                                            .write = write_variable,
                                            .parts = parts,
                                            .parameter = table,
                                            .parameters_size =
                                                sizeof(tuft_two_point_lif_parameters),
                                            .defaults = &tuft_two_point_lif_defaults};
