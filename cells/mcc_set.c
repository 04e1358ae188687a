#include "cells/mcc_set.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

static tuft_status fetch_from_array(void *user, int epoch, uint32_t index, tuft_mcc_utterance *out,
                                    tuft_error *err)
{
    (void)epoch;
    (void)err;
    *out = ((const tuft_mcc_utterance *)user)[index];
    return TUFT_OK;
}

tuft_mcc_set tuft_mcc_set_of(const tuft_mcc_utterance *utterance, uint32_t n)
{
    return (tuft_mcc_set){.utterances = n, .fetch = fetch_from_array, .user = (void *)utterance};
}

/* Sums of a column and its squares, both less the first value, which keeps them small. */
typedef struct {
    double first, sum, square;
} moments;

static void gather(moments *of, const float *x, size_t frames, size_t columns, int begins)
{
    for (size_t c = 0; begins && c < columns; c++)
        of[c].first = (double)x[c];
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < columns; c++) {
            double away = (double)x[t * columns + c] - of[c].first;
            of[c].sum += away;
            of[c].square += away * away;
        }
}

static tuft_status settle(tuft_mcc *net, moments *const of[TUFT_MCC_STREAMS], size_t frames,
                          tuft_error *err)
{
    for (int s = 0; s < TUFT_MCC_STREAMS; s++)
        for (uint32_t c = 0; c < net->config.columns[s]; c++)
            if (!isfinite(of[s][c].square))
                return tuft_fail(err, TUFT_NUMERIC, "mcc: column %u of %s is not finite", c,
                                 s ? "vision" : "audio");
    for (int s = 0; s < TUFT_MCC_STREAMS; s++)
        for (uint32_t c = 0; c < net->config.columns[s]; c++) {
            double mean = of[s][c].sum / (double)frames;
            double variance = fmax(of[s][c].square / (double)frames - mean * mean, 0);
            double least = 1e-6 * (fabs(of[s][c].first) + fabs(mean));
            net->mean[s][c] = (float)(of[s][c].first + mean);
            net->scale[s][c] = sqrt(variance) > least ? (float)(1 / sqrt(variance)) : 1;
        }
    return TUFT_OK;
}

tuft_status tuft_mcc_standardise(tuft_mcc *net, const tuft_mcc_set *set, int epoch, tuft_error *err)
{
    moments *of[TUFT_MCC_STREAMS] = {0};
    size_t frames = 0;
    tuft_status status = TUFT_OK;
    if (!set->utterances)
        return tuft_fail(err, TUFT_INVALID, "mcc: no utterances to standardise by");
    for (int s = 0; !status && s < TUFT_MCC_STREAMS; s++)
        status = TUFT_NEW(&of[s], net->config.columns[s], "mcc: moments", err);
    for (uint32_t i = 0; !status && i < set->utterances; i++) {
        tuft_mcc_utterance one = {0};
        status = set->fetch(set->user, epoch, i, &one, err);
        const float *const x[] = {one.audio, one.vision};
        for (int s = 0; !status && s < TUFT_MCC_STREAMS; s++) {
            if (net->config.columns[s] && (!x[s] || !one.frames))
                status = tuft_fail(err, TUFT_INVALID, "mcc: utterance %u has no %s", i,
                                   s ? "vision" : "audio");
            else if (net->config.columns[s])
                gather(of[s], x[s], one.frames, net->config.columns[s], i == 0);
        }
        frames += one.frames;
    }
    if (!status)
        status = settle(net, of, frames, err);
    for (int s = 0; s < TUFT_MCC_STREAMS; s++)
        free(of[s]);
    return status;
}
