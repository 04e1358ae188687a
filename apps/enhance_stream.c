#include "apps/enhance_stream.h"

#include "cells/mcc_stream.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Frames wait in a ring until those ahead of them are there; the bands of those before are kept as
 * long as they are stacked. Slot of frame f: slot_of(). */
struct enhance_stream {
    const enhance_model *model;
    tuft_enhancement_config config;
    tuft_stft_stream *stft;
    tuft_mcc_stream *net;
    uint32_t hop, bins, vision_columns, slots;
    size_t arrived, sent;     /* frames */
    float _Complex *spectrum; /* [slots][bins] */
    float *bands;             /* [slots][bands] */
    float *vision;            /* [slots][vision columns] */
    float *power, *gain;      /* [bins] */
    float *audio, *mask;      /* of the frame that is worked on */
    float *out;               /* [hop] */
};

tuft_status enhance_stream_new(enhance_stream **out, const enhance_model *model, tuft_error *err)
{
    *out = NULL;
    enhance_stream *s;
    tuft_status status = TUFT_NEW(&s, 1, "stream", err);
    if (status)
        return status;
    const tuft_enhancement *e = model->enhancement;
    const tuft_stft *stft = tuft_enhancement_stft(e);
    *s = (enhance_stream){.model = model,
                          .config = *tuft_enhancement_configuration(e),
                          .hop = tuft_stft_configuration(stft)->hop,
                          .bins = tuft_stft_bins(stft),
                          .vision_columns = tuft_enhancement_vision_columns(e)};
    s->slots = s->config.past + s->config.ahead + 1;
    status = tuft_stft_stream_new(&s->stft, stft, err);
    if (!status)
        status = tuft_mcc_stream_new(&s->net, model->net, NULL, err);
    if (!status)
        status = TUFT_NEW(&s->spectrum, (size_t)s->slots * s->bins, "frames", err);
    if (!status)
        status = TUFT_NEW(&s->bands, (size_t)s->slots * s->config.bands, "frames", err);
    if (!status)
        status = TUFT_NEW(&s->vision, (size_t)s->slots * s->vision_columns, "frames", err);
    if (!status)
        status = TUFT_NEW(&s->power, s->bins, "frames", err);
    if (!status)
        status = TUFT_NEW(&s->gain, s->bins, "frames", err);
    if (!status)
        status = TUFT_NEW(&s->audio, tuft_enhancement_audio_columns(e), "frames", err);
    if (!status)
        status = TUFT_NEW(&s->mask, s->config.bands, "frames", err);
    if (!status)
        status = TUFT_NEW(&s->out, s->hop, "frames", err);
    if (status)
        enhance_stream_free(s);
    else
        *out = s;
    return status;
}

void enhance_stream_free(enhance_stream *s)
{
    if (!s)
        return;
    tuft_stft_stream_free(s->stft);
    tuft_mcc_stream_free(s->net);
    free(s->spectrum);
    free(s->bands);
    free(s->vision);
    free(s->power);
    free(s->gain);
    free(s->audio);
    free(s->mask);
    free(s->out);
    free(s);
}

uint32_t enhance_stream_hop(const enhance_stream *stream)
{
    return stream->hop;
}

uint64_t enhance_stream_events(const enhance_stream *stream)
{
    return tuft_mcc_stream_events(stream->net);
}

static size_t slot_of(const enhance_stream *s, size_t frame)
{
    return frame % (s->config.past + s->config.ahead + 1);
}

/* The answer to frame s->sent; frames that have not arrived are the last that has. */
static const float *answer(enhance_stream *s)
{
    const uint32_t bands = s->config.bands;
    for (uint32_t k = 0; k < s->slots; k++) {
        size_t frame = s->sent + k < s->config.past ? 0 : s->sent + k - s->config.past;
        if (frame >= s->arrived)
            frame = s->arrived - 1;
        memcpy(s->audio + (size_t)k * bands, s->bands + slot_of(s, frame) * bands,
               bands * sizeof *s->audio);
    }
    size_t slot = slot_of(s, s->sent++);
    float _Complex *spectrum = s->spectrum + slot * s->bins;
    tuft_mcc_stream_step(s->net, s->audio, s->vision + slot * s->vision_columns, s->mask);
    for (uint32_t b = 0; b < bands; b++)
        s->mask[b] = fminf(fmaxf(s->mask[b], (float)s->config.least_gain), 1);
    tuft_mask_to_bins(tuft_enhancement_mel(s->model->enhancement), s->mask, 1, s->gain);
    for (uint32_t k = 0; k < s->bins; k++)
        spectrum[k] *= s->gain[k];
    tuft_stft_stream_pull(s->stft, spectrum, s->out);
    return s->out;
}

tuft_status enhance_stream_push(enhance_stream *s, const float *sample, const float *vision,
                                const float **out, tuft_error *err)
{
    *out = NULL;
    for (uint32_t i = 0; i < s->hop; i++)
        if (!isfinite(sample[i]))
            return tuft_fail(err, TUFT_NUMERIC, "sample %zu of the stream is %g",
                             s->arrived * s->hop + i, sample[i]);
    size_t slot = slot_of(s, s->arrived);
    float _Complex *spectrum = s->spectrum + slot * s->bins;
    tuft_stft_stream_push(s->stft, sample, spectrum);
    tuft_stft_power(spectrum, s->bins, s->power);
    tuft_enhancement_bands(s->model->enhancement, s->power, s->bands + slot * s->config.bands);
    if (vision)
        memcpy(s->vision + slot * s->vision_columns, vision, s->vision_columns * sizeof *s->vision);
    s->arrived++;
    if (s->arrived > s->config.ahead)
        *out = answer(s);
    return TUFT_OK;
}

const float *enhance_stream_drain(enhance_stream *s)
{
    return s->sent < s->arrived ? answer(s) : NULL;
}
