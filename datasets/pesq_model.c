#include "datasets/pesq_model.h"

#include "core/memory.h"
#include "datasets/fft.h"
#include "datasets/pesq_bands.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SYLLABLE = 20,   /* frames: 320 ms */
    BAD_SMEAR = 2,   /* frames: shorter gaps in a bad interval count to it */
    BAD_SHORTEST = 5 /* frames */
};

static const double loudness_scale = 0.1866055; /* a 1 kHz tone of 40 dB: 1 sone */
static const double silent_power = 1e7, bad_disturbance = 30.0, most_disturbance = 45.0;
static const double edge_of_silence = 500.0; /* sum of five magnitudes */

typedef struct {
    const float *clean, *degraded;
    size_t n; /* samples of both, padding included */
    const tuft_pesq_span *span;
    size_t spans;
    tuft_pesq_band band[TUFT_PESQ_BANDS];
    uint32_t rate_hz, bands, frame; /* samples of a frame */
    size_t frames;
    tuft_fft *fft;
    float *window, *work;
    float complex *spectrum;
    float *pitch[2];     /* [frames][bands]: power densities on the Bark scale, clean, degraded */
    double *heard;       /* [frames]: audible power of the clean signal */
    double *disturbance; /* [frames] */
    double *added;       /* [frames]: the asymmetrical disturbance */
} model;

/* Frames of 32 ms, half overlapping. */
static size_t hop_of(uint32_t rate_hz)
{
    return rate_hz == 8000 ? 128 : 256;
}

static ptrdiff_t delay_at(const model *m, ptrdiff_t sample)
{
    size_t k = 0;
    while (k + 1 < m->spans && m->span[k + 1].start <= sample)
        k++;
    return m->span[k].delay;
}

/* Bark powers of the frame that begins at a sample; outside the signal there is silence. */
static void pitch_powers(model *m, const float *sample, ptrdiff_t at, float *pitch)
{
    for (ptrdiff_t i = 0; i < (ptrdiff_t)m->frame; i++)
        m->work[i] = at + i >= 0 && at + i < (ptrdiff_t)m->n ? sample[at + i] * m->window[i] : 0.0f;
    tuft_fft_forward(m->fft, m->work, m->spectrum);
    m->spectrum[0] = 0.0f;
    for (uint32_t b = 0; b < m->bands; b++) {
        double sum = 0.0;
        for (uint32_t k = 0; k < m->band[b].count; k++) {
            float complex value = m->spectrum[m->band[b].first + k];
            sum += (double)crealf(value) * crealf(value) + (double)cimagf(value) * cimagf(value);
        }
        pitch[b] = (float)(sum * m->band[b].gain);
    }
}

/* Power in bands more than `factor` times above the threshold; the lowest band is left out. */
static double audible(const model *m, const float *pitch, double factor)
{
    double sum = 0.0;
    for (uint32_t b = 1; b < m->bands; b++)
        if (pitch[b] > factor * m->band[b].threshold)
            sum += pitch[b];
    return sum;
}

/* The clean signal takes on the degraded one's mean spectrum, by 20 dB at most: a line's filtering
 * is heard less than its noise. */
static void compensate_response(model *m)
{
    double mean[2][TUFT_PESQ_BANDS] = {0}, all = 2.0 * (double)m->n / m->frame - 1.0;
    for (size_t f = 0; f < m->frames; f++) {
        if (audible(m, m->pitch[0] + f * m->bands, 100.0) < silent_power)
            continue;
        for (int k = 0; k < 2; k++)
            for (uint32_t b = 0; b < m->bands; b++) {
                double power = m->pitch[k][f * m->bands + b];
                mean[k][b] += power > 100.0 * m->band[b].threshold ? power / floor(all) : 0.0;
            }
    }
    for (uint32_t b = 0; b < m->bands; b++) {
        double gain = (mean[1][b] + 1000.0) / (mean[0][b] + 1000.0);
        gain = fmin(100.0, fmax(0.01, gain));
        for (size_t f = 0; f < m->frames; f++)
            m->pitch[0][f * m->bands + b] *= (float)gain;
    }
}

/* Zwicker & Feldtkeller's loudness density, in sone a Bark. */
static double loudness(const tuft_pesq_band *band, double power)
{
    if (!(power > band->threshold))
        return 0.0;
    return loudness_scale * pow(band->threshold / 0.5, band->exponent) *
           (pow(0.5 + 0.5 * power / band->threshold, band->exponent) - 1.0);
}

/* Norm of order p over bands, weighted by their width. */
static double over_bands(const model *m, const double *density, double p)
{
    double sum = 0.0, width = 0.0;
    for (uint32_t b = 1; b < m->bands; b++) {
        sum += pow(fabs(density[b]) * m->band[b].width_bark, p);
        width += m->band[b].width_bark;
    }
    return width * pow(sum / width, 1.0 / p);
}

/* What differs in a frame of equal loudness: less than a quarter of the softer one is masked. What
 * was added is heard as something of its own, what is missing is not: the asymmetry. */
static void compare(const model *m, const float *clean, const float *degraded, double *disturbance,
                    double *added)
{
    double density[TUFT_PESQ_BANDS];
    for (uint32_t b = 0; b < m->bands; b++) {
        double x = loudness(&m->band[b], clean[b]), y = loudness(&m->band[b], degraded[b]);
        density[b] = copysign(fmax(0.0, fabs(y - x) - 0.25 * fmin(x, y)), y - x);
    }
    *disturbance = over_bands(m, density, 2.0);
    for (uint32_t b = 0; b < m->bands; b++) {
        double factor = pow((degraded[b] + 50.0) / (clean[b] + 50.0), 1.2);
        density[b] *= factor < 3.0 ? 0.0 : fmin(12.0, factor);
    }
    *added = over_bands(m, density, 1.0);
}

/* Frames [from, to) of the degraded signal are brought to the clean one's power, slowly. */
static void compensate_gain(model *m, size_t from, size_t to)
{
    double last = 1.0;
    for (size_t f = from; f < to; f++) {
        float *clean = m->pitch[0] + f * m->bands, *degraded = m->pitch[1] + f * m->bands;
        double heard = audible(m, clean, 1.0);
        double gain = (heard + 5e3) / (audible(m, degraded, 1.0) + 5e3);
        last = f ? 0.2 * last + 0.8 * gain : gain;
        m->heard[f] = heard;
        for (uint32_t b = 0; b < m->bands; b++)
            degraded[b] *= (float)fmin(5.0, fmax(3e-4, last));
    }
}

/* Where the delay falls by more than half a frame, the degraded signal has lost what the clean one
 * still says: those frames do not count. */
static void forgive_jumps(model *m)
{
    size_t hop = hop_of(m->rate_hz);
    for (size_t k = 1; k < m->spans; k++) {
        ptrdiff_t jump = m->span[k].delay - m->span[k - 1].delay;
        if (jump >= -(ptrdiff_t)hop)
            continue;
        ptrdiff_t from = m->span[k].start + m->span[k].delay, to = m->span[k].start - jump;
        for (size_t f = from > 0 ? (size_t)from / hop : 0;
             f <= (size_t)(to > 0 ? to : 0) / hop + 1 && f + 1 < m->frames; f++)
            m->disturbance[f] = m->added[f] = 0.0;
    }
}

/* The degraded signal in the clean one's time. */
static void follow(const model *m, float *aligned)
{
    size_t k = 0;
    for (ptrdiff_t i = 0; i < (ptrdiff_t)m->n; i++) {
        k += k + 1 < m->spans && m->span[k + 1].start <= i;
        ptrdiff_t at = i + m->span[k].delay;
        aligned[i] = at >= 0 && at < (ptrdiff_t)m->n ? m->degraded[at] : 0.0f;
    }
}

/* A bad interval is tried again at the delay that fits it best; the better of both counts. */
static tuft_status retry(model *m, const float *aligned, size_t from, size_t to, tuft_error *err)
{
    size_t hop = hop_of(m->rate_hz), range = 4 * m->frame, start = from * hop;
    size_t length = (to - from) * hop + m->frame, all = length + 2 * range;
    ptrdiff_t lag;
    float *part;
    tuft_status status = TUFT_NEW(&part, 2 * all, "interval", err);
    if (status)
        return status;
    for (size_t i = 0; i < length && start + i < m->n; i++)
        part[range + i] = m->clean[start + i];
    for (size_t i = 0; i < all; i++)
        if (start + i >= range && start + i - range < m->n)
            part[all + i] = aligned[start + i - range];
    status = tuft_pesq_lag(part, part + all, all, range, 0.5, &lag, err);
    free(part);
    if (status)
        return status;
    for (size_t f = from; f < to; f++)
        pitch_powers(m, aligned, (ptrdiff_t)(f * hop) + lag, m->pitch[1] + f * m->bands);
    compensate_gain(m, from, to);
    for (size_t f = from; f < to; f++) {
        double disturbance, added;
        compare(m, m->pitch[0] + f * m->bands, m->pitch[1] + f * m->bands, &disturbance, &added);
        m->disturbance[f] = fmin(m->disturbance[f], disturbance);
        m->added[f] = fmin(m->added[f], added);
    }
    return TUFT_OK;
}

static int any_bad(const unsigned char *bad, size_t from, size_t to)
{
    for (size_t f = from; f <= to; f++)
        if (bad[f])
            return 1;
    return 0;
}

static tuft_status retry_bad(model *m, tuft_error *err)
{
    unsigned char *bad;
    float *aligned = NULL;
    size_t from = 0, count = 0;
    tuft_status status = TUFT_NEW(&bad, m->frames + 1, "frames", err);
    for (size_t f = 1; !status && f < m->frames; f++)
        count += bad[f] = m->disturbance[f] > bad_disturbance;
    if (!status && count)
        status = TUFT_NEW(&aligned, m->n, "sound", err);
    if (!status && count)
        follow(m, aligned);
    for (size_t f = BAD_SMEAR; !status && count && f + BAD_SMEAR + 1 < m->frames; f++) {
        int here = any_bad(bad, f - BAD_SMEAR, f) && any_bad(bad, f, f + BAD_SMEAR);
        int next = f + BAD_SMEAR + 2 < m->frames && any_bad(bad, f + 1 - BAD_SMEAR, f + 1) &&
                   any_bad(bad, f + 1, f + 1 + BAD_SMEAR);
        if (here && !from)
            from = f;
        if (here && !next) {
            if (f + 1 - from >= BAD_SHORTEST)
                status = retry(m, aligned, from, f + 1, err);
            from = 0;
        }
    }
    free(bad);
    free(aligned);
    return status;
}

/* Order 6 over syllables, which overlap by half, order 2 over time: short loud faults stand out.
 * Beyond 16 s the beginning counts less and less. */
static double over_time(const model *m, const double *value, size_t first, size_t last)
{
    double sum = 0.0, all = 0.0, total = 2.0 * (double)m->n / m->frame - 1.0;
    double tilt = last + 1 > 1000 ? fmin(0.5, fmax(0.0, (total - 1000.0) / 5500.0)) : 0.0;
    for (size_t s = first; s <= last; s += SYLLABLE / 2) {
        double syllable = 0.0, weight = 1.0 - tilt + tilt * (double)(s - first) / total;
        for (size_t f = s; f < s + SYLLABLE && f <= last; f++)
            syllable += pow(value[f], 6.0) / SYLLABLE;
        sum += pow(weight * pow(syllable, 1.0 / 6.0), 2.0);
        all += weight * weight;
    }
    return sqrt(sum / all);
}

/* Samples at one end of the clean signal that are as good as silent. */
static size_t silence(const model *m, int at_end)
{
    size_t skip = 0;
    for (; skip < m->n / 2; skip++) {
        double sum = 0.0;
        for (size_t i = 0; i < 5; i++)
            sum += fabsf(m->clean[at_end ? m->n - 1 - skip - i : skip + i]);
        if (sum >= edge_of_silence)
            break;
    }
    return skip;
}

static tuft_status judge(model *m, double *raw, tuft_error *err)
{
    size_t hop = hop_of(m->rate_hz), first = silence(m, 0) / hop, last = m->frames - 1;
    for (size_t f = 0; f < m->frames; f++) {
        ptrdiff_t at = (ptrdiff_t)(f * hop);
        pitch_powers(m, m->clean, at, m->pitch[0] + f * m->bands);
        pitch_powers(m, m->degraded, at + delay_at(m, at), m->pitch[1] + f * m->bands);
    }
    compensate_response(m);
    compensate_gain(m, 0, m->frames);
    for (size_t f = 0; f < m->frames; f++)
        compare(m, m->pitch[0] + f * m->bands, m->pitch[1] + f * m->bands, &m->disturbance[f],
                &m->added[f]);
    forgive_jumps(m);
    tuft_status status = retry_bad(m, err);
    if (status)
        return status;
    for (size_t f = 0; f < m->frames; f++) {
        double loud = pow((m->heard[f] + 1e5) / 1e7, 0.04);
        m->disturbance[f] = fmin(most_disturbance, m->disturbance[f] / loud);
        m->added[f] = fmin(most_disturbance, m->added[f] / loud);
    }
    first = first < last ? first : last;
    *raw = 4.5 - 0.1 * over_time(m, m->disturbance, first, last) -
           0.0309 * over_time(m, m->added, first, last);
    return TUFT_OK;
}

static tuft_status prepare(model *m, uint32_t rate_hz, tuft_error *err)
{
    const size_t hop = hop_of(rate_hz);
    m->rate_hz = rate_hz;
    m->frame = 2 * (uint32_t)hop;
    m->bands = tuft_pesq_bands(rate_hz, m->band);
    m->frames = (m->n - silence(m, 1)) / hop;
    tuft_status status = tuft_fft_new(&m->fft, m->frame, err);
    if (!status)
        status = TUFT_NEW(&m->window, m->frame, "window", err);
    if (!status)
        status = TUFT_NEW(&m->work, m->frame, "frame", err);
    if (!status)
        status = TUFT_NEW(&m->spectrum, hop + 1, "spectrum", err);
    for (int k = 0; !status && k < 2; k++)
        status = TUFT_NEW(&m->pitch[k], m->frames * m->bands, "bands", err);
    if (!status)
        status = TUFT_NEW(&m->heard, m->frames, "frames", err);
    if (!status)
        status = TUFT_NEW(&m->disturbance, m->frames, "frames", err);
    if (!status)
        status = TUFT_NEW(&m->added, m->frames, "frames", err);
    for (uint32_t i = 0; !status && i < m->frame; i++)
        m->window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * i / m->frame));
    return status;
}

tuft_status tuft_pesq_model(const float *clean, const float *degraded, size_t n, size_t padding,
                            uint32_t rate_hz, const tuft_pesq_span *span, size_t spans, double *raw,
                            tuft_error *err)
{
    model m = {
        .clean = clean, .degraded = degraded, .n = n + padding, .span = span, .spans = spans};
    if (rate_hz != 8000 && rate_hz != 16000)
        return tuft_fail(err, TUFT_INVALID, "PESQ at %u Hz, expected 8000 or 16000", rate_hz);
    if (m.n < rate_hz / 4)
        return tuft_fail(err, TUFT_INVALID, "%zu samples, PESQ needs a quarter of a second", m.n);
    tuft_status status = prepare(&m, rate_hz, err);
    if (!status)
        status = judge(&m, raw, err);
    tuft_fft_free(m.fft);
    free(m.window);
    free(m.work);
    free(m.spectrum);
    free(m.pitch[0]);
    free(m.pitch[1]);
    free(m.heard);
    free(m.disturbance);
    free(m.added);
    return status;
}
