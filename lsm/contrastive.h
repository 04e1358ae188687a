/* Two modalities brought into one space by contrast.
 *
 * Each modality has one linear projection followed by GELU, e = x' Phi(x'), x' = W x + b (Hendrycks
 * & Gimpel 2016, exact form); for the cosine e is divided by its length. With logits
 * s_ij = e_a,i . e_b,j / temperature over a batch of pairs, the loss is the mean of both
 * directions' cross-entropies (Radford et al. 2021, figure 3, with a fixed temperature): L = 1/(2
 * batch) [ sum_i sum_j y_ij (-log softmax_j s_ij) + sum_j sum_i y_ij (-log softmax_i s_ij) ]
 * TUFT_PAIRING_INSTANCE: y_ij = 1 for i = j, as published for the resistive-memory liquid state
 * machine (Lin et al. 2025). TUFT_PAIRING_CLASS: y_ij = 1 / (pairs of i's class in the batch) for
 * pairs of the same class (supervised contrast, Khosla et al. 2020, eq. 2, across modalities).
 */
#ifndef TUFT_LSM_CONTRASTIVE_H
#define TUFT_LSM_CONTRASTIVE_H

#include "lsm/embedding.h"
#include "lsm/operations.h"
#include "lsm/trainable.h"

typedef enum { TUFT_PAIRING_INSTANCE, TUFT_PAIRING_CLASS } tuft_pairing;

typedef struct {
    size_t dim;                 /* of the joint space */
    tuft_similarity similarity; /* of the logits, and whether embeddings have unit length */
    tuft_pairing pairing;
    double temperature;
    size_t batch;          /* pairs a step; the last batch of an epoch is what is left */
    tuft_adam_config adam; /* decay acts on weights, not on biases */
} tuft_contrastive_config;

/* As published: 64 dimensions, dot product, instance pairs, temperature 1, batch 8, Adam 1e-3. */
extern const tuft_contrastive_config tuft_contrastive_defaults;

/* Owns all it holds. */
typedef struct {
    tuft_contrastive_config config;
    tuft_trainable a, b; /* one projection a modality, [dim] outputs */
    uint64_t seed;
    uint64_t epoch; /* epochs run */
} tuft_contrastive;

/* Pairs to train on: pair i is row row_a[i] of a's features with row row_b[i] of b's. label may be
 * NULL for instance pairing. The arrays are the caller's. */
typedef struct {
    size_t count;
    const uint32_t *row_a, *row_b; /* [count] */
    const int *label;              /* [count] */
} tuft_pairs;

/* Weights and biases start uniform in +-1/sqrt(columns) (Philox TUFT_RANDOM_INITIAL, streams 1 and
 * 2). Error: TUFT_INVALID, a configuration that makes no sense. On failure *out is zeroed. */
tuft_status tuft_contrastive_new(tuft_contrastive *out, const tuft_contrastive_config *config,
                                 size_t columns_a, size_t columns_b, uint64_t seed,
                                 tuft_error *err);
void tuft_contrastive_free(tuft_contrastive *model);
/* A model of its own, training state included: to keep the best epoch. *out is zeroed or an earlier
 * model, which is freed; on failure it is left as it was. */
tuft_status tuft_contrastive_copy(tuft_contrastive *out, const tuft_contrastive *model,
                                  tuft_error *err);

/* One pass over the pairs, shuffled (TUFT_RANDOM_TRAINING, stream = epoch, from 1). *loss: mean
 * over pairs of the batches' losses. Deterministic for a seed with OpenBLAS at one thread. Errors:
 * TUFT_INVALID, no pairs, rows past the end, other numbers of columns, no labels where the pairing
 * needs them; TUFT_NUMERIC, features not finite (row and column named) or a loss that is not
 * finite. */
tuft_status tuft_contrastive_epoch(tuft_contrastive *model, const tuft_features *a,
                                   const tuft_features *b, const tuft_pairs *pairs, double *loss,
                                   tuft_error *err);

/* One step of training with all pairs as one batch. slope_a and slope_b, d loss/d the features of
 * the pairs before the step [count][columns], are for what the features come from; both may be
 * NULL. Errors as above. */
tuft_status tuft_contrastive_step(tuft_contrastive *model, const tuft_features *a,
                                  const tuft_features *b, const tuft_pairs *pairs, double *loss,
                                  float *slope_a, float *slope_b, tuft_error *err);

/* Adds what a batch of n pairs costs (lsm/operations.h), its step included. */
void tuft_contrastive_count(tuft_operations *operations, const tuft_contrastive *model, size_t n,
                            tuft_slopes slopes);

/* Derivatives of the loss, in the shapes of the projections; arrays are the caller's. */
typedef struct {
    float *weight_a, *bias_a, *weight_b, *bias_b;
} tuft_contrastive_gradient;

/* The loss of all pairs as one batch, nothing learnt; gradient may be NULL. Errors as above. */
tuft_status tuft_contrastive_loss(const tuft_contrastive *model, const tuft_features *a,
                                  const tuft_features *b, const tuft_pairs *pairs, double *loss,
                                  const tuft_contrastive_gradient *gradient, tuft_error *err);

/* out [rows][dim], the caller's. Errors: TUFT_INVALID, other number of columns; TUFT_NUMERIC, an
 * embedding that is not finite (features with NaN or infinity). */
tuft_status tuft_contrastive_embed_a(const tuft_contrastive *model, const tuft_features *features,
                                     float *out, tuft_error *err);
tuft_status tuft_contrastive_embed_b(const tuft_contrastive *model, const tuft_features *features,
                                     float *out, tuft_error *err);

#endif
