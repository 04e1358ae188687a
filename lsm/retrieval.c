#include "lsm/retrieval.h"

#include "core/memory.h"
#include "lsm/prototypes.h"

#include <math.h>
#include <stdlib.h>

void tuft_retrieval_free(tuft_retrieval *retrieval)
{
    free(retrieval->confusion);
    *retrieval = (tuft_retrieval){0};
}

tuft_status tuft_retrieval_count(const tuft_embedding *query, const tuft_embedding *gallery,
                                 const uint32_t *found, int classes, tuft_retrieval *out,
                                 tuft_error *err)
{
    *out = (tuft_retrieval){0};
    tuft_status status = tuft_embedding_check(query, classes, "queries", err);
    if (!status)
        status = tuft_embedding_check(gallery, classes, "gallery", err);
    for (size_t q = 0; !status && q < query->rows; q++)
        if (found[q] != UINT32_MAX && found[q] >= gallery->rows)
            status = tuft_fail(err, TUFT_INVALID,
                               "retrieval: query %zu found row %u, expected below %zu", q, found[q],
                               gallery->rows);
    if (!status)
        status =
            TUFT_NEW(&out->confusion, (size_t)classes * (size_t)classes, "confusion counts", err);
    if (status)
        return status;
    out->classes = classes;
    for (size_t q = 0; q < query->rows; q++) {
        if (found[q] == UINT32_MAX)
            continue;
        size_t of = (size_t)query->label[q], as = (size_t)gallery->label[found[q]];
        out->confusion[of * (size_t)classes + as]++;
        out->asked++;
        out->right += of == as;
    }
    if (out->asked == 0) {
        tuft_retrieval_free(out);
        return tuft_fail(err, TUFT_INVALID, "retrieval: no query is of the classes that take part");
    }
    out->accuracy = (double)out->right / (double)out->asked;
    return TUFT_OK;
}

tuft_status tuft_retrieve(const tuft_embedding *query, const tuft_embedding *gallery,
                          tuft_similarity similarity, int classes, const uint8_t *among,
                          tuft_retrieval *out, tuft_error *err)
{
    *out = (tuft_retrieval){0};
    tuft_status status = tuft_embedding_check(query, classes, "queries", err);
    if (!status)
        status = tuft_embedding_check(gallery, classes, "gallery", err);
    if (status)
        return status;
    uint8_t *allowed = NULL;
    uint32_t *found = NULL;
    status = TUFT_NEW(&found, query->rows, "retrieval: rows found", err);
    if (!status)
        status = TUFT_NEW(&allowed, gallery->rows, "retrieval: gallery rows", err);
    for (size_t g = 0; !status && g < gallery->rows; g++)
        allowed[g] = !among || among[gallery->label[g]];
    if (!status)
        status = tuft_embedding_nearest(query, gallery, similarity, allowed, found, err);
    for (size_t q = 0; !status && q < query->rows; q++)
        if (among && !among[query->label[q]])
            found[q] = UINT32_MAX;
    if (!status)
        status = tuft_retrieval_count(query, gallery, found, classes, out, err);
    free(allowed);
    free(found);
    return status;
}

/* Adds the mean of |x|^2 over the rows of each class. */
static void mean_squares(const tuft_embedding *embedding, const tuft_prototypes *mean, double *out)
{
    for (size_t i = 0; i < embedding->rows; i++)
        for (size_t k = 0; k < embedding->dim; k++) {
            double x = (double)embedding->value[i * embedding->dim + k];
            out[embedding->label[i]] += x * x / (double)mean->count[embedding->label[i]];
        }
}

/* -|x - y|^2 = 2 x . y - |x|^2 - |y|^2: from means of products to means of distances. */
static tuft_status as_distances(const tuft_embedding *a, const tuft_prototypes *mean_a,
                                const tuft_embedding *b, const tuft_prototypes *mean_b,
                                double *matrix, tuft_error *err)
{
    size_t classes = (size_t)mean_a->classes;
    double *of_a, *of_b = NULL;
    tuft_status status = TUFT_NEW(&of_a, classes, "mean squares", err);
    if (!status)
        status = TUFT_NEW(&of_b, classes, "mean squares", err);
    if (!status) {
        mean_squares(a, mean_a, of_a);
        mean_squares(b, mean_b, of_b);
        for (size_t c = 0; c < classes; c++)
            for (size_t d = 0; d < classes; d++)
                matrix[c * classes + d] = 2 * matrix[c * classes + d] - of_a[c] - of_b[d];
    }
    free(of_a);
    free(of_b);
    return status;
}

/* The product of points is linear in each, so the mean over pairs is that of the means. */
tuft_status tuft_class_similarity(const tuft_embedding *a, const tuft_embedding *b,
                                  tuft_similarity similarity, int classes, double *matrix,
                                  tuft_error *err)
{
    if (a->dim != b->dim)
        return tuft_fail(err, TUFT_INVALID, "class similarity: dims %zu and %zu, expected the same",
                         a->dim, b->dim);
    tuft_prototypes mean_a = {0}, mean_b = {0};
    tuft_status status = tuft_prototypes_mean(&mean_a, a, similarity, classes, err);
    if (!status)
        status = tuft_prototypes_mean(&mean_b, b, similarity, classes, err);
    for (size_t c = 0; !status && c < (size_t)classes; c++)
        for (size_t d = 0; d < (size_t)classes; d++) {
            double sum = mean_a.count[c] && mean_b.count[d] ? 0 : NAN;
            for (size_t k = 0; k < a->dim; k++)
                sum += (double)mean_a.value[c * a->dim + k] * (double)mean_b.value[d * a->dim + k];
            matrix[c * (size_t)classes + d] = sum;
        }
    if (!status && similarity == TUFT_SIMILARITY_EUCLIDEAN)
        status = as_distances(a, &mean_a, b, &mean_b, matrix, err);
    tuft_prototypes_free(&mean_a);
    tuft_prototypes_free(&mean_b);
    return status;
}
