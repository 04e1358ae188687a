#include "lsm/softmax.h"

#include "core/memory.h"
#include "core/philox.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_softmax_config tuft_softmax_defaults = {
    .adam = {.rate = 1e-4, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .decay = 0},
    .batch = 100,
    .epochs = 100};

/* score becomes (softmax(score) - onehot(label)) / rows, d loss/d score of the batch's mean;
 * returns the row's loss. The largest score is taken off first, so that nothing overflows. */
static double row_gradient(float *score, size_t classes, int label, size_t rows)
{
    double largest = (double)score[0], sum = 0;
    for (size_t c = 1; c < classes; c++)
        largest = fmax(largest, (double)score[c]);
    double own = (double)score[label] - largest;
    for (size_t c = 0; c < classes; c++)
        sum += exp((double)score[c] - largest);
    for (size_t c = 0; c < classes; c++) {
        double share = exp((double)score[c] - largest) / sum;
        score[c] = (float)((share - (c == (size_t)label)) / (double)rows);
    }
    return log(sum) - own;
}

double tuft_softmax_gradient(const tuft_linear *linear, const float *x, const int *label,
                             size_t rows, float *score, float *weight_gradient,
                             float *bias_gradient)
{
    size_t classes = (size_t)linear->classes;
    int columns = (int)linear->columns;
    double loss = 0;
    for (size_t i = 0; i < rows; i++)
        memcpy(score + i * classes, linear->bias, classes * sizeof *score);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)classes, columns, 1, x,
                columns, linear->weight, columns, 1, score, (int)classes);
    for (size_t i = 0; i < rows; i++)
        loss += row_gradient(score + i * classes, classes, label[i], rows);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)classes, columns, (int)rows, 1, score,
                (int)classes, x, columns, 0, weight_gradient, columns);
    memset(bias_gradient, 0, classes * sizeof *bias_gradient);
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < classes; c++)
            bias_gradient[c] += score[i * classes + c];
    return loss / (double)rows;
}

/* What training needs besides the readout. */
typedef struct {
    tuft_adam weight_adam, bias_adam;
    uint32_t *order;  /* [rows] */
    float *x, *score; /* [batch][columns], [batch][classes] */
    int *label;       /* [batch] */
    float *weight_gradient, *bias_gradient;
    size_t batch;
} trainer;

static void trainer_free(trainer *t)
{
    tuft_adam_free(&t->weight_adam);
    tuft_adam_free(&t->bias_adam);
    free(t->order);
    free(t->x);
    free(t->score);
    free(t->label);
    free(t->weight_gradient);
    free(t->bias_gradient);
}

static tuft_status trainer_new(trainer *t, const tuft_features *features, size_t classes,
                               const tuft_softmax_config *config, tuft_error *err)
{
    size_t weights = classes * features->columns;
    *t = (trainer){.batch = config->batch < features->rows ? config->batch : features->rows};
    tuft_adam_config bias_config = config->adam;
    bias_config.decay = 0;
    tuft_status status = tuft_adam_new(&t->weight_adam, config->adam, weights, err);
    if (!status)
        status = tuft_adam_new(&t->bias_adam, bias_config, classes, err);
    if (!status)
        status = TUFT_NEW(&t->order, features->rows, "softmax: order of rows", err);
    if (!status)
        status = TUFT_NEW(&t->x, t->batch * features->columns, "softmax: batch", err);
    if (!status)
        status = TUFT_NEW(&t->score, t->batch * classes, "softmax: scores", err);
    if (!status)
        status = TUFT_NEW(&t->label, t->batch, "softmax: labels", err);
    if (!status)
        status = TUFT_NEW(&t->weight_gradient, weights, "softmax: gradient", err);
    if (!status)
        status = TUFT_NEW(&t->bias_gradient, classes, "softmax: gradient", err);
    return status;
}

/* The mean loss of one epoch. */
static double run_epoch(trainer *t, const tuft_features *features, uint64_t seed, int epoch,
                        tuft_linear *linear)
{
    size_t columns = features->columns;
    double loss = 0;
    for (size_t i = 0; i < features->rows; i++)
        t->order[i] = (uint32_t)i;
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TRAINING, (uint64_t)epoch);
    tuft_random_shuffle(&random, t->order, (uint32_t)features->rows);
    for (size_t first = 0; first < features->rows; first += t->batch) {
        size_t n = features->rows - first < t->batch ? features->rows - first : t->batch;
        for (size_t i = 0; i < n; i++) {
            uint32_t row = t->order[first + i];
            memcpy(t->x + i * columns, features->value + row * columns, columns * sizeof *t->x);
            t->label[i] = features->label[row];
        }
        loss += (double)n * tuft_softmax_gradient(linear, t->x, t->label, n, t->score,
                                                  t->weight_gradient, t->bias_gradient);
        tuft_adam_step(&t->weight_adam, linear->weight, t->weight_gradient);
        tuft_adam_step(&t->bias_adam, linear->bias, t->bias_gradient);
    }
    return loss / (double)features->rows;
}

static void start_weights(tuft_linear *linear, uint64_t seed)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_INITIAL, 0);
    double bound = 1 / sqrt((double)linear->columns);
    for (size_t k = 0; k < (size_t)linear->classes * linear->columns; k++)
        linear->weight[k] = (float)(bound * (2 * tuft_random_uniform(&random) - 1));
    for (int c = 0; c < linear->classes; c++)
        linear->bias[c] = (float)(bound * (2 * tuft_random_uniform(&random) - 1));
}

tuft_status tuft_softmax_fit(const tuft_features *features, int classes,
                             const tuft_softmax_config *config, uint64_t seed, tuft_linear *out,
                             tuft_error *err)
{
    *out = (tuft_linear){0};
    if (config->batch < 1 || config->epochs < 1)
        return tuft_fail(err, TUFT_INVALID,
                         "softmax: batch %zu and %d epochs, expected at least 1 of each",
                         config->batch, config->epochs);
    tuft_status status = tuft_features_check(features, classes, err);
    if (status)
        return status;
    trainer t = {0};
    status = tuft_linear_new(out, features->columns, classes, err);
    if (!status)
        status = trainer_new(&t, features, (size_t)classes, config, err);
    if (!status)
        start_weights(out, seed);
    for (int epoch = 1; !status && epoch <= config->epochs; epoch++) {
        double loss = run_epoch(&t, features, seed, epoch, out);
        if (!isfinite(loss))
            status = tuft_fail(err, TUFT_NUMERIC,
                               "softmax: epoch %d: the loss is %g, expected a finite number "
                               "(scale the features or lower the rate)",
                               epoch, loss);
        else if (config->callback)
            config->callback(epoch, config->epochs, loss, config->user);
    }
    trainer_free(&t);
    if (status)
        tuft_linear_free(out);
    return status;
}

void tuft_softmax_count(tuft_operations *operations, const tuft_softmax_config *config, size_t rows,
                        size_t columns, int classes)
{
    size_t shown = rows * (size_t)config->epochs, outputs = (size_t)classes;
    size_t steps = (rows + config->batch - 1) / config->batch * (size_t)config->epochs;
    operations->shown += shown;
    tuft_work_product(&operations->forward, shown, columns, outputs);
    tuft_work_product(&operations->backward, shown, outputs, columns);
    operations->update += steps * outputs * (columns + 1);
}
