#include "cells/mcc_pass.h"
#include "cells/mcc_reference.h"
#include "cells/mcc_stream.h"
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

TestSuite(mcc_activity, .init = one_thread);
TestSuite(mcc_stream, .init = one_thread);

enum { FRAMES = 9, KINDS = 7 };

/* Networks that differ in all that fan-out depends on. */
static tuft_mcc_config kind(int k)
{
    tuft_mcc_config config = mcc_small(k == 1 ? TUFT_MCC_POINT : TUFT_MCC_COOPERATION);
    if (k == 2) {
        config.field[0][TUFT_MCC_AUDIO] =
            (tuft_field_config){.kind = TUFT_FIELD_TIME, .cells = 6, .frames = 4};
        config.columns[TUFT_MCC_VISION] = 6;
        config.field[0][TUFT_MCC_VISION] = (tuft_field_config){
            .kind = TUFT_FIELD_TIME_FREQUENCY, .frames = 3, .bands = 3, .stride = 2, .channels = 2};
        config.field[1][TUFT_MCC_VISION] = (tuft_field_config){
            .kind = TUFT_FIELD_TIME_FREQUENCY, .frames = 2, .bands = 3, .stride = 1, .channels = 3};
    } else if (k == 3) {
        config.columns[TUFT_MCC_VISION] = 0;
    } else if (k == 4) {
        config.skip_layers = config.skip_audio = config.memory = 0;
    } else if (k == 5) {
        config = tuft_mcc_cross(&config);
    } else if (k == 6) {
        config.cell = TUFT_MCC_CONCATENATED;
        config.keep = 0;
        config.decoders = 2;
        config.decoder[1] = 4;
    }
    return config;
}

typedef struct {
    tuft_mcc_config config;
    tuft_mcc *net;
    mcc_samples samples;
    double *parameter, *x[2], output[FRAMES * 16];
    mcc_sums sums;
} known;

/* A network with a random sequence, some inputs 0, and what the equations make of it. */
static void know(known *it, int k)
{
    const size_t frames[] = {FRAMES};
    *it = (known){.config = kind(k)};
    OK(tuft_mcc_new(&it->net, &it->config, &err));
    tuft_random random = tuft_random_stream(5, TUFT_RANDOM_TEST, (uint64_t)k);
    for (size_t p = 0; p < it->net->parameters; p++)
        it->net->parameter[p] += (float)(0.3 * tuft_random_normal(&random));
    it->samples = mcc_samples_new(&it->config, 1, frames, 0, 4);
    OK(TUFT_NEW(&it->parameter, it->net->parameters, "parameters", &err));
    for (size_t p = 0; p < it->net->parameters; p++)
        it->parameter[p] = (double)it->net->parameter[p];
    for (int s = 0; s < 2; s++) {
        size_t n = FRAMES * it->config.columns[s];
        float *x = (float *)(s ? it->samples.one[0].vision : it->samples.one[0].audio);
        OK(TUFT_NEW(&it->x[s], n, "inputs", &err));
        for (size_t i = 0; i < n; i++) {
            x[i] = tuft_random_below(&random, 3) ? x[i] : 0;
            it->x[s][i] = (double)x[i];
        }
    }
    mcc_reference(it->net, it->parameter, FRAMES, it->x[0], it->x[1], NULL, NULL, it->output,
                  &it->sums);
}

static void forget(known *it)
{
    mcc_samples_free(&it->samples);
    tuft_mcc_free(it->net);
    free(it->parameter);
    free(it->x[0]);
    free(it->x[1]);
}

Test(mcc_activity, events_are_those_of_every_synapse)
{
    for (int k = 0; k < KINDS; k++) {
        known it;
        tuft_mcc_pass *pass;
        tuft_mcc_activity activity, twice;
        float output[FRAMES * 16];
        know(&it, k);
        OK(tuft_mcc_pass_new(&pass, it.net, &err));
        OK(tuft_mcc_activity_new(&activity, it.net, &err));
        OK(tuft_mcc_activity_new(&twice, it.net, &err));
        OK(tuft_mcc_forward(pass, it.samples.one, 1, NULL, output, &activity, &err));
        uint64_t events = 0;
        for (int g = 0; g < activity.groups; g++)
            events += tuft_mcc_group_events(&activity, &activity.group[g]);
        cr_assert_eq(events, it.sums.events, "kind %d: %lu events, expected %lu", k,
                     (unsigned long)events, (unsigned long)it.sums.events);
        cr_assert_eq(activity.frames, FRAMES);
        uint64_t fired = 0, all = 0;
        for (uint32_t l = 0; l <= it.config.layers; l++)
            for (int s = 0; s < 2; s++) {
                const tuft_mcc_group *group = tuft_mcc_activity_find(
                    &activity, l ? TUFT_MCC_GROUP_CELLS : TUFT_MCC_GROUP_INPUT, l, s);
                uint32_t cells = tuft_mcc_cells(it.net, l, s);
                if (!cells) {
                    cr_assert_null(group);
                    continue;
                }
                uint64_t active = 0;
                for (uint32_t i = 0; i < cells; i++)
                    active += activity.active[group->at + i];
                cr_assert_eq(active, it.sums.active[l][s]);
                float sent[FRAMES * 100]; /* tuft_mcc_pass_cells: which of them */
                cr_assert_leq(cells, 100);
                tuft_mcc_pass_cells(pass, group, sent);
                for (uint32_t i = 0; i < cells; i++) {
                    uint64_t frames = 0;
                    for (uint32_t f = 0; f < FRAMES; f++)
                        frames += sent[f * cells + i] != 0;
                    cr_assert_eq(frames, activity.active[group->at + i]);
                }
                cr_assert_eq(tuft_mcc_group_updates(&activity, group), l ? FRAMES * cells : 0);
                cr_assert_float_eq(tuft_mcc_group_active(&activity, group),
                                   (double)active / (FRAMES * cells), 1e-12);
                fired += l ? active : 0;
                all += l ? FRAMES * cells : 0;
            }
        cr_assert_float_eq(tuft_mcc_activity_share(&activity), (double)fired / (double)all, 1e-12);
        tuft_mcc_activity_merge(&twice, &activity);
        tuft_mcc_activity_merge(&twice, &activity);
        cr_assert_eq(twice.frames, 2 * FRAMES);
        cr_assert_eq(tuft_mcc_group_events(&twice, &twice.group[0]),
                     2 * tuft_mcc_group_events(&activity, &activity.group[0]));
        tuft_mcc_activity_free(&activity);
        tuft_mcc_activity_free(&twice);
        tuft_mcc_pass_free(pass);
        forget(&it);
    }
}

/* A sequence, then another one after a reset: outputs as the equations have them, and one addition
 * for each event that reaches a frame. */
Test(mcc_stream, follows_the_equations_event_by_event)
{
    for (int k = 0; k < KINDS; k++) {
        known it;
        tuft_mcc_stream *stream;
        know(&it, k);
        OK(tuft_mcc_stream_new(&stream, it.net, NULL, &err));
        size_t outputs = it.config.outputs;
        for (int pass = 1; pass <= 2; pass++) {
            for (size_t t = 0; t < FRAMES; t++) {
                float output[16];
                tuft_mcc_stream_step(stream, it.samples.one[0].audio + t * it.config.columns[0],
                                     it.samples.one[0].vision + t * it.config.columns[1], output);
                for (size_t j = 0; j < outputs; j++)
                    cr_assert_float_eq(output[j], it.output[t * outputs + j],
                                       2e-5 * (1 + fabs(it.output[t * outputs + j])),
                                       "kind %d, frame %zu", k, t);
            }
            cr_assert_eq(tuft_mcc_stream_events(stream), (uint64_t)pass * it.sums.delivered);
            tuft_mcc_stream_reset(stream);
        }
        tuft_mcc_stream_free(stream);
        forget(&it);
    }
}

Test(mcc_stream, gives_what_a_batch_gives)
{
    for (int k = 0; k < KINDS; k++) {
        known it;
        tuft_mcc_stream *stream;
        tuft_mcc_pass *pass;
        tuft_mcc_silence silence;
        float batch[FRAMES * 16], output[16];
        know(&it, k);
        for (int s = 0; s < 2; s++)
            for (uint32_t c = 0; c < it.config.columns[s]; c++) {
                it.net->mean[s][c] = 0.1f * (float)c;
                it.net->scale[s][c] = 1 - 0.05f * (float)c;
            }
        OK(tuft_mcc_silence_new(&silence, it.net, 0.4, 2, &err));
        OK(tuft_mcc_stream_new(&stream, it.net, &silence, &err));
        OK(tuft_mcc_pass_new(&pass, it.net, &err));
        OK(tuft_mcc_forward(pass, it.samples.one, 1, &silence, batch, NULL, &err));
        size_t outputs = it.config.outputs;
        for (size_t t = 0; t < FRAMES; t++) {
            tuft_mcc_stream_step(stream, it.samples.one[0].audio + t * it.config.columns[0],
                                 it.samples.one[0].vision + t * it.config.columns[1], output);
            for (size_t j = 0; j < outputs; j++)
                cr_assert_float_eq(output[j], batch[t * outputs + j],
                                   2e-5 * (1 + fabs((double)output[j])));
        }
        tuft_mcc_silence_free(&silence);
        tuft_mcc_stream_free(stream);
        tuft_mcc_pass_free(pass);
        forget(&it);
    }
}
