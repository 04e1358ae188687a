#include "lsm/joint.h"

#include "core/memory.h"
#include "core/philox.h"

#include <stdlib.h>
#include <string.h>

enum { LAYER_STREAM = 4 };

tuft_similarity tuft_joint_similarity(const tuft_joint_config *config)
{
    return config->loss == TUFT_LOSS_PROTOTYPICAL ? TUFT_SIMILARITY_EUCLIDEAN
                                                  : config->contrastive.similarity;
}

static int has_encoders(const tuft_joint_config *config)
{
    return config->encoder[TUFT_JOINT_A].layer.cells > 0;
}

/* ---- the model ------------------------------------------------------------------------------- */

static tuft_status check_encoders(const tuft_joint_config *config, const size_t *columns,
                                  tuft_error *err)
{
    const tuft_joint_encoder *encoder = config->encoder;
    if (!encoder[0].layer.cells != !encoder[1].layer.cells)
        return tuft_fail(err, TUFT_INVALID, "joint: an encoder for one modality, expected two");
    for (int k = 0; k < TUFT_JOINT_SIDES && has_encoders(config); k++)
        if (columns[k] != encoder[k].shape.steps * encoder[k].shape.channels)
            return tuft_fail(err, TUFT_INVALID,
                             "joint: sequences of %zu columns, expected %zu steps x %zu channels",
                             columns[k], encoder[k].shape.steps, encoder[k].shape.channels);
    return TUFT_OK;
}

static tuft_status layers_new(tuft_joint *out, uint64_t seed, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (int k = 0; !status && k < TUFT_JOINT_SIDES; k++) {
        const tuft_joint_encoder *encoder = &out->config.encoder[k];
        status = tuft_recurrent_new(&out->layer[k], &encoder->layer, encoder->shape, seed,
                                    (uint64_t)LAYER_STREAM + (uint64_t)k, err);
        if (!status)
            status = tuft_adam_new(&out->layer_adam[k], out->config.contrastive.adam,
                                   out->layer[k].parameters, err);
    }
    return status;
}

tuft_status tuft_joint_new(tuft_joint *out, const tuft_joint_config *config, size_t columns_a,
                           size_t columns_b, size_t ways, uint64_t seed, tuft_error *err)
{
    size_t columns[] = {columns_a, columns_b};
    *out = (tuft_joint){.config = *config};
    tuft_status status = check_encoders(config, columns, err);
    for (int k = 0; k < TUFT_JOINT_SIDES && has_encoders(config); k++)
        columns[k] = config->encoder[k].layer.cells;
    const tuft_prototypical_config episodes = {.dim = config->contrastive.dim,
                                               .ways = ways,
                                               .shots = config->shots,
                                               .queries = config->queries,
                                               .adam = config->contrastive.adam};
    if (!status && config->loss == TUFT_LOSS_CONTRASTIVE)
        status = tuft_contrastive_new(&out->contrastive, &config->contrastive, columns[0],
                                      columns[1], seed, err);
    else if (!status)
        status =
            tuft_prototypical_new(&out->prototypical, &episodes, columns[0], columns[1], seed, err);
    if (!status && has_encoders(config))
        status = layers_new(out, seed, err);
    if (status)
        tuft_joint_free(out);
    return status;
}

void tuft_joint_free(tuft_joint *model)
{
    tuft_contrastive_free(&model->contrastive);
    tuft_prototypical_free(&model->prototypical);
    for (int k = 0; k < TUFT_JOINT_SIDES; k++) {
        tuft_recurrent_free(&model->layer[k]);
        tuft_adam_free(&model->layer_adam[k]);
    }
    *model = (tuft_joint){0};
}

tuft_status tuft_joint_copy(tuft_joint *out, const tuft_joint *model, tuft_error *err)
{
    tuft_joint copy = {.config = model->config, .operations = model->operations};
    tuft_status status = TUFT_OK;
    if (model->config.loss == TUFT_LOSS_CONTRASTIVE)
        status = tuft_contrastive_copy(&copy.contrastive, &model->contrastive, err);
    else
        status = tuft_prototypical_copy(&copy.prototypical, &model->prototypical, err);
    for (int k = 0; !status && k < TUFT_JOINT_SIDES && has_encoders(&model->config); k++) {
        const tuft_recurrent *from = &model->layer[k];
        copy.layer[k] = *from;
        status = TUFT_NEW(&copy.layer[k].parameter, from->parameters, "joint: weights", err);
        if (!status)
            memcpy(copy.layer[k].parameter, from->parameter,
                   from->parameters * sizeof *from->parameter);
    }
    if (status) {
        tuft_joint_free(&copy);
        return status;
    }
    tuft_joint_free(out);
    *out = copy;
    return TUFT_OK;
}

/* ---- training -------------------------------------------------------------------------------- */

/* One side of a batch on its way to the head: rows of the table, or what a layer makes of them. */
typedef struct {
    tuft_recurrent_trace trace;
    float *gradient;   /* of the layer */
    tuft_features row; /* features of the batch */
    uint32_t *index;   /* [batch] rows of the table */
} side_work;

typedef struct {
    side_work side[TUFT_JOINT_SIDES];
    uint32_t *order, *self; /* [pairs]; 0, 1, 2, ... [batch] */
    int *label;             /* [batch] */
} work;

static void work_free(work *w)
{
    for (int k = 0; k < TUFT_JOINT_SIDES; k++) {
        tuft_recurrent_trace_free(&w->side[k].trace);
        free(w->side[k].gradient);
        tuft_features_free(&w->side[k].row);
        free(w->side[k].index);
    }
    free(w->order);
    free(w->self);
    free(w->label);
}

static tuft_status work_new(work *w, const tuft_joint *model, size_t batch, size_t pairs,
                            const size_t *columns, tuft_error *err)
{
    tuft_status status = TUFT_NEW(&w->order, pairs, "joint: order of pairs", err);
    if (!status)
        status = TUFT_NEW(&w->self, batch, "joint: rows", err);
    if (!status)
        status = TUFT_NEW(&w->label, batch, "joint: labels", err);
    for (int k = 0; !status && k < TUFT_JOINT_SIDES; k++) {
        side_work *side = &w->side[k];
        int layered = has_encoders(&model->config);
        size_t width = layered ? model->config.encoder[k].layer.cells : columns[k];
        status = TUFT_NEW(&side->index, batch, "joint: rows", err);
        if (!status)
            status = tuft_features_new(&side->row, batch, width, err);
        if (!status && layered)
            status = tuft_recurrent_trace_new(&side->trace, &model->layer[k], batch, err);
        if (!status && layered)
            status = TUFT_NEW(&side->gradient, model->layer[k].parameters, "joint: gradient", err);
    }
    for (size_t i = 0; !status && i < batch; i++)
        w->self[i] = (uint32_t)i;
    return status;
}

/* The head's features for the n rows that side->index names. */
static void gather(tuft_joint *model, int k, side_work *side, const tuft_features *table, size_t n)
{
    size_t columns = side->row.columns;
    side->row.rows = n;
    for (size_t i = 0; i < n; i++)
        side->row.label[i] = table->label[side->index[i]];
    if (has_encoders(&model->config)) {
        tuft_recurrent_forward(&model->layer[k], table, side->index, n, &side->trace,
                               &model->operations.forward);
        memcpy(side->row.value, side->trace.read, n * columns * sizeof *side->row.value);
        return;
    }
    for (size_t i = 0; i < n; i++)
        memcpy(side->row.value + i * columns, table->value + side->index[i] * columns,
               columns * sizeof *side->row.value);
}

/* From the head's slopes, which are in the trace, to a step of the layer. */
static void step_layer(tuft_joint *model, int k, side_work *side)
{
    tuft_recurrent *layer = &model->layer[k];
    tuft_recurrent_backward(layer, &side->trace, side->gradient, &model->operations.backward);
    tuft_gradient_clip(side->gradient, layer->parameters, model->config.clip);
    tuft_adam_step(&model->layer_adam[k], layer->parameter, side->gradient);
    model->operations.update += layer->parameters;
}

static tuft_slopes slopes_of(const tuft_joint *model)
{
    return has_encoders(&model->config) ? TUFT_SLOPES_GO_ON : TUFT_SLOPES_END;
}

/* Rows are named by w->side[].index, labels are those of side b. */
static tuft_status step(tuft_joint *model, work *w, const tuft_features *a, const tuft_features *b,
                        size_t n, double *loss, tuft_error *err)
{
    side_work *side = w->side;
    gather(model, TUFT_JOINT_A, &side[TUFT_JOINT_A], a, n);
    gather(model, TUFT_JOINT_B, &side[TUFT_JOINT_B], b, n);
    const tuft_pairs pairs = {n, w->self, w->self, side[TUFT_JOINT_B].row.label};
    tuft_status status;
    if (model->config.loss == TUFT_LOSS_CONTRASTIVE) {
        status =
            tuft_contrastive_step(&model->contrastive, &side[0].row, &side[1].row, &pairs, loss,
                                  side[0].trace.read_slope, side[1].trace.read_slope, err);
        tuft_contrastive_count(&model->operations, &model->contrastive, n, slopes_of(model));
    } else {
        status = tuft_prototypical_step(&model->prototypical, &side[0].row, &side[1].row, loss,
                                        side[0].trace.read_slope, side[1].trace.read_slope, err);
        tuft_prototypical_count(&model->operations, &model->prototypical, slopes_of(model));
    }
    for (int k = 0; !status && k < TUFT_JOINT_SIDES && has_encoders(&model->config); k++)
        step_layer(model, k, &side[k]);
    return status;
}

static tuft_status contrastive_epoch(tuft_joint *model, const tuft_features *a,
                                     const tuft_features *b, const tuft_pairs *pairs, double *loss,
                                     tuft_error *err)
{
    size_t batch = model->config.contrastive.batch;
    batch = batch < pairs->count ? batch : pairs->count;
    if (!has_encoders(&model->config)) {
        for (size_t first = 0; first < pairs->count; first += batch)
            tuft_contrastive_count(&model->operations, &model->contrastive,
                                   pairs->count - first < batch ? pairs->count - first : batch,
                                   TUFT_SLOPES_END);
        return tuft_contrastive_epoch(&model->contrastive, a, b, pairs, loss, err);
    }
    work w = {0};
    double sum = 0, one = 0;
    tuft_status status =
        work_new(&w, model, batch, pairs->count, (size_t[]){a->columns, b->columns}, err);
    for (size_t i = 0; !status && i < pairs->count; i++)
        w.order[i] = (uint32_t)i;
    model->contrastive.epoch++;
    tuft_random random =
        tuft_random_stream(model->contrastive.seed, TUFT_RANDOM_TRAINING, model->contrastive.epoch);
    if (!status)
        tuft_random_shuffle(&random, w.order, (uint32_t)pairs->count);
    for (size_t first = 0; !status && first < pairs->count; first += batch) {
        size_t n = pairs->count - first < batch ? pairs->count - first : batch;
        for (size_t i = 0; i < n; i++) {
            w.side[TUFT_JOINT_A].index[i] = pairs->row_a[w.order[first + i]];
            w.side[TUFT_JOINT_B].index[i] = pairs->row_b[w.order[first + i]];
        }
        status = step(model, &w, a, b, n, &one, err);
        sum += (double)n * one;
    }
    *loss = sum / (double)pairs->count;
    work_free(&w);
    return status;
}

static tuft_status prototypical_epoch(tuft_joint *model, const tuft_features *a,
                                      const tuft_features *b, size_t pairs, int classes,
                                      double *loss, tuft_error *err)
{
    const tuft_prototypical_config *config = &model->prototypical.config;
    size_t rows = tuft_prototypical_rows(config), asked = config->ways * config->queries;
    size_t episodes = (pairs + asked - 1) / asked;
    work w = {0};
    double sum = 0, one = 0;
    tuft_status status = work_new(&w, model, rows, 1, (size_t[]){a->columns, b->columns}, err);
    for (size_t e = 0; !status && e < episodes; e++) {
        status =
            tuft_prototypical_draw(&model->prototypical, a, b, classes, w.side[TUFT_JOINT_A].index,
                                   w.side[TUFT_JOINT_B].index, err);
        if (!status)
            status = step(model, &w, a, b, rows, &one, err);
        sum += one;
    }
    *loss = sum / (double)(episodes ? episodes : 1);
    work_free(&w);
    return status;
}

tuft_status tuft_joint_epoch(tuft_joint *model, const tuft_features *a, const tuft_features *b,
                             const tuft_pairs *pairs, int classes, double *loss, tuft_error *err)
{
    return model->config.loss == TUFT_LOSS_CONTRASTIVE
               ? contrastive_epoch(model, a, b, pairs, loss, err)
               : prototypical_epoch(model, a, b, pairs->count, classes, loss, err);
}

/* ---- embedding ------------------------------------------------------------------------------- */

tuft_status tuft_joint_embed(const tuft_joint *model, int side, const tuft_features *table,
                             float *out, tuft_error *err)
{
    tuft_features reads = {0};
    const tuft_features *features = table;
    tuft_status status = TUFT_OK;
    if (has_encoders(&model->config)) {
        status = tuft_recurrent_read(&model->layer[side], table, &reads, err);
        features = &reads;
    }
    if (!status && model->config.loss == TUFT_LOSS_PROTOTYPICAL)
        status = tuft_linear_scores(side == TUFT_JOINT_A ? &model->prototypical.a.projection
                                                         : &model->prototypical.b.projection,
                                    features, out, err);
    else if (!status)
        status = side == TUFT_JOINT_A
                     ? tuft_contrastive_embed_a(&model->contrastive, features, out, err)
                     : tuft_contrastive_embed_b(&model->contrastive, features, out, err);
    tuft_features_free(&reads);
    return status;
}
