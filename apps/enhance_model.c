#include "apps/enhance_model.h"

#include "apps/json_at.h"

#include <stdlib.h>
#include <string.h>

void enhance_model_free(enhance_model *model)
{
    tuft_mcc_free(model->net);
    tuft_enhancement_free(model->enhancement);
    json_decref(model->about);
    *model = (enhance_model){0};
}

int enhance_model_sees(const enhance_model *model)
{
    return model->net->config.columns[TUFT_MCC_VISION] > 0;
}

/* ---- what goes in, as JSON ------------------------------------------------------------------- */

typedef enum { MEMBER_REAL, MEMBER_WHOLE } member_kind;

#define MEMBER(name, kind, low, high)                                                              \
    {                                                                                              \
#name, kind, offsetof(tuft_enhancement_config, name), low, high                            \
    }

/* Bounds are those of any number: tuft_enhancement_new() has the narrower ones. */
static const struct {
    const char *name;
    member_kind kind;
    size_t offset;
    double low, high;
} member[] = {
    MEMBER(rate_hz, MEMBER_REAL, 1, 1e9),
    MEMBER(window_ms, MEMBER_REAL, 0, 1e9),
    MEMBER(overlap, MEMBER_REAL, 0, 1),
    MEMBER(bands, MEMBER_WHOLE, 1, 1e6),
    MEMBER(past, MEMBER_WHOLE, 0, 1e6),
    MEMBER(ahead, MEMBER_WHOLE, 0, 1e6),
    MEMBER(floor, MEMBER_REAL, 0, 1),
    MEMBER(least_gain, MEMBER_REAL, 0, 1),
    MEMBER(lips.width, MEMBER_WHOLE, 1, 1e6),
    MEMBER(lips.height, MEMBER_WHOLE, 1, 1e6),
    MEMBER(lips.coefficients, MEMBER_WHOLE, 1, 1e6),
    MEMBER(lips.orders, MEMBER_WHOLE, 1, 3),
    MEMBER(lips.interpolation, MEMBER_WHOLE, 0, TUFT_LIPS_HOLD),
};
enum { MEMBERS = sizeof member / sizeof *member };

json_t *enhance_features_json(const tuft_enhancement_config *features)
{
    json_t *object = json_object();
    for (int i = 0; i < MEMBERS; i++) {
        const char *at = (const char *)features + member[i].offset;
        uint32_t whole;
        double real;
        if (member[i].kind == MEMBER_REAL) {
            memcpy(&real, at, sizeof real);
            json_object_set_new(object, member[i].name, json_real(real));
        } else {
            memcpy(&whole, at, sizeof whole);
            json_object_set_new(object, member[i].name, json_integer(whole));
        }
    }
    return object;
}

static tuft_status features_read(const json_at *at, tuft_enhancement_config *out, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    *out = tuft_enhancement_defaults;
    for (int i = 0; !status && i < MEMBERS; i++) {
        json_at place = json_at_member(at, member[i].name);
        char *to = (char *)out + member[i].offset;
        if (member[i].kind == MEMBER_REAL) {
            double real = 0;
            status = json_at_real(&place, member[i].low, member[i].high, &real, err);
            memcpy(to, &real, sizeof real);
        } else {
            int64_t whole = 0;
            status =
                json_at_whole(&place, (int64_t)member[i].low, (int64_t)member[i].high, &whole, err);
            uint32_t narrow = (uint32_t)whole;
            memcpy(to, &narrow, sizeof narrow);
        }
    }
    return status;
}

json_t *enhance_network_json(const tuft_mcc *net)
{
    const tuft_mcc_config *c = &net->config;
    json_t *layers = json_array(), *decoder = json_array();
    for (uint32_t l = 1; l <= c->layers; l++)
        json_array_append_new(
            layers, json_pack("[I, I]", (json_int_t)tuft_mcc_cells(net, l, TUFT_MCC_AUDIO),
                              (json_int_t)tuft_mcc_cells(net, l, TUFT_MCC_VISION)));
    for (uint32_t l = 0; l < c->decoders; l++)
        json_array_append_new(decoder, json_integer(c->decoder[l]));
    return json_pack("{s:s, s:[I, I], s:o, s:o, s:I, s:f, s:I, s:I}", "cells",
                     tuft_mcc_cell_name(c->cell), "inputs", (json_int_t)c->columns[TUFT_MCC_AUDIO],
                     (json_int_t)c->columns[TUFT_MCC_VISION], "layers", layers, "decoder", decoder,
                     "memory", (json_int_t)c->memory, "keep", c->keep, "outputs",
                     (json_int_t)c->outputs, "parameters", (json_int_t)net->parameters);
}

json_t *enhance_model_about(const tuft_enhancement_config *features)
{
    return json_pack("{s:i, s:o}", "tuft_enhance", ENHANCE_MODEL_VERSION, "features",
                     enhance_features_json(features));
}

/* ---- files ----------------------------------------------------------------------------------- */

static tuft_status check_fit(const enhance_model *model, tuft_error *err)
{
    const tuft_mcc_config *c = &model->net->config;
    const uint32_t audio = tuft_enhancement_audio_columns(model->enhancement),
                   vision = tuft_enhancement_vision_columns(model->enhancement),
                   bands = tuft_enhancement_configuration(model->enhancement)->bands;
    const uint32_t sees = c->columns[TUFT_MCC_VISION];
    if (c->columns[TUFT_MCC_AUDIO] != audio || (sees && sees != vision) || c->outputs != bands ||
        c->output != TUFT_MCC_MASK)
        return tuft_fail(err, TUFT_FORMAT,
                         "%.300s: a network of %u + %u inputs and %u outputs, its features are %u "
                         "+ %u and %u",
                         model->path, c->columns[TUFT_MCC_AUDIO], sees, c->outputs, audio, vision,
                         bands);
    return TUFT_OK;
}

static tuft_status read_about(enhance_model *out, const char *text, size_t size, tuft_error *err)
{
    json_error_t why;
    tuft_enhancement_config features;
    int64_t version;
    out->about = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(out->about))
        return tuft_fail(err, TUFT_FORMAT, "%.300s: no model of speech enhancement", out->path);
    json_at top = json_at_top(out->path, out->about);
    json_at number = json_at_member(&top, "tuft_enhance"),
            inside = json_at_member(&top, "features");
    tuft_status status = json_at_whole(&number, 1, INT32_MAX, &version, err);
    if (!status && version > ENHANCE_MODEL_VERSION)
        status =
            tuft_fail(err, TUFT_FORMAT, "%.300s: a model of version %lld, this tuft reads up to %d",
                      out->path, (long long)version, ENHANCE_MODEL_VERSION);
    if (!status)
        status = features_read(&inside, &features, err);
    if (!status) {
        status = tuft_enhancement_new(&out->enhancement, &features, err);
        if (status)
            tuft_fail_prefix(err, status, out->path);
    }
    return status;
}

tuft_status enhance_model_read(const char *path, enhance_model *out, tuft_error *err)
{
    char *text;
    size_t size;
    *out = (enhance_model){.path = path};
    tuft_status status = tuft_mcc_read(path, &out->net, &text, &size, err);
    if (status)
        return status;
    status = read_about(out, text, size, err);
    free(text);
    if (!status)
        status = check_fit(out, err);
    if (status)
        enhance_model_free(out);
    return status;
}
