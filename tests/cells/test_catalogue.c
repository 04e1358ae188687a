/* What holds for every cell model in the catalogue. */
#include "cells/catalogue.h"

#include "cells/lif.h"
#include "cells/probe.h"
#include "cells/transfer.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

Test(catalogue, models_are_found_by_name_in_alphabetical_order)
{
    size_t n;
    const tuft_cell_model *const *models = tuft_cell_models(&n);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(tuft_cell_model_find(models[i]->name), models[i]);
        cr_assert(i == 0 || strcmp(models[i - 1]->name, models[i]->name) < 0);
    }
    cr_assert_null(tuft_cell_model_find("lfi"));
    cr_assert_null(tuft_parameter_find(&tuft_lif_delta, "tau"));
}

Test(catalogue, parameters_are_set_and_got_by_name)
{
    size_t n;
    tuft_error err;
    const tuft_cell_model *const *models = tuft_cell_models(&n);
    for (size_t i = 0; i < n; i++) {
        unsigned char *p = calloc(1, models[i]->parameters_size);
        for (const tuft_parameter_entry *e = models[i]->parameter; e->name; e++) {
            double value = e->kind == TUFT_PARAMETER_CHOICE ? 1 : 7;
            memcpy(p, models[i]->defaults, models[i]->parameters_size);
            if (e->kind == TUFT_PARAMETER_CELLS) {
                cr_assert_eq(tuft_parameter_set(p, e, value, &err), TUFT_INVALID);
                continue;
            }
            OK(tuft_parameter_set(p, e, value, &err));
            cr_assert_eq(tuft_parameter_get(p, e), value, "%s.%s", models[i]->name, e->name);
            cr_assert_eq(tuft_parameter_set(p, e, (double)NAN, &err), TUFT_INVALID);
            if (e->kind != TUFT_PARAMETER_REAL) {
                cr_assert_eq(tuft_parameter_set(p, e, 0.5, &err), TUFT_INVALID);
                cr_assert_eq(tuft_parameter_set(p, e, -1, &err), TUFT_INVALID);
                cr_assert_eq(tuft_parameter_set(p, e, 1e10, &err), TUFT_INVALID);
            }
            /* No other member moved. */
            for (const tuft_parameter_entry *o = models[i]->parameter; o->name; o++)
                if (o != e && o->kind != TUFT_PARAMETER_CELLS)
                    cr_assert_eq(tuft_parameter_get(p, o),
                                 tuft_parameter_get(models[i]->defaults, o), "%s.%s moved %s",
                                 models[i]->name, e->name, o->name);
        }
        free(p);
    }
}

Test(catalogue, transfer_functions_go_by_their_names)
{
    const tuft_parameter_entry *e =
        tuft_parameter_find(tuft_cell_model_find("context"), "transfer");
    for (int k = 0; k < TUFT_TRANSFERS; k++)
        cr_assert_str_eq(e->choice[k], tuft_transfer_name((tuft_transfer)k));
    cr_assert_null(e->choice[TUFT_TRANSFERS]);
}

/* Variables that take a value give it back, to float32; the others say why not. */
Test(catalogue, what_is_written_is_read)
{
    size_t n, written = 0;
    tuft_error err;
    const tuft_cell_model *const *models = tuft_cell_models(&n);
    for (size_t i = 0; i < n; i++)
        for (int clocked = 0; clocked < 2; clocked++) {
            if (clocked ? !models[i]->step : !models[i]->receive)
                continue;
            const tuft_cell_context context = {
                .count = 3, .step_ticks = clocked, .tick_ms = 0.1, .seed = 1};
            void *state;
            OK(models[i]->create(&state, models[i]->defaults, &context, &err));
            for (int v = 0; models[i]->variable[v]; v++) {
                int64_t wake;
                double other = models[i]->read(state, 0, v, 5);
                tuft_status status = models[i]->write(state, 1, v, 3.25, 5, &wake, &err);
                if (status) {
                    cr_assert_str_not_empty(err.message);
                    continue;
                }
                written++;
                cr_assert_float_eq(models[i]->read(state, 1, v, 5), 3.25, 1e-5);
                cr_assert_eq(models[i]->read(state, 0, v, 5), other);
                cr_assert_eq(models[i]->write(state, 1, v, (double)NAN, 5, &wake, &err),
                             TUFT_INVALID);
                cr_assert_eq(models[i]->write(state, 1, v, HUGE_VAL, 5, &wake, &err), TUFT_INVALID);
            }
            models[i]->destroy(state);
        }
    cr_assert_geq(written, 25);
}

/* n steps (clocked) or events (event-driven, at the tick of the last wake or the next input) with
 * random input from stream on; returns a sum over what fired. */
static uint64_t drive(const tuft_cell_model *model, void *state, int clocked, int64_t from,
                      int64_t to, float **input)
{
    enum { CELLS = 40 };
    uint64_t sum = 0;
    uint32_t spike[CELLS + 64];
    int pa = tuft_parameter_find(model, "c_pf") || tuft_parameter_find(model, "c_soma_pf");
    float weight = pa ? 400 : 6; /* pA or mV */
    for (int64_t t = from; t < to; t++) {
        tuft_random random = tuft_random_stream(4, TUFT_RANDOM_TEST, (uint64_t)t);
        for (int port = 0; model->port[port]; port++)
            for (uint32_t i = 0; i < CELLS; i++)
                input[port][i] = tuft_random_uniform(&random) < 0.1 ? weight : 0;
        if (clocked) {
            uint32_t n = model->step(state, 0, CELLS, input, spike);
            for (uint32_t k = 0; k < n; k++)
                sum = 31 * sum + (uint64_t)t + spike[k];
            continue;
        }
        for (uint32_t i = 0; i < CELLS; i++) {
            float in[TUFT_PORT_LIMIT] = {0};
            int64_t wake;
            for (int port = 0; model->port[port]; port++)
                in[port] = input[port][i];
            if (model->receive(state, i, t, in, &wake))
                sum = 31 * sum + (uint64_t)t + i;
        }
    }
    return sum;
}

/* Bytes copied out of a state in the middle of a run and put into a fresh one make it go on alike:
 * every spike and every variable, to the bit. */
Test(catalogue, a_state_is_its_parts)
{
    size_t n;
    const tuft_cell_model *const *models = tuft_cell_models(&n);
    float *input[TUFT_PORT_LIMIT];
    for (int port = 0; port < TUFT_PORT_LIMIT; port++)
        input[port] = calloc(64, sizeof(float));
    for (size_t i = 0; i < n; i++)
        for (int clocked = 0; clocked < 2; clocked++) {
            if (clocked ? !models[i]->step : !models[i]->receive)
                continue;
            const tuft_cell_model *model = models[i];
            const tuft_cell_context context = {
                .count = 40, .step_ticks = clocked, .tick_ms = 0.1, .seed = 1};
            void *a, *b;
            int64_t wake;
            OK(model->create(&a, model->defaults, &context, NULL));
            OK(model->create(&b, model->defaults, &context, NULL));
            int last = 0;
            while (model->variable[last + 1])
                last++;
            OK(model->write(a, 3, last, 2, 0, &wake, NULL)); /* a bias or the like */
            uint64_t early = drive(model, a, clocked, 1, 700, input);
            tuft_state_part from[TUFT_STATE_PARTS], to[TUFT_STATE_PARTS];
            int parts = model->parts(a, from);
            cr_assert_eq(model->parts(b, to), parts);
            cr_assert_leq(parts, TUFT_STATE_PARTS);
            for (int k = 0; k < parts; k++) {
                cr_assert_eq(from[k].size, to[k].size);
                cr_assert_str_eq(from[k].name, to[k].name);
                memcpy(to[k].data, from[k].data, to[k].size);
            }
            uint64_t on = drive(model, a, clocked, 700, 1400, input);
            cr_assert_neq(early, 0, "%s: nothing happened", model->name);
            cr_assert_neq(on, 0);
            cr_assert_eq(drive(model, b, clocked, 700, 1400, input), on, "%s", model->name);
            for (int v = 0; model->variable[v]; v++)
                for (uint32_t c = 0; c < 40; c++)
                    cr_assert_eq(model->read(a, c, v, 1399), model->read(b, c, v, 1399));
            model->destroy(a);
            model->destroy(b);
        }
    for (int port = 0; port < TUFT_PORT_LIMIT; port++)
        free(input[port]);
}

/* A current that steps up at 10 ms: from there tau log(I / (I - threshold)) to the first spike. */
Test(catalogue, a_bias_that_steps_counts_from_its_time_on)
{
    for (int clocked = 0; clocked < 2; clocked++) {
        tuft_lif_parameters p = tuft_lif_defaults;
        tuft_network *network;
        tuft_engine *engine;
        const double up = 30;
        OK(tuft_network_new(&network, 10, NULL)); /* ticks of 0.01 ms */
        OK(tuft_network_add_cells(network, "cell", &tuft_lif_exponential, &p, 2, clocked, NULL,
                                  NULL));
        OK(tuft_engine_new(&engine, network, 1, 1, NULL));
        OK(tuft_engine_record_spikes(engine, 0, NULL));
        OK(tuft_engine_run(engine, 1001, NULL));
        OK(tuft_engine_write(engine, 0, "bias", NULL, &up, 1, NULL));
        OK(tuft_engine_run(engine, 5000, NULL));
        const tuft_spike_record *spikes = tuft_engine_spikes(engine, 0);
        double expected = 1000 + 100 * 20 * log(30 / (30 - 20.0));
        cr_assert_geq(spikes->count, 1);
        cr_assert_eq(spikes->cell[0], 0);
        cr_assert_leq(fabs((double)spikes->tick[0] - ceil(expected)), clocked);
        OK(tuft_engine_reset(engine, NULL)); /* the bias is the parameters' again */
        OK(tuft_engine_run(engine, 5000, NULL));
        cr_assert_eq(tuft_engine_spikes(engine, 0)->count, 0);
        tuft_engine_free(engine);
        tuft_network_free(network);
    }
}

Test(catalogue, writing_names_what_is_wrong)
{
    tuft_network *network;
    tuft_engine *engine;
    tuft_error err;
    const double value[] = {1, 1};
    const uint32_t cell[] = {2};
    OK(tuft_network_new(&network, 10, NULL));
    OK(tuft_network_add_source(network, "in", 2, NULL, NULL));
    OK(tuft_network_add_cells(network, "cells", &tuft_lif_delta, &tuft_lif_defaults, 2, 0, NULL,
                              NULL));
    OK(tuft_engine_new(&engine, network, 1, 1, NULL));
    cr_assert_eq(tuft_engine_write(engine, 0, "bias", NULL, value, 1, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message, "population in has no variable \"bias\"");
    cr_assert_eq(tuft_engine_write(engine, 1, "bais", NULL, value, 1, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message, "population cells has no variable \"bais\"");
    cr_assert_eq(tuft_engine_write(engine, 1, "bias", cell, value, 1, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message, "write to cells: cell 2, expected below 2");
    cr_assert_eq(tuft_engine_write(engine, 2, "bias", NULL, value, 1, &err), TUFT_INVALID);
    tuft_engine_free(engine);
    tuft_network_free(network);
}
