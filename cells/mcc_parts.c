#include "cells/mcc_parts.h"

#include "core/memory.h"
#include "core/simd.h"

#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Parameters that a thread adds up at a time. */
enum { CHUNK = 1 << 13 };

void tuft_mcc_parts_free(tuft_mcc_parts *parts)
{
    for (uint32_t p = 0; p < parts->parts; p++) {
        tuft_mcc_pass_free(parts->pass[p]);
        free(parts->gradient[p]);
    }
    *parts = (tuft_mcc_parts){0};
}

tuft_status tuft_mcc_parts_new(tuft_mcc_parts *out, const tuft_mcc *net, uint32_t parts,
                               int threads, int trains, tuft_error *err)
{
    *out = (tuft_mcc_parts){.net = net};
    if (parts < 1 || parts > TUFT_MCC_PART_LIMIT || threads < 0 || threads > 1024)
        return tuft_fail(err, TUFT_INVALID,
                         "mcc: %u parts of a batch and %d threads, expected 1 to %d, 0 to 1024",
                         parts, threads, TUFT_MCC_PART_LIMIT);
    out->parts = parts;
    out->threads = threads ? threads : omp_get_max_threads();
    tuft_status status = TUFT_OK;
    for (uint32_t p = 0; !status && p < parts; p++) {
        status = tuft_mcc_pass_new(&out->pass[p], net, err);
        if (!status && trains)
            status = TUFT_NEW(&out->gradient[p], net->parameters, "mcc: gradient", err);
    }
    if (status)
        tuft_mcc_parts_free(out);
    return status;
}

tuft_status tuft_mcc_parts_fill(tuft_mcc_parts *parts, const tuft_mcc_set *set, int epoch,
                                const uint32_t *index, uint32_t n, tuft_error *err)
{
    parts->frames = 0;
    parts->used = n < parts->parts ? n : parts->parts;
    for (uint32_t p = 0; p < parts->parts; p++)
        tuft_mcc_pass_clear(parts->pass[p]);
    for (uint32_t i = 0; i < n; i++) {
        tuft_mcc_utterance one = {0};
        tuft_mcc_pass *least = parts->pass[0];
        for (uint32_t p = 1; p < parts->used; p++)
            if (tuft_mcc_pass_rows(parts->pass[p])->rows < tuft_mcc_pass_rows(least)->rows)
                least = parts->pass[p];
        tuft_status status = set->fetch(set->user, epoch, index[i], &one, err);
        if (!status && !one.target)
            status = tuft_fail(err, TUFT_INVALID, "mcc: utterance %u has no target", index[i]);
        if (!status) {
            status = tuft_mcc_pass_add(least, &one, err);
            if (status && err) {
                char which[64];
                snprintf(which, sizeof which, "utterance %u", index[i]);
                tuft_fail_prefix(err, status, which);
            }
        }
        if (status)
            return status;
        parts->frames += one.frames;
    }
    return TUFT_OK;
}

/* The first part's failure, if any failed. */
static tuft_status first_failure(const tuft_error *failed, uint32_t n, tuft_error *err)
{
    for (uint32_t p = 0; p < n; p++)
        if (failed[p].status)
            return tuft_fail(err, failed[p].status, "%s", failed[p].message);
    return TUFT_OK;
}

tuft_status tuft_mcc_parts_forward(tuft_mcc_parts *parts, tuft_mcc_activity *activity,
                                   tuft_error *err)
{
    tuft_error failed[TUFT_MCC_PART_LIMIT];
#pragma omp parallel for schedule(dynamic) num_threads(parts->threads)
    for (uint32_t p = 0; p < parts->used; p++) {
        failed[p].status = TUFT_OK;
        if (tuft_mcc_pass_forward(parts->pass[p], NULL, &failed[p]))
            continue;
        parts->loss[p] = tuft_mcc_pass_loss(parts->pass[p]);
        parts->magnitude[p] = tuft_mcc_pass_magnitude(parts->pass[p]);
    }
    tuft_status status = first_failure(failed, parts->used, err);
    for (uint32_t p = 0; !status && activity && p < parts->used; p++)
        tuft_mcc_pass_count(parts->pass[p], activity);
    return status;
}

static void part_backward(tuft_mcc_parts *parts, uint32_t p, double scale, double penalty,
                          tuft_error *failed)
{
    if (tuft_mcc_pass_forward(parts->pass[p], NULL, failed))
        return;
    parts->loss[p] = tuft_mcc_pass_loss(parts->pass[p]);
    memset(parts->gradient[p], 0, parts->net->parameters * sizeof *parts->gradient[p]);
    parts->magnitude[p] =
        tuft_mcc_pass_backward(parts->pass[p], scale, penalty, parts->gradient[p], NULL);
}

tuft_status tuft_mcc_parts_backward(tuft_mcc_parts *parts, double scale, double penalty,
                                    const tuft_mcc_filling *next, tuft_error *err)
{
    tuft_error failed[TUFT_MCC_PART_LIMIT + 1];
    uint32_t filled = parts->used; /* the failure of filling comes last, filling begins first */
#pragma omp parallel for schedule(dynamic) num_threads(parts->threads)
    for (uint32_t k = 0; k <= filled; k++) {
        tuft_error *own = &failed[k ? k - 1 : filled];
        own->status = TUFT_OK;
        if (k)
            part_backward(parts, k - 1, scale, penalty, own);
        else if (next)
            tuft_mcc_parts_fill(next->parts, next->set, next->epoch, next->index, next->n, own);
    }
    return first_failure(failed, filled + 1, err);
}

TUFT_CLONES static void add(float *restrict to, const float *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

TUFT_CLONES static double squares(const float *x, size_t n)
{
    enum { LANES = 8 };
    double lane[LANES] = {0}, sum = 0;
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            lane[k] += (double)x[i + k] * (double)x[i + k];
    for (size_t k = 0; k < LANES; k++)
        sum += lane[k];
    for (size_t i = whole; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

double tuft_mcc_parts_gradient(const tuft_mcc_parts *parts, float *gradient)
{
    enum { GROUPS = 64 };
    double square[GROUPS] = {0}, sum = 0;
    size_t n = parts->net->parameters;
    /* Chunk c belongs to group c modulo GROUPS, whoever works on it. */
#pragma omp parallel for schedule(static) num_threads(parts->threads)
    for (size_t g = 0; g < GROUPS; g++)
        for (size_t at = g * CHUNK; at < n; at += (size_t)GROUPS * CHUNK) {
            size_t length = n - at < CHUNK ? n - at : CHUNK;
            memcpy(gradient + at, parts->gradient[0] + at, length * sizeof *gradient);
            for (uint32_t p = 1; p < parts->used; p++)
                add(gradient + at, parts->gradient[p] + at, length);
            square[g] += squares(gradient + at, length);
        }
    for (size_t g = 0; g < GROUPS; g++)
        sum += square[g];
    return sqrt(sum);
}

tuft_status tuft_mcc_evaluate(tuft_mcc_parts *parts, const tuft_mcc_set *set, int epoch,
                              tuft_mcc_score *out, tuft_mcc_activity *activity, tuft_error *err)
{
    *out = (tuft_mcc_score){0};
    size_t cells = 0, frames = 0;
    const tuft_mcc *net = parts->net;
    if (!set->utterances)
        return tuft_fail(err, TUFT_INVALID, "mcc: an empty set");
    for (uint32_t l = 1; l <= net->config.layers; l++)
        cells += tuft_mcc_cells(net, l, 0) + tuft_mcc_cells(net, l, 1);
    double loss = 0, magnitude = 0;
    for (uint32_t first = 0; first < set->utterances; first += parts->parts) {
        uint32_t index[TUFT_MCC_PART_LIMIT];
        uint32_t n =
            set->utterances - first < parts->parts ? set->utterances - first : parts->parts;
        for (uint32_t i = 0; i < n; i++)
            index[i] = first + i;
        tuft_status status = tuft_mcc_parts_fill(parts, set, epoch, index, n, err);
        if (!status)
            status = tuft_mcc_parts_forward(parts, activity, err);
        if (status)
            return status;
        for (uint32_t p = 0; p < parts->used; p++) {
            loss += parts->loss[p];
            magnitude += parts->magnitude[p];
        }
        frames += parts->frames;
    }
    out->loss = loss / ((double)frames * net->config.outputs);
    out->magnitude = magnitude / ((double)frames * (double)cells);
    return TUFT_OK;
}
