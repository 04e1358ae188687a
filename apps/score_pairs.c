#include "apps/score_pairs.h"

#include "core/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

typedef struct {
    char **name;
    size_t count, capacity;
} names;

static void names_free(names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->name[i]);
    free(n->name);
}

static int is_sound(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot != name &&
           (strcasecmp(dot, ".wav") == 0 || strcasecmp(dot, ".flac") == 0 ||
            strcasecmp(dot, ".ogg") == 0);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static tuft_status list(const char *folder, names *out, tuft_error *err)
{
    DIR *opened = opendir(folder);
    tuft_status status = TUFT_OK;
    const struct dirent *entry;
    if (!opened)
        return tuft_fail(err, TUFT_IO, "%s: %s", folder, strerror(errno));
    while (!status && (entry = readdir(opened))) {
        if (!is_sound(entry->d_name))
            continue;
        status = TUFT_GROW(&out->name, &out->capacity, out->count + 1, "names", err);
        char *copy = status ? NULL : strdup(entry->d_name);
        if (!status && !copy)
            status = tuft_fail(err, TUFT_MEMORY, "%s: no memory for its names", folder);
        if (!status)
            out->name[out->count++] = copy;
    }
    closedir(opened);
    if (!status && out->count)
        qsort(out->name, out->count, sizeof *out->name, by_name);
    if (!status && !out->count)
        status = tuft_fail(err, TUFT_INVALID, "%s: no .wav, .flac or .ogg file in it", folder);
    return status;
}

/* The first name that only one of two folders has. */
static tuft_status same_names(const char *one, const names *a, const char *other, const names *b,
                              tuft_error *err)
{
    for (size_t i = 0; i < a->count || i < b->count; i++) {
        int order = i == a->count ? 1 : i == b->count ? -1 : strcmp(a->name[i], b->name[i]);
        if (order < 0)
            return tuft_fail(err, TUFT_INVALID, "%s/%s: is not there, but %s/%s is", other,
                             a->name[i], one, a->name[i]);
        if (order > 0)
            return tuft_fail(err, TUFT_INVALID, "%s/%s: is not there, but %s/%s is", one,
                             b->name[i], other, b->name[i]);
    }
    return TUFT_OK;
}

static tuft_status is_folder(const char *path, int *folder, tuft_error *err)
{
    struct stat information;
    if (stat(path, &information) != 0)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    *folder = S_ISDIR(information.st_mode);
    return TUFT_OK;
}

/* folder/name, or folder alone where name is NULL. */
static char *join(const char *folder, const char *name)
{
    char *path;
    if (!folder)
        return NULL;
    return (name ? asprintf(&path, "%s/%s", folder, name) : asprintf(&path, "%s", folder)) < 0
               ? NULL
               : path;
}

static tuft_status add(score_pairs *out, const char *const side[3], const char *file,
                       tuft_error *err)
{
    const char *slash = strrchr(side[0], '/');
    tuft_status status = TUFT_GROW(&out->pair, &out->capacity, out->count + 1, "pairs", err);
    if (status)
        return status;
    score_pair *pair = &out->pair[out->count++];
    *pair = (score_pair){.name = strdup(file                ? file
                                        : slash && slash[1] ? slash + 1
                                                            : side[0]),
                         .clean = join(side[0], file),
                         .enhanced = join(side[1], file),
                         .noisy = join(side[2], file)};
    if (!pair->name || !pair->clean || !pair->enhanced || (side[2] && !pair->noisy))
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for its name", side[0]);
    return TUFT_OK;
}

static tuft_status find_folders(score_pairs *out, const char *const side[3], tuft_error *err)
{
    names found[3] = {{0}};
    tuft_status status = list(side[0], &found[0], err);
    for (int k = 1; !status && k < 3; k++) {
        if (!side[k])
            continue;
        status = list(side[k], &found[k], err);
        if (!status)
            status = same_names(side[0], &found[0], side[k], &found[k], err);
    }
    for (size_t i = 0; !status && i < found[0].count; i++)
        status = add(out, side, found[0].name[i], err);
    for (int k = 0; k < 3; k++)
        names_free(&found[k]);
    return status;
}

tuft_status score_pairs_find(score_pairs *out, const char *clean, const char *enhanced,
                             const char *noisy, tuft_error *err)
{
    const char *const side[3] = {clean, enhanced, noisy};
    int folder[3] = {0};
    *out = (score_pairs){0};
    if (!clean || !enhanced)
        return tuft_fail(err, TUFT_INVALID, "a clean and an enhanced recording are needed");
    for (int k = 0; k < 3; k++) {
        tuft_status status = side[k] ? is_folder(side[k], &folder[k], err) : TUFT_OK;
        if (status)
            return status;
        if (side[k] && folder[k] != folder[0])
            return tuft_fail(err, TUFT_INVALID, "%s is a %s, %s a %s: expected files or folders",
                             side[0], folder[0] ? "folder" : "file", side[k],
                             folder[k] ? "folder" : "file");
    }
    tuft_status status = folder[0] ? find_folders(out, side, err) : add(out, side, NULL, err);
    if (status)
        score_pairs_free(out);
    return status;
}

void score_pairs_free(score_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        free(pairs->pair[i].name);
        free(pairs->pair[i].clean);
        free(pairs->pair[i].enhanced);
        free(pairs->pair[i].noisy);
    }
    free(pairs->pair);
    *pairs = (score_pairs){0};
}
