#include "cells/receptive_field.h"

#include "cells/product.h"

#include <string.h>

/* Rows whose patches are laid out at a time: few enough to stay in the cache. */
enum { BLOCK = 32 };

const char *tuft_field_name(tuft_field_kind kind)
{
    static const char *const name[] = {"dense", "time", "time-frequency"};
    return (unsigned)kind < TUFT_FIELDS ? name[kind] : NULL;
}

/* ---- the plan -------------------------------------------------------------------------------- */

static tuft_status check(const tuft_field_config *c, uint32_t inputs, uint32_t channels_in,
                         tuft_error *err)
{
    if ((unsigned)c->kind >= TUFT_FIELDS)
        return tuft_fail(err, TUFT_INVALID, "receptive field: unknown kind %d", (int)c->kind);
    if (inputs < 1 || inputs > TUFT_FIELD_CELL_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "receptive field: %u inputs, expected 1 to %d", inputs,
                         TUFT_FIELD_CELL_LIMIT);
    if (c->kind != TUFT_FIELD_DENSE && (c->frames < 1 || c->frames > TUFT_FIELD_FRAME_LIMIT))
        return tuft_fail(err, TUFT_INVALID, "receptive field: %u frames, expected 1 to %d",
                         c->frames, TUFT_FIELD_FRAME_LIMIT);
    if (c->kind != TUFT_FIELD_TIME_FREQUENCY)
        return TUFT_OK;
    if (channels_in < 1 || inputs % channels_in)
        return tuft_fail(err, TUFT_INVALID, "receptive field: %u columns are not whole bands of %u",
                         inputs, channels_in);
    uint32_t bands = inputs / channels_in;
    if (c->bands < 1 || c->bands % 2 == 0 || c->bands > bands)
        return tuft_fail(err, TUFT_INVALID,
                         "receptive field: %u bands, expected an odd number up to %u", c->bands,
                         bands);
    if (c->stride < 1 || c->stride > bands)
        return tuft_fail(err, TUFT_INVALID, "receptive field: stride %u, expected 1 to %u",
                         c->stride, bands);
    if (c->channels < 1 || c->channels > TUFT_FIELD_CELL_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "receptive field: %u channels, expected 1 to %d",
                         c->channels, TUFT_FIELD_CELL_LIMIT);
    return TUFT_OK;
}

tuft_status tuft_field_plan(tuft_field *out, const tuft_field_config *config, uint32_t inputs,
                            uint32_t channels_in, tuft_error *err)
{
    *out = (tuft_field){0};
    tuft_status status = check(config, inputs, channels_in, err);
    if (status)
        return status;
    tuft_field field = {.config = *config,
                        .inputs = inputs,
                        .cells = config->cells,
                        .frames = config->kind == TUFT_FIELD_DENSE ? 1 : config->frames};
    if (config->kind == TUFT_FIELD_TIME_FREQUENCY) {
        field.channels_in = channels_in;
        field.bands_in = inputs / channels_in;
        field.bands_out = (field.bands_in + config->stride - 1) / config->stride;
        field.cells = field.bands_out * config->channels;
        field.fan_in = (size_t)config->frames * config->bands * channels_in;
        field.weights = field.fan_in * config->channels;
        field.scratch = BLOCK * field.bands_out * field.fan_in;
    } else {
        field.fan_in = (size_t)field.frames * inputs;
        field.weights = field.fan_in * field.cells;
    }
    if (field.cells < 1 || field.cells > TUFT_FIELD_CELL_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "receptive field: %u cells, expected 1 to %d",
                         field.cells, TUFT_FIELD_CELL_LIMIT);
    *out = field;
    return TUFT_OK;
}

uint32_t tuft_field_channels(const tuft_field *field)
{
    return field->config.kind == TUFT_FIELD_TIME_FREQUENCY ? field->config.channels : 1;
}

/* ---- patches --------------------------------------------------------------------------------- */

/* The bands that the cells of one band see: from `first`, which may lie outside, `bands` of them.
 * Sets what part of them there is. */
typedef struct {
    size_t skip, bands; /* of the patch: bands outside below, bands inside */
    size_t band;        /* of the input: the first inside */
} reach;

static reach reach_of(const tuft_field *field, size_t band_out)
{
    long first = (long)(band_out * field->config.stride) - (long)(field->config.bands / 2);
    long from = first > 0 ? first : 0, to = first + (long)field->config.bands;
    if (to > (long)field->bands_in)
        to = (long)field->bands_in;
    return (reach){(size_t)(from - first), (size_t)(to - from), (size_t)from};
}

/* Patches [rows][bands_out][frames][bands][channels_in]. */
static void take_patches(const tuft_field *field, size_t rows, const float *x, float *patch)
{
    size_t channels = field->channels_in, run = field->config.bands * channels;
    for (size_t t = 0; t < rows; t++)
        for (size_t b = 0; b < field->bands_out; b++) {
            reach there = reach_of(field, b);
            for (size_t k = 0; k < field->frames; k++, patch += run) {
                const float *from = x + t * field->inputs - k * field->inputs;
                size_t before = there.skip * channels, inside = there.bands * channels;
                memset(patch, 0, before * sizeof *patch);
                memcpy(patch + before, from + there.band * channels, inside * sizeof *patch);
                memset(patch + before + inside, 0, (run - before - inside) * sizeof *patch);
            }
        }
}

/* Slopes of patches, back to where they were taken. */
static void give_patches(const tuft_field *field, size_t rows, const float *patch, float *slope_x)
{
    size_t channels = field->channels_in, run = field->config.bands * channels;
    for (size_t t = 0; t < rows; t++)
        for (size_t b = 0; b < field->bands_out; b++) {
            reach there = reach_of(field, b);
            for (size_t k = 0; k < field->frames; k++, patch += run) {
                float *to = slope_x + t * field->inputs - k * field->inputs + there.band * channels;
                const float *from = patch + there.skip * channels;
                for (size_t i = 0; i < there.bands * channels; i++)
                    to[i] += from[i];
            }
        }
}

/* ---- forward and back ------------------------------------------------------------------------ */

static void patches_forward(const tuft_field *field, const float *weight, size_t rows,
                            const float *x, float *r, float *scratch)
{
    for (size_t first = 0; first < rows; first += BLOCK) {
        size_t n = rows - first < BLOCK ? rows - first : BLOCK;
        take_patches(field, n, x + first * field->inputs, scratch);
        tuft_product_forward(n * field->bands_out, field->fan_in, field->config.channels, scratch,
                             weight, 0, r + first * field->cells);
    }
}

static void patches_backward(const tuft_field *field, const float *weight, size_t rows,
                             const float *x, const float *slope_r, float *slope_weight,
                             float *slope_x, float *scratch)
{
    for (size_t first = 0; first < rows; first += BLOCK) {
        size_t n = rows - first < BLOCK ? rows - first : BLOCK;
        size_t patches = n * field->bands_out;
        const float *slope = slope_r + first * field->cells;
        take_patches(field, n, x + first * field->inputs, scratch);
        tuft_product_gradient(patches, field->fan_in, field->config.channels, scratch, slope,
                              slope_weight);
        if (!slope_x)
            continue;
        memset(scratch, 0, patches * field->fan_in * sizeof *scratch);
        tuft_product_back(patches, field->fan_in, field->config.channels, slope, weight, scratch);
        give_patches(field, n, scratch, slope_x + first * field->inputs);
    }
}

void tuft_field_forward(const tuft_field *field, const float *weight, size_t rows, const float *x,
                        float *r, float *scratch)
{
    if (field->config.kind == TUFT_FIELD_TIME_FREQUENCY) {
        patches_forward(field, weight, rows, x, r, scratch);
        return;
    }
    size_t inputs = field->inputs, cells = field->cells;
    for (size_t k = 0; k < field->frames; k++)
        tuft_product_forward(rows, inputs, cells, x - k * inputs, weight + k * cells * inputs,
                             k ? 1 : 0, r);
}

void tuft_field_backward(const tuft_field *field, const float *weight, size_t rows, const float *x,
                         const float *slope_r, float *slope_weight, float *slope_x, float *scratch)
{
    if (field->config.kind == TUFT_FIELD_TIME_FREQUENCY) {
        patches_backward(field, weight, rows, x, slope_r, slope_weight, slope_x, scratch);
        return;
    }
    size_t inputs = field->inputs, cells = field->cells;
    for (size_t k = 0; k < field->frames; k++) {
        tuft_product_gradient(rows, inputs, cells, x - k * inputs, slope_r,
                              slope_weight + k * cells * inputs);
        if (slope_x)
            tuft_product_back(rows, inputs, cells, slope_r, weight + k * cells * inputs,
                              slope_x - k * inputs);
    }
}

void tuft_field_fan_out(const tuft_field *field, uint32_t *fan_out)
{
    if (field->config.kind != TUFT_FIELD_TIME_FREQUENCY) {
        for (size_t i = 0; i < field->inputs; i++)
            fan_out[i] += field->frames * field->cells;
        return;
    }
    for (size_t b = 0; b < field->bands_out; b++) {
        reach there = reach_of(field, b);
        for (size_t i = 0; i < there.bands * field->channels_in; i++)
            fan_out[there.band * field->channels_in + i] += field->frames * field->config.channels;
    }
}
