#include "cells/mcc_pass.h"
#include "cells/mcc_reference.h"

#include "core/memory.h"
#include "core/philox.h"

#include <cblas.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define OK(call) cr_assert_eq((call), TUFT_OK, "%s", err.message)

static void one_thread(void)
{
    openblas_set_num_threads(1);
}

TestSuite(mcc_gradient, .init = one_thread);

enum { SEQUENCES = 3 };
static const size_t length[SEQUENCES] = {1, 5, 3};
static const double SCALE = 0.2, PENALTY = 0.03;

static void widen(const float *from, size_t n, double *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (double)from[i];
}

/* The error as the equations have it, with the parameters and inputs given. */
static double error_of(const tuft_mcc *net, const mcc_samples *samples, const double *parameter,
                       double *const *audio, double *const *vision)
{
    mcc_sums sums = {0};
    for (uint32_t i = 0; i < samples->n; i++)
        mcc_reference(net, parameter, samples->one[i].frames, audio[i], vision[i],
                      samples->one[i].target, samples->one[i].weight, NULL, &sums);
    return SCALE * sums.squares + PENALTY * sums.magnitude;
}

static void compare(double found, double expected, double largest, const char *what, size_t at)
{
    cr_assert_lt(fabs(found - expected), 2e-4 * fabs(expected) + 2e-6 * largest,
                 "%s %zu: slope %.9g, expected %.9g", what, at, found, expected);
}

/* Every slope of every parameter and every input against the central difference. */
static void check_gradient(const tuft_mcc_config *config, const char *what)
{
    tuft_error err = {0};
    tuft_mcc *net;
    tuft_mcc_pass *pass;
    const double h = 1e-6;
    OK(tuft_mcc_new(&net, config, &err));
    /* Biases of 0 put silent inputs on ReLU6's corner. */
    tuft_random random = tuft_random_stream(5, TUFT_RANDOM_TEST, 1);
    for (size_t k = 0; k < net->parameters; k++)
        net->parameter[k] += (float)(0.2 * tuft_random_normal(&random));
    mcc_samples samples = mcc_samples_new(config, SEQUENCES, length, 1, 3);
    OK(tuft_mcc_pass_new(&pass, net, &err));
    for (uint32_t i = 0; i < SEQUENCES; i++)
        OK(tuft_mcc_pass_add(pass, &samples.one[i], &err));
    const tuft_rows *rows = tuft_mcc_pass_rows(pass);
    float *gradient, *slope_x[2];
    double *parameter, *x[2][SEQUENCES];
    OK(TUFT_NEW(&gradient, net->parameters, "gradient", &err));
    OK(TUFT_NEW(&parameter, net->parameters, "parameters", &err));
    widen(net->parameter, net->parameters, parameter);
    for (int s = 0; s < 2; s++) {
        OK(TUFT_NEW(&slope_x[s], rows->rows * config->columns[s], "slopes", &err));
        for (uint32_t i = 0; i < SEQUENCES; i++) {
            OK(TUFT_NEW(&x[s][i], length[i] * config->columns[s], "inputs", &err));
            widen(s ? samples.one[i].vision : samples.one[i].audio, length[i] * config->columns[s],
                  x[s][i]);
        }
    }

    OK(tuft_mcc_pass_forward(pass, NULL, &err));
    double magnitude = tuft_mcc_pass_magnitude(pass);
    double error = SCALE * tuft_mcc_pass_loss(pass) + PENALTY * magnitude;
    double expected = error_of(net, &samples, parameter, x[0], x[1]);
    cr_assert_lt(fabs(error - expected), 1e-5 * fabs(expected), "%s: %g, expected %g", what, error,
                 expected);
    double sum = tuft_mcc_pass_backward(pass, SCALE, PENALTY, gradient, slope_x);
    cr_assert_lt(fabs(sum - magnitude), 1e-5 * magnitude + 1e-9);

    double largest = 0;
    for (size_t k = 0; k < net->parameters; k++)
        largest = fmax(largest, fabs((double)gradient[k]));
    cr_assert_gt(largest, 1e-3);
    for (size_t k = 0; k < net->parameters; k++) {
        double there = parameter[k];
        parameter[k] = there + h;
        double more = error_of(net, &samples, parameter, x[0], x[1]);
        parameter[k] = there - h;
        double less = error_of(net, &samples, parameter, x[0], x[1]);
        parameter[k] = there;
        compare((double)gradient[k], (more - less) / (2 * h), largest, what, k);
    }
    for (int s = 0; s < 2; s++)
        for (uint32_t i = 0; i < SEQUENCES; i++)
            for (size_t k = 0; k < length[i] * config->columns[s]; k++) {
                double there = x[s][i][k];
                x[s][i][k] = there + h;
                double more = error_of(net, &samples, parameter, x[0], x[1]);
                x[s][i][k] = there - h;
                double less = error_of(net, &samples, parameter, x[0], x[1]);
                x[s][i][k] = there;
                compare((double)slope_x[s][rows->first[i] * config->columns[s] + k],
                        (more - less) / (2 * h), largest, s ? "vision" : "audio", k);
            }
    for (int s = 0; s < 2; s++) {
        free(slope_x[s]);
        for (uint32_t i = 0; i < SEQUENCES; i++)
            free(x[s][i]);
    }
    free(gradient);
    free(parameter);
    mcc_samples_free(&samples);
    tuft_mcc_pass_free(pass);
    tuft_mcc_free(net);
}

Test(mcc_gradient, of_every_kind_of_cell)
{
    for (int k = 0; k < TUFT_MCC_CELLS; k++) {
        tuft_mcc_config config = mcc_small((tuft_mcc_cell)k);
        check_gradient(&config, tuft_mcc_cell_name((tuft_mcc_cell)k));
    }
}

Test(mcc_gradient, of_convolutions)
{
    for (int k = 0; k < TUFT_MCC_CELLS; k += TUFT_MCC_COOPERATION) {
        tuft_mcc_config config = mcc_small((tuft_mcc_cell)k);
        config.field[0][TUFT_MCC_AUDIO] =
            (tuft_field_config){.kind = TUFT_FIELD_TIME, .cells = 6, .frames = 4};
        config.field[1][TUFT_MCC_VISION] =
            (tuft_field_config){.kind = TUFT_FIELD_TIME, .cells = 5, .frames = 2};
        check_gradient(&config, "convolution over time");
        config.columns[TUFT_MCC_AUDIO] = 7;
        config.field[0][TUFT_MCC_AUDIO] = (tuft_field_config){
            .kind = TUFT_FIELD_TIME_FREQUENCY, .frames = 3, .bands = 3, .stride = 2, .channels = 2};
        config.field[1][TUFT_MCC_AUDIO] = (tuft_field_config){
            .kind = TUFT_FIELD_TIME_FREQUENCY, .frames = 2, .bands = 3, .stride = 1, .channels = 3};
        check_gradient(&config, "convolution over time and frequency");
    }
}

Test(mcc_gradient, of_what_may_be_absent)
{
    tuft_mcc_config config = mcc_small(TUFT_MCC_COOPERATION);
    config.memory = 0;
    check_gradient(&config, "no memory");
    config.memory = 2;
    config.keep = 0;
    config.output = TUFT_MCC_LINEAR;
    check_gradient(&config, "memory of one frame, linear output");
    config.columns[TUFT_MCC_VISION] = 0;
    check_gradient(&config, "no vision");
    config = mcc_small(TUFT_MCC_COOPERATION);
    config.columns[TUFT_MCC_AUDIO] = 0;
    check_gradient(&config, "no audio");
    config = mcc_small(TUFT_MCC_CONCATENATED);
    config.skip_layers = config.skip_audio = config.decoders = 0;
    check_gradient(&config, "no decoder");
    config.decoders = 3;
    config.decoder[1] = 4;
    config.decoder[2] = 5;
    check_gradient(&config, "deep decoder");
}

Test(mcc_gradient, of_streams_that_predict_each_other)
{
    tuft_mcc_config config = mcc_small(TUFT_MCC_COOPERATION);
    config = tuft_mcc_cross(&config);
    check_gradient(&config, "cross");
}
