/* What a layer of cells sees of the layer below: R = W x, without the bias.
 *
 *     dense           R(t) = W x(t)
 *     time            R(t) = sum over k of W_k x(t - k), k = 0 .. frames - 1: a causal convolution
 *     time-frequency  the columns of x are [band][channel]; a cell [band'][channel'] sees `frames`
 *                     frames (this one and those before) and `bands` bands around band' x stride,
 *                     with weights shared by all bands and zeros outside
 *
 * Matrices have the padding of cells/rows.h: `x` and `r` point at the first row to be computed, and
 * the frames - 1 rows before it can be read (and, of slopes, written).
 */
#ifndef TUFT_CELLS_RECEPTIVE_FIELD_H
#define TUFT_CELLS_RECEPTIVE_FIELD_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum {
    TUFT_FIELD_DENSE,
    TUFT_FIELD_TIME,
    TUFT_FIELD_TIME_FREQUENCY,
    TUFT_FIELDS /* how many */
} tuft_field_kind;

/* "dense", "time", "time-frequency"; NULL for what is none. */
const char *tuft_field_name(tuft_field_kind kind);

/* What is asked for. Members that a kind does not use are 0. */
typedef struct {
    tuft_field_kind kind;
    uint32_t cells;    /* dense, time */
    uint32_t frames;   /* time, time-frequency: 1 to 64 */
    uint32_t bands;    /* time-frequency: odd, at most the input's */
    uint32_t stride;   /* time-frequency: 1 or more */
    uint32_t channels; /* time-frequency */
} tuft_field_config;

enum { TUFT_FIELD_CELL_LIMIT = 1 << 14, TUFT_FIELD_FRAME_LIMIT = 64 };

typedef struct {
    tuft_field_config config;
    uint32_t inputs, cells, frames; /* columns of x and of r; frames seen */
    uint32_t bands_in, channels_in, bands_out;
    size_t weights; /* dense [cells][inputs]; time [frames][cells][inputs]; time-frequency
                       [channels][frames][bands][channels_in] */
    size_t fan_in;  /* inputs of one cell */
    size_t scratch; /* floats that forward and backward need for themselves */
} tuft_field;

/* inputs = bands x channels_in columns below (channels_in 1: all are bands). TUFT_INVALID: a size
 * out of range. */
tuft_status tuft_field_plan(tuft_field *out, const tuft_field_config *config, uint32_t inputs,
                            uint32_t channels_in, tuft_error *err);

/* Channels that a layer above sees in this one's cells. */
uint32_t tuft_field_channels(const tuft_field *field);

/* r = W x for rows. scratch [field->scratch] */
void tuft_field_forward(const tuft_field *field, const float *weight, size_t rows, const float *x,
                        float *r, float *scratch);
/* Adds to slope_weight, and to slope_x unless that is NULL. */
void tuft_field_backward(const tuft_field *field, const float *weight, size_t rows, const float *x,
                         const float *slope_r, float *slope_weight, float *slope_x, float *scratch);
/* Adds to fan_out [inputs] how many weights each input acts through, over all frames. */
void tuft_field_fan_out(const tuft_field *field, uint32_t *fan_out);

#endif
