#include "cells/traces.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

tuft_status tuft_traces_new(tuft_traces *traces, size_t count, double tau_ticks, tuft_error *err)
{
    *traces = (tuft_traces){.count = count, .tau_ticks = tau_ticks};
    if (!(tau_ticks > 0) || !isfinite(tau_ticks))
        return tuft_fail(err, TUFT_INVALID, "time constant of %g ticks, expected over 0",
                         tau_ticks);
    return TUFT_NEW(&traces->grown, count, "traces", err);
}

void tuft_traces_free(tuft_traces *traces)
{
    free(traces->grown);
    *traces = (tuft_traces){0};
}

void tuft_traces_reset(tuft_traces *traces, double value)
{
    traces->origin = 0;
    for (size_t i = 0; i < traces->count; i++)
        traces->grown[i] = value;
}

double tuft_traces_growth(tuft_traces *traces, int64_t tick)
{
    double age = (double)(tick - traces->origin) / traces->tau_ticks;
    if (age <= 256)
        return exp(age);
    double left = exp(-age);
    for (size_t i = 0; i < traces->count; i++)
        traces->grown[i] *= left;
    traces->origin = tick;
    return 1;
}
