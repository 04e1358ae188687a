#include "lsm/folds.h"

#include "core/memory.h"
#include "core/philox.h"

#include <stdlib.h>

typedef struct {
    uint32_t group, row;
} member;

static int by_group(const void *a, const void *b)
{
    const member *left = a, *right = b;
    if (left->group != right->group)
        return left->group < right->group ? -1 : 1;
    return left->row < right->row ? -1 : left->row > right->row;
}

/* start[g] is the first member of the g-th distinct group; returns their number. */
static uint32_t find_groups(const member *members, size_t rows, uint32_t *start)
{
    uint32_t groups = 0;
    for (size_t i = 0; i < rows; i++)
        if (i == 0 || members[i].group != members[i - 1].group)
            start[groups++] = (uint32_t)i;
    start[groups] = (uint32_t)rows;
    return groups;
}

static void deal(const member *members, const uint32_t *start, const uint32_t *order,
                 uint32_t groups, int folds, size_t *size, uint32_t *fold)
{
    for (uint32_t g = 0; g < groups; g++) {
        uint32_t smallest = 0;
        for (int f = 1; f < folds; f++)
            if (size[f] < size[smallest])
                smallest = (uint32_t)f;
        uint32_t first = start[order[g]], end = start[order[g] + 1];
        for (uint32_t i = first; i < end; i++)
            fold[members[i].row] = smallest;
        size[smallest] += end - first;
    }
}

tuft_status tuft_folds(const tuft_features *features, int folds, uint64_t seed, uint32_t *fold,
                       tuft_error *err)
{
    if (folds < 2 || (size_t)folds > features->rows)
        return tuft_fail(err, TUFT_INVALID, "folds: %d, expected 2 to the number of rows, %zu",
                         folds, features->rows);
    member *members = NULL;
    uint32_t *start = NULL, *order = NULL;
    size_t *size = NULL;
    tuft_status status = TUFT_NEW(&members, features->rows, "rows by group", err);
    if (!status)
        status = TUFT_NEW(&start, features->rows + 1, "groups", err);
    if (!status)
        status = TUFT_NEW(&order, features->rows, "order of groups", err);
    if (!status)
        status = TUFT_NEW(&size, (size_t)folds, "sizes of folds", err);
    if (status)
        goto done;
    for (size_t i = 0; i < features->rows; i++)
        members[i] = (member){features->group[i], (uint32_t)i};
    qsort(members, features->rows, sizeof *members, by_group);
    uint32_t groups = find_groups(members, features->rows, start);
    if ((uint32_t)folds > groups) {
        status = tuft_fail(err, TUFT_INVALID, "folds: %d, expected 2 to the number of groups, %u",
                           folds, groups);
        goto done;
    }
    for (uint32_t g = 0; g < groups; g++)
        order[g] = g;
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_SPLIT, 0);
    tuft_random_shuffle(&random, order, groups);
    deal(members, start, order, groups, folds, size, fold);
done:
    free(members);
    free(start);
    free(order);
    free(size);
    return status;
}
