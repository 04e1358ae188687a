#include "core/distribution.h"

#include <math.h>

tuft_status tuft_distribution_check(const tuft_distribution *distribution, tuft_error *err)
{
    double a = distribution->a, b = distribution->b;
    switch (distribution->kind) {
    case TUFT_FIXED:
        if (isfinite(a))
            return TUFT_OK;
        return tuft_fail(err, TUFT_INVALID, "fixed value %g, expected a finite number", a);
    case TUFT_UNIFORM:
        if (isfinite(a) && isfinite(b) && a <= b)
            return TUFT_OK;
        return tuft_fail(err, TUFT_INVALID,
                         "uniform from %g to %g, expected finite bounds in order", a, b);
    case TUFT_NORMAL:
    case TUFT_LOGNORMAL:
        if (isfinite(a) && isfinite(b) && b >= 0)
            return TUFT_OK;
        return tuft_fail(err, TUFT_INVALID,
                         "%s of mean %g and deviation %g, expected finite values, the second not "
                         "below 0",
                         distribution->kind == TUFT_NORMAL ? "normal" : "lognormal", a, b);
    }
    return tuft_fail(err, TUFT_INVALID, "distribution of kind %d, there is none",
                     (int)distribution->kind);
}

double tuft_distribution_draw(const tuft_distribution *distribution, tuft_random *random)
{
    double a = distribution->a, b = distribution->b;
    switch (distribution->kind) {
    case TUFT_FIXED:
        return a;
    case TUFT_UNIFORM:
        return a + (b - a) * tuft_random_uniform(random);
    case TUFT_NORMAL:
        return a + b * tuft_random_normal(random);
    case TUFT_LOGNORMAL:
        return exp(a + b * tuft_random_normal(random));
    }
    return a;
}
