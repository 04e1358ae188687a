#include "lsm/reservoir.h"

#include "cells/lif.h"
#include "core/memory.h"
#include "lsm/analog_lif.h"
#include "lsm/array_plan.h"
#include "lsm/crossbar.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { STEP_US = 1000, DELAY_LIMIT = 1 << 16, CELL_LIMIT = 1 << 26, SYNAPSE_LIMIT = 1 << 28 };
static const double VALUE_LIMIT = 1e9; /* of weights and thresholds: float32 holds their tails */
static const double SPREAD_LIMIT = 5;  /* of ln threshold */
enum { INPUT_ARRAY, RECURRENT_ARRAY, ARRAYS_A_GROUP };

static tuft_status check_group(const tuft_reservoir_group *g, tuft_geometry geometry, uint32_t k,
                               tuft_error *err)
{
    if (!g->maps)
        return tuft_fail(err, TUFT_INVALID, "group %u: no cells", k);
    if ((g->field_x == 0) != (g->field_y == 0) || g->field_x > geometry.width ||
        g->field_y > geometry.height)
        return tuft_fail(err, TUFT_INVALID, "group %u: field of %u x %u, the input is %u x %u", k,
                         g->field_x, g->field_y, geometry.width, geometry.height);
    if (g->field_x && (!g->stride_x || !g->stride_y))
        return tuft_fail(err, TUFT_INVALID, "group %u: stride %u x %u, expected 1 or more", k,
                         g->stride_x, g->stride_y);
    if (g->delays < 1 || g->delays > TUFT_RESERVOIR_DELAYS)
        return tuft_fail(err, TUFT_INVALID, "group %u: %u delays, expected 1 to %d", k, g->delays,
                         TUFT_RESERVOIR_DELAYS);
    for (uint32_t d = 0; d < g->delays; d++)
        if (g->delay_steps[d] > DELAY_LIMIT)
            return tuft_fail(err, TUFT_INVALID, "group %u: delay of %u steps, expected up to %d", k,
                             g->delay_steps[d], DELAY_LIMIT);
    if (!(g->density > 0 && g->density <= 1))
        return tuft_fail(err, TUFT_INVALID, "group %u: density %g, expected above 0, up to 1", k,
                         g->density);
    if (!(g->recurrent_density >= 0 && g->recurrent_density <= 1))
        return tuft_fail(err, TUFT_INVALID, "group %u: recurrent density %g, expected 0 to 1", k,
                         g->recurrent_density);
    if (!(g->decay > 0 && g->decay <= 1))
        return tuft_fail(err, TUFT_INVALID, "group %u: decay %g, expected above 0, up to 1", k,
                         g->decay);
    if (!(fabs(g->weight_sd) <= VALUE_LIMIT && fabs(g->recurrent_sd) <= VALUE_LIMIT &&
          fabs(g->threshold) <= VALUE_LIMIT && g->threshold_spread >= 0 &&
          g->threshold_spread <= SPREAD_LIMIT))
        return tuft_fail(err, TUFT_INVALID,
                         "group %u: weights %g, %g, threshold %g, spread %g, expected up to %g and "
                         "spreads 0 to %g",
                         k, g->weight_sd, g->recurrent_sd, g->threshold, g->threshold_spread,
                         VALUE_LIMIT, SPREAD_LIMIT);
    return TUFT_OK;
}

/* Positions lie in the middle of stretches of `stride` channels: those of a field at position p are
 * first .. first + field - 1 with first = p stride + stride / 2 - field / 2, where they exist. */
static uint32_t positions(uint32_t channels, uint32_t field, uint32_t stride)
{
    return field ? channels / stride + (channels % stride != 0) : 1;
}

static int64_t first_channel(uint32_t position, uint32_t field, uint32_t stride)
{
    return field ? (int64_t)position * stride + stride / 2 - field / 2 : 0;
}

/* A mask that a crossbar's column keeps its tap: drawn per row, in the order of columns. */
static void draw_mask(uint8_t *mask, uint32_t rows, uint32_t columns, double density, uint64_t seed,
                      uint32_t array)
{
    for (uint32_t i = 0; i < rows; i++) {
        tuft_random random =
            tuft_random_stream(seed, TUFT_RANDOM_CONNECTIVITY, (uint64_t)array << 32 | i);
        for (uint32_t j = 0; j < columns; j++)
            mask[(size_t)i * columns + j] = density >= 1 || tuft_random_uniform(&random) < density;
    }
}

/* One crossbar as weights with a mask of what is connected. */
typedef struct {
    uint32_t rows, columns;
    float *weight;
    float *variance; /* of read noise; NULL: none */
    double full;     /* of the ADC, in the weights' unit; 0: none asked for */
    uint8_t *mask;
} tile;

static void tile_free(tile *made)
{
    free(made->weight);
    free(made->variance);
    free(made->mask);
    *made = (tile){0};
}

/* Read noise or an ADC: something that is new at each step. */
static int is_analog(const tuft_macro_config *macro)
{
    return macro && (macro->device.read_relative > 0 || macro->device.read_siemens > 0 ||
                     macro->adc.bits != TUFT_CONVERTER_IDEAL);
}

/* Four standard deviations of the strongest column were all its lines at full, with random signs;
 * or what the ADC's range in ampere is in weights. */
static double range_of(const tile *t, const tuft_macro_config *macro, double sd, double sd_siemens)
{
    enum { SIGMAS = 4 };
    if (macro->adc.full > 0)
        return macro->adc.full / macro->dac.full * fabs(sd) / (sqrt(2) * sd_siemens);
    double largest = 0;
    for (uint32_t j = 0; j < t->columns; j++) {
        double squares = 0;
        for (uint32_t i = 0; i < t->rows; i++)
            squares += pow(t->weight[(size_t)i * t->columns + j], 2);
        largest = fmax(largest, squares);
    }
    return SIGMAS * fmax(sqrt(largest), 1e-30);
}

static tuft_status tile_through_macro(tile *made, const tuft_crossbar *crossbar,
                                      const tuft_macro_config *config, double sd, uint64_t seed,
                                      uint32_t array, tuft_error *err)
{
    tuft_macro *macro;
    tuft_macro_config folded = *config;
    if (folded.method == TUFT_WIRES_EXACT)
        folded.method = TUFT_WIRES_FOLDED;
    tuft_status status = tuft_macro_new(&macro, crossbar, &folded, seed, array, err);
    if (status)
        return status;
    if (is_analog(config) && tuft_macro_tiles(macro) > 1)
        status = tuft_fail(err, TUFT_INVALID,
                           "crossbar of %u x %u pairs in %u tiles: a liquid with read noise or an "
                           "ADC takes one, see tile.rows and tile.columns",
                           made->rows, made->columns, tuft_macro_tiles(macro));
    if (!status && (config->device.read_relative > 0 || config->device.read_siemens > 0))
        status =
            TUFT_NEW(&made->variance, (size_t)made->rows * made->columns, "crossbar noise", err);
    if (!status) {
        tuft_macro_weights(macro, sd, made->weight, made->variance);
        made->full = range_of(made, config, sd, crossbar->sd_siemens);
    }
    tuft_macro_free(macro);
    return status;
}

/* Conductances of the cells as they are, which wires do not change. */
static tuft_status tile_siemens(tile *made, const tuft_crossbar *crossbar,
                                const tuft_macro_config *config, uint64_t seed, uint32_t array,
                                tuft_error *err)
{
    tuft_macro *macro;
    if (!config || !tuft_macro_has_effects(config)) {
        tuft_crossbar_siemens(crossbar, made->weight);
        return TUFT_OK;
    }
    tuft_macro_config without_wires = *config;
    without_wires.method = TUFT_WIRES_NONE;
    tuft_status status = tuft_macro_new(&macro, crossbar, &without_wires, seed, array, err);
    if (!status)
        tuft_crossbar_siemens(tuft_macro_cells(macro), made->weight);
    tuft_macro_free(macro);
    return status;
}

typedef enum { TILE_WEIGHTS, TILE_SIEMENS } tile_content;

/* Where the cells of a reservoir come from. */
typedef struct {
    const tuft_reservoir_config *config;
    uint64_t seed;
    tuft_array_plan plan;
    tile_content content;
} cell_source;

static tuft_status tile_sample(tile *made, cell_source *cells, uint32_t rows, uint32_t columns,
                               double sd, double density, uint32_t array, tuft_error *err)
{
    const tuft_reservoir_config *config = cells->config;
    const uint64_t seed = cells->seed;
    *made = (tile){.rows = rows, .columns = columns};
    tuft_crossbar crossbar;
    tuft_status status = config->array
                             ? tuft_array_plan_take(&cells->plan, rows, columns, &crossbar, err)
                             : tuft_crossbar_sample(&crossbar, &config->conductance, rows, columns,
                                                    seed, array, err);
    if (status)
        return status;
    status = TUFT_NEW(&made->weight, (size_t)rows * columns, "crossbar weights", err);
    if (!status)
        status = TUFT_NEW(&made->mask, (size_t)rows * columns, "crossbar mask", err);
    if (!status && cells->content == TILE_SIEMENS)
        status = tile_siemens(made, &crossbar, config->macro, seed, array, err);
    else if (!status && config->macro && tuft_macro_has_effects(config->macro))
        status = tile_through_macro(made, &crossbar, config->macro, sd, seed, array, err);
    else if (!status)
        tuft_crossbar_weights(&crossbar, sd, made->weight);
    if (status)
        tile_free(made);
    else
        draw_mask(made->mask, rows, columns, density, seed, array);
    tuft_crossbar_free(&crossbar);
    return status;
}

typedef struct {
    tuft_synapse *synapse;
    size_t count, capacity;
} synapse_list;

static tuft_status append_row(synapse_list *list, const tile *t, const float *weight, uint32_t row,
                              uint32_t source, uint32_t first_target, uint32_t delay,
                              tuft_error *err)
{
    tuft_status status =
        TUFT_GROW(&list->synapse, &list->capacity, list->count + t->columns, "synapses", err);
    if (status)
        return status;
    for (uint32_t j = 0; j < t->columns; j++) {
        size_t k = (size_t)row * t->columns + j;
        if (t->mask[k])
            list->synapse[list->count++] =
                (tuft_synapse){source, first_target + j, weight[k], delay};
    }
    return TUFT_OK;
}

/* The group's field as the crossbar's rows: ((delay, polarity), y, x), x running fastest. */
typedef struct {
    uint32_t x, y, taps; /* extent; taps = x y polarities delays */
} field;

static field field_of(const tuft_reservoir_group *g, tuft_geometry geometry)
{
    field f = {.x = g->field_x ? g->field_x : geometry.width,
               .y = g->field_y ? g->field_y : geometry.height};
    f.taps = f.x * f.y * geometry.polarities * g->delays;
    return f;
}

/* All taps of the cells at one position. */
static tuft_status append_position(synapse_list *list, const tile *t, const float *weight,
                                   const tuft_reservoir_group *g, tuft_geometry geometry,
                                   uint32_t px, uint32_t py, uint32_t first_target, tuft_error *err)
{
    field f = field_of(g, geometry);
    int64_t left = first_channel(px, g->field_x, g->stride_x);
    int64_t top = first_channel(py, g->field_y, g->stride_y);
    for (uint32_t row = 0; row < f.taps; row++) {
        uint32_t plane = row / (f.x * f.y), polarity = plane % geometry.polarities;
        int64_t x = left + row % f.x, y = top + row / f.x % f.y;
        if (x < 0 || y < 0 || x >= geometry.width || y >= geometry.height)
            continue;
        uint32_t source = (polarity * geometry.height + (uint32_t)y) * geometry.width + (uint32_t)x;
        uint32_t delay = 1 + g->delay_steps[plane / geometry.polarities];
        tuft_status status = append_row(list, t, weight, row, source, first_target, delay, err);
        if (status)
            return status;
    }
    return TUFT_OK;
}

/* Where a projection goes, and under what name. */
typedef struct {
    const char *kind, *port;
    uint32_t group, source, target;
    uint32_t delay; /* of a dense one */
} route;

/* Adds the projection "kind k"; frees the connections. */
static tuft_status connect(tuft_network *network, const route *r, tuft_connections *connections,
                           tuft_error *err)
{
    char name[48];
    snprintf(name, sizeof name, "%s %u", r->kind, r->group);
    tuft_status status =
        tuft_network_connect(network, name, r->source, r->target, r->port, connections, NULL, err);
    tuft_connections_free(connections);
    return status;
}

static tuft_status connect_list(tuft_network *network, const route *r, const synapse_list *list,
                                tuft_error *err)
{
    tuft_connections connections = {0};
    tuft_status status = tuft_connections_sparse(&connections, network->population[r->source].count,
                                                 network->population[r->target].count,
                                                 list->synapse, list->count, err);
    return status ? status : connect(network, r, &connections, err);
}

/* A tile at a single position, nothing left out, one delay: a dense projection. */
static tuft_status connect_dense(tuft_network *network, const route *r, const tile *t,
                                 const float *weight, tuft_error *err)
{
    tuft_connections connections = {0};
    tuft_status status =
        tuft_connections_dense(&connections, t->rows, t->columns, weight, r->delay, err);
    return status ? status : connect(network, r, &connections, err);
}

static tuft_status connect_fields(tuft_reservoir *made, const tuft_reservoir_group *g,
                                  const route *r, const tile *t, const float *weight,
                                  tuft_error *err)
{
    const tuft_reservoir_place *place = &made->place[r->group];
    synapse_list list = {0};
    tuft_status status = TUFT_OK;
    if (!g->field_x && g->density >= 1 && g->delays == 1)
        return connect_dense(made->network, r, t, weight, err);
    for (uint32_t py = 0; !status && py < place->positions_y; py++)
        for (uint32_t px = 0; !status && px < place->positions_x; px++)
            status = append_position(&list, t, weight, g, made->geometry, px, py,
                                     (py * place->positions_x + px) * g->maps, err);
    if (!status)
        status = connect_list(made->network, r, &list, err);
    free(list.synapse);
    return status;
}

static tuft_status connect_positions(tuft_reservoir *made, const tuft_reservoir_group *g,
                                     const route *r, const tile *t, const float *weight,
                                     tuft_error *err)
{
    const tuft_reservoir_place *place = &made->place[r->group];
    uint32_t count = place->positions_x * place->positions_y;
    synapse_list list = {0};
    tuft_status status = TUFT_OK;
    if (count == 1 && g->recurrent_density >= 1)
        return connect_dense(made->network, r, t, weight, err);
    for (uint32_t p = 0; !status && p < count; p++)
        for (uint32_t i = 0; !status && i < g->maps; i++)
            status = append_row(&list, t, weight, i, p * g->maps + i, p * g->maps, 1, err);
    if (!status)
        status = connect_list(made->network, r, &list, err);
    free(list.synapse);
    return status;
}

/* The ADC of an array of the group, whose range is known once the array is. */
static void set_range(tuft_reservoir *made, uint32_t k, int array, const tile *t)
{
    tuft_analog_lif_parameters *p = made->place[k].parameters;
    if (made->analog && t->full > 0)
        p->adc[array].full = t->full;
}

static tuft_status connect_input(tuft_reservoir *made, cell_source *cells, uint32_t k,
                                 tuft_error *err)
{
    const tuft_reservoir_group *g = &cells->config->group[k];
    const tuft_reservoir_place *place = &made->place[k];
    tile t;
    tuft_status status =
        tile_sample(&t, cells, field_of(g, made->geometry).taps, g->maps, g->weight_sd, g->density,
                    ARRAYS_A_GROUP * k + INPUT_ARRAY, err);
    if (status)
        return status;
    route r = {"input", "input", k, made->source, place->population, 1 + g->delay_steps[0]};
    set_range(made, k, INPUT_ARRAY, &t);
    status = connect_fields(made, g, &r, &t, t.weight, err);
    if (!status && t.variance) {
        r.kind = r.port = "input noise";
        status = connect_fields(made, g, &r, &t, t.variance, err);
    }
    tile_free(&t);
    return status;
}

static tuft_status connect_recurrent(tuft_reservoir *made, cell_source *cells, uint32_t k,
                                     tuft_error *err)
{
    const tuft_reservoir_group *g = &cells->config->group[k];
    const tuft_reservoir_place *place = &made->place[k];
    if (g->recurrent_density <= 0 || g->recurrent_sd == 0)
        return TUFT_OK;
    tile t;
    tuft_status status =
        tile_sample(&t, cells, g->maps, g->maps, g->recurrent_sd, g->recurrent_density,
                    ARRAYS_A_GROUP * k + RECURRENT_ARRAY, err);
    if (status)
        return status;
    route r = {"recurrent",
               made->analog ? "recurrent" : "input",
               k,
               place->population,
               place->population,
               1};
    set_range(made, k, RECURRENT_ARRAY, &t);
    status = connect_positions(made, g, &r, &t, t.weight, err);
    if (!status && t.variance) {
        r.kind = r.port = "recurrent noise";
        status = connect_positions(made, g, &r, &t, t.variance, err);
    }
    tile_free(&t);
    return status;
}

int tuft_reservoir_is_noise(const tuft_reservoir *reservoir, uint32_t projection)
{
    return reservoir->analog && reservoir->network->projection[projection].port >= ARRAYS_A_GROUP;
}

/* Thresholds of the maps, the same at every position. */
static tuft_status spread_thresholds(tuft_reservoir_place *place, const tuft_reservoir_group *g,
                                     uint32_t k, uint64_t seed, tuft_error *err)
{
    uint32_t count = place->positions_x * place->positions_y;
    if (g->threshold_spread <= 0)
        return TUFT_OK;
    tuft_status status =
        TUFT_NEW(&place->threshold, (size_t)count * g->maps, "cell thresholds", err);
    for (uint32_t m = 0; !status && m < g->maps; m++) {
        tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_RESERVOIR, (uint64_t)k << 32 | m);
        float threshold =
            (float)(g->threshold * exp(g->threshold_spread * tuft_random_normal(&random)));
        for (uint32_t p = 0; p < count; p++)
            place->threshold[(size_t)p * g->maps + m] = threshold;
    }
    return status;
}

/* In double: products of 32-bit numbers from a command line. */
static tuft_status check_size(const tuft_reservoir_group *g, const tuft_reservoir_place *place,
                              tuft_geometry geometry, uint32_t k, tuft_error *err)
{
    double channels = g->field_x ? (double)g->field_x * g->field_y * geometry.polarities
                                 : tuft_geometry_channels(geometry);
    double cells = (double)place->positions_x * place->positions_y * g->maps;
    double synapses = cells * (channels * g->delays + (g->recurrent_density > 0 ? g->maps : 0));
    if (cells > CELL_LIMIT || synapses > SYNAPSE_LIMIT)
        return tuft_fail(err, TUFT_MEMORY,
                         "group %u: %g cells with %g possible synapses, expected at most %d and %d",
                         k, cells, synapses, CELL_LIMIT, SYNAPSE_LIMIT);
    return TUFT_OK;
}

/* Ranges follow with the arrays; an array that is not there passes what does not come. */
static void set_analog(tuft_analog_lif_parameters *parameters, const tuft_macro_config *macro,
                       uint32_t k, uint64_t seed)
{
    parameters->seed = seed;
    parameters->array = k;
    for (int a = 0; a < TUFT_ANALOG_ARRAYS; a++) {
        parameters->adc[a] = macro->adc;
        parameters->adc[a].ranging = TUFT_RANGE_FIXED;
        parameters->adc[a].full = 1;
    }
}

static tuft_status add_group(tuft_reservoir *made, cell_source *cells_from, uint32_t k,
                             tuft_error *err)
{
    const tuft_reservoir_config *config = cells_from->config;
    const uint64_t seed = cells_from->seed;
    const tuft_reservoir_group *g = &config->group[k];
    tuft_status status = check_group(g, made->geometry, k, err);
    if (status)
        return status;
    tuft_reservoir_place *place = &made->place[made->groups++];
    *place = (tuft_reservoir_place){
        .positions_x = positions(made->geometry.width, g->field_x, g->stride_x),
        .positions_y = positions(made->geometry.height, g->field_y, g->stride_y),
        .maps = g->maps,
        .pools_x = g->pools_x ? g->pools_x : 1,
        .pools_y = g->pools_y ? g->pools_y : 1};
    if (place->pools_x > place->positions_x || place->pools_y > place->positions_y)
        return tuft_fail(err, TUFT_INVALID, "group %u: %u x %u pools of %u x %u positions", k,
                         place->pools_x, place->pools_y, place->positions_x, place->positions_y);
    status = check_size(g, place, made->geometry, k, err);
    if (status)
        return status;
    uint32_t cells = place->positions_x * place->positions_y * g->maps;
    tuft_analog_lif_parameters *parameters;
    status = TUFT_NEW(&parameters, 1, "cell parameters", err);
    if (status)
        return status;
    place->parameters = parameters;
    if (made->analog && config->macro)
        set_analog(parameters, config->macro, k, seed);
    status = spread_thresholds(place, g, k, seed, err);
    if (status)
        return status;
    parameters->lif = (tuft_lif_parameters){
        .tau_m_ms = g->decay < 1 ? -(STEP_US / 1000.0) / log(g->decay) : INFINITY,
        .tau_excitatory_ms = 1,
        .tau_inhibitory_ms = 1,
        .threshold = g->threshold,
        .reset = TUFT_RESET_TO_VALUE,
        .cell_threshold = place->threshold};
    char name[48];
    snprintf(name, sizeof name, "liquid %u", k);
    status = tuft_network_add_cells(made->network, name,
                                    made->analog ? &tuft_analog_lif : &tuft_lif_delta, parameters,
                                    cells, 1, &place->population, err);
    if (!status)
        status = connect_input(made, cells_from, k, err);
    if (!status)
        status = connect_recurrent(made, cells_from, k, err);
    if (status)
        return status;
    made->cells += cells;
    for (uint32_t d = 0; d < g->delays; d++)
        if (1 + (int64_t)g->delay_steps[d] > made->longest_delay)
            made->longest_delay = 1 + (int64_t)g->delay_steps[d];
    return TUFT_OK;
}

static tuft_status make(tuft_reservoir **out, const tuft_reservoir_config *config,
                        tuft_geometry geometry, uint64_t seed, tile_content content,
                        tuft_error *err)
{
    *out = NULL;
    if (config->groups < 1 || config->groups > TUFT_RESERVOIR_GROUPS)
        return tuft_fail(err, TUFT_INVALID, "reservoir of %u groups, expected 1 to %d",
                         config->groups, TUFT_RESERVOIR_GROUPS);
    tuft_reservoir *made;
    tuft_status status = config->macro ? tuft_macro_config_check(config->macro, err) : TUFT_OK;
    if (!status)
        status = TUFT_NEW(&made, 1, "reservoir", err);
    if (status)
        return status;
    made->geometry = geometry;
    made->analog = is_analog(config->macro);
    made->siemens = content == TILE_SIEMENS;
    status = tuft_network_new(&made->network, STEP_US, err);
    if (!status)
        status = tuft_network_add_source(made->network, "input", tuft_geometry_channels(geometry),
                                         &made->source, err);
    cell_source cells = {config, seed, {.array = config->array}, content};
    for (uint32_t k = 0; !status && k < config->groups; k++)
        status = add_group(made, &cells, k, err);
    if (status) {
        tuft_reservoir_free(made);
        return status;
    }
    *out = made;
    return TUFT_OK;
}

tuft_status tuft_reservoir_new(tuft_reservoir **out, const tuft_reservoir_config *config,
                               tuft_geometry geometry, uint64_t seed, tuft_error *err)
{
    return make(out, config, geometry, seed, TILE_WEIGHTS, err);
}

tuft_status tuft_reservoir_siemens(tuft_reservoir **out, const tuft_reservoir_config *config,
                                   tuft_geometry geometry, uint64_t seed, tuft_error *err)
{
    return make(out, config, geometry, seed, TILE_SIEMENS, err);
}

void tuft_reservoir_free(tuft_reservoir *reservoir)
{
    if (!reservoir)
        return;
    tuft_network_free(reservoir->network);
    for (uint32_t k = 0; k < reservoir->groups; k++) {
        free(reservoir->place[k].threshold);
        free(reservoir->place[k].parameters);
    }
    free(reservoir);
}

size_t tuft_reservoir_features(const tuft_reservoir *reservoir)
{
    size_t features = 0;
    for (uint32_t k = 0; k < reservoir->groups; k++) {
        const tuft_reservoir_place *place = &reservoir->place[k];
        features += (size_t)place->maps * place->pools_x * place->pools_y;
    }
    return features;
}
