#include "datasets/neural.h"

#include "core/failure.h"
#include "core/memory.h"
#include "core/philox.h"
#include "datasets/pen_motion.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

tuft_neural_parameters tuft_neural_defaults(void)
{
    return (tuft_neural_parameters){.electrodes = 192,
                                    .tuned = 0.7,
                                    .baseline_hz = 15,
                                    .baseline_spread = 0.6,
                                    .direction_hz = 22,
                                    .direction_spread = 0.5,
                                    .speed_hz = 8,
                                    .position_hz = 8,
                                    .contact_hz = 8,
                                    .speed_ref = 4,
                                    .lead_ms = 100,
                                    .lead_sd_ms = 30,
                                    .dead_ms = 1,
                                    .gain_sd = 0.2,
                                    .shared_gain_sd = 0.1,
                                    .session_gain_sd = 0.15,
                                    .session_turn_sd = 0.2,
                                    .pace = 5,
                                    .pace_sd = 0.05,
                                    .jitter = 0.02,
                                    .reaction_ms = 250,
                                    .reaction_sd_ms = 15,
                                    .trial_ms = 1500};
}

tuft_status tuft_neural_check(const tuft_neural_parameters *p, tuft_error *err)
{
    const struct {
        const char *name;
        double value, low, high;
    } range[] = {
        {"electrodes", p->electrodes, 1, TUFT_NEURAL_ELECTRODES_LIMIT},
        {"tuned", p->tuned, 0, 1},
        {"baseline_hz", p->baseline_hz, 0, 1e4},
        {"baseline_spread", p->baseline_spread, 0, 3},
        {"direction_hz", p->direction_hz, 0, 1e4},
        {"direction_spread", p->direction_spread, 0, 3},
        {"speed_hz", p->speed_hz, 0, 1e4},
        {"position_hz", p->position_hz, 0, 1e4},
        {"contact_hz", p->contact_hz, 0, 1e4},
        {"speed_ref", p->speed_ref, 1e-6, 1e6},
        {"lead_ms", p->lead_ms, -1e4, 1e4},
        {"lead_sd_ms", p->lead_sd_ms, 0, 1e3},
        {"dead_ms", p->dead_ms, 0, 1e4},
        {"gain_sd", p->gain_sd, 0, 2},
        {"shared_gain_sd", p->shared_gain_sd, 0, 2},
        {"session_gain_sd", p->session_gain_sd, 0, 2},
        {"session_turn_sd", p->session_turn_sd, 0, 10},
        {"pace", p->pace, 0.1, 1e3},
        {"pace_sd", p->pace_sd, 0, 0.5},
        {"jitter", p->jitter, 0, 1},
        {"reaction_ms", p->reaction_ms, 0, 1e5},
        {"reaction_sd_ms", p->reaction_sd_ms, 0, 1e4},
        {"trial_ms", p->trial_ms, 1, 1e5},
    };
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (!(range[i].value >= range[i].low && range[i].value <= range[i].high))
            return tuft_fail(err, TUFT_INVALID, "neural: %s is %g, expected %g to %g",
                             range[i].name, range[i].value, range[i].low, range[i].high);
    return TUFT_OK;
}

/* Streams: what is drawn, in the upper 16 bits. */
typedef enum {
    OF_ELECTRODE = 0x4e45,
    OF_SESSION = 0x4e53,
    OF_TRIAL = 0x4e54,
    OF_SPIKES = 0x4e4b
} drawn;

static tuft_random stream(uint64_t seed, drawn what, uint64_t index)
{
    return tuft_random_stream(seed, TUFT_RANDOM_GENERATOR, (uint64_t)what << 48 | index);
}

typedef struct {
    double baseline, speed, vx, vy, x, y, down; /* Hz a unit of each */
    double lead_ms;
} tuning;

/* Of an electrode in a session. Every amount is drawn, used or not. */
static tuning draw_tuning(const tuft_neural_parameters *p, uint32_t electrode, uint32_t session,
                          uint64_t seed)
{
    tuft_random random = stream(seed, OF_ELECTRODE, electrode);
    tuft_random change = stream(seed, OF_SESSION, (uint64_t)session << 16 | electrode);
    const int tuned = tuft_random_uniform(&random) < p->tuned;
    const double baseline = p->baseline_hz * exp(p->baseline_spread * tuft_random_normal(&random));
    const double depth = p->direction_hz * exp(p->direction_spread * tuft_random_normal(&random));
    double preferred = 2 * M_PI * tuft_random_uniform(&random);
    const double gain = exp(p->session_gain_sd * tuft_random_normal(&change));
    preferred += p->session_turn_sd * tuft_random_normal(&change);
    tuning t = {.baseline = baseline,
                .speed = p->speed_hz * tuft_random_normal(&random) / p->speed_ref,
                .vx = depth * cos(preferred) / p->speed_ref,
                .vy = depth * sin(preferred) / p->speed_ref,
                .x = p->position_hz * tuft_random_normal(&random),
                .y = p->position_hz * tuft_random_normal(&random),
                .down = p->contact_hz * tuft_random_normal(&random),
                .lead_ms = p->lead_ms + p->lead_sd_ms * tuft_random_normal(&random)};
    if (!tuned)
        t = (tuning){.baseline = baseline};
    double *const hz[] = {&t.baseline, &t.speed, &t.vx, &t.vy, &t.x, &t.y, &t.down};
    for (size_t k = 0; k < sizeof hz / sizeof *hz; k++)
        *hz[k] *= gain;
    return t;
}

/* Lognormal of mean 1. */
static double draw_gain(double sd, tuft_random *random)
{
    return exp(sd * tuft_random_normal(random) - sd * sd / 2);
}

/* r[k]: rate in millisecond k after the go cue. Returns the highest. */
static double fill_rates(const tuning *t, const tuft_pen_motion *m, double onset_ms, double gain,
                         size_t n, double *r)
{
    const long shift = lround(onset_ms - t->lead_ms);
    double most = 0;
    for (size_t k = 0; k < n; k++) {
        long at = (long)k - shift;
        /* At rest the pen is up, where it begins or ends. */
        at = at < 0 ? 0 : at >= (long)m->count ? (long)m->count - 1 : at;
        const double speed = hypot(m->vx[at], m->vy[at]);
        const double hz = t->baseline + t->speed * speed + t->vx * m->vx[at] + t->vy * m->vy[at] +
                          t->x * m->x[at] + t->y * m->y[at] + t->down * m->down[at];
        r[k] = hz > 0 ? gain * hz : 0;
        most = r[k] > most ? r[k] : most;
    }
    return most;
}

static tuft_status fire(const double *rate, size_t n, double most, double dead_ms,
                        uint32_t electrode, tuft_random *random, tuft_events *out, tuft_error *err)
{
    double t_ms = 0, last_ms = -INFINITY;
    tuft_status status = TUFT_OK;
    while (!status && most > 0) {
        t_ms += 1e3 * tuft_random_exponential(random) / most;
        if (!(t_ms < (double)n))
            break;
        const double keep = tuft_random_uniform(random);
        if (keep * most >= rate[(size_t)t_ms] || t_ms - last_ms < dead_ms)
            continue;
        last_ms = t_ms;
        status = tuft_events_push(out, (int64_t)(1e3 * t_ms), electrode, err);
    }
    return status;
}

/* The participant writes upright, always in the same forms. */
static tuft_letter_writer participant(const tuft_neural_parameters *p, uint64_t seed)
{
    tuft_letter_writer writer = tuft_letters_writer(seed, UINT32_MAX);
    writer.hand = (tuft_pen_hand){.squeeze = 1, .jitter = p->jitter};
    writer.strays = 0;
    return writer;
}

tuft_status tuft_neural_trial(const tuft_neural_parameters *p, int letter, uint32_t session,
                              uint64_t seed, uint64_t index, tuft_events *out, tuft_error *err)
{
    const tuft_letter_writer writer = participant(p, seed);
    const size_t n = (size_t)ceil(p->trial_ms);
    tuft_pen_path path;
    tuft_pen_motion motion = {0};
    double *rate = NULL;
    *out = (tuft_events){0};
    tuft_status status = tuft_neural_check(p, err);
    if (!status)
        status = tuft_letters_write(letter, &writer, seed, (uint64_t)1 << 31 | index, &path, err);
    tuft_random trial = stream(seed, OF_TRIAL, index);
    const double pace = p->pace * exp(p->pace_sd * tuft_random_normal(&trial));
    const double onset = p->reaction_ms + p->reaction_sd_ms * tuft_random_normal(&trial);
    const double shared = draw_gain(p->shared_gain_sd, &trial);
    if (!status)
        status = tuft_pen_move(&path, pace, &motion, err);
    if (!status)
        status = TUFT_NEW(&rate, n, "rates", err);
    for (uint32_t u = 0; !status && u < p->electrodes; u++) {
        tuft_random spikes = stream(seed, OF_SPIKES, index << 12 | u);
        const tuning t = draw_tuning(p, u, session, seed);
        const double gain = shared * draw_gain(p->gain_sd, &spikes);
        const double most = fill_rates(&t, &motion, onset, gain, n, rate);
        status = fire(rate, n, most, p->dead_ms, u, &spikes, out, err);
    }
    if (!status)
        status = tuft_events_sort(out, err);
    tuft_pen_motion_free(&motion);
    free(rate);
    if (status)
        tuft_events_free(out);
    return status;
}

static tuft_status record(const tuft_neural_parameters *p, size_t i, size_t per_class,
                          uint64_t seed, tuft_recording *out, tuft_error *err)
{
    const size_t letter = i / per_class, k = i % per_class;
    const uint32_t session = (uint32_t)(k % TUFT_NEURAL_SESSIONS);
    out->label = (int)letter;
    out->duration_us = (int64_t)(1e3 * ceil(p->trial_ms));
    snprintf(out->source, sizeof out->source, "session %u", session);
    snprintf(out->name, sizeof out->name, "%c/%05zu", (char)('a' + (char)letter), k);
    return tuft_neural_trial(p, (int)letter, session, seed,
                             letter * TUFT_NEURAL_PER_CLASS_LIMIT + k, &out->events, err);
}

tuft_status tuft_synthetic_neural(const tuft_neural_parameters *parameters, size_t per_class,
                                  uint64_t seed, int threads, tuft_recordings *out, tuft_error *err)
{
    *out = (tuft_recordings){.geometry = {parameters->electrodes, 1, 1}, .classes = TUFT_LETTERS};
    tuft_status status = tuft_neural_check(parameters, err);
    if (!status && (per_class < 1 || per_class > TUFT_NEURAL_PER_CLASS_LIMIT))
        status = tuft_fail(err, TUFT_INVALID, "neural: %zu trials a letter, expected 1 to %d",
                           per_class, TUFT_NEURAL_PER_CLASS_LIMIT);
    if (!status)
        status =
            TUFT_GROW(&out->recording, &out->capacity, per_class * TUFT_LETTERS, "trials", err);
    if (status) {
        tuft_recordings_free(out);
        return status;
    }
    out->count = per_class * TUFT_LETTERS;
    tuft_failure failure = {0};
#pragma omp parallel for num_threads(threads > 0 ? threads : omp_get_max_threads())                \
    schedule(dynamic, 8)
    for (size_t i = 0; i < out->count; i++) {
        tuft_error own;
        tuft_status one = record(parameters, i, per_class, seed, &out->recording[i], &own);
        tuft_failure_keep(&failure, one, i, &own);
    }
    status = tuft_failure_tell(&failure, err);
    if (status)
        tuft_recordings_free(out);
    return status;
}
