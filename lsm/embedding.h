/* Points of a space that several modalities share, and how near they are to each other. */
#ifndef TUFT_LSM_EMBEDDING_H
#define TUFT_LSM_EMBEDDING_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum {
    TUFT_SIMILARITY_DOT,      /* x . y */
    TUFT_SIMILARITY_COSINE,   /* x . y / (|x| |y|); 0 where x or y is zero */
    TUFT_SIMILARITY_EUCLIDEAN /* -|x - y|^2 */
} tuft_similarity;

/* A view: the arrays are the caller's and outlive it. */
typedef struct {
    size_t rows, dim;
    const float *value; /* [rows][dim] */
    const int *label;   /* [rows], 0 .. classes-1 */
} tuft_embedding;

/* Errors: TUFT_NUMERIC with the row and column of the first value that is not finite; TUFT_INVALID,
 * no rows, no columns, classes outside 1 .. TUFT_CLASS_LIMIT or a label outside 0 .. classes-1.
 * what names the embedding in messages. */
tuft_status tuft_embedding_check(const tuft_embedding *embedding, int classes, const char *what,
                                 tuft_error *err);

/* A copy of the rows, owned by the caller: each divided by its length for the cosine (rows of zeros
 * stay), else as they are. */
tuft_status tuft_embedding_points(const tuft_embedding *embedding, tuft_similarity similarity,
                                  float **out, tuft_error *err);

/* For each query the most similar gallery row, the lowest index of equals; nearest [query->rows].
 * Only gallery rows with allowed[row] != 0 are looked at (all with allowed NULL). Sums run over
 * columns in order in double, so equal rows are equally near. Labels are not read.
 * Errors: TUFT_INVALID, dims differ, or no gallery row is allowed. */
tuft_status tuft_embedding_nearest(const tuft_embedding *query, const tuft_embedding *gallery,
                                   tuft_similarity similarity, const uint8_t *allowed,
                                   uint32_t *nearest, tuft_error *err);

#endif
