#include "cells/mcc_reference.h"

#include "core/philox.h"

#include <math.h>
#include <stdlib.h>

static double relu6(double x)
{
    return fmin(fmax(x, 0), 6);
}

static double transfer(tuft_mcc_cell cell, double r, double c)
{
    switch (cell) {
    case TUFT_MCC_POINT:
        return relu6(r);
    case TUFT_MCC_TM1:
        return r / 2 * (1 + exp(fmin(fmax(r * c, -10), 10)));
    case TUFT_MCC_TM2:
        return r + r * c;
    case TUFT_MCC_TM3:
        return r * (1 + tanh(r * c));
    case TUFT_MCC_TM4:
        return r * exp(fmin(fmax(r * c * log(2), -10), 10));
    case TUFT_MCC_COOPERATION:
        return relu6(r * r + 2 * r + c * (1 + fabs(r)));
    default:
        return relu6(r + c);
    }
}

/* Column c of frame t, 0 before the beginning. */
static double at(const double *x, size_t columns, long t, long c)
{
    return t < 0 ? 0 : x[(size_t)t * columns + (size_t)c];
}

/* Counts one synapse that value x at frame t acts through `delay` frames later. */
static double synapse(mcc_sums *sums, double x, long t, long delay, long frames)
{
    if (x != 0) {
        sums->events++;
        sums->delivered += t + delay < frames;
    }
    return x;
}

static double field(const tuft_field *f, const double *w, const double *x, long t, long cell)
{
    const tuft_field_config *c = &f->config;
    long inputs = f->inputs;
    double r = 0;
    if (c->kind == TUFT_FIELD_DENSE)
        for (long i = 0; i < inputs; i++)
            r += w[cell * inputs + i] * at(x, f->inputs, t, i);
    else if (c->kind == TUFT_FIELD_TIME)
        for (long k = 0; k < c->frames; k++)
            for (long i = 0; i < inputs; i++)
                r += w[(k * f->cells + cell) * inputs + i] * at(x, f->inputs, t - k, i);
    else {
        long band = cell / c->channels, channel = cell % c->channels, deep = f->channels_in;
        for (long k = 0; k < c->frames; k++)
            for (long b = 0; b < c->bands; b++)
                for (long d = 0; d < deep; d++) {
                    long from = band * c->stride + b - c->bands / 2;
                    if (from >= 0 && from < f->bands_in)
                        r += w[((channel * c->frames + k) * c->bands + b) * deep + d] *
                             at(x, f->inputs, t - k, from * deep + d);
                }
    }
    return r;
}

/* Every synapse of a receptive field, once for each source that is active. */
static void count_field(const tuft_field *f, const double *x, long frames, mcc_sums *sums)
{
    const tuft_field_config *c = &f->config;
    for (long t = 0; t < frames; t++)
        for (long cell = 0; cell < f->cells; cell++)
            for (long k = 0; k < f->frames; k++)
                for (long i = 0; i < f->inputs; i++) {
                    if (c->kind == TUFT_FIELD_TIME_FREQUENCY) {
                        long away = i / f->channels_in - cell / c->channels * c->stride;
                        if (labs(away) > c->bands / 2)
                            continue;
                    }
                    synapse(sums, at(x, f->inputs, t, i), t, k, frames);
                }
}

static void count_dense(const double *x, size_t inputs, size_t cells, long delay, long frames,
                        mcc_sums *sums)
{
    for (long t = 0; t < frames; t++)
        for (size_t j = 0; j < cells; j++)
            for (size_t i = 0; i < inputs; i++)
                synapse(sums, x[(size_t)t * inputs + i], t, delay, frames);
}

static double row(const double *w, const double *x, size_t columns, long t, size_t cell)
{
    double sum = 0;
    for (size_t i = 0; i < columns; i++)
        sum += w[cell * columns + i] * at(x, columns, t, (long)i);
    return sum;
}

/* m and both y of a layer. */
static void layer_forward(const tuft_cooperative_layer *l, const double *p, long frames,
                          double *const x[2], double *m, double *const y[2], mcc_sums *sums)
{
    size_t memory = l->memory.cells;
    for (long t = 0; t < frames; t++) {
        for (size_t j = 0; j < memory; j++) {
            double a = p[l->memory.bias + j];
            for (int s = 0; s < 2; s++)
                if (l->inputs[s])
                    a += row(p + l->memory.weight[s], x[s], l->inputs[s], t, j);
            m[(size_t)t * memory + j] =
                l->memory.keep * at(m, memory, t - 1, (long)j) + (1 - l->memory.keep) * relu6(a);
        }
        for (int s = 0; s < 2; s++)
            for (size_t j = 0; j < l->cells[s]; j++) {
                const tuft_cooperative_place *o = &l->at[s];
                double r = p[o->bias_r + j] + field(&l->field[s], p + o->r, x[s], t, (long)j);
                double c = 0;
                if (l->cell != TUFT_MCC_POINT) {
                    c = p[o->bias_c + j] + row(p + o->p, x[s], l->inputs[s], t - 1, j);
                    if (l->inputs[!s])
                        c += row(p + o->d, x[!s], l->inputs[!s], t, j);
                    c += row(p + o->u, m, memory, t - 1, j);
                }
                double out = transfer(l->cell, r, c);
                y[s][(size_t)t * l->cells[s] + j] = out;
                sums->magnitude += fabs(out);
            }
    }
    for (int s = 0; s < 2; s++) {
        if (!l->cells[s])
            continue;
        count_field(&l->field[s], x[s], frames, sums);
        if (l->cell == TUFT_MCC_POINT)
            continue;
        count_dense(x[s], l->inputs[s], l->cells[s], 1, frames, sums);
        count_dense(x[!s], l->inputs[!s], l->cells[s], 0, frames, sums);
        count_dense(m, memory, l->cells[s], 1, frames, sums);
        count_dense(x[s], l->inputs[s], memory, 0, frames, sums);
    }
}

static void dense_forward(const tuft_mcc_dense *d, const double *p, long frames,
                          double *y[][TUFT_MCC_STREAMS], double *const *decoder, double *z,
                          mcc_sums *sums)
{
    for (uint32_t k = 0; k < d->sources; k++) {
        const tuft_mcc_source *s = &d->source[k];
        count_dense(s->stream < 0 ? decoder[s->layer] : y[s->layer][s->stream], s->cells, d->cells,
                    0, frames, sums);
    }
    for (long t = 0; t < frames; t++)
        for (size_t j = 0; j < d->cells; j++) {
            double sum = p[d->bias + j];
            for (uint32_t k = 0; k < d->sources; k++) {
                const tuft_mcc_source *s = &d->source[k];
                const double *x = s->stream < 0 ? decoder[s->layer] : y[s->layer][s->stream];
                sum += row(p + s->weight, x, s->cells, t, j);
            }
            z[(size_t)t * d->cells + j] = sum;
        }
}

static double *zeros(size_t n)
{
    return calloc(n + 1, sizeof(double));
}

void mcc_reference(const tuft_mcc *net, const double *parameter, size_t frames, const double *audio,
                   const double *vision, const float *target, const float *weight, double *output,
                   mcc_sums *sums)
{
    double *y[TUFT_MCC_LAYER_LIMIT + 1][TUFT_MCC_STREAMS] = {{(double *)audio, (double *)vision}};
    double *decoder[TUFT_MCC_DECODER_LIMIT] = {0};
    long n = (long)frames;
    for (uint32_t l = 0; l < net->config.layers; l++) {
        const tuft_cooperative_layer *layer = &net->layer[l];
        double *m = zeros(frames * layer->memory.cells);
        for (int s = 0; s < 2; s++)
            y[l + 1][s] = zeros(frames * layer->cells[s]);
        layer_forward(layer, parameter, n, y[l], m, y[l + 1], sums);
        free(m);
    }
    for (uint32_t l = 0; l <= net->config.layers; l++)
        for (int s = 0; s < 2; s++)
            for (size_t i = 0; i < frames * tuft_mcc_cells(net, l, s); i++)
                sums->active[l][s] += y[l][s][i] != 0;
    for (uint32_t d = 0; d < net->config.decoders; d++) {
        size_t cells = net->decoder[d].cells;
        decoder[d] = zeros(frames * cells);
        dense_forward(&net->decoder[d], parameter, n, y, decoder, decoder[d], sums);
        for (size_t i = 0; i < frames * cells; i++)
            decoder[d][i] = relu6(decoder[d][i]);
    }
    size_t before = 0, outputs = net->config.outputs;
    for (uint32_t h = 0; h < net->heads; h++) {
        size_t cells = net->head[h].cells;
        double *z = zeros(frames * cells);
        dense_forward(&net->head[h], parameter, n, y, decoder, z, sums);
        for (size_t t = 0; t < frames; t++)
            for (size_t j = 0; j < cells; j++) {
                double o = z[t * cells + j];
                size_t i = t * outputs + before + j;
                if (net->config.output == TUFT_MCC_MASK)
                    o = 1 / (1 + exp(-o));
                if (output)
                    output[i] = o;
                if (target)
                    sums->squares += (weight ? (double)weight[i] : 1) * (o - (double)target[i]) *
                                     (o - (double)target[i]);
            }
        free(z);
        before += cells;
    }
    for (uint32_t l = 1; l <= net->config.layers; l++)
        for (int s = 0; s < 2; s++)
            free(y[l][s]);
    for (uint32_t d = 0; d < net->config.decoders; d++)
        free(decoder[d]);
}

tuft_mcc_config mcc_small(tuft_mcc_cell cell)
{
    tuft_mcc_config config = {.columns = {5, 4},
                              .layers = 2,
                              .cell = cell,
                              .memory = 3,
                              .keep = 0.6,
                              .decoders = 1,
                              .decoder = {7},
                              .skip_layers = 1,
                              .skip_audio = 1,
                              .output = TUFT_MCC_MASK,
                              .outputs = 3,
                              .seed = 11};
    config.field[0][TUFT_MCC_AUDIO].cells = 6;
    config.field[0][TUFT_MCC_VISION].cells = 4;
    config.field[1][TUFT_MCC_AUDIO].cells = 3;
    config.field[1][TUFT_MCC_VISION].cells = 5;
    return config;
}

mcc_samples mcc_samples_new(const tuft_mcc_config *config, uint32_t n, const size_t *frames,
                            int weighted, uint64_t seed)
{
    mcc_samples samples = {.n = n, .one = calloc(n, sizeof *samples.one)};
    size_t columns = config->columns[0] + config->columns[1], outputs = config->outputs, all = 0;
    for (uint32_t i = 0; i < n; i++)
        all += frames[i];
    samples.value = calloc(all * (columns + 2 * outputs) + 1, sizeof *samples.value);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 77);
    float *next = samples.value;
    for (uint32_t i = 0; i < n; i++) {
        tuft_mcc_utterance *u = &samples.one[i];
        u->frames = frames[i];
        u->audio = next;
        for (size_t k = 0; k < frames[i] * config->columns[0]; k++)
            *next++ = (float)tuft_random_normal(&random);
        u->vision = next;
        for (size_t k = 0; k < frames[i] * config->columns[1]; k++)
            *next++ = (float)tuft_random_normal(&random);
        u->target = next;
        for (size_t k = 0; k < frames[i] * outputs; k++)
            *next++ = (float)tuft_random_uniform(&random);
        u->weight = weighted ? next : NULL;
        for (size_t k = 0; k < frames[i] * outputs; k++)
            *next++ = (float)(2 * tuft_random_uniform(&random));
    }
    return samples;
}

void mcc_samples_free(mcc_samples *samples)
{
    free(samples->one);
    free(samples->value);
}
