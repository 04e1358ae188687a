#include "apps/network_build.h"

#include "apps/network_edges.h"
#include "core/checkpoint.h"
#include "core/memory.h"
#include "core/philox.h"
#include "datasets/source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void network_built_free(network_built *built)
{
    tuft_engine_free(built->engine);
    tuft_network_free(built->network);
    for (size_t i = 0; i < built->values_count; i++)
        free(built->values[i]);
    free(built->values);
    for (size_t i = 0; built->spikes && i < built->inputs; i++) {
        free(built->spikes[i].tick);
        free(built->spikes[i].cell);
    }
    free(built->spikes);
    *built = (network_built){0};
}

/* Puts the place in front of an error of the C API. */
static tuft_status at_spot(const network_file *file, const char *spot, tuft_status status,
                           tuft_error *err)
{
    json_at at = network_at(file, spot);
    return status ? json_at_prefix(&at, status, err) : TUFT_OK;
}

/* ---- values of cells ------------------------------------------------------------------------- */

static void draw(const network_values *values, uint32_t count, tuft_random random, double *out)
{
    for (uint32_t i = 0; i < count; i++)
        out[i] = values->each ? json_number_value(json_array_get(values->each, i))
                              : tuft_distribution_draw(&values->from, &random);
}

static uint64_t stream_of(uint32_t population, const network_setting *setting)
{
    return (uint64_t)population << 32 | setting->place;
}

static tuft_status set_parameter(network_file *file, uint32_t q, const network_setting *setting,
                                 network_built *built, tuft_error *err)
{
    network_population *p = &file->population[q];
    double *value;
    float *kept;
    tuft_status status =
        TUFT_GROW(&built->values, &built->values_capacity, built->values_count + 1, "values", err);
    if (!status)
        status = TUFT_NEW(&value, p->count, "values", err);
    if (status)
        return status;
    status = TUFT_NEW(&kept, p->count, "values", err);
    if (!status) {
        built->values[built->values_count++] = kept;
        draw(&setting->values, p->count,
             tuft_random_stream(file->seed, TUFT_RANDOM_CELL, stream_of(q, setting)), value);
        for (uint32_t i = 0; i < p->count; i++)
            kept[i] = (float)value[i];
        memcpy((char *)p->parameters + setting->parameter->offset, &kept, sizeof kept);
    }
    free(value);
    return status;
}

static tuft_status set_initial(const network_file *file, uint32_t q, const network_setting *setting,
                               network_built *built, tuft_error *err)
{
    const network_population *p = &file->population[q];
    const char *variable = p->model->variable[setting->variable];
    double *value;
    tuft_status status = TUFT_NEW(&value, p->count, "initial values", err);
    if (status)
        return status;
    draw(&setting->values, p->count,
         tuft_random_stream(file->seed, TUFT_RANDOM_INITIAL, stream_of(q, setting)), value);
    status = tuft_engine_write(built->engine, q, variable, NULL, value, p->count, err);
    free(value);
    if (status) {
        json_at at = network_at(file, p->spot), initial = json_at_member(&at, "initial"),
                member = json_at_member(&initial, variable);
        return json_at_prefix(&member, status, err);
    }
    return TUFT_OK;
}

/* ---- the network ----------------------------------------------------------------------------- */

static tuft_status add_populations(network_file *file, network_built *built, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (uint32_t q = 0; !status && q < file->populations; q++) {
        const network_population *p = &file->population[q];
        for (size_t s = 0; !status && s < p->settings; s++)
            if (p->setting[s].parameter)
                status = set_parameter(file, q, &p->setting[s], built, err);
        if (status)
            break;
        status = p->model ? tuft_network_add_cells(built->network, p->name, p->model, p->parameters,
                                                   p->count, p->step_ticks, NULL, err)
                          : tuft_network_add_source(built->network, p->name, p->count, NULL, err);
        status = at_spot(file, p->spot, status, err);
    }
    return status;
}

/* Weights drawn row by row, each row (one-to-one: all of it) from its own stream. */
static void draw_weights(const tuft_wiring *wiring, uint32_t rows, uint32_t columns, float *weight)
{
    for (uint32_t i = 0; i < rows; i++) {
        tuft_random random = tuft_random_stream(wiring->seed, TUFT_RANDOM_CONNECTIVITY,
                                                (uint64_t)wiring->stream << 32 | i);
        for (uint32_t j = 0; j < columns; j++)
            weight[(size_t)i * columns + j] =
                (float)tuft_distribution_draw(&wiring->weight, &random);
    }
}

static tuft_status one_to_one(const network_projection *p, uint32_t count, tuft_connections *out,
                              tuft_error *err)
{
    float *weight;
    tuft_synapse *list = NULL;
    tuft_status status = TUFT_NEW(&weight, count, "weights", err);
    if (status)
        return status;
    draw_weights(&p->wiring, 1, count, weight);
    if (p->wiring.delay_ticks.kind == TUFT_FIXED) {
        status =
            tuft_connections_one_to_one(out, count, weight, (uint32_t)p->wiring.delay_ticks.a, err);
        free(weight);
        return status;
    }
    tuft_random random =
        tuft_random_stream(p->wiring.seed, TUFT_RANDOM_DELAY, (uint64_t)p->wiring.stream << 32);
    status = TUFT_NEW(&list, count, "synapses", err);
    for (uint32_t i = 0; !status && i < count; i++) {
        double ticks = round(tuft_distribution_draw(&p->wiring.delay_ticks, &random));
        if (ticks > INT32_MAX)
            status = tuft_fail(err, TUFT_INVALID, "a delay of more than 2^31 ticks was drawn");
        else
            list[i] = (tuft_synapse){i, i, weight[i], ticks < 1 ? 1 : (uint32_t)ticks};
    }
    if (!status)
        status = tuft_connections_sparse(out, count, count, list, count, err);
    free(list);
    free(weight);
    return status;
}

/* Every pair, of one delay: rows of weights need no targets. */
static tuft_status dense(const network_projection *p, uint32_t sources, uint32_t targets,
                         tuft_connections *out, tuft_error *err)
{
    float *weight;
    tuft_status status = TUFT_NEW(&weight, (size_t)sources * targets, "weights", err);
    if (status)
        return status;
    draw_weights(&p->wiring, sources, targets, weight);
    status = tuft_connections_dense(out, sources, targets, weight,
                                    (uint32_t)p->wiring.delay_ticks.a, err);
    free(weight);
    return status;
}

static tuft_status connect(const network_file *file, const network_projection *p,
                           tuft_connections *out, tuft_error *err)
{
    const uint32_t sources = file->population[p->source].count,
                   targets = file->population[p->target].count;
    if (p->connect == NETWORK_CONNECT_FILE)
        return network_edges_read(file, p, out, err);
    if (p->connect == NETWORK_CONNECT_ONE_TO_ONE)
        return one_to_one(p, sources, out, err);
    if (p->wiring.rule == TUFT_WIRE_ALL && !p->rule &&
        p->wiring.autapses == TUFT_AUTAPSES_ALLOWED && p->wiring.delay_ticks.kind == TUFT_FIXED)
        return dense(p, sources, targets, out, err);
    return tuft_connections_wire(out, sources, targets, &p->wiring, err);
}

static tuft_status add_projections(const network_file *file, network_built *built, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < file->projections; i++) {
        const network_projection *p = &file->projection[i];
        tuft_connections made;
        status = connect(file, p, &made, err);
        if (!status) {
            status = tuft_network_connect(built->network, p->name, p->source, p->target, p->port,
                                          &made, NULL, err);
            if (status)
                tuft_connections_free(&made);
        }
        if (!status && p->rule)
            status = tuft_network_make_plastic(built->network, (uint32_t)i, p->rule,
                                               p->rule_parameters, err);
        status = at_spot(file, p->spot, status, err);
    }
    return status;
}

static tuft_status add_drives(const network_file *file, network_built *built, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < file->inputs; i++) {
        const network_input *input = &file->input[i];
        if (input->kind != NETWORK_INPUT_DRIVE)
            continue;
        status = tuft_network_drive(built->network, input->population, input->port, input->rate_hz,
                                    (float)input->weight, err);
        status = at_spot(file, input->spot, status, err);
    }
    return status;
}

/* ---- spikes of sources ----------------------------------------------------------------------- */

static tuft_status recording_of(const network_input *input, const tuft_source *source,
                                tuft_recordings *out, tuft_error *err)
{
    size_t all = 0;
    for (int part = 0; part < source->parts; part++) {
        size_t here = source->part[part].set.count;
        if (input->recording < all + here)
            return tuft_source_read(source, part, input->recording - all, 1, out, err);
        all += here;
    }
    return tuft_fail(err, TUFT_INVALID, "%s: recording %zu, there are %zu", input->events,
                     input->recording, all);
}

static tuft_status take_events(const network_file *file, const network_input *input,
                               const tuft_events *events, network_spikes *out, tuft_error *err)
{
    const network_population *into = &file->population[input->population];
    tuft_status status = TUFT_NEW(&out->tick, events->count, "spikes", err);
    if (!status)
        status = TUFT_NEW(&out->cell, events->count, "spikes", err);
    for (size_t i = 0; !status && i < events->count; i++) {
        double tick = floor((double)events->tick_us[i] / file->tick_us);
        if (events->channel[i] >= into->count)
            status = tuft_fail(err, TUFT_INVALID,
                               "%s: event %zu on channel %u, but source \"%s\" has %u cells",
                               input->events, i, events->channel[i], into->name, into->count);
        if (tick >= (double)file->duration)
            break; /* what comes after the end */
        out->tick[i] = (int64_t)tick;
        out->cell[i] = events->channel[i];
        out->count = i + 1;
    }
    return status;
}

static tuft_status read_events(const network_file *file, const network_input *input, int threads,
                               network_spikes *out, tuft_error *err)
{
    tuft_source source;
    const tuft_source_options options = {.cochlea = tuft_cochlea_defaults(),
                                         .sensor = tuft_dvs_defaults(),
                                         .seed = file->seed,
                                         .threads = threads};
    tuft_recordings one = {0};
    tuft_status status = tuft_source_open(&source, input->events, &options, err);
    if (status)
        return status;
    status = recording_of(input, &source, &one, err);
    if (!status && one.count)
        status = take_events(file, input, &one.recording[0].events, out, err);
    tuft_recordings_free(&one);
    tuft_source_close(&source);
    return status;
}

static tuft_status take_spikes(const network_file *file, const network_input *input,
                               network_spikes *out, tuft_error *err)
{
    tuft_status status = TUFT_NEW(&out->tick, input->count, "spikes", err);
    if (!status)
        status = TUFT_NEW(&out->cell, input->count, "spikes", err);
    for (size_t i = 0; !status && i < input->count && input->tick[i] < file->duration; i++) {
        out->tick[i] = input->tick[i];
        out->cell[i] = input->spike_cell[i];
        out->count = i + 1;
    }
    return status;
}

/* Before anything large is made: files that are not there are said first. */
static tuft_status read_sources(const network_file *file, int threads, network_built *built,
                                tuft_error *err)
{
    tuft_status status = TUFT_NEW(&built->spikes, file->inputs, "inputs", err);
    built->inputs = file->inputs;
    for (size_t i = 0; !status && i < file->inputs; i++) {
        const network_input *input = &file->input[i];
        if (input->kind == NETWORK_INPUT_EVENTS)
            status = read_events(file, input, threads, &built->spikes[i], err);
        else if (input->kind == NETWORK_INPUT_SPIKES)
            status = take_spikes(file, input, &built->spikes[i], err);
        status = at_spot(file, input->spot, status, err);
    }
    return status;
}

/* ---- the engine ------------------------------------------------------------------------------ */

static tuft_status attach_recorders(const network_file *file, tuft_engine *engine, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (uint32_t q = 0; !status && q < file->populations; q++)
        if (file->records_spikes[q])
            status = tuft_engine_record_spikes(engine, q, err);
    for (size_t t = 0; !status && t < file->traces; t++) {
        const network_trace *trace = &file->trace[t];
        const char *name = file->population[trace->population].model->variable[trace->variable];
        uint32_t *all = NULL;
        if (!trace->cells.cell)
            status = TUFT_NEW(&all, trace->cells.cells, "traced cells", err);
        for (uint32_t i = 0; all && i < trace->cells.cells; i++)
            all[i] = i;
        if (!status)
            status = tuft_engine_record_trace(engine, trace->population, name,
                                              all ? all : trace->cells.cell, trace->cells.cells,
                                              trace->every, err);
        free(all);
    }
    return status;
}

/* The spikes of sources that are still to come. */
static tuft_status give_input(const network_file *file, const network_built *built, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < file->inputs; i++) {
        const network_spikes *spikes = &built->spikes[i];
        size_t past = 0;
        while (past < spikes->count && spikes->tick[past] < tuft_engine_now(built->engine))
            past++;
        if (spikes->tick)
            status =
                tuft_engine_input(built->engine, file->input[i].population, spikes->tick + past,
                                  spikes->cell + past, spikes->count - past, err);
    }
    return status;
}

tuft_status network_resume(const network_file *file, network_built *built, const char *path,
                           tuft_error *err)
{
    tuft_status status = tuft_engine_restore(built->engine, path, err);
    return status ? status : give_input(file, built, err);
}

static tuft_status start(const network_file *file, network_built *built, tuft_error *err)
{
    tuft_status status = attach_recorders(file, built->engine, err);
    if (!status)
        status = give_input(file, built, err);
    for (uint32_t q = 0; !status && q < file->populations; q++)
        for (size_t s = 0; !status && s < file->population[q].settings; s++)
            if (!file->population[q].setting[s].parameter)
                status = set_initial(file, q, &file->population[q].setting[s], built, err);
    return status;
}

tuft_status network_build(network_file *file, int threads, network_built *out, tuft_error *err)
{
    *out = (network_built){0};
    tuft_status status = read_sources(file, threads, out, err);
    if (!status)
        status = tuft_network_new(&out->network, file->tick_us, err);
    if (!status)
        status = add_populations(file, out, err);
    if (!status)
        status = add_projections(file, out, err);
    if (!status)
        status = add_drives(file, out, err);
    if (!status) {
        status = tuft_engine_new(&out->engine, out->network, file->seed, threads, err);
        if (status) /* names the population */
            tuft_fail_prefix(err, status, file->path);
    }
    if (!status)
        status = start(file, out, err);
    if (status)
        network_built_free(out);
    return status;
}
