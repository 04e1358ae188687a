#include "lsm/reservoir_fixed.h"

#include "cells/lif.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Room above the largest threshold, as a power of two, and the largest weight x 2^S. */
enum { HEADROOM_BITS = 6, INPUT_BITS = 20 };

static const tuft_lif_parameters *cells_of(const tuft_reservoir_place *place)
{
    return place->parameters; /* of tuft_lif_delta, or the first member of those of analog cells */
}

static const tuft_connections *find(const tuft_reservoir *reservoir, uint32_t k, int recurrent)
{
    const tuft_network *network = reservoir->network;
    for (uint32_t p = 0; p < network->projections; p++) {
        const tuft_projection *projection = &network->projection[p];
        if (projection->target == reservoir->place[k].population &&
            (projection->source != reservoir->source) == recurrent)
            return &projection->connections;
    }
    return NULL;
}

/* Spikes of a population's cells as weights of the error; NULL where nothing is known. */
static tuft_status activity_of(const tuft_ledger *ledger, uint32_t population, double **activity,
                               tuft_error *err)
{
    *activity = NULL;
    if (!ledger)
        return TUFT_OK;
    const tuft_ledger_population *of = &ledger->population[population];
    tuft_status status = TUFT_NEW(activity, of->cells, "activities", err);
    for (uint32_t i = 0; !status && i < of->cells; i++)
        (*activity)[i] = (double)of->source_spikes[i];
    return status;
}

static tuft_status check(const tuft_reservoir *reservoir, const tuft_fixed_config *config,
                         const tuft_ledger *activity, tuft_error *err)
{
    if (reservoir->analog || reservoir->siemens)
        return tuft_fail(err, TUFT_INVALID,
                         "fixed point: a reservoir with %s, expected ideal reads",
                         reservoir->siemens ? "conductances for weights" : "read noise or an ADC");
    if (config->state_bits < TUFT_FIXED_STATE_BITS_LEAST ||
        config->state_bits > TUFT_FIXED_STATE_BITS_MOST)
        return tuft_fail(err, TUFT_INVALID, "states of %u bits, expected %d to %d",
                         config->state_bits, TUFT_FIXED_STATE_BITS_LEAST,
                         TUFT_FIXED_STATE_BITS_MOST);
    if (!activity)
        return TUFT_OK;
    int same = activity->populations == reservoir->network->populations;
    for (uint32_t q = 0; same && q < activity->populations; q++)
        same = activity->population[q].cells == reservoir->network->population[q].count;
    return same ? TUFT_OK
                : tuft_fail(err, TUFT_INVALID, "fixed point: the ledger is of another network");
}

static double largest_threshold(const tuft_lif_parameters *cells, uint32_t count)
{
    double largest = fabs(cells->threshold);
    for (uint32_t i = 0; cells->cell_threshold && i < count; i++)
        largest = fmax(largest, fabs((double)cells->cell_threshold[i]));
    return largest;
}

/* The largest sum of |weight| over the synapses of one target. */
static tuft_status reach_of(tuft_fixed_input *input, tuft_error *err)
{
    const tuft_connections *c = input->connections;
    int64_t *sum;
    tuft_status status = TUFT_NEW(&sum, c->targets, "column sums", err);
    if (status)
        return status;
    for (size_t s = 0; s < input->weights.synapses; s++)
        sum[c->kind == TUFT_DENSE ? s % c->targets : (size_t)c->target[s]] +=
            abs(input->weights.weight[s]);
    for (uint32_t j = 0; j < c->targets; j++)
        if (sum[j] * input->step > input->reach)
            input->reach = sum[j] * input->step;
    free(sum);
    return TUFT_OK;
}

/* What an integer weight adds, and the most that reaches one cell. */
static tuft_status measure(tuft_fixed_input *input, double unit, tuft_error *err)
{
    input->step = INT32_C(1) << lround(log2(input->weights.unit / unit));
    return reach_of(input, err);
}

/* Input weights as they like it; from their unit down to the states', as long as there is room;
 * recurrent weights at a power of two of that. */
static tuft_status quantise_group(tuft_reservoir_fixed *made, uint32_t k, double threshold,
                                  const tuft_ledger *ledger, tuft_error *err)
{
    const tuft_reservoir *reservoir = made->reservoir;
    const tuft_fixed_config *config = &made->config;
    tuft_fixed_group *group = &made->group[k];
    double *activity;
    group->input.connections = find(reservoir, k, 0);
    group->recurrent.connections = find(reservoir, k, 1);
    tuft_status status = activity_of(ledger, reservoir->source, &activity, err);
    if (!status)
        status = tuft_quantise(&group->input.weights, group->input.connections, activity,
                               config->bits, config->rule, err);
    free(activity);
    if (status)
        return status;
    double most = ldexp(1, (int)config->state_bits - 1 - HEADROOM_BITS);
    double coarse = group->input.weights.unit;
    int most_shift = INPUT_BITS - ((int)config->bits - 1), shift = 0;
    most_shift = most_shift < TUFT_FIXED_SHIFT_MOST ? most_shift : TUFT_FIXED_SHIFT_MOST;
    while (shift < most_shift && threshold / ldexp(coarse, -shift - 1) <= most)
        shift++;
    group->unit = ldexp(coarse, -shift);
    status = measure(&group->input, group->unit, err);
    if (status || !group->recurrent.connections)
        return status;
    status = activity_of(ledger, reservoir->place[k].population, &activity, err);
    if (!status)
        status =
            tuft_quantise_aligned(&group->recurrent.weights, group->recurrent.connections, activity,
                                  config->bits, config->rule, group->unit, most_shift, err);
    free(activity);
    return status ? status : measure(&group->recurrent, group->unit, err);
}

static tuft_status add_group(tuft_reservoir_fixed *made, uint32_t k, const tuft_ledger *ledger,
                             tuft_error *err)
{
    const tuft_reservoir *reservoir = made->reservoir;
    const tuft_reservoir_place *place = &reservoir->place[k];
    const tuft_lif_parameters *cells = cells_of(place);
    const tuft_population *population = &reservoir->network->population[place->population];
    tuft_fixed_group *group = &made->group[k];
    double step_ms = (double)population->step_ticks * reservoir->network->tick_us / 1000;
    group->cells = population->count;
    group->decay = tuft_fixed_factor(isinf(cells->tau_m_ms) ? 1 : exp(-step_ms / cells->tau_m_ms));
    tuft_status status =
        quantise_group(made, k, largest_threshold(cells, group->cells), ledger, err);
    if (!status)
        status = TUFT_NEW(&group->threshold, group->cells, "cell thresholds", err);
    for (uint32_t i = 0; !status && i < group->cells; i++) {
        /* As the float cells have it: in float32. */
        float threshold =
            cells->cell_threshold ? cells->cell_threshold[i] : (float)cells->threshold;
        group->threshold[i] =
            tuft_fixed_threshold((double)threshold, group->unit, made->config.state_bits);
    }
    return status;
}

tuft_status tuft_reservoir_fixed_new(tuft_reservoir_fixed **out, const tuft_reservoir *reservoir,
                                     const tuft_fixed_config *config, const tuft_ledger *activity,
                                     tuft_error *err)
{
    *out = NULL;
    tuft_reservoir_fixed *made;
    tuft_status status = check(reservoir, config, activity, err);
    if (!status)
        status = TUFT_NEW(&made, 1, "fixed-point reservoir", err);
    if (status)
        return status;
    made->reservoir = reservoir;
    made->config = *config;
    for (uint32_t k = 0; !status && k < reservoir->groups; k++)
        status = add_group(made, k, activity, err);
    if (!status && tuft_reservoir_fixed_repeats(made) < 1)
        status = tuft_fail(err, TUFT_NUMERIC,
                           "fixed point: the weights of one cell add up past 32 bits; take fewer "
                           "bits than %u",
                           config->bits);
    if (status) {
        tuft_reservoir_fixed_free(made);
        return status;
    }
    *out = made;
    return TUFT_OK;
}

void tuft_reservoir_fixed_free(tuft_reservoir_fixed *fixed)
{
    if (!fixed)
        return;
    for (uint32_t k = 0; k < TUFT_RESERVOIR_GROUPS; k++) {
        tuft_quantised_free(&fixed->group[k].input.weights);
        tuft_quantised_free(&fixed->group[k].recurrent.weights);
        free(fixed->group[k].threshold);
    }
    free(fixed);
}

uint32_t tuft_reservoir_fixed_repeats(const tuft_reservoir_fixed *fixed)
{
    int64_t least = UINT32_MAX;
    for (uint32_t k = 0; k < fixed->reservoir->groups; k++) {
        const tuft_fixed_group *group = &fixed->group[k];
        int64_t room =
            INT32_MAX - (INT64_C(1) << (fixed->config.state_bits - 1)) - group->recurrent.reach;
        int64_t repeats = room < 0             ? 0
                          : group->input.reach ? room / group->input.reach
                                               : UINT32_MAX;
        least = repeats < least ? repeats : least;
    }
    return (uint32_t)least;
}
