#include "lsm/contrastive.h"

#include "core/memory.h"
#include "core/philox.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_contrastive_config tuft_contrastive_defaults = {
    .dim = 64,
    .similarity = TUFT_SIMILARITY_DOT,
    .pairing = TUFT_PAIRING_INSTANCE,
    .temperature = 1,
    .batch = 8,
    .adam = {.rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .decay = 0}};

/* Lengths below this count as zero: such a row has no direction and gives no gradient. */
static const float SHORTEST = 1e-12F;

void tuft_contrastive_free(tuft_contrastive *model)
{
    tuft_trainable_free(&model->a);
    tuft_trainable_free(&model->b);
    *model = (tuft_contrastive){0};
}

static tuft_status check_config(const tuft_contrastive_config *config, tuft_error *err)
{
    if (config->dim < 1 || config->dim > TUFT_CLASS_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "contrastive: %zu dimensions, expected 1 to %d",
                         config->dim, TUFT_CLASS_LIMIT);
    if (!(config->temperature > 0) || !isfinite(config->temperature))
        return tuft_fail(err, TUFT_INVALID, "contrastive: temperature %g, expected above 0",
                         config->temperature);
    if (config->batch < 1)
        return tuft_fail(err, TUFT_INVALID, "contrastive: batch 0, expected at least 1");
    if ((int)config->similarity < 0 || config->similarity > TUFT_SIMILARITY_COSINE ||
        (int)config->pairing < 0 || config->pairing > TUFT_PAIRING_CLASS)
        return tuft_fail(err, TUFT_INVALID, "contrastive: similarity %d and pairing %d are unknown",
                         (int)config->similarity, (int)config->pairing);
    return TUFT_OK;
}

static tuft_status model_new(tuft_contrastive *out, const tuft_contrastive_config *config,
                             size_t columns_a, size_t columns_b, tuft_error *err)
{
    *out = (tuft_contrastive){0};
    tuft_status status = check_config(config, err);
    if (!status)
        status = tuft_trainable_new(&out->a, config->adam, columns_a, config->dim, err);
    if (!status)
        status = tuft_trainable_new(&out->b, config->adam, columns_b, config->dim, err);
    if (status)
        tuft_contrastive_free(out);
    else
        out->config = *config;
    return status;
}

tuft_status tuft_contrastive_new(tuft_contrastive *out, const tuft_contrastive_config *config,
                                 size_t columns_a, size_t columns_b, uint64_t seed, tuft_error *err)
{
    tuft_status status = model_new(out, config, columns_a, columns_b, err);
    if (status)
        return status;
    out->seed = seed;
    tuft_trainable_start(&out->a, seed, 1);
    tuft_trainable_start(&out->b, seed, 2);
    return TUFT_OK;
}

tuft_status tuft_contrastive_copy(tuft_contrastive *out, const tuft_contrastive *model,
                                  tuft_error *err)
{
    tuft_contrastive copy;
    tuft_status status = model_new(&copy, &model->config, model->a.projection.columns,
                                   model->b.projection.columns, err);
    if (status)
        return status;
    copy.seed = model->seed;
    copy.epoch = model->epoch;
    tuft_trainable_copy(&copy.a, &model->a);
    tuft_trainable_copy(&copy.b, &model->b);
    tuft_contrastive_free(out);
    *out = copy;
    return TUFT_OK;
}

static float gelu(float x)
{
    return 0.5F * x * (1 + erff(x * (float)M_SQRT1_2));
}

/* Phi(x) + x phi(x) */
static float gelu_slope(float x)
{
    float density = (float)(M_2_SQRTPI * M_SQRT1_2 / 2) * expf(-0.5F * x * x);
    return 0.5F * (1 + erff(x * (float)M_SQRT1_2)) + x * density;
}

/* What one modality holds while a batch goes forward and back. */
typedef struct {
    float *x;         /* [batch][columns] */
    float *before;    /* [batch][dim] W x + b */
    float *embedding; /* [batch][dim] */
    float *length;    /* [batch] of GELU's output */
    float *slope;     /* [batch][dim] d loss/d embedding, then d loss/d before */
    float *weight_gradient, *bias_gradient;
} side_work;

typedef struct {
    side_work a, b;
    float *logit;         /* [batch][batch], then d loss/d logit */
    double *row, *column; /* [batch] log of the sum of exponentials */
    double *share;        /* [batch] y_ij of the pairs of i's class */
    int *label;           /* [batch] */
    uint32_t *order;      /* [pairs] */
} batch_work;

static void side_work_free(side_work *work)
{
    free(work->x);
    free(work->before);
    free(work->embedding);
    free(work->length);
    free(work->slope);
    free(work->weight_gradient);
    free(work->bias_gradient);
}

static void batch_work_free(batch_work *work)
{
    side_work_free(&work->a);
    side_work_free(&work->b);
    free(work->logit);
    free(work->row);
    free(work->column);
    free(work->share);
    free(work->label);
    free(work->order);
}

static tuft_status side_work_new(side_work *work, const tuft_linear *projection, size_t batch,
                                 tuft_error *err)
{
    size_t dim = (size_t)projection->classes, columns = projection->columns;
    tuft_status status = TUFT_NEW(&work->x, batch * columns, "contrastive: batch", err);
    if (!status)
        status = TUFT_NEW(&work->before, batch * dim, "contrastive: projections", err);
    if (!status)
        status = TUFT_NEW(&work->embedding, batch * dim, "contrastive: embeddings", err);
    if (!status)
        status = TUFT_NEW(&work->length, batch, "contrastive: lengths", err);
    if (!status)
        status = TUFT_NEW(&work->slope, batch * dim, "contrastive: slopes", err);
    if (!status)
        status = TUFT_NEW(&work->weight_gradient, dim * columns, "contrastive: gradient", err);
    if (!status)
        status = TUFT_NEW(&work->bias_gradient, dim, "contrastive: gradient", err);
    return status;
}

static tuft_status batch_work_new(batch_work *work, const tuft_contrastive *model, size_t batch,
                                  size_t pairs, tuft_error *err)
{
    *work = (batch_work){0};
    tuft_status status = side_work_new(&work->a, &model->a.projection, batch, err);
    if (!status)
        status = side_work_new(&work->b, &model->b.projection, batch, err);
    if (!status)
        status = TUFT_NEW(&work->logit, batch * batch, "contrastive: logits", err);
    if (!status)
        status = TUFT_NEW(&work->row, batch, "contrastive: sums", err);
    if (!status)
        status = TUFT_NEW(&work->column, batch, "contrastive: sums", err);
    if (!status)
        status = TUFT_NEW(&work->share, batch, "contrastive: shares", err);
    if (!status)
        status = TUFT_NEW(&work->label, batch, "contrastive: labels", err);
    if (!status)
        status = TUFT_NEW(&work->order, pairs, "contrastive: order of pairs", err);
    return status;
}

/* before = x W' + b for n rows */
static void project(const tuft_linear *projection, const float *x, size_t n, float *before)
{
    size_t dim = (size_t)projection->classes;
    for (size_t i = 0; i < n; i++)
        memcpy(before + i * dim, projection->bias, dim * sizeof *before);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)dim, (int)projection->columns,
                1, x, (int)projection->columns, projection->weight, (int)projection->columns, 1,
                before, (int)dim);
}

/* The length of the row; for the cosine the row is divided by it. */
static float finish_row(float *row, size_t dim, tuft_similarity similarity)
{
    double square = 0;
    for (size_t k = 0; k < dim; k++)
        square += (double)row[k] * (double)row[k];
    float length = (float)sqrt(square);
    if (similarity == TUFT_SIMILARITY_COSINE)
        for (size_t k = 0; k < dim; k++)
            row[k] = length > SHORTEST ? row[k] / length : 0;
    return length;
}

static void forward(const tuft_contrastive_config *config, const tuft_linear *projection,
                    side_work *work, size_t n)
{
    size_t dim = config->dim;
    project(projection, work->x, n, work->before);
    for (size_t k = 0; k < n * dim; k++)
        work->embedding[k] = gelu(work->before[k]);
    for (size_t i = 0; i < n; i++)
        work->length[i] = finish_row(work->embedding + i * dim, dim, config->similarity);
}

/* From d loss/d embedding (in slope) to the gradient. With e = h / |h|:
 * d/dh = (d/de - e (e . d/de)) / |h|. */
static void backward(const tuft_contrastive_config *config, const tuft_linear *projection,
                     side_work *work, size_t n)
{
    size_t dim = config->dim;
    if (config->similarity == TUFT_SIMILARITY_COSINE)
        for (size_t i = 0; i < n; i++) {
            float *slope = work->slope + i * dim;
            const float *e = work->embedding + i * dim;
            float along = 0, length = work->length[i];
            for (size_t k = 0; k < dim; k++)
                along += e[k] * slope[k];
            for (size_t k = 0; k < dim; k++)
                slope[k] = length > SHORTEST ? (slope[k] - e[k] * along) / length : 0;
        }
    memset(work->bias_gradient, 0, dim * sizeof *work->bias_gradient);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < dim; k++) {
            work->slope[i * dim + k] *= gelu_slope(work->before[i * dim + k]);
            work->bias_gradient[k] += work->slope[i * dim + k];
        }
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)dim, (int)projection->columns, (int)n,
                1, work->slope, (int)dim, work->x, (int)projection->columns, 0,
                work->weight_gradient, (int)projection->columns);
}

/* log sum of exp of n values that lie step apart; the largest is taken off first. */
static double log_sum(const float *value, size_t n, size_t step)
{
    double largest = (double)value[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        largest = fmax(largest, (double)value[i * step]);
    for (size_t i = 0; i < n; i++)
        sum += exp((double)value[i * step] - largest);
    return largest + log(sum);
}

static void class_shares(batch_work *work, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t j = 0; j < n; j++)
            same += work->label[i] == work->label[j];
        work->share[i] = 1 / (double)same;
    }
}

/* Logits become the loss's derivatives by them; returns the loss. */
static double logit_slopes(batch_work *work, tuft_pairing pairing, size_t n)
{
    double loss = 0;
    if (pairing == TUFT_PAIRING_CLASS)
        class_shares(work, n);
    for (size_t i = 0; i < n; i++) {
        work->row[i] = log_sum(work->logit + i * n, n, 1);
        work->column[i] = log_sum(work->logit + i, n, n);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double y = pairing == TUFT_PAIRING_INSTANCE   ? (double)(i == j)
                       : work->label[i] == work->label[j] ? work->share[i]
                                                          : 0;
            double s = (double)work->logit[i * n + j];
            loss += y > 0 ? y * (work->row[i] + work->column[j] - 2 * s) : 0;
            double slope = exp(s - work->row[i]) + exp(s - work->column[j]) - 2 * y;
            work->logit[i * n + j] = (float)(slope / (2 * (double)n));
        }
    return loss / (2 * (double)n);
}

/* The rows in work->a.x and work->b.x forward and back; returns the loss. */
static double run_batch(const tuft_contrastive *model, batch_work *work, size_t n)
{
    int dim = (int)model->config.dim, rows = (int)n;
    float scale = (float)(1 / model->config.temperature);
    forward(&model->config, &model->a.projection, &work->a, n);
    forward(&model->config, &model->b.projection, &work->b, n);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, rows, dim, scale, work->a.embedding,
                dim, work->b.embedding, dim, 0, work->logit, rows);
    double loss = logit_slopes(work, model->config.pairing, n);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, dim, rows, scale, work->logit,
                rows, work->b.embedding, dim, 0, work->a.slope, dim);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, rows, dim, rows, scale, work->logit, rows,
                work->a.embedding, dim, 0, work->b.slope, dim);
    backward(&model->config, &model->a.projection, &work->a, n);
    backward(&model->config, &model->b.projection, &work->b, n);
    return loss;
}

static void gather(batch_work *work, const tuft_features *a, const tuft_features *b,
                   const tuft_pairs *pairs, const uint32_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t pair = order[i];
        memcpy(work->a.x + i * a->columns, a->value + pairs->row_a[pair] * a->columns,
               a->columns * sizeof *a->value);
        memcpy(work->b.x + i * b->columns, b->value + pairs->row_b[pair] * b->columns,
               b->columns * sizeof *b->value);
        work->label[i] = pairs->label ? pairs->label[pair] : 0;
    }
}

static tuft_status check_side(const tuft_linear *projection, const tuft_features *features,
                              const uint32_t *row, size_t count, const char *name, tuft_error *err)
{
    if (features->columns != projection->columns)
        return tuft_fail(err, TUFT_INVALID,
                         "contrastive: modality %s has %zu columns, expected %zu", name,
                         features->columns, projection->columns);
    for (size_t i = 0; i < count; i++)
        if (row[i] >= features->rows)
            return tuft_fail(err, TUFT_INVALID,
                             "contrastive: pair %zu: row %u of modality %s, expected below %zu", i,
                             row[i], name, features->rows);
    tuft_status status = tuft_features_finite(features, err);
    return status ? tuft_fail_prefix(err, status, name) : TUFT_OK;
}

static tuft_status check_pairs(const tuft_contrastive *model, const tuft_features *a,
                               const tuft_features *b, const tuft_pairs *pairs, tuft_error *err)
{
    if (pairs->count == 0 || pairs->count > UINT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "contrastive: %zu pairs, expected 1 to %u",
                         pairs->count, UINT32_MAX);
    if (model->config.pairing == TUFT_PAIRING_CLASS && !pairs->label)
        return tuft_fail(err, TUFT_INVALID, "contrastive: pairing by class needs labels");
    tuft_status status = check_side(&model->a.projection, a, pairs->row_a, pairs->count, "a", err);
    if (!status)
        status = check_side(&model->b.projection, b, pairs->row_b, pairs->count, "b", err);
    return status;
}

static tuft_status check_loss(double loss, tuft_error *err)
{
    if (!isfinite(loss))
        return tuft_fail(err, TUFT_NUMERIC,
                         "contrastive: the loss is %g, expected a finite number (scale the "
                         "features, lower the rate or raise the temperature)",
                         loss);
    return TUFT_OK;
}

static void step_both(tuft_contrastive *model, const batch_work *work)
{
    tuft_trainable_step(&model->a, work->a.weight_gradient, work->a.bias_gradient);
    tuft_trainable_step(&model->b, work->b.weight_gradient, work->b.bias_gradient);
}

tuft_status tuft_contrastive_epoch(tuft_contrastive *model, const tuft_features *a,
                                   const tuft_features *b, const tuft_pairs *pairs, double *loss,
                                   tuft_error *err)
{
    tuft_status status = check_pairs(model, a, b, pairs, err);
    if (status)
        return status;
    size_t batch = model->config.batch < pairs->count ? model->config.batch : pairs->count;
    batch_work work;
    status = batch_work_new(&work, model, batch, pairs->count, err);
    if (status)
        goto done;
    for (size_t i = 0; i < pairs->count; i++)
        work.order[i] = (uint32_t)i;
    model->epoch++;
    tuft_random random = tuft_random_stream(model->seed, TUFT_RANDOM_TRAINING, model->epoch);
    tuft_random_shuffle(&random, work.order, (uint32_t)pairs->count);
    double sum = 0;
    for (size_t first = 0; first < pairs->count && !status; first += batch) {
        size_t n = pairs->count - first < batch ? pairs->count - first : batch;
        gather(&work, a, b, pairs, work.order + first, n);
        double batch_loss = run_batch(model, &work, n);
        status = check_loss(batch_loss, err);
        if (status)
            break;
        sum += (double)n * batch_loss;
        step_both(model, &work);
    }
    if (!status)
        *loss = sum / (double)pairs->count;
done:
    batch_work_free(&work);
    return status;
}

/* d loss/d features from d loss/d before: [n][columns]. */
static void feature_slopes(const tuft_linear *projection, const side_work *work, size_t n,
                           float *out)
{
    int dim = projection->classes, columns = (int)projection->columns;
    if (out)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, columns, dim, 1, work->slope,
                    dim, projection->weight, columns, 0, out, columns);
}

tuft_status tuft_contrastive_step(tuft_contrastive *model, const tuft_features *a,
                                  const tuft_features *b, const tuft_pairs *pairs, double *loss,
                                  float *slope_a, float *slope_b, tuft_error *err)
{
    tuft_status status = check_pairs(model, a, b, pairs, err);
    if (status)
        return status;
    batch_work work;
    status = batch_work_new(&work, model, pairs->count, pairs->count, err);
    if (status)
        goto done;
    for (size_t i = 0; i < pairs->count; i++)
        work.order[i] = (uint32_t)i;
    gather(&work, a, b, pairs, work.order, pairs->count);
    double found = run_batch(model, &work, pairs->count);
    status = check_loss(found, err);
    if (status)
        goto done;
    *loss = found;
    feature_slopes(&model->a.projection, &work.a, pairs->count, slope_a);
    feature_slopes(&model->b.projection, &work.b, pairs->count, slope_b);
    step_both(model, &work);
done:
    batch_work_free(&work);
    return status;
}

static void count_side(tuft_operations *operations, const tuft_trainable *side, size_t n,
                       tuft_slopes slopes)
{
    size_t dim = side->bias_adam.n, columns = side->projection.columns;
    tuft_work_product(&operations->forward, n, columns, dim);
    tuft_work_cells(&operations->forward, n * dim);
    tuft_work_product(&operations->backward, n, n, dim); /* from the logits */
    tuft_work_cells(&operations->backward, n * dim);
    tuft_work_product(&operations->backward, n, dim, columns); /* the weights' gradient */
    if (slopes == TUFT_SLOPES_GO_ON)
        tuft_work_product(&operations->backward, n, dim, columns);
    operations->update += side->weight_adam.n + side->bias_adam.n;
}

void tuft_contrastive_count(tuft_operations *operations, const tuft_contrastive *model, size_t n,
                            tuft_slopes slopes)
{
    operations->shown += n;
    tuft_work_product(&operations->forward, n, model->config.dim, n); /* logits */
    count_side(operations, &model->a, n, slopes);
    count_side(operations, &model->b, n, slopes);
}

static void copy_gradient(float *weight, float *bias, const side_work *work,
                          const tuft_trainable *side)
{
    memcpy(weight, work->weight_gradient, side->weight_adam.n * sizeof *weight);
    memcpy(bias, work->bias_gradient, side->bias_adam.n * sizeof *bias);
}

tuft_status tuft_contrastive_loss(const tuft_contrastive *model, const tuft_features *a,
                                  const tuft_features *b, const tuft_pairs *pairs, double *loss,
                                  const tuft_contrastive_gradient *gradient, tuft_error *err)
{
    tuft_status status = check_pairs(model, a, b, pairs, err);
    if (status)
        return status;
    batch_work work;
    status = batch_work_new(&work, model, pairs->count, pairs->count, err);
    if (status)
        goto done;
    for (size_t i = 0; i < pairs->count; i++)
        work.order[i] = (uint32_t)i;
    gather(&work, a, b, pairs, work.order, pairs->count);
    double found = run_batch(model, &work, pairs->count);
    status = check_loss(found, err);
    if (status)
        goto done;
    *loss = found;
    if (gradient) {
        copy_gradient(gradient->weight_a, gradient->bias_a, &work.a, &model->a);
        copy_gradient(gradient->weight_b, gradient->bias_b, &work.b, &model->b);
    }
done:
    batch_work_free(&work);
    return status;
}

static tuft_status embed(const tuft_contrastive_config *config, const tuft_linear *projection,
                         const tuft_features *features, float *out, tuft_error *err)
{
    tuft_status status = tuft_linear_scores(projection, features, out, err);
    if (status)
        return status;
    for (size_t k = 0; k < features->rows * config->dim; k++)
        out[k] = gelu(out[k]);
    for (size_t i = 0; i < features->rows; i++)
        finish_row(out + i * config->dim, config->dim, config->similarity);
    return TUFT_OK;
}

tuft_status tuft_contrastive_embed_a(const tuft_contrastive *model, const tuft_features *features,
                                     float *out, tuft_error *err)
{
    return embed(&model->config, &model->a.projection, features, out, err);
}

tuft_status tuft_contrastive_embed_b(const tuft_contrastive *model, const tuft_features *features,
                                     float *out, tuft_error *err)
{
    return embed(&model->config, &model->b.projection, features, out, err);
}
