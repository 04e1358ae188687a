/* A prototypical network across two modalities: trained by episodes as it will be asked.
 * Source: Snell, Swersky & Zemel 2017, NeurIPS, eqs. 1 and 2, algorithm 1.
 *
 * Each modality has one linear embedding, e = W x + b. An episode takes `ways` classes, and of each
 * `shots` examples and `queries` queries in either modality. The prototype c_k of a class is the
 * mean embedding of its examples of one modality; a query of the other modality belongs to class k
 * with probability softmax_k(-|e - c_k|^2). The loss is the mean over queries of -log of their own
 * class's probability, and the mean of both directions.
 */
#ifndef TUFT_LSM_PROTOTYPICAL_H
#define TUFT_LSM_PROTOTYPICAL_H

#include "lsm/operations.h"
#include "lsm/trainable.h"

typedef struct {
    size_t dim;
    size_t ways, shots, queries; /* each at least 1, ways at least 2 */
    tuft_adam_config adam;
} tuft_prototypical_config;

/* Owns all it holds. */
typedef struct {
    tuft_prototypical_config config;
    tuft_trainable a, b;
    uint64_t seed, episode; /* episodes run */
} tuft_prototypical;

/* Weights and biases start as those of lsm/contrastive.h. Error: TUFT_INVALID, a configuration that
 * makes no sense. On failure *out is zeroed. */
tuft_status tuft_prototypical_new(tuft_prototypical *out, const tuft_prototypical_config *config,
                                  size_t columns_a, size_t columns_b, uint64_t seed,
                                  tuft_error *err);
void tuft_prototypical_free(tuft_prototypical *model);
/* As tuft_contrastive_copy. */
tuft_status tuft_prototypical_copy(tuft_prototypical *out, const tuft_prototypical *model,
                                   tuft_error *err);

/* Rows of an episode in either modality. */
size_t tuft_prototypical_rows(const tuft_prototypical_config *config);

/* Draws the next episode (TUFT_RANDOM_TRAINING, stream = its number, from 1): row_a and row_b
 * [tuft_prototypical_rows] name rows whose label is 0 .. classes-1, class after class, in each
 * first the examples, then the queries, none twice. Errors: TUFT_INVALID, fewer classes than ways
 * have rows in both modalities, or one of these has fewer than shots + queries; TUFT_MEMORY. */
tuft_status tuft_prototypical_draw(tuft_prototypical *model, const tuft_features *a,
                                   const tuft_features *b, int classes, uint32_t *row_a,
                                   uint32_t *row_b, tuft_error *err);

/* Derivatives of the loss: arrays of the caller's. slope_a and slope_b, d loss/d the features
 * [rows] [columns], may be NULL. */
typedef struct {
    float *weight_a, *bias_a, *weight_b, *bias_b, *slope_a, *slope_b;
} tuft_prototypical_gradient;

/* The loss of an episode whose rows a and b hold in the order of tuft_prototypical_draw; nothing is
 * learnt. Errors: TUFT_INVALID, other numbers of rows or columns; TUFT_NUMERIC, a loss that is not
 * finite; TUFT_MEMORY. */
tuft_status tuft_prototypical_loss(const tuft_prototypical *model, const tuft_features *a,
                                   const tuft_features *b, double *loss,
                                   const tuft_prototypical_gradient *gradient, tuft_error *err);

/* The same, and one step of training. slope_a and slope_b may be NULL. */
tuft_status tuft_prototypical_step(tuft_prototypical *model, const tuft_features *a,
                                   const tuft_features *b, double *loss, float *slope_a,
                                   float *slope_b, tuft_error *err);

/* Adds what an episode costs (lsm/operations.h), its step included. */
void tuft_prototypical_count(tuft_operations *operations, const tuft_prototypical *model,
                             tuft_slopes slopes);

#endif
