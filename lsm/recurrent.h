/* A layer of cells that see the input and each other, trained through time. What is read of it is a
 * sum over time, so that any head (lsm/softmax.h, lsm/contrastive.h, lsm/prototypical.h) can be
 * trained on top of it and send its gradient back.
 *
 *     I_t = W x_t + U y_(t-1) + b         y_t = cell(I_t)        r <- keep r + y_t / scale
 *
 * tanh   y = tanh(I): Elman 1990, Cogn. Sci. 14:179-211           (lsm/rnn.h)
 * LIF    the liquid's cell with trained weights                   (lsm/srnn.h)
 *
 * The read r: keep 1 adds up (spike counts over scale, as the liquid is read; a mean with scale =
 * steps), keep 0 is the last output, keep = decay is what a leaky output cell has collected at the
 * last step. A linear readout of r is the same as linear output cells that do the summing.
 * Gradient: back-propagation through time (Werbos 1990, Proc. IEEE 78:1550-1560), all steps, in
 * float32 on OpenBLAS; the same for a seed with OpenBLAS at one thread.
 */
#ifndef TUFT_LSM_RECURRENT_H
#define TUFT_LSM_RECURRENT_H

#include "lsm/operations.h"
#include "lsm/sequence.h"

typedef enum {
    TUFT_RECURRENT_TANH,
    TUFT_RECURRENT_LIF,
    TUFT_RECURRENT_LIF_SMOOTH /* spikes are the function that the surrogate is the slope of: for
                                 checking gradients */
} tuft_recurrent_kind;

typedef struct {
    tuft_recurrent_kind kind;
    uint32_t cells;
    double decay, threshold;       /* LIF */
    double sharpness;              /* LIF: of the surrogate (lsm/srnn.h), above 0 */
    double keep, scale;            /* of the read: 0 <= keep <= 1, scale above 0 */
    double input_sd, recurrent_sd; /* weights start as N(0, sd^2), biases at 0 */
} tuft_recurrent_config;

/* Owns parameter: W [cells][channels], U [cells][cells] (row: to, column: from), b [cells]. */
typedef struct {
    tuft_recurrent_config config;
    tuft_sequence_shape shape;
    size_t parameters;
    float *parameter;
} tuft_recurrent;

/* Weights are drawn from Philox TUFT_RANDOM_INITIAL, the given stream. Errors: TUFT_INVALID, a
 * configuration or shape that makes no sense. On failure *out is zeroed. */
tuft_status tuft_recurrent_new(tuft_recurrent *out, const tuft_recurrent_config *config,
                               tuft_sequence_shape shape, uint64_t seed, uint64_t stream,
                               tuft_error *err);
void tuft_recurrent_free(tuft_recurrent *layer);

/* What a batch leaves behind on its way forward, and needs on its way back. Owns its arrays. */
typedef struct {
    size_t capacity, rows;   /* room for, and in use */
    float *x;                /* [steps][rows][channels] */
    float *state, *output;   /* [steps][rows][cells]: I_t, then the cell's own; y_t */
    float *slope;            /* [steps][rows][cells] d loss/d I_t */
    float *read;             /* [rows][cells] */
    float *read_slope;       /* [rows][cells] d loss/d read: the head's to fill */
    float *below;            /* [rows][cells] d loss/d y_t of the step at hand */
    uint64_t events, spikes; /* of the input; outputs other than 0 that reach a next step */
} tuft_recurrent_trace;

tuft_status tuft_recurrent_trace_new(tuft_recurrent_trace *out, const tuft_recurrent *layer,
                                     size_t rows, tuft_error *err);
void tuft_recurrent_trace_free(tuft_recurrent_trace *trace);

/* The rows index[0..n) of a table of sequences, n at most the trace's capacity, into trace->read.
 * The table has the layer's shape; work is added to *work, which may be NULL. */
void tuft_recurrent_forward(const tuft_recurrent *layer, const tuft_features *sequences,
                            const uint32_t *index, size_t n, tuft_recurrent_trace *trace,
                            tuft_work *work);
/* From trace->read_slope of the last forward pass to gradient [parameters]. */
void tuft_recurrent_backward(const tuft_recurrent *layer, tuft_recurrent_trace *trace,
                             float *gradient, tuft_work *work);

/* The reads of all rows as a table, [rows][cells], labels and groups kept. Errors: TUFT_INVALID,
 * sequences of another shape; TUFT_MEMORY. On failure *out is zeroed. */
tuft_status tuft_recurrent_read(const tuft_recurrent *layer, const tuft_features *sequences,
                                tuft_features *out, tuft_error *err);

/* Shortens a gradient to the given length if it is longer, 0: never (Pascanu, Mikolov & Bengio
 * 2013, ICML, algorithm 1). Returns the length it had. */
double tuft_gradient_clip(float *gradient, size_t n, double longest);

#endif
