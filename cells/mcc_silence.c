#include "cells/mcc_silence.h"

#include "core/memory.h"
#include "core/philox.h"

#include <math.h>
#include <stdlib.h>

void tuft_mcc_silence_free(tuft_mcc_silence *silence)
{
    for (int l = 0; l < TUFT_MCC_LAYER_LIMIT; l++)
        for (int s = 0; s < TUFT_MCC_STREAMS; s++)
            free(silence->alive[l][s]);
    *silence = (tuft_mcc_silence){0};
}

static tuft_status draw(float **alive, uint32_t cells, double share, tuft_random random,
                        tuft_error *err)
{
    uint32_t *order;
    tuft_status status = TUFT_NEW(alive, cells, "silence", err);
    if (!status)
        status = TUFT_NEW(&order, cells, "silence: order", err);
    if (status)
        return status;
    uint32_t silent = (uint32_t)round(share * cells);
    for (uint32_t i = 0; i < cells; i++)
        order[i] = i;
    tuft_random_shuffle(&random, order, cells);
    for (uint32_t i = 0; i < cells; i++)
        (*alive)[order[i]] = i < silent ? 0 : 1;
    free(order);
    return TUFT_OK;
}

tuft_status tuft_mcc_silence_new(tuft_mcc_silence *out, const tuft_mcc *net, double share,
                                 uint64_t seed, tuft_error *err)
{
    *out = (tuft_mcc_silence){0};
    if (!(share >= 0 && share <= 1))
        return tuft_fail(err, TUFT_INVALID, "mcc: a share of %g to silence, expected 0 to 1",
                         share);
    tuft_status status = TUFT_OK;
    for (uint32_t l = 0; !status && l < net->config.layers; l++)
        for (int s = 0; !status && s < TUFT_MCC_STREAMS; s++)
            status = draw(&out->alive[l][s], net->layer[l].cells[s], share,
                          tuft_random_stream(seed, TUFT_RANDOM_STUCK,
                                             (uint64_t)l * TUFT_MCC_STREAMS + (uint64_t)s),
                          err);
    if (status)
        tuft_mcc_silence_free(out);
    return status;
}
