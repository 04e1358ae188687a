#include "cells/mcc_network.h"

#include "core/memory.h"
#include "core/philox.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the plan -------------------------------------------------------------------------------- */

static tuft_status check(const tuft_mcc_config *c, tuft_error *err)
{
    if (!tuft_mcc_cell_name(c->cell))
        return tuft_fail(err, TUFT_INVALID, "mcc: unknown cell %d", (int)c->cell);
    if (!tuft_mcc_output_name(c->output))
        return tuft_fail(err, TUFT_INVALID, "mcc: unknown output %d", (int)c->output);
    if (!c->columns[TUFT_MCC_AUDIO] && !c->columns[TUFT_MCC_VISION])
        return tuft_fail(err, TUFT_INVALID, "mcc: neither stream has any columns");
    if (c->layers < 1 || c->layers > TUFT_MCC_LAYER_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "mcc: %u layers, expected 1 to %d", c->layers,
                         TUFT_MCC_LAYER_LIMIT);
    if (c->memory > TUFT_FIELD_CELL_LIMIT || !(c->keep >= 0 && c->keep < 1))
        return tuft_fail(err, TUFT_INVALID,
                         "mcc: memory of %u cells that keep %g, expected at most %d, 0 to below 1",
                         c->memory, c->keep, TUFT_FIELD_CELL_LIMIT);
    if (c->decoders > TUFT_MCC_DECODER_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "mcc: %u decoder layers, expected at most %d",
                         c->decoders, TUFT_MCC_DECODER_LIMIT);
    for (uint32_t d = 0; d < c->decoders; d++)
        if (c->decoder[d] < 1 || c->decoder[d] > TUFT_FIELD_CELL_LIMIT)
            return tuft_fail(err, TUFT_INVALID, "mcc: decoder layer of %u cells, expected 1 to %d",
                             c->decoder[d], TUFT_FIELD_CELL_LIMIT);
    if (c->outputs < 1 || c->outputs > TUFT_FIELD_CELL_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "mcc: %u outputs, expected 1 to %d", c->outputs,
                         TUFT_FIELD_CELL_LIMIT);
    if (c->skip_layers > 1 || c->skip_audio > 1)
        return tuft_fail(err, TUFT_INVALID, "mcc: skip %u and %u, expected 0 or 1", c->skip_layers,
                         c->skip_audio);
    if (c->output != TUFT_MCC_CROSS)
        return TUFT_OK;
    if (!c->columns[TUFT_MCC_AUDIO] || !c->columns[TUFT_MCC_VISION])
        return tuft_fail(err, TUFT_INVALID, "mcc: streams that predict each other must both be");
    if (c->head < 1 || c->head >= c->outputs || c->decoders || c->skip_layers || c->skip_audio)
        return tuft_fail(err, TUFT_INVALID,
                         "mcc: streams that predict each other: %u of %u outputs for audio, "
                         "expected some of each, no decoder and nothing skipped",
                         c->head, c->outputs);
    return TUFT_OK;
}

uint32_t tuft_mcc_cells(const tuft_mcc *net, uint32_t layer, int stream)
{
    return layer ? net->layer[layer - 1].cells[stream] : net->config.columns[stream];
}

static void feed(tuft_mcc *net, tuft_mcc_dense *dense, int stream, uint32_t layer, uint32_t cells)
{
    if (!cells)
        return;
    dense->source[dense->sources++] = (tuft_mcc_source){
        .stream = stream, .layer = layer, .cells = cells, .weight = net->parameters};
    net->parameters += (size_t)cells * dense->cells;
}

static void feed_by_streams(tuft_mcc *net, tuft_mcc_dense *dense)
{
    uint32_t last = net->config.layers;
    for (uint32_t l = net->config.skip_layers ? 1 : last; l <= last; l++)
        for (int s = 0; s < TUFT_MCC_STREAMS; s++)
            feed(net, dense, s, l, tuft_mcc_cells(net, l, s));
    if (net->config.skip_audio)
        feed(net, dense, TUFT_MCC_AUDIO, 0, net->config.columns[TUFT_MCC_AUDIO]);
}

static void end_dense(tuft_mcc *net, tuft_mcc_dense *dense)
{
    dense->bias = net->parameters;
    net->parameters += dense->cells;
}

static void plan_decoder(tuft_mcc *net)
{
    const tuft_mcc_config *c = &net->config;
    for (uint32_t d = 0; d <= c->decoders; d++) {
        tuft_mcc_dense *dense = d < c->decoders ? &net->decoder[d] : &net->head[0];
        dense->cells = d < c->decoders ? c->decoder[d] : c->outputs;
        if (d)
            feed(net, dense, -1, d - 1, c->decoder[d - 1]);
        else
            feed_by_streams(net, dense);
        end_dense(net, dense);
    }
    net->heads = 1;
}

static void plan_cross(tuft_mcc *net)
{
    const tuft_mcc_config *c = &net->config;
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        tuft_mcc_dense *dense = &net->head[s];
        dense->cells = s == TUFT_MCC_AUDIO ? c->head : c->outputs - c->head;
        feed(net, dense, s, c->layers, tuft_mcc_cells(net, c->layers, s));
        end_dense(net, dense);
    }
    net->heads = TUFT_MCC_STREAMS;
}

tuft_status tuft_mcc_plan(tuft_mcc *out, const tuft_mcc_config *config, tuft_error *err)
{
    *out = (tuft_mcc){.config = *config, .pad = 1};
    tuft_status status = check(config, err);
    uint32_t inputs[TUFT_MCC_STREAMS], channels[TUFT_MCC_STREAMS];
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        inputs[s] = config->columns[s];
        channels[s] = 1;
    }
    for (uint32_t l = 0; !status && l < config->layers; l++) {
        tuft_cooperative_layer *layer = &out->layer[l];
        const tuft_field_config *const field[] = {&config->field[l][0], &config->field[l][1]};
        status = tuft_cooperative_plan(layer, config->cell, field, inputs, channels, config->memory,
                                       config->keep, &out->parameters, err);
        for (int s = 0; !status && s < TUFT_MCC_STREAMS; s++) {
            const tuft_field *seen = &layer->field[s];
            inputs[s] = layer->cells[s];
            channels[s] = tuft_field_channels(seen);
            if (seen->frames > out->pad + 1)
                out->pad = seen->frames - 1;
            if (seen->scratch > out->scratch)
                out->scratch = seen->scratch;
        }
    }
    out->stream_parameters = out->parameters;
    if (!status && config->output == TUFT_MCC_CROSS)
        plan_cross(out);
    else if (!status)
        plan_decoder(out);
    if (!status && out->parameters > TUFT_MCC_PARAMETER_LIMIT)
        status = tuft_fail(err, TUFT_INVALID, "mcc: %zu parameters, expected at most %d",
                           out->parameters, TUFT_MCC_PARAMETER_LIMIT);
    return status;
}

/* ---- the start ------------------------------------------------------------------------------- */

/* E[f(R, C)^2] for R and C independent normal with sd sigma and sigma / 2, by the trapezoid rule.
 */
static double mean_square(tuft_mcc_cell cell, double sigma)
{
    enum { HALF = 60, POINTS = 2 * HALF + 1 };
    float r[POINTS], c[POINTS], y[POINTS];
    double total = 0, weights = 0;
    for (int j = 0; j < POINTS; j++) {
        double b = (j - HALF) * 0.1, density = exp(-b * b / 2);
        for (int i = 0; i < POINTS; i++) {
            r[i] = (float)(sigma * (i - HALF) * 0.1);
            c[i] = (float)(sigma / 2 * b);
        }
        tuft_mcc_cell_apply(cell, r, c, y, POINTS);
        for (int i = 0; i < POINTS; i++) {
            double a = (i - HALF) * 0.1, weight = density * exp(-a * a / 2);
            total += weight * (double)y[i] * (double)y[i];
            weights += weight;
        }
    }
    return total / weights;
}

static double starting_sigma(tuft_mcc_cell cell)
{
    double low = 0, high = 2;
    for (int i = 0; i < 30; i++) {
        double middle = (low + high) / 2;
        if (mean_square(cell, middle) > 1)
            high = middle;
        else
            low = middle;
    }
    return low;
}

typedef struct {
    tuft_mcc *net;
    uint64_t stream;
} starter;

static void draw(starter *start, size_t at, size_t n, double sd)
{
    const double most = 2.5;
    tuft_random random =
        tuft_random_stream(start->net->config.seed, TUFT_RANDOM_INITIAL, start->stream++);
    for (size_t i = 0; i < n; i++)
        start->net->parameter[at + i] =
            (float)(sd * fmax(-most, fmin(most, tuft_random_normal(&random))));
}

static void draw_layer(starter *start, const tuft_cooperative_layer *layer, double sigma)
{
    const tuft_memory *memory = &layer->memory;
    double sources = (double)layer->inputs[0] + layer->inputs[1];
    for (int s = 0; s < TUFT_MCC_STREAMS; s++)
        draw(start, memory->weight[s], (size_t)memory->cells * memory->inputs[s],
             sqrt(2 / sources));
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        const tuft_cooperative_place *at = &layer->at[s];
        size_t cells = layer->cells[s], others = layer->inputs[!s];
        double context = sigma / 2 / sqrt(sources + memory->cells);
        draw(start, at->r, layer->field[s].weights,
             sigma / sqrt(fmax((double)layer->field[s].fan_in, 1)));
        if (!tuft_cooperative_has_context(layer))
            continue;
        draw(start, at->p, cells * layer->inputs[s], context);
        draw(start, at->d, cells ? cells * others : 0, context);
        draw(start, at->u, cells * memory->cells, context);
    }
}

static void draw_dense(starter *start, const tuft_mcc_dense *dense, double square)
{
    double sources = 0;
    for (uint32_t k = 0; k < dense->sources; k++)
        sources += dense->source[k].cells;
    for (uint32_t k = 0; k < dense->sources; k++)
        draw(start, dense->source[k].weight, (size_t)dense->source[k].cells * dense->cells,
             sqrt(square / sources));
}

static void start_network(tuft_mcc *net)
{
    starter start = {.net = net};
    double sigma = starting_sigma(net->config.cell);
    for (uint32_t l = 0; l < net->config.layers; l++)
        draw_layer(&start, &net->layer[l], sigma);
    for (uint32_t d = 0; d < net->config.decoders; d++)
        draw_dense(&start, &net->decoder[d], 2);
    for (uint32_t h = 0; h < net->heads; h++)
        draw_dense(&start, &net->head[h], 1);
}

tuft_status tuft_mcc_new(tuft_mcc **out, const tuft_mcc_config *config, tuft_error *err)
{
    tuft_mcc *net;
    *out = NULL;
    tuft_status status = TUFT_NEW(&net, 1, "mcc: network", err);
    if (status)
        return status;
    status = tuft_mcc_plan(net, config, err);
    if (!status)
        status = TUFT_NEW(&net->parameter, net->parameters, "mcc: parameters", err);
    for (int s = 0; !status && s < TUFT_MCC_STREAMS; s++) {
        status = TUFT_NEW(&net->mean[s], config->columns[s], "mcc: means", err);
        if (!status)
            status = TUFT_NEW(&net->scale[s], config->columns[s], "mcc: scales", err);
        for (uint32_t c = 0; !status && c < config->columns[s]; c++)
            net->scale[s][c] = 1;
    }
    if (status) {
        tuft_mcc_free(net);
        return status;
    }
    start_network(net);
    *out = net;
    return TUFT_OK;
}

void tuft_mcc_free(tuft_mcc *net)
{
    if (!net)
        return;
    free(net->parameter);
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        free(net->mean[s]);
        free(net->scale[s]);
    }
    free(net);
}

/* ---- streams of another network -------------------------------------------------------------- */

static int same_streams(const tuft_mcc *a, const tuft_mcc *b)
{
    const tuft_mcc_config *p = &a->config, *q = &b->config;
    if (p->cell != q->cell || p->layers != q->layers || p->memory != q->memory ||
        p->keep != q->keep || a->stream_parameters != b->stream_parameters)
        return 0;
    for (int s = 0; s < TUFT_MCC_STREAMS; s++)
        for (uint32_t l = 0; l <= p->layers; l++)
            if (tuft_mcc_cells(a, l, s) != tuft_mcc_cells(b, l, s) ||
                (l && memcmp(&p->field[l - 1][s], &q->field[l - 1][s], sizeof p->field[0][0]) != 0))
                return 0;
    return 1;
}

tuft_status tuft_mcc_streams_from(tuft_mcc *net, const tuft_mcc *from, tuft_error *err)
{
    if (!same_streams(net, from))
        return tuft_fail(err, TUFT_INVALID,
                         "mcc: the streams of two networks differ: %zu parameters and %zu, or "
                         "other cells, memory, columns or fields",
                         net->stream_parameters, from->stream_parameters);
    memcpy(net->parameter, from->parameter, net->stream_parameters * sizeof *net->parameter);
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        memcpy(net->mean[s], from->mean[s], net->config.columns[s] * sizeof *net->mean[s]);
        memcpy(net->scale[s], from->scale[s], net->config.columns[s] * sizeof *net->scale[s]);
    }
    return TUFT_OK;
}
