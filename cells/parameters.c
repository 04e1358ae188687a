#include "cells/parameters.h"

#include <float.h>
#include <math.h>

tuft_status tuft_parameters_above_zero(const tuft_parameter *list, size_t n, tuft_error *err)
{
    for (size_t k = 0; k < n; k++)
        if (!(list[k].value > 0) || !isfinite(list[k].value))
            return tuft_fail(err, TUFT_INVALID, "%s %g, expected a finite value over 0",
                             list[k].name, list[k].value);
    return TUFT_OK;
}

tuft_status tuft_parameters_finite(const tuft_parameter *list, size_t n, tuft_error *err)
{
    for (size_t k = 0; k < n; k++)
        if (!isfinite(list[k].value))
            return tuft_fail(err, TUFT_INVALID, "%s %g, expected a finite value", list[k].name,
                             list[k].value);
    return TUFT_OK;
}

tuft_status tuft_parameters_periods(const tuft_parameter *list, size_t n, double unit_ms,
                                    double limit, tuft_error *err)
{
    for (size_t k = 0; k < n; k++)
        if (!(list[k].value >= 0) || list[k].value / unit_ms > limit)
            return tuft_fail(err, TUFT_INVALID, "%s %g, expected 0 to %g", list[k].name,
                             list[k].value, limit * unit_ms);
    return TUFT_OK;
}

tuft_status tuft_parameters_cell_bias(const float *bias, uint32_t cells, tuft_error *err)
{
    for (uint32_t i = 0; bias && i < cells; i++)
        if (!isfinite(bias[i]))
            return tuft_fail(err, TUFT_INVALID, "bias of cell %u is %g, expected a finite value", i,
                             (double)bias[i]);
    return TUFT_OK;
}

void tuft_parameters_fill_bias(float *bias, const float *each, double alike, uint32_t cells)
{
    for (uint32_t i = 0; i < cells; i++)
        bias[i] = each ? each[i] : (float)alike;
}

tuft_status tuft_parameters_written(const char *variable, double value, tuft_error *err)
{
    if (fabs(value) <= (double)FLT_MAX)
        return TUFT_OK;
    return tuft_fail(err, TUFT_INVALID, "%s %g, expected a finite value", variable, value);
}

tuft_status tuft_parameters_derived(const char *variable, tuft_error *err)
{
    return tuft_fail(err, TUFT_INVALID, "%s follows from other variables and cannot be set",
                     variable);
}
