#include "cells/mcc_stream.h"

#include "cells/exponential.h"
#include "cells/relu6.h"
#include "core/memory.h"
#include "core/simd.h"

#include <stdlib.h>
#include <string.h>

/* The last outputs of a layer, newest at `now`. */
typedef struct {
    uint32_t cells, frames, now;
    float *value; /* [frames][cells] */
} past;

struct tuft_mcc_stream {
    tuft_mcc plan;    /* where the parts lie; its arrays are not owned, nor used after new */
    float *parameter; /* matrices [inputs][cells], the rest as in the network */
    float *mean[TUFT_MCC_STREAMS], *scale[TUFT_MCC_STREAMS];
    const tuft_mcc_silence *silence;
    past past[TUFT_MCC_LAYER_LIMIT + 1][TUFT_MCC_STREAMS];
    float *memory[TUFT_MCC_LAYER_LIMIT]; /* [cells] of the frame before */
    float *decoder[TUFT_MCC_DECODER_LIMIT];
    float *r, *c;     /* [widest] */
    uint32_t *active; /* [widest] */
    uint64_t events;
};

/* ---- events ---------------------------------------------------------------------------------- */

/* y += sum over k of x[k] row k of weight, for the rows listed, four at a time. */
TUFT_CLONES static void add_rows(const uint32_t *active, uint32_t n, const float *x,
                                 const float *weight, size_t cells, float *restrict y)
{
    uint32_t k = 0;
    for (; k + 4 <= n; k += 4) {
        const float *w0 = weight + active[k] * cells, *w1 = weight + active[k + 1] * cells;
        const float *w2 = weight + active[k + 2] * cells, *w3 = weight + active[k + 3] * cells;
        float x0 = x[active[k]], x1 = x[active[k + 1]];
        float x2 = x[active[k + 2]], x3 = x[active[k + 3]];
        for (size_t j = 0; j < cells; j++)
            y[j] += x0 * w0[j] + x1 * w1[j] + (x2 * w2[j] + x3 * w3[j]);
    }
    for (; k < n; k++) {
        const float *w = weight + active[k] * cells;
        for (size_t j = 0; j < cells; j++)
            y[j] += x[active[k]] * w[j];
    }
}

/* What of x is not 0. */
static uint32_t list_active(tuft_mcc_stream *stream, const float *x, uint32_t inputs)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < inputs; i++) {
        stream->active[n] = i;
        n += x[i] != 0;
    }
    return n;
}

static void deliver(tuft_mcc_stream *stream, const float *x, uint32_t inputs, size_t weight,
                    uint32_t cells, float *y)
{
    if (!inputs || !cells)
        return;
    uint32_t n = list_active(stream, x, inputs);
    add_rows(stream->active, n, x, stream->parameter + weight, cells, y);
    stream->events += (uint64_t)n * cells;
}

static const float *frame_before(const past *of, uint32_t frames)
{
    return of->value + (size_t)((of->now + of->frames - frames) % of->frames) * of->cells;
}

/* Weights [frames][bands][channels_in][channels]. */
static void deliver_patches(tuft_mcc_stream *stream, const tuft_field *field, size_t weight,
                            const past *below, float *r)
{
    const tuft_field_config *config = &field->config;
    uint32_t half = config->bands / 2;
    for (uint32_t k = 0; k < field->frames; k++) {
        const float *x = frame_before(below, k);
        uint32_t n = list_active(stream, x, field->inputs);
        for (uint32_t a = 0; a < n; a++) {
            uint32_t band = stream->active[a] / field->channels_in;
            uint32_t channel = stream->active[a] % field->channels_in;
            uint32_t first = band > half ? (band - half + config->stride - 1) / config->stride : 0;
            for (uint32_t out = first;
                 out < field->bands_out && out * config->stride <= band + half; out++) {
                uint32_t place = band + half - out * config->stride;
                size_t row = ((size_t)k * config->bands + place) * field->channels_in + channel;
                const uint32_t only = 0;
                add_rows(&only, 1, x + stream->active[a],
                         stream->parameter + weight + row * config->channels, config->channels,
                         r + (size_t)out * config->channels);
                stream->events += config->channels;
            }
        }
    }
}

static void deliver_field(tuft_mcc_stream *stream, const tuft_field *field, size_t weight,
                          const past *below, float *r)
{
    if (field->config.kind == TUFT_FIELD_TIME_FREQUENCY) {
        deliver_patches(stream, field, weight, below, r);
        return;
    }
    for (uint32_t k = 0; k < field->frames; k++)
        deliver(stream, frame_before(below, k), field->inputs,
                weight + (size_t)k * field->cells * field->inputs, field->cells, r);
}

/* ---- a frame --------------------------------------------------------------------------------- */

static float *next_frame(past *of)
{
    of->now = (of->now + 1) % of->frames;
    return of->value + (size_t)of->now * of->cells;
}

static void take_input(tuft_mcc_stream *stream, int s, const float *x)
{
    if (!stream->plan.config.columns[s])
        return;
    float *to = next_frame(&stream->past[0][s]);
    for (uint32_t c = 0; c < stream->plan.config.columns[s]; c++)
        to[c] = (x[c] - stream->mean[s][c]) * stream->scale[s][c];
}

static void step_stream(tuft_mcc_stream *stream, uint32_t l, int s)
{
    const tuft_cooperative_layer *layer = &stream->plan.layer[l];
    const tuft_cooperative_place *at = &layer->at[s];
    const past *own = &stream->past[l][s], *other = &stream->past[l][!s];
    uint32_t cells = layer->cells[s];
    float *y = next_frame(&stream->past[l + 1][s]);
    memcpy(stream->r, stream->parameter + at->bias_r, cells * sizeof *stream->r);
    deliver_field(stream, &layer->field[s], at->r, own, stream->r);
    if (tuft_cooperative_has_context(layer)) {
        memcpy(stream->c, stream->parameter + at->bias_c, cells * sizeof *stream->c);
        deliver(stream, frame_before(own, 1), layer->inputs[s], at->p, cells, stream->c);
        if (layer->inputs[!s])
            deliver(stream, frame_before(other, 0), layer->inputs[!s], at->d, cells, stream->c);
        deliver(stream, stream->memory[l], layer->memory.cells, at->u, cells, stream->c);
    }
    tuft_mcc_cell_apply(layer->cell, stream->r, stream->c, y, cells);
    if (stream->silence)
        for (uint32_t j = 0; j < cells; j++)
            y[j] *= stream->silence->alive[l][s][j];
}

static void step_memory(tuft_mcc_stream *stream, uint32_t l)
{
    const tuft_memory *memory = &stream->plan.layer[l].memory;
    float keep = (float)memory->keep, rest = (float)(1 - memory->keep), *m = stream->memory[l];
    memcpy(stream->r, stream->parameter + memory->bias, memory->cells * sizeof *stream->r);
    for (int s = 0; s < TUFT_MCC_STREAMS; s++)
        if (memory->inputs[s])
            deliver(stream, frame_before(&stream->past[l][s], 0), memory->inputs[s],
                    memory->weight[s], memory->cells, stream->r);
    tuft_relu6(stream->r, stream->r, memory->cells);
    for (uint32_t j = 0; j < memory->cells; j++) {
        float next = keep * m[j] + rest * stream->r[j];
        m[j] = next >= TUFT_MEMORY_LEAST ? next : 0;
    }
}

static void step_dense(tuft_mcc_stream *stream, const tuft_mcc_dense *dense, float *z)
{
    memcpy(z, stream->parameter + dense->bias, dense->cells * sizeof *z);
    for (uint32_t k = 0; k < dense->sources; k++) {
        const tuft_mcc_source *source = &dense->source[k];
        const float *x = source->stream < 0
                             ? stream->decoder[source->layer]
                             : frame_before(&stream->past[source->layer][source->stream], 0);
        deliver(stream, x, source->cells, source->weight, dense->cells, z);
    }
}

void tuft_mcc_stream_step(tuft_mcc_stream *stream, const float *audio, const float *vision,
                          float *output)
{
    const tuft_mcc *plan = &stream->plan;
    take_input(stream, TUFT_MCC_AUDIO, audio);
    take_input(stream, TUFT_MCC_VISION, vision);
    for (uint32_t l = 0; l < plan->config.layers; l++) {
        for (int s = 0; s < TUFT_MCC_STREAMS; s++)
            if (plan->layer[l].cells[s])
                step_stream(stream, l, s);
        if (plan->layer[l].memory.cells)
            step_memory(stream, l); /* context saw that of the frame before */
    }
    for (uint32_t d = 0; d < plan->config.decoders; d++) {
        step_dense(stream, &plan->decoder[d], stream->decoder[d]);
        tuft_relu6(stream->decoder[d], stream->decoder[d], plan->decoder[d].cells);
    }
    for (uint32_t h = 0; h < plan->heads; h++) {
        step_dense(stream, &plan->head[h], output);
        for (uint32_t j = 0; plan->config.output == TUFT_MCC_MASK && j < plan->head[h].cells; j++)
            output[j] = 1 / (1 + tuft_expf(-output[j]));
        output += plan->head[h].cells;
    }
}

uint64_t tuft_mcc_stream_events(const tuft_mcc_stream *stream)
{
    return stream->events;
}

/* ---- beginning ------------------------------------------------------------------------------- */

void tuft_mcc_stream_reset(tuft_mcc_stream *stream)
{
    for (uint32_t l = 0; l <= stream->plan.config.layers; l++)
        for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
            past *of = &stream->past[l][s];
            memset(of->value, 0, (size_t)of->frames * of->cells * sizeof *of->value);
        }
    for (uint32_t l = 0; l < stream->plan.config.layers; l++)
        memset(stream->memory[l], 0, stream->plan.layer[l].memory.cells * sizeof(float));
}

void tuft_mcc_stream_free(tuft_mcc_stream *stream)
{
    if (!stream)
        return;
    free(stream->parameter);
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        free(stream->mean[s]);
        free(stream->scale[s]);
        for (int l = 0; l <= TUFT_MCC_LAYER_LIMIT; l++)
            free(stream->past[l][s].value);
    }
    for (int l = 0; l < TUFT_MCC_LAYER_LIMIT; l++)
        free(stream->memory[l]);
    for (int d = 0; d < TUFT_MCC_DECODER_LIMIT; d++)
        free(stream->decoder[d]);
    free(stream->r);
    free(stream->c);
    free(stream->active);
    free(stream);
}

/* A matrix [cells][inputs] as [inputs][cells]. */
static void turn(const tuft_mcc *net, size_t at, size_t cells, size_t inputs, float *out)
{
    const float *from = net->parameter + at;
    for (size_t j = 0; j < cells; j++)
        for (size_t i = 0; i < inputs; i++)
            out[at + i * cells + j] = from[j * inputs + i];
}

static void turn_layer(const tuft_mcc *net, const tuft_cooperative_layer *layer, float *out)
{
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        const tuft_field *field = &layer->field[s];
        const tuft_cooperative_place *at = &layer->at[s];
        size_t cells = layer->cells[s];
        turn(net, layer->memory.weight[s], layer->memory.cells, layer->memory.inputs[s], out);
        if (!cells)
            continue;
        if (field->config.kind == TUFT_FIELD_TIME_FREQUENCY)
            turn(net, at->r, field->config.channels, field->fan_in, out);
        else
            for (size_t k = 0; k < field->frames; k++)
                turn(net, at->r + k * cells * field->inputs, cells, field->inputs, out);
        if (!tuft_cooperative_has_context(layer))
            continue;
        turn(net, at->p, cells, layer->inputs[s], out);
        turn(net, at->d, cells, layer->inputs[!s], out);
        turn(net, at->u, cells, layer->memory.cells, out);
    }
}

static void turn_dense(const tuft_mcc *net, const tuft_mcc_dense *dense, float *out)
{
    for (uint32_t k = 0; k < dense->sources; k++)
        turn(net, dense->source[k].weight, dense->cells, dense->source[k].cells, out);
}

static void turn_all(const tuft_mcc *net, float *out)
{
    memcpy(out, net->parameter, net->parameters * sizeof *out); /* biases */
    for (uint32_t l = 0; l < net->config.layers; l++)
        turn_layer(net, &net->layer[l], out);
    for (uint32_t d = 0; d < net->config.decoders; d++)
        turn_dense(net, &net->decoder[d], out);
    for (uint32_t h = 0; h < net->heads; h++)
        turn_dense(net, &net->head[h], out);
}

static tuft_status make_room(tuft_mcc_stream *stream, const tuft_mcc *net, tuft_error *err)
{
    size_t widest = net->config.outputs;
    tuft_status status = TUFT_NEW(&stream->parameter, net->parameters, "mcc: weights", err);
    for (uint32_t l = 0; !status && l <= net->config.layers; l++)
        for (int s = 0; !status && s < TUFT_MCC_STREAMS; s++) {
            past *of = &stream->past[l][s];
            uint32_t seen = l < net->config.layers ? net->layer[l].field[s].frames : 1;
            of->cells = tuft_mcc_cells(net, l, s);
            of->frames = seen > 2 ? seen : 2;
            status =
                TUFT_NEW(&of->value, (size_t)of->frames * of->cells, "mcc: earlier frames", err);
            widest = of->cells > widest ? of->cells : widest;
        }
    for (uint32_t l = 0; !status && l < net->config.layers; l++) {
        uint32_t cells = net->layer[l].memory.cells;
        status = TUFT_NEW(&stream->memory[l], cells, "mcc: memory", err);
        widest = cells > widest ? cells : widest;
    }
    for (uint32_t d = 0; !status && d < net->config.decoders; d++) {
        uint32_t cells = net->config.decoder[d];
        status = TUFT_NEW(&stream->decoder[d], cells, "mcc: decoder", err);
        widest = cells > widest ? cells : widest;
    }
    for (int s = 0; !status && s < TUFT_MCC_STREAMS; s++) {
        status = TUFT_NEW(&stream->mean[s], net->config.columns[s], "mcc: means", err);
        if (!status)
            status = TUFT_NEW(&stream->scale[s], net->config.columns[s], "mcc: scales", err);
    }
    if (!status)
        status = TUFT_NEW(&stream->r, widest, "mcc: sums", err);
    if (!status)
        status = TUFT_NEW(&stream->c, widest, "mcc: sums", err);
    if (!status)
        status = TUFT_NEW(&stream->active, widest, "mcc: events", err);
    return status;
}

tuft_status tuft_mcc_stream_new(tuft_mcc_stream **out, const tuft_mcc *net,
                                const tuft_mcc_silence *silence, tuft_error *err)
{
    tuft_mcc_stream *stream;
    *out = NULL;
    tuft_status status = TUFT_NEW(&stream, 1, "mcc: stream", err);
    if (status)
        return status;
    status = make_room(stream, net, err);
    if (status) {
        tuft_mcc_stream_free(stream);
        return status;
    }
    stream->plan = *net;
    stream->plan.parameter = NULL;
    stream->silence = silence;
    turn_all(net, stream->parameter);
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        stream->plan.mean[s] = stream->plan.scale[s] = NULL;
        memcpy(stream->mean[s], net->mean[s], net->config.columns[s] * sizeof *net->mean[s]);
        memcpy(stream->scale[s], net->scale[s], net->config.columns[s] * sizeof *net->scale[s]);
    }
    *out = stream;
    return TUFT_OK;
}
