#include "cells/poisson.h"

#include "core/memory.h"
#include "core/philox.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    tuft_poisson_parameters parameters;
    tuft_cell_context context;
    tuft_random *random; /* [cells] */
    double *rate_hz;     /* [cells] */
} poisson;

static double rate_of(const tuft_poisson_parameters *parameters, uint32_t i)
{
    return parameters->cell_rate_hz ? (double)parameters->cell_rate_hz[i] : parameters->rate_hz;
}

static void poisson_reset(void *state)
{
    poisson *p = state;
    for (uint32_t i = 0; i < p->context.count; i++) {
        p->random[i] = tuft_random_stream(p->context.seed, TUFT_RANDOM_INPUT,
                                          (uint64_t)p->context.id << 32 | i);
        p->rate_hz[i] = rate_of(&p->parameters, i);
    }
}

static void poisson_destroy(void *state)
{
    poisson *p = state;
    free(p->random);
    free(p->rate_hz);
    free(p);
}

static tuft_status check_rate(double rate, tuft_error *err)
{
    return rate >= 0 && isfinite(rate)
               ? TUFT_OK
               : tuft_fail(err, TUFT_INVALID, "rate of %g Hz, expected 0 or more", rate);
}

static tuft_status poisson_create(void **state, const void *parameters,
                                  const tuft_cell_context *context, tuft_error *err)
{
    poisson *p;
    tuft_status status = TUFT_NEW(&p, 1, "Poisson population", err);
    if (status)
        return status;
    p->parameters = *(const tuft_poisson_parameters *)parameters;
    p->context = *context;
    for (uint32_t i = 0; !status && i < context->count; i++) {
        status = check_rate(rate_of(&p->parameters, i), err);
        if (!p->parameters.cell_rate_hz)
            break;
    }
    if (!status && !(p->parameters.start_ms >= 0 && p->parameters.stop_ms >= 0))
        status = tuft_fail(err, TUFT_INVALID, "from %g to %g ms, expected 0 or more",
                           p->parameters.start_ms, p->parameters.stop_ms);
    if (!status)
        status = TUFT_NEW(&p->random, context->count, "Poisson sources", err);
    if (!status)
        status = TUFT_NEW(&p->rate_hz, context->count, "Poisson rates", err);
    if (status) {
        poisson_destroy(p);
        return status;
    }
    poisson_reset(p);
    *state = p;
    return TUFT_OK;
}

/* The tick of the next spike, after the given one. The process has no memory: the wait starts anew
 * at the end of that tick, however many spikes fell into it. */
static int64_t next_tick(poisson *p, uint32_t i, int64_t after)
{
    double rate = p->rate_hz[i], tick_ms = p->context.tick_ms;
    if (rate <= 0)
        return TUFT_NEVER;
    double from_ms = fmax((double)after * tick_ms, p->parameters.start_ms);
    double next_ms = from_ms + 1000 / rate * tuft_random_exponential(&p->random[i]);
    if (p->parameters.stop_ms > 0 && next_ms >= p->parameters.stop_ms)
        return TUFT_NEVER;
    double at = ceil(next_ms / tick_ms);
    if (!(at <= 0x1p60))
        return TUFT_NEVER;
    return (int64_t)at > after ? (int64_t)at : after + 1; /* rounding; a wait of almost nothing */
}

static int64_t poisson_first_wake(void *state, uint32_t i)
{
    return next_tick(state, i, 0);
}

static bool poisson_receive(void *state, uint32_t i, int64_t tick, const float *input,
                            int64_t *wake)
{
    (void)input;
    *wake = next_tick(state, i, tick);
    return true;
}

static double poisson_read(const void *state, uint32_t i, int which, int64_t tick)
{
    (void)which;
    (void)tick;
    return ((const poisson *)state)->rate_hz[i];
}

/* Without memory: from the change on, the wait is drawn anew at the new rate. */
static tuft_status poisson_write(void *state, uint32_t i, int which, double value, int64_t tick,
                                 int64_t *wake, tuft_error *err)
{
    poisson *p = state;
    (void)which;
    tuft_status status = check_rate(value, err);
    if (status)
        return status;
    p->rate_hz[i] = value;
    *wake = next_tick(p, i, tick);
    return TUFT_OK;
}

static int poisson_parts(void *state, tuft_state_part *part)
{
    poisson *p = state;
    size_t count = p->context.count;
    part[0] = (tuft_state_part){"random", p->random, count * sizeof *p->random};
    part[1] = (tuft_state_part){"rate", p->rate_hz, count * sizeof *p->rate_hz};
    return 2;
}

static const tuft_poisson_parameters defaults;

static const tuft_parameter_entry table[] = {
    TUFT_PARAMETER(REAL, tuft_poisson_parameters, rate_hz, "Hz"),
    TUFT_PARAMETER(REAL, tuft_poisson_parameters, start_ms, "ms"),
    TUFT_PARAMETER(REAL, tuft_poisson_parameters, stop_ms, "ms"),
    TUFT_PARAMETER(CELLS, tuft_poisson_parameters, cell_rate_hz, "Hz"),
    {0}};

static const char *const no_ports[] = {NULL};
static const char *const variables[] = {"rate_hz", NULL};

const tuft_cell_model tuft_poisson = {.name = "poisson",
                                      .port = no_ports,
                                      .variable = variables,
                                      .create = poisson_create,
                                      .destroy = poisson_destroy,
                                      .reset = poisson_reset,
                                      .receive = poisson_receive,
                                      .first_wake = poisson_first_wake,
                                      .read = poisson_read,
                                      .write = poisson_write,
                                      .parts = poisson_parts,
                                      .parameter = table,
                                      .parameters_size = sizeof(tuft_poisson_parameters),
                                      .defaults = &defaults};
