#include "cells/learning_period.h"

#include "cells/parameters.h"
#include "core/wheel.h"

#include <math.h>

tuft_status tuft_learning_period_new(tuft_learning_period *period, double start_ms, double stop_ms,
                                     double tick_ms, tuft_error *err)
{
    const tuft_parameter times[] = {{"start_ms", start_ms}, {"stop_ms", stop_ms}};
    tuft_status status = tuft_parameters_periods(times, 2, tick_ms, 0x1p60, err);
    if (!status)
        *period = (tuft_learning_period){llround(start_ms / tick_ms),
                                         stop_ms > 0 ? llround(stop_ms / tick_ms) : TUFT_NEVER};
    return status;
}
