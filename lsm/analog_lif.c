#include "lsm/analog_lif.h"

#include "core/memory.h"
#include "core/normals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256, PORTS = 2 * TUFT_ANALOG_ARRAYS, MOST_ARRAY = 128 };
enum { STEP_BITS = 24, EPISODE_BITS = 32 };

typedef struct {
    const tuft_analog_lif_parameters *parameters;
    void *lif;
    float *sum;     /* [count] what the cells take */
    int64_t *taken; /* [count] steps of each cell since the episode began */
    uint64_t episode;
    uint32_t count;
} analog;

static const char *const ports[] = {"input", "recurrent", "input noise", "recurrent noise", NULL};
static const char *const variables[] = {"membrane", "bias", "episode", NULL};
enum { EPISODE = 2 };

static void analog_destroy(void *state)
{
    analog *cells = state;
    if (!cells)
        return;
    if (cells->lif)
        tuft_lif_delta.destroy(cells->lif);
    free(cells->sum);
    free(cells->taken);
    free(cells);
}

static tuft_status analog_create(void **state, const void *parameters,
                                 const tuft_cell_context *context, tuft_error *err)
{
    const tuft_analog_lif_parameters *p = parameters;
    tuft_status status = TUFT_OK;
    *state = NULL;
    for (int a = 0; !status && a < TUFT_ANALOG_ARRAYS; a++) {
        status = tuft_converter_check(&p->adc[a], "adc", err);
        if (!status && p->adc[a].ranging != TUFT_RANGE_FIXED)
            status = tuft_fail(err, TUFT_INVALID,
                               "adc: cells of a liquid take a fixed range, not one chosen anew");
    }
    if (!status && p->array >= MOST_ARRAY)
        status = tuft_fail(err, TUFT_INVALID, "array %u of analog cells, expected below %d",
                           p->array, MOST_ARRAY);
    analog *made;
    if (!status)
        status = TUFT_NEW(&made, 1, "analog cells", err);
    if (status)
        return status;
    made->parameters = p;
    made->count = context->count;
    status = tuft_lif_delta.create(&made->lif, &p->lif, context, err);
    if (!status)
        status = TUFT_NEW(&made->sum, context->count, "analog cells", err);
    if (!status)
        status = TUFT_NEW(&made->taken, context->count, "analog cells", err);
    if (status)
        analog_destroy(made);
    else
        *state = made;
    return status;
}

static void analog_reset(void *state)
{
    analog *cells = state;
    tuft_lif_delta.reset(cells->lif);
    memset(cells->taken, 0, cells->count * sizeof *cells->taken);
    cells->episode = 0;
}

/* One array's read for cells [begin, end) of a block, added to their sums. */
static void read_array(analog *cells, int a, uint32_t begin, uint32_t end, float *restrict mean,
                       float *restrict variance)
{
    const tuft_analog_lif_parameters *p = cells->parameters;
    double value[BLOCK];
    float z[BLOCK];
    int noisy = 0;
    for (uint32_t i = begin; i < end; i++)
        noisy |= variance[i] > 0;
    if (noisy) {
        uint64_t where = (uint64_t)(p->array * TUFT_ANALOG_ARRAYS + (uint32_t)a)
                         << (STEP_BITS + EPISODE_BITS);
        uint64_t step = (uint64_t)cells->taken[begin] & ((1u << STEP_BITS) - 1);
        tuft_normals(z, end - begin, p->seed, TUFT_RANDOM_READ,
                     where | (cells->episode << STEP_BITS) | step, begin);
    }
    for (uint32_t i = begin; i < end; i++) {
        value[i - begin] = noisy ? mean[i] + sqrtf(variance[i]) * z[i - begin] : mean[i];
        mean[i] = variance[i] = 0;
    }
    tuft_converter_apply(&p->adc[a], value, end - begin);
    for (uint32_t i = begin; i < end; i++)
        cells->sum[i] += (float)value[i - begin];
}

static uint32_t analog_step(void *state, uint32_t begin, uint32_t end, float *const *input,
                            uint32_t *spike)
{
    analog *cells = state;
    for (uint32_t from = begin; from < end; from += BLOCK) {
        uint32_t to = end - from < BLOCK ? end : from + BLOCK;
        for (int a = 0; a < TUFT_ANALOG_ARRAYS; a++)
            read_array(cells, a, from, to, input[a], input[TUFT_ANALOG_ARRAYS + a]);
        for (uint32_t i = from; i < to; i++)
            cells->taken[i]++;
    }
    return tuft_lif_delta.step(cells->lif, begin, end, &cells->sum, spike);
}

static double analog_read(const void *state, uint32_t cell, int which, int64_t tick)
{
    const analog *cells = state;
    return which == EPISODE ? (double)cells->episode
                            : tuft_lif_delta.read(cells->lif, cell, which, tick);
}

static tuft_status analog_write(void *state, uint32_t cell, int which, double value, int64_t tick,
                                int64_t *wake, tuft_error *err)
{
    analog *cells = state;
    if (which != EPISODE)
        return tuft_lif_delta.write(cells->lif, cell, which, value, tick, wake, err);
    if (!(value >= 0 && value < (double)((uint64_t)1 << EPISODE_BITS) && value == floor(value)))
        return tuft_fail(err, TUFT_INVALID, "episode %g, expected a whole number below 2^%d", value,
                         EPISODE_BITS);
    *wake = TUFT_NEVER;
    cells->episode = (uint64_t)value;
    memset(cells->taken, 0, cells->count * sizeof *cells->taken);
    return TUFT_OK;
}

static int analog_parts(void *state, tuft_state_part *part)
{
    analog *cells = state;
    int parts = tuft_lif_delta.parts(cells->lif, part);
    part[parts++] = (tuft_state_part){"taken", cells->taken, cells->count * sizeof *cells->taken};
    part[parts++] = (tuft_state_part){"episode", &cells->episode, sizeof cells->episode};
    return parts;
}

const tuft_cell_model tuft_analog_lif = {.name = "analog-lif",
                                         .port = ports,
                                         .variable = variables,
                                         .create = analog_create,
                                         .destroy = analog_destroy,
                                         .reset = analog_reset,
                                         .step = analog_step,
                                         .read = analog_read,
                                         .write = analog_write,
                                         .parts = analog_parts};
