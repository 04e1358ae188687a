#include "apps/suggest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 63 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t suggest_distance(const char *a, const char *b)
{
    size_t n = smaller(strlen(a), LONGEST), m = smaller(strlen(b), LONGEST);
    size_t rows[3][LONGEST + 1] = {{0}};
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            best = smaller(best, smaller(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = smaller(best, before[j - 2] + 1);
            now[j] = best;
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[m];
}

const char *suggest_nearest(const char *typed, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX, length = strlen(typed);
    for (size_t i = 0; i < count; i++) {
        size_t name_length = strlen(names[i]);
        size_t allowed = (length > name_length ? length : name_length) / 3;
        size_t distance = suggest_distance(typed, names[i]);
        if (length >= 2 && strncmp(typed, names[i], length) == 0)
            distance = smaller(distance, 1);
        if (distance <= (allowed ? allowed : 1) && distance < least) {
            least = distance;
            nearest = names[i];
        }
    }
    return nearest;
}
