#include "lsm/recurrent_fit.h"

#include "core/memory.h"
#include "core/philox.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LAYER_STREAM = 3 };

typedef struct {
    tuft_recurrent_classifier *classifier;
    const tuft_recurrent_training *training;
    tuft_recurrent_trace trace;
    tuft_adam layer_adam, weight_adam, bias_adam;
    float *layer_gradient, *weight_gradient, *bias_gradient;
    float *score;    /* [batch][classes] */
    int *label;      /* [batch] */
    uint32_t *order; /* [rows] */
    size_t batch;
    tuft_operations *operations;
} trainer;

static void trainer_free(trainer *t)
{
    tuft_recurrent_trace_free(&t->trace);
    tuft_adam_free(&t->layer_adam);
    tuft_adam_free(&t->weight_adam);
    tuft_adam_free(&t->bias_adam);
    free(t->layer_gradient);
    free(t->weight_gradient);
    free(t->bias_gradient);
    free(t->score);
    free(t->label);
    free(t->order);
}

static tuft_status trainer_new(trainer *t, size_t rows, tuft_error *err)
{
    const tuft_recurrent *layer = &t->classifier->layer;
    size_t classes = (size_t)t->classifier->readout.classes;
    size_t weights = classes * layer->config.cells;
    tuft_adam_config bias_config = t->training->adam;
    bias_config.decay = 0;
    t->batch = t->training->batch < rows ? t->training->batch : rows;
    tuft_status status = tuft_recurrent_trace_new(&t->trace, layer, t->batch, err);
    if (!status)
        status = tuft_adam_new(&t->layer_adam, t->training->adam, layer->parameters, err);
    if (!status)
        status = tuft_adam_new(&t->weight_adam, t->training->adam, weights, err);
    if (!status)
        status = tuft_adam_new(&t->bias_adam, bias_config, classes, err);
    if (!status)
        status = TUFT_NEW(&t->layer_gradient, layer->parameters, "recurrent: gradient", err);
    if (!status)
        status = TUFT_NEW(&t->weight_gradient, weights, "recurrent: gradient", err);
    if (!status)
        status = TUFT_NEW(&t->bias_gradient, classes, "recurrent: gradient", err);
    if (!status)
        status = TUFT_NEW(&t->score, t->batch * classes, "recurrent: scores", err);
    if (!status)
        status = TUFT_NEW(&t->label, t->batch, "recurrent: labels", err);
    if (!status)
        status = TUFT_NEW(&t->order, rows, "recurrent: order of rows", err);
    return status;
}

static void count_batch(const trainer *t, size_t n)
{
    size_t cells = t->classifier->layer.config.cells;
    size_t classes = (size_t)t->classifier->readout.classes;
    tuft_operations *operations = t->operations;
    operations->shown += n;
    tuft_work_product(&operations->forward, n, cells, classes);
    tuft_work_product(&operations->backward, n, cells, classes); /* the readout's gradient */
    tuft_work_product(&operations->backward, n, classes, cells); /* the layer's share */
    operations->update += t->layer_adam.n + t->weight_adam.n + t->bias_adam.n;
}

/* One step; returns the batch's mean loss. */
static double step(trainer *t, const tuft_features *sequences, const uint32_t *index, size_t n)
{
    tuft_recurrent *layer = &t->classifier->layer;
    tuft_linear *readout = &t->classifier->readout;
    int cells = (int)layer->config.cells, classes = readout->classes;
    for (size_t i = 0; i < n; i++)
        t->label[i] = sequences->label[index[i]];
    tuft_recurrent_forward(layer, sequences, index, n, &t->trace, &t->operations->forward);
    double loss = tuft_softmax_gradient(readout, t->trace.read, t->label, n, t->score,
                                        t->weight_gradient, t->bias_gradient);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, cells, classes, 1, t->score,
                classes, readout->weight, cells, 0, t->trace.read_slope, cells);
    tuft_recurrent_backward(layer, &t->trace, t->layer_gradient, &t->operations->backward);
    tuft_gradient_clip(t->layer_gradient, layer->parameters, t->training->clip);
    tuft_adam_step(&t->layer_adam, layer->parameter, t->layer_gradient);
    tuft_adam_step(&t->weight_adam, readout->weight, t->weight_gradient);
    tuft_adam_step(&t->bias_adam, readout->bias, t->bias_gradient);
    count_batch(t, n);
    return loss;
}

static double run_epoch(trainer *t, const tuft_features *sequences, uint64_t seed, int epoch)
{
    double loss = 0;
    for (size_t i = 0; i < sequences->rows; i++)
        t->order[i] = (uint32_t)i;
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TRAINING, (uint64_t)epoch);
    tuft_random_shuffle(&random, t->order, (uint32_t)sequences->rows);
    for (size_t first = 0; first < sequences->rows; first += t->batch) {
        size_t n = sequences->rows - first < t->batch ? sequences->rows - first : t->batch;
        loss += (double)n * step(t, sequences, t->order + first, n);
    }
    return loss / (double)sequences->rows;
}

static void start_readout(tuft_linear *readout, uint64_t seed)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_INITIAL, 0);
    double bound = 1 / sqrt((double)readout->columns);
    for (size_t k = 0; k < (size_t)readout->classes * readout->columns; k++)
        readout->weight[k] = (float)(bound * (2 * tuft_random_uniform(&random) - 1));
    for (int c = 0; c < readout->classes; c++)
        readout->bias[c] = (float)(bound * (2 * tuft_random_uniform(&random) - 1));
}

static tuft_status check(const tuft_features *sequences, tuft_sequence_shape shape, int classes,
                         const tuft_recurrent_training *training, tuft_error *err)
{
    if (training->batch < 1 || training->epochs < 1 || !(training->clip >= 0))
        return tuft_fail(err, TUFT_INVALID,
                         "recurrent: batch %zu, %d epochs, clip %g, expected 1 or more, 1 or more, "
                         "0 or more",
                         training->batch, training->epochs, training->clip);
    if (sequences->columns != shape.steps * shape.channels)
        return tuft_fail(err, TUFT_INVALID,
                         "recurrent: sequences of %zu columns, expected %zu steps x %zu channels",
                         sequences->columns, shape.steps, shape.channels);
    return tuft_features_check(sequences, classes, err);
}

void tuft_recurrent_classifier_free(tuft_recurrent_classifier *classifier)
{
    tuft_recurrent_free(&classifier->layer);
    tuft_linear_free(&classifier->readout);
}

tuft_status tuft_recurrent_fit(const tuft_features *sequences, tuft_sequence_shape shape,
                               int classes, const tuft_recurrent_training *training, uint64_t seed,
                               tuft_recurrent_classifier *out, tuft_operations *operations,
                               tuft_error *err)
{
    *out = (tuft_recurrent_classifier){0};
    tuft_operations uncounted = {0};
    trainer t = {.classifier = out,
                 .training = training,
                 .operations = operations ? operations : &uncounted};
    tuft_status status = check(sequences, shape, classes, training, err);
    if (!status)
        status = tuft_recurrent_new(&out->layer, &training->layer, shape, seed, LAYER_STREAM, err);
    if (!status)
        status = tuft_linear_new(&out->readout, training->layer.cells, classes, err);
    if (!status)
        status = trainer_new(&t, sequences->rows, err);
    if (!status)
        start_readout(&out->readout, seed);
    for (int epoch = 1; !status && epoch <= training->epochs; epoch++) {
        double loss = run_epoch(&t, sequences, seed, epoch);
        if (!isfinite(loss))
            status = tuft_fail(err, TUFT_NUMERIC,
                               "recurrent: epoch %d: the loss is %g, expected a finite number "
                               "(lower the rate or the longest gradient)",
                               epoch, loss);
        else if (training->callback)
            training->callback(epoch, training->epochs, loss, training->user);
    }
    trainer_free(&t);
    if (status)
        tuft_recurrent_classifier_free(out);
    return status;
}

tuft_status tuft_recurrent_predict(const tuft_recurrent_classifier *classifier,
                                   const tuft_features *sequences, int *predicted, tuft_error *err)
{
    tuft_features reads;
    tuft_status status = tuft_recurrent_read(&classifier->layer, sequences, &reads, err);
    if (!status)
        status = tuft_linear_predict(&classifier->readout, &reads, predicted, err);
    tuft_features_free(&reads);
    return status;
}
