#include "datasets/pesq_delay.h"

#include "core/memory.h"
#include "datasets/fft.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEPS_PER_S = 250, /* of the envelope: 4 ms */
    SHORTEST = 50,     /* steps of an utterance, and of the pause that ends one: 200 ms */
    BLIP = 4,          /* steps: shorter sounds are none */
    SEARCH = 75,       /* steps around the whole's delay that an utterance may lie: 300 ms */
    SPLITTABLE = 200,  /* steps: shorter utterances stay whole */
    CUTS = 16          /* places tried for a cut */
};

/* A delay other than the usual one needs this share of the votes, and so many times the usual
 * one's: in loud noise votes scatter, and the usual delay is the better guess. */
static const double clear_share = 0.3, better = 1.2;

/* Envelopes, in steps. */
typedef struct {
    float *level; /* ln of the power over its threshold, 0 below */
    size_t steps;
} envelope;

typedef struct {
    const float *clean, *degraded;
    size_t n, m;
    uint32_t rate_hz, step; /* samples of a step */
    envelope of_clean, of_degraded;
    tuft_fft *fft; /* of a frame of 64 ms */
    float *window, *frame[2], *histogram;
    float complex *spectrum[2];
} aligner;

typedef struct {
    ptrdiff_t crude, delay; /* samples */
    double confidence;      /* share of the votes at the delay */
} choice;

/* The delay with most votes whatever their share, or only a clear one. */
typedef enum { TALLY_MOST, TALLY_CLEAR } tally;

typedef struct {
    size_t from, to; /* steps of the clean signal */
    choice is;
} utterance;

/* One frame's vote. */
typedef struct {
    uint32_t bin;
    float weight;
} vote;

/* Correlation of a[na] and b[nb] at every lag: c[lag mod size] = sum a[i] b[i + lag]. */
static tuft_status correlate(const float *a, size_t na, const float *b, size_t nb, float **c,
                             size_t *size, tuft_error *err)
{
    tuft_fft *fft;
    float *in = NULL;
    float complex *fa = NULL, *fb = NULL;
    *c = NULL;
    *size = 2;
    while (*size < na + nb)
        *size *= 2;
    if (*size > TUFT_FFT_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "%zu samples are too many to correlate", na + nb);
    tuft_status status = tuft_fft_new(&fft, (uint32_t)*size, err);
    if (!status)
        status = TUFT_NEW(&in, *size, "correlation", err);
    if (!status)
        status = TUFT_NEW(c, *size, "correlation", err);
    if (!status)
        status = TUFT_NEW(&fa, *size / 2 + 1, "correlation", err);
    if (!status)
        status = TUFT_NEW(&fb, *size / 2 + 1, "correlation", err);
    if (!status) {
        memcpy(in, a, na * sizeof *in);
        tuft_fft_forward(fft, in, fa);
        memset(in, 0, *size * sizeof *in);
        memcpy(in, b, nb * sizeof *in);
        tuft_fft_forward(fft, in, fb);
        for (size_t k = 0; k <= *size / 2; k++)
            fb[k] *= conjf(fa[k]) / (float)*size;
        tuft_fft_inverse(fft, fb, *c);
    }
    tuft_fft_free(fft);
    free(in);
    free(fa);
    free(fb);
    if (status) {
        free(*c);
        *c = NULL;
    }
    return status;
}

/* The lag in [low, high] with the largest correlation; lag 0 if that is nowhere positive. */
static ptrdiff_t best_lag(const float *c, size_t size, ptrdiff_t low, ptrdiff_t high, double *value)
{
    ptrdiff_t best = 0;
    *value = 0.0;
    for (ptrdiff_t lag = low; lag <= high; lag++) {
        float here = c[lag < 0 ? (size_t)((ptrdiff_t)size + lag) : (size_t)lag];
        if (here > *value) {
            *value = here;
            best = lag;
        }
    }
    return best;
}

tuft_status tuft_pesq_lag(const float *a, const float *b, size_t n, size_t range, double least,
                          ptrdiff_t *lag, tuft_error *err)
{
    float *magnitude, *c = NULL;
    size_t size;
    double of_a = 0.0, of_b = 0.0, value;
    *lag = 0;
    tuft_status status = TUFT_NEW(&magnitude, 2 * n, "correlation", err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        magnitude[i] = fabsf(a[i]);
        magnitude[n + i] = fabsf(b[i]);
        of_a += (double)a[i] * a[i];
        of_b += (double)b[i] * b[i];
    }
    status = correlate(magnitude, n, magnitude + n, n, &c, &size, err);
    if (!status) {
        ptrdiff_t best = best_lag(c, size, -(ptrdiff_t)range, (ptrdiff_t)range, &value);
        if (value >= least * sqrt(of_a * of_b) && value > 0.0)
            *lag = best;
    }
    free(magnitude);
    free(c);
    return status;
}

/* Steps are sound where their power is above what the quiet steps have: the threshold starts at
 * the mean and settles two deviations over the mean of the steps below it. */
static tuft_status envelope_of(envelope *out, const float *sample, size_t n, uint32_t step,
                               tuft_error *err)
{
    double mean = 0.0, loudest = 0.0;
    out->steps = n / step;
    tuft_status status = TUFT_NEW(&out->level, out->steps + 1, "envelope", err);
    if (status)
        return status;
    for (size_t s = 0; s < out->steps; s++) {
        double sum = 0.0;
        for (size_t i = s * step; i < (s + 1) * step; i++)
            sum += (double)sample[i] * sample[i];
        out->level[s] = (float)(sum / step);
        mean += sum / step / (double)out->steps;
        loudest = fmax(loudest, sum / step);
    }
    double threshold = mean;
    for (int round = 0; round < 12; round++) {
        double below = 0.0, square = 0.0, count = 0.0;
        for (size_t s = 0; s < out->steps; s++)
            if (out->level[s] <= threshold) {
                below += out->level[s];
                square += (double)out->level[s] * out->level[s];
                count++;
            }
        if (count < 1.0)
            break;
        below /= count;
        double next = 1.001 * (below + 2.0 * sqrt(fmax(0.0, square / count - below * below)));
        if (next >= threshold)
            break;
        threshold = next;
    }
    threshold = fmax(threshold, 1e-6 * loudest);
    for (size_t s = 0; s < out->steps; s++)
        out->level[s] = out->level[s] > threshold ? (float)log(out->level[s] / threshold) : 0.0f;
    return TUFT_OK;
}

/* Delay, in samples and a multiple of a step, of the clean steps [from, to) within `reach` steps of
 * `around`; around itself where envelopes say nothing. */
static tuft_status crude_delay(const aligner *a, size_t from, size_t to, ptrdiff_t around,
                               ptrdiff_t reach, ptrdiff_t *delay, tuft_error *err)
{
    float *c;
    size_t size;
    double value;
    tuft_status status = correlate(a->of_clean.level + from, to - from, a->of_degraded.level,
                                   a->of_degraded.steps, &c, &size, err);
    if (status)
        return status;
    ptrdiff_t low = around - reach + (ptrdiff_t)from, high = around + reach + (ptrdiff_t)from;
    low = low < -(ptrdiff_t)(to - from) + 1 ? -(ptrdiff_t)(to - from) + 1 : low;
    high = high > (ptrdiff_t)a->of_degraded.steps - 1 ? (ptrdiff_t)a->of_degraded.steps - 1 : high;
    ptrdiff_t best = best_lag(c, size, low, high, &value);
    *delay = (value > 0.0 ? best - (ptrdiff_t)from : around) * (ptrdiff_t)a->step;
    free(c);
    return TUFT_OK;
}

static void windowed(const aligner *a, const float *sample, size_t n, ptrdiff_t at, float *frame)
{
    for (ptrdiff_t i = 0; i < (ptrdiff_t)tuft_fft_size(a->fft); i++)
        frame[i] = at + i >= 0 && at + i < (ptrdiff_t)n ? sample[at + i] * a->window[i] : 0.0f;
}

/* The lag around crude at which one frame agrees best, and how well. */
static vote cast(const aligner *a, ptrdiff_t at, ptrdiff_t crude)
{
    uint32_t size = tuft_fft_size(a->fft);
    vote best = {0};
    windowed(a, a->clean, a->n, at, a->frame[0]);
    windowed(a, a->degraded, a->m, at + crude, a->frame[1]);
    tuft_fft_forward(a->fft, a->frame[0], a->spectrum[0]);
    tuft_fft_forward(a->fft, a->frame[1], a->spectrum[1]);
    for (uint32_t k = 0; k < tuft_fft_bins(a->fft); k++)
        a->spectrum[1][k] *= conjf(a->spectrum[0][k]);
    tuft_fft_inverse(a->fft, a->spectrum[1], a->frame[1]);
    for (uint32_t i = 0; i < size; i++)
        if (fabsf(a->frame[1][i]) > best.weight)
            best = (vote){i, fabsf(a->frame[1][i])};
    best.weight = powf(best.weight, 0.125f);
    return best;
}

/* Votes of the steps [from, to): four a frame's length. *votes is the caller's. */
static tuft_status cast_all(const aligner *a, size_t from, size_t to, ptrdiff_t crude, vote **votes,
                            size_t *count, tuft_error *err)
{
    size_t hop = tuft_fft_size(a->fft) / 4, length = (to - from) * a->step;
    *count = length / hop > 3 ? length / hop - 3 : 1;
    tuft_status status = TUFT_NEW(votes, *count, "votes", err);
    for (size_t v = 0; !status && v < *count; v++)
        (*votes)[v] = cast(a, (ptrdiff_t)(from * a->step + v * hop), crude);
    return status;
}

/* Share of the votes within a triangle of 1 ms around a lag (modulo the frame). */
static double support(const aligner *a, ptrdiff_t lag)
{
    ptrdiff_t half = (ptrdiff_t)(a->rate_hz / 1000), size = (ptrdiff_t)tuft_fft_size(a->fft);
    double sum = 0.0;
    for (ptrdiff_t k = 1 - half; k < half; k++)
        sum +=
            a->histogram[((lag + k) % size + size) % size] * (1.0 - fabs((double)k) / (double)half);
    return sum;
}

/* What the votes choose: the delay that has most, if that is clear, or else `usual`, which lies
 * within the reach of the votes (half a frame around crude). */
static choice elect(const aligner *a, const vote *votes, size_t count, ptrdiff_t crude,
                    ptrdiff_t usual, tally rule)
{
    uint32_t size = tuft_fft_size(a->fft);
    choice chosen = {.crude = crude, .delay = usual};
    ptrdiff_t best = 0;
    double all = 0.0, most = -1.0;
    memset(a->histogram, 0, size * sizeof *a->histogram);
    for (size_t v = 0; v < count; v++)
        all += votes[v].weight;
    for (size_t v = 0; v < count && all > 0.0; v++)
        a->histogram[votes[v].bin] += (float)(votes[v].weight / all);
    for (ptrdiff_t bin = 0; bin < (ptrdiff_t)size; bin++) {
        double here = support(a, bin);
        if (here > most) {
            most = here;
            best = bin;
        }
    }
    chosen.confidence = most;
    if (rule == TALLY_CLEAR && (most < clear_share || most < better * support(a, usual - crude)))
        chosen.confidence = support(a, usual - crude);
    else
        chosen.delay = crude + (best >= (ptrdiff_t)size / 2 ? best - (ptrdiff_t)size : best);
    return chosen;
}

static tuft_status poll(const aligner *a, size_t from, size_t to, ptrdiff_t crude, ptrdiff_t usual,
                        tally rule, choice *chosen, tuft_error *err)
{
    vote *votes;
    size_t count;
    tuft_status status = cast_all(a, from, to, crude, &votes, &count, err);
    if (!status)
        *chosen = elect(a, votes, count, crude, usual, rule);
    free(votes);
    return status;
}

/* The delay of u: near the usual one, or where the envelopes say, if the votes are clear there. */
static tuft_status align(const aligner *a, utterance *u, ptrdiff_t usual, tuft_error *err)
{
    ptrdiff_t step = (ptrdiff_t)a->step, crude;
    choice other;
    tuft_status status = poll(a, u->from, u->to, usual, usual, TALLY_CLEAR, &u->is, err);
    if (!status)
        status = crude_delay(a, u->from, u->to, usual / step, SEARCH, &crude, err);
    if (status || labs(crude - usual) <= step)
        return status;
    status = poll(a, u->from, u->to, crude, crude, TALLY_MOST, &other, err);
    if (!status && other.confidence >= clear_share && other.confidence > better * u->is.confidence)
        u->is = other;
    return status;
}

/* The best cut of u, if both parts agree better with delays of their own. */
static tuft_status cut(const aligner *a, const utterance *u, utterance part[2], int *found,
                       tuft_error *err)
{
    double best = 2.0 * u->is.confidence;
    size_t length = u->to - u->from;
    *found = 0;
    for (size_t c = 1; c < CUTS; c++) {
        size_t at = u->from + length * c / CUTS;
        utterance side[2] = {{.from = u->from, .to = at}, {.from = at, .to = u->to}};
        if (at - u->from < SHORTEST || u->to - at < SHORTEST)
            continue;
        for (int k = 0; k < 2; k++) {
            tuft_status status = align(a, &side[k], u->is.delay, err);
            if (status)
                return status;
        }
        double sum = side[0].is.confidence + side[1].is.confidence;
        if (side[0].is.delay != side[1].is.delay && sum > best &&
            side[0].is.confidence > u->is.confidence && side[1].is.confidence > u->is.confidence) {
            best = sum;
            part[0] = side[0];
            part[1] = side[1];
            *found = 1;
        }
    }
    return TUFT_OK;
}

/* u, or the parts it falls into, appended to span[]. */
static tuft_status settle(const aligner *a, utterance u, tuft_pesq_span *span, size_t *count,
                          tuft_error *err)
{
    utterance stack[16] = {u};
    size_t depth = 1;
    while (depth) {
        utterance part[2], top = stack[--depth];
        int found = 0;
        if (top.to - top.from >= SPLITTABLE && depth + 2 <= sizeof stack / sizeof *stack) {
            tuft_status status = cut(a, &top, part, &found, err);
            if (status)
                return status;
        }
        if (found) {
            stack[depth++] = part[1];
            stack[depth++] = part[0];
        } else if (*count < TUFT_PESQ_SPANS) {
            span[(*count)++] = (tuft_pesq_span){(ptrdiff_t)(top.from * a->step), top.is.delay};
        }
    }
    return TUFT_OK;
}

/* The next utterance from step *at on; 0 if there is none. */
static int next_utterance(const aligner *a, size_t *at, utterance *u)
{
    const float *level = a->of_clean.level;
    size_t steps = a->of_clean.steps;
    while (*at < steps) {
        size_t from = *at, last, quiet = 0;
        while (from < steps && level[from] <= 0.0f)
            from++;
        last = from;
        for (size_t s = from; s < steps && quiet < SHORTEST; s++) {
            quiet = level[s] > 0.0f ? 0 : quiet + 1;
            last = level[s] > 0.0f ? s + 1 : last;
        }
        *at = last > from ? last : steps;
        if (last - from >= SHORTEST) {
            *u = (utterance){.from = from, .to = last};
            return 1;
        }
    }
    return 0;
}

static void drop_blips(envelope *e)
{
    for (size_t s = 0; s < e->steps;) {
        size_t end = s;
        while (end < e->steps && e->level[end] > 0.0f)
            end++;
        if (end - s <= BLIP)
            memset(e->level + s, 0, (end - s) * sizeof *e->level);
        s = end + 1;
    }
}

/* The delay of the whole: by the waveforms, which noise troubles least, or by the envelopes, which
 * stand filters that turn phases; whichever more frames agree with. */
static tuft_status whole_delay(const aligner *a, ptrdiff_t *delay, tuft_error *err)
{
    size_t size, steps = a->of_clean.steps;
    ptrdiff_t reach = (ptrdiff_t)(steps + a->of_degraded.steps), crude;
    double value;
    float *c;
    choice by_wave, by_envelope;
    tuft_status status = correlate(a->clean, a->n, a->degraded, a->m, &c, &size, err);
    if (status)
        return status;
    crude = best_lag(c, size, 1 - (ptrdiff_t)a->n, (ptrdiff_t)a->m - 1, &value);
    free(c);
    status = poll(a, 0, steps, crude, crude, TALLY_MOST, &by_wave, err);
    if (!status)
        status = crude_delay(a, 0, steps, 0, reach, &crude, err);
    if (!status)
        status = poll(a, 0, steps, crude, crude, TALLY_MOST, &by_envelope, err);
    if (!status)
        *delay = by_envelope.confidence > by_wave.confidence ? by_envelope.delay : by_wave.delay;
    return status;
}

/* A span begins halfway between an utterance's end and the next one's beginning. */
static tuft_status all_spans(const aligner *a, tuft_pesq_span *span, size_t *count, tuft_error *err)
{
    ptrdiff_t whole = 0, last_end = 0;
    size_t at = 0, kept = 0;
    utterance u;
    *count = 0;
    tuft_status status = whole_delay(a, &whole, err);
    while (!status && next_utterance(a, &at, &u)) {
        size_t first = *count;
        status = align(a, &u, whole, err);
        if (!status)
            status = settle(a, u, span, count, err);
        if (first < *count)
            span[first].start = first ? (last_end + span[first].start) / 2 : 0;
        last_end = (ptrdiff_t)(u.to * a->step);
    }
    if (!*count)
        span[(*count)++] = (tuft_pesq_span){0, whole};
    for (size_t i = 0; !status && i < *count; i++)
        if (!i || span[i].delay != span[kept - 1].delay)
            span[kept++] = span[i];
    *count = kept;
    return status;
}

tuft_status tuft_pesq_delays(const float *clean, size_t n, const float *degraded, size_t m,
                             uint32_t rate_hz, tuft_pesq_span span[TUFT_PESQ_SPANS], size_t *count,
                             tuft_error *err)
{
    aligner a = {.clean = clean,
                 .degraded = degraded,
                 .n = n,
                 .m = m,
                 .rate_hz = rate_hz,
                 .step = rate_hz / STEPS_PER_S};
    uint32_t size = rate_hz * 64 / 1000;
    *count = 0;
    tuft_status status = envelope_of(&a.of_clean, clean, n, a.step, err);
    if (!status)
        status = envelope_of(&a.of_degraded, degraded, m, a.step, err);
    if (!status)
        status = tuft_fft_new(&a.fft, size, err);
    if (!status)
        status = TUFT_NEW(&a.window, size, "window", err);
    if (!status)
        status = TUFT_NEW(&a.histogram, size, "histogram", err);
    for (int k = 0; !status && k < 2; k++) {
        status = TUFT_NEW(&a.frame[k], size, "frame", err);
        if (!status)
            status = TUFT_NEW(&a.spectrum[k], size / 2 + 1, "frame", err);
    }
    for (uint32_t i = 0; !status && i < size; i++)
        a.window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * i / size));
    if (!status) {
        drop_blips(&a.of_clean);
        drop_blips(&a.of_degraded);
        status = all_spans(&a, span, count, err);
    }
    tuft_fft_free(a.fft);
    free(a.of_clean.level);
    free(a.of_degraded.level);
    free(a.window);
    free(a.histogram);
    for (int k = 0; k < 2; k++) {
        free(a.frame[k]);
        free(a.spectrum[k]);
    }
    return status;
}
