#include "apps/enhance_crossing.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Vision's and clean audio's features of a clip side by side, as they are. */
static tuft_status gather(enhance_crossing *c, const enhance_clip *clip, tuft_error *err)
{
    const uint32_t columns = c->vision + c->audio;
    tuft_status status =
        tuft_enhancement_audio(c->mixing->enhancement, clip->speech, clip->n, c->clean, err);
    for (size_t f = 0; !status && f < clip->frames; f++) {
        memcpy(c->target + f * columns, clip->vision + f * c->vision, c->vision * sizeof(float));
        memcpy(c->target + f * columns + c->vision, c->clean + f * c->audio,
               c->audio * sizeof(float));
    }
    return status;
}

static tuft_status measure(enhance_crossing *c, tuft_error *err)
{
    const uint32_t columns = c->vision + c->audio;
    const enhance_mixing *m = c->mixing;
    double *sum = NULL, *squares = NULL;
    size_t frames = 0;
    tuft_status status = TUFT_NEW(&sum, columns, "sums", err);
    if (!status)
        status = TUFT_NEW(&squares, columns, "sums", err);
    for (uint32_t i = 0; !status && i < m->count; i++) {
        const enhance_clip *clip = &m->clips->clip[m->index[i]];
        status = gather(c, clip, err);
        for (size_t f = 0; !status && f < clip->frames; f++)
            for (uint32_t k = 0; k < columns; k++) {
                double x = c->target[f * columns + k];
                sum[k] += x;
                squares[k] += x * x;
            }
        frames += clip->frames;
    }
    for (uint32_t k = 0; !status && k < columns; k++) {
        double mean = sum[k] / (double)frames;
        double variance = fmax(0, squares[k] / (double)frames - mean * mean);
        c->mean[k] = (float)mean;
        c->scale[k] = variance > 1e-12 * (1 + mean * mean) ? (float)(1 / sqrt(variance)) : 1;
    }
    free(sum);
    free(squares);
    return status;
}

tuft_status enhance_crossing_open(enhance_crossing *c, enhance_mixing *mixing, tuft_error *err)
{
    *c = (enhance_crossing){.mixing = mixing,
                            .audio = tuft_enhancement_audio_columns(mixing->enhancement),
                            .vision = tuft_enhancement_vision_columns(mixing->enhancement)};
    const uint32_t columns = c->audio + c->vision;
    tuft_status status = TUFT_NEW(&c->clean, mixing->longest * c->audio, "clean audio", err);
    if (!status)
        status = TUFT_NEW(&c->target, mixing->longest * columns, "targets", err);
    if (!status)
        status = TUFT_NEW(&c->mean, columns, "means", err);
    if (!status)
        status = TUFT_NEW(&c->scale, columns, "scales", err);
    if (!status)
        status = measure(c, err);
    if (status)
        enhance_crossing_close(c);
    return status;
}

void enhance_crossing_close(enhance_crossing *c)
{
    free(c->clean);
    free(c->target);
    free(c->mean);
    free(c->scale);
    *c = (enhance_crossing){0};
}

static tuft_status fetch(void *user, int epoch, uint32_t i, tuft_mcc_utterance *out,
                         tuft_error *err)
{
    enhance_crossing *c = user;
    const uint32_t columns = c->vision + c->audio;
    tuft_mcc_set noisy = enhance_mixing_set(c->mixing);
    tuft_status status = noisy.fetch(noisy.user, epoch, i, out, err);
    const enhance_clip *clip = &c->mixing->clips->clip[c->mixing->index[i]];
    if (!status)
        status = gather(c, clip, err);
    if (status)
        return status;
    for (size_t f = 0; f < clip->frames; f++)
        for (uint32_t k = 0; k < columns; k++) {
            float *x = &c->target[f * columns + k];
            *x = (*x - c->mean[k]) * c->scale[k];
        }
    out->target = c->target;
    return TUFT_OK;
}

tuft_mcc_set enhance_crossing_set(enhance_crossing *crossing)
{
    return (tuft_mcc_set){.utterances = crossing->mixing->count, .fetch = fetch, .user = crossing};
}
