#include "core/philox.h"
#include "lsm/contrastive.h"
#include "tables.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { ROWS = 9, COLUMNS_A = 4, COLUMNS_B = 6, DIM = 5 };

typedef struct {
    tuft_features a, b;
    uint32_t row[ROWS];
    tuft_pairs pairs;
} pair_set;

static void make_pairs(pair_set *set)
{
    make_table(&set->a, ROWS, COLUMNS_A, 3, 0.5, 1);
    make_table(&set->b, ROWS, COLUMNS_B, 3, 0.5, 2);
    for (size_t k = 0; k < (size_t)ROWS * COLUMNS_A; k++)
        set->a.value[k] -= 10.0F * (float)(k % COLUMNS_A % 7);
    for (size_t k = 0; k < (size_t)ROWS * COLUMNS_B; k++)
        set->b.value[k] -= 10.0F * (float)(k % COLUMNS_B % 7);
    for (uint32_t i = 0; i < ROWS; i++)
        set->row[i] = i;
    set->pairs =
        (tuft_pairs){.count = ROWS, .row_a = set->row, .row_b = set->row, .label = set->a.label};
}

static void free_pairs(pair_set *set)
{
    tuft_features_free(&set->a);
    tuft_features_free(&set->b);
}

static double loss_of(const tuft_contrastive *model, const pair_set *set,
                      const tuft_contrastive_gradient *gradient)
{
    tuft_error err;
    double loss = 0;
    cr_assert_eq(tuft_contrastive_loss(model, &set->a, &set->b, &set->pairs, &loss, gradient, &err),
                 TUFT_OK, "%s", err.message);
    return loss;
}

static void compare_differences(const tuft_contrastive *model, const pair_set *set,
                                float *parameter, const float *gradient, size_t n, const char *name)
{
    const float h = 1.0F / 128;
    for (size_t k = 0; k < n; k++) {
        float keep = parameter[k];
        parameter[k] = keep + h;
        double up = loss_of(model, set, NULL);
        parameter[k] = keep - h;
        double down = loss_of(model, set, NULL);
        parameter[k] = keep;
        cr_assert_float_eq(gradient[k], (up - down) / (2 * h), 5e-4, "%s[%zu]: %g, expected %g",
                           name, k, (double)gradient[k], (up - down) / (2 * h));
    }
}

/* Every loss and similarity: the gradient is the finite difference, and is not zero. */
Test(contrastive, gradient_is_the_finite_difference, .init = one_blas_thread)
{
    pair_set set;
    make_pairs(&set);
    for (int similarity = 0; similarity < 2; similarity++)
        for (int pairing = 0; pairing < 2; pairing++) {
            tuft_contrastive_config config = tuft_contrastive_defaults;
            config.dim = DIM;
            config.similarity = (tuft_similarity)similarity;
            config.pairing = (tuft_pairing)pairing;
            config.temperature = 0.5;
            tuft_contrastive model;
            cr_assert_eq(tuft_contrastive_new(&model, &config, COLUMNS_A, COLUMNS_B, 7, NULL),
                         TUFT_OK);
            float weight_a[DIM * COLUMNS_A], bias_a[DIM], weight_b[DIM * COLUMNS_B], bias_b[DIM];
            const tuft_contrastive_gradient gradient = {weight_a, bias_a, weight_b, bias_b};
            loss_of(&model, &set, &gradient);
            float largest = 0;
            for (int k = 0; k < DIM * COLUMNS_A; k++)
                largest = fmaxf(largest, fabsf(weight_a[k]));
            cr_assert_gt(largest, 0.01F);
            compare_differences(&model, &set, model.a.projection.weight, weight_a, DIM * COLUMNS_A,
                                "weight a");
            compare_differences(&model, &set, model.a.projection.bias, bias_a, DIM, "bias a");
            compare_differences(&model, &set, model.b.projection.weight, weight_b, DIM * COLUMNS_B,
                                "weight b");
            compare_differences(&model, &set, model.b.projection.bias, bias_b, DIM, "bias b");
            tuft_contrastive_free(&model);
        }
    free_pairs(&set);
}

/* The loss of the header, written out from the embeddings. */
Test(contrastive, loss_is_the_definition, .init = one_blas_thread)
{
    pair_set set;
    make_pairs(&set);
    for (int pairing = 0; pairing < 2; pairing++) {
        tuft_contrastive_config config = tuft_contrastive_defaults;
        config.dim = DIM;
        config.pairing = (tuft_pairing)pairing;
        config.temperature = 0.3;
        tuft_contrastive model;
        cr_assert_eq(tuft_contrastive_new(&model, &config, COLUMNS_A, COLUMNS_B, 7, NULL), TUFT_OK);
        float a[ROWS][DIM], b[ROWS][DIM];
        cr_assert_eq(tuft_contrastive_embed_a(&model, &set.a, a[0], NULL), TUFT_OK);
        cr_assert_eq(tuft_contrastive_embed_b(&model, &set.b, b[0], NULL), TUFT_OK);
        double s[ROWS][ROWS] = {{0}}, expected = 0;
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < ROWS; j++)
                for (int k = 0; k < DIM; k++)
                    s[i][j] += (double)a[i][k] * b[j][k] / 0.3;
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < ROWS; j++) {
                int positive = pairing ? i % 3 == j % 3 : i == j;
                double y = positive ? (pairing ? 1.0 / 3 : 1) : 0, row = 0, column = 0;
                for (int k = 0; k < ROWS; k++) {
                    row += exp(s[i][k]);
                    column += exp(s[k][j]);
                }
                expected -= y * (log(exp(s[i][j]) / row) + log(exp(s[i][j]) / column));
            }
        cr_assert_float_eq(loss_of(&model, &set, NULL), expected / (2 * ROWS), 1e-5);
        tuft_contrastive_free(&model);
    }
    free_pairs(&set);
}

/* GELU(1) = 0.841345, GELU(-1) = -0.158655 (Phi from tables). */
Test(contrastive, embeddings, .init = one_blas_thread)
{
    tuft_contrastive_config config = tuft_contrastive_defaults;
    config.dim = 2;
    tuft_contrastive model;
    cr_assert_eq(tuft_contrastive_new(&model, &config, 1, 1, 7, NULL), TUFT_OK);
    model.a.projection.weight[0] = 1;
    model.a.projection.weight[1] = -1;
    model.a.projection.bias[0] = model.a.projection.bias[1] = 0;
    tuft_features x;
    cr_assert_eq(tuft_features_new(&x, 1, 1, NULL), TUFT_OK);
    x.value[0] = 1;
    float out[2];
    cr_assert_eq(tuft_contrastive_embed_a(&model, &x, out, NULL), TUFT_OK);
    cr_assert_float_eq(out[0], 0.841345, 1e-6);
    cr_assert_float_eq(out[1], -0.158655, 1e-6);
    model.config.similarity = TUFT_SIMILARITY_COSINE;
    cr_assert_eq(tuft_contrastive_embed_a(&model, &x, out, NULL), TUFT_OK);
    cr_assert_float_eq(out[0] * out[0] + out[1] * out[1], 1, 1e-6);
    cr_assert_float_eq(out[0] / out[1], 0.841345 / -0.158655, 1e-4);
    tuft_error err;
    x.value[0] = NAN;
    cr_assert_eq(tuft_contrastive_embed_a(&model, &x, out, &err), TUFT_NUMERIC);
    tuft_features_free(&x);
    tuft_contrastive_free(&model);
}

Test(contrastive, learns_repeats_and_copies, .init = one_blas_thread)
{
    pair_set set;
    make_pairs(&set);
    tuft_contrastive_config config = tuft_contrastive_defaults;
    config.dim = 16;
    config.batch = 4; /* the last batch has one pair */
    config.adam.rate = 0.01;
    config.adam.decay = 0.01;
    tuft_contrastive model, again, kept = {0};
    cr_assert_eq(tuft_contrastive_new(&model, &config, COLUMNS_A, COLUMNS_B, 3, NULL), TUFT_OK);
    cr_assert_eq(tuft_contrastive_new(&again, &config, COLUMNS_A, COLUMNS_B, 3, NULL), TUFT_OK);
    double first = loss_of(&model, &set, NULL), loss, other;
    for (int epoch = 0; epoch < 200; epoch++) {
        cr_assert_eq(tuft_contrastive_epoch(&model, &set.a, &set.b, &set.pairs, &loss, NULL),
                     TUFT_OK);
        if (epoch % 50 == 20) /* twice and more: the earlier copy goes */
            cr_assert_eq(tuft_contrastive_copy(&kept, &model, NULL), TUFT_OK);
        cr_assert_eq(tuft_contrastive_epoch(&again, &set.a, &set.b, &set.pairs, &other, NULL),
                     TUFT_OK);
        cr_assert_eq(loss, other);
    }
    cr_assert_lt(loss_of(&model, &set, NULL), 0.2 * first);
    /* The copy goes on exactly as the original did. */
    cr_assert_eq(kept.epoch, 171u);
    while (kept.epoch < model.epoch)
        cr_assert_eq(tuft_contrastive_epoch(&kept, &set.a, &set.b, &set.pairs, &loss, NULL),
                     TUFT_OK);
    cr_assert_arr_eq(kept.a.projection.weight, model.a.projection.weight,
                     16 * COLUMNS_A * sizeof(float));
    cr_assert_arr_eq(kept.b.projection.bias, model.b.projection.bias, 16 * sizeof(float));
    tuft_contrastive_free(&model);
    tuft_contrastive_free(&again);
    tuft_contrastive_free(&kept);
    free_pairs(&set);
}

/* All logits equal: log(batch) for both pairings. Huge logits overflow nothing. */
Test(contrastive, loss_at_the_ends, .init = one_blas_thread)
{
    pair_set set;
    make_pairs(&set);
    tuft_contrastive_config config = tuft_contrastive_defaults;
    config.dim = DIM;
    tuft_contrastive model;
    cr_assert_eq(tuft_contrastive_new(&model, &config, COLUMNS_A, COLUMNS_B, 7, NULL), TUFT_OK);
    memset(model.a.projection.weight, 0, DIM * COLUMNS_A * sizeof(float));
    memset(model.b.projection.weight, 0, DIM * COLUMNS_B * sizeof(float));
    cr_assert_float_eq(loss_of(&model, &set, NULL), log(ROWS), 1e-5);
    model.config.pairing = TUFT_PAIRING_CLASS;
    cr_assert_float_eq(loss_of(&model, &set, NULL), log(ROWS), 1e-5);
    for (int k = 0; k < DIM * COLUMNS_A; k++)
        model.a.projection.weight[k] = 1e3F;
    for (int k = 0; k < DIM * COLUMNS_B; k++)
        model.b.projection.weight[k] = 1e3F;
    cr_assert(isfinite(loss_of(&model, &set, NULL)));
    tuft_contrastive_free(&model);
    free_pairs(&set);
}

Test(contrastive, bad_input_is_refused, .init = one_blas_thread)
{
    tuft_error err;
    pair_set set;
    make_pairs(&set);
    tuft_contrastive model;
    tuft_contrastive_config config = tuft_contrastive_defaults;
    config.temperature = 0;
    cr_assert_eq(tuft_contrastive_new(&model, &config, 4, 6, 1, &err), TUFT_INVALID);
    config = tuft_contrastive_defaults;
    config.dim = SIZE_MAX;
    cr_assert_eq(tuft_contrastive_new(&model, &config, 4, 6, 1, &err), TUFT_INVALID);
    config = tuft_contrastive_defaults;
    config.batch = 0;
    cr_assert_eq(tuft_contrastive_new(&model, &config, 4, 6, 1, &err), TUFT_INVALID);
    config = tuft_contrastive_defaults;
    cr_assert_eq(tuft_contrastive_new(&model, &config, 0, 6, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_contrastive_new(&model, &config, COLUMNS_A, COLUMNS_B, 1, &err), TUFT_OK);
    double loss;
    tuft_pairs pairs = set.pairs;
    pairs.count = 0;
    cr_assert_eq(tuft_contrastive_epoch(&model, &set.a, &set.b, &pairs, &loss, &err), TUFT_INVALID);
    cr_assert_eq(tuft_contrastive_epoch(&model, &set.b, &set.a, &set.pairs, &loss, &err),
                 TUFT_INVALID);
    set.row[3] = ROWS;
    cr_assert_eq(tuft_contrastive_epoch(&model, &set.a, &set.b, &set.pairs, &loss, &err),
                 TUFT_INVALID);
    cr_assert_not_null(strstr(err.message, "pair 3"));
    set.row[3] = 3;
    model.config.pairing = TUFT_PAIRING_CLASS;
    pairs = set.pairs;
    pairs.label = NULL;
    cr_assert_eq(tuft_contrastive_epoch(&model, &set.a, &set.b, &pairs, &loss, &err), TUFT_INVALID);
    set.b.value[COLUMNS_B + 2] = INFINITY;
    cr_assert_eq(tuft_contrastive_epoch(&model, &set.a, &set.b, &set.pairs, &loss, &err),
                 TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "row 1, column 2"));
    tuft_contrastive_free(&model);
    free_pairs(&set);
}

/* One pair a batch: no gradient, so that decay is all that happens, and to weights alone. */
Test(contrastive, decay_acts_on_weights_alone, .init = one_blas_thread)
{
    pair_set set;
    make_pairs(&set);
    set.pairs.count = 1;
    tuft_contrastive_config config = tuft_contrastive_defaults;
    config.dim = DIM;
    config.adam.rate = 0.1;
    config.adam.decay = 5;
    tuft_contrastive model, start = {0};
    cr_assert_eq(tuft_contrastive_new(&model, &config, COLUMNS_A, COLUMNS_B, 7, NULL), TUFT_OK);
    cr_assert_eq(tuft_contrastive_copy(&start, &model, NULL), TUFT_OK);
    double loss;
    cr_assert_eq(tuft_contrastive_epoch(&model, &set.a, &set.b, &set.pairs, &loss, NULL), TUFT_OK);
    cr_assert_float_eq(loss, 0, 1e-6);
    for (int k = 0; k < DIM * COLUMNS_A; k++)
        cr_assert_float_eq(model.a.projection.weight[k], start.a.projection.weight[k] / 2, 1e-7);
    cr_assert_arr_eq(model.a.projection.bias, start.a.projection.bias, DIM * sizeof(float));
    cr_assert_arr_eq(model.b.projection.bias, start.b.projection.bias, DIM * sizeof(float));
    tuft_contrastive_free(&model);
    tuft_contrastive_free(&start);
    free_pairs(&set);
}
