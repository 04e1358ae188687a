#include "lsm/prototypical.h"

#include "core/memory.h"
#include "core/philox.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the model ------------------------------------------------------------------------------- */

size_t tuft_prototypical_rows(const tuft_prototypical_config *config)
{
    return config->ways * (config->shots + config->queries);
}

static tuft_status check(const tuft_prototypical_config *c, tuft_error *err)
{
    if (c->dim < 1 || c->dim > TUFT_CLASS_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "prototypical: %zu dimensions, expected 1 to %d",
                         c->dim, TUFT_CLASS_LIMIT);
    if (c->ways < 2 || c->shots < 1 || c->queries < 1 || c->ways > TUFT_CLASS_LIMIT ||
        c->shots > UINT32_MAX / 2 || c->queries > UINT32_MAX / 2)
        return tuft_fail(err, TUFT_INVALID,
                         "prototypical: %zu ways, %zu shots, %zu queries, expected 2 or more, 1 or "
                         "more, 1 or more",
                         c->ways, c->shots, c->queries);
    return TUFT_OK;
}

void tuft_prototypical_free(tuft_prototypical *model)
{
    tuft_trainable_free(&model->a);
    tuft_trainable_free(&model->b);
    *model = (tuft_prototypical){0};
}

static tuft_status model_new(tuft_prototypical *out, const tuft_prototypical_config *config,
                             size_t columns_a, size_t columns_b, tuft_error *err)
{
    *out = (tuft_prototypical){0};
    tuft_status status = check(config, err);
    if (!status)
        status = tuft_trainable_new(&out->a, config->adam, columns_a, config->dim, err);
    if (!status)
        status = tuft_trainable_new(&out->b, config->adam, columns_b, config->dim, err);
    if (status)
        tuft_prototypical_free(out);
    else
        out->config = *config;
    return status;
}

tuft_status tuft_prototypical_new(tuft_prototypical *out, const tuft_prototypical_config *config,
                                  size_t columns_a, size_t columns_b, uint64_t seed,
                                  tuft_error *err)
{
    tuft_status status = model_new(out, config, columns_a, columns_b, err);
    if (status)
        return status;
    out->seed = seed;
    tuft_trainable_start(&out->a, seed, 1);
    tuft_trainable_start(&out->b, seed, 2);
    return TUFT_OK;
}

tuft_status tuft_prototypical_copy(tuft_prototypical *out, const tuft_prototypical *model,
                                   tuft_error *err)
{
    tuft_prototypical copy;
    tuft_status status = model_new(&copy, &model->config, model->a.projection.columns,
                                   model->b.projection.columns, err);
    if (status)
        return status;
    copy.seed = model->seed;
    copy.episode = model->episode;
    tuft_trainable_copy(&copy.a, &model->a);
    tuft_trainable_copy(&copy.b, &model->b);
    tuft_prototypical_free(out);
    *out = copy;
    return TUFT_OK;
}

/* ---- episodes -------------------------------------------------------------------------------- */

static size_t rows_of(const tuft_features *features, int class, uint32_t *index)
{
    size_t n = 0;
    for (size_t r = 0; r < features->rows; r++)
        if (features->label[r] == class)
            index[n++] = (uint32_t)r;
    return n;
}

/* Classes with rows in both modalities, to be freed. */
static tuft_status list_classes(const tuft_features *a, const tuft_features *b, int classes,
                                uint32_t **out, size_t *count, tuft_error *err)
{
    uint8_t *in_a, *in_b = NULL;
    tuft_status status = TUFT_NEW(&in_a, (size_t)classes, "classes", err);
    if (!status)
        status = TUFT_NEW(&in_b, (size_t)classes, "classes", err);
    if (!status)
        status = TUFT_NEW(out, (size_t)classes, "classes", err);
    *count = 0;
    for (size_t r = 0; !status && r < a->rows; r++)
        if (a->label[r] >= 0 && a->label[r] < classes)
            in_a[a->label[r]] = 1;
    for (size_t r = 0; !status && r < b->rows; r++)
        if (b->label[r] >= 0 && b->label[r] < classes)
            in_b[b->label[r]] = 1;
    for (int c = 0; !status && c < classes; c++)
        if (in_a[c] && in_b[c])
            (*out)[(*count)++] = (uint32_t)c;
    free(in_a);
    free(in_b);
    return status;
}

static tuft_status draw_rows(const tuft_prototypical_config *config, const tuft_features *features,
                             uint32_t class, tuft_random *random, uint32_t *index, uint32_t *out,
                             tuft_error *err)
{
    size_t wanted = config->shots + config->queries;
    size_t n = rows_of(features, (int)class, index);
    if (n < wanted)
        return tuft_fail(err, TUFT_INVALID,
                         "prototypical: class %u has %zu rows, expected %zu shots + %zu queries",
                         class, n, config->shots, config->queries);
    tuft_random_shuffle(random, index, (uint32_t)n);
    memcpy(out, index, wanted * sizeof *out);
    return TUFT_OK;
}

tuft_status tuft_prototypical_draw(tuft_prototypical *model, const tuft_features *a,
                                   const tuft_features *b, int classes, uint32_t *row_a,
                                   uint32_t *row_b, tuft_error *err)
{
    const tuft_prototypical_config *config = &model->config;
    size_t count = 0, each = config->shots + config->queries;
    uint32_t *class = NULL, *index = NULL;
    tuft_random random = tuft_random_stream(model->seed, TUFT_RANDOM_TRAINING, model->episode + 1);
    tuft_status status = list_classes(a, b, classes, &class, &count, err);
    if (!status)
        status = TUFT_NEW(&index, a->rows > b->rows ? a->rows : b->rows, "rows of a class", err);
    if (!status && count < config->ways)
        status = tuft_fail(err, TUFT_INVALID,
                           "prototypical: %zu classes in both modalities, expected %zu ways", count,
                           config->ways);
    if (!status)
        tuft_random_shuffle(&random, class, (uint32_t)count);
    for (size_t k = 0; !status && k < config->ways; k++) {
        status = draw_rows(config, a, class[k], &random, index, row_a + k * each, err);
        if (!status)
            status = draw_rows(config, b, class[k], &random, index, row_b + k * each, err);
    }
    if (!status)
        model->episode++;
    free(class);
    free(index);
    return status;
}

/* ---- loss and gradient ----------------------------------------------------------------------- */

/* One modality of an episode. */
typedef struct {
    float *embedding; /* [rows][dim] */
    float *prototype; /* [ways][dim] */
    float *slope;     /* [rows][dim] d loss/d embedding */
} side_work;

static void side_free(side_work *work)
{
    free(work->embedding);
    free(work->prototype);
    free(work->slope);
}

static tuft_status side_new(side_work *work, const tuft_prototypical_config *config,
                            tuft_error *err)
{
    size_t values = tuft_prototypical_rows(config) * config->dim;
    tuft_status status = TUFT_NEW(&work->embedding, values, "prototypical: embeddings", err);
    if (!status)
        status = TUFT_NEW(&work->prototype, config->ways * config->dim, "prototypical: means", err);
    if (!status)
        status = TUFT_NEW(&work->slope, values, "prototypical: slopes", err);
    return status;
}

static void forward(const tuft_prototypical_config *config, const tuft_linear *projection,
                    const tuft_features *x, side_work *work)
{
    size_t dim = config->dim, each = config->shots + config->queries;
    for (size_t i = 0; i < x->rows; i++)
        memcpy(work->embedding + i * dim, projection->bias, dim * sizeof *work->embedding);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)x->rows, (int)dim, (int)x->columns, 1,
                x->value, (int)x->columns, projection->weight, (int)x->columns, 1, work->embedding,
                (int)dim);
    for (size_t k = 0; k < config->ways; k++)
        for (size_t s = 0; s < config->shots; s++)
            for (size_t d = 0; d < dim; d++)
                work->prototype[k * dim + d] +=
                    work->embedding[(k * each + s) * dim + d] / (float)config->shots;
}

/* One query against all prototypes: returns its loss and adds its slopes, times share. logit [ways]
 * is scratch. */
static double ask(const tuft_prototypical_config *config, const side_work *own, side_work *other,
                  size_t row, size_t class, double share, double *logit)
{
    size_t dim = config->dim, each = config->shots + config->queries;
    const float *e = own->embedding + row * dim;
    double largest = -INFINITY, sum = 0;
    for (size_t k = 0; k < config->ways; k++) {
        double distance = 0;
        for (size_t d = 0; d < dim; d++) {
            double apart = (double)e[d] - (double)other->prototype[k * dim + d];
            distance += apart * apart;
        }
        logit[k] = -distance;
        largest = fmax(largest, logit[k]);
    }
    for (size_t k = 0; k < config->ways; k++)
        sum += exp(logit[k] - largest);
    double loss = largest + log(sum) - logit[class];
    for (size_t k = 0; k < config->ways; k++) {
        /* d loss/d logit_k = p_k - [k is the class]; d logit_k/d e = -2 (e - c_k) = -d .../d c_k */
        double slope = share * (exp(logit[k] - largest) / sum - (k == class));
        for (size_t d = 0; d < dim; d++) {
            float pull =
                (float)(-2 * slope * ((double)e[d] - (double)other->prototype[k * dim + d]));
            own->slope[row * dim + d] += pull;
            for (size_t s = 0; s < config->shots; s++)
                other->slope[(k * each + s) * dim + d] -= pull / (float)config->shots;
        }
    }
    return loss;
}

/* Queries of own among prototypes of other. */
static double ask_all(const tuft_prototypical_config *config, side_work *own, side_work *other,
                      double *logit)
{
    size_t each = config->shots + config->queries;
    double share = 0.5 / (double)(config->ways * config->queries), loss = 0;
    for (size_t k = 0; k < config->ways; k++)
        for (size_t q = config->shots; q < each; q++)
            loss += share * ask(config, own, other, k * each + q, k, share, logit);
    return loss;
}

static void backward(const tuft_prototypical_config *config, const tuft_linear *projection,
                     const tuft_features *x, const side_work *work, float *weight, float *bias,
                     float *below)
{
    int dim = (int)config->dim, columns = (int)x->columns, rows = (int)x->rows;
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, dim, columns, rows, 1, work->slope, dim,
                x->value, columns, 0, weight, columns);
    memset(bias, 0, config->dim * sizeof *bias);
    for (size_t i = 0; i < x->rows; i++)
        for (size_t d = 0; d < config->dim; d++)
            bias[d] += work->slope[i * config->dim + d];
    if (below)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, dim, 1, work->slope,
                    dim, projection->weight, columns, 0, below, columns);
}

static tuft_status check_rows(const tuft_trainable *side, const tuft_features *x, size_t rows,
                              const char *name, tuft_error *err)
{
    if (x->rows != rows || x->columns != side->projection.columns)
        return tuft_fail(err, TUFT_INVALID,
                         "prototypical: modality %s has %zu rows of %zu, expected %zu of %zu", name,
                         x->rows, x->columns, rows, side->projection.columns);
    return TUFT_OK;
}

tuft_status tuft_prototypical_loss(const tuft_prototypical *model, const tuft_features *a,
                                   const tuft_features *b, double *loss,
                                   const tuft_prototypical_gradient *gradient, tuft_error *err)
{
    const tuft_prototypical_config *config = &model->config;
    size_t rows = tuft_prototypical_rows(config);
    side_work work_a = {0}, work_b = {0};
    double *logit = NULL, found = 0;
    tuft_status status = check_rows(&model->a, a, rows, "a", err);
    if (!status)
        status = check_rows(&model->b, b, rows, "b", err);
    if (!status)
        status = side_new(&work_a, config, err);
    if (!status)
        status = side_new(&work_b, config, err);
    if (!status)
        status = TUFT_NEW(&logit, config->ways, "prototypical: logits", err);
    if (!status) {
        forward(config, &model->a.projection, a, &work_a);
        forward(config, &model->b.projection, b, &work_b);
        found = ask_all(config, &work_a, &work_b, logit) + ask_all(config, &work_b, &work_a, logit);
        if (!isfinite(found))
            status = tuft_fail(err, TUFT_NUMERIC,
                               "prototypical: the loss is %g, expected a finite number (scale the "
                               "features or lower the rate)",
                               found);
    }
    if (!status) {
        *loss = found;
        backward(config, &model->a.projection, a, &work_a, gradient->weight_a, gradient->bias_a,
                 gradient->slope_a);
        backward(config, &model->b.projection, b, &work_b, gradient->weight_b, gradient->bias_b,
                 gradient->slope_b);
    }
    side_free(&work_a);
    side_free(&work_b);
    free(logit);
    return status;
}

tuft_status tuft_prototypical_step(tuft_prototypical *model, const tuft_features *a,
                                   const tuft_features *b, double *loss, float *slope_a,
                                   float *slope_b, tuft_error *err)
{
    tuft_prototypical_gradient gradient = {.slope_a = slope_a, .slope_b = slope_b};
    tuft_status status =
        TUFT_NEW(&gradient.weight_a, model->a.weight_adam.n, "prototypical: gradient", err);
    if (!status)
        status = TUFT_NEW(&gradient.bias_a, model->a.bias_adam.n, "prototypical: gradient", err);
    if (!status)
        status =
            TUFT_NEW(&gradient.weight_b, model->b.weight_adam.n, "prototypical: gradient", err);
    if (!status)
        status = TUFT_NEW(&gradient.bias_b, model->b.bias_adam.n, "prototypical: gradient", err);
    if (!status)
        status = tuft_prototypical_loss(model, a, b, loss, &gradient, err);
    if (!status) {
        tuft_trainable_step(&model->a, gradient.weight_a, gradient.bias_a);
        tuft_trainable_step(&model->b, gradient.weight_b, gradient.bias_b);
    }
    free(gradient.weight_a);
    free(gradient.bias_a);
    free(gradient.weight_b);
    free(gradient.bias_b);
    return status;
}

/* ---- counting -------------------------------------------------------------------------------- */

static void count_side(tuft_operations *operations, const tuft_prototypical_config *config,
                       const tuft_trainable *side, tuft_slopes slopes)
{
    size_t rows = tuft_prototypical_rows(config), columns = side->projection.columns;
    size_t asked = config->ways * config->queries, dim = config->dim;
    tuft_work_product(&operations->forward, rows, columns, dim);
    tuft_work_cells(&operations->forward, config->ways * config->shots * dim); /* means */
    tuft_work_product(&operations->forward, asked, dim, config->ways);         /* distances */
    tuft_work_product(&operations->backward, asked, config->ways, dim);        /* to the queries */
    tuft_work_product(&operations->backward, asked, config->ways, dim); /* to the prototypes */
    tuft_work_cells(&operations->backward, config->ways * config->shots * dim);
    tuft_work_product(&operations->backward, rows, dim, columns); /* the weights' gradient */
    if (slopes == TUFT_SLOPES_GO_ON)
        tuft_work_product(&operations->backward, rows, dim, columns);
    operations->update += side->weight_adam.n + side->bias_adam.n;
}

void tuft_prototypical_count(tuft_operations *operations, const tuft_prototypical *model,
                             tuft_slopes slopes)
{
    operations->shown += tuft_prototypical_rows(&model->config);
    count_side(operations, &model->config, &model->a, slopes);
    count_side(operations, &model->config, &model->b, slopes);
}
