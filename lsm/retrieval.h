/* How well one modality finds the other in their joint space. */
#ifndef TUFT_LSM_RETRIEVAL_H
#define TUFT_LSM_RETRIEVAL_H

#include "lsm/embedding.h"

/* Owns confusion. */
typedef struct {
    int classes;
    size_t asked;      /* queries */
    size_t right;      /* of these, the found row's class was the query's */
    double accuracy;   /* right / asked */
    size_t *confusion; /* [classes][classes] row: the query's class, column: the found row's */
} tuft_retrieval;

/* Top-1: each query finds the most similar gallery row (the lowest index of equals). Only classes
 * with among[class] != 0 take part, queries and gallery alike (all with among NULL): seen among
 * seen, unseen among unseen.
 * Errors: those of tuft_embedding_check; TUFT_INVALID, dims differ, no query or no gallery row
 * takes part. On failure *out is zeroed. */
tuft_status tuft_retrieve(const tuft_embedding *query, const tuft_embedding *gallery,
                          tuft_similarity similarity, int classes, const uint8_t *among,
                          tuft_retrieval *out, tuft_error *err);
/* As above with the gallery row each query found given by the caller: found [query->rows],
 * UINT32_MAX for queries that do not count. */
tuft_status tuft_retrieval_count(const tuft_embedding *query, const tuft_embedding *gallery,
                                 const uint32_t *found, int classes, tuft_retrieval *out,
                                 tuft_error *err);
void tuft_retrieval_free(tuft_retrieval *retrieval);

/* matrix [classes][classes], the caller's: the mean similarity over all pairs of a row of a of the
 * first class and a row of b of the second; NaN where either has none. Errors: those of
 * tuft_embedding_check; TUFT_INVALID, dims differ. */
tuft_status tuft_class_similarity(const tuft_embedding *a, const tuft_embedding *b,
                                  tuft_similarity similarity, int classes, double *matrix,
                                  tuft_error *err);

#endif
