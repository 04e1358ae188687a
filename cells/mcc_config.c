#include "cells/mcc_config.h"

#include "cells/mcc_network.h"

#include <math.h>
#include <stdlib.h>

const char *tuft_mcc_output_name(tuft_mcc_output output)
{
    static const char *const name[] = {"linear", "mask", "cross"};
    return (unsigned)output < TUFT_MCC_OUTPUTS ? name[output] : NULL;
}

tuft_status tuft_mcc_parameters(const tuft_mcc_config *config, size_t *parameters, tuft_error *err)
{
    tuft_mcc *plan = calloc(1, sizeof *plan);
    *parameters = 0;
    if (!plan)
        return tuft_fail(err, TUFT_MEMORY, "mcc: no memory for a plan");
    tuft_status status = tuft_mcc_plan(plan, config, err);
    if (!status)
        *parameters = plan->parameters;
    free(plan);
    return status;
}

/* ---- audio only ------------------------------------------------------------------------------ */

static uint32_t *width_of(tuft_mcc_config *config, uint32_t layer)
{
    tuft_field_config *field = &config->field[layer][TUFT_MCC_AUDIO];
    return field->kind == TUFT_FIELD_TIME_FREQUENCY ? &field->channels : &field->cells;
}

static tuft_mcc_config scaled(const tuft_mcc_config *config, double factor)
{
    tuft_mcc_config out = *config;
    out.columns[TUFT_MCC_VISION] = 0;
    for (uint32_t l = 0; l < out.layers; l++) {
        uint32_t *width = width_of(&out, l);
        double wanted = fmax(round(*width * factor), 1);
        *width = (uint32_t)fmin(wanted, TUFT_FIELD_CELL_LIMIT + 1);
        out.field[l][TUFT_MCC_VISION] = (tuft_field_config){0};
    }
    return out;
}

/* How far a configuration is from what is wanted; one that makes no sense is far too large. */
static double excess(const tuft_mcc_config *config, size_t wanted)
{
    size_t parameters;
    if (tuft_mcc_parameters(config, &parameters, NULL))
        return HUGE_VAL;
    return (double)parameters - (double)wanted;
}

tuft_status tuft_mcc_audio_only(const tuft_mcc_config *config, size_t parameters,
                                tuft_mcc_config *out, tuft_error *err)
{
    size_t own;
    *out = *config;
    tuft_status status = tuft_mcc_parameters(config, &own, err);
    if (status)
        return status;
    if (!config->columns[TUFT_MCC_AUDIO] || config->output == TUFT_MCC_CROSS)
        return tuft_fail(err, TUFT_INVALID, "mcc: this network has no audio stream to be alone");
    double low = 0, high = 1;
    while (high < TUFT_FIELD_CELL_LIMIT) {
        tuft_mcc_config larger = scaled(config, high);
        if (excess(&larger, parameters) > 0)
            break;
        high *= 2;
    }
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        tuft_mcc_config tried = scaled(config, middle);
        if (excess(&tried, parameters) > 0)
            high = middle;
        else
            low = middle;
    }
    /* Either side of the jump, and single layers moved by a few cells. */
    *out = scaled(config, low);
    double best = fabs(excess(out, parameters));
    for (int side = 0; side < 2; side++)
        for (uint32_t l = 0; l < config->layers; l++)
            for (int more = -4; more <= 4; more++) {
                tuft_mcc_config tried = scaled(config, side ? high : low);
                uint32_t *width = width_of(&tried, l);
                if ((int)*width + more < 1)
                    continue;
                *width += (uint32_t)more;
                double distance = fabs(excess(&tried, parameters));
                if (distance < best) {
                    best = distance;
                    *out = tried;
                }
            }
    if (best <= 0.02 * (double)parameters)
        return TUFT_OK;
    *out = *config;
    return tuft_fail(err, TUFT_INVALID,
                     "mcc: no audio stream of these proportions has %zu parameters within 2 %%, "
                     "the nearest is %.0f off",
                     parameters, best);
}

tuft_mcc_config tuft_mcc_cross(const tuft_mcc_config *config)
{
    tuft_mcc_config out = *config;
    out.output = TUFT_MCC_CROSS;
    out.head = config->columns[TUFT_MCC_VISION];
    out.outputs = config->columns[TUFT_MCC_AUDIO] + config->columns[TUFT_MCC_VISION];
    out.decoders = 0;
    for (int d = 0; d < TUFT_MCC_DECODER_LIMIT; d++)
        out.decoder[d] = 0;
    out.skip_layers = out.skip_audio = 0;
    return out;
}
