#include "datasets/pesq.h"

#include "core/memory.h"
#include "datasets/pesq_filter.h"
#include "datasets/pesq_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PADDING_MS = 320, LONGEST_S = 900 };

/* Mean power within the speech band, over signal and padding. */
static const double level = 1e7;

typedef struct {
    float *speech; /* within the speech band: what the delay is found in */
    float *heard;  /* through the handset or the headphones */
    size_t n;
} side;

static void side_free(side *s)
{
    free(s->speech);
    free(s->heard);
}

/* A signal of s->n samples at its level, both arrays `length` long with zeros after. */
static tuft_status side_new(side *s, const char *which, const float *sample, size_t length,
                            tuft_pesq_mode mode, uint32_t rate_hz, tuft_error *err)
{
    double power = 0.0;
    tuft_status status = TUFT_NEW(&s->speech, length, "sound", err);
    if (!status)
        status = TUFT_NEW(&s->heard, length, "sound", err);
    if (status)
        return status;
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(sample[i]))
            return tuft_fail(err, TUFT_NUMERIC, "sample %zu of the %s signal is %g", i, which,
                             (double)sample[i]);
        power = fmax(power, fabsf(sample[i]));
    }
    /* At full scale first, so that squares neither vanish nor overflow. */
    for (size_t i = 0; power > 0.0 && i < s->n; i++)
        s->speech[i] = s->heard[i] = (float)(sample[i] / power);
    size_t padded = s->n + PADDING_MS * rate_hz / 1000;
    status = tuft_pesq_filter(TUFT_PESQ_SPEECH_BAND, rate_hz, s->speech, padded, err);
    if (status)
        return status;
    double loudest = power;
    power = 0.0;
    for (size_t i = 0; i < padded; i++)
        power += (double)s->speech[i] * s->speech[i] / (double)length;
    if (!(loudest > 0.0) || power < 1e-12)
        return tuft_fail(err, TUFT_INVALID,
                         "the %s signal is silent between 300 and 3500 Hz, PESQ cannot set its "
                         "level",
                         which);
    for (size_t i = 0; i < length; i++) {
        s->speech[i] *= (float)sqrt(level / power);
        s->heard[i] *= (float)sqrt(level / power);
    }
    if (mode == TUFT_PESQ_NARROW)
        return tuft_pesq_filter(TUFT_PESQ_HANDSET, rate_hz, s->heard, padded, err);
    tuft_pesq_headphone(s->heard, s->n);
    return TUFT_OK;
}

double tuft_pesq_mos(tuft_pesq_mode mode, double raw)
{
    if (mode == TUFT_PESQ_NARROW) /* P.862.1, eq. 1 */
        return 0.999 + 4.0 / (1.0 + exp(-1.4945 * raw + 4.6607));
    return 0.999 + 4.0 / (1.0 + exp(-1.3669 * raw + 3.8224)); /* P.862.2, eq. 1 */
}

static tuft_status score_sides(tuft_pesq_mode mode, const side *clean, const side *degraded,
                               uint32_t rate_hz, double *score, tuft_error *err)
{
    size_t n = clean->n > degraded->n ? clean->n : degraded->n, spans;
    double raw;
    tuft_pesq_span *span;
    tuft_status status = TUFT_NEW(&span, TUFT_PESQ_SPANS, "delays", err);
    if (!status)
        status = tuft_pesq_delays(clean->speech, clean->n, degraded->speech, degraded->n, rate_hz,
                                  span, &spans, err);
    if (!status)
        status = tuft_pesq_model(clean->heard, degraded->heard, n, PADDING_MS * rate_hz / 1000,
                                 rate_hz, span, spans, &raw, err);
    if (!status)
        *score = tuft_pesq_mos(mode, raw);
    free(span);
    return status;
}

tuft_status tuft_pesq(tuft_pesq_mode mode, const float *clean, size_t n, const float *degraded,
                      size_t m, double rate_hz, double *score, tuft_error *err)
{
    if (rate_hz != 16000.0 && (rate_hz != 8000.0 || mode == TUFT_PESQ_WIDE))
        return tuft_fail(err, TUFT_INVALID, "%s PESQ at %g Hz, expected %s",
                         mode == TUFT_PESQ_WIDE ? "wide-band" : "narrow-band", rate_hz,
                         mode == TUFT_PESQ_WIDE ? "16000" : "8000 or 16000");
    uint32_t rate = (uint32_t)rate_hz;
    size_t shorter = n < m ? n : m, longer = n < m ? m : n;
    if (shorter < rate / 4)
        return tuft_fail(err, TUFT_INVALID,
                         "%zu samples (%.0f ms), PESQ needs a quarter of a second", shorter,
                         1e3 * (double)shorter / rate_hz);
    if (longer > (size_t)LONGEST_S * rate)
        return tuft_fail(err, TUFT_INVALID, "%.0f s, PESQ takes %d s at most",
                         (double)longer / rate_hz, LONGEST_S);
    size_t length = longer + PADDING_MS * rate / 1000;
    side of_clean = {.n = n}, of_degraded = {.n = m};
    tuft_status status = side_new(&of_clean, "clean", clean, length, mode, rate, err);
    if (!status)
        status = side_new(&of_degraded, "degraded", degraded, length, mode, rate, err);
    if (!status)
        status = score_sides(mode, &of_clean, &of_degraded, rate, score, err);
    side_free(&of_clean);
    side_free(&of_degraded);
    return status;
}
