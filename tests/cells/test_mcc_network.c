#include "cells/mcc_pass.h"
#include "cells/mcc_reference.h"
#include "core/memory.h"
#include "core/philox.h"

#include <cblas.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK, "%s", err.message)

static tuft_error err;

static void one_thread(void)
{
    openblas_set_num_threads(1);
}

TestSuite(mcc, .init = one_thread);

/* ---- transfer functions ---------------------------------------------------------------------- */

Test(mcc, slopes_of_transfer_functions)
{
    for (int k = 0; k < TUFT_TRANSFERS; k++)
        for (int a = -34; a <= 34; a++)
            for (int b = -34; b <= 34; b++) {
                /* Off the corners; some products beyond the clipped exponents. */
                double r = a * 0.1 + 0.0137, c = b * 0.1 + 0.0073, h = 1e-3;
                float rf = (float)r, cf = (float)c, one = 1, by_r, by_c, y[4];
                float at_r[] = {(float)(r + h), (float)(r - h), rf, rf};
                float at_c[] = {cf, cf, (float)(c + h), (float)(c - h)};
                tuft_transfer_slopes((tuft_transfer)k, &rf, &cf, &one, &by_r, &by_c, 1);
                tuft_transfer_apply((tuft_transfer)k, at_r, at_c, y, 4);
                double expected_r = ((double)y[0] - (double)y[1]) / (2 * h);
                double expected_c = ((double)y[2] - (double)y[3]) / (2 * h);
                double around = 0.05 + 0.02 * (fabs(expected_r) + fabs(expected_c));
                /* At ReLU6's corners the difference sees both sides. */
                int corner = (y[0] == 0) != (y[1] == 0) || (y[0] == 6) != (y[1] == 6) ||
                             (y[2] == 0) != (y[3] == 0) || (y[2] == 6) != (y[3] == 6);
                double exponent = fabs(r * c) * (k == TUFT_TRANSFER_TM4 ? log(2) : 1);
                corner |= fabs(exponent - 10) < 0.02;
                if (corner)
                    continue;
                cr_assert_lt(fabs((double)by_r - expected_r), around, "%s(%g, %g) by R: %g, %g",
                             tuft_transfer_name((tuft_transfer)k), r, c, (double)by_r, expected_r);
                cr_assert_lt(fabs((double)by_c - expected_c), around, "%s(%g, %g) by C: %g, %g",
                             tuft_transfer_name((tuft_transfer)k), r, c, (double)by_c, expected_c);
            }
}

Test(mcc, clipped_exponents_have_no_slope)
{
    const tuft_transfer clipped[] = {TUFT_TRANSFER_TM1, TUFT_TRANSFER_TM4};
    for (int k = 0; k < 2; k++) {
        float r = 5, c = 5, one = 1, by_r, by_c, y;
        tuft_transfer_slopes(clipped[k], &r, &c, &one, &by_r, &by_c, 1);
        tuft_transfer_apply(clipped[k], &r, &c, &y, 1);
        cr_assert_eq(by_c, 0);
        cr_assert_float_eq(by_r, y / r, 1e-3 * (double)y); /* R times a constant */
    }
}

Test(mcc, kinds_go_by_their_names)
{
    for (int k = 0; k < TUFT_TRANSFERS; k++)
        cr_assert_str_eq(tuft_mcc_cell_name((tuft_mcc_cell)k),
                         tuft_transfer_name((tuft_transfer)k));
    cr_assert_str_eq(tuft_mcc_cell_name(TUFT_MCC_CONCATENATED), "concatenated");
    cr_assert_null(tuft_mcc_cell_name(TUFT_MCC_CELLS));
    cr_assert_str_eq(tuft_mcc_output_name(TUFT_MCC_CROSS), "cross");
    cr_assert_null(tuft_mcc_output_name(TUFT_MCC_OUTPUTS));
    cr_assert_str_eq(tuft_field_name(TUFT_FIELD_TIME_FREQUENCY), "time-frequency");
    cr_assert_null(tuft_field_name(TUFT_FIELDS));
}

/* ---- parameters ------------------------------------------------------------------------------ */

Test(mcc, parameters_follow_the_formula)
{
    size_t n, point, concatenated;
    tuft_mcc_config config = mcc_small(TUFT_MCC_COOPERATION);
    /* Layer 1: 5 and 4 columns to 6 and 4 cells, memory 3. Layer 2: 6 and 4 to 3 and 5. */
    size_t first = 6 * (5 + 5 + 4 + 3 + 2) + 4 * (4 + 4 + 5 + 3 + 2) + 3 * (5 + 4 + 1);
    size_t second = 3 * (6 + 6 + 4 + 3 + 2) + 5 * (4 + 4 + 6 + 3 + 2) + 3 * (6 + 4 + 1);
    size_t decoder = 7 * (6 + 4 + 3 + 5 + 5 + 1) + 3 * (7 + 1);
    OK(tuft_mcc_parameters(&config, &n, &err));
    cr_assert_eq(n, first + second + decoder);
    config.cell = TUFT_MCC_CONCATENATED;
    OK(tuft_mcc_parameters(&config, &concatenated, &err));
    cr_assert_eq(concatenated, n);
    config.cell = TUFT_MCC_POINT;
    OK(tuft_mcc_parameters(&config, &point, &err));
    cr_assert_eq(point, 6 * 6 + 4 * 5 + 3 * 7 + 5 * 5 + decoder);

    config.cell = TUFT_MCC_POINT;
    config.field[0][0] = (tuft_field_config){.kind = TUFT_FIELD_TIME, .cells = 6, .frames = 4};
    OK(tuft_mcc_parameters(&config, &n, &err));
    cr_assert_eq(n, point + 6 * 5 * 3);
    config.field[0][0] = (tuft_field_config){
        .kind = TUFT_FIELD_TIME_FREQUENCY, .frames = 2, .bands = 3, .stride = 2, .channels = 2};
    OK(tuft_mcc_parameters(&config, &n, &err)); /* 3 bands of 2: 6 cells, weights shared */
    cr_assert_eq(n, point - 6 * 5 + 2 * 2 * 3);
}

Test(mcc, audio_alone_with_as_many_parameters)
{
    tuft_mcc_config config = {.columns = {64, 50},
                              .layers = 3,
                              .cell = TUFT_MCC_COOPERATION,
                              .memory = 32,
                              .keep = 0.5,
                              .decoders = 1,
                              .decoder = {96},
                              .outputs = 64};
    for (int l = 0; l < 3; l++)
        config.field[l][0].cells = config.field[l][1].cells = (uint32_t)(96 - 20 * l);
    for (int k = 0; k < TUFT_MCC_CELLS; k++) {
        size_t whole, alone;
        tuft_mcc_config audio, other = config;
        OK(tuft_mcc_parameters(&config, &whole, &err));
        other.cell = (tuft_mcc_cell)k;
        OK(tuft_mcc_audio_only(&other, whole, &audio, &err));
        OK(tuft_mcc_parameters(&audio, &alone, &err));
        cr_assert_lt(fabs((double)alone - (double)whole), 0.02 * (double)whole);
        cr_assert_eq(audio.columns[TUFT_MCC_VISION], 0);
        cr_assert_eq((int)audio.cell, k);
    }
    tuft_mcc_config out;
    cr_assert_eq(tuft_mcc_audio_only(&config, 10, &out, &err), TUFT_INVALID);
    cr_assert_not_null(strstr(err.message, "within 2 %"));
    config.columns[TUFT_MCC_AUDIO] = 0;
    cr_assert_eq(tuft_mcc_audio_only(&config, 100000, &out, &err), TUFT_INVALID);
}

Test(mcc, configurations_that_make_no_sense)
{
    struct {
        tuft_mcc_config config;
        const char *says;
    } bad[20];
    int n = 0;
    for (int k = 0; k < 20; k++)
        bad[k].config = mcc_small(TUFT_MCC_COOPERATION);
    bad[n].config.cell = TUFT_MCC_CELLS, bad[n++].says = "unknown cell 7";
    bad[n].config.output = TUFT_MCC_OUTPUTS, bad[n++].says = "unknown output 3";
    bad[n].config.columns[0] = bad[n].config.columns[1] = 0, bad[n++].says = "neither stream";
    bad[n].config.layers = 0, bad[n++].says = "0 layers";
    bad[n].config.layers = 9, bad[n++].says = "9 layers";
    bad[n].config.keep = 1, bad[n++].says = "keep 1";
    bad[n].config.keep = NAN, bad[n++].says = "keep nan";
    bad[n].config.memory = 1 << 20, bad[n++].says = "memory of 1048576";
    bad[n].config.decoders = 5, bad[n++].says = "5 decoder layers";
    bad[n].config.decoder[0] = 0, bad[n++].says = "decoder layer of 0 cells";
    bad[n].config.outputs = 0, bad[n++].says = "0 outputs";
    bad[n].config.skip_audio = 2, bad[n++].says = "skip 1 and 2";
    bad[n].config.field[1][1].cells = 0, bad[n++].says = "0 cells";
    bad[n].config.field[0][0].kind = TUFT_FIELDS, bad[n++].says = "unknown kind 3";
    bad[n].config.field[0][0].kind = TUFT_FIELD_TIME, bad[n++].says = "0 frames";
    bad[n].config.field[0][0] = (tuft_field_config){
        .kind = TUFT_FIELD_TIME_FREQUENCY, .frames = 1, .bands = 2, .stride = 1, .channels = 1};
    bad[n++].says = "2 bands, expected an odd number up to 5";
    bad[n].config.output = TUFT_MCC_CROSS, bad[n++].says = "predict each other";
    bad[n].config.columns[0] = 1 << 20, bad[n++].says = "1048576 inputs";
    for (int k = 0; k < n; k++) {
        tuft_mcc *net;
        cr_assert_eq(tuft_mcc_new(&net, &bad[k].config, &err), TUFT_INVALID, "%s", bad[k].says);
        cr_assert_not_null(strstr(err.message, bad[k].says), "%s: %s", bad[k].says, err.message);
        cr_assert_null(net);
    }
}

/* ---- the start ------------------------------------------------------------------------------- */

/* Outputs of mean square 1 make outputs of mean square near 1, whatever the function. */
Test(mcc, every_kind_starts_in_its_range)
{
    enum { FRAMES = 400 };
    for (int k = 0; k < TUFT_MCC_CELLS; k++) {
        tuft_mcc_config config = {.columns = {80, 70},
                                  .layers = 2,
                                  .cell = (tuft_mcc_cell)k,
                                  .memory = 40,
                                  .keep = 0.5,
                                  .outputs = 4,
                                  .seed = 3};
        for (int l = 0; l < 2; l++)
            config.field[l][0].cells = config.field[l][1].cells = 90;
        tuft_mcc *net;
        tuft_mcc_pass *pass;
        tuft_mcc_activity activity;
        const size_t frames[] = {FRAMES};
        float *output;
        OK(tuft_mcc_new(&net, &config, &err));
        OK(tuft_mcc_pass_new(&pass, net, &err));
        OK(tuft_mcc_activity_new(&activity, net, &err));
        OK(TUFT_NEW(&output, FRAMES * 4, "output", &err));
        mcc_samples samples = mcc_samples_new(&config, 1, frames, 0, 9);
        OK(tuft_mcc_forward(pass, samples.one, 1, NULL, output, &activity, &err));
        double mean = tuft_mcc_pass_magnitude(pass) / (FRAMES * 4 * 90);
        cr_assert(mean > 0.2 && mean < 1.2, "%s: mean |y| %g", tuft_mcc_cell_name(config.cell),
                  mean);
        double square = 0;
        for (int i = 0; i < FRAMES * 4; i++)
            square += (double)output[i] * (double)output[i];
        square /= FRAMES * 4;
        cr_assert(square > 0.2 && square < 3, "%s: outputs of mean square %g",
                  tuft_mcc_cell_name(config.cell), square);
        mcc_samples_free(&samples);
        free(output);
        tuft_mcc_activity_free(&activity);
        tuft_mcc_pass_free(pass);
        tuft_mcc_free(net);
    }
}

Test(mcc, seeds_make_networks)
{
    tuft_mcc *a, *b, *c;
    tuft_mcc_config config = mcc_small(TUFT_MCC_TM1);
    OK(tuft_mcc_new(&a, &config, &err));
    OK(tuft_mcc_new(&b, &config, &err));
    config.seed++;
    OK(tuft_mcc_new(&c, &config, &err));
    cr_assert_eq(memcmp(a->parameter, b->parameter, a->parameters * sizeof(float)), 0);
    size_t same = 0;
    for (size_t k = 0; k < a->parameters; k++)
        same += a->parameter[k] == c->parameter[k];
    cr_assert_lt(same, a->parameters / 4); /* the biases */
    tuft_mcc_free(a);
    tuft_mcc_free(b);
    tuft_mcc_free(c);
}

/* ---- batches --------------------------------------------------------------------------------- */

static tuft_mcc_config with_fields(void)
{
    tuft_mcc_config config = mcc_small(TUFT_MCC_COOPERATION);
    config.field[0][TUFT_MCC_AUDIO] =
        (tuft_field_config){.kind = TUFT_FIELD_TIME, .cells = 6, .frames = 4};
    config.field[1][TUFT_MCC_VISION] = (tuft_field_config){
        .kind = TUFT_FIELD_TIME_FREQUENCY, .frames = 2, .bands = 3, .stride = 2, .channels = 2};
    return config;
}

/* An utterance gives the same alone, among others, and after a larger batch. */
Test(mcc, utterances_do_not_see_each_other)
{
    enum { N = 3, ALL = 9 };
    const size_t frames[N] = {2, 6, 1};
    tuft_mcc_config config = with_fields();
    tuft_mcc *net;
    tuft_mcc_pass *pass;
    float together[ALL * 3], alone[ALL * 3], *next = alone;
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_pass_new(&pass, net, &err));
    mcc_samples samples = mcc_samples_new(&config, N, frames, 0, 4);
    OK(tuft_mcc_forward(pass, samples.one, N, NULL, together, NULL, &err));
    for (int i = 0; i < N; i++) {
        OK(tuft_mcc_forward(pass, &samples.one[i], 1, NULL, next, NULL, &err));
        next += frames[i] * 3;
    }
    for (int k = 0; k < ALL * 3; k++)
        cr_assert_float_eq(together[k], alone[k], 1e-6);
    mcc_samples_free(&samples);
    tuft_mcc_pass_free(pass);
    tuft_mcc_free(net);
}

/* What comes later changes nothing before it. */
Test(mcc, frames_do_not_see_the_future)
{
    enum { FRAMES = 8 };
    const size_t frames[] = {FRAMES};
    tuft_mcc_config config = with_fields();
    tuft_mcc *net;
    tuft_mcc_pass *pass;
    float whole[FRAMES * 3], part[FRAMES * 3];
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_pass_new(&pass, net, &err));
    mcc_samples samples = mcc_samples_new(&config, 1, frames, 0, 4);
    OK(tuft_mcc_forward(pass, samples.one, 1, NULL, whole, NULL, &err));
    samples.one[0].frames = 5;
    OK(tuft_mcc_forward(pass, samples.one, 1, NULL, part, NULL, &err));
    for (int k = 0; k < 5 * 3; k++)
        cr_assert_float_eq(whole[k], part[k], 1e-6);
    mcc_samples_free(&samples);
    tuft_mcc_pass_free(pass);
    tuft_mcc_free(net);
}

Test(mcc, inputs_are_checked)
{
    const size_t frames[] = {4};
    tuft_mcc_config config = mcc_small(TUFT_MCC_COOPERATION);
    tuft_mcc *net;
    tuft_mcc_pass *pass;
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_pass_new(&pass, net, &err));
    cr_assert_eq(tuft_mcc_pass_forward(pass, NULL, &err), TUFT_INVALID);
    mcc_samples samples = mcc_samples_new(&config, 1, frames, 1, 4);
    tuft_mcc_utterance bad = samples.one[0];
    bad.frames = 0;
    cr_assert_eq(tuft_mcc_pass_add(pass, &bad, &err), TUFT_INVALID);
    bad = samples.one[0];
    bad.vision = NULL;
    cr_assert_eq(tuft_mcc_pass_add(pass, &bad, &err), TUFT_INVALID);
    cr_assert_not_null(strstr(err.message, "without vision"));
    samples.value[2 * 5 + 3] = NAN;
    cr_assert_eq(tuft_mcc_pass_add(pass, samples.one, &err), TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "audio of frame 2, column 3 is nan"));
    mcc_samples_free(&samples);
    tuft_mcc_pass_free(pass);
    tuft_mcc_free(net);
}

Test(mcc, inputs_are_standardised)
{
    enum { N = 2, ALL = 90 };
    const size_t frames[N] = {40, 50};
    tuft_mcc_config config = mcc_small(TUFT_MCC_COOPERATION);
    tuft_mcc *plain, *net;
    OK(tuft_mcc_new(&plain, &config, &err));
    OK(tuft_mcc_new(&net, &config, &err));
    mcc_samples samples = mcc_samples_new(&config, N, frames, 0, 4);
    float *audio = (float *)samples.one[1].audio;
    for (int u = 0; u < N; u++)
        for (size_t t = 0; t < frames[u]; t++) {
            float *x = (float *)samples.one[u].audio + t * 5;
            x[1] = 1000 + 3 * x[1];
            x[4] = 7; /* never changes */
        }
    tuft_mcc_set set = tuft_mcc_set_of(samples.one, N);
    OK(tuft_mcc_standardise(net, &set, 0, &err));
    double sum = 0, square = 0;
    for (int u = 0; u < N; u++)
        for (size_t t = 0; t < frames[u]; t++) {
            double z =
                (double)((samples.one[u].audio[t * 5 + 1] - net->mean[0][1]) * net->scale[0][1]);
            sum += z;
            square += z * z;
        }
    cr_assert_lt(fabs(sum / ALL), 1e-4);
    cr_assert_lt(fabs(square / ALL - 1), 1e-3);
    cr_assert_eq(net->mean[0][4], 7);
    cr_assert_eq(net->scale[0][4], 1);
    /* The same as inputs that were standardised before. */
    tuft_mcc_pass *pass, *plain_pass;
    float output[ALL * 3], expected[ALL * 3];
    OK(tuft_mcc_pass_new(&pass, net, &err));
    OK(tuft_mcc_pass_new(&plain_pass, plain, &err));
    OK(tuft_mcc_forward(pass, samples.one, N, NULL, output, NULL, &err));
    for (int u = 0; u < N; u++)
        for (int s = 0; s < 2; s++)
            for (size_t i = 0; i < frames[u] * config.columns[s]; i++) {
                float *x = (float *)(s ? samples.one[u].vision : samples.one[u].audio) + i;
                size_t c = i % config.columns[s];
                *x = (*x - net->mean[s][c]) * net->scale[s][c];
            }
    OK(tuft_mcc_forward(plain_pass, samples.one, N, NULL, expected, NULL, &err));
    for (int k = 0; k < ALL * 3; k++)
        cr_assert_float_eq(output[k], expected[k], 1e-6);
    audio[3] = INFINITY;
    cr_assert_eq(tuft_mcc_standardise(net, &set, 0, &err), TUFT_NUMERIC);
    cr_assert_eq(net->mean[0][4], 7);
    mcc_samples_free(&samples);
    tuft_mcc_pass_free(pass);
    tuft_mcc_pass_free(plain_pass);
    tuft_mcc_free(plain);
    tuft_mcc_free(net);
}

/* One column, seen at frame 1 alone: m(t) = (1 - keep) keep^(t - 1), until it is too small. */
Test(mcc, memory_fades_and_falls_silent)
{
    enum { FRAMES = 60 };
    const uint32_t inputs[] = {1, 0};
    const float parameter[] = {2, 0}; /* W, b */
    float x[FRAMES + 1] = {0, 0, 0.5f}, a[FRAMES + 1], m[FRAMES + 1];
    const float *const both[] = {x, NULL};
    size_t parameters = 0;
    tuft_memory memory;
    tuft_rows rows = {0};
    tuft_memory_plan(&memory, 1, inputs, 0.5, &parameters);
    cr_assert_eq(parameters, 2);
    tuft_rows_clear(&rows, 1);
    OK(tuft_rows_add(&rows, FRAMES, &err));
    tuft_memory_forward(&memory, parameter, &rows, both, a, m);
    cr_assert_eq(m[1], 0);
    for (int t = 1; t < FRAMES; t++)
        cr_assert_eq(m[t + 1], t <= 40 ? ldexpf(1, -t) : 0, "frame %d: %g", t, (double)m[t + 1]);
    cr_assert_eq(tuft_rows_add(&rows, 0, &err), TUFT_INVALID);
    cr_assert_eq(tuft_rows_add(&rows, TUFT_ROW_LIMIT, &err), TUFT_INVALID);
    tuft_rows_free(&rows);
}

/* ---- silence --------------------------------------------------------------------------------- */

Test(mcc, silence)
{
    enum { FRAMES = 7 };
    const size_t frames[] = {FRAMES};
    tuft_mcc_config config = mcc_small(TUFT_MCC_TM2);
    config.skip_audio = 0;
    tuft_mcc *net;
    tuft_mcc_pass *pass;
    tuft_mcc_silence none, half, more, all;
    float output[FRAMES * 3], plain[FRAMES * 3];
    OK(tuft_mcc_new(&net, &config, &err));
    for (size_t k = 0; k < net->parameters; k++)
        net->parameter[k] += 0.1f;
    OK(tuft_mcc_pass_new(&pass, net, &err));
    OK(tuft_mcc_silence_new(&none, net, 0, 5, &err));
    OK(tuft_mcc_silence_new(&half, net, 0.5, 5, &err));
    OK(tuft_mcc_silence_new(&more, net, 0.8, 5, &err));
    OK(tuft_mcc_silence_new(&all, net, 1, 5, &err));
    cr_assert_eq(tuft_mcc_silence_new(&(tuft_mcc_silence){0}, net, 1.1, 5, &err), TUFT_INVALID);
    float dead = 0;
    for (int j = 0; j < 6; j++) {
        dead += 1 - half.alive[0][0][j];
        cr_assert(half.alive[0][0][j] >= more.alive[0][0][j], "the dead stay dead");
    }
    cr_assert_eq(dead, 3);
    mcc_samples samples = mcc_samples_new(&config, 1, frames, 0, 4);
    OK(tuft_mcc_forward(pass, samples.one, 1, NULL, plain, NULL, &err));
    OK(tuft_mcc_forward(pass, samples.one, 1, &none, output, NULL, &err));
    cr_assert_eq(memcmp(output, plain, sizeof plain), 0);
    OK(tuft_mcc_forward(pass, samples.one, 1, &half, output, NULL, &err));
    cr_assert_neq(memcmp(output, plain, sizeof plain), 0);
    OK(tuft_mcc_forward(pass, samples.one, 1, &all, output, NULL, &err));
    /* The decoder's biases alone. */
    const float *p = net->parameter;
    for (int o = 0; o < 3; o++) {
        double z = (double)p[net->head[0].bias + (size_t)o];
        for (int j = 0; j < 7; j++)
            z += (double)p[net->head[0].source[0].weight + (size_t)(o * 7 + j)] *
                 fmin(fmax((double)p[net->decoder[0].bias + (size_t)j], 0), 6);
        for (int t = 0; t < FRAMES; t++)
            cr_assert_float_eq(output[t * 3 + o], 1 / (1 + exp(-z)), 1e-6);
    }
    mcc_samples_free(&samples);
    tuft_mcc_silence_free(&none);
    tuft_mcc_silence_free(&half);
    tuft_mcc_silence_free(&more);
    tuft_mcc_silence_free(&all);
    tuft_mcc_pass_free(pass);
    tuft_mcc_free(net);
}
