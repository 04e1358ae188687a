#include "core/adam.h"

#include "core/memory.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>

const tuft_adam_config tuft_adam_defaults = {
    .rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .decay = 0};

void tuft_adam_free(tuft_adam *adam)
{
    free(adam->first);
    free(adam->second);
    *adam = (tuft_adam){0};
}

tuft_status tuft_adam_new(tuft_adam *out, tuft_adam_config config, size_t n, tuft_error *err)
{
    *out = (tuft_adam){0};
    if (!(config.rate > 0) || !isfinite(config.rate))
        return tuft_fail(err, TUFT_INVALID, "adam: rate %g, expected above 0", config.rate);
    if (!(config.beta1 >= 0 && config.beta1 < 1 && config.beta2 >= 0 && config.beta2 < 1))
        return tuft_fail(err, TUFT_INVALID, "adam: betas %g and %g, expected 0 to below 1",
                         config.beta1, config.beta2);
    if (!(config.epsilon > 0) || !isfinite(config.epsilon))
        return tuft_fail(err, TUFT_INVALID, "adam: epsilon %g, expected above 0", config.epsilon);
    if (!(config.decay >= 0) || !(config.rate * config.decay < 1))
        return tuft_fail(err, TUFT_INVALID,
                         "adam: decay %g, expected 0 or more, and rate x decay below 1",
                         config.decay);
    tuft_status status = TUFT_NEW(&out->first, n, "adam: first moments", err);
    if (!status)
        status = TUFT_NEW(&out->second, n, "adam: second moments", err);
    if (status) {
        tuft_adam_free(out);
        return status;
    }
    out->config = config;
    out->n = n;
    return TUFT_OK;
}

/* With bias corrections c1 = 1 - beta1^t, c2 = 1 - beta2^t the step is
 * rate (m / c1) / (sqrt(v / c2) + epsilon) = (rate / c1) m / (sqrt(v) / sqrt(c2) + epsilon). */
TUFT_CLONES void tuft_adam_step(tuft_adam *adam, float *parameter, const float *gradient)
{
    const tuft_adam_config *config = &adam->config;
    adam->step++;
    float beta1 = (float)config->beta1, beta2 = (float)config->beta2;
    float rest1 = (float)(1 - config->beta1), rest2 = (float)(1 - config->beta2);
    float rate = (float)(config->rate / (1 - pow(config->beta1, (double)adam->step)));
    float root = (float)(1 / sqrt(1 - pow(config->beta2, (double)adam->step)));
    float epsilon = (float)config->epsilon;
    float keep = (float)(1 - config->rate * config->decay);
    float *first = adam->first, *second = adam->second;
    for (size_t i = 0; i < adam->n; i++) {
        float g = gradient[i];
        first[i] = beta1 * first[i] + rest1 * g;
        second[i] = beta2 * second[i] + rest2 * g * g;
        parameter[i] = keep * parameter[i] - rate * first[i] / (sqrtf(second[i]) * root + epsilon);
    }
}
