#include "datasets/cochlea.h"

#include "core/memory.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>

enum { CHANNEL_LIMIT = 1024, STAGES = 4, ARRAYS = 2 + 2 * STAGES + 6 };

tuft_cochlea_parameters tuft_cochlea_defaults(void)
{
    return (tuft_cochlea_parameters){.channels = 64,
                                     .low_hz = 100.0,
                                     .high_hz = 0.0,
                                     .scale = TUFT_COCHLEA_ERB,
                                     .bandwidth_erb = 1.019,
                                     .level = TUFT_LEVEL_RMS,
                                     .target_level = 0.1,
                                     .hair_cell_hz = 1000.0,
                                     .compression = TUFT_COMPRESSION_FOURTH_ROOT,
                                     .floor = 1e-3,
                                     .adaptation = 0.3,
                                     .adaptation_ms = 60.0,
                                     .generation = TUFT_COCHLEA_INTEGRATE,
                                     .threshold = 2e-4,
                                     .refractory_us = 500.0};
}

double tuft_cochlea_erb_hz(double hz)
{
    return 24.7 * (4.37e-3 * hz + 1.0);
}

/* Number of the scale at a frequency and back. ERB number: Glasberg & Moore 1990; mel:
 * O'Shaughnessy 1987. */
static double scale_of(tuft_cochlea_scale scale, double hz)
{
    return scale == TUFT_COCHLEA_MEL ? 2595.0 * log10(1.0 + hz / 700.0)
                                     : 21.4 * log10(1.0 + 4.37e-3 * hz);
}

static double hz_of(tuft_cochlea_scale scale, double number)
{
    return scale == TUFT_COCHLEA_MEL ? 700.0 * (pow(10.0, number / 2595.0) - 1.0)
                                     : (pow(10.0, number / 21.4) - 1.0) / 4.37e-3;
}

static tuft_status check(const tuft_cochlea_parameters *p, double rate_hz, tuft_error *err)
{
    if (!(rate_hz >= 4000.0 && rate_hz <= 192000.0))
        return tuft_fail(err, TUFT_INVALID, "cochlea: sample rate %g Hz, expected 4000 to 192000",
                         rate_hz);
    if (p->channels < 1 || p->channels > CHANNEL_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "cochlea: %u channels, expected 1 to %d", p->channels,
                         CHANNEL_LIMIT);
    double high = p->high_hz == 0.0 ? 0.45 * rate_hz : p->high_hz;
    if (!(p->low_hz > 0.0 && p->low_hz < high && high <= 0.5 * rate_hz))
        return tuft_fail(err, TUFT_INVALID,
                         "cochlea: centres from %g to %g Hz, expected 0 < low < high <= %g",
                         p->low_hz, high, 0.5 * rate_hz);
    if (!(p->target_level > 0.0 && p->target_level < 1e6) || !(p->hair_cell_hz > 0.0) ||
        !(p->floor >= 0.0 && p->floor < 1.0) || !(p->adaptation >= 0.0 && p->adaptation <= 1.0) ||
        !(p->adaptation_ms > 0.0) || !(p->threshold > 1e-9 && p->threshold < 1e9) ||
        !(p->refractory_us >= 0.0 && p->refractory_us < 1e9))
        return tuft_fail(err, TUFT_INVALID,
                         "cochlea: level %g, hair cell %g Hz, floor %g, adaptation %g, %g ms, "
                         "threshold %g, refractory %g us: one is out of range",
                         p->target_level, p->hair_cell_hz, p->floor, p->adaptation,
                         p->adaptation_ms, p->threshold, p->refractory_us);
    if (!(p->bandwidth_erb >= 0.1 && p->bandwidth_erb <= 10))
        return tuft_fail(err, TUFT_INVALID, "cochlea: bandwidth %g ERB, expected 0.1 to 10",
                         p->bandwidth_erb);
    if ((unsigned)p->scale > TUFT_COCHLEA_MEL || (unsigned)p->compression > TUFT_COMPRESSION_LOG ||
        (unsigned)p->generation > TUFT_COCHLEA_DELTA || (unsigned)p->level > TUFT_LEVEL_RMS)
        return tuft_fail(err, TUFT_INVALID,
                         "cochlea: unknown scale, compression, generation or "
                         "level");
    return TUFT_OK;
}

tuft_status tuft_cochlea_centre_hz(const tuft_cochlea_parameters *p, double rate_hz, double *centre,
                                   tuft_error *err)
{
    tuft_status status = check(p, rate_hz, err);
    if (status)
        return status;
    double low = scale_of(p->scale, p->low_hz);
    double high = scale_of(p->scale, p->high_hz == 0.0 ? 0.45 * rate_hz : p->high_hz);
    for (uint32_t c = 0; c < p->channels; c++)
        centre[c] = p->channels == 1 ? p->low_hz
                                     : hz_of(p->scale, low + (high - low) * c / (p->channels - 1));
    return TUFT_OK;
}

/* One row of `width` floats (channels rounded up to whole vectors) for each quantity. */
typedef struct {
    uint32_t width;
    float *memory;
    float *pole_re, *pole_im, *gain;                  /* coefficients; gain on the input */
    float *stage_re[STAGES], *stage_im[STAGES];       /* gammatone */
    float *smooth1, *smooth2, *drive, *slow, *charge; /* hair cell, adaptation, spikes */
    float hair_cell, adapt, share, quiet;             /* one-pole coefficients, drive at floor */
} bank;

static tuft_status bank_new(bank *b, const tuft_cochlea_parameters *p, double rate_hz,
                            tuft_error *err)
{
    double centre[CHANNEL_LIMIT];
    tuft_status status = tuft_cochlea_centre_hz(p, rate_hz, centre, err);
    if (status)
        return status;
    b->width = (p->channels + 15) / 16 * 16;
    status = TUFT_NEW(&b->memory, (size_t)b->width * ARRAYS, "cochlea state", err);
    if (status)
        return status;
    float *next = b->memory;
    float **row[ARRAYS] = {&b->pole_re, &b->pole_im, &b->gain, &b->smooth1,
                           &b->smooth2, &b->drive,   &b->slow, &b->charge};
    for (int s = 0; s < STAGES; s++) {
        row[8 + 2 * s] = &b->stage_re[s];
        row[9 + 2 * s] = &b->stage_im[s];
    }
    for (int r = 0; r < ARRAYS; r++, next += b->width)
        *row[r] = next;
    for (uint32_t c = 0; c < p->channels; c++) {
        double radius =
            exp(-2.0 * M_PI * p->bandwidth_erb * tuft_cochlea_erb_hz(centre[c]) / rate_hz);
        double angle = 2.0 * M_PI * centre[c] / rate_hz;
        b->pole_re[c] = (float)(radius * cos(angle));
        b->pole_im[c] = (float)(radius * sin(angle));
        b->gain[c] = (float)(2.0 * pow(1.0 - radius, STAGES));
    }
    b->hair_cell = (float)(1.0 - exp(-2.0 * M_PI * p->hair_cell_hz / rate_hz));
    b->adapt = (float)(1.0 - exp(-1e3 / (p->adaptation_ms * rate_hz)));
    b->share = (float)p->adaptation;
    return TUFT_OK;
}

/* One sample through filters and hair cell: b->smooth2 is the rectified amplitude. */
TUFT_CLONES static void advance(const bank *b, float x)
{
    float *restrict out = b->drive;
    const float *restrict gain = b->gain;
    for (uint32_t c = 0; c < b->width; c++)
        out[c] = x * gain[c];
    /* The first section takes a real input, the others the section before. */
    const float *restrict pr = b->pole_re, *restrict pi = b->pole_im;
    float *restrict r0 = b->stage_re[0], *restrict i0 = b->stage_im[0];
    float *restrict r1 = b->stage_re[1], *restrict i1 = b->stage_im[1];
    float *restrict r2 = b->stage_re[2], *restrict i2 = b->stage_im[2];
    float *restrict r3 = b->stage_re[3], *restrict i3 = b->stage_im[3];
    float *restrict smooth1 = b->smooth1, *restrict smooth2 = b->smooth2;
    const float k = b->hair_cell;
    for (uint32_t c = 0; c < b->width; c++) {
        float re = pr[c], im = pi[c], t;
        t = out[c] + re * r0[c] - im * i0[c];
        i0[c] = re * i0[c] + im * r0[c];
        r0[c] = t;
        t = t + re * r1[c] - im * i1[c];
        i1[c] = i0[c] + re * i1[c] + im * r1[c];
        r1[c] = t;
        t = t + re * r2[c] - im * i2[c];
        i2[c] = i1[c] + re * i2[c] + im * r2[c];
        r2[c] = t;
        t = t + re * r3[c] - im * i3[c];
        i3[c] = i2[c] + re * i3[c] + im * r3[c];
        r3[c] = t;
        t = t > 0.0f ? t : 0.0f;
        smooth1[c] += k * (t - smooth1[c]);
        smooth2[c] += k * (smooth1[c] - smooth2[c]);
    }
}

static float compress_one(tuft_cochlea_compression compression, float r)
{
    switch (compression) {
    case TUFT_COMPRESSION_SQUARE_ROOT:
        return sqrtf(r);
    case TUFT_COMPRESSION_FOURTH_ROOT:
        return sqrtf(sqrtf(r));
    case TUFT_COMPRESSION_LOG:
        return log1pf(1000.0f * r) / log1pf(1000.0f);
    default:
        return r;
    }
}

TUFT_CLONES static void compress_fourth_root(const bank *b)
{
    float *restrict drive = b->drive;
    const float *restrict amplitude = b->smooth2;
    for (uint32_t c = 0; c < b->width; c++)
        drive[c] = sqrtf(sqrtf(amplitude[c]));
}

static void compress(const bank *b, tuft_cochlea_compression compression)
{
    if (compression == TUFT_COMPRESSION_FOURTH_ROOT) {
        compress_fourth_root(b);
        return;
    }
    for (uint32_t c = 0; c < b->width; c++)
        b->drive[c] = compress_one(compression, b->smooth2[c]);
}

/* Takes floor and slow average off the compressed amplitude. */
TUFT_CLONES static void adapt(const bank *b)
{
    float *restrict drive = b->drive, *restrict slow = b->slow;
    const float k = b->adapt, share = b->share, quiet = b->quiet;
    for (uint32_t c = 0; c < b->width; c++) {
        float d = drive[c] - quiet;
        d = d > 0.0f ? d : 0.0f;
        slow[c] += k * (d - slow[c]);
        d -= share * slow[c];
        drive[c] = d > 0.0f ? d : 0.0f;
    }
}

/* Spike trains of all channels. next[c] is the first sample at which channel c may spike again.
 * charge: integrate: the integral; delta: the drive last reported. */
static tuft_status fire(const bank *b, const tuft_cochlea_parameters *p, size_t i, double rate_hz,
                        size_t *next, tuft_events *out, tuft_error *err)
{
    const float threshold = (float)p->threshold;
    const float step = p->generation == TUFT_COCHLEA_INTEGRATE ? (float)(1.0 / rate_hz) : 0.0f;
    const size_t hold = (size_t)llround(p->refractory_us * 1e-6 * rate_hz);
    for (uint32_t c = 0; c < p->channels; c++) {
        float grown, before;
        if (step > 0.0f) {
            before = b->charge[c];
            grown = i < next[c] ? 0.0f : step * b->drive[c];
            b->charge[c] += grown;
            if (b->charge[c] < threshold)
                continue;
            b->charge[c] = fminf(b->charge[c] - threshold, threshold);
        } else {
            before = 0.0f;
            grown = b->drive[c] - b->charge[c];
            if (grown < 0.0f)
                b->charge[c] = b->drive[c];
            if (i < next[c] || grown < threshold)
                continue;
            b->charge[c] += threshold;
        }
        double share = grown > 0.0f ? (threshold - before) / grown : 1.0;
        share = share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share;
        next[c] = i + 1 + hold;
        tuft_status status =
            tuft_events_push(out, llround(((double)i + share) / rate_hz * 1e6), c, err);
        if (status)
            return status;
    }
    return TUFT_OK;
}

static tuft_status level_gain(const float *sample, size_t n, const tuft_cochlea_parameters *p,
                              double *gain, tuft_error *err)
{
    double peak = 0.0, power = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(sample[i]))
            return tuft_fail(err, TUFT_NUMERIC, "cochlea: sample %zu of %zu is %g", i, n,
                             (double)sample[i]);
        peak = fmax(peak, fabs((double)sample[i]));
        power += (double)sample[i] * sample[i];
    }
    double level = p->level == TUFT_LEVEL_PEAK ? peak : sqrt(power / (double)n);
    *gain = p->level == TUFT_LEVEL_AS_IS ? 1.0 : level > 0.0 ? p->target_level / level : 0.0;
    if (!(peak * *gain < 1e6))
        return tuft_fail(err, TUFT_NUMERIC, "cochlea: peak of %g, expected about 1", peak);
    return TUFT_OK;
}

tuft_status tuft_cochlea_encode(const float *sample, size_t n, double rate_hz,
                                const tuft_cochlea_parameters *p, tuft_events *out, tuft_error *err)
{
    *out = (tuft_events){0};
    if (n == 0)
        return tuft_fail(err, TUFT_INVALID, "cochlea: no samples");
    tuft_status status = check(p, rate_hz, err);
    double gain = 0.0;
    if (!status)
        status = level_gain(sample, n, p, &gain, err);
    bank b = {0};
    if (!status)
        status = bank_new(&b, p, rate_hz, err);
    if (status)
        return status;
    b.quiet = compress_one(p->compression, (float)p->floor);
    size_t next[CHANNEL_LIMIT] = {0};
    for (size_t i = 0; i < n && !status; i++) {
        /* The added 1e-30 keeps decaying states off the slow subnormal numbers. */
        advance(&b, (float)(sample[i] * gain) + 1e-30f);
        compress(&b, p->compression);
        adapt(&b);
        status = fire(&b, p, i, rate_hz, next, out, err);
    }
    free(b.memory);
    if (!status)
        status = tuft_events_sort(out, err);
    if (status)
        tuft_events_free(out);
    return status;
}
