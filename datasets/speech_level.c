#include "datasets/speech_level.h"

#include <math.h>

enum { THRESHOLDS = 41 }; /* 2^-40 .. 1; P.56 with 16 bits has 2^-15 .. 2^-1 of them */
#define AVERAGE_S  0.03
#define HANGOVER_S 0.2
#define MARGIN_DB  15.9
#define SILENCE    1e-12

/* P.56, 6.2: where the line through (C, A - C) of two thresholds meets the margin. */
static double meet(double a_low, double c_low, double a_high, double c_high)
{
    double low = a_low - c_low, high = a_high - c_high; /* low > margin >= high */
    double share = low > high ? (low - MARGIN_DB) / (low - high) : 1.0;
    return a_low + share * (a_high - a_low);
}

tuft_status tuft_speech_level_measure(const float *sample, size_t n, double rate_hz,
                                      tuft_speech_level *level, tuft_error *err)
{
    *level = (tuft_speech_level){0};
    if (n == 0 || !(rate_hz >= 4000.0 && rate_hz <= 192000.0))
        return tuft_fail(err, TUFT_INVALID,
                         "speech level: %zu samples at %g Hz, expected some at 4000 to 192000 Hz",
                         n, rate_hz);
    const double keep = exp(-1.0 / (rate_hz * AVERAGE_S));
    const size_t hangover = (size_t)ceil(rate_hz * HANGOVER_S);
    size_t active[THRESHOLDS] = {0}, since[THRESHOLDS];
    for (int j = 0; j < THRESHOLDS; j++)
        since[j] = hangover;
    double p = 0.0, q = 0.0, square = 0.0;
    for (size_t i = 0; i < n; i++) {
        double x = (double)sample[i];
        if (!isfinite(x))
            return tuft_fail(err, TUFT_NUMERIC, "speech level: sample %zu is %g", i, x);
        square += x * x;
        p = keep * p + (1.0 - keep) * fabs(x);
        q = keep * q + (1.0 - keep) * p;
        int reached; /* the largest threshold that q reaches is 2^(exponent - 1) */
        frexp(q, &reached);
        reached = q > 0.0 ? reached - 1 + THRESHOLDS - 1 : -1;
        for (int j = 0; j < THRESHOLDS; j++) {
            if (j <= reached) {
                active[j]++;
                since[j] = 0;
            } else if (since[j] < hangover) {
                active[j]++;
                since[j]++;
            }
        }
    }
    level->long_run = square / (double)n;
    if (level->long_run < SILENCE) {
        *level = (tuft_speech_level){0};
        return tuft_fail(err, TUFT_NUMERIC, "speech level: silence has none");
    }
    double before_a = 0.0, before_c = 0.0, level_db = 10.0 * log10(level->long_run);
    for (int j = 0; j < THRESHOLDS && active[j] > 0; j++) {
        double a = 10.0 * log10(square / (double)active[j]);
        double c = 20.0 * log10(2.0) * (j - (THRESHOLDS - 1));
        level_db = a;
        if (a - c <= MARGIN_DB) {
            if (j > 0)
                level_db = meet(before_a, before_c, a, c);
            break;
        }
        before_a = a;
        before_c = c;
    }
    level->active = pow(10.0, level_db / 10.0);
    level->activity = fmin(level->long_run / level->active, 1.0);
    return TUFT_OK;
}
