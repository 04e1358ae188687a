/* Losses of a joint space and what they send back to the layers below. */
#include "core/philox.h"
#include "lsm/joint.h"
#include "lsm/zero_shot.h"
#include "tables.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 3, SHOTS = 2, QUERIES = 3, EACH = SHOTS + QUERIES, ROWS = WAYS * EACH };
enum { COLUMNS_A = 4, COLUMNS_B = 5, DIM = 3 };

static const tuft_prototypical_config episode = {
    .dim = DIM,
    .ways = WAYS,
    .shots = SHOTS,
    .queries = QUERIES,
    .adam = {.rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8}};

static void make_rows(tuft_features *out, size_t rows, size_t columns, size_t classes,
                      uint64_t seed)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 0);
    cr_assert_eq(tuft_features_new(out, rows, columns, NULL), TUFT_OK);
    for (size_t k = 0; k < rows * columns; k++)
        out->value[k] = (float)tuft_random_normal(&random);
    for (size_t i = 0; i < rows; i++)
        out->label[i] = (int)(i % classes);
}

/* ---- prototypical networks ------------------------------------------------------------------- */

static void embed(const tuft_linear *map, const tuft_features *x, double e[ROWS][DIM])
{
    for (size_t i = 0; i < ROWS; i++)
        for (int d = 0; d < DIM; d++) {
            e[i][d] = (double)map->bias[d];
            for (size_t j = 0; j < x->columns; j++)
                e[i][d] += (double)map->weight[d * (int)x->columns + (int)j] *
                           (double)x->value[i * x->columns + j];
        }
}

/* Equations 1 and 2 of the paper: queries of one side, examples of the other. */
static double direction(double query[ROWS][DIM], double example[ROWS][DIM])
{
    double mean[WAYS][DIM] = {{0}}, loss = 0;
    for (int k = 0; k < WAYS; k++)
        for (int s = 0; s < SHOTS; s++)
            for (int d = 0; d < DIM; d++)
                mean[k][d] += example[k * EACH + s][d] / SHOTS;
    for (int k = 0; k < WAYS; k++)
        for (int q = SHOTS; q < EACH; q++) {
            double sum = 0, own = 0;
            for (int c = 0; c < WAYS; c++) {
                double distance = 0;
                for (int d = 0; d < DIM; d++)
                    distance += pow(query[k * EACH + q][d] - mean[c][d], 2);
                sum += exp(-distance);
                own = c == k ? distance : own;
            }
            loss += (own + log(sum)) / (WAYS * QUERIES);
        }
    return loss;
}

static double definition(const tuft_prototypical *model, const tuft_features *a,
                         const tuft_features *b)
{
    double of_a[ROWS][DIM], of_b[ROWS][DIM];
    embed(&model->a.projection, a, of_a);
    embed(&model->b.projection, b, of_b);
    return (direction(of_a, of_b) + direction(of_b, of_a)) / 2;
}

/* Of the definition, in double; parameters are float, so the step is what float makes of it. */
static void expect_slopes(const tuft_prototypical *model, const tuft_features *a,
                          const tuft_features *b, float *parameter, const float *gradient, size_t n,
                          const char *name)
{
    for (size_t k = 0; k < n; k++) {
        float keep = parameter[k], up = keep + 1.0F / 512, down = keep - 1.0F / 512;
        parameter[k] = up;
        double above = definition(model, a, b);
        parameter[k] = down;
        double below = definition(model, a, b);
        parameter[k] = keep;
        double expected = (above - below) / ((double)up - (double)down);
        cr_assert_float_eq(gradient[k], expected, 1e-4 + 1e-3 * fabs(expected),
                           "%s[%zu]: %g, expected %g", name, k, (double)gradient[k], expected);
    }
}

Test(prototypical, loss_and_gradient_are_the_papers, .init = one_blas_thread)
{
    tuft_prototypical model;
    tuft_features a, b;
    float weight_a[DIM * COLUMNS_A], bias_a[DIM], weight_b[DIM * COLUMNS_B], bias_b[DIM];
    float slope_a[ROWS * COLUMNS_A], slope_b[ROWS * COLUMNS_B];
    const tuft_prototypical_gradient gradient = {weight_a, bias_a,  weight_b,
                                                 bias_b,   slope_a, slope_b};
    double loss;
    make_rows(&a, ROWS, COLUMNS_A, WAYS, 1);
    make_rows(&b, ROWS, COLUMNS_B, WAYS, 2);
    cr_assert_eq(tuft_prototypical_new(&model, &episode, COLUMNS_A, COLUMNS_B, 3, NULL), TUFT_OK);
    cr_assert_eq(tuft_prototypical_loss(&model, &a, &b, &loss, &gradient, NULL), TUFT_OK);
    cr_assert_float_eq(loss, definition(&model, &a, &b), 1e-5);
    expect_slopes(&model, &a, &b, model.a.projection.weight, weight_a, DIM * COLUMNS_A, "weight a");
    expect_slopes(&model, &a, &b, model.a.projection.bias, bias_a, DIM, "bias a");
    expect_slopes(&model, &a, &b, model.b.projection.weight, weight_b, DIM * COLUMNS_B, "weight b");
    expect_slopes(&model, &a, &b, model.b.projection.bias, bias_b, DIM, "bias b");
    expect_slopes(&model, &a, &b, a.value, slope_a, ROWS * COLUMNS_A, "features a");
    expect_slopes(&model, &a, &b, b.value, slope_b, ROWS * COLUMNS_B, "features b");
    tuft_prototypical_free(&model);
    tuft_features_free(&a);
    tuft_features_free(&b);
}

Test(prototypical, episodes_hold_each_row_once)
{
    tuft_prototypical model, again;
    tuft_features a, b;
    uint32_t row[2][ROWS], same[2][ROWS], other[2][ROWS];
    make_rows(&a, 40, COLUMNS_A, 5, 1);
    make_rows(&b, 30, COLUMNS_B, 5, 2);
    cr_assert_eq(tuft_prototypical_new(&model, &episode, COLUMNS_A, COLUMNS_B, 3, NULL), TUFT_OK);
    cr_assert_eq(tuft_prototypical_new(&again, &episode, COLUMNS_A, COLUMNS_B, 3, NULL), TUFT_OK);
    cr_assert_eq(tuft_prototypical_draw(&model, &a, &b, 5, row[0], row[1], NULL), TUFT_OK);
    cr_assert_eq(tuft_prototypical_draw(&again, &a, &b, 5, same[0], same[1], NULL), TUFT_OK);
    cr_assert_eq(tuft_prototypical_draw(&model, &a, &b, 5, other[0], other[1], NULL), TUFT_OK);
    cr_assert_arr_eq(row, same, sizeof row);
    cr_assert(memcmp(row, other, sizeof row));
    for (size_t k = 0; k < ROWS; k++) {
        cr_assert_eq(a.label[row[0][k]], a.label[row[0][k / EACH * EACH]]);
        cr_assert_eq(a.label[row[0][k]], b.label[row[1][k]]);
        for (size_t j = 0; j < k; j++) {
            cr_assert_neq(row[0][k], row[0][j]);
            cr_assert_neq(row[1][k], row[1][j]);
            if (j / EACH != k / EACH)
                cr_assert_neq(a.label[row[0][k]], a.label[row[0][j]]);
        }
    }
    tuft_error err;
    cr_assert_eq(tuft_prototypical_draw(&model, &a, &b, 2, row[0], row[1], &err), TUFT_INVALID);
    for (size_t i = 0; i < b.rows; i++) /* of class 1 four are left, five are asked for */
        if (b.label[i] == 1 && i > 16)
            b.label[i] = 0;
    tuft_status status = TUFT_OK;
    for (int e = 0; e < 20 && !status; e++)
        status = tuft_prototypical_draw(&model, &a, &b, 5, row[0], row[1], &err);
    cr_assert_eq(status, TUFT_INVALID);
    cr_assert(strstr(err.message, "class 1 has 4 rows"), "%s", err.message);
    tuft_prototypical_free(&model);
    tuft_prototypical_free(&again);
    tuft_features_free(&a);
    tuft_features_free(&b);
}

/* ---- what a contrastive step sends back ------------------------------------------------------ */

static double contrastive_loss(const tuft_contrastive *model, const tuft_features *a,
                               const tuft_features *b, const tuft_pairs *pairs)
{
    double loss;
    cr_assert_eq(tuft_contrastive_loss(model, a, b, pairs, &loss, NULL, NULL), TUFT_OK);
    return loss;
}

Test(contrastive, slopes_of_features_are_the_finite_difference, .init = one_blas_thread)
{
    enum { PAIRS = 5 };
    static const uint32_t row[] = {0, 1, 2, 3, 4};
    static const int label[] = {0, 1, 0, 1, 1};
    const tuft_pairs pairs = {PAIRS, row, row, label};
    for (int similarity = 0; similarity < 2; similarity++) {
        tuft_contrastive_config config = tuft_contrastive_defaults;
        tuft_contrastive model, before = {0};
        tuft_features table[2];
        float slope[2][PAIRS * COLUMNS_B];
        double loss;
        config.dim = DIM;
        config.similarity = (tuft_similarity)similarity;
        config.pairing = TUFT_PAIRING_CLASS;
        make_rows(&table[0], PAIRS, COLUMNS_A, 2, 1);
        make_rows(&table[1], PAIRS, COLUMNS_B, 2, 2);
        cr_assert_eq(tuft_contrastive_new(&model, &config, COLUMNS_A, COLUMNS_B, 3, NULL), TUFT_OK);
        cr_assert_eq(tuft_contrastive_copy(&before, &model, NULL), TUFT_OK);
        cr_assert_eq(tuft_contrastive_step(&model, &table[0], &table[1], &pairs, &loss, slope[0],
                                           slope[1], NULL),
                     TUFT_OK);
        cr_assert_eq(loss, contrastive_loss(&before, &table[0], &table[1], &pairs));
        cr_assert_lt(contrastive_loss(&model, &table[0], &table[1], &pairs), loss);
        for (int k = 0; k < 2; k++)
            for (size_t i = 0; i < PAIRS * table[k].columns; i++) {
                float keep = table[k].value[i];
                table[k].value[i] = keep + 1.0F / 128;
                double up = contrastive_loss(&before, &table[0], &table[1], &pairs);
                table[k].value[i] = keep - 1.0F / 128;
                double down = contrastive_loss(&before, &table[0], &table[1], &pairs);
                table[k].value[i] = keep;
                cr_assert_float_eq(slope[k][i], 64 * (up - down), 5e-4);
            }
        tuft_contrastive_free(&model);
        tuft_contrastive_free(&before);
        tuft_features_free(&table[0]);
        tuft_features_free(&table[1]);
    }
}

/* ---- end to end ------------------------------------------------------------------------------ */

enum { CLASSES = 6, STEPS = 12, CHANNELS = 3, EACH_CLASS = 16, LAYER = 20 };

static const tuft_sequence_shape shape = {STEPS, CHANNELS};

/* Three channels spike one after the other, each three steps; a class is the order they come in, so
 * that counts of events say nothing. Some events are lost. */
static void make_orders(tuft_features *out, size_t rows, uint64_t seed, const uint8_t turn[CLASSES])
{
    static const uint8_t order[CLASSES][CHANNELS] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 0);
    cr_assert_eq(tuft_features_new(out, rows, STEPS * CHANNELS, NULL), TUFT_OK);
    for (size_t i = 0; i < rows; i++) {
        uint32_t late = tuft_random_below(&random, 3);
        out->label[i] = (int)(i % CLASSES);
        for (uint32_t t = 0; t < 9; t++)
            out->value[i * out->columns + (t + late) * CHANNELS + order[turn[i % CLASSES]][t / 3]] =
                tuft_random_below(&random, 8) > 0;
    }
}

static const uint8_t plain[CLASSES] = {0, 1, 2, 3, 4, 5}, mixed[CLASSES] = {4, 3, 1, 5, 0, 2};

static tuft_zero_shot_config end_to_end(tuft_joint_loss loss)
{
    tuft_zero_shot_config config = tuft_zero_shot_defaults;
    config.joint.loss = loss;
    config.joint.clip = 1;
    config.joint.contrastive.dim = 8;
    config.joint.contrastive.batch = 16;
    config.joint.contrastive.pairing = TUFT_PAIRING_CLASS;
    config.joint.contrastive.adam.rate = 1e-2;
    config.epochs = 80;
    for (int k = 0; k < TUFT_JOINT_SIDES; k++) {
        config.joint.encoder[k].shape = shape;
        config.joint.encoder[k].layer = (tuft_recurrent_config){.kind = TUFT_RECURRENT_LIF,
                                                                .cells = LAYER,
                                                                .decay = 0.9,
                                                                .threshold = 1,
                                                                .sharpness = 1,
                                                                .keep = 1,
                                                                .scale = 2,
                                                                .input_sd = 0.6,
                                                                .recurrent_sd = 0.2};
    }
    return config;
}

static void expect_learns(tuft_joint_loss loss)
{
    static const uint8_t all[CLASSES] = {1, 1, 1, 1, 1, 1}, none[CLASSES] = {0};
    tuft_features train[2], test[2];
    tuft_zero_shot_config config = end_to_end(loss);
    tuft_zero_shot_result first, second;
    tuft_error err;
    make_orders(&train[0], CLASSES * EACH_CLASS, 1, plain);
    make_orders(&train[1], CLASSES * EACH_CLASS, 2, mixed);
    make_orders(&test[0], CLASSES * 8, 3, plain);
    make_orders(&test[1], CLASSES * 8, 4, mixed);
    const tuft_zero_shot_side a = {&train[0], &test[0], train[0].rows};
    const tuft_zero_shot_side b = {&train[1], &test[1], train[1].rows};
    cr_assert_eq(tuft_zero_shot(&a, &b, &config, CLASSES, all, none, 6, &first, &err), TUFT_OK,
                 "%s", err.message);
    cr_assert_geq(first.seen.b_to_a, 0.8, "%g", first.seen.b_to_a); /* chance: 1/6 */
    cr_assert_eq(tuft_zero_shot(&a, &b, &config, CLASSES, all, none, 6, &second, &err), TUFT_OK);
    cr_assert_eq(first.seen.b_to_a, second.seen.b_to_a);
    cr_assert_eq(first.epoch, second.epoch);
    cr_assert_arr_eq(first.similarity, second.similarity, CLASSES * CLASSES * sizeof(double));
    cr_assert_eq(tuft_operations_total(&first.operations),
                 tuft_operations_total(&second.operations));
    for (int k = 0; k < 2; k++) {
        tuft_features_free(&train[k]);
        tuft_features_free(&test[k]);
    }
}

Test(joint, srnn_clip_learns_orders, .init = one_blas_thread)
{
    expect_learns(TUFT_LOSS_CONTRASTIVE);
}

Test(joint, prototypical_srnn_learns_orders, .init = one_blas_thread)
{
    expect_learns(TUFT_LOSS_PROTOTYPICAL);
}

/* Projections of features, one epoch: batches of 4 and 3 pairs; then one episode. */
Test(joint, operations_of_projections_by_hand, .init = one_blas_thread)
{
    enum { PAIRS = 7, BATCH = 4, D = 3 };
    static const uint32_t row[] = {0, 1, 2, 3, 4, 5, 6};
    const tuft_pairs pairs = {PAIRS, row, row, NULL};
    tuft_joint model;
    tuft_features a, b;
    double loss;
    make_rows(&a, 15, COLUMNS_A, WAYS, 1);
    make_rows(&b, 15, COLUMNS_B, WAYS, 2);
    tuft_joint_config config = {
        .contrastive = tuft_contrastive_defaults, .shots = SHOTS, .queries = QUERIES};
    config.contrastive.dim = D;
    config.contrastive.batch = BATCH;
    cr_assert_eq(tuft_joint_new(&model, &config, COLUMNS_A, COLUMNS_B, WAYS, 1, NULL), TUFT_OK);
    cr_assert_eq(tuft_joint_epoch(&model, &a, &b, &pairs, WAYS, &loss, NULL), TUFT_OK);
    const uint64_t columns = COLUMNS_A + COLUMNS_B, parameters = D * columns + 2 * D;
    const uint64_t logits = (4 * 4 + 3 * 3) * D, project = PAIRS * columns * D;
    cr_assert_eq(model.operations.shown, PAIRS);
    cr_assert_eq(model.operations.forward.mac, project + logits + 2 * PAIRS * D);
    cr_assert_eq(model.operations.backward.mac, project + 2 * logits + 2 * PAIRS * D);
    cr_assert_eq(model.operations.forward.ac + model.operations.backward.ac, 0);
    cr_assert_eq(model.operations.forward.dense, model.operations.forward.mac);
    cr_assert_eq(model.operations.update, 2 * parameters);
    tuft_joint_free(&model);

    config.loss = TUFT_LOSS_PROTOTYPICAL;
    cr_assert_eq(tuft_joint_new(&model, &config, COLUMNS_A, COLUMNS_B, WAYS, 1, NULL), TUFT_OK);
    cr_assert_eq(tuft_joint_epoch(&model, &a, &b, &pairs, WAYS, &loss, NULL), TUFT_OK);
    const uint64_t means = 2 * WAYS * SHOTS * D, distances = 2 * WAYS * QUERIES * WAYS * D;
    cr_assert_eq(model.operations.shown, ROWS); /* one episode: 9 queries for 7 pairs */
    cr_assert_eq(model.operations.forward.mac, ROWS * columns * D + means + distances);
    cr_assert_eq(model.operations.backward.mac, ROWS * columns * D + means + 2 * distances);
    cr_assert_eq(model.operations.update, parameters);
    tuft_joint_free(&model);
    tuft_features_free(&a);
    tuft_features_free(&b);
}

/* End to end the layers come on top, and slopes that go on to them. */
Test(joint, operations_end_to_end_by_hand, .init = one_blas_thread)
{
    enum { PAIRS = 6, D = 8 };
    static const uint32_t row[] = {0, 1, 2, 3, 4, 5};
    const tuft_pairs pairs = {PAIRS, row, row, NULL};
    tuft_joint_config config = end_to_end(TUFT_LOSS_CONTRASTIVE).joint;
    tuft_joint model;
    tuft_features a, b;
    double loss, events = 0;
    config.contrastive.pairing = TUFT_PAIRING_INSTANCE;
    for (int k = 0; k < 2; k++)
        config.encoder[k].layer.threshold = -1000; /* every cell at every step */
    make_orders(&a, PAIRS, 1, plain);
    make_orders(&b, PAIRS, 2, mixed);
    for (size_t k = 0; k < PAIRS * a.columns; k++)
        events += (double)a.value[k] + (double)b.value[k];
    cr_assert_eq(tuft_joint_new(&model, &config, a.columns, b.columns, CLASSES, 1, NULL), TUFT_OK);
    cr_assert_eq(tuft_joint_epoch(&model, &a, &b, &pairs, CLASSES, &loss, NULL), TUFT_OK);
    const uint64_t inner = 2 * PAIRS * (STEPS - 1) * LAYER * LAYER;
    const uint64_t cells = 2 * PAIRS * STEPS * LAYER, project = 2 * PAIRS * LAYER * D;
    const uint64_t logits = PAIRS * PAIRS * D, arriving = (uint64_t)events * LAYER;
    cr_assert_eq(model.operations.forward.ac, arriving + inner);
    cr_assert_eq(model.operations.forward.mac, cells + project + logits + 2 * PAIRS * D);
    cr_assert_eq(model.operations.backward.ac, arriving + inner);
    cr_assert_eq(model.operations.backward.mac,
                 inner + cells + 2 * project + 2 * logits + 2 * PAIRS * D);
    cr_assert_eq(model.operations.update, 2 * (LAYER * (CHANNELS + LAYER + 1) + LAYER * D + D));
    tuft_joint_free(&model);
    tuft_features_free(&a);
    tuft_features_free(&b);
}

Test(joint, what_makes_no_sense_is_refused)
{
    tuft_joint_config config = end_to_end(TUFT_LOSS_CONTRASTIVE).joint, bad = config;
    tuft_joint model;
    size_t columns = STEPS * CHANNELS;
    cr_assert_eq(tuft_joint_new(&model, &config, columns, columns + 1, 2, 1, NULL), TUFT_INVALID);
    bad.encoder[1].layer.cells = 0;
    cr_assert_eq(tuft_joint_new(&model, &bad, columns, columns, 2, 1, NULL), TUFT_INVALID);
    bad = config;
    bad.encoder[1].layer.decay = 2;
    cr_assert_eq(tuft_joint_new(&model, &bad, columns, columns, 2, 1, NULL), TUFT_INVALID);
    cr_assert_null(model.layer[0].parameter);
    bad = config;
    bad.loss = TUFT_LOSS_PROTOTYPICAL;
    cr_assert_eq(tuft_joint_new(&model, &bad, columns, columns, 1, 1, NULL), TUFT_INVALID);
    bad.queries = 0;
    cr_assert_eq(tuft_joint_new(&model, &bad, columns, columns, 2, 1, NULL), TUFT_INVALID);
    bad = config; /* a distance is no logit of the contrastive loss */
    bad.contrastive.similarity = TUFT_SIMILARITY_EUCLIDEAN;
    cr_assert_eq(tuft_joint_new(&model, &bad, columns, columns, 2, 1, NULL), TUFT_INVALID);
}
