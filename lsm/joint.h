/* A joint space of two modalities, whatever learns it: a loss (contrastive or prototypical) over
 * projections of features, or of recurrent layers that are trained with it, end to end.
 *
 *                        features of a liquid         sequences, encoder[] with cells
 *     contrastive        the liquid of Lin et al.     SRNN-CLIP
 *     prototypical       prototypical network         the same, end to end
 */
#ifndef TUFT_LSM_JOINT_H
#define TUFT_LSM_JOINT_H

#include "lsm/contrastive.h"
#include "lsm/prototypical.h"
#include "lsm/recurrent.h"

typedef enum { TUFT_LOSS_CONTRASTIVE, TUFT_LOSS_PROTOTYPICAL } tuft_joint_loss;

enum { TUFT_JOINT_A, TUFT_JOINT_B, TUFT_JOINT_SIDES };

/* A layer between the table and the projection. */
typedef struct {
    tuft_recurrent_config layer; /* cells 0: none, the table holds features */
    tuft_sequence_shape shape;   /* of the table's rows */
} tuft_joint_encoder;

typedef struct {
    tuft_joint_loss loss;
    tuft_contrastive_config contrastive; /* dim and Adam are those of either loss, and Adam those
                                            of the layers too */
    size_t shots, queries;               /* prototypical: of each class in an episode; ways are
                                            all classes there are */
    tuft_joint_encoder encoder[TUFT_JOINT_SIDES]; /* both or none */
    double clip;                                  /* longest gradient of a layer; 0: as it comes */
} tuft_joint_config;

/* Owns all it holds. */
typedef struct {
    tuft_joint_config config;
    tuft_contrastive contrastive; /* one of the two is in use */
    tuft_prototypical prototypical;
    tuft_recurrent layer[TUFT_JOINT_SIDES];
    tuft_adam layer_adam[TUFT_JOINT_SIDES];
    tuft_operations operations; /* that training took so far */
} tuft_joint;

/* What nearness means in the space: the contrastive configuration's, or Euclidean distance. */
tuft_similarity tuft_joint_similarity(const tuft_joint_config *config);

/* ways: classes that will be trained on. Layers start from TUFT_RANDOM_INITIAL, streams 4 and 5.
 * Errors: those of tuft_contrastive_new, tuft_prototypical_new and tuft_recurrent_new;
 * TUFT_INVALID, one encoder of two, or sequences of other than steps x channels columns. On failure
 * *out is zeroed. */
tuft_status tuft_joint_new(tuft_joint *out, const tuft_joint_config *config, size_t columns_a,
                           size_t columns_b, size_t ways, uint64_t seed, tuft_error *err);
void tuft_joint_free(tuft_joint *model);
/* What embeds as model does now, to keep the best epoch; the layers' training state is not copied.
 * *out is zeroed or an earlier copy, which is freed; on failure it is left as it was. */
tuft_status tuft_joint_copy(tuft_joint *out, const tuft_joint *model, tuft_error *err);

/* One pass over the pairs: batches of pairs, or as many episodes as have so many queries of either
 * modality (of rows with labels 0 .. classes-1). Same seed, same result with OpenBLAS at one
 * thread. Errors: those of tuft_contrastive_epoch, tuft_prototypical_draw and _step. */
tuft_status tuft_joint_epoch(tuft_joint *model, const tuft_features *a, const tuft_features *b,
                             const tuft_pairs *pairs, int classes, double *loss, tuft_error *err);

/* Rows of the given side; out [rows][dim], the caller's. Errors: those of tuft_contrastive_embed_a,
 * tuft_linear_scores and tuft_recurrent_read. */
tuft_status tuft_joint_embed(const tuft_joint *model, int side, const tuft_features *table,
                             float *out, tuft_error *err);

#endif
