/* tuft enhance test: one mixture, and what a model makes of it. */
#include "apps/enhance_test.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

const enhance_clip *test_clip(const test_run *run, size_t k)
{
    return &run->material.clips.clip[run->clip[k]];
}

tuft_status test_mixture(const test_run *run, size_t k, size_t s, tuft_mixture *out,
                         tuft_error *err)
{
    const enhance_clip *clip = test_clip(run, k);
    tuft_status status = tuft_mix(clip->speech, clip->n, &run->material.test, run->snr_db[s],
                                  run->config->common.seed, run->clip[k], out, err);
    if (status)
        tuft_fail_prefix(err, status, clip->name);
    return status;
}

/* vision[frames][columns] as the condition has it. */
static void show_lips(const test_run *run, size_t k, test_lips lips, size_t columns, float *vision)
{
    const enhance_clip *clip = test_clip(run, k), *other = test_clip(run, (k + 1) % run->clips);
    const size_t coefficients = columns / 3; /* then differences, which are 0 at rest */
    for (size_t f = 0; f < clip->frames; f++) {
        float *to = vision + f * columns;
        switch (lips) {
        case TEST_LIPS_OTHER:
            memcpy(to, other->vision + f % other->frames * columns, columns * sizeof *to);
            break;
        case TEST_LIPS_FROZEN:
            memset(to, 0, columns * sizeof *to);
            memcpy(to, clip->vision, coefficients * sizeof *to);
            break;
        case TEST_LIPS_BLACK:
            memset(to, 0, columns * sizeof *to);
            break;
        default:
            memcpy(to, clip->vision + f * columns, columns * sizeof *to);
        }
    }
}

/* A pass over a mixture and its answer mask[frames][outputs], both the caller's. */
static tuft_status pass_over(const test_run *run, size_t model, size_t k,
                             const tuft_mixture *mixture, test_lips lips,
                             const tuft_mcc_silence *silence, tuft_mcc_activity *activity,
                             tuft_mcc_pass **pass, float **mask, tuft_error *err)
{
    const enhance_model *m = &run->model[model].model;
    const enhance_clip *clip = test_clip(run, k);
    const size_t columns = tuft_enhancement_vision_columns(m->enhancement);
    float *audio = NULL, *vision = NULL;
    *pass = NULL;
    *mask = NULL;
    tuft_status status = TUFT_NEW(
        &audio, clip->frames * tuft_enhancement_audio_columns(m->enhancement), "audio", err);
    if (!status)
        status = TUFT_NEW(&vision, clip->frames * columns, "vision", err);
    if (!status)
        status = TUFT_NEW(mask, clip->frames * m->net->config.outputs, "mask", err);
    if (!status)
        status = tuft_mcc_pass_new(pass, m->net, err);
    if (!status)
        status = tuft_enhancement_audio(m->enhancement, mixture->mixture, mixture->n, audio, err);
    if (!status) {
        show_lips(run, k, lips, columns, vision);
        tuft_mcc_utterance shown = {.frames = clip->frames,
                                    .audio = audio,
                                    .vision = enhance_model_sees(m) ? vision : NULL};
        status = tuft_mcc_forward(*pass, &shown, 1, silence, *mask, activity, err);
    }
    free(audio);
    free(vision);
    return status;
}

tuft_status test_enhance(const test_run *run, size_t model, size_t k, const tuft_mixture *mixture,
                         test_lips lips, const tuft_mcc_silence *silence,
                         tuft_mcc_activity *activity, float *out, tuft_error *err)
{
    tuft_mcc_pass *pass;
    float *mask;
    tuft_status status =
        pass_over(run, model, k, mixture, lips, silence, activity, &pass, &mask, err);
    if (!status)
        status = tuft_enhancement_apply(run->model[model].model.enhancement, mixture->mixture,
                                        mixture->n, mask, out, err);
    tuft_mcc_pass_free(pass);
    free(mask);
    return status;
}

tuft_status test_pass(const test_run *run, size_t model, size_t k, const tuft_mixture *mixture,
                      tuft_mcc_pass **out, tuft_error *err)
{
    float *mask;
    tuft_status status =
        pass_over(run, model, k, mixture, TEST_LIPS_OWN, NULL, NULL, out, &mask, err);
    free(mask);
    if (status) {
        tuft_mcc_pass_free(*out);
        *out = NULL;
    }
    return status;
}
