#include "datasets/speech.h"

#include "core/failure.h"
#include "core/memory.h"
#include "core/philox.h"
#include "datasets/cochlea.h"
#include "datasets/espeak.h"
#include "datasets/formant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 10, PER_CLASS_LIMIT = 10000, BATCH = 64 };

typedef struct {
    const char *name, *espeak_voice;
    int espeak_pitch;
    tuft_formant_voice formant;
} talker;

static const talker cast[TUFT_SPEECH_TALKERS] = {
    {"f1", "en+f1", 50, {210, 1.16, 1.00, 0.3}}, {"f2", "en+f2", 50, {190, 1.12, 0.90, 0.2}},
    {"f3", "en+f3", 50, {235, 1.20, 1.10, 0.4}}, {"f4", "en+f4", 50, {200, 1.14, 1.05, 0.1}},
    {"m1", "en+m1", 45, {115, 1.00, 1.00, 0.1}}, {"m2", "en+m2", 45, {95, 0.95, 0.90, 0.2}},
    {"m3", "en+m3", 45, {130, 1.03, 1.10, 0.1}}, {"m7", "en+m7", 45, {105, 0.98, 1.05, 0.3}},
};

static const char *const spelled[DIGITS] = {"zero", "one", "two",   "three", "four",
                                            "five", "six", "seven", "eight", "nine"};

typedef struct {
    float *sample;
    size_t n;
} sound;

/* Uniform in (1 - spread, 1 + spread). */
static double vary(tuft_random *random, double spread)
{
    return 1.0 + spread * (2.0 * tuft_random_uniform(random) - 1.0);
}

static tuft_status say(tuft_speech_synthesiser synthesiser, int digit, const talker *who,
                       uint64_t seed, uint64_t index, sound *out, tuft_error *err)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_AUGMENT, index);
    double pitch = vary(&random, 0.12), tempo = vary(&random, 0.15), timbre = vary(&random, 0.04);
    tuft_status status;
    if (synthesiser == TUFT_SPEECH_ESPEAK) {
        status = tuft_espeak_say(spelled[digit], who->espeak_voice,
                                 (int)lround(who->espeak_pitch * pitch),
                                 (int)lround(50.0 * vary(&random, 0.4)), (int)lround(165.0 * tempo),
                                 &out->sample, &out->n, err);
    } else {
        tuft_formant_voice voice = who->formant;
        voice.pitch_hz *= pitch;
        voice.tempo *= tempo;
        voice.tract *= timbre;
        status = tuft_speech_formant(digit, &voice, seed, index, &out->sample, &out->n, err);
    }
    if (status)
        return status;
    double power = 0.0;
    for (size_t i = 0; i < out->n; i++)
        power += (double)out->sample[i] * out->sample[i];
    double noise = 0.01 * sqrt(power / (double)out->n);
    for (size_t i = 0; i < out->n; i++)
        out->sample[i] += (float)(noise * tuft_random_normal(&random));
    return TUFT_OK;
}

/* The sounds of one batch, in parallel, into recordings that are already in the set. */
static tuft_status encode(const sound *batch, int n, double rate_hz, int threads,
                          tuft_recording *recording, tuft_error *err)
{
    const tuft_cochlea_parameters parameters = tuft_cochlea_defaults();
    tuft_failure failure = {0};
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int i = 0; i < n; i++) {
        tuft_error mine;
        tuft_status one = tuft_cochlea_encode(batch[i].sample, batch[i].n, rate_hz, &parameters,
                                              &recording[i].events, &mine);
        int64_t end = tuft_events_end_us(&recording[i].events);
        recording[i].duration_us = llround((double)batch[i].n / rate_hz * 1e6);
        if (recording[i].duration_us < end)
            recording[i].duration_us = end;
        tuft_failure_keep(&failure, one, (size_t)i, &mine);
    }
    return tuft_failure_tell(&failure, err);
}

static tuft_status make(tuft_speech_synthesiser synthesiser, int per_class, uint64_t seed,
                        double rate_hz, int threads, tuft_recordings *out, tuft_error *err)
{
    const int total = DIGITS * per_class;
    tuft_status status = TUFT_OK;
    for (int begin = 0; begin < total && !status; begin += BATCH) {
        sound batch[BATCH] = {0};
        int n = total - begin < BATCH ? total - begin : BATCH;
        for (int i = 0; i < n && !status; i++) {
            int digit = (begin + i) / per_class, take = (begin + i) % per_class;
            const talker *who = &cast[take % TUFT_SPEECH_TALKERS];
            tuft_recording recording = {.label = digit};
            snprintf(recording.source, sizeof recording.source, "%s", who->name);
            snprintf(recording.name, sizeof recording.name, "%d_%s_%d", digit, who->name, take);
            status =
                say(synthesiser, digit, who, seed, (uint64_t)begin + (uint64_t)i, &batch[i], err);
            if (!status)
                status = tuft_recordings_push(out, &recording, err);
        }
        if (!status)
            status = encode(batch, n, rate_hz, threads, out->recording + begin, err);
        for (int i = 0; i < n; i++)
            free(batch[i].sample);
    }
    return status;
}

bool tuft_speech_has_espeak(void)
{
    return tuft_espeak_built_in();
}

tuft_status tuft_synthetic_audio_by(tuft_speech_synthesiser synthesiser, int per_class,
                                    uint64_t seed, int threads, tuft_recordings *out,
                                    tuft_error *err)
{
    *out = (tuft_recordings){0};
    if (per_class < 1 || per_class > PER_CLASS_LIMIT || threads < 1)
        return tuft_fail(err, TUFT_INVALID,
                         "speech: %d a class in %d threads, expected 1 to %d and 1 or more",
                         per_class, threads, PER_CLASS_LIMIT);
    double rate_hz = TUFT_FORMANT_RATE_HZ;
    tuft_status status = TUFT_OK;
    if (synthesiser == TUFT_SPEECH_ESPEAK)
        status = tuft_espeak_start(&rate_hz, err);
    if (status)
        return status;
    *out =
        (tuft_recordings){.geometry = {tuft_cochlea_defaults().channels, 1, 1}, .classes = DIGITS};
    status = make(synthesiser, per_class, seed, rate_hz, threads, out, err);
    if (synthesiser == TUFT_SPEECH_ESPEAK)
        tuft_espeak_stop();
    if (status)
        tuft_recordings_free(out);
    return status;
}

tuft_status tuft_synthetic_audio(int per_class, uint64_t seed, int threads, tuft_recordings *out,
                                 tuft_error *err)
{
    return tuft_synthetic_audio_by(TUFT_SPEECH_FORMANT, per_class, seed, threads, out, err);
}
