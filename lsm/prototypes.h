/* Classes known by a few examples: their means in the joint space, and what these associate.
 * Source of the idea: Snell, Swersky & Zemel 2017, NeurIPS, eq. 1.
 */
#ifndef TUFT_LSM_PROTOTYPES_H
#define TUFT_LSM_PROTOTYPES_H

#include "lsm/retrieval.h"

/* One point a class. Owns its arrays. */
typedef struct {
    int classes;
    size_t dim;
    float *value;  /* [classes][dim], zero for classes without examples */
    size_t *count; /* [classes] examples */
} tuft_prototypes;

/* The mean of each class's examples, each first divided by its length for the cosine (the mean is
 * not). Errors: those of tuft_embedding_check. On failure *out is zeroed. */
tuft_status tuft_prototypes_mean(tuft_prototypes *out, const tuft_embedding *examples,
                                 tuft_similarity similarity, int classes, tuft_error *err);
/* The joint prototypes: the mean over the examples that stand behind a and those behind b. Error:
 * TUFT_INVALID, classes or dims differ. */
tuft_status tuft_prototypes_join(tuft_prototypes *out, const tuft_prototypes *a,
                                 const tuft_prototypes *b, tuft_error *err);
void tuft_prototypes_free(tuft_prototypes *prototypes);

/* For each query the class whose prototype is most similar, the lowest of equals; classes without
 * examples are never given. assigned [query->rows] is the caller's. Errors: those of
 * tuft_embedding_check; TUFT_INVALID, dims differ or no class has examples. */
tuft_status tuft_prototypes_assign(const tuft_prototypes *prototypes, const tuft_embedding *query,
                                   tuft_similarity similarity, int *assigned, tuft_error *err);

/* Few-shot association. A query is assigned to the class whose prototype of its own modality is
 * nearest; that class's prototype of the other modality then finds the nearest gallery row (of
 * classes that have examples; the lowest index of equals). Counts how often that row is of the
 * query's class; queries of classes without examples do not take part. own and other may both be
 * the joint prototypes. Errors: as above and as tuft_retrieve. On failure *out is zeroed. */
tuft_status tuft_prototypes_associate(const tuft_prototypes *own, const tuft_prototypes *other,
                                      const tuft_embedding *query, const tuft_embedding *gallery,
                                      tuft_similarity similarity, tuft_retrieval *out,
                                      tuft_error *err);

#endif
