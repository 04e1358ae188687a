#include "datasets/formant.h"

#include "core/memory.h"
#include "core/philox.h"

#include <math.h>

enum { PHONES = 6, FORMANTS = 4 };

#define STEADY(a, b, c)                                                                            \
    {a, b, c},                                                                                     \
    {                                                                                              \
        a, b, c                                                                                    \
    }

/* Formant targets after the averages of Peterson & Barney (1952) for men. */
static const tuft_formant_phone word[10][PHONES] = {
    {{80, STEADY(280, 1700, 2500), 0.25, 0.5, 5500},
     {90, {300, 2000, 2600}, {380, 1300, 1800}, 1, 0, 0},
     {60, {400, 1100, 1600}, {480, 950, 2000}, 0.9, 0, 0},
     {190, {530, 950, 2400}, {380, 800, 2400}, 1, 0, 0}},
    {{70, {300, 620, 2200}, {450, 800, 2300}, 0.8, 0, 0},
     {160, {600, 1050, 2400}, {640, 1250, 2500}, 1, 0, 0},
     {110, STEADY(280, 1450, 2400), 0.35, 0, 0}},
    {{40, STEADY(350, 1700, 2600), 0, 0, 0},
     {45, STEADY(350, 1700, 2600), 0, 0.9, 4500},
     {220, {320, 1400, 2300}, {310, 900, 2250}, 1, 0, 0}},
    {{90, STEADY(350, 1400, 2500), 0, 0.2, 6000},
     {80, {400, 1100, 1550}, {380, 1400, 1800}, 0.9, 0, 0},
     {220, {300, 2100, 2800}, {280, 2280, 3000}, 1, 0, 0}},
    {{95, STEADY(400, 1100, 2300), 0, 0.2, 4200},
     {180, {560, 850, 2400}, {560, 880, 2300}, 1, 0, 0},
     {110, {500, 1000, 2000}, {450, 1200, 1650}, 0.8, 0, 0}},
    {{95, STEADY(400, 1100, 2300), 0, 0.2, 4200},
     {130, {740, 1150, 2450}, {680, 1400, 2500}, 1, 0, 0},
     {120, {600, 1600, 2500}, {350, 2050, 2600}, 1, 0, 0},
     {80, STEADY(280, 1200, 2300), 0.3, 0.1, 4200}},
    {{120, STEADY(350, 1700, 2600), 0, 0.8, 6200},
     {110, STEADY(400, 1980, 2550), 1, 0, 0},
     {60, STEADY(350, 1900, 2500), 0, 0, 0},
     {25, STEADY(350, 1900, 2500), 0, 0.8, 2200},
     {140, STEADY(350, 1700, 2600), 0, 0.7, 6200}},
    {{120, STEADY(350, 1700, 2600), 0, 0.8, 6200},
     {110, STEADY(540, 1820, 2480), 1, 0, 0},
     {55, STEADY(300, 1300, 2300), 0.35, 0.1, 4200},
     {75, STEADY(520, 1350, 2450), 0.8, 0, 0},
     {110, STEADY(280, 1450, 2400), 0.35, 0, 0}},
    {{90, {500, 1850, 2500}, {430, 2050, 2550}, 1, 0, 0},
     {110, {420, 2080, 2600}, {320, 2250, 2800}, 1, 0, 0},
     {65, STEADY(320, 1900, 2700), 0, 0, 0},
     {50, STEADY(320, 1900, 2700), 0, 0.7, 4500}},
    {{80, STEADY(280, 1450, 2400), 0.35, 0, 0},
     {130, {720, 1200, 2450}, {680, 1400, 2500}, 1, 0, 0},
     {110, {600, 1600, 2500}, {350, 2050, 2600}, 1, 0, 0},
     {110, STEADY(280, 1500, 2400), 0.35, 0, 0}},
};

typedef struct {
    double y1, y2;
} resonator;

/* Klatt (1980), eq. 1-3: y = A x + B y1 + C y2, unit gain at 0 Hz. */
static double resonate(resonator *r, double x, double hz, double width_hz)
{
    const double t = 1.0 / TUFT_FORMANT_RATE_HZ;
    double c = -exp(-2.0 * M_PI * width_hz * t);
    double b = 2.0 * exp(-M_PI * width_hz * t) * cos(2.0 * M_PI * hz * t);
    double y = (1.0 - b - c) * x + b * r->y1 + c * r->y2;
    r->y2 = r->y1;
    r->y1 = y;
    return y;
}

/* Everything that runs on from one phone to the next. */
typedef struct {
    resonator glottis, formant[FORMANTS], hiss;
    double phase, voice, noise, before, seconds;
    tuft_random random;
} synthesiser;

static double next_sample(synthesiser *s, const tuft_formant_phone *p, double share,
                          const tuft_formant_voice *v)
{
    static const double width[FORMANTS] = {60, 90, 130, 250};
    const double follow = 1.0 - exp(-1.0 / (0.006 * TUFT_FORMANT_RATE_HZ)); /* 6 ms */
    s->voice += follow * (p->voice - s->voice);
    s->noise += follow * (p->hiss - s->noise);
    /* The pitch falls by a fifth over half a second, as in a word said alone. */
    s->phase += v->pitch_hz * (1.1 - 0.4 * fmin(s->seconds, 0.5)) / TUFT_FORMANT_RATE_HZ;
    s->seconds += 1.0 / TUFT_FORMANT_RATE_HZ;
    double pulse = s->phase >= 1.0 ? 1.0 : 0.0, white = tuft_random_uniform(&s->random) - 0.5;
    s->phase -= pulse;
    double x = resonate(&s->glottis, pulse * 40.0 * s->voice, 0.0, 100.0);
    x += 0.05 * v->breath * s->voice * white;
    for (int f = 0; f < FORMANTS; f++) {
        double hz = f < 3 ? p->from[f] + share * (p->to[f] - p->from[f]) : 3500.0;
        x = resonate(&s->formant[f], x, hz * v->tract, width[f]);
    }
    double hiss = resonate(&s->hiss, white, p->hiss_hz > 0.0 ? p->hiss_hz : 5000.0, 1500.0);
    double sum = x + s->noise * 0.35 * hiss, radiated = sum - s->before;
    s->before = sum;
    return radiated;
}

/* Samples of each phone; their sum, or 0 where it is more than a minute. */
static size_t count_samples(const tuft_formant_phone *phone, size_t count, double tempo)
{
    double total = 0.0;
    for (size_t p = 0; p < count; p++)
        total += phone[p].ms * 1e-3 / tempo * TUFT_FORMANT_RATE_HZ;
    if (!(total <= 60.0 * TUFT_FORMANT_RATE_HZ))
        return 0;
    size_t sum = 0;
    for (size_t p = 0; p < count; p++)
        sum += (size_t)(phone[p].ms * 1e-3 / tempo * TUFT_FORMANT_RATE_HZ);
    return sum;
}

tuft_status tuft_formant_phones(const tuft_formant_phone *phone, size_t count,
                                const tuft_formant_voice *v, uint64_t seed, uint64_t index,
                                double *start_s, float **sample, size_t *n, tuft_error *err)
{
    *sample = NULL;
    *n = 0;
    if (!(v->pitch_hz >= 50.0 && v->pitch_hz <= 400.0 && v->tract >= 0.7 && v->tract <= 1.4 &&
          v->tempo >= 0.5 && v->tempo <= 2.0 && v->breath >= 0.0 && v->breath <= 1.0))
        return tuft_fail(err, TUFT_INVALID,
                         "speech: pitch %g Hz, tract %g, tempo %g, breath %g: one is out of range",
                         v->pitch_hz, v->tract, v->tempo, v->breath);
    const size_t total = count_samples(phone, count, v->tempo), tail = TUFT_FORMANT_RATE_HZ / 50;
    if (total == 0)
        return tuft_fail(err, TUFT_INVALID, "speech: %zu phones of no time or over a minute",
                         count);
    tuft_status status = TUFT_NEW(sample, total + tail, "speech", err);
    if (status)
        return status;
    synthesiser s = {.random = tuft_random_stream(seed, TUFT_RANDOM_GENERATOR, index)};
    size_t at = 0;
    double peak = 0.0;
    for (size_t p = 0; p < count; p++) {
        size_t length = (size_t)(phone[p].ms * 1e-3 / v->tempo * TUFT_FORMANT_RATE_HZ);
        if (start_s)
            start_s[p] = (double)at / TUFT_FORMANT_RATE_HZ;
        for (size_t i = 0; i < length; i++)
            (*sample)[at++] = (float)next_sample(&s, &phone[p], (double)i / (double)length, v);
    }
    const tuft_formant_phone rest = {20, STEADY(400, 1500, 2500), 0, 0, 0};
    while (at < total + tail)
        (*sample)[at++] = (float)next_sample(&s, &rest, 0.0, v);
    for (size_t i = 0; i < at; i++)
        peak = fmax(peak, fabs((double)(*sample)[i]));
    for (size_t i = 0; i < at && peak > 0.0; i++)
        (*sample)[i] *= (float)(0.5 / peak);
    *n = at;
    return TUFT_OK;
}

tuft_status tuft_speech_formant(int digit, const tuft_formant_voice *v, uint64_t seed,
                                uint64_t index, float **sample, size_t *n, tuft_error *err)
{
    *sample = NULL;
    *n = 0;
    if (digit < 0 || digit > 9)
        return tuft_fail(err, TUFT_INVALID, "speech: digit %d, expected 0 to 9", digit);
    return tuft_formant_phones(word[digit], PHONES, v, seed, index, NULL, sample, n, err);
}
