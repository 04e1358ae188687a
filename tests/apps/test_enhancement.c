/* tuft enhance train, run, test: from talkers made here to a model and what it does. */
#include "apps/enhance_mixing.h"
#include "apps/enhance_stream.h"
#include "shell.h"

#include "core/memory.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(enhancement, .init = shell_enter, .fini = shell_leave);

#define SMALL "--preset demo --limit 4 --validation 1 --test 1 --width 8 --batch 2 --quiet "

/* Talkers need espeak-ng. */
static void need_talkers(void)
{
    if (shell("\"$TUFT\" enhance train " SMALL "--epochs 1 --model probe.tuft") != 0 &&
        strstr(shell_said(), "espeak"))
        cr_skip_test("espeak-ng is not built in");
}

/* ---- models ---------------------------------------------------------------------------------- */

/* What two files have learnt is the same to the bit; their documents may differ. */
static void expect_same_parameters(const char *first, const char *second)
{
    tuft_mcc *net[2];
    const char *const name[] = {first, second};
    tuft_error err;
    for (int i = 0; i < 2; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", shell_folder(), name[i]);
        cr_assert_eq(tuft_mcc_read(path, &net[i], NULL, NULL, &err), TUFT_OK, "%s", err.message);
    }
    cr_assert_eq(net[0]->parameters, net[1]->parameters);
    cr_assert_eq(memcmp(net[0]->parameter, net[1]->parameter, net[0]->parameters * sizeof(float)),
                 0, "%s and %s differ", first, second);
    tuft_mcc_free(net[0]);
    tuft_mcc_free(net[1]);
}

Test(enhancement, same_seed_same_model_whatever_the_threads)
{
    need_talkers();
    cr_assert_eq(shell("\"$TUFT\" enhance train " SMALL
                       "--epochs 2 --threads 1 --model one.tuft && "
                       "\"$TUFT\" enhance train " SMALL "--epochs 2 --threads 2 --model two.tuft"),
                 0, "%s", shell_said());
    expect_same_parameters("one.tuft", "two.tuft");
}

Test(enhancement, stopped_and_resumed_is_not_stopped)
{
    need_talkers();
    cr_assert_eq(shell("\"$TUFT\" enhance train " SMALL "--epochs 60 --model whole.tuft"), 0, "%s",
                 shell_said());
    /* Stopped by SIGKILL once a model is there. */
    cr_assert_eq(shell("\"$TUFT\" enhance train " SMALL "--epochs 100000 --model part.tuft & "
                       "child=$!; while [ ! -e part.tuft ]; do sleep 0.01; done; "
                       "kill -9 $child; wait $child; [ $? -eq 137 ]"),
                 0, "%s", shell_said());
    cr_assert_eq(shell("\"$TUFT\" enhance test --quick --quiet --limit 2 --snr-step 24 "
                       "--model part.tuft"),
                 0, "the model of a killed training: %s", shell_said());
    cr_assert_eq(shell("cp part.tuft other.tuft && \"$TUFT\" enhance train " SMALL
                       "--epochs 60 --resume --model part.tuft"),
                 0, "%s", shell_said());
    expect_same_parameters("whole.tuft", "part.tuft");
    cr_assert_eq(shell("\"$TUFT\" enhance train " SMALL "--resume --model none.tuft"), 1);
    cr_assert(strstr(shell_said(), "none.tuft is not there"), "%s", shell_said());
    /* A finished model is no training that could go on, nor is one of another network. */
    cr_assert_eq(shell("\"$TUFT\" enhance train " SMALL "--resume --model whole.tuft"), 1);
    cr_assert_eq(shell("\"$TUFT\" enhance train " SMALL "--width 12 --resume --model other.tuft"),
                 1);
}

Test(enhancement, without_labels_first)
{
    need_talkers();
    json_t *root = shell_result("enhance train", "--preset demo --limit 6 --validation 1 --test 1 "
                                                 "--width 8 --batch 2 --epochs 2 --pretrain 20 "
                                                 "--labelled 2 --model m.tuft"),
           *results = json_object_get(root, "results"),
           *before = json_object_get(results, "without_labels");
    cr_assert_eq(json_array_size(before), 20);
    cr_assert_eq(json_array_size(json_object_get(results, "epochs")), 2);
    double error[2];
    for (int i = 0; i < 2; i++)
        error[i] =
            json_real_value(json_object_get(json_array_get(before, i ? 19 : 0), "train_error"));
    cr_assert_lt(error[1], error[0], "%g after %g", error[1], error[0]);
    json_decref(root);
}

Test(enhancement, ears_alone_have_as_many_parameters)
{
    need_talkers();
    json_t *size[2];
    static const char *const streams[] = {"audio-visual", "audio --cells point"};
    for (int i = 0; i < 2; i++) {
        char arguments[512];
        snprintf(arguments, sizeof arguments,
                 "--preset demo --limit 4 --validation 1 --test 1 --batch 4 --epochs 1 --model "
                 "m.tuft --streams %s",
                 streams[i]);
        json_t *root = shell_result("enhance train", arguments);
        size[i] = json_incref(json_object_get(
            json_object_get(json_object_get(root, "results"), "network"), "parameters"));
        json_decref(root);
    }
    double both = (double)json_integer_value(size[0]), ears = (double)json_integer_value(size[1]);
    cr_assert_gt(both, 0);
    cr_assert_lt(fabs(ears / both - 1), 0.02, "%g and %g", both, ears);
    json_decref(size[0]);
    json_decref(size[1]);
}

/* ---- tests ----------------------------------------------------------------------------------- */

Test(enhancement, results_hold_what_was_asked_for)
{
    need_talkers();
    json_t *root = shell_result("enhance test",
                                "--model probe.tuft --limit 3 --quick --snr-low -6 --snr-high 6 "
                                "--snr-step 6 --silence 0,50,100 --lips --csv all.csv");
    json_t *results = json_object_get(root, "results"),
           *model = json_array_get(json_object_get(results, "models"), 0);
    cr_assert_eq(json_array_size(json_object_get(results, "snr_db")), 3);
    cr_assert_eq(json_array_size(json_object_get(results, "clips")), 3);
    cr_assert_eq(json_array_size(json_object_get(results, "noisy")), 3);
    cr_assert_eq(json_array_size(json_object_get(model, "scores")), 3);
    cr_assert_eq(json_array_size(json_object_get(model, "silence")), 3);
    json_t *lips = json_object_get(model, "lips");
    cr_assert_eq(json_object_size(lips), 4);
    /* Three clips of three talkers, each with its own curve. */
    const char *talker;
    json_t *curve;
    json_int_t clips = 0;
    json_object_foreach(json_object_get(model, "talkers"), talker, curve) clips +=
        json_integer_value(json_object_get(json_object_get(json_array_get(curve, 0), "stoi"), "n"));
    cr_assert_eq(json_object_size(json_object_get(model, "talkers")), 3);
    cr_assert_eq(clips, 3);
    /* Silencing none is what is not silenced; own lips are the lips of the main table. */
    json_t *at_0 = json_array_get(json_object_get(model, "scores"), 1);
    json_t *none = json_array_get(json_object_get(model, "silence"), 0);
    cr_assert(json_equal(json_object_get(none, "stoi"), json_object_get(at_0, "stoi")));
    cr_assert(json_equal(json_object_get(lips, "own"), json_object_get(model, "scores")));
    cr_assert_not(json_equal(json_object_get(lips, "other"), json_object_get(model, "scores")));
    /* SI-SDR of the mixtures is about their SNR. */
    double sdr = json_real_value(json_object_get(
        json_object_get(json_array_get(json_object_get(results, "noisy"), 1), "si_sdr_db"),
        "mean"));
    cr_assert(sdr < 1 && sdr > -6, "%g dB", sdr);
    /* The ledger adds up. */
    json_t *ledger = json_object_get(root, "ledger"), *projection;
    size_t i;
    json_int_t sum = 0;
    json_array_foreach(json_object_get(ledger, "projections"), i, projection) sum +=
        json_integer_value(json_object_get(projection, "synaptic_events"));
    cr_assert_gt(sum, 0);
    cr_assert_eq(sum, json_integer_value(json_object_get(ledger, "synaptic_events")));
    double frame =
        json_real_value(json_object_get(json_object_get(model, "activity"), "events_per_frame"));
    double frames =
        (double)json_integer_value(json_object_get(json_object_get(model, "activity"), "frames"));
    cr_assert_float_eq(frame * frames / (double)sum, 1, 1e-9);
    json_decref(root);
    /* 3 clips x 3 SNRs noisy and with four kinds of lips, 3 shares at one SNR. */
    cr_assert_eq(shell("[ $(wc -l < all.csv) -eq $((1 + 3 * 3 * 5 + 3 * 3)) ]"), 0);
}

/* ---- streams --------------------------------------------------------------------------------- */

/* A model with random weights over random sound and lips: block by block as all at once. */
Test(enhancement, a_stream_gives_what_the_whole_gives)
{
    enum { SAMPLES = 10007 };
    static float sample[SAMPLES], whole[SAMPLES], streamed[SAMPLES];
    enhance_model model = {.path = "memory"};
    tuft_enhancement_config features = tuft_enhancement_defaults;
    tuft_error err;
    features.bands = 20;
    features.lips.coefficients = 5;
    cr_assert_eq(tuft_enhancement_new(&model.enhancement, &features, &err), TUFT_OK);
    tuft_mcc_config config = {.columns = {tuft_enhancement_audio_columns(model.enhancement),
                                          tuft_enhancement_vision_columns(model.enhancement)},
                              .layers = 2,
                              .cell = TUFT_MCC_COOPERATION,
                              .memory = 6,
                              .keep = 0.7,
                              .decoders = 1,
                              .decoder = {10},
                              .output = TUFT_MCC_MASK,
                              .outputs = 20,
                              .seed = 4};
    for (int l = 0; l < 2; l++)
        for (int s = 0; s < 2; s++)
            config.field[l][s] = (tuft_field_config){.kind = TUFT_FIELD_DENSE, .cells = 12};
    cr_assert_eq(tuft_mcc_new(&model.net, &config, &err), TUFT_OK, "%s", err.message);
    for (uint32_t k = 0; k < config.columns[0]; k++) { /* logarithms of small powers */
        model.net->mean[0][k] = -8;
        model.net->scale[0][k] = 0.2f;
    }
    tuft_random random = tuft_random_stream(8, TUFT_RANDOM_TEST, 0);
    for (int i = 0; i < SAMPLES; i++)
        sample[i] = (float)(0.1 * tuft_random_normal(&random) * (1 + sin(i * 1e-3)));
    size_t frames = tuft_enhancement_frames(model.enhancement, SAMPLES);
    float *audio, *vision, *mask;
    cr_assert_eq(TUFT_NEW(&audio, frames * config.columns[0], "audio", &err), TUFT_OK);
    cr_assert_eq(TUFT_NEW(&vision, frames * config.columns[1], "vision", &err), TUFT_OK);
    cr_assert_eq(TUFT_NEW(&mask, frames * config.outputs, "mask", &err), TUFT_OK);
    for (size_t i = 0; i < frames * config.columns[1]; i++)
        vision[i] = (float)tuft_random_normal(&random);
    tuft_mcc_pass *pass;
    cr_assert_eq(tuft_mcc_pass_new(&pass, model.net, &err), TUFT_OK);
    cr_assert_eq(tuft_enhancement_audio(model.enhancement, sample, SAMPLES, audio, &err), TUFT_OK);
    tuft_mcc_utterance shown = {.frames = frames, .audio = audio, .vision = vision};
    cr_assert_eq(tuft_mcc_forward(pass, &shown, 1, NULL, mask, NULL, &err), TUFT_OK);
    cr_assert_eq(tuft_enhancement_apply(model.enhancement, sample, SAMPLES, mask, whole, &err),
                 TUFT_OK);

    enhance_stream *stream;
    cr_assert_eq(enhance_stream_new(&stream, &model, &err), TUFT_OK, "%s", err.message);
    uint32_t hop = enhance_stream_hop(stream), early = 512 - hop;
    size_t blocks = 0;
    static float block[512];
    for (size_t f = 0; f <= frames + 2; f++) {
        const float *out;
        for (uint32_t i = 0; i < hop && f < frames; i++)
            block[i] = f * hop + i < SAMPLES ? sample[f * hop + i] : 0;
        if (f < frames)
            cr_assert_eq(
                enhance_stream_push(stream, block, vision + f * config.columns[1], &out, &err),
                TUFT_OK);
        else
            out = enhance_stream_drain(stream);
        cr_assert_eq(out != NULL, f >= 1 && f <= frames, "one frame is looked ahead: block %zu", f);
        for (uint32_t i = 0; out && i < hop; i++) {
            size_t at = blocks * hop + i;
            if (at >= early && at - early < SAMPLES)
                streamed[at - early] = out[i];
        }
        blocks += out != NULL;
    }
    double largest = 0, difference = 0;
    for (int i = 0; i < SAMPLES; i++) {
        largest = fmax(largest, fabs(whole[i]));
        difference = fmax(difference, fabs(whole[i] - streamed[i]));
    }
    cr_assert_lt(difference, 1e-4 * largest, "%g of %g", difference, largest);
    cr_assert_gt(enhance_stream_events(stream), 0);
    block[3] = NAN;
    const float *out;
    cr_assert_eq(enhance_stream_push(stream, block, vision, &out, &err), TUFT_NUMERIC);
    enhance_stream_free(stream);
    tuft_mcc_pass_free(pass);
    free(audio);
    free(vision);
    free(mask);
    enhance_model_free(&model);
}

/* ---- splits ---------------------------------------------------------------------------------- */

Test(enhancement, splits_are_partitions)
{
    enhance_split split;
    tuft_error err;
    cr_assert_eq(enhance_split_new(&split, 50, 7, 11, 3, &err), TUFT_OK);
    uint8_t seen[50] = {0};
    cr_assert_eq(split.train + split.validation + split.test, 50);
    cr_assert_eq(split.test, 11);
    for (int i = 0; i < 50; i++)
        seen[split.index[i]]++;
    for (int i = 0; i < 50; i++)
        cr_assert_eq(seen[i], 1);
    enhance_split_free(&split);
    cr_assert_eq(enhance_split_new(&split, 18, 7, 11, 3, &err), TUFT_INVALID);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void write_tone(const char *name, size_t n, float level, const char *spoiled)
{
    float *sample = calloc(n, sizeof *sample);
    char header[44] = {0};
    cr_assert_not_null(sample);
    for (size_t i = 0; i < n; i++)
        sample[i] = level * (float)sin((double)i * 0.1);
    if (spoiled)
        sample[n / 2] = NAN;
    /* 32-bit float WAV, so that a NaN can be in it. */
    uint32_t bytes = (uint32_t)(n * sizeof *sample), size = bytes + 36, rate = 16000,
             per_second = rate * 4, sixteen = 16;
    uint16_t kind = 3, channels = 1, align = 4, bits = 32;
    memcpy(header, "RIFF....WAVEfmt ", 16);
    memcpy(header + 4, &size, 4);
    memcpy(header + 16, &sixteen, 4);
    memcpy(header + 20, &kind, 2);
    memcpy(header + 22, &channels, 2);
    memcpy(header + 24, &rate, 4);
    memcpy(header + 28, &per_second, 4);
    memcpy(header + 32, &align, 2);
    memcpy(header + 34, &bits, 2);
    memcpy(header + 36, "data", 4);
    memcpy(header + 40, &bytes, 4);
    char *file = malloc(44 + bytes);
    cr_assert_not_null(file);
    memcpy(file, header, 44);
    memcpy(file + 44, sample, bytes);
    shell_write(name, file, 44 + bytes);
    free(file);
    free(sample);
}

Test(enhancement, what_is_refused)
{
    need_talkers();
    cr_assert_eq(shell("\"$TUFT\" enhance train --preset demo --limit 4 --validation 1 --test 1 "
                       "--width 8 --quiet --streams audio --epochs 1 --model ears.tuft"),
                 0, "%s", shell_said());
    write_tone("good.wav", 16000, 0.1f, NULL);
    write_tone("nan.wav", 16000, 0.1f, "yes");
    write_tone("short.wav", 300, 0.1f, NULL);
    shell_write("text.wav", "no sound", 8);
    shell_write("text.mpg", "no film", 7);
    cr_assert_eq(shell("\"$TUFT\" enhance run good.wav --model ears.tuft --output o.wav && "
                       "[ $(wc -c < o.wav) -eq $((44 + 32000)) ]"),
                 0, "%s", shell_said());
    cr_assert_eq(
        shell("head -c 2000 probe.tuft > cut.tuft && tr 'M' 'm' < probe.tuft > bad.tuft && "
              "echo text > text.tuft"),
        0);
#define RUN "--model ears.tuft --output=out.wav "
    shell_refused("enhance run", 1, "nan.wav", RUN "nan.wav");
    shell_refused("enhance run", 1, "short.wav: 300 samples", RUN "short.wav");
    shell_refused("enhance run", 1, "text.wav", RUN "text.wav");
    shell_refused("enhance run", 1, "text.mpg", RUN "text.mpg");
    shell_refused("enhance run", 1, "none.wav", RUN "none.wav");
    shell_refused("enhance run", 1, "expected --video",
                  "--model probe.tuft --output=out.wav good.wav");
    shell_refused("enhance run", 1, "text.mpg",
                  "--model probe.tuft --output=out.wav good.wav --video text.mpg");
    shell_refused("enhance run", 1, "cut.tuft", "--model cut.tuft --output=out.wav good.wav");
    shell_refused("enhance run", 1, "bad.tuft", "--model bad.tuft --output=out.wav good.wav");
    shell_refused("enhance run", 1, "text.tuft", "--model text.tuft --output=out.wav good.wav");
    shell_refused("enhance run", 2, "--mouth", RUN "good.wav --mouth 1,2,3");
    shell_refused("enhance run", 2, "--output", "--model ears.tuft good.wav");
    cr_assert_eq(shell("mkdir empty"), 0);
    shell_refused("enhance train", 1, "no video in it",
                  "--clips empty --noise good.wav --model=out.tuft");
    shell_refused("enhance train", 1, "text.mpg",
                  "--clips . --noise good.wav --model=out.tuft --quiet");
    shell_refused("enhance train", 1, "none left to train on",
                  "--preset demo --limit 4 --validation 2 --test 2 --quiet --model=out.tuft");
    shell_refused("enhance train", 2, "--snr-low", "--snr-low 3 --snr-high 0 --model=out.tuft");
    shell_refused("enhance train", 2, "--labelled", "--labelled 3 --model=out.tuft");
    shell_refused("enhance test", 2, "--silence", "--model ears.tuft --silence 101");
    shell_refused("enhance test", 1, "cut.tuft", "--model ears.tuft --model cut.tuft");
}
