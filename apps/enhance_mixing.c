#include "apps/enhance_mixing.h"

#include "core/memory.h"
#include "core/philox.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

tuft_status enhance_split_new(enhance_split *out, size_t count, size_t validation, size_t test,
                              uint64_t seed, tuft_error *err)
{
    *out = (enhance_split){0};
    if (validation + test >= count)
        return tuft_fail(err, TUFT_INVALID,
                         "%zu clips, of which %zu are for validation and %zu for the test: none "
                         "left to train on",
                         count, validation, test);
    tuft_status status = TUFT_NEW(&out->index, count, "split of clips", err);
    if (status)
        return status;
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_SPLIT, 0);
    for (uint32_t i = 0; i < count; i++)
        out->index[i] = i;
    for (uint32_t i = (uint32_t)count; i > 1; i--) {
        uint32_t k = tuft_random_below(&random, i), kept = out->index[k];
        out->index[k] = out->index[i - 1];
        out->index[i - 1] = kept;
    }
    out->train = (uint32_t)(count - validation - test);
    out->validation = (uint32_t)validation;
    out->test = (uint32_t)test;
    return TUFT_OK;
}

void enhance_split_free(enhance_split *split)
{
    free(split->index);
    *split = (enhance_split){0};
}

tuft_status enhance_mixing_open(enhance_mixing *m, tuft_error *err)
{
    size_t frames = 0;
    for (uint32_t i = 0; i < m->count; i++)
        if (m->clips->clip[m->index[i]].frames > frames)
            frames = m->clips->clip[m->index[i]].frames;
    m->longest = frames;
    m->audio = m->target = NULL;
    tuft_status status =
        TUFT_NEW(&m->audio, frames * tuft_enhancement_audio_columns(m->enhancement), "audio", err);
    if (!status)
        status =
            TUFT_NEW(&m->target, frames * tuft_enhancement_configuration(m->enhancement)->bands,
                     "targets", err);
    if (status)
        enhance_mixing_close(m);
    return status;
}

void enhance_mixing_close(enhance_mixing *m)
{
    free(m->audio);
    free(m->target);
    m->audio = m->target = NULL;
}

static double power_of(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return sum;
}

static double between(tuft_random *random, double low, double high)
{
    return low + (high - low) * tuft_random_uniform(random);
}

/* Another noise beside it, every second time. */
static tuft_status join_noise(const enhance_mixing *m, const enhance_clip *clip, uint64_t number,
                              tuft_mixture *mixed, tuft_random *random, tuft_error *err)
{
    tuft_mixture more;
    const double least_db = -10;
    if (tuft_random_uniform(random) < 0.5)
        return TUFT_OK;
    float gain = (float)pow(10, between(random, least_db, 0) / 20);
    tuft_status status =
        tuft_mix(clip->speech, clip->n, m->noises, mixed->snr_db, ~m->seed, number, &more, err);
    if (status)
        return status;
    for (size_t k = 0; k < mixed->n; k++)
        mixed->noise[k] += gain * more.noise[k] * (float)(mixed->scale / more.scale);
    tuft_mixture_free(&more);
    return TUFT_OK;
}

static void filter_noise(tuft_mixture *mixed, tuft_random *random)
{
    const double most = 0.8;
    float a = (float)between(random, -most, most), b = (float)between(random, -most / 2, most / 2);
    float before = 0, earlier = 0;
    for (size_t k = 0; k < mixed->n; k++) {
        float x = mixed->noise[k];
        mixed->noise[k] = x + a * before + b * earlier;
        earlier = before;
        before = x;
    }
}

/* The noise varied, at the power that it had. */
static tuft_status vary_noise(const enhance_mixing *m, const enhance_clip *clip, uint64_t number,
                              tuft_mixture *mixed, tuft_random *random, tuft_error *err)
{
    double power = power_of(mixed->noise, mixed->n);
    tuft_status status = join_noise(m, clip, number, mixed, random, err);
    if (status)
        return status;
    filter_noise(mixed, random);
    double now = power_of(mixed->noise, mixed->n);
    float gain = now > 0 ? (float)sqrt(power / now) : 0;
    for (size_t k = 0; k < mixed->n; k++) {
        mixed->noise[k] *= gain;
        mixed->mixture[k] = mixed->speech[k] + mixed->noise[k];
    }
    return TUFT_OK;
}

static tuft_status fetch(void *user, int epoch, uint32_t i, tuft_mcc_utterance *out,
                         tuft_error *err)
{
    const enhance_mixing *m = user;
    const enhance_clip *clip = &m->clips->clip[m->index[i]];
    const uint64_t number = (uint64_t)epoch * m->count + i;
    tuft_random random = tuft_random_stream(m->seed, TUFT_RANDOM_AUGMENT, number);
    double snr = between(&random, m->snr_low_db, m->snr_high_db);
    double level = between(&random, -m->level_db, m->level_db);
    tuft_mixture mixed;
    tuft_status status =
        tuft_mix(clip->speech, clip->n, m->noises, snr, m->seed, number, &mixed, err);
    if (status) {
        tuft_fail_prefix(err, status, clip->name);
        return status;
    }
    if (m->vary)
        status = vary_noise(m, clip, number, &mixed, &random, err);
    float gain = (float)pow(10, level / 20);
    for (size_t k = 0; k < mixed.n; k++)
        mixed.mixture[k] *= gain;
    if (!status)
        status = tuft_enhancement_target(m->enhancement, mixed.speech, mixed.noise, mixed.n,
                                         m->target, err);
    if (!status)
        status = tuft_enhancement_audio(m->enhancement, mixed.mixture, mixed.n, m->audio, err);
    *out = (tuft_mcc_utterance){
        .frames = clip->frames, .audio = m->audio, .vision = clip->vision, .target = m->target};
    tuft_mixture_free(&mixed);
    return status;
}

tuft_mcc_set enhance_mixing_set(enhance_mixing *mixing)
{
    return (tuft_mcc_set){.utterances = mixing->count, .fetch = fetch, .user = mixing};
}
