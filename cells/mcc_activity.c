#include "cells/mcc_activity.h"

#include "core/memory.h"

#include <stdlib.h>

static void add_group(tuft_mcc_activity *a, tuft_mcc_group_kind kind, uint32_t layer, int stream,
                      uint32_t cells)
{
    if (!cells)
        return;
    a->group[a->groups++] = (tuft_mcc_group){
        .kind = kind, .layer = layer, .stream = stream, .cells = cells, .at = a->cells};
    a->cells += cells;
}

static void add_groups(tuft_mcc_activity *a, const tuft_mcc *net)
{
    const tuft_mcc_config *c = &net->config;
    for (uint32_t l = 0; l <= c->layers; l++) {
        if (l)
            add_group(a, TUFT_MCC_GROUP_MEMORY, l, -1, net->layer[l - 1].memory.cells);
        for (int s = 0; s < TUFT_MCC_STREAMS; s++)
            add_group(a, l ? TUFT_MCC_GROUP_CELLS : TUFT_MCC_GROUP_INPUT, l, s,
                      tuft_mcc_cells(net, l, s));
    }
    for (uint32_t d = 0; d < c->decoders; d++)
        add_group(a, TUFT_MCC_GROUP_DECODER, d, -1, c->decoder[d]);
    add_group(a, TUFT_MCC_GROUP_OUTPUT, 0, -1, c->outputs);
}

/* ---- fan-out --------------------------------------------------------------------------------- */

static uint32_t cells_fed(const tuft_mcc_dense *dense, int stream, uint32_t layer)
{
    for (uint32_t k = 0; k < dense->sources; k++)
        if (dense->source[k].stream == stream && dense->source[k].layer == layer)
            return dense->cells;
    return 0;
}

/* What the decoder takes from each cell of a layer of a stream (-1: of the decoder). */
static uint32_t decoder_fan_out(const tuft_mcc *net, int stream, uint32_t layer)
{
    uint32_t fed = 0;
    for (uint32_t d = 0; d < net->config.decoders; d++)
        fed += cells_fed(&net->decoder[d], stream, layer);
    for (uint32_t h = 0; h < net->heads; h++)
        fed += cells_fed(&net->head[h], stream, layer);
    return fed;
}

static void stream_fan_out(const tuft_mcc *net, const tuft_mcc_group *group, uint32_t *fan_out)
{
    uint32_t each = decoder_fan_out(net, group->stream, group->layer);
    if (group->layer < net->config.layers) {
        const tuft_cooperative_layer *above = &net->layer[group->layer];
        tuft_field_fan_out(&above->field[group->stream], fan_out);
        if (tuft_cooperative_has_context(above))
            each += above->cells[0] + above->cells[1] + above->memory.cells;
    }
    for (uint32_t i = 0; i < group->cells; i++)
        fan_out[i] += each;
}

static void find_fan_out(tuft_mcc_activity *a, const tuft_mcc *net)
{
    for (int g = 0; g < a->groups; g++) {
        const tuft_mcc_group *group = &a->group[g];
        uint32_t *fan_out = a->fan_out + group->at, each = 0;
        switch (group->kind) {
        case TUFT_MCC_GROUP_INPUT:
        case TUFT_MCC_GROUP_CELLS:
            stream_fan_out(net, group, fan_out);
            continue;
        case TUFT_MCC_GROUP_MEMORY:
            each = net->layer[group->layer - 1].cells[0] + net->layer[group->layer - 1].cells[1];
            break;
        case TUFT_MCC_GROUP_DECODER:
            each = decoder_fan_out(net, -1, group->layer);
            break;
        case TUFT_MCC_GROUP_OUTPUT:
            break;
        }
        for (uint32_t i = 0; i < group->cells; i++)
            fan_out[i] = each;
    }
}

/* ---- the count ------------------------------------------------------------------------------- */

void tuft_mcc_activity_free(tuft_mcc_activity *activity)
{
    free(activity->active);
    free(activity->fan_out);
    *activity = (tuft_mcc_activity){0};
}

tuft_status tuft_mcc_activity_new(tuft_mcc_activity *out, const tuft_mcc *net, tuft_error *err)
{
    *out = (tuft_mcc_activity){0};
    add_groups(out, net);
    tuft_status status = TUFT_NEW(&out->active, out->cells, "activity", err);
    if (!status)
        status = TUFT_NEW(&out->fan_out, out->cells, "fan-out", err);
    if (status)
        tuft_mcc_activity_free(out);
    else
        find_fan_out(out, net);
    return status;
}

void tuft_mcc_activity_merge(tuft_mcc_activity *activity, const tuft_mcc_activity *more)
{
    activity->frames += more->frames;
    for (size_t i = 0; i < activity->cells; i++)
        activity->active[i] += more->active[i];
}

const tuft_mcc_group *tuft_mcc_activity_find(const tuft_mcc_activity *activity,
                                             tuft_mcc_group_kind kind, uint32_t layer, int stream)
{
    for (int g = 0; g < activity->groups; g++) {
        const tuft_mcc_group *group = &activity->group[g];
        if (group->kind == kind && group->layer == layer && group->stream == stream)
            return group;
    }
    return NULL;
}

uint64_t tuft_mcc_group_events(const tuft_mcc_activity *activity, const tuft_mcc_group *group)
{
    uint64_t events = 0;
    for (size_t i = group->at; i < group->at + group->cells; i++)
        events += activity->active[i] * activity->fan_out[i];
    return events;
}

uint64_t tuft_mcc_group_updates(const tuft_mcc_activity *activity, const tuft_mcc_group *group)
{
    return group->kind == TUFT_MCC_GROUP_INPUT ? 0 : activity->frames * group->cells;
}

static uint64_t sent(const tuft_mcc_activity *activity, const tuft_mcc_group *group)
{
    uint64_t active = 0;
    for (size_t i = group->at; i < group->at + group->cells; i++)
        active += activity->active[i];
    return active;
}

double tuft_mcc_group_active(const tuft_mcc_activity *activity, const tuft_mcc_group *group)
{
    uint64_t all = activity->frames * group->cells;
    return all ? (double)sent(activity, group) / (double)all : 0;
}

double tuft_mcc_activity_share(const tuft_mcc_activity *activity)
{
    uint64_t active = 0, all = 0;
    for (int g = 0; g < activity->groups; g++)
        if (activity->group[g].kind == TUFT_MCC_GROUP_CELLS) {
            active += sent(activity, &activity->group[g]);
            all += activity->frames * activity->group[g].cells;
        }
    return all ? (double)active / (double)all : 0;
}
