/* The cell that docs/adding-a-cell.md walks through: its code blocks stand here, word for word. */
#include "cells/probe.h"
#include "core/cell_model.h"
#include "core/memory.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double tau_ms, bias, cut; /* V restarts from -cut when it passes cut */
} quadratic_parameters;

typedef struct {
    quadratic_parameters parameters;
    tuft_cell_context context;
    float *v; /* [cells] */
} quadratic;

static void quadratic_destroy(void *state)
{
    quadratic *q = state;
    free(q->v);
    free(q);
}

static void quadratic_reset(void *state)
{
    quadratic *q = state;
    memset(q->v, 0, q->context.count * sizeof *q->v);
}

static tuft_status quadratic_create(void **state, const void *parameters,
                                    const tuft_cell_context *context, tuft_error *err)
{
    const quadratic_parameters *p = parameters;
    quadratic *q;
    if (!(p->tau_ms > 0) || !(p->cut > 0) || !isfinite(p->bias))
        return tuft_fail(err, TUFT_INVALID, "tau_ms %g, cut %g, expected over 0", p->tau_ms,
                         p->cut);
    tuft_status status = TUFT_NEW(&q, 1, "quadratic population", err);
    if (!status)
        status = TUFT_NEW(&q->v, context->count, "membranes", err);
    if (status) {
        free(q);
        return status;
    }
    q->parameters = *p;
    q->context = *context;
    *state = q;
    return TUFT_OK;
}

static uint32_t quadratic_step(void *state, uint32_t begin, uint32_t end, float *const *input,
                               uint32_t *spike)
{
    quadratic *q = state;
    float bias = (float)q->parameters.bias, cut = (float)q->parameters.cut;
    float per_tau =
        (float)((double)q->context.step_ticks * q->context.tick_ms / q->parameters.tau_ms);
    uint32_t spikes = 0;
    for (uint32_t i = begin; i < end; i++) {
        float v = q->v[i] + per_tau * (q->v[i] * q->v[i] + bias) + input[0][i];
        input[0][i] = 0;
        if (v > cut) {
            spike[spikes++] = i;
            v = -cut;
        }
        q->v[i] = v;
    }
    return spikes;
}

static double quadratic_read(const void *state, uint32_t cell, int which, int64_t tick)
{
    (void)which, (void)tick; /* one variable; a clocked cell is always at its last step */
    return (double)((const quadratic *)state)->v[cell];
}

static const char *const quadratic_ports[] = {"input", NULL};
static const char *const quadratic_variables[] = {"membrane", NULL};

const tuft_cell_model quadratic_model = {.name = "quadratic",
                                         .port = quadratic_ports,
                                         .variable = quadratic_variables,
                                         .create = quadratic_create,
                                         .destroy = quadratic_destroy,
                                         .reset = quadratic_reset,
                                         .step = quadratic_step,
                                         .read = quadratic_read};

/* Constant drive: from -cut to cut takes 2 tau / sqrt(bias) atan(cut / sqrt(bias)). */
Test(adding_a_cell, interval_follows_the_closed_form)
{
    quadratic_parameters p = {.tau_ms = 10, .bias = 0.5, .cut = 20};
    int64_t spike[2];
    probe q = probe_new(&quadratic_model, &p, 1, 1, 0.001, NULL);
    probe_run(&q, 200000);
    cr_assert_geq(probe_spikes(&q, 0, spike, 2), 2);
    double interval = 0.001 * (double)(spike[1] - spike[0]);
    cr_assert_float_eq(interval, 20 / sqrt(0.5) * atan(20 / sqrt(0.5)), 0.02);
    probe_free(&q);
}

Test(adding_a_cell, input_moves_the_membrane_and_bad_parameters_are_refused)
{
    quadratic_parameters p = {.tau_ms = 1e9, .bias = 0, .cut = 20};
    const float weight = 3;
    const int64_t tick = 4;
    const uint32_t cell = 1;
    probe q = probe_new(&quadratic_model, &p, 2, 1, 0.1, &weight);
    probe_trace(&q, "membrane", 2, 1);
    cr_assert_eq(tuft_engine_input(q.engine, 1, &tick, &cell, 1, NULL), TUFT_OK);
    probe_run(&q, 10);
    const float *v = tuft_engine_trace(q.engine, 0)->value;
    for (int t = 0; t < 10; t++) {
        cr_assert_eq(v[2 * t], 0);
        cr_assert_float_eq((double)v[2 * t + 1], t < 5 ? 0 : 3, 1e-5);
    }
    probe_free(&q);
    p.tau_ms = -1;
    probe_refuses(&quadratic_model, &p, 1, "tau_ms -1");
}

static char *text_of(const char *path)
{
    char name[1024];
    snprintf(name, sizeof name, TUFT_SOURCE_DIR "/%s", path);
    FILE *file = fopen(name, "r");
    cr_assert_not_null(file, "%s", name);
    enum { ROOM = 1 << 16 };
    char *text = calloc(ROOM, 1);
    size_t n = fread(text, 1, ROOM - 1, file);
    fclose(file);
    cr_assert_lt(n, ROOM - 1);
    return text;
}

/* Every ```c block of the document is in this file, and the document is under 100 lines. */
Test(adding_a_cell, the_document_is_this_file)
{
    char *document = text_of("docs/adding-a-cell.md");
    char *here = text_of("tests/cells/test_adding_a_cell.c");
    int blocks = 0, lines = 0;
    for (const char *c = document; *c; c++)
        lines += *c == '\n';
    cr_assert_lt(lines, 100);
    for (char *at = strstr(document, "```c\n"); at; at = strstr(at, "```c\n")) {
        char *block = at + 5, *end = strstr(block, "```");
        cr_assert_not_null(end);
        *end = 0;
        cr_assert_not_null(strstr(here, block), "not in the test:\n%s", block);
        at = end + 1;
        blocks++;
    }
    cr_assert_geq(blocks, 4);
    free(document);
    free(here);
}
