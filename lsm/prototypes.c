#include "lsm/prototypes.h"

#include "core/memory.h"

#include <stdlib.h>

void tuft_prototypes_free(tuft_prototypes *prototypes)
{
    free(prototypes->value);
    free(prototypes->count);
    *prototypes = (tuft_prototypes){0};
}

/* On failure what there is stays the caller's to free. */
static tuft_status prototypes_new(tuft_prototypes *out, int classes, size_t dim, tuft_error *err)
{
    *out = (tuft_prototypes){.classes = classes, .dim = dim};
    size_t size;
    if (__builtin_mul_overflow((size_t)classes, dim, &size))
        size = SIZE_MAX;
    tuft_status status = TUFT_NEW(&out->value, size, "prototypes", err);
    if (!status)
        status = TUFT_NEW(&out->count, (size_t)classes, "prototypes: counts", err);
    return status;
}

/* Sums in double, one class at a time over its examples in order. */
static void class_means(tuft_prototypes *out, const tuft_embedding *examples, const float *point,
                        double *sum)
{
    size_t dim = out->dim;
    for (size_t i = 0; i < examples->rows; i++) {
        size_t c = (size_t)examples->label[i];
        out->count[c]++;
        for (size_t k = 0; k < dim; k++)
            sum[c * dim + k] += (double)point[i * dim + k];
    }
    for (size_t c = 0; c < (size_t)out->classes; c++)
        for (size_t k = 0; k < dim && out->count[c]; k++)
            out->value[c * dim + k] = (float)(sum[c * dim + k] / (double)out->count[c]);
}

tuft_status tuft_prototypes_mean(tuft_prototypes *out, const tuft_embedding *examples,
                                 tuft_similarity similarity, int classes, tuft_error *err)
{
    *out = (tuft_prototypes){0};
    float *point = NULL;
    double *sum = NULL;
    tuft_status status = tuft_embedding_check(examples, classes, "examples", err);
    if (!status)
        status = prototypes_new(out, classes, examples->dim, err);
    if (!status)
        status = tuft_embedding_points(examples, similarity, &point, err);
    if (!status)
        status = TUFT_NEW(&sum, (size_t)classes * examples->dim, "prototypes: sums", err);
    if (!status)
        class_means(out, examples, point, sum);
    free(point);
    free(sum);
    if (status)
        tuft_prototypes_free(out);
    return status;
}

static tuft_status check_match(const tuft_prototypes *a, const tuft_prototypes *b, tuft_error *err)
{
    if (a->classes != b->classes || a->dim != b->dim)
        return tuft_fail(err, TUFT_INVALID,
                         "prototypes: %d classes of dim %zu and %d of %zu, expected the same",
                         a->classes, a->dim, b->classes, b->dim);
    return TUFT_OK;
}

tuft_status tuft_prototypes_join(tuft_prototypes *out, const tuft_prototypes *a,
                                 const tuft_prototypes *b, tuft_error *err)
{
    *out = (tuft_prototypes){0};
    tuft_status status = check_match(a, b, err);
    if (!status)
        status = prototypes_new(out, a->classes, a->dim, err);
    if (status) {
        tuft_prototypes_free(out);
        return status;
    }
    for (size_t c = 0; c < (size_t)a->classes; c++) {
        double from_a = (double)a->count[c], from_b = (double)b->count[c];
        out->count[c] = a->count[c] + b->count[c];
        for (size_t k = c * a->dim; k < (c + 1) * a->dim && out->count[c]; k++)
            out->value[k] = (float)((from_a * (double)a->value[k] + from_b * (double)b->value[k]) /
                                    (from_a + from_b));
    }
    return TUFT_OK;
}

/* Classes that are known; err if there is none. */
static tuft_status known_classes(const tuft_prototypes *prototypes, uint8_t **known,
                                 tuft_error *err)
{
    tuft_status status = TUFT_NEW(known, (size_t)prototypes->classes, "prototypes: classes", err);
    for (int c = 0; !status && c < prototypes->classes; c++)
        (*known)[c] = prototypes->count[c] > 0;
    return status;
}

tuft_status tuft_prototypes_assign(const tuft_prototypes *prototypes, const tuft_embedding *query,
                                   tuft_similarity similarity, int *assigned, tuft_error *err)
{
    const tuft_embedding points = {
        .rows = (size_t)prototypes->classes, .dim = prototypes->dim, .value = prototypes->value};
    uint8_t *known = NULL;
    uint32_t *nearest = NULL;
    tuft_status status = tuft_embedding_check(query, prototypes->classes, "queries", err);
    if (!status)
        status = known_classes(prototypes, &known, err);
    if (!status)
        status = TUFT_NEW(&nearest, query->rows, "prototypes: nearest", err);
    if (!status)
        status = tuft_embedding_nearest(query, &points, similarity, known, nearest, err);
    for (size_t q = 0; !status && q < query->rows; q++)
        assigned[q] = (int)nearest[q];
    free(known);
    free(nearest);
    return status;
}

/* The gallery row that each class's prototype finds. */
static tuft_status class_finds(const tuft_prototypes *other, const uint8_t *known,
                               const tuft_embedding *gallery, tuft_similarity similarity,
                               uint32_t *finds, tuft_error *err)
{
    const tuft_embedding points = {
        .rows = (size_t)other->classes, .dim = other->dim, .value = other->value};
    uint8_t *allowed;
    tuft_status status = TUFT_NEW(&allowed, gallery->rows, "prototypes: gallery", err);
    if (status)
        return status;
    for (size_t g = 0; g < gallery->rows; g++)
        allowed[g] = known[gallery->label[g]];
    status = tuft_embedding_nearest(&points, gallery, similarity, allowed, finds, err);
    free(allowed);
    return status;
}

tuft_status tuft_prototypes_associate(const tuft_prototypes *own, const tuft_prototypes *other,
                                      const tuft_embedding *query, const tuft_embedding *gallery,
                                      tuft_similarity similarity, tuft_retrieval *out,
                                      tuft_error *err)
{
    *out = (tuft_retrieval){0};
    uint8_t *known = NULL;
    int *assigned = NULL;
    uint32_t *finds = NULL, *found = NULL;
    tuft_status status = check_match(own, other, err);
    for (int c = 0; !status && c < own->classes; c++)
        if (!own->count[c] != !other->count[c])
            status = tuft_fail(err, TUFT_INVALID,
                               "prototypes: class %d has examples of one modality only", c);
    if (!status)
        status = tuft_embedding_check(gallery, own->classes, "gallery", err);
    if (!status)
        status = tuft_embedding_check(query, own->classes, "queries", err);
    if (!status)
        status = known_classes(own, &known, err);
    if (!status)
        status = TUFT_NEW(&assigned, query->rows, "prototypes: classes assigned", err);
    if (!status)
        status = TUFT_NEW(&finds, (size_t)own->classes, "prototypes: rows found", err);
    if (!status)
        status = TUFT_NEW(&found, query->rows, "prototypes: rows found", err);
    if (!status)
        status = tuft_prototypes_assign(own, query, similarity, assigned, err);
    if (!status)
        status = class_finds(other, known, gallery, similarity, finds, err);
    for (size_t q = 0; !status && q < query->rows; q++)
        found[q] = known[query->label[q]] ? finds[assigned[q]] : UINT32_MAX;
    if (!status)
        status = tuft_retrieval_count(query, gallery, found, own->classes, out, err);
    free(known);
    free(assigned);
    free(finds);
    free(found);
    return status;
}
