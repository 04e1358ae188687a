#include "lsm/trainable.h"

#include "core/philox.h"

#include <math.h>
#include <string.h>

tuft_status tuft_trainable_new(tuft_trainable *out, tuft_adam_config adam, size_t columns,
                               size_t outputs, tuft_error *err)
{
    tuft_adam_config bias_config = adam;
    bias_config.decay = 0;
    tuft_status status = tuft_linear_new(&out->projection, columns, (int)outputs, err);
    if (!status)
        status = tuft_adam_new(&out->weight_adam, adam, outputs * columns, err);
    if (!status)
        status = tuft_adam_new(&out->bias_adam, bias_config, outputs, err);
    return status;
}

void tuft_trainable_free(tuft_trainable *map)
{
    tuft_linear_free(&map->projection);
    tuft_adam_free(&map->weight_adam);
    tuft_adam_free(&map->bias_adam);
}

void tuft_trainable_start(tuft_trainable *map, uint64_t seed, uint64_t stream)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_INITIAL, stream);
    double bound = 1 / sqrt((double)map->projection.columns);
    for (size_t k = 0; k < map->weight_adam.n; k++)
        map->projection.weight[k] = (float)(bound * (2 * tuft_random_uniform(&random) - 1));
    for (size_t k = 0; k < map->bias_adam.n; k++)
        map->projection.bias[k] = (float)(bound * (2 * tuft_random_uniform(&random) - 1));
}

static void adam_copy(tuft_adam *out, const tuft_adam *from)
{
    out->step = from->step;
    memcpy(out->first, from->first, from->n * sizeof *from->first);
    memcpy(out->second, from->second, from->n * sizeof *from->second);
}

void tuft_trainable_copy(tuft_trainable *out, const tuft_trainable *from)
{
    memcpy(out->projection.weight, from->projection.weight,
           from->weight_adam.n * sizeof *from->projection.weight);
    memcpy(out->projection.bias, from->projection.bias,
           from->bias_adam.n * sizeof *from->projection.bias);
    adam_copy(&out->weight_adam, &from->weight_adam);
    adam_copy(&out->bias_adam, &from->bias_adam);
}

void tuft_trainable_step(tuft_trainable *map, const float *weight_gradient,
                         const float *bias_gradient)
{
    tuft_adam_step(&map->weight_adam, map->projection.weight, weight_gradient);
    tuft_adam_step(&map->bias_adam, map->projection.bias, bias_gradient);
}
