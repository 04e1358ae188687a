#include "datasets/speech_scores.h"

#include "datasets/pesq.h"
#include "datasets/resample.h"
#include "datasets/segmental_snr.h"
#include "datasets/si_sdr.h"
#include "datasets/stoi.h"

#include <math.h>
#include <stdlib.h>

enum { NARROW_HZ = 8000, WIDE_HZ = 16000 };

static const double most_apart_s = 0.1;

static const struct {
    const char *name, *label;
} scores[TUFT_SCORES] = {[TUFT_SCORE_STOI] = {"stoi", "STOI"},
                         [TUFT_SCORE_ESTOI] = {"estoi", "ESTOI"},
                         [TUFT_SCORE_PESQ_WB] = {"pesq_wb", "PESQ-WB"},
                         [TUFT_SCORE_PESQ_NB] = {"pesq_nb", "PESQ-NB"},
                         [TUFT_SCORE_SI_SDR] = {"si_sdr_db", "SI-SDR (dB)"},
                         [TUFT_SCORE_SEG_SNR] = {"seg_snr_db", "segmental SNR (dB)"}};

const char *tuft_score_name(tuft_score score)
{
    return scores[score].name;
}

const char *tuft_score_label(tuft_score score)
{
    return scores[score].label;
}

/* Both at one of PESQ's rates. */
static tuft_status pesq_at(const float *clean, const float *degraded, size_t n, uint32_t rate_hz,
                           double *value, tuft_error *err)
{
    tuft_status status = tuft_pesq(TUFT_PESQ_NARROW, clean, n, degraded, n, rate_hz,
                                   &value[TUFT_SCORE_PESQ_NB], err);
    if (!status && rate_hz == WIDE_HZ)
        status = tuft_pesq(TUFT_PESQ_WIDE, clean, n, degraded, n, rate_hz,
                           &value[TUFT_SCORE_PESQ_WB], err);
    return status;
}

static tuft_status pesq_of(const float *clean, const float *degraded, size_t n, uint32_t rate_hz,
                           double *value, tuft_error *err)
{
    uint32_t to = rate_hz >= WIDE_HZ ? WIDE_HZ : NARROW_HZ;
    float *at_rate[2] = {0};
    size_t count;
    if (rate_hz < NARROW_HZ)
        return TUFT_OK;
    if (rate_hz == to)
        return pesq_at(clean, degraded, n, to, value, err);
    tuft_status status = tuft_resample(clean, n, rate_hz, to, &at_rate[0], &count, err);
    if (!status)
        status = tuft_resample(degraded, n, rate_hz, to, &at_rate[1], &count, err);
    if (!status)
        status = pesq_at(at_rate[0], at_rate[1], count, to, value, err);
    free(at_rate[0]);
    free(at_rate[1]);
    return status;
}

tuft_status tuft_speech_scores_of(const float *clean, size_t n, const float *degraded, size_t m,
                                  double rate_hz, tuft_speech_scores *out, tuft_error *err)
{
    tuft_speech_scores got;
    for (int k = 0; k < TUFT_SCORES; k++)
        got.value[k] = out->value[k] = NAN;
    if (!(rate_hz >= 1.0 && rate_hz <= 768000.0) || rate_hz != floor(rate_hz))
        return tuft_fail(err, TUFT_INVALID, "a rate of %g Hz, expected whole Hz up to 768000",
                         rate_hz);
    size_t shorter = n < m ? n : m, longer = n < m ? m : n;
    if ((double)(longer - shorter) > most_apart_s * rate_hz)
        return tuft_fail(err, TUFT_INVALID,
                         "%.3f s, the clean one %.3f s: they differ by more than %g ms",
                         (double)m / rate_hz, (double)n / rate_hz, 1e3 * most_apart_s);
    tuft_status status = tuft_si_sdr(clean, degraded, shorter, &got.value[TUFT_SCORE_SI_SDR], err);
    if (!status)
        status = tuft_stoi(clean, degraded, shorter, rate_hz, &got.value[TUFT_SCORE_STOI],
                           &got.value[TUFT_SCORE_ESTOI], err);
    if (!status)
        status = tuft_segmental_snr(clean, degraded, shorter, rate_hz,
                                    &got.value[TUFT_SCORE_SEG_SNR], err);
    if (!status)
        status = pesq_of(clean, degraded, shorter, (uint32_t)rate_hz, got.value, err);
    if (!status)
        *out = got;
    return status;
}

tuft_status tuft_speech_scores_quick(const float *clean, const float *degraded, size_t n,
                                     double rate_hz, tuft_speech_scores *out, tuft_error *err)
{
    tuft_speech_scores got;
    for (int k = 0; k < TUFT_SCORES; k++)
        got.value[k] = out->value[k] = NAN;
    tuft_status status = tuft_si_sdr(clean, degraded, n, &got.value[TUFT_SCORE_SI_SDR], err);
    if (!status)
        status = tuft_stoi(clean, degraded, n, rate_hz, &got.value[TUFT_SCORE_STOI],
                           &got.value[TUFT_SCORE_ESTOI], err);
    if (!status)
        *out = got;
    return status;
}
