#include "cells/mcc_pass.h"

#include "cells/bias.h"
#include "cells/exponential.h"
#include "cells/product.h"
#include "cells/relu6.h"
#include "core/memory.h"
#include "core/simd.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tuft_mcc_pass {
    const tuft_mcc *net;
    tuft_rows rows;
    float *x[TUFT_MCC_STREAMS], *target, *weight; /* [rows][columns], [rows][outputs] */
    size_t x_capacity[TUFT_MCC_STREAMS], target_capacity, weight_capacity;
    size_t capacity; /* rows that what follows has room for */
    tuft_cooperative_trace layer[TUFT_MCC_LAYER_LIMIT];
    float *decoder[TUFT_MCC_DECODER_LIMIT], *slope_decoder[TUFT_MCC_DECODER_LIMIT];
    float *head[TUFT_MCC_STREAMS];
    float *scratch;
};

/* ---- room ------------------------------------------------------------------------------------ */

static void free_traces(tuft_mcc_pass *pass)
{
    for (int l = 0; l < TUFT_MCC_LAYER_LIMIT; l++)
        tuft_cooperative_trace_free(&pass->layer[l]);
    for (int d = 0; d < TUFT_MCC_DECODER_LIMIT; d++) {
        free(pass->decoder[d]);
        free(pass->slope_decoder[d]);
        pass->decoder[d] = pass->slope_decoder[d] = NULL;
    }
    for (int h = 0; h < TUFT_MCC_STREAMS; h++) {
        free(pass->head[h]);
        pass->head[h] = NULL;
    }
    pass->capacity = 0;
}

static tuft_status make_room(tuft_mcc_pass *pass, tuft_error *err)
{
    const tuft_mcc *net = pass->net;
    size_t rows = pass->rows.rows;
    tuft_status status = TUFT_OK;
    if (rows <= pass->capacity)
        return TUFT_OK;
    free_traces(pass);
    for (uint32_t l = 0; !status && l < net->config.layers; l++)
        status = tuft_cooperative_trace_new(&pass->layer[l], &net->layer[l], rows, err);
    for (uint32_t d = 0; !status && d < net->config.decoders; d++) {
        status = TUFT_NEW(&pass->decoder[d], rows * net->config.decoder[d], "mcc: decoder", err);
        if (!status)
            status = TUFT_NEW(&pass->slope_decoder[d], rows * net->config.decoder[d], "mcc: slopes",
                              err);
    }
    for (uint32_t h = 0; !status && h < net->heads; h++)
        status = TUFT_NEW(&pass->head[h], rows * net->head[h].cells, "mcc: outputs", err);
    if (status)
        free_traces(pass);
    else
        pass->capacity = rows;
    return status;
}

tuft_status tuft_mcc_pass_new(tuft_mcc_pass **out, const tuft_mcc *net, tuft_error *err)
{
    tuft_mcc_pass *pass;
    *out = NULL;
    tuft_status status = TUFT_NEW(&pass, 1, "mcc: pass", err);
    if (status)
        return status;
    pass->net = net;
    status = TUFT_NEW(&pass->scratch, net->scratch, "mcc: patches", err);
    if (status) {
        tuft_mcc_pass_free(pass);
        return status;
    }
    tuft_mcc_pass_clear(pass);
    *out = pass;
    return TUFT_OK;
}

void tuft_mcc_pass_free(tuft_mcc_pass *pass)
{
    if (!pass)
        return;
    free_traces(pass);
    tuft_rows_free(&pass->rows);
    for (int s = 0; s < TUFT_MCC_STREAMS; s++)
        free(pass->x[s]);
    free(pass->target);
    free(pass->weight);
    free(pass->scratch);
    free(pass);
}

/* ---- the batch ------------------------------------------------------------------------------- */

void tuft_mcc_pass_clear(tuft_mcc_pass *pass)
{
    tuft_rows_clear(&pass->rows, pass->net->pad);
}

const tuft_rows *tuft_mcc_pass_rows(const tuft_mcc_pass *pass)
{
    return &pass->rows;
}

/* Returns whether all values are finite. */
TUFT_CLONES static int all_finite(const float *x, size_t n)
{
    int odd = 0;
    for (size_t i = 0; i < n; i++)
        odd |= !(fabsf(x[i]) <= FLT_MAX);
    return !odd;
}

TUFT_CLONES static void standardise(const float *restrict x, size_t frames, size_t columns,
                                    const float *restrict mean, const float *restrict scale,
                                    float *restrict out)
{
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < columns; c++)
            out[t * columns + c] = (x[t * columns + c] - mean[c]) * scale[c];
}

static tuft_status check_values(const float *x, size_t frames, size_t columns, const char *what,
                                tuft_error *err)
{
    if (all_finite(x, frames * columns))
        return TUFT_OK;
    size_t at = 0;
    while (isfinite(x[at]))
        at++;
    return tuft_fail(err, TUFT_NUMERIC, "mcc: %s of frame %zu, column %zu is %g, expected a number",
                     what, at / columns, at % columns, (double)x[at]);
}

static tuft_status check_input(const float *x, size_t frames, size_t columns, const char *what,
                               tuft_error *err)
{
    if (!columns)
        return TUFT_OK;
    if (!x)
        return tuft_fail(err, TUFT_INVALID, "mcc: an utterance without %s", what);
    return check_values(x, frames, columns, what, err);
}

static tuft_status check_utterance(const tuft_mcc_pass *pass, const tuft_mcc_utterance *u,
                                   tuft_error *err)
{
    const tuft_mcc_config *config = &pass->net->config;
    const float *const x[] = {u->audio, u->vision};
    static const char *const name[] = {"audio", "vision"};
    tuft_status status = TUFT_OK;
    for (int s = 0; !status && s < TUFT_MCC_STREAMS; s++)
        status = check_input(x[s], u->frames, config->columns[s], name[s], err);
    if (!status && u->target)
        status = check_values(u->target, u->frames, config->outputs, "target", err);
    if (!status && u->weight)
        status = check_values(u->weight, u->frames, config->outputs, "weight", err);
    return status;
}

static void copy_in(tuft_mcc_pass *pass, const tuft_mcc_utterance *u)
{
    const tuft_mcc *net = pass->net;
    const float *const x[] = {u->audio, u->vision};
    size_t first = pass->rows.first[pass->rows.sequences - 1], outputs = net->config.outputs;
    size_t values = u->frames * outputs;
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        size_t columns = net->config.columns[s];
        if (!columns)
            continue;
        memset(pass->x[s] + (first - net->pad) * columns, 0,
               net->pad * columns * sizeof *pass->x[s]);
        standardise(x[s], u->frames, columns, net->mean[s], net->scale[s],
                    pass->x[s] + first * columns);
    }
    float *target = pass->target + first * outputs, *weight = pass->weight + first * outputs;
    if (u->target)
        memcpy(target, u->target, values * sizeof *target);
    else
        memset(target, 0, values * sizeof *target);
    for (size_t i = 0; i < values; i++)
        weight[i] = u->target && !u->weight ? 1 : 0;
    if (u->target && u->weight)
        memcpy(weight, u->weight, values * sizeof *weight);
}

tuft_status tuft_mcc_pass_add(tuft_mcc_pass *pass, const tuft_mcc_utterance *utterance,
                              tuft_error *err)
{
    const tuft_mcc_config *config = &pass->net->config;
    if (utterance->frames < 1 || utterance->frames > TUFT_ROW_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "mcc: an utterance of %zu frames, expected 1 to %d",
                         utterance->frames, TUFT_ROW_LIMIT);
    size_t rows = pass->rows.rows + pass->rows.pad + utterance->frames;
    tuft_status status = check_utterance(pass, utterance, err);
    for (int s = 0; !status && s < TUFT_MCC_STREAMS; s++)
        status = TUFT_GROW(&pass->x[s], &pass->x_capacity[s], rows * config->columns[s],
                           "mcc: inputs", err);
    if (!status)
        status = TUFT_GROW(&pass->target, &pass->target_capacity, rows * config->outputs,
                           "mcc: targets", err);
    if (!status)
        status = TUFT_GROW(&pass->weight, &pass->weight_capacity, rows * config->outputs,
                           "mcc: weights", err);
    if (!status)
        status = tuft_rows_add(&pass->rows, utterance->frames, err);
    if (!status)
        copy_in(pass, utterance);
    return status;
}

/* ---- forward --------------------------------------------------------------------------------- */

/* Outputs of layer l (0: the input) of a stream. */
static float *outputs_of(const tuft_mcc_pass *pass, uint32_t layer, int stream)
{
    return layer ? pass->layer[layer - 1].y[stream] : pass->x[stream];
}

static const float *source_of(const tuft_mcc_pass *pass, const tuft_mcc_source *source)
{
    return source->stream < 0 ? pass->decoder[source->layer]
                              : outputs_of(pass, source->layer, source->stream);
}

static void dense_forward(const tuft_mcc_pass *pass, const tuft_mcc_dense *dense, float *z)
{
    size_t pad = pass->rows.pad, n = pass->rows.rows - pad, cells = dense->cells;
    const float *parameter = pass->net->parameter;
    for (uint32_t k = 0; k < dense->sources; k++) {
        const tuft_mcc_source *source = &dense->source[k];
        tuft_product_forward(n, source->cells, cells, source_of(pass, source) + pad * source->cells,
                             parameter + source->weight, k ? 1 : 0, z + pad * cells);
    }
    tuft_bias_add(z + pad * cells, n, cells, parameter + dense->bias);
}

TUFT_CLONES static void logistic(float *z, size_t n)
{
    for (size_t i = 0; i < n; i++)
        z[i] = 1 / (1 + tuft_expf(-z[i]));
}

tuft_status tuft_mcc_pass_forward(tuft_mcc_pass *pass, const tuft_mcc_silence *silence,
                                  tuft_error *err)
{
    const tuft_mcc *net = pass->net;
    size_t rows = pass->rows.rows;
    if (!pass->rows.sequences)
        return tuft_fail(err, TUFT_INVALID, "mcc: a batch of no utterances");
    tuft_status status = make_room(pass, err);
    if (status)
        return status;
    for (uint32_t l = 0; l < net->config.layers; l++) {
        const float *const x[] = {outputs_of(pass, l, 0), outputs_of(pass, l, 1)};
        const float *const alive[] = {silence ? silence->alive[l][0] : NULL,
                                      silence ? silence->alive[l][1] : NULL};
        tuft_cooperative_forward(&net->layer[l], net->parameter, &pass->rows, x, alive,
                                 &pass->layer[l], pass->scratch);
    }
    for (uint32_t d = 0; d < net->config.decoders; d++) {
        dense_forward(pass, &net->decoder[d], pass->decoder[d]);
        tuft_relu6(pass->decoder[d], pass->decoder[d], rows * net->decoder[d].cells);
    }
    for (uint32_t h = 0; h < net->heads; h++) {
        dense_forward(pass, &net->head[h], pass->head[h]);
        if (net->config.output == TUFT_MCC_MASK)
            logistic(pass->head[h], rows * net->head[h].cells);
    }
    return TUFT_OK;
}

void tuft_mcc_pass_output(const tuft_mcc_pass *pass, float *output)
{
    const tuft_mcc *net = pass->net;
    for (size_t q = 0; q < pass->rows.sequences; q++)
        for (size_t t = 0; t < pass->rows.length[q]; t++)
            for (uint32_t h = 0; h < net->heads; h++) {
                size_t cells = net->head[h].cells;
                memcpy(output, pass->head[h] + (pass->rows.first[q] + t) * cells,
                       cells * sizeof *output);
                output += cells;
            }
}

/* ---- what has been sent ---------------------------------------------------------------------- */

TUFT_CLONES static void count_rows(const float *restrict y, size_t rows, size_t cells,
                                   uint64_t *restrict active)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cells; j++)
            active[j] += y[i * cells + j] != 0;
}

static const float *group_outputs(const tuft_mcc_pass *pass, const tuft_mcc_group *group)
{
    switch (group->kind) {
    case TUFT_MCC_GROUP_MEMORY:
        return pass->layer[group->layer - 1].m;
    case TUFT_MCC_GROUP_DECODER:
        return pass->decoder[group->layer];
    default:
        return outputs_of(pass, group->layer, group->stream);
    }
}

void tuft_mcc_pass_count(const tuft_mcc_pass *pass, tuft_mcc_activity *activity)
{
    const tuft_rows *rows = &pass->rows;
    activity->frames += rows->frames;
    for (int g = 0; g < activity->groups; g++) {
        const tuft_mcc_group *group = &activity->group[g];
        uint64_t *active = activity->active + group->at;
        for (size_t q = 0; q < rows->sequences; q++) {
            size_t first = rows->first[q], length = rows->length[q], before = 0;
            for (uint32_t h = 0; group->kind == TUFT_MCC_GROUP_OUTPUT && h < pass->net->heads;
                 h++) {
                size_t cells = pass->net->head[h].cells;
                count_rows(pass->head[h] + first * cells, length, cells, active + before);
                before += cells;
            }
            if (group->kind != TUFT_MCC_GROUP_OUTPUT)
                count_rows(group_outputs(pass, group) + first * group->cells, length, group->cells,
                           active);
        }
    }
}

void tuft_mcc_pass_cells(const tuft_mcc_pass *pass, const tuft_mcc_group *group, float *output)
{
    const float *from = group_outputs(pass, group);
    for (size_t q = 0; q < pass->rows.sequences; q++) {
        size_t count = pass->rows.length[q] * group->cells;
        memcpy(output, from + pass->rows.first[q] * group->cells, count * sizeof *output);
        output += count;
    }
}

/* ---- the loss -------------------------------------------------------------------------------- */

TUFT_CLONES static double weighted_square(const float *o, const float *t, const float *w, size_t n)
{
    enum { LANES = 16 };
    float lane[LANES] = {0};
    double sum = 0;
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            float away = o[i + k] - t[i + k];
            lane[k] += w[i + k] * away * away;
        }
    for (size_t k = 0; k < LANES; k++)
        sum += (double)lane[k];
    for (size_t i = whole; i < n; i++)
        sum += (double)(w[i] * (o[i] - t[i]) * (o[i] - t[i]));
    return sum;
}

double tuft_mcc_pass_loss(const tuft_mcc_pass *pass)
{
    const tuft_mcc *net = pass->net;
    size_t outputs = net->config.outputs;
    double loss = 0;
    for (size_t q = 0; q < pass->rows.sequences; q++)
        for (size_t i = pass->rows.first[q]; i < pass->rows.first[q] + pass->rows.length[q]; i++) {
            size_t at = i * outputs;
            for (uint32_t h = 0; h < net->heads; h++) {
                size_t cells = net->head[h].cells;
                loss += weighted_square(pass->head[h] + i * cells, pass->target + at,
                                        pass->weight + at, cells);
                at += cells;
            }
        }
    return loss;
}

/* Sum of |y| over a matrix, in an order of its own. */
TUFT_CLONES static double magnitude(const float *y, size_t n)
{
    enum { LANES = 16 };
    double lane[LANES] = {0}, sum = 0;
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            lane[k] += (double)fabsf(y[i + k]);
    for (size_t k = 0; k < LANES; k++)
        sum += lane[k];
    for (size_t i = whole; i < n; i++)
        sum += (double)fabsf(y[i]);
    return sum;
}

double tuft_mcc_pass_magnitude(const tuft_mcc_pass *pass)
{
    double sum = 0;
    for (uint32_t l = 0; l < pass->net->config.layers; l++)
        for (int s = 0; s < TUFT_MCC_STREAMS; s++)
            sum += magnitude(pass->layer[l].y[s], pass->rows.rows * pass->net->layer[l].cells[s]);
    return sum;
}

/* ---- back ------------------------------------------------------------------------------------ */

TUFT_CLONES static void output_slopes(float *o, const float *t, const float *w, size_t n,
                                      float scale)
{
    for (size_t i = 0; i < n; i++)
        o[i] = scale * w[i] * (o[i] - t[i]);
}

TUFT_CLONES static void logistic_slopes(float *o, const float *t, const float *w, size_t n,
                                        float scale)
{
    for (size_t i = 0; i < n; i++)
        o[i] = scale * w[i] * (o[i] - t[i]) * o[i] * (1 - o[i]);
}

/* Outputs become slopes of what the last layers sum up. */
static void loss_back(tuft_mcc_pass *pass, double scale)
{
    const tuft_mcc *net = pass->net;
    size_t outputs = net->config.outputs, before = 0;
    void (*const slopes)(float *, const float *, const float *, size_t, float) =
        net->config.output == TUFT_MCC_MASK ? logistic_slopes : output_slopes;
    for (uint32_t h = 0; h < net->heads; h++) {
        size_t cells = net->head[h].cells;
        for (size_t q = 0; q < pass->rows.sequences; q++) {
            size_t first = pass->rows.first[q];
            for (size_t i = first; i < first + pass->rows.length[q]; i++)
                slopes(pass->head[h] + i * cells, pass->target + i * outputs + before,
                       pass->weight + i * outputs + before, cells, (float)(2 * scale));
        }
        tuft_rows_clear_padding(&pass->rows, pass->head[h], cells);
        before += cells;
    }
}

static void dense_back(tuft_mcc_pass *pass, const tuft_mcc_dense *dense, const float *slope,
                       float *gradient, float *const slope_x[TUFT_MCC_STREAMS])
{
    size_t pad = pass->rows.pad, n = pass->rows.rows - pad;
    const float *from = slope + pad * dense->cells;
    tuft_bias_gradient(from, n, dense->cells, gradient + dense->bias);
    for (uint32_t k = 0; k < dense->sources; k++) {
        const tuft_mcc_source *source = &dense->source[k];
        size_t at = pad * source->cells;
        float *below = source->stream < 0 ? pass->slope_decoder[source->layer]
                       : source->layer    ? pass->layer[source->layer - 1].slope_y[source->stream]
                                          : slope_x[source->stream];
        tuft_product_gradient(n, source->cells, dense->cells, source_of(pass, source) + at, from,
                              gradient + source->weight);
        if (below)
            tuft_product_back(n, source->cells, dense->cells, from,
                              pass->net->parameter + source->weight, below + at);
    }
}

static void clear_slopes(tuft_mcc_pass *pass)
{
    const tuft_mcc *net = pass->net;
    size_t rows = pass->rows.rows;
    for (uint32_t l = 0; l < net->config.layers; l++)
        for (int s = 0; s < TUFT_MCC_STREAMS; s++)
            memset(pass->layer[l].slope_y[s], 0, rows * net->layer[l].cells[s] * sizeof(float));
    for (uint32_t d = 0; d < net->config.decoders; d++)
        memset(pass->slope_decoder[d], 0, rows * net->decoder[d].cells * sizeof(float));
}

double tuft_mcc_pass_backward(tuft_mcc_pass *pass, double scale, double penalty, float *gradient,
                              float *const slope_x[TUFT_MCC_STREAMS])
{
    const tuft_mcc *net = pass->net;
    float *const unwanted[TUFT_MCC_STREAMS] = {NULL, NULL};
    float *const *slope_input = slope_x ? slope_x : unwanted;
    double sum = 0;
    clear_slopes(pass);
    loss_back(pass, scale);
    for (uint32_t h = 0; h < net->heads; h++)
        dense_back(pass, &net->head[h], pass->head[h], gradient, slope_input);
    for (uint32_t d = net->config.decoders; d-- > 0;) {
        float *slope = pass->slope_decoder[d];
        tuft_relu6_slopes(pass->decoder[d], slope, slope, pass->rows.rows * net->decoder[d].cells);
        tuft_rows_clear_padding(&pass->rows, slope, net->decoder[d].cells);
        dense_back(pass, &net->decoder[d], slope, gradient, slope_input);
    }
    for (uint32_t l = net->config.layers; l-- > 0;) {
        const float *const x[] = {outputs_of(pass, l, 0), outputs_of(pass, l, 1)};
        float *const below[] = {l ? pass->layer[l - 1].slope_y[0] : slope_input[0],
                                l ? pass->layer[l - 1].slope_y[1] : slope_input[1]};
        sum += tuft_cooperative_backward(&net->layer[l], net->parameter, &pass->rows, x, penalty,
                                         &pass->layer[l], gradient, below, pass->scratch);
    }
    return sum;
}

tuft_status tuft_mcc_forward(tuft_mcc_pass *pass, const tuft_mcc_utterance *utterance, size_t n,
                             const tuft_mcc_silence *silence, float *output,
                             tuft_mcc_activity *activity, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    tuft_mcc_pass_clear(pass);
    for (size_t i = 0; !status && i < n; i++)
        status = tuft_mcc_pass_add(pass, &utterance[i], err);
    if (!status)
        status = tuft_mcc_pass_forward(pass, silence, err);
    if (status)
        return status;
    tuft_mcc_pass_output(pass, output);
    if (activity)
        tuft_mcc_pass_count(pass, activity);
    return TUFT_OK;
}
