#include "cells/mcc_file.h"

#include "core/archive.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_TAG    TUFT_TAG('M', 'C', 'C', 'N')
#define SCALE_TAG     TUFT_TAG('S', 'T', 'A', 'N')
#define PARAMETER_TAG TUFT_TAG('P', 'A', 'R', 'M')
#define BLOB_TAG      TUFT_TAG('B', 'L', 'O', 'B')
#define TRAINING_TAG  TUFT_TAG('T', 'R', 'A', 'N')
#define CURRENT_TAG   TUFT_TAG('C', 'U', 'R', 'R')
#define ADAM_TAG      TUFT_TAG('A', 'D', 'A', 'M')

enum { MCC_VERSION = 1 };

/* ---- members --------------------------------------------------------------------------------- */

/* A number of 4 bytes (whole) or 8 (whole or real). */
typedef struct {
    const char *name;
    void *value;
    enum { WORD, LONG, REAL } kind;
} member;

enum { MEMBER_LIMIT = 24 + 12 * TUFT_MCC_LAYER_LIMIT };

typedef struct {
    int n;
    member at[MEMBER_LIMIT];
} members;

static void add_word(members *all, const char *name, void *value)
{
    all->at[all->n++] = (member){name, value, WORD};
}

static void add_long(members *all, const char *name, void *value)
{
    all->at[all->n++] = (member){name, value, LONG};
}

static void add_real(members *all, const char *name, void *value)
{
    all->at[all->n++] = (member){name, value, REAL};
}

static size_t size_of(const member *m)
{
    return m->kind == WORD ? 4 : 8;
}

static void list_config(members *all, tuft_mcc_config *c)
{
    add_word(all, "audio columns", &c->columns[TUFT_MCC_AUDIO]);
    add_word(all, "vision columns", &c->columns[TUFT_MCC_VISION]);
    add_word(all, "layers", &c->layers);
    add_word(all, "kind of cell", &c->cell);
    add_word(all, "memory", &c->memory);
    add_real(all, "keep", &c->keep);
    add_word(all, "decoder layers", &c->decoders);
    for (int d = 0; d < TUFT_MCC_DECODER_LIMIT; d++)
        add_word(all, "decoder cells", &c->decoder[d]);
    add_word(all, "layers skipped", &c->skip_layers);
    add_word(all, "audio skipped", &c->skip_audio);
    add_word(all, "kind of output", &c->output);
    add_word(all, "outputs", &c->outputs);
    add_word(all, "outputs of audio", &c->head);
    add_long(all, "seed", &c->seed);
}

static void list_fields(members *all, tuft_mcc_config *c)
{
    for (uint32_t l = 0; l < c->layers && l < TUFT_MCC_LAYER_LIMIT; l++)
        for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
            tuft_field_config *f = &c->field[l][s];
            add_word(all, "kind of receptive field", &f->kind);
            add_word(all, "cells", &f->cells);
            add_word(all, "frames of a field", &f->frames);
            add_word(all, "bands of a field", &f->bands);
            add_word(all, "stride of a field", &f->stride);
            add_word(all, "channels of a field", &f->channels);
        }
}

/* What must be the same for a training to go on as it would have. */
static void list_settings(members *all, tuft_mcc_training *t)
{
    add_word(all, "batch", &t->batch);
    add_word(all, "parts", &t->parts);
    add_real(all, "clip", &t->clip);
    add_real(all, "activity", &t->activity);
    add_word(all, "patience", &t->patience);
    add_real(all, "factor", &t->factor);
    add_word(all, "stop", &t->stop);
    add_word(all, "freeze", &t->freeze);
    add_long(all, "seed", &t->seed);
    add_real(all, "rate", &t->adam.rate);
    add_real(all, "beta1", &t->adam.beta1);
    add_real(all, "beta2", &t->adam.beta2);
    add_real(all, "epsilon", &t->adam.epsilon);
    add_real(all, "decay", &t->adam.decay);
}

typedef struct {
    int epoch, since_best, since_rate;
    double lowest, rate;
    uint64_t step;
} progress;

static void list_progress(members *all, progress *p)
{
    add_word(all, "epoch", &p->epoch);
    add_word(all, "epochs since the best", &p->since_best);
    add_word(all, "epochs since the rate", &p->since_rate);
    add_real(all, "lowest error", &p->lowest);
    add_real(all, "rate now", &p->rate);
    add_long(all, "steps", &p->step);
}

static tuft_status put_members(tuft_archive_writer *out, const members *all, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (int k = 0; !status && k < all->n; k++)
        status = tuft_archive_put(out, all->at[k].value, size_of(&all->at[k]), err);
    return status;
}

static tuft_status get_members(tuft_archive_reader *in, const members *all, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (int k = 0; !status && k < all->n; k++)
        status = tuft_archive_get(in, all->at[k].value, size_of(&all->at[k]), err);
    return status;
}

static void show(const member *m, char *text, size_t size)
{
    uint32_t word;
    if (m->kind == REAL) {
        snprintf(text, size, "%g", *(double *)m->value);
    } else if (m->kind == LONG) {
        snprintf(text, size, "%llu", (unsigned long long)*(uint64_t *)m->value);
    } else {
        memcpy(&word, m->value, sizeof word);
        snprintf(text, size, "%u", word);
    }
}

/* TUFT_INVALID at the first member that differs. */
static tuft_status same_members(const members *there, const members *here, const char *path,
                                const char *what, tuft_error *err)
{
    for (int k = 0; k < here->n; k++) {
        char first[32], second[32];
        if (!memcmp(there->at[k].value, here->at[k].value, size_of(&here->at[k])))
            continue;
        show(&there->at[k], first, sizeof first);
        show(&here->at[k], second, sizeof second);
        return tuft_fail(err, TUFT_INVALID, "%s: of a %s with %s %s, this one has %s", path, what,
                         here->at[k].name, first, second);
    }
    return TUFT_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

static tuft_status put_section(tuft_archive_writer *out, uint32_t tag, uint32_t index,
                               const void *data, size_t size, tuft_error *err)
{
    tuft_status status = tuft_archive_begin(out, tag, index, err);
    if (!status && size)
        status = tuft_archive_put(out, data, size, err);
    return status ? status : tuft_archive_end(out, err);
}

static tuft_status put_network(tuft_archive_writer *out, const tuft_mcc *net,
                               const float *parameter, const void *blob, size_t size,
                               tuft_error *err)
{
    members all = {0};
    const uint32_t version = MCC_VERSION;
    tuft_mcc_config config = net->config;
    list_config(&all, &config);
    list_fields(&all, &config);
    tuft_status status = tuft_archive_begin(out, CONFIG_TAG, 0, err);
    if (!status)
        status = tuft_archive_put(out, &version, sizeof version, err);
    if (!status)
        status = put_members(out, &all, err);
    if (!status)
        status = tuft_archive_end(out, err);
    for (uint32_t s = 0; !status && s < TUFT_MCC_STREAMS; s++) {
        size_t bytes = net->config.columns[s] * sizeof(float);
        status = tuft_archive_begin(out, SCALE_TAG, s, err);
        if (!status)
            status = tuft_archive_put(out, net->mean[s], bytes, err);
        if (!status)
            status = tuft_archive_put(out, net->scale[s], bytes, err);
        if (!status)
            status = tuft_archive_end(out, err);
    }
    if (!status)
        status =
            put_section(out, PARAMETER_TAG, 0, parameter, net->parameters * sizeof(float), err);
    return status ? status : put_section(out, BLOB_TAG, 0, blob, size, err);
}

static tuft_status put_training(tuft_archive_writer *out, const tuft_mcc_trainer *trainer,
                                tuft_error *err)
{
    members all = {0};
    tuft_mcc_training settings = trainer->training;
    progress now = {trainer->epoch,  trainer->since_best,       trainer->since_rate,
                    trainer->lowest, trainer->adam.config.rate, trainer->adam.step};
    size_t bytes = trainer->net->parameters * sizeof(float);
    list_settings(&all, &settings);
    list_progress(&all, &now);
    tuft_status status = tuft_archive_begin(out, TRAINING_TAG, 0, err);
    if (!status)
        status = put_members(out, &all, err);
    if (!status)
        status = tuft_archive_end(out, err);
    if (!status)
        status = put_section(out, CURRENT_TAG, 0, trainer->net->parameter, bytes, err);
    if (!status)
        status = put_section(out, ADAM_TAG, 0, trainer->adam.first, bytes, err);
    return status ? status : put_section(out, ADAM_TAG, 1, trainer->adam.second, bytes, err);
}

static tuft_status finish(tuft_archive_writer *out, tuft_status status, tuft_error *err)
{
    if (!status)
        return tuft_archive_commit(out, err);
    tuft_archive_abandon(out);
    return status;
}

tuft_status tuft_mcc_write(const tuft_mcc *net, const void *blob, size_t size, const char *path,
                           tuft_error *err)
{
    tuft_archive_writer out;
    tuft_status status = tuft_archive_create(&out, path, err);
    if (status)
        return status;
    return finish(&out, put_network(&out, net, net->parameter, blob, size, err), err);
}

tuft_status tuft_mcc_trainer_save(const tuft_mcc_trainer *trainer, const void *blob, size_t size,
                                  const char *path, tuft_error *err)
{
    tuft_archive_writer out;
    tuft_status status = tuft_archive_create(&out, path, err);
    if (status)
        return status;
    status = put_network(&out, trainer->net, trainer->best, blob, size, err);
    if (!status)
        status = put_training(&out, trainer, err);
    return finish(&out, status, err);
}

/* ---- reading --------------------------------------------------------------------------------- */

static tuft_status get_config(tuft_archive_reader *in, tuft_mcc_config *config, tuft_error *err)
{
    members head = {0}, fields = {0};
    uint32_t version = 0;
    *config = (tuft_mcc_config){0};
    tuft_status status = tuft_archive_find(in, CONFIG_TAG, 0, err);
    if (!status)
        status = tuft_archive_get(in, &version, sizeof version, err);
    if (!status && version != MCC_VERSION)
        status = tuft_archive_fail(in, err, "version %u, expected %d", version, MCC_VERSION);
    list_config(&head, config);
    if (!status)
        status = get_members(in, &head, err);
    list_fields(&fields, config);
    if (!status)
        status = get_members(in, &fields, err);
    return status ? status : tuft_archive_done(in, err);
}

/* A section of n numbers, all finite; where they lie, not aligned. */
static tuft_status view_floats(tuft_archive_reader *in, uint32_t tag, uint32_t index, size_t n,
                               const unsigned char **data, tuft_error *err)
{
    tuft_status status = tuft_archive_find(in, tag, index, err);
    if (!status)
        status = tuft_archive_view(in, n * sizeof(float), data, err);
    if (!status)
        status = tuft_archive_done(in, err);
    for (size_t i = 0; !status && i < n; i++) {
        float value;
        memcpy(&value, *data + i * sizeof value, sizeof value);
        if (!isfinite(value))
            status = tuft_archive_fail(in, err, "number %zu is %g", i, (double)value);
    }
    return status;
}

static tuft_status get_network(tuft_archive_reader *in, tuft_mcc **net, tuft_error *err)
{
    tuft_mcc_config config;
    const unsigned char *parameter = NULL, *scale[TUFT_MCC_STREAMS] = {0};
    size_t parameters;
    tuft_error why;
    tuft_status status = get_config(in, &config, err);
    if (!status && tuft_mcc_parameters(&config, &parameters, &why))
        status = tuft_archive_fail(in, err, "%s", why.message);
    if (!status)
        status = view_floats(in, PARAMETER_TAG, 0, parameters, &parameter, err);
    for (uint32_t s = 0; !status && s < TUFT_MCC_STREAMS; s++)
        status = view_floats(in, SCALE_TAG, s, 2 * (size_t)config.columns[s], &scale[s], err);
    if (!status)
        status = tuft_mcc_new(net, &config, err);
    if (status)
        return status;
    memcpy((*net)->parameter, parameter, parameters * sizeof(float));
    for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
        size_t bytes = config.columns[s] * sizeof(float);
        memcpy((*net)->mean[s], scale[s], bytes);
        memcpy((*net)->scale[s], scale[s] + bytes, bytes);
    }
    return TUFT_OK;
}

static tuft_status get_blob(tuft_archive_reader *in, char **blob, size_t *size, tuft_error *err)
{
    tuft_status status = tuft_archive_find(in, BLOB_TAG, 0, err);
    if (status)
        return status;
    *size = in->end - in->at;
    status = TUFT_NEW(blob, *size + 1, "mcc: blob", err);
    return status ? status : tuft_archive_get(in, *blob, *size, err);
}

tuft_status tuft_mcc_read(const char *path, tuft_mcc **net, char **blob, size_t *size,
                          tuft_error *err)
{
    tuft_archive_reader in;
    *net = NULL;
    if (blob)
        *blob = NULL;
    tuft_status status = tuft_archive_open(&in, path, err);
    if (status)
        return status;
    status = get_network(&in, net, err);
    if (!status && blob)
        status = get_blob(&in, blob, size, err);
    tuft_archive_close(&in);
    if (status) {
        tuft_mcc_free(*net);
        *net = NULL;
    }
    return status;
}

/* What a training's file holds, where it lies. */
typedef struct {
    progress now;
    const unsigned char *best, *current, *moments[2], *scale[TUFT_MCC_STREAMS];
} saved;

static tuft_status check_saved(tuft_archive_reader *in, const tuft_mcc_trainer *trainer,
                               saved *found, tuft_error *err)
{
    const tuft_mcc *net = trainer->net;
    tuft_mcc_config there, here = net->config;
    tuft_mcc_training then = {0}, settings = trainer->training;
    members config_there = {0}, config_here = {0}, then_all = {0}, now_all = {0}, state = {0};
    tuft_status status = get_config(in, &there, err);
    if (status)
        return status;
    list_config(&config_there, &there);
    list_config(&config_here, &here);
    status = same_members(&config_there, &config_here, in->path, "network", err);
    if (status)
        return status; /* as many layers from here on */
    list_fields(&config_there, &there);
    list_fields(&config_here, &here);
    status = same_members(&config_there, &config_here, in->path, "network", err);
    list_settings(&then_all, &then);
    list_settings(&now_all, &settings);
    list_progress(&state, &found->now);
    if (!status)
        status = tuft_archive_find(in, TRAINING_TAG, 0, err);
    if (!status)
        status = get_members(in, &then_all, err);
    if (!status)
        status = get_members(in, &state, err);
    if (!status)
        status = tuft_archive_done(in, err);
    if (!status)
        status = same_members(&then_all, &now_all, in->path, "training", err);
    if (!status &&
        (found->now.epoch < 0 || found->now.since_best < 0 || found->now.since_rate < 0 ||
         isnan(found->now.lowest) || !(found->now.rate >= 0) || !isfinite(found->now.rate)))
        status = tuft_archive_fail(in, err, "epoch %d at a rate of %g with a lowest error of %g",
                                   found->now.epoch, found->now.rate, found->now.lowest);
    if (!status)
        status = view_floats(in, PARAMETER_TAG, 0, net->parameters, &found->best, err);
    if (!status)
        status = view_floats(in, CURRENT_TAG, 0, net->parameters, &found->current, err);
    for (uint32_t k = 0; !status && k < 2; k++)
        status = view_floats(in, ADAM_TAG, k, net->parameters, &found->moments[k], err);
    for (uint32_t s = 0; !status && s < TUFT_MCC_STREAMS; s++)
        status = view_floats(in, SCALE_TAG, s, 2 * (size_t)net->config.columns[s], &found->scale[s],
                             err);
    return status;
}

tuft_status tuft_mcc_trainer_restore(tuft_mcc_trainer *trainer, const char *path, tuft_error *err)
{
    tuft_archive_reader in;
    saved found = {0};
    tuft_mcc *net = trainer->net;
    size_t bytes = net->parameters * sizeof(float);
    tuft_status status = tuft_archive_open(&in, path, err);
    if (status)
        return status;
    status = check_saved(&in, trainer, &found, err);
    if (!status) {
        trainer->epoch = found.now.epoch;
        trainer->since_best = found.now.since_best;
        trainer->since_rate = found.now.since_rate;
        trainer->lowest = found.now.lowest;
        trainer->adam.config.rate = found.now.rate;
        trainer->adam.step = found.now.step;
        memcpy(trainer->best, found.best, bytes);
        memcpy(net->parameter, found.current, bytes);
        memcpy(trainer->adam.first, found.moments[0], bytes);
        memcpy(trainer->adam.second, found.moments[1], bytes);
        for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
            size_t half = net->config.columns[s] * sizeof(float);
            memcpy(net->mean[s], found.scale[s], half);
            memcpy(net->scale[s], found.scale[s] + half, half);
        }
    }
    tuft_archive_close(&in);
    return status;
}
