#include "apps/trained.h"

#include <math.h>

const char *const trained_reads[] = {"sum", "membrane", "last", NULL};

tuft_recurrent_config trained_layer(const lsm_preset *preset, tuft_recurrent_kind kind,
                                    trained_read read, double sharpness, tuft_sequence_shape shape)
{
    const tuft_reservoir_group *group = &preset->reservoir.group[0];
    int spiking = kind != TUFT_RECURRENT_TANH;
    double start = 1 / sqrt(3.0 * group->maps), steps = (double)shape.steps;
    tuft_recurrent_config config = {.kind = kind,
                                    .cells = group->maps,
                                    .decay = group->decay,
                                    .threshold = group->threshold,
                                    .sharpness = sharpness,
                                    .keep = 1,
                                    .scale = spiking ? steps / 10 : steps,
                                    .input_sd = spiking ? group->weight_sd : start,
                                    .recurrent_sd = spiking ? group->recurrent_sd : start};
    if (read == TRAINED_READ_SUM)
        return config;
    config.keep = read == TRAINED_READ_MEMBRANE ? group->decay : 0;
    config.scale = 1;
    return config;
}

tuft_status trained_check(const lsm_preset *preset, const char *what, tuft_error *err)
{
    const tuft_reservoir_group *group = &preset->reservoir.group[0];
    if (preset->reservoir.groups != 1 || group->field_x || group->field_y)
        return tuft_fail(
            err, TUFT_INVALID,
            "%s takes its cells from a preset with one group of dense fields, expected "
            "--preset lin2025",
            what);
    return TUFT_OK;
}

json_t *trained_layer_json(const tuft_recurrent_config *layer)
{
    json_t *all = json_pack("{s:s, s:i, s:f, s:f, s:f, s:f}", "cell",
                            layer->kind == TUFT_RECURRENT_TANH ? "tanh" : "lif", "cells",
                            (int)layer->cells, "keep", layer->keep, "scale", layer->scale,
                            "input_sd", layer->input_sd, "recurrent_sd", layer->recurrent_sd);
    if (layer->kind == TUFT_RECURRENT_TANH)
        return all;
    json_object_set_new(all, "decay", json_real(layer->decay));
    json_object_set_new(all, "threshold", json_real(layer->threshold));
    json_object_set_new(all, "sharpness", json_real(layer->sharpness));
    return all;
}

static json_t *count_json(uint64_t count)
{
    return json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count);
}

static json_t *work_json(const tuft_work *work)
{
    return json_pack("{s:o, s:o, s:o}", "mac", count_json(work->mac), "ac", count_json(work->ac),
                     "dense", count_json(work->dense));
}

json_t *trained_operations_json(const tuft_operations *operations)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "shown", count_json(operations->shown),
                     "forward", work_json(&operations->forward), "backward",
                     work_json(&operations->backward), "update", count_json(operations->update),
                     "total", count_json(tuft_operations_total(operations)), "dense",
                     count_json(tuft_operations_dense(operations)));
}

json_t *trained_liquid_json(const tuft_ledger *ledger, size_t recordings)
{
    return json_pack("{s:o, s:o, s:o}", "recordings", count_json(recordings), "ac",
                     count_json(ledger->synaptic_events), "mac",
                     count_json(ledger->neuron_updates));
}
