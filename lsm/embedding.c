#include "lsm/embedding.h"

#include "core/memory.h"
#include "lsm/features.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

tuft_status tuft_embedding_check(const tuft_embedding *embedding, int classes, const char *what,
                                 tuft_error *err)
{
    if (embedding->rows == 0 || embedding->dim == 0 || embedding->rows > UINT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "%s: %zu rows of %zu, expected 1 to %u of at least 1",
                         what, embedding->rows, embedding->dim, UINT32_MAX);
    if (classes < 1 || classes > TUFT_CLASS_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "%s: %d classes, expected 1 to %d", what, classes,
                         TUFT_CLASS_LIMIT);
    for (size_t i = 0; i < embedding->rows; i++) {
        if (embedding->label[i] < 0 || embedding->label[i] >= classes)
            return tuft_fail(err, TUFT_INVALID, "%s: row %zu: label %d, expected 0 to %d", what, i,
                             embedding->label[i], classes - 1);
        for (size_t j = 0; j < embedding->dim; j++)
            if (!isfinite(embedding->value[i * embedding->dim + j]))
                return tuft_fail(err, TUFT_NUMERIC,
                                 "%s: row %zu, column %zu is %g, expected a finite number", what, i,
                                 j, (double)embedding->value[i * embedding->dim + j]);
    }
    return TUFT_OK;
}

tuft_status tuft_embedding_points(const tuft_embedding *embedding, tuft_similarity similarity,
                                  float **out, tuft_error *err)
{
    size_t dim = embedding->dim;
    tuft_status status = TUFT_NEW(out, embedding->rows * dim, "points", err);
    if (status)
        return status;
    memcpy(*out, embedding->value, embedding->rows * dim * sizeof **out);
    if (similarity != TUFT_SIMILARITY_COSINE)
        return TUFT_OK;
    for (size_t i = 0; i < embedding->rows; i++) {
        float *row = *out + i * dim;
        double square = 0;
        for (size_t j = 0; j < dim; j++)
            square += (double)row[j] * (double)row[j];
        for (size_t j = 0; j < dim && square > 0; j++)
            row[j] = (float)((double)row[j] / sqrt(square));
    }
    return TUFT_OK;
}

/* Column by column, so that the loop over the gallery is a vector's. */
static void similarities(const float *query, const float *columns, size_t rows, size_t dim,
                         tuft_similarity similarity, double *out)
{
    memset(out, 0, rows * sizeof *out);
    for (size_t j = 0; j < dim && similarity == TUFT_SIMILARITY_EUCLIDEAN; j++)
        for (size_t g = 0; g < rows; g++) {
            double apart = (double)query[j] - (double)columns[j * rows + g];
            out[g] -= apart * apart;
        }
    for (size_t j = 0; j < dim && similarity != TUFT_SIMILARITY_EUCLIDEAN; j++)
        for (size_t g = 0; g < rows; g++)
            out[g] += (double)query[j] * (double)columns[j * rows + g];
}

tuft_status tuft_embedding_nearest(const tuft_embedding *query, const tuft_embedding *gallery,
                                   tuft_similarity similarity, const uint8_t *allowed,
                                   uint32_t *nearest, tuft_error *err)
{
    if (query->dim != gallery->dim)
        return tuft_fail(err, TUFT_INVALID, "nearest: the gallery has %zu columns, expected %zu",
                         gallery->dim, query->dim);
    size_t rows = gallery->rows, dim = gallery->dim, first = 0;
    while (first < rows && allowed && !allowed[first])
        first++;
    if (first == rows)
        return tuft_fail(err, TUFT_INVALID, "nearest: no row of the gallery may be found");
    float *points = NULL, *columns = NULL, *asked = NULL;
    double *near = NULL;
    tuft_status status = tuft_embedding_points(gallery, similarity, &points, err);
    if (!status)
        status = tuft_embedding_points(query, similarity, &asked, err);
    if (!status)
        status = TUFT_NEW(&columns, rows * dim, "nearest: gallery", err);
    if (!status)
        status = TUFT_NEW(&near, rows, "nearest: similarities", err);
    for (size_t g = 0; !status && g < rows; g++)
        for (size_t j = 0; j < dim; j++)
            columns[j * rows + g] = points[g * dim + j];
    for (size_t q = 0; !status && q < query->rows; q++) {
        similarities(asked + q * dim, columns, rows, dim, similarity, near);
        size_t best = first;
        for (size_t g = first + 1; g < rows; g++)
            if ((!allowed || allowed[g]) && near[g] > near[best])
                best = g;
        nearest[q] = (uint32_t)best;
    }
    free(points);
    free(asked);
    free(columns);
    free(near);
    return status;
}
