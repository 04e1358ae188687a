#include "cells/lif.h"

#include "cells/exponential_sum.h"
#include "cells/fired.h"
#include "cells/parameters.h"
#include "core/memory.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_lif_parameters tuft_lif_defaults = {.tau_m_ms = 20,
                                               .tau_excitatory_ms = 5,
                                               .tau_inhibitory_ms = 10,
                                               .threshold = 20,
                                               .refractory_ms = 2};

enum { EXCITATORY, INHIBITORY, SYNAPSES };
enum { BLOCK = TUFT_FIRED_BLOCK, GROUP = TUFT_FIRED_GROUP };

/* One state serves both forms: float32 arrays for the clocked one, an event-driven record a cell
 * for the other. */
typedef struct {
    int64_t tick;      /* the values below are those at this tick */
    int64_t free_tick; /* refractory up to and including this tick */
    double v, current[SYNAPSES], bias;
} lazy_cell;

typedef struct {
    tuft_lif_parameters parameters;
    tuft_cell_context context;
    int exponential;
    double tau_s_ms[SYNAPSES];
    /* Clocked. One element when all cells are alike (stride 0), else one a cell. */
    float *v, *current[SYNAPSES], *bias;
    float *drive;         /* [cells] bias (1 - decay) */
    uint16_t *refractory; /* steps left */
    float *decay, *threshold, *from_current[SYNAPSES];
    int heterogeneous;
    float current_decay[SYNAPSES];
    uint16_t refractory_steps;
    uint32_t alike; /* all cells have the drive of the first */
    /* Event-driven. */
    lazy_cell *lazy;
    int64_t refractory_ticks;
} lif;

static const char *const delta_ports[] = {"input", NULL};
static const char *const delta_variables[] = {"membrane", "bias", NULL};
static const char *const exponential_ports[] = {"excitatory", "inhibitory", NULL};
static const char *const exponential_variables[] = {"membrane", "excitatory", "inhibitory", "bias",
                                                    NULL};

static double tau_of(const lif *cell, uint32_t i)
{
    return cell->parameters.cell_tau_m_ms ? (double)cell->parameters.cell_tau_m_ms[i]
                                          : cell->parameters.tau_m_ms;
}

static double threshold_of(const lif *cell, uint32_t i)
{
    return cell->parameters.cell_threshold ? (double)cell->parameters.cell_threshold[i]
                                           : cell->parameters.threshold;
}

/* Response of V after time h to a unit synaptic current at its start (Rotter & Diesmann P21). */
static double current_to_membrane(double h, double tau_m, double tau_s)
{
    if (fabs(tau_s - tau_m) < 1e-6 * tau_m)
        return h / tau_m * exp(-h / tau_m);
    return tau_s / (tau_s - tau_m) * (exp(-h / tau_s) - exp(-h / tau_m));
}

static void lif_destroy(void *state)
{
    lif *cell = state;
    free(cell->v);
    free(cell->bias);
    free(cell->drive);
    free(cell->refractory);
    free(cell->decay);
    free(cell->threshold);
    for (int s = 0; s < SYNAPSES; s++) {
        free(cell->current[s]);
        free(cell->from_current[s]);
    }
    free(cell->lazy);
    free(cell);
}

static void set_bias(lif *cell, uint32_t i, float bias)
{
    cell->alike &= bias == cell->bias[0];
    cell->bias[i] = bias;
    cell->drive[i] = bias * (1 - cell->decay[cell->heterogeneous ? i : 0]);
}

static void lif_reset(void *state)
{
    lif *cell = state;
    uint32_t count = cell->context.count;
    if (cell->lazy) {
        for (uint32_t i = 0; i < count; i++)
            cell->lazy[i] = (lazy_cell){
                .v = cell->parameters.v_initial, .bias = cell->parameters.bias, .free_tick = -1};
        return;
    }
    cell->bias[0] = (float)cell->parameters.bias;
    cell->alike = !cell->heterogeneous;
    for (uint32_t i = 0; i < count; i++) {
        cell->v[i] = (float)cell->parameters.v_initial;
        set_bias(cell, i, (float)cell->parameters.bias);
    }
    memset(cell->refractory, 0, count * sizeof *cell->refractory);
    for (int s = 0; cell->exponential && s < SYNAPSES; s++)
        memset(cell->current[s], 0, count * sizeof(float));
}

static tuft_status check(const lif *cell, tuft_error *err)
{
    const tuft_lif_parameters *p = &cell->parameters;
    for (uint32_t i = 0; i < cell->context.count; i++) {
        if (!(tau_of(cell, i) > 0))
            return tuft_fail(err, TUFT_INVALID, "membrane time constant %g ms, expected over 0",
                             tau_of(cell, i));
        if (cell->exponential && isinf(tau_of(cell, i)))
            return tuft_fail(err, TUFT_INVALID,
                             "exponential synapses need a finite membrane constant");
        if (!isfinite(threshold_of(cell, i)))
            return tuft_fail(err, TUFT_INVALID, "threshold %g, expected a finite value",
                             threshold_of(cell, i));
        if (!p->cell_tau_m_ms && !p->cell_threshold)
            break;
    }
    if (!isfinite(p->v_reset) || !isfinite(p->v_initial) || !isfinite(p->bias))
        return tuft_fail(err, TUFT_INVALID, "reset %g, initial %g, bias %g, expected finite values",
                         p->v_reset, p->v_initial, p->bias);
    if (!(p->refractory_ms >= 0) || p->refractory_ms / cell->context.tick_ms > INT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "refractory period %g ms, expected 0 or more",
                         p->refractory_ms);
    for (int s = 0; cell->exponential && s < SYNAPSES; s++)
        if (!(cell->tau_s_ms[s] > 0) || !isfinite(cell->tau_s_ms[s]))
            return tuft_fail(err, TUFT_INVALID, "synaptic time constant %g ms, expected over 0",
                             cell->tau_s_ms[s]);
    return TUFT_OK;
}

static tuft_status create_clocked(lif *cell, tuft_error *err)
{
    const tuft_lif_parameters *p = &cell->parameters;
    uint32_t count = cell->context.count;
    double step_ms = (double)cell->context.step_ticks * cell->context.tick_ms;
    cell->heterogeneous = p->cell_tau_m_ms || p->cell_threshold;
    size_t kinds = cell->heterogeneous ? count : 1;
    if (p->refractory_ms / step_ms > UINT16_MAX)
        return tuft_fail(err, TUFT_INVALID,
                         "refractory period %g ms, expected at most %g (%d steps)",
                         p->refractory_ms, UINT16_MAX * step_ms, UINT16_MAX);
    cell->refractory_steps = (uint16_t)lround(p->refractory_ms / step_ms);
    tuft_status status = TUFT_NEW(&cell->v, count, "membranes", err);
    if (!status)
        status = TUFT_NEW(&cell->bias, count, "biases", err);
    if (!status)
        status = TUFT_NEW(&cell->drive, count, "biases", err);
    if (!status)
        status = TUFT_NEW(&cell->refractory, count, "refractory counters", err);
    if (!status)
        status = TUFT_NEW(&cell->decay, kinds, "decays", err);
    if (!status)
        status = TUFT_NEW(&cell->threshold, kinds, "thresholds", err);
    for (int s = 0; cell->exponential && s < SYNAPSES; s++) {
        cell->current_decay[s] = (float)exp(-step_ms / cell->tau_s_ms[s]);
        if (!status)
            status = TUFT_NEW(&cell->current[s], count, "synaptic currents", err);
        if (!status)
            status = TUFT_NEW(&cell->from_current[s], kinds, "propagators", err);
    }
    for (uint32_t i = 0; !status && i < kinds; i++) {
        cell->decay[i] = (float)exp(-step_ms / tau_of(cell, i));
        cell->threshold[i] = (float)threshold_of(cell, i);
        for (int s = 0; cell->exponential && s < SYNAPSES; s++)
            cell->from_current[s][i] =
                (float)current_to_membrane(step_ms, tau_of(cell, i), cell->tau_s_ms[s]);
    }
    return status;
}

static tuft_status create(void **state, const void *parameters, const tuft_cell_context *context,
                          int exponential, tuft_error *err)
{
    lif *cell;
    tuft_status status = TUFT_NEW(&cell, 1, "LIF population", err);
    if (status)
        return status;
    cell->parameters = *(const tuft_lif_parameters *)parameters;
    cell->context = *context;
    cell->exponential = exponential;
    cell->tau_s_ms[EXCITATORY] = cell->parameters.tau_excitatory_ms;
    cell->tau_s_ms[INHIBITORY] = cell->parameters.tau_inhibitory_ms;
    status = check(cell, err);
    if (!status && context->step_ticks) {
        status = create_clocked(cell, err);
    } else if (!status) {
        cell->refractory_ticks = llround(cell->parameters.refractory_ms / context->tick_ms);
        status = TUFT_NEW(&cell->lazy, context->count, "LIF cells", err);
    }
    if (status) {
        lif_destroy(cell);
        return status;
    }
    lif_reset(cell);
    *state = cell;
    return TUFT_OK;
}

static tuft_status create_delta(void **state, const void *parameters,
                                const tuft_cell_context *context, tuft_error *err)
{
    return create(state, parameters, context, 0, err);
}

static tuft_status create_exponential(void **state, const void *parameters,
                                      const tuft_cell_context *context, tuft_error *err)
{
    return create(state, parameters, context, 1, err);
}

/* ---- clocked ---------------------------------------------------------------------------------
 * The loops below are branch-free over cells; which cells fired is collected per block. */

/* What all cells of a population have in common. */
typedef struct {
    float v_reset, subtract; /* subtract: 1 lowers V by the threshold, 0 sets it to v_reset */
    float decay_e, decay_i;  /* of the synaptic currents */
    uint16_t refractory_steps;
} rule;

/* The arrays of n cells. Those of the last line hold one element where cells are alike. */
typedef struct {
    float *v, *excitatory, *inhibitory, *input, *input_i;
    uint16_t *refractory;
    uint8_t *fired;
    uint32_t n;
    const float *drive, *decay, *threshold, *from_e, *from_i;
} stretch;

/* V of cell i comes to x; it fires, is reset, counts down the refractory period. */
#define FIRE(threshold_i)                                                                          \
    int left = refractory[i], held = left > 0;                                                     \
    x = held ? v[i] : x;                                                                           \
    int fires = !held & (x > (threshold_i));                                                       \
    float after = r.subtract != 0 ? x - (threshold_i) : r.v_reset;                                 \
    v[i] = fires ? after : x;                                                                      \
    refractory[i] = (uint16_t)(fires ? r.refractory_steps : left - held);                          \
    fired[i] = (uint8_t)fires;

/* Strides are 0 or 1, and known where this is called. */
static inline __attribute__((always_inline)) void
delta_cells(float *restrict v, float *restrict input, uint16_t *restrict refractory,
            uint8_t *restrict fired, uint32_t n, const float *restrict drive, uint32_t drive_stride,
            const float *restrict decay, const float *restrict threshold, uint32_t stride, rule r)
{
    for (uint32_t i = 0; i < n; i++) {
        float x = decay[i * stride] * v[i] + drive[i * drive_stride] + input[i];
        input[i] = 0;
        FIRE(threshold[i * stride])
    }
}

static inline __attribute__((always_inline)) void
exponential_cells(float *restrict v, float *restrict excitatory, float *restrict inhibitory,
                  float *restrict input_e, float *restrict input_i, uint16_t *restrict refractory,
                  uint8_t *restrict fired, uint32_t n, const float *restrict drive,
                  uint32_t drive_stride, const float *restrict decay,
                  const float *restrict threshold, const float *restrict from_e,
                  const float *restrict from_i, uint32_t stride, rule r)
{
    for (uint32_t i = 0; i < n; i++) {
        float x = decay[i * stride] * v[i] + from_e[i * stride] * excitatory[i] +
                  from_i[i * stride] * inhibitory[i] + drive[i * drive_stride];
        excitatory[i] = r.decay_e * excitatory[i] + input_e[i];
        inhibitory[i] = r.decay_i * inhibitory[i] + input_i[i];
        input_e[i] = input_i[i] = 0;
        FIRE(threshold[i * stride])
    }
}

/* Cells all alike, alike but for the bias, each its own. */
typedef void kernel(stretch s, rule r);

#define DELTA(drive, drive_stride, decay, threshold, stride)                                       \
    delta_cells(s.v, s.input, s.refractory, s.fired, s.n, drive, drive_stride, decay, threshold,   \
                stride, r)

TUFT_CLONES static void delta_alike(stretch s, rule r)
{
    const float drive = s.drive[0], decay = s.decay[0], threshold = s.threshold[0];
    DELTA(&drive, 0, &decay, &threshold, 0);
}

TUFT_CLONES static void delta_biased(stretch s, rule r)
{
    const float decay = s.decay[0], threshold = s.threshold[0];
    DELTA(s.drive, 1, &decay, &threshold, 0);
}

TUFT_CLONES static void delta_each(stretch s, rule r)
{
    DELTA(s.drive, 1, s.decay, s.threshold, 1);
}

#define EXPONENTIAL(drive, drive_stride, decay, threshold, from_e, from_i, stride)                 \
    exponential_cells(s.v, s.excitatory, s.inhibitory, s.input, s.input_i, s.refractory, s.fired,  \
                      s.n, drive, drive_stride, decay, threshold, from_e, from_i, stride, r)

TUFT_CLONES static void exponential_alike(stretch s, rule r)
{
    const float drive = s.drive[0], decay = s.decay[0], threshold = s.threshold[0];
    /* Only cells that have synaptic currents come here: NOLINTNEXTLINE */
    const float from_e = s.from_e[0], from_i = s.from_i[0];
    EXPONENTIAL(&drive, 0, &decay, &threshold, &from_e, &from_i, 0);
}

TUFT_CLONES static void exponential_biased(stretch s, rule r)
{
    const float decay = s.decay[0], threshold = s.threshold[0];
    /* Only cells that have synaptic currents come here: NOLINTNEXTLINE */
    const float from_e = s.from_e[0], from_i = s.from_i[0];
    EXPONENTIAL(s.drive, 1, &decay, &threshold, &from_e, &from_i, 0);
}

/* In two loops: the compiler makes no vectors of one with as many arrays of two widths. */
TUFT_CLONES static void approach(float *restrict x, const float *restrict v,
                                 float *restrict excitatory, float *restrict inhibitory,
                                 float *restrict input_e, float *restrict input_i, uint32_t n,
                                 const float *restrict drive, const float *restrict decay,
                                 const float *restrict from_e, const float *restrict from_i, rule r)
{
    for (uint32_t i = 0; i < n; i++) {
        /* Only cells that have synaptic currents come here: NOLINTNEXTLINE */
        x[i] = decay[i] * v[i] + from_e[i] * excitatory[i] + from_i[i] * inhibitory[i] + drive[i];
        excitatory[i] = r.decay_e * excitatory[i] + input_e[i];
        inhibitory[i] = r.decay_i * inhibitory[i] + input_i[i];
        input_e[i] = input_i[i] = 0;
    }
}

TUFT_CLONES static void fire(const float *restrict to, float *restrict v,
                             uint16_t *restrict refractory, uint8_t *restrict fired, uint32_t n,
                             const float *restrict threshold, rule r)
{
    for (uint32_t i = 0; i < n; i++) {
        float x = to[i];
        FIRE(threshold[i])
    }
}

static void exponential_each(stretch s, rule r)
{
    float x[BLOCK];
    approach(x, s.v, s.excitatory, s.inhibitory, s.input, s.input_i, s.n, s.drive, s.decay,
             s.from_e, s.from_i, r);
    fire(x, s.v, s.refractory, s.fired, s.n, s.threshold, r);
}

static uint32_t step_blocks(lif *cell, uint32_t begin, uint32_t end, float *const *input,
                            uint32_t *spike, kernel *alike, kernel *biased, kernel *each)
{
    uint8_t fired[BLOCK + GROUP];
    rule r = {.v_reset = (float)cell->parameters.v_reset,
              .subtract = cell->parameters.reset == TUFT_RESET_BY_SUBTRACTION,
              .decay_e = cell->current_decay[EXCITATORY],
              .decay_i = cell->current_decay[INHIBITORY],
              .refractory_steps = cell->refractory_steps};
    kernel *advance = cell->heterogeneous ? each : cell->alike ? alike : biased;
    uint32_t spikes = 0;
    for (uint32_t from = begin; from < end; from += BLOCK) {
        uint32_t own = cell->heterogeneous ? from : 0;
        stretch s = {.v = cell->v + from,
                     .input = input[0] + from,
                     .refractory = cell->refractory + from,
                     .fired = fired,
                     .n = end - from < BLOCK ? end - from : BLOCK,
                     .drive = cell->drive + from,
                     .decay = cell->decay + own,
                     .threshold = cell->threshold + own};
        if (cell->exponential) {
            s.excitatory = cell->current[EXCITATORY] + from;
            s.inhibitory = cell->current[INHIBITORY] + from;
            s.input_i = input[1] + from;
            s.from_e = cell->from_current[EXCITATORY] + own;
            s.from_i = cell->from_current[INHIBITORY] + own;
        }
        advance(s, r);
        spikes += tuft_fired_collect(fired, from, s.n, spike + spikes);
    }
    return spikes;
}

static uint32_t step_delta(void *state, uint32_t begin, uint32_t end, float *const *input,
                           uint32_t *spike)
{
    return step_blocks(state, begin, end, input, spike, delta_alike, delta_biased, delta_each);
}

static uint32_t step_exponential(void *state, uint32_t begin, uint32_t end, float *const *input,
                                 uint32_t *spike)
{
    return step_blocks(state, begin, end, input, spike, exponential_alike, exponential_biased,
                       exponential_each);
}

/* ---- event-driven ---------------------------------------------------------------------------- */

/* The membrane from the cell's last event on, as a sum of exponentials in time (ms). While the
 * cell is refractory V is held: the sum then starts at the end of that period. */
static tuft_exponential_sum course(const lif *cell, uint32_t i, const lazy_cell *from)
{
    double tau_m = tau_of(cell, i), bias = from->bias, v = from->v;
    const double *current = from->current;
    tuft_exponential_sum sum = {.terms = 1, .tau = {tau_m}};
    if (isinf(tau_m)) { /* a constant */
        sum.terms = 0;
        sum.offset = v;
        return sum;
    }
    double own = v - bias;
    sum.offset = bias;
    for (int s = 0; cell->exponential && s < SYNAPSES; s++) {
        double tau_s = cell->tau_s_ms[s];
        if (fabs(tau_s - tau_m) < 1e-6 * tau_m)
            tau_s = tau_m * (1 + 1e-6); /* equal constants: the limit, to 1e-6 */
        if (current[s] == 0)
            continue;
        double share = current[s] * tau_s / (tau_s - tau_m);
        int k = sum.terms++;
        sum.amplitude[k] = share;
        sum.tau[k] = tau_s;
        own -= share;
    }
    if (sum.terms == 3 && sum.tau[1] == sum.tau[2]) { /* both synapses alike: one term */
        sum.amplitude[1] += sum.amplitude[2];
        sum.terms = 2;
    }
    sum.amplitude[0] = own;
    return sum;
}

/* State of a lazy cell at a later tick. */
static lazy_cell advanced(const lif *cell, uint32_t i, int64_t tick)
{
    lazy_cell now = cell->lazy[i];
    double tick_ms = cell->context.tick_ms;
    int64_t held = now.free_tick < tick ? now.free_tick : tick; /* V is held up to here */
    for (int stage = 0; stage < 2; stage++) {
        int64_t to = stage == 0 ? held : tick;
        if (to <= now.tick)
            continue;
        double elapsed = (double)(to - now.tick) * tick_ms;
        if (stage == 1) {
            tuft_exponential_sum sum = course(cell, i, &now);
            now.v = tuft_exponential_sum_at(&sum, elapsed);
        }
        for (int s = 0; cell->exponential && s < SYNAPSES; s++)
            now.current[s] *= exp(-elapsed / cell->tau_s_ms[s]);
        now.tick = to;
    }
    now.tick = tick;
    return now;
}

/* The tick of the next spike if nothing else comes. */
static int64_t next_spike(const lif *cell, uint32_t i)
{
    lazy_cell from = cell->lazy[i];
    if (from.free_tick > from.tick)
        from = advanced(cell, i, from.free_tick);
    if (!cell->exponential && from.bias <= threshold_of(cell, i) && from.v <= threshold_of(cell, i))
        return TUFT_NEVER; /* decays towards bias: cannot cross */
    tuft_exponential_sum sum = course(cell, i, &from);
    int64_t ticks =
        tuft_exponential_sum_crossing(&sum, cell->context.tick_ms, threshold_of(cell, i));
    return ticks == INT64_MAX ? TUFT_NEVER : from.tick + ticks;
}

static bool lif_receive(void *state, uint32_t i, int64_t tick, const float *input, int64_t *wake)
{
    lif *cell = state;
    lazy_cell now = advanced(cell, i, tick);
    int held = tick <= now.free_tick;
    if (cell->exponential)
        for (int s = 0; s < SYNAPSES; s++)
            now.current[s] += (double)input[s];
    else if (!held)
        now.v += (double)input[0];
    bool fires = !held && now.v > threshold_of(cell, i);
    if (fires) {
        now.v = cell->parameters.reset == TUFT_RESET_BY_SUBTRACTION ? now.v - threshold_of(cell, i)
                                                                    : cell->parameters.v_reset;
        now.free_tick = tick + cell->refractory_ticks;
    }
    cell->lazy[i] = now;
    *wake = next_spike(cell, i);
    return fires;
}

static int64_t lif_first_wake(void *state, uint32_t i)
{
    return next_spike(state, i);
}

/* Variables: the membrane, the synaptic currents, the bias. */
static int bias_index(const lif *cell)
{
    return cell->exponential ? 1 + SYNAPSES : 1;
}

static double lif_read(const void *state, uint32_t i, int which, int64_t tick)
{
    const lif *cell = state;
    if (cell->lazy) {
        lazy_cell now = advanced(cell, i, tick);
        if (which == bias_index(cell))
            return now.bias;
        return which == 0 ? now.v : now.current[which - 1];
    }
    if (which == bias_index(cell))
        return (double)cell->bias[i];
    return which == 0 ? (double)cell->v[i] : (double)cell->current[which - 1][i];
}

static tuft_status lif_write(void *state, uint32_t i, int which, double value, int64_t tick,
                             int64_t *wake, tuft_error *err)
{
    lif *cell = state;
    const char *const *names = cell->exponential ? exponential_variables : delta_variables;
    tuft_status status = tuft_parameters_written(names[which], value, err);
    if (status)
        return status;
    if (!cell->lazy) {
        if (which == bias_index(cell))
            set_bias(cell, i, (float)value);
        else
            (which == 0 ? cell->v : cell->current[which - 1])[i] = (float)value;
        return TUFT_OK;
    }
    lazy_cell now = advanced(cell, i, tick);
    if (which == bias_index(cell))
        now.bias = value;
    else if (which == 0)
        now.v = value;
    else
        now.current[which - 1] = value;
    cell->lazy[i] = now;
    *wake = next_spike(cell, i);
    return TUFT_OK;
}

static int lif_parts(void *state, tuft_state_part *part)
{
    lif *cell = state;
    size_t count = cell->context.count;
    int n = 0;
    if (cell->lazy) {
        part[n++] = (tuft_state_part){"cells", cell->lazy, count * sizeof *cell->lazy};
        return n;
    }
    part[n++] = (tuft_state_part){"membrane", cell->v, count * sizeof *cell->v};
    part[n++] = (tuft_state_part){"bias", cell->bias, count * sizeof *cell->bias};
    part[n++] = (tuft_state_part){"drive", cell->drive, count * sizeof *cell->drive};
    part[n++] = (tuft_state_part){"refractory", cell->refractory, count * sizeof *cell->refractory};
    part[n++] = (tuft_state_part){"alike", &cell->alike, sizeof cell->alike};
    for (int s = 0; cell->exponential && s < SYNAPSES; s++)
        part[n++] = (tuft_state_part){exponential_ports[s], cell->current[s],
                                      count * sizeof *cell->current[s]};
    return n;
}

#define LIF(kind, member, unit) TUFT_PARAMETER(kind, tuft_lif_parameters, member, unit)
#define SHARED                                                                                     \
    LIF(REAL, tau_m_ms, "ms"), LIF(REAL, threshold, "mV"), LIF(REAL, v_reset, "mV"),               \
        LIF(REAL, v_initial, "mV"), LIF(REAL, bias, "mV"), LIF(REAL, refractory_ms, "ms"),         \
        {"reset", "", TUFT_PARAMETER_CHOICE, offsetof(tuft_lif_parameters, reset), reset_names},   \
        LIF(CELLS, cell_tau_m_ms, "ms"), LIF(CELLS, cell_threshold, "mV")

static const char *const reset_names[] = {"value", "subtraction", NULL};
static const tuft_parameter_entry delta_table[] = {SHARED, {0}};
static const tuft_parameter_entry exponential_table[] = {
    SHARED, LIF(REAL, tau_excitatory_ms, "ms"), LIF(REAL, tau_inhibitory_ms, "ms"), {0}};

const tuft_cell_model tuft_lif_delta = {.name = "lif-delta",
                                        .port = delta_ports,
                                        .variable = delta_variables,
                                        .create = create_delta,
                                        .destroy = lif_destroy,
                                        .reset = lif_reset,
                                        .step = step_delta,
                                        .receive = lif_receive,
                                        .first_wake = lif_first_wake,
                                        .read = lif_read,
                                        .write = lif_write,
                                        .parts = lif_parts,
                                        .parameter = delta_table,
                                        .parameters_size = sizeof(tuft_lif_parameters),
                                        .defaults = &tuft_lif_defaults};

const tuft_cell_model tuft_lif_exponential = {.name = "lif-exponential",
                                              .port = exponential_ports,
                                              .variable = exponential_variables,
                                              .create = create_exponential,
                                              .destroy = lif_destroy,
                                              .reset = lif_reset,
                                              .step = step_exponential,
                                              .receive = lif_receive,
                                              .first_wake = lif_first_wake,
                                              .read = lif_read,
                                              .write = lif_write,
                                              .parts = lif_parts,
                                              .parameter = exponential_table,
                                              .parameters_size = sizeof(tuft_lif_parameters),
                                              .defaults = &tuft_lif_defaults};
