#include "liquids.h"

#include "lsm/crossbar.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

tuft_synapse *synapses_of(const tuft_connections *c, size_t *count)
{
    tuft_synapse *list = calloc(tuft_connections_synapses(c) + 1, sizeof *list);
    size_t n = 0;
    for (uint32_t i = 0; i < c->sources; i++) {
        if (c->kind == TUFT_DENSE)
            for (uint32_t j = 0; j < c->targets; j++)
                list[n++] = (tuft_synapse){i, j, c->weight[(size_t)i * c->targets + j], c->delay};
        else
            for (uint32_t s = c->row_segment[i]; s < c->row_segment[i + 1]; s++)
                for (size_t k = c->segment_begin[s]; k < c->segment_begin[s + 1]; k++)
                    list[n++] = (tuft_synapse){i, (uint32_t)c->target[k], c->weight[k],
                                               c->segment_delay[s]};
    }
    cr_assert_eq(n, tuft_connections_synapses(c));
    *count = n;
    return list;
}

const tuft_projection *projection_called(const tuft_reservoir *reservoir, const char *name)
{
    for (uint32_t p = 0; p < reservoir->network->projections; p++)
        if (strcmp(reservoir->network->projection[p].name, name) == 0)
            return &reservoir->network->projection[p];
    return NULL;
}

float *masked_weights(const tuft_conductance *model, uint32_t rows, uint32_t columns, double sd,
                      double density, uint64_t seed, uint32_t array)
{
    tuft_crossbar crossbar;
    float *weight = calloc((size_t)rows * columns, sizeof *weight);
    cr_assert_eq(tuft_crossbar_sample(&crossbar, model, rows, columns, seed, array, NULL), TUFT_OK);
    tuft_crossbar_weights(&crossbar, sd, weight);
    tuft_crossbar_free(&crossbar);
    for (uint32_t i = 0; i < rows && density < 1; i++) {
        tuft_random random =
            tuft_random_stream(seed, TUFT_RANDOM_CONNECTIVITY, (uint64_t)array << 32 | i);
        for (uint32_t j = 0; j < columns; j++)
            if (!(tuft_random_uniform(&random) < density))
                weight[(size_t)i * columns + j] = 0;
    }
    return weight;
}

void make_recordings(tuft_recordings *out, tuft_geometry geometry, size_t n, size_t events,
                     uint64_t seed)
{
    uint32_t channels = tuft_geometry_channels(geometry);
    *out = (tuft_recordings){.geometry = geometry, .classes = 10};
    for (size_t i = 0; i < n; i++) {
        tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, i);
        tuft_recording recording = {.label = (int)(i % 10), .duration_us = 300000};
        size_t count = events - i * events / (2 * n);
        for (size_t k = 0; k < count; k++) {
            int64_t tick = (int64_t)(300000 * k / count);
            uint32_t a = tuft_random_below(&random, channels);
            uint32_t b = tuft_random_below(&random, channels);
            cr_assert_eq(tuft_events_push(&recording.events, tick, a < b ? a : b, NULL), TUFT_OK);
        }
        snprintf(recording.name, sizeof recording.name, "noise %zu", i);
        cr_assert_eq(tuft_recordings_push(out, &recording, NULL), TUFT_OK);
    }
}
