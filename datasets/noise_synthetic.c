#include "datasets/noise_synthetic.h"

#include "core/memory.h"
#include "core/philox.h"
#include "datasets/formant_words.h"
#include "datasets/grid_grammar.h"

#include <math.h>
#include <stdlib.h>

static const double RATE = TUFT_NOISE_RATE_HZ;

static double between(tuft_random *r, double low, double high)
{
    return low + (high - low) * tuft_random_uniform(r);
}

/* One-pole low-pass: y += share (x - y). */
static double corner(double hz)
{
    return 1.0 - exp(-2.0 * M_PI * hz / RATE);
}

typedef tuft_status maker(tuft_random *r, size_t n, float *out, tuft_error *err);

static tuft_status make_white(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++)
        out[i] = (float)tuft_random_normal(r);
    return TUFT_OK;
}

/* Low-passed noises whose corners lie an octave apart, of equal power each. */
static tuft_status make_pink(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    enum { OCTAVES = 10 };
    (void)err;
    double y[OCTAVES] = {0}, share[OCTAVES], gain[OCTAVES];
    for (int k = 0; k < OCTAVES; k++) {
        share[k] = corner(0.35 * RATE / (1 << k));
        gain[k] = sqrt((2.0 - share[k]) / share[k]);
    }
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int k = 0; k < OCTAVES; k++) {
            y[k] += share[k] * (tuft_random_normal(r) - y[k]);
            sum += gain[k] * y[k];
        }
        out[i] = (float)sum;
    }
    return TUFT_OK;
}

/* Two low-passes and a high-pass: near the long-term spectrum of speech (Byrne et al., JASA
 * 96:2108, 1994). */
static tuft_status make_speech_shaped(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    (void)err;
    const double first = corner(500.0), second = corner(3000.0), low = corner(100.0);
    double a = 0.0, b = 0.0, c = 0.0;
    for (size_t i = 0; i < n; i++) {
        a += first * (tuft_random_normal(r) - a);
        b += second * (a - b);
        c += low * (b - c);
        out[i] = (float)(b - c);
    }
    return TUFT_OK;
}

/* Somebody says sentences, with pauses. */
static tuft_status add_talker(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    const tuft_formant_voice voice = {between(r, 85.0, 260.0), between(r, 0.9, 1.25),
                                      between(r, 0.8, 1.3), between(r, 0.05, 0.4)};
    const double gain = between(r, 0.6, 1.4);
    for (size_t at = 0; at < n;) {
        const char *words[TUFT_GRID_WORDS];
        const tuft_grid_sentence sentence =
            tuft_grid_sentence_of(tuft_random_below(r, TUFT_GRID_SENTENCES));
        for (int p = 0; p < TUFT_GRID_WORDS; p++)
            words[p] = tuft_grid_word(p, sentence.choice[p]);
        const uint64_t index = (uint64_t)tuft_random_u32(r) << 32 | tuft_random_u32(r);
        tuft_utterance u;
        tuft_status status = tuft_formant_speak(words, TUFT_GRID_WORDS, &voice, index, 0, &u, err);
        if (status)
            return status;
        for (size_t i = 0; i < u.samples && at + i < n; i++)
            out[at + i] += (float)gain * u.sample[i];
        at += u.samples + (size_t)(RATE * between(r, 0.0, 0.4));
        tuft_utterance_free(&u);
    }
    return TUFT_OK;
}

static tuft_status make_babble(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (int talker = 0; talker < 6 && !status; talker++)
        status = add_talker(r, n, out, err);
    return status;
}

static tuft_status make_chatter(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    tuft_status status = add_talker(r, n, out, err);
    return status ? status : add_talker(r, n, out, err);
}

static tuft_status make_machine(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    enum { HARMONICS = 24 };
    (void)err;
    double gain[HARMONICS], phase[HARMONICS], rumble = 0.0;
    const double motor_hz = between(r, 45.0, 110.0), pulse_hz = between(r, 3.0, 9.0),
                 wander_hz = between(r, 0.1, 0.4), low = corner(300.0);
    for (int h = 0; h < HARMONICS; h++) {
        gain[h] = between(r, 0.1, 1.0) / sqrt(h + 1.0);
        phase[h] = between(r, 0.0, 2.0 * M_PI);
    }
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / RATE, sum = 0.0;
        double turns = motor_hz * (t + 0.01 / wander_hz * sin(2.0 * M_PI * wander_hz * t));
        for (int h = 0; h < HARMONICS; h++)
            sum += gain[h] * sin(2.0 * M_PI * (h + 1) * turns + phase[h]);
        rumble += low * (tuft_random_normal(r) - rumble);
        out[i] = (float)(sum * (1.0 + 0.4 * sin(2.0 * M_PI * pulse_hz * t)) + 6.0 * rumble);
    }
    return TUFT_OK;
}

static tuft_status make_wind(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    (void)err;
    const double low = corner(60.0), slow = corner(0.7);
    double y = 0.0, gust = 0.0;
    for (size_t i = 0; i < n; i++) {
        y += low * (tuft_random_normal(r) - y);
        gust += slow * (tuft_random_normal(r) - gust);
        out[i] = (float)(y * (0.3 + 60.0 * fabs(gust)));
    }
    return TUFT_OK;
}

/* Blows eight times a second on average, each on something with three resonances. */
static tuft_status make_clatter(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    (void)err;
    for (size_t at = 0; at < n; at += (size_t)(RATE / 8.0 * tuft_random_exponential(r)) + 1) {
        const double force = exp(0.7 * tuft_random_normal(r));
        for (int mode = 0; mode < 3; mode++) {
            double hz = between(r, 400.0, 6500.0), decay_s = between(r, 0.005, 0.12);
            size_t length = (size_t)(6.0 * decay_s * RATE);
            for (size_t i = 0; i < length && at + i < n; i++)
                out[at + i] += (float)(force * exp(-(double)i / RATE / decay_s) *
                                       sin(2.0 * M_PI * hz * (double)i / RATE));
        }
    }
    for (size_t i = 0; i < n; i++)
        out[i] += 0.003f * (float)tuft_random_normal(r);
    return TUFT_OK;
}

static tuft_status make_siren(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    (void)err;
    const double low_hz = between(r, 500.0, 700.0), high_hz = between(r, 1100.0, 1500.0),
                 sweep_hz = between(r, 0.2, 2.5);
    double turns = 0.0;
    for (size_t i = 0; i < n; i++) {
        double up = 0.5 - 0.5 * cos(2.0 * M_PI * sweep_hz * (double)i / RATE);
        turns += (low_hz + (high_hz - low_hz) * up) / RATE;
        out[i] = (float)(sin(2.0 * M_PI * turns) + 0.5 * sin(6.0 * M_PI * turns) +
                         0.25 * sin(10.0 * M_PI * turns) + 0.02 * tuft_random_normal(r));
    }
    return TUFT_OK;
}

/* A resonance that moves while something passes by, over and over. */
static tuft_status make_traffic(tuft_random *r, size_t n, float *out, tuft_error *err)
{
    (void)err;
    double y1 = 0.0, y2 = 0.0;
    for (size_t at = 0; at < n;) {
        const double lasts_s = between(r, 1.0, 4.0), hz = between(r, 250.0, 1400.0),
                     loud = between(r, 0.3, 1.0);
        const size_t length = (size_t)(lasts_s * RATE);
        for (size_t i = 0; i < length && at < n; i++, at++) {
            double by = sin(M_PI * (double)i / (double)length), radius = 0.93;
            double now_hz = hz * (1.15 - 0.3 * (double)i / (double)length); /* passes: falls */
            double y = tuft_random_normal(r) + 2.0 * radius * cos(2.0 * M_PI * now_hz / RATE) * y1 -
                       radius * radius * y2;
            y2 = y1;
            y1 = y;
            out[at] = (float)(y * (0.1 + loud * by * by));
        }
    }
    return TUFT_OK;
}

typedef struct {
    const char *name;
    maker *make;
} kind;

enum { KINDS = 5 };
static const kind kinds[2][KINDS] = {
    {{"babble", make_babble},
     {"machine", make_machine},
     {"pink", make_pink},
     {"speech-shaped", make_speech_shaped},
     {"white", make_white}},
    {{"chatter", make_chatter},
     {"clatter", make_clatter},
     {"siren", make_siren},
     {"traffic", make_traffic},
     {"wind", make_wind}},
};

static void set_level(float *sample, size_t n)
{
    double sum = 0.0, power = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)sample[i];
    for (size_t i = 0; i < n; i++) {
        sample[i] -= (float)(sum / (double)n);
        power += (double)sample[i] * sample[i];
    }
    float gain = (float)(0.1 / sqrt(power / (double)n));
    for (size_t i = 0; i < n; i++)
        sample[i] *= gain;
}

tuft_status tuft_noise_synthesise(tuft_noise_side side, double seconds, uint64_t seed,
                                  tuft_noise_library *out, tuft_error *err)
{
    *out = (tuft_noise_library){0};
    if (!(seconds >= 1.0 && seconds <= 600.0))
        return tuft_fail(err, TUFT_INVALID, "noise: %g s, expected 1 to 600", seconds);
    const size_t n = (size_t)(seconds * RATE);
    tuft_status status = TUFT_OK;
    for (int k = 0; k < KINDS && !status; k++) {
        float *sample;
        tuft_random random =
            tuft_random_stream(seed, TUFT_RANDOM_NOISE, UINT64_MAX - (uint64_t)(side * KINDS + k));
        status = TUFT_NEW(&sample, n, kinds[side][k].name, err);
        if (!status)
            status = kinds[side][k].make(&random, n, sample, err);
        if (status) {
            free(sample);
            break;
        }
        set_level(sample, n);
        status = tuft_noise_library_add(out, kinds[side][k].name, sample, n, err);
    }
    if (status)
        tuft_noise_library_free(out);
    return status;
}
