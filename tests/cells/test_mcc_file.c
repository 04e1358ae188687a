#include "cells/mcc_file.h"
#include "cells/mcc_reference.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define OK(call) cr_assert_eq((call), TUFT_OK, "%s", err.message)

enum { N = 6, SIZE_LIMIT = 1 << 16 };

static tuft_error err;
static char path[64];
static const size_t frames[N] = {4, 9, 2, 7, 5, 6};

static void name(void)
{
    snprintf(path, sizeof path, "/tmp/tuft-mcc-%ld", (long)getpid());
}

static void clean(void)
{
    unlink(path);
}

TestSuite(mcc_file, .init = name, .fini = clean);

static tuft_mcc_config config_of(void)
{
    tuft_mcc_config config = mcc_small(TUFT_MCC_COOPERATION);
    config.field[0][TUFT_MCC_AUDIO] =
        (tuft_field_config){.kind = TUFT_FIELD_TIME, .cells = 6, .frames = 3};
    return config;
}

static size_t content(unsigned char *bytes)
{
    FILE *stream = fopen(path, "rb");
    size_t n = fread(bytes, 1, SIZE_LIMIT, stream);
    fclose(stream);
    cr_assert(n > 0 && n < SIZE_LIMIT);
    return n;
}

static void rewrite(const unsigned char *bytes, size_t n)
{
    FILE *stream = fopen(path, "wb");
    cr_assert_eq(fwrite(bytes, 1, n, stream), n);
    fclose(stream);
}

Test(mcc_file, what_is_written_is_read)
{
    tuft_mcc_config config = config_of();
    tuft_mcc *net, *read;
    char *blob;
    size_t size;
    OK(tuft_mcc_new(&net, &config, &err));
    net->mean[0][3] = 4.5f;
    net->scale[1][2] = 0.25f;
    OK(tuft_mcc_write(net, "{\"hop\": 96}", 11, path, &err));
    OK(tuft_mcc_read(path, &read, &blob, &size, &err));
    cr_assert_eq(size, 11);
    cr_assert_str_eq(blob, "{\"hop\": 96}");
    cr_assert_eq(memcmp(&read->config, &net->config, sizeof net->config), 0);
    cr_assert_eq(memcmp(read->parameter, net->parameter, net->parameters * sizeof(float)), 0);
    for (int s = 0; s < 2; s++) {
        size_t bytes = config.columns[s] * sizeof(float);
        cr_assert_eq(memcmp(read->mean[s], net->mean[s], bytes), 0);
        cr_assert_eq(memcmp(read->scale[s], net->scale[s], bytes), 0);
    }
    tuft_mcc_free(read);
    free(blob);
    OK(tuft_mcc_write(net, NULL, 0, path, &err));
    OK(tuft_mcc_read(path, &read, &blob, &size, &err));
    cr_assert(size == 0 && blob[0] == 0);
    tuft_mcc_free(read);
    free(blob);
    OK(tuft_mcc_read(path, &read, NULL, NULL, &err));
    tuft_mcc_free(read);
    tuft_mcc_free(net);
}

Test(mcc_file, damage_is_refused)
{
    static unsigned char bytes[SIZE_LIMIT];
    tuft_mcc_config config = config_of();
    tuft_mcc *net;
    char *blob;
    size_t size;
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_write(net, "x", 1, path, &err));
    tuft_mcc_free(net);
    size_t n = content(bytes);
    for (size_t cut = 0; cut < n; cut++) {
        rewrite(bytes, cut);
        cr_assert_eq(tuft_mcc_read(path, &net, &blob, &size, &err), TUFT_FORMAT, "cut at %zu", cut);
        cr_assert(!net && !blob && strstr(err.message, path));
    }
    for (size_t at = 0; at < n; at += at < 400 ? 1 : 37) {
        bytes[at] ^= (unsigned char)(1 << at % 8);
        rewrite(bytes, n);
        cr_assert_eq(tuft_mcc_read(path, &net, &blob, &size, &err), TUFT_FORMAT, "byte %zu", at);
        bytes[at] ^= (unsigned char)(1 << at % 8);
    }
    unlink(path);
    cr_assert_eq(tuft_mcc_read(path, &net, &blob, &size, &err), TUFT_IO);
    cr_assert_eq(tuft_mcc_write(NULL, NULL, 0, "/nowhere/at/all", &err), TUFT_IO);
}

/* Files whose sums are right and whose content is not: each word of the configuration takes
 * extreme values. */
Test(mcc_file, configurations_that_make_no_sense_are_refused)
{
    static unsigned char bytes[SIZE_LIMIT];
    enum { HEAD = 8 + 16 };
    const uint32_t extreme[] = {0, 1, 9, 0x7fffffff, 0xffffffff};
    tuft_mcc_config config = config_of();
    tuft_mcc *net;
    uint64_t length;
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_write(net, NULL, 0, path, &err));
    tuft_mcc_free(net);
    size_t n = content(bytes);
    memcpy(&length, bytes + 16, sizeof length);
    cr_assert(length > 150 && length < 1000);
    int refused = 0;
    for (size_t at = HEAD; at < HEAD + length; at += 4)
        for (int e = 0; e < 5; e++) {
            uint32_t before, crc;
            memcpy(&before, bytes + at, sizeof before);
            if (before == extreme[e])
                continue;
            memcpy(bytes + at, &extreme[e], 4);
            crc = (uint32_t)crc32(0, bytes + 8, (unsigned)(16 + length));
            memcpy(bytes + HEAD + length, &crc, sizeof crc);
            rewrite(bytes, n);
            tuft_status status = tuft_mcc_read(path, &net, NULL, NULL, &err);
            if (status) {
                cr_assert_eq(status, TUFT_FORMAT, "byte %zu: %s", at, err.message);
                cr_assert_not_null(strstr(err.message, path));
                refused++;
            }
            tuft_mcc_free(net);
            memcpy(bytes + at, &before, sizeof before);
        }
    cr_assert_gt(refused, 60, "%d", refused);
}

/* ---- trainings ------------------------------------------------------------------------------- */

static tuft_mcc_training settings(int epochs)
{
    tuft_mcc_training training = tuft_mcc_training_defaults;
    training.adam.rate = 0.01;
    training.batch = 4;
    training.parts = 2;
    training.epochs = epochs;
    training.patience = 1;
    training.stop = 0;
    training.activity = 0.01;
    training.seed = 6;
    return training;
}

static tuft_status save_at_three(const tuft_mcc_trainer *trainer, tuft_mcc_progress *progress,
                                 void *user, tuft_error *e)
{
    (void)user;
    if (progress->epoch != 3)
        return TUFT_OK;
    progress->stop = 1;
    return tuft_mcc_trainer_save(trainer, "blob", 4, path, e);
}

Test(mcc_file, a_training_goes_on_to_the_bit)
{
    tuft_mcc_config config = config_of();
    mcc_samples samples = mcc_samples_new(&config, N, frames, 1, 8);
    tuft_mcc_set set = tuft_mcc_set_of(samples.one, N), other = tuft_mcc_set_of(samples.one, 2);
    tuft_mcc *whole, *begun, *resumed, *model;
    tuft_mcc_training training = settings(8);
    OK(tuft_mcc_new(&whole, &config, &err));
    OK(tuft_mcc_standardise(whole, &set, 0, &err));
    OK(tuft_mcc_train(whole, &set, &other, &training, &err));

    OK(tuft_mcc_new(&begun, &config, &err));
    OK(tuft_mcc_standardise(begun, &set, 0, &err));
    training.callback = save_at_three;
    OK(tuft_mcc_train(begun, &set, &other, &training, &err));
    cr_assert_neq(memcmp(begun->parameter, whole->parameter, whole->parameters * sizeof(float)), 0);

    tuft_mcc_trainer *trainer;
    training.callback = NULL;
    training.threads = 1;
    OK(tuft_mcc_new(&resumed, &config, &err));
    OK(tuft_mcc_trainer_new(&trainer, resumed, &training, &err));
    OK(tuft_mcc_trainer_restore(trainer, path, &err));
    cr_assert_eq(trainer->epoch, 3);
    OK(tuft_mcc_trainer_run(trainer, &set, &other, &err));
    cr_assert_eq(memcmp(resumed->parameter, whole->parameter, whole->parameters * sizeof(float)),
                 0);
    cr_assert_eq(memcmp(resumed->mean[0], whole->mean[0], 5 * sizeof(float)), 0);
    tuft_mcc_trainer_free(trainer);

    /* As a network, it is the best so far. */
    char *blob;
    size_t size;
    OK(tuft_mcc_read(path, &model, &blob, &size, &err));
    cr_assert_str_eq(blob, "blob");
    cr_assert_eq(memcmp(model->parameter, begun->parameter, begun->parameters * sizeof(float)), 0);
    free(blob);
    tuft_mcc_free(model);
    tuft_mcc_free(whole);
    tuft_mcc_free(begun);
    tuft_mcc_free(resumed);
    mcc_samples_free(&samples);
}

Test(mcc_file, trainings_of_something_else_are_refused)
{
    tuft_mcc_config config = config_of();
    tuft_mcc_training training = settings(4);
    tuft_mcc *net;
    tuft_mcc_trainer *trainer;
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_trainer_new(&trainer, net, &training, &err));
    OK(tuft_mcc_trainer_save(trainer, NULL, 0, path, &err));
    tuft_mcc_trainer_free(trainer);
    tuft_mcc_free(net);

    struct {
        tuft_mcc_config config;
        tuft_mcc_training training;
        const char *says;
    } other[8];
    for (int k = 0; k < 8; k++) {
        other[k].config = config;
        other[k].training = training;
    }
    other[0].config.field[1][1].cells = 8, other[0].says = "of a network with cells 5, this one";
    other[1].config.cell = TUFT_MCC_TM1, other[1].says = "kind of cell 5, this one has 1";
    other[2].config.layers = 1, other[2].says = "layers 2, this one has 1";
    other[3].config.keep = 0.5, other[3].says = "keep 0.6, this one has 0.5";
    other[4].training.seed = 7, other[4].says = "of a training with seed 6, this one has 7";
    other[5].training.parts = 3, other[5].says = "parts 2, this one has 3";
    other[6].training.adam.rate = 1, other[6].says = "rate 0.01, this one has 1";
    other[7].config.seed = 12, other[7].says = "seed 11, this one has 12";
    for (int k = 0; k < 8; k++) {
        OK(tuft_mcc_new(&net, &other[k].config, &err));
        OK(tuft_mcc_trainer_new(&trainer, net, &other[k].training, &err));
        float first = net->parameter[0];
        cr_assert_eq(tuft_mcc_trainer_restore(trainer, path, &err), TUFT_INVALID);
        cr_assert_not_null(strstr(err.message, other[k].says), "%s: %s", other[k].says,
                           err.message);
        cr_assert(net->parameter[0] == first && trainer->epoch == 0);
        tuft_mcc_trainer_free(trainer);
        tuft_mcc_free(net);
    }
    /* A network's file is no training. */
    OK(tuft_mcc_new(&net, &config, &err));
    OK(tuft_mcc_trainer_new(&trainer, net, &training, &err));
    OK(tuft_mcc_write(net, NULL, 0, path, &err));
    cr_assert_eq(tuft_mcc_trainer_restore(trainer, path, &err), TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "has no section TRAN 0"));
    static unsigned char bytes[SIZE_LIMIT];
    OK(tuft_mcc_trainer_save(trainer, NULL, 0, path, &err));
    size_t n = content(bytes);
    for (size_t cut = 0; cut < n; cut += cut < 1000 ? 1 : 41) {
        rewrite(bytes, cut);
        cr_assert_eq(tuft_mcc_trainer_restore(trainer, path, &err), TUFT_FORMAT);
    }
    tuft_mcc_trainer_free(trainer);
    tuft_mcc_free(net);
}
