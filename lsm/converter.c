#include "lsm/converter.h"

#include <math.h>

enum { GAIN_STEPS = 15 };

tuft_status tuft_converter_check(const tuft_converter *converter, const char *what, tuft_error *err)
{
    uint32_t least = converter->signs == TUFT_SIGNS_BOTH ? 2 : 1;
    if (converter->bits == TUFT_CONVERTER_IDEAL)
        return TUFT_OK;
    if (converter->bits < least || converter->bits > TUFT_CONVERTER_MOST_BITS)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: converter of %u bits, expected %u to %d, or %d for an ideal one",
                         what, converter->bits, least, TUFT_CONVERTER_MOST_BITS,
                         TUFT_CONVERTER_IDEAL);
    if (!(converter->full > 0 && isfinite(converter->full)))
        return tuft_fail(err, TUFT_INVALID, "%s: range of %g, expected above 0", what,
                         converter->full);
    return TUFT_OK;
}

static double levels(const tuft_converter *converter)
{
    uint32_t magnitude = converter->bits - (converter->signs == TUFT_SIGNS_BOTH);
    return (double)((1u << magnitude) - 1);
}

double tuft_converter_range(const tuft_converter *converter, const double *value, size_t n)
{
    double full = converter->full, largest = 0;
    if (converter->ranging == TUFT_RANGE_FIXED)
        return full;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(value[i]));
    for (int k = 0; k < GAIN_STEPS && largest <= full / 2; k++)
        full /= 2;
    return full;
}

double tuft_converter_lsb(const tuft_converter *converter, double full)
{
    return converter->bits == TUFT_CONVERTER_IDEAL ? 0 : full / levels(converter);
}

size_t tuft_converter_apply(const tuft_converter *converter, double *value, size_t n)
{
    if (converter->bits == TUFT_CONVERTER_IDEAL)
        return 0;
    double lsb = tuft_converter_lsb(converter, tuft_converter_range(converter, value, n));
    double high = levels(converter), low = converter->signs == TUFT_SIGNS_BOTH ? -high : 0;
    size_t clipped = 0;
    for (size_t i = 0; i < n; i++) {
        double code = rint(value[i] / lsb);
        clipped += code < low || code > high;
        value[i] = lsb * fmin(high, fmax(low, code));
    }
    return clipped;
}
