/* Training through time: gradients against finite differences of an independent forward pass in
 * double, a case worked out by hand, tasks that need memory, and what is counted.
 */
#include "core/philox.h"
#include "lsm/recurrent_fit.h"
#include "tables.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 6, CHANNELS = 4, CELLS = 5, ROWS = 3, PARAMETERS = CELLS * (CHANNELS + CELLS + 1) };

static const tuft_sequence_shape small = {STEPS, CHANNELS};

static const tuft_recurrent_config configs[] = {
    {.kind = TUFT_RECURRENT_TANH, .keep = 0, .scale = 1, .input_sd = 0.7, .recurrent_sd = 0.6},
    {.kind = TUFT_RECURRENT_TANH, .keep = 1, .scale = 6, .input_sd = 0.7, .recurrent_sd = 0.6},
    {.kind = TUFT_RECURRENT_LIF_SMOOTH,
     .decay = 0.9,
     .threshold = 0.8,
     .sharpness = 1.5,
     .keep = 1,
     .scale = 4,
     .input_sd = 0.9,
     .recurrent_sd = 0.7},
    {.kind = TUFT_RECURRENT_LIF_SMOOTH,
     .decay = 0.7,
     .threshold = 0.5,
     .sharpness = 0.8,
     .keep = 0.7,
     .scale = 2,
     .input_sd = 0.9,
     .recurrent_sd = 0.7},
};

/* Spikes, one in three places. */
static void make_sequences(tuft_features *out, size_t rows, tuft_sequence_shape shape,
                           uint64_t seed)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 0);
    cr_assert_eq(tuft_features_new(out, rows, shape.steps * shape.channels, NULL), TUFT_OK);
    for (size_t k = 0; k < rows * out->columns; k++)
        out->value[k] = tuft_random_below(&random, 3) == 0;
}

/* Sum over rows and cells of weight x read, by the equations of the headers. */
static double reference(const tuft_recurrent_config *c, const double *parameter,
                        const tuft_features *table, const float *weight)
{
    const double *w = parameter, *u = w + CELLS * CHANNELS, *b = u + CELLS * CELLS;
    double sum = 0;
    for (size_t i = 0; i < ROWS; i++) {
        double v[CELLS] = {0}, y[CELLS] = {0}, read[CELLS] = {0};
        for (size_t t = 0; t < STEPS; t++) {
            const float *x = table->value + i * table->columns + t * CHANNELS;
            double current[CELLS];
            for (int k = 0; k < CELLS; k++) {
                current[k] = b[k];
                for (int j = 0; j < CHANNELS; j++)
                    current[k] += w[k * CHANNELS + j] * (double)x[j];
                for (int j = 0; j < CELLS && t; j++)
                    current[k] += u[k * CELLS + j] * y[j];
            }
            for (int k = 0; k < CELLS; k++) {
                if (c->kind == TUFT_RECURRENT_TANH) {
                    y[k] = tanh(current[k]);
                } else {
                    v[k] = c->decay * v[k] * (1 - y[k]) + current[k];
                    y[k] = 0.5 + atan(M_PI / 2 * c->sharpness * (v[k] - c->threshold)) / M_PI;
                }
                read[k] = c->keep * read[k] + y[k] / c->scale;
            }
        }
        for (int k = 0; k < CELLS; k++)
            sum += (double)weight[i * CELLS + k] * read[k];
    }
    return sum;
}

Test(recurrent, gradient_is_the_finite_difference, .init = one_blas_thread)
{
    static const uint32_t index[] = {0, 1, 2};
    for (size_t c = 0; c < sizeof configs / sizeof *configs; c++) {
        tuft_recurrent_config config = configs[c];
        config.cells = CELLS;
        tuft_recurrent layer;
        tuft_recurrent_trace trace;
        tuft_features table;
        float gradient[PARAMETERS];
        make_sequences(&table, ROWS, small, 3);
        cr_assert_eq(tuft_recurrent_new(&layer, &config, small, 5, 0, NULL), TUFT_OK);
        cr_assert_eq(layer.parameters, PARAMETERS);
        cr_assert_eq(tuft_recurrent_trace_new(&trace, &layer, ROWS, NULL), TUFT_OK);
        tuft_random random = tuft_random_stream(6, TUFT_RANDOM_TEST, c);
        for (int k = 0; k < CELLS; k++)
            layer.parameter[PARAMETERS - 1 - k] = (float)(0.3 * tuft_random_normal(&random));
        tuft_recurrent_forward(&layer, &table, index, ROWS, &trace, NULL);
        for (int k = 0; k < ROWS * CELLS; k++)
            trace.read_slope[k] = (float)tuft_random_normal(&random);
        tuft_recurrent_backward(&layer, &trace, gradient, NULL);
        double parameter[PARAMETERS], found = 0;
        for (int k = 0; k < PARAMETERS; k++)
            parameter[k] = (double)layer.parameter[k];
        for (int k = 0; k < ROWS * CELLS; k++)
            found += (double)(trace.read_slope[k] * trace.read[k]);
        cr_assert_float_eq(found, reference(&config, parameter, &table, trace.read_slope), 1e-5);
        for (int k = 0; k < PARAMETERS; k++) {
            double kept = parameter[k], step = 1e-5;
            parameter[k] = kept + step;
            double above = reference(&config, parameter, &table, trace.read_slope);
            parameter[k] = kept - step;
            double below = reference(&config, parameter, &table, trace.read_slope);
            parameter[k] = kept;
            double expected = (above - below) / (2 * step);
            cr_assert_float_eq(gradient[k], expected, 1e-5 + 1e-4 * fabs(expected),
                               "configuration %zu, parameter %d: %g, expected %g", c, k,
                               (double)gradient[k], expected);
        }
        tuft_recurrent_trace_free(&trace);
        tuft_recurrent_free(&layer);
        tuft_features_free(&table);
    }
}

/* One spiking cell, two steps, the second without input: v_0 = w, s_0 = 1, v_1 = u (reset), s_1 =
 * [u > 1]; read = s_0 + s_1. The surrogate goes through both potentials and the reset. */
Test(recurrent, a_spiking_cell_by_hand)
{
    const double w = 1.25, u = 0.5, decay = 0.8, k = 2, g = 3;
    tuft_recurrent_config config = {.kind = TUFT_RECURRENT_LIF,
                                    .cells = 1,
                                    .decay = decay,
                                    .threshold = 1,
                                    .sharpness = k,
                                    .keep = 1,
                                    .scale = 1};
    tuft_recurrent layer;
    tuft_recurrent_trace trace;
    tuft_features table;
    float gradient[3];
    const uint32_t index[] = {0};
    cr_assert_eq(tuft_features_new(&table, 1, 2, NULL), TUFT_OK);
    table.value[0] = 1;
    cr_assert_eq(tuft_recurrent_new(&layer, &config, (tuft_sequence_shape){2, 1}, 1, 0, NULL),
                 TUFT_OK);
    cr_assert_eq(tuft_recurrent_trace_new(&trace, &layer, 1, NULL), TUFT_OK);
    layer.parameter[0] = (float)w;
    layer.parameter[1] = (float)u;
    tuft_recurrent_forward(&layer, &table, index, 1, &trace, NULL);
    cr_assert_eq(trace.output[0], 1);
    cr_assert_eq(trace.output[1], 0);
    cr_assert_float_eq(trace.state[1], u, 1e-6); /* the spike took the rest away */
    trace.read_slope[0] = (float)g;
    tuft_recurrent_backward(&layer, &trace, gradient, NULL);
    double slope_0 = k / 2 / (1 + pow(M_PI * k / 2 * (w - 1), 2));
    double slope_1 = k / 2 / (1 + pow(M_PI * k / 2 * (u - 1), 2));
    double at_1 = g * slope_1;
    double at_0 = (g + u * at_1 - decay * w * at_1) * slope_0;
    cr_assert_float_eq(gradient[0], at_0, 1e-5);
    cr_assert_float_eq(gradient[1], at_1, 1e-5);
    cr_assert_float_eq(gradient[2], at_0 + at_1, 1e-5);
    tuft_recurrent_trace_free(&trace);
    tuft_recurrent_free(&layer);
    tuft_features_free(&table);
}

/* ---- tasks ----------------------------------------------------------------------------------- */

enum { LONG = 14, TASK_CHANNELS = 4 };

/* Delayed exclusive or: a burst in channel a (0 or 1) early, one in channel 2 + b late, each a step
 * or so to and fro; the label is a xor b. */
static void make_delayed_xor(tuft_features *out, size_t rows, uint64_t seed)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 1);
    cr_assert_eq(tuft_features_new(out, rows, LONG * TASK_CHANNELS, NULL), TUFT_OK);
    for (size_t i = 0; i < rows; i++) {
        uint32_t a = tuft_random_below(&random, 2), b = tuft_random_below(&random, 2);
        uint32_t early = tuft_random_below(&random, 3), late = 8 + tuft_random_below(&random, 3);
        float *row = out->value + i * out->columns;
        for (uint32_t t = 0; t < 3; t++) {
            row[(early + t) * TASK_CHANNELS + a] = 1;
            row[(late + t) * TASK_CHANNELS + 2 + b] = 1;
        }
        out->label[i] = (int)(a ^ b);
    }
}

static tuft_recurrent_training training_of(tuft_recurrent_kind kind)
{
    int spiking = kind != TUFT_RECURRENT_TANH;
    tuft_recurrent_training training = {.layer = {.kind = kind,
                                                  .cells = 24,
                                                  .decay = 0.9,
                                                  .threshold = 1,
                                                  .sharpness = 2,
                                                  .keep = spiking ? 0.9 : 0,
                                                  .scale = 1,
                                                  .input_sd = spiking ? 0.8 : 0.5,
                                                  .recurrent_sd = 0.2},
                                        .adam = tuft_adam_defaults,
                                        .batch = 20,
                                        .epochs = 60,
                                        .clip = 1};
    training.adam.rate = 5e-3;
    return training;
}

static double share_right(const tuft_recurrent_classifier *classifier, const tuft_features *table)
{
    int *predicted = calloc(table->rows, sizeof *predicted);
    size_t right = 0;
    cr_assert_eq(tuft_recurrent_predict(classifier, table, predicted, NULL), TUFT_OK);
    for (size_t i = 0; i < table->rows; i++)
        right += predicted[i] == table->label[i];
    free(predicted);
    return (double)right / (double)table->rows;
}

static void expect_learns(tuft_recurrent_kind kind)
{
    tuft_features train, test;
    tuft_recurrent_classifier classifier;
    tuft_error err;
    make_delayed_xor(&train, 200, 1);
    make_delayed_xor(&test, 100, 2);
    tuft_recurrent_training training = training_of(kind);
    cr_assert_eq(tuft_recurrent_fit(&train, (tuft_sequence_shape){LONG, TASK_CHANNELS}, 2,
                                    &training, 4, &classifier, NULL, &err),
                 TUFT_OK, "%s", err.message);
    double accuracy = share_right(&classifier, &test);
    cr_assert_geq(accuracy, 0.95, "kind %d: %g right", (int)kind, accuracy);
    tuft_recurrent_classifier_free(&classifier);
    tuft_features_free(&train);
    tuft_features_free(&test);
}

Test(recurrent, rnn_learns_delayed_exclusive_or, .init = one_blas_thread)
{
    expect_learns(TUFT_RECURRENT_TANH);
}

Test(recurrent, srnn_learns_delayed_exclusive_or, .init = one_blas_thread)
{
    expect_learns(TUFT_RECURRENT_LIF);
}

/* ---- determinism, counting, errors ----------------------------------------------------------- */

static void count_loss(int epoch, int epochs, double loss, void *user)
{
    cr_assert_leq(epoch, epochs);
    ((double *)user)[epoch - 1] = loss;
}

Test(recurrent, same_seed_same_weights, .init = one_blas_thread)
{
    tuft_features table;
    tuft_recurrent_classifier made[3];
    double loss[3][5];
    make_delayed_xor(&table, 50, 1);
    for (int k = 0; k < 3; k++) {
        tuft_recurrent_training training = training_of(TUFT_RECURRENT_LIF);
        training.epochs = 5;
        training.callback = count_loss;
        training.user = loss[k];
        cr_assert_eq(tuft_recurrent_fit(&table, (tuft_sequence_shape){LONG, TASK_CHANNELS}, 2,
                                        &training, k == 2 ? 8 : 7, &made[k], NULL, NULL),
                     TUFT_OK);
    }
    size_t size = made[0].layer.parameters * sizeof(float);
    cr_assert_arr_eq(made[0].layer.parameter, made[1].layer.parameter, size);
    cr_assert_arr_eq(loss[0], loss[1], sizeof loss[0]);
    cr_assert(memcmp(made[0].layer.parameter, made[2].layer.parameter, size));
    for (int k = 0; k < 3; k++)
        tuft_recurrent_classifier_free(&made[k]);
    tuft_features_free(&table);
}

/* Two epochs of three rows, batch of two: every product of the rule spelt out. */
Test(recurrent, operations_by_hand, .init = one_blas_thread)
{
    enum { N = 3, EPOCHS = 2, CLASSES = 2, UPDATES = EPOCHS * 2 };
    static const tuft_recurrent_kind kinds[] = {TUFT_RECURRENT_TANH, TUFT_RECURRENT_LIF};
    tuft_features table;
    make_sequences(&table, N, small, 9);
    uint64_t events = 0;
    for (size_t k = 0; k < N * table.columns; k++)
        events += table.value[k] == 1;
    for (int k = 0; k < 2; k++) {
        tuft_recurrent_training training = training_of(kinds[k]);
        tuft_recurrent_classifier classifier;
        tuft_operations counted = {0};
        training.layer.cells = CELLS;
        training.layer.threshold = -1000; /* every cell at every step */
        training.epochs = EPOCHS;
        training.batch = 2;
        cr_assert_eq(
            tuft_recurrent_fit(&table, small, CLASSES, &training, 1, &classifier, &counted, NULL),
            TUFT_OK);
        uint64_t rows = N * EPOCHS, cell_steps = rows * STEPS * CELLS;
        uint64_t inner = rows * (STEPS - 1) * CELLS * CELLS, head = rows * CELLS * CLASSES;
        uint64_t input = rows * STEPS * CHANNELS * CELLS, spiked = EPOCHS * events * CELLS;
        int spiking = kinds[k] == TUFT_RECURRENT_LIF;
        cr_assert_eq(counted.shown, rows);
        cr_assert_eq(counted.forward.ac, spiked + (spiking ? inner : 0));
        cr_assert_eq(counted.forward.mac, cell_steps + head + (spiking ? 0 : inner));
        cr_assert_eq(counted.forward.dense, input + inner + cell_steps + head);
        cr_assert_eq(counted.backward.ac, spiked + (spiking ? inner : 0));
        cr_assert_eq(counted.backward.mac, inner + cell_steps + 2 * head + (spiking ? 0 : inner));
        cr_assert_eq(counted.backward.dense, input + 2 * inner + cell_steps + 2 * head);
        cr_assert_eq(counted.update, UPDATES * (PARAMETERS + CELLS * CLASSES + CLASSES));
        cr_assert_eq(tuft_operations_total(&counted), counted.forward.mac + counted.forward.ac +
                                                          counted.backward.mac +
                                                          counted.backward.ac + counted.update);
        cr_assert_eq(tuft_operations_dense(&counted),
                     counted.forward.dense + counted.backward.dense + counted.update);
        tuft_recurrent_classifier_free(&classifier);
    }
    tuft_features_free(&table);
}

Test(recurrent, clipping_keeps_the_direction)
{
    float gradient[] = {3, 4, 0};
    cr_assert_float_eq(tuft_gradient_clip(gradient, 3, 0), 5, 1e-6);
    cr_assert_eq(gradient[0], 3);
    cr_assert_float_eq(tuft_gradient_clip(gradient, 3, 6), 5, 1e-6);
    cr_assert_eq(gradient[1], 4);
    cr_assert_float_eq(tuft_gradient_clip(gradient, 3, 1), 5, 1e-6);
    cr_assert_float_eq(gradient[0], 0.6, 1e-6);
    cr_assert_float_eq(gradient[1], 0.8, 1e-6);
}

Test(recurrent, what_makes_no_sense_is_refused)
{
    tuft_features table;
    tuft_recurrent_classifier classifier;
    tuft_error err;
    make_sequences(&table, ROWS, small, 3);
    tuft_recurrent_training bad[9];
    for (int k = 0; k < 9; k++) {
        bad[k] = training_of(TUFT_RECURRENT_LIF);
        bad[k].epochs = 1;
    }
    bad[0].layer.cells = 0;
    bad[1].layer.decay = 1.1;
    bad[2].layer.sharpness = 0;
    bad[3].layer.scale = 0;
    bad[4].layer.keep = NAN;
    bad[5].layer.input_sd = INFINITY;
    bad[6].batch = 0;
    bad[7].epochs = 0;
    bad[8].clip = -1;
    for (int k = 0; k < 9; k++) {
        cr_assert_eq(tuft_recurrent_fit(&table, small, 1, &bad[k], 1, &classifier, NULL, &err),
                     TUFT_INVALID, "configuration %d", k);
        cr_assert_null(classifier.layer.parameter);
        cr_assert_null(classifier.readout.weight);
    }
    tuft_recurrent_training good = training_of(TUFT_RECURRENT_LIF);
    cr_assert_eq(tuft_recurrent_fit(&table, (tuft_sequence_shape){STEPS, CHANNELS + 1}, 1, &good, 1,
                                    &classifier, NULL, &err),
                 TUFT_INVALID);
    table.label[2] = 4;
    cr_assert_eq(tuft_recurrent_fit(&table, small, 2, &good, 1, &classifier, NULL, &err),
                 TUFT_INVALID);
    table.label[2] = 0;
    table.value[7] = NAN;
    cr_assert_eq(tuft_recurrent_fit(&table, small, 2, &good, 1, &classifier, NULL, &err),
                 TUFT_NUMERIC);
    tuft_features_free(&table);
}
