/* A linear map and the state of its training by Adam. */
#ifndef TUFT_LSM_TRAINABLE_H
#define TUFT_LSM_TRAINABLE_H

#include "core/adam.h"
#include "lsm/linear.h"

/* Owns all it holds. */
typedef struct {
    tuft_linear projection;
    tuft_adam weight_adam, bias_adam;
} tuft_trainable;

/* outputs x columns zeros; the configuration's decay acts on weights, not on biases. On failure
 * what there is can be freed. */
tuft_status tuft_trainable_new(tuft_trainable *out, tuft_adam_config adam, size_t columns,
                               size_t outputs, tuft_error *err);
void tuft_trainable_free(tuft_trainable *map);
/* Weights and biases uniform in +-1/sqrt(columns) (Philox TUFT_RANDOM_INITIAL, the given stream).
 */
void tuft_trainable_start(tuft_trainable *map, uint64_t seed, uint64_t stream);
/* Values and state of another map of the same size. */
void tuft_trainable_copy(tuft_trainable *out, const tuft_trainable *from);
/* One step down the gradient [outputs][columns], [outputs]. */
void tuft_trainable_step(tuft_trainable *map, const float *weight_gradient,
                         const float *bias_gradient);

#endif
