#include "lsm/recurrent.h"

#include "core/memory.h"
#include "core/philox.h"
#include "lsm/rnn.h"
#include "lsm/srnn.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_LIMIT = 1 << 14, READ_ROWS = 64 };

/* ---- the layer ------------------------------------------------------------------------------- */

static tuft_status check(const tuft_recurrent_config *c, tuft_sequence_shape shape, tuft_error *err)
{
    if ((int)c->kind < 0 || c->kind > TUFT_RECURRENT_LIF_SMOOTH)
        return tuft_fail(err, TUFT_INVALID, "recurrent: unknown kind of cell %d", (int)c->kind);
    if (c->cells < 1 || c->cells > CELL_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "recurrent: %u cells, expected 1 to %d", c->cells,
                         CELL_LIMIT);
    if (shape.steps < 1 || shape.channels < 1 ||
        shape.steps > TUFT_FEATURES_COLUMN_LIMIT / shape.channels)
        return tuft_fail(err, TUFT_INVALID, "recurrent: %zu steps of %zu channels", shape.steps,
                         shape.channels);
    if (!(c->keep >= 0 && c->keep <= 1) || !(c->scale > 0) || !isfinite(c->scale))
        return tuft_fail(err, TUFT_INVALID,
                         "recurrent: keep %g and scale %g, expected 0 to 1 and above 0", c->keep,
                         c->scale);
    if (!(c->input_sd >= 0) || !(c->recurrent_sd >= 0) || !isfinite(c->input_sd) ||
        !isfinite(c->recurrent_sd))
        return tuft_fail(err, TUFT_INVALID,
                         "recurrent: weights of sd %g and %g, expected 0 or more", c->input_sd,
                         c->recurrent_sd);
    if (c->kind != TUFT_RECURRENT_TANH &&
        (!(c->decay > 0 && c->decay <= 1) || !isfinite(c->threshold) || !(c->sharpness > 0) ||
         !isfinite(c->sharpness)))
        return tuft_fail(
            err, TUFT_INVALID,
            "recurrent: decay %g, threshold %g, sharpness %g, expected above 0 to 1, a "
            "number, above 0",
            c->decay, c->threshold, c->sharpness);
    return TUFT_OK;
}

void tuft_recurrent_free(tuft_recurrent *layer)
{
    free(layer->parameter);
    *layer = (tuft_recurrent){0};
}

tuft_status tuft_recurrent_new(tuft_recurrent *out, const tuft_recurrent_config *config,
                               tuft_sequence_shape shape, uint64_t seed, uint64_t stream,
                               tuft_error *err)
{
    *out = (tuft_recurrent){0};
    tuft_status status = check(config, shape, err);
    if (status)
        return status;
    size_t cells = config->cells, inputs = cells * shape.channels;
    out->config = *config;
    out->shape = shape;
    out->parameters = inputs + cells * cells + cells;
    status = TUFT_NEW(&out->parameter, out->parameters, "recurrent: weights", err);
    if (status) {
        tuft_recurrent_free(out);
        return status;
    }
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_INITIAL, stream);
    for (size_t k = 0; k < inputs + cells * cells; k++)
        out->parameter[k] = (float)((k < inputs ? config->input_sd : config->recurrent_sd) *
                                    tuft_random_normal(&random));
    return TUFT_OK;
}

/* Where the three kinds of parameters lie. */
static const float *recurrent_weights(const tuft_recurrent *layer)
{
    return layer->parameter + layer->config.cells * layer->shape.channels;
}

static const float *biases(const tuft_recurrent *layer)
{
    return layer->parameter + layer->parameters - layer->config.cells;
}

/* ---- the trace ------------------------------------------------------------------------------- */

void tuft_recurrent_trace_free(tuft_recurrent_trace *trace)
{
    free(trace->x);
    free(trace->state);
    free(trace->output);
    free(trace->slope);
    free(trace->read);
    free(trace->read_slope);
    free(trace->below);
    *trace = (tuft_recurrent_trace){0};
}

tuft_status tuft_recurrent_trace_new(tuft_recurrent_trace *out, const tuft_recurrent *layer,
                                     size_t rows, tuft_error *err)
{
    size_t cells = layer->config.cells, steps = layer->shape.steps;
    *out = (tuft_recurrent_trace){.capacity = rows};
    if (rows < 1 || rows > TUFT_FEATURES_ROW_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "recurrent: a batch of %zu rows", rows);
    tuft_status status =
        TUFT_NEW(&out->x, rows * steps * layer->shape.channels, "recurrent: batch", err);
    if (!status)
        status = TUFT_NEW(&out->state, rows * steps * cells, "recurrent: states", err);
    if (!status)
        status = TUFT_NEW(&out->output, rows * steps * cells, "recurrent: outputs", err);
    if (!status)
        status = TUFT_NEW(&out->slope, rows * steps * cells, "recurrent: slopes", err);
    if (!status)
        status = TUFT_NEW(&out->read, rows * cells, "recurrent: reads", err);
    if (!status)
        status = TUFT_NEW(&out->read_slope, rows * cells, "recurrent: slopes of reads", err);
    if (!status)
        status = TUFT_NEW(&out->below, rows * cells, "recurrent: slopes of outputs", err);
    if (status)
        tuft_recurrent_trace_free(out);
    return status;
}

/* ---- forward --------------------------------------------------------------------------------- */

/* x [steps][n][channels]; counts the events. */
static void gather(const tuft_recurrent *layer, const tuft_features *sequences,
                   const uint32_t *index, size_t n, tuft_recurrent_trace *trace)
{
    size_t channels = layer->shape.channels;
    double events = 0;
    for (size_t t = 0; t < layer->shape.steps; t++)
        for (size_t i = 0; i < n; i++) {
            float *x = trace->x + (t * n + i) * channels;
            memcpy(x, sequences->value + index[i] * sequences->columns + t * channels,
                   channels * sizeof *x);
            for (size_t c = 0; c < channels; c++)
                events += (double)x[c];
        }
    trace->rows = n;
    trace->events = (uint64_t)events;
}

static tuft_srnn_cell spiking_cell(const tuft_recurrent_config *config)
{
    return (tuft_srnn_cell){.decay = (float)config->decay,
                            .threshold = (float)config->threshold,
                            .sharpness = (float)config->sharpness,
                            .shape = config->kind == TUFT_RECURRENT_LIF ? TUFT_SPIKE_STEP
                                                                        : TUFT_SPIKE_SMOOTH};
}

static void cell_forward(const tuft_recurrent_config *config, tuft_recurrent_trace *trace, size_t t,
                         size_t n)
{
    float *state = trace->state + t * n, *output = trace->output + t * n;
    if (config->kind == TUFT_RECURRENT_TANH) {
        tuft_rnn_forward(state, n, output);
        return;
    }
    tuft_srnn_cell cell = spiking_cell(config);
    tuft_srnn_forward(&cell, t ? state - n : NULL, t ? output - n : NULL, n, state, output);
}

/* W and the cells' work, one step after the other. */
static void count_steps(const tuft_recurrent *layer, const tuft_recurrent_trace *trace,
                        tuft_work *work)
{
    size_t cells = layer->config.cells, rows = trace->rows * layer->shape.steps;
    size_t later = trace->rows * (layer->shape.steps - 1);
    if (!work)
        return;
    tuft_work_events(work, trace->events, rows, layer->shape.channels, cells);
    if (layer->config.kind == TUFT_RECURRENT_LIF)
        tuft_work_events(work, trace->spikes, later, cells, cells);
    else
        tuft_work_product(work, later, cells, cells);
    tuft_work_cells(work, rows * cells);
}

void tuft_recurrent_forward(const tuft_recurrent *layer, const tuft_features *sequences,
                            const uint32_t *index, size_t n, tuft_recurrent_trace *trace,
                            tuft_work *work)
{
    const tuft_recurrent_config *config = &layer->config;
    int cells = (int)config->cells, channels = (int)layer->shape.channels;
    size_t steps = layer->shape.steps, slice = n * config->cells;
    gather(layer, sequences, index, n, trace);
    for (size_t i = 0; i < steps * n; i++)
        memcpy(trace->state + i * config->cells, biases(layer), config->cells * sizeof(float));
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)(steps * n), cells, channels, 1,
                trace->x, channels, layer->parameter, channels, 1, trace->state, cells);
    memset(trace->read, 0, slice * sizeof *trace->read);
    float keep = (float)config->keep, share = (float)(1 / config->scale);
    for (size_t t = 0; t < steps; t++) {
        const float *output = trace->output + t * slice;
        if (t)
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, cells, cells, 1,
                        output - slice, cells, recurrent_weights(layer), cells, 1,
                        trace->state + t * slice, cells);
        cell_forward(config, trace, t, slice);
        for (size_t k = 0; k < slice; k++)
            trace->read[k] = keep * trace->read[k] + share * output[k];
    }
    trace->spikes = 0;
    for (size_t k = 0; k < (steps - 1) * slice; k++)
        trace->spikes += trace->output[k] != 0;
    count_steps(layer, trace, work);
}

/* ---- backward -------------------------------------------------------------------------------- */

static void cell_backward(const tuft_recurrent *layer, tuft_recurrent_trace *trace, size_t t,
                          size_t n)
{
    const float *state = trace->state + t * n, *output = trace->output + t * n;
    float *slope = trace->slope + t * n;
    if (layer->config.kind == TUFT_RECURRENT_TANH) {
        tuft_rnn_backward(output, trace->below, n, slope);
        return;
    }
    tuft_srnn_cell cell = spiking_cell(&layer->config);
    const float *after = t + 1 < layer->shape.steps ? slope + n : NULL;
    tuft_srnn_backward(&cell, state, output, trace->below, after, n, slope);
}

/* dW = sum over steps of slope' x, dU of slope_t' y_(t-1), db of slope. */
static void parameter_gradient(const tuft_recurrent *layer, const tuft_recurrent_trace *trace,
                               float *gradient)
{
    int cells = (int)layer->config.cells, channels = (int)layer->shape.channels;
    size_t steps = layer->shape.steps, n = trace->rows, slice = n * layer->config.cells;
    float *inner = gradient + layer->config.cells * layer->shape.channels;
    float *bias = gradient + layer->parameters - layer->config.cells;
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, cells, channels, (int)(steps * n), 1,
                trace->slope, cells, trace->x, channels, 0, gradient, channels);
    memset(inner, 0, (layer->parameters - (size_t)(inner - gradient)) * sizeof *inner);
    if (steps > 1)
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, cells, cells, (int)((steps - 1) * n),
                    1, trace->slope + slice, cells, trace->output, cells, 0, inner, cells);
    for (size_t i = 0; i < steps * n; i++)
        for (size_t j = 0; j < layer->config.cells; j++)
            bias[j] += trace->slope[i * layer->config.cells + j];
}

void tuft_recurrent_backward(const tuft_recurrent *layer, tuft_recurrent_trace *trace,
                             float *gradient, tuft_work *work)
{
    const tuft_recurrent_config *config = &layer->config;
    int cells = (int)config->cells;
    size_t steps = layer->shape.steps, n = trace->rows, slice = n * config->cells;
    double reach = 1 / config->scale; /* of y_t in the read: keep^(steps - 1 - t) / scale */
    for (size_t t = steps; t-- > 0; reach *= config->keep) {
        for (size_t k = 0; k < slice; k++)
            trace->below[k] = (float)reach * trace->read_slope[k];
        if (t + 1 < steps)
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, cells, cells, 1,
                        trace->slope + (t + 1) * slice, cells, recurrent_weights(layer), cells, 1,
                        trace->below, cells);
        cell_backward(layer, trace, t, slice);
    }
    parameter_gradient(layer, trace, gradient);
    if (!work)
        return;
    tuft_work_product(work, n * (steps - 1), config->cells, config->cells);
    count_steps(layer, trace, work);
}

double tuft_gradient_clip(float *gradient, size_t n, double longest)
{
    double square = 0;
    for (size_t k = 0; k < n; k++)
        square += (double)gradient[k] * (double)gradient[k];
    double length = sqrt(square);
    if (longest > 0 && length > longest && isfinite(length))
        for (size_t k = 0; k < n; k++)
            gradient[k] *= (float)(longest / length);
    return length;
}

/* ---- reads ----------------------------------------------------------------------------------- */

tuft_status tuft_recurrent_read(const tuft_recurrent *layer, const tuft_features *sequences,
                                tuft_features *out, tuft_error *err)
{
    size_t columns = layer->shape.steps * layer->shape.channels, cells = layer->config.cells;
    *out = (tuft_features){0};
    if (sequences->columns != columns)
        return tuft_fail(err, TUFT_INVALID, "recurrent: sequences of %zu columns, expected %zu",
                         sequences->columns, columns);
    tuft_recurrent_trace trace;
    tuft_status status = tuft_recurrent_trace_new(&trace, layer, READ_ROWS, err);
    if (!status)
        status = tuft_features_new(out, sequences->rows, cells, err);
    for (size_t first = 0; !status && first < sequences->rows; first += READ_ROWS) {
        uint32_t index[READ_ROWS];
        size_t n = 0;
        for (; n < READ_ROWS && first + n < sequences->rows; n++)
            index[n] = (uint32_t)(first + n);
        tuft_recurrent_forward(layer, sequences, index, n, &trace, NULL);
        memcpy(out->value + first * cells, trace.read, n * cells * sizeof *trace.read);
        memcpy(out->label + first, sequences->label + first, n * sizeof *out->label);
        memcpy(out->group + first, sequences->group + first, n * sizeof *out->group);
    }
    tuft_recurrent_trace_free(&trace);
    return status;
}
